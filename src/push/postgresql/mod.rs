//! Plans the push of PostgreSQL, by the rules of each version of drizzle-kit.

mod enum_values;
mod failures;
mod v0;
mod words;

use super::input::Input;
use super::plan::Run;
use super::renames::Renames;
use crate::catalog::Generation;

/// One push.
pub(super) fn run(input: &Input, renames: &mut Renames) -> Run {
    match input.generation {
        Generation::V0 | Generation::V1 => v0::run(input, renames),
    }
}
