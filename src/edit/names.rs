//! Names: from the database's spelling to TypeScript's, and the way drizzle-orm goes back.

use crate::declared::Casing;

/// The words drizzle-orm's `casing` sees in a key, as its `/[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g` cuts them.
fn cased_words(key: &str) -> Vec<String> {
    let characters: Vec<char> = key.chars().filter(|character| !matches!(character, '\'' | '\u{2019}')).collect();
    let small = |at: usize| characters.get(at).is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit());
    let large = |at: usize| characters.get(at).is_some_and(char::is_ascii_uppercase);
    let lower = |at: usize| characters.get(at).is_some_and(char::is_ascii_lowercase);
    let mut words = Vec::new();
    let mut at = 0;
    while at < characters.len() {
        let start = at;
        if small(at) {
            while small(at) {
                at += 1;
            }
        } else if large(at) {
            while large(at) {
                at += 1;
            }
            // A run of capitals gives its last one to the word that follows it.
            if lower(at) {
                at -= 1;
            }
            if at == start {
                at += 1;
                while small(at) {
                    at += 1;
                }
            }
        } else {
            at += 1;
            continue;
        }
        words.push(characters[start..at].iter().collect());
    }
    words
}

/// The column name that a nameless column under `key` gets.
pub(super) fn implied_name(key: &str, casing: Option<Casing>) -> String {
    match casing {
        None => key.to_owned(),
        Some(Casing::SnakeCase) => {
            cased_words(key).iter().map(|word| word.to_lowercase()).collect::<Vec<_>>().join("_")
        }
        Some(Casing::CamelCase) => cased_words(key)
            .iter()
            .enumerate()
            .map(|(index, word)| if index == 0 { word.to_lowercase() } else { capitalised(word) })
            .collect(),
    }
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
    fn keys_become_names_as_drizzle_orm_has_it() {
        // Values computed with drizzle-orm 0.45.4's casing.js.
        for (key, snake, camel) in [
            ("createdAt", "created_at", "createdAt"),
            ("createdAtUTC", "created_at_utc", "createdAtUTC"),
            ("XMLHttp2Foo", "xml_http2_foo", "xmlHttp2Foo"),
            ("a1b", "a1b", "a1b"),
            ("quoted-key", "quoted_key", "quotedKey"),
            ("_under", "under", "under"),
            ("created_at", "created_at", "createdAt"),
            ("A1", "a_1", "a1"),
        ] {
            assert_eq!(implied_name(key, Some(Casing::SnakeCase)), snake, "{key}");
            assert_eq!(implied_name(key, Some(Casing::CamelCase)), camel, "{key}");
            assert_eq!(implied_name(key, None), key);
        }
    }

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
