//! `undeclared-foreign-key`, `missing-foreign-key` and `foreign-key-mismatch`.

use super::Drift;
use super::compare::{Pair, Sides};
use super::matching::{Rules, pair_up};
use super::parts::{Kind, report};
use super::short_sql::foreign_key_text;
use crate::catalog::{Family, ForeignKey, ObjectKind, ObjectRef, Same};

/// Foreign keys, by their columns, what they refer to, and what happens there.
pub(super) fn compare(sides: &Sides, pair: &Pair, drifts: &mut Vec<Drift>) {
    let (declared, live) = (&pair.declared.table.foreign_keys, &pair.live.foreign_keys);
    let matching = pair_up(
        declared,
        live,
        Rules {
            same: |a: &ForeignKey, b: &ForeignKey| same(sides, a, b),
            same_name: |a: &ForeignKey, b: &ForeignKey| sides.same_name(a.name.as_deref(), b.name.as_deref()),
            kin: |a: &ForeignKey, b: &ForeignKey| sides.same_set(&a.columns, &b.columns),
        },
    );
    let places = &pair.declared.parts.foreign_keys;
    let kind = Kind { kind: ObjectKind::ForeignKey, object: ObjectRef::foreign_key, text: foreign_key_text, places };
    report(sides, pair, &kind, (declared, live), &matching, drifts);
}

fn same(sides: &Sides, a: &ForeignKey, b: &ForeignKey) -> Same {
    let family = sides.family;
    let target = a.foreign_schema == b.foreign_schema && family.same_identifier(&a.foreign_table, &b.foreign_table);
    let actions = same_action(family, &a.on_update, &b.on_update) && same_action(family, &a.on_delete, &b.on_delete);
    let checked = a.deferrable == b.deferrable && a.match_full == b.match_full && a.not_valid == b.not_valid;
    Same::from(target && actions && checked && same_columns(sides, a, b))
}

/// The same columns referring to the same columns, in whatever order.
fn same_columns(sides: &Sides, a: &ForeignKey, b: &ForeignKey) -> bool {
    // SQLite may not know what a key without columns refers to.
    let same_targets = || b.foreign_columns.is_empty() || sides.same_names(&a.foreign_columns, &b.foreign_columns);
    if sides.same_names(&a.columns, &b.columns) {
        return same_targets();
    }
    let pairs = |key: &ForeignKey| key.columns.iter().cloned().zip(key.foreign_columns.iter().cloned()).collect();
    let (mut mine, mut theirs): (Vec<_>, Vec<_>) = (pairs(a), pairs(b));
    mine.sort();
    theirs.sort();
    mine == theirs
}

/// To MySQL, RESTRICT and NO ACTION are one.
fn same_action(family: Family, a: &str, b: &str) -> bool {
    a == b || (family == Family::Mysql && [a, b].iter().all(|action| ["no action", "restrict"].contains(action)))
}
