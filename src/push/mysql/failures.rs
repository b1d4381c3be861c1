//! Where the server refuses a statement of push, as far as that follows from the two sides.

use super::server::Server;
use super::snapshot::Snapshot;
use crate::catalog::{Generation, InformationSchema};
use crate::push::input::Input;
use crate::push::{Failure, Statement};

/// The first statement that fails.
pub(super) fn first(
    statements: &[Statement],
    (from, to): (&Snapshot, &Snapshot),
    input: &Input,
    words: &InformationSchema,
) -> Option<Failure> {
    if statements.is_empty() {
        return None;
    }
    let mut server = Server::new(from, input, words);
    statements.iter().enumerate().find_map(|(number, statement)| {
        let (sqlstate, reason) = server.run(&statement.sql, to)?;
        let reason = match number {
            0 => reason,
            1 => format!("{reason}; the statement before it stays in force"),
            _ => format!("{reason}; the {number} statements before it stay in force"),
        };
        let reason = match input.generation {
            Generation::V0 => format!("{reason}, and drizzle-kit exits with 0 nevertheless"),
            Generation::V1 => reason,
        };
        Some(Failure { statement: Some(number), sqlstate: Some(sqlstate.to_owned()), reason })
    })
}
