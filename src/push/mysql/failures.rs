//! Where the server refuses a statement of push, as far as that follows from the two sides.

use super::doubts::Doubts;
use super::server::Server;
use super::snapshot::Snapshot;
use crate::catalog::{Generation, InformationSchema};
use crate::push::input::Input;
use crate::push::{Doubt, Failure, Statement};

/// The first statement that fails, and where rows may make one before it fail.
pub(super) fn of(
    statements: &[Statement],
    (from, to): (&Snapshot, &Snapshot),
    input: &Input,
    words: &InformationSchema,
) -> (Option<Failure>, Vec<Doubt>) {
    if statements.is_empty() {
        return (None, Vec::new());
    }
    let mut server = Server::new(from, input, words);
    let mut doubts = Doubts::new(words);
    for (number, statement) in statements.iter().enumerate() {
        doubts.look(number, &statement.sql, &server, to);
        if let Some((sqlstate, reason)) = server.run(&statement.sql, to) {
            let failure = failure(number, sqlstate, reason, input.generation);
            return (Some(failure), doubts.into_found());
        }
    }
    (None, doubts.into_found())
}

fn failure(number: usize, sqlstate: &str, reason: String, generation: Generation) -> Failure {
    let reason = match number {
        0 => reason,
        1 => format!("{reason}; the statement before it stays in force"),
        _ => format!("{reason}; the {number} statements before it stay in force"),
    };
    let reason = match generation {
        Generation::V0 => format!("{reason}, and drizzle-kit exits with 0 nevertheless"),
        Generation::V1 => reason,
    };
    Failure { statement: Some(number), sqlstate: Some(sqlstate.to_owned()), reason }
}
