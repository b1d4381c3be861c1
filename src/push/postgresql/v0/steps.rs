//! The steps of one push in drizzle-kit 0.31's order, before they are made statements.

use std::collections::HashSet;

use crate::catalog::{ObjectRef, Rows};
use crate::push::{Aspect, Touch};

/// One of drizzle-kit's steps: some statements that belong together.
pub(super) struct Step {
    pub kind: Kind,
    /// Schema and name of the table, where there is one.
    pub table: (String, String),
    pub sql: Vec<String>,
    pub touches: Vec<Touch>,
    /// What the live table holds.
    pub rows: Rows,
}

/// What the later passes need to know of a step.
pub(super) enum Kind {
    Other,
    DropNotNull,
    SetNotNull,
    DropIdentity,
    SetIdentity,
    AddValue {
        schema: String,
        name: String,
    },
    /// With the column, its table and its default of every column that has the type.
    DropValue {
        schema: String,
        name: String,
        columns: Vec<(String, String, String, String)>,
    },
    SetDefault {
        column: String,
        default: String,
    },
    SetType {
        column: String,
        default: String,
        loses: bool,
    },
    DropTable,
    DropView {
        materialized: bool,
        schema: String,
        name: String,
    },
    DropColumn {
        column: String,
    },
    /// A column dropped and added again to become a generated one.
    MakeGenerated {
        column: String,
    },
    DropSchema {
        name: String,
    },
    DropPrimaryKey,
    AddColumn {
        column: String,
        needs_rows_gone: bool,
    },
    AddUnique {
        name: String,
    },
}

impl Step {
    pub fn new(kind: Kind, table: (&str, &str), sql: Vec<String>, touches: Vec<Touch>) -> Self {
        Self { kind, table: (table.0.to_owned(), table.1.to_owned()), sql, touches, rows: Rows::None }
    }

    /// The same step of a table that holds `rows`.
    pub fn on(mut self, rows: Rows) -> Self {
        self.rows = rows;
        self
    }

    pub fn other(sql: impl Into<String>, object: ObjectRef, aspect: Aspect) -> Self {
        Self::new(Kind::Other, ("", ""), vec![sql.into()], vec![Touch::new(object, aspect)])
    }
}

/// Leaves out the steps that others make needless, as drizzle-kit judges it.
pub(super) fn without_needless(steps: Vec<Step>) -> Vec<Step> {
    let mut known = Known::default();
    for step in &steps {
        known.note(step);
    }
    let keep: Vec<bool> = steps.iter().map(|step| !known.makes_needless(step)).collect();
    steps.into_iter().zip(keep).filter_map(|(step, keep)| keep.then_some(step)).collect()
}

/// What of all steps makes others needless.
#[derive(Default)]
struct Known<'a> {
    /// Tables with a column whose identity goes, and with one that gets one: it looks at the table alone, not at the column.
    without_identity: HashSet<&'a (String, String)>,
    with_identity: HashSet<&'a (String, String)>,
    /// Enums that lose a value: schema and name.
    losing_values: HashSet<(&'a str, &'a str)>,
    /// Columns that a change of type gives their default: schema, table, column, default.
    given_default: HashSet<[&'a str; 4]>,
}

impl<'a> Known<'a> {
    fn note(&mut self, step: &'a Step) {
        let (schema, table) = &step.table;
        match &step.kind {
            Kind::DropIdentity => {
                self.without_identity.insert(&step.table);
            }
            Kind::SetIdentity => {
                self.with_identity.insert(&step.table);
            }
            Kind::SetType { column, default, .. } => {
                self.given_default.insert([schema, table, column, default]);
            }
            Kind::DropValue { schema, name, columns } => {
                self.losing_values.insert((schema, name));
                let columns = columns.iter().map(|(schema, table, column, default)| {
                    [schema.as_str(), table.as_str(), column.as_str(), default.as_str()]
                });
                self.given_default.extend(columns);
            }
            _ => {}
        }
    }

    fn makes_needless(&self, step: &Step) -> bool {
        let (schema, table) = &step.table;
        match &step.kind {
            Kind::DropNotNull => self.without_identity.contains(&step.table),
            Kind::SetNotNull => self.with_identity.contains(&step.table),
            Kind::AddValue { schema, name } => self.losing_values.contains(&(schema.as_str(), name.as_str())),
            Kind::SetDefault { column, default } => {
                self.given_default.contains(&[schema.as_str(), table.as_str(), column.as_str(), default.as_str()])
            }
            _ => false,
        }
    }
}
