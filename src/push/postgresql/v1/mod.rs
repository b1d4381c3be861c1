//! What `drizzle-kit push` 1.0 would do on PostgreSQL.

mod columns;
mod diff;
mod parts;
mod server_order;
mod snapshot;
mod tables;

use crate::catalog::{ObjectRef, Rows};
use crate::push::confirmation::confirmation_v1;
use crate::push::input::Input;
use crate::push::plan::Run;
use crate::push::postgresql::failures;
use crate::push::renames::Renames;
use crate::push::{Loss, Statement, Touch};

/// One of drizzle-kit's steps: some statements that belong together.
pub(super) struct Step {
    sql: Vec<String>,
    touches: Vec<Touch>,
    /// What the last statement takes away.
    loss: Option<(Loss, String, Rows)>,
    /// What push wants confirmed before it, where there is something to lose.
    warning: Option<(String, ObjectRef)>,
}

impl Step {
    fn new(sql: Vec<String>, touches: Vec<Touch>) -> Self {
        Self { sql, touches, loss: None, warning: None }
    }

    fn one(sql: String, touch: Touch) -> Self {
        Self::new(vec![sql], vec![touch])
    }

    fn losing(mut self, loss: Loss, what: String, rows: Rows) -> Self {
        self.loss = Some((loss, what, rows));
        self
    }

    fn warning(mut self, needed: bool, text: String, object: ObjectRef) -> Self {
        self.warning = needed.then_some((text, object));
        self
    }
}

/// One push.
pub(super) fn run(input: &Input, renames: &mut Renames) -> Run {
    let (live, code) = (snapshot::live(input), snapshot::declared(input));
    let steps = diff::steps(input, live, code, renames);
    let mut statements = Vec::new();
    let mut warnings: Vec<(String, ObjectRef)> = Vec::new();
    for step in steps {
        let last = step.sql.len().saturating_sub(1);
        for (number, sql) in step.sql.into_iter().enumerate() {
            let statement = Statement::new(sql, step.touches.clone());
            statements.push(match &step.loss {
                Some((loss, what, rows)) if number == last => statement.losing(*loss, what, *rows),
                _ => statement,
            });
        }
        warnings.extend(step.warning);
    }
    let (texts, concerns): (Vec<String>, Vec<ObjectRef>) = warnings.into_iter().unzip();
    let prompts = if texts.is_empty() { Vec::new() } else { vec![confirmation_v1(&statements, &texts, concerns)] };
    let (failure, doubts) = failures::of(input, &statements);
    Run { statements, prompts, failure, doubts }
}
