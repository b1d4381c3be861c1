//! `undeclared-enum`, `missing-enum` and `enum-mismatch`.

use std::collections::BTreeMap;

use super::compare::Sides;
use super::places::kin_place;
use super::short_sql::enum_text;
use super::{Code, Drift};
use crate::catalog::{EnumType, ObjectRef};

/// Enum types, by their values and the order of these, in which PostgreSQL sorts.
pub(super) fn compare(sides: &Sides, drifts: &mut Vec<Drift>) {
    let live = &sides.live.catalog.enums;
    let mut unmatched: BTreeMap<_, &EnumType> = live.iter().map(|found| (key(found), found)).collect();
    for located in &sides.declared.enums {
        let declared = &located.value;
        if !sides.live.is_readable(declared.schema.as_deref()) {
            continue;
        }
        let (code, found) = match unmatched.remove(&key(declared)) {
            // Push of 0.x makes the types of every schema, whatever its filter says, and so the code means them.
            None if !sides.scope.keeps_schema(declared.schema.as_deref()) => continue,
            None => (Code::MissingEnum, None),
            Some(found) if found.values == declared.values => continue,
            Some(found) => (Code::EnumMismatch, Some(enum_text(found))),
        };
        let mut drift = Drift::new(code, ObjectRef::enumeration(declared), Some(enum_text(declared)), found);
        drift.place = Some(located.place.clone());
        drifts.push(drift);
    }
    if sides.declared.is_open() {
        return;
    }
    for found in unmatched.into_values() {
        if !sides.scope.keeps_schema(found.schema.as_deref()) {
            continue;
        }
        let mut drift = Drift::new(Code::UndeclaredEnum, ObjectRef::enumeration(found), None, Some(enum_text(found)));
        drift.place = kin_place(sides.declared, found.schema.as_deref());
        drifts.push(drift);
    }
}

fn key(found: &EnumType) -> (Option<&str>, &str) {
    (found.schema.as_deref(), &found.name)
}
