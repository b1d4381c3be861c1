//! PostgreSQL's types: the parser's aliases, the modifiers that mean nothing, and what a change keeps.

use super::parse::SqlType;

/// Other names that PostgreSQL's own parser gives a type.
const ALIASES: &[(&str, &str)] = &[
    ("bool", "boolean"),
    ("bpchar", "char"),
    ("char varying", "varchar"),
    ("character", "char"),
    ("character varying", "varchar"),
    ("dec", "numeric"),
    ("decimal", "numeric"),
    ("float4", "real"),
    ("float8", "double precision"),
    ("int", "integer"),
    ("int2", "smallint"),
    ("int4", "integer"),
    ("int8", "bigint"),
    ("national character", "char"),
    ("national character varying", "varchar"),
    ("nchar", "char"),
    ("serial2", "smallserial"),
    ("serial4", "serial"),
    ("serial8", "bigserial"),
    ("time without time zone", "time"),
    ("timestamp without time zone", "timestamp"),
    ("timestamptz", "timestamp with time zone"),
    ("timetz", "time with time zone"),
    ("varbit", "bit varying"),
];

/// What the columns of the auto-incrementing pseudo-types hold.
const SERIALS: &[(&str, &str)] = &[("smallserial", "smallint"), ("serial", "integer"), ("bigserial", "bigint")];

/// Types of seconds with a fraction, whose precision is 6 where none is given.
const FRACTIONAL: &[&str] =
    &["timestamp", "timestamp with time zone", "time", "time with time zone", "interval", "interval second"];

/// Changes of type that keep every value, where no argument matters: from, to.
const WIDENINGS: &[(&str, &str)] = &[
    ("smallint", "integer"),
    ("smallint", "bigint"),
    ("smallint", "real"),
    ("smallint", "double precision"),
    ("integer", "bigint"),
    ("integer", "double precision"),
    ("real", "double precision"),
    ("date", "timestamp"),
    ("date", "timestamp with time zone"),
    ("jsonb", "json"),
    ("cidr", "inet"),
    ("macaddr", "macaddr8"),
];

/// `written` in the one spelling that all its synonyms share.
pub(super) fn canonical(mut written: SqlType) -> SqlType {
    // A collation behind the type is another attribute of the column.
    if let Some((sql_type, _)) = written.name.split_once(" collate ") {
        written.name = sql_type.to_owned();
    }
    // The catalog's own name of an array type: `_int4`.
    if let Some(element) = written.name.strip_prefix('_').filter(|element| is_alias(element) || *element == "text") {
        written.name = element.to_owned();
        written.array = true;
    }
    if written.name == "float" {
        written.name = match written.numbers().first() {
            Some(1..=24) => "real".into(),
            _ => "double precision".into(),
        };
        written.arguments.clear();
    }
    // Without a length, `bpchar` is not `char(1)`.
    let unlimited = written.name == "bpchar" && written.arguments.is_empty();
    if !unlimited && let Some((_, name)) = ALIASES.iter().find(|(alias, _)| *alias == written.name) {
        written.name = (*name).to_owned();
    }
    match (written.name.as_str(), written.arguments.len()) {
        ("char" | "bit", 0) => written.arguments = vec!["1".into()],
        ("numeric", 1) => written.arguments.push("0".into()),
        (name, 1) if FRACTIONAL.contains(&name) && written.arguments[0] == "6" => written.arguments.clear(),
        _ => {}
    }
    written
}

fn is_alias(name: &str) -> bool {
    ALIASES.iter().any(|(alias, _)| *alias == name)
}

/// Whether two canonical types are one, as far as can be told.
pub(super) fn same(a: &SqlType, b: &SqlType) -> bool {
    if a.name != b.name || a.array != b.array {
        return false;
    }
    // drizzle-kit 0.x leaves the reference system out of what it writes.
    if matches!(a.name.as_str(), "geometry" | "geography") && !a.arguments.is_empty() && !b.arguments.is_empty() {
        return a.arguments.iter().zip(&b.arguments).all(|(a, b)| a == b);
    }
    a.arguments == b.arguments
}

/// Whether every value of canonical type `from` is kept by `to`.
pub(super) fn widens(from: &SqlType, to: &SqlType) -> bool {
    if is_text(to) && to.arguments.is_empty() && !to.array {
        return true;
    }
    if from.array != to.array {
        return false;
    }
    let (from_name, to_name) = (stored(&from.name), stored(&to.name));
    let (from_numbers, to_numbers) = (from.numbers(), to.numbers());
    if is_text(from) && is_text(to) {
        return match (from_numbers.first(), to_numbers.first()) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(from), Some(to)) => from <= to,
        };
    }
    if to_name == "numeric" {
        let whole = match from_name {
            "smallint" => 5,
            "integer" => 10,
            "bigint" => 19,
            "numeric" => match from_numbers.as_slice() {
                [precision, scale] => return fits(*precision, *scale, &to_numbers),
                _ => return to_numbers.is_empty(),
            },
            _ => return false,
        };
        return fits(whole, 0, &to_numbers);
    }
    if from_name == to_name || (from_name == "timestamp" && to_name == "timestamp with time zone") {
        if FRACTIONAL.contains(&from_name) {
            return from_numbers.first().unwrap_or(&6) <= to_numbers.first().unwrap_or(&6);
        }
        return from.arguments == to.arguments || to.arguments.is_empty();
    }
    WIDENINGS.contains(&(from_name, to_name)) && to.arguments.is_empty()
}

fn is_text(sql_type: &SqlType) -> bool {
    matches!(sql_type.name.as_str(), "text" | "varchar" | "char" | "citext" | "bpchar")
}

fn stored(name: &str) -> &str {
    SERIALS.iter().find(|(serial, _)| *serial == name).map_or(name, |(_, stored)| stored)
}

/// Whether numbers of `precision` digits, `scale` of them behind the point, fit `numeric(to)`.
fn fits(precision: u64, scale: u64, to: &[u64]) -> bool {
    match to {
        [] => true,
        [to_precision, to_scale, ..] => {
            scale <= *to_scale && precision.saturating_sub(scale) <= to_precision.saturating_sub(*to_scale)
        }
        [to_precision] => scale == 0 && precision <= *to_precision,
    }
}
