//! `check --format json`: the shape of the contract.

use serde_json::{Value, json};

use super::CheckReport;
use crate::push::Finding;
use crate::text::Position;

/// The report as JSON.
pub fn json(report: &CheckReport<'_>) -> Value {
    let counts = report.counts();
    let mut json = json!({
        "version": 1,
        "dialect": report.dialect.name(),
        "database": report.database,
        "summary": {
            "declaredTables": report.declared.tables.len(),
            "liveTables": report.live_tables,
            "error": counts.error,
            "warning": counts.warning,
            "information": counts.information,
            "hint": counts.hint,
            "deferred": counts.deferred,
            "ignored": counts.ignored,
        },
        "drifts": report.findings.iter().map(|finding| drift(report, finding)).collect::<Vec<_>>(),
    });
    if let Some(taken_at) = report.taken_at {
        json["snapshot"] = json!({ "takenAt": taken_at });
    }
    json
}

fn drift(report: &CheckReport<'_>, finding: &Finding) -> Value {
    let drift = &finding.drift;
    let mut json = json!({
        "code": drift.code,
        "class": drift.class,
        "severity": finding.severity,
        "object": drift.object,
        "message": finding.message,
        "declared": drift.declared,
        "live": drift.live,
        "location": location(report, finding),
        "push": finding.consequence,
        "status": finding.status,
        "fingerprint": drift.fingerprint,
    });
    // The other tables of a group, the old name of a rename, the other side's name of an index.
    if !drift.also.is_empty() {
        json["also"] = json!(drift.also);
    }
    json
}

/// Where the drift is shown; columns in UTF-16 units. Null where there is no schema file to show it in.
fn location(report: &CheckReport<'_>, finding: &Finding) -> Value {
    let Some((file, range)) = report.place(finding) else { return Value::Null };
    let position = |position: Position| json!({ "line": position.line, "character": position.character });
    json!({
        "file": file,
        "range": { "start": position(range.start), "end": position(range.end) },
    })
}
