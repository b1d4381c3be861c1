//! The pages of `docs/codes` and the schemas of our own files: each page's example is run by the real binary on a real
//! database, and what it prints stands in the page.
//!
//! `UPDATE_PAGES=1 cargo test --test codes` writes what is printed into the pages, and the schemas into `docs/schemas`.

mod support {
    pub mod postgresql;
}

use std::path::{Path, PathBuf};
use std::process::Command;

use drizzle_drift::drift::{Code, Ledger};
use drizzle_drift::project::Settings;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use support::postgresql::Server;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")
}

fn updates() -> bool {
    std::env::var_os("UPDATE_PAGES").is_some()
}

/// The text of the first block of `language` in `page`.
fn block<'a>(page: &'a str, language: &str) -> Option<&'a str> {
    let start = page.find(&format!("```{language}\n"))? + language.len() + 4;
    let end = page[start..].find("```")? + start;
    Some(&page[start..end])
}

fn sqlite(file: &Path, sql: &str) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(file).create_if_missing(true);
        let mut connection = options.connect().await.expect("a connection");
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("the SQL runs");
        connection.close().await.expect("the connection closes");
    });
}

/// What the binary says of the example in the page of `code`; `None` where the server is not set up.
fn output(code: Code, server: Option<&Server>) -> Option<String> {
    let page = code.page();
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("schema.ts"), block(page, "ts").expect("code")).expect("a file");
    if let Some(ledger) = block(page, "json") {
        std::fs::write(folder.path().join("drizzle-drift.ledger.json"), ledger).expect("a file");
    }
    let sql = block(page, "sql").expect("SQL");
    let database = folder.path().join("example.db");
    let (dialect, url) = if page.contains("The database (sqlite)") {
        sqlite(&database, sql);
        ("sqlite", database.display().to_string())
    } else {
        let server = server?;
        let name = format!("codes_{}", code.name().replace('-', "_"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(server.create(&name, sql));
        ("postgresql", server.url(&name))
    };
    let output = Command::new(env!("CARGO_BIN_EXE_drizzle-drift"))
        .args(["check", "--schema", "schema.ts", "--dialect", dialect, "--quiet", "--only", code.name()])
        .args(["--color", "never", "--database-url", &url])
        .args(if page.contains("check --format concise") { &["--format", "concise"][..] } else { &[] })
        .current_dir(folder.path())
        .env_remove("DATABASE_URL")
        .env_remove("DRIZZLE_DRIFT_DATABASE_URL")
        .output()
        .expect("the tool runs");
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    assert!(!text.trim().is_empty(), "{code}: {}", String::from_utf8_lossy(&output.stderr));
    Some(text.trim_end().to_owned())
}

#[test]
fn every_page_shows_what_the_tool_says() {
    let mut wrong = Vec::new();
    let server = Server::shared();
    for code in Code::ALL {
        let Some(output) = output(*code, server.as_deref()) else { continue };
        // A fence ends at a fence.
        assert!(!output.contains("```"), "{code}");
        let page = code.page();
        let shown = block(page, "text").expect("an output");
        if shown.trim_end() == output {
            continue;
        }
        let new = page.replacen(&format!("```text\n{shown}```"), &format!("```text\n{output}\n```"), 1);
        if updates() {
            std::fs::write(docs().join("codes").join(format!("{code}.md")), new).expect("a page");
        } else {
            wrong.push(format!("{code}:\n{output}"));
        }
    }
    assert!(wrong.is_empty(), "UPDATE_PAGES=1 writes them anew:\n{}", wrong.join("\n\n"));
}

#[test]
fn schemas_of_our_files_are_up_to_date() {
    for (name, schema) in [
        ("drizzle-drift.schema.json", schemars::schema_for!(Settings)),
        ("drizzle-drift.ledger.schema.json", schemars::schema_for!(Ledger)),
    ] {
        let path = docs().join("schemas").join(name);
        let text = serde_json::to_string_pretty(&schema).expect("JSON") + "\n";
        if updates() {
            std::fs::create_dir_all(docs().join("schemas")).expect("a folder");
            std::fs::write(&path, &text).expect("a file");
        }
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), text, "UPDATE_PAGES=1 writes {name} anew");
    }
}
