//! Push's statements, warnings and questions are those of the real drizzle-kit on a real database.
//! `tests/fixtures/push/regenerate.mjs` makes the expected values.
#![cfg(unix)]

#[path = "support/postgresql.rs"]
mod postgresql;

use std::collections::BTreeSet;
use std::path::PathBuf;

use drizzle_drift::catalog::{Dialect, Filter, LiveCatalog};
use drizzle_drift::declared::{Kit, Reader, Request};
use drizzle_drift::drift::{Class, Ledger, Severity, compare};
use drizzle_drift::live::{self, Limits, Target};
use drizzle_drift::push::{Finding, assess, outline};
use drizzle_drift::text::{FilePath, MemoryFiles};
use serde::Deserialize;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// Where only the rows themselves could tell: push of 0.x on SQLite counts the values of a column to drop.
const OVERCAUTIOUS: &[&str] = &["undeclared column that is null in every row"];

#[derive(Deserialize)]
struct Fixture<C> {
    kit: String,
    cases: Vec<C>,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    schema: String,
    database: String,
    statements: Vec<String>,
    warnings: Vec<String>,
    prompts: Vec<String>,
}

/// What 1.0 does in the case of the same name.
#[derive(Deserialize)]
struct CaseOf1 {
    name: String,
    statements: Vec<String>,
    questions: Vec<String>,
}

async fn read(dialect: Dialect, url: String) -> LiveCatalog {
    let target = Target { dialect, url: url.into(), auth_token: None, folder: PathBuf::from("/") };
    live::read(&target, &Limits::default()).await.expect("a reading")
}

fn findings(dialect: Dialect, kit: &str, schema: &str, live: &LiveCatalog) -> Vec<Finding> {
    let path = FilePath::new("/project/schema.ts");
    let mut files = MemoryFiles::default();
    files.insert("/project/schema.ts", schema);
    let kit = Kit { version: kit.into(), source: "test".into(), ..Kit::default() };
    let request = Request { dialect, schema_files: vec![path], casing: None, kit: kit.clone() };
    let declared = Reader::default().read(&request, &files);
    let schemas = dialect.default_schema().map(|schema| vec![schema.to_owned()]);
    let filter = Filter { schemas, ..Filter::default() };
    let plan = outline(&declared, live, &filter, &kit);
    assess(
        compare(&declared, live, &filter),
        &plan,
        &declared,
        live,
        &Ledger::default(),
        jiff::civil::date(2026, 11, 22),
    )
}

/// What differs between our answer and the kit's, in words.
fn faults(name: &str, statements: &[String], asked: bool, findings: &[Finding]) -> Vec<String> {
    let mut faults = Vec::new();
    let ours: BTreeSet<&str> = findings
        .iter()
        .filter_map(|finding| finding.consequence.as_ref())
        .flat_map(|consequence| consequence.statements.iter().map(String::as_str))
        .collect();
    let theirs: BTreeSet<&str> = statements.iter().map(String::as_str).collect();
    faults.extend(ours.difference(&theirs).map(|statement| format!("only we say    {statement}")));
    faults.extend(theirs.difference(&ours).map(|statement| format!("only push says {statement}")));
    for finding in findings {
        if let Some(consequence) = &finding.consequence {
            let mut rest = statements.iter();
            if !consequence.statements.iter().all(|statement| rest.any(|other| other == statement)) {
                faults.push(format!("{} has another order: {:#?}", finding.drift.object, consequence.statements));
            }
        }
        if (finding.drift.class == Class::BlindSpot) != finding.consequence.is_none() {
            faults.push(format!("{} is {:?}", finding.drift.object, finding.drift.class));
        }
    }
    let asks = findings.iter().any(|finding| finding.consequence.as_ref().is_some_and(|push| push.asks));
    if asks != asked && !OVERCAUTIOUS.contains(&name) {
        faults.push(format!("asks: we say {asks}, push {asked}"));
    }
    let in_sync = statements.is_empty() && name.ends_with("in sync");
    if in_sync && findings.iter().any(|finding| finding.severity >= Severity::Warning) {
        faults.push("a schema in sync has a warning".into());
    }
    faults.into_iter().map(|fault| format!("{}: {fault}", name)).collect()
}

/// What push itself does not settle: it does not see the one, and forgets the other's default.
const NEVER_SETTLED: &[&str] =
    &["not null of a column with a precision", "serial in the database, integer in the code"];

/// What is still said at warning or above once push has run: nothing, as the two sides are in sync then.
fn left(case: &Case, findings: &[Finding]) -> Vec<String> {
    if NEVER_SETTLED.contains(&case.name.as_str()) {
        return Vec::new();
    }
    let left = findings.iter().filter(|finding| finding.severity >= Severity::Warning);
    left.map(|finding| format!("{}: after push: {}", case.name, finding.message)).collect()
}

#[tokio::test]
async fn sqlite_statements_are_the_kits() {
    let fixture: Fixture<Case> = serde_json::from_str(include_str!("fixtures/push/sqlite.json")).expect("cases");
    let folder = tempfile::tempdir().expect("a folder");
    let mut wrong = Vec::new();
    for (number, case) in fixture.cases.iter().enumerate() {
        let path = folder.path().join(format!("{number}.db"));
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
        let mut connection = options.clone().connect().await.expect("a new database");
        sqlx::raw_sql(AssertSqlSafe(case.database.clone())).execute(&mut connection).await.expect("the database's SQL");
        connection.close().await.expect("closing");
        let live = read(Dialect::Sqlite, format!("file:{}", path.display())).await;
        let ours = findings(Dialect::Sqlite, &fixture.kit, &case.schema, &live);
        let asked = !(case.warnings.is_empty() && case.prompts.is_empty());
        wrong.extend(faults(&case.name, &case.statements, asked, &ours));

        let mut connection = options.connect().await.expect("the database again");
        let mut applied = true;
        for statement in &case.statements {
            let result = sqlx::raw_sql(AssertSqlSafe(statement.clone())).execute(&mut connection).await;
            // Push creates some indexes twice.
            applied &= result.is_ok() || statement.contains(" INDEX ");
        }
        connection.close().await.expect("closing");
        if applied {
            let live = read(Dialect::Sqlite, format!("file:{}", path.display())).await;
            wrong.extend(left(case, &findings(Dialect::Sqlite, &fixture.kit, &case.schema, &live)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn postgresql_statements_are_the_kits() {
    let Some(server) = postgresql::Server::shared() else { return };
    let fixture: Fixture<Case> = serde_json::from_str(include_str!("fixtures/push/postgresql.json")).expect("cases");
    let of_1: Fixture<CaseOf1> =
        serde_json::from_str(include_str!("fixtures/push/v1/postgresql.json")).expect("cases of 1.0");
    let mut wrong = Vec::new();
    for (number, case) in fixture.cases.iter().enumerate() {
        let name = format!("push_{number}");
        // Statistics are what tells a table with rows from one without.
        server.create(&name, &format!("{};\nanalyze;", case.database.trim_end_matches(';'))).await;
        let live = read(Dialect::Postgresql, server.url(&name)).await;
        let ours = findings(Dialect::Postgresql, &fixture.kit, &case.schema, &live);
        let asked = !(case.warnings.is_empty() && case.prompts.is_empty());
        wrong.extend(faults(&case.name, &case.statements, asked, &ours));
        if let Some(case_of_1) = of_1.cases.iter().find(|other| other.name == case.name) {
            let ours = findings(Dialect::Postgresql, &of_1.kit, &case.schema, &live);
            let faults = faults(&case.name, &case_of_1.statements, !case_of_1.questions.is_empty(), &ours);
            wrong.extend(faults.into_iter().map(|fault| format!("1.0: {fault}")));
        }
        let mut connection = server.connect(&name).await;
        let script = case.statements.join("\n");
        // Some statements of push are refused: those with a type of the schema "undefined".
        if sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut connection).await.is_ok() {
            let live = read(Dialect::Postgresql, server.url(&name)).await;
            wrong.extend(left(case, &findings(Dialect::Postgresql, &fixture.kit, &case.schema, &live)));
        }
        connection.close().await.expect("closing");
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
