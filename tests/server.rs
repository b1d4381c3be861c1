//! The language server as an editor meets it: the real binary over its standard input and output.

mod support {
    pub mod lsp_client;
    pub mod story;
}

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::lsp_client::{LspClient, uri};
use support::story::Story;

fn utf8() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-8", "utf-16"] },
        "workspace": { "workspaceEdit": { "documentChanges": true, "resourceOperations": ["create"] } },
    })
}

fn quickly() -> Value {
    json!({ "trusted": true, "pollIntervalSeconds": 0.2 })
}

fn has_code(code: &'static str) -> impl Fn(&[Value]) -> bool {
    move |diagnostics| diagnostics.iter().any(|diagnostic| diagnostic["code"] == code)
}

fn lacks_code(code: &'static str) -> impl Fn(&[Value]) -> bool {
    move |diagnostics| !diagnostics.iter().any(|diagnostic| diagnostic["code"] == code)
}

fn with_code(diagnostics: &[Value], code: &str) -> Value {
    diagnostics.iter().find(|diagnostic| diagnostic["code"] == code).expect("a diagnostic of that code").clone()
}

fn actions(client: &mut LspClient, path: &Path, diagnostic: &Value) -> Vec<Value> {
    let actions = client.request(
        "textDocument/codeAction",
        json!({
            "textDocument": { "uri": uri(path) },
            "range": diagnostic["range"],
            "context": { "diagnostics": [diagnostic], "only": ["quickfix"] },
        }),
    );
    actions.as_array().expect("a list").clone()
}

fn action(actions: &[Value], start: &str) -> Value {
    let starts = |action: &&Value| action["title"].as_str().is_some_and(|title| title.starts_with(start));
    actions.iter().find(starts).unwrap_or_else(|| panic!("no action {start} among {actions:#?}")).clone()
}

/// The edits that an action makes to `path`, as a list of content changes for `didChange`, last first.
fn changes(action: &Value, path: &Path) -> Vec<Value> {
    let document_changes = action["edit"]["documentChanges"].as_array().expect("document changes");
    let edit = document_changes
        .iter()
        .find(|change| change["textDocument"]["uri"] == uri(path).as_str())
        .unwrap_or_else(|| panic!("{action:#} does not edit {}", path.display()));
    let mut edits = edit["edits"].as_array().expect("edits").clone();
    edits.sort_by_key(|edit| {
        let start = &edit["range"]["start"];
        std::cmp::Reverse((start["line"].as_u64(), start["character"].as_u64()))
    });
    edits.into_iter().map(|edit| json!({ "range": edit["range"], "text": edit["newText"] })).collect()
}

fn change(client: &mut LspClient, path: &Path, version: i32, changes: &[Value]) {
    client.notify(
        "textDocument/didChange",
        json!({ "textDocument": { "uri": uri(path), "version": version }, "contentChanges": changes }),
    );
}

fn hover(client: &mut LspClient, path: &Path, line: u32, character: u32) -> Value {
    client.request(
        "textDocument/hover",
        json!({ "textDocument": { "uri": uri(path) }, "position": { "line": line, "character": character } }),
    )
}

#[test]
fn the_story_in_an_editor() {
    let story = Story::new();
    let schema = story.schema();
    let (mut client, initialized) = LspClient::start(&story.folder(), utf8(), quickly());
    assert_eq!(initialized["capabilities"]["positionEncoding"], "utf-8");
    client.open(&schema);

    let diagnostics = client.diagnostics(&schema, has_code("undeclared-table"));
    let conversations = with_code(&diagnostics, "undeclared-table");
    assert_eq!(conversations["range"]["start"]["line"], 1, "on the import of the core module: {conversations}");
    assert_eq!(conversations["severity"], 1, "push would drop rows: {conversations}");
    assert_eq!(conversations["source"], "drizzle-drift");
    assert!(conversations["message"].as_str().is_some_and(|message| message.contains("conversations")));
    assert_eq!(with_code(&diagnostics, "missing-table")["severity"], 3);

    // Both sides of a table and of a column, and how old the facts are.
    let table = hover(&mut client, &schema, 3, 16)["contents"]["value"].as_str().expect("text").to_owned();
    assert!(table.contains("`users`") && table.contains("display_name") && table.contains("checked "), "{table}");
    let column = hover(&mut client, &schema, 5, 4)["contents"]["value"].as_str().expect("text").to_owned();
    assert!(column.contains("code: `email text not null`"), "{column}");
    assert!(column.contains("database: `email text not null`"), "{column}");
    let undeclared = hover(&mut client, &schema, 1, 4)["contents"]["value"].as_str().expect("text").to_owned();
    assert!(undeclared.contains("`conversations`") && undeclared.contains("user_id"), "{undeclared}");
    assert!(undeclared.contains("DROP TABLE"), "{undeclared}");

    // A settles it, and is the one to take.
    let offered = actions(&mut client, &schema, &conversations);
    let declare = action(&offered, "A:");
    assert_eq!(declare["isPreferred"], true, "{declare:#}");
    assert_eq!(declare["kind"], "quickfix");
    assert_eq!(declare["diagnostics"][0]["code"], "undeclared-table");
    change(&mut client, &schema, 2, &changes(&declare, &schema));
    let after = client.diagnostics(&schema, lacks_code("undeclared-table"));
    assert_eq!(with_code(&after, "missing-table")["severity"], 3, "identity_map is still to be pushed: {after:#?}");
    assert_eq!(after.len(), 1, "{after:#?}");
}

#[test]
fn an_editor_that_shows_pages_gets_one_for_each_code() {
    let story = Story::new();
    let schema = story.schema();
    let mut capabilities = utf8();
    capabilities["workspace"]["textDocumentContent"] = json!({});
    let (mut client, initialized) = LspClient::start(&story.folder(), capabilities, quickly());
    assert_eq!(initialized["capabilities"]["workspace"]["textDocumentContent"]["schemes"], json!(["drizzle-drift"]));
    client.open(&schema);
    let diagnostics = client.diagnostics(&schema, has_code("undeclared-table"));
    let page = with_code(&diagnostics, "undeclared-table")["codeDescription"]["href"].clone();
    let content = client.request("workspace/textDocumentContent", json!({ "uri": page }));
    assert_eq!(content["text"], include_str!("../docs/codes/undeclared-table.md"));
    drop(client);

    // Any other would send its user to an address that nothing answers at.
    let (mut client, _) = LspClient::start(&story.folder(), utf8(), quickly());
    client.open(&schema);
    let diagnostics = client.diagnostics(&schema, has_code("undeclared-table"));
    assert_eq!(with_code(&diagnostics, "undeclared-table").get("codeDescription"), None);
}

#[test]
fn b_and_c_settle_it_too() {
    let story = Story::new();
    let (schema, config) = (story.schema(), story.folder().join("drizzle.config.ts"));
    let (mut client, _) = LspClient::start(&story.folder(), utf8(), quickly());
    client.open(&schema);
    let diagnostics = client.diagnostics(&schema, has_code("undeclared-table"));
    let conversations = with_code(&diagnostics, "undeclared-table");
    let offered = actions(&mut client, &schema, &conversations);

    // C creates the ledger, with the drift and a reason to fill in.
    let defer = action(&offered, "C:");
    let created = &defer["edit"]["documentChanges"];
    assert_eq!(created[0]["kind"], "create");
    assert!(created[0]["uri"].as_str().is_some_and(|uri| uri.ends_with("/drizzle-drift.ledger.json")));
    let ledger: Value =
        serde_json::from_str(created[1]["edits"][0]["newText"].as_str().expect("text")).expect("a ledger is JSON");
    assert_eq!(ledger["entries"][0]["object"], "conversations");
    assert_eq!(ledger["entries"][0]["decision"], "deferred");
    std::fs::write(story.folder().join("drizzle-drift.ledger.json"), ledger.to_string()).expect("the ledger");
    let after = client.diagnostics(&schema, lacks_code("undeclared-table"));
    assert_eq!(with_code(&after, "missing-table")["severity"], 3);
    std::fs::remove_file(story.folder().join("drizzle-drift.ledger.json")).expect("the ledger goes");
    client.diagnostics(&schema, has_code("undeclared-table"));

    // B edits the config; unsaved, it counts already.
    let unmanaged = action(&offered, "B:");
    client.open(&config);
    change(&mut client, &config, 2, &changes(&unmanaged, &config));
    client.diagnostics(&schema, lacks_code("undeclared-table"));
}

#[test]
fn ddl_in_another_terminal_moves_the_squiggles() {
    let story = Story::new();
    let schema = story.schema();
    let (mut client, _) = LspClient::start(&story.folder(), utf8(), quickly());
    client.open(&schema);
    client.diagnostics(&schema, |diagnostics| {
        has_code("undeclared-table")(diagnostics) && lacks_code("undeclared-column")(diagnostics)
    });
    story.execute("ALTER TABLE users ADD COLUMN phone text");
    let diagnostics = client.diagnostics(&schema, has_code("undeclared-column"));
    assert!(
        with_code(&diagnostics, "undeclared-column")["message"].as_str().is_some_and(|text| text.contains("phone"))
    );
    story.execute("DROP TABLE conversations");
    client.diagnostics(&schema, lacks_code("undeclared-table"));
    // Equal diagnostics are not sent again.
    assert!(client.silent("textDocument/publishDiagnostics", Duration::from_millis(800)));
}

/// With an hour between two looks, what happens in the editor makes it look.
#[test]
fn focus_saves_migrations_and_the_command_look_at_the_database() {
    let story = Story::new();
    let schema = story.schema();
    let seldom = json!({ "trusted": true, "pollIntervalSeconds": 3600 });
    let (mut client, _) = LspClient::start(&story.folder(), utf8(), seldom);
    client.open(&schema);
    client.diagnostics(&schema, has_code("undeclared-table"));
    let changed = |path: &Path| json!({ "changes": [{ "uri": uri(path), "type": 1 }] });
    let migration = story.folder().join("drizzle/0001_next.sql");
    let journal = story.folder().join("drizzle/meta/_journal.json");
    let elsewhere = story.folder().join("seeds/people.sql");
    let triggers: [(&str, &str, Value); 5] = [
        ("focus", "drizzle-drift/focus", Value::Null),
        ("save", "textDocument/didSave", json!({ "textDocument": { "uri": uri(&schema) } })),
        ("migration", "workspace/didChangeWatchedFiles", changed(&migration)),
        ("journal", "workspace/didChangeWatchedFiles", changed(&journal)),
        ("command", "workspace/executeCommand", json!({ "command": "drizzle-drift.refresh", "arguments": [] })),
    ];
    for (name, method, params) in triggers {
        story.execute(&format!("ALTER TABLE users ADD COLUMN by_{name} text"));
        client.notify("workspace/didChangeWatchedFiles", changed(&elsewhere));
        assert!(client.silent("textDocument/publishDiagnostics", Duration::from_millis(400)), "before {name}");
        match method {
            "workspace/executeCommand" => {
                client.request(method, params);
            }
            _ => client.notify(method, params),
        }
        client.diagnostics(&schema, |diagnostics| {
            diagnostics.iter().any(|diagnostic| diagnostic["message"].to_string().contains(&format!("by_{name}")))
        });
    }
}

#[test]
fn a_database_that_goes_leaves_stale_facts_and_one_message() {
    let story = Story::new();
    let schema = story.schema();
    let (mut client, _) = LspClient::start(&story.folder(), utf8(), quickly());
    client.open(&schema);
    client.diagnostics(&schema, has_code("undeclared-table"));
    let aside = story.folder().join("aside.db");
    std::fs::rename(story.database(), &aside).expect("the database goes");

    let message = client.notification("window/showMessage", |_| true);
    assert!(message["message"].as_str().is_some_and(|text| text.contains("conversations.db")), "{message}");
    let diagnostics = client.diagnostics(&schema, has_code("undeclared-table"));
    let stale = with_code(&diagnostics, "undeclared-table");
    assert!(stale["message"].as_str().is_some_and(|text| text.contains("last known facts")), "{stale}");
    let status = client.notification("drizzle-drift/status", |params| params["projects"][0]["state"] == "stale");
    assert_eq!(status["projects"][0]["drifts"], 1);
    assert!(client.silent("window/showMessage", Duration::from_secs(2)), "one message, not one a try");

    std::fs::rename(&aside, story.database()).expect("the database comes back");
    client.diagnostics(&schema, |diagnostics| {
        diagnostics.iter().all(|diagnostic| !diagnostic["message"].to_string().contains("last known facts"))
    });
}

#[test]
fn nothing_waits_for_a_database_that_does_not_answer() {
    let story = Story::new();
    let schema = story.schema();
    // Accepts connections and never says a word.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let config = std::fs::read_to_string(story.folder().join("drizzle.config.ts")).expect("the config");
    let config = config
        .replace("\"sqlite\"", "\"postgresql\"")
        .replace("conversations.db", &format!("postgres://app:hunter2@127.0.0.1:{port}/app"));
    std::fs::write(story.folder().join("drizzle.config.ts"), config).expect("the config");
    std::fs::write(&schema, "import { integer, pgTable } from \"drizzle-orm/pg-core\";\nexport const t = pgTable(\"t\", { id: integer(\"id\") });\n").expect("the schema");
    let (mut client, _) = LspClient::start(&story.folder(), utf8(), quickly());
    let start = Instant::now();
    client.open(&schema);
    let text = hover(&mut client, &schema, 1, 16)["contents"]["value"].as_str().expect("text").to_owned();
    let answered = start.elapsed();
    assert!(text.contains("`t`") && text.contains("being read"), "{text}");
    let message = client.notification("window/showMessage", |_| true);
    assert!(start.elapsed() > answered, "the answer came before the connection was given up");
    assert!(!message.to_string().contains("hunter2"), "{message}");
}

#[test]
fn an_untrusted_workspace_opens_no_connection() {
    let story = Story::new();
    let schema = story.schema();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.set_nonblocking(true).expect("a setting");
    let url = format!("postgres://app@127.0.0.1:{}/app", listener.local_addr().expect("an address").port());
    let config = std::fs::read_to_string(story.folder().join("drizzle.config.ts")).expect("the config");
    std::fs::write(
        story.folder().join("drizzle.config.ts"),
        config.replace("\"sqlite\"", "\"postgresql\"").replace("conversations.db", &url),
    )
    .expect("the config");
    let (mut client, _) =
        LspClient::start(&story.folder(), utf8(), json!({ "trusted": false, "pollIntervalSeconds": 0.2 }));
    client.open(&schema);
    let status = client.notification("drizzle-drift/status", |params| params["projects"][0]["state"] == "off");
    assert!(status["projects"][0]["message"].as_str().is_some_and(|text| text.contains("not trusted")), "{status}");
    std::thread::sleep(Duration::from_millis(500));
    assert!(listener.accept().is_err(), "no connection was opened");

    client.notify("workspace/didChangeConfiguration", json!({ "settings": { "drizzleDrift": { "trusted": true } } }));
    client.notification("drizzle-drift/status", |params| params["projects"][0]["state"] != "off");
    let deadline = Instant::now() + Duration::from_secs(20);
    while listener.accept().is_err() {
        assert!(Instant::now() < deadline, "trust opens the connection");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn columns_count_as_the_editor_counts_them() {
    // Before the import stand `/* 漂 😀 */ `: 15 bytes, 11 UTF-16 units.
    for (capabilities, encoding, character) in [(utf8(), "utf-8", 15), (json!({}), "utf-16", 11)] {
        let story = Story::new();
        let schema = story.schema();
        let (mut client, initialized) = LspClient::start(&story.folder(), capabilities, quickly());
        assert_eq!(initialized["capabilities"]["positionEncoding"], encoding);
        let text = std::fs::read_to_string(&schema).expect("the schema");
        client.open_text(&schema, &text.replace("import { integer", "/* 漂 😀 */ import { integer"));
        let diagnostics = client.diagnostics(&schema, has_code("undeclared-table"));
        let start = with_code(&diagnostics, "undeclared-table")["range"]["start"].clone();
        assert_eq!((start["line"].as_u64(), start["character"].as_u64()), (Some(1), Some(character)), "{encoding}");
    }
}

#[test]
fn an_editor_that_pulls_is_not_pushed_to() {
    let story = Story::new();
    let schema = story.schema();
    let capabilities = json!({
        "textDocument": { "diagnostic": {} },
        "workspace": { "diagnostics": { "refreshSupport": true } },
    });
    let (mut client, initialized) = LspClient::start(&story.folder(), capabilities, quickly());
    assert_eq!(initialized["capabilities"]["diagnosticProvider"]["interFileDependencies"], true);
    client.open(&schema);
    client.notification("drizzle-drift/status", |params| params["projects"][0]["state"] == "live");
    let pull = json!({ "textDocument": { "uri": uri(&schema) } });
    let report = client.request("textDocument/diagnostic", pull);
    assert_eq!(report["kind"], "full");
    with_code(report["items"].as_array().expect("items"), "undeclared-table");
    let again = client.request(
        "textDocument/diagnostic",
        json!({ "textDocument": { "uri": uri(&schema) }, "previousResultId": report["resultId"] }),
    );
    assert_eq!(again["kind"], "unchanged");

    client.asked.clear();
    story.execute("DROP TABLE conversations");
    let deadline = Instant::now() + Duration::from_secs(20);
    while !client.asked.iter().any(|method| method == "workspace/diagnostic/refresh") {
        assert!(Instant::now() < deadline, "the editor is asked to pull again");
        assert!(client.silent("textDocument/publishDiagnostics", Duration::from_millis(100)));
    }
}

#[test]
fn a_burst_of_changes_arrives_in_order() {
    let story = Story::new();
    let schema = story.schema();
    let (mut client, _) = LspClient::start(&story.folder(), utf8(), quickly());
    client.open(&schema);
    client.diagnostics(&schema, has_code("undeclared-table"));
    // Types a column of `users`, letter by letter.
    let typed = "  phone: text(\"phone\"),\n";
    for (index, letter) in typed.char_indices() {
        let at = json!({ "line": 10, "character": index });
        let version = 2 + i32::try_from(index).expect("a short line");
        change(
            &mut client,
            &schema,
            version,
            &[json!({ "range": { "start": at, "end": at }, "text": letter.to_string() })],
        );
    }
    let diagnostics = client.diagnostics(&schema, has_code("missing-column"));
    let missing = with_code(&diagnostics, "missing-column");
    assert!(missing["message"].as_str().is_some_and(|text| text.contains("phone")), "{missing}");
    // Closing the file clears it.
    client.notify("textDocument/didClose", json!({ "textDocument": { "uri": uri(&schema) } }));
    client.diagnostics(&schema, <[Value]>::is_empty);
}

#[test]
fn a_config_that_cannot_be_read_is_said_once() {
    let story = Story::new();
    let config = story.folder().join("drizzle.config.ts");
    std::fs::write(&config, "export default { schema: \"./shared/schema.ts\" };").expect("the config");
    let (mut client, _) = LspClient::start(&story.folder(), utf8(), quickly());
    client.open(&story.schema());
    let message = client.notification("window/showMessage", |_| true);
    assert!(message["message"].as_str().is_some_and(|text| text.contains("dialect")), "{message}");
    client.notification("drizzle-drift/status", |params| params["projects"][0]["state"] == "failed");
    client.open_text(&config, "export default { dialect: \"sqlite\", schema: \"./shared/schema.ts\", dbCredentials: { url: \"conversations.db\" } };");
    client.diagnostics(&story.schema(), has_code("undeclared-table"));
}

#[test]
fn half_typed_code_and_configs_keep_their_last_facts() {
    let story = Story::new();
    let (schema, config) = (story.schema(), story.folder().join("drizzle.config.ts"));
    let (mut client, _) = LspClient::start(&story.folder(), utf8(), quickly());
    client.open(&schema);
    client.open(&config);
    client.diagnostics(&schema, has_code("undeclared-table"));
    // A dialect in the middle of being typed.
    let line = json!({ "start": { "line": 3, "character": 0 }, "end": { "line": 4, "character": 0 } });
    change(&mut client, &config, 2, &[json!({ "range": line, "text": "  dialect: \"sql\",\n" })]);
    client.notification("drizzle-drift/status", |params| params["projects"][0]["state"] == "failed");
    let quiet = client.silent("textDocument/publishDiagnostics", Duration::from_secs(1));
    assert!(quiet, "the last facts stand: {:#?}", client.unread());
    change(&mut client, &config, 3, &[json!({ "range": line, "text": "  dialect: \"sqlite\",\n" })]);
    client.notification("drizzle-drift/status", |params| params["projects"][0]["state"] == "live");

    // A declared table whose statement loses its end keeps its facts: nothing says that it is not declared.
    let brace = json!({ "start": { "line": 10, "character": 0 }, "end": { "line": 10, "character": 3 } });
    change(&mut client, &schema, 2, &[json!({ "range": brace, "text": "" })]);
    let broken = client.diagnostics(&schema, has_code("unresolved-declaration"));
    assert!(!json!(broken).to_string().contains("`users` is in the database"), "{broken:#?}");
    let here = json!({ "start": { "line": 10, "character": 0 }, "end": { "line": 10, "character": 0 } });
    change(&mut client, &schema, 3, &[json!({ "range": here, "text": "});" })]);
    client.diagnostics(&schema, |diagnostics| {
        has_code("undeclared-table")(diagnostics) && lacks_code("unresolved-declaration")(diagnostics)
    });
}

#[test]
fn a_lens_sums_up_what_push_would_do() {
    let story = Story::new();
    let schema = story.schema();
    let (mut client, initialized) = LspClient::start(&story.folder(), utf8(), quickly());
    assert!(initialized["capabilities"]["codeLensProvider"].is_object(), "{initialized}");
    client.open(&schema);
    client.diagnostics(&schema, has_code("undeclared-table"));
    let lenses = client.request("textDocument/codeLens", json!({ "textDocument": { "uri": uri(&schema) } }));
    assert_eq!(lenses.as_array().map(Vec::len), Some(1), "{lenses}");
    assert_eq!(lenses[0]["range"]["start"], json!({ "line": 0, "character": 0 }));
    assert_eq!(lenses[0]["command"]["command"], "drizzle-drift.refresh");
    let title = lenses[0]["command"]["title"].as_str().expect("a title");
    assert!(title.starts_with("push would: ") && title.contains("+ identity_map"), "{title}");
    assert!(title.contains("drop conversations (about 3 rows)") && title.contains("question"), "{title}");
    // The question itself is in the hover.
    let hover = hover(&mut client, &schema, 1, 4)["contents"]["value"].as_str().expect("text").to_owned();
    assert!(hover.contains("Is identity_map table created or renamed from another table?"), "{hover}");
    assert!(hover.contains("+ identity_map create table"), "{hover}");
}
