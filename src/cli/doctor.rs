//! `doctor`: which config, schema files, database, kit and filters are in force, and what is wrong with them.

use std::collections::BTreeMap;

use super::arguments::ProjectArguments;
use super::outcome::{Failure, Outcome, print};
use super::{load_request, read_live};
use crate::catalog::{Family, Hidden, LiveCatalog};
use crate::declared::{Casing, Reader};
use crate::drift::Ledger;
use crate::ide::duration_words;
use crate::project::{self, DiskFiles, Project, shown};
use crate::session::{age_of, minute};
use crate::text::{Document, Encoding, Files};

/// Runs the command. Everything that is known is printed even where something is wrong.
pub fn run(arguments: &ProjectArguments) -> Result<Outcome, Failure> {
    let mut reader = Reader::default();
    let project = project::load(&load_request(arguments)?, &DiskFiles, &mut reader)?;
    let declared = project.declared(&DiskFiles, &mut reader);
    let live = read_live(&project);
    let mut rows = settings(&project);
    rows.push((
        "declared",
        vec![format!(
            "{}, {} not readable",
            count(declared.tables.len(), "table"),
            count(declared.unresolved.len(), "expression")
        )],
    ));
    rows.extend(database(&project, &live));
    let ledger = project.ledger.text.as_deref().map(Ledger::parse);
    rows.push((
        "ledger",
        vec![match &ledger {
            None => "none".into(),
            Some(Ok(ledger)) => {
                format!("{}, {}", shown(&project.ledger.path, &project.folder), count(ledger.entries.len(), "entry"))
            }
            Some(Err(error)) => error.to_string(),
        }],
    ));
    print(&table(&rows))?;
    if let Some(Err(error)) = ledger {
        return Err(Failure::Usage(format!("{error}; correct the file, or delete it")));
    }
    live.map(|_| Outcome::Clean)
}

type Row = (&'static str, Vec<String>);

/// What the config and its surroundings say.
fn settings(project: &Project) -> Vec<Row> {
    let list = |patterns: &[String]| patterns.join(", ");
    let config = project.config.as_ref().map(|config| shown(config.file.as_path(), &project.folder));
    let files = project.schema_files.iter().map(|file| shown(file.as_path(), &project.folder));
    let mut rows = vec![
        ("folder", vec![project.folder.display().to_string()]),
        ("config", vec![config.unwrap_or_else(|| "none (--schema and --dialect)".into())]),
        ("dialect", vec![project.dialect.name().into()]),
        (
            "schema",
            std::iter::once(list(&project.schema_patterns)).chain(files.map(|file| format!("  {file}"))).collect(),
        ),
        ("drizzle-kit", vec![format!("{} ({})", project.kit.version, project.kit.source)]),
    ];
    if let Some(casing) = project.casing {
        let name = match casing {
            Casing::SnakeCase => "snake_case",
            Casing::CamelCase => "camelCase",
        };
        rows.push(("casing", vec![name.into()]));
    }
    let filter = &project.filter;
    let or = |text: String, otherwise: &str| if text.is_empty() { otherwise.to_owned() } else { text };
    rows.push(("tablesFilter", vec![or(list(&filter.tables), "none")]));
    if project.dialect.family() == Family::Postgresql {
        let schemas = filter.schemas.as_ref().map_or_else(|| "every schema".into(), |schemas| list(schemas));
        rows.push(("schemaFilter", vec![or(schemas, "no schema")]));
    }
    if !filter.extensions.is_empty() {
        rows.push(("extensionsFilters", vec![list(&filter.extensions)]));
    }
    if !project.unresolved.is_empty() {
        rows.push(("not readable", project.unresolved.iter().map(|item| unresolved(project, item)).collect()));
    }
    rows
}

fn unresolved(project: &Project, item: &crate::declared::Unresolved) -> String {
    let file = item.place.file.as_path();
    let line = DiskFiles
        .read(file)
        .map_or(1, |text| Document::new(text).position(item.place.span.start, Encoding::Utf16).line + 1);
    format!("{}:{line}: {}: {}", shown(file, &project.folder), item.what, item.why)
}

/// Where the database is, and what it says of itself.
fn database(project: &Project, live: &Result<LiveCatalog, Failure>) -> Vec<Row> {
    let mut rows = vec![(
        "database",
        vec![match &project.target {
            Ok(target) => target.source.clone(),
            Err(problem) => format!("unknown: {problem}"),
        }],
    )];
    if !project.notes.is_empty() {
        rows.push(("note", project.notes.clone()));
    }
    match live {
        Ok(live) => {
            let database = &live.database;
            let host = database.host.as_ref().map(|host| format!(" on {host}")).unwrap_or_default();
            let user = database.user.as_ref().map(|user| format!(", read as {user}")).unwrap_or_default();
            rows.push((
                "server",
                vec![
                    format!("{}{host}, version {}{user}", database.name, database.server_version),
                    match live.taken_at {
                        None => format!("{}, read-only", count(live.catalog.tables.len(), "table")),
                        Some(time) => format!(
                            "{}, from a snapshot taken {} ({} ago)",
                            count(live.catalog.tables.len(), "table"),
                            minute(time),
                            duration_words(age_of(time))
                        ),
                    },
                ],
            ));
            if !live.unreadable.is_empty() {
                let names = live.unreadable.join(", ");
                rows.push((
                    "no privilege",
                    vec![format!("{names}: what is in there is not told, and nothing is claimed about it")],
                ));
            }
            let hidden = hidden(project, live);
            if !hidden.is_empty() {
                rows.push(("filtered", hidden));
            }
        }
        Err(failure) if project.target.is_ok() => rows.push(("server", vec![format!("cannot be read: {failure}")])),
        Err(_) => {}
    }
    rows
}

/// The live tables and views that drizzle-kit does not look at: how many for each reason, and the first of them.
fn hidden(project: &Project, live: &LiveCatalog) -> Vec<String> {
    const NAMED: usize = 5;
    let scope = project.filter.scope(project.dialect);
    let tables = live.catalog.tables.iter().map(|table| (&table.schema, &table.name));
    let views = live.catalog.views.iter().map(|view| (&view.schema, &view.name));
    let mut by_reason: BTreeMap<Hidden, Vec<String>> = BTreeMap::new();
    for (schema, name) in tables.chain(views) {
        if let Some(reason) = scope.hides_live(schema.as_deref(), name) {
            let prefix = schema.as_ref().map(|schema| format!("{schema}.")).unwrap_or_default();
            by_reason.entry(reason).or_default().push(format!("{prefix}{name}"));
        }
    }
    let line = |(reason, names): (Hidden, Vec<String>)| {
        let by = match reason {
            Hidden::Always => "that drizzle-kit never looks at",
            Hidden::BySchema => "left out by schemaFilter",
            Hidden::ByName => "left out by tablesFilter",
        };
        let more = if names.len() > NAMED { ", ..." } else { "" };
        let first = names[..names.len().min(NAMED)].join(", ");
        let noun = if names.len() == 1 { "table or view" } else { "tables or views" };
        format!("{} {noun} {by}: {first}{more}", names.len())
    };
    by_reason.into_iter().map(line).collect()
}

fn count(count: usize, noun: &str) -> String {
    match (count, noun.strip_suffix('y')) {
        (1, _) => format!("1 {noun}"),
        (_, Some(stem)) => format!("{count} {stem}ies"),
        (_, None) => format!("{count} {noun}s"),
    }
}

/// Names on the left, values in one column.
fn table(rows: &[Row]) -> String {
    let width = rows.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    let mut text = String::new();
    for (name, values) in rows {
        for (index, value) in values.iter().enumerate() {
            let name = if index == 0 { *name } else { "" };
            text.push_str(&format!("{name:width$}  {value}\n"));
        }
    }
    text
}
