//! Counts rows in MySQL and MariaDB, on a session that refuses writes.

use sqlx::mysql::MySqlRow;
use sqlx::{AssertSqlSafe, Connection, Row};

use super::super::count::{Answers, Counting, Questions, answer};
use super::super::{Limits, LiveError, Target};
use super::{Session, connect};

/// Answers `questions`, as far as the role may and the time allows.
pub(in crate::live) async fn count(
    target: &Target,
    limits: &Limits,
    questions: &Questions,
) -> Result<Answers, LiveError> {
    let mut session = Session::open(target, limits).await?;
    let answers = answer(&mut session, questions).await;
    let _ = session.connection.close().await;
    answers
}

impl Counting for Session {
    async fn numbers(&mut self, sql: &str) -> Result<Answers, LiveError> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut self.connection).await;
        let number = |row: &MySqlRow| Ok((row.try_get::<i64, _>(0)?, row.try_get(1)?));
        rows.and_then(|rows| rows.iter().map(number).collect()).map_err(|error| connect::explain(&self.address, &error))
    }
}
