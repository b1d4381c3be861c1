//! The parts of a column that SQLite and MySQL spell alike.

use crate::catalog::Column;

/// `names` between backticks, with commas.
pub(super) fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(",")
}

/// The column's type.
pub(super) fn column_type(column: &Column) -> &str {
    column.sql_type.known().map_or("unknown", String::as_str)
}

/// ` DEFAULT ...`, or nothing.
pub(super) fn default_text(column: &Column) -> String {
    column.default.known().cloned().flatten().map_or_else(String::new, |default| format!(" DEFAULT {default}"))
}

/// ` NOT NULL`, or nothing.
pub(super) fn not_null_text(column: &Column) -> &'static str {
    if column.not_null.known() == Some(&true) { " NOT NULL" } else { "" }
}

/// ` GENERATED ALWAYS AS (...) STORED`, or nothing.
pub(super) fn generated_text(column: &Column) -> String {
    let Some(generated) = &column.generated else { return String::new() };
    let Some(expression) = generated.expression.known() else { return String::new() };
    format!(" GENERATED ALWAYS AS ({expression}) {}", if generated.stored { "STORED" } else { "VIRTUAL" })
}
