//! The statements of push on MySQL.

use super::plan::Plan;
use super::spelling::{column_type, default_text, generated_text, not_null_text, quoted};
use crate::catalog::{Column, Dialect, ForeignKey, Generation, Index, Table, same_type};

/// Whether push takes two types for different ones.
pub(super) fn sees_types(generation: Generation, declared: &str, live: &str) -> bool {
    match generation {
        Generation::V0 => {
            let live = if live == "decimal(10,0)" { "decimal" } else { live };
            let tolerated = |a: &str, b: &str| {
                (a.starts_with("tinyint") && b == "boolean") || (a == "bigint unsigned" && b == "serial")
            };
            declared != live && !tolerated(declared, live) && !tolerated(live, declared)
        }
        Generation::V1 => !same_type(Dialect::Mysql, declared, live),
    }
}

/// `DROP TABLE`.
pub(super) fn drop_table(table: &Table) -> String {
    format!("DROP TABLE `{}`;", table.name)
}

/// `CREATE TABLE` and what belongs to the new table: its foreign keys, then its indexes.
pub(super) fn create_table(plan: &Plan, table: &Table) -> Vec<String> {
    let mut lines: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            format!(
                "`{}` {}{}{}{}{}{}",
                column.name,
                column_type(column),
                if column.autoincrement { " AUTO_INCREMENT" } else { "" },
                if plan.generation == Generation::V1 && is_own_key(table, column) { " PRIMARY KEY" } else { "" },
                generated_text(column),
                // The key says it.
                if plan.generation == Generation::V1 && is_own_key(table, column) { "" } else { not_null_text(column) },
                default_text(column),
            )
        })
        .collect();
    if let Some(key) = table
        .primary_key
        .as_ref()
        .filter(|key| plan.generation == Generation::V0 || key.columns.len() > 1 || key.name.is_some())
    {
        let default = match (plan.generation, key.columns.as_slice()) {
            (Generation::V0, [column]) => format!("{}_{column}", table.name),
            (Generation::V0, columns) => format!("{}_{}_pk", table.name, columns.join("_")),
            (Generation::V1, _) => "PRIMARY".into(),
        };
        lines.push(format!(
            "CONSTRAINT `{}` PRIMARY KEY({})",
            key.name.as_deref().unwrap_or(&default),
            quoted(&key.columns)
        ));
    }
    lines.extend(table.uniques.iter().map(|unique| {
        let default = match plan.generation {
            Generation::V0 => format!("{}_{}_unique", table.name, unique.columns.join("_")),
            Generation::V1 => format!("{}_unique", unique.columns.join("_")),
        };
        format!("CONSTRAINT `{}` UNIQUE({})", unique.name.as_deref().unwrap_or(&default), quoted(&unique.columns))
    }));
    lines.extend(table.checks.iter().filter_map(|check| {
        Some(format!("CONSTRAINT `{}` CHECK({})", check.name.as_deref()?, check.expression.known()?))
    }));
    let mut statements = vec![format!("CREATE TABLE `{}` (\n\t{}\n);", table.name, lines.join(",\n\t"))];
    statements.extend(table.foreign_keys.iter().map(|key| add_foreign_key(plan, table, key)));
    statements.extend(table.indexes.iter().map(|index| create_index(table, index)));
    statements
}

/// `ALTER TABLE ... ADD`.
pub(super) fn add_column(table: &Table, column: &Column) -> String {
    format!(
        "ALTER TABLE `{}` ADD `{}` {}{}{}{}{};",
        table.name,
        column.name,
        column_type(column),
        if column.autoincrement { " AUTO_INCREMENT" } else { "" },
        default_text(column),
        generated_text(column),
        not_null_text(column),
    )
}

/// `ALTER TABLE ... DROP COLUMN`.
pub(super) fn drop_column(table: &Table, column: &str) -> String {
    format!("ALTER TABLE `{}` DROP COLUMN `{column}`;", table.name)
}

/// `ALTER TABLE ... MODIFY COLUMN`, which writes the whole column anew.
pub(super) fn modify_column(table: &Table, column: &Column) -> String {
    format!(
        "ALTER TABLE `{}` MODIFY COLUMN `{}` {}{}{}{}{};",
        table.name,
        column.name,
        column_type(column),
        if column.autoincrement { " AUTO_INCREMENT" } else { "" },
        not_null_text(column),
        default_text(column),
        generated_text(column),
    )
}

/// What 0.x empties the table with before many changes.
pub(super) fn truncate(table: &Table) -> String {
    format!("truncate table {};", table.name)
}

fn is_own_key(table: &Table, column: &Column) -> bool {
    table.primary_key.as_ref().is_some_and(|key| key.name.is_none() && key.columns == [column.name.clone()])
}

fn add_foreign_key(plan: &Plan, table: &Table, key: &ForeignKey) -> String {
    let suffix = if plan.generation == Generation::V0 { "fk" } else { "fkey" };
    let default = format!(
        "{}_{}_{}_{}_{suffix}",
        table.name,
        key.columns.join("_"),
        key.foreign_table,
        key.foreign_columns.join("_")
    );
    format!(
        "ALTER TABLE `{}` ADD CONSTRAINT `{}` FOREIGN KEY ({}) REFERENCES `{}`({}) ON DELETE {} ON UPDATE {};",
        table.name,
        key.name.as_deref().unwrap_or(&default),
        quoted(&key.columns),
        key.foreign_table,
        quoted(&key.foreign_columns),
        key.on_delete,
        key.on_update
    )
}

fn create_index(table: &Table, index: &Index) -> String {
    let columns: Vec<String> = index
        .columns
        .iter()
        .map(|column| if column.is_expression { column.expression.clone() } else { format!("`{}`", column.expression) })
        .collect();
    format!(
        "CREATE {} `{}` ON `{}` ({});",
        if index.unique { "UNIQUE INDEX" } else { "INDEX" },
        index.name,
        table.name,
        columns.join(",")
    )
}
