//! `nullability-mismatch`.

use super::columns::place_at_builder;
use super::compare::{ColumnPair, Pair, Sides};
use super::short_sql::nullability_text;
use super::{Class, Code, Drift};
use crate::catalog::{Column, Family, ObjectKind, ObjectRef, Table};

/// NOT NULL differs.
pub(super) fn mismatch(sides: &Sides, pair: &Pair, columns: &ColumnPair, drifts: &mut Vec<Drift>) {
    let (Some(said), Some(found)) = (columns.declared.not_null.known(), columns.live.not_null.known()) else { return };
    let live_key = is_key(pair.live, &columns.live.name);
    // Only of a key can it be so without being said.
    let found_said =
        if live_key { sides.live.says_not_null(pair.live, columns.live).unwrap_or(*found) } else { *found };
    let table = &pair.declared.table;
    let declared = *said || refuses_null(sides, table, columns.declared);
    let live = *found || refuses_null(sides, pair.live, columns.live);
    // The key that makes the column NOT NULL may be declared in a part that cannot be read.
    if !declared && live_key && pair.declared.extras_open {
        return;
    }
    let class = match () {
        // The two sides mean the same; push compares the words alone.
        () if declared == live && *said == found_said => return,
        () if declared == live => Class::Noise,
        // SQLite lets NULL into a key that is not INTEGER, which nobody wants: the code says no more than everyone means.
        () if sides.family == Family::Sqlite && declared && live_key => Class::Noise,
        // drizzle 1.0 leaves it to `.primaryKey()` to mean NOT NULL.
        () if sides.family == Family::Sqlite && live_key && is_the_key(table, &columns.declared.name) => Class::Noise,
        () => Class::Drift,
    };
    let object = ObjectRef::of_table(ObjectKind::Column, table, &columns.declared.name);
    let text = |column: &Column, not_null: bool| Some(nullability_text(column, not_null));
    let mut drift =
        Drift::new(Code::NullabilityMismatch, object, text(columns.declared, *said), text(columns.live, found_said));
    drift.class = class;
    place_at_builder(&mut drift, pair.declared, columns.places);
    drifts.push(drift);
}

/// Whether NULL is refused without the words NOT NULL.
fn refuses_null(sides: &Sides, table: &Table, column: &Column) -> bool {
    let sql_type = column.sql_type.known().map(String::as_str).unwrap_or_default();
    match sides.family {
        Family::Postgresql => {
            is_key(table, &column.name)
                || column.identity.is_some()
                || matches!(sql_type, "serial" | "smallserial" | "bigserial")
        }
        Family::Mysql => is_key(table, &column.name) || sql_type.eq_ignore_ascii_case("serial"),
        // INTEGER PRIMARY KEY is the row's own number.
        Family::Sqlite => is_the_key(table, &column.name) && sql_type.eq_ignore_ascii_case("integer"),
    }
}

fn is_the_key(table: &Table, column: &str) -> bool {
    table.primary_key.as_ref().is_some_and(|key| matches!(key.columns.as_slice(), [only] if only == column))
}

fn is_key(table: &Table, column: &str) -> bool {
    table.primary_key.as_ref().is_some_and(|key| key.columns.iter().any(|name| name == column))
}
