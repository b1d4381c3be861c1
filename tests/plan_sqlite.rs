//! The plan of a push on SQLite and libSQL is what the real drizzle-kit does, of both generations.
//! `tests/fixtures/push/sqlite/regenerate.mjs` makes the expected values. The first cases and every seventh of the rest run
//! here; `ALL_CASES=1 cargo test --test plan_sqlite -- --nocapture` runs all, and those of `FRESH=FOLDER` instead, which
//! `fresh.mjs` and `regenerate.mjs` beside them have made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use drizzle_drift::catalog::{Dialect, Filter, LiveCatalog};
use drizzle_drift::declared::{Kit, Reader, Request};
use drizzle_drift::live::{self, Limits, Target};
use drizzle_drift::push::{PromptKind, PushPlan, plan};
use drizzle_drift::text::{FilePath, MemoryFiles};
use serde::Deserialize;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

const IMPORTS: &str = "import { blob, check, customType, foreignKey, index, integer, numeric, primaryKey, real, sqliteTable, \
                       sqliteView, text, unique, uniqueIndex } from \"drizzle-orm/sqlite-core\";\nimport { sql } from \
                       \"drizzle-orm\";\n";

#[derive(Deserialize)]
struct Case {
    name: String,
    schema: String,
    database: String,
    #[serde(default)]
    filter: Vec<String>,
}

#[derive(Deserialize)]
struct Recorded {
    kit: String,
    cases: Vec<Answers>,
}

#[derive(Deserialize)]
struct Answers {
    name: String,
    both: Option<Answer>,
    sqlite: Option<Answer>,
    turso: Option<Answer>,
}

/// What drizzle-kit did.
#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    statements: Vec<String>,
    #[serde(default)]
    prompts: Vec<Asked>,
    #[serde(default)]
    warnings: Vec<String>,
    crash: Option<String>,
    refused: Option<Refused>,
}

#[derive(Deserialize)]
struct Asked {
    text: String,
    choices: Vec<String>,
}

#[derive(Deserialize)]
struct Refused {
    statement: usize,
    reason: String,
}

/// What is read from a database that `sql` made.
async fn database(path: &Path, sql: &str) -> LiveCatalog {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut connection = options.connect().await.expect("a new database");
    sqlx::raw_sql(AssertSqlSafe("pragma foreign_keys = off")).execute(&mut connection).await.expect("a pragma");
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("the database's SQL");
    connection.close().await.expect("closing");
    let target = Target {
        dialect: Dialect::Sqlite,
        url: format!("file:{}", path.display()).into(),
        auth_token: None,
        folder: PathBuf::from("/"),
    };
    live::read(&target, &Limits::default()).await.expect("a reading")
}

fn planned(dialect: Dialect, version: &str, case: &Case, live: &LiveCatalog) -> PushPlan {
    let path = FilePath::new("/project/schema.ts");
    let mut files = MemoryFiles::default();
    files.insert("/project/schema.ts", format!("{IMPORTS}{}", case.schema));
    let kit = Kit { version: version.into(), source: "test".into(), ..Kit::default() };
    let request = Request { dialect, schema_files: vec![path], casing: None, kit: kit.clone() };
    let declared = Reader::default().read(&request, &files);
    let mut live = live.clone();
    live.catalog.dialect = dialect;
    plan(&declared, &live, &Filter { tables: case.filter.clone(), ..Filter::default() }, &kit)
}

/// What differs between the plan and what drizzle-kit did, in words.
fn faults(plan: &PushPlan, answer: &Answer) -> Vec<String> {
    let mut faults = Vec::new();
    let crashed = plan.failure.as_ref().filter(|failure| failure.statement.is_none());
    match (&answer.crash, crashed) {
        (Some(_), Some(_)) => return faults,
        (Some(crash), None) => faults.push(format!("push crashes: {crash}")),
        (None, Some(failure)) => faults.push(format!("we say that it crashes: {}", failure.reason)),
        (None, None) => {}
    }
    let ours: Vec<&str> = plan.statements.iter().map(|statement| statement.sql.as_str()).collect();
    let theirs: Vec<String> = answer.statements.iter().map(|sql| format!("{};", sql.trim_end_matches(';'))).collect();
    if ours != theirs {
        faults.push(format!("we say\n  {}\npush says\n  {}", ours.join("\n  "), theirs.join("\n  ")));
    }
    let asked: Vec<(&str, Vec<&str>)> = plan
        .prompts
        .iter()
        .filter(|prompt| prompt.kind == PromptKind::CreatedOrRenamed)
        .map(|prompt| (prompt.text.as_str(), prompt.choices.iter().map(|choice| choice.label.as_str()).collect()))
        .collect();
    let expected: Vec<(&str, Vec<&str>)> = answer
        .prompts
        .iter()
        .map(|asked| (asked.text.as_str(), asked.choices.iter().map(String::as_str).collect()))
        .collect();
    if asked != expected {
        faults.push(format!("we ask {asked:?}, push asks {expected:?}"));
    }
    let loss = plan.prompts.iter().find(|prompt| prompt.kind == PromptKind::DataLoss);
    for warning in &answer.warnings {
        let what = warning.split(" with ").next().unwrap_or(warning);
        let what = what.split(", which contains").next().unwrap_or(what);
        if !loss.is_some_and(|prompt| prompt.text.contains(what)) {
            faults.push(format!("we do not say: {warning}"));
        }
    }
    if let (Some(prompt), true) = (loss, answer.warnings.is_empty()) {
        faults.push(format!("we warn: {}", prompt.text));
    }
    faults
}

/// What only the rows themselves, or a query over the schema, could tell: whether a column is NULL in every row, what virtual
/// tables and their shadows hold, whether a view still works.
const BEYOND_THE_CATALOG: &[&str] = &[
    "view none on create view v as select a from nowhere",
    "virtual tables",
    "virtual tables with rows",
    "column undeclared and null with rows",
];

/// Whether a statement of push takes data away, by its words.
fn destroys(sql: &str) -> bool {
    let sql = sql.to_lowercase();
    sql.starts_with("drop table") || sql.contains(" drop column ") || sql.starts_with("delete ")
}

async fn compare(generation: &str, recorded: &str) {
    let fresh = std::env::var("FRESH").ok();
    let text = |file: &str, own: &str| match &fresh {
        Some(folder) => std::fs::read_to_string(format!("{folder}/{file}")).expect("a file of cases"),
        None => own.to_owned(),
    };
    let cases = text("cases.json", include_str!("fixtures/push/sqlite/cases.json"));
    let cases: Vec<Case> = serde_json::from_str(&cases).expect("the cases");
    let file = if generation == "1.0" { "v1.json" } else { "v0.json" };
    let recorded: Recorded = serde_json::from_str(&text(file, recorded)).expect("the answers");
    let answers: BTreeMap<&str, &Answers> =
        recorded.cases.iter().map(|answers| (answers.name.as_str(), answers)).collect();
    let all = fresh.is_some() || std::env::var_os("ALL_CASES").is_some();
    let only = std::env::var("CASE").ok();
    let folder = tempfile::tempdir().expect("a folder");
    let (mut count, mut equal, mut wrong, mut lost) = (0, 0, Vec::new(), Vec::new());
    let (mut refused, mut foreseen) = (0, 0);
    for (number, case) in cases.iter().enumerate() {
        let chosen = match &only {
            Some(name) => case.name == *name,
            None => all || number % 7 == 0,
        };
        let Some(answers) = answers.get(case.name.as_str()) else { continue };
        let unreadable = [&answers.both, &answers.sqlite].into_iter().flatten().any(|answer| {
            answer
                .crash
                .as_ref()
                .is_some_and(|crash| crash.contains("Transform failed") || crash.contains("syntax error"))
        });
        if !chosen || unreadable {
            continue;
        }
        let live = database(&folder.path().join(format!("{number}.db")), &case.database).await;
        for (dialect, own) in [(Dialect::Sqlite, &answers.sqlite), (Dialect::Turso, &answers.turso)] {
            let Some(answer) = own.as_ref().or(answers.both.as_ref()) else { continue };
            let plan = planned(dialect, &recorded.kit, case, &live);
            count += 1;
            let found = faults(&plan, answer);
            if found.is_empty() {
                equal += 1;
            } else if all || !BEYOND_THE_CATALOG.contains(&case.name.as_str()) {
                wrong.push(format!("{generation} {dialect:?} {}:\n{}", case.name, found.join("\n")));
            }
            let ours: Vec<&str> = plan.statements.iter().map(|statement| statement.sql.trim_end_matches(';')).collect();
            for sql in answer.statements.iter().filter(|sql| destroys(sql)) {
                if !ours.contains(&sql.trim_end_matches(';')) {
                    lost.push(format!("{generation} {dialect:?} {}: {sql}", case.name));
                }
            }
            if answer.crash.is_none() {
                let failure = plan.failure.as_ref().and_then(|failure| failure.statement);
                let expected = answer.refused.as_ref().map(|refused| refused.statement);
                refused += usize::from(expected.is_some());
                foreseen += usize::from(expected.is_some() && expected == failure);
                let reason = answer.refused.as_ref().map_or("", |refused| &refused.reason);
                if expected != failure && std::env::var_os("REFUSALS").is_some() {
                    println!(
                        "{generation} {dialect:?} {}: push is refused at {expected:?} ({reason}), we say {:?}",
                        case.name, plan.failure
                    );
                }
                if failure.is_some() && expected != failure {
                    wrong.push(format!(
                        "{} fails elsewhere: we say {:?}, it is {expected:?} {reason}",
                        case.name, plan.failure
                    ));
                }
            }
        }
    }
    println!("{generation}: {equal} of {count} equal; {foreseen} of {refused} refusals foreseen");
    if all {
        let words = wrong.iter().chain(&lost).cloned().collect::<Vec<_>>().join("\n\n");
        println!("{words}");
        assert!(equal * 100 >= count * 98, "{generation}: only {equal} of {count} are equal");
        assert!(lost.is_empty(), "statements that destroy data are missing");
    } else {
        assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    }
}

#[tokio::test]
async fn plans_of_0_31_are_the_kits() {
    compare("0.31", include_str!("fixtures/push/sqlite/v0.json")).await;
}

#[tokio::test]
async fn plans_of_1_0_are_the_kits() {
    compare("1.0", include_str!("fixtures/push/sqlite/v1.json")).await;
}
