//! The whole push on PostgreSQL, as the real drizzle-kit plans it: statements in its order, questions with their choices,
//! crashes. `tests/fixtures/push/pairs/generate_postgresql.mjs` makes the pairs and the expected values.
//!
//! A pinned part runs by default; `PAIRS=all cargo test --test plan_postgresql` runs every pair, `PAIRS=text` those whose
//! names hold the text, `PAIRS_FILE=path` those of another file of that shape.
#![cfg(unix)]

#[path = "support/postgresql.rs"]
mod postgresql;
#[path = "support/questions.rs"]
mod questions;

use std::path::PathBuf;

use drizzle_drift::catalog::{Dialect, Filter, Generation, LiveCatalog};
use drizzle_drift::declared::{Kit, Reader, Request};
use drizzle_drift::live::{self, Limits, Target};
use drizzle_drift::push::{PushPlan, plan};
use drizzle_drift::text::{FilePath, MemoryFiles};
use questions::Questions;
use serde::Deserialize;

const HEADER: &str = r#"import { sql } from "drizzle-orm";
import { bigint, bigserial, boolean, char, check, customType, date, doublePrecision, foreignKey, index, inet, integer, interval, json, jsonb, macaddr8, numeric, pgEnum, pgMaterializedView, pgPolicy, pgSchema, pgSequence, pgTable, pgView, point, primaryKey, real, serial, smallint, smallserial, text, time, timestamp, unique, uniqueIndex, uuid, varchar } from "drizzle-orm/pg-core";
"#;

/// Every so many pairs, one is in the pinned part.
const PINNED: usize = 8;

#[derive(Deserialize)]
struct Fixture {
    kits: Kits,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Kits {
    v0: String,
    v1: String,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    schema: String,
    database: String,
    #[serde(default)]
    config: Config,
    v0: Push,
    v1: Push,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Config {
    #[serde(deserialize_with = "given")]
    schema_filter: Option<Option<Vec<String>>>,
    tables_filter: Vec<String>,
}

/// A value that is there, null or not.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<Vec<String>>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// What push does: its statements, its questions, and where the server refuses.
#[derive(Deserialize)]
struct Push {
    #[serde(default)]
    statements: Vec<String>,
    fails: Option<Fails>,
    #[serde(flatten)]
    questions: Questions,
}

#[derive(Deserialize, PartialEq, Debug)]
struct Fails {
    statement: usize,
    sqlstate: String,
}

fn fixture() -> Fixture {
    let text = match std::env::var_os("PAIRS_FILE") {
        Some(path) => std::fs::read_to_string(path).expect("a file of pairs"),
        None => include_str!("fixtures/push/pairs/postgresql.json").to_owned(),
    };
    serde_json::from_str(&text).expect("pairs")
}

fn chosen(cases: &[Case]) -> impl Iterator<Item = (usize, &Case)> {
    let wanted = std::env::var("PAIRS").ok();
    cases.iter().enumerate().filter(move |(number, case)| match wanted.as_deref() {
        None => number % PINNED == 0,
        Some("all") => true,
        Some(text) => case.name.contains(text),
    })
}

async fn target(server: &postgresql::Server, number: usize, case: &Case) -> Target {
    let name = format!("pair_{number}");
    server.create(&name, &format!("{};\nanalyze;", case.database)).await;
    let url = server.url(&name).into();
    Target { dialect: Dialect::Postgresql, url, auth_token: None, folder: PathBuf::from("/") }
}

/// A few hundred databases would fill a small disk.
async fn forget(server: &postgresql::Server, number: usize) {
    let mut connection = server.connect("postgres").await;
    postgresql::execute(&mut connection, &format!("drop database pair_{number}")).await;
}

fn planned(case: &Case, kit: &str, live: &LiveCatalog) -> PushPlan {
    let mut files = MemoryFiles::default();
    files.insert("/project/schema.ts", format!("{HEADER}{}", case.schema).as_str());
    let kit = Kit { version: kit.into(), source: "test".into(), ..Kit::default() };
    let request = Request {
        dialect: Dialect::Postgresql,
        schema_files: vec![FilePath::new("/project/schema.ts")],
        casing: None,
        kit: kit.clone(),
    };
    let declared = Reader::default().read(&request, &files);
    let schemas = case.config.schema_filter.clone().unwrap_or_else(|| Some(vec!["public".into()]));
    let schemas = match kit.generation() {
        Generation::V0 => schemas.or_else(|| Some(vec!["public".into()])),
        Generation::V1 => schemas,
    };
    let filter = Filter {
        generation: kit.generation(),
        tables: case.config.tables_filter.clone(),
        schemas,
        ..Filter::default()
    };
    plan(&declared, live, &filter, &kit)
}

/// Whether a statement takes data away.
fn destroys(statement: &str) -> bool {
    ["DROP TABLE", "DROP COLUMN", "drop column", "truncate ", "DROP SCHEMA"].iter().any(|word| statement.contains(word))
}

/// The first difference of two lists, in words.
fn difference(ours: &[String], theirs: &[String]) -> Option<String> {
    if ours == theirs {
        return None;
    }
    let only = |a: &[String], b: &[String]| a.iter().filter(|text| !b.contains(text)).cloned().collect::<Vec<_>>();
    let (us, them) = (only(ours, theirs), only(theirs, ours));
    let (words, us, them) = match us.is_empty() && them.is_empty() {
        true => ("another order", ours.to_vec(), theirs.to_vec()),
        false => ("other statements", us, them),
    };
    Some(format!("{words}\n  only we:   {}\n  only push: {}", us.join("\n             "), them.join("\n             ")))
}

/// How many pairs agree, and what the others differ in.
#[derive(Default)]
struct Score {
    total: usize,
    wrong: Vec<String>,
    fatal: Vec<String>,
    /// Failures that the plan foresees once rows were looked at; that it only doubts; that it knows nothing of; and that it
    /// claims and the server does not know.
    foreseen: usize,
    doubted: usize,
    unforeseen: Vec<String>,
    claimed: Vec<String>,
}

impl Score {
    fn judge(&mut self, name: &str, plan: &PushPlan, push: &Push, faults: Vec<String>) {
        self.total += 1;
        let theirs: Vec<String> = push.statements.iter().map(|statement| ended(statement)).collect();
        let (ours, theirs) = (&statements(plan)[..], &theirs[..]);
        let statements = difference(ours, theirs);
        let losses = |list: &[String]| {
            let mut list: Vec<String> = list.iter().filter(|statement| destroys(statement)).cloned().collect();
            list.sort();
            list
        };
        if losses(ours) != losses(theirs) {
            self.fatal.push(name.to_owned());
        }
        let all: Vec<String> = statements.into_iter().chain(faults).collect();
        if !all.is_empty() {
            self.wrong.push(format!("{name}: {}", all.join("; ")));
        }
    }

    fn report(&self, version: &str) {
        let right = self.total - self.wrong.len();
        eprintln!("drizzle-kit {version}: {right} of {} pairs agree", self.total);
        for fault in &self.wrong {
            eprintln!("{fault}");
        }
        let (foreseen, doubted, missed) = (self.foreseen, self.doubted, self.unforeseen.len());
        eprintln!(
            "refusals: {foreseen} foreseen, {doubted} doubted, {missed} not foreseen, {} claimed",
            self.claimed.len()
        );
        for fault in &self.unforeseen {
            eprintln!("  not foreseen: {fault}");
        }
        for fault in &self.claimed {
            eprintln!("  claimed: {fault}");
        }
    }

    fn hold(&self, version: &str, tolerated: usize) {
        assert!(self.claimed.is_empty(), "the server does not refuse what we say: {:?}", self.claimed);
        assert!(self.fatal.is_empty(), "statements that destroy data differ: {:?}", self.fatal);
        assert!(self.wrong.len() <= tolerated, "{} pairs differ from drizzle-kit {version}", self.wrong.len());
    }
}

/// So many of `total` pairs may differ: two out of a hundred.
fn tolerated(total: usize) -> usize {
    total * 2 / 100
}

#[tokio::test]
async fn every_push_is_planned_as_the_kit_plans_it() {
    let Some(server) = postgresql::Server::shared() else { return };
    let fixture = fixture();
    let (mut v0, mut v1) = (Score::default(), Score::default());
    for (number, case) in chosen(&fixture.cases) {
        let target = target(&server, number, case).await;
        let live = live::read(&target, &Limits::default()).await.expect("a reading");
        let mut plan = planned(case, &fixture.kits.v0, &live);
        v0.judge(&case.name, &plan, &case.v0, case.v0.questions.faults_of_0(&plan));
        ask_rows(&target, &mut plan).await;
        v0.failure(&case.name, &plan, &case.v0.statements, &case.v0.fails);
        let mut plan = planned(case, &fixture.kits.v1, &live);
        v1.judge(&case.name, &plan, &case.v1, case.v1.questions.faults_of_1(&plan));
        ask_rows(&target, &mut plan).await;
        v1.failure(&case.name, &plan, &case.v1.statements, &case.v1.fails);
        forget(&server, number).await;
    }
    v0.report(&fixture.kits.v0);
    v1.report(&fixture.kits.v1);
    v0.hold(&fixture.kits.v0, tolerated(v0.total));
    v1.hold(&fixture.kits.v1, tolerated(v1.total));
}

/// What `plan --check-rows` does.
async fn ask_rows(target: &Target, plan: &mut PushPlan) {
    let answers = live::holds(target, &plan.row_questions(), &Limits::default()).await.expect("answers");
    plan.settle(&answers);
}

fn statements(plan: &PushPlan) -> Vec<String> {
    plan.statements.iter().map(|statement| statement.sql.clone()).collect()
}

impl Score {
    /// Whether the server refuses what we say that it would, once the rows were looked at.
    fn failure(&mut self, name: &str, plan: &PushPlan, theirs: &[String], fails: &Option<Fails>) {
        let theirs: Vec<String> = theirs.iter().map(|statement| ended(statement)).collect();
        if statements(plan) != theirs {
            return;
        }
        let ours = plan.failure.as_ref().and_then(|failure| {
            Some(Fails { statement: failure.statement?, sqlstate: failure.sqlstate.clone().unwrap_or_default() })
        });
        let doubted = |fails: &Fails| plan.doubts.iter().any(|doubt| doubt.statement == fails.statement);
        match (&ours, fails) {
            (None, None) => {}
            (ours, fails) if ours == fails => self.foreseen += 1,
            (None, Some(fails)) if doubted(fails) => self.doubted += 1,
            (None, Some(fails)) => {
                let sql = &theirs[fails.statement];
                self.unforeseen.push(format!("{name}: {} at {sql}", fails.sqlstate));
            }
            (Some(ours), fails) => {
                let reason = plan.failure.as_ref().map(|failure| failure.reason.as_str()).unwrap_or_default();
                let sql = &theirs[ours.statement];
                self.claimed.push(format!("{name}: {} at {sql} ({reason}), in truth {fails:?}", ours.sqlstate));
            }
        }
    }
}

fn ended(statement: &str) -> String {
    if statement.ends_with(';') { statement.to_owned() } else { format!("{statement};") }
}
