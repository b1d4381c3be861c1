//! Where SQLite would refuse a statement of push: names that are taken or gone, and columns that something rests on.

use std::collections::{BTreeMap, BTreeSet};

use super::{spelled, tokens};
use crate::catalog::{SpelledKind, Table};
use crate::push::input::Input;
use crate::push::{Failure, Statement};

/// The first statement that is refused as far as the schema tells.
pub(super) fn of(input: &Input, statements: &[Statement]) -> Option<Failure> {
    if statements.is_empty() {
        return None;
    }
    let mut schema = Schema::of(input);
    statements.iter().enumerate().find_map(|(number, statement)| {
        let reason = schema.run(&statement.sql).err()?;
        Some(Failure { statement: Some(number), sqlstate: None, reason })
    })
}

/// The names in the database while push runs, in lower case.
#[derive(Default)]
struct Schema<'a> {
    /// What each table was when push began; none of a new one.
    tables: BTreeMap<String, Option<&'a Table>>,
    views: BTreeSet<String>,
    /// The table of each index.
    indexes: BTreeMap<String, String>,
    /// The indexes that push created itself.
    created: BTreeSet<String>,
    /// The virtual table of each shadow.
    shadows: Vec<(String, String)>,
    /// The tables that each view of the database reads.
    read_by_views: Vec<(String, Vec<String>)>,
    /// The triggers with their tables and the tables that they name.
    triggers: Vec<(String, String, Vec<String>)>,
    /// The generated columns of the tables that push creates.
    generated: BTreeMap<String, Vec<String>>,
    /// The tables that hold rows.
    filled: BTreeSet<String>,
    /// The columns of the code, by table.
    declared: BTreeMap<String, BTreeSet<String>>,
}

impl<'a> Schema<'a> {
    fn of(input: &Input<'a>) -> Self {
        let mut schema = Self::default();
        let objects = spelled::objects(input.live);
        for object in &objects {
            let name = object.name.to_ascii_lowercase();
            for index in &object.spelling.indexes {
                schema.indexes.insert(index.to_ascii_lowercase(), name.clone());
            }
            match object.spelling.kind {
                SpelledKind::View => {
                    schema.views.insert(name);
                }
                kind => {
                    if kind == SpelledKind::Shadow {
                        let owners = objects.iter().filter(|other| {
                            other.spelling.kind == SpelledKind::Virtual
                                && object.name.strip_prefix(other.name).is_some_and(|rest| rest.starts_with('_'))
                        });
                        let owner = owners.max_by_key(|other| other.name.len());
                        schema.shadows.extend(owner.map(|owner| (name.clone(), owner.name.to_ascii_lowercase())));
                    }
                    schema.tables.insert(name, object.table);
                }
            }
        }
        let known = |name: &str| objects.iter().any(|object| object.name.eq_ignore_ascii_case(name));
        for object in &objects {
            let triggers =
                object.spelling.triggers.iter().map(|(name, sql)| {
                    (name.clone(), object.name.to_ascii_lowercase(), tokens::tables_named(sql, known))
                });
            schema.triggers.extend(triggers);
        }
        for view in &input.live.catalog.views {
            let tables = view.definition.known().map(|text| tokens::tables_named(text, known)).unwrap_or_default();
            schema.read_by_views.push((view.name.to_ascii_lowercase(), tables));
        }
        let filled = input.live.catalog.tables.iter().filter(|table| input.rows(table).any());
        schema.filled = filled.map(|table| table.name.to_ascii_lowercase()).collect();
        for declared in &input.declared.tables {
            let columns = declared.table.columns.iter().map(|column| column.name.to_ascii_lowercase());
            let open = declared.columns_open || declared.broken;
            if !open {
                schema.declared.insert(declared.table.name.to_ascii_lowercase(), columns.collect());
            }
        }
        schema
    }

    /// What becomes of the schema with `sql`, or why it is refused.
    fn run(&mut self, sql: &str) -> Result<(), String> {
        tokens::broken(sql).map_or(Ok(()), Err)?;
        let words = sql.split('(').next().unwrap_or(sql);
        let names = quoted_names(sql);
        let name = |place: usize| names.get(place).map(|name| name.to_ascii_lowercase()).unwrap_or_default();
        if words.starts_with("CREATE TABLE ") {
            self.take(&name(0))?;
            self.tables.insert(name(0), None);
            self.generated.insert(name(0), generated_columns(sql));
        } else if words.starts_with("CREATE VIEW ") {
            self.take(&name(0))?;
            self.views.insert(name(0));
        } else if words.starts_with("DROP TABLE ") {
            self.drop_table(&name(0))?;
        } else if words.starts_with("DROP VIEW ") {
            if !self.views.remove(&name(0)) {
                return Err(format!("no such view: {}", name(0)));
            }
        } else if words.starts_with("DROP INDEX ") {
            if self.indexes.remove(&name(0)).is_none() && !words.starts_with("DROP INDEX IF EXISTS") {
                return Err(format!("no such index: {}", name(0)));
            }
        } else if words.starts_with("CREATE INDEX ") || words.starts_with("CREATE UNIQUE INDEX ") {
            self.create_index(&name(0), &name(1), sql)?;
        } else if words.starts_with("INSERT INTO ") {
            self.copy(sql)?;
        } else if words.starts_with("ALTER TABLE ") {
            self.alter(&names, words, sql)?;
        }
        Ok(())
    }

    /// 0.x copies every column of the code, those too that are generated, or that the old table does not have.
    fn copy(&self, sql: &str) -> Result<(), String> {
        if let Some((head, _)) = sql.split_once(") SELECT ") {
            let (target, columns) = head.split_once('(').unwrap_or((head, ""));
            let target = quoted_names(target).first().map(|name| name.to_ascii_lowercase()).unwrap_or_default();
            let generated = self.generated.get(&target).into_iter().flatten();
            if let Some(name) = generated.into_iter().find(|name| columns.contains(&format!("\"{name}\""))) {
                return Err(format!("cannot INSERT into generated column \"{name}\""));
            }
        }
        let Some((columns, table)) = sql.split_once(") SELECT ").and_then(|(_, rest)| rest.rsplit_once(" FROM `"))
        else {
            return Ok(());
        };
        let table = table.trim_end_matches([';', '`']).to_ascii_lowercase();
        let Some(Some(live)) = self.tables.get(&table) else { return Ok(()) };
        let mut names = columns.split(", ").filter_map(|name| name.strip_prefix('"')?.strip_suffix('"'));
        match names.find(|name| !live.columns.iter().any(|column| column.name.eq_ignore_ascii_case(name))) {
            None => Ok(()),
            Some(name) => Err(format!("no such column: {table} has no {name} to copy")),
        }
    }

    fn take(&self, name: &str) -> Result<(), String> {
        match () {
            () if self.tables.contains_key(name) => Err(format!("table `{name}` already exists")),
            () if self.views.contains(name) => Err(format!("view `{name}` already exists")),
            () => Ok(()),
        }
    }

    fn drop_table(&mut self, name: &str) -> Result<(), String> {
        if self.tables.remove(name).is_none() {
            return Err(format!("no such table: {name}"));
        }
        self.indexes.retain(|_, table| table != name);
        self.triggers.retain(|(_, table, _)| table != name);
        for (shadow, _) in self.shadows.iter().filter(|(_, owner)| owner == name) {
            self.tables.remove(shadow);
        }
        Ok(())
    }

    fn create_index(&mut self, index: &str, table: &str, sql: &str) -> Result<(), String> {
        if self.indexes.contains_key(index) {
            return Err(format!("index {index} already exists: push creates it a second time"));
        }
        let keys = sql.split_once(" (").map_or("", |(_, keys)| keys.split(") WHERE ").next().unwrap_or(keys));
        if let Some(columns) = self.declared.get(table) {
            // A key in backticks is a column, even where the code means an expression.
            let missing = keys.split(',').filter_map(|key| {
                let key = key.trim_end_matches([';', ')']).strip_prefix('`')?.strip_suffix('`')?;
                (!columns.contains(&key.to_ascii_lowercase())).then_some(key)
            });
            if let Some(key) = missing.into_iter().next() {
                return Err(format!(
                    "the table {table} has no column named {key}: push writes an expression as a column"
                ));
            }
        }
        self.indexes.insert(index.to_owned(), table.to_owned());
        self.created.insert(index.to_owned());
        Ok(())
    }

    fn alter(&mut self, names: &[&str], words: &str, sql: &str) -> Result<(), String> {
        let [table, rest @ ..] = names else { return Ok(()) };
        let table = table.to_ascii_lowercase();
        if !self.tables.contains_key(&table) {
            return Err(format!("no such table: {table}"));
        }
        let Some(name) = rest.first() else { return Ok(()) };
        if words.contains("` RENAME TO `") {
            let to = name.to_ascii_lowercase();
            self.take(&to)?;
            self.names_are_there()?;
            let was = self.tables.remove(&table).flatten();
            self.tables.insert(to.clone(), was);
            self.indexes.values_mut().filter(|owner| **owner == table).for_each(|owner| owner.clone_from(&to));
            for (_, owner, named) in &mut self.triggers {
                std::iter::once(owner)
                    .chain(named)
                    .filter(|name| **name == table)
                    .for_each(|name| name.clone_from(&to));
            }
            if self.filled.remove(&table) {
                self.filled.insert(to);
            }
        } else if words.contains("` ADD `") {
            self.add_column(&table, name, sql)?;
        } else if words.contains("` DROP COLUMN `") {
            self.drop_column(&table, name)?;
        }
        Ok(())
    }

    /// A rename reads every view and trigger anew.
    fn names_are_there(&self) -> Result<(), String> {
        let views = self.read_by_views.iter().filter(|(view, _)| self.views.contains(view));
        let views = views.map(|(view, tables)| ("view", view, tables));
        let triggers = self.triggers.iter().map(|(trigger, _, tables)| ("trigger", trigger, tables));
        let broken = views.chain(triggers).find_map(|(kind, name, tables)| {
            let gone = tables.iter().find(|table| !self.tables.contains_key(*table) && !self.views.contains(*table));
            Some((kind, name, gone?))
        });
        match broken {
            Some((kind, name, table)) => Err(format!("error in {kind} {name}: no such table: main.{table}")),
            None => Ok(()),
        }
    }

    /// What a table with rows cannot get.
    fn add_column(&self, table: &str, column: &str, sql: &str) -> Result<(), String> {
        if !self.filled.contains(table) {
            return Ok(());
        }
        let (_, definition) = sql.split_once("` ADD `").unwrap_or_default();
        let default = definition.split_once(" DEFAULT ").map(|(_, rest)| rest.trim_start());
        let is_computed =
            default.is_some_and(|text| text.starts_with('(') || text.to_ascii_uppercase().starts_with("CURRENT_"));
        let is_generated = definition.contains(" GENERATED ALWAYS AS ");
        if is_computed && !is_generated {
            return Err(format!("Cannot add a column with non-constant default: {column}, for {table} holds rows"));
        }
        if is_generated && definition.contains(") STORED") {
            return Err(format!("cannot add a STORED column: {column}"));
        }
        Ok(())
    }

    fn drop_column(&self, table: &str, column: &str) -> Result<(), String> {
        let Some(Some(live)) = self.tables.get(table) else { return Ok(()) };
        let is = |other: &String| other.eq_ignore_ascii_case(column);
        if live.primary_key.iter().any(|key| key.columns.iter().any(is)) {
            return Err(format!("cannot drop PRIMARY KEY column: \"{column}\""));
        }
        if live.uniques.iter().any(|unique| unique.columns.iter().any(is)) {
            return Err(format!("cannot drop UNIQUE column: \"{column}\""));
        }
        let rests = |text: &crate::catalog::Fact<String>| {
            text.known().is_some_and(|text| tokens::names(text).any(|name| name.eq_ignore_ascii_case(column)))
        };
        let generated = live.columns.iter().filter(|other| !is(&other.name));
        let mut generated = generated.filter_map(|other| other.generated.as_ref());
        if generated.any(|generated| rests(&generated.expression))
            || live.checks.iter().any(|check| rests(&check.expression))
        {
            return Err(format!("error in table {table} after drop column: no such column: {column}"));
        }
        let there = |name: &str| {
            let name = name.to_ascii_lowercase();
            !self.created.contains(&name) && self.indexes.get(&name).is_some_and(|owner| owner == table)
        };
        let index = live.indexes.iter().find(|index| {
            there(&index.name) && index.columns.iter().any(|key| !key.is_expression && is(&key.expression))
        });
        if let Some(index) = index {
            return Err(format!(
                "the index {} rests on the column {column}, which can then not be dropped",
                index.name
            ));
        }
        Ok(())
    }
}

/// The generated columns of a `CREATE TABLE` as drizzle-kit writes it: a line a column.
fn generated_columns(sql: &str) -> Vec<String> {
    let lines = sql.lines().filter(|line| line.contains(" GENERATED ALWAYS AS "));
    lines.filter_map(|line| Some(line.trim_start().strip_prefix('`')?.split_once('`')?.0.to_owned())).collect()
}

/// The table of a `DELETE FROM`, whose name 0.31 does not always quote.
pub(super) fn emptied(sql: &str) -> Option<&str> {
    const DELETE: &str = "delete from ";
    let head = sql.get(..DELETE.len()).filter(|head| head.eq_ignore_ascii_case(DELETE))?;
    let bare = sql[head.len()..].trim_end_matches(';').trim_end_matches(" where true");
    Some(quoted_names(sql).first().copied().unwrap_or(bare))
}

/// The names in backticks or double quotes before the first parenthesis.
pub(super) fn quoted_names(sql: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = sql;
    while let Some(start) = rest.find(['`', '"', '(']) {
        if rest[start..].starts_with('(') {
            break;
        }
        let quote = if rest[start..].starts_with('`') { '`' } else { '"' };
        let inner = &rest[start + 1..];
        let Some(end) = inner.find(quote) else { break };
        names.push(&inner[..end]);
        rest = &inner[end + 1..];
    }
    names
}
