//! What of the database decides whether the server refuses a statement of push, and how that changes with each statement.

use super::database;
use super::refusals::{self, Refusal, is_long, quoted_names};
use super::reserved::needs_quotes;
use super::snapshot::{KitCheck, KitColumn, KitForeignKey, KitIndex, KitKey, KitTable, Snapshot};
use crate::catalog::{InformationSchema, Rows, TableWords};
use crate::push::input::Input;

/// The longest name that MySQL takes.
const LONGEST_NAME: usize = 64;

/// The database while push runs.
pub(super) struct Server {
    database: Snapshot,
    /// Tables that drizzle-kit does not see.
    hidden: Vec<String>,
    /// Checks that belong to the JSON type of MariaDB: table and name.
    of_json: Vec<(String, String)>,
    is_mariadb: bool,
}

impl Server {
    /// The database as it is, the keys and indexes too that drizzle-kit does not see.
    pub fn new(from: &Snapshot, input: &Input, words: &InformationSchema) -> Self {
        let catalog = &input.live.catalog;
        let all = catalog.tables.iter().map(|table| &table.name).chain(catalog.views.iter().map(|view| &view.name));
        let hidden = all.filter(|name| from.table(name).is_none()).cloned().collect();
        let mut database = from.clone();
        let mut of_json = Vec::new();
        for table in &mut database.tables {
            let Some(words) = words.table(&table.name) else { continue };
            table.uniques.clear();
            table.indexes = database::indexes(words);
            table.keys = key(words).into_iter().collect();
            let known = catalog.table(None, &table.name);
            let is_listed = |name: &str| {
                known.is_none_or(|known| known.checks.iter().any(|check| check.name.as_deref() == Some(name)))
            };
            let of_json_here = words.checks.iter().filter(|(name, _)| !is_listed(name));
            of_json.extend(of_json_here.map(|(name, _)| (table.name.clone(), name.clone())));
        }
        Self { database, hidden, of_json, is_mariadb: words.is_mariadb }
    }

    /// A table as it is by now.
    pub fn table(&self, name: &str) -> Option<&KitTable> {
        self.database.table(name)
    }

    /// Whether a column is of MariaDB's JSON type, which is a text with a check.
    pub fn is_json(&self, table: &str, column: &str) -> bool {
        self.of_json.iter().any(|(of, check)| of == table && check == column)
    }

    fn table_mut(&mut self, name: &str) -> Option<&mut KitTable> {
        self.database.table_mut(name)
    }

    /// Runs a statement, or says why it is refused.
    pub fn run(&mut self, sql: &str, to: &Snapshot) -> Refusal {
        let names = quoted_names(sql);
        if let Some(name) = names.iter().find(|name| name.chars().count() > LONGEST_NAME) {
            return Some(("42000", format!("the name `{name}` has more than 64 letters")));
        }
        let [first, rest @ ..] = &names[..] else { return self.truncate(sql) };
        if let Some(refusal) = refusals::of_syntax(sql, self.is_mariadb) {
            return Some(refusal);
        }
        if sql.starts_with("CREATE TABLE ") {
            return self.create_table(first, to);
        }
        if sql.starts_with("DROP TABLE ") {
            return self.drop_table(first);
        }
        if sql.starts_with("RENAME TABLE ") {
            let new = rest.first()?;
            for key in self.database.tables.iter_mut().flat_map(|table| &mut table.foreign_keys) {
                if key.foreign_table == *first {
                    key.foreign_table.clone_from(new);
                }
            }
            self.table_mut(first)?.name.clone_from(new);
            return None;
        }
        if sql.starts_with("CREATE INDEX ") || sql.starts_with("CREATE UNIQUE INDEX ") {
            let table = rest.first()?.clone();
            let keys = sql.split_once("` (").map_or("", |(_, keys)| keys);
            return self.add_index(&table, first, keys, sql.starts_with("CREATE UNIQUE"), to);
        }
        if sql.starts_with("DROP INDEX ") {
            return rest.first().and_then(|table| self.drop_index(table, first));
        }
        let after =
            sql.strip_prefix("ALTER TABLE ").and_then(|rest| rest.split_once("` ")).map_or("", |(_, after)| after);
        let Some(name) = rest.first() else { return self.keys(first, after, to) };
        self.alter(first, name, after, rest, to)
    }

    fn alter(&mut self, table: &str, name: &str, after: &str, names: &[String], to: &Snapshot) -> Refusal {
        let column = to.table(table).and_then(|table| table.column(name));
        if let Some(refusal) = column
            .filter(|_| after.contains(" DEFAULT "))
            .and_then(|column| refusals::of_default(table, column, self.is_mariadb))
        {
            return Some(refusal);
        }
        if let (Some(new), true) = (names.get(1), after.starts_with("RENAME COLUMN ")) {
            self.rename_column(table, name, new);
            return None;
        }
        if after.starts_with("DROP INDEX ") {
            return self.drop_index(table, name);
        }
        if after.starts_with("DROP FOREIGN KEY ") || after.starts_with("DROP CONSTRAINT ") {
            return self.drop_constraint(table, name);
        }
        if after.starts_with("DROP COLUMN ") {
            return self.drop_column(table, name);
        }
        if after.starts_with("ADD `") {
            let refused = self.add_column(table, name, after);
            if let (None, Some(column), Some(table)) = (&refused, column, self.table_mut(table)) {
                table.columns.push(column.clone());
            }
            return refused;
        }
        if after.starts_with("MODIFY COLUMN ") {
            return self.modify(table, name, after, column);
        }
        if after.starts_with("ADD CONSTRAINT ") && after.contains("` UNIQUE") {
            let keys = after.split_once('(').map_or("", |(_, keys)| keys);
            return self.add_index(table, name, keys, true, to);
        }
        if after.starts_with("ADD CONSTRAINT ") && after.contains("` CHECK") {
            return self.add_check(table, name);
        }
        self.keys(table, after, to)
    }

    /// `truncate table t;`, which writes its name as it is.
    fn truncate(&mut self, sql: &str) -> Refusal {
        let name = sql.strip_prefix("truncate table ")?.trim_end_matches(';').to_owned();
        if needs_quotes(&name, self.is_mariadb) {
            return Some(("42000", format!("`truncate table {name}` does not quote the name")));
        }
        let referring = self
            .database
            .tables
            .iter()
            .find(|table| table.name != name && table.foreign_keys.iter().any(|key| key.foreign_table == name));
        if let Some(other) = referring {
            return Some((
                "42000",
                format!("`{name}` cannot be truncated, for a foreign key of `{}` refers to it", other.name),
            ));
        }
        if let Some(table) = self.table_mut(&name) {
            table.rows = Rows::None;
        }
        None
    }

    fn create_table(&mut self, name: &str, to: &Snapshot) -> Refusal {
        if self.table(name).is_some() || self.hidden.iter().any(|hidden| hidden == name) {
            return Some(("42S01", format!("`{name}` exists already")));
        }
        let table = to.table(name)?.clone();
        if let Some(refusal) = refusals::of_new_table(&table, self.is_mariadb) {
            return Some(refusal);
        }
        if let Some(refusal) = table.checks.iter().find_map(|check| self.check_is_taken(name, &check.name)) {
            return Some(refusal);
        }
        let uniques = table.uniques.clone().into_iter().chain(table.indexes.clone()).filter(|index| index.unique);
        let indexes = uniques.collect();
        let foreign_keys = Vec::new();
        let keys = table.keys.first().cloned().into_iter().collect();
        self.database.tables.push(KitTable {
            foreign_keys,
            indexes,
            keys,
            rows: Rows::None,
            uniques: Vec::new(),
            ..table
        });
        None
    }

    fn drop_table(&mut self, name: &str) -> Refusal {
        let refers = |key: &KitForeignKey| key.foreign_table == name;
        let referring =
            self.database.tables.iter().find(|table| table.name != name && table.foreign_keys.iter().any(refers));
        if let Some(other) = referring {
            let state = if self.is_mariadb { "23000" } else { "HY000" };
            return Some((
                state,
                format!("`{name}` cannot be dropped, for a foreign key of `{}` refers to it", other.name),
            ));
        }
        self.database.tables.retain(|table| table.name != name);
        None
    }

    /// The foreign keys that refer to `table`.
    fn referring(&self, table: &str) -> Vec<KitForeignKey> {
        let keys = self.database.tables.iter().flat_map(|other| &other.foreign_keys);
        keys.filter(|key| key.foreign_table == table).cloned().collect()
    }

    fn drop_index(&mut self, table: &str, index: &str) -> Refusal {
        let referring = self.referring(table);
        let table = self.table_mut(table)?;
        let Some(place) = table.indexes.iter().position(|other| other.name.eq_ignore_ascii_case(index)) else {
            return Some(("42000", format!("`{}` has no index `{index}`", table.name)));
        };
        let columns = columns_of(&table.indexes[place]);
        let others: Vec<Vec<String>> = table
            .indexes
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != place)
            .map(|(_, index)| columns_of(index))
            .chain(table.keys.iter().map(|key| key.columns.clone()))
            .collect();
        let serves = |index: &[String], wanted: &[String]| index.starts_with(wanted);
        let needs = |wanted: &[String]| serves(&columns, wanted) && !others.iter().any(|other| serves(other, wanted));
        let needed = table.foreign_keys.iter().find(|key| needs(&key.columns));
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

    /// `keys` is what stands behind the parenthesis.
    fn add_index(&mut self, table: &str, index: &str, keys: &str, unique: bool, to: &Snapshot) -> Refusal {
        let table = self.table_mut(table)?;
        let is_expression = keys.contains('(');
        let columns = if is_expression { Vec::new() } else { quoted_names(keys) };
        let declared = to.table(&table.name);
        if let Some(missing) = columns.iter().find(|name| table.column(name).is_none()) {
            return Some(("42000", format!("`{}` has no column `{missing}`", table.name)));
        }
        if let Some(refusal) = columns.iter().find_map(|name| long_key(table, table.column(name)?)) {
            return Some(refusal);
        }
        if table.foreign_keys.iter().any(|key| key.name.eq_ignore_ascii_case(index)) {
            // It takes the place of the one that the server made for the foreign key.
            return None;
        }
        if table.indexes.iter().any(|other| other.name.eq_ignore_ascii_case(index)) {
            return Some(("42000", format!("`{}` has an index `{index}` already", table.name)));
        }
        let of_code = declared.and_then(|declared| {
            let mut all = declared.indexes.iter().chain(&declared.uniques);
            all.find(|other| other.name == index)
        });
        let listed = || columns.into_iter().map(|column| (column, false)).collect();
        let made = KitIndex { name: index.to_owned(), columns: listed(), unique, ..KitIndex::default() };
        table.indexes.push(of_code.filter(|_| is_expression).cloned().unwrap_or(made));
        None
    }

    fn check_is_taken(&self, table: &str, name: &str) -> Refusal {
        // MySQL's are named in the whole database, MariaDB's in their table.
        let mut tables = self.database.tables.iter().filter(|other| !self.is_mariadb || other.name == table);
        let taken = tables.find(|other| other.checks.iter().any(|check| check.name.eq_ignore_ascii_case(name)))?;
        Some(("HY000", format!("a check of `{}` is called `{name}` already", taken.name)))
    }

    fn add_check(&mut self, table: &str, name: &str) -> Refusal {
        let refusal = self.check_is_taken(table, name);
        let check = KitCheck { name: name.to_owned(), expression: String::new() };
        if let (None, Some(table)) = (&refusal, self.table_mut(table)) {
            table.checks.push(check);
        }
        refusal
    }

    fn drop_constraint(&mut self, table: &str, name: &str) -> Refusal {
        if self.of_json.iter().any(|(of, check)| of == table && check == name) {
            return Some((
                "42000",
                format!("the check `{name}` belongs to the JSON type of its column and is no constraint to drop"),
            ));
        }
        let table = self.table_mut(table)?;
        table.foreign_keys.retain(|key| key.name != name);
        table.checks.retain(|check| check.name != name);
        None
    }

    fn rename_column(&mut self, of: &str, from: &str, to: &str) {
        for key in self.database.tables.iter_mut().flat_map(|table| &mut table.foreign_keys) {
            if key.table == of {
                rename(&mut key.columns, from, to);
            }
            if key.foreign_table == of {
                rename(&mut key.foreign_columns, from, to);
            }
        }
        let Some(table) = self.table_mut(of) else { return };
        for column in table.columns.iter_mut().filter(|column| column.name == from) {
            to.clone_into(&mut column.name);
        }
        for key in &mut table.keys {
            rename(&mut key.columns, from, to);
        }
        let columns = table.indexes.iter_mut().flat_map(|index| &mut index.columns);
        for (column, _) in columns.filter(|(column, is_expression)| !is_expression && column == from) {
            to.clone_into(column);
        }
    }

    fn drop_column(&mut self, table: &str, column: &str) -> Refusal {
        let referring =
            self.database.tables.iter().flat_map(|other| other.foreign_keys.iter().map(move |key| (other, key)));
        let mut referring = referring
            .filter(|(_, key)| key.foreign_table == table && key.foreign_columns.iter().any(|name| name == column));
        if let Some((_, key)) = referring.next() {
            return Some((
                "HY000",
                format!("`{column}` cannot be dropped, for the foreign key `{}` refers to it", key.name),
            ));
        }
        let table = self.table_mut(table)?;
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
        let table = self.table_mut(table)?;
        if table.columns.iter().any(|other| other.name.to_lowercase() == column.to_lowercase()) {
            return Some(("42S21", format!("`{}` has a column `{column}` already", table.name)));
        }
        let type_at = after.split_once("` ").map_or("", |(_, rest)| rest);
        let is_key = type_at.contains(" PRIMARY KEY");
        let is_counter = type_at.contains(" AUTO_INCREMENT") && !is_key && !type_at.starts_with("serial");
        if is_counter {
            return Some(("42000", format!("`{column}` has AUTO_INCREMENT and is no key yet")));
        }
        if is_key {
            if !table.keys.is_empty() {
                return Some(("42000", format!("`{}` has a primary key already", table.name)));
            }
            table.keys.push(KitKey { name: "PRIMARY".into(), columns: vec![column.to_owned()] });
        }
        refusals::of_generated(table, column, type_at)
    }

    fn modify(&mut self, of: &str, column: &str, after: &str, new: Option<&KitColumn>) -> Refusal {
        let foreign: Vec<KitForeignKey> =
            self.database.tables.iter().flat_map(|table| &table.foreign_keys).cloned().collect();
        let is_mariadb = self.is_mariadb;
        let table = self.table_mut(of)?;
        let definition = after.split_once("` ").map_or("", |(_, rest)| rest);
        let old = table.column(column)?.clone();
        if old.generated.as_ref().is_some_and(|generated| !generated.stored) && !definition.contains(" GENERATED ") {
            return Some(("HY000", format!("`{column}` is a virtual column and cannot be made a plain one")));
        }
        if let Some(refusal) = refusals::of_generated(table, column, definition) {
            return Some(refusal);
        }
        let in_key = table.keys.iter().any(|key| key.columns.iter().any(|name| name == column))
            || table.indexes.iter().any(|index| index.columns.first().is_some_and(|(name, _)| name == column));
        let is_serial = definition.starts_with("serial") && table.keys.is_empty();
        if definition.contains(" AUTO_INCREMENT") && !in_key && !definition.contains(" PRIMARY KEY") && !is_serial {
            return Some(("42000", format!("`{column}` has AUTO_INCREMENT and is no key")));
        }
        let becomes_key = definition.contains(" PRIMARY KEY");
        if becomes_key && !table.keys.is_empty() {
            return Some(("42000", format!("`{of}` has a primary key already")));
        }
        if let Some(new) = new {
            let keyed = |index: &KitIndex| index.columns.iter().any(|(name, expression)| !expression && name == column);
            let is_keyed = table.indexes.iter().any(keyed)
                || table.keys.iter().any(|key| key.columns.iter().any(|name| name == column));
            if is_keyed
                && !is_long(old.type_text())
                && let Some(refusal) = long_key(table, new)
            {
                return Some(refusal);
            }
            if let Some(refusal) = refusals::of_foreign_key(of, &old, new, &foreign, is_mariadb) {
                return Some(refusal);
            }
            for place in table.columns.iter_mut().filter(|other| other.name == column) {
                *place = KitColumn { generated: place.generated.clone(), ..new.clone() };
            }
        }
        if becomes_key && let Some(table) = self.table_mut(of) {
            table.keys.push(KitKey { name: "PRIMARY".into(), columns: vec![column.to_owned()] });
        }
        None
    }

    /// `ADD PRIMARY KEY`, `DROP PRIMARY KEY`, and foreign keys that are added.
    fn keys(&mut self, table: &str, after: &str, to: &Snapshot) -> Refusal {
        let referring = self.referring(table);
        let name = table.to_owned();
        let added = quoted_names(after);
        if let (Some(key), true) = (added.first(), after.contains(" FOREIGN KEY ")) {
            let is_taken = |other: &KitForeignKey| other.name.to_lowercase() == key.to_lowercase();
            if self.database.tables.iter().flat_map(|table| &table.foreign_keys).any(is_taken) {
                return Some(("HY000", format!("another foreign key of the database is called `{key}`")));
            }
            let key = to
                .table(&name)
                .and_then(|table| table.foreign_keys.iter().find(|other| other.name == *key))
                .cloned()?;
            let table = self.table_mut(&name)?;
            // The server makes an index for it, unless one serves.
            let indexes = table.indexes.iter().map(columns_of).chain(table.keys.iter().map(|key| key.columns.clone()));
            if !indexes.into_iter().any(|columns| columns.starts_with(&key.columns)) {
                let columns = key.columns.iter().map(|column| (column.clone(), false)).collect();
                table.indexes.push(KitIndex { name: key.name.clone(), columns, ..KitIndex::default() });
            }
            table.foreign_keys.push(key);
            return None;
        }
        let table = self.table_mut(&name)?;
        if after.starts_with("ADD PRIMARY KEY") {
            if !table.keys.is_empty() {
                return Some(("42000", format!("`{name}` has a primary key already")));
            }
            if let Some(missing) = added.iter().find(|column| table.column(column).is_none()) {
                return Some(("42000", format!("`{name}` has no column `{missing}` yet")));
            }
            if let Some(refusal) = added.iter().find_map(|column| long_key(table, table.column(column)?)) {
                return Some(refusal);
            }
            table.keys.push(KitKey { name: "PRIMARY".into(), columns: added });
        } else if after.starts_with("DROP PRIMARY KEY") {
            let Some(key) = table.keys.first().cloned() else {
                return Some(("42000", format!("`{name}` has no primary key to drop")));
            };
            let is_replaced = after.contains("ADD PRIMARY KEY");
            let others: Vec<Vec<String>> = table.indexes.iter().map(columns_of).collect();
            let replacing = if is_replaced { added } else { Vec::new() };
            let leads = |columns: &[String]| {
                replacing.starts_with(columns) || others.iter().any(|other| other.starts_with(columns))
            };
            let counter = table.columns.iter().find(|column| {
                // A serial has an index of its own.
                column.autoincrement && column.type_text() != "serial" && key.columns.contains(&column.name)
            });
            if counter.is_some_and(|counter| !leads(std::slice::from_ref(&counter.name))) {
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
            if is_replaced {
                table.keys.push(KitKey { name: "PRIMARY".into(), columns: replacing });
            }
        }
        None
    }
}

/// The primary key as the server has it.
fn key(words: &TableWords) -> Option<KitKey> {
    let parts = words.statistics.iter().filter(|part| part.index == "PRIMARY");
    let columns: Vec<String> = parts.filter_map(|part| part.column.clone()).collect();
    (!columns.is_empty()).then(|| KitKey { name: "PRIMARY".into(), columns })
}

fn columns_of(index: &KitIndex) -> Vec<String> {
    index.columns.iter().map(|(column, _)| column.clone()).collect()
}

fn rename(columns: &mut [String], from: &str, to: &str) {
    for column in columns.iter_mut().filter(|column| *column == from) {
        to.clone_into(column);
    }
}

/// A key of a column whose type is too long for one.
fn long_key(table: &KitTable, column: &KitColumn) -> Refusal {
    is_long(column.type_text()).then(|| {
        (
            "42000",
            format!(
                "`{}`.`{}` is part of a key, which its type {} cannot be",
                table.name,
                column.name,
                column.type_text()
            ),
        )
    })
}
