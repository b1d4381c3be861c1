//! `undeclared-view`, `missing-view` and `view-mismatch`.

use std::collections::BTreeMap;

use super::compare::Sides;
use super::parameters::same_parameters;
use super::places::kin_place;
use super::short_sql::view_text;
use super::{Code, Drift};
use crate::catalog::{Family, ObjectRef, Same, View, same_query};

/// Views, by what they show.
pub(super) fn compare(sides: &Sides, drifts: &mut Vec<Drift>) {
    let live = &sides.live.catalog.views;
    let mut unmatched: BTreeMap<_, &View> = live.iter().map(|view| (key(view), view)).collect();
    let existing = |view: &View| {
        sides.declared.existing_views.iter().any(|(schema, name)| *schema == view.schema && *name == view.name)
    };
    for located in &sides.declared.views {
        let declared = &located.value;
        let schema = declared.schema.as_deref();
        if !sides.scope.covers_declared(schema, &declared.name) || !sides.live.is_readable(schema) {
            unmatched.remove(&key(declared));
            continue;
        }
        let (code, found) = match unmatched.remove(&key(declared)) {
            None => (Code::MissingView, None),
            Some(found) if same(sides, declared, found) != Same::No => continue,
            Some(found) => (Code::ViewMismatch, Some(found)),
        };
        let object = ObjectRef::view(declared);
        let mut drift = Drift::new(code, object, Some(view_text(declared)), found.map(view_text));
        drift.place = Some(located.place.clone());
        drifts.push(drift);
    }
    if sides.declared.is_open() {
        return;
    }
    for view in unmatched.into_values() {
        if !sides.scope.covers_live(view.schema.as_deref(), &view.name) || existing(view) {
            continue;
        }
        let mut drift = Drift::new(Code::UndeclaredView, ObjectRef::view(view), None, Some(view_text(view)));
        drift.place = kin_place(sides.declared, view.schema.as_deref());
        drifts.push(drift);
    }
}

fn same(sides: &Sides, declared: &View, live: &View) -> Same {
    let kind = match (sides.family, declared.materialized) {
        (Family::Postgresql, false) => "view",
        (Family::Postgresql, true) => "materialized view",
        (Family::Mysql | Family::Sqlite, _) => "mysql view",
    };
    if declared.materialized != live.materialized || !same_parameters(kind, &declared.options, &live.options) {
        return Same::No;
    }
    match (declared.definition.known(), live.definition.known()) {
        (Some(mine), Some(theirs)) if mine == theirs => Same::Yes,
        (Some(mine), Some(theirs)) => same_query(sides.dialect(), mine, theirs),
        _ => Same::Unknown,
    }
}

fn key(view: &View) -> (Option<&str>, &str) {
    (view.schema.as_deref(), &view.name)
}
