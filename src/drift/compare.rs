//! The comparison: every rule over every object, in a stable order.

use std::collections::{BTreeMap, BTreeSet};

use super::{Drift, columns, nullability, tables, types, unresolved};
use crate::catalog::{Column, Family, Filter, LiveCatalog, Table, TableKind};
use crate::declared::{ColumnPlaces, Declared, DeclaredTable};

/// Every difference between the declared and the live side, in the order of file and place, then of object name.
///
/// Live objects that `filter` excludes, and those that the dialect's drizzle-kit never looks at, take no part.
pub fn compare(declared: &Declared, live: &LiveCatalog, filter: &Filter) -> Vec<Drift> {
    let sides = Sides::new(declared, live, filter);
    let mut drifts = Vec::new();
    tables::undeclared(&sides, &mut drifts);
    tables::missing(&sides, &mut drifts);
    for pair in &sides.pairs {
        columns::undeclared(&sides, pair, &mut drifts);
        columns::missing(&sides, pair, &mut drifts);
        for columns in pair.columns(sides.family) {
            types::mismatch(&sides, pair, &columns, &mut drifts);
            nullability::mismatch(&sides, pair, &columns, &mut drifts);
        }
    }
    unresolved::declarations(declared, &mut drifts);
    drifts.sort_by(|a, b| {
        // What has no place comes last.
        (a.place.is_none(), &a.place, &a.object, a.code).cmp(&(b.place.is_none(), &b.place, &b.object, b.code))
    });
    drifts
}

/// Both sides, matched table by table.
pub(super) struct Sides<'a> {
    /// The schema language.
    pub family: Family,
    /// The declared side.
    pub declared: &'a Declared,
    /// The live side.
    pub live: &'a LiveCatalog,
    /// Tables of both sides.
    pub pairs: Vec<Pair<'a>>,
    /// Live tables that no declared table stands for.
    pub undeclared: Vec<&'a Table>,
    /// Declared tables that the database lacks.
    pub missing: Vec<&'a DeclaredTable>,
}

/// A table of both sides.
pub(super) struct Pair<'a> {
    /// As the code has it.
    pub declared: &'a DeclaredTable,
    /// As the database has it.
    pub live: &'a Table,
}

/// A column of both sides.
pub(super) struct ColumnPair<'a> {
    /// As the code has it.
    pub declared: &'a Column,
    /// Where the code has it.
    pub places: &'a ColumnPlaces,
    /// As the database has it.
    pub live: &'a Column,
}

impl<'a> Sides<'a> {
    fn new(declared: &'a Declared, live: &'a LiveCatalog, filter: &Filter) -> Self {
        let family = declared.dialect.family();
        let scope = filter.scope(declared.dialect);
        let by_name: BTreeMap<_, _> =
            live.catalog.tables.iter().map(|table| ((table.schema.as_deref(), table.name.as_str()), table)).collect();
        let mut sides = Self { family, declared, live, pairs: Vec::new(), undeclared: Vec::new(), missing: Vec::new() };
        let mut seen = BTreeSet::new();
        let mut matched = BTreeSet::new();
        for table in &declared.tables {
            let (schema, name) = (table.table.schema.as_deref(), table.table.name.as_str());
            if !scope.covers_declared(schema, name) || !live.is_readable(schema) || !seen.insert((schema, name)) {
                continue;
            }
            let found = by_name.get(&(schema, name)).copied().or_else(|| {
                // MySQL's tables may or may not have a case, depending on the server. A name that differs by its case
                // alone, or behind the end of what PostgreSQL keeps of it, cannot be proved to be another one.
                let mut alike = live
                    .catalog
                    .tables
                    .iter()
                    .filter(|table| table.schema.as_deref() == schema && family.same_identifier(&table.name, name));
                alike.next().filter(|_| alike.next().is_none())
            });
            match found {
                None if table.broken => {}
                None => sides.missing.push(table),
                Some(live) => {
                    matched.insert((live.schema.as_deref(), live.name.as_str()));
                    // A table that the filter hides from drizzle-kit is none of its business, though the code has it.
                    // Of one that does not parse at the moment, nothing is claimed.
                    if scope.covers_live(live.schema.as_deref(), &live.name) && !table.broken {
                        sides.pairs.push(Pair { declared: table, live });
                    }
                }
            }
        }
        sides.undeclared = live
            .catalog
            .tables
            .iter()
            .filter(|table| !matched.contains(&(table.schema.as_deref(), table.name.as_str())))
            .filter(|table| scope.covers_live(table.schema.as_deref(), &table.name))
            .filter(|table| live.is_readable(table.schema.as_deref()))
            // No code declares them, and no code should.
            .filter(|table| table.kind != TableKind::Foreign && table.extension.is_none())
            .collect();
        sides
    }
}

impl<'a> Pair<'a> {
    /// The columns that both sides have, in declared order.
    pub(super) fn columns(&self, family: Family) -> impl Iterator<Item = ColumnPair<'a>> {
        let (declared, live) = (self.declared, self.live);
        declared.table.columns.iter().zip(&declared.columns).filter_map(move |(column, places)| {
            let live = live.columns.iter().find(|live| family.same_identifier(&live.name, &column.name))?;
            Some(ColumnPair { declared: column, places, live })
        })
    }
}
