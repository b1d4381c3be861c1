//! How many rows SQLite's tables hold, without ever counting a whole table.
//!
//! At most 1,001 rows of a table are stepped over. A table with more is estimated by ANALYZE's statistics, else by its
//! range of rowids, taken as evenly filled as its first thousand are.

use std::collections::BTreeMap;

use sqlx::sqlite::SqliteConnection;

use super::assemble::Assembled;
use super::rows::{Row, Unexpected};
use super::select;
use super::statements::{self, about};
use crate::catalog::{Evidence, Rows};

/// Rows that are counted one by one at most; `evidence.sql` has it too.
const COUNTED: i64 = 1_000;
/// Tables asked about in one statement. (SQLite takes at most 500 terms of a compound SELECT.)
const CHUNK: usize = 100;

/// The evidence of each table that can be asked. A table that cannot be read (a damaged page) costs its chunk, no more.
pub(super) async fn gather(
    connection: &mut SqliteConnection,
    assembled: &Assembled,
) -> BTreeMap<(Option<String>, String), Evidence> {
    let mut result = BTreeMap::new();
    let none = BTreeMap::new;
    let estimates = if assembled.analyzed { numbers(connection, statements::STATISTICS).await } else { none() };
    let ids = if assembled.counts_ids { numbers(connection, statements::SEQUENCES).await } else { none() };
    let statements: Vec<String> = assembled
        .tables
        .iter()
        .filter_map(|table| {
            // A column of that name hides the rowid.
            let hidden = table.columns.iter().any(|column| column.name.eq_ignore_ascii_case("rowid"));
            if assembled.with_rowid.contains(&table.name) && !hidden {
                Some(about(include_str!("evidence.sql"), &table.name))
            } else if assembled.with_rowid.contains(&table.name) || assembled.without_rowid.contains(&table.name) {
                Some(about(include_str!("evidence_without_rowid.sql"), &table.name))
            } else {
                None
            }
        })
        .collect();
    for chunk in statements.chunks(CHUNK) {
        let Ok(rows) = select(connection, chunk.join(" union all ")).await else { continue };
        for row in rows {
            if let Ok((table, rows)) = judge(&row, &estimates) {
                let last_id = ids.get(&table).and_then(|last| u64::try_from(*last).ok());
                let auto_increment = last_id.map(|last| last.saturating_add(1));
                result.insert((None, table), Evidence { auto_increment, ..rows.into() });
            }
        }
    }
    result
}

/// A number for each table that has one.
async fn numbers(connection: &mut SqliteConnection, sql: &'static str) -> BTreeMap<String, i64> {
    let rows = select(connection, sql).await.unwrap_or_default();
    rows.iter().filter_map(|row| Some((row.try_get(0).ok()?, row.try_get(1).ok()?))).collect()
}

fn judge(row: &Row, estimates: &BTreeMap<String, i64>) -> Result<(String, Rows), Unexpected> {
    let table: String = row.try_get(0)?;
    let counted: Option<i64> = row.try_get(1)?;
    let range = || -> Result<Option<(i64, i64, i64)>, Unexpected> {
        let (thousandth, lowest, highest): (Option<i64>, Option<i64>, Option<i64>) =
            (row.try_get(2)?, row.try_get(3)?, row.try_get(4)?);
        Ok(lowest.zip(thousandth).zip(highest).map(|((lowest, thousandth), highest)| (lowest, thousandth, highest)))
    };
    let rows = match counted {
        None => Rows::None,
        Some(count) if count <= COUNTED => Rows::About(count.unsigned_abs()),
        Some(_) => match (estimates.get(&table), range()?) {
            (Some(&estimate), _) if estimate > COUNTED => Rows::About(estimate.unsigned_abs()),
            (_, Some((lowest, thousandth, highest))) => Rows::About(extrapolate(lowest, thousandth, highest)),
            _ => Rows::Some,
        },
    };
    Ok((table, rows))
}

/// How many rows lie between the lowest and the highest rowid, if all of the range is as full as its first 1,001 rows.
fn extrapolate(lowest: i64, thousandth: i64, highest: i64) -> u64 {
    let first = i128::from(COUNTED) + 1;
    let sampled = (i128::from(thousandth) - i128::from(lowest) + 1).max(first);
    let range = (i128::from(highest) - i128::from(lowest) + 1).max(sampled);
    u64::try_from(range * first / sampled).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_rowids_is_taken_as_full_as_its_start() {
        assert_eq!(extrapolate(1, 1_001, 1_204), 1_204);
        assert_eq!(extrapolate(10, 10_010, 100_009), 10_008, "every tenth is there");
        assert_eq!(extrapolate(i64::MIN, 0, i64::MAX), 2_001);
    }
}
