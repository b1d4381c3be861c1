//! Plans the push of PostgreSQL, by the rules of each version of drizzle-kit.

mod enum_values;
mod failures;
mod v0;
mod v1;
mod words;

use super::input::Input;
use super::plan::Run;
use super::renames::Renames;
use crate::catalog::Generation;

/// A type of the database as drizzle-kit reads it: it takes the quotes off PostgreSQL's `"char"`.
fn as_read(sql_type: &str) -> &str {
    match sql_type {
        "\"char\"" => "char",
        "\"char\"[]" => "char[]",
        other => other,
    }
}

/// One push.
pub(super) fn run(input: &Input, renames: &mut Renames) -> Run {
    match input.generation {
        Generation::V0 => v0::run(input, renames),
        Generation::V1 => v1::run(input, renames),
    }
}
