//! `check` for people: each drift under the source it belongs to, with carets, then a summary.

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::{CheckReport, Counts, counted};
use crate::drift::{Code, Severity, Status};
use crate::push::Finding;

/// How to print.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions {
    /// With ANSI escapes.
    pub color: bool,
    /// With the line that counts.
    pub summary: bool,
    /// With hints; else they are counted only.
    pub hints: bool,
}

/// The report as text. What was deferred or ignored is counted in the summary only.
pub fn text(report: &CheckReport<'_>, options: &TextOptions) -> String {
    let renderer = if options.color { Renderer::styled() } else { Renderer::plain() };
    let renderer = renderer.decor_style(DecorStyle::Ascii);
    let mut text = String::new();
    for finding in report.findings.iter().filter(|finding| finding.status == Status::Open) {
        if finding.severity == Severity::Hint && !options.hints {
            continue;
        }
        text.push_str(&excerpt(report, finding, &renderer));
        text.push_str("\n\n");
    }
    if options.summary {
        text.push_str(&summary(report, options.hints));
        text.push('\n');
    }
    text
}

fn excerpt(report: &CheckReport<'_>, finding: &Finding, renderer: &Renderer) -> String {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Information => Level::INFO,
        Severity::Hint => Level::HELP.with_name("hint"),
    };
    let drift = &finding.drift;
    let title = level.primary_title(&finding.message).id(drift.code.name());
    let source = drift.place.as_ref().and_then(|place| Some((place, report.declared.files.get(&place.file)?)));
    let path;
    let mut group = match source {
        None => Group::with_title(title),
        Some((place, file)) => {
            path = report.path(&place.file);
            let label = label(finding);
            let annotation = AnnotationKind::Primary.span(place.span.range()).label(label);
            title.element(Snippet::source(&**file.document.text()).path(&path).annotation(annotation))
        }
    };
    for (name, side) in [("code", &drift.declared), ("database", &drift.live)] {
        if let Some(side) = side {
            group = group.element(Level::NOTE.with_name(name).message(side));
        }
    }
    let statements = finding.consequence.as_ref().map_or(&[][..], |consequence| &consequence.statements);
    if !statements.is_empty() {
        group = group.element(Level::NOTE.with_name("push").message(statements.join("\n")));
    }
    if let Some(choice) = choice(drift.code) {
        group = group.element(Level::HELP.message(choice));
    }
    renderer.render(&[group])
}

/// What a user can do about it.
fn choice(code: Code) -> Option<&'static str> {
    match code {
        Code::UndeclaredTable => Some(
            "declare it in the code, leave it out with tablesFilter, or defer it in the ledger; your editor does each as a \
             quick-fix",
        ),
        Code::UndeclaredColumn => {
            Some("declare it in the code, or defer it in the ledger; your editor does each as a quick-fix")
        }
        _ => None,
    }
}

/// What stands behind the carets.
fn label(finding: &Finding) -> String {
    match (&finding.drift.declared, &finding.drift.live) {
        (None, Some(_)) => "not declared".into(),
        (Some(_), None) => "not in the database".into(),
        (Some(_), Some(_)) => "differs".into(),
        (None, None) => String::new(),
    }
}

/// `1 error, 2 warnings: 3 declared tables against 4 in shop at 127.0.0.1 (postgresql 15.18).`
pub(super) fn summary(report: &CheckReport<'_>, with_hints: bool) -> String {
    let Counts { error, warning, information, hint, deferred, ignored } = report.counts();
    let mut parts = Vec::new();
    for (count, noun) in [(error, "error"), (warning, "warning")] {
        if count > 0 {
            parts.push(counted(count, noun));
        }
    }
    if information > 0 {
        parts.push(format!("{information} for information"));
    }
    if hint > 0 {
        let word = if with_hints { "" } else { " (see them with --verbose)" };
        parts.push(format!("{}{word}", counted(hint, "hint")));
    }
    if parts.is_empty() {
        parts.push("no drift".into());
    }
    for (count, word) in [(deferred, "deferred"), (ignored, "ignored")] {
        if count > 0 {
            parts.push(format!("{count} {word}"));
        }
    }
    let database = report.database;
    let host = database.host.as_ref().map_or(String::new(), |host| format!(" at {host}"));
    format!(
        "{}: {} in the code, {} in {}{host} ({} {}).",
        parts.join(", "),
        counted(report.declared.tables.len(), "table"),
        report.live_tables,
        database.name,
        report.dialect.name(),
        database.server_version,
    )
}
