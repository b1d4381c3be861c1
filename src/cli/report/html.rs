//! `check --format html`: a page that needs nothing else.

use std::fmt::Write as _;

use super::escape::xml;
use super::text::summary;
use super::{CheckReport, Status};
use crate::push::Finding;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1f2328}\
    article{border:1px solid #d0d7de;border-left:6px solid #848d97;border-radius:6px;padding:.5rem 1rem;margin:1rem 0}\
    .error{border-left-color:#cf222e}.warning{border-left-color:#bf8700}.information{border-left-color:#0969da}\
    pre{background:#f6f8fa;padding:.5rem;overflow:auto}code{font-family:ui-monospace,monospace}\
    .where{color:#59636e}.settled{opacity:.6}";

/// The page: the open drifts, then what the ledger settles.
pub fn html(report: &CheckReport<'_>) -> String {
    let mut text = format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" \
         content=\"width=device-width\">\n<title>drizzle-drift</title>\n<style>{STYLE}</style>\n</head>\n<body>\n\
         <h1>drizzle-drift</h1>\n<p>{}</p>\n",
        xml(&summary(report, true))
    );
    let settled = report.findings.iter().filter(|finding| finding.status != Status::Open);
    for finding in report.open().chain(settled) {
        article(&mut text, report, finding);
    }
    text.push_str("</body>\n</html>\n");
    text
}

fn article(text: &mut String, report: &CheckReport<'_>, finding: &Finding) {
    let settled = match finding.status {
        Status::Open => "",
        Status::Deferred => " settled\" title=\"deferred in the ledger",
        Status::Ignored => " settled\" title=\"left out",
    };
    let drift = &finding.drift;
    let _ = writeln!(
        text,
        "<article class=\"{}{settled}\">\n<h2><code>{}</code> {}</h2>\n<p>{}</p>",
        finding.severity.name(),
        drift.code,
        xml(&drift.object.to_string()),
        xml(&finding.message)
    );
    if let Some((file, range)) = report.place(finding) {
        let _ = writeln!(text, "<p class=\"where\">{}:{}</p>", xml(&file), range.start.line + 1);
    }
    for (name, side) in [("code", &drift.declared), ("database", &drift.live)] {
        if let Some(side) = side {
            let _ = writeln!(text, "<p>{name}: <code>{}</code></p>", xml(side));
        }
    }
    let statements = finding.consequence.as_ref().map_or(&[][..], |consequence| &consequence.statements);
    if !statements.is_empty() {
        let _ = writeln!(text, "<pre><code>{}</code></pre>", xml(&statements.join("\n")));
    }
    text.push_str("</article>\n");
}
