//! `undeclared-table` and `missing-table`.

use super::compare::Sides;
use super::places::kin_place;
use super::short_sql::{full_table, table_text};
use super::{Code, Drift};

/// The database has it, the code does not.
pub(super) fn undeclared(sides: &Sides, drifts: &mut Vec<Drift>) {
    // Any of them might be the one whose declaration cannot be read.
    if sides.declared.tables_open {
        return;
    }
    for table in &sides.undeclared {
        let mut drift = Drift::new(Code::UndeclaredTable, table.object(), None, Some(full_table(table)));
        drift.live = Some(table_text(table));
        drift.place = kin_place(sides.declared, table.schema.as_deref());
        drifts.push(drift);
    }
}

/// The code has it, the database does not.
pub(super) fn missing(sides: &Sides, drifts: &mut Vec<Drift>) {
    for declared in &sides.missing {
        let table = &declared.table;
        let mut drift = Drift::new(Code::MissingTable, table.object(), Some(full_table(table)), None);
        drift.declared = Some(table_text(table));
        drift.place = Some(declared.name.clone());
        drifts.push(drift);
    }
}
