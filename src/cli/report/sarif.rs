//! `check --format sarif`: SARIF 2.1.0, as code scanning takes it.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{CheckReport, Severity};
use crate::drift::{Code, Status};
use crate::push::Finding;

/// The report. What the ledger settles is in it, as suppressed.
pub fn sarif(report: &CheckReport<'_>) -> Value {
    let codes: BTreeSet<Code> = report.findings.iter().map(|finding| finding.drift.code).collect();
    let rules = codes.iter().map(|code| {
        json!({
            "id": code,
            "shortDescription": { "text": code.name().replace('-', " ") },
            "defaultConfiguration": { "level": level(code.default_severity()) },
        })
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "drizzle-drift",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": rules.collect::<Vec<_>>(),
            } },
            "columnKind": "utf16CodeUnits",
            "results": report.findings.iter().map(|finding| result(report, finding)).collect::<Vec<_>>(),
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Information | Severity::Hint => "note",
    }
}

fn result(report: &CheckReport<'_>, finding: &Finding) -> Value {
    let mut result = json!({
        "ruleId": finding.drift.code,
        "level": level(finding.severity),
        "message": { "text": finding.message },
        "partialFingerprints": { "drizzleDrift/v1": finding.drift.fingerprint },
    });
    if let Some((file, range)) = report.place(finding) {
        result["locations"] = json!([{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&file) },
            "region": {
                "startLine": range.start.line + 1,
                "startColumn": range.start.character + 1,
                "endLine": range.end.line + 1,
                "endColumn": range.end.character + 1,
            },
        } }]);
    }
    if finding.status != Status::Open {
        result["suppressions"] = json!([{ "kind": "external", "status": "accepted" }]);
    }
    result
}

/// A path as a relative reference: `src/%5Bid%5D/schema.ts`.
fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}
