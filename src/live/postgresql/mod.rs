//! Reads PostgreSQL: one connection, one read-only snapshot, one statement for each kind of object.

mod assemble;
mod connect;
mod count;
mod evidence;
#[cfg(all(test, unix))]
#[path = "../../../tests/support/postgresql.rs"]
mod servers;
mod types;

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, Row};

pub(super) use count::count;

use super::address::Address;
use super::{ErrorKind, Limits, LiveError, Target};
use crate::catalog::{DatabaseIdentity, LiveCatalog};

/// A connection that can only read, and knows how to speak of its server.
struct Session {
    connection: PgConnection,
    address: Address,
}

impl Session {
    /// Connects. Writes are refused from the start on, where the server takes start-up options.
    async fn open(target: &Target, limits: &Limits) -> Result<Self, LiveError> {
        let (connection, address) = connect::connect(target, limits).await?;
        Ok(Self { connection, address })
    }

    /// Says good-bye to the server.
    async fn close(self) {
        let _ = self.connection.close().await;
    }

    /// Reads everything in one snapshot.
    async fn read(&mut self, limits: &Limits) -> Result<LiveCatalog, LiveError> {
        let result = self.read_in_transaction(limits).await;
        // Also after a failure, so that the connection can be used again; a lost one cannot, which the next use tells.
        let ended = self.run("rollback").await;
        result.and_then(|live| ended.map(|()| live))
    }

    /// A text that differs as soon as anybody has changed anything in the server's cluster. Costs next to nothing.
    async fn activity(&mut self) -> Result<String, LiveError> {
        self.text(include_str!("snapshot.sql")).await
    }

    /// A text that differs as soon as the structure has changed.
    async fn structure(&mut self) -> Result<String, LiveError> {
        self.text(include_str!("structure.sql")).await
    }

    async fn read_in_transaction(&mut self, limits: &Limits) -> Result<LiveCatalog, LiveError> {
        self.run("begin transaction isolation level repeatable read read only").await?;
        // Asked before anything else: a pooler may have answered in the server's name.
        if self.text("show transaction_read_only").await? != "on" {
            return Err(LiveError::new(
                ErrorKind::NotReadOnly,
                format!("{} does not grant a read-only transaction, so nothing was read", self.address),
            ));
        }
        let local = include_str!("limits.sql")
            .replace("{statement}", &limits.statement.as_millis().to_string())
            .replace("{lock}", &limits.lock.as_millis().to_string());
        sqlx::raw_sql(AssertSqlSafe(local))
            .execute(&mut self.connection)
            .await
            .map_err(|error| connect::explain(&self.address, &error))?;

        let server = self.select(include_str!("server.sql")).await?;
        let answers = assemble::Answers {
            tables: self.select(include_str!("tables.sql")).await?,
            columns: self.select(include_str!("columns.sql")).await?,
            constraints: self.select(include_str!("constraints.sql")).await?,
            indexes: self.select(include_str!("indexes.sql")).await?,
            enums: self.select(include_str!("enums.sql")).await?,
            views: self.select(include_str!("views.sql")).await?,
            sequences: self.select(include_str!("sequences.sql")).await?,
            schemas: self.select(include_str!("schemas.sql")).await?,
            policies: self.select(include_str!("policies.sql")).await?,
        };
        let explain = |error: sqlx::Error| connect::explain(&self.address, &error);
        let database = self.identity(&server).map_err(explain)?;
        assemble::assemble(&answers, database).map_err(explain)
    }

    fn identity(&self, server: &[PgRow]) -> Result<DatabaseIdentity, sqlx::Error> {
        let row = server.first().ok_or(sqlx::Error::RowNotFound)?;
        // Packagers add to it: `15.18 (Debian 15.18-0+deb12u1)`.
        let version: String = row.try_get(0)?;
        Ok(DatabaseIdentity {
            name: row.try_get(1)?,
            host: Some(self.address.host.clone()),
            server_version: version.split_whitespace().next().unwrap_or_default().to_owned(),
            user: Some(row.try_get(2)?),
        })
    }

    async fn run(&mut self, sql: &'static str) -> Result<(), LiveError> {
        let result = sqlx::raw_sql(sql).execute(&mut self.connection).await;
        result.map(drop).map_err(|error| connect::explain(&self.address, &error))
    }

    /// By the simple protocol, which poolers pass on as it is; everything comes as text.
    async fn select(&mut self, sql: &'static str) -> Result<Vec<PgRow>, LiveError> {
        let result = sqlx::raw_sql(sql).fetch_all(&mut self.connection).await;
        result.map_err(|error| connect::explain(&self.address, &error))
    }

    async fn text(&mut self, sql: &'static str) -> Result<String, LiveError> {
        let rows = self.select(sql).await?;
        let row = rows.first().ok_or(sqlx::Error::RowNotFound);
        row.and_then(|row| row.try_get(0)).map_err(|error| connect::explain(&self.address, &error))
    }
}

/// Reads once.
pub(super) async fn read(target: &Target, limits: &Limits) -> Result<LiveCatalog, LiveError> {
    let mut session = Session::open(target, limits).await?;
    let result = session.read(limits).await;
    session.close().await;
    result
}

/// A held connection, and what the server said when its structure was read last.
#[derive(Default)]
pub(super) struct Watch {
    session: Option<Session>,
    activity: String,
    structure: String,
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
            match self.look(session, limits, must).await {
                // It may have been closed for idling, or by a restart that is over.
                Err(error) if error.kind == ErrorKind::Unreachable => {}
                result => return result,
            }
        }
        let session = Session::open(target, limits).await?;
        // Nothing is known of what happened without a connection.
        self.look(session, limits, true).await
    }

    /// Keeps the session only if all went well: what is cut off in the middle of an answer cannot be used again.
    async fn look(
        &mut self,
        mut session: Session,
        limits: &Limits,
        must: bool,
    ) -> Result<Option<LiveCatalog>, LiveError> {
        // Asked before reading, so that what changes meanwhile is noticed the next time.
        let activity = session.activity().await?;
        if !must && activity == self.activity {
            self.session = Some(session);
            return Ok(None);
        }
        let structure = session.structure().await?;
        let changed = must || structure != self.structure;
        let live = if changed { Some(session.read(limits).await?) } else { None };
        (self.activity, self.structure) = (activity, structure);
        self.session = Some(session);
        Ok(live)
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use crate::catalog::Dialect;

    /// Writes through the connection that reads; only the server can refuse them.
    #[tokio::test]
    async fn the_server_refuses_every_write_of_the_connection() {
        let Some(server) = servers::Server::shared() else { return };
        server.create("refusal", "create table t (id int); create sequence s").await;
        let target = Target {
            dialect: Dialect::Postgresql,
            url: server.url("refusal").into(),
            auth_token: None,
            folder: ".".into(),
        };
        let limits = Limits { statement: std::time::Duration::from_millis(200), ..Limits::default() };
        let mut session = Session::open(&target, &limits).await.expect("a session");
        for sql in
            ["create table u (id int)", "insert into t values (1)", "drop table t", "select nextval('s')", "truncate t"]
        {
            let error = sqlx::raw_sql(sql).execute(&mut session.connection).await.map(drop).expect_err(sql);
            let code = error.as_database_error().and_then(|error| error.code()).map(|code| code.into_owned());
            assert_eq!(code.as_deref(), Some("25006"), "{sql}: {error}");
        }
        let error = session.run("select pg_sleep(5)").await.expect_err("it takes too long");
        assert_eq!(error.kind, ErrorKind::TimedOut, "{error}");
        // Within the snapshot too, whatever the session's default may have become.
        session.run("set default_transaction_read_only = off").await.expect("a setting");
        session.run("begin transaction isolation level repeatable read read only").await.expect("a transaction");
        let error =
            sqlx::raw_sql("drop table t").execute(&mut session.connection).await.map(drop).expect_err("refused");
        assert!(error.to_string().contains("read-only"), "{error}");
        session.close().await;
    }
}
