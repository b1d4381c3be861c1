//! What a column builder is: one row of a dialect's table.

use std::borrow::Cow;

use crate::catalog::Family;

/// A function that starts a column: `varchar(name?, config?)`.
#[derive(Debug)]
pub(in crate::declared) struct ColumnFunction {
    /// The function's name.
    pub name: &'static str,
    /// Its SQL type, as a pattern over the config: `{key}` is an option, `[...]` is left out where an option in it is
    /// not given, `[?key:...]` stands where an option is true, `[key=text:...]` and `[key!text:...]` where it is (not) a text.
    pub sql: &'static str,
    /// The same for drizzle 1.0, where it differs.
    pub sql_v1: Option<&'static str>,
    /// Whether drizzle has it from 1.0 on only.
    pub since_v1: bool,
    /// Whether its columns refuse NULL without being told.
    pub not_null: NotNull,
    /// AUTO_INCREMENT.
    pub autoincrement: bool,
    /// Spellings that drizzle makes one: (from, to).
    pub spellings: &'static [(&'static str, &'static str)],
}

impl ColumnFunction {
    pub const fn new(name: &'static str, sql: &'static str) -> Self {
        Self { name, sql, sql_v1: None, since_v1: false, not_null: NotNull::No, autoincrement: false, spellings: &[] }
    }

    pub const fn v1(mut self, sql: &'static str) -> Self {
        self.sql_v1 = Some(sql);
        self
    }

    pub const fn since_v1(mut self) -> Self {
        self.since_v1 = true;
        self
    }

    pub const fn not_null(mut self) -> Self {
        self.not_null = NotNull::Yes;
        self
    }

    pub const fn not_null_in_number_mode(mut self) -> Self {
        self.not_null = NotNull::InNumberMode;
        self
    }

    pub const fn autoincrement(mut self) -> Self {
        self.autoincrement = true;
        self
    }

    pub const fn spelled(mut self, spellings: &'static [(&'static str, &'static str)]) -> Self {
        self.spellings = spellings;
        self
    }
}

/// Whether a function's columns refuse NULL without being told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::declared) enum NotNull {
    No,
    Yes,
    /// Before drizzle 1.0, with `{ mode: "number" }` only.
    InNumberMode,
}

/// The column functions of `family`.
pub(in crate::declared) fn functions(family: Family) -> &'static [ColumnFunction] {
    match family {
        Family::Postgresql => super::pg::COLUMNS,
        Family::Mysql => super::mysql::COLUMNS,
        Family::Sqlite => super::sqlite::COLUMNS,
    }
}

/// What an option of a builder's config is.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::declared) enum Choice {
    /// Not given.
    Absent,
    /// Given, as text; and whether it counts as true.
    Text(String, bool),
    /// Not known.
    Unknown,
}

/// Fills the pattern of a SQL type; `None` where an option that it needs is not known.
pub(in crate::declared) fn fill(
    pattern: &'static str,
    option: &mut dyn FnMut(&str) -> Choice,
) -> Option<Cow<'static, str>> {
    if !pattern.contains(['{', '[']) {
        return Some(Cow::Borrowed(pattern));
    }
    group(pattern, option).map(|(text, _)| Cow::Owned(text))
}

/// The text of a group, and whether every option in it was given.
fn group(pattern: &str, option: &mut dyn FnMut(&str) -> Choice) -> Option<(String, bool)> {
    let mut result = String::new();
    let mut complete = true;
    let mut rest = pattern;
    while let Some(at) = rest.find(['{', '[']) {
        result.push_str(&rest[..at]);
        if rest[at..].starts_with('{') {
            let end = rest[at..].find('}')? + at;
            match option(&rest[at + 1..end]) {
                Choice::Absent => complete = false,
                Choice::Text(text, _) => result.push_str(&text),
                Choice::Unknown => return None,
            }
            rest = &rest[end + 1..];
            continue;
        }
        let end = closing(&rest[at..])? + at;
        let inner = &rest[at + 1..end];
        let (holds, inner) = condition(inner, option)?;
        if holds {
            let (text, given) = group(inner, option)?;
            if given {
                result.push_str(&text);
            }
        }
        rest = &rest[end + 1..];
    }
    result.push_str(rest);
    Some((result, complete))
}

/// Whether the condition in front of a group holds, and the group without it.
fn condition<'a>(inner: &'a str, option: &mut dyn FnMut(&str) -> Choice) -> Option<(bool, &'a str)> {
    let Some((head, tail)) = inner.split_once(':').filter(|(head, _)| !head.contains(['{', '[', ' '])) else {
        return Some((true, inner));
    };
    let holds = if let Some(key) = head.strip_prefix('?') {
        match option(key) {
            Choice::Absent => false,
            Choice::Text(_, truth) => truth,
            Choice::Unknown => return None,
        }
    } else {
        let (key, wanted, equal) = match head.split_once('=') {
            Some((key, wanted)) => (key, wanted, true),
            None => head.split_once('!').map(|(key, wanted)| (key, wanted, false))?,
        };
        match option(key) {
            Choice::Absent => !equal,
            Choice::Text(text, _) => (text == wanted) == equal,
            Choice::Unknown => return None,
        }
    };
    Some((holds, tail))
}

fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'[' => depth += 1,
            b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(pattern: &'static str, options: &[(&str, &str)]) -> Option<String> {
        let mut option = |key: &str| match options.iter().find(|(known, _)| *known == key) {
            Some((_, "?")) => Choice::Unknown,
            Some((_, text)) => Choice::Text((*text).to_owned(), *text != "false"),
            None => Choice::Absent,
        };
        fill(pattern, &mut option).map(Cow::into_owned)
    }

    #[test]
    fn patterns_are_filled_with_what_is_given() {
        const NUMERIC: &str = "numeric[({precision}[, {scale}])]";
        assert_eq!(filled(NUMERIC, &[]).as_deref(), Some("numeric"));
        assert_eq!(filled(NUMERIC, &[("scale", "2")]).as_deref(), Some("numeric"));
        assert_eq!(filled(NUMERIC, &[("precision", "10")]).as_deref(), Some("numeric(10)"));
        assert_eq!(filled(NUMERIC, &[("precision", "10"), ("scale", "2")]).as_deref(), Some("numeric(10, 2)"));
        assert_eq!(filled(NUMERIC, &[("precision", "?")]), None);
        const TIME: &str = "t[mode=string:[({p})]][mode!string:[ ({p})]][?z: with time zone]";
        assert_eq!(filled(TIME, &[("p", "3"), ("z", "true")]).as_deref(), Some("t (3) with time zone"));
        assert_eq!(filled(TIME, &[("p", "3"), ("mode", "string"), ("z", "false")]).as_deref(), Some("t(3)"));
    }
}
