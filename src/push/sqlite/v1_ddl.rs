//! What drizzle-kit 1.0 reads off SQLite's DDL with its regular expressions, which miss what they miss.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::{Captures, Regex};

/// Keys, unique constraints and checks of one CREATE TABLE.
#[derive(Debug, Default)]
pub(super) struct TableDdl {
    pub key_name: Option<String>,
    pub key_columns: Vec<String>,
    /// Name and columns.
    pub uniques: Vec<(Option<String>, Vec<String>)>,
    /// Name and condition.
    pub checks: Vec<(Option<String>, String)>,
}

/// A foreign key of one CREATE TABLE that has a name.
#[derive(Debug)]
pub(super) struct NamedReference {
    pub name: Option<String>,
    pub columns: Vec<String>,
    pub foreign_table: String,
    pub foreign_columns: Vec<String>,
}

const IDENTIFIER: &str = r#"(?:\[[^\]]+\]|`[^`]+`|"[^"]+"|[A-Za-z0-9_]+)"#;

fn pattern(text: &str) -> Regex {
    Regex::new(&text.replace("IDENT", IDENTIFIER)).expect("a valid pattern")
}

fn clean(identifier: &str) -> String {
    let identifier = identifier.trim();
    let identifier = identifier.strip_prefix(['[', '`', '"']).unwrap_or(identifier);
    identifier.strip_suffix([']', '`', '"']).unwrap_or(identifier).to_owned()
}

fn columns(list: &str) -> Vec<String> {
    list.split(',').map(clean).collect()
}

/// `sql` without its comments.
pub(super) fn without_comments(sql: &str) -> String {
    let mut result = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\'' | '"' | '`' | '[' => {
                let length = quoted_length(rest, if first == '[' { ']' } else { first });
                result.push_str(&rest[..length]);
                length
            }
            '-' if rest.starts_with("--") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => rest[2..].find("*/").map_or(rest.len(), |end| end + 4),
            _ => {
                result.push(first);
                first.len_utf8()
            }
        };
        rest = &rest[length..];
    }
    result
}

fn quoted_length(text: &str, close: char) -> usize {
    let mut from = 1;
    while let Some(at) = text[from..].find(close) {
        let end = from + at + 1;
        if close == ']' || !text[end..].starts_with(close) {
            return end;
        }
        from = end + 1;
    }
    text.len()
}

fn on_one_line(sql: &str) -> String {
    static SPACES: LazyLock<Regex> = LazyLock::new(|| pattern(r"\s+"));
    SPACES.replace_all(&sql.replace(['\r', '\n'], " "), " ").into_owned()
}

/// Reads a CREATE TABLE.
pub(super) fn table(sql: &str) -> TableDdl {
    static BODY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)CREATE\s+TABLE.*?\((.*)\)"));
    static CHECK: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r"(?i)(?:CONSTRAINT\s+(IDENT)\s+)?CHECK\s*\(((?:[^()]|\((?:[^()]|\([^()]*\))*\))*)\)")
    });
    static UNIQUE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)CONSTRAINT\s+(IDENT)\s+UNIQUE\s*\(([^)]+)\)"));
    static KEY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)CONSTRAINT\s+(IDENT)\s+PRIMARY\s+KEY\s*\(([^)]+)\)"));
    static INLINE_KEY: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^(IDENT)\s+.*\bPRIMARY\s+KEY\b"));
    static INLINE_UNIQUE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)^(IDENT)\s+.*\bUNIQUE\b"));
    static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)CONSTRAINT\s+(IDENT)"));

    let mut result = TableDdl::default();
    let text = on_one_line(&without_comments(sql));
    let Some(body) = BODY.captures(&text) else { return result };
    let body = CHECK.replace_all(&body[1], |found: &Captures| {
        let name = found.get(1).map(|name| clean(name.as_str()));
        result.checks.push((name, found[2].trim().to_owned()));
        ""
    });
    let body = UNIQUE.replace_all(&body, |found: &Captures| {
        result.uniques.push((Some(clean(&found[1])), columns(&found[2])));
        ""
    });
    let body = KEY.replace(&body, |found: &Captures| {
        result.key_name = Some(clean(&found[1]));
        result.key_columns = columns(&found[2]);
        ""
    });
    for definition in body.split(',').map(str::trim).filter(|definition| !definition.is_empty()) {
        let name = || NAME.captures(definition).map(|found| clean(&found[1]));
        if let Some(found) = INLINE_KEY.captures(definition) {
            result.key_name = name();
            result.key_columns = vec![clean(&found[1])];
        }
        if let Some(found) = INLINE_UNIQUE.captures(definition) {
            let column = vec![clean(&found[1])];
            if !result.uniques.iter().any(|(_, known)| *known == column) {
                result.uniques.push((name(), column));
            }
        }
    }
    result
}

/// The foreign keys of a CREATE TABLE.
pub(super) fn references(sql: &str) -> Vec<NamedReference> {
    static BODY: LazyLock<Regex> = LazyLock::new(|| pattern(r"\((.*)\)"));
    static KEY: LazyLock<Regex> = LazyLock::new(|| {
        pattern(
            r"(?i)(?:CONSTRAINT\s+(IDENT)\s+)?FOREIGN\s+KEY\s*\(([^)]+)\)\s+REFERENCES\s+(IDENT)(?:\s*\(([^)]+)\))?",
        )
    });
    static INLINE: LazyLock<Regex> =
        LazyLock::new(|| pattern(r"(?i)^(IDENT).*?\s+REFERENCES\s+(IDENT)(?:\s*\(([^)]+)\))?"));
    static NAME: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)CONSTRAINT\s+(IDENT)"));

    let mut result = Vec::new();
    let text = on_one_line(sql);
    let Some(body) = BODY.captures(&text) else { return result };
    let body = KEY.replace_all(&body[1], |found: &Captures| {
        result.push(NamedReference {
            name: found.get(1).map(|name| clean(name.as_str())),
            columns: columns(&found[2]),
            foreign_table: clean(&found[3]),
            foreign_columns: found.get(4).map(|list| columns(list.as_str())).unwrap_or_default(),
        });
        ""
    });
    for definition in body.split(',').map(str::trim) {
        if let Some(found) = INLINE.captures(definition) {
            result.push(NamedReference {
                name: NAME.captures(definition).map(|found| clean(&found[1])),
                columns: vec![clean(&found[1])],
                foreign_table: clean(&found[2]),
                foreign_columns: found.get(3).map(|column| clean(column.as_str())).into_iter().collect(),
            });
        }
    }
    result
}

/// Expression, with its parentheses, and kind of each generated column.
pub(super) fn generated_columns(sql: &str) -> BTreeMap<String, (String, String)> {
    static START: LazyLock<Regex> = LazyLock::new(|| {
        pattern(r#"(?i)["'`\[]?([A-Za-z0-9_]+)["'`\]]?\s+([A-Za-z0-9_]+)\s+GENERATED\s+ALWAYS\s+AS\s*\("#)
    });
    static KIND: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(STORED|VIRTUAL)\b"));
    let text = without_comments(sql);
    let mut result = BTreeMap::new();
    for found in START.captures_iter(&text) {
        let open = found.get(0).map_or(0, |all| all.end() - 1);
        let mut depth = 0_i32;
        let close = text[open..].char_indices().find_map(|(at, character)| {
            depth += i32::from(character == '(') - i32::from(character == ')');
            (depth == 0).then_some(open + at + 1)
        });
        let end = close.unwrap_or(text.len());
        let kind = KIND.captures(&text[end..]).map_or("virtual".to_owned(), |found| found[1].to_lowercase());
        result.insert(found[1].to_owned(), (text[open..end].trim().to_owned(), kind));
    }
    result
}

/// Whether drizzle-kit finds the query of a CREATE VIEW.
pub(super) fn is_view(sql: &str) -> bool {
    static VIEW: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?is)\bAS\b\s+(WITH.+|SELECT.+)$"));
    VIEW.is_match(sql)
}
