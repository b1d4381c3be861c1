//! Where SQLite may refuse a statement, as far as only rows can tell: a table that is made anew takes its rows along, and
//! each has to fit.

use std::collections::{BTreeMap, BTreeSet};

use super::enforcement::Enforcement;
use super::failure::{emptied, quoted_names};
use super::made::{self, Made, Reference, names};
use crate::catalog::{Column, Fact, ForeignKey, RowQuestion, Rows, RowsThat, Table};
use crate::declared::DeclaredTable;
use crate::push::input::Input;
use crate::push::spelled::{in_parentheses, is_harmless};
use crate::push::{Doubt, Statement};

/// The prefix of a table that takes another's place.
const ANEW: &str = "__new_";

/// The doubts about `statements`, in their order.
pub(super) fn of(input: &Input, statements: &[Statement]) -> Vec<Doubt> {
    let mut doubts = Doubts {
        input,
        emptied: BTreeSet::new(),
        changed: BTreeSet::new(),
        created: BTreeMap::new(),
        enforcement: Enforcement::of(input),
        found: Vec::new(),
    };
    for (number, statement) in statements.iter().enumerate() {
        doubts.look(number, &statement.sql);
    }
    doubts.found
}

struct Doubts<'a> {
    input: &'a Input<'a>,
    /// Tables without rows by now.
    emptied: BTreeSet<String>,
    /// Tables that have another name or are made anew, and columns that are new or changed, by their table.
    changed: BTreeSet<(String, Option<String>)>,
    /// The statements that have made tables.
    created: BTreeMap<String, String>,
    enforcement: Enforcement,
    found: Vec<Doubt>,
}

impl<'a> Doubts<'a> {
    fn look(&mut self, number: usize, sql: &str) {
        let names = quoted_names(sql);
        let first = || names.first().map(|name| (*name).to_owned());
        if let Some(table) = emptied(sql) {
            self.emptied.insert(table.to_owned());
        } else if sql.starts_with("CREATE TABLE ") {
            self.created.extend(first().map(|name| (name, sql.to_owned())));
        } else if sql.starts_with("CREATE UNIQUE INDEX ") {
            if let Some(table) = names.get(1) {
                self.unique_index(number, table, sql);
            }
        } else if sql.starts_with("INSERT INTO ") {
            let copied = in_parentheses(sql, "").and_then(made::names).unwrap_or_default();
            if let Some(table) = first().as_deref().and_then(|name| name.strip_prefix(ANEW)) {
                self.copy(number, table, &copied);
            }
        } else if !self.enforcement.note(sql) && sql.starts_with("ALTER TABLE ") {
            let Some(table) = first() else { return };
            let place = |at: usize| names.get(at).map(|name| (*name).to_owned());
            let changed = match () {
                // What takes another's place was filled with its rows.
                () if table.starts_with(ANEW) => None,
                () if sql.contains("` RENAME TO `") => place(1).map(|table| (table, None)),
                () if sql.contains("` RENAME COLUMN ") => place(2).map(|column| (table, Some(column))),
                () if sql.contains("` DROP COLUMN ") => None,
                () => place(1).map(|column| (table, Some(column))),
            };
            self.changed.extend(changed);
        }
    }

    /// A live table that holds rows when the statement comes, and is as it was.
    fn table(&self, name: &str) -> Option<&'a Table> {
        let table = self.input.live.catalog.table(None, name)?;
        (self.input.rows(table) != Rows::None && !self.emptied.contains(name)).then_some(table)
    }

    /// Whether the database has these columns, and push has not touched them.
    fn is_as_it_was(&self, table: &Table, columns: &[String]) -> bool {
        let changed = |column: Option<&String>| self.changed.contains(&(table.name.clone(), column.cloned()));
        !changed(None) && columns.iter().all(|column| table.column(column).is_some() && !changed(Some(column)))
    }

    fn declared(&self, name: &str) -> Option<&'a DeclaredTable> {
        self.input.declared.tables.iter().find(|declared| declared.table.name == name)
    }

    fn doubt(&mut self, statement: usize, table: &str, reason: String, rows: Option<RowsThat>) {
        let question = rows.map(|rows| RowQuestion { schema: None, table: table.to_owned(), rows });
        self.found.push(Doubt { statement, sqlstate: None, reason, question });
    }

    fn unique_index(&mut self, number: usize, name: &str, sql: &str) {
        let Some(table) = self.table(name) else { return };
        let keys = sql.split_once(" ON ").and_then(|(_, rest)| in_parentheses(rest, "")).unwrap_or_default();
        let columns = names(keys).filter(|_| !sql.contains(") WHERE "));
        let Some(columns) = columns else {
            self.doubt(number, name, format!("two rows of `{name}` hold the same values"), None);
            return;
        };
        if self::keys(table).any(|key| key.iter().all(|own| columns.contains(own))) {
            return;
        }
        // A new column that may be NULL is NULL in every row, and no NULL is like another.
        let tells_apart = |name: &String| {
            let declared = self.declared(&table.name).and_then(|declared| declared.table.column(name));
            let nullable =
                |column: &Column| column.not_null != Fact::Known(true) && column.default == Fact::Known(None);
            table.column(name).is_none() && declared.is_none_or(|column| nullable(column) || column.generated.is_some())
        };
        if columns.iter().any(tells_apart) {
            return;
        }
        let asks = self.is_as_it_was(table, &columns);
        let reason = alike(name, &columns);
        let question = asks.then_some(RowsThat::AreAlike { columns, nulls_too: false });
        self.doubt(number, name, reason, question);
    }

    /// The rows of a table go into the one that takes its place.
    fn copy(&mut self, number: usize, name: &str, copied: &[String]) {
        let Some(table) = self.table(name) else { return };
        let Some(made) = self.created.get(&format!("{ANEW}{name}")).map(|sql| Made::of(sql)) else { return };
        for column in &made.columns {
            let reason = format!("a row holds NULL in `{name}.{}`", column.name);
            if !column.required || made.is_rowid(&column.name) {
                continue;
            }
            match table.column(&column.name).filter(|_| copied.contains(&column.name)) {
                Some(old) if old.not_null == Fact::Known(true) => {}
                Some(_) => {
                    let asks = self.is_as_it_was(table, std::slice::from_ref(&column.name));
                    let question = RowsThat::AreNull { column: column.name.clone() };
                    self.doubt(number, name, reason, asks.then_some(question));
                }
                None if column.filled => {}
                None => self.doubt(number, name, reason, self.is_as_it_was(table, &[]).then_some(RowsThat::Exist)),
            }
        }
        // Another type or another comparison may make the same of what was not.
        let is_same = |column: &String| {
            let (old, new) = (table.column(column), made.columns.iter().find(|new| new.name == *column));
            let pair = old.zip(new).and_then(|(old, new)| Some((old.sql_type.known()?, old.collation.as_ref(), new)));
            pair.is_some_and(|(was, collation, new)| collation.is_none() && was.eq_ignore_ascii_case(&new.sql_type))
        };
        for key in &made.keys {
            if keys(table).any(|own| own.iter().all(|column| key.contains(column) && is_same(column))) {
                continue;
            }
            let same = key.iter().all(|column| copied.contains(column) && is_same(column));
            let asks = same && self.is_as_it_was(table, key);
            let question = asks.then(|| RowsThat::AreAlike { columns: key.clone(), nulls_too: false });
            self.doubt(number, name, alike(name, key), question);
        }
        for (check, condition) in &made.checks {
            let condition = condition.replace(ANEW, "");
            let same = |old: &str| plain(old, name) == plain(&condition, name);
            if table.checks.iter().any(|old| old.expression.known().is_some_and(|old| same(old))) {
                continue;
            }
            let named = table.columns.iter().map(|column| column.name.clone());
            let named: Vec<String> = named.filter(|name| condition.contains(name.as_str())).collect();
            let asks = self.is_as_it_was(table, &named) && named.iter().all(is_same) && is_harmless(&condition);
            let question = asks.then_some(RowsThat::Violate { condition });
            self.doubt(number, name, format!("a row of `{name}` violates check `{check}`"), question);
        }
        let other = made.columns.iter().map(|column| &column.name);
        let other: Vec<String> = other.filter(|name| !copied.contains(name) || !is_same(name)).cloned().collect();
        if self.enforcement.is_on() {
            self.references(number, table, made.references, copied);
        }
        self.changed.extend(other.into_iter().map(|column| (name.to_owned(), Some(column))));
    }

    /// The foreign keys of a table that is filled anew.
    fn references(&mut self, number: usize, table: &Table, references: Vec<Reference>, copied: &[String]) {
        let name = &table.name;
        for Reference { columns, table: target, references, .. } in references {
            let stood = |key: &ForeignKey| key.columns == columns && key.foreign_table == target;
            if table.foreign_keys.iter().any(stood) || !columns.iter().all(|column| copied.contains(column)) {
                continue;
            }
            let asks = self.is_as_it_was(table, &columns);
            match self.table(&target) {
                Some(other) => {
                    let asks = asks && self.is_as_it_was(other, &references);
                    let reason = format!("a row of `{name}` refers to no row of `{target}`");
                    let question = RowsThat::ReferToNone { columns, schema: None, table: target, references };
                    self.doubt(number, name, reason, asks.then_some(question));
                }
                None => {
                    let reason = format!("a row of `{name}` refers to a row of `{target}`, which is empty");
                    self.doubt(number, name, reason, asks.then_some(RowsThat::AreNotNull { columns }));
                }
            }
        }
    }
}

/// A condition without its quotes and spaces, and without its table's name before the columns.
fn plain(condition: &str, table: &str) -> String {
    let bare = |text: &str| text.replace(['`', '"', ' ', '(', ')'], "").to_lowercase();
    bare(condition).replace(&format!("{}.", bare(table)), "")
}

fn alike(table: &str, columns: &[String]) -> String {
    let listed = columns.iter().map(|column| format!("`{column}`")).collect::<Vec<_>>().join(", ");
    format!("two rows of `{table}` hold the same values in {listed}")
}

/// The columns of the keys of which no two rows are alike.
fn keys(table: &Table) -> impl Iterator<Item = Vec<String>> {
    let plain = table.indexes.iter().filter(|index| index.unique && index.predicate.is_none());
    let plain = plain.filter(|index| index.columns.iter().all(|key| !key.is_expression));
    let indexes = plain.map(|index| index.columns.iter().map(|key| key.expression.clone()).collect());
    let primary = table.primary_key.iter().map(|key| key.columns.clone());
    primary.chain(table.uniques.iter().map(|unique| unique.columns.clone())).chain(indexes)
}
