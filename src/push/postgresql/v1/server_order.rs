//! The order of what PostgreSQL lists by a key that many rows share: its own sort of rows that come by OID. drizzle-kit 1.0
//! asks for all columns `ORDER BY attnum`, so that columns of different tables stand in the order that this sort leaves.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use crate::catalog::{ServerOrder, Table};
use crate::push::postgresql::v0::snapshot::schema_of;

/// The place of each table and view among all of the server.
pub(super) fn created(order: &ServerOrder) -> BTreeMap<(&str, &str), usize> {
    let names = order.relations.iter().map(|relation| (schema_of(&relation.schema), relation.name.as_str()));
    names.zip(0..).collect()
}

/// The place of each column of `tables` in the list of all columns of the server.
pub(super) fn ranks(order: &ServerOrder, tables: &[&Table]) -> Vec<Vec<usize>> {
    struct Listed {
        number: i32,
        relation: usize,
        column: usize,
    }
    let mut listed: Vec<Listed> = Vec::new();
    for (relation, found) in order.relations.iter().enumerate() {
        listed.extend(found.numbers.iter().zip(0..).map(|(&number, column)| Listed { number, relation, column }));
    }
    sort(&mut listed, &|a, b| a.number.cmp(&b.number));
    let mut ranks: Vec<Vec<usize>> = order.relations.iter().map(|relation| vec![0; relation.numbers.len()]).collect();
    for (rank, Listed { relation, column, .. }) in listed.iter().enumerate() {
        ranks[*relation][*column] = rank;
    }
    let (places, count) = (created(order), tables.len());
    let of_table = |(place, table): (usize, &&Table)| {
        let known = places.get(&(schema_of(&table.schema), table.name.as_str())).map(|relation| &ranks[*relation]);
        // A snapshot of an older version does not say.
        let rank = |number: usize| known.and_then(|ranks| ranks.get(number)).copied().unwrap_or(number * count + place);
        (0..table.columns.len()).map(rank).collect()
    };
    tables.iter().enumerate().map(of_table).collect()
}

/// PostgreSQL's quicksort (Bentley and McIlroy's), which does not keep the order of equal rows, step by step.
fn sort<T>(rows: &mut [T], compare: &impl Fn(&T, &T) -> Ordering) {
    const FEW: usize = 7;
    const MANY: usize = 40;
    let mut rows = rows;
    loop {
        let count = rows.len();
        if count < FEW {
            for end in 1..count {
                let mut at = end;
                while at > 0 && compare(&rows[at - 1], &rows[at]).is_gt() {
                    rows.swap(at - 1, at);
                    at -= 1;
                }
            }
            return;
        }
        if rows.is_sorted_by(|a, b| compare(a, b).is_le()) {
            return;
        }
        let mut middle = count / 2;
        if count > FEW {
            let (mut low, mut high) = (0, count - 1);
            if count > MANY {
                let eighth = count / 8;
                low = median(rows, compare, low, low + eighth, low + 2 * eighth);
                middle = median(rows, compare, middle - eighth, middle, middle + eighth);
                high = median(rows, compare, high - 2 * eighth, high - eighth, high);
            }
            middle = median(rows, compare, low, middle, high);
        }
        rows.swap(0, middle);
        // Equal rows gather at both ends, `..a` and `d + 1..`; what is not looked at yet is `b..=c`.
        let (mut a, mut b, mut c, mut d) = (1, 1, count - 1, count - 1);
        loop {
            while b <= c && compare(&rows[b], &rows[0]).is_le() {
                if compare(&rows[b], &rows[0]).is_eq() {
                    rows.swap(a, b);
                    a += 1;
                }
                b += 1;
            }
            while b <= c && compare(&rows[c], &rows[0]).is_ge() {
                if compare(&rows[c], &rows[0]).is_eq() {
                    rows.swap(c, d);
                    d -= 1;
                }
                c -= 1;
            }
            if b > c {
                break;
            }
            rows.swap(b, c);
            b += 1;
            c -= 1;
        }
        swap_all(rows, 0, b, a.min(b - a));
        swap_all(rows, b, count, (d - c).min(count - d - 1));
        let (less, more) = (b - a, d - c);
        let taken = rows;
        let (left, rest) = taken.split_at_mut(less);
        let right = &mut rest[count - less - more..];
        // The smaller part is sorted first; they do not touch each other.
        if less > 1 {
            sort(left, compare);
        }
        if more <= 1 {
            return;
        }
        rows = right;
    }
}

/// Swaps the `count` rows from `start` with the `count` rows before `end`.
fn swap_all<T>(rows: &mut [T], start: usize, end: usize, count: usize) {
    for offset in 0..count {
        rows.swap(start + offset, end - count + offset);
    }
}

fn median<T>(rows: &[T], compare: &impl Fn(&T, &T) -> Ordering, a: usize, b: usize, c: usize) -> usize {
    let less = |a: usize, b: usize| compare(&rows[a], &rows[b]).is_lt();
    let more = |a: usize, b: usize| compare(&rows[a], &rows[b]).is_gt();
    match (less(a, b), less(b, c), more(b, c), less(a, c)) {
        (true, true, ..) | (false, _, true, _) => b,
        (true, false, _, true) => c,
        (true, false, _, false) => a,
        (false, _, false, true) => a,
        (false, _, false, false) => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The columns of tables of so many columns, as PostgreSQL 17 lists them `ORDER BY attnum`.
    fn listed(counts: &[(char, i32)]) -> String {
        let mut rows: Vec<(char, i32)> =
            counts.iter().flat_map(|(name, count)| (1..=*count).map(|number| (*name, number))).collect();
        sort(&mut rows, &|a, b| a.1.cmp(&b.1));
        rows.iter().map(|(name, number)| format!("{name}{number}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn equal_rows_stand_as_the_server_leaves_them() {
        assert_eq!(listed(&[('a', 2), ('b', 2), ('c', 2)]), "a1 b1 c1 a2 b2 c2");
        // Measured: tables z, b and c and a view v of z, created in this order.
        assert_eq!(listed(&[('z', 5), ('b', 3), ('c', 2), ('v', 5)]), "z1 v1 b1 c1 b2 c2 z2 v2 b3 z3 v3 z4 v4 v5 z5");
    }
}
