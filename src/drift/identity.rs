//! `identity-mismatch`, which is also said of AUTOINCREMENT.

use super::columns::place_at_builder;
use super::compare::{ColumnPair, Pair, Sides};
use super::sequences::{same_options, sequence_type};
use super::short_sql::identity_text;
use super::types::is_serial;
use super::{Code, Drift};
use crate::catalog::{Column, Family, ObjectRef};

/// Who counts the column up differs.
pub(super) fn mismatch(sides: &Sides, pair: &Pair, columns: &ColumnPair, drifts: &mut Vec<Drift>) {
    let (declared, live) = (columns.declared, columns.live);
    let same = match sides.family {
        Family::Postgresql => same_identity(declared, live),
        Family::Mysql | Family::Sqlite => counts(declared) == counts(live),
    };
    if same {
        return;
    }
    let object = ObjectRef::column(&pair.declared.table, &declared.name);
    let mut drift =
        Drift::new(Code::IdentityMismatch, object, Some(identity_text(declared)), Some(identity_text(live)));
    place_at_builder(&mut drift, pair.declared, columns.places);
    drifts.push(drift);
}

/// MySQL's `serial` counts without saying so.
fn counts(column: &Column) -> bool {
    column.autoincrement || is_serial(column)
}

fn same_identity(declared: &Column, live: &Column) -> bool {
    match (&declared.identity, &live.identity) {
        (None, None) => true,
        (Some(mine), Some(theirs)) => {
            let sql_type = live.sql_type.known().map_or("", |sql_type| sequence_type(sql_type));
            mine == theirs || (mine.always == theirs.always && same_options(sql_type, &mine.options, &theirs.options))
        }
        _ => false,
    }
}
