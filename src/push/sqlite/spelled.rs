//! The objects of the database in the order of sqlite_schema, each with its spelling; where that is not known, with one that
//! says the same.

use std::borrow::Cow;

use crate::catalog::{LiveCatalog, SpelledKind, SpelledReference, Spelling, Table};

/// A table or view of the database.
pub(super) struct Spelled<'a> {
    pub name: &'a str,
    pub spelling: Cow<'a, Spelling>,
    /// None of a view, or of a table that is only known by name.
    pub table: Option<&'a Table>,
}

/// Everything in `live`.
pub(super) fn objects(live: &LiveCatalog) -> Vec<Spelled<'_>> {
    let mut objects: Vec<Spelled> = live
        .spellings
        .iter()
        .map(|(name, spelling)| Spelled { name, spelling: Cow::Borrowed(spelling), table: None })
        .collect();
    // Both lists are sorted by name.
    for object in &mut objects {
        let place = live.catalog.tables.binary_search_by(|table| table.name.as_str().cmp(object.name));
        object.table = place.ok().map(|place| &live.catalog.tables[place]);
    }
    for table in live.catalog.tables.iter().filter(|table| !live.spellings.contains_key(&table.name)) {
        objects.push(Spelled { name: &table.name, spelling: Cow::Owned(made_up(table)), table: Some(table) });
    }
    for view in live.catalog.views.iter().filter(|view| !live.spellings.contains_key(&view.name)) {
        let sql = "CREATE VIEW v AS SELECT 1".to_owned();
        let spelling = Spelling { sql, kind: SpelledKind::View, position: usize::MAX, ..Spelling::default() };
        objects.push(Spelled { name: &view.name, spelling: Cow::Owned(spelling), table: None });
    }
    objects.sort_by_key(|object| object.spelling.position);
    objects
}

fn made_up(table: &Table) -> Spelling {
    let said = |column: &&crate::catalog::Column| column.not_null.known() == Some(&true);
    Spelling {
        position: usize::MAX,
        not_null: table.columns.iter().filter(said).map(|column| column.name.clone()).collect(),
        indexes: table.indexes.iter().map(|index| index.name.clone()).collect(),
        references: table
            .foreign_keys
            .iter()
            .map(|key| SpelledReference { table: key.foreign_table.clone(), names_columns: true })
            .collect(),
        ..Spelling::default()
    }
}
