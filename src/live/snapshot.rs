//! Reads a snapshot file: by itself, or where it stands in for its database (`snapshot:FILE`).

use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use secrecy::ExposeSecret;

use super::{ErrorKind, LiveError, Target};
use crate::catalog::{LiveCatalog, Snapshot};

/// What a URL begins with that names a snapshot file.
pub const SCHEME: &str = "snapshot:";

/// Reads the snapshot file at `path`.
pub fn read_snapshot(path: &Path) -> Result<Snapshot, LiveError> {
    let unusable = |why: String| LiveError::new(ErrorKind::Snapshot, format!("{} {why}", path.display()));
    let bytes = fs::read(path).map_err(|error| {
        unusable(match error.kind() {
            std::io::ErrorKind::NotFound => "is not there; check its path".into(),
            std::io::ErrorKind::IsADirectory => "is a folder; give the snapshot file in it".into(),
            _ => format!("cannot be read ({error}); check its path"),
        })
    })?;
    let text = String::from_utf8_lossy(&bytes);
    let mut snapshot = Snapshot::parse(&text).map_err(|error| unusable(error.to_string()))?;
    // A catalog is searched by its order, and a file may have been edited.
    snapshot.live.catalog.sort();
    Ok(snapshot)
}

/// The snapshot file that `target` names, where it names one.
pub(super) fn named(target: &Target) -> Option<PathBuf> {
    target.url.expose_secret().strip_prefix(SCHEME).map(|path| target.folder.join(path))
}

/// What the file at `path` says of the database that `target` should be.
pub(super) async fn read(target: &Target, path: PathBuf) -> Result<LiveCatalog, LiveError> {
    let shown = path.display().to_string();
    let snapshot = tokio::task::spawn_blocking(move || read_snapshot(&path));
    let snapshot =
        snapshot.await.map_err(|_| LiveError::new(ErrorKind::Snapshot, format!("{shown} cannot be read")))?;
    let snapshot = snapshot?;
    let (wanted, given) = (target.dialect, snapshot.dialect());
    if wanted.family() != given.family() {
        return Err(LiveError::new(
            ErrorKind::Snapshot,
            format!("{shown} is the snapshot of a {} database, but the project is for {}", given.name(), wanted.name()),
        ));
    }
    Ok(snapshot.live)
}

/// When the file was seen to change last.
#[derive(Default)]
pub(super) struct Watch {
    seen: Option<(u64, Option<SystemTime>)>,
}

impl Watch {
    /// Reads the file, if it has changed since the last time, or if it `must`.
    pub async fn poll(&mut self, target: &Target, path: PathBuf, must: bool) -> Result<Option<LiveCatalog>, LiveError> {
        let now = fs::metadata(&path).ok().map(|metadata| (metadata.len(), metadata.modified().ok()));
        if now.is_some() && now == self.seen && !must {
            return Ok(None);
        }
        self.seen = None;
        let live = read(target, path).await?;
        self.seen = now;
        Ok(Some(live))
    }
}
