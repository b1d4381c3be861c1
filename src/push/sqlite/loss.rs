//! What push says is lost, and the question that follows.

use super::objects;
use crate::catalog::{Generation, ObjectRef, Rows, type_change_loses_data};
use crate::push::confirmation::{Deed, confirmation_v0, confirmation_v1, yes};
use crate::push::input::Input;
use crate::push::{Loss, Prompt, Statement};

/// What push says before it asks whether that is meant.
#[derive(Debug, Default)]
pub(super) struct Losses {
    lines: Vec<String>,
    tables: Vec<String>,
    columns: Vec<String>,
    emptied: Vec<String>,
    concerns: Vec<ObjectRef>,
}

fn note<T: PartialEq>(list: &mut Vec<T>, what: T) {
    if !list.contains(&what) {
        list.push(what);
    }
}

fn count(rows: Rows) -> String {
    match rows {
        Rows::About(count) => format!("{count} items"),
        _ => "items".into(),
    }
}

impl Losses {
    /// A table goes.
    pub fn table(&mut self, table: &str, rows: Rows) {
        if rows.any() {
            self.lines.push(format!("· You're about to delete {table} table with {}", count(rows)));
            note(&mut self.tables, table.into());
            note(&mut self.concerns, objects::table(table));
        }
    }

    /// A column goes.
    pub fn column(&mut self, table: &str, column: &str, rows: Rows) {
        if rows.any() {
            self.lines.push(format!("· You're about to delete {column} column in {table} table with {}", count(rows)));
            note(&mut self.columns, format!("{table}.{column}"));
            note(&mut self.concerns, objects::column(table, column));
        }
    }

    /// All rows of a table go, which cannot have `column`. `what` is said of it: `{}` stands for the column.
    pub fn emptied(&mut self, table: &str, what: &str, column: &str, rows: Rows) {
        let what = what.replace("{}", column);
        self.lines.push(format!("· You're about to add {what}, which contains {}", count(rows)));
        note(&mut self.emptied, table.into());
        note(&mut self.concerns, objects::column(table, column));
    }

    /// A line of 1.0, which does not count.
    pub fn line(&mut self, line: String, concern: ObjectRef) {
        self.lines.push(line);
        note(&mut self.concerns, concern);
    }

    /// The question, where anything is lost.
    pub fn into_prompt(self, generation: Generation, statements: &[Statement]) -> Option<Prompt> {
        if self.lines.is_empty() {
            return None;
        }
        Some(match generation {
            Generation::V0 => {
                let deeds = [
                    Deed::Remove("table", "tables", self.tables.len()),
                    Deed::Remove("column", "columns", self.columns.len()),
                    Deed::Truncate(self.emptied.len()),
                ];
                confirmation_v0(statements, &self.lines, yes(&deeds, true), self.concerns)
            }
            Generation::V1 => confirmation_v1(statements, &self.lines, self.concerns),
        })
    }
}

/// What a table that is built anew does not take along.
#[derive(Debug, Default)]
pub(super) struct Lost {
    columns: Vec<ObjectRef>,
    conversions: Vec<ObjectRef>,
}

impl Lost {
    /// A column that the new table does not have: `table` is called `former` in the database.
    pub fn column(&mut self, input: &Input, former: &str, table: &str, column: &str) {
        if !input.live.is_hollow(None, former, column) {
            self.columns.push(objects::column(table, column));
        }
    }

    /// A column that gets the type `to`, likewise.
    pub fn conversion(&mut self, input: &Input, former: &str, table: &str, column: &str, to: &str) {
        let live = input.live.catalog.table(None, former).and_then(|table| table.column(column));
        let Some(from) = live.and_then(|column| column.sql_type.known()) else { return };
        let hollow = input.live.is_hollow(None, former, column);
        if !hollow && from != to && type_change_loses_data(input.declared.dialect, from, to) {
            self.conversions.push(objects::column(table, column));
        }
    }

    /// `statement`, with which it goes.
    pub fn mark(self, statement: Statement, rows: Rows) -> Statement {
        let list = |objects: &[ObjectRef]| objects.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let (loss, what) = match (self.columns.as_slice(), self.conversions.as_slice()) {
            ([], []) => return statement,
            ([], [one]) => (Loss::Values, format!("values of column {one}")),
            ([], several) => (Loss::Values, format!("values of columns {}", list(several))),
            ([one], _) => (Loss::Column, format!("column {one}")),
            (several, _) => (Loss::Column, format!("columns {}", list(several))),
        };
        let lost = self.columns.into_iter().chain(self.conversions).collect();
        statement.losing(loss, &what, rows).at_the_cost_of(lost)
    }
}
