//! Nothing that this tool runs writes: every command and an editor session, and then the server's own log of statements.
//! Each statement is parsed, and has to be one of the few kinds that read.
#![cfg(unix)]

#[path = "support/drizzle_kit.rs"]
mod drizzle_kit;
#[path = "support/mysql.rs"]
mod mysql;
#[path = "support/postgresql.rs"]
mod postgresql;
mod support {
    pub mod lsp_client;
}

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use drizzle_kit::Project;
use serde_json::json;
use sqlparser::ast::{Query, SetExpr, Statement};
use sqlparser::dialect::{Dialect, MySqlDialect, PostgreSqlDialect};
use sqlparser::parser::Parser;
use support::lsp_client::{LspClient, uri};

/// What does not change between servers; `fix` comes last, since it changes the schema.
const COMMANDS: &[&[&str]] = &[
    &["check"],
    &["check", "-f", "json", "--verbose"],
    &["check", "-f", "sarif"],
    &["inspect", "code"],
    &["inspect", "database"],
    &["doctor"],
    &["explain", "undeclared-table"],
    &["plan"],
    &["plan", "-f", "json"],
    &["plan", "--kit-version", "1.0.0-rc.5", "--hints-file", "hints.json"],
    &["plan", "--with-kit"],
    &["snapshot", "-o", "before.json"],
    &["snapshot", "-o", "before.json", "--count-rows"],
    &["verify", "--before", "before.json"],
    &["verify", "--before", "before.json", "--count-rows", "-f", "json"],
    &["guard", "--expect", "-more", "--", "true"],
    &["fix", "--dry-run"],
    &["defer", "--object", "more", "--reason", "known"],
    &["fix"],
];

fn command(project: &Project) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drizzle-drift"));
    command.current_dir(project.folder()).env_remove("DATABASE_URL").env_remove("DRIZZLE_DRIFT_DATABASE_URL");
    command
}

/// Runs every command and an editor session.
fn use_everything(project: &Project) {
    watch(project);
    edit(&project.folder());
    for arguments in COMMANDS {
        let output = command(project).args(*arguments).stdin(Stdio::null()).output().expect("the tool runs");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code().is_some_and(|code| code <= 1), "{arguments:?}: {said}");
    }
}

/// `check --watch` until it has printed, and again after a change of the schema.
fn watch(project: &Project) {
    use std::io::{BufRead, BufReader};
    let mut watching = command(project)
        .args(["check", "--watch", "-f", "concise"])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the tool runs");
    let mut lines = BufReader::new(watching.stdout.take().expect("piped")).lines().map_while(Result::ok);
    assert!(lines.by_ref().any(|line| line.contains("fresh")), "it prints");
    let schema = project.folder().join("schema.ts");
    let text = fs::read_to_string(&schema).expect("the schema");
    fs::write(&schema, text.replace("\"fresh\"", "\"fresher\"")).expect("the schema");
    assert!(lines.any(|line| line.contains("fresher")), "it prints again");
    fs::write(&schema, text).expect("the schema");
    watching.kill().expect("it runs");
    watching.wait().expect("it ends");
}

fn edit(folder: &Path) {
    let options = json!({ "trusted": true, "pollIntervalSeconds": 0.2 });
    let (mut client, _) = LspClient::start(folder, json!({}), options);
    let schema = folder.join("schema.ts");
    client.open(&schema);
    client.diagnostics(&schema, |diagnostics| diagnostics.iter().any(|one| one["code"] == "missing-table"));
    client.ask_everything(&schema);
    client.notify("textDocument/didSave", json!({ "textDocument": { "uri": uri(&schema) } }));
    std::thread::sleep(std::time::Duration::from_millis(600));
    client.ask_everything(&schema);
}

/// Why `sql` is none of the statements that read.
fn fault(sql: &str, dialect: &dyn Dialect) -> Option<String> {
    // What the parser does not know, word for word.
    const KNOWN: [&str; 2] =
        ["SET SESSION TRANSACTION READ ONLY", "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY"];
    let plain = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    if KNOWN.iter().any(|known| known.eq_ignore_ascii_case(&plain)) {
        return None;
    }
    let parsed = match Parser::parse_sql(dialect, sql) {
        Ok(parsed) => parsed,
        Err(error) => return Some(format!("{error}: {plain}")),
    };
    let reads = |statement: &Statement| match statement {
        Statement::Query(query) => only_selects(query),
        Statement::Set(_)
        | Statement::StartTransaction { .. }
        | Statement::Commit { .. }
        | Statement::Rollback { .. }
        | Statement::ShowVariable { .. }
        | Statement::ShowVariables { .. }
        | Statement::ShowStatus { .. }
        | Statement::ShowTables { .. }
        | Statement::ShowCreate { .. } => true,
        _ => false,
    };
    (!parsed.iter().all(reads)).then_some(plain)
}

fn only_selects(query: &Query) -> bool {
    fn body(expression: &SetExpr) -> bool {
        match expression {
            SetExpr::Select(select) => select.into.is_none(),
            SetExpr::Query(query) => only_selects(query),
            SetExpr::SetOperation { left, right, .. } => body(left) && body(right),
            SetExpr::Values(_) => true,
            _ => false,
        }
    }
    let ctes = query.with.iter().flat_map(|with| &with.cte_tables);
    query.locks.is_empty() && body(&query.body) && ctes.into_iter().all(|cte| only_selects(&cte.query))
}

fn assert_all_read(statements: &[String], dialect: &dyn Dialect, least: usize) {
    assert!(statements.len() >= least, "{} statements are too few to be all", statements.len());
    let mut faults: BTreeMap<String, usize> = BTreeMap::new();
    for fault in statements.iter().filter_map(|sql| fault(sql, dialect)) {
        *faults.entry(fault).or_default() += 1;
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

fn project(dialect: &str, url: &str, schema: &str) -> Option<Project> {
    let project = Project::new()?;
    project.write("schema.ts", schema);
    let config = format!(
        "export default {{ dialect: \"{dialect}\", schema: \"./schema.ts\", dbCredentials: {{ url: \"{url}\" }} }};\n"
    );
    project.write("drizzle.config.ts", &config);
    Some(project)
}

#[test]
fn what_writes_is_told_from_what_reads() {
    for (sql, reads) in [
        ("select 1", true),
        ("with a as (select 1) select * from a union select 2", true),
        ("set session transaction read only", true),
        ("insert into users values (1)", false),
        ("with gone as (delete from users returning id) select * from gone", false),
        ("select * into other from users", false),
        ("select * from users for update", false),
        ("create table t (id int)", false),
        ("truncate users", false),
        ("analyze users", false),
        ("do $$ begin end $$", false),
    ] {
        assert_eq!(fault(sql, &PostgreSqlDialect {}).is_none(), reads, "{sql}");
    }
}

const SQL: &str = "create table users (id int primary key, mail varchar(9)); create table more (id int);
    insert into users values (1, 'a'); insert into more values (1)";

#[tokio::test]
async fn postgresql_hears_only_reading() {
    let Some(server) = postgresql::Server::shared() else { return };
    server.create("heard", SQL).await;
    let schema = "import { integer, pgTable } from \"drizzle-orm/pg-core\";
export const users = pgTable(\"users\", { id: integer(\"id\").primaryKey(), age: integer(\"age\") });
export const fresh = pgTable(\"fresh\", { id: integer(\"id\").primaryKey() });
";
    let Some(project) = project("postgresql", &server.url("heard"), schema) else { return };
    let before = server.log().len();
    use_everything(&project);
    // Of every program: drizzle-kit's own statements are among them.
    let log = server.log().split_off(before);
    let mut statements: Vec<String> = Vec::new();
    let mut open = false;
    for line in log.lines() {
        if let Some(rest) = line.strip_prefix('\t') {
            if let (true, Some(statement)) = (open, statements.last_mut()) {
                statement.push('\n');
                statement.push_str(rest);
            }
            continue;
        }
        let entry = line.split_once("|heard|LOG:  ").map(|(_, entry)| entry);
        let sql = entry.and_then(|entry| {
            entry
                .strip_prefix("statement: ")
                .or_else(|| entry.strip_prefix("execute ")?.split_once(": ").map(|(_, sql)| sql))
        });
        open = sql.is_some();
        statements.extend(sql.map(str::to_owned));
    }
    assert_all_read(&statements, &PostgreSqlDialect {}, 200);
}

#[tokio::test]
async fn mysql_hears_only_reading() {
    let Some(server) = mysql::Server::shared() else { return };
    server.create("heard", SQL).await;
    // One who may write.
    let mut connection = server.connect("heard").await;
    mysql::execute(&mut connection, "create user tool@'%' identified by 'tool'; grant all on heard.* to tool@'%'")
        .await;
    let url = format!("mysql://tool:tool@127.0.0.1:{}/heard", server.port());
    let schema = "import { int, mysqlTable } from \"drizzle-orm/mysql-core\";
export const users = mysqlTable(\"users\", { id: int(\"id\").primaryKey(), age: int(\"age\") });
export const fresh = mysqlTable(\"fresh\", { id: int(\"id\").primaryKey() });
";
    let Some(project) = project("mysql", &url, schema) else { return };
    let before = server.log().len();
    use_everything(&project);
    let log = server.log().split_off(before);
    let mut ours: Vec<String> = Vec::new();
    let mut statements: Vec<String> = Vec::new();
    let mut open = false;
    for line in log.lines() {
        // Time, connection and kind; then a tab and the text, which may go on in further lines.
        let (head, text) = line
            .split_once('\t')
            .and_then(|(time, rest)| {
                let (head, text) = rest.split_once('\t')?;
                time.ends_with('Z').then_some((head.trim(), text))
            })
            .unwrap_or_default();
        match head.split_once(' ') {
            Some((connection, "Connect")) => {
                open = false;
                if text.starts_with("tool@") {
                    ours.push(connection.to_owned());
                }
            }
            Some((connection, "Query" | "Prepare" | "Execute")) => {
                open = ours.iter().any(|known| known == connection);
                if open {
                    statements.push(text.to_owned());
                }
            }
            Some(_) => open = false,
            None if open => {
                if let Some(statement) = statements.last_mut() {
                    statement.push('\n');
                    statement.push_str(line);
                }
            }
            None => {}
        }
    }
    assert_all_read(&statements, &MySqlDialect {}, 200);
}
