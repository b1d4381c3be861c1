//! What push would do though the two sides mean the same: a finding for each object that no drift is about.

use std::collections::BTreeSet;

use super::{Aspect, PushPlan, Statement, Touch};
use crate::catalog::{LiveCatalog, ObjectKind, ObjectRef};
use crate::declared::Declared;
use crate::drift::{Class, Code, Drift, of_object};

/// A difference for each object that `plan` changes, beyond the statements in `explained`. A key, index or check that is
/// dropped under one name and created under another is one.
pub(super) fn findings(
    plan: &PushPlan,
    explained: &BTreeSet<usize>,
    declared: &Declared,
    live: &LiveCatalog,
) -> Vec<Drift> {
    let left = plan.statements.iter().enumerate().filter(|(number, _)| !explained.contains(number));
    let left: Vec<&Statement> = left.map(|(_, statement)| statement).collect();
    let mut found: Vec<(Code, ObjectRef, Vec<ObjectRef>)> = Vec::new();
    for touch in left.iter().filter_map(|statement| statement.touches.first()) {
        let Some(code) = code_of(touch) else { continue };
        if found
            .iter()
            .any(|(known, object, also)| *known == code && (*object == touch.object || also.contains(&touch.object)))
        {
            continue;
        }
        let former = former_names(touch, &left);
        // What is created anew speaks for what was dropped before it.
        found.retain(|(known, object, _)| !(*known == code && former.contains(object)));
        found.push((code, touch.object.clone(), former));
    }
    found
        .into_iter()
        .map(|(code, object, also)| {
            let mut drift = of_object(code, &object, declared, live);
            drift.class = Class::Noise;
            drift.also = also;
            drift
        })
        .collect()
}

/// What a touch is called; nothing where no code is about such a thing.
fn code_of(touch: &Touch) -> Option<Code> {
    let kind = touch.object.kind;
    match (kind, touch.aspect) {
        // A schema.
        (ObjectKind::Table, _) if touch.object.name.is_empty() => None,
        (ObjectKind::Table, Aspect::Definition) => Some(Code::PolicyMismatch),
        (
            ObjectKind::Table | ObjectKind::Column | ObjectKind::Enum | ObjectKind::View | ObjectKind::Sequence,
            aspect,
        ) if matches!(aspect, Aspect::Existence | Aspect::Absence) => {
            Some(if aspect == Aspect::Existence { Code::missing(kind) } else { Code::undeclared(kind) })
        }
        (ObjectKind::Column, Aspect::Type) => Some(Code::TypeMismatch),
        (ObjectKind::Column, Aspect::Nullability) => Some(Code::NullabilityMismatch),
        (ObjectKind::Column, Aspect::Default) => Some(Code::DefaultMismatch),
        (ObjectKind::Column, Aspect::Identity) => Some(Code::IdentityMismatch),
        (ObjectKind::Column, Aspect::Generated) => Some(Code::GeneratedMismatch),
        _ => Code::mismatch(kind),
    }
}

/// The names under which the same table's parts of that kind go, where `touch` brings one in.
fn former_names(touch: &Touch, left: &[&Statement]) -> Vec<ObjectRef> {
    let object = &touch.object;
    if touch.aspect != Aspect::Existence || object.table.is_none() || object.kind == ObjectKind::Column {
        return Vec::new();
    }
    let touches = left.iter().filter_map(|statement| statement.touches.first());
    let former = touches.filter(|other| {
        other.aspect == Aspect::Absence
            && other.object.kind == object.kind
            && other.object.schema == object.schema
            && other.object.table == object.table
    });
    let mut former: Vec<ObjectRef> = former.map(|other| other.object.clone()).collect();
    // With several of each, which was which is not known.
    let others = left.iter().filter_map(|statement| statement.touches.first());
    let rivals = others.filter(|other| {
        other.aspect == Aspect::Existence && other.object.kind == object.kind && other.object.table == object.table
    });
    if rivals.count() > 1 {
        former.retain(|_| false);
    }
    former
}
