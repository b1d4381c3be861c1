//! Defaults as the SQL text that drizzle-kit's snapshot has.

use std::rc::Rc;
use std::sync::LazyLock;

use regex::Regex;

use super::drizzle::ColumnState;
use super::drizzle::sql::Style;
use super::evaluate::Evaluator;
use super::value::{Location, Unknown, Value};
use super::{Casing, Generation};
use crate::catalog::{Fact, Family};
use crate::syntax::number_text;

/// The first words of PostgreSQL's types whose texts drizzle-kit 1.0 puts between quotes; those of others it writes as
/// they are.
const KNOWN_V1: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "numeric",
    "decimal",
    "real",
    "double",
    "boolean",
    "char",
    "character",
    "varchar",
    "text",
    "json",
    "jsonb",
    "time",
    "timestamp",
    "uuid",
    "interval",
    "inet",
    "cidr",
    "macaddr",
    "macaddr8",
    "vector",
    "halfvec",
    "sparsevec",
    "bit",
    "point",
    "line",
    "date",
    "geometry",
    "serial",
    "smallserial",
    "bigserial",
];

impl Evaluator<'_> {
    /// The default of a column as SQL.
    pub fn default_text(&mut self, state: &ColumnState, casing: Option<Casing>) -> Fact<Option<String>> {
        let Some(default) = state.default.clone() else { return Fact::Known(None) };
        match self.default_sql(&default, state, casing) {
            Ok(text) => Fact::Known(text),
            Err(_) => Fact::Unknown,
        }
    }

    fn default_sql(
        &mut self,
        default: &Value,
        state: &ColumnState,
        casing: Option<Casing>,
    ) -> Result<Option<String>, Rc<Unknown>> {
        let location = state.location;
        let sql_type = state.sql_type.clone()?.to_lowercase();
        let unknown = || Rc::new(Unknown { location, why: "its default is not read".into() });
        let text = match default {
            Value::Undefined => return Ok(None),
            Value::Unknown(unknown) => return Err(unknown.clone()),
            Value::Sql(sql) => {
                let style =
                    Style { family: state.family, bare_columns: false, parameters: false, inline: false, casing };
                let text = self.sql_text(sql, style, location)?;
                return Ok(Some(match (self.generation, state.family) {
                    (Generation::V1, Family::Postgresql) => without_casts(&text),
                    (Generation::V1, Family::Mysql) if !text.starts_with('(') => format!("({text})"),
                    _ => text,
                }));
            }
            _ if self.generation == Generation::V1 => {
                return self.default_v1(default, &sql_type, state).map(Some).ok_or_else(unknown);
            }
            Value::String(text) => quoted(text),
            _ => match state.family {
                Family::Postgresql => self.pg_default(default, &sql_type, state).ok_or_else(unknown)?,
                Family::Mysql => self.mysql_default(default, &sql_type).ok_or_else(unknown)?,
                Family::Sqlite => self.sqlite_default(default).ok_or_else(unknown)?,
            },
        };
        if state.family == Family::Mysql && ["blob", "text", "json"].contains(&sql_type.as_str()) {
            return Ok(Some(format!("({text})")));
        }
        Ok(Some(text))
    }

    fn pg_default(&mut self, default: &Value, sql_type: &str, state: &ColumnState) -> Option<String> {
        if sql_type == "json" || sql_type == "jsonb" {
            return Some(format!("'{}'::{sql_type}", self.json(default)?));
        }
        Some(match default {
            Value::Date(milliseconds) => format!("'{}'", date_text(*milliseconds, sql_type)),
            Value::Array(_) if state.dimensions > 0 => format!("'{}'", self.array_text(default, sql_type)?),
            // As JavaScript writes a list, and an object.
            Value::Array(_) => self.numbers(default, state.location)?.join(","),
            Value::Object(_) => "[object Object]".to_owned(),
            _ => return self.plain_default(default),
        })
    }

    /// The numbers of a point or a line, of a list or an object.
    fn numbers(&mut self, value: &Value, location: Location) -> Option<Vec<String>> {
        let values = match value {
            Value::Object(_) => self.entries(value, location).ok()?.into_iter().map(|(_, value)| value).collect(),
            list => self.elements(list, location).ok()?,
        };
        values.iter().map(|value| value.to_text().map(|text| text.to_string())).collect()
    }

    fn mysql_default(&mut self, default: &Value, sql_type: &str) -> Option<String> {
        if sql_type == "json" {
            return Some(format!("'{}'", self.json(default)?));
        }
        match default {
            Value::Date(milliseconds) => {
                let kind = if sql_type == "date" { "date" } else { "timestamp" };
                Some(format!("'{}'", date_text(*milliseconds, kind)))
            }
            _ => self.plain_default(default),
        }
    }

    fn sqlite_default(&mut self, default: &Value) -> Option<String> {
        match default {
            Value::Object(_) | Value::Array(_) | Value::Null | Value::Date(_) => {
                Some(format!("'{}'", self.json(default)?))
            }
            _ => self.plain_default(default),
        }
    }

    /// drizzle 1.0 writes a default by the column's type.
    fn default_v1(&mut self, default: &Value, sql_type: &str, state: &ColumnState) -> Option<String> {
        /// PostgreSQL's types whose texts are escaped, backslashes too.
        const TEXTS: &[&str] = &["text", "varchar", "char", "character"];
        let word = sql_type.split(['(', '[', ' ']).next().unwrap_or(sql_type);
        match (state.family, default) {
            (Family::Postgresql, Value::Array(_)) if state.dimensions > 0 => {
                self.array_text_v1(default, TEXTS.contains(&word)).map(|text| format!("'{text}'"))
            }
            (Family::Postgresql, Value::String(text)) if TEXTS.contains(&word) => {
                Some(quoted(&text.replace('\\', "\\\\")))
            }
            (Family::Postgresql, _) if matches!(word, "json" | "jsonb") => {
                Some(quoted(&self.json(default)?.to_string()))
            }
            (Family::Postgresql, Value::Array(_) | Value::Object(_)) if matches!(word, "point" | "line") => {
                let numbers = self.numbers(default, state.location)?.join(",");
                Some(if word == "point" { format!("'({numbers})'") } else { format!("'{{{numbers}}}'") })
            }
            (Family::Postgresql, Value::String(text)) if state.enumeration.is_none() && !KNOWN_V1.contains(&word) => {
                Some(text.to_string())
            }
            (Family::Postgresql, Value::Number(_) | Value::BigInt(_)) if word == "numeric" => {
                Some(format!("'{}'", default.to_text()?))
            }
            (Family::Postgresql, Value::String(text)) if matches!(word, "text" | "varchar" | "char") => {
                Some(quoted(&text.replace('\\', "\\\\")))
            }
            (Family::Postgresql, Value::Date(milliseconds)) if sql_type.contains("with time zone") => {
                Some(format!("'{}+00'", date_text(*milliseconds, "timestamp")))
            }
            (Family::Postgresql, Value::Date(milliseconds)) => Some(format!("'{}'", date_text(*milliseconds, word))),
            (Family::Mysql, _) if word == "json" => Some(format!("({})", quoted(&self.json(default)?.to_string()))),
            (Family::Mysql, _) if matches!(word, "decimal" | "numeric") => Some(format!("({})", default.to_text()?)),
            (Family::Mysql, Value::String(text)) => Some(mysql_text_v1(text, word)),
            (Family::Mysql, _) => self.mysql_default(default, sql_type),
            (Family::Sqlite, _) => self.sqlite_default_v1(default, sql_type, state),
            _ => self.plain_default(default),
        }
    }

    fn sqlite_default_v1(&mut self, default: &Value, sql_type: &str, state: &ColumnState) -> Option<String> {
        /// The types that drizzle-kit 1.0 has rules for. The default of any other is written as it is.
        const KNOWN: &[&str] = &[
            "int",
            "integer",
            "smallint",
            "mediumint",
            "bigint",
            "real",
            "double",
            "float",
            "numeric",
            "decimal",
            "boolean",
        ];
        const TEXTS: &[&str] = &["text", "character", "varchar", "nchar", "nvarchar", "clob"];
        let word = sql_type.split('(').next().unwrap_or(sql_type);
        match default {
            Value::Date(milliseconds) => {
                let mode = self.column_option(state, "mode");
                let number =
                    if mode.as_deref() == Some("timestamp_ms") { *milliseconds } else { milliseconds / 1000.0 };
                Some(format!("{number:.0}"))
            }
            Value::BigInt(digits) => Some(format!("'{digits}'")),
            Value::String(text) if TEXTS.contains(&word) => Some(quoted(&text.replace('\\', "\\\\"))),
            Value::String(text) if word == "numeric" || word == "decimal" => Some(format!("'{text}'")),
            Value::String(text) if !KNOWN.contains(&word) && !word.starts_with("blob") => Some(text.to_string()),
            Value::Object(_) | Value::Array(_) => Some(quoted(&self.json(default)?.to_string())),
            _ => self.sqlite_default(default),
        }
    }

    /// What the config of a column says of `key`, as a text.
    fn column_option(&mut self, state: &ColumnState, key: &str) -> Option<Rc<str>> {
        self.option(&state.config, key, state.location).as_text().cloned()
    }

    /// An array literal of drizzle 1.0, which quotes few `texts`, so that the server spells it otherwise; `None` where an
    /// element of another type would need quotes whose rules are not modelled.
    fn array_text_v1(&mut self, array: &Value, texts: bool) -> Option<String> {
        let Value::Array(array) = array else { return None };
        if array.open.is_some() {
            return None;
        }
        let elements = array.elements.borrow().clone();
        let mut spelled = Vec::with_capacity(elements.len());
        for element in elements {
            spelled.push(match &element.value {
                Value::Array(_) => self.array_text_v1(&element.value, texts)?,
                Value::Boolean(value) => if *value { "t" } else { "f" }.to_owned(),
                Value::Number(number) => number_text(*number),
                Value::String(text) if texts => {
                    let escaped = text.replace('\'', "''").replace('\\', "\\\\").replace('"', "\\\"");
                    let quotes = text.is_empty() || text.contains(['\\', '"', ',']);
                    if quotes { format!("\"{escaped}\"") } else { escaped }
                }
                Value::String(text)
                    if !text.is_empty()
                        && text.chars().all(|letter| letter.is_alphanumeric() || "_-.:".contains(letter)) =>
                {
                    text.to_string()
                }
                _ => return None,
            });
        }
        Some(format!("{{{}}}", spelled.join(",")))
    }

    /// A value that the snapshot keeps as it is.
    fn plain_default(&mut self, default: &Value) -> Option<String> {
        Some(match default {
            Value::Number(number) => number_text(*number),
            Value::Boolean(value) => value.to_string(),
            Value::BigInt(digits) => digits.to_string(),
            Value::Null => "null".into(),
            Value::String(text) => quoted(text),
            Value::Object(_) | Value::Array(_) => self.json(default)?.to_string(),
            _ => return None,
        })
    }

    /// PostgreSQL's array literal: `{"a","b"}`, in drizzle-kit's spelling.
    fn array_text(&mut self, array: &Value, sql_type: &str) -> Option<String> {
        let base = sql_type.split('[').next().unwrap_or(sql_type);
        let Value::Array(array) = array else { return None };
        if array.open.is_some() {
            return None;
        }
        let elements = array.elements.borrow().clone();
        let mut texts = Vec::with_capacity(elements.len());
        for element in elements {
            texts.push(match &element.value {
                Value::Number(number) => number_text(*number),
                Value::BigInt(digits) => digits.to_string(),
                Value::Boolean(value) => value.to_string(),
                Value::Array(_) => self.array_text(&element.value, sql_type)?,
                Value::Date(milliseconds) => format!("\"{}\"", date_text(*milliseconds, base)),
                Value::Object(_) | Value::Null => {
                    format!("\"{}\"", self.json(&element.value)?.to_string().replace('"', "\\\""))
                }
                Value::String(text) => format!("\"{text}\""),
                _ => return None,
            });
        }
        Some(format!("{{{}}}", texts.join(",")))
    }
}

/// As an SQL string.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A text as drizzle 1.0 makes it a default of MySQL: what the type is not known to hold is written as it is.
fn mysql_text_v1(text: &str, word: &str) -> String {
    let escaped = || quoted(&text.replace('\\', "\\\\"));
    match word {
        "varbinary" => {
            let digits: Vec<String> = text.bytes().map(|byte| format!("{byte:02x}")).collect();
            format!("(0x{})", digits.concat())
        }
        "char" | "character" | "varchar" | "nvarchar" | "enum" => escaped(),
        "timestamp" | "datetime" | "date" | "time" => format!("'{text}'"),
        "binary" => format!("({})", escaped()),
        _ if word.ends_with("text") || word.ends_with("blob") => format!("({})", escaped()),
        _ => text.to_owned(),
    }
}

/// `text` without the casts at its end, as drizzle-kit 1.0 cuts them off.
pub fn without_casts(text: &str) -> String {
    static CASTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?i)(::["\w.\s-]+(?:\([^)]*\))?(?:\swith(?:out)?\stime\szone)?(?:\[\])?)+$"#).ok()
    });
    let text = text.strip_suffix("[]").unwrap_or(text);
    CASTS.as_ref().map_or_else(|| text.to_owned(), |casts| casts.replace(text, "").into_owned())
}

fn date_text(milliseconds: f64, sql_type: &str) -> String {
    let iso = super::dates::iso(milliseconds);
    match sql_type {
        "date" => iso.split('T').next().unwrap_or_default().to_owned(),
        "timestamp" => iso.replace('T', " ").trim_end_matches('Z').to_owned(),
        _ => iso,
    }
}
