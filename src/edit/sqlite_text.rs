//! What drizzle-kit 0.x reads off the text of SQLite's tables, by regular expressions that miss and mistake some of it.

use std::collections::BTreeSet;

/// Whether it sees AUTOINCREMENT: `GLOB '*[ *\t\n\r]AUTOINCREMENT[^'']*'`.
pub(super) fn autoincrement(sql: &str) -> bool {
    const WORD: &str = "AUTOINCREMENT";
    sql.match_indices(WORD).any(|(at, _)| {
        sql[..at].ends_with([' ', '*', '\t', '\n', '\r'])
            && sql[at + WORD.len()..].chars().next().is_some_and(|next| next != '\'')
    })
}

/// What it takes for the expression, with parentheses, and the kind of the generated column `name`; `None` where it takes
/// the column for a plain one.
pub(super) fn generated(sql: &str, name: &str) -> Option<(String, bool)> {
    let mut result = None;
    for line in comma_parts(sql).into_iter().filter(|line| line.contains("GENERATED ALWAYS AS")) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let column: String =
            words.first()?.chars().filter(|character| !matches!(character, '`' | '\'' | '"')).collect();
        if column != name {
            continue;
        }
        let (open, close) = (line.find('(').unwrap_or(0), line.find(')').map_or(0, |close| close + 1));
        let expression = line.get(open.min(close)..open.max(close)).unwrap_or_default().trim().to_owned();
        let kind = words
            .iter()
            .map(|word| word.to_lowercase())
            .find(|word| word.contains("stored") || word.contains("virtual"));
        let stored = kind.is_some_and(|word| word.chars().filter(char::is_ascii_alphabetic).eq("stored".chars()));
        result = Some((expression, stored));
    }
    result
}

/// `sql` cut by `/,\s*(?![^()]*\))/`: at commas from which the next parenthesis does not close.
fn comma_parts(sql: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, _) in sql.match_indices(',') {
        let rest = &sql[at + 1..];
        // The white space can always be given back, so that only the next parenthesis decides.
        if rest.find(['(', ')']).is_some_and(|next| rest[next..].starts_with(')')) {
            continue;
        }
        parts.push(&sql[start..at]);
        start = at + 1 + (rest.len() - rest.trim_start().len());
    }
    parts.push(&sql[start..]);
    parts
}

/// The names of the checks it sees: all of the database's, for each of its tables alike. (Push compares the names only.)
pub(super) fn checks<'a>(tables: impl Iterator<Item = (&'a str, &'a str)>) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut unnamed = 0;
    for (table, sql) in tables {
        let checks = check_clauses(sql);
        if checks.iter().any(Option::is_some) {
            seen.extend(checks.into_iter().flatten());
        } else {
            for _ in checks {
                unnamed += 1;
                seen.insert(format!("{table}_check_{unnamed}"));
            }
        }
    }
    seen
}

/// `/CHECK\s*\((.*?)\)/gi`, with the name in front where `/CONSTRAINT\s*["']?(\w+)["']?\s*/` finds one.
fn check_clauses(sql: &str) -> Vec<Option<String>> {
    let lowered = sql.to_ascii_lowercase();
    let mut names = Vec::new();
    let mut from = 0;
    while let Some(found) = lowered[from..].find("check") {
        let at = from + found;
        from = at + "check".len();
        let Some(inner) = sql[from..].trim_start().strip_prefix('(') else { continue };
        let Some(close) = inner.find(')').filter(|close| !inner[..*close].contains(['\n', '\r'])) else { continue };
        names.push(constraint_name(&sql[..at]));
        from = sql.len() - inner.len() + close + 1;
    }
    names
}

/// The name in front of a CHECK.
fn constraint_name(before: &str) -> Option<String> {
    let quote = |text: &'_ str| text.strip_suffix(['"', '\'']).map(str::to_owned).unwrap_or_else(|| text.to_owned());
    let before = quote(before.trim_end());
    let word_start = before
        .rfind(|character: char| !character.is_ascii_alphanumeric() && character != '_')
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
    let name = before[word_start..].to_owned();
    let keyword = quote(&before[..word_start]);
    let keyword = keyword.trim_end().to_ascii_lowercase();
    (!name.is_empty() && keyword.ends_with("constraint")).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_as_drizzle_kit_reads_it() {
        assert!(autoincrement("create table t (id integer primary key AUTOINCREMENT)"));
        assert!(!autoincrement("create table t (id integer primary key autoincrement)"));
        let sql =
            "create table g(a integer, b integer GENERATED ALWAYS AS (a * 2) STORED, c text generated always as (a))";
        assert_eq!(generated(sql, "b"), Some(("(a * 2)".into(), true)));
        assert_eq!(generated(sql, "c"), None);
        let nested = "create table g(a text, b text GENERATED ALWAYS AS (lower(a) || 'x'))";
        assert_eq!(generated(nested, "b"), Some(("(lower(a)".into(), false)));
        let tables = [
            ("a", "create table a(x int check (x > 0), y int CHECK(length(y) > 1))"),
            ("b", "create table b(x int, constraint \"b_x\" check ( x < 9 ), check (x <> 3))"),
            ("c", "create table c(x int, CONSTRAINT `c_x` CHECK (x < 8))"),
        ];
        let seen: Vec<String> = checks(tables.into_iter()).into_iter().collect();
        assert_eq!(seen, ["a_check_1", "a_check_2", "b_x", "c_check_3"]);
    }
}
