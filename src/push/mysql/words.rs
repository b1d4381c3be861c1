//! The words of information_schema for a catalog that did not come from a server, as far as they can be told.

use crate::catalog::{Column, ColumnWords, InformationSchema, LiveCatalog, StatisticWords, Table, TableWords};

/// The words that `live` may have been made of.
pub(super) fn of_catalog(live: &LiveCatalog) -> InformationSchema {
    InformationSchema { tables: live.catalog.tables.iter().map(table).collect(), ..InformationSchema::default() }
}

fn table(table: &Table) -> TableWords {
    let key = table.primary_key.iter().map(|key| ("PRIMARY", false, column_keys(&key.columns)));
    let uniques = table
        .uniques
        .iter()
        .map(|unique| (unique.name.as_deref().unwrap_or_default(), false, column_keys(&unique.columns)));
    let indexes = table.indexes.iter().map(|index| {
        let keys = index.columns.iter().map(|key| (key.expression.clone(), key.is_expression)).collect();
        (index.name.as_str(), !index.unique, keys)
    });
    TableWords {
        name: table.name.clone(),
        table_type: "BASE TABLE".into(),
        columns: table.columns.iter().map(column).collect(),
        statistics: key.chain(uniques).chain(indexes).flat_map(statistics).collect(),
        foreign_keys: table.foreign_keys.iter().filter_map(|key| key.name.clone()).collect(),
        checks: table
            .checks
            .iter()
            .filter_map(|check| Some((check.name.clone()?, check.expression.known().cloned().unwrap_or_default())))
            .collect(),
        ..TableWords::default()
    }
}

fn column_keys(columns: &[String]) -> Vec<(String, bool)> {
    columns.iter().map(|column| (column.clone(), false)).collect()
}

fn statistics((index, non_unique, keys): (&str, bool, Vec<(String, bool)>)) -> Vec<StatisticWords> {
    keys.into_iter()
        .zip(1..)
        .map(|((key, is_expression), place)| StatisticWords {
            index: index.to_owned(),
            non_unique,
            place,
            column: (!is_expression).then(|| key.clone()),
            expression: is_expression.then_some(key),
        })
        .collect()
}

fn column(column: &Column) -> ColumnWords {
    let sql = column.default.known().cloned().flatten();
    let literal = sql.as_ref().and_then(|sql| sql.strip_prefix('\'')?.strip_suffix('\''));
    let is_number = sql.as_ref().is_some_and(|sql| sql.parse::<f64>().is_ok());
    let default = match (&sql, literal) {
        (_, Some(literal)) => Some(literal.replace("''", "'")),
        (Some(sql), None) => {
            let inner = sql.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
            Some(inner.unwrap_or(sql).to_owned())
        }
        (None, None) => None,
    };
    let mut extra = Vec::new();
    match &column.generated {
        Some(generated) if generated.stored => extra.push("STORED GENERATED".to_owned()),
        Some(_) => extra.push("VIRTUAL GENERATED".to_owned()),
        None if sql.is_some() && literal.is_none() && !is_number => extra.push("DEFAULT_GENERATED".to_owned()),
        None => {}
    }
    if column.autoincrement {
        extra.push("auto_increment".to_owned());
    }
    extra.extend(column.on_update.as_ref().map(|update| format!("on update {update}")));
    ColumnWords {
        name: column.name.clone(),
        column_type: match column.sql_type.known().map(String::as_str) {
            Some("decimal") => "decimal(10,0)".to_owned(),
            sql_type => sql_type.unwrap_or_default().to_owned(),
        },
        is_nullable: column.not_null.known() != Some(&true),
        default,
        extra: extra.join(" "),
        generation_expression: column.generated.as_ref().and_then(|generated| generated.expression.known().cloned()),
        ..ColumnWords::default()
    }
}
