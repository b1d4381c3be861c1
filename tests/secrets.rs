//! No command and no editor session says a secret, at the highest log level, wherever the secret was written: the password
//! of a URL, `password` of a config, `options`, `authToken`. All that is said and written is searched.
#![cfg(unix)]

#[path = "support/mysql.rs"]
mod mysql;
#[path = "support/postgresql.rs"]
mod postgresql;
mod support {
    pub mod lsp_client;
}

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use postgresql::Server;
use serde_json::json;
use support::lsp_client::{LspClient, uri};
use tempfile::TempDir;

/// Part of every secret here, plain and percent-encoded.
const CANARIES: [&str; 3] = ["canary", "c@nary", "c%40nary"];
const SCHEMA: &str = r#"import { integer, pgTable, serial, text } from "drizzle-orm/pg-core";
export const users = pgTable("users", { id: serial("id").primaryKey(), name: text("name").notNull() });
export const fresh = pgTable("fresh", { id: integer("id").primaryKey() });
"#;
const SQLITE_SCHEMA: &str = r#"import { integer, sqliteTable } from "drizzle-orm/sqlite-core";
export const users = sqliteTable("users", { id: integer("id").primaryKey() });
"#;

/// A project, and where it keeps its secret.
struct Case {
    name: &'static str,
    folder: TempDir,
    /// Given to every command.
    arguments: Vec<String>,
    variables: Vec<(&'static str, String)>,
    /// Whether its database can be read.
    reachable: bool,
}

impl Case {
    fn new(name: &'static str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (file, text) in files {
            fs::write(folder.path().join(file), text).expect("a file");
        }
        Self { name, folder, arguments: Vec::new(), variables: Vec::new(), reachable: false }
    }

    /// Puts the real drizzle-kit with its drivers into the project, where they are set up.
    fn install_kit(&self) {
        let modules = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/drizzle-kit/node_modules");
        if modules.exists() {
            std::os::unix::fs::symlink(modules, self.path("node_modules")).expect("a link");
        }
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }
}

fn config(dialect: &str, credentials: &str) -> String {
    format!(
        "import {{ defineConfig }} from \"drizzle-kit\";\n\
         export default defineConfig({{ dialect: \"{dialect}\", schema: \"./schema.ts\", dbCredentials: {credentials} }});\n"
    )
}

const MYSQL_SCHEMA: &str = r#"import { int, mysqlTable } from "drizzle-orm/mysql-core";
export const users = mysqlTable("users", { id: int("id").primaryKey(), age: int("age").notNull() });
export const fresh = mysqlTable("fresh", { id: int("id").primaryKey() });
"#;

/// MySQL in a URL and in parts. The first has the drivers and the kit beside it, where they are set up.
async fn mysql_cases(server: &mysql::Server, database: &str) -> Vec<Case> {
    server.create(database, "create table users (id int primary key); create table more (id int)").await;
    let read = config("mysql", "{ url: process.env.DATABASE_URL! }");
    let url = server.app_url(database);
    assert!(url.contains("c%40nary"), "the role's password is a canary");
    let env = format!("DATABASE_URL=\"{url}\"\n");
    let files = [("schema.ts", MYSQL_SCHEMA), ("drizzle.config.ts", &read), (".env", &env)];
    let in_url = Case { reachable: true, ..Case::new("MySQL in .env", &files) };
    in_url.install_kit();
    let parts = format!(
        "{{ host: \"127.0.0.1\", port: {}, user: \"app\", password: \"{}\", database: \"{database}\" }}",
        server.port(),
        mysql::PASSWORD
    );
    let parts = config("mysql", &parts);
    let files = [("schema.ts", MYSQL_SCHEMA), ("drizzle.config.ts", &parts)];
    vec![in_url, Case { reachable: true, ..Case::new("MySQL in parts", &files) }]
}

/// Every place that a secret can have, once with a database that answers and several times with one that does not.
fn cases(server: &Server, database: &str) -> Vec<Case> {
    let port = server.port();
    let options = "options=-c%20canary.secret%3Dcanary-option";
    let good = format!("postgres://keeper:canary-s3cret@127.0.0.1:{port}/{database}?{options}");
    let wrong = format!("postgres://keeper:canary-wr%6Fng@127.0.0.1:{port}/{database}?sslmode=require&{options}");
    let from_env = "{ url: process.env.DATABASE_URL! }";
    let mut cases = Vec::new();
    let mut add = |case: Case, reachable: bool| cases.push(Case { reachable, ..case });

    let literal = config("postgresql", &format!("{{ url: \"{good}\" }}"));
    let literal = Case::new("in the config", &[("schema.ts", SCHEMA), ("drizzle.config.ts", &literal)]);
    literal.install_kit();
    add(literal, true);
    let parts = format!(
        "{{ host: \"127.0.0.1\", port: {port}, user: \"keeper\", password: \"canary-s3cret\", database: \"{database}\", ssl: false }}"
    );
    let parts = config("postgresql", &parts);
    let in_parts = Case::new("in parts", &[("schema.ts", SCHEMA), ("drizzle.config.ts", &parts)]);
    in_parts.install_kit();
    add(in_parts, true);
    let env = format!("DATABASE_URL=\"{good}\"\n");
    let read = config("postgresql", from_env);
    add(Case::new("in .env", &[("schema.ts", SCHEMA), ("drizzle.config.ts", &read), (".env", &env)]), true);
    let mut argument = Case::new("an argument", &[("schema.ts", SCHEMA)]);
    argument.arguments =
        ["--dialect", "postgresql", "--schema", "schema.ts", "--database-url", &good].map(Into::into).to_vec();
    add(argument, true);
    let mut variable = Case::new("a variable", &[("schema.ts", SCHEMA), ("drizzle.config.ts", &read)]);
    variable.variables = vec![("DRIZZLE_DRIFT_DATABASE_URL", good.clone())];
    add(variable, true);

    for (name, url) in [
        ("wrong password", wrong),
        ("nobody there", "postgres://keeper:canary-s3cret@127.0.0.1:1/secrets?password=canary-too".into()),
        ("no such host", "postgres://keeper:canary-s3cret@canary.invalid/secrets".replace("@canary", "@nowhere")),
        ("broken", "postgres://keeper:canary#s3cret@127.0.0.1/secrets".into()),
        ("no number", "postgres://keeper@127.0.0.1:canary/secrets".into()),
        ("another scheme", "redis://keeper:canary-s3cret@127.0.0.1/secrets".into()),
    ] {
        let env = format!("DATABASE_URL='{url}'\n");
        add(Case::new(name, &[("schema.ts", SCHEMA), ("drizzle.config.ts", &read), (".env", &env)]), false);
    }
    let made = config("postgresql", "{ url: makeUrl(\"canary-s3cret\", { password: \"canary-s3cret\" }) }");
    add(Case::new("not readable", &[("schema.ts", SCHEMA), ("drizzle.config.ts", &made)]), false);
    let turso = config("turso", "{ url: \"libsql://nowhere.invalid?authToken=canary-a\", authToken: \"canary-b\" }");
    add(Case::new("turso", &[("schema.ts", SQLITE_SCHEMA), ("drizzle.config.ts", &turso)]), false);
    let turso = config("turso", "{ url: \"http://127.0.0.1:1\", authToken: process.env.TURSO_AUTH_TOKEN }");
    let env = "TURSO_AUTH_TOKEN=canary-b\n";
    add(Case::new("sqld", &[("schema.ts", SQLITE_SCHEMA), ("drizzle.config.ts", &turso), (".env", env)]), false);
    let credentials = "{ accountId: \"a\", databaseId: \"b\", token: \"canary-token\" }, driver: \"d1-http\"";
    let d1 = config("sqlite", credentials);
    add(Case::new("D1", &[("schema.ts", SQLITE_SCHEMA), ("drizzle.config.ts", &d1)]), false);
    let mysql = config("mysql", "{ url: \"mysql://root:canary-s3cret@127.0.0.1:1/app\" }");
    add(Case::new("mysql", &[("schema.ts", SCHEMA), ("drizzle.config.ts", &mysql)]), false);
    cases
}

async fn create(server: &Server, database: &str) {
    let sql = "create table users (id serial primary key); create table more (id int);
               do $$ begin
                 create role keeper login password 'canary-s3cret';
               exception when duplicate_object or unique_violation then null;
               end $$";
    server.create(database, sql).await;
}

fn assert_silent(what: &str, said: &str) {
    for line in said.lines() {
        let lower = line.to_ascii_lowercase();
        if let Some(at) = CANARIES.iter().find_map(|canary| lower.find(canary)) {
            let around: String = line.chars().skip(at.saturating_sub(120)).take(240).collect();
            panic!("{what} says a secret: {around}");
        }
    }
}

fn loudest(command: &mut Command) {
    command.env_remove("DATABASE_URL").env_remove("DRIZZLE_DRIFT_DATABASE_URL");
    command.env("DRIZZLE_DRIFT_LOG", "trace").env("RUST_LOG", "trace").env("RUST_BACKTRACE", "full");
}

fn run(case: &Case, command: &[&str]) -> i32 {
    let mut process = Command::new(env!("CARGO_BIN_EXE_drizzle-drift"));
    loudest(&mut process);
    process.envs(case.variables.iter().map(|(name, value)| (name, value)));
    let output = process
        .args(command)
        .args(&case.arguments)
        .current_dir(case.folder.path())
        .stdin(Stdio::null())
        .output()
        .expect("the tool runs");
    let what = format!("{}: {}", case.name, command.join(" "));
    assert_silent(&what, &String::from_utf8_lossy(&output.stdout));
    assert_silent(&what, &String::from_utf8_lossy(&output.stderr));
    output.status.code().unwrap_or_else(|| panic!("{what} ended by a signal"))
}

#[tokio::test]
async fn no_command_says_a_secret() {
    const EVERY: &[&[&str]] = &[
        &["check", "--verbose"],
        &["check", "-f", "concise"],
        &["check", "-f", "json"],
        &["check", "-f", "github"],
        &["check", "-f", "gitlab"],
        &["check", "-f", "sarif", "--output-file", "report.sarif"],
        &["check", "-f", "junit"],
        &["check", "-f", "markdown"],
        &["check", "-f", "html", "--output-file", "report.html"],
        &["plan"],
        &["plan", "-f", "concise"],
        &["plan", "-f", "json"],
        &["plan", "-f", "github"],
        &["plan", "-f", "markdown", "--output-file", "plan.md"],
        &["plan", "--kit-version", "1.0.0-rc.5", "--hints-file", "hints.json"],
        &["plan", "--with-kit"],
        &["plan", "--with-kit", "-f", "json"],
        &["snapshot", "-o", "before.json", "--count-rows"],
        &["verify", "--before", "before.json"],
        &["verify", "--before", "before.json", "-f", "concise"],
        &["verify", "--before", "before.json", "-f", "json"],
        &["verify", "--before", "before.json", "-f", "github"],
        &["verify", "--before", "before.json", "-f", "junit"],
        &["verify", "--before", "before.json", "-f", "markdown", "--output-file", "verify.md"],
        &["check", "--database-url", "snapshot:before.json"],
        &["guard", "--expect", "-more", "--", "true"],
        &["fix", "--dry-run"],
        &["inspect", "code"],
        &["inspect", "database"],
        &["doctor"],
        &["explain"],
        &["explain", "undeclared-table"],
        &["completions", "bash"],
        &["fix", "--object", "more"],
        &["defer", "--all", "--reason", "known"],
        &["check"],
    ];
    /// Which read no database, and take no arguments of a project.
    const ALONE: [&str; 2] = ["explain", "completions"];
    /// What an unreadable database leaves to say.
    const FEW: &[&[&str]] = &[
        &["check", "--verbose"],
        &["check", "-f", "json"],
        &["plan"],
        &["inspect", "database"],
        &["inspect", "code"],
        &["doctor"],
    ];
    let Some(server) = Server::shared() else { return };
    create(&server, "secrets").await;
    let mut all = cases(&server, "secrets");
    let mysql = mysql::Server::shared();
    if let Some(server) = &mysql {
        all.extend(mysql_cases(server, "secrets").await);
    }
    for case in &all {
        // Three of them see every command; the others those that differ by where the secret stands.
        let whole = ["in the config", "in parts", "MySQL in .env"].contains(&case.name);
        for command in if whole { EVERY } else { FEW } {
            let code = run(case, command);
            // `options` of the URL's own leave no room for those that keep drizzle-kit read-only.
            if command.contains(&"--with-kit") && case.name == "in the config" {
                assert_eq!(code, 2, "{}: {command:?}", case.name);
                continue;
            }
            let reads = !matches!(command, ["inspect", "code"]) && !ALONE.contains(&command[0]);
            assert!(!reads || !case.reachable || code <= 1, "{}: {command:?} ends with {code}", case.name);
            assert!(!reads || case.reachable || code >= 2, "{}: {command:?} ends with {code}", case.name);
        }
        let written =
            fs::read_dir(case.folder.path()).expect("the folder").map(|entry| entry.expect("an entry").path());
        let given = [".env", "drizzle.config.ts", "node_modules"];
        let ours = |path: &PathBuf| !given.iter().any(|name| path.ends_with(name));
        for path in written.filter(ours) {
            assert_silent(&path.display().to_string(), &fs::read_to_string(&path).expect("text"));
        }
    }
}

/// Opens both files, asks everything there is to ask, breaks the config, and goes.
fn edit(case: &Case) {
    let log = fs::File::create(case.path("server.log")).expect("a log");
    let options = json!({ "trusted": true, "pollIntervalSeconds": 0.2 });
    let capabilities = json!({ "window": { "workDoneProgress": true, "showMessage": {} } });
    let (mut client, _) = LspClient::begin(case.folder.path(), capabilities, options, |command| {
        loudest(command);
        command.envs(case.variables.iter().map(|(name, value)| (name, value))).stderr(log);
    });
    let said = client.said.clone();
    let (schema, config) = (case.path("schema.ts"), case.path("drizzle.config.ts"));
    client.open(&schema);
    if config.exists() {
        client.open(&config);
    }
    if case.reachable {
        client.diagnostics(&schema, |diagnostics| diagnostics.iter().any(|one| one["code"] == "missing-table"));
    }
    for path in [&schema, &config].into_iter().filter(|path| path.exists()) {
        client.ask_everything(path);
    }
    client.request("workspace/executeCommand", json!({ "command": "drizzle-drift.refresh" }));
    if config.exists() {
        let text = fs::read_to_string(&config).expect("the config").replace("});", "}, canary(\"s3cret\"");
        let document = json!({ "uri": uri(&config), "version": 2 });
        client.notify(
            "textDocument/didChange",
            json!({ "textDocument": document, "contentChanges": [{ "text": text }] }),
        );
        client.notify("textDocument/didSave", json!({ "textDocument": { "uri": uri(&config) } }));
        client.ask_everything(&config);
    }
    client.silent("no such method", Duration::from_millis(300));
    drop(client);
    assert_silent(case.name, &said.lock().expect("no panic"));
    let logged = fs::read_to_string(case.path("server.log")).expect("the log");
    assert!(
        !case.reachable || ["transaction_read_only", "show session variables"].iter().any(|sql| logged.contains(sql)),
        "the log is on: {logged}"
    );
    assert_silent(&format!("{}, the log", case.name), &logged);
}

#[tokio::test]
async fn no_editor_session_says_a_secret() {
    let Some(server) = Server::shared() else { return };
    create(&server, "edited").await;
    let mut all = cases(&server, "edited");
    let mysql = mysql::Server::shared();
    if let Some(server) = &mysql {
        all.extend(mysql_cases(server, "edited").await);
    }
    for case in all.iter().filter(|case| case.arguments.is_empty()) {
        edit(case);
    }
}
