//! Copies a SQLite file as one transaction sees it, so that another program can have the copy instead of the file.

use std::path::{Path, PathBuf};

use super::file::{Access, beside};
use super::{Limits, LiveError, Target, blocking, connect, explain, path_of, select, statements, trace};
use crate::live::ErrorKind;

/// The largest file that is copied.
const LARGEST: u64 = 4 << 30;

/// Writes a copy of the target's file to `to`, its write-ahead log beside it where there is one. While the transaction is
/// open, no writer can change what belongs to it: a rollback journal's is kept out, a log's may not start the log over.
pub(in crate::live) async fn copy(target: &Target, to: &Path, limits: &Limits) -> Result<(), LiveError> {
    let path = path_of(target)?;
    let before = trace(&path).await?;
    if before.length() > LARGEST {
        let why = format!("{} is larger than {} GiB, and is not copied", path.display(), LARGEST >> 30);
        return Err(LiveError::new(ErrorKind::Unsupported, why));
    }
    let access = before.access(&path)?;
    let mut connection = connect(&path, access, limits).await?;
    let failed = |error: sqlx::Error| explain(&error, &path);
    sqlx::raw_sql("begin").execute(&mut connection).await.map_err(failed)?;
    // The transaction begins with the first look.
    select(&mut connection, statements::SCHEMA_VERSION).await.map_err(failed)?;
    let mut files: Vec<(PathBuf, PathBuf)> = vec![(path.clone(), to.to_owned())];
    if access == Access::SharedMemory {
        files.push((beside(&path, "-wal"), beside(to, "-wal")));
    }
    let copied = blocking(move || {
        files.iter().try_for_each(|(from, to)| std::fs::copy(from, to).map(drop)).map_err(|error| {
            LiveError::new(ErrorKind::Other, format!("the file cannot be copied to a temporary folder: {error}"))
        })
    })
    .await;
    let _ = sqlx::Connection::close(connection).await;
    copied?;
    // Without locks the copy holds only if nothing has moved.
    match access == Access::Immutable && trace(&path).await? != before {
        true => Err(LiveError::new(ErrorKind::Busy, format!("{} was changed while it was copied", path.display()))),
        false => Ok(()),
    }
}
