//! How drizzle-kit 0.x reads a default of the database.

use super::snapshot::KitDefault;
use crate::catalog::ColumnWords;

/// COLUMN_DEFAULT as a value of JavaScript: a number where it looks like one, else SQL or a string.
pub(super) fn of_database(text: &str, column: &ColumnWords) -> KitDefault {
    let is_decimal = ["decimal", "char", "varchar"].iter().any(|base| column.column_type.starts_with(base));
    if !is_decimal && is_number(text) {
        let value = text.parse().unwrap_or(f64::NAN);
        return KitDefault::Number(value, text.to_owned());
    }
    if column.extra.contains("DEFAULT_GENERATED") {
        return KitDefault::Text(expression(text, column.character_set.as_deref()));
    }
    KitDefault::Text(format!("'{}'", text.replace('\'', "''")))
}

/// `/^-?[\d.]+(?:e-?\d+)?$/`
fn is_number(text: &str) -> bool {
    let text = text.strip_prefix('-').unwrap_or(text);
    let (mantissa, exponent) = match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix('-').unwrap_or(exponent))),
        None => (text, None),
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    !mantissa.is_empty()
        && mantissa.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && exponent.is_none_or(digits)
}

/// An expression: parentheses are put around it, but not around a string with the column's character set in front.
fn expression(text: &str, character_set: Option<&str>) -> String {
    let introducer = format!("_{}", character_set.unwrap_or("utf8mb4"));
    let Some(rest) = text.strip_prefix(&introducer) else { return format!("({text})") };
    let rest = rest.replace('\\', "");
    let mut letters = rest.chars();
    let (first, last) = (letters.next(), letters.next_back());
    let inner = letters.as_str().replace('\'', "''");
    if (first, last) == (Some('\''), Some('\'')) { format!("('{inner}')") } else { format!("'{inner}'") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_what_looks_like_one() {
        for (text, expected) in [
            ("5", true),
            ("-1.50", true),
            ("1e-5", true),
            ("1e5", true),
            ("1.2.3", true),
            ("", false),
            ("-", false),
            ("5 ", false),
            ("1e", false),
        ] {
            assert_eq!(is_number(text), expected, "{text}");
        }
    }
}
