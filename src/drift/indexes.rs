//! `undeclared-`, `missing-` and `-mismatch` of indexes and of unique constraints, which two share a rule: a unique
//! constraint and a unique index over the same plain columns mean the same.

use super::compare::{Pair, Sides};
use super::index_key::same_key;
use super::matching::{Matching, Rules, all, pair_up_open};
use super::parameters::same_parameters;
use super::parts::{Kind, report};
use super::short_sql::{index_text, unique_text};
use super::{Code, Drift};
use crate::catalog::{Deferrable, Family, Index, ObjectKind, ObjectRef, Same, Unique, same_expression};

/// Unique constraints and indexes, by what they cover.
pub(super) fn compare(sides: &Sides, pair: &Pair, drifts: &mut Vec<Drift>) {
    let (mine, theirs) = (&pair.declared.table, pair.live);
    let mut settled = Settled::new(pair);
    if !settled.is_empty() {
        across_kinds(sides, pair, &mut settled);
    }
    let mut uniques = pair_up_open(
        (&mine.uniques, settled.declared_uniques),
        (&theirs.uniques, settled.live_uniques),
        Rules {
            same: |a: &Unique, b: &Unique| same_unique(sides, a, b),
            same_name: |a: &Unique, b: &Unique| sides.same_name(a.name.as_deref(), b.name.as_deref()),
            kin: |a: &Unique, b: &Unique| sides.same_set(&a.columns, &b.columns),
        },
    );
    let mut indexes = pair_up_open(
        (&mine.indexes, settled.declared_indexes),
        (&theirs.indexes, settled.live_indexes),
        Rules {
            same: |a: &Index, b: &Index| same_index(sides, pair, a, b),
            same_name: |a: &Index, b: &Index| sides.family.same_identifier(&a.name, &b.name),
            kin: |a: &Index, b: &Index| same_keys(sides, pair, a, b) != Same::No,
        },
    );
    altered_across_kinds(sides, pair, (&mut uniques, &mut indexes), drifts);
    uniques.missing.retain(|index| !says_the_key(sides, pair, &mine.uniques[*index]));
    uniques.undeclared.retain(|index| !comes_with_serial(sides, pair, &theirs.uniques[*index]));
    indexes.undeclared.retain(|index| !serves_foreign_key(sides, pair, &theirs.indexes[*index]));
    indexes.missing.retain(|index| !serves_foreign_key(sides, pair, &mine.indexes[*index]));

    let places = &pair.declared.parts.uniques;
    let kind = Kind { kind: ObjectKind::Unique, object: ObjectRef::unique, text: unique_text, places };
    report(sides, pair, &kind, (&mine.uniques, &theirs.uniques), &uniques, drifts);
    let places = &pair.declared.parts.indexes;
    let kind = Kind { kind: ObjectKind::Index, object: ObjectRef::index, text: index_text, places };
    report(sides, pair, &kind, (&mine.indexes, &theirs.indexes), &indexes, drifts);
}

/// What a constraint of one side and an index of the other have settled between them, by index; empty lists where nothing
/// is.
#[derive(Default)]
struct Settled {
    declared_uniques: Vec<bool>,
    live_uniques: Vec<bool>,
    declared_indexes: Vec<bool>,
    live_indexes: Vec<bool>,
}

impl Settled {
    /// Room for answers, where both kinds are there.
    fn new(pair: &Pair) -> Self {
        let (mine, theirs) = (&pair.declared.table, pair.live);
        let crosses =
            |uniques: &[Unique], indexes: &[Index]| !uniques.is_empty() && indexes.iter().any(|index| index.unique);
        if !crosses(&mine.uniques, &theirs.indexes) && !crosses(&theirs.uniques, &mine.indexes) {
            return Self::default();
        }
        Self {
            declared_uniques: vec![false; mine.uniques.len()],
            live_uniques: vec![false; theirs.uniques.len()],
            declared_indexes: vec![false; mine.indexes.len()],
            live_indexes: vec![false; theirs.indexes.len()],
        }
    }

    fn is_empty(&self) -> bool {
        self.declared_uniques.is_empty() && self.declared_indexes.is_empty()
    }
}

/// Settles what is a constraint to one side and an index to the other.
fn across_kinds(sides: &Sides, pair: &Pair, settled: &mut Settled) {
    let (mine, theirs) = (&pair.declared.table, pair.live);
    for (a, unique) in mine.uniques.iter().enumerate() {
        if theirs.uniques.iter().any(|other| same_unique(sides, unique, other) == Same::Yes) {
            continue;
        }
        let fits = |b: &usize| !settled.live_indexes[*b] && same_across(sides, unique, &theirs.indexes[*b]);
        if let Some(b) = (0..theirs.indexes.len()).find(fits) {
            (settled.declared_uniques[a], settled.live_indexes[b]) = (true, true);
        }
    }
    for (a, index) in mine.indexes.iter().enumerate() {
        if theirs.indexes.iter().any(|other| same_index(sides, pair, index, other) == Same::Yes) {
            continue;
        }
        let fits = |b: &usize| !settled.live_uniques[*b] && same_across(sides, &theirs.uniques[*b], index);
        if let Some(b) = (0..theirs.uniques.len()).find(fits) {
            (settled.declared_indexes[a], settled.live_uniques[b]) = (true, true);
        }
    }
}

/// What bears one name, is unique on both sides, and covers something else.
fn altered_across_kinds(
    sides: &Sides,
    pair: &Pair,
    (uniques, indexes): (&mut Matching, &mut Matching),
    drifts: &mut Vec<Drift>,
) {
    let (mine, theirs) = (&pair.declared.table, pair.live);
    let mut altered = |code, object: ObjectRef, other: ObjectRef, texts: (String, String), place| {
        let mut drift = Drift::new(code, object, Some(texts.0), Some(texts.1));
        drift.also_about(sides.family, other);
        drift.place = Some(place);
        drifts.push(drift);
    };
    let named = |unique: &Unique, index: &Index| sides.same_name(unique.name.as_deref(), Some(&index.name));
    let parts = &pair.declared.parts;
    uniques.missing.retain(|a| {
        let unique = &mine.uniques[*a];
        let found = indexes.undeclared.iter().position(|b| named(unique, &theirs.indexes[*b]));
        let Some(found) = found else { return true };
        let index = &theirs.indexes[indexes.undeclared.remove(found)];
        let place = parts.uniques.get(*a).unwrap_or(&pair.declared.name).clone();
        let objects = (ObjectRef::unique(mine, unique), ObjectRef::index(theirs, index));
        altered(Code::UniqueMismatch, objects.0, objects.1, (unique_text(unique), index_text(index)), place);
        false
    });
    indexes.missing.retain(|a| {
        let index = &mine.indexes[*a];
        let found = uniques.undeclared.iter().position(|b| named(&theirs.uniques[*b], index));
        let Some(found) = found else { return true };
        let unique = &theirs.uniques[uniques.undeclared.remove(found)];
        let place = parts.indexes.get(*a).unwrap_or(&pair.declared.name).clone();
        let objects = (ObjectRef::index(mine, index), ObjectRef::unique(theirs, unique));
        altered(Code::IndexMismatch, objects.0, objects.1, (index_text(index), unique_text(unique)), place);
        false
    });
}

/// Whether a unique constraint says what the primary key says. PostgreSQL makes one index of the two.
fn says_the_key(sides: &Sides, pair: &Pair, unique: &Unique) -> bool {
    let key = pair.live.primary_key.as_ref().filter(|_| sides.family == Family::Postgresql);
    unique.deferrable == Deferrable::No && key.is_some_and(|key| sides.same_names(&unique.columns, &key.columns))
}

fn same_unique(sides: &Sides, a: &Unique, b: &Unique) -> Same {
    Same::from(
        a.nulls_not_distinct == b.nulls_not_distinct
            && a.deferrable == b.deferrable
            && sides.same_names(&a.columns, &b.columns),
    )
}

fn same_across(sides: &Sides, unique: &Unique, index: &Index) -> bool {
    let plain = index.unique
        && index.predicate.is_none()
        && !index.invalid
        && index.include.is_empty()
        && index.method.as_deref().is_none_or(|method| method.eq_ignore_ascii_case("btree"))
        && index.columns.iter().all(|key| !key.is_expression && key.prefix_length.is_none() && key.collation.is_none());
    plain
        && unique.deferrable == Deferrable::No
        && unique.nulls_not_distinct == index.nulls_not_distinct
        && unique.columns.len() == index.columns.len()
        && unique.columns.iter().zip(&index.columns).all(|(a, b)| sides.family.same_identifier(a, &b.expression))
}

fn same_index(sides: &Sides, pair: &Pair, a: &Index, b: &Index) -> Same {
    let method = |index: &Index| index.method.as_deref().unwrap_or("btree").to_ascii_lowercase();
    // Where the engine has no such method, the server takes its own instead.
    let using = a.storage.iter().rev().find(|(key, _)| key == "using").map(|(_, method)| method.to_ascii_lowercase());
    let differs = a.unique != b.unique
        || a.nulls_not_distinct != b.nulls_not_distinct
        || b.invalid
        || b.invisible
        || (a.method != b.method && method(a) != method(b) && using != Some(method(b)))
        || !sides.same_set(&a.include, &b.include)
        || (sides.family == Family::Postgresql && !same_parameters(&method(a), &a.storage, &b.storage));
    if differs {
        return Same::No;
    }
    let predicate = match (a.predicate.as_deref(), b.predicate.as_deref()) {
        (None, None) => Same::Yes,
        (Some(mine), Some(theirs)) if mine == theirs => Same::Yes,
        (Some(mine), Some(theirs)) => same_expression(sides.dialect(), Some(pair.live), mine, theirs),
        _ => Same::No,
    };
    predicate.min(same_keys(sides, pair, a, b))
}

fn same_keys(sides: &Sides, pair: &Pair, a: &Index, b: &Index) -> Same {
    if a.columns.len() != b.columns.len() {
        return Same::No;
    }
    all(a.columns.iter().zip(&b.columns).map(|(a, b)| same_key(sides, pair.live, a, b)))
}

/// MySQL's `serial` is unique without saying so.
fn comes_with_serial(sides: &Sides, pair: &Pair, unique: &Unique) -> bool {
    let [only] = unique.columns.as_slice() else { return false };
    let serial = |name: &str| {
        let mut columns = pair.declared.table.columns.iter();
        let column = columns.find(|column| sides.family.same_identifier(&column.name, name));
        column.and_then(|column| column.sql_type.known()).is_some_and(|sql_type| sql_type == "serial")
    };
    sides.family == Family::Mysql && serial(only)
}

/// MySQL keeps an index for every foreign key, whose it is then: the user's or the key's, nobody can tell.
fn serves_foreign_key(sides: &Sides, pair: &Pair, index: &Index) -> bool {
    let plain = !index.unique && index.columns.iter().all(|key| !key.is_expression && key.prefix_length.is_none());
    sides.family == Family::Mysql
        && plain
        && pair.live.foreign_keys.iter().any(|key| {
            key.columns.len() == index.columns.len()
                && key.columns.iter().zip(&index.columns).all(|(a, b)| sides.family.same_identifier(a, &b.expression))
        })
}
