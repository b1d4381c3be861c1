//! How a report names an object.

use std::fmt;

use serde::Serialize;

/// The contract's `object.kind`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
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

/// One object. What belongs to a table names it; for anything else `table` is null (for a table it is the name again).
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
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

    /// What belongs to `table`: a column, an index, a constraint, a policy.
    pub fn of_table(kind: ObjectKind, table: &super::Table, name: &str) -> Self {
        Self { kind, schema: table.schema.clone(), table: Some(table.name.clone()), name: name.into() }
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
