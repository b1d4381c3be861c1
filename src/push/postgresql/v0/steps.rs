//! The steps of one push in drizzle-kit 0.31's order, before they are made statements.

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
    let has = |table: &(String, String), test: fn(&Kind) -> bool| {
        steps.iter().any(|step| step.table == *table && test(&step.kind))
    };
    let keep: Vec<bool> = steps
        .iter()
        .map(|step| match &step.kind {
            // It looks at the table alone, not at the column.
            Kind::DropNotNull => !has(&step.table, |kind| matches!(kind, Kind::DropIdentity)),
            Kind::SetNotNull => !has(&step.table, |kind| matches!(kind, Kind::SetIdentity)),
            Kind::AddValue { schema, name } => !steps.iter().any(
                |other| matches!(&other.kind, Kind::DropValue { schema: s, name: n, .. } if s == schema && n == name),
            ),
            Kind::SetDefault { column, default } => !steps.iter().any(|other| match &other.kind {
                Kind::SetType { column: c, default: d, .. } => other.table == step.table && c == column && d == default,
                Kind::DropValue { columns, .. } => columns.iter().any(|(schema, table, name, d)| {
                    (schema, table) == (&step.table.0, &step.table.1) && name == column && d == default
                }),
                _ => false,
            }),
            _ => true,
        })
        .collect();
    steps.into_iter().zip(keep).filter_map(|(step, keep)| keep.then_some(step)).collect()
}
