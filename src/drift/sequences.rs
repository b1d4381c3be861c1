//! `undeclared-sequence`, `missing-sequence` and `sequence-mismatch`.

use std::collections::BTreeMap;

use super::compare::Sides;
use super::places::kin_place;
use super::short_sql::sequence_text;
use super::{Code, Drift};
use crate::catalog::{ObjectRef, Sequence, SequenceOptions};

/// The sequences that belong to no column. The code may also declare one that does, to keep push's hands off it.
pub(super) fn compare(sides: &Sides, drifts: &mut Vec<Drift>) {
    let live = &sides.live.catalog.sequences;
    let mut unmatched: BTreeMap<_, &Sequence> = live.iter().map(|sequence| (key(sequence), sequence)).collect();
    let owned: BTreeMap<_, &Sequence> =
        sides.live.owned_sequences.iter().map(|owned| (key(&owned.sequence), &owned.sequence)).collect();
    for located in &sides.declared.sequences {
        let declared = &located.value;
        if !sides.scope.keeps_schema(declared.schema.as_deref()) || !sides.live.is_readable(declared.schema.as_deref())
        {
            continue;
        }
        let (code, found) = match unmatched.remove(&key(declared)).or_else(|| owned.get(&key(declared)).copied()) {
            None => (Code::MissingSequence, None),
            Some(found) => {
                let sql_type = found.sql_type.as_deref().unwrap_or("bigint");
                if same_options(sql_type, &declared.options, &found.options) {
                    continue;
                }
                (Code::SequenceMismatch, Some(sequence_text(found)))
            }
        };
        let mut drift = Drift::new(code, ObjectRef::sequence(declared), Some(sequence_text(declared)), found);
        drift.place = Some(located.place.clone());
        drifts.push(drift);
    }
    if sides.declared.is_open() {
        return;
    }
    for sequence in unmatched.into_values() {
        if !sides.scope.keeps_schema(sequence.schema.as_deref()) {
            continue;
        }
        let object = ObjectRef::sequence(sequence);
        let mut drift = Drift::new(Code::UndeclaredSequence, object, None, Some(sequence_text(sequence)));
        drift.place = kin_place(sides.declared, sequence.schema.as_deref());
        drifts.push(drift);
    }
}

fn key(sequence: &Sequence) -> (Option<&str>, &str) {
    (sequence.schema.as_deref(), &sequence.name)
}

/// The type of the sequence that fills a column of type `sql_type`.
pub(super) fn sequence_type(sql_type: &str) -> &str {
    match sql_type {
        "smallint" | "int2" | "smallserial" => "smallint",
        "integer" | "int" | "int4" | "serial" => "integer",
        _ => "bigint",
    }
}

/// Whether a declared and a live sequence of type `sql_type` count alike, with what is not said taken as the server takes
/// it.
pub(super) fn same_options(sql_type: &str, a: &SequenceOptions, b: &SequenceOptions) -> bool {
    if a == b {
        return true;
    }
    let (mut mine, mut theirs) = (effective(sql_type, a), effective(sql_type, b));
    // drizzle-kit ends what counts down at -32768, whatever the type, where the code does not say.
    let counts_down = mine.0[0].as_ref().is_ok_and(|increment| *increment < 0);
    if counts_down && a.min_value.is_none() {
        (mine.0[1], theirs.0[1]) = (Ok(0), Ok(0));
    }
    mine == theirs
}

/// Every option as a number; text that is none compares as it is.
fn effective(sql_type: &str, options: &SequenceOptions) -> ([Result<i128, String>; 5], bool) {
    let number =
        |text: &Option<String>| text.as_ref().map(|text| text.trim().parse::<i128>().map_err(|_| text.clone()));
    let largest: i128 = match sql_type {
        "smallint" => i16::MAX.into(),
        "integer" => i32::MAX.into(),
        _ => i64::MAX.into(),
    };
    let increment = number(&options.increment).unwrap_or(Ok(1));
    let descends = increment.as_ref().is_ok_and(|increment| *increment < 0);
    let (lowest, highest) = if descends { (-largest - 1, -1) } else { (1, largest) };
    let min = number(&options.min_value).unwrap_or(Ok(lowest));
    let max = number(&options.max_value).unwrap_or(Ok(highest));
    let start = number(&options.start).unwrap_or_else(|| if descends { max.clone() } else { min.clone() });
    let cache = number(&options.cache).unwrap_or(Ok(1));
    ([increment, min, max, start, cache], options.cycle.unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_the_servers_default() {
        let options = |increment: &str, max: &str, start: &str| SequenceOptions {
            increment: Some(increment.into()),
            max_value: Some(max.into()),
            start: Some(start.into()),
            ..Default::default()
        };
        let nothing = SequenceOptions::default();
        assert!(same_options("integer", &nothing, &options("1", "2147483647", "1")));
        assert!(!same_options("integer", &nothing, &options("2", "2147483647", "1")));
        assert!(!same_options("bigint", &nothing, &options("1", "2147483647", "1")));
        let down = SequenceOptions { increment: Some("-1".into()), ..Default::default() };
        assert!(same_options("bigint", &down, &options("-1", "-1", "-1")));
    }
}
