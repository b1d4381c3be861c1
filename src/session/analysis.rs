//! What the editor's session and the command line share: from a project's two sides to its findings.

use std::time::Duration;

use crate::catalog::LiveCatalog;
use crate::declared::Declared;
use crate::drift::{self, Code, Ledger, Severity};
use crate::live;
use crate::project::{DatabaseTarget, Project, SETTINGS_FILE};
use crate::push::{self, Finding, PushPlan};
use crate::text::FilePath;

/// What is found between two sides.
pub struct Analysis {
    /// The drifts, with what push would do about each.
    pub findings: Vec<Finding>,
    /// The push as a whole, without what follows from other answers than the first.
    pub outline: PushPlan,
}

/// The drifts between the two sides of `project`, with what push would do about each and the ledger's verdict on the day
/// `today`.
pub fn analyse(
    project: &Project,
    declared: &Declared,
    live: &LiveCatalog,
    ledger: &Ledger,
    today: jiff::civil::Date,
) -> Analysis {
    let drifts = drift::compare_with(declared, live, &project.filter, project.settings.presets, ledger);
    let outline = push::outline(declared, live, &project.filter, &project.kit);
    let mut findings = push::assess(drifts, &outline, declared, live, ledger, today);
    let file = project.ledger.text.as_ref().map(|text| (FilePath::new(&project.ledger.path), &**text));
    findings.extend(push::stale(ledger, file, &findings, declared, today));
    findings.retain(|finding| !project.settings.skip.iter().any(|code| code == finding.drift.code.name()));
    for finding in &mut findings {
        let configured = project.settings.severity.get(finding.drift.code.name());
        let configured = configured.and_then(|name| Severity::from_name(name));
        // What would lose data stays an error, and what means the same a hint.
        if let (Some(severity), true) = (configured, finding.severity == finding.drift.code.default_severity()) {
            finding.severity = severity;
        }
    }
    Analysis { findings, outline }
}

/// What of the settings does nothing, one sentence each.
pub fn settings_notes(project: &Project) -> Vec<String> {
    let settings = &project.settings;
    let codes = settings.severity.keys().chain(&settings.skip);
    let no_code = codes.filter(|code| Code::from_name(code).is_none()).map(|code| {
        format!("{SETTINGS_FILE} names `{code}`, which is no drift code; drizzle-drift explain lists them")
    });
    let no_severity = settings.severity.values().filter(|name| Severity::from_name(name).is_none()).map(|name| {
        format!("{SETTINGS_FILE} names `{name}`, which is no severity; take hint, information, warning or error")
    });
    let unknown = project.notes.iter().filter(|note| note.starts_with(SETTINGS_FILE)).cloned();
    no_code.chain(no_severity).chain(unknown).collect()
}

/// What a user should know about the project, one sentence each.
pub fn notes(project: &Project) -> Vec<String> {
    let mut notes = project.notes.clone();
    notes.extend(settings_notes(project).into_iter().filter(|note| !project.notes.contains(note)));
    notes
}

/// How long the project lets its database take.
pub fn limits(project: &Project) -> live::Limits {
    let (settings, default) = (&project.settings, live::Limits::default());
    live::Limits {
        connect: settings.connect_seconds.map_or(default.connect, Duration::from),
        refresh: settings.refresh_seconds.map_or(default.refresh, Duration::from),
        statement: settings.statement_seconds.map_or(default.statement, Duration::from),
        lock: settings.lock_seconds.map_or(default.lock, Duration::from),
    }
}

/// Where the live room finds the database of `project`.
pub fn live_target(project: &Project, target: &DatabaseTarget) -> live::Target {
    live::Target {
        dialect: project.dialect,
        url: target.url.clone(),
        auth_token: target.auth_token.clone(),
        folder: target.folder.clone(),
    }
}

/// How long ago `time` was; nothing where clocks disagree.
pub fn age_of(time: jiff::Timestamp) -> Duration {
    Duration::try_from(jiff::Timestamp::now().duration_since(time)).unwrap_or_default()
}

/// `2026-11-22 19:24 UTC`.
pub fn minute(time: jiff::Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
