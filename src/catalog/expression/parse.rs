//! The SQL parser as it is set up for each dialect.

use sqlparser::dialect::{Dialect as Grammar, MySqlDialect, PostgreSqlDialect, SQLiteDialect};

use crate::catalog::Family;

/// The parser's name for a dialect.
pub(super) fn parser_dialect(family: Family) -> &'static dyn Grammar {
    match family {
        Family::Postgresql => &PostgreSqlDialect {},
        Family::Mysql => &MySqlDialect {},
        Family::Sqlite => &SQLiteDialect {},
    }
}
