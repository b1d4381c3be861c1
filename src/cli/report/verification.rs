//! What `verify` prints, in each format.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::escape::{annotation, markdown_code, xml};
use crate::cli::verify::{Check, Verification};

/// The contract's JSON.
pub fn json(verification: &Verification) -> Value {
    let check = |check: &Check| json!({ "name": check.name, "ok": check.ok, "detail": detail(check) });
    let changes = verification.changes.iter();
    let changes = changes.map(|change| {
        json!({
            "change": change.sign.symbol().to_string(),
            "object": change.object,
            "details": change.details,
            "expected": !verification.unexpected.contains(change),
        })
    });
    json!({
        "version": 1,
        "ok": verification.ok(),
        "checks": verification.checks.iter().map(check).collect::<Vec<_>>(),
        "changes": changes.collect::<Vec<_>>(),
    })
}

fn detail(check: &Check) -> Option<String> {
    (!check.details.is_empty()).then(|| check.details.join("; "))
}

/// A line a check, and a line for each thing that is wrong.
pub fn text(verification: &Verification, quiet: bool) -> String {
    let mut text = String::new();
    for check in verification.checks.iter().filter(|check| !(quiet && check.ok)) {
        let _ = writeln!(text, "{} {}", if check.ok { "ok    " } else { "FAILED" }, check.name);
        for detail in &check.details {
            let _ = writeln!(text, "         {detail}");
        }
    }
    if !quiet {
        text.push_str(match verification.ok() {
            true => "Only what was expected has changed.\n",
            false => "Something else has changed than was expected.\n",
        });
    }
    text
}

/// A line for each thing that is wrong.
pub fn concise(verification: &Verification) -> String {
    let mut text = String::new();
    for check in verification.checks.iter().filter(|check| !check.ok) {
        for detail in &check.details {
            let _ = writeln!(text, "{}: {detail}", check.name);
        }
    }
    text
}

/// Annotations of a GitHub workflow.
pub fn github(verification: &Verification) -> String {
    let mut text = String::new();
    for check in verification.checks.iter().filter(|check| !check.ok) {
        for detail in &check.details {
            text.push_str(&annotation("error", &[("title", &format!("drizzle-drift verify: {}", check.name))], detail));
        }
    }
    text
}

/// A JUnit report.
pub fn junit(verification: &Verification) -> String {
    let failures = verification.checks.iter().filter(|check| !check.ok).count();
    let count = verification.checks.len();
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"drizzle-drift\" tests=\"{count}\" \
         failures=\"{failures}\" errors=\"0\">\n  <testsuite name=\"verify\" tests=\"{count}\" failures=\"{failures}\" \
         errors=\"0\" skipped=\"0\">\n"
    );
    for check in &verification.checks {
        let name = xml(check.name);
        if check.ok {
            let _ = writeln!(text, "    <testcase name=\"{name}\" classname=\"verify\"/>");
        } else {
            let message = xml(&check.details.join("; "));
            let _ = writeln!(text, "    <testcase name=\"{name}\" classname=\"verify\">");
            let _ = writeln!(text, "      <failure message=\"{message}\" type=\"verify\">{message}</failure>");
            text.push_str("    </testcase>\n");
        }
    }
    text.push_str("  </testsuite>\n</testsuites>\n");
    text
}

/// A comment for a pull request.
pub fn markdown(verification: &Verification) -> String {
    let verdict = match verification.ok() {
        true => "Only what was expected has changed",
        false => "Something else has changed than was expected",
    };
    let mut text = format!("## {verdict}\n\n| | check | detail |\n|---|---|---|\n");
    for check in &verification.checks {
        let details: Vec<String> = check.details.iter().map(|detail| markdown_code(detail)).collect();
        let mark = if check.ok { "✅" } else { "❌" };
        let _ = writeln!(text, "| {mark} | {} | {} |", check.name, details.join("<br>"));
    }
    text
}
