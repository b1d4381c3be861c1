//! Canonical SQL expressions: when two texts mean the same, as far as that can be told without a server.

mod parse;
mod tokens;

use super::{Dialect, Same, Table};

/// Whether two defaults of a column of type `sql_type` mean the same; `None` is no default.
pub fn same_default(dialect: Dialect, sql_type: &str, a: Option<&str>, b: Option<&str>) -> Same {
    let _ = sql_type;
    match (a, b) {
        (None, None) => Same::Yes,
        (Some(a), Some(b)) => same_expression(dialect, None, a, b),
        // DEFAULT NULL is no default.
        (Some(text), None) | (None, Some(text)) => {
            if text.to_ascii_lowercase().contains("null") {
                Same::Unknown
            } else {
                Same::No
            }
        }
    }
}

/// Whether two expressions (a check's, an index's, its predicate, a policy's, a generated column's) mean the same.
/// `table` is the one whose columns they name, where that is known: it tells which of the server's casts mean nothing.
pub fn same_expression(dialect: Dialect, table: Option<&Table>, a: &str, b: &str) -> Same {
    let _ = table;
    if tokens::equal(dialect, a, b) { Same::Yes } else { Same::Unknown }
}

/// Whether two queries (of views) mean the same.
pub fn same_query(dialect: Dialect, a: &str, b: &str) -> Same {
    same_expression(dialect, None, a, b)
}
