//! `check --format markdown`: a comment for a pull request.

use std::fmt::Write as _;

use super::escape::markdown_code;
use super::text::summary;
use super::{CheckReport, Severity};

/// The report.
pub fn markdown(report: &CheckReport<'_>) -> String {
    let mut text = format!("## drizzle-drift\n\n{}\n", summary(report, true));
    if report.open().next().is_none() {
        return text;
    }
    text.push_str("\n| | drift | where | what push would do |\n|---|---|---|---|\n");
    for finding in report.open() {
        let mark = match finding.severity {
            Severity::Error => "⛔",
            Severity::Warning => "⚠️",
            Severity::Information => "ℹ️",
            Severity::Hint => "💡",
        };
        let place = report
            .place(finding)
            .map_or(String::new(), |(file, range)| markdown_code(&format!("{file}:{}", range.start.line + 1)));
        let statements = finding.consequence.iter().flat_map(|consequence| &consequence.statements);
        let push = statements.map(|sql| markdown_code(sql)).collect::<Vec<_>>().join("<br>");
        let _ = writeln!(
            text,
            "| {mark} | `{}` {} | {place} | {push} |",
            finding.drift.code,
            finding.message.replace('|', "\\|").replace('\n', " ").replace('<', "&lt;"),
        );
    }
    text
}
