//! Reads a SQLite file: read-only, in one transaction, leaving nothing behind.

mod assemble;
mod copy;
mod count;
mod ddl;
mod evidence;
mod file;
mod rows;
pub(super) mod statements;

use std::fmt::Display;
use std::path::{Path, PathBuf};

use secrecy::ExposeSecret;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

use super::{ErrorKind, Limits, LiveError, Target};
use crate::catalog::{Catalog, DatabaseIdentity, Dialect, LiveCatalog};
pub(super) use assemble::{Answers, assemble};
pub(super) use copy::copy;
pub(super) use count::count;
use file::{Access, Trace};
pub(super) use rows::{Cell, Row};

/// How often a reading starts again because somebody opened or changed the file meanwhile.
const ATTEMPTS: usize = 5;

/// How many rows of an answer may wait to be taken.
const ROWS_AT_ONCE: usize = 4_096;

/// Whether a `turso` target is a local file.
pub(super) fn names_a_file(target: &Target) -> bool {
    let url = target.url.expose_secret();
    url.starts_with("file:") || !url.contains("://")
}

/// Reads the file's structure and evidence.
pub(super) async fn read(target: &Target, limits: &Limits) -> Result<LiveCatalog, LiveError> {
    let path = path_of(target)?;
    let (_, reading) = settle(&path, limits, None).await?;
    // Without a known version everything is read.
    let live = reading.live.ok_or_else(|| LiveError::new(ErrorKind::Other, "nothing was read"))?;
    Ok(of_dialect(live, target.dialect))
}

/// What the file looked like when it was read last. Nothing is held open in between: a connection would keep the last
/// writer from taking its log in when it ends.
#[derive(Default)]
pub(super) struct Watch {
    seen: Option<(Trace, i64)>,
}

impl Watch {
    /// Reads, if the structure has changed since the last time, or if it `must`.
    pub async fn poll(
        &mut self,
        target: &Target,
        limits: &Limits,
        must: bool,
    ) -> Result<Option<LiveCatalog>, LiveError> {
        let path = path_of(target)?;
        let mut known = None;
        // Taken out: after a failure nothing that was seen counts any more.
        if let (Some((seen, version)), false) = (self.seen.take(), must) {
            let now = trace(&path).await?;
            if now == seen || now.same_structure(&seen) {
                self.seen = Some((now, version));
                return Ok(None);
            }
            known = now.same_file(&seen).then_some(version);
        }
        let (trace, reading) = settle(&path, limits, known).await?;
        self.seen = Some((trace, reading.version));
        Ok(reading.live.map(|live| of_dialect(live, target.dialect)))
    }
}

/// One look into the file.
struct Reading {
    /// `PRAGMA schema_version`, which every DDL statement changes.
    version: i64,
    /// `None` where the version is the one that was known.
    live: Option<LiveCatalog>,
}

/// Reads until nobody has interfered, and tells how the file looked before.
async fn settle(path: &Path, limits: &Limits, known: Option<i64>) -> Result<(Trace, Reading), LiveError> {
    for _ in 0..ATTEMPTS {
        let before = trace(path).await?;
        let access = before.access(path)?;
        let reading = read_once(path, access, limits, known).await;
        let sound = match access {
            Access::Plain => true,
            // Read without locks: it holds only if nothing has moved.
            Access::Immutable => trace(path).await? == before,
            // A log that was taken in meanwhile is no fault.
            Access::SharedMemory => reading.is_ok() || trace(path).await? == before,
        };
        if sound {
            return reading.map(|reading| (before, reading));
        }
    }
    Err(LiveError::new(ErrorKind::Busy, format!("{} kept changing while it was read", path.display())))
}

fn of_dialect(mut live: LiveCatalog, dialect: Dialect) -> LiveCatalog {
    live.catalog.dialect = dialect;
    live
}

/// The file that the target names: a path, or a `file:` URL as libSQL's client takes it.
fn path_of(target: &Target) -> Result<PathBuf, LiveError> {
    let url = target.url.expose_secret().trim();
    let path = match url.strip_prefix("file:") {
        Some(rest) => {
            let rest = rest.split(['?', '#']).next().unwrap_or_default();
            match rest.strip_prefix("//") {
                Some(authority) => authority.find('/').map_or("", |slash| &authority[slash..]),
                None => rest,
            }
        }
        None => url,
    };
    if path.is_empty() {
        return Err(LiveError::new(
            ErrorKind::InvalidUrl,
            "the URL names no SQLite file: give a path, or `file:` and a path",
        ));
    }
    if path == ":memory:" {
        return Err(LiveError::new(
            ErrorKind::Unsupported,
            "a database in memory lives inside its own process and cannot be read: use a file",
        ));
    }
    if path.contains("://") {
        return Err(LiveError::new(
            ErrorKind::InvalidUrl,
            "the URL names no SQLite file: give a path, or check the dialect of the config",
        ));
    }
    Ok(target.folder.join(path))
}

async fn trace(path: &Path) -> Result<Trace, LiveError> {
    let path = path.to_owned();
    blocking(move || Trace::of(&path)).await
}

/// File systems may hang; the runtime must not hang with them.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, LiveError> + Send + 'static,
) -> Result<T, LiveError> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|_| Err(LiveError::new(ErrorKind::Other, "reading the file failed unexpectedly")))
}

async fn connect(path: &Path, access: Access, limits: &Limits) -> Result<SqliteConnection, LiveError> {
    let options = SqliteConnectOptions::new()
        .filename(file::uri(path, access)?)
        .read_only(true)
        .create_if_missing(false)
        .foreign_keys(false)
        .busy_timeout(limits.lock)
        // SQLite works on a thread of its own; with few rows at a time the two mostly wait for each other.
        .row_buffer_size(ROWS_AT_ONCE)
        .pragma("query_only", "on")
        // A file comes with the repository, so its views and expressions may call nothing with effects.
        .pragma("trusted_schema", "off");
    match tokio::time::timeout(limits.connect, options.connect()).await {
        Ok(connection) => connection.map_err(|error| explain(&error, path)),
        Err(_) => Err(LiveError::new(
            ErrorKind::TimedOut,
            format!("{} could not be opened within {} s", path.display(), limits.connect.as_secs_f32()),
        )),
    }
}

async fn read_once(path: &Path, access: Access, limits: &Limits, known: Option<i64>) -> Result<Reading, LiveError> {
    let mut connection = connect(path, access, limits).await?;
    let result = read_in_transaction(&mut connection, path, known).await;
    let _ = connection.close().await;
    result
}

async fn read_in_transaction(
    connection: &mut SqliteConnection,
    path: &Path,
    known: Option<i64>,
) -> Result<Reading, LiveError> {
    let failed = |error: sqlx::Error| explain(&error, path);
    sqlx::raw_sql("begin").execute(&mut *connection).await.map_err(failed)?;
    let version = select(connection, statements::SCHEMA_VERSION).await.map_err(failed)?;
    let version: i64 = version.first().and_then(|row| row.try_get(0).ok()).unwrap_or_default();
    if known == Some(version) {
        return Ok(Reading { version, live: None });
    }
    let answers = Answers {
        objects: select(connection, statements::OBJECTS).await.map_err(failed)?,
        tables: select(connection, statements::TABLES).await.map_err(failed)?,
        columns: select(connection, statements::COLUMNS).await.map_err(failed)?,
        virtual_columns: virtual_columns(connection).await.map_err(failed)?,
        indexes: select(connection, statements::INDEXES).await.map_err(failed)?,
        foreign_keys: select(connection, statements::FOREIGN_KEYS).await.map_err(failed)?,
    };
    let assembled = assemble(&answers).map_err(|_| unexpected(&path.display()))?;
    let evidence = evidence::gather(connection, &assembled).await;
    let engine = select(connection, statements::VERSION).await.map_err(failed)?;
    sqlx::raw_sql("rollback").execute(&mut *connection).await.map_err(failed)?;

    let mut catalog = Catalog { tables: assembled.tables, views: assembled.views, ..Catalog::empty(Dialect::Sqlite) };
    catalog.sort();
    let database = DatabaseIdentity {
        name: path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
        host: None,
        server_version: engine.first().and_then(|row| row.try_get(0).ok()).unwrap_or_default(),
        user: None,
    };
    let live = LiveCatalog { evidence, spellings: assembled.spellings, ..LiveCatalog::new(catalog, database) };
    Ok(Reading { version, live: Some(live) })
}

/// One by one: a virtual table whose module is not built in cannot tell its columns, and must not silence the others.
async fn virtual_columns(connection: &mut SqliteConnection) -> Result<Vec<Row>, sqlx::Error> {
    let mut columns = Vec::new();
    for row in select(connection, statements::VIRTUAL_TABLES).await? {
        let Ok(name) = row.try_get::<String>(0) else { continue };
        let rows = sqlx::query(statements::VIRTUAL_COLUMNS).bind(name).fetch_all(&mut *connection).await;
        columns.extend(rows.unwrap_or_default().iter().filter_map(|row| Row::try_from(row).ok()));
    }
    Ok(columns)
}

async fn select(connection: &mut SqliteConnection, sql: impl Into<String>) -> Result<Vec<Row>, sqlx::Error> {
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.into())).fetch_all(connection).await?;
    rows.iter().map(Row::try_from).collect()
}

fn unexpected(shown: &dyn Display) -> LiveError {
    LiveError::new(ErrorKind::Other, format!("{shown} describes itself in a way that is not understood"))
}

/// What SQLite's result codes mean for people. <https://www.sqlite.org/rescode.html>
fn explain(error: &sqlx::Error, path: &Path) -> LiveError {
    let shown = path.display();
    let code: Option<i32> = error.as_database_error().and_then(|error| error.code()).and_then(|code| code.parse().ok());
    let (kind, message) = match code.map(|code| code & 0xff) {
        Some(5 | 6) => {
            (ErrorKind::Busy, format!("{shown} is locked by another process that is writing; it is read again later"))
        }
        Some(8) => (
            ErrorKind::NotReadOnly,
            format!(
                "{shown} was left in the middle of a write: open it once with its application, so that it recovers"
            ),
        ),
        Some(11) => (ErrorKind::NotADatabase, format!("{shown} is damaged: run `PRAGMA integrity_check` on it")),
        Some(26) => (ErrorKind::NotADatabase, format!("{shown} is not a SQLite database")),
        Some(3 | 14 | 23) => (ErrorKind::Permission, format!("{shown} cannot be opened: check its permissions")),
        _ => {
            let reason = match error {
                sqlx::Error::Database(error) => error.message().to_owned(),
                other => other.to_string(),
            };
            (ErrorKind::Other, format!("{shown} cannot be read: {reason}"))
        }
    };
    LiveError::new(kind, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes through the connections that read; only SQLite can refuse them.
    #[tokio::test]
    async fn sqlite_refuses_every_write_of_the_connection() {
        let folder = tempfile::tempdir().expect("a folder");
        for journal in ["delete", "wal"] {
            let path = folder.path().join(journal);
            let mut writer = SqliteConnectOptions::new()
                .filename(&path)
                .create_if_missing(true)
                .connect()
                .await
                .expect("a new database");
            let script = format!("pragma journal_mode = {journal}; create table t (id int)");
            sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut writer).await.expect("a table");
            writer.close().await.expect("closing");
            let access = Trace::of(&path).and_then(|trace| trace.access(&path)).expect("a way in");
            let mut connection = connect(&path, access, &Limits::default()).await.expect("a connection");
            for sql in [
                "create table u (id int)",
                "insert into t values (1)",
                "drop table t",
                "pragma user_version = 7",
                "pragma query_only = off; insert into t values (1)",
            ] {
                let error = sqlx::raw_sql(sql).execute(&mut connection).await.map(drop).expect_err(sql);
                let code = error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned());
                assert_eq!(code.as_deref(), Some("8"), "{sql}: {error}");
            }
            connection.close().await.expect("closing");
        }
        let mut left: Vec<_> = std::fs::read_dir(folder.path())
            .expect("the folder")
            .map(|entry| entry.expect("an entry").file_name())
            .collect();
        left.sort();
        assert_eq!(left, ["delete", "wal"]);
    }
}
