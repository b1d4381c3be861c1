//! What the live side tells its log at the highest level: the statements that reach SQLite, and no secret.
#![cfg(unix)]

#[path = "support/postgresql.rs"]
mod postgresql;

use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex, Once, PoisonError};

use drizzle_drift::catalog::Dialect;
use drizzle_drift::live::{self, Limits, Target};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{ConnectOptions, Connection};
use tracing_subscriber::fmt::MakeWriter;

static LOG: Mutex<Vec<u8>> = Mutex::new(Vec::new());

#[derive(Clone, Copy)]
struct Log;

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        LOG.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        *self
    }
}

fn record() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let subscriber =
            tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_ansi(false).with_writer(Log).finish();
        tracing::subscriber::set_global_default(subscriber).expect("the only one");
    });
}

fn recorded() -> String {
    String::from_utf8_lossy(&LOG.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
}

fn target(dialect: Dialect, url: &str, folder: &Path) -> Target {
    Target {
        dialect,
        url: url.to_owned().into(),
        auth_token: Some("canary-token".to_owned().into()),
        folder: folder.to_owned(),
    }
}

#[tokio::test]
async fn only_reading_reaches_sqlite() {
    const HARMLESS: [&str; 6] = ["SELECT", "PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "EXPLAIN"];
    const MARK: &str = "summary=\"";
    record();
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("app.db");
    let mut writer =
        SqliteConnectOptions::new().filename(&path).create_if_missing(true).connect().await.expect("a new database");
    sqlx::raw_sql(include_str!("fixtures/live/objects.sqlite.sql")).execute(&mut writer).await.expect("the fixture");
    writer.close().await.expect("closing");
    let before = recorded().len();
    live::read(&target(Dialect::Sqlite, "app.db", folder.path()), &Limits::default()).await.expect("a reading");
    let log = recorded().split_off(before);
    let words: Vec<String> = log
        .lines()
        .filter_map(|line| Some(line.split_once(MARK)?.1))
        .filter_map(|sql| sql.split([' ', '"', ';']).next().map(str::to_ascii_uppercase))
        .collect();
    assert!(words.len() >= 8, "{log}");
    let others: Vec<_> = words.iter().filter(|word| !HARMLESS.contains(&word.as_str())).collect();
    assert!(others.is_empty(), "{others:?} in {log}");
}

#[tokio::test]
async fn no_secret_is_logged_at_any_level() {
    record();
    let folder = tempfile::tempdir().expect("a folder");
    let server = postgresql::Server::shared();
    let port = server.as_ref().map_or(1, |server| server.port());
    let told: Arc<Mutex<String>> = Arc::default();
    for (dialect, url) in [
        (
            Dialect::Postgresql,
            format!("postgres://app:{}@127.0.0.1:{port}/postgres?apikey=canary", postgresql::PASSWORD_IN_URL),
        ),
        (
            Dialect::Postgresql,
            format!("postgres://app:canary-wrong@127.0.0.1:{port}/postgres?options=-c%20search_path%3Dcanary"),
        ),
        (Dialect::Postgresql, format!("postgres://postgres@127.0.0.1:{port}/nowhere?password=canary-too")),
        (Dialect::Postgresql, "postgres://app:canary#broken@127.0.0.1/app".into()),
        (Dialect::Postgresql, "postgres://app:canary@host.invalid/app".into()),
        (Dialect::Turso, "libsql://127.0.0.1:1?authToken=canary".into()),
        (Dialect::Mysql, "mysql://root:canary@127.0.0.1/app".into()),
        (Dialect::Sqlite, "mysql://root:canary@127.0.0.1/app".into()),
    ] {
        let target = target(dialect, &url, folder.path());
        let result = live::read(&target, &Limits::default()).await;
        let failure = result.as_ref().err().map(|error| format!("{error} {error:?} {error:#?}"));
        told.lock().expect("no panic").push_str(&format!("{target:?}\n{failure:?}\n"));
        let sender = Arc::clone(&told);
        let (done, mut first) = tokio::sync::mpsc::unbounded_channel();
        let watcher = live::watch(target, live::WatchSettings::default(), move |event| {
            sender.lock().expect("no panic").push_str(&format!("{event:?}\n"));
            let _ = done.send(matches!(event.state, live::State::Connecting));
        });
        while first.recv().await == Some(true) {}
        told.lock().expect("no panic").push_str(&format!("{watcher:?}\n"));
    }
    let all = format!("{}{}", told.lock().expect("no panic"), recorded());
    assert!(all.contains("transaction_read_only") || server.is_none(), "the log is on");
    for secret in ["canary", "c@nary", "c%40nary"] {
        // The role itself is made by the test.
        let line = all.lines().find(|line| line.contains(secret) && !line.contains("create role app"));
        assert!(line.is_none(), "{line:?}");
    }
}
