//! `snapshot` and `verify` on real databases: what they prove, and what they must not claim.

#[path = "support/mysql.rs"]
mod mysql;
#[path = "support/postgresql.rs"]
mod postgresql;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tempfile::TempDir;

/// A project with a schema file and a URL.
struct Project {
    folder: TempDir,
    url: String,
    dialect: &'static str,
}

impl Project {
    fn new(dialect: &'static str, url: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("schema.ts"), "export const nothing = 1;\n").expect("a file");
        Self { folder, url: url.into(), dialect }
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        self.run_on(&self.url, arguments)
    }

    fn run_on(&self, url: &str, arguments: &[&str]) -> (i32, String, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_drizzle-drift"))
            .current_dir(self.folder.path())
            .args(arguments)
            .args(["--schema", "schema.ts", "--dialect", self.dialect, "--database-url", url])
            .output()
            .expect("the program starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn snapshot(&self, file: &str) {
        let (code, stdout, stderr) = self.run(&["snapshot", "-o", file]);
        assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    }

    /// The exit code, and what is wrong, check by check.
    fn verify(&self, arguments: &[&str]) -> (i32, String) {
        let (code, stdout, stderr) =
            self.run(&[&["verify", "-f", "json", "--before", "before.json"], arguments].concat());
        let report: Value = serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stdout}{stderr}"));
        assert_eq!(report["version"], 1);
        assert_eq!(report["ok"], code == 0);
        let checks = report["checks"].as_array().expect("a list");
        let names: Vec<_> = checks.iter().map(|check| check["name"].as_str().expect("a name")).collect();
        assert_eq!(
            names,
            ["expected changes happened", "nothing else changed", "no table was truncated", "schema files unchanged"]
        );
        let failed = checks.iter().filter(|check| check["ok"] == false).map(|check| check["detail"].as_str());
        (code, failed.map(|detail| detail.expect("a detail")).collect::<Vec<_>>().join(" | "))
    }
}

async fn sqlite(path: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true).foreign_keys(false);
    options.connect().await.expect("a connection")
}

async fn sqlite_project(sql: &str) -> (Project, SqliteConnection) {
    let project = Project::new("sqlite", "app.db");
    let mut connection = sqlite(&project.path("app.db")).await;
    execute(&mut connection, sql).await;
    (project, connection)
}

async fn execute(connection: &mut SqliteConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.expect(sql);
}

const TABLES: &str = "create table users (id integer primary key, email text not null);
    create unique index users_email on users (email);
    create table orders (id integer primary key, total integer, user_id integer references users (id));
    create view totals as select sum(total) as total from orders;
    insert into users values (1, 'a'), (2, 'b'); insert into orders values (1, 10, 1), (2, 20, 1);
    create table empty (id integer)";

#[tokio::test]
async fn only_what_is_expected_may_change() {
    for (sql, expected, surprise) in [
        ("select 1", &[][..], ""),
        ("insert into empty values (1); update orders set total = 11; delete from orders where id = 2", &[], ""),
        ("create table map (id integer primary key, a text unique); create index map_a on map (a)", &["+map"], ""),
        ("create table map (id integer primary key)", &[], "+ table map"),
        ("drop table empty", &["-empty"], ""),
        ("drop table empty", &[], "- table empty"),
        ("drop table empty", &["+empty"], "+ empty did not happen | - table empty"),
        ("alter table users add column name text", &["+users.name"], ""),
        ("alter table users add column name text; create index users_name on users (name)", &["+users.name"], ""),
        ("alter table users add column name text", &["~users"], ""),
        ("alter table users add column name text", &["~orders"], "~ orders did not happen | + column users.name"),
        ("drop index users_email", &[], "- index users.users_email"),
        ("drop index users_email", &["~users"], ""),
        ("drop index users_email", &["-users.users_email"], ""),
        ("drop index users_email; create unique index users_email on users (email) where id > 1", &[], "~ index users.users_email (predicate: none, now id > 1)"),
        ("drop view totals; create view totals as select 1 as total", &[], "~ view totals (definition: "),
        ("create table map (id integer primary key); drop table empty", &["+map", "-empty"], ""),
        ("delete from orders", &[], "orders: had rows, now empty"),
        ("delete from orders; insert into orders values (9, 9, 9)", &[], ""),
        (
            "create table new (id integer primary key, total text, user_id integer references users (id));
             insert into new select * from orders; drop view totals; drop table orders; alter table new rename to orders;
             create view totals as select sum(total) as total from orders",
            &["~orders.total"],
            "",
        ),
    ] {
        let (project, mut connection) = sqlite_project(TABLES).await;
        project.snapshot("before.json");
        execute(&mut connection, sql).await;
        let expected: Vec<&str> = expected.iter().flat_map(|change| ["--expect", change]).collect();
        let (code, details) = project.verify(&expected);
        assert_eq!(code, i32::from(!surprise.is_empty()), "{sql} {expected:?}: {details}");
        assert!(details.starts_with(surprise), "{sql} {expected:?}: {details}");
    }
}

#[tokio::test]
async fn rows_are_counted_on_demand() {
    let (project, mut connection) = sqlite_project(TABLES).await;
    let (code, _, stderr) = project.run(&["snapshot", "-o", "before.json", "--count-rows"]);
    assert_eq!(code, 0, "{stderr}");
    let text = fs::read_to_string(project.path("before.json")).expect("a file");
    let snapshot: Value = serde_json::from_str(&text).expect("JSON");
    let count = snapshot["counts"].as_array().expect("a list").iter().find(|count| count["table"] == "users");
    assert_eq!(count.expect("users")["rows"], 2);
    execute(&mut connection, "delete from orders").await;
    let (code, details) = project.verify(&["--count-rows"]);
    assert_eq!((code, details.as_str()), (1, "orders: had 2 rows, now empty"));
}

#[tokio::test]
async fn schema_files_must_be_the_same() {
    let (project, _connection) = sqlite_project(TABLES).await;
    project.snapshot("before.json");
    fs::write(project.path("schema.ts"), "export const something = 1;\n").expect("a file");
    assert_eq!(project.verify(&[]), (1, "schema.ts changed".into()));
}

#[tokio::test]
async fn a_snapshot_stands_in_for_its_database() {
    let (project, connection) = sqlite_project(TABLES).await;
    project.snapshot("before.json");
    let (_, from_database, _) = project.run(&["inspect", "database"]);
    connection.close().await.expect("closing");
    fs::remove_file(project.path("app.db")).expect("removing it");
    let url = "snapshot:before.json";
    let (code, from_snapshot, stderr) = project.run_on(url, &["inspect", "database"]);
    assert_eq!((code, from_snapshot), (0, from_database.clone()), "{stderr}");
    assert!(stderr.contains("snapshot of app.db taken ") && stderr.contains(" ago"), "{stderr}");
    // The contract's catalog is in it as it is printed.
    let text = fs::read_to_string(project.path("before.json")).expect("a file");
    let snapshot: Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(snapshot["catalog"], serde_json::from_str::<Value>(&from_database).expect("JSON"));
    let (code, stdout, _) = project.run_on(url, &["check", "-f", "json"]);
    let report: Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!((code, &report["summary"]["liveTables"]), (1, &3.into()), "{stdout}");
    assert!(report["snapshot"]["takenAt"].is_string(), "{stdout}");
    let (_, stdout, _) = project.run_on(url, &["doctor"]);
    assert!(stdout.contains("from a snapshot taken "), "{stdout}");
    let (code, stdout, stderr) = project.run_on(url, &["verify", "--before", "before.json"]);
    assert_eq!(code, 0, "{stdout}{stderr}");
    // Taken again, it says the same.
    let (code, ..) = project.run_on(url, &["snapshot", "-o", "again.json"]);
    let again = fs::read_to_string(project.path("again.json")).expect("a file");
    let again: Value = serde_json::from_str(&again).expect("JSON");
    assert_eq!((code, &again["live"]["catalog"]), (0, &snapshot["live"]["catalog"]));
    assert_eq!(again["takenAt"], snapshot["takenAt"]);
}

#[tokio::test]
async fn a_file_that_cannot_be_used_ends_with_2() {
    let (project, _connection) = sqlite_project(TABLES).await;
    project.snapshot("before.json");
    let good = fs::read_to_string(project.path("before.json")).expect("a file");
    fs::write(project.path("cut.json"), &good[..good.len() / 2]).expect("a file");
    fs::write(project.path("newer.json"), good.replacen("\"version\": 1", "\"version\": 9", 1)).expect("a file");
    fs::write(project.path("foreign.json"), "{}").expect("a file");
    for (file, needle) in [
        ("cut.json", "is damaged ("),
        ("newer.json", "was written by a newer drizzle-drift"),
        ("foreign.json", "is no snapshot of drizzle-drift"),
        ("none.json", "is not there; check its path"),
    ] {
        for (url, arguments) in [
            ("app.db", &["verify", "--before", file][..]),
            (&format!("snapshot:{file}"), &["check"]),
            (&format!("snapshot:{file}"), &["inspect", "database"]),
        ] {
            let (code, stdout, stderr) = project.run_on(url, arguments);
            assert_eq!((code, stdout.as_str()), (2, ""), "{stderr}");
            assert!(stderr.contains(needle) && stderr.contains(file), "{stderr}");
        }
    }
    for (arguments, needle) in [
        (&["verify"][..], "--before"),
        (&["verify", "--before", "before.json", "--expect", "users"], "+NAME (created)"),
        (&["verify", "--before", "before.json", "--expect", "+"], "+NAME (created)"),
        (&["snapshot"], "--output"),
        (&["snapshot", "-o", "none/before.json"], "cannot be written"),
    ] {
        let (code, stdout, stderr) = project.run(arguments);
        assert_eq!((code, stdout.as_str()), (2, ""), "{arguments:?}: {stderr}");
        assert!(stderr.contains(needle), "{arguments:?}: {stderr}");
    }
    let other = Project { dialect: "mysql", ..project };
    let (code, _, stderr) = other.run_on("snapshot:before.json", &["check"]);
    assert_eq!(code, 2, "{stderr}");
    assert!(stderr.contains("is the snapshot of a sqlite database, but the project is for mysql"), "{stderr}");
}

#[tokio::test]
async fn every_format_says_what_is_wrong() {
    let (project, mut connection) = sqlite_project(TABLES).await;
    project.snapshot("before.json");
    execute(&mut connection, "delete from orders; alter table users add column \"a|<b>\" text").await;
    for format in ["text", "concise", "json", "github", "junit", "markdown"] {
        let (code, stdout, stderr) = project.run(&["verify", "--before", "before.json", "-f", format]);
        assert_eq!((code, stderr.as_str()), (1, ""), "{format}");
        assert!(stdout.contains("orders: had rows, now empty"), "{format}: {stdout}");
        assert!(
            stdout.contains(match format {
                "junit" => "users.a|&lt;b&gt;",
                "markdown" => "users.a\\|<b>",
                _ => "users.a|<b>",
            }),
            "{format}: {stdout}"
        );
    }
    let (code, stdout, _) = project.run(&["verify", "--before", "before.json", "--output-file", "report.txt"]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(fs::read_to_string(project.path("report.txt")).expect("a report").contains("FAILED"));
}

#[tokio::test]
async fn postgresql_is_proved_by_what_was_seen() {
    let Some(server) = postgresql::Server::shared() else { return };
    let sql = "create schema billing; create type mood as enum ('a', 'b');
        create table users (id serial primary key, email text not null unique, m mood);
        create table billing.invoices (id int generated always as identity primary key, total numeric(10, 2));
        create table hidden (id int); alter table hidden enable row level security;
        create policy own on hidden using (false); insert into hidden values (1);
        insert into users (email) values ('a'), ('b'); insert into billing.invoices (total) values (1);
        create table churn (id int); insert into churn values (1);
        create view emails as select email from users; create sequence numbers;
        grant select on all tables in schema public to app";
    for (index, (change, expected, surprise)) in [
        ("analyze; vacuum full users; select pg_stat_reset()", &[][..], ""),
        ("truncate users", &[], "users: had rows, now empty"),
        ("delete from billing.invoices", &[], "billing.invoices: had rows, now empty"),
        ("truncate churn; insert into churn values (1)", &[], ""),
        ("create type kind as enum ('x'); create table map (id serial primary key, k kind)", &["+map"], ""),
        ("create type kind as enum ('x'); create table map (id serial primary key)", &["+map"], "+ enum kind"),
        ("create table billing.map (id serial primary key)", &["+billing.map"], ""),
        ("create table billing.map (id serial primary key)", &["+public.map"], "+ public.map did not happen"),
        ("alter table users enable row level security", &[], "~ table users (row level security: no, now yes)"),
        (
            "drop policy own on hidden; create policy own on hidden using (true)",
            &[],
            "~ policy hidden.own (using: false, now true)",
        ),
        ("alter table users alter column id type bigint", &[], "~ column users.id (type: "),
        ("alter type mood add value 'c'", &[], "~ enum mood (values: "),
        ("drop sequence numbers", &["-numbers"], ""),
        ("alter sequence users_id_seq increment 7", &[], "~ sequence users.users_id_seq ("),
        ("create schema other", &[], "+ schema other"),
        ("comment on table users is 'people'", &[], "~ table users (comment: none, now people)"),
        ("drop table users cascade", &["-users"], "- view emails"),
    ]
    .into_iter()
    .enumerate()
    {
        let database = format!("verify_{index}");
        server.create(&database, sql).await;
        let project = Project::new("postgresql", &server.url(&database));
        project.snapshot("before.json");
        let mut connection = server.connect(&database).await;
        for statement in change.split("; ") {
            sqlx::raw_sql(AssertSqlSafe(statement.to_owned())).execute(&mut connection).await.expect(statement);
        }
        let expected: Vec<&str> = expected.iter().flat_map(|change| ["--expect", change]).collect();
        let (code, details) = project.verify(&expected);
        assert_eq!(code, i32::from(!surprise.is_empty()), "{change} {expected:?}: {details}");
        assert!(details.starts_with(surprise), "{change} {expected:?}: {details}");
    }
    // A role from which policies hide the rows sees no empty table.
    let project = Project::new("postgresql", &server.app_url("verify_0"));
    project.snapshot("before.json");
    let text = fs::read_to_string(project.path("before.json")).expect("a file");
    let snapshot: Value = serde_json::from_str(&text).expect("JSON");
    let counted: Vec<_> =
        snapshot["counts"].as_array().expect("a list").iter().map(|count| count["table"].as_str()).collect();
    assert!(counted.contains(&Some("users")) && !counted.contains(&Some("hidden")), "{counted:?}");
    assert!(!text.contains(postgresql::PASSWORD) && !text.contains(postgresql::PASSWORD_IN_URL));
    assert_eq!(project.verify(&[]).0, 0);
}

#[tokio::test]
async fn mysql_is_proved_by_what_was_seen() {
    let Some(server) = mysql::Server::shared() else { return };
    let sql = "create table users (id int auto_increment primary key, email varchar(99) unique);
        insert into users (email) values ('a'), ('b'); create table churn (id int); insert into churn values (1)";
    for (index, (change, expected, surprise)) in [
        ("analyze table users", &[][..], ""),
        ("truncate users", &[], "users: had rows, now empty"),
        ("delete from users", &[], "users: had rows, now empty"),
        ("truncate churn; insert into churn values (1)", &[], ""),
        ("create table map (id int auto_increment primary key, a int, key map_a (a))", &["+map"], ""),
        ("create table map (id int)", &["+maps"], "+ maps did not happen | + table map"),
        ("alter table users modify email varchar(9)", &[], "~ column users.email (type: varchar(99), now varchar(9))"),
    ]
    .into_iter()
    .enumerate()
    {
        let database = format!("verify_{index}");
        server.create(&database, sql).await;
        let project = Project::new("mysql", &server.root_url(&database));
        project.snapshot("before.json");
        let mut connection = server.connect(&database).await;
        sqlx::raw_sql(AssertSqlSafe(change.to_owned())).execute(&mut connection).await.expect(change);
        let expected: Vec<&str> = expected.iter().flat_map(|change| ["--expect", change]).collect();
        let (code, details) = project.verify(&expected);
        assert_eq!(code, i32::from(!surprise.is_empty()), "{change} {expected:?}: {details}");
        assert!(details.starts_with(surprise), "{change} {expected:?}: {details}");
    }
}

#[tokio::test]
async fn rows_are_asked_where_only_they_tell_whether_push_fails() {
    let Some(server) = postgresql::Server::shared() else { return };
    let sql = "create table t (id integer primary key, a text, b text); insert into t values (1, null, 'x'); analyze;";
    server.create("rows_asked", sql).await;
    let project = Project::new("postgresql", &server.url("rows_asked"));
    let schema = "import { integer, pgTable, text } from \"drizzle-orm/pg-core\";\nexport const t = pgTable(\"t\", { id: \
                  integer().primaryKey(), a: text().notNull(), b: text().unique() });\n";
    fs::write(project.path("schema.ts"), schema).expect("a file");
    let plan = |more: &[&str]| -> (i32, Value) {
        let (code, stdout, stderr) = project.run(&[&["plan", "-f", "json"], more].concat());
        (code, serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}")))
    };
    let (_, without) = plan(&[]);
    assert_eq!(without["fails"], Value::Null);
    assert_eq!(without["mayFail"].as_array().map(Vec::len), Some(2), "{without:#}");
    let (code, with) = plan(&["--check-rows"]);
    assert_eq!((code, &with["outcome"]), (1, &Value::from("fails")), "{with:#}");
    assert_eq!(with["fails"]["sqlstate"], "23502");
    assert_eq!(with["fails"]["statement"], "ALTER TABLE \"t\" ALTER COLUMN \"a\" SET NOT NULL;");
    assert_eq!(with["fails"]["exitCode"], 0);
    assert_eq!((&with["mayFail"], &with["rowsChecked"]), (&Value::Array(Vec::new()), &Value::Bool(true)));
    let (_, text, _) = project.run(&["plan", "--kit-version", "1.0.0-rc.5"]);
    assert!(text.contains("It may fail at statement 1: if a row holds NULL in `t.a` (SQLSTATE 23502)."), "{text}");
    assert!(text.contains("Run with --check-rows to know"), "{text}");
}
