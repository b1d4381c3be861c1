//! What 0.x asks before it runs its steps, and what it empties for them.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::steps_v0::{Kind, Step};
use super::v0::Difference;
use super::{Held, objects};
use crate::catalog::{Dialect, ObjectKind, ObjectRef, Rows, type_change_loses_data};
use crate::push::confirmation::{Deed, confirmation_v0, yes};
use crate::push::plan::Run;
use crate::push::{Aspect, Choice, Failure, Loss, Prompt, PromptKind, Statement, Touch};

/// The steps as statements, with the questions. `held` says what the tables of the database hold, `counts` whether the code
/// has a column with AUTO_INCREMENT in a table.
pub(super) fn run(difference: Difference, held: &Held, counts: &dyn Fn(&str) -> bool) -> Run {
    let give_up =
        |reason: String| Run { failure: Some(Failure { statement: None, sqlstate: None, reason }), ..Run::default() };
    if let Some(reason) = difference.crash {
        return give_up(reason);
    }
    let first_type = difference.steps.iter().find(|step| matches!(step.kind, Kind::SetType { .. })).cloned();
    let steps: Vec<&Step> = difference.steps.iter().filter(|step| is_kept(step, first_type.as_ref())).collect();
    let mut found = Found::default();
    for step in &steps {
        let renamed = difference.renamed.iter().find(|(_, new)| *new == step.table);
        if looks(&step.kind)
            && let Some((old, new)) = renamed
        {
            return give_up(format!(
                "drizzle-kit 0.x looks for rows in `{new}` before it renames `{old}`, and ends there with nothing done; \
                 rename first, and push the other changes after that"
            ));
        }
        if step.kind == Kind::DropKey && counts(&step.table) {
            return give_up(format!(
                "drizzle-kit 0.x refuses to drop the primary key of `{}`, which has AUTO_INCREMENT; name the key in the code as \
                 the table and its columns joined by `_`",
                step.table
            ));
        }
        found.look(step, held.rows(&step.table));
    }
    let mut statements: Vec<Statement> = found.truncated.into_iter().map(|(_, statement)| statement).collect();
    let mut places: HashMap<&str, usize> = HashMap::new();
    for step in steps {
        for sql in &step.sql {
            // What it says twice it runs once.
            match places.entry(sql) {
                Entry::Occupied(place) => statements[*place.get()].touches.extend(step.touches.iter().cloned()),
                Entry::Vacant(place) => {
                    place.insert(statements.len());
                    statements.push(statement(step, sql, held));
                }
            }
        }
    }
    let mut prompts = found.prompts;
    for prompt in &mut prompts {
        prompt.choices[0].statements = statements.iter().map(|statement| statement.sql.clone()).collect();
        let mut emptied = prompt.choices[0].statements.clone();
        emptied.insert(0, format!("truncate table {};", prompt.concerns[1].name));
        prompt.choices[1].statements = emptied;
    }
    if !found.warnings.is_empty() {
        let counts = &found.counts;
        let deeds = [
            Deed::Remove("table", "tables", counts.tables.len()),
            Deed::Remove("column", "columns", counts.columns.len()),
            Deed::Truncate(counts.truncated.len()),
        ];
        prompts.push(confirmation_v0(&statements, &found.warnings, yes(&deeds, false), found.concerns));
    }
    Run { statements, prompts, ..Run::default() }
}

/// Steps that 0.x leaves out again.
fn is_kept(step: &Step, first_type: Option<&Step>) -> bool {
    match &step.kind {
        Kind::SetType { from, to, .. } => {
            let pair = |a: &str, b: &str| from.starts_with(a) && to.starts_with(b);
            !(pair("tinyint", "boolean") || pair("bigint unsigned", "serial") || pair("serial", "bigint unsigned"))
        }
        Kind::SetDefault { is_boolean_spelling, .. } => !is_boolean_spelling,
        Kind::DropNotNull { column, is_serial, autoincrement } => {
            let becomes_serial = first_type.is_some_and(|first| {
                first.table == step.table
                    && matches!(&first.kind, Kind::SetType { column: other, from, to }
                        if other == column && from.starts_with("bigint unsigned") && to.starts_with("serial"))
            });
            !(becomes_serial || *is_serial || *autoincrement)
        }
        Kind::DropUnique { of_serial, .. } => !of_serial,
        _ => true,
    }
}

/// Whether 0.x counts the rows of the step's table.
fn looks(kind: &Kind) -> bool {
    match kind {
        Kind::DropTable | Kind::DropColumn(_) | Kind::SetType { .. } | Kind::AddUnique { .. } => true,
        Kind::DropDefault { not_null, .. } => *not_null,
        Kind::SetNotNull { has_default, .. } => !has_default,
        Kind::AddColumn { needs_value, .. } => *needs_value,
        _ => false,
    }
}

/// A statement of a step, with what is lost by it.
fn statement(step: &Step, sql: &str, held: &Held) -> Statement {
    let statement = Statement::new(sql, step.touches.clone());
    let table = &step.table;
    let rows_in = |column: &str| held.rows_in(table, column);
    match &step.kind {
        Kind::DropTable => statement.losing(Loss::Table, &format!("table {table}"), held.rows(table)),
        Kind::DropColumn(column) => {
            statement.losing(Loss::Column, &format!("column {table}.{column}"), rows_in(column))
        }
        Kind::Recreate { column } if sql.contains(" DROP COLUMN ") => {
            statement.losing(Loss::Column, &format!("column {table}.{column}"), rows_in(column))
        }
        Kind::SetType { column, from, to } if type_change_loses_data(Dialect::Mysql, from, to) => {
            statement.losing(Loss::Values, &format!("values of column {table}.{column}"), rows_in(column))
        }
        _ => statement,
    }
}

/// How many of each kind the last question names.
#[derive(Default)]
struct Counts {
    tables: Vec<String>,
    columns: Vec<String>,
    truncated: Vec<String>,
}

#[derive(Default)]
struct Found {
    truncated: Vec<(String, Statement)>,
    prompts: Vec<Prompt>,
    warnings: Vec<String>,
    counts: Counts,
    concerns: Vec<ObjectRef>,
}

impl Found {
    fn look(&mut self, step: &Step, rows: Rows) {
        if !looks(&step.kind) || rows == Rows::None {
            return;
        }
        let table = &step.table;
        let items = items(rows);
        let once = |list: &mut Vec<String>, item: String| {
            if !list.contains(&item) {
                list.push(item);
            }
        };
        let warning = match &step.kind {
            Kind::DropTable => {
                once(&mut self.counts.tables, table.clone());
                format!("delete {table} table with {items}")
            }
            Kind::DropColumn(column) => {
                once(&mut self.counts.columns, format!("{table}_{column}"));
                format!("delete {column} column in {table} table with {items}")
            }
            Kind::SetType { column, from, to } => {
                self.truncate(step, rows);
                format!("change {column} column type from {from} to {to} with {items}")
            }
            Kind::DropDefault { column, .. } => {
                self.truncate(step, rows);
                format!("remove default value from {column} not-null column with {items}")
            }
            Kind::SetNotNull { column, .. } => {
                self.truncate(step, rows);
                format!("set not-null constraint to {column} column without default, which contains {items}")
            }
            Kind::AddColumn { column, .. } => {
                self.truncate(step, rows);
                format!("add not-null {column} column without default value, which contains {items}")
            }
            Kind::AddUnique { name } => {
                self.prompts.push(unique_question(table, name, &items, rows));
                return;
            }
            _ => return,
        };
        self.warnings.push(format!("· You're about to {warning}"));
        self.concerns.extend(step.touches.iter().map(|touch| touch.object.clone()));
    }

    /// 0.x empties the whole table before it changes anything.
    fn truncate(&mut self, step: &Step, rows: Rows) {
        let table = &step.table;
        if let Some((_, statement)) = self.truncated.iter_mut().find(|(name, _)| name == table) {
            statement.touches.extend(step.touches.iter().cloned());
            return;
        }
        let mut touches = vec![Touch::new(objects::table(table), Aspect::Rows)];
        touches.extend(step.touches.iter().cloned());
        let statement = Statement::new(format!("truncate table {table};"), touches);
        self.truncated.push((table.clone(), statement.losing(Loss::Rows, &format!("the rows of {table}"), rows)));
        self.counts.truncated.push(table.clone());
    }
}

/// `3 items`; 0.x counts, we estimate.
fn items(rows: Rows) -> String {
    match rows {
        Rows::About(count) => format!("{count} items"),
        _ => "N items".to_owned(),
    }
}

fn unique_question(table: &str, name: &str, items: &str, rows: Rows) -> Prompt {
    Prompt {
        kind: PromptKind::UniqueOnRows,
        text: format!(
            "· You're about to add {name} unique constraint to the table, which contains {items}. If this statement fails, you \
             will receive an error from the database. Do you want to truncate {table} table?"
        ),
        choices: vec![
            Choice {
                label: "No, add the constraint without truncating the table".into(),
                statements: Vec::new(),
                destroys: None,
            },
            Choice {
                label: "Yes, truncate the table".into(),
                statements: Vec::new(),
                destroys: Some(match rows.words() {
                    Some(words) => format!("the rows of {table}, {words}"),
                    None => format!("the rows of {table}, if it holds any rows"),
                }),
            },
        ],
        safe_choice: Some(0),
        advice: "Choose No: if two rows are alike, the statement fails and nothing is lost.".into(),
        concerns: vec![objects::of_table(ObjectKind::Unique, table, name), objects::table(table)],
    }
}
