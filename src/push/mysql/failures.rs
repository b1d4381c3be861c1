//! Where the server refuses a statement of push, as far as that follows from the two sides.

use super::snapshot::{KitColumn, KitForeignKey, KitTable, Snapshot};
use crate::catalog::Rows;
use crate::push::input::Input;
use crate::push::{Failure, Statement};

/// The longest name that MySQL takes.
const LONGEST_NAME: usize = 64;

/// The first statement that fails.
pub(super) fn first(statements: &[Statement], from: &Snapshot, to: &Snapshot, input: &Input) -> Option<Failure> {
    let mut server = Server::new(from, input);
    statements.iter().enumerate().find_map(|(number, statement)| {
        let (sqlstate, reason) = server.run(&statement.sql, to)?;
        let reason = match number {
            0 => reason,
            1 => format!("{reason}; the statement before it stays in force"),
            _ => format!("{reason}; the {number} statements before it stay in force"),
        };
        let reason = match input.generation {
            crate::catalog::Generation::V0 => format!("{reason}, and drizzle-kit exits with 0 nevertheless"),
            crate::catalog::Generation::V1 => reason,
        };
        Some(Failure { statement: Some(number), sqlstate: Some(sqlstate.to_owned()), reason })
    })
}

/// What of the database matters to whether a statement is refused.
struct Server {
    tables: Vec<KitTable>,
    /// Tables that drizzle-kit does not see.
    hidden: Vec<String>,
}

type Refusal = Option<(&'static str, String)>;

impl Server {
    fn new(from: &Snapshot, input: &Input) -> Self {
        let catalog = &input.live.catalog;
        let all = catalog.tables.iter().map(|table| &table.name).chain(catalog.views.iter().map(|view| &view.name));
        let hidden = all.filter(|name| from.table(name).is_none()).cloned().collect();
        let mut tables = from.tables.clone();
        for table in &mut tables {
            let uniques = std::mem::take(&mut table.uniques);
            table.indexes.extend(uniques);
        }
        Self { tables, hidden }
    }

    fn table(&mut self, name: &str) -> Option<&mut KitTable> {
        self.tables.iter_mut().find(|table| table.name == name)
    }

    /// Runs a statement, or says why it is refused.
    fn run(&mut self, sql: &str, to: &Snapshot) -> Refusal {
        if let Some(name) = quoted_names(sql).into_iter().find(|name| name.chars().count() > LONGEST_NAME) {
            return Some(("42000", format!("the name `{name}` has more than 64 letters")));
        }
        let names = quoted_names(sql);
        let [first, rest @ ..] = &names[..] else { return self.truncate(sql) };
        if sql.starts_with("CREATE TABLE ") {
            return self.create_table(first, to);
        }
        if sql.starts_with("DROP TABLE ") {
            return self.drop_table(first);
        }
        if sql.starts_with("RENAME TABLE ") {
            if let (Some(new), Some(table)) = (rest.first(), self.table(first)) {
                table.name.clone_from(new);
            }
            return None;
        }
        if sql.starts_with("CREATE INDEX ") || sql.starts_with("CREATE UNIQUE INDEX ") {
            let table = rest.first().and_then(|table| self.table(table))?;
            let missing = rest.iter().skip(1).find(|column| table.column(column).is_none());
            // Unless it is part of an expression.
            let missing = missing
                .filter(|column| sql.contains(&format!("(`{column}`)")) || sql.contains(&format!("`{column}`,")));
            return missing.map(|column| ("42000", format!("`{}` has no column `{column}`", table.name)));
        }
        if sql.starts_with("DROP INDEX ") {
            return rest.first().and_then(|table| self.drop_index(table, first));
        }
        let after =
            sql.strip_prefix("ALTER TABLE ").and_then(|rest| rest.split_once("` ")).map_or("", |(_, after)| after);
        let Some(name) = rest.first() else { return self.keys(first, after, to) };
        let column = to.table(first).and_then(|table| table.column(name));
        if let Some(refusal) =
            column.filter(|_| after.contains(" DEFAULT ")).and_then(|column| refused_default(first, column))
        {
            return Some(refusal);
        }
        if let (Some(new), true) = (rest.get(1), after.starts_with("RENAME COLUMN ")) {
            let table = self.table(first)?;
            for column in table.columns.iter_mut().filter(|column| column.name == *name) {
                column.name.clone_from(new);
            }
            return None;
        }
        if after.starts_with("DROP INDEX ") {
            return self.drop_index(first, name);
        }
        if after.starts_with("DROP FOREIGN KEY ") || after.starts_with("DROP CONSTRAINT ") {
            if let Some(table) = self.table(first) {
                table.foreign_keys.retain(|key| key.name != *name);
            }
            return None;
        }
        if after.starts_with("DROP COLUMN ") {
            return self.drop_column(first, name);
        }
        if after.starts_with("ADD `") {
            let refused = self.add_column(first, name, after);
            if let (Some(column), Some(table)) =
                (to.table(first).and_then(|table| table.column(name)), self.table(first))
            {
                table.columns.push(column.clone());
            }
            return refused;
        }
        if after.starts_with("MODIFY COLUMN ") {
            return self.modify(first, name, after);
        }
        self.keys(first, after, to)
    }

    /// `truncate table t;`, which writes its name as it is.
    fn truncate(&mut self, sql: &str) -> Refusal {
        let name = sql.strip_prefix("truncate table ")?.trim_end_matches(';').to_owned();
        let referring = self
            .tables
            .iter()
            .find(|table| table.name != name && table.foreign_keys.iter().any(|key| key.foreign_table == name));
        if let Some(other) = referring {
            return Some((
                "42000",
                format!("`{name}` cannot be truncated, for a foreign key of `{}` refers to it", other.name),
            ));
        }
        if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80) {
            return Some(("42000", format!("`truncate table {name}` does not quote the name")));
        }
        if let Some(table) = self.table(&name) {
            table.rows = Rows::None;
        }
        None
    }

    fn create_table(&mut self, name: &str, to: &Snapshot) -> Refusal {
        if self.table(name).is_some() || self.hidden.iter().any(|hidden| hidden == name) {
            return Some(("42S01", format!("`{name}` exists already")));
        }
        let table = to.table(name)?.clone();
        if let Some(refusal) = table.columns.iter().find_map(|column| refused_default(name, column)) {
            return Some(refusal);
        }
        let precise = table.columns.iter().find(|column| {
            let update = column.on_update.as_deref().unwrap_or("CURRENT_TIMESTAMP");
            let written = column.type_text().split_once('(').map(|(_, precision)| precision.trim_end_matches(')'));
            column.on_update.is_some()
                && written.is_some_and(|precision| precision != "0" && !update.contains(precision))
        });
        if let Some(column) = precise {
            return Some((
                "HY000",
                format!(
                    "ON UPDATE CURRENT_TIMESTAMP of \"{name}\".\"{}\" has another precision than its type",
                    column.name
                ),
            ));
        }
        self.tables.push(KitTable { foreign_keys: Vec::new(), rows: Rows::None, ..table });
        None
    }

    fn drop_table(&mut self, name: &str) -> Refusal {
        let refers = |key: &KitForeignKey| key.foreign_table == name;
        let referring = self.tables.iter().find(|table| table.name != name && table.foreign_keys.iter().any(refers));
        if let Some(other) = referring {
            return Some((
                "HY000",
                format!("`{name}` cannot be dropped, for a foreign key of `{}` refers to it", other.name),
            ));
        }
        self.tables.retain(|table| table.name != name);
        None
    }

    /// The foreign keys that refer to `table`.
    fn referring(&self, table: &str) -> Vec<KitForeignKey> {
        let keys = self.tables.iter().flat_map(|other| &other.foreign_keys);
        keys.filter(|key| key.foreign_table == table).cloned().collect()
    }

    fn drop_index(&mut self, table: &str, index: &str) -> Refusal {
        let referring = self.referring(table);
        let table = self.table(table)?;
        let place = table.indexes.iter().position(|other| other.name == index)?;
        let columns: Vec<String> = table.indexes[place].columns.iter().map(|(column, _)| column.clone()).collect();
        let others = table
            .indexes
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != place)
            .map(|(_, index)| index.columns.iter().map(|(column, _)| column.clone()).collect::<Vec<_>>())
            .chain(table.keys.iter().map(|key| key.columns.clone()))
            .collect::<Vec<_>>();
        let serves = |index: &[String], wanted: &[String]| index.starts_with(wanted);
        let needs = |wanted: &[String]| serves(&columns, wanted) && !others.iter().any(|other| serves(other, wanted));
        let needed = table.foreign_keys.iter().find(|key| key.name != index && needs(&key.columns));
        let needed = needed.or_else(|| referring.iter().find(|key| needs(&key.foreign_columns)));
        if let Some(key) = needed {
            return Some((
                "HY000",
                format!("the index `{index}` cannot be dropped, for the foreign key `{}` needs it", key.name),
            ));
        }
        table.indexes.remove(place);
        None
    }

    fn drop_column(&mut self, table: &str, column: &str) -> Refusal {
        let referring = self.tables.iter().flat_map(|other| other.foreign_keys.iter().map(move |key| (other, key)));
        let mut referring = referring
            .filter(|(_, key)| key.foreign_table == table && key.foreign_columns.iter().any(|name| name == column));
        if let Some((_, key)) = referring.next() {
            return Some((
                "HY000",
                format!("`{column}` cannot be dropped, for the foreign key `{}` refers to it", key.name),
            ));
        }
        let table = self.table(table)?;
        if let Some(key) = table.foreign_keys.iter().find(|key| key.columns.iter().any(|name| name == column)) {
            return Some((
                "HY000",
                format!("`{column}` cannot be dropped, for the foreign key `{}` needs it", key.name),
            ));
        }
        if table.columns.len() == 1 {
            return Some(("42000", format!("`{column}` is the last column of `{}`", table.name)));
        }
        table.columns.retain(|other| other.name != column);
        for index in &mut table.indexes {
            index.columns.retain(|(name, _)| name != column);
        }
        table.indexes.retain(|index| !index.columns.is_empty());
        None
    }

    fn add_column(&mut self, table: &str, column: &str, after: &str) -> Refusal {
        let table = self.table(table)?;
        if table.columns.iter().any(|other| other.name.to_lowercase() == column.to_lowercase()) {
            return Some(("42S21", format!("`{}` has a column `{column}` already", table.name)));
        }
        let type_at = after.split_once("` ").map_or("", |(_, rest)| rest);
        let is_counter =
            type_at.contains(" AUTO_INCREMENT") && !type_at.contains(" PRIMARY KEY") && !type_at.starts_with("serial");
        if is_counter {
            return Some(("42000", format!("`{column}` has AUTO_INCREMENT and is no key yet")));
        }
        None
    }

    fn modify(&mut self, table: &str, column: &str, after: &str) -> Refusal {
        let table = self.table(table)?;
        let definition = after.split_once("` ").map_or("", |(_, rest)| rest);
        if definition.starts_with("serial") && definition.contains(" AUTO_INCREMENT") && table.keys.is_empty() {
            return None;
        }
        let in_key = table.keys.iter().any(|key| key.columns.iter().any(|name| name == column))
            || table.indexes.iter().any(|index| index.columns.first().is_some_and(|(name, _)| name == column));
        if definition.contains(" AUTO_INCREMENT") && !in_key && !definition.contains(" PRIMARY KEY") {
            return Some(("42000", format!("`{column}` has AUTO_INCREMENT and is no key")));
        }
        None
    }

    /// `ADD PRIMARY KEY`, `DROP PRIMARY KEY`, and constraints that are added.
    fn keys(&mut self, table: &str, after: &str, to: &Snapshot) -> Refusal {
        let referring = self.referring(table);
        let name = table.to_owned();
        let added = quoted_names(after);
        if let (Some(key), true) = (added.first(), after.contains(" FOREIGN KEY ")) {
            let is_taken = |other: &KitForeignKey| other.name.to_lowercase() == key.to_lowercase();
            if self.tables.iter().flat_map(|table| &table.foreign_keys).any(is_taken) {
                return Some(("HY000", format!("another foreign key of the database is called `{key}`")));
            }
            let key =
                to.table(&name).and_then(|table| table.foreign_keys.iter().find(|other| other.name == *key)).cloned();
            self.table(&name)?.foreign_keys.extend(key);
            return None;
        }
        let table = self.table(&name)?;
        if after.starts_with("ADD PRIMARY KEY") {
            if !table.keys.is_empty() {
                return Some(("42000", format!("`{name}` has a primary key already")));
            }
            table.keys.extend(to.table(&name).and_then(|after| after.keys.first()).cloned());
        } else if after.starts_with("DROP PRIMARY KEY;") {
            let Some(key) = table.keys.first().cloned() else {
                return Some(("42000", format!("`{name}` has no primary key to drop")));
            };
            let counts = table.columns.iter().any(|column| {
                // A serial has an index of its own.
                column.autoincrement && column.type_text() != "serial" && key.columns.contains(&column.name)
            });
            let others: Vec<Vec<String>> = table
                .indexes
                .iter()
                .map(|index| index.columns.iter().map(|(column, _)| column.clone()).collect())
                .collect();
            let leads = |columns: &[String]| others.iter().any(|other| other.starts_with(columns));
            if counts && !leads(&key.columns[..1]) {
                return Some(("42000", format!("the primary key of `{name}` holds an AUTO_INCREMENT column")));
            }
            let needs = |columns: &Vec<String>| key.columns.starts_with(columns) && !leads(columns);
            let own = table.foreign_keys.iter().find(|foreign| needs(&foreign.columns));
            if let Some(foreign) = own.or_else(|| referring.iter().find(|foreign| needs(&foreign.foreign_columns))) {
                return Some((
                    "HY000",
                    format!(
                        "the primary key of `{name}` cannot be dropped, for the foreign key `{}` needs it",
                        foreign.name
                    ),
                ));
            }
            table.keys.clear();
        }
        None
    }
}

/// A default that MySQL does not take: an expression without parentheses, a literal for a long text.
fn refused_default(table: &str, column: &KitColumn) -> Refusal {
    const NOW: [&str; 4] = ["now", "current_timestamp", "localtime", "localtimestamp"];
    const LONG: [&str; 9] =
        ["blob", "tinyblob", "mediumblob", "longblob", "text", "tinytext", "mediumtext", "longtext", "json"];
    let text = column.default_value()?.text();
    let what = format!("the default of \"{table}\".\"{}\"", column.name);
    let function = text.split_once('(').map_or("", |(name, _)| name).to_lowercase();
    let is_name = !function.is_empty() && function.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name && !NOW.contains(&function.as_str()) {
        return Some(("42000", format!("{what} is an expression and needs parentheses around it")));
    }
    let is_long = LONG.contains(&column.type_text().to_lowercase().as_str());
    (is_long && text.starts_with('\'')).then(|| {
        ("42000", format!("{what} must be an expression in parentheses, as its type is {}", column.type_text()))
    })
}

/// The names between backticks.
fn quoted_names(sql: &str) -> Vec<String> {
    sql.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}
