//! What 1.0 asks before it runs its steps.

use std::collections::HashMap;

use super::Held;
use super::snapshot::Snapshot;
use super::steps_v1::{Kind, Step};
use super::v1;
use crate::catalog::{Dialect, ObjectRef, Rows, type_change_loses_data};
use crate::push::confirmation::confirmation_v1;
use crate::push::plan::Run;
use crate::push::{Failure, Loss, Statement};

/// The steps as statements, with the question. `held` says what the tables of the database hold.
pub(super) fn run(steps: &[Step], to: &Snapshot, held: &Held) -> Run {
    if let Some(reason) = v1::refused(steps, to) {
        return Run { failure: Some(Failure { statement: None, sqlstate: None, reason }), ..Run::default() };
    }
    // Of several, the first.
    let renamed: HashMap<&str, &str> = steps
        .iter()
        .rev()
        .filter_map(|step| match &step.kind {
            Kind::RenameTable { from } => Some((step.table.as_str(), from.as_str())),
            _ => None,
        })
        .collect();
    let former = |table: &str| renamed.get(table).copied().unwrap_or(table).to_owned();
    let mut statements = Vec::new();
    let (mut warnings, mut concerns): (Vec<String>, Vec<ObjectRef>) = (Vec::new(), Vec::new());
    for step in steps {
        let table = former(&step.table);
        let rows_in = |column: &str| held.rows_in(&table, column);
        for sql in &step.sql {
            statements.push(statement(step, sql, held.rows(&table), &rows_in));
        }
        if let Some(warning) = warning(step, held.rows(&table), &rows_in, &former) {
            warnings.push(warning);
            concerns.extend(step.touches.iter().map(|touch| touch.object.clone()));
        }
    }
    let prompts =
        if warnings.is_empty() { Vec::new() } else { vec![confirmation_v1(&statements, &warnings, concerns)] };
    Run { statements, prompts, ..Run::default() }
}

fn statement(step: &Step, sql: &str, rows: Rows, rows_in: &dyn Fn(&str) -> Rows) -> Statement {
    let statement = Statement::new(sql, step.touches.clone());
    let table = &step.table;
    match &step.kind {
        Kind::DropTable => statement.losing(Loss::Table, &format!("table {table}"), rows),
        Kind::DropColumn(column) => {
            statement.losing(Loss::Column, &format!("column {table}.{column}"), rows_in(column))
        }
        Kind::Recreate { column } if sql.contains(" DROP COLUMN ") => {
            statement.losing(Loss::Column, &format!("column {table}.{column}"), rows_in(column))
        }
        Kind::Alter { column, change } => match &change.types {
            Some((from, to)) if type_change_loses_data(Dialect::Mysql, from, to) => {
                statement.losing(Loss::Values, &format!("values of column {table}.{column}"), rows_in(column))
            }
            _ => statement,
        },
        _ => statement,
    }
}

/// What 1.0 warns of, in its words.
fn warning(step: &Step, rows: Rows, rows_in: &dyn Fn(&str) -> Rows, former: &dyn Fn(&str) -> String) -> Option<String> {
    let table = match former(&step.table) {
        old if old == step.table => format!("`{old}`"),
        old => format!("`{old}` (will be renamed to `{}`)", step.table),
    };
    let has_rows = rows != Rows::None;
    let warning = match &step.kind {
        Kind::DropTable if has_rows => format!("delete non-empty {table} table"),
        Kind::DropColumn(column) if rows_in(column) != Rows::None => {
            format!("delete non-empty `{column}` column in {table} table")
        }
        Kind::DropKey if has_rows => format!(
            "drop the primary key of {table} table. The statements may fail, and the table may lose its primary key"
        ),
        Kind::Alter { column, change } if !change.generated => {
            let (from, to) = change.types.as_ref()?;
            format!("change `{column}` column type in {table} table from {from} to {to}")
        }
        _ => return None,
    };
    Some(format!("You're about to {warning}"))
}
