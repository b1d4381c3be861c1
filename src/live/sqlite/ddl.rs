//! Reads out of SQLite's stored DDL what no pragma tells: checks, generated expressions, names of constraints,
//! AUTOINCREMENT, index expressions and predicates, the queries of views.
//!
//! SQLite has accepted the text already, so this cuts it into tokens and picks, and keeps every expression as written.
//! A grammar that reprints them would lose the spelling, and would have to know every SQLite version's syntax.

use crate::catalog::Deferrable;

/// What a CREATE TABLE tells beyond the pragmas.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct TableDdl {
    /// Whether it says AUTOINCREMENT, which only its INTEGER PRIMARY KEY can have.
    pub autoincrement: bool,
    /// Name and condition of each CHECK, in the order of the text.
    pub checks: Vec<(Option<String>, String)>,
    /// Name and columns of each UNIQUE that has a name.
    pub uniques: Vec<(String, Vec<String>)>,
    /// The name of the primary key.
    pub primary_key: Option<String>,
    /// Column and expression of each generated column.
    pub generated: Vec<(String, String)>,
    /// Column and collation of each column that names one.
    pub collations: Vec<(String, String)>,
    /// The foreign keys, in the order of the text.
    pub references: Vec<Reference>,
}

/// What a foreign key tells beyond the pragma.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reference {
    /// The table referred to, as it is spelled.
    pub table: String,
    pub deferrable: Deferrable,
}

/// What a CREATE INDEX tells beyond the pragmas.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct IndexDdl {
    /// Each key's column or expression, without its COLLATE, ASC or DESC.
    pub keys: Vec<String>,
    /// The condition of a partial index.
    pub predicate: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Word,
    Quoted,
    Open,
    Close,
    Comma,
    Other,
}

#[derive(Clone, Copy, Debug)]
struct Token<'a> {
    kind: Kind,
    text: &'a str,
    start: usize,
}

impl Token<'_> {
    fn end(&self) -> usize {
        self.start + self.text.len()
    }

    fn is(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text.eq_ignore_ascii_case(word)
    }

    /// The identifier that it spells; SQLite takes `'x'` for one too where only an identifier can stand.
    fn name(&self) -> String {
        let mut characters = self.text.chars();
        let (Kind::Quoted, Some(open)) = (self.kind, characters.next()) else {
            return self.text.to_owned();
        };
        let inner = characters.as_str();
        let close = if open == '[' { ']' } else { open };
        let inner = inner.strip_suffix(close).unwrap_or(inner);
        if open == '[' { inner.to_owned() } else { inner.replace(&format!("{open}{open}"), &open.to_string()) }
    }
}

fn tokens(sql: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let start = sql.len() - rest.len();
        let is_word = |character: char| character.is_alphanumeric() || character == '_' || character == '$';
        let (kind, length) = match first {
            _ if first.is_whitespace() => (None, first.len_utf8()),
            '-' if rest.starts_with("--") => (None, rest.find('\n').unwrap_or(rest.len())),
            '/' if rest.starts_with("/*") => (None, rest[2..].find("*/").map_or(rest.len(), |end| end + 4)),
            '\'' | '"' | '`' | '[' => (Some(Kind::Quoted), quoted_length(rest, first)),
            '(' => (Some(Kind::Open), 1),
            ')' => (Some(Kind::Close), 1),
            ',' => (Some(Kind::Comma), 1),
            _ if is_word(first) || !first.is_ascii() => {
                let word = |character: char| is_word(character) || !character.is_ascii();
                (Some(Kind::Word), rest.find(|character| !word(character)).unwrap_or(rest.len()))
            }
            _ => (Some(Kind::Other), 1),
        };
        if let Some(kind) = kind {
            tokens.push(Token { kind, text: &rest[..length], start });
        }
        rest = &rest[length..];
    }
    tokens
}

/// The length of the quoted text at the start of `text`, a doubled quote being part of it.
fn quoted_length(text: &str, open: char) -> usize {
    let close = if open == '[' { ']' } else { open };
    let mut from = 1;
    while let Some(at) = text[from..].find(close) {
        let end = from + at + 1;
        if open == '[' || !text[end..].starts_with(close) {
            return end;
        }
        from = end + 1;
    }
    text.len()
}

/// The index of the parenthesis that closes the one at `open`.
fn closing(tokens: &[Token<'_>], open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, token) in tokens.iter().enumerate().skip(open) {
        match token.kind {
            Kind::Open => depth += 1,
            Kind::Close => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(index);
                }
            }
            _ => {}
        }
    }
    None
}

/// The first token from `from` on that stands in no parentheses of its own and fits.
fn find(tokens: &[Token<'_>], from: usize, fits: impl Fn(&Token<'_>) -> bool) -> Option<usize> {
    let mut index = from;
    while let Some(token) = tokens.get(index) {
        if fits(token) {
            return Some(index);
        }
        index = if token.kind == Kind::Open { closing(tokens, index)? + 1 } else { index + 1 };
    }
    None
}

/// What stands between the commas of a parenthesised list.
fn elements<'t, 'a>(list: &'t [Token<'a>]) -> Vec<&'t [Token<'a>]> {
    let mut result = Vec::new();
    let mut start = 0;
    while start < list.len() {
        let end = find(list, start, |token| token.kind == Kind::Comma).unwrap_or(list.len());
        result.push(&list[start..end]);
        start = end + 1;
    }
    result
}

/// The text from the first to the last of `tokens`.
fn text_of<'a>(sql: &'a str, tokens: &[Token<'a>]) -> &'a str {
    match (tokens.first(), tokens.last()) {
        (Some(first), Some(last)) => &sql[first.start..last.end()],
        _ => "",
    }
}

/// Reads a CREATE TABLE. What cannot be made out is left out.
pub(super) fn table(sql: &str) -> TableDdl {
    let tokens = tokens(sql);
    let mut result = TableDdl::default();
    let Some(open) = find(&tokens, 0, |token| token.kind == Kind::Open) else { return result };
    let Some(close) = closing(&tokens, open) else { return result };
    let body = &tokens[open + 1..close];
    // A reserved word: nothing else can be called so.
    result.autoincrement = body.iter().any(|token| token.is("AUTOINCREMENT"));
    for element in elements(body) {
        read_element(sql, element, &mut result);
    }
    result
}

/// Reads one column with its constraints, or table constraints (which need no commas between them).
fn read_element(sql: &str, element: &[Token<'_>], result: &mut TableDdl) {
    const CONSTRAINTS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];
    /// Constraints whose name nobody asks for; it must not go to the next one.
    const OTHERS: [&str; 5] = ["NOT", "NULL", "DEFAULT", "FOREIGN", "GENERATED"];
    let Some(first) = element.first() else { return };
    let column = (!CONSTRAINTS.iter().any(|word| first.is(word))).then(|| first.name());
    let mut index = usize::from(column.is_some());
    let mut name = None;
    while let Some(token) = element.get(index) {
        let list = element.get(index + 1).filter(|next| next.kind == Kind::Open).and_then(|_| {
            let close = closing(element, index + 1)?;
            Some((&element[index + 2..close], close))
        });
        if token.is("CONSTRAINT") {
            name = element.get(index + 1).map(Token::name);
            index += 2;
            continue;
        }
        if token.is("CHECK") {
            if let Some((condition, _)) = list {
                result.checks.push((name.take(), text_of(sql, condition).to_owned()));
            }
        } else if token.is("UNIQUE") {
            let columns = match (list, &column) {
                (Some((list, _)), None) => {
                    elements(list).into_iter().filter_map(|key| key.first()).map(Token::name).collect()
                }
                (_, column) => column.iter().cloned().collect(),
            };
            if let Some(name) = name.take() {
                result.uniques.push((name, columns));
            }
        } else if token.is("REFERENCES") {
            let table = element.get(index + 1).map(Token::name).unwrap_or_default();
            result.references.push(Reference { table, deferrable: Deferrable::No });
            name = None;
        } else if token.is("DEFERRABLE") {
            let is_not = index > 0 && element[index - 1].is("NOT");
            let says = |place: usize, word: &str| element.get(index + place).is_some_and(|token| token.is(word));
            if let (false, Some(reference)) = (is_not, result.references.last_mut()) {
                let deferred = says(1, "INITIALLY") && says(2, "DEFERRED");
                reference.deferrable =
                    if deferred { Deferrable::InitiallyDeferred } else { Deferrable::InitiallyImmediate };
            }
        } else if token.is("COLLATE")
            && let Some(column) = &column
        {
            result.collations.extend(element.get(index + 1).map(|collation| (column.clone(), collation.name())));
            name = None;
            index += 1;
        } else if token.is("PRIMARY") {
            result.primary_key = name.take();
        } else if OTHERS.iter().any(|word| token.is(word)) {
            name = None;
        } else if token.is("AS")
            && let (Some((expression, _)), Some(column)) = (list, &column)
        {
            result.generated.push((column.clone(), text_of(sql, expression).to_owned()));
        }
        index = list.map_or(index + 1, |(_, close)| close + 1);
    }
}

/// Reads a CREATE INDEX.
pub(super) fn index(sql: &str) -> IndexDdl {
    let tokens = tokens(sql);
    let mut result = IndexDdl::default();
    let Some(open) = find(&tokens, 0, |token| token.kind == Kind::Open) else { return result };
    let Some(close) = closing(&tokens, open) else { return result };
    for mut key in elements(&tokens[open + 1..close]) {
        if let Some((last, before)) = key.split_last()
            && (last.is("ASC") || last.is("DESC"))
            && !before.is_empty()
        {
            key = before;
        }
        // After an operator it belongs to the last operand only.
        if let [before @ .., collate, _] = key
            && collate.is("COLLATE")
            && is_operand(before)
        {
            key = before;
        }
        result.keys.push(text_of(sql, key).to_owned());
    }
    if let Some(at) = find(&tokens, close + 1, |token| token.is("WHERE")) {
        result.predicate = Some(text_of(sql, &tokens[at + 1..]).to_owned());
    }
    result
}

/// Whether it is a single name, call or expression in parentheses.
fn is_operand(tokens: &[Token<'_>]) -> bool {
    let open = tokens.iter().position(|token| token.kind == Kind::Open);
    match open {
        None => tokens.len() == 1,
        Some(open) => open <= 1 && closing(tokens, open) == Some(tokens.len() - 1),
    }
}

/// The query of a CREATE VIEW.
pub(super) fn view_query(sql: &str) -> Option<&str> {
    let tokens = tokens(sql);
    let at = find(&tokens, 0, |token| token.is("AS"))?;
    Some(text_of(sql, &tokens[at + 1..]).trim_end_matches(';').trim_end()).filter(|query| !query.is_empty())
}

/// The module of a CREATE VIRTUAL TABLE, in lower case.
pub(super) fn module(sql: &str) -> Option<String> {
    let tokens = tokens(sql);
    if !tokens.get(1)?.is("VIRTUAL") {
        return None;
    }
    let at = find(&tokens, 0, |token| token.is("USING"))?;
    Some(tokens.get(at + 1)?.name().to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checks_are_kept_as_written_with_their_names() {
        let ddl = table(
            r#"CREATE TABLE "a(b" ( -- a comment, with (a parenthesis
                id integer PRIMARY KEY /* , */ AUTOINCREMENT,
                kind text NOT NULL CONSTRAINT known_kind CHECK (kind IN ('a', 'b)', 'it''s')),
                [odd ] ]] text CHECK("odd" <> ')'),
                both int CONSTRAINT "first" CHECK (both > 0) CHECK ( both < 10 ),
                CONSTRAINT named CHECK (length(kind) > (1 + 2)) CHECK (id > 0)
            )"#,
        );
        let checks: Vec<_> = ddl.checks.iter().map(|(name, text)| (name.as_deref(), text.as_str())).collect();
        assert_eq!(
            checks,
            [
                (Some("known_kind"), "kind IN ('a', 'b)', 'it''s')"),
                (None, r#""odd" <> ')'"#),
                (Some("first"), "both > 0"),
                (None, "both < 10"),
                (Some("named"), "length(kind) > (1 + 2)"),
                (None, "id > 0"),
            ]
        );
        assert!(ddl.autoincrement);
    }

    #[test]
    fn generated_columns_uniques_and_keys_are_found() {
        let ddl = table(
            "CREATE TABLE t (a int, `b c` int GENERATED ALWAYS AS (a * (2 + 1)) STORED, d AS (a || ',') VIRTUAL, \
             e text DEFAULT (upper('as (x)')) CONSTRAINT e_once UNIQUE, \
             CONSTRAINT \"t_pk\" PRIMARY KEY (a, e), CONSTRAINT pair UNIQUE (\"b c\" COLLATE nocase, e DESC), UNIQUE (d))",
        );
        assert_eq!(
            ddl.generated,
            [("b c".into(), "a * (2 + 1)".into()), ("d".to_owned(), "a || ','".to_owned())],
            "expressions as written"
        );
        assert_eq!(
            ddl.uniques,
            [("e_once".to_owned(), vec!["e".to_owned()]), ("pair".to_owned(), vec!["b c".to_owned(), "e".to_owned()])]
        );
        assert_eq!(ddl.primary_key.as_deref(), Some("t_pk"));
        assert!(!ddl.autoincrement);
    }

    #[test]
    fn collations_and_deferrable_references_are_found() {
        let ddl = table(
            "CREATE TABLE t (a text COLLATE nocase REFERENCES x (a) ON DELETE SET NULL DEFERRABLE INITIALLY DEFERRED, \
             b int NOT NULL REFERENCES y NOT DEFERRABLE INITIALLY IMMEDIATE UNIQUE, [c] COLLATE \"RTRIM\" DEFAULT 'COLLATE z', \
             FOREIGN KEY (b, c) REFERENCES \"the z\" (b, c) MATCH FULL DEFERRABLE INITIALLY IMMEDIATE)",
        );
        assert_eq!(ddl.collations, [("a".into(), "nocase".into()), ("c".to_owned(), "RTRIM".to_owned())]);
        let references: Vec<_> = ddl.references.iter().map(|key| (key.table.as_str(), key.deferrable)).collect();
        assert_eq!(
            references,
            [("x", Deferrable::InitiallyDeferred), ("y", Deferrable::No), ("the z", Deferrable::InitiallyImmediate)]
        );
    }

    #[test]
    fn a_constraint_name_goes_to_its_own_constraint_only() {
        let ddl =
            table("CREATE TABLE t (a int CONSTRAINT nn NOT NULL CHECK (a > 0), b CONSTRAINT fk REFERENCES a UNIQUE)");
        assert_eq!(ddl.checks, [(None, "a > 0".to_owned())]);
        assert_eq!(ddl.uniques, []);
    }

    #[test]
    fn indexes_tell_expressions_and_predicates() {
        let ddl = index(
            "CREATE UNIQUE INDEX IF NOT EXISTS \"main\".\"i (1)\" ON t (lower(a) COLLATE nocase DESC, \"b\" ASC, c || ',') \
             WHERE a IS NOT NULL AND (b > 1)",
        );
        assert_eq!(ddl.keys, ["lower(a)", "\"b\"", "c || ','"]);
        assert_eq!(ddl.predicate.as_deref(), Some("a IS NOT NULL AND (b > 1)"));
        assert_eq!(index("CREATE INDEX i ON t (a)").predicate, None);
        assert_eq!(index("CREATE INDEX i ON t (a || b COLLATE nocase)").keys, ["a || b COLLATE nocase"]);
    }

    #[test]
    fn views_and_modules() {
        assert_eq!(
            view_query("CREATE VIEW \"as\" (x, y) AS SELECT 1 AS x,\n 2 AS y;"),
            Some("SELECT 1 AS x,\n 2 AS y")
        );
        assert_eq!(module("CREATE VIRTUAL TABLE f USING FTS5(a, b)").as_deref(), Some("fts5"));
        assert_eq!(module("CREATE TABLE virtual (using int)"), None);
    }

    #[test]
    fn nothing_panics() {
        for sql in [
            "",
            "(",
            ")",
            "CREATE TABLE t (",
            "CREATE TABLE t (a CHECK (",
            "'",
            "\"",
            "[",
            "/*",
            "é(ü,",
            "CREATE INDEX i ON t (",
            "CHECK",
            "create table t (constraint",
        ] {
            let _ = (table(sql), index(sql), view_query(sql), module(sql));
        }
    }
}
