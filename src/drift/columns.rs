//! `undeclared-column` and `missing-column`.

use super::compare::Pair;
use super::short_sql::column_text;
use super::{Code, Drift};
use crate::catalog::ObjectRef;
use crate::declared::{ColumnPlaces, DeclaredTable};
use crate::text::Place;

/// The database has it, the code does not.
pub(super) fn undeclared(pair: &Pair, drifts: &mut Vec<Drift>) {
    if pair.declared.columns_open {
        return;
    }
    for column in pair.undeclared_columns() {
        let object = ObjectRef::column(pair.live, &column.name);
        let mut drift = Drift::new(Code::UndeclaredColumn, object, None, Some(column_text(pair.live, column)));
        drift.place = Some(pair.declared.name.clone());
        drifts.push(drift);
    }
}

/// The code has it, the database does not.
pub(super) fn missing(pair: &Pair, drifts: &mut Vec<Drift>) {
    let table = &pair.declared.table;
    for index in pair.missing_columns() {
        let column = &table.columns[index];
        let object = ObjectRef::column(table, &column.name);
        let mut drift = Drift::new(Code::MissingColumn, object, Some(column_text(table, column)), None);
        if let Some(places) = pair.declared.columns.get(index) {
            place_at_builder(&mut drift, pair.declared, places);
        }
        drifts.push(drift);
    }
}

/// Shows `drift` at the column's builder; where a helper or a spread brings it, says which table it is about.
pub(super) fn place_at_builder(drift: &mut Drift, table: &DeclaredTable, places: &ColumnPlaces) {
    drift.place = Some(places.builder.clone());
    let inside = |place: &Place| place.file == places.property.file && places.property.span.contains(place.span);
    if !inside(&places.builder) {
        drift.related.push((places.property.clone(), format!("brings it into `{}`", table.table.object())));
    }
}
