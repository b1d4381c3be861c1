//! The statements of push on SQLite. A difference of a column that both sides have rebuilds the whole table.

use super::plan::Plan;
use super::spelling::{column_type, default_text, generated_text, not_null_text, quoted};
use crate::catalog::{Column, Generation, Index, Table, Unique};

/// How drizzle-kit reads a live column's type, by its beginning.
const STORAGE_TYPES: &[(&str, &[&str])] = &[
    ("integer", &["int", "tinyint", "smallint", "mediumint", "bigint", "unsigned big int"]),
    (
        "text",
        &[
            "character",
            "varchar",
            "varying character",
            "national varying character",
            "nchar",
            "native character",
            "nvarchar",
            "text",
            "clob",
        ],
    ),
    ("blob", &["blob"]),
    ("real", &["real", "double", "float"]),
];

/// Whether push takes two types for different ones.
pub(super) fn sees_types(_: Generation, declared: &str, live: &str) -> bool {
    declared != storage_type(live)
}

/// The storage type that drizzle-kit makes of a declared type; a text keeps its first number.
fn storage_type(sql_type: &str) -> String {
    let lowered = sql_type.to_lowercase();
    let storage = STORAGE_TYPES
        .iter()
        .find(|(_, beginnings)| beginnings.iter().any(|beginning| lowered.starts_with(beginning)))
        .map_or("numeric", |(storage, _)| storage);
    let digits = lowered.find(|character: char| character.is_ascii_digit()).map(|at| {
        let rest = &lowered[at..];
        &rest[..rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len())]
    });
    match digits.filter(|_| storage == "text") {
        Some(length) => format!("text({length})"),
        None => storage.to_owned(),
    }
}

/// `DROP TABLE`.
pub(super) fn drop_table(table: &Table) -> String {
    format!("DROP TABLE `{}`;", table.name)
}

/// `CREATE TABLE`, then its indexes.
pub(super) fn create_table(table: &Table) -> Vec<String> {
    let mut statements = vec![create_only(table, &table.name)];
    statements.extend(create_indexes(table));
    statements
}

/// `ALTER TABLE ... ADD`. Push forgets the reference of the column.
pub(super) fn add_column(table: &Table, column: &Column) -> String {
    format!(
        "ALTER TABLE `{}` ADD `{}` {}{}{}{};",
        table.name,
        column.name,
        column_type(column),
        default_text(column),
        generated_text(column),
        not_null_text(column),
    )
}

/// `ALTER TABLE ... DROP COLUMN`.
pub(super) fn drop_column(table: &Table, column: &str) -> String {
    format!("ALTER TABLE `{}` DROP COLUMN `{column}`;", table.name)
}

/// The statements that build `table` anew and move its rows. `emptied`: its rows cannot have one of the new columns.
pub(super) fn rebuild(plan: &Plan, table: &Table, emptied: bool) -> Vec<String> {
    let new_name = format!("__new_{}", table.name);
    let columns: Vec<String> = table.columns.iter().map(|column| format!("\"{}\"", column.name)).collect();
    let columns = columns.join(", ");
    let mut statements = Vec::new();
    if emptied {
        statements.push(format!("DELETE FROM `{}`;", table.name));
    }
    let referenced = plan
        .declared
        .tables
        .iter()
        .any(|declared| declared.table.foreign_keys.iter().any(|key| key.foreign_table == table.name));
    if referenced {
        statements.push("PRAGMA foreign_keys=OFF;".into());
    }
    statements.push(create_only(table, &new_name));
    if !emptied {
        statements.push(format!("INSERT INTO `{new_name}`({columns}) SELECT {columns} FROM `{}`;", table.name));
    }
    statements.push(drop_table(table));
    statements.push(format!("ALTER TABLE `{new_name}` RENAME TO `{}`;", table.name));
    statements.extend(create_indexes(table));
    if referenced {
        statements.push("PRAGMA foreign_keys=ON;".into());
    }
    // drizzle-kit 0.x creates the indexes a second time, which fails.
    statements.extend(create_indexes(table));
    statements
}

/// The statements that alter a column on libSQL: every declared index goes and comes back, and a column that becomes
/// required without a default costs the rows of its table.
pub(super) fn alter_column(plan: &Plan, table: &Table, column: &Column, emptied: bool) -> Vec<String> {
    let all: Vec<(String, String)> =
        plan.declared.tables.iter().flat_map(|declared| indexes(&declared.table)).collect();
    let mut statements = Vec::new();
    if emptied {
        statements.push(format!("delete from `{}`;", table.name));
    }
    statements.extend(all.iter().map(|(name, _)| format!("DROP INDEX \"{name}\";")));
    statements.push(format!(
        "ALTER TABLE `{}` ALTER COLUMN \"{name}\" TO \"{name}\" {}{}{};",
        table.name,
        column_type(column),
        not_null_text(column),
        default_text(column),
        name = column.name,
    ));
    statements.extend(all.into_iter().map(|(_, create)| create));
    statements
}

/// What push empties the table with before it adds a column that its rows cannot have.
pub(super) fn delete_rows(table: &Table) -> String {
    format!("delete from {};", table.name)
}

/// Whether `column` is one that rows cannot have: drizzle-kit 0.x takes a default of 0 or false for none.
pub(super) fn needs_empty_table(column: &Column) -> bool {
    let falsy = match column.default.known() {
        Some(Some(default)) => matches!(default.as_str(), "0" | "false"),
        Some(None) => true,
        None => false,
    };
    column.not_null.known() == Some(&true) && falsy
}

fn create_only(table: &Table, name: &str) -> String {
    let own_key = table
        .primary_key
        .as_ref()
        .filter(|key| key.columns.len() == 1 && key.name.is_none())
        .map(|key| key.columns[0].as_str());
    let mut lines: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let key = match own_key == Some(column.name.as_str()) {
                true if column.autoincrement => " PRIMARY KEY AUTOINCREMENT",
                true => " PRIMARY KEY",
                false => "",
            };
            format!(
                "`{}` {}{key}{}{}{}",
                column.name,
                column_type(column),
                default_text(column),
                generated_text(column),
                not_null_text(column)
            )
        })
        .collect();
    if let Some(key) = table.primary_key.as_ref().filter(|_| own_key.is_none()) {
        let columns: Vec<String> = key.columns.iter().map(|column| format!("`{column}`")).collect();
        lines.push(format!("PRIMARY KEY({})", columns.join(", ")));
    }
    lines.extend(table.foreign_keys.iter().map(|key| {
        format!(
            "FOREIGN KEY ({}) REFERENCES `{}`({}) ON UPDATE {} ON DELETE {}",
            quoted(&key.columns),
            key.foreign_table,
            quoted(&key.foreign_columns),
            key.on_update,
            key.on_delete
        )
    }));
    lines.extend(table.checks.iter().filter_map(|check| {
        let mut expression = check.expression.known()?.clone();
        if name != table.name {
            // As drizzle-kit does it: wherever the text looks like a reference to the table.
            for (open, close) in [("\"", "\""), ("`", "`"), ("", ""), ("'", "'")] {
                expression =
                    expression.replace(&format!("{open}{}{close}.", table.name), &format!("{open}{name}{close}."));
            }
        }
        Some(format!("CONSTRAINT \"{}\" CHECK({expression})", check.name.as_deref()?))
    }));
    format!("CREATE TABLE `{name}` (\n\t{}\n);", lines.join(",\n\t"))
}

fn create_indexes(table: &Table) -> impl Iterator<Item = String> {
    indexes(table).into_iter().map(|(_, create)| create)
}

/// Names and statements of a table's indexes in drizzle-kit's order: unique columns, indexes, unique constraints. Each
/// unique is a unique index here.
fn indexes(table: &Table) -> Vec<(String, String)> {
    let unique = |unique: &Unique| {
        let made_up = || format!("{}_{}_unique", table.name, unique.columns.join("_"));
        let name = unique.name.clone().unwrap_or_else(made_up);
        let create = format!("CREATE UNIQUE INDEX `{name}` ON `{}` ({});", table.name, quoted(&unique.columns));
        (name, create)
    };
    let (columns, constraints): (Vec<&Unique>, Vec<&Unique>) =
        table.uniques.iter().partition(|unique| unique.columns.len() == 1);
    let indexes = table.indexes.iter().map(|index| (index.name.clone(), create_index(table, index)));
    columns.into_iter().map(unique).chain(indexes).chain(constraints.into_iter().map(unique)).collect()
}

fn create_index(table: &Table, index: &Index) -> String {
    let columns: Vec<String> = index
        .columns
        .iter()
        .map(|column| if column.is_expression { column.expression.clone() } else { format!("`{}`", column.expression) })
        .collect();
    format!(
        "CREATE {} `{}` ON `{}` ({}){};",
        if index.unique { "UNIQUE INDEX" } else { "INDEX" },
        index.name,
        table.name,
        columns.join(","),
        index.predicate.as_ref().map_or_else(String::new, |predicate| format!(" WHERE {predicate}")),
    )
}
