//! Files that a command writes.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::outcome::Failure;
use crate::catalog::FileHash;
use crate::project::{Project, shown};

/// Writes `text` to `file` in one piece: whoever reads it sees the old text or the new one, never half of it.
pub fn write_atomically(file: &Path, text: &str) -> Result<(), Failure> {
    // A link stays a link.
    let target = fs::canonicalize(file).unwrap_or_else(|_| file.to_owned());
    let name = target.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let beside = target.with_file_name(format!(".{name}.{}.tmp", std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut written = File::create_new(&beside)?;
        written.write_all(text.as_bytes())?;
        if let Ok(metadata) = fs::metadata(&target) {
            written.set_permissions(metadata.permissions())?;
        }
        written.sync_all()?;
        fs::rename(&beside, &target)
    };
    write().map_err(|error| {
        let _ = fs::remove_file(&beside);
        unwritable(file, &error)
    })
}

/// Writes a report to `file`, which may be a pipe.
pub fn write_report(file: &Path, text: &str) -> Result<(), Failure> {
    fs::write(file, text).map_err(|error| unwritable(file, &error))
}

fn unwritable(file: &Path, error: &std::io::Error) -> Failure {
    let why = match error.kind() {
        std::io::ErrorKind::NotFound => "its folder is not there; make it first".to_owned(),
        std::io::ErrorKind::IsADirectory => "it is a folder; give a file".to_owned(),
        std::io::ErrorKind::PermissionDenied => "you may not write there; give another file".to_owned(),
        _ => error.to_string(),
    };
    Failure::Usage(format!("{} cannot be written: {why}", file.display()))
}

/// What stands in the schema files and the config of `project`, sorted by path. One that cannot be read is left out.
pub fn hashes(project: &Project) -> Vec<FileHash> {
    let config = project.config.as_ref().map(|config| config.file.as_path().to_owned());
    let schema = project.schema_files.iter().map(|file| file.as_path().to_owned());
    let mut hashes: Vec<FileHash> =
        config.into_iter().chain(schema).filter_map(|file: PathBuf| hash(&file, &project.folder)).collect();
    hashes.sort();
    hashes.dedup();
    hashes
}

fn hash(file: &Path, folder: &Path) -> Option<FileHash> {
    let digest = Sha256::digest(fs::read(file).ok()?);
    let sha256 = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    Some(FileHash { path: shown(file, folder), sha256 })
}
