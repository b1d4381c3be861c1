//! Reads a real libSQL server over HTTP, and servers that misbehave in every way.
#![cfg(unix)]

#[path = "support/facts.rs"]
mod facts;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use drizzle_drift::catalog::{Dialect, LiveCatalog, Rows};
use drizzle_drift::live::{self, Cause, ErrorKind, Limits, LiveError, State, Target, WatchSettings};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The public half of a key that nobody else uses, and two tokens of it: one may write, one may only read.
const KEY: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAs5iufvyeNM8LPAdLMkdCM1egZjIISCyiVJ4cRtabWJM=\n-----END PUBLIC KEY-----\n";
const WRITER: &str = "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJhIjoicncifQ.ELFkY1oGZUemsyxl0UUKo8IGhHpREjJ7_Hw9aiANeDi_is0Ake6Sq7frX29U2rtvzTO34UGk08cLxP8AkVuYBQ";
const READER: &str = "eyJhbGciOiJFZERTQSIsInR5cCI6IkpXVCJ9.eyJhIjoicm8ifQ.wOdwRDUwLg5M7EZ-NdfGT29_K-dIGG7hZauRVuYJ65IilTzMX6aMv1UhXgJYWuwfv6xZDWJ7ViwkqQAxYFKyDA";

/// A server of one's own, in a temporary folder, gone when dropped.
struct Sqld {
    port: u16,
    folder: TempDir,
    child: Child,
}

impl Sqld {
    fn start() -> Option<Self> {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/sqld");
        if !home.join("version").is_file() {
            let message = "sqld is not set up: run `tests/setup/sqld.sh`";
            assert!(std::env::var_os("CI").is_none(), "{message}");
            eprintln!("skipped: {message}");
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("key.pem"), KEY).expect("a key");
        let port = free_port();
        let child = Self::run(&home, folder.path(), port);
        let server = Self { port, folder, child };
        server.wait();
        Some(server)
    }

    fn run(home: &Path, folder: &Path, port: u16) -> Child {
        Command::new(home.join("sqld"))
            .args(["--no-welcome", "--db-path", "data", "--auth-jwt-key-file", "key.pem", "--http-listen-addr"])
            .arg(format!("127.0.0.1:{port}"))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("sqld")
    }

    /// Until it answers: it takes connections before, and may reset them.
    fn wait(&self) {
        let answers = || -> std::io::Result<bool> {
            let mut stream = std::net::TcpStream::connect(("127.0.0.1", self.port))?;
            stream.set_read_timeout(Some(Duration::from_secs(1)))?;
            std::io::Write::write_all(&mut stream, b"GET /health HTTP/1.0\r\n\r\n")?;
            let mut answer = [0; 5];
            std::io::Read::read_exact(&mut stream, &mut answer)?;
            Ok(&answer == b"HTTP/")
        };
        let end = Instant::now() + Duration::from_secs(20);
        while !answers().unwrap_or(false) {
            assert!(Instant::now() < end, "sqld does not start");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn restart(&mut self) {
        self.stop();
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/sqld");
        self.child = Self::run(&home, self.folder.path(), self.port);
        self.wait();
    }

    fn stop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    fn target(&self) -> Target {
        target(&self.url(), Some(READER))
    }

    /// Sends requests of the protocol as whoever may write, and gives what is answered.
    async fn pipeline(&self, token: &str, requests: Value) -> Value {
        let body = json!({ "requests": requests }).to_string();
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).await.expect("a connection");
        let request = format!(
            "POST /v2/pipeline HTTP/1.0\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        stream.write_all(request.as_bytes()).await.expect("sending");
        let mut answer = Vec::new();
        // Having said everything, it may hang up without a good-bye.
        match stream.read_to_end(&mut answer).await {
            Err(error) if answer.is_empty() => panic!("an answer: {error}"),
            _ => {}
        }
        let answer = String::from_utf8(answer).expect("an answer in UTF-8");
        let (_, body) = answer.split_once("\r\n\r\n").expect("a body");
        serde_json::from_str(body).unwrap_or_else(|_| panic!("{answer}"))
    }

    async fn execute(&self, sql: &str) {
        let answer = self.pipeline(WRITER, json!([{ "type": "sequence", "sql": sql }, { "type": "close" }])).await;
        assert_eq!(answer["results"][0]["type"], "ok", "{sql}: {answer}");
    }
}

impl Drop for Sqld {
    fn drop(&mut self) {
        self.stop();
    }
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

fn target(url: &str, token: Option<&str>) -> Target {
    Target {
        dialect: Dialect::Turso,
        url: url.to_owned().into(),
        auth_token: token.map(|token| token.to_owned().into()),
        folder: PathBuf::from("."),
    }
}

async fn read(target: &Target) -> Result<LiveCatalog, LiveError> {
    let limits = Limits { connect: Duration::from_millis(500), statement: Duration::from_secs(2), ..Limits::default() };
    live::read(target, &limits).await
}

/// What the fixture has beyond any file: libSQL's vectors.
const VECTORS: &str = "create table movies (title text, embedding F32_BLOB(3));
    create index movies_idx on movies (libsql_vector_idx(embedding));";

#[tokio::test]
async fn a_server_gives_what_a_file_gives() {
    let Some(server) = Sqld::start() else { return };
    let fixture = include_str!("fixtures/live/objects.sqlite.sql").replace("create temp view gone as select 1;", "");
    server.execute(&fixture).await;
    let remote = read(&server.target()).await.expect("a reading");
    assert!(remote.database.server_version.starts_with("3."), "{:?}", remote.database);
    assert_eq!(remote.database.host.as_deref(), Some("127.0.0.1"));
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.db");
    create(&path, &fixture).await;
    let file = read(&target(&format!("file:{}", path.display()), None)).await.expect("a reading");
    pretty(&facts::facts(&remote), &facts::facts(&file));

    server.execute(VECTORS).await;
    server.execute("insert into orgs (\"display name\") values ('a')").await;
    let live = read(&server.target()).await.expect("a reading");
    let kinds: Vec<String> = live
        .catalog
        .tables
        .iter()
        .filter(|table| table.name.contains("movies") || table.name.starts_with("libsql"))
        .map(|table| format!("{} {:?}", table.name, table.kind))
        .collect();
    assert_eq!(
        kinds,
        [
            "libsql_vector_meta_shadow Shadow(\"movies_idx\")",
            "movies Ordinary",
            "movies_idx_shadow Shadow(\"movies_idx\")",
        ]
    );
    let evidence = |name: &str| live.evidence(live.catalog.table(None, name).expect(name));
    assert_eq!((evidence("orgs").rows, evidence("orgs").auto_increment), (Rows::Some, Some(2)));
    assert_eq!(evidence("members").rows, Rows::None);
}

fn pretty(found: &str, expected: &str) {
    for (line, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {line}");
    }
    assert_eq!(found.lines().count(), expected.lines().count());
}

async fn create(path: &Path, sql: &str) {
    use sqlx::{AssertSqlSafe, ConnectOptions, Connection, sqlite::SqliteConnectOptions};
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
    let mut connection = options.connect().await.expect("a new database");
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("the fixture");
    connection.close().await.expect("closing");
}

/// The protocol has no session that refuses writes, so it is the server itself that is asked about each statement.
#[tokio::test]
async fn every_statement_only_reads_and_a_reading_token_is_enough() {
    let Some(server) = Sqld::start() else { return };
    server.execute("create table t (id integer primary key autoincrement)").await;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/live/sqlite");
    let mut statements = vec!["begin readonly".to_owned(), "rollback".into(), "pragma schema_version".into()];
    for entry in fs::read_dir(folder).expect("the room").map(|entry| entry.expect("an entry").path()) {
        // Its table is made by ANALYZE, which the server does not know.
        if entry.extension().is_some_and(|extension| extension == "sql") && !entry.ends_with("statistics.sql") {
            let text = fs::read_to_string(entry).expect("a statement");
            statements.push(text.replace("{table}", "t").replace("{identifier}", "t"));
        }
    }
    assert!(statements.len() > 12, "{statements:?}");
    for sql in statements {
        let answer = server.pipeline(READER, json!([{ "type": "describe", "sql": sql }, { "type": "close" }])).await;
        let described = &answer["results"][0]["response"]["result"];
        assert_eq!(described["is_readonly"], true, "{sql}: {answer}");
    }
    // What this cannot rest on: the server takes the words and writes all the same.
    let attempt = json!([
        { "type": "execute", "stmt": { "sql": "begin readonly" } },
        { "type": "execute", "stmt": { "sql": "insert into t values (7)" } },
        { "type": "execute", "stmt": { "sql": "rollback" } },
        { "type": "execute", "stmt": { "sql": "pragma query_only = on" } },
        { "type": "close" },
    ]);
    let answer = server.pipeline(WRITER, attempt.clone()).await;
    assert_eq!(answer["results"][1]["type"], "ok", "BEGIN READONLY refuses writes by now: rely on it");
    assert_eq!(answer["results"][3]["type"], "error", "PRAGMA query_only works by now: rely on it");
    // A token that may only read is refused.
    let answer = server.pipeline(READER, attempt).await;
    assert!(answer["error"].as_str().is_some_and(|error| error.contains("forbidden")), "{answer}");
}

#[tokio::test]
async fn ddl_a_restart_and_an_end_are_noticed() {
    let Some(mut server) = Sqld::start() else { return };
    server.execute("create table a (id int)").await;
    let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
    let settings = WatchSettings { poll: Duration::from_millis(50), ..WatchSettings::default() };
    let watcher = live::watch(server.target(), settings, move |event| drop(sender.send(event.state)));
    let mut until = async |what: &str, fits: &dyn Fn(&State) -> bool| {
        let waiting = async { while !events.recv().await.is_some_and(|state| fits(&state)) {} };
        tokio::time::timeout(Duration::from_secs(20), waiting).await.expect(what);
    };
    let tables = |count: usize| move |state: &State| matches!(state, State::Live(reading) if reading.catalog.catalog.tables.len() == count);
    until("the first table", &tables(1)).await;
    server.execute("insert into a values (1)").await;
    server.execute("create table b (id int)").await;
    until("the second table", &tables(2)).await;
    server.restart();
    server.execute("create table c (id int)").await;
    watcher.refresh(Cause::Focus);
    until("the third table", &tables(3)).await;
    server.stop();
    until("the end", &|state| matches!(state, State::Stale { why, .. } if why.kind == ErrorKind::Refused)).await;
}

#[tokio::test]
async fn wrong_tokens_are_told() {
    let Some(server) = Sqld::start() else { return };
    for (token, words) in [(None, "wants a token"), (Some("canary.wrong.token"), "refuses the token")] {
        let error = read(&target(&server.url(), token)).await.expect_err("it is refused");
        assert_eq!(error.kind, ErrorKind::Authentication, "{error}");
        assert!(error.message.contains(words) && error.message.contains("authToken"), "{error}");
        assert!(!format!("{error} {error:?}").contains("canary"), "{error}");
    }
}

/// A server that gives `answer` to whatever it is asked, and then closes or hangs.
async fn misbehaving(answer: String, hangs: bool) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("its address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let answer = answer.clone();
            tokio::spawn(async move {
                let mut buffer = vec![0; 1 << 16];
                let _ = stream.read(&mut buffer).await;
                let _ = stream.write_all(answer.as_bytes()).await;
                if hangs {
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    format!("http://{address}")
}

#[tokio::test]
async fn servers_that_misbehave_end_in_a_sentence_and_never_in_a_hang() {
    let whole = |status: &str, body: &str| format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len());
    let batch = |result: &str| {
        let answer = format!(r#"{{"results":[{{"type":"ok","response":{{"type":"batch","result":{result}}}}}]}}"#);
        whole("200 OK", &answer)
    };
    let cut = "HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n{\"results\":[".to_owned();
    for (answer, hangs, kind, words) in [
        (whole("500 Internal Server Error", r#"{"error":"out of canary"}"#), false, ErrorKind::Unreachable, "HTTP 500"),
        (whole("503 Service Unavailable", "<html>"), false, ErrorKind::Unreachable, "HTTP 503"),
        (whole("404 Not Found", ""), false, ErrorKind::NoSuchDatabase, "no such database"),
        (whole("429 Too Many Requests", ""), false, ErrorKind::TooManyConnections, "too often"),
        (whole("301 Moved Permanently", ""), false, ErrorKind::Other, "HTTP 301"),
        (whole("200 OK", "<html>hello</html>"), false, ErrorKind::Other, "no JSON"),
        (whole("200 OK", r#"{"results":[{"type":"ok","#), false, ErrorKind::Other, "no JSON"),
        (whole("200 OK", "{}"), false, ErrorKind::Other, "not understood"),
        (
            whole("200 OK", r#"{"results":[{"type":"error","error":{"message":"what"}}]}"#),
            false,
            ErrorKind::Other,
            "what",
        ),
        (batch("null"), false, ErrorKind::Other, "not understood"),
        (batch(r#"{"step_results":[],"step_errors":[]}"#), false, ErrorKind::Other, "not understood"),
        (
            batch(r#"{"step_results":[null,null,null,null,null,null,null,null,null],"step_errors":[]}"#),
            false,
            ErrorKind::Other,
            "not run",
        ),
        (cut.clone(), false, ErrorKind::Unreachable, "closed the connection"),
        (cut, true, ErrorKind::TimedOut, "did not answer"),
        (String::new(), false, ErrorKind::Unreachable, "closed the connection"),
        (String::new(), true, ErrorKind::TimedOut, "did not answer"),
        ("SSH-2.0-OpenSSH\r\n".into(), false, ErrorKind::Unreachable, "cannot be asked"),
    ] {
        let url = misbehaving(answer.clone(), hangs).await;
        let start = Instant::now();
        let error = read(&target(&url, Some("canary-token"))).await.map(drop).expect_err(&answer);
        assert_eq!(error.kind, kind, "{answer}: {error}");
        assert!(error.message.contains(words), "{answer}: {error}");
        assert!(!error.message.contains("canary-token"), "{error}");
        assert!(start.elapsed() < Duration::from_secs(5), "{answer}");
    }
    let port = free_port();
    for (url, kind) in [
        (format!("libsql://127.0.0.1:{port}"), ErrorKind::Refused),
        ("libsql://no-such-host.invalid".into(), ErrorKind::Unreachable),
        ("ftp://127.0.0.1".into(), ErrorKind::InvalidUrl),
    ] {
        let start = Instant::now();
        let error = read(&target(&url, None)).await.map(drop).expect_err(&url);
        assert_eq!(error.kind, kind, "{url}: {error:?}");
        assert!(start.elapsed() < Duration::from_secs(5), "{url}");
    }
    // TLS where there is none.
    let url = misbehaving("HTTP/1.1 400 Bad Request\r\n\r\n".into(), false).await.replace("http:", "https:");
    let error = read(&target(&url, None)).await.map(drop).expect_err(&url);
    assert_eq!(error.kind, ErrorKind::Tls, "{error}");
}
