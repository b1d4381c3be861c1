//! Counts rows, where the user asks for proof instead of estimates: bounded, and as read-only as every other reading.

use std::time::Instant;

use super::template::{fill, table};
use super::{ErrorKind, Limits, LiveError, Target, libsql, mysql, postgresql, snapshot, sqlite};
use crate::catalog::{Dialect, RowCount};

/// How many tables are asked about in one statement, where a look at the first row is enough.
const CHUNK: usize = 100;

/// Questions about rows, as statements that each engine takes.
pub(super) struct Questions {
    /// Each answers with rows of (index of the table, number of rows found), and can be joined by `union all`.
    pub chunks: Vec<Vec<String>>,
    /// When to stop asking. What is not answered by then stays unknown.
    pub deadline: Instant,
}

/// What an engine answers.
pub(super) type Answers = Vec<(i64, i64)>;

/// A session that can be asked such questions.
pub(super) trait Counting {
    /// The answers to one statement.
    fn numbers(&mut self, sql: &str) -> impl Future<Output = Result<Answers, LiveError>> + Send;
}

/// Answers `questions` chunk by chunk, as far as they can be answered and the time allows.
pub(super) async fn answer(session: &mut impl Counting, questions: &Questions) -> Result<Answers, LiveError> {
    let mut answers = Answers::new();
    for chunk in &questions.chunks {
        match session.numbers(&chunk.join(" union all ")).await {
            Ok(numbers) => answers.extend(numbers),
            Err(error) if matches!(error.kind, ErrorKind::Unreachable | ErrorKind::NotReadOnly) => return Err(error),
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
    Ok(answers)
}

/// How many rows each of `tables` (schema and name) holds. The counting of a table stops after `at_most`; one that may
/// not be read, or that would hide rows from the role, is left out.
pub async fn count(
    target: &Target,
    tables: &[(Option<String>, String)],
    at_most: u64,
    limits: &Limits,
) -> Result<Vec<RowCount>, LiveError> {
    if tables.is_empty() || snapshot::named(target).is_some() {
        return Ok(Vec::new());
    }
    let statements: Vec<String> =
        tables.iter().enumerate().map(|(place, table)| question(target.dialect, place, table, at_most)).collect();
    let size = if at_most == 1 { CHUNK } else { 1 };
    let chunks = statements.chunks(size).map(<[String]>::to_vec).collect();
    let questions = Questions { chunks, deadline: Instant::now() + limits.refresh };
    let counted = ask(target, limits, &questions).await?.into_iter().filter_map(|(place, rows)| {
        let (schema, table) = tables.get(usize::try_from(place).ok()?)?;
        let rows = u64::try_from(rows).ok()?;
        Some(RowCount { schema: schema.clone(), table: table.clone(), rows, least: rows >= at_most })
    });
    Ok(counted.collect())
}

/// Asks the engine of `target`.
pub(super) async fn ask(target: &Target, limits: &Limits, questions: &Questions) -> Result<Answers, LiveError> {
    match target.dialect {
        Dialect::Postgresql => postgresql::count(target, limits, questions).await,
        Dialect::Mysql => mysql::count(target, limits, questions).await,
        Dialect::Sqlite | Dialect::Turso if libsql::is_remote(target) => libsql::count(target, limits, questions).await,
        Dialect::Sqlite | Dialect::Turso => sqlite::count(target, limits, questions).await,
        Dialect::Singlestore => Ok(Answers::new()),
    }
}

fn question(dialect: Dialect, place: usize, (schema, name): &(Option<String>, String), at_most: u64) -> String {
    let table = table(dialect.family(), schema.as_deref(), name);
    let (place, limit) = (place.to_string(), at_most.to_string());
    fill(include_str!("count.sql"), &[("place", &place), ("limit", &limit), ("table", &table)])
}
