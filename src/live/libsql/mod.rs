//! Reads SQLite databases behind a server: libSQL (Turso, `sqld`) and Cloudflare D1. The statements are those for files.

mod d1;
mod hrana;
mod http;

use std::collections::BTreeMap;
use std::time::Instant;

use secrecy::ExposeSecret;

use super::count::{self, Questions};
use super::sqlite::{self, Answers, Row, statements};
use super::{ErrorKind, Limits, LiveError, Target};
use crate::catalog::{Catalog, DatabaseIdentity, Dialect, Evidence, LiveCatalog, Rows};
use d1::D1;
use hrana::Hrana;
use http::Client;

/// SQL and its arguments, which are all texts.
type Statement = (String, Vec<String>);
/// What a statement gives, or why it gives nothing.
type Answer = Result<Vec<Row>, String>;

/// How many tables are asked about in one statement.
const CHUNK: usize = 100;

enum Server {
    Hrana(Hrana),
    D1(D1),
}

/// Whether a target of SQLite's family is behind a server.
pub(super) fn is_remote(target: &Target) -> bool {
    names_d1(target) || target.dialect == Dialect::Turso && !sqlite::names_a_file(target)
}

fn names_d1(target: &Target) -> bool {
    target.url.expose_secret().starts_with(d1::SCHEME)
}

/// Reads once.
pub(super) async fn read(target: &Target, limits: &Limits) -> Result<LiveCatalog, LiveError> {
    let (_, live) = Server::of(target, limits)?.read(target).await?;
    Ok(live)
}

/// Answers `questions`, as far as the time allows.
pub(super) async fn count(
    target: &Target,
    limits: &Limits,
    questions: &Questions,
) -> Result<count::Answers, LiveError> {
    let mut server = Server::of(target, limits)?;
    let mut answers = count::Answers::new();
    for chunk in &questions.chunks {
        if Instant::now() >= questions.deadline {
            break;
        }
        let together = server.any(&[statement(&chunk.join(" union all "))]).await?;
        answers.extend(together.iter().flatten().filter_map(|row| Some((row.try_get(0).ok()?, row.try_get(1).ok()?))));
    }
    Ok(answers)
}

/// The server, and what tells whether its structure is still the one that was read.
#[derive(Default)]
pub(super) struct Watch {
    server: Option<Server>,
    mark: Option<Vec<Row>>,
}

impl Watch {
    /// Reads, if the structure has changed since the last time, or if it `must`.
    pub async fn poll(
        &mut self,
        target: &Target,
        limits: &Limits,
        must: bool,
    ) -> Result<Option<LiveCatalog>, LiveError> {
        let mut server = match self.server.take() {
            Some(server) => server,
            None => Server::of(target, limits)?,
        };
        // Taken out: after a failure nothing that was seen counts any more.
        if let (Some(mark), false) = (self.mark.take(), must)
            && server.mark().await? == mark
        {
            (self.server, self.mark) = (Some(server), Some(mark));
            return Ok(None);
        }
        let (mark, live) = server.read(target).await?;
        (self.server, self.mark) = (Some(server), Some(mark));
        Ok(Some(live))
    }
}

impl Server {
    fn of(target: &Target, limits: &Limits) -> Result<Self, LiveError> {
        if names_d1(target) {
            D1::new(target, limits).map(Self::D1)
        } else {
            Hrana::new(target, limits).map(Self::Hrana)
        }
    }

    fn client(&self) -> &Client {
        match self {
            Self::Hrana(hrana) => hrana.client(),
            Self::D1(d1) => d1.client(),
        }
    }

    /// A question whose answer DDL changes: libSQL counts it, D1 gives no access to the count.
    fn gate(&self) -> &'static str {
        match self {
            Self::Hrana(_) => statements::SCHEMA_VERSION,
            Self::D1(_) => statements::OBJECTS,
        }
    }

    async fn mark(&mut self) -> Result<Vec<Row>, LiveError> {
        let gate = statement(self.gate());
        self.all(&[gate], true).await.map(|answers| answers.into_iter().flatten().collect())
    }

    /// Runs statements, all of which have to go well.
    async fn all(&mut self, statements: &[Statement], last: bool) -> Result<Vec<Vec<Row>>, LiveError> {
        let answers = match self {
            Self::Hrana(hrana) => hrana.run(statements, true, last).await?,
            Self::D1(d1) => d1.run(statements).await?,
        };
        let address = &self.client().address;
        let failed = |why: String| {
            LiveError::new(ErrorKind::Other, address.redacted(format!("{address} cannot be read: {why}")))
        };
        answers.into_iter().collect::<Result<_, _>>().map_err(failed)
    }

    /// Runs statements, of which any may fail, and ends the transaction.
    async fn any(&mut self, statements: &[Statement]) -> Result<Vec<Vec<Row>>, LiveError> {
        let answers = match self {
            Self::Hrana(hrana) => {
                let with_end = [statements, &[statement("rollback")]].concat();
                let mut answers = hrana.run(&with_end, false, true).await?;
                answers.pop();
                answers
            }
            Self::D1(d1) => d1.run(statements).await?,
        };
        Ok(answers.into_iter().map(Result::unwrap_or_default).collect())
    }

    /// The mark, then everything. D1 has no transaction, so there the mark is asked for again afterwards.
    async fn read(&mut self, target: &Target) -> Result<(Vec<Row>, LiveCatalog), LiveError> {
        let gate = statement(self.gate());
        if matches!(self, Self::Hrana(_)) {
            return self.read_once(target).await;
        }
        const ATTEMPTS: usize = 3;
        for _ in 0..ATTEMPTS {
            let (mark, live) = self.read_once(target).await?;
            if self.all(std::slice::from_ref(&gate), true).await?.concat() == mark {
                return Ok((mark, live));
            }
        }
        let message = format!("the schema at {} kept changing while it was read", self.client().address);
        Err(LiveError::new(ErrorKind::Busy, message))
    }

    async fn read_once(&mut self, target: &Target) -> Result<(Vec<Row>, LiveCatalog), LiveError> {
        let begin = matches!(self, Self::Hrana(_)).then(|| statement("begin readonly"));
        let fixed = [
            self.gate(),
            statements::OBJECTS,
            statements::TABLES,
            statements::COLUMNS,
            statements::INDEXES,
            statements::FOREIGN_KEYS,
            statements::VIRTUAL_TABLES,
            statements::VERSION,
        ];
        let all: Vec<Statement> = begin.into_iter().chain(fixed.map(statement)).collect();
        let mut found = self.all(&all, false).await?;
        let mut take = || found.pop().unwrap_or_default();
        let (version, virtual_tables, foreign_keys) = (take(), take(), take());
        let (indexes, columns, tables, objects, mark) = (take(), take(), take(), take(), take());
        let mut answers = Answers { objects, tables, columns, indexes, foreign_keys, virtual_columns: Vec::new() };
        let virtual_tables: Vec<String> = virtual_tables.iter().filter_map(|row| row.try_get(0).ok()).collect();
        let unexpected = |_| self.client().unexpected("its tables cannot be made out");
        let without_virtual = sqlite::assemble(&answers).map_err(unexpected)?;

        // A virtual table whose module is missing cannot tell its columns, and must not silence the others.
        let columns = virtual_tables.iter().map(|name| (statements::VIRTUAL_COLUMNS.to_owned(), vec![name.clone()]));
        let names: Vec<&str> = without_virtual.stored().collect();
        let questions = names.chunks(CHUNK).map(|chunk| {
            let asked: Vec<String> = chunk.iter().map(|name| statements::about(statements::HOLDS_ROWS, name)).collect();
            statement(&asked.join(" union all "))
        });
        let optional = [
            without_virtual.analyzed.then_some(statements::STATISTICS),
            without_virtual.counts_ids.then_some(statements::SEQUENCES),
        ];
        let more: Vec<Statement> =
            columns.chain(optional.into_iter().flatten().map(statement)).chain(questions).collect();
        let mut found = self.any(&more).await?.into_iter();
        answers.virtual_columns = found.by_ref().take(virtual_tables.len()).flatten().collect();
        let numbers = |rows: Vec<Row>| -> BTreeMap<String, i64> {
            rows.iter().filter_map(|row| Some((row.try_get(0).ok()?, row.try_get(1).ok()?))).collect()
        };
        let mut optional = optional.into_iter().map(|asked| asked.and_then(|_| found.next()).unwrap_or_default());
        let estimates = optional.next().map(numbers).unwrap_or_default();
        let ids = optional.next().map(numbers).unwrap_or_default();
        drop(optional);
        let evidence = evidence(found.flatten(), &estimates, &ids);

        let unexpected = |_| self.client().unexpected("its tables cannot be made out");
        let assembled = sqlite::assemble(&answers).map_err(unexpected)?;
        let mut catalog =
            Catalog { tables: assembled.tables, views: assembled.views, ..Catalog::empty(target.dialect) };
        catalog.sort();
        let database = self.identity(version.first().and_then(|row| row.try_get(0).ok()).unwrap_or_default());
        let spellings = assembled.spellings;
        Ok((mark, LiveCatalog { evidence, spellings, ..LiveCatalog::new(catalog, database) }))
    }

    fn identity(&self, server_version: String) -> DatabaseIdentity {
        let host = &self.client().address.host;
        let name = match self {
            // Turso gives each database a name under its own.
            Self::Hrana(_) => host.strip_suffix(".turso.io").and_then(|name| name.split('.').next()).unwrap_or(host),
            Self::D1(d1) => &d1.database,
        };
        DatabaseIdentity { name: name.to_owned(), host: Some(host.clone()), server_version, user: None }
    }
}

fn statement(sql: &str) -> Statement {
    (sql.to_owned(), Vec::new())
}

/// What rows tell of (table, whether it holds any). Servers charge for rows that are read, so nothing is stepped over.
fn evidence(
    rows: impl Iterator<Item = Row>,
    estimates: &BTreeMap<String, i64>,
    ids: &BTreeMap<String, i64>,
) -> BTreeMap<(Option<String>, String), Evidence> {
    let positive = |numbers: &BTreeMap<String, i64>, table: &str| {
        numbers.get(table).and_then(|number| u64::try_from(*number).ok()).filter(|number| *number > 0)
    };
    rows.filter_map(|row| {
        let (table, any): (String, i64) = (row.try_get(0).ok()?, row.try_get(1).ok()?);
        let rows = match (any, positive(estimates, &table)) {
            (0, _) => Rows::None,
            (_, Some(estimate)) => Rows::About(estimate),
            (_, None) => Rows::Some,
        };
        let auto_increment = positive(ids, &table).map(|last| last.saturating_add(1));
        Some(((None, table), Evidence { auto_increment, ..rows.into() }))
    })
    .collect()
}
