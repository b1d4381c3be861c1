//! The choices a user has about a drift: A declare it, B mark it as not Drizzle's, C document and defer it.

use super::Snapshot;
use crate::catalog::LiveCatalog;
use crate::drift::{Code, Decision, Entry, FORMER_NAME, Severity, Status};
use crate::edit::{self, Fix};
use crate::push::Finding;
use crate::text::{FileEdit, FilePath, Span, TextEdit};

/// A quick-fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// What the menu says.
    pub title: String,
    /// Whether it is the one to take without thinking: push then leaves the object alone.
    pub preferred: bool,
    /// What it changes.
    pub edits: Vec<FileEdit>,
    /// The fingerprint of the drift that it settles.
    pub fingerprint: String,
}

/// The findings that would remain with some edits made.
pub type Replan<'a> = dyn FnMut(&[FileEdit]) -> Vec<Finding> + 'a;

/// The quick-fixes for the open drifts shown at `span` of `file`. Each is planned again with its edits made (`replan`), so
/// that only one which really settles its drift is preferred. `today` dates a ledger entry.
pub fn actions(
    snapshot: &Snapshot,
    file: &FilePath,
    span: Span,
    today: jiff::civil::Date,
    replan: &mut Replan<'_>,
) -> Vec<Action> {
    let mut actions = Vec::new();
    for finding in snapshot.findings.iter().filter(|finding| finding.status == Status::Open) {
        let here =
            finding.drift.place.as_ref().is_some_and(|place| {
                place.file == *file && place.span.start <= span.end && span.start <= place.span.end
            });
        if !here || finding.drift.code == Code::UnresolvedDeclaration {
            continue;
        }
        actions.extend(declare(snapshot, finding, replan));
        actions.extend(mark_unmanaged(snapshot, finding, replan));
        actions.extend(defer(snapshot, finding, today));
    }
    actions
}

/// Fix A.
fn declare(snapshot: &Snapshot, finding: &Finding, replan: &mut Replan<'_>) -> Option<Action> {
    let drift = &finding.drift;
    if !matches!(drift.code, Code::UndeclaredTable | Code::UndeclaredColumn) {
        return None;
    }
    let fix = edit::declare(drift, &snapshot.edit_context()?).ok()?;
    let title = match drift.code {
        Code::UndeclaredTable => format!("A: Declare table `{}` with all its columns and keys", drift.object),
        _ => format!("A: Declare column `{}`", drift.object),
    };
    Some(planned(finding, title, fix, true, replan))
}

/// Fix B.
fn mark_unmanaged(snapshot: &Snapshot, finding: &Finding, replan: &mut Replan<'_>) -> Option<Action> {
    let drift = &finding.drift;
    if drift.code != Code::UndeclaredTable {
        return None;
    }
    let (places, document) = snapshot.config.as_ref()?;
    let fix = edit::mark_unmanaged(drift, places, document, &snapshot.edit_context()?).ok()?;
    let title = format!("B: Mark table `{}` as not Drizzle's (tablesFilter)", drift.object);
    Some(planned(finding, title, fix, false, replan))
}

/// An action whose title says what push would still do after it.
fn planned(finding: &Finding, title: String, fix: Fix, may_be_preferred: bool, replan: &mut Replan<'_>) -> Action {
    let drift = &finding.drift;
    let left = replan(&fix.edits).into_iter().filter(|left| {
        left.status == Status::Open
            && left.drift.object.schema == drift.object.schema
            && left.drift.object.table == drift.object.table
            && (drift.code == Code::UndeclaredTable || left.drift.object.name == drift.object.name)
    });
    let worst = left.max_by_key(|left| left.severity).filter(|worst| worst.severity >= Severity::Warning);
    let silent = fix.silences_push() && worst.is_none();
    let remark = fix.remarks.iter().find(|remark| remark.push_acts).map(|remark| remark.text.as_str());
    let title = match remark.or(worst.as_ref().map(|worst| worst.message.as_str())) {
        Some(still) => format!("{title} (still: {still})"),
        None => title,
    };
    Action { title, preferred: may_be_preferred && silent, edits: fix.edits, fingerprint: drift.fingerprint.clone() }
}

/// Fix C.
fn defer(snapshot: &Snapshot, finding: &Finding, today: jiff::civil::Date) -> Option<Action> {
    let drift = &finding.drift;
    let entry = Entry {
        reason: format!("TODO: say why {} stays as it is for now", drift.object),
        ..deferral(finding, snapshot.live.as_deref(), today)
    };
    let (path, text) = &snapshot.ledger;
    let changed = edit::defer(text.as_deref(), entry).ok()?;
    let edit = FileEdit {
        file: path.clone(),
        create: text.is_none(),
        edits: vec![TextEdit { span: Span::new(0, text.as_ref().map_or(0, |text| text.len())), text: changed }],
    };
    Some(Action {
        title: format!("C: Document and defer `{}` {} in the ledger", drift.object, drift.code),
        preferred: false,
        edits: vec![edit],
        fingerprint: drift.fingerprint.clone(),
    })
}

/// The ledger's entry that defers a finding, still without a reason.
pub fn deferral(finding: &Finding, live: Option<&LiveCatalog>, today: jiff::civil::Date) -> Entry {
    let drift = &finding.drift;
    let rows = live
        .and_then(|live| live.evidence.get(&(drift.object.schema.clone(), drift.object.table.clone()?)))
        .and_then(|evidence| evidence.rows.words())
        .map(|rows| ("rows".to_owned(), rows));
    let evidence = rows.into_iter().chain(drift.former_name().map(|name| (FORMER_NAME.to_owned(), name)));
    Entry {
        object: drift.object.to_string(),
        code: drift.code.name().to_owned(),
        decision: Decision::Deferred,
        reason: String::new(),
        owner: None,
        created: today,
        until: None,
        fingerprint: drift.fingerprint.clone(),
        evidence: evidence.collect(),
    }
}
