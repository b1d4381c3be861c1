//! `generated-mismatch`.

use super::columns::place_at_builder;
use super::compare::{ColumnPair, Pair, Sides};
use super::short_sql::generated_text;
use super::{Code, Drift};
use crate::catalog::{ObjectRef, Same, same_expression};

/// Whether and how the column is generated differs.
pub(super) fn mismatch(sides: &Sides, pair: &Pair, columns: &ColumnPair, drifts: &mut Vec<Drift>) {
    let (declared, live) = (columns.declared, columns.live);
    let same = match (&declared.generated, &live.generated) {
        (None, None) => return,
        (Some(mine), Some(theirs)) => match (mine.expression.known(), theirs.expression.known()) {
            _ if mine.stored != theirs.stored => Same::No,
            (Some(mine), Some(theirs)) if mine == theirs => Same::Yes,
            (Some(mine), Some(theirs)) => same_expression(sides.dialect(), Some(pair.live), mine, theirs),
            _ => Same::Unknown,
        },
        _ => Same::No,
    };
    if same != Same::No {
        return;
    }
    let object = ObjectRef::column(&pair.declared.table, &declared.name);
    let mut drift =
        Drift::new(Code::GeneratedMismatch, object, Some(generated_text(declared)), Some(generated_text(live)));
    place_at_builder(&mut drift, pair.declared, columns.places);
    drifts.push(drift);
}
