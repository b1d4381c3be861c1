//! Push on MySQL and MariaDB: drizzle-kit's snapshot of the code, that of the database, and the steps between them, for 0.x
//! and for 1.0.

mod changes;
mod code;
mod columns_v0;
mod columns_v1;
mod database;
mod defaults_v0;
mod defaults_v1;
mod doubts;
mod failures;
mod narrowing;
mod objects;
mod refusals;
mod reserved;
mod server;
mod snapshot;
mod steps_v0;
mod steps_v1;
mod types_v1;
mod v0;
mod v1;
mod warnings_v0;
mod warnings_v1;
mod words;

use std::collections::HashMap;

use super::Failure;
use super::input::Input;
use super::plan::Run;
use super::renames::Renames;
use crate::catalog::{Generation, LiveCatalog, Rows};

/// What push would do.
pub(super) fn run(input: &Input, renames: &mut Renames) -> Run {
    let made;
    let words = match &input.live.information_schema {
        Some(words) => words,
        // A catalog that was not read from a server.
        None => {
            made = words::of_catalog(input.live);
            &made
        }
    };
    // 1.0 reads the schema files first, 0.x the database; what ends it here asks nothing.
    let sides = database::snapshot(input, words).and_then(|from| Ok((from, code::snapshot(input)?)));
    let (from, to) = match sides {
        Ok(sides) => sides,
        Err(reason) => {
            return Run { failure: Some(Failure { statement: None, sqlstate: None, reason }), ..Run::default() };
        }
    };
    let tables = from.tables.iter().map(|table| (table.name.clone(), table.rows)).collect();
    let held = Held { tables, live: input.live };
    let open = input.declared.tables_open;
    let mut run = match input.generation {
        Generation::V0 => {
            let counts = |name: &str| {
                to.table(name).is_some_and(|table| table.columns.iter().any(|column| column.autoincrement))
            };
            warnings_v0::run(v0::difference(from.clone(), to.clone(), open, renames), &held, &counts)
        }
        Generation::V1 => warnings_v1::run(&v1::difference(from.clone(), to.clone(), open, renames), &to, &held),
    };
    if run.failure.is_none() {
        (run.failure, run.doubts) = failures::of(&run.statements, (&from, &to), input, words);
    }
    run
}

/// What the tables hold that drizzle-kit sees.
struct Held<'a> {
    tables: HashMap<String, Rows>,
    live: &'a LiveCatalog,
}

impl Held<'_> {
    /// How many rows a table holds.
    fn rows(&self, table: &str) -> Rows {
        self.tables.get(table).copied().unwrap_or(Rows::None)
    }

    /// How many of them may hold a value in `column`.
    fn rows_in(&self, table: &str, column: &str) -> Rows {
        match self.rows(table) {
            Rows::None => Rows::None,
            _ => self.live.rows_in(None, table, column),
        }
    }
}
