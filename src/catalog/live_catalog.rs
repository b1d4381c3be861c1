//! The live side as one value: the catalog, where it was read, and the evidence of what the tables hold.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{Catalog, Column, Table};

/// What was read from a database in one consistent snapshot.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveCatalog {
    /// The objects. System objects are left out; nothing else is.
    pub catalog: Catalog,
    /// Which database this is.
    pub database: DatabaseIdentity,
    /// What each table holds, by schema and name.
    pub evidence: BTreeMap<(Option<String>, String), Evidence>,
    /// How each table is spelled, by name, where the dialect keeps the text (SQLite).
    pub spellings: BTreeMap<String, Spelling>,
}

/// A table as it was written. drizzle-kit 0.x reads some facts off the text, and not always what holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Spelling {
    /// The CREATE TABLE statement.
    pub sql: String,
    /// The columns that say NOT NULL. An INTEGER PRIMARY KEY refuses NULL without saying so.
    pub not_null: Vec<String>,
}

impl LiveCatalog {
    /// The evidence about `table`; nothing is known of a table without an entry.
    pub fn evidence(&self, table: &Table) -> Evidence {
        self.evidence.get(&(table.schema.clone(), table.name.clone())).copied().unwrap_or_default()
    }

    /// Whether `column` of `table` says NOT NULL in so many words, which is what drizzle-kit looks at; that it refuses NULL
    /// is another matter.
    pub fn says_not_null(&self, table: &Table, column: &Column) -> Option<bool> {
        match self.spellings.get(&table.name) {
            Some(spelling) => Some(spelling.not_null.contains(&column.name)),
            None => column.not_null.known().copied(),
        }
    }
}

/// The contract's `database`. Carries no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseIdentity {
    /// The database's name; for a file, its name without its folder.
    pub name: String,
    /// The server's host, null for a file.
    pub host: Option<String>,
    /// The engine's version: `15.18`.
    pub server_version: String,
    /// The role that reads, null for a file.
    pub user: Option<String>,
}

/// What statistics say a table holds. Never the result of a `count(*)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Evidence {
    /// How many rows.
    pub rows: Rows,
}

/// How many rows a table holds, as far as it can be told cheaply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Rows {
    /// Nothing is known.
    #[default]
    Unknown,
    /// None.
    None,
    /// At least one; how many is not known.
    Some,
    /// About this many, at least one.
    About(u64),
}

impl Rows {
    /// Whether the table is known to hold rows.
    pub fn any(self) -> bool {
        matches!(self, Self::Some | Self::About(_))
    }

    /// For messages: `about 1,204 rows`, `rows`, `no rows`; `None` where nothing is known.
    pub fn words(self) -> Option<String> {
        match self {
            Self::Unknown => None,
            Self::None => Some("no rows".into()),
            Self::Some => Some("rows".into()),
            Self::About(1) => Some("about 1 row".into()),
            Self::About(count) => Some(format!("about {} rows", thousands(count))),
        }
    }
}

fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut result = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            result.push(',');
        }
        result.push(digit);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_worded_as_people_read_them() {
        assert_eq!(Rows::About(1_204).words().as_deref(), Some("about 1,204 rows"));
        assert_eq!(Rows::About(1).words().as_deref(), Some("about 1 row"));
        assert_eq!(Rows::About(1_000_000).words().as_deref(), Some("about 1,000,000 rows"));
        assert_eq!(Rows::Unknown.words(), None);
    }
}
