//! `drizzle-drift check` as a user and a script meet it: the real binary on the project of the story.

mod support {
    pub mod story;
}

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};
use support::story::Story;

fn check(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drizzle-drift"))
        .arg("check")
        .arg(folder)
        .args(arguments)
        .env_remove("DATABASE_URL")
        .env_remove("DRIZZLE_DRIFT_DATABASE_URL")
        .env_remove("NO_COLOR")
        .output()
        .expect("the tool runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

fn report(folder: &Path, arguments: &[&str]) -> (Value, Option<i32>) {
    let arguments: Vec<&str> = arguments.iter().copied().chain(["--format", "json"]).collect();
    let output = check(folder, &arguments);
    let report =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)));
    (report, output.status.code())
}

#[test]
fn the_storys_drift_as_text() {
    let story = Story::new();
    let output = check(&story.folder(), &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(text(&output.stderr), "");
    insta::assert_snapshot!(text(&output.stdout));
    let coloured = text(&check(&story.folder(), &["--color", "always"]).stdout);
    assert!(coloured.contains("\u{1b}["), "{coloured}");
}

#[test]
fn a_line_a_drift() {
    let story = Story::new();
    insta::assert_snapshot!(text(&check(&story.folder(), &["--format", "concise"]).stdout));
}

/// Written by hand from the contract and from what drizzle-kit 0.31.11 says about this project.
#[test]
fn the_storys_drift_as_the_contracts_json() {
    let story = Story::new();
    let (report, status) = report(&story.folder(), &[]);
    assert_eq!(status, Some(1));
    assert_eq!(report["version"], 1);
    assert_eq!(report["dialect"], "sqlite");
    assert_eq!(report["database"]["name"], "conversations.db");
    assert_eq!(report["database"]["host"], Value::Null);
    assert!(report["database"]["serverVersion"].as_str().is_some_and(|version| version.starts_with("3.")));
    assert_eq!(
        report["summary"],
        json!({
            "declaredTables": 2, "liveTables": 2,
            "error": 1, "warning": 0, "information": 1, "hint": 0, "deferred": 0, "ignored": 0,
        })
    );
    let drifts = report["drifts"].as_array().expect("a list");
    assert_eq!(drifts.len(), 2);
    let conversations = &drifts[0];
    assert_eq!(conversations["code"], "undeclared-table");
    assert_eq!(conversations["class"], "drift");
    assert_eq!(conversations["severity"], "error", "push would lose rows");
    assert_eq!(
        conversations["object"],
        json!({ "kind": "table", "schema": null, "table": "conversations", "name": "conversations" })
    );
    assert_eq!(conversations["declared"], Value::Null);
    assert!(conversations["live"].as_str().is_some_and(|live| live.contains("user_id")), "{conversations}");
    assert_eq!(
        conversations["location"],
        json!({
            "file": "shared/schema.ts",
            "range": { "start": { "line": 1, "character": 0 }, "end": { "line": 1, "character": 69 } },
        })
    );
    assert_eq!(
        conversations["push"],
        json!({ "statements": ["DROP TABLE `conversations`;"], "dataLoss": true, "asks": true })
    );
    assert_eq!(conversations["status"], "open");
    assert!(conversations["fingerprint"].as_str().is_some_and(|fingerprint| !fingerprint.is_empty()));
    let identity_map = &drifts[1];
    assert_eq!(identity_map["code"], "missing-table");
    assert_eq!(identity_map["severity"], "information");
    assert_eq!(identity_map["live"], Value::Null);
    assert_eq!(identity_map["location"]["range"]["start"], json!({ "line": 13, "character": 39 }));
}

#[test]
fn exit_codes_follow_the_level_that_counts() {
    let story = Story::new();
    let folder = story.folder();
    for (arguments, status) in [
        (&["--fail-on", "error"][..], 1),
        (&["--exit-zero"], 0),
        (&["--fail-on", "never"], 0),
        (&["--only", "missing-table"], 0),
        (&["--only", "missing-table", "--fail-on", "information"], 1),
        (&["--skip", "undeclared-table"], 0),
        (&["--skip", "undeclared-tables"], 2),
        (&["--fail-on", "nothing"], 2),
        (&["--format", "prose"], 2),
    ] {
        assert_eq!(check(&folder, arguments).status.code(), Some(status), "{arguments:?}");
    }
    story.execute("DROP TABLE conversations; CREATE TABLE identity_map (id integer PRIMARY KEY AUTOINCREMENT NOT NULL, user_id integer NOT NULL REFERENCES users (id) ON DELETE CASCADE, provider text NOT NULL, subject text NOT NULL)");
    let output = check(&folder, &[]);
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stdout));
    assert!(text(&output.stdout).starts_with("no drift: 2 tables in the code, 2 in conversations.db"));
}

#[test]
fn what_the_ledger_defers_is_counted_and_does_not_fail() {
    let story = Story::new();
    let folder = story.folder();
    let fingerprint = report(&folder, &[]).0["drifts"][0]["fingerprint"].clone();
    let entry = json!({
        "object": "conversations", "code": "undeclared-table", "decision": "deferred",
        "reason": "the support tool still writes to it", "created": "2026-01-01", "fingerprint": fingerprint,
    });
    let ledger = folder.join("drizzle-drift.ledger.json");
    std::fs::write(&ledger, json!({ "version": 1, "entries": [entry] }).to_string()).expect("the ledger");
    let (deferred, status) = report(&folder, &[]);
    assert_eq!(status, Some(0));
    assert_eq!(deferred["summary"]["deferred"], 1);
    assert_eq!(deferred["drifts"][0]["status"], "deferred");
    // Once the table is another, the decision no longer covers it.
    story.execute("ALTER TABLE conversations ADD COLUMN secret text");
    assert_eq!(report(&folder, &[]).1, Some(1));
    std::fs::write(&ledger, "{ \"version\": 1, \"entries\": [ {} ] }").expect("the ledger");
    let output = check(&folder, &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("drizzle-drift.ledger.json"), "{}", text(&output.stderr));
}

#[test]
fn every_failure_says_what_to_do() {
    let story = Story::new();
    let folder = story.folder();
    let config = folder.join("drizzle.config.ts");
    let original = std::fs::read_to_string(&config).expect("the config");
    let write = |from: &str, to: &str| std::fs::write(&config, original.replace(from, to)).expect("the config");
    let fails = |arguments: &[&str], status: i32, words: &[&str]| {
        let output = check(&folder, arguments);
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert_eq!(text(&output.stdout), "", "results only go to standard output");
        assert_eq!(said.trim_end().lines().count(), 1, "one sentence: {said}");
        for word in words {
            assert!(said.contains(word), "{word} is not in: {said}");
        }
        assert!(!said.contains("hunter2"), "{said}");
    };

    write("process.env.DATABASE_URL ?? \"conversations.db\"", "process.env.DATABASE_URL!");
    fails(&[], 2, &["DATABASE_URL", ".env"]);
    write("conversations.db", "gone.db");
    fails(&[], 3, &["gone.db"]);
    write("\"sqlite\"", "\"mssql\"");
    fails(&[], 2, &["mssql", "postgresql"]);
    write("./shared/schema.ts", "./schema/*.ts");
    fails(&[], 2, &["./schema/*.ts"]);
    std::fs::write(&config, &original).expect("the config");
    std::fs::write(story.schema(), [0xff, 0xfe]).expect("the schema");
    fails(&[], 2, &["shared/schema.ts"]);
    std::fs::write(story.schema(), "export {};").expect("the schema");
    std::fs::write(folder.join("text.db"), "not a database, but long enough to look at, whatever one makes of it")
        .expect("a file");
    fails(&["--database-url", "text.db"], 3, &["text.db"]);

    let postgresql = original.replace("\"sqlite\"", "\"postgresql\"");
    std::fs::write(&config, postgresql).expect("the config");
    // A port that was free a moment ago.
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
    fails(
        &["--database-url", &format!("postgres://app:hunter2@127.0.0.1:{port}/app")],
        3,
        &["127.0.0.1", "--database-url"],
    );
    fails(&["--database-url", "postgres://app:hunter2@127.0.0.1:port/app"], 2, &["--database-url"]);

    std::fs::remove_file(&config).expect("the config goes");
    fails(&[], 2, &["drizzle config"]);
    let elsewhere = folder.join("nowhere");
    let output = check(&elsewhere, &[]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output.stderr));
}
