//! The column functions of `drizzle-orm/sqlite-core`.

use super::columns::ColumnFunction;

const fn column(name: &'static str, sql: &'static str) -> ColumnFunction {
    ColumnFunction::new(name, sql)
}

/// <https://orm.drizzle.team/docs/column-types/sqlite>
pub(super) const COLUMNS: &[ColumnFunction] = &[
    column("blob", "blob"),
    column("int", "integer"),
    column("integer", "integer"),
    column("numeric", "numeric"),
    column("real", "real"),
    column("text", "text[mode!json:[?length:({length})]]"),
];
