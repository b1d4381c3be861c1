//! Why a database could not be read: one sentence for people, without secrets, and its kind for programs.

use std::fmt;

use super::Limits;
use crate::catalog::Dialect;

/// What went wrong, coarsely.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// Nothing listens there.
    Refused,
    /// The host cannot be found or reached, or the server went away or is starting.
    Unreachable,
    /// No answer within the limits.
    TimedOut,
    /// The role or password was refused.
    Authentication,
    /// The server has no such database.
    NoSuchDatabase,
    /// There is no such file.
    NoSuchFile,
    /// The file is no SQLite database, or is damaged.
    NotADatabase,
    /// The encrypted connection could not be set up.
    Tls,
    /// The role, or the process, may not read it.
    Permission,
    /// The server takes no further connections.
    TooManyConnections,
    /// Another process holds the lock.
    Busy,
    /// It would have to be written to, or cannot be kept from being written to.
    NotReadOnly,
    /// This tool cannot read such a database.
    Unsupported,
    /// The URL cannot be understood.
    InvalidUrl,
    /// A snapshot file cannot be used.
    Snapshot,
    /// Anything else.
    Other,
}

/// Why a database could not be read. Carries no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LiveError {
    /// What went wrong, coarsely.
    pub kind: ErrorKind,
    /// One sentence without a full stop, in lower case unless it begins with a name, that says what to do.
    pub message: String,
}

impl LiveError {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into() }
    }

    pub(super) fn took_too_long(limits: &Limits) -> Self {
        let message = format!("the database took longer than {} s to describe itself", limits.refresh.as_secs_f32());
        Self::new(ErrorKind::TimedOut, message)
    }

    pub(super) fn unsupported(dialect: Dialect) -> Self {
        let name = match dialect {
            Dialect::Postgresql => "PostgreSQL",
            Dialect::Mysql => "MySQL",
            Dialect::Sqlite => "SQLite",
            Dialect::Turso => "libSQL",
            Dialect::Singlestore => "SingleStore",
        };
        Self::new(ErrorKind::Unsupported, format!("{name} databases cannot be read yet"))
    }
}

impl fmt::Display for LiveError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for LiveError {}
