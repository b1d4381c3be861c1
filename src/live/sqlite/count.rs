//! Counts rows in a SQLite file, leaving nothing behind.

use std::path::Path;
use std::time::Instant;

use sqlx::sqlite::{SqliteConnection, SqliteRow};
use sqlx::{AssertSqlSafe, Connection, Row};

use super::super::count::{Answers, Questions};
use super::super::{ErrorKind, Limits, LiveError, Target};
use super::file::Access;
use super::{ATTEMPTS, connect, path_of, trace};

/// Answers `questions`, as far as the file can be read and the time allows.
pub(in crate::live) async fn count(
    target: &Target,
    limits: &Limits,
    questions: &Questions,
) -> Result<Answers, LiveError> {
    let path = path_of(target)?;
    for _ in 0..ATTEMPTS {
        let before = trace(&path).await?;
        let access = before.access(&path)?;
        let answers = count_once(&path, access, limits, questions).await;
        // Without locks it holds only if nothing has moved.
        if access != Access::Immutable || trace(&path).await? == before {
            return answers;
        }
    }
    Err(LiveError::new(ErrorKind::Busy, format!("{} kept changing while it was read", path.display())))
}

async fn count_once(path: &Path, access: Access, limits: &Limits, questions: &Questions) -> Result<Answers, LiveError> {
    let mut connection = connect(path, access, limits).await?;
    let mut answers = Answers::new();
    for chunk in &questions.chunks {
        match numbers(&mut connection, &chunk.join(" union all ")).await {
            Ok(numbers) => answers.extend(numbers),
            Err(_) => {
                for statement in chunk.iter().filter(|_| Instant::now() < questions.deadline) {
                    answers.extend(numbers(&mut connection, statement).await.unwrap_or_default());
                }
            }
        }
        if Instant::now() >= questions.deadline {
            break;
        }
    }
    let _ = connection.close().await;
    Ok(answers)
}

async fn numbers(connection: &mut SqliteConnection, sql: &str) -> Result<Answers, sqlx::Error> {
    let rows = sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).fetch_all(connection).await?;
    rows.iter().map(|row: &SqliteRow| Ok((row.try_get(0)?, row.try_get(1)?))).collect()
}
