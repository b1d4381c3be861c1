//! Canonical SQL types: when two spellings are one type, and when a change of type loses data.

mod mysql;
mod parse;
mod postgresql;
mod sqlite;

use super::{Dialect, Family};
use parse::SqlType;

/// Whether `a` and `b` are one SQL type of `dialect`, in whatever spelling. Types that cannot be told apart for certain
/// count as one, so that `false` is always true.
pub fn same_type(dialect: Dialect, a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (Some(a), Some(b)) = (SqlType::parse(a), SqlType::parse(b)) else { return true };
    match dialect.family() {
        Family::Postgresql => postgresql::same(&postgresql::canonical(a), &postgresql::canonical(b)),
        Family::Mysql => mysql::same(&mysql::canonical(a), &mysql::canonical(b)),
        Family::Sqlite => sqlite::same(&a, &b),
    }
}

/// Whether turning a column of type `from` into `to` can lose data: narrowing it, or moving it into a type that does not
/// hold all that the old one held.
pub fn type_change_loses_data(dialect: Dialect, from: &str, to: &str) -> bool {
    if same_type(dialect, from, to) {
        return false;
    }
    let (Some(from), Some(to)) = (SqlType::parse(from), SqlType::parse(to)) else { return true };
    match dialect.family() {
        Family::Postgresql => !postgresql::widens(&postgresql::canonical(from), &postgresql::canonical(to)),
        Family::Mysql => !mysql::widens(&mysql::canonical(from), &mysql::canonical(to)),
        Family::Sqlite => !sqlite::widens(&from, &to),
    }
}
