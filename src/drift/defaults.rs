//! `default-mismatch`, which is also said of ON UPDATE.

use std::collections::HashMap;

use super::columns::place_at_builder;
use super::compare::{ColumnPair, Pair, Sides};
use super::short_sql::default_text;
use super::types::{is_serial, same_column_type};
use super::{Code, Drift};
use crate::catalog::{Column, Family, ObjectRef, Same, same_default};

/// A column's type, and its default in the code and in the database.
type Spellings<'a> = (&'a str, Option<&'a str>, Option<&'a str>);

/// What is known of two spellings of a default: parsing them takes long, and many columns have the same two.
#[derive(Default)]
pub(super) struct Known<'a>(HashMap<Spellings<'a>, Same>);

/// The default differs.
pub(super) fn mismatch<'a>(
    sides: &Sides<'a>,
    pair: &Pair,
    columns: &ColumnPair<'a>,
    known: &mut Known<'a>,
    drifts: &mut Vec<Drift>,
) {
    let (declared, live) = (columns.declared, columns.live);
    // What fills itself has no default of its own; who fills it is another rule's.
    let fills_itself = |column: &Column| column.identity.is_some() || column.generated.is_some() || is_serial(column);
    if [declared, live].into_iter().any(fills_itself) {
        return;
    }
    let updates = |column: &Column| column.on_update.is_some() || split(sides.family, column).1;
    let same_update = sides.family != Family::Mysql || updates(declared) == updates(live);
    if same_update && same(sides, columns, known) != Same::No {
        return;
    }
    let object = ObjectRef::column(&pair.declared.table, &declared.name);
    let mut drift = Drift::new(Code::DefaultMismatch, object, Some(default_text(declared)), Some(default_text(live)));
    place_at_builder(&mut drift, pair.declared, columns.places);
    drifts.push(drift);
}

fn same<'a>(sides: &Sides<'a>, columns: &ColumnPair<'a>, known: &mut Known<'a>) -> Same {
    let (Some(declared), Some(live)) = (columns.declared.default.known(), columns.live.default.known()) else {
        return Same::Unknown;
    };
    if declared == live || means_backslashes(sides.family, declared.as_deref(), live.as_deref()) {
        return Same::Yes;
    }
    let Some(sql_type) = columns.declared.sql_type.known() else { return Same::Unknown };
    // Two types spell one default differently; the type is then what there is to say.
    if declared.is_some() && live.is_some() && !same_column_type(sides, columns) {
        return Same::Unknown;
    }
    let own = |column: &'a Column| split(sides.family, column).0;
    let is_mariadb = sides.live.information_schema.as_ref().is_some_and(|schema| schema.is_mariadb);
    let (mine, theirs) = (own(columns.declared), own(columns.live));
    if let Some(widened) = mine.filter(|_| is_mariadb).and_then(|text| with_digits(sql_type, text)) {
        return same_default(sides.dialect(), sql_type, Some(&widened), theirs);
    }
    *known
        .0
        .entry((sql_type.as_str(), mine, theirs))
        .or_insert_with(|| same_default(sides.dialect(), sql_type, mine, theirs))
}

/// MariaDB gives the current time as many digits of a second as its column has, where nobody says how many.
fn with_digits(sql_type: &str, text: &str) -> Option<String> {
    const NOW: &[&str] = &["now", "current_timestamp", "localtime", "localtimestamp"];
    let digits = sql_type.strip_prefix("timestamp(").or_else(|| sql_type.strip_prefix("datetime("))?;
    let word = text.trim().trim_start_matches('(').trim_end_matches([')', '(']).trim().to_ascii_lowercase();
    NOW.contains(&word.as_str()).then(|| format!("current_timestamp({digits}"))
}

/// Whether the code's string is the live one but for its backslashes, which drizzle-kit 0.31 does not double for MySQL.
fn means_backslashes(family: Family, declared: Option<&str>, live: Option<&str>) -> bool {
    let (Some(declared), Some(live)) = (declared, live) else { return false };
    family == Family::Mysql && declared.contains('\\') && live.replace("\\\\", "\\") == declared
}

/// A known default, and whether an ON UPDATE stands behind it: MySQL takes both out of one text of the code.
fn split(family: Family, column: &Column) -> (Option<&str>, bool) {
    const CLAUSE: &str = " on update ";
    let Some(text) = column.default.known().and_then(Option::as_deref) else { return (None, false) };
    // A string may hold the same words.
    if family != Family::Mysql || text.contains(['\'', '"']) {
        return (Some(text), false);
    }
    match text.to_ascii_lowercase().rfind(CLAUSE) {
        Some(start) => (Some(text[..start].trim_end()), true),
        None => (Some(text), false),
    }
}
