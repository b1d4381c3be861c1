//! What 1.0 does about columns that both sides have.

use super::snapshot::{KitColumn, KitDefault, KitTable};
use super::steps_v1::{self as steps, Step};
use super::{defaults_v1, types_v1};
use crate::push::Aspect;

/// What of a column differs, once 1.0 has taken out what it takes for the same.
#[derive(Clone, Debug, Default)]
pub(super) struct Change {
    /// Its types before and after.
    pub types: Option<(String, String)>,
    /// Whether it starts or stops being generated.
    pub generated: bool,
}

/// The columns of `before`, which is the database's, that are modified, and those that are dropped and added again.
pub(super) fn alters(before: &KitTable, after: &KitTable) -> (Vec<Step>, Vec<Step>) {
    let (mut altered, mut recreated) = (Vec::new(), Vec::new());
    for (old, new) in before.columns.iter().filter_map(|old| Some((old, after.column(&old.name)?))) {
        let (change, aspects) = change(old, new, after);
        if aspects.is_empty() {
            continue;
        }
        let key = |table: &KitTable| table.keys.first().is_some_and(|key| key.columns == [new.name.clone()]);
        if change.generated && is_recreated(old, new) {
            recreated.push(steps::recreate_column(&after.name, new, key(after)));
        } else {
            altered.push(steps::alter_column(&after.name, new, key(after) && !key(before), change, &aspects));
        }
    }
    (altered, recreated)
}

/// A virtual column cannot be altered; neither can a stored one be made virtual.
fn is_recreated(old: &KitColumn, new: &KitColumn) -> bool {
    match (&old.generated, &new.generated) {
        (Some(_), Some(_)) => true,
        (Some(generated), None) | (None, Some(generated)) => !generated.stored,
        (None, None) => false,
    }
}

fn change(old: &KitColumn, new: &KitColumn, after: &KitTable) -> (Change, Vec<Aspect>) {
    let mut aspects = Vec::new();
    let mut types = None;
    if let (Some(from), Some(to)) = (old.sql_type.known(), new.sql_type.known())
        && from != to
        && !types_v1::commutative(from, to)
    {
        types = Some((from.clone(), to.clone()));
        aspects.push(Aspect::Type);
    }
    if let (Some(from), Some(to)) = (old.default.known(), new.default.known()) {
        let text = |default: &Option<KitDefault>| default.as_ref().map(|default| default.text().to_owned());
        let is_date = matches!(new.type_text(), "datetime" | "timestamp");
        let (from, to) = (text(from), text(to));
        if !defaults_v1::same(from.as_deref(), to.as_deref(), is_date, types.is_none()) {
            aspects.push(Aspect::Default);
        }
    }
    if old.autoincrement != new.autoincrement && !(new.autoincrement && new.type_text() == "serial") {
        aspects.push(Aspect::Identity);
    }
    if old.on_update != new.on_update {
        aspects.push(Aspect::Default);
    }
    if let (Some(from), Some(to)) = (old.not_null.known(), new.not_null.known())
        && from != to
    {
        let is_counter = *from && (new.type_text() == "serial" || new.autoincrement);
        let is_key = after.keys.iter().any(|key| key.columns.contains(&new.name));
        if !is_counter && !is_key {
            aspects.push(Aspect::Nullability);
        }
    }
    let text = |column: &KitColumn| (column.character_set.clone(), column.collation.clone());
    let (from, to) = (text(old), text(new));
    if !types_v1::same_text((from.0.as_deref(), from.1.as_deref()), (to.0.as_deref(), to.1.as_deref())) {
        aspects.push(Aspect::Type);
    }
    let generated = match (&old.generated, &new.generated) {
        (Some(from), Some(to)) => match (from.expression.known(), to.expression.known()) {
            // Another expression is not looked at in push.
            (Some(a), Some(b)) => a == b && from.stored != to.stored,
            _ => false,
        },
        (None, None) => false,
        _ => true,
    };
    if generated {
        aspects.push(Aspect::Generated);
    }
    (Change { types, generated }, aspects)
}
