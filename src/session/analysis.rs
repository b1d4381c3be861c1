//! What the editor's session and the command line share: from a project's two sides to its findings.

use std::time::Duration;

use crate::catalog::LiveCatalog;
use crate::declared::Declared;
use crate::drift::{self, Ledger};
use crate::live;
use crate::project::{DatabaseTarget, Project};
use crate::push::{self, Finding};

/// The drifts between the two sides of `project`, with what push would do about each and the ledger's verdict on the day
/// `today`.
pub fn analyse(
    project: &Project,
    declared: &Declared,
    live: &LiveCatalog,
    ledger: &Ledger,
    today: jiff::civil::Date,
) -> Vec<Finding> {
    let drifts = drift::compare(declared, live, &project.filter);
    let plan = push::outline(declared, live, &project.filter, &project.kit);
    push::assess(drifts, &plan, declared, live, &project.kit, ledger, today)
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
