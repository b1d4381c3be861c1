//! `default-mismatch`, which is also said of ON UPDATE.

use super::columns::place_at_builder;
use super::compare::{ColumnPair, Pair, Sides};
use super::short_sql::default_text;
use super::types::{is_serial, same_column_type};
use super::{Code, Drift};
use crate::catalog::{Column, Family, ObjectRef, Same, same_default};

/// The default differs.
pub(super) fn mismatch(sides: &Sides, pair: &Pair, columns: &ColumnPair, drifts: &mut Vec<Drift>) {
    let (declared, live) = (columns.declared, columns.live);
    // What fills itself has no default of its own; who fills it is another rule's.
    let fills_itself = |column: &Column| column.identity.is_some() || column.generated.is_some() || is_serial(column);
    if [declared, live].into_iter().any(fills_itself) {
        return;
    }
    let same_update = sides.family != Family::Mysql || declared.on_update.is_some() == live.on_update.is_some();
    if same_update && same(sides, columns) != Same::No {
        return;
    }
    let object = ObjectRef::column(&pair.declared.table, &declared.name);
    let mut drift = Drift::new(Code::DefaultMismatch, object, Some(default_text(declared)), Some(default_text(live)));
    place_at_builder(&mut drift, pair.declared, columns.places);
    drifts.push(drift);
}

fn same(sides: &Sides, columns: &ColumnPair) -> Same {
    let (Some(declared), Some(live)) = (columns.declared.default.known(), columns.live.default.known()) else {
        return Same::Unknown;
    };
    if declared == live {
        return Same::Yes;
    }
    let Some(sql_type) = columns.declared.sql_type.known() else { return Same::Unknown };
    // Two types spell one default differently; the type is then what there is to say.
    if declared.is_some() && live.is_some() && !same_column_type(sides, columns) {
        return Same::Unknown;
    }
    same_default(sides.dialect(), sql_type, declared.as_deref(), live.as_deref())
}
