//! How a report names an object.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Check, EnumType, ForeignKey, Index, Policy, PrimaryKey, Sequence, Table, Unique, View};

/// The contract's `object.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ObjectKind {
    /// A table.
    Table,
    /// A column of a table.
    Column,
    /// An enum type.
    Enum,
    /// A view, materialised or not.
    View,
    /// An index of a table.
    Index,
    /// A unique constraint of a table.
    Unique,
    /// A foreign key of a table.
    ForeignKey,
    /// A check constraint of a table.
    Check,
    /// A table's primary key.
    PrimaryKey,
    /// A sequence.
    Sequence,
    /// A row-level-security policy of a table.
    Policy,
}

impl ObjectKind {
    /// Every kind.
    pub const ALL: [Self; 11] = [
        Self::Table,
        Self::Column,
        Self::Enum,
        Self::View,
        Self::Index,
        Self::Unique,
        Self::ForeignKey,
        Self::Check,
        Self::PrimaryKey,
        Self::Sequence,
        Self::Policy,
    ];

    /// What people call it: `foreign key`.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Column => "column",
            Self::Enum => "enum",
            Self::View => "view",
            Self::Index => "index",
            Self::Unique => "unique constraint",
            Self::ForeignKey => "foreign key",
            Self::Check => "check",
            Self::PrimaryKey => "primary key",
            Self::Sequence => "sequence",
            Self::Policy => "policy",
        }
    }
}

/// One object. What belongs to a table names it; for anything else `table` is null (for a table it is the name again).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectRef {
    /// What it is.
    pub kind: ObjectKind,
    /// Its schema, null where the dialect has none.
    pub schema: Option<String>,
    /// The table that it is or belongs to.
    pub table: Option<String>,
    /// Its own name.
    pub name: String,
}

impl ObjectRef {
    /// A table.
    pub fn table(schema: Option<String>, name: &str) -> Self {
        Self { kind: ObjectKind::Table, schema, table: Some(name.into()), name: name.into() }
    }

    /// What stands in a schema by itself: an enum, a view, a sequence.
    pub fn of_schema(kind: ObjectKind, schema: Option<String>, name: &str) -> Self {
        Self { kind, schema, table: None, name: name.into() }
    }

    /// What belongs to `table`: a column, an index, a constraint, a policy.
    pub fn of_table(kind: ObjectKind, table: &Table, name: &str) -> Self {
        Self { kind, schema: table.schema.clone(), table: Some(table.name.clone()), name: name.into() }
    }

    /// A column of `table`.
    pub fn column(table: &Table, name: &str) -> Self {
        Self::of_table(ObjectKind::Column, table, name)
    }

    /// The primary key of `table`. A key without a name is called by its columns, here and below.
    pub fn primary_key(table: &Table, key: &PrimaryKey) -> Self {
        Self::of_table(ObjectKind::PrimaryKey, table, &name_or(key.name.as_deref(), &key.columns))
    }

    /// A unique constraint of `table`.
    pub fn unique(table: &Table, unique: &Unique) -> Self {
        Self::of_table(ObjectKind::Unique, table, &name_or(unique.name.as_deref(), &unique.columns))
    }

    /// A foreign key of `table`.
    pub fn foreign_key(table: &Table, key: &ForeignKey) -> Self {
        Self::of_table(ObjectKind::ForeignKey, table, &name_or(key.name.as_deref(), &key.columns))
    }

    /// An index of `table`.
    pub fn index(table: &Table, index: &Index) -> Self {
        Self::of_table(ObjectKind::Index, table, &index.name)
    }

    /// A check of `table`; one without a name is called by its condition.
    pub fn check(table: &Table, check: &Check) -> Self {
        let condition = check.expression.known().map_or("?", String::as_str);
        Self::of_table(ObjectKind::Check, table, &name_or(check.name.as_deref(), &[condition]))
    }

    /// A policy of `table`.
    pub fn policy(table: &Table, policy: &Policy) -> Self {
        Self::of_table(ObjectKind::Policy, table, &policy.name)
    }

    /// An enum type.
    pub fn enumeration(enumeration: &EnumType) -> Self {
        Self::of_schema(ObjectKind::Enum, enumeration.schema.clone(), &enumeration.name)
    }

    /// A view.
    pub fn view(view: &View) -> Self {
        Self::of_schema(ObjectKind::View, view.schema.clone(), &view.name)
    }

    /// A sequence.
    pub fn sequence(sequence: &Sequence) -> Self {
        Self::of_schema(ObjectKind::Sequence, sequence.schema.clone(), &sequence.name)
    }
}

fn name_or<T: AsRef<str>>(name: Option<&str>, parts: &[T]) -> String {
    match name {
        Some(name) => name.to_owned(),
        None => format!("({})", parts.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(", ")),
    }
}

impl fmt::Display for ObjectRef {
    /// `users`, `users.email`, `billing.invoices`; PostgreSQL's `public` is left out, as people write it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = self.schema.as_deref().filter(|schema| *schema != "public") {
            write!(formatter, "{schema}.")?;
        }
        match &self.table {
            Some(table) if self.kind != ObjectKind::Table => write!(formatter, "{table}.{}", self.name),
            _ => formatter.write_str(&self.name),
        }
    }
}
