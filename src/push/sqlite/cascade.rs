//! What goes along with a table that is dropped: its triggers, also where it is only made anew, and with its rows the rows and
//! values of others. SQLite deletes the rows before it drops the table, and does to those that refer to them what their
//! foreign keys say, as long as the keys are enforced.
//!
//! <https://www.sqlite.org/foreignkeys.html#fk_schemacommands>. drizzle-kit reads and writes files with the keys enforced;
//! 0.x turns them off for a table that it makes anew only where the code still refers to it.

use std::collections::{BTreeMap, BTreeSet};

use super::enforcement::Enforcement;
use super::failure::{emptied, quoted_names};
use super::made::{Made, Reference};
use super::objects;
use crate::catalog::{Fact, RowQuestion, Rows, RowsThat, Table};
use crate::push::input::Input;
use crate::push::{Aspect, Doubt, Statement, Touch};

/// Marks each of `statements` with what goes along, and gives the doubts where the rows that refer may forbid it.
pub(super) fn mark(input: &Input, statements: &mut [Statement]) -> Vec<Doubt> {
    let mut doubts = Vec::new();
    if statements.is_empty() {
        return doubts;
    }
    let mut tables = Tables::of(input, statements);
    for (number, statement) in statements.iter_mut().enumerate() {
        for (table, trigger) in tables.triggers_of(&statement.sql) {
            let touch = Touch::new(objects::table(&table), Aspect::Definition);
            statement.take_along(format!("trigger {trigger}"), Rows::None, touch);
        }
        for consequence in tables.run(&statement.sql) {
            let Consequence { table, key, fate, rows, asks } = consequence;
            let Reference { columns, table: target, references, .. } = key;
            let count = match rows {
                Rows::Unknown => String::new(),
                rows => format!(" ({table} holds {})", rows.words().unwrap_or_default()),
            };
            let touched = |column: &String| Touch::new(objects::column(&table, column), Aspect::Rows);
            let columns_of: Vec<Touch> = columns.iter().map(touched).collect();
            match fate {
                Fate::Deleted => {
                    let what = format!("the rows of {table} that refer to {target}{count}");
                    statement.take_along(what, rows, Touch::new(objects::table(&table), Aspect::Rows));
                    // Whether they refer to any is asked of the columns.
                    statement.touches.extend(columns_of);
                }
                Fate::Cleared => {
                    let listed = columns.iter().map(|column| format!("{table}.{column}")).collect::<Vec<_>>();
                    let what = format!("the values of {} that refer to {target}{count}", listed.join(", "));
                    let mut columns = columns_of.into_iter();
                    if let Some(first) = columns.next() {
                        statement.take_along(what, rows, first);
                    }
                    statement.touches.extend(columns);
                }
                Fate::Kept => {
                    let reason = format!("a row of `{table}` refers to a row of `{target}`, which has to go first");
                    let rows = RowsThat::ReferToSome { columns, schema: None, table: target, references };
                    let question = asks.then_some(RowQuestion { schema: None, table, rows });
                    doubts.push(Doubt { statement: number, sqlstate: None, reason, question });
                }
            }
        }
    }
    doubts
}

/// What the deletion of a table's rows does to another table.
struct Consequence {
    table: String,
    key: Reference,
    fate: Fate,
    rows: Rows,
    /// Whether both tables still are what the database has under these names.
    asks: bool,
}

/// What becomes of a row whose row is deleted.
#[derive(Clone, Copy)]
enum Fate {
    /// It is deleted too.
    Deleted,
    /// It refers to none, or to the default.
    Cleared,
    /// It stays, and with it the row that it refers to: the statement fails.
    Kept,
}

/// A table while push runs.
struct Node<'a> {
    name: String,
    keys: Vec<Reference>,
    rows: Rows,
    /// Where its rows come from.
    live: Option<&'a Table>,
    /// Whether it is still that table.
    is_live: bool,
}

impl Node<'_> {
    fn fate(&self, key: &Reference) -> Fate {
        let required = |column: &String| {
            let live = self.live.and_then(|table| table.column(column));
            live.is_some_and(|column| column.not_null == Fact::Known(true))
        };
        match key.on_delete.as_str() {
            "cascade" => Fate::Deleted,
            "set null" if !key.columns.iter().any(required) => Fate::Cleared,
            "set default" => Fate::Cleared,
            _ => Fate::Kept,
        }
    }
}

/// The tables while push runs, by their names in lower case.
struct Tables<'a> {
    input: &'a Input<'a>,
    nodes: BTreeMap<String, Node<'a>>,
    /// The tables that have had keys to a table: looking through all tables for each that is dropped would take long.
    referring: BTreeMap<String, BTreeSet<String>>,
    /// Tables whose rows concern no other table that stays, as a look at them has found. It holds until a key is new.
    idle: BTreeSet<String>,
    /// The tables that push drops for good: what they lose before is no more than what they lose then.
    doomed: BTreeSet<String>,
    enforcement: Enforcement,
}

impl<'a> Tables<'a> {
    fn of(input: &'a Input<'a>, statements: &[Statement]) -> Self {
        let node = |table: &'a Table| {
            let keys = table.foreign_keys.iter().map(|key| Reference {
                columns: key.columns.clone(),
                table: key.foreign_table.clone(),
                references: key.foreign_columns.clone(),
                on_delete: key.on_delete.clone(),
            });
            let name = table.name.clone();
            Node { name, keys: keys.collect(), rows: input.rows(table), live: Some(table), is_live: true }
        };
        let nodes = input.live.catalog.tables.iter().map(|table| (table.name.to_ascii_lowercase(), node(table)));
        let mut doomed = BTreeSet::new();
        for sql in statements.iter().map(|statement| &statement.sql) {
            let names = quoted_names(sql);
            match names.as_slice() {
                [name, ..] if sql.starts_with("DROP TABLE ") => drop(doomed.insert(name.to_ascii_lowercase())),
                [_, name] if sql.contains("` RENAME TO `") => drop(doomed.remove(&name.to_ascii_lowercase())),
                _ => {}
            }
        }
        let enforcement = Enforcement::of(input);
        let (referring, idle) = (BTreeMap::new(), BTreeSet::new());
        let mut tables = Self { input, nodes: BTreeMap::new(), referring, idle, doomed, enforcement };
        nodes.for_each(|(name, node)| tables.insert(name, node));
        tables
    }

    /// The triggers of a table that `sql` drops to make it anew, each with the table's name: nothing makes them anew.
    fn triggers_of(&self, sql: &str) -> Vec<(String, String)> {
        let named = sql.strip_prefix("DROP TABLE ").and_then(|rest| quoted_names(rest).first().copied());
        let lower = named.map(str::to_ascii_lowercase).filter(|name| !self.doomed.contains(name));
        let live = lower.and_then(|name| self.nodes.get(&name)?.live);
        let spelling = live.and_then(|table| Some((table, self.input.live.spellings.get(&table.name)?)));
        let triggers = spelling.into_iter().flat_map(|(table, spelling)| {
            spelling.triggers.keys().map(|trigger| (table.name.clone(), trigger.clone()))
        });
        triggers.collect()
    }

    /// What becomes of the tables with `sql`.
    fn run(&mut self, sql: &str) -> Vec<Consequence> {
        let names = quoted_names(sql);
        let name = |place: usize| names.get(place).map(|name| name.to_ascii_lowercase()).unwrap_or_default();
        if let Some(table) = emptied(sql).map(str::to_ascii_lowercase) {
            let consequences = self.consequences(&table);
            if let Some(node) = self.nodes.get_mut(&table) {
                node.rows = Rows::None;
            }
            return consequences;
        } else if sql.starts_with("DROP TABLE ") {
            let consequences = self.consequences(&name(0));
            self.nodes.remove(&name(0));
            return consequences;
        } else if sql.starts_with("CREATE TABLE ") {
            let keys = Made::of(sql).references;
            let named = names.first().map(|name| (*name).to_owned()).unwrap_or_default();
            self.insert(name(0), Node { name: named, keys, rows: Rows::None, live: None, is_live: false });
        } else if sql.starts_with("INSERT INTO ") {
            let from = sql.rsplit_once(" FROM ").map(|(_, from)| quoted_names(from)).unwrap_or_default();
            let from = from.first().and_then(|name| self.nodes.get(&name.to_ascii_lowercase()));
            let rows = from.map(|from| (from.rows, from.live));
            if let (Some((rows, live)), Some(node)) = (rows, self.nodes.get_mut(&name(0))) {
                (node.rows, node.live) = (rows, live);
            }
        } else if self.enforcement.note(sql) {
            return Vec::new();
        } else if sql.contains("` RENAME TO `") {
            self.rename(&name(0), names.get(1).copied().unwrap_or_default());
        } else if let (true, Some(node)) = (sql.contains("` RENAME COLUMN "), self.nodes.get_mut(&name(0))) {
            node.is_live = false;
        }
        Vec::new()
    }

    fn insert(&mut self, name: String, node: Node<'a>) {
        for key in &node.keys {
            self.referring.entry(key.table.to_ascii_lowercase()).or_default().insert(name.clone());
        }
        self.nodes.insert(name, node);
        self.idle.clear();
    }

    /// The keys of other tables follow.
    fn rename(&mut self, from: &str, to: &str) {
        let Some(mut node) = self.nodes.remove(from) else { return };
        (node.name, node.is_live) = (to.to_owned(), false);
        self.insert(to.to_ascii_lowercase(), node);
        for name in self.referring.remove(from).unwrap_or_default() {
            let Some(mut node) = self.nodes.remove(&name) else { continue };
            let keys = node.keys.iter_mut().filter(|key| key.table.eq_ignore_ascii_case(from));
            keys.for_each(|key| key.table = to.to_owned());
            self.insert(name, node);
        }
    }

    /// What the deletion of all rows of a table does to the others.
    fn consequences(&mut self, table: &str) -> Vec<Consequence> {
        let mut found = Vec::new();
        let mut reached = BTreeSet::from([table.to_owned()]);
        let mut open = vec![table.to_owned()];
        if !self.enforcement.is_on()
            || self.idle.contains(table)
            || self.nodes.get(table).is_none_or(|node| node.rows == Rows::None)
        {
            return found;
        }
        while let Some(target) = open.pop() {
            let of_target = |key: &&Reference| key.table.eq_ignore_ascii_case(&target);
            let referring = self.referring.get(&target).into_iter().flatten();
            let referring = referring.filter_map(|name| self.nodes.get_key_value(name));
            // All rows of the table itself go at once.
            for (name, node) in referring.filter(|(name, node)| *name != table && node.rows != Rows::None) {
                for key in node.keys.iter().filter(of_target).filter(|key| !self.refers_to_nothing(node, key)) {
                    let fate = node.fate(key);
                    if matches!(fate, Fate::Deleted) && reached.insert(name.clone()) {
                        open.push(name.clone());
                    }
                    if !matches!(fate, Fate::Kept) && self.doomed.contains(name) {
                        continue;
                    }
                    // Only some of the rows of what was reached by a cascade go.
                    let asks = target == table
                        && node.is_live
                        && self.nodes.get(&target).is_some_and(|target| target.is_live)
                        && key.columns.len() == key.references.len();
                    let (table, key, rows) = (node.name.clone(), key.clone(), node.rows);
                    found.push(Consequence { table, key, fate, rows, asks });
                }
            }
        }
        if found.is_empty() {
            self.idle.append(&mut reached);
        }
        found
    }

    /// Whether rows have said that a column of the key is NULL in every row.
    fn refers_to_nothing(&self, node: &Node, key: &Reference) -> bool {
        let hollow = |table: &Table, column: &String| self.input.live.is_hollow(None, &table.name, column);
        node.live.is_some_and(|table| key.columns.iter().any(|column| hollow(table, column)))
    }
}
