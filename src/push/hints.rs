//! The hints of drizzle-kit 1.0: which of its questions about created and renamed objects the ledger answers. The loss of
//! data is confirmed by none.

use std::fmt;

use serde_json::{Value, json};

use super::{PromptKind, PushPlan};
use crate::catalog::{ObjectKind, ObjectRef};
use crate::drift::{Code, Decision, Drift, Ledger, Status};

/// An answer to one question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What is new in the code.
    pub new: ObjectRef,
    /// What it was before, if it is not new.
    pub old: Option<ObjectRef>,
    /// Why the team has decided so.
    pub reason: String,
}

/// The answers to the questions of `plan` that `ledger` has on the day `today`, given all `drifts`.
///
/// A thing was renamed where an entry `renamed` holds for its `possible-rename`. It is new where each of the things that it
/// could have been before has an entry of its own that holds: what is known to be something by itself is nothing's former
/// self. Everything else stays a question.
pub fn hints(plan: &PushPlan, drifts: &[&Drift], ledger: &Ledger, today: jiff::civil::Date) -> Vec<Hint> {
    let renamed = |new: &ObjectRef| {
        drifts.iter().filter(|drift| drift.code == Code::PossibleRename && drift.object == *new).find_map(|drift| {
            let entry = ledger.decision(drift, today).filter(|entry| entry.decision == Decision::Renamed)?;
            Some((drift.also.first()?.clone(), entry.reason.clone()))
        })
    };
    let decided = |old: &ObjectRef| {
        drifts.iter().any(|drift| {
            drift.code != Code::PossibleRename
                && (drift.object == *old || drift.also.contains(old))
                && ledger.status(drift, today) != Status::Open
        })
    };
    let mut hints: Vec<Hint> = Vec::new();
    for prompt in plan.prompts.iter().filter(|prompt| prompt.kind == PromptKind::CreatedOrRenamed) {
        let Some((new, candidates)) = prompt.concerns.split_first() else { continue };
        if entity(new).is_none() {
            continue;
        }
        // What was renamed already is no candidate any more.
        let left = candidates.iter().filter(|old| !hints.iter().any(|hint| hint.old.as_ref() == Some(*old)));
        let left: Vec<&ObjectRef> = left.collect();
        if let Some((old, reason)) = renamed(new).filter(|(old, _)| left.contains(&old)) {
            hints.push(Hint { new: new.clone(), old: Some(old), reason });
        } else if !left.is_empty() && left.iter().all(|old| decided(old)) {
            let names: Vec<String> = left.iter().map(|old| format!("`{old}`")).collect();
            let reason = format!("the ledger knows {} as what it is", names.join(", "));
            hints.push(Hint { new: new.clone(), old: None, reason });
        }
    }
    hints
}

impl Hint {
    /// As drizzle-kit reads it.
    pub fn json(&self) -> Value {
        let kind = kind(self.new.kind);
        let new = entity(&self.new);
        match &self.old {
            Some(old) => json!({ "type": "rename", "kind": kind, "from": entity(old), "to": new }),
            None => json!({ "type": "create", "kind": kind, "entity": new }),
        }
    }
}

impl fmt::Display for Hint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { new, old, reason } = self;
        match old {
            Some(old) => write!(formatter, "{} `{old}` becomes `{new}`: {reason}", new.kind.noun()),
            None => write!(formatter, "{} `{new}` is created: {reason}", new.kind.noun()),
        }
    }
}

/// What drizzle-kit calls such things in hints.
fn kind(kind: ObjectKind) -> &'static str {
    match kind {
        ObjectKind::PrimaryKey => "primary_key",
        ObjectKind::Unique => "unique",
        kind => kind.noun(),
    }
}

/// How drizzle-kit names `object` in hints: its schema, its table where it belongs to one, its name. A language without
/// schemas has the one called `public`.
fn entity(object: &ObjectRef) -> Option<Value> {
    let schema = object.schema.as_deref().unwrap_or("public");
    match object.kind {
        ObjectKind::Table | ObjectKind::Enum | ObjectKind::View | ObjectKind::Sequence => {
            Some(json!([schema, object.name]))
        }
        _ => Some(json!([schema, object.table.as_deref()?, object.name])),
    }
}
