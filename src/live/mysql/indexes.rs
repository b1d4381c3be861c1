//! From the rows of STATISTICS to keys, unique constraints and indexes: MySQL has them all as indexes.

use std::collections::BTreeMap;

use super::assemble::StatisticRow;
use super::expression;
use crate::catalog::{ForeignKey, Index, IndexColumn, PrimaryKey, Table, Unique};

/// Gives each table its own. The rows of an index stand together, in its order.
pub(super) fn assemble(rows: Vec<StatisticRow>, is_mariadb: bool, tables: &mut BTreeMap<String, Table>) {
    let mut all: BTreeMap<(String, String), Index> = BTreeMap::new();
    for (table, name, non_unique, _, column, stored, direction, prefix, method, invisible, comment) in rows {
        let index = all.entry((table, name.clone())).or_insert_with(|| Index {
            name,
            unique: !non_unique,
            method: Some(method.to_ascii_lowercase()).filter(|method| method != "btree"),
            invisible: invisible.unwrap_or_default(),
            comment: comment.filter(|comment| !comment.is_empty()),
            ..Index::default()
        });
        let expression = |stored: String| if is_mariadb { stored } else { expression::of_mysql(&stored) };
        index.columns.push(IndexColumn {
            is_expression: column.is_none(),
            expression: column.or_else(|| stored.map(expression)).unwrap_or_default(),
            descending: direction.as_deref() == Some("D"),
            // A spatial index has one of its own making.
            prefix_length: prefix
                .filter(|_| index.method.as_deref() != Some("spatial"))
                .and_then(|length| u32::try_from(length).ok()),
            ..IndexColumn::default()
        });
    }
    for ((table, _), index) in all {
        let Some(table) = tables.get_mut(&table) else { continue };
        // What covers a part of a value, or an expression, is no constraint on columns.
        let whole = index.columns.iter().all(|column| !column.is_expression && column.prefix_length.is_none());
        let columns = || index.columns.iter().map(|column| column.expression.clone()).collect();
        if index.name == "PRIMARY" {
            table.primary_key = Some(PrimaryKey { columns: columns(), ..PrimaryKey::default() });
        } else if index.unique && whole {
            table.uniques.push(Unique { name: Some(index.name.clone()), columns: columns(), ..Unique::default() });
        } else {
            let of_foreign_key = whole && table.foreign_keys.iter().any(|key| has_made(key, &index));
            table.indexes.push(Index { of_foreign_key, ..index });
        }
    }
}

/// Whether a foreign key looks to have made the index for itself. It bears the key's name, or, where the
/// key has none of its own, that of the first column.
fn has_made(key: &ForeignKey, index: &Index) -> bool {
    let Some(name) = key.name.as_deref() else { return false };
    let has_own_name =
        !name.rsplit_once("_ibfk_").is_some_and(|(_, number)| number.bytes().all(|b| b.is_ascii_digit()));
    let from_first_column = || {
        let rest = key.columns.first().and_then(|first| index.name.strip_prefix(first.as_str()));
        rest.is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('_').is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
        })
    };
    let plain = index.method.is_none() && index.columns.iter().all(|column| !column.descending);
    plain
        && index.columns.iter().map(|column| &column.expression).eq(&key.columns)
        && (index.name == name || !has_own_name && from_first_column())
}
