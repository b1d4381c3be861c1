//! Canonical SQL types: when two spellings are one type, and when a change of type loses data.

use super::Dialect;

/// Whether `a` and `b` are one SQL type of `dialect`.
pub fn same_type(_dialect: Dialect, a: &str, b: &str) -> bool {
    a == b
}

/// Whether turning a column of type `from` into `to` can lose data.
pub fn type_change_loses_data(_dialect: Dialect, _from: &str, _to: &str) -> bool {
    true
}
