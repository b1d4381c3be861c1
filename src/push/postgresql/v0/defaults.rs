//! Defaults as drizzle-kit 0.31 compares them: a value of JavaScript on the one side, a text cut at its first cast on the
//! other.

use std::borrow::Cow;
use std::fmt;

use crate::catalog::{Column, DefaultForm};
use crate::declared::number_text;

/// A default in a snapshot.
#[derive(Clone, Debug)]
pub(super) enum Default_<'a> {
    /// Without one.
    None,
    /// Not known: equal to anything.
    Unknown,
    /// SQL text.
    Text(Cow<'a, str>),
    /// A number or boolean of JavaScript, in its spelling.
    Value(Cow<'a, str>),
    /// One that makes drizzle-kit give up while it reads the database.
    Crash,
}

impl Default_<'_> {
    /// Whether drizzle-kit takes both for the same.
    pub fn same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Unknown, _) | (_, Self::Unknown) | (Self::None, Self::None) => true,
            (Self::Text(a), Self::Text(b)) | (Self::Value(a), Self::Value(b)) => a == b,
            _ => false,
        }
    }

    pub fn is_some(&self) -> bool {
        matches!(self, Self::Text(_) | Self::Value(_))
    }

    /// Whether JavaScript takes it for true.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Text(text) => !text.is_empty(),
            Self::Value(text) => !["0", "-0", "false", "NaN"].contains(&text.as_ref()),
            Self::None | Self::Unknown | Self::Crash => false,
        }
    }
}

impl fmt::Display for Default_<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Value(text) => formatter.write_str(text),
            Self::None | Self::Unknown | Self::Crash => Ok(()),
        }
    }
}

/// The default that the code declares.
pub(super) fn of_code(column: &Column) -> Default_<'_> {
    match column.default.known() {
        None => Default_::Unknown,
        Some(None) => Default_::None,
        Some(Some(_)) if column.default_form == DefaultForm::BigInt => Default_::Crash,
        Some(Some(text))
            if matches!(column.default_form, DefaultForm::Number | DefaultForm::Boolean) && !text.starts_with('\'') =>
        {
            // It writes its snapshots as JSON, which has no such numbers.
            let is_finite = !["Infinity", "-Infinity", "NaN"].contains(&text.as_str());
            Default_::Value(Cow::Borrowed(if is_finite { text } else { "null" }))
        }
        Some(Some(text)) => Default_::Text(Cow::Borrowed(text)),
    }
}

/// Types whose defaults are read as numbers.
const NUMBERS: &[&str] = &["integer", "smallint", "bigint", "double precision", "real"];

/// The default that the introspection finds.
pub(super) fn of_database(column: &Column) -> Default_<'_> {
    let text = match column.default.known() {
        None => return Default_::Unknown,
        Some(None) => return Default_::None,
        Some(Some(text)) => text.as_str(),
    };
    let sql_type = column.sql_type.known().map_or("", String::as_str);
    if ["serial", "smallserial", "bigserial"].contains(&sql_type) {
        return Default_::None;
    }
    let text = without_cast(text.strip_suffix("[]").unwrap_or(text));
    if let Some(element) = sql_type.strip_suffix(']').and_then(|rest| rest.split('[').next()) {
        return match array(text, element) {
            Some(text) => Default_::Text(Cow::Owned(text)),
            None => Default_::Crash,
        };
    }
    match sql_type {
        _ if NUMBERS.contains(&sql_type) => match number(text) {
            Some(number) => Default_::Value(Cow::Owned(number_text(number))),
            None => Default_::Text(Cow::Borrowed(text)),
        },
        _ if sql_type.contains("numeric") => {
            Default_::Text(if text.contains('\'') { Cow::Borrowed(text) } else { Cow::Owned(format!("'{text}'")) })
        }
        "json" | "jsonb" => match inner(text).and_then(|json| serde_json::from_str::<serde_json::Value>(json).ok()) {
            Some(json) => Default_::Text(Cow::Owned(format!("'{json}'::{sql_type}"))),
            None => Default_::Crash,
        },
        "boolean" => Default_::Value(Cow::Borrowed(if text == "true" { "true" } else { "false" })),
        _ if text == "NULL" || (text.starts_with('\'') && text.ends_with('\'')) => Default_::Text(Cow::Borrowed(text)),
        _ if text.contains('\\') => Default_::Text(Cow::Owned(text.replace('\\', "`\\"))),
        _ => Default_::Text(Cow::Borrowed(text)),
    }
}

/// `text` without its first and last letter.
fn inner(text: &str) -> Option<&str> {
    let mut letters = text.chars();
    letters.next()?;
    letters.next_back()?;
    Some(letters.as_str())
}

/// Everything from the first `::` on goes, if the text ends in a word.
fn without_cast(text: &str) -> &str {
    let ends_in_word =
        text.chars().next_back().is_some_and(|last| last.is_ascii_alphanumeric() || last == '_' || last == '"');
    if !ends_in_word {
        return text;
    }
    let from = text.rfind('\n').map_or(0, |newline| newline + 1);
    text[from..].find("::").map_or(text, |at| &text[..from + at])
}

/// What drizzle-kit takes for a number: digits and points, with a small exponent perhaps.
fn number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (digits, exponent) = unsigned.split_once('e').map_or((unsigned, None), |(head, tail)| (head, Some(tail)));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let looks = !digits.is_empty()
        && digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && exponent.is_none_or(|exponent| all_digits(exponent.strip_prefix('-').unwrap_or(exponent)));
    if looks { text.parse().ok() } else { None }
}

/// An array's literal as drizzle-kit rewrites it, whatever it was.
fn array(text: &str, element: &str) -> Option<String> {
    let letters: Vec<char> = text.chars().collect();
    let inner: String = letters.get(2..letters.len().saturating_sub(2)).unwrap_or_default().iter().collect();
    let parts = inner.split(',').map(str::trim);
    let mut rewritten = Vec::new();
    for part in parts {
        rewritten.push(match element {
            _ if NUMBERS.contains(&element) || element.starts_with("timestamp") || element == "interval" => {
                part.to_owned()
            }
            "boolean" => if part == "t" { "true" } else { "false" }.to_owned(),
            "json" | "jsonb" => {
                let text: String = serde_json::from_str(part).ok()?;
                let json: serde_json::Value = serde_json::from_str(&text).ok()?;
                serde_json::to_string(&json.to_string()).ok()?
            }
            _ => format!("\"{part}\""),
        });
    }
    Some(format!("'{{{}}}'", rewritten.join(",")))
}
