//! `type-mismatch`.

use super::columns::place_at_builder;
use super::compare::{ColumnPair, Pair, Sides};
use super::short_sql::type_text;
use super::{Class, Code, Drift};
use crate::catalog::{Column, Family, ObjectKind, ObjectRef, same_type};

/// What the pseudo-types that bring a sequence along are made of.
const SERIALS: &[(&str, &str)] = &[("smallserial", "smallint"), ("serial", "integer"), ("bigserial", "bigint")];

/// The column's SQL type differs.
pub(super) fn mismatch(sides: &Sides, pair: &Pair, columns: &ColumnPair, drifts: &mut Vec<Drift>) {
    let (Some(declared), Some(live)) = (columns.declared.sql_type.known(), columns.live.sql_type.known()) else {
        return;
    };
    let schemas = (columns.declared.type_schema.as_deref(), columns.live.type_schema.as_deref());
    let other_schema = matches!(schemas, (Some(declared), Some(live)) if declared != live);
    let same = same_type(sides.declared.dialect, declared, live) && !other_schema;
    // A type that means the same in other words is still one that push may want to write anew: the push room decides.
    let class = match () {
        () if same && declared == live => return,
        () if same || same_serial(sides, columns) => Class::Noise,
        () => Class::Drift,
    };
    let object = ObjectRef::of_table(ObjectKind::Column, &pair.declared.table, &columns.declared.name);
    let mut drift = Drift::new(
        Code::TypeMismatch,
        object,
        Some(type_text(columns.declared, other_schema)),
        Some(type_text(columns.live, other_schema)),
    );
    drift.class = class;
    place_at_builder(&mut drift, pair.declared, columns.places);
    drifts.push(drift);
}

/// Whether one side says `serial` and the other what it is made of: an integer that a sequence fills.
fn same_serial(sides: &Sides, columns: &ColumnPair) -> bool {
    let made_of = |column: &Column, other: &Column| {
        let (Some(serial), Some(plain)) = (column.sql_type.known(), other.sql_type.known()) else { return false };
        match sides.family {
            Family::Postgresql => {
                SERIALS
                    .iter()
                    .any(|(name, integer)| name == serial && same_type(sides.declared.dialect, integer, plain))
                    && other.default.known().cloned().flatten().is_some_and(|default| default.contains("nextval("))
            }
            Family::Mysql | Family::Sqlite => false,
        }
    };
    made_of(columns.declared, columns.live) || made_of(columns.live, columns.declared)
}
