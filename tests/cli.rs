//! The program as a terminal or a script meets it: exit codes, and which stream says what.

use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};

/// A folder with `files` in it.
fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
        fs::write(path, text).expect("a file");
    }
    folder
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_drizzle-drift"));
    command.current_dir(folder).args(arguments).env_remove("DRIZZLE_DRIFT_DATABASE_URL").env_remove("DATABASE_URL");
    command
}

fn run(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    ended(&command(folder, arguments).output().expect("the program starts"))
}

fn ended(output: &Output) -> (i32, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
}

const SCHEMA: (&str, &str) = (
    "src/schema.ts",
    "import { sqliteTable, text } from \"drizzle-orm/sqlite-core\";\nexport const users = sqliteTable(\"users\", { name: text() });\n",
);

fn config(body: &str) -> String {
    format!("import {{ defineConfig }} from \"drizzle-kit\";\nexport default defineConfig({{ {body} }});\n")
}

#[test]
fn help_and_version_are_no_failures_and_show_no_secret() {
    let folder = folder(&[]);
    for arguments in [&["--help"][..], &["--version"], &["inspect", "code", "--help"], &["check", "--help"]] {
        let output = command(folder.path(), arguments)
            .env("DRIZZLE_DRIFT_DATABASE_URL", "postgres://u:hunter2@localhost/x")
            .output()
            .expect("the program starts");
        let (code, stdout, stderr) = ended(&output);
        assert_eq!((code, stderr.as_str()), (0, ""), "{arguments:?}");
        assert!(!stdout.is_empty() && !stdout.contains("hunter2"), "{stdout}");
    }
    assert_eq!(run(folder.path(), &["--version"]).1.trim(), concat!("drizzle-drift ", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_usage_ends_with_2_and_repeats_no_password() {
    let folder = folder(&[SCHEMA]);
    for (arguments, needle) in [
        (&["plan", "--kit-version", "latest"][..], "no version of drizzle-kit; write it as 0.31.11"),
        (&["defer", "--all", "--reason", "x", "--until", "tomorrow"], "no date; write it as 2026-12-31"),
        (&[], "Usage"),
        (&["chek"], "chek"),
        (&["check", "--nonsense"], "--nonsense"),
        (&["check", "--fail-on", "hint"], "never"),
        (&["check", "--only", "undeclared-tabel"], "undeclared-table"),
        (&["check", "--quiet", "--verbose"], "cannot be used with"),
        (&["inspect", "code", "--format", "xml"], "json"),
        (&["inspect", "code", "postgres://u:hunter2@h/d"], "--database-url"),
        (&["inspect", "code", ".", "postgres://u:hunter2@h/d"], "unexpected argument"),
        (&["inspect", "code", "--schema", "src/schema.ts"], "--schema needs --dialect; give one of postgresql, mysql"),
        (&["inspect", "code", "--dialect", "sqlite"], "--dialect needs --schema"),
        (
            &["inspect", "code", "--schema", "src/schema.ts", "--dialect", "oracle"],
            "\"oracle\" (--dialect) is not supported",
        ),
        (&["inspect", "code", "--schema", "src/*.sql.ts", "--dialect", "sqlite"], "\"src/*.sql.ts\""),
        (&["inspect", "code"], "no drizzle config was found in"),
        (&["inspect", "code", "none"], "is not a folder"),
        (&["inspect", "code", "--config", "x.config.ts"], "check the path given with --config"),
        (&["doctor", "--schema", "src/schema.ts", "--dialect", "sqlite"], "no database is named; give --database-url"),
    ] {
        let (code, _, stderr) = run(folder.path(), arguments);
        assert_eq!(code, 2, "{arguments:?}: {stderr}");
        assert!(stderr.contains(needle), "{arguments:?}: {stderr}");
        assert!(!stderr.contains("hunter2"), "{stderr}");
    }
}

#[test]
fn shells_complete_every_command() {
    let folder = folder(&[]);
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let (code, stdout, stderr) = run(folder.path(), &["completions", shell]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{shell}");
        for word in ["check", "snapshot", "hints-file", "completions"] {
            assert!(stdout.contains(word), "{shell} knows {word}");
        }
    }
    let (code, page, _) = run(folder.path(), &["man"]);
    assert!(code == 0 && page.contains(".TH drizzle-drift 1"), "{page}");
}

#[test]
fn several_configs_are_listed() {
    let text = config(r#"dialect: "sqlite", schema: "./src/schema.ts""#);
    let folder = folder(&[("apps/a/drizzle.config.ts", &text), ("apps/b/drizzle.config.ts", &text)]);
    let (code, _, stderr) = run(folder.path(), &["inspect", "code"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("apps/a/drizzle.config.ts, apps/b/drizzle.config.ts"), "{stderr}");
}

#[test]
fn the_code_is_printed_as_json_without_a_config() {
    let folder = folder(&[SCHEMA]);
    for format in [&[][..], &["--format", "json"], &["-f", "json"], &["--reporter", "json"]] {
        let arguments = ["inspect", "code", "--schema", "src/schema.ts", "--dialect", "sqlite"];
        let (code, stdout, stderr) = run(folder.path(), &[&arguments[..], format].concat());
        assert_eq!((code, stderr.as_str()), (0, ""));
        let catalog: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
        assert_eq!(catalog["version"], 1);
        assert_eq!(catalog["dialect"], "sqlite");
        assert!(catalog["unresolved"].is_array());
    }
}

#[test]
fn a_config_is_read_and_the_code_printed() {
    let text = config(r#"dialect: "sqlite", schema: "./src/schema.ts", dbCredentials: { url: process.env.DB_FILE! }"#);
    let folder = folder(&[
        SCHEMA,
        ("packages/db/drizzle.config.ts", &text),
        ("packages/db/package.json", "{}"),
        ("packages/db/src/schema.ts", SCHEMA.1),
    ]);
    let (code, stdout, stderr) = run(folder.path(), &["inspect", "code"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let catalog: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(catalog["tables"][0]["name"], "users");
    assert_eq!(catalog["tables"][0]["columns"][0]["type"], "text");
    assert_eq!(catalog["unresolved"], serde_json::json!([]));
}

#[test]
fn what_cannot_be_known_is_listed_with_its_place() {
    let schema = "import { sqliteTable, text } from \"drizzle-orm/sqlite-core\";\n\nexport const users = sqliteTable(readName(), { name: text() });\n";
    let folder = folder(&[("src/schema.ts", schema)]);
    let (code, stdout, _) =
        run(folder.path(), &["inspect", "code", "--schema", "src/schema.ts", "--dialect", "sqlite"]);
    assert_eq!(code, 0);
    let catalog: serde_json::Value = serde_json::from_str(&stdout).expect("JSON");
    assert_eq!(catalog["tables"], serde_json::json!([]));
    let unresolved = &catalog["unresolved"][0];
    assert_eq!((&unresolved["file"], &unresolved["line"]), (&"src/schema.ts".into(), &3.into()), "{unresolved}");
    assert!(unresolved["what"].is_string() && unresolved["why"].is_string(), "{unresolved}");
}

#[test]
fn the_doctor_says_what_is_in_force_and_what_is_wrong() {
    let text = config(
        r#"dialect: "sqlite", schema: "./src/schema.ts", dbCredentials: { url: process.env.DB_FILE! }, tablesFilter: ["app_*"]"#,
    );
    let folder = folder(&[SCHEMA, ("drizzle.config.ts", &text), (".env.local", "OTHER=1\n")]);
    let (code, stdout, stderr) = run(folder.path(), &["doctor"]);
    assert_eq!(code, 2);
    for line in ["drizzle.config.ts", "src/schema.ts", "0.31.11 (default)", "app_*", "DB_FILE is not set; looked in"] {
        assert!(stdout.contains(line), "{line} in {stdout}");
    }
    assert!(stderr.contains("DB_FILE is not set; looked in the environment, .env (absent), .env.local, "), "{stderr}");

    fs::write(folder.path().join(".env.local"), "DB_FILE=file:./none.db\n").expect("a file");
    let (code, stdout, stderr) = run(folder.path(), &["doctor"]);
    assert_eq!(code, 3);
    assert!(stdout.contains("DB_FILE from .env.local"), "{stdout}");
    assert!(stderr.contains("none.db"), "{stderr}");

    // What drizzle-kit does not look at is counted.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(folder.path().join("none.db")).create_if_missing(true);
        let mut connection = options.connect().await.expect("a database");
        let sql = "create table app_users (id int); create table other (id int); create table _cf_KV (id int);
                   create view seen as select 1 as one; create table __drizzle_migrations (id int)";
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("the tables");
        connection.close().await.expect("closing");
    });
    let (code, stdout, stderr) = run(folder.path(), &["doctor"]);
    assert_eq!(code, 0, "{stderr}");
    assert!(
        stdout.contains("2 tables or views that drizzle-kit never looks at: __drizzle_migrations, _cf_KV"),
        "{stdout}"
    );
    assert!(stdout.contains("2 tables or views left out by tablesFilter: other, seen"), "{stdout}");
}

#[test]
fn unreadable_files_are_named() {
    let folder = folder(&[("drizzle.config.json", r#"{"dialect": "sqlite", "schema": "./schema.ts"}"#)]);
    fs::write(folder.path().join("schema.ts"), [0xff, 0xfe]).expect("a file");
    let (code, stdout, stderr) = run(folder.path(), &["inspect", "code"]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.contains("the schema file") && stderr.contains("schema.ts cannot be read; "), "{stderr}");
    fs::write(folder.path().join("drizzle.config.json"), [0xff]).expect("a file");
    let (code, _, stderr) = run(folder.path(), &["check"]);
    assert_eq!(code, 2);
    assert!(stderr.contains("the config file") && stderr.contains("UTF-8"), "{stderr}");
}

#[test]
fn a_missing_database_file_ends_with_3() {
    let folder = folder(&[SCHEMA]);
    let arguments =
        ["inspect", "database", "--schema", "src/schema.ts", "--dialect", "sqlite", "--database-url", "file:none.db"];
    let (code, stdout, stderr) = run(folder.path(), &arguments);
    assert_eq!((code, stdout.as_str()), (3, ""), "{stderr}");
    assert!(stderr.contains("none.db"), "{stderr}");
    assert!(!folder.path().join("none.db").exists());
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = folder(&[SCHEMA]);
    let mut child = command(folder.path(), &["inspect", "code", "--schema", "src/schema.ts", "--dialect", "sqlite"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    drop(child.stdout.take());
    let output = child.wait_with_output().expect("the program ends");
    let (_, _, stderr) = ended(&output);
    assert!(!stderr.contains("panicked"), "{stderr}");
    assert_eq!(output.status.code(), Some(0), "{stderr}");
}
