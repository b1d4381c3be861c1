//! The plan of a push on MySQL is what the real drizzle-kit does: its statements in their order, its questions, where it
//! gives up and which statement the server refuses. `tests/fixtures/plan/mysql/regenerate.mjs` makes the expected values.
//!
//! The pinned cases run always; `PLAN_MYSQL_CASES=tests/fixtures/plan/mysql/cases.json` runs those of another file.
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

/// Statements as both sides write them; 1.0 leaves out some semicolons.
fn sql(statements: &[String]) -> Vec<String> {
    statements.iter().map(|statement| statement.trim().trim_end_matches(';').to_owned()).collect()
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
fn faults(record: &Record, plan: &PushPlan) -> Vec<String> {
    let mut faults = Vec::new();
    let gave_up = plan.failure.as_ref().filter(|failure| failure.statement.is_none());
    if record.crash.is_some() != gave_up.is_some() {
        faults.push(format!("gives up: kit {:?}, we {:?}", record.crash, plan.failure));
        return faults;
    }
    let ours = sql(&plan.statements.iter().map(|statement| statement.sql.clone()).collect::<Vec<_>>());
    let theirs = sql(record.statements.as_deref().unwrap_or_default());
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
        && sql(theirs) != sql(&prompt.choices[1].statements)
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

async fn read(url: String) -> LiveCatalog {
    let target = Target { dialect: Dialect::Mysql, url: url.into(), auth_token: None, folder: PathBuf::from("/") };
    live::read(&target, &Limits::default()).await.expect("a reading")
}

fn planned(case: &Case, version: &str, live: &LiveCatalog) -> PushPlan {
    let schema = case.schema_v1.as_ref().filter(|_| version.starts_with('1')).unwrap_or(&case.schema);
    let mut files = MemoryFiles::default();
    files.insert("/project/schema.ts", schema.as_str());
    let kit = Kit { version: version.into(), source: "test".into() };
    let casing = case.casing.as_deref().and_then(Casing::from_name);
    let schema_files = vec![FilePath::new("/project/schema.ts")];
    let request = Request { dialect: Dialect::Mysql, schema_files, casing, kit: kit.clone() };
    let declared = Reader::default().read(&request, &files);
    plan(&declared, live, &Filter { tables: case.tables.clone(), ..Filter::default() }, &kit)
}

#[tokio::test]
async fn plans_are_the_kits() {
    let Some(server) = mysql::Server::shared() else { return };
    let whole = std::env::var("PLAN_MYSQL_CASES").ok();
    let text = match &whole {
        Some(path) => std::fs::read_to_string(path).expect("the cases"),
        None => include_str!("fixtures/plan/mysql/pinned.json").to_owned(),
    };
    let cases: Vec<Case> = serde_json::from_str(&text).expect("cases");
    let (mut wrong, mut unforeseen) = (Vec::new(), Vec::new());
    let (mut compared, mut equal, mut refusals) = (0, 0, 0);
    let mut root = server.connect("mysql").await;
    for case in &cases {
        mysql::execute(&mut root, "drop database if exists plan_case").await;
        mysql::execute(&mut root, "drop database if exists other").await;
        mysql::execute(&mut root, "drop database if exists zother").await;
        mysql::execute(&mut root, "create database plan_case character set utf8mb4").await;
        let mut connection = server.connect("plan_case").await;
        mysql::execute(&mut connection, &case.database.replace("{database}", "plan_case")).await;
        sqlx::Connection::close(connection).await.expect("closing");
        let live = read(server.root_url("plan_case")).await;
        for version in VERSIONS {
            let Some(record) = case.kits.get(version) else { continue };
            let record: Record = serde_json::from_value(record.clone()).expect("a record");
            let plan = planned(case, version, &live);
            let faults = faults(&record, &plan);
            compared += 1;
            equal += usize::from(faults.is_empty());
            wrong.extend(faults.into_iter().map(|fault| format!("{} {version}: {fault}", case.name)));
            refusals += usize::from(record.refused.is_some());
            unforeseen.extend(refusal(&record, &plan).map(|fault| format!("{} {version}: {fault}", case.name)));
        }
    }
    if whole.is_some() {
        eprintln!(
            "{equal} of {compared} plans are the kit's; {} of {refusals} refusals unforeseen or wrong",
            unforeseen.len()
        );
        eprintln!("{}", unforeseen.join("\n"));
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    } else {
        wrong.extend(unforeseen);
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}
