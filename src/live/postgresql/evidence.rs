//! What PostgreSQL's statistics say that its tables hold.

use std::collections::{BTreeMap, HashMap};

use sqlx::Row;
use sqlx::postgres::PgRow;

use super::assemble::Result;
use crate::catalog::{Evidence, Rows, Table};

/// By schema and name.
type AllEvidence = BTreeMap<(Option<String>, String), Evidence>;

/// The evidence of each of `tables` (by oid), from the answer to `tables.sql`.
pub(super) fn gather(rows: &[PgRow], tables: &HashMap<i64, Table>) -> Result<AllEvidence> {
    let mut evidence: HashMap<i64, Evidence> = HashMap::new();
    let mut parts: HashMap<i64, Vec<i64>> = HashMap::new();
    for row in rows {
        let oid: i64 = row.try_get(0)?;
        evidence.insert(oid, of_table(row)?);
        if let Some(parent) = row.try_get::<Option<i64>, _>(5)? {
            parts.entry(parent).or_default().push(oid);
        }
    }
    let partitioned: Vec<_> = parts.keys().map(|parent| (*parent, sum(*parent, &parts, &evidence))).collect();
    evidence.extend(partitioned);
    let named = |(oid, evidence): (i64, Evidence)| {
        tables.get(&oid).map(|table| ((table.schema.clone(), table.name.clone()), evidence))
    };
    Ok(evidence.into_iter().filter_map(named).collect())
}

fn of_table(row: &PgRow) -> Result<Evidence> {
    const ORDINARY: &str = "r";
    if row.try_get::<String, _>(3)? != ORDINARY {
        return Ok(Evidence::default());
    }
    let count = |index: usize| -> Result<Option<u64>> {
        Ok(row.try_get::<Option<i64>, _>(index)?.and_then(|count| u64::try_from(count).ok()))
    };
    let rows = rows_of(row.try_get(10)?, row.try_get(12)?, row.try_get(13)?, row.try_get(9)?);
    Ok(Evidence {
        rows,
        bytes: count(10)?,
        file: count(11)?,
        inserted: count(14)?,
        updated: count(15)?,
        deleted: count(16)?,
        dead: count(13)?,
        last_scan: row.try_get(17)?,
        last_analyze: row.try_get(18)?,
        ..Evidence::default()
    })
}

/// The evidence of the materialized views in the answer to `views.sql`.
pub(super) fn of_views(rows: &[PgRow]) -> Result<AllEvidence> {
    let mut evidence = AllEvidence::new();
    for row in rows {
        if row.try_get(2)? {
            let rows = rows_of(row.try_get(8)?, row.try_get(9)?, Some(0), row.try_get(10)?);
            evidence.insert((Some(row.try_get(0)?), row.try_get(1)?), rows.into());
        }
    }
    Ok(evidence)
}

/// A file that is empty has no rows; else a zero may only mean that nobody has counted: statistics are written late, and
/// lost in a crash or a restore.
fn rows_of(bytes: Option<i64>, live: Option<i64>, dead: Option<i64>, estimate: f64) -> Rows {
    match (bytes, live.unwrap_or(0), dead.unwrap_or(0)) {
        (Some(0), _, _) => Rows::None,
        (_, live, _) if live > 0 => Rows::About(live.unsigned_abs()),
        (_, _, 0) if estimate >= 1.0 => Rows::About(estimate as u64),
        _ => Rows::Unknown,
    }
}

/// What a partitioned table holds is what its partitions hold, theirs included.
fn sum(parent: i64, parts: &HashMap<i64, Vec<i64>>, evidence: &HashMap<i64, Evidence>) -> Evidence {
    let mut total = Evidence { rows: Rows::None, bytes: Some(0), ..Evidence::default() };
    for part in parts.get(&parent).into_iter().flatten() {
        let part = match parts.contains_key(part) {
            true => sum(*part, parts, evidence),
            false => evidence.get(part).copied().unwrap_or_default(),
        };
        total.rows = add(total.rows, part.rows);
        total.bytes = total.bytes.zip(part.bytes).map(|(total, part)| total + part);
    }
    total
}

fn add(a: Rows, b: Rows) -> Rows {
    match (a, b) {
        (Rows::None, other) | (other, Rows::None) => other,
        (Rows::About(a), Rows::About(b)) => Rows::About(a.saturating_add(b)),
        (Rows::Unknown, Rows::Unknown) => Rows::Unknown,
        // Some of it is not known, yet there are rows.
        _ => Rows::Some,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_partitioned_table_holds_what_its_partitions_hold() {
        let parts = HashMap::from([(1, vec![2, 3]), (3, vec![4, 5])]);
        let evidence = |rows: Rows| Evidence { rows, bytes: Some(8_192), ..Evidence::default() };
        let all = |third: Rows| {
            HashMap::from([
                (2, evidence(Rows::About(4))),
                (3, Evidence::default()),
                (4, evidence(Rows::None)),
                (5, evidence(third)),
            ])
        };
        let total = sum(1, &parts, &all(Rows::About(1_200)));
        assert_eq!((total.rows, total.bytes), (Rows::About(1_204), Some(3 * 8_192)));
        assert_eq!(sum(1, &parts, &all(Rows::Unknown)).rows, Rows::Some);
        assert_eq!(sum(3, &parts, &all(Rows::None)).rows, Rows::None);
        assert_eq!(sum(3, &parts, &all(Rows::Unknown)).rows, Rows::Unknown);
    }
}
