//! Questions that only the rows of a table can answer, each with yes or no.

use serde::{Deserialize, Serialize};

/// Whether a table holds rows of some sort.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RowQuestion {
    /// The table's schema.
    pub schema: Option<String>,
    /// The table.
    pub table: String,
    /// Which rows it may hold.
    pub rows: RowsThat,
}

/// Rows of some sort.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum RowsThat {
    /// Any row.
    Exist,
    /// Rows with NULL in a column.
    AreNull {
        /// The column.
        column: String,
    },
    /// Rows without NULL in any of the columns.
    AreNotNull {
        /// The columns.
        columns: Vec<String>,
    },
    /// Two rows with the same values.
    AreAlike {
        /// The columns.
        columns: Vec<String>,
        /// Whether two NULLs are the same value.
        nulls_too: bool,
    },
    /// Rows whose value, as a text, is none of these.
    AreOutside {
        /// The column.
        column: String,
        /// The values.
        values: Vec<String>,
    },
    /// Rows that refer to no row of another table.
    ReferToNone {
        /// The columns.
        columns: Vec<String>,
        /// The other table's schema.
        schema: Option<String>,
        /// The other table.
        table: String,
        /// Its columns.
        references: Vec<String>,
    },
    /// Rows that refer to a row of another table.
    ReferToSome {
        /// The columns.
        columns: Vec<String>,
        /// The other table's schema.
        schema: Option<String>,
        /// The other table.
        table: String,
        /// Its columns.
        references: Vec<String>,
    },
    /// Rows for which a condition is false.
    Violate {
        /// The condition, a text of SQL.
        condition: String,
    },
    /// Rows whose value, as a text, no value of a type is written like (PostgreSQL 16 and later).
    AreNoSuch {
        /// The column.
        column: String,
        /// The type.
        sql_type: String,
    },
}
