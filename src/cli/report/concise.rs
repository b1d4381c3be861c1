//! `check --format concise`: a line a drift, as compilers print them.

use std::fmt::Write as _;

use super::CheckReport;
use crate::drift::Status;
use crate::text::{Encoding, Position};

/// The open drifts, one `file:line:column: severity[code] message` each (line and column from 1).
pub fn concise(report: &CheckReport<'_>) -> String {
    let mut text = String::new();
    for finding in report.findings.iter().filter(|finding| finding.status == Status::Open) {
        if let Some(place) = &finding.drift.place {
            let position = report
                .declared
                .files
                .get(&place.file)
                .map_or(Position::default(), |file| file.document.position(place.span.start, Encoding::Utf16));
            let _ = write!(text, "{}:{}:{}: ", report.path(&place.file), position.line + 1, position.character + 1);
        }
        let _ = writeln!(text, "{}[{}] {}", finding.severity.name(), finding.drift.code, finding.message);
    }
    text
}
