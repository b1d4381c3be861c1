//! `guard`: plans, refuses what nobody asked for, runs a command in the user's terminal, and verifies what it did.

use std::ffi::OsString;

use super::arguments::GuardArguments;
use super::check::both_sides;
use super::outcome::{Failure, Outcome, complain, print};
use super::plan::{PlanReport, made};
use super::report::{plan as report, verification};
use super::{count_rows, load_request, snapshot, verify};
use crate::catalog::{Change, Expectation, Sign, is_expected};
use crate::declared::Reader;
use crate::project::{self, DiskFiles};
use crate::push::{Aspect, Statement, Touch};

/// Runs the command.
pub fn run(arguments: &GuardArguments) -> Result<Outcome, Failure> {
    let request = load_request(&arguments.project)?;
    let mut reader = Reader::default();
    let project = project::load(&request, &DiskFiles, &mut reader)?;
    let (declared, live) = both_sides(&project, &mut reader)?;
    if live.taken_at.is_some() {
        return Err(Failure::Usage("guard needs the database itself, not a snapshot of it".into()));
    }
    let plan = made(&project, &declared, &live)?;
    let unforeseen = unforeseen(&plan, &arguments.expect);
    if !unforeseen.is_empty() {
        complain(report::text(&plan).trim_end());
        complain(&format!(
            "refused: it would destroy {}; settle that first, or name it with --expect if it may go",
            unforeseen.join(" and ")
        ));
        return Ok(Outcome::Drift);
    }
    let expected = match arguments.expect.is_empty() {
        true => announced(&plan),
        false => arguments.expect.clone(),
    };
    let counts = count_rows(&project, &live, false)?;
    let before = snapshot::take(&project, live, counts);
    let code = execute(&arguments.command)?;
    let project = project::load(&request, &DiskFiles, &mut reader)?;
    let verification = verify::since(&before, &project, &expected, false)?;
    print(&format!("\n{}", verification::text(&verification, false)))?;
    Ok(match verification.ok() {
        true => Outcome::Code(code),
        false => Outcome::Drift,
    })
}

/// What push would destroy though nobody expects it. That a drift is deferred does not allow it to be settled by force.
fn unforeseen(plan: &PlanReport, expected: &[Expectation]) -> Vec<String> {
    let may = |Touch { object, aspect }: &Touch| {
        let sign = if *aspect == Aspect::Absence { Sign::Dropped } else { Sign::Altered };
        let (columns, users) = (Vec::new(), Vec::new());
        let change = Change { sign, object: object.clone(), columns, users, details: Vec::new() };
        is_expected(expected, &change, plan.dialect)
    };
    let allowed = |statement: &&Statement| {
        statement.touches.iter().any(may) && statement.along.iter().all(|along| may(&along.touch))
    };
    let mut items: Vec<String> = Vec::new();
    for statement in plan.plan.statements.iter().filter(|statement| !allowed(statement)) {
        if let Some(destroys) = statement.destroys.as_ref().filter(|destroys| !items.contains(destroys)) {
            items.push(destroys.clone());
        }
    }
    items
}

/// The changes that the plan announces.
fn announced(plan: &PlanReport) -> Vec<Expectation> {
    let mut expected: Vec<Expectation> = Vec::new();
    for touch in plan.plan.statements.iter().flat_map(|statement| &statement.touches) {
        let sign = match touch.aspect {
            Aspect::Existence => Sign::Created,
            Aspect::Absence => Sign::Dropped,
            // Rows are not structure, and that they stay is what is verified.
            Aspect::Rows => continue,
            _ => Sign::Altered,
        };
        let expectation = Expectation::of(sign, &touch.object);
        if !expected.contains(&expectation) {
            expected.push(expectation);
        }
    }
    // What belongs to a table that comes or goes is no change of its own.
    let (whole, parts): (Vec<_>, Vec<_>) = expected.into_iter().partition(|item| item.sign() != Sign::Altered);
    let parts = parts.into_iter().filter(|part| !whole.iter().any(|item| item.name() == part.name()));
    parts.chain(whole.iter().cloned()).collect()
}

/// Runs `command` in this terminal. An interrupt is for the command; what it left behind is verified all the same.
fn execute(command: &[OsString]) -> Result<u8, Failure> {
    let Some((program, arguments)) = command.split_first() else {
        return Err(Failure::Usage("there is no command after --".into()));
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Usage(format!("no runtime can be started: {error}")))?;
    let status = runtime.block_on(async {
        let mut child = tokio::process::Command::new(program).args(arguments).spawn()?;
        loop {
            tokio::select! {
                status = child.wait() => return status,
                _ = tokio::signal::ctrl_c() => {}
            }
        }
    });
    let status = status.map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such program".to_owned(),
            _ => error.to_string(),
        };
        Failure::Usage(format!("{} cannot be run: {why}; nothing was changed", program.to_string_lossy()))
    })?;
    // Ended by a signal: as shells say it.
    Ok(status.code().map_or(130, |code| u8::try_from(code).unwrap_or(1)))
}
