//! No false claim: what the real drizzle-kit has made of a schema is in sync with it, and where the kit's own second push
//! still speaks, that is noise and nothing else.
#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use drizzle_drift::catalog::{Dialect, LiveCatalog};
use drizzle_drift::declared::Reader;
use drizzle_drift::drift::{Class, Ledger, Severity, compare};
use drizzle_drift::live::{self, Limits, Target};
use drizzle_drift::project::{self, DiskFiles, LoadRequest};
use drizzle_drift::push::{Finding, assess, plan};
use serde_json::{Value, json};

#[path = "support/drizzle_kit.rs"]
mod drizzle_kit;
#[path = "support/mysql.rs"]
mod mysql;
#[path = "support/postgresql.rs"]
mod postgresql;

use drizzle_kit::Project;

/// Schemas that the kit cannot push into an empty database, and why.
const NOT_PUSHED: &[(&str, &str)] = &[
    ("mysql-keys", "the server forbids a check of an auto-increment column"),
    ("mysql-types-refused", "the server has no `double` of one number"),
    ("mysql-types-refused-v1", "likewise"),
    ("pg-keys", "it needs an extension"),
    ("pg-casing-v1", "it does not export a schema, which the kit then drops"),
    ("pg-keys-v1", "it needs an extension"),
    ("pg-types-v1", "one of its types does not exist"),
    ("pg-types", "one of its types does not exist"),
    ("pg-shared-builders", "two of its constraints have one name"),
    ("pg-objects", "an enum that it uses is not exported"),
];

/// Likewise, on MariaDB.
const NOT_PUSHED_TO_MARIADB: &[(&str, &str)] = &[("mysql-types", "it has no AUTO_INCREMENT of a SERIAL")];

/// What the platforms bring along that some schemas refer to.
const PREPARED: &[(&str, &str)] = &[
    ("pg-neon", "create schema neon_auth; create table neon_auth.users_sync (id text primary key)"),
    ("pg-supabase", "create schema auth; create table auth.users (id uuid primary key)"),
];

/// True claims: where the kit's first push does not make what the code says.
const UNMADE: &[(&str, &str)] = &[("policy-mismatch", "kit 0 creates policies without their conditions")];

/// How many of a dialect are at work at once.
const WORKERS: usize = 3;

/// A drizzle-kit, and its mark in the fixtures' case.json.
#[derive(Clone, Copy)]
struct Kit {
    version: &'static str,
    mark: &'static str,
    project: fn() -> Option<Project>,
}

const KIT_0: Kit = Kit { version: "0.31.11", mark: "v0", project: Project::new };
const KIT_1: Kit = Kit { version: "1.0.0-rc.5", mark: "v1", project: Project::of_1_0 };

/// A schema: its name, the folder or file that holds it, and what its case.json says.
struct Schema {
    name: String,
    source: PathBuf,
    settings: Value,
}

/// The schemas of a dialect for a kit: those that the reader of code is tested with, and the broad ones.
fn schemas(prefix: &str, dialect: Dialect, kit: Kit) -> Vec<Schema> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let folders = std::fs::read_dir(fixtures.join("declared/cases")).expect("the cases");
    let mut schemas: Vec<Schema> = folders
        .filter_map(|folder| {
            let source = folder.expect("a folder").path();
            let name = source.file_name()?.to_str()?.to_owned();
            let settings = std::fs::read_to_string(source.join("case.json")).unwrap_or_else(|_| "{}".into());
            let settings: Value = serde_json::from_str(&settings).expect("JSON");
            let wanted = name.starts_with(&format!("{prefix}-"))
                && settings["kit"].as_str().unwrap_or(KIT_0.mark) == kit.mark
                && !NOT_PUSHED.iter().any(|(other, _)| *other == name);
            wanted.then_some(Schema { name, source, settings })
        })
        .collect();
    for folder in ["mutations", "sync"] {
        let source = fixtures.join(folder).join(format!("{}.ts", dialect.name()));
        schemas.push(Schema { name: format!("{prefix}_{folder}"), source, settings: json!({}) });
    }
    let source = fixtures.join("sync").join(format!("{}-{}.ts", dialect.name(), kit.mark));
    if source.is_file() {
        schemas.push(Schema { name: format!("{prefix}_own"), source, settings: json!({}) });
    }
    schemas.sort_by(|a, b| a.name.cmp(&b.name));
    // By hand: only those whose names contain this.
    let only = std::env::var("SYNC_ONLY").unwrap_or_default();
    schemas.retain(|schema| schema.name.contains(&only));
    schemas
}

/// Writes the files below `source` to the same places in the project.
fn copy(project: &Project, source: &Path, place: &str) {
    if source.is_file() {
        return project.write(place, &std::fs::read_to_string(source).expect("a file"));
    }
    for entry in std::fs::read_dir(source).expect("a folder") {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a name");
        copy(project, &entry.path(), &if place.is_empty() { name } else { format!("{place}/{name}") });
    }
}

/// Statements as one text, without differences in space; the kit puts two into one now and then.
fn script(statements: impl IntoIterator<Item = String>) -> String {
    let plain = |text: String| text.split_whitespace().collect::<Vec<_>>().join(" ").trim_end_matches(';').to_owned();
    statements.into_iter().map(plain).collect::<Vec<_>>().join(";\n")
}

/// Makes the database by a push of the kit, and says what is claimed wrongly about it.
async fn faults(schema: &Schema, dialect: Dialect, version: Kit, url: &str) -> Vec<String> {
    let project = Arc::new((version.project)().expect("the kit, which was there"));
    if schema.source.is_file() {
        copy(&project, &schema.source, "schema.ts");
    } else {
        copy(&project, &schema.source, "");
    }
    let mut config = json!({
        "dialect": dialect.name(),
        "schema": schema.settings.get("schema").cloned().unwrap_or(json!(["schema.ts"])),
        "dbCredentials": { "url": url },
    });
    if let Some(casing) = schema.settings.get("casing") {
        config["casing"] = casing.clone();
    }
    if dialect == Dialect::Postgresql {
        config["schemaFilter"] = json!(["public", "app"]);
    }
    project.write("drizzle.config.ts", &format!("export default {config};\n"));

    let kit = Arc::clone(&project);
    let first = tokio::task::spawn_blocking(move || kit.push_in_earnest()).await.expect("a push");
    if !first.contains("Changes applied") {
        return vec![format!("{}: the kit does not push it\n{first}", schema.name)];
    }
    disagreements(schema, dialect, version, url, &project).await
}

/// drizzle-kit asks MySQL for the columns of indexes in no order, and makes an index anew where they come in another one than
/// the server keeps, which differs from run to run. That is left out: what it would make is what is there.
fn without_misread_indexes(statements: Vec<String>, live: &LiveCatalog) -> Vec<String> {
    let names = |sql: &str| sql.split('`').skip(1).step_by(2).map(str::to_owned).collect::<Vec<_>>();
    let is_there = |sql: &&String| {
        let [index, table, columns @ ..] = &names(sql)[..] else { return false };
        let live = live.catalog.table(None, table).into_iter().flat_map(|table| &table.indexes);
        let mut same = live.filter(|other| other.name == *index);
        same.any(|other| other.columns.iter().map(|column| &column.expression).eq(columns))
    };
    let creates =
        statements.iter().filter(|sql| sql.starts_with("CREATE INDEX") || sql.starts_with("CREATE UNIQUE INDEX"));
    let misread: Vec<_> = creates.filter(is_there).map(|sql| names(sql)[..2].to_vec()).collect();
    let is_misread =
        |sql: &String| sql.contains(" INDEX `") && misread.iter().any(|named| names(sql).starts_with(named));
    statements.into_iter().filter(|sql| !is_misread(sql)).collect()
}

/// What is said wrongly of a database that the kit has made.
async fn disagreements(
    schema: &Schema,
    dialect: Dialect,
    version: Kit,
    url: &str,
    project: &Arc<Project>,
) -> Vec<String> {
    let kit = Arc::clone(project);
    let second = tokio::task::spawn_blocking(move || kit.push());

    let folder = project.folder();
    let target = Target { dialect, url: url.to_owned().into(), auth_token: None, folder: folder.clone() };
    let live = live::read(&target, &Limits::default()).await.expect("a reading");
    let request = LoadRequest { folder, kit_version: Some(version.version.into()), ..LoadRequest::default() };
    let loaded = project::load(&request, &DiskFiles, &mut Reader::default()).expect("a project");
    let declared = loaded.declared(&DiskFiles, &mut Reader::default());
    let drifts = compare(&declared, &live, &loaded.filter);
    let planned = plan(&declared, &live, &loaded.filter, &loaded.kit);
    let today = jiff::civil::date(2026, 11, 22);
    let findings = assess(drifts, &planned, &declared, &live, &Ledger::default(), today);
    let second = second.await.expect("a push");

    let mut faults: Vec<String> = Vec::new();
    let is_noise = |class: Class| class == Class::Noise;
    let unmade = |one: &Finding| {
        version.mark == KIT_0.mark
            && one.drift.class == Class::BlindSpot
            && UNMADE.iter().any(|(code, _)| *code == one.drift.code.name())
    };
    let claims =
        findings.iter().filter(|one| !is_noise(one.drift.class) && one.severity >= Severity::Warning && !unmade(one));
    faults.extend(claims.map(|one| format!("{} {}: {}", one.drift.code, one.drift.object, one.message)));
    // The kit cannot read some of what it has made, or asks, which it cannot without a terminal.
    let fails = planned.failure.as_ref().is_some_and(|failure| failure.statement.is_none());
    let gives_up = !second.is_silent() && second.statements().is_empty();
    if fails || gives_up {
        if !gives_up || (!fails && planned.prompts.is_empty()) {
            faults.push(format!("the kit gives up: {}\n    foretold: {:?}", second.output, planned.failure));
        }
        return faults.into_iter().map(|fault| format!("{}: {fault}", schema.name)).collect();
    }
    let statements = || planned.statements.iter().map(|statement| statement.sql.clone());
    let theirs = match dialect {
        Dialect::Mysql => without_misread_indexes(second.statements(), &live),
        _ => second.statements(),
    };
    let is_silent = theirs.is_empty();
    let (ours, theirs) = (script(statements()).replace("; --", ";\n--"), script(theirs));
    if ours != theirs {
        faults.push(format!("the kit's second push:\n{theirs}\nforetold:\n{ours}\n{}", second.output));
    }
    let noise = || findings.iter().filter(|one| is_noise(one.drift.class));
    let is_said = |sql: &String| noise().any(|one| one.consequence.iter().any(|push| push.statements.contains(sql)));
    let unsaid: Vec<String> = statements().filter(|sql| !is_said(sql)).collect();
    if !unsaid.is_empty() || (noise().next().is_none() != is_silent) {
        faults.push(format!("no noise is said of {unsaid:?}\n{}", second.output));
    }
    faults.into_iter().map(|fault| format!("{}: {fault}", schema.name)).collect()
}

/// Checks all schemas with a kit; `database` makes one and returns its URL.
async fn check(
    schemas: Vec<Schema>,
    dialect: Dialect,
    kit: Kit,
    database: impl AsyncFn(String, &'static str) -> String,
) {
    let work = (0..WORKERS).map(async |worker| {
        let mut all = Vec::new();
        for schema in schemas.iter().skip(worker).step_by(WORKERS) {
            let prepared = PREPARED.iter().find(|(name, _)| *name == schema.name).map_or("select 1", |(_, sql)| sql);
            let name = format!("{}_{}", schema.name.replace('-', "_"), kit.mark);
            let url = database(name, prepared).await;
            all.extend(faults(schema, dialect, kit, &url).await);
        }
        all
    });
    let faults = futures::future::join_all(work).await.concat();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

async fn postgresql_is_in_sync(kit: Kit) {
    let (Some(server), Some(_)) = (postgresql::Server::shared(), (kit.project)()) else { return };
    let roles = ["admin", "reader", "editor", "anon", "authenticated"].map(|role| {
        format!("begin create role {role}; exception when duplicate_object or unique_violation then null; end;")
    });
    server.create(&format!("roles_{}", kit.mark), &format!("do $$ begin {} end $$", roles.join(" "))).await;
    let database = async |name: String, sql: &'static str| {
        server.create(&name, sql).await;
        server.url(&name)
    };
    check(schemas("pg", Dialect::Postgresql, kit), Dialect::Postgresql, kit, database).await;
}

async fn mysql_is_in_sync(engine: mysql::Engine, kit: Kit) {
    // 1.0 takes the checks of every database of the server for those of the one, and gives up where two have one name.
    let (Some(server), Some(_)) = (mysql::Server::start(engine, &[]), (kit.project)()) else { return };
    let database = async |name: String, sql: &'static str| {
        server.create(&name, sql).await;
        server.root_url(&name)
    };
    let mut schemas = schemas("mysql", Dialect::Mysql, kit);
    if matches!(engine, mysql::Engine::Mariadb) {
        schemas.retain(|schema| !NOT_PUSHED_TO_MARIADB.iter().any(|(other, _)| *other == schema.name));
    }
    check(schemas, Dialect::Mysql, kit, database).await;
}

async fn sqlite_is_in_sync(kit: Kit) {
    let Some(_) = (kit.project)() else { return };
    check(schemas("sqlite", Dialect::Sqlite, kit), Dialect::Sqlite, kit, async |_, _| "file:app.db".to_owned()).await;
}

#[tokio::test]
async fn postgresql_is_in_sync_after_a_push() {
    postgresql_is_in_sync(KIT_0).await;
}

#[tokio::test]
async fn postgresql_is_in_sync_after_a_push_of_1_0() {
    postgresql_is_in_sync(KIT_1).await;
}

#[tokio::test]
async fn mysql_is_in_sync_after_a_push() {
    mysql_is_in_sync(mysql::Engine::Mysql, KIT_0).await;
}

#[tokio::test]
async fn mysql_is_in_sync_after_a_push_of_1_0() {
    mysql_is_in_sync(mysql::Engine::Mysql, KIT_1).await;
}

#[tokio::test]
async fn mariadb_is_in_sync_after_a_push() {
    mysql_is_in_sync(mysql::Engine::Mariadb, KIT_0).await;
}

#[tokio::test]
async fn mariadb_is_in_sync_after_a_push_of_1_0() {
    mysql_is_in_sync(mysql::Engine::Mariadb, KIT_1).await;
}

#[tokio::test]
async fn sqlite_is_in_sync_after_a_push() {
    sqlite_is_in_sync(KIT_0).await;
}

#[tokio::test]
async fn sqlite_is_in_sync_after_a_push_of_1_0() {
    sqlite_is_in_sync(KIT_1).await;
}
