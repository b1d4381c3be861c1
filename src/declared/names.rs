//! The names that drizzle gives to what the code leaves unnamed.

use crate::catalog::{Family, Generation};

/// A table's primary key.
pub(super) fn primary_key(generation: Generation, family: Family, table: &str, columns: &[String]) -> String {
    match (generation, family) {
        (Generation::V0, _) => format!("{table}_{}_pk", columns.join("_")),
        (Generation::V1, Family::Postgresql) => format!("{table}_pkey"),
        (Generation::V1, Family::Mysql) => "PRIMARY".to_owned(),
        (Generation::V1, Family::Sqlite) => format!("{table}_pk"),
    }
}

/// A unique constraint, made by a column's `.unique()` (`of_column`) or in the table's third argument.
pub(super) fn unique(
    generation: Generation,
    family: Family,
    table: &str,
    columns: &[String],
    of_column: bool,
) -> String {
    let columns = columns.join("_");
    match (generation, family, of_column) {
        (Generation::V1, Family::Postgresql, true) => format!("{table}_{columns}_key"),
        (Generation::V1, Family::Mysql, _) => format!("{columns}_unique"),
        _ => format!("{table}_{columns}_unique"),
    }
}

/// A foreign key from `columns` of `table` to `foreign_columns` of `foreign_table`.
pub(super) fn foreign_key(
    generation: Generation,
    family: Family,
    table: &str,
    columns: &[String],
    foreign_table: &str,
    foreign_columns: &[String],
) -> String {
    let path = format!("{table}_{}_{foreign_table}_{}", columns.join("_"), foreign_columns.join("_"));
    match (generation, family) {
        (Generation::V0, _) => format!("{path}_fk"),
        (Generation::V1, Family::Sqlite) => format!("fk_{path}_fk"),
        (Generation::V1, _) => {
            let name = format!("{path}_fkey");
            let length = |text: &str| text.encode_utf16().count();
            match (length(&name) > 63, length(table) < 45) {
                (false, _) => name,
                (true, true) => format!("{table}_{}_fkey", hash(&name)),
                (true, false) => format!("{}_fkey", hash(&name)),
            }
        }
    }
}

/// drizzle-kit 1.0's hash of a name that is too long.
fn hash(text: &str) -> String {
    const DIGITS: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    const LENGTH: u32 = 12;
    let base = DIGITS.len() as u128;
    let count = base.pow(LENGTH);
    let (mut sum, mut power) = (0_u128, 1_u128);
    for letter in text.chars() {
        sum = (sum + u128::from(u32::from(letter)) * power) % count;
        power = power * 53 % count;
    }
    let mut digits = Vec::new();
    for _ in 0..LENGTH {
        digits.push(DIGITS.get((sum % base) as usize).copied().map_or('0', char::from));
        sum /= base;
    }
    digits.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with drizzle-kit 1.0.0-rc.5.
    #[test]
    fn long_names_are_hashed_as_drizzle_does() {
        assert_eq!(hash("a_very_long_table_name_with_columns_and_references_to_another_table_id_fkey"), "cLyVZxjXBm1j");
    }
}
