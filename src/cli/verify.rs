//! `verify`: whether nothing but the expected changes happened since a snapshot was taken.

use std::collections::BTreeMap;

use super::arguments::{VerifyArguments, VerifyFormat};
use super::files::{hashes, write_report};
use super::outcome::{Failure, Outcome, complain, print};
use super::report::verification;
use super::{count_rows, load_request, read_live};
use crate::catalog::{
    self, Change, Dialect, Expectation, FileHash, LiveCatalog, Rows, Snapshot, TableKind, is_expected,
};
use crate::declared::Reader;
use crate::live;
use crate::project::{self, DiskFiles, Project};

/// What `verify` found.
pub struct Verification {
    /// The contract's four checks.
    pub checks: Vec<Check>,
    /// All that changed, expected or not.
    pub changes: Vec<Change>,
    /// Those of them that nobody expected.
    pub unexpected: Vec<Change>,
}

/// One check.
pub struct Check {
    /// Its name in the contract.
    pub name: &'static str,
    /// What it found, one item each; what is wrong where it failed.
    pub details: Vec<String>,
    /// Whether it passed.
    pub ok: bool,
}

impl Verification {
    /// Whether every check passed.
    pub fn ok(&self) -> bool {
        self.checks.iter().all(|check| check.ok)
    }
}

/// Runs the command.
pub fn run(arguments: &VerifyArguments) -> Result<Outcome, Failure> {
    let before = live::read_snapshot(&arguments.before).map_err(|error| Failure::Usage(error.to_string()))?;
    let mut reader = Reader::default();
    let project = project::load(&load_request(&arguments.project)?, &DiskFiles, &mut reader)?;
    let verification = since(&before, &project, &arguments.expect, arguments.count_rows)?;
    let text = match arguments.format {
        VerifyFormat::Text => verification::text(&verification, arguments.quiet),
        VerifyFormat::Concise => verification::concise(&verification),
        VerifyFormat::Json => format!("{:#}\n", verification::json(&verification)),
        VerifyFormat::Github => verification::github(&verification),
        VerifyFormat::Junit => verification::junit(&verification),
        VerifyFormat::Markdown => verification::markdown(&verification),
    };
    match &arguments.output_file {
        None => print(&text)?,
        Some(file) => write_report(file, &text)?,
    }
    Ok(if verification.ok() { Outcome::Clean } else { Outcome::Drift })
}

/// Compares the database of `project` with `before`.
pub(super) fn since(
    before: &Snapshot,
    project: &Project,
    expected: &[Expectation],
    counts_rows: bool,
) -> Result<Verification, Failure> {
    if before.dialect().family() != project.dialect.family() {
        return Err(Failure::Usage(format!(
            "the snapshot is of a {} database, but the project is for {}; take one of the project's database",
            before.dialect().name(),
            project.dialect.name()
        )));
    }
    let live = read_live(project)?;
    let counts = count_rows(project, &live, counts_rows)?;
    let (then, now) = (&before.live.database, &live.database);
    if (&then.name, &then.host) != (&now.name, &now.host) {
        let place = |host: &Option<String>| host.as_ref().map_or(String::new(), |host| format!(" at {host}"));
        complain(&format!(
            "note: the snapshot was taken of {}{}, and this is {}{}",
            then.name,
            place(&then.host),
            now.name,
            place(&now.host)
        ));
    }
    let now = Snapshot { counts, live, files: hashes(project), ..before.clone() };
    Ok(judge(before, &now, expected))
}

/// What became of `before`.
fn judge(before: &Snapshot, now: &Snapshot, expected: &[Expectation]) -> Verification {
    let dialect = now.dialect();
    let changes = catalog::changes(&before.live, &now.live);
    let unexpected: Vec<Change> =
        changes.iter().filter(|change| !is_expected(expected, change, dialect)).cloned().collect();
    let mut surprises: Vec<String> = unexpected.iter().map(Change::to_string).collect();
    surprises.extend(schemas(&before.live, &now.live, expected));
    let checks = vec![
        happened(expected, &changes, dialect),
        Check { name: "nothing else changed", ok: surprises.is_empty(), details: surprises },
        truncated(before, now),
        files(&before.files, &now.files),
    ];
    Verification { checks, changes, unexpected }
}

fn happened(expected: &[Expectation], changes: &[Change], dialect: Dialect) -> Check {
    let (done, missing): (Vec<_>, Vec<_>) =
        expected.iter().partition(|expectation| changes.iter().any(|change| expectation.happened(change, dialect)));
    let details = match missing.is_empty() {
        true => done.iter().map(ToString::to_string).collect(),
        false => missing.iter().map(|expectation| format!("{expectation} did not happen")).collect(),
    };
    Check { name: "expected changes happened", ok: missing.is_empty(), details }
}

/// Schemas that came or went. One that a new table needs comes with it.
fn schemas(before: &LiveCatalog, now: &LiveCatalog, expected: &[Expectation]) -> Vec<String> {
    let (old, new) = (&before.catalog.schemas, &now.catalog.schemas);
    let named = |sign: char, schema: &str| {
        expected
            .iter()
            .map(ToString::to_string)
            .any(|text| text == format!("{sign} {schema}") || text.starts_with(&format!("{sign} {schema}.")))
    };
    let created = new.iter().filter(|schema| !old.contains(schema) && !named('+', schema));
    let dropped = old.iter().filter(|schema| !new.contains(schema) && !named('-', schema));
    created
        .map(|schema| format!("+ schema {schema}"))
        .chain(dropped.map(|schema| format!("- schema {schema}")))
        .collect()
}

type TableKey = (Option<String>, String);

/// Tables that lost their rows. Only what was seen counts: rows that were there, and none now. Statistics prove nothing,
/// for they are written late and can be reset.
fn truncated(before: &Snapshot, now: &Snapshot) -> Check {
    let (old, new) = (seen(before), seen(now));
    let mut details = Vec::new();
    let mut unknown = 0;
    for (key, rows) in &old {
        if now.live.catalog.table(key.0.as_deref(), &key.1).is_none() || *rows == Seen::Exactly(0) {
            continue;
        }
        let name = catalog::ObjectRef::table(key.0.clone(), &key.1);
        let had = match rows {
            Seen::Exactly(1) => "had 1 row".to_owned(),
            Seen::Exactly(rows) => format!("had {rows} rows"),
            Seen::AtLeast(_) => "had rows".to_owned(),
        };
        match new.get(key) {
            None => unknown += 1,
            Some(Seen::Exactly(0)) => details.push(format!("{name}: {had}, now empty")),
            // Another file holds fewer rows: what was there is gone, and others came.
            Some(Seen::Exactly(left)) if rows.least() > *left && rewritten(before, now, key) => {
                details.push(format!("{name}: {had}, now {left} in another file"));
            }
            Some(_) => {}
        }
    }
    let ok = details.is_empty();
    if ok && unknown > 0 {
        details.push(format!("{unknown} tables could not be read again"));
    }
    Check { name: "no table was truncated", ok, details }
}

/// How many rows somebody saw.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    Exactly(u64),
    AtLeast(u64),
}

impl Seen {
    fn least(self) -> u64 {
        match self {
            Self::Exactly(rows) | Self::AtLeast(rows) => rows,
        }
    }
}

fn seen(snapshot: &Snapshot) -> BTreeMap<TableKey, Seen> {
    let counted = snapshot.counts.iter().map(|count| {
        let seen = if count.least { Seen::AtLeast(count.rows) } else { Seen::Exactly(count.rows) };
        ((count.schema.clone(), count.table.clone()), seen)
    });
    // A file without a byte holds no row.
    let evident = snapshot.live.evidence.iter().filter(|(_, evidence)| evidence.rows == Rows::None);
    evident.map(|(key, _)| (key.clone(), Seen::Exactly(0))).chain(counted).collect()
}

fn rewritten(before: &Snapshot, now: &Snapshot, key: &TableKey) -> bool {
    let file = |snapshot: &Snapshot| snapshot.live.evidence.get(key).and_then(|evidence| evidence.file);
    file(before).zip(file(now)).is_some_and(|(before, now)| before != now)
}

fn files(before: &[FileHash], now: &[FileHash]) -> Check {
    let hashes = |files: &[FileHash]| -> BTreeMap<String, String> {
        files.iter().map(|file| (file.path.clone(), file.sha256.clone())).collect()
    };
    let (old, new) = (hashes(before), hashes(now));
    let mut details = Vec::new();
    for (path, hash) in &old {
        match new.get(path) {
            None => details.push(format!("{path} is gone")),
            Some(now) if now != hash => details.push(format!("{path} changed")),
            Some(_) => {}
        }
    }
    details.extend(new.keys().filter(|path| !old.contains_key(*path)).map(|path| format!("{path} is new")));
    Check { name: "schema files unchanged", ok: details.is_empty(), details }
}

/// The tables of `live` that can hold rows of their own, for counting.
pub(super) fn countable(live: &LiveCatalog) -> Vec<TableKey> {
    let own = |kind: &TableKind| matches!(kind, TableKind::Ordinary | TableKind::Partition { .. });
    let tables = live.catalog.tables.iter().filter(|table| own(&table.kind));
    tables.map(|table| (table.schema.clone(), table.name.clone())).collect()
}
