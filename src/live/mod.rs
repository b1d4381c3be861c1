//! The only room that talks to a database: connects (read-only, with timeouts), introspects, watches, gathers evidence.
//!
//! [`read`] reads once, in one consistent snapshot, and never writes: the server (or SQLite itself) is told to refuse
//! every write of the connection, and is asked whether it will. Whoever calls has decided that the target may be opened.

mod address;
mod count;
mod error;
mod libsql;
mod mysql;
mod postgresql;
mod rows;
mod snapshot;
mod sqlite;
mod state;
mod target;
mod template;
mod watch;

pub use count::count;
pub use error::{ErrorKind, LiveError};
pub use mysql::Gate;
pub use rows::holds;
pub use snapshot::{SCHEME as SNAPSHOT_SCHEME, read_snapshot};
pub use state::{Cause, LiveEvent, Reading, State};
pub use target::{Limits, Target};
pub use watch::{WatchSettings, Watcher, watch};

use std::path::Path;

use crate::catalog::{Dialect, LiveCatalog};

/// Whether the server keeps a session of `target` read-only from its start on, because start-up options ask for it: then
/// it does so for another program with the same options too. Only PostgreSQL can.
pub async fn keeps_read_only(target: &Target, limits: &Limits) -> Result<bool, LiveError> {
    match target.dialect {
        Dialect::Postgresql if snapshot::named(target).is_none() => postgresql::keeps_read_only(target, limits).await,
        _ => Ok(false),
    }
}

/// Writes a copy of the file of `target`, a SQLite database, to the path `to`.
pub async fn copy_file(target: &Target, to: &Path, limits: &Limits) -> Result<(), LiveError> {
    sqlite::copy(target, to, limits).await
}

/// Whether `target` is a SQLite file, and no server and no snapshot of one.
pub fn is_file(target: &Target) -> bool {
    matches!(target.dialect, Dialect::Sqlite | Dialect::Turso)
        && !libsql::is_remote(target)
        && snapshot::named(target).is_none()
}

/// Reads the structure of `target` and what its tables hold.
pub async fn read(target: &Target, limits: &Limits) -> Result<LiveCatalog, LiveError> {
    let reading = async {
        if let Some(path) = snapshot::named(target) {
            return snapshot::read(target, path).await;
        }
        match target.dialect {
            Dialect::Sqlite | Dialect::Turso if libsql::is_remote(target) => libsql::read(target, limits).await,
            Dialect::Sqlite | Dialect::Turso => sqlite::read(target, limits).await,
            Dialect::Postgresql => postgresql::read(target, limits).await,
            Dialect::Mysql => mysql::read(target, limits).await,
            Dialect::Singlestore => Err(LiveError::unsupported(target.dialect)),
        }
    };
    match tokio::time::timeout(limits.refresh, reading).await {
        Ok(result) => result,
        Err(_) => Err(LiveError::took_too_long(limits)),
    }
}
