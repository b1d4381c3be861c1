//! Words that both versions of drizzle-kit share.

use crate::catalog::{Rows, View};

/// The query of a view, as it is declared. What Drizzle's query builder would write is not known without running it, and
/// the statement says so.
pub(super) fn query(view: &View) -> &str {
    view.definition.known().map_or("/* what the query builder writes, not known here */", String::as_str)
}

/// How many items push would count; statistics are all that is known of it.
pub(super) fn items(rows: Rows) -> String {
    match rows {
        Rows::About(count) => count.to_string(),
        Rows::None => "0".into(),
        Rows::Some | Rows::Unknown => "some".into(),
    }
}
