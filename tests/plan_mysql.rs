//! The plan of a push on MySQL is what the real drizzle-kit does: its statements in their order, its questions, where it
//! gives up and which statement the server refuses. `tests/fixtures/plan/mysql/regenerate.mjs` makes the expected values.
//!
//! The pinned cases run always; `PLAN_MYSQL_CASES=tests/fixtures/plan/mysql/cases.json` runs those of another file, with
//! `PLAN_MYSQL_ENGINE=mariadb` on MariaDB. `fresh.mjs` beside it makes other pairs for every seed.
#![cfg(unix)]

#[path = "support/mysql.rs"]
mod mysql;

use std::collections::BTreeMap;
use std::path::PathBuf;

use drizzle_drift::catalog::{Dialect, Filter, LiveCatalog};
use drizzle_drift::declared::{Casing, Kit, Reader, Request};
use drizzle_drift::live::{self, Limits, Target};
use drizzle_drift::push::{PromptKind, PushPlan, plan};
use drizzle_drift::text::{FilePath, MemoryFiles};
use serde::Deserialize;

const VERSIONS: [&str; 2] = ["0.31.11", "1.0.0-rc.5"];

#[derive(Deserialize)]
struct Case {
    name: String,
    database: String,
    schema: String,
    schema_v1: Option<String>,
    #[serde(default)]
    tables: Vec<String>,
    casing: Option<String>,
    #[serde(flatten)]
    kits: BTreeMap<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct Record {
    statements: Option<Vec<String>>,
    #[serde(default)]
    prompts: Vec<String>,
    crash: Option<String>,
    refused: Option<Refused>,
    renamed: Option<Box<Record>>,
}

#[derive(Deserialize)]
struct Refused {
    statement: usize,
    errno: u32,
}

/// Statements as both sides write them; 1.0 leaves out some semicolons. Indexes that are dropped together stand in any
/// order: the servers give them in another one from run to run. So it is with constraints on MariaDB, which gives them in the
/// order in which a folder lists the files of their tables.
fn sql(statements: &[String], engine: mysql::Engine) -> Vec<String> {
    let plain = statements.iter().map(|statement| statement.trim().trim_end_matches(';').to_owned());
    let mut statements: Vec<String> = plain.collect();
    let is_mariadb = matches!(engine, mysql::Engine::Mariadb);
    let drops = |sql: &String| sql.starts_with("DROP INDEX ") || is_mariadb && sql.contains(" DROP CONSTRAINT ");
    statements.chunk_by_mut(|a, b| drops(a) && drops(b)).for_each(<[String]>::sort);
    statements
}

/// A question in one line, blanks and numbers of rows aside: ours are estimates.
fn words(text: &str) -> String {
    let mut words: Vec<&str> = text.split_whitespace().collect();
    for place in 1..words.len() {
        if words[place].starts_with("items") {
            words[place - 1] = "#";
        }
    }
    words.join(" ")
}

fn questions(plan: &PushPlan) -> Vec<String> {
    let asked = plan.prompts.iter().map(|prompt| {
        let labels: Vec<&str> = prompt.choices.iter().map(|choice| choice.label.as_str()).collect();
        words(&format!("{} ❯ {}", prompt.text, labels.join(" ")))
    });
    asked.collect()
}

/// What differs, in words.
fn faults(record: &Record, plan: &PushPlan, engine: mysql::Engine) -> Vec<String> {
    let mut faults = Vec::new();
    let gave_up = plan.failure.as_ref().filter(|failure| failure.statement.is_none());
    if record.crash.is_some() != gave_up.is_some() {
        faults.push(format!("gives up: kit {:?}, we {:?}", record.crash, plan.failure));
        return faults;
    }
    let ours = plan.statements.iter().map(|statement| statement.sql.clone()).collect::<Vec<_>>();
    let ours = sql(&ours, engine);
    let theirs = sql(record.statements.as_deref().unwrap_or_default(), engine);
    if ours != theirs {
        faults.push(format!("statements\n    kit {theirs:#?}\n    we  {ours:#?}"));
    }
    if record.crash.is_some() {
        return faults;
    }
    let theirs: Vec<String> = record.prompts.iter().map(|prompt| words(prompt)).collect();
    let ours = questions(plan);
    if ours != theirs {
        faults.push(format!("questions\n    kit {theirs:#?}\n    we  {ours:#?}"));
    }
    let renames: Vec<_> = plan.prompts.iter().filter(|prompt| prompt.kind == PromptKind::CreatedOrRenamed).collect();
    if let ([prompt, ..], Some(renamed)) = (&renames[..], &record.renamed)
        && let Some(theirs) = &renamed.statements
        && sql(theirs, engine) != sql(&prompt.choices[1].statements, engine)
    {
        faults.push(format!("renamed\n    kit {theirs:#?}\n    we  {:#?}", prompt.choices[1].statements));
    }
    faults
}

/// Refusals that are foretold, of those that happened; and what is foretold wrongly.
fn refusal(record: &Record, plan: &PushPlan) -> Option<String> {
    let ours = plan.failure.as_ref().and_then(|failure| failure.statement);
    let theirs = record.refused.as_ref().map(|refused| refused.statement);
    let errno = record.refused.as_ref().map_or(0, |refused| refused.errno);
    (ours != theirs).then(|| format!("refused: server {theirs:?} ({errno}), we {:?}", plan.failure))
}

/// Whether all that differs is that 1.0 looked whether a column holds anything, which only rows can tell.
fn only_rows_tell(record: &Record, plan: &PushPlan, faults: &[String]) -> bool {
    let lines = |text: &str| {
        let lines = text.lines().filter(|line| !line.contains("delete non-empty `") || !line.contains("` column in "));
        lines.filter(|line| line.contains("You're about")).map(str::to_owned).collect::<Vec<_>>()
    };
    let theirs: Vec<_> = record.prompts.iter().flat_map(|prompt| lines(prompt)).collect();
    let ours: Vec<_> = plan.prompts.iter().flat_map(|prompt| lines(&prompt.text)).collect();
    faults.iter().all(|fault| fault.starts_with("questions")) && theirs == ours
}

/// Statements of the kit's that destroy data, which the plan does not have.
fn missing_losses(record: &Record, plan: &PushPlan) -> Vec<String> {
    let ours: Vec<&str> = plan.statements.iter().map(|statement| statement.sql.trim_end_matches(';')).collect();
    let destroys = |sql: &&String| {
        let lower = sql.to_lowercase();
        lower.starts_with("drop table") || lower.starts_with("truncate") || lower.contains(" drop column ")
    };
    let theirs = record.statements.iter().flatten().filter(destroys);
    theirs.filter(|sql| !ours.contains(&sql.trim().trim_end_matches(';'))).cloned().collect()
}

async fn read(url: String) -> LiveCatalog {
    let target = Target { dialect: Dialect::Mysql, url: url.into(), auth_token: None, folder: PathBuf::from("/") };
    live::read(&target, &Limits::default()).await.expect("a reading")
}

fn planned(case: &Case, version: &str, live: &LiveCatalog) -> PushPlan {
    let schema = case.schema_v1.as_ref().filter(|_| version.starts_with('1')).unwrap_or(&case.schema);
    let mut files = MemoryFiles::default();
    files.insert("/project/schema.ts", schema.as_str());
    let kit = Kit { version: version.into(), source: "test".into(), ..Kit::default() };
    let casing = case.casing.as_deref().and_then(Casing::from_name);
    let schema_files = vec![FilePath::new("/project/schema.ts")];
    let request = Request { dialect: Dialect::Mysql, schema_files, casing, kit: kit.clone() };
    let declared = Reader::default().read(&request, &files);
    plan(&declared, live, &Filter { tables: case.tables.clone(), ..Filter::default() }, &kit)
}

/// Compares the plans of `cases` with what the kit did. `whole` says that they are not those that are pinned.
async fn compare(engine: mysql::Engine, cases: &str, whole: bool) {
    let Some(server) = mysql::Server::shared_of(engine) else { return };
    let cases: Vec<Case> = serde_json::from_str(cases).expect("cases");
    let (mut wrong, mut unforeseen) = (Vec::new(), Vec::new());
    let (mut compared, mut equal, mut refusals) = (0, 0, 0);
    let (mut of_rows, mut lost) = (0, Vec::new());
    for case in &cases {
        server.create_case(&case.database).await;
        let live = read(server.root_url("plan_case")).await;
        for version in VERSIONS {
            let Some(record) = case.kits.get(version) else { continue };
            let record: Record = serde_json::from_value(record.clone()).expect("a record");
            let plan = planned(case, version, &live);
            let faults = faults(&record, &plan, engine);
            compared += 1;
            equal += usize::from(faults.is_empty());
            of_rows += usize::from(!faults.is_empty() && only_rows_tell(&record, &plan, &faults));
            lost.extend(
                missing_losses(&record, &plan).into_iter().map(|sql| format!("{} {version}: {sql}", case.name)),
            );
            wrong.extend(faults.into_iter().map(|fault| format!("{} {version}: {fault}", case.name)));
            refusals += usize::from(record.refused.is_some());
            unforeseen.extend(refusal(&record, &plan).map(|fault| format!("{} {version}: {fault}", case.name)));
        }
    }
    if whole {
        eprintln!(
            "{equal} of {compared} plans are the kit's, {of_rows} more but for columns that are NULL in every row; {} of \
             {refusals} refusals unforeseen or wrong; missing losses: {lost:?}",
            unforeseen.len()
        );
        eprintln!("{}", unforeseen.join("\n"));
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    } else {
        wrong.extend(unforeseen);
        wrong.extend(lost);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[tokio::test]
async fn plans_are_the_kits() {
    if let Ok(path) = std::env::var("PLAN_MYSQL_CASES") {
        let engine = match std::env::var("PLAN_MYSQL_ENGINE").as_deref() {
            Ok("mariadb") => mysql::Engine::Mariadb,
            _ => mysql::Engine::Mysql,
        };
        return compare(engine, &std::fs::read_to_string(path).expect("the cases"), true).await;
    }
    compare(mysql::Engine::Mysql, include_str!("fixtures/plan/mysql/pinned.json"), false).await;
    compare(mysql::Engine::Mysql, include_str!("fixtures/plan/mysql/pinned_fresh.json"), false).await;
}

#[tokio::test]
async fn plans_on_mariadb_are_the_kits() {
    if std::env::var_os("PLAN_MYSQL_CASES").is_none() {
        compare(mysql::Engine::Mariadb, include_str!("fixtures/plan/mysql/pinned_mariadb.json"), false).await;
    }
}
