//! `check --format gitlab`: GitLab's Code Quality report. <https://docs.gitlab.com/ci/testing/code_quality/>

use serde_json::{Value, json};

use super::{CheckReport, Severity};

/// The report. GitLab wants a file and a line for each finding; what has none is shown on the first schema file.
pub fn gitlab(report: &CheckReport<'_>) -> Value {
    let first =
        report.declared.files.keys().next().map_or_else(|| "drizzle.config.ts".into(), |file| report.path(file));
    let findings = report.open().map(|finding| {
        let (path, line) =
            report.place(finding).map_or_else(|| (first.clone(), 1), |(path, range)| (path, range.start.line + 1));
        let severity = match finding.severity {
            Severity::Error => "critical",
            Severity::Warning => "major",
            Severity::Information => "minor",
            Severity::Hint => "info",
        };
        json!({
            "description": finding.message,
            "check_name": finding.drift.code,
            "fingerprint": finding.drift.fingerprint,
            "severity": severity,
            "location": { "path": path, "lines": { "begin": line } },
        })
    });
    Value::Array(findings.collect())
}
