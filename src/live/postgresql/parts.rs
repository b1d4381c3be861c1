//! What a watch keeps of one reading, so that the next one asks only for the relations that have changed since.

use std::collections::{BTreeMap, BTreeSet};

use sqlx::Row;
use sqlx::postgres::PgRow;

use super::assemble::Result;

/// What tables are made of, which makes most of a reading. Each row begins with the oid of its table, and a table's rows
/// stand together.
#[derive(Default)]
pub(super) struct Parts {
    pub columns: Vec<PgRow>,
    pub constraints: Vec<PgRow>,
    pub indexes: Vec<PgRow>,
}

impl Parts {
    /// Puts `new` in the place of what is kept of the relations `changed`.
    pub fn renew(&mut self, new: Self, changed: &BTreeSet<i64>) {
        let lists = [
            (&mut self.columns, new.columns),
            (&mut self.constraints, new.constraints),
            (&mut self.indexes, new.indexes),
        ];
        for (list, new) in lists {
            list.retain(|row| !row.try_get(0).is_ok_and(|oid: i64| changed.contains(&oid)));
            list.extend(new);
        }
    }
}

/// Rows of catalogs, by how many there are and the sum of their versions (xmin). Where a row is written anew, its version is
/// greater than any before: two states with as many rows have another sum.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Version {
    rows: i64,
    sum: i128,
    /// Of a relation, its schema's oid and its name.
    name: Option<(i64, String)>,
}

/// The version of each relation, by its oid, and of what is none: types, schemas, comments on these.
#[derive(Clone, Debug, Default)]
pub(super) struct Versions(BTreeMap<i64, Version>);

impl Versions {
    /// From the rows of `relations.sql`.
    pub fn of(rows: &[PgRow]) -> Result<Self> {
        let version = |row: &PgRow| {
            let name = row.try_get::<Option<i64>, _>(1)?.zip(row.try_get(2)?);
            let sum: String = row.try_get(4)?;
            let sum = sum.parse().map_err(|error: std::num::ParseIntError| sqlx::Error::Decode(error.into()))?;
            Ok((row.try_get(0)?, Version { rows: row.try_get(3)?, sum, name }))
        };
        rows.iter().map(version).collect::<Result<_>>().map(Self)
    }

    /// What `structure.sql` says of the same state.
    pub fn structure(&self) -> String {
        let rows: i64 = self.0.values().map(|version| version.rows).sum();
        let sum: i128 = self.0.values().map(|version| version.sum).sum();
        format!("{rows}:{sum}")
    }

    /// The relations that are new, gone or other than `before`. `None` where the texts of others may have changed with
    /// them, by a new name or another type, or where it is as well to read everything.
    pub fn changed_since(&self, before: &Self) -> Option<BTreeSet<i64>> {
        /// More than that are not named in a statement.
        const MOST: usize = 500;
        let mut changed = BTreeSet::new();
        for (oid, now) in &self.0 {
            match before.0.get(oid) {
                Some(before) if before == now => {}
                Some(before) if before.name != now.name => return None,
                _ if now.name.is_none() => return None,
                _ => drop(changed.insert(*oid)),
            }
        }
        for (oid, gone) in before.0.iter().filter(|(oid, _)| !self.0.contains_key(oid)) {
            gone.name.as_ref()?;
            changed.insert(*oid);
        }
        (changed.len() <= MOST && !before.0.is_empty()).then_some(changed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(list: &[(i64, i64, i128, Option<&str>)]) -> Versions {
        let version = |(oid, rows, sum, name): &(i64, i64, i128, Option<&str>)| {
            (*oid, Version { rows: *rows, sum: *sum, name: name.map(|name| (2200, name.to_owned())) })
        };
        Versions(list.iter().map(version).collect())
    }

    #[test]
    fn only_what_changes_by_itself_is_read_by_itself() {
        let before = versions(&[(0, 4, 40, None), (1, 3, 30, Some("a")), (2, 3, 30, Some("b"))]);
        for (now, expected) in [
            (vec![(0, 4, 40, None), (1, 3, 30, Some("a")), (2, 3, 30, Some("b"))], Some(vec![])),
            (vec![(0, 4, 40, None), (1, 3, 35, Some("a")), (2, 3, 30, Some("b"))], Some(vec![1])),
            (vec![(0, 4, 40, None), (1, 3, 30, Some("a")), (3, 9, 99, Some("c"))], Some(vec![2, 3])),
            (vec![(0, 4, 40, None), (1, 3, 35, Some("z")), (2, 3, 30, Some("b"))], None),
            (vec![(0, 4, 45, None), (1, 3, 30, Some("a")), (2, 3, 30, Some("b"))], None),
            (vec![(1, 3, 30, Some("a")), (2, 3, 30, Some("b"))], None),
            (vec![(0, 4, 40, None), (1, 3, 30, Some("a")), (2, 3, 30, Some("b")), (5, 1, 9, None)], None),
        ] {
            let expected = expected.map(BTreeSet::from_iter);
            assert_eq!(versions(&now).changed_since(&before), expected, "{now:?}");
        }
        assert_eq!(before.changed_since(&Versions::default()), None);
        assert_eq!(before.structure(), "10:100");
    }
}
