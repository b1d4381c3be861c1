//! Where a drift is shown whose object no file declares.

use std::collections::BTreeMap;

use crate::catalog::Family;
use crate::declared::{Declared, SourceFile};
use crate::text::{FilePath, Place, Span};

/// Where an object of `schema` that no file declares is shown: the import of the dialect's core module, in the file that
/// declares its nearest kin, which is the one with the most tables of its schema, else with the most tables.
pub(super) fn kin_place(declared: &Declared, schema: Option<&str>) -> Option<Place> {
    let mut counts: BTreeMap<&FilePath, (usize, usize)> =
        declared.files.iter().filter(|(_, source)| source.is_schema).map(|(path, _)| (path, (0, 0))).collect();
    for table in &declared.tables {
        let (kin, all) = counts.entry(&table.statement.file).or_default();
        *all += 1;
        *kin += usize::from(table.table.schema.as_deref() == schema);
    }
    // The first of equals, in the order of paths.
    let (path, _) = counts.into_iter().rev().max_by_key(|(_, count)| *count)?;
    let family = declared.dialect.family();
    let span = declared.files.get(path).map_or(Span::empty(0), |source| import_span(family, source));
    Some(Place::new(path.clone(), span))
}

fn import_span(family: Family, source: &SourceFile) -> Span {
    let core = family.core_module();
    let rank = |module: &str| [module != core, !module.starts_with("drizzle-orm")];
    source
        .imports
        .iter()
        .min_by_key(|import| (rank(&import.module), import.type_only))
        .map_or(Span::empty(0), |import| import.span)
}
