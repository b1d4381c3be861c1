//! Names: from the database's spelling to TypeScript's, and the way drizzle-orm goes back.

use crate::declared::{Casing, cased};

/// The column name that a nameless column under `key` gets.
pub(super) fn implied_name(key: &str, casing: Option<Casing>) -> String {
    casing.map_or_else(|| key.to_owned(), |casing| cased(key, casing))
}

fn capitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// `user_id`, `user-id` and `User Id` as `userId`; what is camelCase already stays.
pub(super) fn camel_case(name: &str) -> String {
    let words: Vec<&str> = name
        .split(|character: char| !character.is_alphanumeric() && character != '$')
        .filter(|word| !word.is_empty())
        .collect();
    let joined: String = words
        .iter()
        .enumerate()
        .map(|(index, word)| {
            let shouting = word.chars().all(|character| !character.is_lowercase());
            let word = if shouting { word.to_lowercase() } else { (*word).to_owned() };
            if index == 0 { uncapitalised(&word) } else { capitalised(&word) }
        })
        .collect();
    match joined.chars().next() {
        None => "unnamed".into(),
        Some(first) if first.is_numeric() => format!("_{joined}"),
        Some(_) => joined,
    }
}

fn uncapitalised(word: &str) -> String {
    let mut characters = word.chars();
    characters.next().map_or_else(String::new, |first| first.to_lowercase().chain(characters).collect())
}

/// `user_id` as `UserId`.
pub(super) fn pascal_case(name: &str) -> String {
    capitalised(&camel_case(name))
}

/// Whether `name` may stand as it is for a key or a constant.
pub(super) fn is_identifier(name: &str) -> bool {
    let mut characters = name.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || matches!(first, '_' | '$'))
        && characters.all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '$'))
}

/// Words that no constant may be called.
const RESERVED: &[&str] = &[
    "arguments",
    "await",
    "break",
    "case",
    "catch",
    "class",
    "const",
    "continue",
    "debugger",
    "default",
    "delete",
    "do",
    "else",
    "enum",
    "eval",
    "export",
    "extends",
    "false",
    "finally",
    "for",
    "function",
    "if",
    "implements",
    "import",
    "in",
    "instanceof",
    "interface",
    "let",
    "new",
    "null",
    "package",
    "private",
    "protected",
    "public",
    "return",
    "static",
    "super",
    "switch",
    "this",
    "throw",
    "true",
    "try",
    "typeof",
    "undefined",
    "var",
    "void",
    "while",
    "with",
    "yield",
];

/// Whether `text` has `word` as a word of its own.
pub(super) fn has_word(text: &str, word: &str) -> bool {
    let part = |character: char| character.is_alphanumeric() || matches!(character, '_' | '$');
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}

/// `wanted`, or with a suffix where it is reserved or `taken`.
pub(super) fn free_name(wanted: &str, suffix: &str, taken: impl Fn(&str) -> bool) -> String {
    let free = |name: &str| !RESERVED.contains(&name) && !taken(name);
    if free(wanted) {
        return wanted.to_owned();
    }
    let suffixed = format!("{wanted}{suffix}");
    if free(&suffixed) {
        return suffixed;
    }
    (2..).map(|number| format!("{suffixed}{number}")).find(|name| free(name)).unwrap_or(suffixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_become_keys() {
        for (name, key) in [
            ("user_id", "userId"),
            ("userId", "userId"),
            ("User Id", "userId"),
            ("USER_ID", "userId"),
            ("1starts", "_1starts"),
            ("übung", "übung"),
            ("--", "unnamed"),
            ("_private", "private"),
        ] {
            assert_eq!(camel_case(name), key, "{name}");
        }
        assert_eq!(pascal_case("user_ids"), "UserIds");
        assert_eq!(free_name("class", "Table", |_| false), "classTable");
        assert_eq!(free_name("users", "Table", |name| matches!(name, "users" | "usersTable")), "usersTable2");
        assert!(has_word("const a = users;", "users") && !has_word("usersTable", "users"));
    }
}
