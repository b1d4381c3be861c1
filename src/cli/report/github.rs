//! `check --format github`: annotations of a GitHub workflow, each on the line it belongs to.

use super::escape::annotation;
use super::{CheckReport, Severity};

/// An annotation for each open drift. Hints are notices as well.
pub fn github(report: &CheckReport<'_>) -> String {
    let mut text = String::new();
    for finding in report.open() {
        let level = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Information | Severity::Hint => "notice",
        };
        let title = format!("drizzle-drift: {}", finding.drift.code);
        let mut properties: Vec<(&str, String)> = Vec::new();
        if let Some((file, range)) = report.place(finding) {
            let same_line = range.start.line == range.end.line;
            properties.push(("file", file));
            properties.push(("line", (range.start.line + 1).to_string()));
            properties.push(("endLine", (range.end.line + 1).to_string()));
            if same_line {
                properties.push(("col", (range.start.character + 1).to_string()));
                properties.push(("endColumn", (range.end.character + 1).to_string()));
            }
        }
        properties.push(("title", title));
        let properties: Vec<(&str, &str)> = properties.iter().map(|(key, value)| (*key, value.as_str())).collect();
        text.push_str(&annotation(level, &properties, &finding.message));
    }
    text
}
