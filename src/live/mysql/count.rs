//! Counts rows in MySQL and MariaDB, on a session that refuses writes.

use std::time::Instant;

use sqlx::mysql::MySqlRow;
use sqlx::{AssertSqlSafe, Connection, Row};

use super::super::count::{Answers, Questions};
use super::super::{ErrorKind, Limits, LiveError, Target};
use super::{Session, connect};

/// Answers `questions`, as far as the role may and the time allows.
pub(in crate::live) async fn count(
    target: &Target,
    limits: &Limits,
    questions: &Questions,
) -> Result<Answers, LiveError> {
    let mut session = Session::open(target, limits).await?;
    let mut answers = Answers::new();
    for chunk in &questions.chunks {
        match session.numbers(&chunk.join(" union all ")).await {
            Ok(numbers) => answers.extend(numbers),
            Err(error) if error.kind == ErrorKind::Unreachable => return Err(error),
            // One table of the chunk may not be read: the others are asked by themselves.
            Err(_) if chunk.len() > 1 => {
                for statement in chunk.iter().filter(|_| Instant::now() < questions.deadline) {
                    answers.extend(session.numbers(statement).await.unwrap_or_default());
                }
            }
            Err(_) => {}
        }
        if Instant::now() >= questions.deadline {
            break;
        }
    }
    let _ = session.connection.close().await;
    Ok(answers)
}

impl Session {
    async fn numbers(&mut self, sql: &str) -> Result<Answers, LiveError> {
        let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(&mut self.connection).await;
        let number = |row: &MySqlRow| Ok((row.try_get::<i64, _>(0)?, row.try_get(1)?));
        rows.and_then(|rows| rows.iter().map(number).collect()).map_err(|error| connect::explain(&self.address, &error))
    }
}
