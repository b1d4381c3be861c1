//! The statements that describe a SQLite database, wherever it is: files of their names, embedded. They only read.

use crate::live::template::fill;

/// A number that every DDL statement changes.
pub const SCHEMA_VERSION: &str = "pragma schema_version";
/// Every object with its DDL.
pub const OBJECTS: &str = include_str!("objects.sql");
/// What sort of tables they are.
pub const TABLES: &str = include_str!("tables.sql");
/// The columns of all tables but virtual ones.
pub const COLUMNS: &str = include_str!("columns.sql");
/// The keys of all indexes.
pub const INDEXES: &str = include_str!("indexes.sql");
/// The columns of all foreign keys.
pub const FOREIGN_KEYS: &str = include_str!("foreign_keys.sql");
/// The names of the virtual tables.
pub const VIRTUAL_TABLES: &str = include_str!("virtual_tables.sql");
/// The columns of the virtual table ?1.
pub const VIRTUAL_COLUMNS: &str = include_str!("virtual_columns.sql");
/// The engine's version.
pub const VERSION: &str = include_str!("version.sql");
/// What ANALYZE has found. Only where it has been run.
pub const STATISTICS: &str = include_str!("statistics.sql");
/// The last ids of tables with AUTOINCREMENT. Only where there is one.
pub const SEQUENCES: &str = include_str!("sequences.sql");
/// Whether a table holds rows; to be filled in by [`about`].
pub const HOLDS_ROWS: &str = include_str!("holds_rows.sql");

/// A statement about one table, its name quoted as string and as identifier.
pub fn about(template: &str, table: &str) -> String {
    fill(template, &[("table", &table.replace('\'', "''")), ("identifier", &table.replace('"', "\"\""))])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted() {
        let sql = about("select '{table}' from \"{identifier}\"\n", "it's \"odd\"");
        assert_eq!(sql, "select 'it''s \"odd\"' from \"it's \"\"odd\"\"\"");
    }
}
