//! What push would do though the two sides mean the same: a finding for each object that no drift is about.

use std::collections::{BTreeSet, HashMap, HashSet};

use indexmap::IndexMap;

use super::{Aspect, PushPlan, Statement, Touch};
use crate::catalog::{LiveCatalog, ObjectKind, ObjectRef};
use crate::declared::Declared;
use crate::drift::{Class, Code, Drift, Objects};

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
    if left.is_empty() {
        return Vec::new();
    }
    let touches: Vec<&Touch> = left.iter().filter_map(|statement| statement.touches.first()).collect();
    let mut parts: HashMap<PartsOf, Vec<&Touch>> = HashMap::new();
    for touch in &touches {
        parts.entry(parts_of(&touch.object)).or_default().push(touch);
    }
    let mut found: IndexMap<(Code, ObjectRef), Vec<ObjectRef>> = IndexMap::new();
    let mut spoken_for: HashSet<(Code, ObjectRef)> = HashSet::new();
    for touch in touches {
        let Some(code) = code_of(touch) else { continue };
        let key = (code, touch.object.clone());
        if found.contains_key(&key) || spoken_for.contains(&key) {
            continue;
        }
        let former = former_names(touch, &parts[&parts_of(&touch.object)]);
        // What is created anew speaks for what was dropped before it.
        for object in &former {
            let dropped = (code, object.clone());
            found.shift_remove(&dropped);
            spoken_for.insert(dropped);
        }
        found.insert(key, former);
    }
    let objects = Objects::new(declared, live);
    found
        .into_iter()
        .map(|((code, object), also)| {
            let mut drift = objects.drift(code, &object);
            drift.class = Class::Noise;
            drift.also = also;
            drift
        })
        .collect()
}

/// The parts of one kind of one table.
type PartsOf<'a> = (ObjectKind, Option<&'a str>, Option<&'a str>);

fn parts_of(object: &ObjectRef) -> PartsOf<'_> {
    (object.kind, object.schema.as_deref(), object.table.as_deref())
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

/// The names that go of `parts`, which are the same table's of that kind, where `touch` brings one in.
fn former_names(touch: &Touch, parts: &[&Touch]) -> Vec<ObjectRef> {
    let object = &touch.object;
    if touch.aspect != Aspect::Existence || object.table.is_none() || object.kind == ObjectKind::Column {
        return Vec::new();
    }
    // With several of each, which was which is not known.
    if parts.iter().filter(|other| other.aspect == Aspect::Existence).count() > 1 {
        return Vec::new();
    }
    parts.iter().filter(|other| other.aspect == Aspect::Absence).map(|other| other.object.clone()).collect()
}
