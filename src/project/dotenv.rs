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

/// A reference to another variable, from its `$` on: `$NAME`, `${NAME}`, `${NAME:-default}`.
static REFERENCE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"^\$\{?([A-Za-z0-9_]+)(?::-([^}\\]*))?\}?").expect("a constant pattern"));

/// How many references one value may hold. They can be circular.
const REFERENCES: usize = 100;

/// `variables` with their references to each other and to `environment` replaced, as `dotenv-expand` does it. dotenv
/// itself, and so drizzle-kit, does no such thing; Next.js's loader does.
pub fn expand(
    variables: &BTreeMap<String, String>,
    environment: &BTreeMap<String, String>,
) -> BTreeMap<String, String> {
    let expanded = |(name, value): (&String, &String)| {
        let mut value = environment.get(name).unwrap_or(value).clone();
        for _ in 0..REFERENCES {
            let last = value.rmatch_indices('$').map(|(at, _)| at).find(|at| !value[..*at].ends_with('\\'));
            let Some(captures) = last.and_then(|at| REFERENCE.captures(&value[at..])) else { break };
            let default = captures.get(2).map(|default| default.as_str());
            let known = [environment.get(&captures[1]).map(String::as_str), default];
            let own = variables.get(&captures[1]).map(String::as_str);
            let text = known.into_iter().chain([own]).flatten().find(|text| !text.is_empty()).unwrap_or_default();
            value = value.replacen(&captures[0], text, 1);
        }
        (name.clone(), value.replace("\\$", "$"))
    };
    variables.iter().map(expanded).collect()
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

    /// The expected values are those of `loadEnvConfig` of @next/env 15.
    #[test]
    fn references_are_replaced_as_next_replaces_them() {
        let text = "PW=p$4w0rd\nA=1\nB=$A-x\nC=${A}y\nD=\\$A\nE='$A'\nF=${NOPE:-dflt}\nG=$NOPE\n\
                    H=postgres://u:p$w@h/d\nP2=$HOME\nI=${J}z\nJ=jj\nK=$$A\nL=a$\n";
        let environment = BTreeMap::from([("HOME".to_owned(), "/root".to_owned())]);
        let expanded = expand(&parse(text), &environment);
        for (name, expected) in [
            ("PW", "p"),
            ("B", "1-x"),
            ("C", "1y"),
            ("D", "$A"),
            ("E", "1"),
            ("F", "dflt"),
            ("G", ""),
            ("H", "postgres://u:p@h/d"),
            ("P2", "/root"),
            ("I", "jjz"),
            ("K", ""),
            ("L", "a$"),
        ] {
            assert_eq!(expanded[name], expected, "{name}");
        }
        expand(&parse("A=$B\nB=$A$A"), &BTreeMap::new());
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[A-Za-z=:'\"`#\\\\ \n\r\t\u{feff}ä$-]{0,200}") {
            expand(&parse(&text), &BTreeMap::new());
        }

        #[test]
        fn plain_values_survive(name in "[A-Z_]{1,12}", value in "[a-zA-Z0-9:/@$!%?&.-]{1,40}") {
            let variables = parse(&format!("{name}={value}\n"));
            prop_assert_eq!(variables.get(&name), Some(&value));
        }
    }
}
