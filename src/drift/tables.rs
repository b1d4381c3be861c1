//! `undeclared-table` and `missing-table`.

use std::collections::BTreeMap;

use super::compare::Sides;
use super::short_sql::{full_table, table_text};
use super::{Code, Drift};
use crate::catalog::Table;
use crate::declared::SourceFile;
use crate::text::{FilePath, Place, Span};

/// The database has it, the code does not.
pub(super) fn undeclared(sides: &Sides, drifts: &mut Vec<Drift>) {
    // Any of them might be the one whose declaration cannot be read.
    if sides.declared.tables_open {
        return;
    }
    for table in &sides.undeclared {
        let mut drift = Drift::new(Code::UndeclaredTable, table.object(), None, Some(full_table(table)));
        drift.live = Some(table_text(table));
        drift.place = kin_place(sides, table);
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

/// Where a table that no file declares is shown: the import of the dialect's core module, in the file that declares its
/// nearest kin, which is the one with the most tables of its schema, else with the most tables.
fn kin_place(sides: &Sides, table: &Table) -> Option<Place> {
    let mut counts: BTreeMap<&FilePath, (usize, usize)> =
        sides.declared.files.iter().filter(|(_, source)| source.is_schema).map(|(path, _)| (path, (0, 0))).collect();
    for declared in &sides.declared.tables {
        let (kin, all) = counts.entry(&declared.statement.file).or_default();
        *all += 1;
        *kin += usize::from(declared.table.schema == table.schema);
    }
    // The first of equals, in the order of paths.
    let (path, _) = counts.into_iter().rev().max_by_key(|(_, count)| *count)?;
    let span = sides.declared.files.get(path).map_or(Span::empty(0), |source| import_span(sides, source));
    Some(Place::new(path.clone(), span))
}

fn import_span(sides: &Sides, source: &SourceFile) -> Span {
    let core = sides.family.core_module();
    let rank = |module: &str| [module != core, !module.starts_with("drizzle-orm")];
    source
        .imports
        .iter()
        .min_by_key(|import| (rank(&import.module), import.type_only))
        .map_or(Span::empty(0), |import| import.span)
}
