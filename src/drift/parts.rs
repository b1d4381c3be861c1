//! What the rules about keys, indexes, checks and policies of one table share: findings about one part of it.

use super::compare::{Pair, Sides};
use super::matching::Matching;
use super::{Code, Drift};
use crate::catalog::{ObjectKind, ObjectRef, Table};
use crate::text::Place;

/// How the parts of one kind are named, worded and placed.
pub(super) struct Kind<'a, T> {
    /// What they are.
    pub kind: ObjectKind,
    /// How a report names one of a table.
    pub object: fn(&Table, &T) -> ObjectRef,
    /// One in short SQL.
    pub text: fn(&T) -> String,
    /// Where each of the declared ones stands.
    pub places: &'a [Place],
}

/// The findings that follow from how the declared and the live parts of one kind fit together.
pub(super) fn report<T>(
    sides: &Sides,
    pair: &Pair,
    kind: &Kind<'_, T>,
    (declared, live): (&[T], &[T]),
    matching: &Matching,
    drifts: &mut Vec<Drift>,
) {
    let table = &pair.declared.table;
    let place = |index: usize| Some(kind.places.get(index).unwrap_or(&pair.declared.name).clone());
    for (mine, theirs) in &matching.altered {
        let (mine, theirs, index) = (&declared[*mine], &live[*theirs], *mine);
        let Some(code) = Code::mismatch(kind.kind) else { continue };
        let (object, other) = ((kind.object)(table, mine), (kind.object)(pair.live, theirs));
        let mut drift = Drift::new(code, object, Some((kind.text)(mine)), Some((kind.text)(theirs)));
        drift.also_about(sides.family, other);
        drift.place = place(index);
        drifts.push(drift);
    }
    for index in &matching.missing {
        let mine = &declared[*index];
        let object = (kind.object)(table, mine);
        let mut drift = Drift::new(Code::missing(kind.kind), object, Some((kind.text)(mine)), None);
        drift.place = place(*index);
        drifts.push(drift);
    }
    // Any of them might be one that cannot be read.
    if pair.declared.extras_open {
        return;
    }
    for index in &matching.undeclared {
        let theirs = &live[*index];
        let object = (kind.object)(pair.live, theirs);
        let mut drift = Drift::new(Code::undeclared(kind.kind), object, None, Some((kind.text)(theirs)));
        drift.place = Some(pair.declared.name.clone());
        drifts.push(drift);
    }
}
