//! The ledger's decisions that no longer hold, as findings.

use super::{Finding, message};
use crate::declared::Declared;
use crate::drift::{Ledger, Status};
use crate::text::FilePath;

/// The decisions of `ledger` that no longer hold on the day `today`, given all `findings` that there are; `file` is the
/// ledger's path and text.
pub fn stale(
    ledger: &Ledger,
    file: Option<(FilePath, &str)>,
    findings: &[Finding],
    declared: &Declared,
    today: jiff::civil::Date,
) -> Vec<Finding> {
    let drifts = ledger.stale(findings.iter().map(|finding| &finding.drift), declared, file, today);
    let finding = |drift: crate::drift::Drift| Finding {
        severity: drift.code.default_severity(),
        message: message::stale(&drift),
        consequence: None,
        status: Status::Open,
        drift,
    };
    drifts.into_iter().map(finding).collect()
}
