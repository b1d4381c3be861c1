//! Push on SQLite and libSQL: the statements, questions and crashes of drizzle-kit 0.x and of 1.0.

mod cascade;
mod doubts;
mod enforcement;
mod failure;
mod loss;
mod made;
mod objects;
mod spelled;
mod tokens;
mod v0_diff;
mod v0_snapshot;
mod v0_sql;
mod v1_ddl;
mod v1_diff;
mod v1_snapshot;
mod v1_sql;

use super::input::Input;
use super::plan::Run;
use super::renames::Renames;
use super::{Failure, Statement};
use crate::catalog::Generation;
use loss::Losses;

/// Plans one push.
pub(super) fn run(input: &Input, renames: &mut Renames) -> Run {
    let run = match input.generation {
        Generation::V0 => plan_v0(input, renames),
        Generation::V1 => plan_v1(input, renames),
    };
    run.unwrap_or_else(|reason| Run {
        failure: Some(Failure { statement: None, sqlstate: None, reason }),
        ..Run::default()
    })
}

fn plan_v0(input: &Input, renames: &mut Renames) -> Result<Run, String> {
    let old = v0_snapshot::of_database(input)?;
    let new = v0_snapshot::of_code(input, &old)?;
    let difference = v0_diff::difference(input.declared.dialect, &old, &new, renames);
    Ok(judged(input, v0_sql::write(input, &old, &new, &difference)?))
}

fn plan_v1(input: &Input, renames: &mut Renames) -> Result<Run, String> {
    let old = v1_snapshot::of_database(input)?;
    let new = v1_snapshot::of_code(input, &old)?;
    Ok(judged(input, v1_sql::write(input, &v1_diff::change(old, new, renames))))
}

/// What push does, and what it says is lost.
struct Script {
    statements: Vec<Statement>,
    losses: Losses,
}

/// What SQLite makes of the statements.
fn judged(input: &Input, script: Script) -> Run {
    let Script { mut statements, losses } = script;
    let mut doubts = cascade::mark(input, &mut statements);
    doubts.extend(doubts::of(input, &statements));
    doubts.sort_by_key(|doubt| doubt.statement);
    let prompts = losses.into_prompt(input.generation, &statements).into_iter().collect();
    let failure = failure::of(input, &statements);
    Run { statements, prompts, failure, doubts }
}
