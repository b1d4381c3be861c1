//! The steps of a push of 0.x: each with its SQL, and what drizzle-kit looks at when it warns of lost data.

use crate::catalog::{ObjectKind, ObjectRef};
use crate::push::{Aspect, Touch};

use super::objects;
use super::snapshot::{KitColumn, KitForeignKey, KitIndex, KitTable, KitView, quoted};

/// One step.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub kind: Kind,
    pub table: String,
    pub sql: Vec<String>,
    pub touches: Vec<Touch>,
}

/// What a step does, as far as it matters later.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    DropTable,
    DropColumn(String),
    AddColumn {
        column: String,
        needs_value: bool,
    },
    SetType {
        column: String,
        from: String,
        to: String,
    },
    SetDefault {
        column: String,
        is_boolean_spelling: bool,
    },
    DropDefault {
        column: String,
        not_null: bool,
    },
    SetNotNull {
        column: String,
        has_default: bool,
    },
    DropNotNull {
        column: String,
        is_serial: bool,
        autoincrement: bool,
    },
    /// A virtual generated column comes anew, or goes for a plain one.
    Recreate {
        column: String,
    },
    DropUnique {
        columns: Vec<String>,
        of_serial: bool,
    },
    AddUnique {
        name: String,
    },
    DropKey,
    Other,
}

impl Step {
    pub fn new(kind: Kind, table: &str, sql: impl Into<String>, touches: Vec<Touch>) -> Self {
        Self { kind, table: table.to_owned(), sql: vec![sql.into()], touches }
    }
}

/// The part of a table's third argument that a step adds or takes away.
fn part(kind: ObjectKind, table: &str, name: &str, aspect: Aspect) -> Vec<Touch> {
    vec![objects::touch(kind, table, name, aspect)]
}

/// Expressions of the code's indexes, by the index's name: those are written without backticks.
pub(super) struct Expressions<'a>(pub Vec<(&'a str, &'a str)>);

impl Expressions<'_> {
    fn list(&self, index: &KitIndex) -> String {
        let pieces = index.pieces();
        let spelled = pieces.iter().map(|piece| match self.0.contains(&(index.name.as_str(), piece.as_str())) {
            true => piece.clone(),
            false => format!("`{piece}`"),
        });
        spelled.collect::<Vec<_>>().join(",")
    }
}

pub(super) fn create_table(table: &KitTable, expressions: &Expressions) -> Step {
    let mut lines: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            format!(
                "`{}` {}{}{}{}{}{}",
                column.name,
                column.type_text(),
                if column.autoincrement { " AUTO_INCREMENT" } else { "" },
                column.generated_text(),
                if column.is_not_null() { " NOT NULL" } else { "" },
                default_text(column),
                on_update_text(column),
            )
        })
        .collect();
    if let Some(key) = table.keys.first() {
        lines.push(format!("CONSTRAINT `{}` PRIMARY KEY({})", key.name, quoted(&key.columns)));
    }
    for unique in &table.uniques {
        lines.push(format!("CONSTRAINT `{}` UNIQUE({})", unique.name, expressions.list(unique)));
    }
    for check in &table.checks {
        lines.push(format!("CONSTRAINT `{}` CHECK({})", check.name, before_semicolon(&check.expression)));
    }
    let sql = format!("CREATE TABLE `{}` (\n\t{}\n);", table.name, lines.join(",\n\t"));
    Step::new(Kind::Other, &table.name, sql, vec![Touch::new(objects::table(&table.name), Aspect::Existence)])
}

/// 0.x keeps a check as `name;condition`, and reads it up to the next semicolon.
fn before_semicolon(text: &str) -> &str {
    text.split(';').next().unwrap_or_default()
}

fn default_text(column: &KitColumn) -> String {
    column.default_value().map_or_else(String::new, |default| format!(" DEFAULT {}", default.text()))
}

fn on_update_text(column: &KitColumn) -> &'static str {
    if column.on_update.is_some() { " ON UPDATE CURRENT_TIMESTAMP" } else { "" }
}

pub(super) fn drop_table(table: &KitTable) -> Step {
    let touches = vec![Touch::new(objects::table(&table.name), Aspect::Absence)];
    Step::new(Kind::DropTable, &table.name, format!("DROP TABLE `{}`;", table.name), touches)
}

pub(super) fn rename_table(from: &str, to: &str) -> Step {
    let touches = vec![Touch::new(objects::table(to), Aspect::Name), Touch::new(objects::table(from), Aspect::Name)];
    Step::new(Kind::Other, to, format!("RENAME TABLE `{from}` TO `{to}`;"), touches)
}

pub(super) fn rename_column(table: &str, from: &str, to: &str) -> Step {
    let touch = |name| objects::touch(ObjectKind::Column, table, name, Aspect::Name);
    let sql = format!("ALTER TABLE `{table}` RENAME COLUMN `{from}` TO `{to}`;");
    Step::new(Kind::Other, table, sql, vec![touch(to), touch(from)])
}

/// `ADD`, in its own order of words.
fn add_column_sql(table: &str, column: &KitColumn) -> String {
    format!(
        "ALTER TABLE `{table}` ADD `{}` {}{}{}{}{}{};",
        column.name,
        column.type_text(),
        if column.autoincrement { " AUTO_INCREMENT" } else { "" },
        default_text(column),
        column.generated_text(),
        if column.is_not_null() { " NOT NULL" } else { "" },
        on_update_text(column),
    )
}

pub(super) fn add_column(table: &str, column: &KitColumn) -> Step {
    let kind = Kind::AddColumn {
        column: column.name.clone(),
        needs_value: column.is_not_null() && column.default.known().is_some_and(Option::is_none),
    };
    let touches = part(ObjectKind::Column, table, &column.name, Aspect::Existence);
    Step::new(kind, table, add_column_sql(table, column), touches)
}

fn drop_column_sql(table: &str, column: &str) -> String {
    format!("ALTER TABLE `{table}` DROP COLUMN `{column}`;")
}

pub(super) fn drop_column(table: &str, column: &KitColumn) -> Step {
    let touches = part(ObjectKind::Column, table, &column.name, Aspect::Absence);
    Step::new(Kind::DropColumn(column.name.clone()), table, drop_column_sql(table, &column.name), touches)
}

/// A virtual column cannot be altered, so 0.x drops it and adds it again.
pub(super) fn recreate(table: &str, column: &KitColumn, aspect: Aspect) -> Step {
    let touches = part(ObjectKind::Column, table, &column.name, aspect);
    let kind = Kind::Recreate { column: column.name.clone() };
    let sql = vec![drop_column_sql(table, &column.name), add_column_sql(table, column)];
    Step { kind, table: table.to_owned(), sql, touches }
}

/// What a MODIFY says beside the type.
pub(super) struct Clauses<'a> {
    pub autoincrement: bool,
    pub generated: bool,
    pub not_null: bool,
    /// Each step writes the default in its own way.
    pub default: Option<&'a str>,
    pub on_update: bool,
}

impl<'a> Clauses<'a> {
    /// What most steps write: a default that JavaScript takes for false is forgotten.
    pub fn of(column: &'a KitColumn) -> Self {
        let default = column.default_value().filter(|default| default.is_truthy()).map(|default| default.text());
        Self {
            autoincrement: column.autoincrement,
            generated: false,
            not_null: column.is_not_null(),
            default,
            on_update: column.on_update.is_some(),
        }
    }
}

pub(super) fn modify(kind: Kind, table: &str, column: &KitColumn, clauses: &Clauses, aspect: Aspect) -> Step {
    let sql = format!(
        "ALTER TABLE `{table}` MODIFY COLUMN `{}` {}{}{}{}{}{};",
        column.name,
        column.type_text(),
        if clauses.autoincrement { " AUTO_INCREMENT" } else { "" },
        if clauses.generated { column.generated_text() } else { String::new() },
        if clauses.not_null { " NOT NULL" } else { "" },
        clauses.default.map_or_else(String::new, |default| format!(" DEFAULT {default}")),
        if clauses.on_update { " ON UPDATE CURRENT_TIMESTAMP" } else { "" },
    );
    Step::new(kind, table, sql, part(ObjectKind::Column, table, &column.name, aspect))
}

/// `of_serial` says that its one column is a serial on both sides, which has an index of its own.
pub(super) fn drop_unique(table: &str, unique: &KitIndex, of_serial: bool) -> Step {
    let kind = Kind::DropUnique { columns: unique.pieces(), of_serial };
    let sql = format!("ALTER TABLE `{table}` DROP INDEX `{}`;", unique.name);
    Step::new(kind, table, sql, part(ObjectKind::Unique, table, &unique.name, Aspect::Absence))
}

pub(super) fn add_unique(table: &str, unique: &KitIndex) -> Step {
    let columns = unique.pieces();
    let sql = format!("ALTER TABLE `{table}` ADD CONSTRAINT `{}` UNIQUE({});", unique.name, quoted(&columns));
    let kind = Kind::AddUnique { name: unique.name.clone() };
    Step::new(kind, table, sql, part(ObjectKind::Unique, table, &unique.name, Aspect::Existence))
}

pub(super) fn drop_check(table: &str, name: &str) -> Step {
    let sql = format!("ALTER TABLE `{table}` DROP CONSTRAINT `{name}`;");
    Step::new(Kind::Other, table, sql, part(ObjectKind::Check, table, name, Aspect::Absence))
}

pub(super) fn add_check(table: &str, name: &str, expression: &str) -> Step {
    let sql = format!("ALTER TABLE `{table}` ADD CONSTRAINT `{name}` CHECK ({});", before_semicolon(expression));
    Step::new(Kind::Other, table, sql, part(ObjectKind::Check, table, name, Aspect::Existence))
}

pub(super) fn drop_foreign_key(table: &str, key: &KitForeignKey) -> Step {
    let sql = format!("ALTER TABLE `{table}` DROP FOREIGN KEY `{}`;", key.name);
    Step::new(Kind::Other, table, sql, part(ObjectKind::ForeignKey, table, &key.name, Aspect::Absence))
}

pub(super) fn add_foreign_key(key: &KitForeignKey) -> Step {
    let sql = format!(
        "ALTER TABLE `{}` ADD CONSTRAINT `{}` FOREIGN KEY ({}) REFERENCES `{}`({}) ON DELETE {} ON UPDATE {};",
        key.table,
        key.name,
        quoted(&key.columns),
        key.foreign_table,
        quoted(&key.foreign_columns),
        key.on_delete,
        key.on_update
    );
    Step::new(Kind::Other, &key.table, sql, part(ObjectKind::ForeignKey, &key.table, &key.name, Aspect::Existence))
}

pub(super) fn drop_index(table: &str, index: &KitIndex) -> Step {
    let sql = format!("DROP INDEX `{}` ON `{table}`;", index.name);
    Step::new(Kind::Other, table, sql, part(ObjectKind::Index, table, &index.name, Aspect::Absence))
}

pub(super) fn create_index(table: &str, index: &KitIndex, expressions: &Expressions) -> Step {
    let sql = format!("CREATE INDEX `{}` ON `{table}` ({});", index.name, expressions.list(index));
    Step::new(Kind::Other, table, sql, part(ObjectKind::Index, table, &index.name, Aspect::Existence))
}

fn key_touches(table: &str, aspect: Aspect) -> Vec<Touch> {
    part(ObjectKind::PrimaryKey, table, "PRIMARY", aspect)
}

pub(super) fn drop_key(table: &str) -> Step {
    let sql = format!("ALTER TABLE `{table}` DROP PRIMARY KEY;");
    Step::new(Kind::DropKey, table, sql, key_touches(table, Aspect::Absence))
}

pub(super) fn add_key(table: &str, columns: &[String]) -> Step {
    let sql = format!("ALTER TABLE `{table}` ADD PRIMARY KEY({});", quoted(columns));
    Step::new(Kind::Other, table, sql, key_touches(table, Aspect::Existence))
}

pub(super) fn alter_key(table: &str, columns: &[String]) -> Step {
    let sql = format!("ALTER TABLE `{table}` DROP PRIMARY KEY, ADD PRIMARY KEY({});", quoted(columns));
    Step::new(Kind::Other, table, sql, key_touches(table, Aspect::Definition))
}

fn view_step(view: &str, sql: String, aspect: Aspect) -> Step {
    Step::new(Kind::Other, view, sql, vec![Touch::new(objects::view(view), aspect)])
}

pub(super) fn drop_view(view: &KitView) -> Step {
    view_step(&view.name, format!("DROP VIEW `{}`;", view.name), Aspect::Absence)
}

pub(super) fn rename_view(from: &str, to: &str) -> Step {
    let former: ObjectRef = objects::view(from);
    let mut step = view_step(to, format!("RENAME TABLE `{from}` TO `{to}`;"), Aspect::Name);
    step.touches.push(Touch::new(former, Aspect::Name));
    step
}

pub(super) fn create_view(view: &KitView) -> Step {
    view_step(&view.name, view.created("\n"), Aspect::Existence)
}

pub(super) fn alter_view(view: &KitView) -> Step {
    view_step(&view.name, view.altered("\n"), Aspect::Definition)
}
