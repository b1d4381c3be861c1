//! Methods of strings.

use std::rc::Rc;

use regex::{Regex, RegexBuilder};

use super::{Arguments, Evaluator};
use crate::declared::value::{Location, Placed, Value};

impl Evaluator<'_> {
    pub(super) fn string_method(
        &mut self,
        text: &Rc<str>,
        name: &str,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        let not_read = || Self::unknown(location, format!(".{name}() is not read"));
        let first = arguments.get(0);
        let second = arguments.get(1);
        if let Some(unknown) = first.unknown().or(second.unknown()) {
            return Value::Unknown(unknown.clone());
        }
        let word = first.as_text().cloned();
        match (name, word) {
            ("toString" | "valueOf" | "normalize", _) => Value::String(text.clone()),
            ("toLowerCase" | "toLocaleLowerCase", _) => Value::string(text.to_lowercase()),
            ("toUpperCase" | "toLocaleUpperCase", _) => Value::string(text.to_uppercase()),
            ("trim", _) => Value::string(text.trim()),
            ("trimStart", _) => Value::string(text.trim_start()),
            ("trimEnd", _) => Value::string(text.trim_end()),
            ("startsWith", Some(word)) => Value::Boolean(text.starts_with(&*word)),
            ("endsWith", Some(word)) => Value::Boolean(text.ends_with(&*word)),
            ("includes", Some(word)) => Value::Boolean(text.contains(&*word)),
            ("concat", _) => {
                let mut joined = text.to_string();
                for placed in &arguments.values {
                    match placed.value.to_text() {
                        Some(part) => joined.push_str(&part),
                        None => return not_read(),
                    }
                }
                Value::string(joined)
            }
            ("repeat", _) => match first {
                Value::Number(times) => match super::objects::usize_of(times) {
                    Some(times) if times * text.len() < 100_000 => Value::string(text.repeat(times)),
                    _ => not_read(),
                },
                _ => not_read(),
            },
            ("replace" | "replaceAll", None) => match (regex(&first), second.as_text()) {
                (Some((regex, global)), Some(with)) => {
                    let with = replacement(with);
                    let limit = usize::from(!global);
                    Value::string(regex.replacen(text, limit, with.as_str()))
                }
                _ => not_read(),
            },
            ("split", None) => match regex(&first) {
                Some((regex, _)) => {
                    let part = |part: &str| Placed { value: Value::string(part), location };
                    Value::array(regex.split(text).map(part).collect())
                }
                None => not_read(),
            },
            ("match", None) => match regex(&first) {
                Some((regex, false)) => match regex.captures(text) {
                    Some(found) => {
                        let group = |group: Option<regex::Match<'_>>| Placed {
                            value: group.map_or(Value::Undefined, |group| Value::string(group.as_str())),
                            location,
                        };
                        Value::array(found.iter().map(group).collect())
                    }
                    None => Value::Null,
                },
                _ => not_read(),
            },
            ("replace" | "replaceAll", Some(word)) => match second.as_text() {
                // `$` has a meaning in a replacement.
                Some(with) if !with.contains('$') => Value::string(if name == "replace" {
                    text.replacen(&*word, with, 1)
                } else {
                    text.replace(&*word, with)
                }),
                _ => not_read(),
            },
            ("split", Some(word)) => {
                let parts: Vec<String> = if word.is_empty() {
                    text.chars().map(String::from).collect()
                } else {
                    text.split(&*word).map(str::to_owned).collect()
                };
                Value::array(parts.into_iter().map(|part| Placed { value: Value::string(part), location }).collect())
            }
            ("slice" | "substring", _) if text.is_ascii() => {
                let negative =
                    arguments.values.iter().any(|placed| matches!(placed.value, Value::Number(number) if number < 0.0));
                match self.slice_bounds(text.len(), arguments) {
                    Some((from, to)) if name == "slice" || (from <= to && !negative) => {
                        Value::string(&text[from..to.max(from)])
                    }
                    _ => not_read(),
                }
            }
            ("charAt" | "at", _) => match first {
                Value::Number(number) => super::objects::usize_of(number)
                    .and_then(|at| text.chars().nth(at))
                    .map_or(Value::string(""), |character| Value::string(character.to_string())),
                _ => not_read(),
            },
            ("indexOf", Some(word)) if text.is_ascii() =>
            {
                #[expect(clippy::cast_precision_loss, reason = "no text is that long")]
                Value::Number(text.find(&*word).map_or(-1.0, |at| at as f64))
            }
            ("padStart", _) => match (first, second) {
                (Value::Number(width), filler) => {
                    let filler = filler.as_text().map_or(" ".into(), Rc::clone);
                    let width = super::objects::usize_of(width).unwrap_or(0).min(1000);
                    let missing = width.saturating_sub(text.chars().count());
                    let padding: String = filler.chars().cycle().take(missing).collect();
                    Value::string(format!("{padding}{text}"))
                }
                _ => not_read(),
            },
            _ => not_read(),
        }
    }
}

/// `value` as a regular expression, and whether it is global. JavaScript's own constructs (look-around) are not read.
pub(super) fn regex(value: &Value) -> Option<(Regex, bool)> {
    let Value::Regex(parts) = value else { return None };
    let (source, flags) = &**parts;
    if flags.chars().any(|flag| !"gimsu".contains(flag)) {
        return None;
    }
    let regex = RegexBuilder::new(source)
        .case_insensitive(flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .size_limit(1 << 20)
        .build()
        .ok()?;
    Some((regex, flags.contains('g')))
}

/// A replacement text, with JavaScript's `$1` and `$&` as the regex crate has them.
fn replacement(text: &str) -> String {
    let mut result = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        result.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let digits = after.bytes().take_while(u8::is_ascii_digit).count().min(2);
        if digits > 0 {
            result.push_str(&format!("${{{}}}", &after[..digits]));
            rest = &after[digits..];
        } else if let Some(tail) = after.strip_prefix('&') {
            result.push_str("${0}");
            rest = tail;
        } else {
            result.push_str("$$");
            rest = after.strip_prefix('$').unwrap_or(after);
        }
    }
    result + rest
}
