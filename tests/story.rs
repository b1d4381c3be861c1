//! The story from its question to its end, with the real drizzle-kit: what push would do, fix A, the push itself, and the
//! proof that nothing else has changed.

#[path = "support/drizzle_kit.rs"]
mod drizzle_kit;
#[path = "support/mysql.rs"]
mod mysql;
#[path = "support/postgresql.rs"]
mod postgresql;

use drizzle_kit::Project;
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

fn run(project: &Project, arguments: &[&str]) -> (i32, String, String) {
    project.drift(arguments, |_| {})
}

fn plan(project: &Project) -> (i32, Value) {
    let (code, stdout, stderr) = run(project, &["plan", "-f", "json"]);
    (code, serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}")))
}

fn config(project: &Project, dialect: &str, url: &str) {
    project.write(
        "drizzle.config.ts",
        &format!(
            "import {{ defineConfig }} from \"drizzle-kit\";\n\nexport default defineConfig({{ dialect: \"{dialect}\", schema: \
             \"./schema.ts\", dbCredentials: {{ url: \"{url}\" }} }});\n"
        ),
    );
}

/// What push would do before anything is settled.
fn before(project: &Project, renaming_works: bool) {
    let (code, plan) = plan(project);
    assert_eq!(code, 1, "{plan:#}");
    assert_eq!((&plan["outcome"], &plan["safe"]), (&"asks".into(), &false.into()), "{plan:#}");
    let prompt = &plan["prompts"][0];
    assert_eq!(prompt["text"], "Is identity_map table created or renamed from another table?");
    let labels: Vec<_> = prompt["choices"].as_array().expect("choices").iter().map(|choice| &choice["label"]).collect();
    assert_eq!(labels, ["+ identity_map create table", "~ conversations › identity_map rename table"]);
    // drizzle-kit 0.31 is planned to give up after the rename on MySQL and SQLite; then that choice loses nothing.
    for choice in &prompt["choices"].as_array().expect("choices")[..if renaming_works { 2 } else { 1 }] {
        assert!(
            choice["destroys"]
                .as_str()
                .is_some_and(|destroys| destroys.contains("conversations") || destroys.contains("identity_map")),
            "{choice:#}"
        );
    }
    let advice = prompt["advice"].as_str().expect("advice");
    assert!(advice.contains("Ctrl-C"), "{advice}");
    if renaming_works {
        assert_eq!(prompt["safeChoice"], Value::Null);
        assert!(advice.contains("Declare `conversations`"), "{advice}");
    }
    assert!(
        plan["statements"]
            .as_array()
            .expect("statements")
            .iter()
            .any(|statement| { statement["dataLoss"] == true && statement["object"]["name"] == "conversations" }),
        "{plan:#}"
    );
    let (code, text, _) = run(project, &["plan"]);
    assert!(
        code == 1 && text.contains("Question 1: Is identity_map table created") && text.contains("Not safe"),
        "{text}"
    );
    for format in ["concise", "markdown", "github"] {
        let (code, text, _) = run(project, &["plan", "-f", format]);
        assert!(code == 1 && text.contains("conversations"), "{format}: {text}");
    }

    // Nobody said that it may go.
    let (code, stdout, stderr) = run(project, &["guard", "--", "touch", "ran"]);
    assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
    assert!(stderr.contains("refused: it would destroy table conversations"), "{stderr}");
    assert!(!project.folder().join("ran").exists());
}

/// Fix A leaves nothing but the new table.
fn after_fix_a(project: &Project) -> String {
    let (code, stdout, stderr) = run(project, &["fix", "--object", "conversations"]);
    assert_eq!((code, stdout.as_str()), (0, ""), "{stderr}");
    let (code, plan) = plan(project);
    assert_eq!((code, &plan["outcome"], &plan["safe"]), (0, &"ok".into(), &true.into()), "{plan:#}");
    let statements = plan["statements"].as_array().expect("statements");
    let tables: Vec<_> = statements.iter().map(|statement| &statement["object"]["table"]).collect();
    assert!(tables.iter().all(|table| *table == "identity_map"), "{plan:#}");
    assert!(statements[0]["sql"].as_str().is_some_and(|sql| sql.starts_with("CREATE TABLE ")), "{plan:#}");
    let (code, _, stderr) = run(project, &["snapshot", "-o", "before.json"]);
    assert_eq!(code, 0, "{stderr}");
    statements.iter().map(|statement| statement["sql"].as_str().expect("SQL")).collect::<Vec<_>>().join("\n")
}

fn verify(project: &Project) -> (i32, String) {
    let (code, stdout, _) =
        run(project, &["verify", "--before", "before.json", "--expect", "+identity_map", "-f", "concise"]);
    (code, stdout)
}

/// The story on PostgreSQL in a database of its own.
async fn story_on_postgresql(project: &Project, server: &postgresql::Server, database: &str) {
    server
        .create(
            database,
            "create table users (id serial primary key, email text not null constraint users_email_unique unique);
             create table conversations (id serial primary key, user_id integer not null references users on delete cascade,
               title text not null); insert into users (email) values ('a'), ('b');
             insert into conversations (user_id, title) values (1, 'x'), (1, 'y'), (2, 'z')",
        )
        .await;
    let mut connection = server.connect(database).await;
    project.write(
        "schema.ts",
        "import { integer, pgTable, serial, text } from \"drizzle-orm/pg-core\";

export const users = pgTable(\"users\", {
  id: serial(\"id\").primaryKey(),
  email: text(\"email\").notNull().unique(),
});

export const identityMap = pgTable(\"identity_map\", {
  id: serial(\"id\").primaryKey(),
  userId: integer(\"user_id\").notNull(),
  provider: text(\"provider\").notNull(),
});
",
    );
    config(project, "postgresql", &server.url(database));
    sqlx::raw_sql("analyze").execute(&mut connection).await.expect("statistics");
    before(project, true);
    if project.kit().starts_with('0') {
        // drizzle-kit itself says the same, in a session in which it cannot write.
        let (code, stdout, stderr) = run(project, &["plan", "--with-kit", "-f", "json"]);
        let plan: Value = serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}"));
        assert_eq!((code, &plan["withKit"]["agrees"]), (1, &true.into()), "{plan:#}");
        assert_eq!(plan["withKit"]["questions"][0], plan["prompts"][0]["text"], "{plan:#}");
        assert_eq!(plan["withKit"]["statements"].as_array().map(Vec::len), plan["statements"].as_array().map(Vec::len));
    }
    after_fix_a(project);
    let said = project.push_in_earnest();
    assert!(said.contains("Changes applied"), "{said}");
    assert_eq!(verify(project), (0, String::new()));
    // Guarded, there is nothing left to do.
    let (code, stdout, stderr) = run(project, &["guard", "--", "sh", "-c", "exit 7"]);
    assert_eq!(code, 7, "{stdout}{stderr}");
    let psql = format!("drizzle-drift: {}", server.url(database));
    assert!(!stdout.contains(&psql));

    sqlx::raw_sql("alter table users add column stray text").execute(&mut connection).await.expect("a column");
    assert_eq!(verify(project), (1, "nothing else changed: + column users.stray\n".into()));
    sqlx::raw_sql("alter table users drop column stray; truncate conversations")
        .execute(&mut connection)
        .await
        .expect("it");
    assert_eq!(verify(project), (1, "no table was truncated: conversations: had rows, now empty\n".into()));
}

#[tokio::test]
async fn the_story_on_postgresql() {
    let (Some(project), Some(server)) = (Project::new(), postgresql::Server::shared()) else { return };
    story_on_postgresql(&project, &server, "story").await;

    // Nothing that this tool sent has written.
    let log = server.log();
    let ours: Vec<&str> = log.lines().filter(|line| line.starts_with("drizzle-drift|")).collect();
    assert!(!ours.is_empty(), "the log names who asks");
    for line in
        ours.iter().filter_map(|line| line.split_once("statement: ")).map(|(_, sql)| sql.trim_start().to_lowercase())
    {
        let harmless = ["select", "begin", "rollback", "commit", "show", "set ", "with", "declare", "fetch", "start"];
        assert!(harmless.iter().any(|word| line.starts_with(word)), "{line}");
    }
}

/// The story on MySQL in a database of its own. `renaming_works` says whether the kit gets past a rename.
async fn story_on_mysql(project: &Project, database: &str, renaming_works: bool) {
    let Some(server) = mysql::Server::shared() else { return };
    server
        .create(
            database,
            "create table users (id int auto_increment not null, email varchar(99) not null, constraint users_id primary key (id),
               constraint users_email_unique unique (email));
             create table conversations (id int auto_increment not null, user_id int not null, title text not null,
               constraint conversations_id primary key (id));
             insert into users (email) values ('a'), ('b');
             insert into conversations (user_id, title) values (1, 'x'), (1, 'y'), (2, 'z')",
        )
        .await;
    project.write(
        "schema.ts",
        "import { int, mysqlTable, varchar } from \"drizzle-orm/mysql-core\";

export const users = mysqlTable(\"users\", {
  id: int(\"id\").autoincrement().primaryKey(),
  email: varchar(\"email\", { length: 99 }).notNull().unique(),
});

export const identityMap = mysqlTable(\"identity_map\", {
  id: int(\"id\").autoincrement().primaryKey(),
  userId: int(\"user_id\").notNull(),
});
",
    );
    config(project, "mysql", &server.root_url(database));
    let mut connection = server.connect(database).await;
    sqlx::raw_sql("analyze table users, conversations").execute(&mut connection).await.expect("statistics");
    before(project, renaming_works);
    after_fix_a(project);
    let said = project.push_in_earnest();
    assert!(said.contains("Changes applied"), "{said}");
    assert_eq!(verify(project), (0, String::new()));
    sqlx::raw_sql("alter table users add column stray text").execute(&mut connection).await.expect("a column");
    assert_eq!(verify(project), (1, "nothing else changed: + column users.stray\n".into()));
    sqlx::raw_sql("alter table users drop column stray").execute(&mut connection).await.expect("it");
    sqlx::raw_sql("truncate conversations").execute(&mut connection).await.expect("it");
    assert_eq!(verify(project), (1, "no table was truncated: conversations: had rows, now empty\n".into()));
}

#[tokio::test]
async fn the_story_on_postgresql_with_1_0() {
    let (Some(project), Some(server)) = (Project::of_1_0(), postgresql::Server::shared()) else { return };
    story_on_postgresql(&project, &server, "story_1_0").await;
}

#[tokio::test]
async fn the_story_on_mysql() {
    let Some(project) = Project::new() else { return };
    story_on_mysql(&project, "story", false).await;
}

#[tokio::test]
async fn the_story_on_mysql_with_1_0() {
    let Some(project) = Project::of_1_0() else { return };
    story_on_mysql(&project, "story_1_0", true).await;
}

#[tokio::test]
async fn the_story_on_sqlite() {
    let Some(project) = Project::new() else { return };
    let example = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/conversations");
    let read = |file: &str| std::fs::read_to_string(example.join(file)).expect(file);
    project.write("schema.ts", &read("shared/schema.ts"));
    config(&project, "sqlite", "app.db");
    let options = SqliteConnectOptions::new().filename(project.folder().join("app.db")).create_if_missing(true);
    let mut connection = options.foreign_keys(false).connect().await.expect("a database");
    sqlx::raw_sql(AssertSqlSafe(read("database.sql"))).execute(&mut connection).await.expect("the SQL");
    before(&project, false);
    after_fix_a(&project);
    assert!(project.push_in_earnest().contains("Changes applied"));
    assert_eq!(verify(&project), (0, String::new()));
    sqlx::raw_sql("delete from conversations").execute(&mut connection).await.expect("it");
    assert_eq!(verify(&project), (1, "no table was truncated: conversations: had rows, now empty\n".into()));
    sqlx::raw_sql("alter table users add column stray text").execute(&mut connection).await.expect("a column");
    assert!(verify(&project).1.starts_with("nothing else changed: + column users.stray\n"));
    connection.close().await.expect("closing");
}
