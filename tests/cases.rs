//! Small cases, one database and one schema each: the plan is what the real drizzle-kit does, of both generations, and `check`
//! says what it does and is silent where it is silent. `tests/fixtures/cases/regenerate.mjs` makes the expected values, and
//! `second_push.mjs` beside it those of a second push right after the first.
//!
//! On the servers a pinned part runs; `ALL_CASES=1 cargo test --test cases -- --nocapture` runs all, `ONLY=text` those whose
//! names hold the text, `CASES_FILE=path` those of another file of that shape, `POSTGRESQL=15` takes another major version.
#![cfg(unix)]

#[path = "support/mysql.rs"]
mod mysql;
#[path = "support/postgresql.rs"]
mod postgresql;
#[path = "support/questions.rs"]
mod questions;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use drizzle_drift::catalog::{Dialect, LiveCatalog};
use drizzle_drift::declared::Reader;
use drizzle_drift::drift::{Class, Ledger, Severity};
use drizzle_drift::live::{self, Limits, Target};
use drizzle_drift::project::{self, DiskFiles, LoadRequest, Project};
use drizzle_drift::push::{PromptKind, plan};
use drizzle_drift::session::analyse;
use questions::Questions;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

const VERSIONS: [&str; 2] = ["0.31.11", "1.0.0-rc.5"];

/// Every so many cases, one is in the pinned part of a server.
const PINNED: usize = 8;

/// What is known to differ: the engine, the case, the version, and why.
const KNOWN: &[(&str, &str, &str, &str)] = &[
    ("postgresql", "type of pk and fk", "1.0.0-rc.5", "1.0 changes the type of the referencing column first, we last"),
    ("postgresql", "schema only code", "0.31.11", NO_CODE),
    ("postgresql", "schema only code", "1.0.0-rc.5", NO_CODE),
    (
        "mariadb",
        "check_other_database_same_name",
        "1.0.0-rc.5",
        "a check of another database, which MariaDB's catalog mixes in",
    ),
];
const NO_CODE: &str = "no code is about a schema without anything in it";

#[derive(Deserialize)]
struct Fixture {
    imports: String,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    database: String,
    schema: String,
    schema_v1: Option<String>,
    #[serde(default)]
    config: Map<String, Value>,
    /// The versions in which the kit says nothing though the two sides mean different things.
    #[serde(default)]
    blind: Vec<String>,
    /// What the kit did, by engine and version.
    #[serde(flatten)]
    engines: BTreeMap<String, Value>,
}

/// What the kit did.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    statements: Vec<String>,
    /// Its questions, in the shape of the script that measured them.
    #[serde(default)]
    prompts: Vec<Value>,
    #[serde(default)]
    questions: Vec<Value>,
    #[serde(alias = "error")]
    crash: Option<String>,
}

impl Answer {
    /// How often it asks what was created and what renamed.
    fn renames(&self) -> usize {
        let texts = self.prompts.iter().chain(&self.questions).map(Value::to_string);
        texts.filter(|text| text.contains("created or renamed") || text.contains("rename_or_create")).count()
    }
}

fn plain(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches(';').to_owned()
}

/// Writes the project of a case and reads it.
fn load(folder: &Path, fixture: &Fixture, case: &Case, dialect: &str, url: &str, version: &str) -> Project {
    let mut config = json!({ "dialect": dialect, "schema": "./schema.ts", "dbCredentials": { "url": url } });
    for (key, value) in &case.config {
        // 1.0 knows no casing in its config.
        if key != "casing" || version.starts_with('0') {
            config[key] = value.clone();
        }
    }
    let body = case.schema_v1.as_ref().filter(|_| version.starts_with('1')).unwrap_or(&case.schema);
    std::fs::write(folder.join("drizzle.config.json"), config.to_string()).expect("a file");
    std::fs::write(folder.join("schema.ts"), format!("{}{body}", fixture.imports)).expect("a file");
    let request =
        LoadRequest { folder: folder.to_owned(), kit_version: Some(version.into()), ..LoadRequest::default() };
    project::load(&request, &DiskFiles, &mut Reader::default()).expect("a project")
}

/// What we say wrongly, in words.
fn faults(project: &Project, live: &LiveCatalog, case: &Case, version: &str, measured: &Value) -> Vec<String> {
    let answer: Answer = serde_json::from_value(measured.clone()).expect("an answer");
    let declared = project.declared(&DiskFiles, &mut Reader::default());
    let planned = plan(&declared, live, &project.filter, &project.kit);
    let gives_up = planned.failure.as_ref().is_some_and(|failure| failure.statement.is_none());
    if gives_up != answer.crash.is_some() {
        return vec![format!("gives up: kit {:?}, we {:?}", answer.crash, planned.failure)];
    }
    let mut faults = Vec::new();
    let findings = analyse(project, &declared, live, &Ledger::default(), jiff::civil::date(2026, 11, 22)).findings;
    let blind = case.blind.iter().any(|known| known == version);
    let loud = |class: Class| match answer.statements.is_empty() {
        true => class != Class::BlindSpot || !blind,
        false => false,
    };
    if answer.crash.is_none() {
        let claims = findings.iter().filter(|one| one.severity >= Severity::Warning && loud(one.drift.class));
        faults.extend(claims.map(|one| format!("the kit is clean, we say {}: {}", one.drift.code, one.message)));
        let ours: Vec<String> = planned.statements.iter().map(|statement| plain(&statement.sql)).collect();
        let theirs: Vec<String> = answer.statements.iter().map(|sql| plain(sql)).collect();
        if ours != theirs {
            faults.push(format!("statements\n    kit {theirs:#?}\n    we  {ours:#?}"));
        }
        let pushes = || findings.iter().filter_map(|one| one.consequence.as_ref());
        let carried: Vec<String> = pushes().flat_map(|push| push.statements.iter().map(|sql| plain(sql))).collect();
        let unsaid: Vec<&String> = theirs.iter().filter(|sql| !carried.contains(sql)).collect();
        if !unsaid.is_empty() {
            faults.push(format!("check does not carry {unsaid:#?}"));
        }
        if project.dialect == Dialect::Postgresql {
            let questions: Questions = serde_json::from_value(measured.clone()).expect("questions");
            faults.extend(match version.starts_with('0') {
                true => questions.faults_of_0(&planned),
                false => questions.faults_of_1(&planned),
            });
        }
        let asked = planned.prompts.iter().filter(|prompt| prompt.kind == PromptKind::CreatedOrRenamed).count();
        if asked != answer.renames() {
            faults.push(format!("it asks of {} renames, we of {asked}", answer.renames()));
        }
    }
    faults
}

/// The cases of `engine` that are to run: all, or the pinned ones where the server is slow.
fn chosen<'a>(fixture: &'a Fixture, engine: &'a str, pinned: usize) -> impl Iterator<Item = &'a Case> {
    let all = std::env::var_os("ALL_CASES").is_some();
    let only = std::env::var("ONLY").ok();
    let cases = fixture.cases.iter().filter(|case| case.engines.contains_key(engine)).enumerate();
    cases
        .filter(move |(number, case)| match &only {
            Some(only) => case.name.contains(only),
            None => all || number % pinned == 0,
        })
        .map(|(_, case)| case)
}

/// The cases of a dialect, those of a push right after another among them.
fn fixtures(dialect: &str) -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cases");
    let own =
        [dialect.to_owned(), format!("{dialect}_second_push")].map(|name| folder.join(name).with_extension("json"));
    let paths = std::env::var_os("CASES_FILE").map_or(own.to_vec(), |path| vec![PathBuf::from(path)]);
    let texts = paths.iter().filter(|path| path.exists()).map(|path| std::fs::read_to_string(path).expect("the cases"));
    texts.map(|text| serde_json::from_str(&text).expect("cases")).collect()
}

/// Runs the cases of an engine; `database` makes one and returns its URL.
async fn run(engine: &str, dialect: &str, pinned: usize, database: impl AsyncFn(usize, &str) -> String) {
    let fixtures = fixtures(dialect);
    let (mut wrong, mut total) = (Vec::new(), 0);
    let cases = fixtures.iter().flat_map(|fixture| chosen(fixture, engine, pinned).map(move |case| (fixture, case)));
    for (number, (fixture, case)) in cases.enumerate() {
        let url = database(number, &case.database).await;
        let mut live = None;
        for version in VERSIONS {
            let Some(answer) = case.engines[engine].get(version) else { continue };
            let folder = tempfile::tempdir().expect("a folder");
            let project = load(folder.path(), fixture, case, dialect, &url, version);
            if live.is_none() {
                let target = Target {
                    dialect: project.dialect,
                    url: url.clone().into(),
                    auth_token: None,
                    folder: project.folder.clone(),
                };
                live = Some(live::read(&target, &Limits::default()).await.expect("a reading"));
            }
            let faults = live.as_ref().map_or(Vec::new(), |live| faults(&project, live, case, version, answer));
            let known = KNOWN.iter().find(|(on, name, of, _)| *on == engine && *name == case.name && *of == version);
            total += 1;
            match known {
                Some((.., why)) if faults.is_empty() => {
                    wrong.push(format!("{} {version}: is right now: {why}", case.name));
                }
                Some(_) => {}
                None => wrong.extend(faults.into_iter().map(|fault| format!("{} {version}: {fault}", case.name))),
            }
        }
    }
    eprintln!("{engine}: {total} answers, {} faults", wrong.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn sqlite_cases() {
    let folder = tempfile::tempdir().expect("a folder");
    run("sqlite", "sqlite", 1, async |number, sql| {
        let path = folder.path().join(format!("{number}.db"));
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true).foreign_keys(false);
        let mut connection = options.connect().await.expect("a new database");
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("the case's SQL");
        connection.close().await.expect("closing");
        format!("file:{}", path.display())
    })
    .await;
}

#[tokio::test]
async fn postgresql_cases() {
    let Some(server) = postgresql::Server::shared() else { return };
    run("postgresql", "postgresql", PINNED, async |number, sql| {
        let name = format!("case_{number}");
        server.create(&name, &format!("{sql}\n;analyze")).await;
        if let Some(last) = number.checked_sub(1) {
            let mut connection = server.connect("postgres").await;
            postgresql::execute(&mut connection, &format!("drop database case_{last}")).await;
        }
        server.url(&name)
    })
    .await;
}

async fn mysql_engine(engine: mysql::Engine, name: &str) {
    let Some(server) = mysql::Server::shared_of(engine) else { return };
    run(name, "mysql", PINNED, async |_, sql| {
        server.create_case(sql).await;
        server.root_url("plan_case")
    })
    .await;
}

#[tokio::test]
async fn mysql_cases() {
    mysql_engine(mysql::Engine::Mysql, "mysql").await;
}

#[tokio::test]
async fn mariadb_cases() {
    mysql_engine(mysql::Engine::Mariadb, "mariadb").await;
}
