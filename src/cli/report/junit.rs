//! `check --format junit`: a case for each open drift that counts, so that a pipeline shows them as failed tests.

use std::fmt::Write as _;

use super::escape::xml;
use super::{CheckReport, Severity};
use crate::push::Finding;

/// The report. What is for information only passes; without any drift one case says so.
pub fn junit(report: &CheckReport<'_>) -> String {
    let failed = |finding: &Finding| finding.severity >= Severity::Warning;
    let failures = report.open().filter(|finding| failed(finding)).count();
    let count = report.open().count().max(1);
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"drizzle-drift\" tests=\"{count}\" \
         failures=\"{failures}\" errors=\"0\">\n  <testsuite name=\"check\" tests=\"{count}\" failures=\"{failures}\" \
         errors=\"0\" skipped=\"0\">\n"
    );
    if report.open().next().is_none() {
        text.push_str("    <testcase name=\"no drift\" classname=\"check\"/>\n");
    }
    for finding in report.open() {
        let name = xml(&format!("{} {}", finding.drift.code, finding.drift.object));
        let class = xml(&report.place(finding).map_or_else(|| "check".into(), |(file, _)| file));
        if !failed(finding) {
            let _ = writeln!(text, "    <testcase name=\"{name}\" classname=\"{class}\"/>");
            continue;
        }
        let place = report.place(finding).map_or(String::new(), |(file, range)| {
            format!("{file}:{}:{}: ", range.start.line + 1, range.start.character + 1)
        });
        let message = xml(&finding.message);
        let _ = writeln!(
            text,
            "    <testcase name=\"{name}\" classname=\"{class}\">\n      <failure message=\"{message}\" type=\"{}\">{}{message}\
             </failure>\n    </testcase>",
            finding.drift.code,
            xml(&place)
        );
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}
