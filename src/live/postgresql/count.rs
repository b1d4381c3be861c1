//! Counts rows in PostgreSQL, a read-only transaction for each chunk of tables.

use sqlx::{AssertSqlSafe, Row};

use super::super::count::{Answers, Counting, Questions, answer};
use super::super::{ErrorKind, Limits, LiveError, Target};
use super::{Session, connect};

/// Answers `questions`, as far as the role may and the time allows.
pub(in crate::live) async fn count(
    target: &Target,
    limits: &Limits,
    questions: &Questions,
) -> Result<Answers, LiveError> {
    let mut session = Session::open(target, limits).await?;
    let answers = answer(&mut session, questions).await;
    session.close().await;
    answers
}

impl Counting for Session {
    async fn numbers(&mut self, sql: &str) -> Result<Answers, LiveError> {
        self.run("begin transaction read only").await?;
        let result = self.numbers_in_transaction(sql).await;
        let ended = self.run("rollback").await;
        result.and_then(|numbers| ended.map(|()| numbers))
    }
}

impl Session {
    async fn numbers_in_transaction(&mut self, sql: &str) -> Result<Answers, LiveError> {
        if self.text("show transaction_read_only").await? != "on" {
            let message = format!("{} does not grant a read-only transaction, so nothing was counted", self.address);
            return Err(LiveError::new(ErrorKind::NotReadOnly, message));
        }
        // Policies must not hide rows: where they would, the server refuses instead.
        self.run("set local row_security = off").await?;
        let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut self.connection).await;
        let number = |row: &sqlx::postgres::PgRow| Ok((row.try_get::<i32, _>(0)?.into(), row.try_get(1)?));
        rows.and_then(|rows| rows.iter().map(number).collect()).map_err(|error| connect::explain(&self.address, &error))
    }
}
