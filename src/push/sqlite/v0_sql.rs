//! The steps of drizzle-kit 0.x as SQL, with what it says is lost.

use super::Script;
use super::loss::{Losses, Lost};
use super::objects::{self, quoted};
use super::v0_diff::{Change, Difference, Kind, Step};
use super::v0_snapshot::{Column, ForeignKey, Snapshot, Table};
use crate::catalog::{Dialect, Rows};
use crate::push::input::Input;
use crate::push::{Aspect, Loss, Statement, Touch};

/// What drizzle-kit says of a column that its rows cannot have.
const ADDED: &str = "not-null {} column without default value";
const ADDED_IN_REBUILD: &str = "not-null {} column without default value to table";
const REQUIRED: &str = "not-null constraint to {} column without default value";

/// Writes the steps down, or says why drizzle-kit gives up.
pub(super) fn write(input: &Input, old: &Snapshot, new: &Snapshot, difference: &Difference) -> Result<Script, String> {
    let mut writer = Writer {
        input,
        old,
        new,
        difference,
        turso: input.declared.dialect == Dialect::Turso,
        script: Script { statements: Vec::new(), losses: Losses::default() },
    };
    for step in &difference.steps {
        writer.step(step)?;
    }
    let mut script = writer.script;
    if input.declared.dialect == Dialect::Turso {
        let mut known = std::collections::BTreeSet::new();
        script.statements.retain(|statement| known.insert(statement.sql.clone()));
    }
    Ok(script)
}

struct Writer<'a> {
    input: &'a Input<'a>,
    old: &'a Snapshot,
    new: &'a Snapshot,
    difference: &'a Difference,
    turso: bool,
    script: Script,
}

impl Writer<'_> {
    fn push(&mut self, sql: impl Into<String>, step: &Step) {
        self.script.statements.push(Statement::new(sql, step.touches.clone()));
    }

    /// The name under which drizzle-kit counts the rows of a table of the code, which is there only if it was not renamed.
    fn counted(&self, table: &str) -> Result<Rows, String> {
        if self.difference.former_names.contains_key(table) {
            return Err(format!("no such table: {table}"));
        }
        Ok(self.rows(table))
    }

    fn rows(&self, table: &str) -> Rows {
        self.input.live.catalog.table(None, table).map_or(Rows::Unknown, |table| self.input.rows(table))
    }

    fn rows_in(&self, table: &str, column: &str) -> Rows {
        self.input.live.rows_in(None, self.former(table), column)
    }

    fn step(&mut self, step: &Step) -> Result<(), String> {
        let name = step.table.clone().unwrap_or_default();
        let table = self.new.tables.get(&name);
        match &step.kind {
            Kind::CreateTable => {
                if let Some(table) = table {
                    self.push(create_table(&name, table, false), step);
                }
            }
            Kind::DropTable => {
                let rows = self.rows(&name);
                self.script.losses.table(&name, rows);
                let statement = Statement::new(format!("DROP TABLE `{name}`"), step.touches.clone());
                self.script.statements.push(statement.losing(Loss::Table, &format!("table {name}"), rows));
            }
            Kind::RenameTable { from } => self.push(format!("ALTER TABLE `{from}` RENAME TO `{name}`"), step),
            Kind::RenameColumn { from, to } => {
                self.push(format!("ALTER TABLE `{name}` RENAME COLUMN \"{from}\" TO \"{to}\""), step);
            }
            Kind::DropColumn { column } => {
                let rows = self.counted(&name)?;
                self.script.losses.column(&name, column, rows);
                let statement = Statement::new(drop_column(&name, column), step.touches.clone());
                let rows = self.rows_in(&name, column);
                self.script.statements.push(statement.losing(Loss::Column, &format!("column {name}.{column}"), rows));
            }
            Kind::AddColumn { column, reference } => {
                if column.needs_rows_gone() {
                    let rows = self.counted(&name)?;
                    if rows.any() {
                        self.script.losses.emptied(&name, ADDED, &column.name, rows);
                        self.empty(format!("delete from {name}"), &name, rows, step);
                    }
                }
                self.push(add_column(&name, column, reference.as_deref().unwrap_or_default()), step);
            }
            Kind::CreateIndex { squashed, expressions } => {
                let sql = create_index(self.new, &name, squashed, *expressions);
                self.push(sql, step);
            }
            Kind::DropIndex { name } => self.push(format!("DROP INDEX `{name}`"), step),
            Kind::AddReference { key } => {
                if let Some(table) = table {
                    self.push(refer(table, key), step);
                }
            }
            Kind::Alter { column, change } => self.alter(&name, column, *change, step)?,
            Kind::Regenerate { column } => self.regenerate(&name, column, step)?,
            Kind::CreateView { name, definition } => {
                if let Some(definition) = definition {
                    self.push(format!("CREATE VIEW `{name}` AS {definition}"), step);
                }
            }
            Kind::DropView { name } => self.push(format!("DROP VIEW `{name}`"), step),
            Kind::Rebuild => self.rebuild(&name, step)?,
            // What stands for a rebuild never comes by itself.
            Kind::DropReference | Kind::Constraint => {}
        }
        Ok(())
    }

    fn empty(&mut self, sql: String, table: &str, rows: Rows, step: &Step) {
        let mut touches = step.touches.clone();
        touches.push(Touch::new(objects::table(table), Aspect::Rows));
        let statement = Statement::new(sql, touches);
        self.script.statements.push(statement.losing(Loss::Rows, &format!("the rows of {table}"), rows));
    }

    /// libSQL's ALTER COLUMN. Every declared index goes before it and comes back after it.
    fn alter(&mut self, table: &str, column: &str, change: Change, step: &Step) -> Result<(), String> {
        let Some(definition) = self.new.tables.get(table).and_then(|table| table.columns.get(column)) else {
            return Ok(());
        };
        if change == Change::SetNotNull && definition.default.is_none() {
            let rows = self.counted(table)?;
            if rows.any() {
                self.script.losses.emptied(table, REQUIRED, column, rows);
                self.empty(format!("delete from `{table}`"), table, rows, step);
            }
        }
        let not_null = match change {
            Change::SetNotNull => " NOT NULL",
            Change::DropNotNull => "",
            _ if definition.not_null => " NOT NULL",
            _ => "",
        };
        let default = match change {
            Change::SetDefault => Some(definition.default_text.as_str()),
            Change::DropDefault => None,
            _ => definition.truthy_default(),
        };
        let default = default.map_or_else(String::new, |default| format!(" DEFAULT {default}"));
        let mut dropped = Vec::new();
        let mut created = Vec::new();
        for (name, index) in
            self.new.tables.values().flat_map(|table| table.indexes.values().map(|index| (&table.name, index)))
        {
            let parts = IndexParts::of(&index.squashed);
            dropped.push(format!("DROP INDEX \"{}\"", parts.name));
            created.push(parts.create(name, |key| format!("`{key}`")));
        }
        for sql in dropped {
            self.push(sql, step);
        }
        let sql_type = &definition.sql_type;
        self.push(
            format!("ALTER TABLE `{table}` ALTER COLUMN \"{column}\" TO \"{column}\" {sql_type}{not_null}{default}"),
            step,
        );
        for sql in created {
            self.push(sql, step);
        }
        Ok(())
    }

    fn regenerate(&mut self, table: &str, column: &str, step: &Step) -> Result<(), String> {
        let Some(definition) = self.new.tables.get(table).and_then(|table| table.columns.get(column)) else {
            return Ok(());
        };
        let old = self.old.tables.get(self.former(table)).and_then(|table| table.columns.get(column));
        let comes_or_goes = old.is_none_or(|old| old.generated.is_some() != definition.generated.is_some());
        let rows = self.rows_in(table, column);
        if self.turso && comes_or_goes {
            let rows = self.counted(table)?;
            self.script.losses.column(table, column, rows);
        }
        let statement = Statement::new(drop_column(table, column), step.touches.clone());
        // Values that are computed can be computed again.
        let statement = match old.is_some_and(|old| old.generated.is_some() && definition.generated.is_some()) {
            true => statement,
            false => statement.losing(Loss::Column, &format!("column {table}.{column}"), rows),
        };
        self.script.statements.push(statement);
        self.push(add_column(table, definition, ""), step);
        Ok(())
    }

    fn former<'b>(&'b self, table: &'b str) -> &'b str {
        self.difference.former_names.get(table).map_or(table, String::as_str)
    }

    fn rebuild(&mut self, name: &str, step: &Step) -> Result<(), String> {
        let Some(table) = self.new.tables.get(name) else { return Ok(()) };
        let Some(old) = self.old.tables.get(self.former(name)) else { return Ok(()) };
        let mut lost = Lost::default();
        for column in old.columns.keys().filter(|column| !table.columns.contains_key(*column)) {
            let rows = self.counted(name)?;
            self.script.losses.column(name, column, rows);
            lost.column(self.input, self.former(name), name, column);
        }
        for column in table.columns.values() {
            lost.conversion(self.input, self.former(name), name, &column.name, &column.sql_type);
        }
        let mut emptied = false;
        for column in table.columns.values().filter(|column| !old.columns.contains_key(&column.name)) {
            let rows = self.counted(name)?;
            if rows.any() && column.needs_rows_gone() {
                emptied = true;
                self.script.losses.emptied(name, ADDED_IN_REBUILD, &column.name, rows);
                self.empty(format!("DELETE FROM `{name}`"), name, rows, step);
            }
        }
        let referenced = self.new.tables.values().flat_map(|table| table.foreign_keys.values());
        let pragma = !self.turso && referenced.into_iter().any(|key| key.foreign_table == name);
        if pragma {
            self.push("PRAGMA foreign_keys=OFF", step);
        }
        let new_name = format!("__new_{name}");
        self.push(create_table(&new_name, table, true), step);
        if !emptied {
            let columns: Vec<String> = table.columns.keys().map(|column| format!("\"{column}\"")).collect();
            let columns = columns.join(", ");
            self.push(format!("INSERT INTO `{new_name}`({columns}) SELECT {columns} FROM `{name}`"), step);
        }
        let statement = Statement::new(format!("DROP TABLE `{name}`"), step.touches.clone());
        let rows = self.rows(self.former(name));
        self.script.statements.push(lost.mark(statement, rows));
        self.push(format!("ALTER TABLE `{new_name}` RENAME TO `{name}`"), step);
        for index in table.indexes.values() {
            let sql = create_index(self.new, name, &index.squashed, false);
            self.push(sql, step);
        }
        if pragma {
            self.push("PRAGMA foreign_keys=ON", step);
        }
        Ok(())
    }
}

fn drop_column(table: &str, column: &str) -> String {
    format!("ALTER TABLE `{table}` DROP COLUMN `{column}`")
}

fn add_column(table: &str, column: &Column, reference: &str) -> String {
    let Column { name, sql_type, .. } = column;
    let key = if column.primary { " PRIMARY KEY" } else { "" };
    format!(
        "ALTER TABLE `{table}` ADD `{name}` {sql_type}{key}{}{}{}{reference}",
        default_clause(column),
        generated_clause(column),
        not_null_clause(column)
    )
}

fn default_clause(column: &Column) -> String {
    column.default.as_ref().map_or_else(String::new, |_| format!(" DEFAULT {}", column.default_text))
}

fn generated_clause(column: &Column) -> String {
    column.generated.as_ref().map_or_else(String::new, |(expression, kind)| {
        format!(" GENERATED ALWAYS AS {expression} {}", kind.to_uppercase())
    })
}

fn not_null_clause(column: &Column) -> &'static str {
    if column.not_null { " NOT NULL" } else { "" }
}

/// libSQL's ALTER COLUMN that adds a reference.
fn refer(table: &Table, key: &ForeignKey) -> String {
    let (column, to) = (key.columns.join(","), key.foreign_columns.join(","));
    let definition = table.columns.get(&column);
    let default =
        definition.and_then(Column::truthy_default).map_or_else(String::new, |default| format!(" DEFAULT {default}"));
    let sql_type = definition.map_or_else(String::new, |column| format!(" {}", column.sql_type));
    let not_null = definition.map_or("", not_null_clause);
    format!(
        "ALTER TABLE `{}` ALTER COLUMN \"{column}\" TO \"{column}\"{sql_type}{not_null}{default} REFERENCES {}({to}) ON DELETE {} ON UPDATE {}",
        key.table, key.foreign_table, key.on_delete, key.on_update
    )
}

/// `CREATE TABLE`; `renamed`: of the table under a new name, which its checks then use too.
fn create_table(name: &str, table: &Table, renamed: bool) -> String {
    let mut lines: Vec<String> = table
        .columns
        .values()
        .map(|column| {
            format!(
                "`{}` {}{}{}{}{}{}",
                column.name,
                column.sql_type,
                if column.primary { " PRIMARY KEY" } else { "" },
                if column.autoincrement { " AUTOINCREMENT" } else { "" },
                default_clause(column),
                generated_clause(column),
                not_null_clause(column),
            )
        })
        .collect();
    lines.extend(table.keys.values().map(|columns| format!("PRIMARY KEY({})", quoted(columns, ", "))));
    lines.extend(table.foreign_keys.values().map(|key| {
        format!(
            "FOREIGN KEY ({}) REFERENCES `{}`({}) ON UPDATE {} ON DELETE {}",
            quoted(&key.columns, ","),
            key.foreign_table,
            quoted(&key.foreign_columns, ","),
            key.on_update,
            key.on_delete
        )
    }));
    lines.extend(table.checks.iter().map(|(check, found)| {
        let mut text = format!("{check};{}", found.value);
        if renamed {
            // As drizzle-kit does it: wherever the text looks like a reference to the table.
            let old = &table.name;
            for (from, to) in [
                (format!("\"{old}\"."), format!("\"{name}\".")),
                (format!("`{old}`."), format!("`{name}`.")),
                (format!("{old}."), format!("{name}.")),
                (format!("'{old}'."), format!("`{name}`.")),
            ] {
                text = text.replace(&from, &to);
            }
        }
        let mut parts = text.split(';');
        let (check, value) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        format!("CONSTRAINT \"{check}\" CHECK({value})")
    }));
    objects::create_table(name, &lines)
}

/// An index as drizzle-kit takes it apart again, at each `;` and `,`.
struct IndexParts<'a> {
    name: &'a str,
    columns: &'a str,
    unique: bool,
    predicate: &'a str,
}

impl<'a> IndexParts<'a> {
    fn of(squashed: &'a str) -> Self {
        let mut parts = squashed.split(';');
        let mut next = || parts.next().unwrap_or_default();
        Self { name: next(), columns: next(), unique: next() == "true", predicate: next() }
    }

    fn create(&self, table: &str, key: impl Fn(&str) -> String) -> String {
        let kind = if self.unique { "UNIQUE INDEX" } else { "INDEX" };
        let keys: Vec<String> = self.columns.split(',').map(key).collect();
        let predicate = match self.predicate {
            "" => String::new(),
            predicate => format!(" WHERE {predicate}"),
        };
        format!("CREATE {kind} `{}` ON `{table}` ({}){predicate}", self.name, keys.join(","))
    }
}

fn create_index(new: &Snapshot, table: &str, squashed: &str, expressions: bool) -> String {
    let parts = IndexParts::of(squashed);
    let known = new.expressions.get(parts.name).filter(|_| expressions);
    parts.create(table, |key| match known.is_some_and(|known| known.contains(key)) {
        true => key.to_owned(),
        false => format!("`{key}`"),
    })
}
