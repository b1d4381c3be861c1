//! Reads real SQLite files, in every state they can be in, and proves that reading leaves no trace.

#[path = "support/facts.rs"]
mod facts;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, SystemTime};

use drizzle_drift::catalog::{Catalog, Column, Dialect, Fact, LiveCatalog, Rows, Table, TableKind};
use drizzle_drift::live::{
    self, Cause, ErrorKind, Limits, LiveError, LiveEvent, State, Target, WatchSettings, Watcher,
};
use sha2::{Digest, Sha256};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode};
use sqlx::{ConnectOptions, Connection};
use tokio::sync::mpsc;

fn target(folder: &Path, url: &str) -> Target {
    Target { dialect: Dialect::Sqlite, url: url.to_owned().into(), auth_token: None, folder: folder.to_owned() }
}

async fn read(folder: &Path, url: &str) -> Result<LiveCatalog, LiveError> {
    live::read(&target(folder, url), &Limits::default()).await
}

async fn writer(path: &Path, journal: SqliteJournalMode) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(true).journal_mode(journal);
    options.connect().await.expect("a new database")
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) {
    sqlx::raw_sql(sql).execute(connection).await.expect(sql);
}

async fn create(path: &Path, sql: &'static str) {
    let mut connection = writer(path, SqliteJournalMode::Delete).await;
    execute(&mut connection, sql).await;
    connection.close().await.expect("closing");
}

/// Names, digests and times of everything in a folder.
fn listing(folder: &Path) -> BTreeMap<String, (String, SystemTime)> {
    let entries = std::fs::read_dir(folder).expect("a folder");
    entries
        .map(|entry| {
            let path = entry.expect("an entry").path();
            let modified = path.metadata().and_then(|metadata| metadata.modified()).expect("a time");
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            let bytes = std::fs::read(path).expect("its bytes");
            (name, (format!("{} bytes, {:x}", bytes.len(), Sha256::digest(bytes)), modified))
        })
        .collect()
}

fn table<'a>(catalog: &'a Catalog, name: &str) -> &'a Table {
    catalog.table(None, name).expect(name)
}

fn column<'a>(catalog: &'a Catalog, table_name: &str, name: &str) -> &'a Column {
    table(catalog, table_name).column(name).expect(name)
}

#[tokio::test]
async fn every_kind_of_object_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    create(&folder.path().join("app.db"), include_str!("fixtures/live/objects.sqlite.sql")).await;
    let live = read(folder.path(), "app.db").await.expect("a reading");
    insta::assert_snapshot!("sqlite_objects", facts::facts(&live));
    assert_eq!(live.database.name, "app.db");
    assert_eq!((live.database.host, live.database.user), (None, None));
    assert!(live.database.server_version.starts_with("3."), "{}", live.database.server_version);
}

#[tokio::test]
async fn rows_are_told_without_counting_tables() {
    let folder = tempfile::tempdir().expect("a folder");
    create(
        &folder.path().join("app.db"),
        "create table empty (id integer primary key);
         create table three (id integer primary key); insert into three values (1), (7), (1000000);
         create table dense (id integer primary key);
         insert into dense with recursive n(i) as (select 1 union all select i + 1 from n where i < 1204) select i from n;
         create table sparse (id integer primary key);
         insert into sparse with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000) select i * 1000 from n;
         create table keyed (k text primary key) without rowid;
         insert into keyed with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000) select i from n;
         create table hiding (rowid text, x); insert into hiding values ('a', 1);
         create table \"it's {identifier} \"\"odd\"\"\" (id int); insert into \"it's {identifier} \"\"odd\"\"\" values (1);",
    )
    .await;
    let live = read(folder.path(), "app.db").await.expect("a reading");
    let rows = |name: &str| live.evidence(table(&live.catalog, name)).rows;
    assert_eq!(rows("empty"), Rows::None);
    assert_eq!(rows("three"), Rows::About(3));
    assert_eq!(rows("dense"), Rows::About(1204));
    assert_eq!(rows("keyed"), Rows::Some);
    assert_eq!(rows("hiding"), Rows::About(1));
    assert_eq!(rows("it's {identifier} \"odd\""), Rows::About(1));
    let Rows::About(estimate) = rows("sparse") else { panic!("an estimate") };
    assert!((4_900..=5_100).contains(&estimate), "{estimate}");
}

#[tokio::test]
async fn urls_of_every_form_name_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("my app#1?.db");
    create(&path, "create table t (id int)").await;
    for url in ["my app#1?.db", "./my app#1?.db", path.to_str().expect("UTF-8")] {
        assert_eq!(read(folder.path(), url).await.expect(url).catalog.tables.len(), 1, "{url}");
    }
    let plain = folder.path().join("app.db");
    create(&plain, "create table t (id int)").await;
    for url in [
        "file:app.db",
        "file:./app.db?mode=rwc",
        &format!("file:{}", plain.display()),
        &format!("file://{}", plain.display()),
    ] {
        assert_eq!(read(folder.path(), url).await.expect(url).catalog.tables.len(), 1, "{url}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("notes.txt"), "x".repeat(5_000)).expect("a file");
    std::fs::create_dir(folder.path().join("sub")).expect("a folder");
    let mut damaged = b"SQLite format 3\0".to_vec();
    damaged.extend([7_u8; 5_000]);
    std::fs::write(folder.path().join("damaged.db"), damaged).expect("a file");
    for (url, kind) in [
        ("nowhere.db", ErrorKind::NoSuchFile),
        ("notes.txt", ErrorKind::NotADatabase),
        ("sub", ErrorKind::NotADatabase),
        ("damaged.db", ErrorKind::NotADatabase),
        ("", ErrorKind::InvalidUrl),
        ("file:", ErrorKind::InvalidUrl),
        ("postgres://app:hunter2@127.0.0.1/app", ErrorKind::InvalidUrl),
        (":memory:", ErrorKind::Unsupported),
    ] {
        let error = read(folder.path(), url).await.expect_err(url);
        assert_eq!(error.kind, kind, "{url}: {error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error}");
    }
    assert!(!folder.path().join("nowhere.db").exists());
    std::fs::write(folder.path().join("empty.db"), "").expect("a file");
    assert_eq!(read(folder.path(), "empty.db").await.expect("an empty database").catalog.tables, []);
}

#[tokio::test]
async fn a_file_in_any_journal_mode_stays_as_it_is() {
    for journal in
        [SqliteJournalMode::Delete, SqliteJournalMode::Truncate, SqliteJournalMode::Persist, SqliteJournalMode::Wal]
    {
        let folder = tempfile::tempdir().expect("a folder");
        let mut connection = writer(&folder.path().join("app.db"), journal).await;
        execute(&mut connection, "create table t (id integer primary key); insert into t values (1)").await;
        connection.close().await.expect("closing");
        let before = listing(folder.path());
        let live = read(folder.path(), "app.db").await.expect("a reading");
        assert_eq!(live.catalog.tables.len(), 1);
        assert_eq!(listing(folder.path()), before, "{journal:?}");
    }
}

#[tokio::test]
async fn a_live_writer_is_neither_missed_nor_disturbed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.db");
    let mut other = Process::start(&path);
    other.execute("pragma journal_mode = wal; create table t (id integer primary key)");
    // What was just committed stands in the log only.
    let before = listing(folder.path());
    assert!(before.contains_key("app.db-wal") && before.contains_key("app.db-shm"));
    assert_eq!(read(folder.path(), "app.db").await.expect("a reading").catalog.tables.len(), 1);
    assert_eq!(listing(folder.path()), before);

    // A transaction that is still open is not seen, and does not make the reader wait.
    other.execute("begin immediate; create table u (id int)");
    assert_eq!(read(folder.path(), "app.db").await.expect("a reading").catalog.tables.len(), 1);
    other.execute("commit");
    assert_eq!(read(folder.path(), "app.db").await.expect("a reading").catalog.tables.len(), 2);
    other.stop();
    let left: Vec<String> = listing(folder.path()).into_keys().collect();
    assert_eq!(left, ["app.db"], "the writer could clean up");
}

#[tokio::test]
async fn a_log_left_behind_alone_is_not_taken_for_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let copy = tempfile::tempdir().expect("a folder");
    let mut connection = writer(&folder.path().join("app.db"), SqliteJournalMode::Wal).await;
    execute(&mut connection, "create table t (id integer primary key)").await;
    for name in ["app.db", "app.db-wal"] {
        std::fs::copy(folder.path().join(name), copy.path().join(name)).expect("a copy");
    }
    let before = listing(copy.path());
    let error = read(copy.path(), "app.db").await.expect_err("it would have to be written to");
    assert_eq!(error.kind, ErrorKind::NotReadOnly);
    assert_eq!(listing(copy.path()), before);
    // With the shared memory of the writer that died, it can be read.
    std::fs::copy(folder.path().join("app.db-shm"), copy.path().join("app.db-shm")).expect("a copy");
    let before = listing(copy.path());
    assert_eq!(read(copy.path(), "app.db").await.expect("a reading").catalog.tables.len(), 1);
    assert_eq!(listing(copy.path()), before);
}

/// Without it, what was written last would be taken for not there. (Root may read everything, so it is a folder here.)
#[tokio::test]
async fn a_log_that_cannot_be_read_is_not_passed_over() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut connection = writer(&folder.path().join("app.db"), SqliteJournalMode::Wal).await;
    execute(&mut connection, "create table t (id integer primary key)").await;
    connection.close().await.expect("closing");
    std::fs::create_dir(folder.path().join("app.db-wal")).expect("a folder");
    let error = read(folder.path(), "app.db").await.expect_err("there may be more");
    assert_eq!(error.kind, ErrorKind::Permission, "{error}");
    std::fs::remove_dir(folder.path().join("app.db-wal")).expect("it was there");
    assert_eq!(read(folder.path(), "app.db").await.expect("a reading").catalog.tables.len(), 1);
}

#[tokio::test]
async fn a_locked_file_is_busy_and_no_hang() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut connection = writer(&folder.path().join("app.db"), SqliteJournalMode::Delete).await;
    execute(&mut connection, "create table t (id int); begin exclusive").await;
    let limits = Limits { lock: Duration::from_millis(50), ..Limits::default() };
    let error = live::read(&target(folder.path(), "app.db"), &limits).await.expect_err("it is locked");
    assert_eq!(error.kind, ErrorKind::Busy, "{error}");
}

#[tokio::test]
async fn a_broken_view_or_an_unknown_module_spoils_nothing_else() {
    let folder = tempfile::tempdir().expect("a folder");
    create(
        &folder.path().join("app.db"),
        "create table t (id int); create view broken as select * from nowhere;
         create virtual table notes using fts5(title, body);
         create table vectors_rowids (id int); create table vectors_vector_chunks00 (id int); create table vectors_mine (id int);
         pragma writable_schema = on;
         insert into sqlite_schema values ('table', 'vectors', 'vectors', 0, 'CREATE VIRTUAL TABLE vectors USING vec0(a float[3])');",
    )
    .await;
    let live = read(folder.path(), "app.db").await.expect("a reading");
    let own = live.catalog.tables.iter().filter(|table| !matches!(table.kind, TableKind::Shadow(_)));
    let names: Vec<&str> = own.map(|table| table.name.as_str()).collect();
    assert_eq!(names, ["notes", "t", "vectors", "vectors_mine"], "shadow tables are told from others");
    assert_eq!(live.catalog.views.len(), 1);
    assert_eq!(column(&live.catalog, "notes", "title").sql_type, Fact::Known(String::new()));
}

#[tokio::test]
async fn a_rowid_is_never_null_and_other_keys_may_be() {
    let folder = tempfile::tempdir().expect("a folder");
    create(
        &folder.path().join("app.db"),
        "create table a (id integer primary key); create table b (id text primary key);
         create table c (id int primary key, x text) without rowid; create table d (id text primary key) strict;
         create table e (id integer primary key autoincrement);",
    )
    .await;
    let live = read(folder.path(), "app.db").await.expect("a reading");
    let facts = ["a", "b", "c", "d", "e"].map(|name| {
        let column = column(&live.catalog, name, "id");
        (name, column.not_null == Fact::Known(true), column.autoincrement)
    });
    assert_eq!(
        facts,
        [("a", true, false), ("b", false, false), ("c", true, false), ("d", true, false), ("e", true, true)]
    );
}

fn watch(folder: &Path, url: &str) -> (Watcher, mpsc::UnboundedReceiver<LiveEvent>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    let settings = WatchSettings { poll: Duration::from_millis(30), ..WatchSettings::default() };
    let watcher = live::watch(target(folder, url), settings, move |event| drop(sender.send(event)));
    (watcher, receiver)
}

async fn until(events: &mut mpsc::UnboundedReceiver<LiveEvent>, what: &str, fits: impl Fn(&State) -> bool) -> State {
    let waiting = async {
        loop {
            let event = events.recv().await.expect("the watcher lives");
            if fits(&event.state) {
                return event.state;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(10), waiting).await.expect(what)
}

fn tables(state: &State) -> Option<usize> {
    match state {
        State::Live(reading) => Some(reading.catalog.catalog.tables.len()),
        _ => None,
    }
}

#[tokio::test]
async fn a_watch_sees_another_process_and_never_stands_in_its_way() {
    for journal in ["delete", "wal"] {
        let folder = tempfile::tempdir().expect("a folder");
        let mut other = Process::start(&folder.path().join("app.db"));
        // Only while everything is read, for milliseconds, may it have to wait; it fails where we hold a lock in between.
        other.execute(&format!(
            "pragma journal_mode = {journal}; pragma busy_timeout = 1000; create table a (id integer primary key)"
        ));
        let (watcher, mut events) = watch(folder.path(), "app.db");
        let first = until(&mut events, "the first reading", |state| tables(state) == Some(1)).await;
        for _ in 0..50 {
            other.execute("insert into a default values");
        }
        until(&mut events, "a look", |state| tables(state).is_some()).await;
        let same = until(&mut events, "a look", |state| tables(state).is_some()).await;
        assert_eq!(first.reading().expect("facts").generation, same.reading().expect("facts").generation);
        other.execute("create table b (id int); create table c (id int)");
        until(&mut events, "the new tables", |state| tables(state) == Some(3)).await;
        other.execute("drop table b");
        until(&mut events, "the dropped table", |state| tables(state) == Some(2)).await;
        other.stop();
        let left: Vec<String> = listing(folder.path()).into_keys().collect();
        assert_eq!(left, ["app.db"], "the writer could clean up while it was watched");
        until(&mut events, "a look", |state| tables(state) == Some(2)).await;
        drop(watcher);
    }
}

#[tokio::test]
async fn a_file_that_goes_and_comes_back_is_noticed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.db");
    create(&path, "create table a (id int)").await;
    let (watcher, mut events) = watch(folder.path(), "app.db");
    until(&mut events, "the first reading", |state| tables(state) == Some(1)).await;
    std::fs::remove_file(&path).expect("removing it");
    let state = until(&mut events, "stale facts", |state| matches!(state, State::Stale { .. })).await;
    let State::Stale { why, .. } = state else { panic!("stale") };
    assert_eq!(why.kind, ErrorKind::NoSuchFile);
    // Another database of the same schema version under the same name.
    create(&path, "create table other (id int)").await;
    watcher.refresh(Cause::Save);
    let state = until(&mut events, "the new file", |state| matches!(state, State::Live(_))).await;
    let names: Vec<_> =
        state.reading().expect("facts").catalog.catalog.tables.iter().map(|table| table.name.clone()).collect();
    assert_eq!(names, ["other"]);
}

/// A writer in a process of its own: SQLite's locks and shared memory work otherwise within one process.
struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl Process {
    fn start(path: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().expect("this test"))
            .args(["--ignored", "--exact", "--nocapture", "the_other_process"])
            .env("LIVE_SQLITE_FILE", path)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a process");
        let (input, output) = (child.stdin.take().expect("piped"), child.stdout.take().expect("piped"));
        Self { child, input, output: BufReader::new(output) }
    }

    fn execute(&mut self, sql: &str) {
        writeln!(self.input, "{sql}").expect("it listens");
        let mut answer = String::new();
        while !answer.ends_with("done\n") {
            answer.clear();
            assert!(self.output.read_line(&mut answer).expect("it answers") > 0, "the other process failed on {sql}");
        }
    }

    fn stop(mut self) {
        drop(self.input);
        assert!(self.child.wait().expect("it ends").success());
    }
}

/// Not a test: what [`Process`] runs. Without its variable it does nothing.
#[test]
#[ignore = "run by other tests in a process of its own"]
fn the_other_process() {
    let Some(path) = std::env::var_os("LIVE_SQLITE_FILE") else { return };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let options = SqliteConnectOptions::new().filename(path).create_if_missing(true);
        let mut connection = options.connect().await.expect("a connection");
        for line in std::io::stdin().lines() {
            let sql = line.expect("a line");
            sqlx::raw_sql(sqlx::AssertSqlSafe(sql.clone())).execute(&mut connection).await.expect(&sql);
            println!("done");
        }
        connection.close().await.expect("closing");
    });
}
