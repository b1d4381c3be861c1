//! Where MySQL and MariaDB may refuse a statement, as far as only rows can tell.

use std::collections::{HashMap, HashSet};

use super::narrowing::{is_same, narrowing};
use super::refusals::quoted_names;
use super::server::Server;
use super::snapshot::{KitColumn, KitTable, Snapshot};
use crate::catalog::{InformationSchema, RowQuestion, Rows, RowsThat};
use crate::push::Doubt;
use crate::push::spelled::{in_parentheses, is_harmless};

/// Why a column is not what the database has.
#[derive(Clone, Copy, PartialEq)]
enum Change {
    /// It is new.
    Added,
    /// It has another name, type or expression.
    Altered,
}

/// The doubts so far, and what of the tables is no longer as the database has it.
pub(super) struct Doubts<'a> {
    words: &'a InformationSchema,
    /// Columns, by table.
    changed: HashMap<(String, String), Change>,
    /// Tables that are new or under another name.
    renamed: HashSet<String>,
    found: Vec<Doubt>,
}

/// A statement that is looked at.
struct Look<'s> {
    number: usize,
    table: &'s KitTable,
    /// The same table of the code.
    declared: Option<&'s KitTable>,
}

impl<'a> Doubts<'a> {
    pub fn new(words: &'a InformationSchema) -> Self {
        Self { words, changed: HashMap::new(), renamed: HashSet::new(), found: Vec::new() }
    }

    /// All of them, in the order of the statements.
    pub fn into_found(self) -> Vec<Doubt> {
        self.found
    }

    /// Looks at a statement before `server` runs it.
    pub fn look(&mut self, number: usize, sql: &str, server: &Server, to: &Snapshot) {
        let names = quoted_names(sql);
        let [first, rest @ ..] = &names[..] else { return };
        let look = |name: &str| {
            let table = server.table(name).filter(|table| table.rows != Rows::None)?;
            Some(Look { number, table, declared: to.table(name) })
        };
        if sql.starts_with("RENAME TABLE ") || sql.starts_with("CREATE TABLE ") {
            self.renamed.insert(rest.first().filter(|_| sql.starts_with("RENAME")).unwrap_or(first).clone());
        } else if sql.starts_with("CREATE UNIQUE INDEX ") {
            if let Some(look) = rest.first().and_then(|table| look(table)) {
                self.unique(&look, sql.split_once("` (").map_or("", |(_, keys)| keys));
            }
        } else if let Some((_, after)) = sql.strip_prefix("ALTER TABLE ").and_then(|rest| rest.split_once("` ")) {
            if let Some(look) = look(first) {
                self.alter(&look, after, server);
            }
            let renames = after.starts_with("RENAME COLUMN ");
            let column = rest.get(usize::from(renames)).filter(|_| renames || after.starts_with("ADD `"));
            let change = if renames { Change::Altered } else { Change::Added };
            self.changed.extend(column.map(|column| ((first.clone(), column.clone()), change)));
        }
    }

    fn alter(&mut self, look: &Look, after: &str, server: &Server) {
        if after.starts_with("MODIFY COLUMN ") {
            self.modify(look, after, server);
        } else if after.starts_with("ADD `") {
            self.add_column(look, after);
        } else if after.contains("ADD PRIMARY KEY") {
            let columns = after.split_once("ADD PRIMARY KEY").map_or_else(Vec::new, |(_, keys)| quoted_names(keys));
            self.primary_key(look, &columns);
        } else if after.starts_with("ADD CONSTRAINT ") && after.contains("` UNIQUE") {
            self.unique(look, after.split_once('(').map_or("", |(_, keys)| keys));
        } else if after.starts_with("ADD CONSTRAINT ") && after.contains("` CHECK") {
            self.check(look, after);
        } else if after.starts_with("ADD CONSTRAINT ") && after.contains("` FOREIGN KEY ") {
            self.foreign_key(look, after, server);
        }
    }

    fn doubt(&mut self, look: &Look, sqlstate: Option<&str>, reason: String, rows: Option<RowsThat>) {
        let known = !self.renamed.contains(&look.table.name);
        let question =
            rows.filter(|_| known).map(|rows| RowQuestion { schema: None, table: look.table.name.clone(), rows });
        let sqlstate = sqlstate.map(str::to_owned);
        self.found.push(Doubt { statement: look.number, sqlstate, reason, question });
    }

    /// A doubt about what a server that is not strict makes fit.
    fn doubt_if_strict(&mut self, look: &Look, sqlstate: Option<&str>, reason: String, rows: Option<RowsThat>) {
        match self.words.is_strict() {
            Some(true) => self.doubt(look, sqlstate, reason, rows),
            None => self.doubt(look, sqlstate, reason, None),
            Some(false) => {}
        }
    }

    fn as_it_was(&self, table: &KitTable, columns: &[String]) -> bool {
        columns.iter().all(|column| !self.changed.contains_key(&(table.name.clone(), column.clone())))
    }

    fn modify(&mut self, look: &Look, after: &str, server: &Server) {
        let names = quoted_names(after);
        let Some(column) = names.first() else { return };
        let definition = after.split_once("` ").map_or("", |(_, rest)| rest);
        let columns = || (look.table.column(column), look.declared.and_then(|table| table.column(column)));
        let (Some(old), Some(new)) = columns() else { return };
        let of_json = server.is_json(&look.table.name, column);
        let retyped = !of_json && !is_same(old, new) && definition.starts_with(new.type_text());
        let as_it_was = self.as_it_was(look.table, std::slice::from_ref(column));
        let required = definition.contains(" NOT NULL") && new.is_not_null() && !old.is_not_null();
        if required && !self.fills(new) {
            let state = if retyped || self.words.is_mariadb { "01000" } else { "22004" };
            let question = RowsThat::AreNull { column: column.clone() };
            let reason = format!("a row holds NULL in `{}.{column}`", look.table.name);
            let asks = as_it_was && new.generated.is_none();
            self.doubt_if_strict(look, Some(state), reason, asks.then_some(question));
        }
        if retyped && let Some((state, question)) = narrowing(old, new, self.words.is_mariadb) {
            let reason =
                format!("a row holds a value in `{}.{column}` that is no `{}`", look.table.name, new.type_text());
            self.doubt_if_strict(look, state, reason, question.filter(|_| as_it_was));
        }
        if definition.contains(" PRIMARY KEY") {
            self.alike(look, vec![column.clone()], !retyped);
        }
        if retyped || new.generated.is_some() {
            self.changed.insert((look.table.name.clone(), column.clone()), Change::Altered);
        }
    }

    /// Whether the server itself puts something in the place of NULL, or does not look at it.
    fn fills(&self, column: &KitColumn) -> bool {
        let sql_type = column.type_text();
        column.autoincrement
            || sql_type == "serial"
            || (self.words.is_mariadb && sql_type.starts_with("timestamp"))
            || column.generated.as_ref().is_some_and(|generated| !generated.stored)
    }

    /// A new column: what the server puts into it where nothing is said may be no value.
    fn add_column(&mut self, look: &Look, after: &str) {
        let Some(new) = quoted_names(after).first().and_then(|name| look.declared?.column(name)) else { return };
        let place = format!("{}.{}", look.table.name, new.name);
        if after.contains(" PRIMARY KEY") && self.is_alike(new) {
            self.doubt(
                look,
                Some("23000"),
                format!("two rows of `{}` hold the same values in `{place}`", look.table.name),
                None,
            );
        }
        if !after.contains(" NOT NULL") || !new.is_not_null() {
            return;
        }
        let mode = self.words.sql_mode.as_deref().unwrap_or("STRICT_,NO_ZERO_DATE");
        let is_date = ["date", "datetime"].iter().any(|name| new.type_text().split('(').next() == Some(name));
        if new.generated.is_some() && !self.fills(new) {
            self.doubt_if_strict(look, Some("23000"), format!("a row has NULL for `{place}`, which is NOT NULL"), None);
        } else if is_date && new.default_value().is_none() && mode.contains("NO_ZERO_DATE") {
            let reason =
                format!("the rows of `{}` would have no date in `{place}`, which is NOT NULL", look.table.name);
            self.doubt_if_strict(look, Some("22007"), reason, Some(RowsThat::Exist));
        }
    }

    /// Whether every row has the same value, not NULL, in a column that push adds.
    fn is_alike(&self, new: &KitColumn) -> bool {
        let counts = new.autoincrement || new.type_text() == "serial";
        let differs = new.default_value().is_some_and(|default| default.text().contains('('));
        !counts && !differs && new.generated.is_none()
    }

    /// What stands behind the parenthesis of a unique key.
    fn unique(&mut self, look: &Look, keys: &str) {
        let columns = if keys.contains('(') { Vec::new() } else { quoted_names(keys) };
        if columns.is_empty() {
            self.doubt(look, Some("23000"), format!("two rows of `{}` hold the same values", look.table.name), None);
            return;
        }
        let tells_apart = |name: &String| {
            let is_added = self.changed.get(&(look.table.name.clone(), name.clone())) == Some(&Change::Added);
            let declared = look.declared.and_then(|table| table.column(name));
            // A new column that may be NULL is NULL in every row, and no NULL is like another.
            is_added
                && declared.is_some_and(|column| {
                    !self.is_alike(column) || (!column.is_not_null() && column.default_value().is_none())
                })
        };
        if columns.iter().any(tells_apart) {
            return;
        }
        self.alike(look, columns, true);
    }

    fn primary_key(&mut self, look: &Look, columns: &[String]) {
        for name in columns {
            let nullable = look.table.column(name).is_some_and(|column| !column.is_not_null());
            if nullable && self.as_it_was(look.table, std::slice::from_ref(name)) {
                let state = if self.words.is_mariadb { "01000" } else { "22004" };
                let reason = format!("a row holds NULL in `{}.{name}`", look.table.name);
                let question = RowsThat::AreNull { column: name.clone() };
                self.doubt_if_strict(look, Some(state), reason, Some(question));
            }
        }
        self.alike(look, columns.to_vec(), true);
    }

    /// Two rows with the same values in columns that become a key.
    fn alike(&mut self, look: &Look, columns: Vec<String>, asks: bool) {
        if keys(look.table).any(|key| key.iter().all(|column| columns.contains(column))) {
            return;
        }
        let listed = columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ");
        let reason = format!("two rows of `{}` hold the same values in {listed}", look.table.name);
        let asks = asks && self.as_it_was(look.table, &columns);
        let question = asks.then_some(RowsThat::AreAlike { columns, nulls_too: false });
        self.doubt(look, Some("23000"), reason, question);
    }

    fn check(&mut self, look: &Look, after: &str) {
        let Some(condition) = in_parentheses(after, "` CHECK") else { return };
        let named: Vec<String> = look
            .table
            .columns
            .iter()
            .map(|column| column.name.clone())
            .filter(|name| condition.contains(name.as_str()))
            .collect();
        let asks = self.as_it_was(look.table, &named) && is_harmless(condition);
        let name = quoted_names(after).first().cloned().unwrap_or_default();
        let state = if self.words.is_mariadb { "23000" } else { "HY000" };
        let question = asks.then(|| RowsThat::Violate { condition: condition.to_owned() });
        self.doubt(look, Some(state), format!("a row of `{}` violates check `{name}`", look.table.name), question);
    }

    fn foreign_key(&mut self, look: &Look, after: &str, server: &Server) {
        let name = quoted_names(after).first().cloned().unwrap_or_default();
        let key = look.declared.and_then(|table| table.foreign_keys.iter().find(|key| key.name == name));
        let Some(key) = key.filter(|key| self.as_it_was(look.table, &key.columns)) else { return };
        let Some(target) = server.table(&key.foreign_table) else { return };
        let (columns, table) = (key.columns.clone(), target.name.clone());
        if target.rows == Rows::None {
            let reason = format!("a row of `{}` refers to a row of `{table}`, which is empty", look.table.name);
            self.doubt(look, Some("23000"), reason, Some(RowsThat::AreNotNull { columns }));
            return;
        }
        let asks = self.as_it_was(target, &key.foreign_columns) && !self.renamed.contains(&table);
        let references = key.foreign_columns.clone();
        let reason = format!("a row of `{}` refers to no row of `{table}`", look.table.name);
        let question = RowsThat::ReferToNone { columns, schema: None, table, references };
        self.doubt(look, Some("23000"), reason, asks.then_some(question));
    }
}

/// The columns of the keys of which no two rows are alike.
fn keys(table: &KitTable) -> impl Iterator<Item = Vec<String>> {
    let primary = table.keys.iter().map(|key| key.columns.clone());
    let plain =
        table.indexes.iter().filter(|index| index.unique && index.columns.iter().all(|(_, expression)| !expression));
    primary.chain(plain.map(|index| index.columns.iter().map(|(column, _)| column.clone()).collect()))
}
