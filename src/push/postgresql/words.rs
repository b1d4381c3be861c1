//! Words that both versions of drizzle-kit share.

use crate::catalog::Rows;

/// How many items push would count; statistics are all that is known of it.
pub(super) fn items(rows: Rows) -> String {
    match rows {
        Rows::About(count) => count.to_string(),
        Rows::None => "0".into(),
        Rows::Some | Rows::Unknown => "some".into(),
    }
}
