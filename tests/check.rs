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

#[test]
fn pipelines_get_what_they_read() {
    let story = Story::new();
    let report = |format: &str| text(&check(&story.folder(), &["--format", format]).stdout);

    let github = report("github");
    let lines: Vec<&str> = github.lines().collect();
    assert!(lines.iter().all(|line| line.starts_with("::error ") || line.starts_with("::notice ")), "{github}");
    assert!(github.contains("shared/schema.ts,line=2,endLine=2,col="), "{github}");
    assert!(github.contains("title=drizzle-drift%3A undeclared-table::"), "{github}");

    let gitlab: Value = serde_json::from_str(&report("gitlab")).expect("JSON");
    // What <https://docs.gitlab.com/ci/testing/code_quality/> requires; GitLab drops a finding whose fingerprint it has seen.
    let mut fingerprints = Vec::new();
    for finding in gitlab.as_array().expect("a list") {
        let severities = ["info", "minor", "major", "critical", "blocker"];
        assert!(severities.iter().any(|severity| finding["severity"] == *severity), "{finding}");
        assert!(!fingerprints.contains(&&finding["fingerprint"]), "{finding}");
        fingerprints.push(&finding["fingerprint"]);
        let path = finding["location"]["path"].as_str().expect("a path");
        assert!(!path.starts_with(['/', '.']), "{path} is relative to the repository");
        for key in ["description", "check_name", "fingerprint", "severity"] {
            assert!(finding[key].is_string(), "{key} in {finding}");
        }
        assert!(finding["location"]["path"].is_string() && finding["location"]["lines"]["begin"].is_u64(), "{finding}");
    }
    assert_eq!(gitlab[0]["severity"], "critical", "{gitlab}");

    // `npx sarif-multitool validate` (which holds a file against the schema first) says nothing of these but that the tool
    // has no `informationUri`.
    let sarif: Value = serde_json::from_str(&report("sarif")).expect("JSON");
    assert_eq!(sarif["version"], "2.1.0");
    assert!(sarif["$schema"].as_str().is_some_and(|schema| schema.ends_with("sarif-2.1.0.json")));
    let run = &sarif["runs"][0];
    assert_eq!(run["tool"]["driver"]["name"], "drizzle-drift");
    let rules: Vec<&Value> =
        run["tool"]["driver"]["rules"].as_array().expect("rules").iter().map(|rule| &rule["id"]).collect();
    for result in run["results"].as_array().expect("results") {
        assert!(rules.contains(&&result["ruleId"]), "{result}");
        assert!(["error", "warning", "note"].iter().any(|level| result["level"] == *level), "{result}");
        assert!(result["message"]["text"].is_string(), "{result}");
        assert!(result["partialFingerprints"].as_object().is_some_and(|prints| !prints.is_empty()), "{result}");
        let uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].as_str().expect("a URI");
        assert!(!uri.starts_with('/') && !uri.contains(' '), "{uri}");
        let region = &result["locations"][0]["physicalLocation"]["region"];
        assert!(region["startLine"].as_u64() >= Some(1) && region["startColumn"].as_u64() >= Some(1), "{result}");
    }

    let junit = report("junit");
    let document = roxmltree::Document::parse(&junit).expect("XML");
    let suite = document.root_element().first_element_child().expect("a suite");
    let cases: Vec<_> = suite.children().filter(|node| node.has_tag_name("testcase")).collect();
    assert_eq!(suite.attribute("tests"), Some(cases.len().to_string().as_str()));
    let failed = cases.iter().filter(|case| case.children().any(|node| node.has_tag_name("failure"))).count();
    assert_eq!((suite.attribute("failures"), failed), (Some("1"), 1), "{junit}");

    assert!(report("markdown").contains("| ⛔ | `undeclared-table` "), "{}", report("markdown"));
    let html = report("html");
    assert!(html.starts_with("<!DOCTYPE html>") && html.contains("<article class=\"error\">"), "{html}");
    assert!(!html.contains("<script"), "{html}");
}

#[test]
fn a_report_goes_to_a_file() {
    let story = Story::new();
    let file = story.folder().join("report.json");
    let output = check(&story.folder(), &["-f", "json", "--output-file", file.to_str().expect("UTF-8")]);
    assert_eq!((output.status.code(), text(&output.stdout).as_str()), (Some(1), ""));
    let report: Value = serde_json::from_slice(&std::fs::read(&file).expect("a report")).expect("JSON");
    assert_eq!(report["version"], 1);
}

fn run(folder: &Path, command: &str, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_drizzle-drift"))
        .arg(command)
        .arg(folder)
        .args(arguments)
        .env_remove("DATABASE_URL")
        .env_remove("DRIZZLE_DRIFT_DATABASE_URL")
        .output()
        .expect("the tool runs");
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

#[test]
fn the_preferred_fix_is_applied_or_shown() {
    let story = Story::new();
    let before = std::fs::read_to_string(story.schema()).expect("the schema");
    let (code, diff, stderr) = run(&story.folder(), "fix", &["--object", "conversations", "--dry-run"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(diff.starts_with("--- a/shared/schema.ts\n+++ b/shared/schema.ts\n@@ "), "{diff}");
    assert!(diff.contains("\n+export const conversations = "), "{diff}");
    assert_eq!(stderr, "would fix undeclared-table conversations\n");
    assert_eq!(std::fs::read_to_string(story.schema()).expect("the schema"), before);

    let (code, stdout, stderr) = run(&story.folder(), "fix", &["--code", "undeclared-table"]);
    assert_eq!((code, stdout.as_str(), stderr.as_str()), (Some(0), "", "fixed undeclared-table conversations\n"));
    let (report, status) = report(&story.folder(), &[]);
    assert_eq!((status, report["summary"]["error"].as_u64()), (Some(0), Some(0)), "{report:#}");

    let (code, _, stderr) = run(&story.folder(), "fix", &["--object", "conversations"]);
    assert_eq!(code, Some(2));
    assert!(stderr.contains("there is no open drift of conversations"), "{stderr}");
    let (code, _, stderr) = run(&story.folder(), "fix", &["--code", "missing-table"]);
    assert_eq!(code, Some(1), "{stderr}");
    assert!(stderr.contains("no fix settles missing-table identity_map"), "{stderr}");
    assert_eq!(run(&story.folder(), "fix", &[]).0, Some(0));
}

#[test]
fn drifts_are_deferred_with_a_reason() {
    let story = Story::new();
    let folder = story.folder();
    for (arguments, needle) in [
        (&["--reason", "later"][..], "<--object <NAME>|--all>"),
        (&["--all"], "--reason"),
        (&["--all", "--reason", " "], "--reason is empty"),
        (&["--object", "nothing", "--reason", "later"], "there is no open drift of nothing"),
        (&["--all", "--reason", "later", "--until", "2020-01-01"], "is past"),
        (&["--all", "--reason", "later", "--until", "soon"], "--until"),
    ] {
        let (code, _, stderr) = run(&folder, "defer", arguments);
        assert_eq!(code, Some(2), "{arguments:?}: {stderr}");
        assert!(stderr.contains(needle), "{arguments:?}: {stderr}");
    }
    let arguments =
        ["--object", "conversations", "--reason", "Another team's", "--owner", "ada", "--until", "2999-01-01"];
    let (code, stdout, stderr) = run(&folder, "defer", &arguments);
    assert_eq!((code, stdout.as_str()), (Some(0), ""), "{stderr}");
    assert!(stderr.starts_with("deferred undeclared-table conversations\n1 entry in "), "{stderr}");
    let ledger = std::fs::read(folder.join("drizzle-drift.ledger.json")).expect("a ledger");
    let ledger: Value = serde_json::from_slice(&ledger).expect("JSON");
    let entry = &ledger["entries"][0];
    assert_eq!(
        (&entry["object"], &entry["reason"], &entry["owner"], &entry["until"], &entry["evidence"]["rows"]),
        (
            &json!("conversations"),
            &json!("Another team's"),
            &json!("ada"),
            &json!("2999-01-01"),
            &json!("about 3 rows")
        )
    );
    let (report, status) = report(&folder, &[]);
    assert_eq!((status, report["summary"]["deferred"].as_u64()), (Some(0), Some(1)), "{report:#}");
    let (code, _, stderr) = run(&folder, "defer", &["--all", "--reason", "adopting"]);
    assert_eq!(code, Some(0), "{stderr}");
    assert!(stderr.starts_with("deferred missing-table identity_map\n1 entry in "), "{stderr}");
}

#[test]
fn watching_prints_what_is_new() {
    use std::io::{BufRead, BufReader};
    let story = Story::new();
    let mut child = Command::new(env!("CARGO_BIN_EXE_drizzle-drift"))
        .args(["check", "--watch", "-f", "concise"])
        .arg(story.folder())
        .env_remove("DATABASE_URL")
        .env_remove("DRIZZLE_DRIFT_DATABASE_URL")
        .stdout(std::process::Stdio::piped())
        .spawn()
        .expect("the tool runs");
    let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::spawn(move || lines.map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let next = |needle: &str| {
        let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
        loop {
            let line = receiver.recv_timeout(end.saturating_duration_since(std::time::Instant::now()));
            let line = line.unwrap_or_else(|_| panic!("{needle} does not come"));
            if line.contains(needle) {
                return;
            }
        }
    };
    next("conversations");
    let text = std::fs::read_to_string(story.schema()).expect("the schema");
    std::fs::write(story.schema(), text.replace("\"identity_map\"", "\"identity_maps\"")).expect("the schema");
    next("identity_maps");
    // The config names another database, which is read from then on.
    story.execute_on("other.db", "create table elsewhere (id integer primary key)");
    let config = story.folder().join("drizzle.config.ts");
    let text = std::fs::read_to_string(&config).expect("the config");
    std::fs::write(&config, text.replace("conversations.db", "other.db")).expect("the config");
    next("elsewhere");
    child.kill().expect("it runs");
    child.wait().expect("it ends");
}
