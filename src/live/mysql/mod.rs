//! Reads MySQL and MariaDB: one connection that refuses writes, one statement for each kind of object.
//!
//! Neither describes its schema in a snapshot. So the counters of DDL statements are compared before and after, and what
//! was read while somebody changed the schema is read again.

mod assemble;
mod connect;
mod count;
#[cfg(all(test, unix))]
#[path = "../../../tests/support/mysql.rs"]
mod servers;

use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, Connection};

pub(super) use count::count;

use super::address::Address;
use super::{ErrorKind, Limits, LiveError, Target};
use crate::catalog::{DatabaseIdentity, LiveCatalog};

/// How often a reading starts again because somebody changed the schema meanwhile.
const ATTEMPTS: usize = 3;

struct Session {
    connection: MySqlConnection,
    address: Address,
    is_mariadb: bool,
    version: String,
    user: String,
}

impl Session {
    /// Connects, and has the server refuse writes from then on.
    async fn open(target: &Target, limits: &Limits) -> Result<Self, LiveError> {
        let (connection, address) = connect::connect(target, limits).await?;
        let mut session = Self { connection, address, is_mariadb: false, version: String::new(), user: String::new() };
        session.run("set session transaction read only").await?;
        let granted: Vec<(String, String)> = session.select(include_str!("read_only.sql")).await?;
        if granted.is_empty() || granted.iter().any(|(_, value)| value != "ON") {
            return Err(LiveError::new(
                ErrorKind::NotReadOnly,
                format!("{} does not grant read-only transactions, so nothing was read", session.address),
            ));
        }
        let server: Vec<(String, String, String)> = session.select(include_str!("server.sql")).await?;
        if let Some((version, _, user)) = server.into_iter().next() {
            session.is_mariadb = version.contains("MariaDB");
            // Packagers add to it: `9.7.4-2`, `10.11.19-MariaDB-0+deb12u1`.
            session.version = version.split('-').next().unwrap_or_default().to_owned();
            session.user = user.split('@').next().unwrap_or_default().to_owned();
        }
        let limit = if session.is_mariadb {
            format!("set session max_statement_time = {}", limits.statement.as_secs_f64())
        } else {
            // Also, row estimates are not to be those of yesterday.
            let limit = limits.statement.as_millis();
            format!("set session max_execution_time = {limit}, session information_schema_stats_expiry = 0")
        };
        session.run(limit).await?;
        session.run(format!("set session lock_wait_timeout = {}", limits.lock.as_secs().max(1))).await?;
        Ok(session)
    }

    /// Reads everything, until nobody has changed the schema meanwhile.
    async fn read(&mut self) -> Result<LiveCatalog, LiveError> {
        for _ in 0..ATTEMPTS {
            let before = self.counters().await?;
            let answers = assemble::Answers {
                tables: self.select(include_str!("tables.sql")).await?,
                columns: self.select(include_str!("columns.sql")).await?,
                indexes: self
                    .select(if self.is_mariadb {
                        include_str!("indexes_mariadb.sql")
                    } else {
                        include_str!("indexes.sql")
                    })
                    .await?,
                foreign_keys: self.select(include_str!("foreign_keys.sql")).await?,
                checks: self
                    .select(if self.is_mariadb {
                        include_str!("checks_mariadb.sql")
                    } else {
                        include_str!("checks.sql")
                    })
                    .await?,
                views: self.select(include_str!("views.sql")).await?,
            };
            if self.counters().await? != before {
                continue;
            }
            let (catalog, evidence) = assemble::assemble(answers, self.is_mariadb);
            let database = DatabaseIdentity {
                name: self.address.database.clone(),
                host: Some(self.address.host.clone()),
                server_version: self.version.clone(),
                user: Some(self.user.clone()),
            };
            return Ok(LiveCatalog { evidence, ..LiveCatalog::new(catalog, database) });
        }
        Err(LiveError::new(ErrorKind::Busy, format!("the schema at {} kept changing while it was read", self.address)))
    }

    /// A text that differs as soon as somebody has run DDL on the server.
    async fn counters(&mut self) -> Result<String, LiveError> {
        let rows: Vec<(String, String)> = self.select(include_str!("counters.sql")).await?;
        Ok(rows.into_iter().map(|(name, value)| format!("{name}={value} ")).collect())
    }

    async fn run(&mut self, sql: impl Into<String>) -> Result<(), LiveError> {
        let result = sqlx::raw_sql(AssertSqlSafe(sql.into())).execute(&mut self.connection).await;
        result.map(drop).map_err(|error| connect::explain(&self.address, &error))
    }

    async fn select<T>(&mut self, sql: &'static str) -> Result<Vec<T>, LiveError>
    where
        T: for<'r> sqlx::FromRow<'r, MySqlRow>,
    {
        let rows = sqlx::raw_sql(sql).fetch_all(&mut self.connection).await;
        rows.and_then(|rows| rows.iter().map(T::from_row).collect())
            .map_err(|error| connect::explain(&self.address, &error))
    }
}

/// Reads once.
pub(super) async fn read(target: &Target, limits: &Limits) -> Result<LiveCatalog, LiveError> {
    let mut session = Session::open(target, limits).await?;
    let result = session.read().await;
    let _ = session.connection.close().await;
    result
}

/// How often is read again after the counters have moved: the server counts a statement when it begins, and what it does
/// shows when it ends. One that takes longer is found by the unconditional reading.
const AFTERMATH: u32 = 5;

/// A held connection, and what the server's counters were when its structure was read last.
#[derive(Default)]
pub(super) struct Watch {
    session: Option<Session>,
    counters: String,
    /// How many looks still read whatever the counters say.
    aftermath: u32,
}

impl Watch {
    /// Reads, if the structure has changed since the last time, or if it `must`.
    pub async fn poll(
        &mut self,
        target: &Target,
        limits: &Limits,
        must: bool,
    ) -> Result<Option<LiveCatalog>, LiveError> {
        if let Some(session) = self.session.take() {
            match self.look(session, must).await {
                // It may have been closed for idling, or by a restart that is over.
                Err(error) if error.kind == ErrorKind::Unreachable => {}
                result => return result,
            }
        }
        let session = Session::open(target, limits).await?;
        // Nothing is known of what happened without a connection.
        self.look(session, true).await
    }

    /// Keeps the session only if all went well: what is cut off in the middle of an answer cannot be used again.
    async fn look(&mut self, mut session: Session, must: bool) -> Result<Option<LiveCatalog>, LiveError> {
        // Asked before reading, so that what changes meanwhile is noticed the next time.
        let counters = session.counters().await?;
        if counters != self.counters {
            self.aftermath = AFTERMATH;
        }
        let live = if must || self.aftermath > 0 { Some(session.read().await?) } else { None };
        self.aftermath = self.aftermath.saturating_sub(1);
        self.counters = counters;
        self.session = Some(session);
        Ok(live)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::catalog::Dialect;

    /// Writes through the connection that reads, as a role that may write; only the server can refuse them.
    #[tokio::test]
    async fn the_server_refuses_every_write_of_the_connection() {
        let Some(server) = servers::Server::shared() else { return };
        server.create("refusal", "create table t (id int)").await;
        let target = Target {
            dialect: Dialect::Mysql,
            url: server.root_url("refusal").into(),
            auth_token: None,
            folder: ".".into(),
        };
        let limits = Limits { statement: std::time::Duration::from_millis(200), ..Limits::default() };
        let mut session = Session::open(&target, &limits).await.expect("a session");
        for sql in ["create table u (id int)", "insert into t values (1)", "drop table t", "truncate t"] {
            let error = sqlx::raw_sql(sql).execute(&mut session.connection).await.map(drop).expect_err(sql);
            let code = error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned());
            assert_eq!(code.as_deref(), Some("25006"), "{sql}: {error}");
        }
        let slow = "select count(*) from information_schema.columns a, information_schema.columns b, mysql.user c";
        let error = session.run(slow).await.expect_err("it takes too long");
        assert_eq!(error.kind, ErrorKind::TimedOut, "{error}");
    }
}
