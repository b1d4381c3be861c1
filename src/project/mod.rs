//! Which project this is: its drizzle config, schema files, env files, installed drizzle-kit, and the ledger.

mod disk;

use std::path::PathBuf;

use secrecy::SecretString;

pub use disk::DiskFiles;

/// Where the database is, as far as the config and the environment tell.
#[derive(Clone, Debug)]
pub struct DatabaseTarget {
    /// The connection URL, or the path of a SQLite file (relative to the project's folder).
    pub url: SecretString,
    /// `dbCredentials.authToken` (Turso).
    pub auth_token: Option<SecretString>,
    /// Where it came from, for people: `DATABASE_URL from .env`, `drizzle.config.ts`, `--database-url`.
    pub source: String,
    /// The folder that a relative file is relative to.
    pub folder: PathBuf,
}
