//! Files on disk, behind the trait through which the other rooms see files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::text::Files;

/// The file system. A byte-order mark is no part of a text.
#[derive(Clone, Copy, Debug, Default)]
pub struct DiskFiles;

impl Files for DiskFiles {
    fn read(&self, path: &Path) -> Option<Arc<str>> {
        let text = fs::read_to_string(path).ok()?;
        Some(Arc::from(text.strip_prefix('\u{feff}').unwrap_or(&text)))
    }

    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }

    fn is_directory(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn entries(&self, path: &Path) -> Vec<PathBuf> {
        let Ok(entries) = fs::read_dir(path) else { return Vec::new() };
        let mut entries: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
        entries.sort();
        entries
    }

    fn is_link(&self, path: &Path) -> bool {
        path.is_symlink()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_read_without_their_mark_and_listed_in_order() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("b.ts"), "\u{feff}export {}").expect("a file");
        fs::write(folder.path().join("a.ts"), [0xff, 0xfe]).expect("a file");
        assert_eq!(DiskFiles.entries(folder.path()), [folder.path().join("a.ts"), folder.path().join("b.ts")]);
        assert_eq!(DiskFiles.read(&folder.path().join("b.ts")).as_deref(), Some("export {}"));
        assert_eq!(DiskFiles.read(&folder.path().join("a.ts")), None, "not UTF-8");
        assert_eq!(DiskFiles.read(&folder.path().join("c.ts")), None);
        assert!(DiskFiles.entries(&folder.path().join("none")).is_empty());
    }
}
