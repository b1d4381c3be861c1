//! `undeclared-primary-key`, `missing-primary-key` and `primary-key-mismatch`.

use super::compare::{Pair, Sides};
use super::short_sql::primary_key_text;
use super::{Code, Drift};
use crate::catalog::{Deferrable, ObjectRef};

/// The columns of the primary key, their order, and when it is checked.
pub(super) fn compare(sides: &Sides, pair: &Pair, drifts: &mut Vec<Drift>) {
    let (declared, live) = (pair.declared.table.primary_key.as_ref(), pair.live.primary_key.as_ref());
    let code = match (declared, live) {
        (None, None) => return,
        (Some(mine), Some(theirs)) => {
            let same = sides.same_names(&mine.columns, &theirs.columns);
            if same && theirs.deferrable == Deferrable::No {
                return;
            }
            Code::PrimaryKeyMismatch
        }
        (Some(_), None) => Code::MissingPrimaryKey,
        // It may be declared in a part that cannot be read.
        (None, Some(_)) if pair.declared.extras_open || pair.declared.columns_open => return,
        (None, Some(_)) => Code::UndeclaredPrimaryKey,
    };
    let table = &pair.declared.table;
    let mine = declared.map(|key| ObjectRef::primary_key(table, key));
    let theirs = live.map(|key| ObjectRef::primary_key(pair.live, key));
    // What the code leaves without a name is called as the database calls it.
    let named = declared.is_some_and(|key| key.name.is_some());
    let (first, second) = if named { (mine, theirs) } else { (theirs, mine) };
    let Some(object) = first.clone().or(second.clone()) else { return };
    let mut drift = Drift::new(code, object, declared.map(primary_key_text), live.map(primary_key_text));
    for other in [first, second].into_iter().flatten() {
        drift.also_about(sides.family, other);
    }
    drift.place = Some(match (declared, &pair.declared.parts.primary_key) {
        (Some(_), Some(place)) => place.clone(),
        _ => pair.declared.name.clone(),
    });
    drifts.push(drift);
}
