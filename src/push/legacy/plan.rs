//! What of both sides push's statements about one drift depend on.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Column, Dialect, Evidence, Family, Generation, LiveCatalog, Table};
use crate::declared::{Declared, DeclaredTable, Kit};
use crate::drift::{Code, Drift};

/// A table's schema and name.
type TableKey = (Option<String>, String);

/// The whole of one push, as far as it bears on the statements about a single drift.
pub(in crate::push) struct Plan<'a> {
    /// The schema language.
    pub family: Family,
    /// Whose rules hold.
    pub generation: Generation,
    /// The declared side.
    pub declared: &'a Declared,
    /// The live side.
    pub live: &'a LiveCatalog,
    /// Names of tables that push would create.
    pub created_tables: Vec<String>,
    /// Names of tables that push would drop.
    pub dropped_tables: Vec<String>,
    created_columns: BTreeMap<TableKey, Vec<String>>,
    dropped_columns: BTreeMap<TableKey, Vec<String>>,
    altered: BTreeSet<TableKey>,
    declared_tables: BTreeMap<(Option<&'a str>, &'a str), &'a DeclaredTable>,
    live_tables: BTreeMap<(Option<&'a str>, &'a str), &'a Table>,
}

impl<'a> Plan<'a> {
    /// The push that would follow from `drifts`, which must be all there are.
    pub(in crate::push) fn new(drifts: &[Drift], declared: &'a Declared, live: &'a LiveCatalog, kit: &Kit) -> Self {
        let mut plan = Self {
            family: declared.dialect.family(),
            generation: kit.generation(),
            declared,
            live,
            created_tables: Vec::new(),
            dropped_tables: Vec::new(),
            created_columns: BTreeMap::new(),
            dropped_columns: BTreeMap::new(),
            altered: BTreeSet::new(),
            // Of two declarations of one table, the first is compared.
            declared_tables: declared.tables.iter().rev().map(|table| (name_of(&table.table), table)).collect(),
            live_tables: live.catalog.tables.iter().map(|table| (name_of(table), table)).collect(),
        };
        for drift in drifts {
            let object = &drift.object;
            let key = (object.schema.clone(), object.table.clone().unwrap_or_default());
            match drift.code {
                Code::MissingTable => plan.created_tables.push(object.name.clone()),
                Code::UndeclaredTable => plan.dropped_tables.push(object.name.clone()),
                Code::MissingColumn => plan.created_columns.entry(key).or_default().push(object.name.clone()),
                Code::UndeclaredColumn => plan.dropped_columns.entry(key).or_default().push(object.name.clone()),
                Code::TypeMismatch | Code::NullabilityMismatch if plan.alters_column(drift) => {
                    plan.altered.insert(key);
                }
                _ => {}
            }
        }
        plan
    }

    /// Whether push of this version sees the difference of a column that both sides have.
    pub(super) fn alters_column(&self, drift: &Drift) -> bool {
        let (Some(declared), Some(live)) = (self.declared_column(drift), self.live_column(drift)) else { return false };
        let types = |sees: fn(Generation, &str, &str) -> bool| match (declared.sql_type.known(), live.sql_type.known())
        {
            (Some(declared), Some(live)) => sees(self.generation, declared, live),
            _ => false,
        };
        match (drift.code, self.family) {
            (Code::TypeMismatch, Family::Postgresql) => types(super::postgresql::sees_types),
            (Code::TypeMismatch, Family::Sqlite) => types(super::sqlite::sees_types),
            (Code::NullabilityMismatch, family) => {
                let said = self.live_table(drift).and_then(|table| self.live.says_not_null(table, live));
                declared.not_null.known().copied() != said
                    && match (family, self.generation) {
                        (Family::Postgresql, Generation::V0) => !types(super::postgresql::hides_column),
                        // 1.0 takes the columns of a primary key as NOT NULL.
                        (_, Generation::V1) => !self.is_key(drift),
                        _ => true,
                    }
            }
            _ => false,
        }
    }

    fn is_key(&self, drift: &Drift) -> bool {
        let key = |table: Option<&Table>| {
            table
                .and_then(|table| table.primary_key.as_ref())
                .is_some_and(|key| key.columns.contains(&drift.object.name))
        };
        key(self.declared_table(drift).map(|declared| &*declared.table)) && key(self.live_table(drift))
    }

    /// Whether push alters any table that both sides have.
    pub(super) fn alters_any_table(&self) -> bool {
        !(self.altered.is_empty() && self.created_columns.is_empty() && self.dropped_columns.is_empty())
    }

    /// Whether push changes a column by rebuilding its table. libSQL can alter columns, and 0.x makes use of it.
    pub(in crate::push) fn alters_by_rebuilding(&self) -> bool {
        let alters = self.declared.dialect == Dialect::Turso && self.generation == Generation::V0;
        self.family == Family::Sqlite && !alters
    }

    /// Whether push rebuilds the table `drift` is about.
    pub(super) fn rebuilds(&self, drift: &Drift) -> bool {
        self.alters_by_rebuilding() && self.altered.contains(&table_key(drift))
    }

    /// Columns that push would create in the table of `drift`.
    pub(in crate::push) fn created_columns(&self, drift: &Drift) -> Vec<&str> {
        columns_of(&self.created_columns, drift)
    }

    /// Columns that push would drop from the table of `drift`.
    pub(in crate::push) fn dropped_columns(&self, drift: &Drift) -> Vec<&str> {
        columns_of(&self.dropped_columns, drift)
    }

    /// The declared table that `drift` is about.
    pub(super) fn declared_table(&self, drift: &Drift) -> Option<&'a DeclaredTable> {
        self.declared_tables.get(&(drift.object.schema.as_deref(), drift.object.table.as_deref()?)).copied()
    }

    /// The live table that `drift` is about.
    pub(super) fn live_table(&self, drift: &Drift) -> Option<&'a Table> {
        let (schema, name) = (drift.object.schema.as_deref(), drift.object.table.as_deref()?);
        let alike =
            |table: &&Table| table.schema.as_deref() == schema && self.family.same_identifier(&table.name, name);
        self.live_tables.get(&(schema, name)).copied().or_else(|| self.live.catalog.tables.iter().find(alike))
    }

    /// The declared column that `drift` is about.
    pub(in crate::push) fn declared_column(&self, drift: &Drift) -> Option<&'a Column> {
        self.declared_table(drift)?.table.column(&drift.object.name)
    }

    /// The live column that `drift` is about.
    pub(super) fn live_column(&self, drift: &Drift) -> Option<&'a Column> {
        let (table, name) = (self.live_table(drift)?, &drift.object.name);
        let alike = |column: &&Column| self.family.same_identifier(&column.name, name);
        table.column(name).or_else(|| table.columns.iter().find(alike))
    }

    /// What the table of `drift` holds.
    pub(in crate::push) fn evidence(&self, drift: &Drift) -> Evidence {
        self.live_table(drift).map_or_else(Evidence::default, |table| self.live.evidence(table))
    }
}

fn name_of(table: &Table) -> (Option<&str>, &str) {
    (table.schema.as_deref(), &table.name)
}

fn table_key(drift: &Drift) -> TableKey {
    (drift.object.schema.clone(), drift.object.table.clone().unwrap_or_default())
}

fn columns_of<'a>(columns: &'a BTreeMap<TableKey, Vec<String>>, drift: &Drift) -> Vec<&'a str> {
    columns.get(&table_key(drift)).into_iter().flatten().map(String::as_str).collect()
}
