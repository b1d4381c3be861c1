//! Statements about things whose names are not known beforehand: `.sql` files with holes.

use crate::catalog::Family;

/// `sql` with `{name}` filled for each of `holes`, all at once: what is filled in may hold anything, a hole too.
pub(super) fn fill(sql: &str, holes: &[(&str, &str)]) -> String {
    let mut rest = sql.trim_end();
    let mut text = String::with_capacity(rest.len() + holes.iter().map(|(_, value)| value.len()).sum::<usize>());
    while let Some(start) = rest.find('{') {
        text.push_str(&rest[..start]);
        let inner = &rest[start + 1..];
        let hole = inner.split_once('}').and_then(|(name, behind)| {
            let (_, value) = holes.iter().find(|(hole, _)| *hole == name)?;
            Some((*value, behind))
        });
        let (value, behind) = hole.unwrap_or(("{", inner));
        text.push_str(value);
        rest = behind;
    }
    text + rest
}

/// A table as a statement names it.
pub(super) fn table(family: Family, schema: Option<&str>, name: &str) -> String {
    match schema {
        Some(schema) => format!("{}.{}", family.quoted(schema), family.quoted(name)),
        None => family.quoted(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let sql = fill("select {a} from {b}, '{c', '{}'\n", &[("a", "{b}"), ("b", "t{a}")]);
        assert_eq!(sql, "select {b} from t{a}, '{c', '{}'");
    }
}
