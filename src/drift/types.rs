//! `type-mismatch`, which is also said of a collation.

use super::columns::place_at_builder;
use super::compare::{ColumnPair, Pair, Sides};
use super::short_sql::type_text;
use super::{Class, Code, Drift};
use crate::catalog::{Column, Family, ObjectRef, same_type};

/// What the pseudo-types that bring a sequence along are made of.
const SERIALS: &[(&str, &str)] = &[("smallserial", "smallint"), ("serial", "integer"), ("bigserial", "bigint")];
/// What MySQL makes of `serial`.
const MYSQL_SERIAL: &str = "bigint unsigned";

/// The column's SQL type differs.
pub(super) fn mismatch(sides: &Sides, pair: &Pair, columns: &ColumnPair, drifts: &mut Vec<Drift>) {
    let (Some(declared), Some(live)) = (columns.declared.sql_type.known(), columns.live.sql_type.known()) else {
        return;
    };
    let same_collation = same_collation(columns.declared, columns.live);
    let other_schema = in_other_schema(columns);
    // A type that means the same in other words is still one that push may want to write anew: the push room decides.
    let class = match () {
        // drizzle-kit takes the quotes off a live type alone.
        () if same_collation && !other_schema && declared == live && !declared.starts_with('"') => return,
        () if same_collation && same_column_type(sides, columns) => Class::Noise,
        () => Class::Drift,
    };
    let object = ObjectRef::column(&pair.declared.table, &columns.declared.name);
    let text = |column: &Column| {
        let text = type_text(column, other_schema);
        match column.collation.as_deref().filter(|_| !same_collation) {
            Some(collation) => format!("{text} collate {collation}"),
            None => text,
        }
    };
    let mut drift = Drift::new(Code::TypeMismatch, object, Some(text(columns.declared)), Some(text(columns.live)));
    drift.class = class;
    place_at_builder(&mut drift, pair.declared, columns.places);
    drifts.push(drift);
}

/// Whether the column's values are of one type on both sides, whoever fills them. Types that are not known are.
pub(super) fn same_column_type(sides: &Sides, columns: &ColumnPair) -> bool {
    let (Some(declared), Some(live)) = (columns.declared.sql_type.known(), columns.live.sql_type.known()) else {
        return true;
    };
    // A type of one's own has a name, of which the server keeps no more than it can.
    let same_name = || columns.live.type_schema.is_some() && sides.family.same_identifier(declared, live);
    let same = declared == live
        || same_type(sides.dialect(), declared, live)
        || same_serial(sides, columns)
        || columns.live.printed_type.as_ref() == Some(declared)
        || unqualified(live) == declared
        || same_name();
    same && !in_other_schema(columns)
}

/// A type of one's own without its schema, which the code may leave to the server's search path.
fn unqualified(sql_type: &str) -> &str {
    sql_type.split_once('.').filter(|(schema, _)| !schema.contains(['"', '('])).map_or(sql_type, |(_, name)| name)
}

/// Whether two columns that may be one under two names hold values of one type.
pub(super) fn same_kind(sides: &Sides, declared: &Column, live: &Column) -> bool {
    let (Some(mine), Some(theirs)) = (declared.sql_type.known(), live.sql_type.known()) else { return false };
    let plain = |sql_type: &str| SERIALS.iter().find(|(serial, _)| *serial == sql_type).map(|(_, plain)| *plain);
    let (mine, theirs) = (plain(mine).unwrap_or(mine), plain(theirs).unwrap_or(theirs));
    (mine == theirs || same_type(sides.dialect(), mine, theirs)) && declared.type_schema == live.type_schema
}

/// Whether the column's type brings a sequence along.
pub(super) fn is_serial(column: &Column) -> bool {
    column.sql_type.known().is_some_and(|sql_type| SERIALS.iter().any(|(serial, _)| serial == sql_type))
}

fn in_other_schema(columns: &ColumnPair) -> bool {
    let schemas = (columns.declared.type_schema.as_deref(), columns.live.type_schema.as_deref());
    matches!(schemas, (Some(declared), Some(live)) if declared != live)
}

/// The code may name a character set alone, with which the collation's name begins.
fn same_collation(declared: &Column, live: &Column) -> bool {
    // What the code asks for may be what the table has anyway.
    let Some(theirs) = live.collation.as_deref() else { return true };
    written_collation(declared).is_some_and(|mine| {
        let rest = theirs.strip_prefix(mine);
        mine.eq_ignore_ascii_case(theirs) || rest.is_some_and(|rest| rest.starts_with('_'))
    })
}

/// The collation that the code asks for: its own, or one behind the text of a custom type.
fn written_collation(column: &Column) -> Option<&str> {
    let behind = || {
        let mut words = column.sql_type.known()?.split_whitespace();
        words.find(|word| word.eq_ignore_ascii_case("collate"))?;
        words.next().map(|name| name.trim_matches(['"', '`']))
    };
    column.collation.as_deref().or_else(behind)
}

/// Whether one side says `serial` and the other what it is made of: an integer that a sequence fills.
fn same_serial(sides: &Sides, columns: &ColumnPair) -> bool {
    let made_of = |column: &Column, other: &Column| {
        let (Some(serial), Some(plain)) = (column.sql_type.known(), other.sql_type.known()) else { return false };
        match sides.family {
            Family::Postgresql => {
                // A sequence fills an identity too; that it is one is the identity's difference.
                let filled = other.identity.is_some()
                    || other.default.known().cloned().flatten().is_some_and(|default| default.contains("nextval("));
                filled
                    && SERIALS
                        .iter()
                        .any(|(name, integer)| name == serial && same_type(sides.dialect(), integer, plain))
            }
            Family::Mysql => serial == "serial" && plain == MYSQL_SERIAL,
            Family::Sqlite => false,
        }
    };
    made_of(columns.declared, columns.live) || made_of(columns.live, columns.declared)
}
