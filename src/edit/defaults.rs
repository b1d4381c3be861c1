//! From a default's SQL to the TypeScript in which drizzle-kit sees no difference.

use super::builders::{Builder, Kind, Value};
use super::style::Style;
use crate::catalog::{Family, Generation};

/// A default in TypeScript.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spelling {
    /// `.defaultNow()`, `.default("x")`.
    pub modifier: String,
    /// Whether it needs `sql`.
    pub uses_sql: bool,
    /// Whether drizzle-kit reads the same from the code and from the database.
    pub silent: bool,
}

/// A default as drizzle-kit compares it: what it holds in its snapshot.
#[derive(Clone, Debug, PartialEq)]
enum Seen {
    Number(f64),
    Boolean(bool),
    Text(String),
}

/// A way to write the default, and what drizzle-kit would make of it.
struct Candidate {
    modifier: String,
    uses_sql: bool,
    seen: Seen,
}

/// `SQL` as a template literal behind the tag `tag`.
pub(super) fn template(tag: &str, sql: &str) -> String {
    let escaped = sql
        .replace('\\', "\\\\")
        .replace('`', "\\`")
        .replace("${", "\\${")
        .replace("\r\n", "\\n")
        .replace(['\n', '\r'], "\\n");
    format!("{tag}`{escaped}`")
}

/// How to write the default `sql` of a column that `builder` builds. May change the builder's mode, where that decides
/// what can be written. `tag` is the local name of drizzle-orm's `sql`.
pub(super) fn spelling(
    family: Family,
    generation: Generation,
    builder: &mut Builder,
    sql: &str,
    style: &Style,
    tag: &str,
) -> Spelling {
    let (seen, candidates) = match family {
        Family::Postgresql => (postgresql_seen(builder, sql), postgresql(builder, sql, style, tag)),
        Family::Sqlite => (Some(sqlite_seen(sql)), sqlite(generation, builder, sql, style, tag)),
        Family::Mysql => (None, mysql(builder, sql, style, tag)),
    };
    let candidates = match generation {
        Generation::V0 => candidates,
        Generation::V1 => natural(family, builder, sql, tag).into_iter().chain(candidates).collect(),
    };
    // 1.0 compares meanings, so whatever is natural is silent; so is MySQL's, as far as is known.
    let lenient = generation == Generation::V1 || family == Family::Mysql;
    let chosen = candidates.iter().position(|candidate| lenient || Some(&candidate.seen) == seen.as_ref());
    let silent = chosen.is_some() && !(family == Family::Mysql && is_stubborn(generation, builder, sql));
    let chosen = candidates.into_iter().nth(chosen.unwrap_or(0));
    chosen.map_or_else(
        || Spelling { modifier: format!(".default({})", template(tag, sql)), uses_sql: true, silent: false },
        |candidate| Spelling { modifier: candidate.modifier, uses_sql: candidate.uses_sql, silent },
    )
}

/// What 1.0 takes literally where 0.x does not. (Found with 1.0.0-rc.5.)
fn natural(family: Family, builder: &Builder, sql: &str, tag: &str) -> Option<Candidate> {
    let quoted = unquoted(sql).filter(|(_, rest)| rest.is_empty() || rest.starts_with("::")).map(|(text, _)| text);
    match (family, builder.kind) {
        _ if builder.dimensions > 0 => None,
        (Family::Postgresql, Kind::Number) => {
            const EXACT: f64 = 9_007_199_254_740_992.0;
            let text = quoted?;
            let value = number(&text)?;
            Some(if value.abs() < EXACT {
                literal(format!(".default({})", number_literal(value)), Seen::Number(value))
            } else {
                raw(tag, &text)
            })
        }
        // It doubles the backslashes of a string.
        (Family::Postgresql | Family::Sqlite, Kind::Text) => {
            let text = quoted.filter(|text| text.contains('\\'))?;
            Some(raw(tag, &format!("'{}'", text.replace('\'', "''"))))
        }
        // It compares the text of numbers.
        (Family::Sqlite, _) => {
            let value = number(sql).filter(|value| number_literal(*value) != sql)?;
            debug_assert!(value.is_finite());
            Some(raw(tag, sql))
        }
        _ => None,
    }
}

fn literal(modifier: String, seen: Seen) -> Candidate {
    Candidate { modifier, uses_sql: false, seen }
}

fn raw(tag: &str, sql: &str) -> Candidate {
    Candidate {
        modifier: format!(".default({})", template(tag, sql)),
        uses_sql: true,
        seen: Seen::Text(sql.to_owned()),
    }
}

fn string(style: &Style, text: &str) -> Candidate {
    literal(format!(".default({})", style.string(text)), Seen::Text(format!("'{}'", text.replace('\'', "''"))))
}

/// `'it''s'::text` as `it's` and what follows; `None` where it is no plain literal.
fn unquoted(sql: &str) -> Option<(String, &str)> {
    let rest = sql.strip_prefix('\'')?;
    let mut text = String::new();
    let mut characters = rest.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        if character != '\'' {
            text.push(character);
        } else if characters.peek().is_some_and(|(_, next)| *next == '\'') {
            characters.next();
            text.push('\'');
        } else {
            return Some((text, &rest[at + 1..]));
        }
    }
    None
}

/// The number that `/^-?[\d.]+(?:e-?\d+)?$/` lets through and JavaScript's `Number` makes of it.
fn number(sql: &str) -> Option<f64> {
    let digits = sql.strip_prefix('-').unwrap_or(sql);
    let (mantissa, exponent) =
        digits.split_once('e').map_or((digits, None), |(mantissa, exponent)| (mantissa, Some(exponent)));
    let plain = !mantissa.is_empty()
        && mantissa.chars().all(|character| character.is_ascii_digit() || character == '.')
        && exponent.is_none_or(|exponent| {
            let digits = exponent.strip_prefix('-').unwrap_or(exponent);
            !digits.is_empty() && digits.chars().all(|character| character.is_ascii_digit())
        });
    let value: f64 = if plain { sql.parse().ok()? } else { return None };
    value.is_finite().then_some(value)
}

/// `value` as JavaScript writes it.
fn number_literal(value: f64) -> String {
    if value == value.trunc() && value.abs() < 1e15 { format!("{value:.0}") } else { format!("{value}") }
}

// ---- PostgreSQL ----

/// What drizzle-kit 0.31's `defaultForColumn` makes of `sql`; `None` where it would crash.
fn postgresql_seen(builder: &Builder, sql: &str) -> Option<Seen> {
    let mut text = sql.strip_suffix("[]").unwrap_or(sql).to_owned();
    // `/::(.*?)(?<![^\w"])(?=$)/`: from the first `::` to the end, where the last character is a word's or a quote.
    if let Some(at) = text.find("::") {
        let word = |last: char| last.is_ascii_alphanumeric() || matches!(last, '_' | '"');
        if !text[at..].contains('\n') && (text.ends_with(word)) {
            text.truncate(at);
        }
    }
    if builder.dimensions > 0 {
        let inner = text.get(2..text.len().saturating_sub(2).max(2)).unwrap_or_default();
        let elements: Option<Vec<String>> =
            inner.split(',').map(|element| element_seen(builder, element.trim())).collect();
        return Some(Seen::Text(format!("'{{{}}}'", elements?.join(","))));
    }
    Some(match builder.function {
        "smallint" | "integer" | "bigint" | "real" | "doublePrecision" => match number(&text) {
            Some(value) => Seen::Number(value),
            None => Seen::Text(text),
        },
        "numeric" if text.contains('\'') => Seen::Text(text),
        "numeric" => Seen::Text(format!("'{text}'")),
        "json" | "jsonb" => {
            let inner = text.get(1..text.len().saturating_sub(1).max(1))?;
            let value: serde_json::Value = serde_json::from_str(inner).ok()?;
            Seen::Text(format!("'{}'::{}", serde_json::to_string(&value).ok()?, builder.function))
        }
        "boolean" => Seen::Boolean(text == "true"),
        _ if text.starts_with('\'') && text.ends_with('\'') => Seen::Text(text),
        _ => Seen::Text(text.replace('\\', "`\\")),
    })
}

fn element_seen(builder: &Builder, element: &str) -> Option<String> {
    match builder.function {
        "smallint" | "integer" | "bigint" | "real" | "doublePrecision" | "timestamp" => Some(element.to_owned()),
        "interval" => Some(element.to_owned()),
        "boolean" => Some(if element == "t" { "true" } else { "false" }.to_owned()),
        "json" | "jsonb" => None,
        _ => Some(format!("\"{element}\"")),
    }
}

fn postgresql(builder: &Builder, sql: &str, style: &Style, tag: &str) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    let quoted = unquoted(sql).filter(|(_, rest)| rest.is_empty() || rest.starts_with("::"));
    if builder.dimensions > 0 {
        candidates.extend(quoted.as_ref().and_then(|(text, _)| array(builder, text, style)));
    } else {
        match (builder.kind, &quoted) {
            (Kind::Number, _) => {
                candidates.extend(
                    number(sql)
                        .map(|value| literal(format!(".default({})", number_literal(value)), Seen::Number(value))),
                );
            }
            (Kind::Boolean, _) if matches!(sql, "true" | "false") => {
                candidates.push(literal(format!(".default({sql})"), Seen::Boolean(sql == "true")));
            }
            (Kind::Moment, _) if sql == "now()" => {
                candidates.push(literal(".defaultNow()".into(), Seen::Text("now()".into())));
            }
            (Kind::Uuid, _) if sql == "gen_random_uuid()" => {
                candidates.push(literal(".defaultRandom()".into(), Seen::Text("gen_random_uuid()".into())));
            }
            (Kind::Json, Some((text, _))) => candidates.extend(json(builder, text, style)),
            (Kind::Text | Kind::Uuid | Kind::Decimal, Some((text, _))) => candidates.push(string(style, text)),
            (Kind::Decimal, None) if number(sql).is_some() => candidates.push(string(style, sql)),
            _ => {}
        }
    }
    if let Some((text, _)) = &quoted {
        let plain = format!("'{}'", text.replace('\'', "''"));
        if builder.kind == Kind::Json {
            // Without spaces, as drizzle-kit writes it again.
            let compact = serde_json::from_str::<serde_json::Value>(text).ok().map(|value| value.to_string());
            candidates
                .extend(compact.map(|text| raw(tag, &format!("'{}'::{}", text.replace('\'', "''"), builder.function))));
        }
        candidates.push(raw(tag, &plain));
    }
    candidates.push(raw(tag, sql));
    candidates
}

/// `{1,2}` as `[1, 2]`.
fn array(builder: &Builder, text: &str, style: &Style) -> Option<Candidate> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let elements: Vec<&str> = if inner.is_empty() { Vec::new() } else { inner.split(',').collect() };
    let mut written = Vec::new();
    let mut seen = Vec::new();
    for element in elements {
        match builder.kind {
            Kind::Number => {
                let value = number_literal(number(element)?);
                seen.push(value.clone());
                written.push(value);
            }
            Kind::Boolean => {
                let value = if element == "t" { "true" } else { "false" };
                written.push(value.to_owned());
                seen.push(value.to_owned());
            }
            Kind::Text | Kind::Uuid | Kind::Decimal
                if !element.contains(['"', '\\', '{', '}', '\'']) && !element.eq_ignore_ascii_case("null") =>
            {
                written.push(style.string(element));
                seen.push(format!("\"{element}\""));
            }
            _ => return None,
        }
    }
    Some(literal(format!(".default([{}])", written.join(", ")), Seen::Text(format!("'{{{}}}'", seen.join(",")))))
}

/// An object or a list; what JSON has beside them is not worth a literal.
fn json(builder: &Builder, text: &str, style: &Style) -> Option<Candidate> {
    let value: serde_json::Value = serde_json::from_str(text).ok()?;
    let seen = Seen::Text(format!("'{value}'::{}", builder.function));
    (value.is_object() || value.is_array()).then(|| literal(format!(".default({})", json_literal(&value, style)), seen))
}

fn json_literal(value: &serde_json::Value, style: &Style) -> String {
    match value {
        serde_json::Value::String(text) => style.string(text),
        serde_json::Value::Array(values) => {
            format!("[{}]", values.iter().map(|value| json_literal(value, style)).collect::<Vec<_>>().join(", "))
        }
        serde_json::Value::Object(properties) if properties.is_empty() => "{}".into(),
        serde_json::Value::Object(properties) => {
            let properties: Vec<String> = properties
                .iter()
                .map(|(key, value)| format!("{}: {}", style.property(key), json_literal(value, style)))
                .collect();
            format!("{{ {} }}", properties.join(", "))
        }
        plain => plain.to_string(),
    }
}

// ---- SQLite ----

/// What drizzle-kit 0.31 makes of a `dflt_value`.
fn sqlite_seen(sql: &str) -> Seen {
    match number(sql) {
        Some(value) => Seen::Number(value),
        None if matches!(sql, "true" | "false") => Seen::Boolean(sql == "true"),
        None if sql.len() > 1 && sql.starts_with('\'') && sql.ends_with('\'') => Seen::Text(sql.to_owned()),
        None => Seen::Text(format!("({sql})")),
    }
}

fn sqlite(generation: Generation, builder: &mut Builder, sql: &str, style: &Style, tag: &str) -> Vec<Candidate> {
    let seen = sqlite_seen(sql);
    let mut candidates = Vec::new();
    let fits = match &seen {
        Seen::Number(_) => matches!(builder.kind, Kind::Number | Kind::Decimal),
        Seen::Boolean(_) => builder.function == "integer",
        Seen::Text(_) => true,
    };
    if !fits && generation == Generation::V1 {
        let kept = match &seen {
            Seen::Boolean(value) if builder.kind == Kind::Decimal => {
                if *value {
                    "1"
                } else {
                    "0"
                }
            }
            Seen::Boolean(_) | Seen::Number(_) | Seen::Text(_) => sql,
        };
        return vec![raw(tag, kept)];
    }
    match &seen {
        Seen::Number(value) => {
            let written = number_literal(*value);
            if builder.kind == Kind::Decimal {
                builder.set("mode", Value::Text("number".into()));
            }
            // A default of another type than the column's values is legal SQL, and drizzle-kit compares the type too.
            let cast = if !style.typed || fits { "" } else { " as never" };
            candidates.push(literal(format!(".default({written}{cast})"), seen));
        }
        Seen::Boolean(_) => {
            let cast = if !style.typed || fits { "" } else { " as never" };
            if builder.function == "integer" {
                builder.set("mode", Value::Text("boolean".into()));
            }
            candidates.push(literal(format!(".default({sql}{cast})"), seen));
        }
        Seen::Text(text) => {
            if let (Kind::Text | Kind::Decimal, Some((value, ""))) = (builder.kind, unquoted(sql)) {
                candidates.push(string(style, &value));
            }
            candidates.push(raw(tag, text));
        }
    }
    candidates
}

// ---- MySQL ----

fn mysql(builder: &Builder, sql: &str, style: &Style, tag: &str) -> Vec<Candidate> {
    // drizzle-kit 0.31 puts parentheses around what the database has, and only `(now())` is stored with some.
    let is_now = sql.to_lowercase().starts_with("current_timestamp");
    let candidate = match builder.kind {
        _ if is_now => raw(tag, &format!("({sql})")),
        Kind::Moment if matches!(sql.to_lowercase().as_str(), "now()" | "(now())") => {
            literal(".defaultNow()".into(), Seen::Text("(now())".into()))
        }
        Kind::Number => match number(sql.trim_matches('\'')) {
            Some(value) => literal(format!(".default({})", number_literal(value)), Seen::Number(value)),
            None => raw(tag, sql),
        },
        Kind::Boolean if matches!(sql, "0" | "1" | "true" | "false") => {
            literal(format!(".default({})", matches!(sql, "1" | "true")), Seen::Boolean(matches!(sql, "1" | "true")))
        }
        Kind::Text | Kind::Decimal => match unquoted(sql) {
            Some((text, "")) => string(style, &text),
            _ if builder.kind == Kind::Decimal && number(sql).is_some() => string(style, sql),
            _ => raw(tag, sql),
        },
        _ => raw(tag, sql),
    };
    vec![candidate]
}

/// Whether drizzle-kit reads a default back as something that no code gives: 0.31 leaves the backslashes before the quotes
/// of an expression, 1.0 puts that of a CHAR or VARCHAR between quotes.
fn is_stubborn(generation: Generation, builder: &Builder, sql: &str) -> bool {
    let Some(inner) = sql.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return false };
    match generation {
        Generation::V0 => inner.contains('\'') && !unquoted(inner).is_some_and(|(_, rest)| rest.is_empty()),
        Generation::V1 => matches!(builder.function, "char" | "varchar") && !inner.starts_with('('),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::builders::builder;
    use super::*;
    use crate::catalog::Dialect;

    fn style() -> Style {
        let source = crate::declared::SourceFile {
            document: crate::text::Document::new(""),
            is_schema: true,
            imports: Vec::new(),
        };
        Style::of(&source, &[], &[], None)
    }

    #[test]
    fn defaults_are_spelled_as_drizzle_kit_reads_them() {
        let silent = |dialect: Dialect, sql_type: &str, sql: &str| {
            let mut builder = builder(dialect.family(), Generation::V0, sql_type);
            let spelling = spelling(dialect.family(), Generation::V0, &mut builder, sql, &style(), "sql");
            (spelling.modifier, spelling.silent)
        };
        // What is silent was tried with drizzle-kit 0.31.11; the integration tests go through it again.
        for (sql_type, sql, modifier, is_silent) in [
            ("integer", "'-5'::integer", ".default(sql`'-5'`)", true),
            ("text[]", "'{}'::text[]", ".default([])", false),
            ("integer[]", "'{}'::integer[]", ".default([])", true),
            ("jsonb", "'{\"a\": \"it''s\"}'::jsonb", ".default(sql`'{\"a\":\"it''s\"}'::jsonb`)", true),
            ("boolean", "(1 > 0)", ".default(sql`(1 > 0)`)", false),
            ("timestamp", "now()", ".defaultNow()", true),
            ("numeric(10, 2)", "1.50", ".default(\"1.50\")", true),
        ] {
            assert_eq!(silent(Dialect::Postgresql, sql_type, sql), (modifier.into(), is_silent), "{sql_type} {sql}");
        }
        for (sql_type, sql, modifier) in [
            ("boolean", "0", ".default(0)"),
            ("text", "5", ".default(5 as never)"),
            ("text", "CURRENT_TIMESTAMP", ".default(sql`(CURRENT_TIMESTAMP)`)"),
            ("integer", "true", ".default(true)"),
        ] {
            assert_eq!(silent(Dialect::Sqlite, sql_type, sql), (modifier.into(), true), "{sql_type} {sql}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(sql_type in ".{0,12}", sql in "[-'\"{}()\\[\\]:,.e0-9a-zé\n]{0,12}", known in 0usize..6) {
            let types = ["integer", "text[]", "jsonb", "boolean", "numeric", &sql_type];
            for dialect in Dialect::ALL {
                for generation in [Generation::V0, Generation::V1] {
                    let mut builder = builder(dialect.family(), generation, types[known]);
                    let _ = spelling(dialect.family(), generation, &mut builder, &sql, &style(), "sql");
                }
            }
        }
    }
}
