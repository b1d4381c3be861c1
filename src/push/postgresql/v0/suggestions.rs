//! The last pass of drizzle-kit 0.31: it counts rows, asks, empties tables, and makes the steps statements.

use std::collections::{BTreeMap, BTreeSet};

use super::cascade;
use super::snapshot::{PUBLIC, qualified};
use super::steps::{Kind, Step};
use crate::catalog::{Family, ObjectKind, ObjectRef, Rows, TableKind};
use crate::push::confirmation::{Deed, confirmation_v0, yes};
use crate::push::input::Input;
use crate::push::plan::Run;
use crate::push::postgresql::{failures, words};
use crate::push::{Aspect, Choice, Loss, Prompt, PromptKind, Statement, Touch};

/// What push asks and runs.
pub(super) fn run(input: &Input, steps: Vec<Step>) -> Run {
    let mut pass = Pass::default();
    for step in steps {
        pass.step(input, step);
    }
    let mut statements = pass.statements;
    cascade::mark_drops(input, &mut statements);
    let mut prompts = pass.prompts;
    for prompt in &mut prompts {
        let (kept, emptied) = (sql(&statements), prompt.choices[1].statements.clone());
        let at = statements.iter().position(|statement| statement.sql == emptied[1]).unwrap_or(statements.len());
        let mut with = kept.clone();
        with.insert(at, emptied[0].clone());
        prompt.choices[0].statements = kept;
        prompt.choices[1].statements = with;
    }
    if !pass.warnings.is_empty() {
        let counts = &pass.counts;
        let deeds = [
            Deed::Remove("table", "tables", counts.tables.len()),
            Deed::Remove("column", "columns", counts.columns.len()),
            Deed::Truncate(counts.emptied.len()),
            // As drizzle-kit spells it.
            Deed::Remove("materialize view", "materialized views", counts.views.len()),
        ];
        let concerns = pass.concerns.into_iter().filter(|object| object.kind != ObjectKind::Enum).collect();
        prompts.push(confirmation_v0(&statements, &pass.warnings, yes(&deeds, false), concerns));
    }
    let (failure, doubts) = failures::of(input, &statements);
    Run { statements, prompts, failure, doubts }
}

fn sql(statements: &[Statement]) -> Vec<String> {
    statements.iter().map(|statement| statement.sql.clone()).collect()
}

#[derive(Default)]
struct Counts {
    tables: BTreeSet<String>,
    columns: BTreeSet<String>,
    emptied: BTreeSet<String>,
    views: BTreeSet<String>,
}

#[derive(Default)]
struct Pass {
    statements: Vec<Statement>,
    seen: BTreeMap<String, usize>,
    prompts: Vec<Prompt>,
    warnings: Vec<String>,
    counts: Counts,
    concerns: Vec<ObjectRef>,
}

impl Pass {
    fn step(&mut self, input: &Input, step: Step) {
        let Step { kind, table: (schema, name), sql, touches, rows } = step;
        let any = rows.any();
        let items = words::items(rows);
        let table = || format!("table {}", super::resolve::key(&schema, &name));
        let object = touches.first().map(|touch| touch.object.clone());
        let mut loss = (Loss::None, String::new(), rows);
        let rows_in = |column: &str| input.live.rows_in(Some(&schema), &name, column);
        match kind {
            Kind::DropTable => {
                let rows =
                    input.live.evidence.get(&(Some(schema.clone()), name.clone())).map_or(Rows::Unknown, |e| e.rows);
                if rows.any() {
                    self.warn(format!("You're about to delete {name} table with {} items", words::items(rows)), object);
                    self.counts.tables.insert(name.clone());
                }
                loss = (Loss::Table, table(), rows);
            }
            Kind::DropView { materialized: true, schema, name } => {
                let rows = input.live.evidence.get(&(Some(schema), name.clone())).map_or(Rows::Unknown, |e| e.rows);
                if rows.any() {
                    let items = words::items(rows);
                    self.warn(
                        format!("You're about to delete \"{name}\" materialized view with {items} items"),
                        object,
                    );
                    self.counts.views.insert(name);
                }
            }
            Kind::DropColumn { column } => {
                if any {
                    self.warn(
                        format!("You're about to delete {column} column in {name} table with {items} items"),
                        object,
                    );
                    self.counts.columns.insert(format!("{name}_{column}"));
                }
                let what = format!("column {}.{column}", super::resolve::key(&schema, &name));
                loss = (Loss::Column, what, rows_in(&column));
            }
            Kind::MakeGenerated { column } => {
                let what = format!("column {}.{column}", super::resolve::key(&schema, &name));
                loss = (Loss::Column, what, rows_in(&column));
            }
            Kind::SetType { column, loses: true, .. } => {
                let what = format!("values of column {}.{column}", super::resolve::key(&schema, &name));
                loss = (Loss::Values, what, rows_in(&column));
            }
            Kind::DropSchema { name } => {
                let tables = tables_in(input, &name);
                if tables > 0 {
                    self.warn(format!("You're about to delete {name} schema with {tables} tables"), object);
                }
            }
            Kind::DropPrimaryKey if any => {
                let text = format!(
                    "You're about to change {name} primary key. This statements may fail and you table may left without \
                     primary key"
                );
                self.warn(text, object);
                self.counts.emptied.insert(name);
            }
            Kind::AddColumn { column, needs_rows_gone: true } if any => {
                let text = format!(
                    "You're about to add not-null {column} column without default value, which contains {items} items"
                );
                self.warn(text, object);
                self.counts.emptied.insert(name.clone());
                let emptying = self.truncate(input, &schema, &name, &touches, rows);
                self.push(emptying);
            }
            Kind::AddUnique { name: unique } if any => {
                let text = format!(
                    "You're about to add {unique} unique constraint to the table, which contains {items} items. If this \
                     statement fails, you will receive an error from the database. Do you want to truncate {name} table?"
                );
                let emptying = self.truncate(input, &schema, &name, &touches, rows);
                let choice = |label: &str, statements: Vec<String>, destroys| Choice {
                    label: label.to_owned(),
                    statements,
                    destroys,
                };
                self.prompts.push(Prompt {
                    kind: PromptKind::UniqueOnRows,
                    text,
                    choices: vec![
                        choice("No, add the constraint without truncating the table", Vec::new(), None),
                        choice("Yes, truncate the table", vec![emptying.sql, sql[0].clone()], emptying.destroys),
                    ],
                    safe_choice: Some(0),
                    advice: format!(
                        "Press Enter: if rows of `{name}` have the same values, the server refuses the constraint and \
                         nothing is lost."
                    ),
                    concerns: object.into_iter().collect(),
                });
            }
            _ => {}
        }
        let last = sql.len().saturating_sub(1);
        for (number, sql) in sql.into_iter().enumerate() {
            let statement = Statement::new(sql, touches.clone());
            // A step that loses something does so with its last statement; only the new column comes after the old.
            let loses = loss.0 != Loss::None
                && (number == last || touches.iter().any(|touch| touch.aspect == Aspect::Generated));
            self.push(if loses { statement.losing(loss.0, &loss.1, loss.2) } else { statement });
        }
    }

    fn warn(&mut self, text: String, object: Option<ObjectRef>) {
        self.warnings.push(format!("· {text}"));
        self.concerns.extend(object);
    }

    fn truncate(&self, input: &Input, schema: &str, name: &str, touches: &[Touch], rows: Rows) -> Statement {
        let own = touches.first().map(|touch| touch.object.clone());
        let table = own.map(|object| ObjectRef::table(object.schema, object.table.as_deref().unwrap_or(name)));
        let mut all = touches.to_vec();
        all.extend(table.iter().map(|table| Touch::new(table.clone(), Aspect::Rows)));
        let what = format!("all rows of table {}", super::resolve::key(schema, name));
        let sql = format!("truncate table {} cascade;", qualified(schema, name));
        let mut statement = Statement::new(sql, all).losing(Loss::Rows, &what, rows);
        cascade::mark_truncate(input, &self.statements, table, &mut statement);
        statement
    }

    /// A statement that was there already is not run again.
    fn push(&mut self, statement: Statement) {
        if let Some(&place) = self.seen.get(&statement.sql) {
            self.statements[place].touches.extend(statement.touches);
            return;
        }
        self.seen.insert(statement.sql.clone(), self.statements.len());
        self.statements.push(statement);
    }
}

/// How many tables and views information_schema lists.
fn tables_in(input: &Input, schema: &str) -> usize {
    let of = |name: &Option<String>| name.as_deref().unwrap_or(PUBLIC) == schema;
    let catalog = &input.live.catalog;
    debug_assert_eq!(input.family, Family::Postgresql);
    let listed = |kind: &TableKind| !matches!(kind, TableKind::Virtual(_) | TableKind::Shadow(_));
    catalog.tables.iter().filter(|table| of(&table.schema) && listed(&table.kind)).count()
        + catalog.views.iter().filter(|view| of(&view.schema) && !view.materialized).count()
}
