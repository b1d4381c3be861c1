//! Reads PostgreSQL: one connection, one read-only snapshot, one statement for each kind of object.

mod assemble;
mod connect;
mod count;
mod evidence;
mod parts;
#[cfg(all(test, unix))]
#[path = "../../../tests/support/postgresql.rs"]
mod servers;
mod types;

use std::collections::BTreeSet;

use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Connection, Row};

pub(super) use count::count;

use super::address::Address;
use super::{ErrorKind, Limits, LiveError, Target};
use crate::catalog::{DatabaseIdentity, LiveCatalog};
use parts::{Parts, Versions};

/// What `structure.sql` and `relations.sql` count.
const VERSIONS: &str = include_str!("versions.sql");

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

    /// Reads everything in one snapshot, in which nobody has changed the structure meanwhile: what writes expressions and
    /// types back as text looks at what is there now, not at the snapshot.
    ///
    /// Of what is `kept` from the reading before only that is asked again which has changed since; it is kept for the next.
    async fn read(&mut self, limits: &Limits, mut kept: Option<&mut Kept>) -> Result<(LiveCatalog, Mark), LiveError> {
        const ATTEMPTS: usize = 3;
        for attempt in 1..=ATTEMPTS {
            let result = self.read_in_transaction(limits, kept.as_deref_mut()).await;
            // Also after a failure, so that the connection can be used again; a lost one cannot, which the next use tells.
            let ended = self.run("rollback").await;
            match result {
                // What it was about to describe has just gone.
                Err(error) if error.kind == ErrorKind::Other && ended.is_ok() && attempt < ATTEMPTS => {}
                Err(error) => return Err(error),
                Ok((live, mark)) => {
                    ended?;
                    if self.activity().await? == mark.activity || self.structure().await? == mark.structure {
                        return Ok((live, mark));
                    }
                }
            }
        }
        let message = format!("the structure at {} kept changing while it was read", self.address);
        Err(LiveError::new(ErrorKind::Busy, message))
    }

    /// A text that differs as soon as anybody has changed anything in the server's cluster. Costs next to nothing.
    async fn activity(&mut self) -> Result<String, LiveError> {
        self.text(include_str!("snapshot.sql")).await
    }

    /// A text that differs as soon as the structure has changed.
    async fn structure(&mut self) -> Result<String, LiveError> {
        self.text(&include_str!("structure.sql").replace("{versions}", VERSIONS)).await
    }

    async fn read_in_transaction(
        &mut self,
        limits: &Limits,
        kept: Option<&mut Kept>,
    ) -> Result<(LiveCatalog, Mark), LiveError> {
        let begin = include_str!("begin.sql")
            .replace("{statement}", &limits.statement.as_millis().to_string())
            .replace("{lock}", &limits.lock.as_millis().to_string())
            .replace("{idle}", &limits.idle_in_transaction().as_millis().to_string());
        let begun = sqlx::raw_sql(AssertSqlSafe(begin)).execute(&mut self.connection).await;
        begun.map_err(|error| connect::explain(&self.address, &error))?;
        // Asked before anything else: a pooler may have answered in the server's name.
        if self.text("show transaction_read_only").await? != "on" {
            return Err(LiveError::new(
                ErrorKind::NotReadOnly,
                format!("{} does not grant a read-only transaction, so nothing was read", self.address),
            ));
        }
        let server = self.select(include_str!("server.sql")).await?;
        let (structure, parts, kept) = match kept {
            None => (self.structure().await?, self.parts(None).await?, None),
            Some(kept) => {
                let versions = self.versions().await?;
                (versions.structure(), self.parts_since(std::mem::take(kept), &versions).await?, Some((kept, versions)))
            }
        };
        let answers = assemble::Answers {
            tables: self.tables().await?,
            parts,
            enums: self.select(include_str!("enums.sql")).await?,
            views: self.select(include_str!("views.sql")).await?,
            sequences: self.select(include_str!("sequences.sql")).await?,
            schemas: self.select(include_str!("schemas.sql")).await?,
            policies: self.select(include_str!("policies.sql")).await?,
            dependents: self.select(include_str!("dependents.sql")).await?,
        };
        let explain = |error: sqlx::Error| connect::explain(&self.address, &error);
        let (database, activity) = self.identity(&server).map_err(explain)?;
        let live = assemble::assemble(&answers, database).map_err(explain)?;
        if let Some((kept, versions)) = kept {
            *kept = Kept { versions, parts: answers.parts };
        }
        Ok((live, Mark { activity, structure }))
    }

    async fn versions(&mut self) -> Result<Versions, LiveError> {
        let rows = self.select(&include_str!("relations.sql").replace("{versions}", VERSIONS)).await?;
        Versions::of(&rows).map_err(|error| connect::explain(&self.address, &error))
    }

    /// What is `kept`, brought up to date, now that the relations have `versions`.
    async fn parts_since(&mut self, kept: Kept, versions: &Versions) -> Result<Parts, LiveError> {
        let Some(changed) = versions.changed_since(&kept.versions) else { return self.parts(None).await };
        let mut parts = kept.parts;
        if !changed.is_empty() {
            let new = self.parts(Some(&changed)).await?;
            parts.renew(new, &changed);
        }
        Ok(parts)
    }

    /// What tables are made of: all, or those with the oids `only`.
    async fn parts(&mut self, only: Option<&BTreeSet<i64>>) -> Result<Parts, LiveError> {
        let condition = |relation: &str| match only {
            None => String::new(),
            Some(oids) => {
                let oids: Vec<String> = oids.iter().map(i64::to_string).collect();
                format!("and {relation} = any ('{{{}}}'::oid[])", oids.join(","))
            }
        };
        let sql = |text: &str, relation: &str| text.replace("{only}", &condition(relation));
        Ok(Parts {
            columns: self.select(&sql(include_str!("columns.sql"), "a.attrelid")).await?,
            constraints: self.select(&sql(include_str!("constraints.sql"), "k.conrelid")).await?,
            indexes: self.select(&sql(include_str!("indexes.sql"), "i.indrelid")).await?,
        })
    }

    /// Which database this is, and what was going on when the snapshot was taken.
    fn identity(&self, server: &[PgRow]) -> Result<(DatabaseIdentity, String), sqlx::Error> {
        let row = server.first().ok_or(sqlx::Error::RowNotFound)?;
        // Packagers add to it: `15.18 (Debian 15.18-0+deb12u1)`.
        let version: String = row.try_get(0)?;
        let database = DatabaseIdentity {
            name: row.try_get(1)?,
            host: Some(self.address.host.clone()),
            server_version: version.split_whitespace().next().unwrap_or_default().to_owned(),
            user: Some(row.try_get(2)?),
        };
        Ok((database, row.try_get(3)?))
    }

    /// When a table was last read is kept since PostgreSQL 16.
    async fn tables(&mut self) -> Result<Vec<PgRow>, LiveError> {
        const KEEPS_SCANS: u32 = 160_000;
        let scans = match self.connection.server_version_num() {
            Some(version) if version >= KEEPS_SCANS => include_str!("last_scan.sql"),
            _ => "null::timestamptz",
        };
        self.select(&include_str!("tables.sql").replace("{last_scan}", scans)).await
    }

    async fn run(&mut self, sql: &'static str) -> Result<(), LiveError> {
        let result = sqlx::raw_sql(sql).execute(&mut self.connection).await;
        result.map(drop).map_err(|error| connect::explain(&self.address, &error))
    }

    /// By the simple protocol, which poolers pass on as it is; everything comes as text.
    async fn select(&mut self, sql: &str) -> Result<Vec<PgRow>, LiveError> {
        let result = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut self.connection).await;
        result.map_err(|error| connect::explain(&self.address, &error))
    }

    async fn text(&mut self, sql: &str) -> Result<String, LiveError> {
        let rows = self.select(sql).await?;
        let row = rows.first().ok_or(sqlx::Error::RowNotFound);
        row.and_then(|row| row.try_get(0)).map_err(|error| connect::explain(&self.address, &error))
    }
}

/// Whether the session that start-up options ask for is read-only before anything else is said.
pub(super) async fn keeps_read_only(target: &Target, limits: &Limits) -> Result<bool, LiveError> {
    let mut session = Session::open(target, limits).await?;
    let answer = session.text("show default_transaction_read_only").await;
    session.close().await;
    Ok(answer? == "on")
}

/// Reads once.
pub(super) async fn read(target: &Target, limits: &Limits) -> Result<LiveCatalog, LiveError> {
    let mut session = Session::open(target, limits).await?;
    let result = session.read(limits, None).await;
    session.close().await;
    result.map(|(live, _)| live)
}

/// What the server said at the moment of a reading, to be compared with what it says later.
#[derive(Default)]
struct Mark {
    activity: String,
    structure: String,
}

/// What stays of a reading for the next one.
#[derive(Default)]
struct Kept {
    versions: Versions,
    parts: Parts,
}

/// A held connection, and what the last reading has left.
#[derive(Default)]
pub(super) struct Watch {
    session: Option<Session>,
    mark: Mark,
    kept: Kept,
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
        let mut live = None;
        if must {
            self.kept = Kept::default();
        }
        if must || self.has_changed(&mut session).await? {
            let (catalog, mark) = session.read(limits, Some(&mut self.kept)).await?;
            (live, self.mark) = (Some(catalog), mark);
        }
        self.session = Some(session);
        Ok(live)
    }

    /// Whether the structure is another than at the last mark: one statement, where nobody has changed anything.
    async fn has_changed(&mut self, session: &mut Session) -> Result<bool, LiveError> {
        let activity = session.activity().await?;
        if activity == self.mark.activity {
            return Ok(false);
        }
        if session.structure().await? != self.mark.structure {
            return Ok(true);
        }
        // Asked before the structure, so that what changed meanwhile is noticed the next time.
        self.mark.activity = activity;
        Ok(false)
    }

    /// Gives the connection back; the next look makes another.
    pub async fn rest(&mut self) {
        self.kept = Kept::default();
        if let Some(session) = self.session.take() {
            session.close().await;
        }
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
