//! What 0.x does about columns that both sides have.

use super::snapshot::{KitColumn, KitDefault, KitTable};
use super::steps_v0::{Clauses, Kind, Step, modify, recreate};
use crate::catalog::Fact;
use crate::push::Aspect;

/// The steps for the columns of `before`, which is the database's, and whether one of them stops being generated.
pub(super) fn column_steps(before: &KitTable, after: &KitTable) -> (Vec<Step>, bool) {
    let table = &after.name;
    let pairs: Vec<(&KitColumn, &KitColumn)> = before
        .columns
        .iter()
        .filter_map(|old| Some((old, after.column(&old.name)?)))
        .filter(|(old, new)| !is_spelling(old, new))
        .collect();
    let mut steps = Vec::new();
    for (old, new) in &pairs {
        if old.autoincrement != new.autoincrement {
            let clauses = Clauses { autoincrement: new.autoincrement, ..Clauses::of(new) };
            steps.push(modify(Kind::Other, table, new, &clauses, Aspect::Identity));
        }
    }
    let mut lost_generated = false;
    for (old, new) in pairs {
        let column = new.name.clone();
        if let (Some(from), Some(to)) = (old.sql_type.known(), new.sql_type.known())
            && from != to
        {
            let kind = Kind::SetType { column: column.clone(), from: from.clone(), to: to.clone() };
            steps.push(modify(kind, table, new, &Clauses { generated: true, ..Clauses::of(new) }, Aspect::Type));
        }
        default(table, old, new, &mut steps);
        match (old.not_null.known(), new.not_null.known()) {
            (Some(false), Some(true)) => {
                let has_default = !matches!(new.default, Fact::Known(None));
                let kind = Kind::SetNotNull { column: column.clone(), has_default };
                steps.push(modify(kind, table, new, &Clauses::of(new), Aspect::Nullability));
            }
            (Some(true), Some(false)) => {
                let is_serial = new.type_text() == "serial";
                let kind = Kind::DropNotNull { column: column.clone(), is_serial, autoincrement: new.autoincrement };
                steps.push(modify(kind, table, new, &Clauses::of(new), Aspect::Nullability));
            }
            _ => {}
        }
        match (&old.generated, &new.generated) {
            (None, Some(generated)) if !generated.stored => steps.push(recreate(table, new, Aspect::Generated)),
            (None, Some(_)) => {
                let clauses = Clauses { generated: true, ..Clauses::of(new) };
                steps.push(modify(Kind::Other, table, new, &clauses, Aspect::Generated));
            }
            (Some(generated), None) => {
                lost_generated = true;
                steps.push(match generated.stored {
                    true => modify(Kind::Other, table, new, &Clauses::of(new), Aspect::Generated),
                    false => recreate(table, new, Aspect::Generated),
                });
            }
            _ => {}
        }
        if old.on_update.is_some() != new.on_update.is_some() {
            steps.push(modify(Kind::Other, table, new, &Clauses::of(new), Aspect::Default));
        }
    }
    (steps, lost_generated)
}

/// Types that differ by a blank alone hide whatever else differs.
fn is_spelling(old: &KitColumn, new: &KitColumn) -> bool {
    let (Some(from), Some(to)) = (old.sql_type.known(), new.sql_type.known()) else { return false };
    from != to && from.replacen(" (", "(", 1) == to.replacen(" (", "(", 1)
}

fn default(table: &str, old: &KitColumn, new: &KitColumn, steps: &mut Vec<Step>) {
    let (Some(from), Some(to)) = (old.default.known(), new.default.known()) else { return };
    if from == to {
        return;
    }
    let column = new.name.clone();
    match to {
        Some(to) => {
            let text = to.text();
            let is_boolean_spelling = new.type_text() == "boolean"
                && matches!((from, to), (Some(KitDefault::Number(number, _)), KitDefault::Boolean(truth))
                    if *number == f64::from(u8::from(*truth)));
            let kind = Kind::SetDefault { column, is_boolean_spelling };
            let clauses = Clauses { default: Some(text), ..Clauses::of(new) };
            steps.push(modify(kind, table, new, &clauses, Aspect::Default));
        }
        None => {
            let kind = Kind::DropDefault { column, not_null: new.is_not_null() };
            steps.push(modify(kind, table, new, &Clauses::of(new), Aspect::Default));
        }
    }
}
