//! From the rows of information_schema to a catalog.

use std::collections::BTreeMap;

use crate::catalog::{
    Catalog, Check, Column, Dialect, Evidence, Fact, ForeignKey, Generated, Index, IndexColumn, PrimaryKey, Rows,
    Table, Unique, View,
};

type Text = Option<String>;

/// The answers to the `.sql` files of their names.
pub(super) struct Answers {
    pub tables: Vec<(String, Option<u64>)>,
    pub columns: Vec<(String, String, String, String, Text, Text, Text)>,
    pub indexes: Vec<(String, String, bool, String, Text, Text, Text)>,
    pub foreign_keys: Vec<(String, String, String, String, String, String, String)>,
    pub checks: Vec<(String, String, String)>,
    pub views: Vec<(String, Text)>,
}

type AllEvidence = BTreeMap<(Option<String>, String), Evidence>;

/// Puts the answers together.
pub(super) fn assemble(answers: Answers, is_mariadb: bool) -> (Catalog, AllEvidence) {
    let mut evidence = BTreeMap::new();
    let mut tables = BTreeMap::new();
    for (name, rows) in answers.tables {
        // An estimate of zero may be wrong by the few rows that there are.
        let rows = rows.filter(|rows| *rows > 0).map_or(Rows::Unknown, Rows::About);
        evidence.insert((None, name.clone()), rows.into());
        tables.insert(name.clone(), Table { name, ..Table::default() });
    }
    for (table, name, sql_type, nullable, default, extra, expression) in answers.columns {
        let Some(table) = tables.get_mut(&table) else { continue };
        let extra = extra.unwrap_or_default().to_ascii_lowercase();
        let expression = expression.filter(|expression| !expression.is_empty());
        let generated = expression.map(|expression| Generated {
            expression: Fact::Known(plain(&expression)),
            stored: extra.contains("stored"),
        });
        let default = match (generated.is_some(), default) {
            (false, Some(default)) if is_mariadb => (default != "NULL").then_some(default),
            (false, Some(default)) => Some(default_of(&default, &sql_type, &extra)),
            _ => None,
        };
        table.columns.push(Column {
            name,
            sql_type: Fact::Known(spelling(&sql_type)),
            type_schema: None,
            not_null: Fact::Known(nullable == "NO"),
            default: Fact::Known(default),
            identity: None,
            generated,
            autoincrement: extra.contains("auto_increment"),
            ..Default::default()
        });
    }
    checks(answers.checks, is_mariadb, &mut tables);
    foreign_keys(answers.foreign_keys, &mut tables);
    indexes(answers.indexes, &mut tables);

    let views = answers.views.into_iter().map(|(name, query)| View {
        schema: None,
        name,
        materialized: false,
        // Withheld from who may not see it.
        definition: query.filter(|query| !query.is_empty()).map_or(Fact::Unknown, Fact::Known),
        ..Default::default()
    });
    let mut catalog =
        Catalog { tables: tables.into_values().collect(), views: views.collect(), ..Catalog::empty(Dialect::Mysql) };
    catalog.sort();
    (catalog, evidence)
}

/// COLUMN_TYPE as drizzle-kit takes it: verbatim, but for this one.
fn spelling(column_type: &str) -> String {
    if column_type == "decimal(10,0)" { "decimal".into() } else { column_type.to_owned() }
}

/// MySQL's COLUMN_DEFAULT as SQL: it is given without quotes, and says elsewhere whether it is an expression.
fn default_of(default: &str, sql_type: &str, extra: &str) -> String {
    const NUMBERS: [&str; 11] =
        ["tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "float", "double", "real", "year", "bit"];
    if extra.contains("default_generated") {
        let now = default.to_ascii_uppercase().starts_with("CURRENT_TIMESTAMP");
        return if now { default.to_owned() } else { format!("({})", plain(default)) };
    }
    let base = sql_type.split(['(', ' ']).next().unwrap_or_default();
    if NUMBERS.contains(&base) {
        return default.to_owned();
    }
    format!("'{}'", default.replace('\'', "''"))
}

/// MySQL stores an expression with its strings as `_utf8mb4\'x\'`.
fn plain(expression: &str) -> String {
    expression.replace("_utf8mb4\\'", "'").replace("\\'", "'")
}

fn checks(rows: Vec<(String, String, String)>, is_mariadb: bool, tables: &mut BTreeMap<String, Table>) {
    for (table, name, clause) in rows {
        let Some(table) = tables.get_mut(&table) else { continue };
        // MariaDB's JSON is a longtext with such a check, named like its column.
        let json = table.columns.iter_mut().find(|column| column.name == name);
        if let (true, Some(column)) = (is_mariadb, json)
            && clause == format!("json_valid(`{name}`)")
        {
            column.sql_type = Fact::Known("json".into());
            continue;
        }
        let clause = plain(&clause);
        let inner = clause.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
        // MySQL puts the whole in parentheses; MariaDB does not.
        let expression = if is_mariadb { clause.as_str() } else { inner.unwrap_or(&clause) };
        table.checks.push(Check {
            name: Some(name),
            expression: Fact::Known(expression.to_owned()),
            ..Check::default()
        });
    }
}

fn foreign_keys(
    rows: Vec<(String, String, String, String, String, String, String)>,
    tables: &mut BTreeMap<String, Table>,
) {
    for (table, name, column, foreign_table, foreign_column, on_update, on_delete) in rows {
        let Some(table) = tables.get_mut(&table) else { continue };
        let last = table.foreign_keys.last().and_then(|key| key.name.as_deref());
        if last != Some(name.as_str()) {
            table.foreign_keys.push(ForeignKey {
                name: Some(name),
                columns: Vec::new(),
                foreign_schema: None,
                foreign_table,
                foreign_columns: Vec::new(),
                on_update: on_update.to_ascii_lowercase(),
                on_delete: on_delete.to_ascii_lowercase(),
                ..Default::default()
            });
        }
        if let Some(key) = table.foreign_keys.last_mut() {
            key.columns.push(column);
            key.foreign_columns.push(foreign_column);
        }
    }
}

/// Keys too: MySQL has them as indexes. What a foreign key has made for itself bears its name and is none of the user's.
fn indexes(rows: Vec<(String, String, bool, String, Text, Text, Text)>, tables: &mut BTreeMap<String, Table>) {
    let mut all: BTreeMap<(String, String), Index> = BTreeMap::new();
    for (table, name, unique, method, column, collation, expression) in rows {
        let index = all.entry((table, name.clone())).or_insert_with(|| Index {
            name,
            unique,
            method: Some(method.to_ascii_lowercase()).filter(|method| method != "btree"),
            columns: Vec::new(),
            predicate: None,
            ..Default::default()
        });
        index.columns.push(IndexColumn {
            is_expression: column.is_none(),
            expression: column.or(expression.map(|text| plain(&text))).unwrap_or_default(),
            descending: collation.as_deref() == Some("D"),
            nulls_first: None,
            operator_class: None,
            ..Default::default()
        });
    }
    for ((table, _), index) in all {
        let Some(table) = tables.get_mut(&table) else { continue };
        let plain = index.columns.iter().all(|column| !column.is_expression);
        let columns = || index.columns.iter().map(|column| column.expression.clone()).collect();
        if index.name == "PRIMARY" {
            table.primary_key = Some(PrimaryKey { name: None, columns: columns(), ..Default::default() });
        } else if index.unique && plain {
            table.uniques.push(Unique {
                name: Some(index.name.clone()),
                columns: columns(),
                nulls_not_distinct: false,
                ..Default::default()
            });
        } else if !table.foreign_keys.iter().any(|key| key.name.as_deref() == Some(index.name.as_str())) {
            table.indexes.push(index);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_become_sql() {
        for (default, sql_type, extra, expected) in [
            ("it's", "varchar(9)", "", "'it''s'"),
            ("5", "int unsigned", "", "5"),
            ("b'101'", "bit(3)", "", "b'101'"),
            (
                "CURRENT_TIMESTAMP(3)",
                "timestamp(3)",
                "default_generated on update current_timestamp(3)",
                "CURRENT_TIMESTAMP(3)",
            ),
            ("now()", "timestamp", "default_generated", "(now())"),
            ("concat(_utf8mb4\\'a\\',_utf8mb4\\'b\\')", "varchar(9)", "default_generated", "(concat('a','b'))"),
            ("2024-01-01", "date", "", "'2024-01-01'"),
        ] {
            assert_eq!(default_of(default, sql_type, extra), expected);
        }
    }
}
