//! The tokens of a statement, as far as they show that it is no SQL or which tables it reads.

/// The words that SQLite takes for its own where a table's name stands without quotes; each was tried.
const RESERVED: &str = "add all alter and as autoincrement between case check collate commit constraint create default \
    deferrable delete distinct drop else escape except exists foreign from group having in index insert intersect into is \
    isnull join limit not nothing notnull null on or order primary references returning select set table then to transaction \
    union unique update using values when where";

/// A token: its text without quotes, and the quote that it stands in.
struct Token<'a> {
    text: &'a str,
    quote: Option<u8>,
    /// Where it begins and ends, its quotes included.
    start: usize,
    end: usize,
}

/// The words and quoted texts of `sql`; where one has no end, the place of its quote.
fn tokens(sql: &str) -> (Vec<Token<'_>>, Option<usize>) {
    let bytes = sql.as_bytes();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        let byte = bytes[at];
        if matches!(byte, b'\'' | b'"' | b'`') {
            at += 1;
            loop {
                match bytes.get(at) {
                    None => return (tokens, Some(start)),
                    Some(other) if *other == byte && bytes.get(at + 1) == Some(&byte) => at += 2,
                    Some(other) if *other == byte => break,
                    Some(_) => at += 1,
                }
            }
            at += 1;
            tokens.push(Token { text: &sql[start + 1..at - 1], quote: Some(byte), start, end: at });
        } else if is_word(byte) {
            while bytes.get(at).copied().is_some_and(is_word) {
                at += 1;
            }
            tokens.push(Token { text: &sql[start..at], quote: None, start, end: at });
        } else {
            at += 1;
        }
    }
    (tokens, None)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// Why SQLite takes `sql` for no SQL: drizzle-kit does not escape the quotes of a text, and writes some names without any.
pub(super) fn broken(sql: &str) -> Option<String> {
    let (tokens, open) = tokens(sql);
    if let Some(start) = open {
        return Some(format!("unrecognized token: a quote that is opened and not closed at {}", &sql[start..]));
    }
    for pair in tokens.windows(2) {
        let [left, right] = pair else { continue };
        let is_blob = left.quote.is_none() && left.text.eq_ignore_ascii_case("x") && right.quote == Some(b'\'');
        if left.end == right.start && !is_blob {
            return Some(format!("near \"{}\": syntax error, for a quote is not escaped", right.text));
        }
        // `REFERENCES my table(id)`, `REFERENCES order(id)`
        let refers = left.quote.is_none() && left.text == "REFERENCES" && right.quote.is_none();
        let after = sql[right.end..].bytes().next();
        let is_taken = RESERVED.split(' ').any(|word| right.text.eq_ignore_ascii_case(word));
        if refers && (is_taken || matches!(after, Some(b' ' | b'-'))) {
            return Some(format!("near \"{}\": syntax error, for the name of the table is not quoted", right.text));
        }
    }
    sql.contains("() SELECT").then(|| "near \")\": syntax error, for there is no column to copy".to_owned())
}

/// The words and quoted names of an expression.
pub(super) fn names(text: &str) -> impl Iterator<Item = &str> {
    tokens(text).0.into_iter().filter(|token| token.quote != Some(b'\'')).map(|token| token.text)
}

/// The tables that the statement of a view or trigger names, in lower case: what follows FROM, JOIN, INTO and UPDATE. Where a
/// name may be a query's own (WITH), only one that is `known`.
pub(super) fn tables_named(sql: &str, known: impl Fn(&str) -> bool) -> Vec<String> {
    let (tokens, _) = tokens(sql);
    let is = |token: &Token, words: &[&str]| {
        token.quote.is_none() && words.iter().any(|word| token.text.eq_ignore_ascii_case(word))
    };
    let own = tokens.iter().any(|token| is(token, &["with"]));
    let mut named = Vec::new();
    for (place, word) in tokens.iter().enumerate().filter(|(_, word)| is(word, &["from", "join", "into", "update"])) {
        let mut rest = &tokens[place + 1..];
        if let [or, _, behind @ ..] = rest
            && is(or, &["or"])
        {
            rest = behind;
        }
        if let [schema, name, ..] = rest
            && is(schema, &["main"])
            && &sql[schema.end..name.start] == "."
        {
            rest = &rest[1..];
        }
        let Some(name) = rest.first() else { continue };
        // `from (select ...)` reads what stands within, `from json_each(...)` no table; `after update on` names none.
        let between = &sql[word.end..name.start];
        let calls = sql[name.end..].trim_start().starts_with('(') && !is(word, &["into"]);
        let text = name.text.to_ascii_lowercase();
        let is_table = name.quote != Some(b'\'') && !is(name, &["on", "of", "begin", "when", "set"]);
        if is_table && !calls && !between.contains('(') && !text.starts_with("sqlite_") && (!own || known(&text)) {
            named.push(text);
        }
    }
    named
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_sql_is_seen() {
        for (sql, expected) in [
            ("CREATE TABLE `a` (`b` text DEFAULT 'it''s')", false),
            ("CREATE TABLE `a` (`b` text DEFAULT '{\"s\":\"it's\"}')", true),
            ("CREATE TABLE `a` (CHECK(\"a\".\"b\" <> ')", true),
            ("CREATE INDEX `i` ON `a` (``b` desc`)", true),
            ("ALTER TABLE `a` ADD `b` integer REFERENCES my table(id)", true),
            ("ALTER TABLE `a` ADD `b` integer REFERENCES other(id)", false),
            ("ALTER TABLE `a` ADD `b` integer REFERENCES order(id)", true),
            ("ALTER TABLE `a` ADD `b` blob DEFAULT x'00'", false),
        ] {
            assert_eq!(broken(sql).is_some(), expected, "{sql}");
        }
    }

    #[test]
    fn a_statement_names_its_tables() {
        for (sql, expected) in [
            ("select 1 from `My Table` join b on true", &["my table", "b"][..]),
            ("select 'from x' from (select a from y)", &["y"]),
            ("select value from main.t, json_each(t.a)", &["t"]),
            ("select value from json_each('[1]') join t", &["t"]),
            ("with w(a) as (select a from t) select a from w", &["t"]),
            ("create trigger x after update of a on t begin update or ignore u set a = 1; end", &["u"]),
            ("create trigger x after update on t begin insert into i (a) values (1); delete from d; end", &["i", "d"]),
        ] {
            assert_eq!(tables_named(sql, |name| name == "t"), expected, "{sql}");
        }
    }
}
