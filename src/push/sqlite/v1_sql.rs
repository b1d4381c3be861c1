//! What drizzle-kit 1.0 makes of the changes that it finds, as SQL, with what it says is lost.

use super::Script;
use super::loss::{Losses, Lost};
use super::objects::{self, quoted};
use super::v1_diff::{Change, Difference, Rebuilds, touch};
use super::v1_snapshot::{ByTable, Column, Entities, ForeignKey, Grouped, Index, Key, OfTable, by_name};
use crate::catalog::Rows;
use crate::push::input::Input;
use crate::push::{Aspect, Loss, Statement, Touch};

/// The parts of the push, in the words of its statements.
#[derive(Default)]
struct Parts {
    deletions: Vec<Statement>,
    statements: Vec<Statement>,
    losses: Losses,
}

/// Writes `change` down.
pub(super) fn write(input: &Input, change: &Change) -> Script {
    let Change { old, new, difference, rebuilds } = change;
    Context { input, old, new, olds: old.columns.iter().collect(), news: new.by_table(), difference, rebuilds }.script()
}

/// What the statements are written from.
struct Context<'a> {
    input: &'a Input<'a>,
    old: &'a Entities,
    new: &'a Entities,
    /// The columns of `old`.
    olds: Grouped<'a, Column>,
    /// `new` table by table.
    news: ByTable<'a>,
    difference: &'a Difference,
    rebuilds: &'a Rebuilds,
}

impl Context<'_> {
    fn script(&self) -> Script {
        let mut parts = Parts::default();
        let difference = self.difference;
        for table in &difference.created_tables {
            parts.push(self.create_table(table, table), touch(&objects::table(table), Aspect::Existence));
        }
        for (table, from) in &difference.renamed_tables {
            let touches = vec![
                Touch::new(objects::table(table), Aspect::Existence),
                Touch::new(objects::table(from), Aspect::Absence),
            ];
            parts.push(format!("ALTER TABLE `{from}` RENAME TO `{table}`"), touches);
        }
        for (table, from, to) in &difference.renamed_columns {
            let touches = vec![
                Touch::new(objects::column(table, to), Aspect::Existence),
                Touch::new(objects::column(table, from), Aspect::Absence),
            ];
            parts.push(format!("ALTER TABLE `{table}` RENAME COLUMN `{from}` TO `{to}`"), touches);
        }
        self.add_columns(&mut parts);
        self.regenerate_columns(&mut parts);
        for (table, touches) in self.rebuilds {
            self.rebuild(table, touches, &mut parts);
        }
        self.indexes(&mut parts);
        for table in &difference.deleted_tables {
            let rows = self.rows(table);
            if rows.any() {
                let line = format!("You're about to delete non-empty \"{table}\" table");
                parts.losses.line(line, objects::table(table));
            }
            let statement =
                Statement::new(format!("DROP TABLE `{table}`"), touch(&objects::table(table), Aspect::Absence));
            parts.statements.push(statement.losing(Loss::Table, &format!("table {table}"), rows));
        }
        for column in &difference.deleted_columns {
            if self.is_rebuilt(&column.table) || difference.deleted_tables.contains(&column.table) {
                continue;
            }
            let rows = self.column_goes(column, &mut parts);
            let (table, name) = (&column.table, &column.name);
            let touches = touch(&objects::column(table, name), Aspect::Absence);
            let statement = Statement::new(format!("ALTER TABLE `{table}` DROP COLUMN `{name}`"), touches);
            parts.statements.push(statement.losing(Loss::Column, &format!("column {table}.{name}"), rows));
        }
        self.views(&mut parts);
        let mut statements = parts.deletions;
        statements.extend(parts.statements);
        Script { statements, losses: parts.losses }
    }

    fn is_rebuilt(&self, table: &str) -> bool {
        self.rebuilds.contains_key(table)
    }

    /// The name of a table of the code before this push.
    fn former<'b>(&'b self, table: &'b str) -> &'b str {
        let renamed = self.difference.renamed_tables.iter().find(|(to, _)| to == table);
        renamed.map_or(table, |(_, from)| from.as_str())
    }

    /// How drizzle-kit calls a table in a warning.
    fn label(&self, table: &str) -> String {
        match self.former(table) {
            same if same == table => format!("\"{table}\""),
            former => format!("\"{former}\" (would become \"{table}\")"),
        }
    }

    fn rows(&self, table: &str) -> Rows {
        let former = self.former(table);
        self.input.live.catalog.table(None, former).map_or(Rows::Unknown, |table| self.input.rows(table))
    }

    fn rows_in(&self, table: &str, column: &str) -> Rows {
        self.input.live.rows_in(None, self.former(table), column)
    }

    fn column_goes(&self, column: &Column, parts: &mut Parts) -> Rows {
        let rows = self.rows_in(&column.table, &column.name);
        if rows.any() {
            let (name, table) = (&column.name, self.label(&column.table));
            let line = format!("You're about to delete non-empty \"{name}\" column in {table} table");
            parts.losses.line(line, objects::column(&column.table, name));
        }
        rows
    }

    fn add_columns(&self, parts: &mut Parts) {
        let added: Grouped<Column> = self.difference.added_columns().collect();
        for (table, columns) in added.tables() {
            let rows = self.rows(table);
            for column in columns {
                let touches = touch(&objects::column(table, &column.name), Aspect::Existence);
                if column.not_null && column.truthy_default().is_none() && rows.any() {
                    let (name, label) = (&column.name, self.label(table));
                    let line = format!(
                        "You're about to add not-null \"{name}\" column without default value to non-empty {label} table"
                    );
                    parts.losses.line(line, objects::column(table, name));
                    let mut touches = touches.clone();
                    touches.push(Touch::new(objects::table(table), Aspect::Rows));
                    let delete = Statement::new(format!("DELETE FROM \"{}\" where true", self.former(table)), touches);
                    parts.deletions.push(delete.losing(Loss::Rows, &format!("the rows of {table}"), rows));
                }
                let key = self.reference_of(column);
                let mut touches = touches;
                touches.extend(key.map(|key| Touch::new(key.object.clone(), Aspect::Existence)));
                parts.push(add_column(column, key), touches);
            }
        }
    }

    fn reference_of(&self, column: &Column) -> Option<&ForeignKey> {
        let mut keys = self.news.foreign_keys.of(&column.table).iter().copied();
        keys.find(|key| matches!(key.columns.as_slice(), [only] if *only == column.name))
    }

    fn regenerate_columns(&self, parts: &mut Parts) {
        for (column, touches) in self.difference.altered_columns(self.old, self.new) {
            if self.is_rebuilt(&column.table) {
                continue;
            }
            let (table, name) = (&column.table, &column.name);
            let drop = Statement::new(format!("ALTER TABLE `{table}` DROP COLUMN `{name}`"), touches.clone());
            let was_generated = self.olds.get(table, name).is_some_and(|old| old.generated.is_some());
            // Values that are computed can be computed again.
            let drop = match was_generated && column.generated.is_some() {
                true => drop,
                false => drop.losing(Loss::Column, &format!("column {table}.{name}"), self.rows_in(table, name)),
            };
            parts.statements.push(drop);
            parts.push(add_column(&column, self.reference_of(&column)), touches);
        }
    }

    fn rebuild(&self, table: &str, touches: &[Touch], parts: &mut Parts) {
        let mut lost = Lost::default();
        for column in self.olds.of(table) {
            match self.news.columns.get(table, &column.name) {
                None => {
                    self.column_goes(column, parts);
                    lost.column(self.input, self.former(table), table, &column.name);
                }
                Some(new) => lost.conversion(self.input, self.former(table), table, &column.name, &new.sql_type),
            }
        }
        let kept: Vec<String> = self
            .olds
            .of(table)
            .iter()
            .filter(|column| column.generated.is_none())
            .filter(|column| self.news.columns.get(table, &column.name).is_some_and(|new| new.generated.is_none()))
            .map(|column| column.name.clone())
            .collect();
        let kept = quoted(&kept, ", ");
        let new_name = format!("__new_{table}");
        parts.push("PRAGMA foreign_keys=OFF", touches.to_vec());
        parts.push(self.create_table(table, &new_name), touches.to_vec());
        parts.push(format!("INSERT INTO `{new_name}`({kept}) SELECT {kept} FROM `{table}`"), touches.to_vec());
        let drop = Statement::new(format!("DROP TABLE `{table}`"), touches.to_vec());
        parts.statements.push(lost.mark(drop, self.rows(table)));
        parts.push(format!("ALTER TABLE `{new_name}` RENAME TO `{table}`"), touches.to_vec());
        parts.push("PRAGMA foreign_keys=ON", touches.to_vec());
    }

    fn indexes(&self, parts: &mut Parts) {
        let (old, new) = (by_name(&self.old.indexes), by_name(&self.new.indexes));
        let created = || self.new.indexes.iter().filter(|index| !old.contains_key(&index.named()));
        let deleted = || self.old.indexes.iter().filter(|index| !new.contains_key(&index.named()));
        let tables: Grouped<Index> = created().chain(deleted()).collect();
        let (created, deleted): (Grouped<Index>, Grouped<Index>) = (created().collect(), deleted().collect());
        for (table, _) in tables.tables() {
            for index in deleted.of(table) {
                let sql = format!("DROP INDEX IF EXISTS `{}`", index.name);
                parts.push(sql, touch(&index.object, Aspect::Absence));
            }
        }
        for (table, touches) in self.rebuilds {
            for index in self.news.indexes.of(table) {
                let mut touches = touches.clone();
                if !old.contains_key(&index.named()) {
                    touches.extend(touch(&index.object, Aspect::Existence));
                }
                parts.push(index.sql.clone(), touches);
            }
        }
        for (table, _) in tables.tables().filter(|(table, _)| !self.is_rebuilt(table)) {
            for index in created.of(table) {
                let mut touches = touch(&index.object, Aspect::Existence);
                if self.difference.created_tables.iter().any(|created| created == table) {
                    touches.extend(touch(&objects::table(table), Aspect::Existence));
                }
                parts.push(index.sql.clone(), touches);
            }
        }
    }

    fn views(&self, parts: &mut Parts) {
        let missing = |entities: &Entities, name: &str| !entities.views.iter().any(|view| view.name == name);
        for view in self.old.views.iter().filter(|view| missing(self.new, &view.name)) {
            parts.push(format!("DROP VIEW `{}`", view.name), touch(&objects::view(&view.name), Aspect::Absence));
        }
        for view in self.new.views.iter().filter(|view| missing(self.old, &view.name)) {
            if let Some(definition) = &view.definition {
                let touches = touch(&objects::view(&view.name), Aspect::Existence);
                parts.push(format!("CREATE VIEW `{}` AS {definition}", view.name), touches);
            }
        }
    }

    /// `CREATE TABLE` of the code's `table` under `name`.
    fn create_table(&self, table: &str, name: &str) -> String {
        let key = self.news.keys.of(table).first().copied();
        let uniques = self.news.uniques.of(table);
        let columns = self.news.columns.of(table).iter();
        let mut lines: Vec<String> = columns.map(|column| column_line(column, key, uniques)).collect();
        if let Some(key) = key.filter(|key| key.columns.len() > 1 || key.name_is_explicit) {
            lines.push(format!("CONSTRAINT `{}` PRIMARY KEY({})", key.name, quoted(&key.columns, ", ")));
        }
        for key in self.news.foreign_keys.of(table) {
            lines.push(format!(
                "CONSTRAINT `{}` FOREIGN KEY ({}) REFERENCES `{}`({}){}",
                key.name,
                quoted(&key.columns, ","),
                key.foreign_table,
                quoted(&key.foreign_columns, ","),
                actions(key)
            ));
        }
        for unique in uniques.iter().filter(|unique| unique.columns.len() > 1) {
            lines.push(format!("CONSTRAINT `{}` UNIQUE({})", unique.name, quoted(&unique.columns, ",")));
        }
        for check in self.news.checks.of(table) {
            lines.push(format!("CONSTRAINT \"{}\" CHECK({})", check.name, check.value));
        }
        objects::create_table(name, &lines)
    }
}

impl Parts {
    fn push(&mut self, sql: impl Into<String>, touches: Vec<Touch>) {
        self.statements.push(Statement::new(sql, touches));
    }
}

fn column_line(column: &Column, key: Option<&Key>, uniques: &[&Key]) -> String {
    let own = [column.name.clone()];
    let key = key.filter(|key| key.columns == own);
    let is_rowid = key.is_some() && column.sql_type.to_lowercase().starts_with("int");
    let unique = uniques.iter().find(|unique| unique.columns == own).map_or_else(String::new, |unique| {
        match unique.name_is_explicit {
            true => format!(" CONSTRAINT `{}` UNIQUE", unique.name),
            false => " UNIQUE".to_owned(),
        }
    });
    format!(
        "`{}` {}{}{}{}{}{}{unique}",
        column.name,
        column.sql_type,
        if key.is_some_and(|key| !key.name_is_explicit) { " PRIMARY KEY" } else { "" },
        if column.autoincrement { " AUTOINCREMENT" } else { "" },
        column.truthy_default().map_or_else(String::new, |default| format!(" DEFAULT {default}")),
        generated_clause(column),
        if column.not_null && !is_rowid { " NOT NULL" } else { "" },
    )
}

fn add_column(column: &Column, key: Option<&ForeignKey>) -> String {
    let Column { table, name, sql_type, .. } = column;
    let reference = key.map_or_else(String::new, |key| {
        let constraint = if key.name_is_explicit { format!(" CONSTRAINT `{}`", key.name) } else { String::new() };
        format!("{constraint} REFERENCES {}({}){}", key.foreign_table, key.foreign_columns.join(","), actions(key))
    });
    format!(
        "ALTER TABLE `{table}` ADD `{name}` {sql_type}{}{}{}{reference}",
        column.default.as_ref().map_or_else(String::new, |default| format!(" DEFAULT {default}")),
        generated_clause(column),
        if column.not_null { " NOT NULL" } else { "" },
    )
}

fn generated_clause(column: &Column) -> String {
    column.generated.as_ref().map_or_else(String::new, |(expression, kind)| {
        format!(" GENERATED ALWAYS AS {expression} {}", kind.to_uppercase())
    })
}

fn actions(key: &ForeignKey) -> String {
    let clause = |when: &str, action: &str| match action {
        "NO ACTION" => String::new(),
        action => format!(" ON {when} {action}"),
    };
    format!("{}{}", clause("UPDATE", &key.on_update), clause("DELETE", &key.on_delete))
}
