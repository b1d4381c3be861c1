//! Statements about sequences.

use super::{Step, spelled};
use crate::catalog::{ObjectKind, ObjectRef, Sequence};
use crate::push::Aspect;

/// The least and the greatest value of a sequence's type.
const RANGES: &[(&str, i128, i128)] = &[
    ("smallint", i16::MIN as i128, i16::MAX as i128),
    ("integer", i32::MIN as i128, i32::MAX as i128),
    ("bigint", i64::MIN as i128, i64::MAX as i128),
];

impl Step<'_, '_> {
    /// CREATE SEQUENCE and ALTER SEQUENCE with options that do not go together, as the server sees them in its order.
    pub(super) fn sequence_options(&mut self) {
        let object = self.object();
        let live = self.input.live.catalog.sequences.iter().find(|sequence| ObjectRef::sequence(sequence) == *object);
        let sql_type = match live.filter(|_| self.sql.starts_with("ALTER ")) {
            Some(sequence) => sequence.sql_type.as_deref().unwrap_or_default(),
            None => "bigint",
        };
        let number = |word: &str| {
            let value = self.sql.split_once(word)?.1.split([' ', ';']).next()?;
            value.parse::<i128>().ok()
        };
        let range = RANGES.iter().find(|(name, ..)| *name == sql_type);
        let (least, most, start) = (number(" MINVALUE "), number(" MAXVALUE "), number(" START WITH "));
        let outside = |value: Option<i128>| {
            range.zip(value).is_some_and(|((_, least, most), value)| !(*least..=*most).contains(&value))
        };
        let name = &object.name;
        let reason = match (least, most, start) {
            _ if number(" INCREMENT BY ") == Some(0) => format!("sequence `{name}` cannot increment by 0"),
            _ if outside(most) || outside(least) => {
                format!("the bounds of sequence `{name}` are no values of its type, {sql_type}")
            }
            (Some(least), Some(most), _) if least >= most => {
                format!("the lower bound of sequence `{name}` is not below the upper one")
            }
            (Some(least), _, Some(start)) if start < least => format!("sequence `{name}` starts below its lower bound"),
            (_, Some(most), Some(start)) if start > most => format!("sequence `{name}` starts above its upper bound"),
            _ => return,
        };
        self.fail("22023", reason);
    }

    pub(super) fn drop_sequence(&mut self) {
        let Some(mut path) =
            self.sql.strip_prefix("DROP SEQUENCE ").and_then(|rest| spelled::names(rest.trim_end_matches(';')))
        else {
            return;
        };
        let name = path.pop().unwrap_or_default();
        let schema = path.pop().unwrap_or_else(|| "public".into());
        let live = &self.input.live;
        let is_it = |sequence: &Sequence| sequence.name == name && sequence.schema.as_deref() == Some(&schema);
        let Some(owner) = live.owned_sequences.iter().find(|owned| is_it(&owned.sequence)) else {
            if !live.catalog.sequences.iter().any(is_it) {
                self.fail("42P01", format!("there is no sequence `{name}`"));
            }
            return;
        };
        // One that goes with a column's new type is free by then.
        if self.touch.aspect != Aspect::Absence {
            return;
        }
        let column = ObjectRef {
            kind: ObjectKind::Column,
            schema: owner.schema.clone(),
            table: Some(owner.table.clone()),
            name: owner.column.clone(),
        };
        let place = format!("{}.{}", owner.table, owner.column);
        if self.done.gone(&column) {
            self.fail("42P01", format!("sequence `{name}` does not exist any more: it went with `{place}`"));
            return;
        }
        let table = live.catalog.table(owner.schema.as_deref(), &owner.table);
        if table.is_none_or(|table| !self.done.without_default(table, &owner.column)) {
            self.fail("2BP01", format!("column `{place}` takes its values from sequence `{name}`"));
        }
    }
}
