//! Columns as drizzle-kit 1.0 compares and alters them.

use super::snapshot::{Col, Part, Side, Tab};
use crate::catalog::{Dialect, ObjectKind, ObjectRef, type_change_loses_data};
use crate::push::postgresql::v0::columns::changed_identity;
use crate::push::postgresql::v0::snapshot::{PUBLIC, qualified};
use crate::push::postgresql::v0::spell::identity_text;
use crate::push::{Aspect, Touch};

/// What of a column push alters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Differences {
    pub sql_type: bool,
    pub type_schema: bool,
    pub dimensions: bool,
    pub default: bool,
    pub not_null: bool,
    pub generated: bool,
    pub identity: bool,
}

impl Differences {
    pub fn any(self) -> bool {
        self != Self::default()
    }

    fn of_type(self) -> bool {
        self.sql_type || self.type_schema || self.dimensions
    }
}

/// The differences that push sees.
pub(super) fn differences(was: &Col, is: &Col) -> Differences {
    let mut found = Differences {
        sql_type: was.sql_type.is_some() && is.sql_type.is_some() && was.sql_type != is.sql_type,
        type_schema: is.sql_type.is_some() && was.type_schema != is.type_schema,
        dimensions: is.sql_type.is_some() && was.dimensions != is.dimensions,
        default: was.default.is_some() && is.default.is_some() && was.default != is.default,
        not_null: was.not_null.zip(is.not_null).is_some_and(|(was, is)| was != is),
        generated: match (was.generated, is.generated) {
            (Some(was), Some(is)) => was.expression.known() != is.expression.known() && is.expression.known().is_some(),
            (was, is) => was.is_some() != is.is_some(),
        },
        identity: was.identity != is.identity,
    };
    let (from, to) = (was.sql_type.as_deref().unwrap_or_default(), is.sql_type.as_deref().unwrap_or_default());
    if found.default {
        found.default = !same_default(was, is, from, to, found.sql_type);
    }
    if found.sql_type {
        let decimal = |a: &str, b: &str| a == b.replacen("numeric", "decimal", 1);
        let point = |text: &str| {
            let rest = text.strip_prefix("geometry(point")?;
            Some(rest.split(',').nth(1).map_or("0".to_owned(), |srid| srid.replacen(')', "", 1)))
        };
        let points = point(from).zip(point(to)).is_some_and(|(a, b)| a == b && a == "0");
        found.sql_type = !(decimal(from, to) || decimal(to, from) || points || from.replacen(",0)", ")", 1) == to);
    }
    if !found.sql_type && found.type_schema && (was.type_schema.is_none() || is.type_schema.is_none()) {
        found.type_schema = false;
    }
    if was.dimensions > 0 && is.dimensions > 0 {
        found.dimensions = false;
    }
    found
}

fn same_default(was: &Col, is: &Col, from: &str, to: &str, other_type: bool) -> bool {
    let (Some(a), Some(b)) = (&was.default, &is.default) else { return true };
    let (Some(a), Some(b)) = (a.as_deref(), b.as_deref()) else { return false };
    if from == to && ["json", "jsonb"].contains(&from) {
        let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text.trim_matches('\'')).ok();
        if parse(a).zip(parse(b)).is_some_and(|(a, b)| a == b) {
            return true;
        }
    }
    let wrapped = |a: &str, b: &str| a.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) == Some(b);
    !other_type && (wrapped(a, b) || wrapped(b, a) || (to.ends_with("with time zone") && same_instant(to, a, b)))
}

/// Whether two literals are one moment, as far as it takes no calendar to tell.
fn same_instant(sql_type: &str, a: &str, b: &str) -> bool {
    fn instant(sql_type: &str, text: &str) -> Option<jiff::Timestamp> {
        let text = text.trim_matches('\'');
        let text = if sql_type.starts_with("time ") || sql_type.starts_with("time(") {
            format!("1970-01-01 {text}")
        } else {
            text.to_owned()
        };
        text.parse().ok()
    }
    instant(sql_type, a).zip(instant(sql_type, b)).is_some_and(|(a, b)| a == b)
}

fn is_serial(sql_type: &str) -> bool {
    ["serial", "bigserial", "smallserial"].contains(&sql_type)
}

fn integer_of(serial: &str) -> &str {
    match serial {
        "smallserial" => "smallint",
        "bigserial" => "bigint",
        _ => "int",
    }
}

/// A column's type with its schema and the brackets of an array.
fn type_text(column: &Col) -> String {
    let sql_type = column.sql_type.as_deref().unwrap_or("unknown");
    let brackets = "[]".repeat(column.dimensions);
    match column.type_schema.as_deref() {
        Some(schema) if schema != PUBLIC => format!("\"{schema}\".\"{sql_type}\"{brackets}"),
        Some(_) => format!("\"{sql_type}\"{brackets}"),
        None => format!("{sql_type}{brackets}"),
    }
}

/// A default as push writes it: the literals of enums and arrays with a cast.
pub(super) fn default_sql(column: &Col, default: &str) -> String {
    let sql_type = column.sql_type.as_deref().unwrap_or("unknown");
    let brackets = if column.dimensions > 0 { "[]" } else { "" };
    match column.type_schema.as_deref() {
        Some(schema) if schema != PUBLIC => format!("{default}::\"{schema}\".\"{sql_type}\"{brackets}"),
        Some(_) => format!("{default}::\"{sql_type}\"{brackets}"),
        None if column.dimensions > 0 => format!("{default}::{sql_type}[]"),
        None => default.to_owned(),
    }
}

fn default_of<'c>(column: &'c Col) -> Option<&'c str> {
    column.default.as_ref().and_then(|default| default.as_deref()).filter(|default| !default.is_empty())
}

fn default_text(column: &Col) -> String {
    default_of(column).map_or_else(String::new, |default| format!(" DEFAULT {}", default_sql(column, default)))
}

fn generated_text(column: &Col) -> String {
    let expression = column.generated.map(|generated| generated.expression.known().map_or("unknown", String::as_str));
    expression.map_or_else(String::new, |expression| format!(" GENERATED ALWAYS AS ({expression}) STORED"))
}

/// A column in CREATE TABLE, with the key and the unique constraint that stand behind it.
pub(super) fn created(tab: &Tab, column: &Col, key: Option<&Part>, unique: Option<&Part>) -> String {
    let sql_type = column.sql_type.as_deref().unwrap_or_default();
    let own = key.is_some_and(|key| key.columns == [column.name.as_ref()] && key.name == format!("{}_pkey", tab.name));
    let keyed = key.is_some_and(|key| key.columns.iter().any(|name| *name == column.name));
    let not_null = column.not_null == Some(true) && !keyed && !is_serial(sql_type) && column.identity.is_none();
    let unique = unique.map_or_else(String::new, |unique| {
        let nulls = match unique.body {
            super::snapshot::Body::Unique { nulls_not_distinct: true } => " NULLS NOT DISTINCT",
            _ => "",
        };
        let name = if unique.explicit { format!("CONSTRAINT \"{}\" ", unique.name) } else { String::new() };
        format!(" {name}UNIQUE{nulls}")
    });
    format!(
        "\"{}\" {}{}{}{}{}{unique}{}",
        column.name,
        type_text(column),
        if own { " PRIMARY KEY" } else { "" },
        default_text(column),
        generated_text(column),
        if not_null { " NOT NULL" } else { "" },
        column.identity.as_ref().map_or_else(String::new, |identity| identity_text(&tab.schema, identity)),
    )
}

/// ADD COLUMN. `key` says whether the column is in the primary key, `own` whether it says so itself.
pub(super) fn add(tab: &Tab, column: &Col, own: bool, keyed: bool) -> String {
    let sql_type = column.sql_type.as_deref().unwrap_or_default();
    let not_null = column.not_null == Some(true)
        && column.identity.is_none()
        && column.generated.is_none()
        && !is_serial(sql_type)
        && !keyed;
    format!(
        "ALTER TABLE {} ADD COLUMN \"{}\" {}{}{}{}{}{};",
        tab.sql(),
        column.name,
        type_text(column),
        if own { " PRIMARY KEY" } else { "" },
        default_text(column),
        generated_text(column),
        if not_null { " NOT NULL" } else { "" },
        column.identity.as_ref().map_or_else(String::new, |identity| identity_text(&tab.schema, identity)),
    )
}

/// ALTER COLUMN, with what each statement touches; and whether the type's change loses values.
pub(super) fn alter(
    (live, code): (&Side, &Side),
    tab: &Tab,
    (was, is): (&Col, &Col),
    found: Differences,
) -> Vec<(String, Touch, bool)> {
    let alter = format!("ALTER TABLE {} ALTER COLUMN \"{}\"", tab.sql(), is.name);
    let touch = |aspect| Touch::new(ObjectRef::of_table(ObjectKind::Column, tab.table, &is.name), aspect);
    let mut sql: Vec<(String, Touch, bool)> = Vec::new();
    let (from, to) = (was.sql_type.as_deref().unwrap_or_default(), is.sql_type.as_deref().unwrap_or_default());
    if found.generated && is.generated.is_none() {
        sql.push((format!("{alter} DROP EXPRESSION;"), touch(Aspect::Generated), false));
    }
    let is_enum = code.has_enum(is.type_schema.as_deref(), to);
    let was_enum = found.of_type() && live.has_enum(was.type_schema.as_deref(), from);
    let has_default = default_of(was).is_some();
    let anew = found.of_type() && (is_enum || was_enum || found.dimensions) && has_default;
    if anew {
        sql.push((format!("{alter} DROP DEFAULT;"), touch(Aspect::Type), false));
    }
    let was_serial = is_serial(from);
    if found.of_type() {
        let sequence = qualified(&tab.schema, &format!("{}_{}_seq", tab.name, is.name));
        if was_serial && !is_serial(to) {
            sql.push((format!("{alter} DROP DEFAULT;"), touch(Aspect::Type), false));
            sql.push((format!("DROP SEQUENCE {sequence};"), touch(Aspect::Type), false));
        }
        if !was_serial && is_serial(to) {
            let schema = if tab.schema == PUBLIC { String::new() } else { format!("{}.", tab.schema) };
            let next = format!("nextval('{schema}{}_{}_seq')", tab.name, is.name);
            sql.push((format!("CREATE SEQUENCE {sequence};"), touch(Aspect::Type), false));
            sql.push((format!("{alter} SET DEFAULT {next};"), touch(Aspect::Type), false));
            let owner = format!("\"{}\".\"{}\".\"{}\"", tab.schema, tab.name, is.name);
            sql.push((format!("ALTER SEQUENCE {sequence} OWNED BY {owner};"), touch(Aspect::Type), false));
        }
        let brackets = "[]".repeat(is.dimensions);
        let prefix = match is.type_schema.as_deref() {
            Some(schema) if schema != PUBLIC => format!("\"{schema}\"."),
            _ => String::new(),
        };
        let plain = if is_serial(to) { integer_of(to) } else { to };
        let path = if was_enum && is_enum { "text::" } else { "" };
        let target = if is_enum || !prefix.is_empty() { format!("{prefix}\"{to}\"") } else { plain.to_owned() };
        let cast = if is_enum { format!("{path}{prefix}\"{to}\"") } else { plain.to_owned() };
        let using = match is.generated {
            Some(_) => String::new(),
            None => format!(" USING \"{}\"::{cast}{brackets}", is.name),
        };
        let loses = type_change_loses_data(Dialect::Postgresql, from, to) && !is_serial(to) && !was_serial;
        sql.push((format!("{alter} SET DATA TYPE {target}{brackets}{using};"), touch(Aspect::Type), loses));
        if anew && let Some(default) = default_of(is) {
            sql.push((format!("{alter} SET DEFAULT {};", default_sql(is, default)), touch(Aspect::Type), false));
        }
    }
    if found.default && !anew {
        let change = match default_of(is) {
            Some(default) => format!("SET DEFAULT {}", default_sql(is, default)),
            None => "DROP DEFAULT".to_owned(),
        };
        sql.push((format!("{alter} {change};"), touch(Aspect::Default), false));
    }
    if found.identity {
        let mut push = |text: String| sql.push((text, touch(Aspect::Identity), false));
        match (&was.identity, &is.identity) {
            (None, Some(identity)) => {
                push(format!("{alter} ADD{};", identity_text(&tab.schema, identity)));
                if was_serial {
                    let table = tab.sql();
                    let most = format!("(SELECT COALESCE(MAX(id), 1) FROM {table})");
                    push(format!("SELECT setval('{}'::regclass, {most}, false);", identity.name));
                }
            }
            (Some(_), None) => push(format!("{alter} DROP IDENTITY;")),
            (Some(old), Some(new)) => changed_identity(&alter, old, new).into_iter().for_each(push),
            (None, None) => {}
        }
    }
    if found.not_null && !(is.not_null == Some(true) && found.identity && is.identity.is_some()) {
        let verb = if is.not_null == Some(true) { "SET" } else { "DROP" };
        sql.push((format!("{alter} {verb} NOT NULL;"), touch(Aspect::Nullability), false));
    }
    sql
}
