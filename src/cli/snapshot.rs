//! `snapshot`: the live database's structure, and what `verify` needs beside it, as a file.

use super::arguments::SnapshotArguments;
use super::files::{hashes, write_atomically};
use super::outcome::{Failure, Outcome, complain};
use super::{count_rows, load_request, read_live};
use crate::catalog::{LiveCatalog, RowCount, Snapshot};
use crate::declared::Reader;
use crate::project::{self, DiskFiles, Project};

/// Runs the command.
pub fn run(arguments: &SnapshotArguments) -> Result<Outcome, Failure> {
    let mut reader = Reader::default();
    let project = project::load(&load_request(&arguments.project)?, &DiskFiles, &mut reader)?;
    let live = read_live(&project)?;
    let counts = count_rows(&project, &live, arguments.count_rows)?;
    let snapshot = take(&project, live, counts);
    write_atomically(&arguments.output, &snapshot.to_text())?;
    if !arguments.quiet {
        let database = &snapshot.live.database;
        let tables = snapshot.live.catalog.tables.len();
        let host = database.host.as_ref().map_or(String::new(), |host| format!(" at {host}"));
        complain(&format!(
            "{}: {tables} table{} of {}{host}; compare with it by `drizzle-drift verify --before {}`",
            arguments.output.display(),
            if tables == 1 { "" } else { "s" },
            database.name,
            arguments.output.display(),
        ));
    }
    Ok(Outcome::Clean)
}

/// The snapshot of `project` with its database as it was read just now.
pub(super) fn take(project: &Project, live: LiveCatalog, counts: Vec<RowCount>) -> Snapshot {
    Snapshot {
        // Where a snapshot stands in for the database, a copy of it is no younger.
        taken_at: live.taken_at.unwrap_or_else(jiff::Timestamp::now),
        tool: env!("CARGO_PKG_VERSION").into(),
        kit: project.kit.version.clone(),
        filter: project.filter.clone(),
        files: hashes(project),
        counts,
        live,
    }
}
