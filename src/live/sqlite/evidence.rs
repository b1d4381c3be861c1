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

/// Rows that are counted one by one at most; `first_rows.sql` and `range.sql` have it too.
const COUNTED: i64 = 1_000;
/// Tables asked about in one statement. (SQLite takes at most 500 terms of a compound SELECT.)
const CHUNK: usize = 100;

/// The evidence of each table that can be asked.
pub(super) async fn gather(
    connection: &mut SqliteConnection,
    assembled: &Assembled,
) -> BTreeMap<(Option<String>, String), Evidence> {
    let none = BTreeMap::new;
    let estimates = if assembled.analyzed { numbers(connection, statements::STATISTICS).await } else { none() };
    let ids = if assembled.counts_ids { numbers(connection, statements::SEQUENCES).await } else { none() };

    let keeps_rows = |name: &&str| assembled.with_rowid.contains(*name) || assembled.without_rowid.contains(*name);
    let tables = assembled.tables.iter().map(|table| table.name.as_str()).filter(keeps_rows);
    let counted = each(connection, include_str!("first_rows.sql"), tables, counted).await;
    let is_estimated = |table: &str| estimates.get(table).is_some_and(|&estimate| estimate > COUNTED);
    let of_many = assembled.tables.iter().filter(|table| {
        counted.get(&table.name).is_some_and(|&counted| counted > COUNTED)
            && !is_estimated(&table.name)
            && assembled.with_rowid.contains(&table.name)
            // A column of that name hides the rowid.
            && !table.columns.iter().any(|column| column.name.eq_ignore_ascii_case("rowid"))
    });
    let ranges = each(connection, include_str!("range.sql"), of_many.map(|table| table.name.as_str()), range).await;

    let judge = |(table, counted): (String, i64)| {
        let rows = match counted {
            0 => Rows::None,
            1..=COUNTED => Rows::About(counted.unsigned_abs()),
            _ => match (is_estimated(&table), ranges.get(&table)) {
                (true, _) => Rows::About(estimates[&table].unsigned_abs()),
                (_, Some(&(lowest, thousandth, highest))) => Rows::About(extrapolate(lowest, thousandth, highest)),
                _ => Rows::Some,
            },
        };
        let last_id = ids.get(&table).and_then(|last| u64::try_from(*last).ok());
        let auto_increment = last_id.map(|last| last.saturating_add(1));
        ((None, table), Evidence { auto_increment, ..rows.into() })
    };
    counted.into_iter().map(judge).collect()
}

/// What `sql` tells of each table. A table that cannot be read (a damaged page) costs its chunk, no more.
async fn each<'a, T>(
    connection: &mut SqliteConnection,
    sql: &str,
    tables: impl Iterator<Item = &'a str>,
    read: fn(&Row) -> Result<T, Unexpected>,
) -> BTreeMap<String, T> {
    let parts: Vec<String> = tables.map(|table| about(sql, table)).collect();
    let mut result = BTreeMap::new();
    for chunk in parts.chunks(CHUNK) {
        let rows = select(connection, chunk.join(" union all ")).await.unwrap_or_default();
        result.extend(rows.iter().filter_map(|row| Some((row.try_get(0).ok()?, read(row).ok()?))));
    }
    result
}

fn counted(row: &Row) -> Result<i64, Unexpected> {
    row.try_get::<Option<i64>>(1).map(Option::unwrap_or_default)
}

/// The lowest, the thousandth and the highest rowid.
fn range(row: &Row) -> Result<(i64, i64, i64), Unexpected> {
    Ok((row.try_get(2)?, row.try_get(1)?, row.try_get(3)?))
}

/// A number for each table that has one.
async fn numbers(connection: &mut SqliteConnection, sql: &'static str) -> BTreeMap<String, i64> {
    let rows = select(connection, sql).await.unwrap_or_default();
    rows.iter().filter_map(|row| Some((row.try_get(0).ok()?, row.try_get(1).ok()?))).collect()
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
