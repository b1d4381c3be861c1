//! Env files, read exactly as Node's `dotenv` reads them: drizzle-kit does, and another reading would be another password.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

/// JavaScript's `\s`.
const SPACE: &str = r"[\t\n\x0B\x0C\r \x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff}]";

/// `dotenv`'s own pattern (the same in 16 and 17), with JavaScript's classes spelled out.
static LINE: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = concat!(
        r"(?m:^)\s*(?:export\s+)?([A-Za-z0-9_.-]+)(?:\s*=\s*?|:\s+?)",
        r#"(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?"#,
        r"\s*(?:#[^\n\r\x{2028}\x{2029}]*)?(?m:$)",
    );
    Regex::new(&pattern.replace(r"\s", SPACE)).expect("a constant pattern")
});

/// The variables that `text` defines; of several definitions of one name the last holds.
pub fn parse(text: &str) -> BTreeMap<String, String> {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    LINE.captures_iter(&text)
        .filter_map(|captures| {
            Some((captures.get(1)?.as_str().to_owned(), value(captures.get(2).map_or("", |v| v.as_str()))))
        })
        .collect()
}

/// What an assignment's right side means: trimmed, without its quotes, line breaks expanded between double quotes only.
fn value(raw: &str) -> String {
    let trimmed = raw.trim_matches(is_space);
    let unquoted = without_quotes(trimmed);
    if trimmed.starts_with('"') { unquoted.replace("\\n", "\n").replace("\\r", "\r") } else { unquoted }
}

/// JavaScript's `replace(/^(['"`])([\s\S]*)\1$/gm, "$2")`: a pair counts from any line's start to any line's end.
fn without_quotes(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    let mut line_start = true;
    while let Some(first) = rest.chars().next() {
        if line_start && matches!(first, '\'' | '"' | '`') {
            let closing = rest
                .rmatch_indices(first)
                .map(|(at, _)| at)
                .find(|at| *at > 0 && rest[at + 1..].chars().next().is_none_or(|next| next == '\n'));
            if let Some(closing) = closing {
                result.push_str(&rest[1..closing]);
                rest = &rest[closing + 1..];
                line_start = false;
                continue;
            }
        }
        line_start = first == '\n';
        result.push(first);
        rest = &rest[first.len_utf8()..];
    }
    result
}

/// What JavaScript's `trim` takes away.
fn is_space(character: char) -> bool {
    (character.is_whitespace() && character != '\u{85}') || character == '\u{feff}'
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The fixture's values were written by the real dotenv: `node tests/dotenv/expected.cjs`.
    #[test]
    fn values_equal_those_of_the_real_dotenv() {
        let cases: serde_json::Value =
            serde_json::from_str(include_str!("../../tests/dotenv/expected.json")).expect("JSON");
        let cases = cases.as_array().expect("a list");
        assert!(cases.len() > 40);
        for case in cases {
            let text = case["text"].as_str().expect("a text");
            let expected: BTreeMap<String, String> =
                serde_json::from_value(case["variables"].clone()).expect("variables");
            assert_eq!(parse(text), expected, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[A-Za-z=:'\"`#\\\\ \n\r\t\u{feff}ä$-]{0,200}") {
            parse(&text);
        }

        #[test]
        fn plain_values_survive(name in "[A-Z_]{1,12}", value in "[a-zA-Z0-9:/@$!%?&.-]{1,40}") {
            let variables = parse(&format!("{name}={value}\n"));
            prop_assert_eq!(variables.get(&name), Some(&value));
        }
    }
}
