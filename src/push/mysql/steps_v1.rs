//! The steps of a push of 1.0: each with its SQL, and what drizzle-kit looks at when it warns of lost data.

use super::columns_v1::Change;
use super::objects;
use super::snapshot::{KitCheck, KitColumn, KitForeignKey, KitIndex, KitKey, KitTable, KitView, quoted};
use crate::catalog::ObjectKind;
use crate::push::{Aspect, Touch};

/// One step.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub kind: Kind,
    pub table: String,
    pub sql: Vec<String>,
    pub touches: Vec<Touch>,
}

/// What a step does, as far as it matters later.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    DropTable,
    RenameTable {
        from: String,
    },
    DropColumn(String),
    DropKey,
    Alter {
        column: String,
        change: Change,
    },
    Recreate {
        column: String,
    },
    /// A foreign key, and whether it comes back only because a key changes.
    AddForeignKey {
        key: Box<KitForeignKey>,
        of_key: bool,
    },
    Other,
}

impl Step {
    fn new(kind: Kind, table: &str, sql: String, touches: Vec<Touch>) -> Self {
        Self { kind, table: table.to_owned(), sql: vec![sql], touches }
    }

    fn part(part: ObjectKind, table: &str, name: &str, aspect: Aspect, sql: String) -> Self {
        Self::new(Kind::Other, table, sql, vec![objects::touch(part, table, name, aspect)])
    }

    /// The foreign key that it adds, if it is new.
    pub fn new_foreign_key(&self) -> Option<&KitForeignKey> {
        match &self.kind {
            Kind::AddForeignKey { key, of_key: false } => Some(key),
            _ => None,
        }
    }

    /// The same, done because a key changes.
    pub fn of_key(mut self) -> Self {
        if let Kind::AddForeignKey { of_key, .. } = &mut self.kind {
            *of_key = true;
        }
        self
    }
}

fn words(column: &KitColumn) -> [String; 5] {
    let text = column.character_set.as_ref().map_or_else(String::new, |name| format!(" CHARACTER SET {name}"));
    let collation = column.collation.as_ref().map_or_else(String::new, |name| format!(" COLLATE {name}"));
    let default = column.default_value().map_or_else(String::new, |default| format!(" DEFAULT {}", default.text()));
    let update = column.on_update.as_ref().map_or_else(String::new, |update| format!(" ON UPDATE {update}"));
    let not_null = if column.is_not_null() { " NOT NULL" } else { "" };
    [format!("{text}{collation}"), default, update, not_null.to_owned(), column.generated_text()]
}

pub(super) fn create_table(table: &KitTable, alone: bool) -> Step {
    let own_key = table.keys.first().filter(|key| key.columns.len() == 1).map(|key| key.columns[0].as_str());
    let mut lines: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let is_key = own_key == Some(column.name.as_str());
            let [text, default, update, not_null, generated] = words(column);
            format!(
                "`{}` {}{text}{}{}{generated}{}{default}{update}",
                column.name,
                column.type_text(),
                if column.autoincrement && column.type_text() != "serial" { " AUTO_INCREMENT" } else { "" },
                if is_key { " PRIMARY KEY" } else { "" },
                if is_key { "" } else { &not_null },
            )
        })
        .collect();
    if let Some(key) = table.keys.first().filter(|key| key.columns.len() > 1) {
        lines.push(format!("CONSTRAINT PRIMARY KEY({})", quoted(&key.columns)));
    }
    let (of_columns, others): (Vec<_>, Vec<_>) =
        table.indexes.iter().filter(|index| index.unique).partition(|index| index.of_column);
    for unique in of_columns.into_iter().chain(others) {
        lines.push(format!("CONSTRAINT `{}` UNIQUE INDEX({})", unique.name, keys(unique)));
    }
    // Their actions are forgotten here.
    for key in table.foreign_keys.iter().filter(|_| alone) {
        lines.push(format!(
            "CONSTRAINT `{}` FOREIGN KEY ({}) REFERENCES `{}`({})",
            key.name,
            quoted(&key.columns),
            key.foreign_table,
            quoted(&key.foreign_columns)
        ));
    }
    for check in &table.checks {
        lines.push(format!("CONSTRAINT `{}` CHECK({})", check.name, check.expression));
    }
    let sql = format!("CREATE TABLE `{}` (\n\t{}\n);", table.name, lines.join(",\n\t"));
    Step::new(Kind::Other, &table.name, sql, vec![Touch::new(objects::table(&table.name), Aspect::Existence)])
}

fn keys(index: &KitIndex) -> String {
    let keys = index.columns.iter().map(|(key, is_expression)| match is_expression {
        true => key.clone(),
        false => format!("`{key}`"),
    });
    keys.collect::<Vec<_>>().join(",")
}

pub(super) fn drop_table(table: &str) -> Step {
    let touches = vec![Touch::new(objects::table(table), Aspect::Absence)];
    Step::new(Kind::DropTable, table, format!("DROP TABLE `{table}`;"), touches)
}

pub(super) fn rename_table(from: &str, to: &str) -> Step {
    let touches = vec![Touch::new(objects::table(to), Aspect::Name), Touch::new(objects::table(from), Aspect::Name)];
    Step::new(Kind::RenameTable { from: from.into() }, to, format!("RENAME TABLE `{from}` TO `{to}`;"), touches)
}

pub(super) fn rename_column(table: &str, from: &str, to: &str) -> Step {
    let sql = format!("ALTER TABLE `{table}` RENAME COLUMN `{from}` TO `{to}`;");
    let mut step = Step::part(ObjectKind::Column, table, to, Aspect::Name, sql);
    step.touches.push(objects::touch(ObjectKind::Column, table, from, Aspect::Name));
    step
}

fn add_column_sql(table: &str, column: &KitColumn, is_key: bool) -> String {
    let [text, default, update, not_null, generated] = words(column);
    format!(
        "ALTER TABLE `{table}` ADD `{}` {}{text}{}{}{default}{generated}{not_null}{update};",
        column.name,
        column.type_text(),
        if is_key { " PRIMARY KEY" } else { "" },
        if column.autoincrement { " AUTO_INCREMENT" } else { "" },
    )
}

pub(super) fn add_column(table: &str, column: &KitColumn, is_key: bool) -> Step {
    Step::part(ObjectKind::Column, table, &column.name, Aspect::Existence, add_column_sql(table, column, is_key))
}

fn drop_column_sql(table: &str, column: &KitColumn) -> String {
    format!("ALTER TABLE `{table}` DROP COLUMN `{}`;", column.name)
}

pub(super) fn drop_column(table: &str, column: &KitColumn) -> Step {
    let touches = vec![objects::touch(ObjectKind::Column, table, &column.name, Aspect::Absence)];
    Step::new(Kind::DropColumn(column.name.clone()), table, drop_column_sql(table, column), touches)
}

pub(super) fn recreate_column(table: &str, column: &KitColumn, is_key: bool) -> Step {
    Step {
        kind: Kind::Recreate { column: column.name.clone() },
        table: table.to_owned(),
        sql: vec![drop_column_sql(table, column), add_column_sql(table, column, is_key)],
        touches: vec![objects::touch(ObjectKind::Column, table, &column.name, Aspect::Generated)],
    }
}

pub(super) fn alter_column(
    table: &str,
    column: &KitColumn,
    becomes_key: bool,
    change: Change,
    aspects: &[Aspect],
) -> Step {
    let [text, default, update, not_null, generated] = words(column);
    let sql = format!(
        "ALTER TABLE `{table}` MODIFY COLUMN `{}` {}{text}{}{}{default}{generated}{not_null}{update};",
        column.name,
        column.type_text(),
        if becomes_key { " PRIMARY KEY" } else { "" },
        if column.autoincrement { " AUTO_INCREMENT" } else { "" },
    );
    let touches = aspects.iter().map(|aspect| objects::touch(ObjectKind::Column, table, &column.name, *aspect));
    Step::new(Kind::Alter { column: column.name.clone(), change }, table, sql, touches.collect())
}

/// A unique constraint is an index to 1.0, and either to a drift.
fn index_step(table: &str, index: &KitIndex, aspect: Aspect, sql: String) -> Step {
    let kind = if index.unique { ObjectKind::Unique } else { ObjectKind::Index };
    let mut step = Step::part(kind, table, &index.name, aspect, sql);
    if index.unique {
        step.touches.push(objects::touch(ObjectKind::Index, table, &index.name, aspect));
    }
    step
}

pub(super) fn create_index(table: &str, index: &KitIndex) -> Step {
    let what = if index.unique { "UNIQUE INDEX" } else { "INDEX" };
    let sql = format!("CREATE {what} `{}` ON `{table}` ({});", index.name, keys(index));
    index_step(table, index, Aspect::Existence, sql)
}

pub(super) fn drop_index(table: &str, index: &KitIndex) -> Step {
    index_step(table, index, Aspect::Absence, format!("DROP INDEX `{}` ON `{table}`;", index.name))
}

pub(super) fn create_check(table: &str, check: &KitCheck) -> Step {
    let sql = format!("ALTER TABLE `{table}` ADD CONSTRAINT `{}` CHECK ({});", check.name, check.expression);
    Step::part(ObjectKind::Check, table, &check.name, Aspect::Existence, sql)
}

pub(super) fn drop_check(table: &str, check: &KitCheck) -> Step {
    let sql = format!("ALTER TABLE `{table}` DROP CONSTRAINT `{}`;", check.name);
    Step::part(ObjectKind::Check, table, &check.name, Aspect::Absence, sql)
}

pub(super) fn create_foreign_key(table: &str, key: &KitForeignKey) -> Step {
    let action = |words: &str, action: &str| match action {
        "NO ACTION" => String::new(),
        action => format!(" {words} {action}"),
    };
    let sql = format!(
        "ALTER TABLE `{table}` ADD CONSTRAINT `{}` FOREIGN KEY ({}) REFERENCES `{}`({}){}{};",
        key.name,
        quoted(&key.columns),
        key.foreign_table,
        quoted(&key.foreign_columns),
        action("ON DELETE", &key.on_delete),
        action("ON UPDATE", &key.on_update),
    );
    let touches = vec![objects::touch(ObjectKind::ForeignKey, table, &key.name, Aspect::Existence)];
    let key = KitForeignKey { table: table.to_owned(), ..key.clone() };
    Step::new(Kind::AddForeignKey { key: Box::new(key), of_key: false }, table, sql, touches)
}

/// The index that MySQL made for the key goes with it where the code has none of its name.
pub(super) fn drop_foreign_key(table: &str, key: &KitForeignKey, with_index: bool) -> Step {
    let sql = format!("ALTER TABLE `{table}` DROP CONSTRAINT `{}`;", key.name);
    let mut step = Step::part(ObjectKind::ForeignKey, table, &key.name, Aspect::Absence, sql);
    if with_index {
        step.sql.push(format!("DROP INDEX `{}` ON `{table}`", key.name));
    }
    step
}

pub(super) fn create_key(table: &str, key: &KitKey) -> Step {
    let sql = format!("ALTER TABLE `{table}` ADD PRIMARY KEY ({});", quoted(&key.columns));
    Step::part(ObjectKind::PrimaryKey, table, "PRIMARY", Aspect::Existence, sql)
}

pub(super) fn drop_key(table: &str) -> Step {
    let touches = vec![objects::touch(ObjectKind::PrimaryKey, table, "PRIMARY", Aspect::Absence)];
    Step::new(Kind::DropKey, table, format!("ALTER TABLE `{table}` DROP PRIMARY KEY;"), touches)
}

fn view_step(view: &str, sql: String, aspect: Aspect) -> Step {
    Step::new(Kind::Other, view, sql, vec![Touch::new(objects::view(view), aspect)])
}

pub(super) fn drop_view(view: &KitView) -> Step {
    view_step(&view.name, format!("DROP VIEW `{}`;", view.name), Aspect::Absence)
}

pub(super) fn rename_view(from: &str, to: &str) -> Step {
    let mut step = view_step(to, format!("RENAME TABLE `{from}` TO `{to}`;"), Aspect::Name);
    step.touches.push(Touch::new(objects::view(from), Aspect::Name));
    step
}

pub(super) fn create_view(view: &KitView) -> Step {
    view_step(&view.name, view.created(" "), Aspect::Existence)
}

pub(super) fn alter_view(view: &KitView) -> Step {
    view_step(&view.name, view.altered(" "), Aspect::Definition)
}
