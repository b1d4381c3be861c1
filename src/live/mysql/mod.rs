//! Reads MySQL and MariaDB: one connection that refuses writes, one statement for each kind of object.
//!
//! MySQL describes its schema in a snapshot. With MariaDB the counters of DDL statements are compared before and after, and
//! what was read while somebody changed the schema is read again.

mod assemble;
mod connect;
mod count;
mod expression;
mod gate;
mod indexes;
mod privileges;
#[cfg(all(test, unix))]
#[path = "../../../tests/support/mysql.rs"]
mod servers;

use futures::StreamExt;
use sqlx::mysql::{MySqlConnection, MySqlRow};
use sqlx::{AssertSqlSafe, Connection, Row};

pub(super) use count::count;
pub use gate::Gate;

use super::address::Address;
use super::template::fill;
use super::{ErrorKind, Limits, LiveError, Target};
use crate::catalog::{DatabaseIdentity, Family, LiveCatalog};
use assemble::{Answers, Assembled, TableRow, ViewRow};

/// How often a reading starts again because somebody changed the schema meanwhile.
const ATTEMPTS: usize = 3;

/// Of how many objects one statement asks at most.
const MANY: usize = 500;

struct Session {
    connection: MySqlConnection,
    address: Address,
    is_mariadb: bool,
    version: String,
    user: String,
    /// Whether the role may use every table.
    sees_all: bool,
}

impl Session {
    /// Connects, and has the server refuse writes from then on.
    async fn open(target: &Target, limits: &Limits) -> Result<Self, LiveError> {
        let (connection, address) = connect::connect(target, limits).await?;
        let mut session = Self {
            connection,
            address,
            is_mariadb: false,
            version: String::new(),
            user: String::new(),
            sees_all: true,
        };
        session.run("set session transaction isolation level repeatable read, read only").await?;
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
        // Whoever may not even ask is not told either.
        let grants: Vec<(String,)> = session.select(include_str!("grants.sql")).await.unwrap_or_default();
        let grants: Vec<String> = grants.into_iter().map(|(grant,)| grant).collect();
        session.sees_all = grants.is_empty() || privileges::reach_all(&grants, &session.address.database);
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

    /// Reads everything. MySQL's data dictionary takes part in a snapshot. MariaDB's does not, and is read until nobody has
    /// changed it meanwhile, or until it reads the same twice (its counters move with temporary tables too).
    async fn read(&mut self) -> Result<LiveCatalog, LiveError> {
        let has_snapshot =
            !self.is_mariadb && self.run("start transaction with consistent snapshot, read only").await.is_ok();
        if has_snapshot {
            let answers = self.answers().await;
            self.run("rollback").await?;
            return Ok(self.live(answers?).await);
        }
        let mut known: Option<Answers> = None;
        for _ in 0..ATTEMPTS {
            let before = self.counters().await?;
            let answers = self.answers().await?;
            let same = known.is_some_and(|known| known.structure() == answers.structure());
            if same || self.counters().await? == before {
                return Ok(self.live(answers).await);
            }
            known = Some(answers);
        }
        Err(LiveError::new(ErrorKind::Busy, format!("the schema at {} kept changing while it was read", self.address)))
    }

    async fn answers(&mut self) -> Result<Answers, LiveError> {
        let mariadb = self.is_mariadb;
        let own = |mysql: &'static str, other: &'static str| if mariadb { other } else { mysql };
        Ok(Answers {
            database: self.select(include_str!("database.sql")).await?,
            tables: self.select(include_str!("tables.sql")).await?,
            columns: self.select(include_str!("columns.sql")).await?,
            statistics: self
                .select(own(include_str!("statistics.sql"), include_str!("statistics_mariadb.sql")))
                .await?,
            foreign_keys: self.select(include_str!("foreign_keys.sql")).await?,
            checks: self.select(own(include_str!("checks.sql"), include_str!("checks_mariadb.sql"))).await?,
            views: self.select(own(include_str!("views.sql"), include_str!("views_mariadb.sql"))).await?,
            // MariaDB would open every table of every database for it.
            namesakes: if mariadb { Vec::new() } else { self.select(include_str!("namesakes.sql")).await? },
            ..Answers::default()
        })
    }

    /// Adds what is asked of single objects, outside of any transaction. Whoever may not know it reads the rest.
    async fn live(&mut self, mut answers: Answers) -> LiveCatalog {
        let visible = |row: &&ViewRow| row.4.is_none() && row.1.as_deref().is_some_and(|query| !query.is_empty());
        let views: Vec<String> = answers.views.iter().filter(visible).map(|row| row.0.clone()).collect();
        answers.algorithms = self.algorithms(&views).await;
        let named = |fits: fn(&&TableRow) -> bool| -> Vec<String> {
            answers.tables.iter().filter(fits).map(|row| row.0.clone()).collect()
        };
        let (sequences, doubtful) = (
            named(|row| row.1 == "SEQUENCE"),
            named(|row| row.1 == "BASE TABLE" && (row.5 == Some(0) || assemble::is_partitioned(row))),
        );
        answers.sequences = self.of_each(include_str!("sequence.sql"), &sequences).await;
        let holds_rows: Vec<(String, bool)> = self.of_each(include_str!("holds_rows.sql"), &doubtful).await;
        answers.empty = holds_rows.into_iter().filter(|(_, any)| !any).map(|(table, _)| table).collect();

        let Assembled { catalog, evidence, words } =
            assemble::assemble(answers, &self.address.database, self.is_mariadb);
        let database = DatabaseIdentity {
            name: self.address.database.clone(),
            host: Some(self.address.host.clone()),
            server_version: self.version.clone(),
            user: Some(self.user.clone()),
        };
        let unreadable = if self.sees_all { Vec::new() } else { vec![self.address.database.clone()] };
        let information_schema = Some(Box::new(words));
        LiveCatalog { evidence, information_schema, unreadable, ..LiveCatalog::new(catalog, database) }
    }

    /// One statement that asks `sql` of each of `names`, or of the first of them.
    async fn of_each<T>(&mut self, sql: &str, names: &[String]) -> Vec<T>
    where
        T: for<'r> sqlx::FromRow<'r, MySqlRow>,
    {
        if names.is_empty() {
            return Vec::new();
        }
        let parts: Vec<String> = names.iter().take(MANY).map(|name| about(sql, name)).collect();
        let rows = sqlx::raw_sql(AssertSqlSafe(parts.join(" union all "))).fetch_all(&mut self.connection).await;
        rows.and_then(|rows| rows.iter().map(T::from_row).collect()).unwrap_or_default()
    }

    /// The algorithms of views, which MySQL tells only in their DDL: in one packet, and after an error the rest once more.
    async fn algorithms(&mut self, views: &[String]) -> Vec<(String, String)> {
        let mut result = Vec::new();
        let mut start = 0;
        for _ in 0..ATTEMPTS {
            let parts: Vec<String> =
                views[start..].iter().map(|name| about(include_str!("algorithm.sql"), name)).collect();
            if parts.is_empty() {
                break;
            }
            let sql = AssertSqlSafe(parts.join("; "));
            let mut rows = sqlx::raw_sql(sql).fetch(&mut self.connection);
            while let Some(Ok(row)) = rows.next().await {
                start += 1;
                if let (Ok(name), Ok(ddl)) = (row.try_get::<String, _>(0), row.try_get::<String, _>(1)) {
                    let algorithm = ddl.split_once("ALGORITHM=").and_then(|(_, rest)| rest.split(' ').next());
                    result.extend(algorithm.map(|algorithm| (name, algorithm.to_owned())));
                }
            }
            // Past the one that failed.
            start = (start + 1).min(views.len());
        }
        result
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

/// `sql` about one object, its name quoted as string and as identifier.
fn about(sql: &str, name: &str) -> String {
    fill(sql, &[("text", &Family::Mysql.literal(name)), ("name", &name.replace('`', "``"))])
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
    /// Gives the connection back; the next look makes another.
    pub fn rest(&mut self) {
        self.session = None;
    }

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
