//! Which database to read, and how long that may take.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};

use crate::catalog::Dialect;

/// Where the database is. `Debug` shows neither the URL nor the token.
#[derive(Clone, Debug)]
pub struct Target {
    /// Its dialect.
    pub dialect: Dialect,
    /// The connection URL, or the path of a SQLite file.
    pub url: SecretString,
    /// Turso's token.
    pub auth_token: Option<SecretString>,
    /// The folder that a relative file is relative to.
    pub folder: PathBuf,
}

impl Target {
    /// Whether `other` is the same database, reached in the same way.
    pub fn is_same(&self, other: &Self) -> bool {
        let token = |target: &Self| target.auth_token.as_ref().map(|token| token.expose_secret().to_owned());
        (self.dialect, self.url.expose_secret(), &self.folder)
            == (other.dialect, other.url.expose_secret(), &other.folder)
            && token(self) == token(other)
    }
}

/// How long things may take. No reading ever hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Until a connection stands.
    pub connect: Duration,
    /// Until a whole reading is done, connecting included.
    pub refresh: Duration,
    /// Until the server gives up one statement.
    pub statement: Duration,
    /// Until the server gives up waiting for a lock (SQLite: for a writer to finish).
    pub lock: Duration,
}

impl Limits {
    /// Until the server ends a transaction that nothing is asked in: this process may have been stopped in it.
    pub(super) fn idle_in_transaction(&self) -> Duration {
        2 * self.refresh
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(3),
            refresh: Duration::from_secs(30),
            statement: Duration::from_secs(15),
            lock: Duration::from_secs(2),
        }
    }
}
