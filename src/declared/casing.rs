//! Drizzle's casings: how a key becomes a column's name.

use super::Casing;

/// `key` in `casing`, as drizzle 0.x has it: letters beyond ASCII are lost.
pub fn cased(key: &str, casing: Casing) -> String {
    joined(&words(key, is_ascii_low, |letter| letter.is_ascii_uppercase()), casing)
}

/// `key` in `casing`, as drizzle 1.0 has it.
pub fn cased_in_any_script(key: &str, casing: Casing) -> String {
    let is_low = |letter: char| is_ascii_low(letter) || (letter.is_alphabetic() && !letter.is_uppercase());
    joined(&words(key, is_low, char::is_uppercase), casing)
}

fn is_ascii_low(letter: char) -> bool {
    letter.is_ascii_digit() || letter.is_ascii_lowercase()
}

fn joined(words: &[String], casing: Casing) -> String {
    match casing {
        Casing::SnakeCase => words.iter().map(|word| word.to_lowercase()).collect::<Vec<_>>().join("_"),
        Casing::CamelCase => words
            .iter()
            .enumerate()
            .map(|(index, word)| {
                if index == 0 {
                    return word.to_lowercase();
                }
                let mut letters = word.chars();
                letters.next().map_or_else(String::new, |first| format!("{}{}", first.to_uppercase(), letters.as_str()))
            })
            .collect(),
    }
}

/// The matches of drizzle's `/[\da-z]+|[A-Z]+(?![a-z])|[A-Z][\da-z]+/g`.
fn words(key: &str, is_low: impl Fn(char) -> bool, is_high: impl Fn(char) -> bool) -> Vec<String> {
    let letters: Vec<char> = key.chars().filter(|letter| *letter != '\'' && *letter != '\u{2019}').collect();
    let is_small = |letter: char| is_low(letter) && !letter.is_ascii_digit();
    let mut words = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        let low = letters[at..].iter().take_while(|letter| is_low(**letter)).count();
        let high = letters[at..].iter().take_while(|letter| is_high(**letter)).count();
        let length = if low > 0 {
            low
        } else if high > 0 {
            let next = letters.get(at + high);
            // `[A-Z]+(?![a-z])` gives one letter back where a lower-case one follows.
            let upper = if next.is_some_and(|letter| is_small(*letter)) { high - 1 } else { high };
            if upper > 0 { upper } else { 1 + letters[at + 1..].iter().take_while(|letter| is_low(**letter)).count() }
        } else {
            at += 1;
            continue;
        };
        words.push(letters[at..at + length].iter().collect());
        at += length;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Measured with drizzle-orm 0.45.4's `toSnakeCase` and `toCamelCase`.
    #[test]
    fn keys_are_cased_as_drizzle_does() {
        for (key, snake, camel) in [
            ("createdAtUTC", "created_at_utc", "createdAtUTC"),
            ("XMLHttp2Foo", "xml_http2_foo", "xmlHttp2Foo"),
            ("a1b", "a1b", "a1b"),
            ("quoted-key", "quoted_key", "quotedKey"),
            ("_under", "under", "under"),
            ("user_id", "user_id", "userId"),
        ] {
            assert_eq!(cased(key, Casing::SnakeCase), snake, "{key}");
            assert_eq!(cased(key, Casing::CamelCase), camel, "{key}");
        }
    }

    /// Measured with drizzle-orm 1.0.0-rc.5's.
    #[test]
    fn keys_of_1_are_cased_in_any_script() {
        assert_eq!(cased_in_any_script("ÄnderungsDatum", Casing::SnakeCase), "änderungs_datum");
        assert_eq!(cased_in_any_script("createdAtUTC", Casing::SnakeCase), "created_at_utc");
        assert_eq!(cased("ÄnderungsDatum", Casing::SnakeCase), "nderungs_datum");
    }
}
