//! Canonical SQL types: when two spellings are one type, and when a change of type loses data.

mod mysql;
mod parse;
mod postgresql;
mod sqlite;

use super::{Dialect, Family};
pub(super) use parse::SqlType;

/// Whether `a` and `b` are one SQL type of `dialect`, in whatever spelling. Types that cannot be told apart for certain
/// count as one, so that `false` is always true.
pub fn same_type(dialect: Dialect, a: &str, b: &str) -> bool {
    let both = || Some((SqlType::parse(a)?, SqlType::parse(b)?));
    a == b
        || match dialect.family() {
            Family::Sqlite => sqlite::same(a, b),
            Family::Postgresql => {
                both().is_none_or(|(a, b)| postgresql::same(&postgresql::canonical(a), &postgresql::canonical(b)))
            }
            Family::Mysql => both().is_none_or(|(a, b)| mysql::same(&mysql::canonical(a), &mysql::canonical(b))),
        }
}

/// `text` as a type of `family`, in the one spelling that all its synonyms share.
pub(super) fn canonical_type(family: Family, text: &str) -> Option<SqlType> {
    let written = SqlType::parse(text)?;
    Some(match family {
        Family::Postgresql => postgresql::canonical(written),
        Family::Mysql => mysql::canonical(written),
        Family::Sqlite => written,
    })
}

/// Whether turning a column of type `from` into `to` can lose data: narrowing it, or moving it into a type that does not
/// hold all that the old one held.
pub fn type_change_loses_data(dialect: Dialect, from: &str, to: &str) -> bool {
    let both = || Some((SqlType::parse(from)?, SqlType::parse(to)?));
    let keeps = same_type(dialect, from, to)
        || match dialect.family() {
            Family::Sqlite => sqlite::widens(from, to),
            Family::Postgresql => both()
                .is_some_and(|(from, to)| postgresql::widens(&postgresql::canonical(from), &postgresql::canonical(to))),
            Family::Mysql => {
                both().is_some_and(|(from, to)| mysql::widens(&mysql::canonical(from), &mysql::canonical(to)))
            }
        };
    !keeps
}
