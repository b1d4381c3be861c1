//! The second opinion with the real drizzle-kits: it agrees with the plan, and it cannot change anything. And the hints for
//! 1.0, which answer what the ledger has decided and confirm no loss.
#![cfg(unix)]

#[path = "support/drizzle_kit.rs"]
mod drizzle_kit;
#[path = "support/mysql.rs"]
mod mysql;
#[path = "support/postgresql.rs"]
mod postgresql;

use std::fs;

use drizzle_kit::Project;
use mysql::Engine;
use serde_json::{Value, json};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// A kit that pushes in earnest, whatever it is told.
const FORCING: &str = r#"while [ "$1" != --config ]; do shift; done; exec "$KIT" push --force "$@""#;

fn run(project: &Project, arguments: &[&str]) -> (i32, String, String) {
    project.drift(arguments, |command| {
        command.env("TMPDIR", project.folder().join("tmp"));
    })
}

/// A project with a temporary folder of its own, which has to be empty again afterwards.
fn project(made: Option<Project>, dialect: &str, url: &str, schema: &str) -> Option<Project> {
    let project = made?;
    fs::create_dir(project.folder().join("tmp")).expect("a folder");
    project.write("schema.ts", schema);
    project.write(
        "drizzle.config.ts",
        &format!(
            "import {{ defineConfig }} from \"drizzle-kit\";\n\nexport default defineConfig({{ dialect: \"{dialect}\", schema: \
             \"./schema.ts\", dbCredentials: {{ url: \"{url}\" }} }});\n"
        ),
    );
    Some(project)
}

fn second_opinion(project: &Project) -> Value {
    let (code, stdout, stderr) = run(project, &["plan", "--with-kit", "-f", "json"]);
    assert!(code <= 1, "{code}: {stderr}");
    let left: Vec<_> = fs::read_dir(project.folder().join("tmp")).expect("the folder").collect();
    // What tsx and the like keep for the next time is theirs.
    let ours = left
        .iter()
        .filter_map(|entry| entry.as_ref().ok())
        .filter(|entry| entry.file_name().to_string_lossy().starts_with("drizzle-drift"));
    assert_eq!(ours.count(), 0, "the temporary folder is removed");
    let plan: Value = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"));
    plan["withKit"].clone()
}

fn agrees(project: &Project, questions: &[&str]) {
    let opinion = second_opinion(project);
    assert_eq!(opinion["agrees"], true, "{opinion:#}");
    assert_eq!(opinion["questions"], json!(questions), "{opinion:#}");
    assert!(opinion["statements"].as_array().is_some_and(|statements| !statements.is_empty()), "{opinion:#}");
}

const SQLITE: &str = "import { integer, sqliteTable, text } from \"drizzle-orm/sqlite-core\";
export const users = sqliteTable(\"users\", { id: integer(\"id\").primaryKey(), mail: text(\"mail\").notNull() });
export const identities = sqliteTable(\"identities\", { id: integer(\"id\").primaryKey() });
";
const POSTGRESQL: &str = "import { integer, pgTable, text } from \"drizzle-orm/pg-core\";
export const users = pgTable(\"users\", { id: integer(\"id\").primaryKey(), mail: text(\"mail\").notNull() });
export const identities = pgTable(\"identities\", { id: integer(\"id\").primaryKey() });
";
const MYSQL: &str = "import { int, mysqlTable, varchar } from \"drizzle-orm/mysql-core\";
export const users = mysqlTable(\"users\", { id: int(\"id\").primaryKey(), mail: varchar(\"mail\", { length: 99 }).notNull() });
export const identities = mysqlTable(\"identities\", { id: int(\"id\").primaryKey() });
";
/// `conversations` is not declared, and `mail` has another name.
const SQL: &str = "create table users (id integer not null primary key, email varchar(99) not null);
    create table conversations (id integer not null primary key, title varchar(99));
    insert into users values (1, 'a'); insert into conversations values (1, 'x')";
const QUESTION: &str = "Is identities table created or renamed from another table?";

/// `schema` as the database is, and one table more: what a push in earnest does without a question.
fn without_loss(schema: &str) -> String {
    let conversations = "\"conversations\", { title: varchar(\"title\", { length: 99 }),";
    let known = schema.replace("\"identities\", {", conversations).replace("\"mail\"", "\"email\"");
    let (module, integer) = if schema.contains("mysql") { ("mysqlTable", "int") } else { ("pgTable", "integer") };
    format!("{known}export const fresh = {module}(\"fresh\", {{ id: {integer}(\"id\") }});\n")
}

async fn sqlite(project: &Project, file: &str, sql: &str) {
    let options = SqliteConnectOptions::new().filename(project.folder().join(file)).create_if_missing(true);
    let mut connection = options.connect().await.expect("a database");
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("the SQL");
    connection.close().await.expect("closing");
}

/// The file's bytes and time, and what stands beside it.
fn state(project: &Project) -> (Vec<u8>, std::time::SystemTime, Vec<String>) {
    let file = project.folder().join("app.db");
    let names = fs::read_dir(project.folder())
        .expect("the folder")
        .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
    let mut names: Vec<String> = names.collect();
    names.sort();
    let modified = fs::metadata(&file).and_then(|metadata| metadata.modified()).expect("its time");
    (fs::read(&file).expect("the file"), modified, names)
}

#[tokio::test]
async fn a_sqlite_file_is_copied_and_never_opened_by_the_kit() {
    for (made, dialect) in [(Project::new(), "sqlite"), (Project::of_1_0(), "turso")] {
        let Some(project) = project(made, dialect, "file:app.db", SQLITE) else { return };
        sqlite(&project, "app.db", &SQL.replace("varchar(99)", "text")).await;
        // While the kit runs, the file is elsewhere; a kit that opened it by its name would make a new one.
        project.replace_kit(
            "mv app.db hidden; \"$KIT\" \"$@\"; code=$?; [ ! -e app.db ] || touch opened; mv hidden app.db; exit $code",
        );
        let before = state(&project);
        let column = match dialect {
            "sqlite" => "Is mail column in users table created or renamed from another column?",
            _ => "Is users.mail column created or renamed from another column?",
        };
        agrees(&project, &[QUESTION, column]);
        assert!(state(&project) == before, "the project's file and folder are as they were");

        // One that pushes in earnest changes the copy.
        project_kit(&project, FORCING);
        second_opinion(&project);
        assert!(state(&project) == before, "the project's file and folder are as they were");
    }
}

/// Replaces the kit again.
fn project_kit(project: &Project, script: &str) {
    let program = project.folder().join("node_modules/.bin/drizzle-kit");
    let text = fs::read_to_string(&program).expect("the script");
    let head: String = text.lines().take(2).map(|line| format!("{line}\n")).collect();
    fs::write(&program, format!("{head}{script}\n")).expect("a script");
}

#[tokio::test]
async fn a_write_ahead_log_in_use_is_copied_with_its_file() {
    let Some(project) = project(Project::of_1_0(), "sqlite", "app.db", SQLITE) else { return };
    let options = SqliteConnectOptions::new().filename(project.folder().join("app.db")).create_if_missing(true);
    let mut writer = options.connect().await.expect("a database");
    let sql =
        format!("pragma journal_mode = wal; pragma wal_autocheckpoint = 0; {}", SQL.replace("varchar(99)", "text"));
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut writer).await.expect("the SQL");
    assert!(fs::metadata(project.folder().join("app.db-wal")).expect("a log").len() > 0);
    agrees(&project, &[QUESTION, "Is users.mail column created or renamed from another column?"]);
    writer.close().await.expect("closing");
}

#[tokio::test]
async fn postgresql_refuses_a_kit_that_writes() {
    let Some(server) = postgresql::Server::shared() else { return };
    for (name, made) in [("opinion_v0", Project::new()), ("opinion_v1", Project::of_1_0())] {
        server.create(name, SQL).await;
        let url = server.url(name);
        let schema =
            POSTGRESQL.replace("text(\"mail\")", "varchar(\"mail\", { length: 99 })").replace("text }", "varchar }");
        let Some(project) = project(made, "postgresql", &url, &schema) else { return };
        let opinion = second_opinion(&project);
        assert_eq!((&opinion["agrees"], &opinion["questions"][0]), (&json!(true), &json!(QUESTION)), "{opinion:#}");
        project.write("schema.ts", &without_loss(&schema));
        project.replace_kit(FORCING);
        let opinion = second_opinion(&project);
        let said = opinion["fails"].as_str().unwrap_or_default();
        assert!(said.contains("read-only transaction"), "{opinion:#}");
        assert!(!said.contains(&url), "{said}");
        let log = server.log();
        assert!(log.contains("cannot execute CREATE TABLE in a read-only transaction"), "{name}");
        let mut connection = server.connect(name).await;
        sqlx::raw_sql("select title from conversations").execute(&mut connection).await.expect("it is as it was");
    }
}

#[tokio::test]
async fn mysql_and_mariadb_refuse_a_kit_that_writes() {
    for engine in [Engine::Mysql, Engine::Mariadb] {
        let Some(server) = mysql::Server::shared_of(engine) else { return };
        // Starting drizzle-kit is what takes the time here: MariaDB with 1.0 only.
        let kits = [("opinion_v0", Project::new()), ("opinion_v1", Project::of_1_0())];
        let kits = kits.into_iter().skip(if matches!(engine, Engine::Mariadb) { 1 } else { 0 });
        for (name, made) in kits {
            let sql = format!(
                "{SQL}; create function counted() returns int deterministic modifies sql data
                begin insert into users values (2, 'b'); return 1; end"
            );
            server.create(name, &sql).await;
            let Some(project) = project(made, "mysql", &server.root_url(name), MYSQL) else { return };
            let opinion = second_opinion(&project);
            assert_eq!((&opinion["agrees"], &opinion["questions"][0]), (&json!(true), &json!(QUESTION)), "{opinion:#}");

            project.write("schema.ts", &without_loss(MYSQL));
            project.replace_kit(FORCING);
            let opinion = second_opinion(&project);
            let said = opinion["fails"].as_str().unwrap_or_default();
            // MariaDB's int(11) is another type to 1.0, which asks about it before it writes.
            let asks = matches!(engine, Engine::Mariadb) && name == "opinion_v1";
            assert!(asks || said.contains("READ ONLY transaction"), "{engine:?} {name}: {opinion:#}");

            // What reads by its looks and writes by a function is refused by the server itself.
            project.write(
                "sly.mjs",
                "import { createConnection } from \"mysql2/promise\";
const { url } = JSON.parse(process.env.DRIZZLE_DRIFT_KIT_TARGET);
const connection = await createConnection({ uri: url, multipleStatements: true });
for (const sql of [\"select counted()\", \"select 1; drop table users\", \"set session transaction read write\", \"/* */ drop table users\"])
  await connection.query(sql).then(() => console.error(\"RAN \" + sql), (error) => console.error(\"Error: \" + error.errno));
await connection.changeUser({ user: \"root\" }).then(() => console.error(\"RAN\"), () => {});
process.exit(1);",
            );
            project_kit(&project, "exec node sly.mjs");
            let opinion = second_opinion(&project);
            let said = opinion["fails"].as_str().unwrap_or_default();
            assert!(said.starts_with("Error: 1792 Error: 1064 Error: 1792"), "{engine:?}: {opinion:#}");
            assert!(!said.contains("RAN"), "{opinion:#}");
            let mut connection = server.connect(name).await;
            let rows: i64 =
                sqlx::query_scalar("select count(*) from users").fetch_one(&mut connection).await.expect("users");
            assert_eq!(rows, 1, "{engine:?}");
        }
    }
}

#[tokio::test]
async fn where_it_cannot_be_kept_from_writing_it_is_not_run() {
    let Some(project) = project(Project::of_1_0(), "turso", "libsql://db.invalid", SQLITE) else { return };
    project.replace_kit("touch ran");
    sqlite(&project, "app.db", "create table t (id int)").await;
    let encrypted = ["--database-url", "mysql://u:p@127.0.0.1:1/app?ssl-mode=REQUIRED"];
    for (arguments, why) in [
        (&["--kit-version", "0.31.11", "--database-url", "app.db"][..], "the drizzle-kit that is installed"),
        (&["--env-file", "x.env", "--database-url", "app.db"], "--env-file"),
        (&["--dialect", "sqlite", "--schema", "schema.ts", "--database-url", "app.db"], "with a config"),
        (&encrypted, ""),
    ] {
        let (code, _, stderr) = run(&project, &[&["plan", "--with-kit"], arguments].concat());
        assert!(code >= 2 && stderr.contains(why), "{arguments:?}: {stderr}");
        assert_eq!(stderr.lines().filter(|line| line.starts_with("error: ")).count(), 1, "{stderr}");
    }
    assert!(!project.folder().join("ran").exists());
}

#[tokio::test]
async fn hints_answer_what_the_ledger_has_decided_and_confirm_no_loss() {
    let schema = "import { integer, pgTable, text } from \"drizzle-orm/pg-core\";
export const users = pgTable(\"users\", { id: integer(\"id\").primaryKey(), emailAddress: text(\"email_address\").notNull() });
export const identities = pgTable(\"identities\", { id: integer(\"id\").primaryKey() });
";
    let sql = "create table users (id integer primary key, email text not null);
        create table conversations (id integer primary key, title text, body text); insert into users values (1, 'a');
        insert into conversations values (1, 'x', 'y')";
    let Some(server) = postgresql::Server::shared() else { return };
    server.create("hints", sql).await;
    let Some(project) = project(Project::of_1_0(), "postgresql", &server.url("hints"), schema) else { return };
    let hints = |project: &Project| -> Value {
        let (code, _, stderr) = run(project, &["plan", "--hints-file", "hints.json", "-f", "concise"]);
        assert_eq!(code, 1, "{stderr}");
        serde_json::from_str(&fs::read_to_string(project.folder().join("hints.json")).expect("hints")).expect("JSON")
    };
    assert_eq!(hints(&project), json!([]));
    let (status, open) = project.unresolved(&["--hints-file", "hints.json"]);
    assert_eq!((status.as_str(), open.len()), ("missing_hints", 2), "{open:#?}");

    let (code, _, stderr) = run(&project, &["defer", "--object", "conversations", "--reason", "the chat keeps it"]);
    assert_eq!(code, 0, "{stderr}");
    let (code, _, stderr) = run(&project, &["defer", "--object", "conversations", "--renamed", "--reason", "no"]);
    assert!(code == 2 && stderr.contains("no open possible rename of conversations"), "{stderr}");
    let (code, _, stderr) =
        run(&project, &["defer", "--object", "users.email_address", "--renamed", "--reason", "spelled out"]);
    assert_eq!(code, 0, "{stderr}");
    let expected = json!([
        { "type": "create", "kind": "table", "entity": ["public", "identities"] },
        { "type": "rename", "kind": "column", "from": ["public", "users", "email"], "to": ["public", "users", "email_address"] },
    ]);
    assert_eq!(hints(&project), expected);
    let (status, open) = project.unresolved(&["--hints-file", "hints.json"]);
    assert_eq!(status, "missing_hints");
    // Nothing but the loss, which no hint of ours confirms.
    assert_eq!(
        open,
        [json!({ "type": "confirm_data_loss", "kind": "table", "entity": ["public", "conversations"],
        "reason": "non_empty" })]
    );
    let mut connection = server.connect("hints").await;
    sqlx::raw_sql("delete from conversations").execute(&mut connection).await.expect("it");
    assert_eq!(project.unresolved(&["--hints-file", "hints.json"]).0, "ok");

    let (code, _, stderr) = run(&project, &["plan", "--hints-file", "hints.json", "--kit-version", "0.31.11"]);
    assert!(code == 2 && stderr.contains("--hints-file is for drizzle-kit 1.0"), "{stderr}");
}
