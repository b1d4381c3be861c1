//! From a drift to the statements of `drizzle-kit push`.

use super::Finding;
use crate::catalog::LiveCatalog;
use crate::declared::{Declared, Kit};
use crate::drift::{Drift, Ledger};

/// What `kit`'s push would do about each of `drifts`, with the severity and message that follow, and `ledger`'s verdict on
/// the day `today`.
pub fn assess(
    _drifts: Vec<Drift>,
    _declared: &Declared,
    _live: &LiveCatalog,
    _kit: &Kit,
    _ledger: &Ledger,
    _today: jiff::civil::Date,
) -> Vec<Finding> {
    Vec::new()
}
