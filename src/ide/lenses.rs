//! The line above a schema file that says what push would do, as a whole.

use super::Snapshot;
use crate::catalog::ObjectKind;
use crate::drift::Status;
use crate::push::{Aspect, PushPlan, Statement};
use crate::text::{FilePath, Span};

/// How many things a lens names; whatever loses data is always named.
const NAMED: usize = 4;

/// A line between the lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// Where: the first byte of the file.
    pub span: Span,
    /// Its text: `push would: + identity_map, drop conversations (about 1,204 rows), 1 question`.
    pub title: String,
}

/// The lenses of `file`: one on each schema file on which something is shown that is still to be settled.
pub fn lenses(snapshot: &Snapshot, file: &FilePath) -> Vec<Lens> {
    if snapshot.live.is_none() {
        return Vec::new();
    }
    let shown = snapshot.findings.iter().any(|finding| {
        finding.status == Status::Open && finding.drift.place.as_ref().is_some_and(|place| place.file == *file)
    });
    if !shown {
        return Vec::new();
    }
    summary(&snapshot.outline).map(|title| Lens { span: Span::empty(0), title }).into_iter().collect()
}

/// The plan in one line; nothing where push would do nothing.
pub fn summary(plan: &PushPlan) -> Option<String> {
    // Several statements may do one thing; the one that loses something says what.
    let mut named: Vec<(String, String, bool)> = Vec::new();
    for statement in &plan.statements {
        let (words, rows) = words(statement);
        let loses = statement.destroys.is_some();
        match named.iter_mut().find(|(known, ..)| *known == words) {
            Some(known) if loses => *known = (words, rows, true),
            Some(_) => {}
            None => named.push((words, rows, loses)),
        }
    }
    let room = NAMED.saturating_sub(named.iter().filter(|(.., loses)| *loses).count());
    let (mut left, mut others) = (room, 0);
    named.retain(|(.., loses)| {
        let kept = *loses || left > 0;
        if !loses {
            left = left.saturating_sub(1);
            others += usize::from(!kept);
        }
        kept
    });
    let mut parts: Vec<String> = named.into_iter().map(|(words, rows, _)| format!("{words}{rows}")).collect();
    if others > 0 {
        parts.push(format!("{others} more"));
    }
    match plan.prompts.len() {
        0 => {}
        1 => parts.push("1 question".into()),
        count => parts.push(format!("{count} questions")),
    }
    if plan.failure.is_some() {
        parts.push("and fail".into());
    }
    (!parts.is_empty()).then(|| format!("push would: {}", parts.join(", ")))
}

/// What a statement does, and what it takes with it.
fn words(statement: &Statement) -> (String, String) {
    let Some(touch) = statement.touches.first() else { return ("run SQL".into(), String::new()) };
    let object = match touch.object.kind {
        ObjectKind::Table => touch.object.to_string(),
        kind => format!("{} {}", kind.noun(), touch.object),
    };
    let rows = match statement.rows.words() {
        Some(rows) if statement.destroys.is_some() => format!(" ({rows})"),
        _ => String::new(),
    };
    let words = match touch.aspect {
        Aspect::Existence => format!("+ {object}"),
        Aspect::Absence => format!("drop {object}"),
        Aspect::Rows => format!("empty {object}"),
        Aspect::Name => format!("rename {object}"),
        Aspect::Type
        | Aspect::Nullability
        | Aspect::Default
        | Aspect::Identity
        | Aspect::Generated
        | Aspect::Definition => format!("change {object}"),
    };
    (words, rows)
}
