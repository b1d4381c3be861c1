//! `undeclared-check`, `missing-check` and `check-mismatch`.

use super::Drift;
use super::compare::{Pair, Sides};
use super::matching::{Rules, pair_up};
use super::parts::{Kind, report};
use super::short_sql::check_text;
use crate::catalog::{Check, ObjectKind, ObjectRef, Same, same_expression};

/// Checks, by their conditions.
pub(super) fn compare(sides: &Sides, pair: &Pair, drifts: &mut Vec<Drift>) {
    let (declared, live) = (&pair.declared.table.checks, &pair.live.checks);
    let matching = pair_up(
        declared,
        live,
        Rules {
            same: |a: &Check, b: &Check| same(sides, pair, a, b),
            same_name: |a: &Check, b: &Check| sides.same_name(a.name.as_deref(), b.name.as_deref()),
            kin: |_: &Check, _: &Check| false,
        },
    );
    let places = &pair.declared.parts.checks;
    let kind = Kind { kind: ObjectKind::Check, object: ObjectRef::check, text: check_text, places };
    report(sides, pair, &kind, (declared, live), &matching, drifts);
}

fn same(sides: &Sides, pair: &Pair, a: &Check, b: &Check) -> Same {
    let (Some(mine), Some(theirs)) = (a.expression.known(), b.expression.known()) else { return Same::Unknown };
    if b.not_valid || b.not_enforced {
        return Same::No;
    }
    if mine == theirs {
        return Same::Yes;
    }
    same_expression(sides.dialect(), Some(pair.live), mine, theirs)
}
