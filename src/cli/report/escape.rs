//! How each format writes a text that may hold anything.

use std::fmt::Write as _;

/// XML, in a text or an attribute. What XML cannot hold at all is left out.
pub fn xml(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            '\n' | '\r' | '\t' => {
                let _ = write!(escaped, "&#{};", u32::from(character));
            }
            '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            other => escaped.push(other),
        }
    }
    escaped
}

/// Markdown code within a line of a table, whatever backticks and bars it holds.
pub fn markdown_code(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|");
    let longest = text.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let space = if longest > 0 { " " } else { "" };
    format!("{fence}{space}{text}{space}{fence}")
}

/// A line of a GitHub workflow: `::error file=a.ts,line=1::message`.
/// <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>
pub fn annotation(level: &str, properties: &[(&str, &str)], message: &str) -> String {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property =
        |(key, value): &(&str, &str)| format!("{key}={}", data(value).replace(':', "%3A").replace(',', "%2C"));
    let properties = properties.iter().map(property).collect::<Vec<_>>().join(",");
    let space = if properties.is_empty() { "" } else { " " };
    format!("::{level}{space}{properties}::{}\n", data(message))
}
