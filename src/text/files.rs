//! How the pure rooms see files: through a trait, so that an editor's unsaved text and tests fit in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Read access to files. Paths are absolute and normalised.
pub trait Files {
    /// The text of the file at `path`; `None` where there is none or it is not UTF-8.
    fn read(&self, path: &Path) -> Option<Arc<str>>;

    /// Whether a file stands at `path`.
    fn is_file(&self, path: &Path) -> bool;

    /// Whether a folder stands at `path`.
    fn is_directory(&self, path: &Path) -> bool;

    /// The entries directly in the folder at `path`, sorted; empty where there is none.
    fn entries(&self, path: &Path) -> Vec<PathBuf>;

    /// Whether a symbolic link stands at `path`. Links can form cycles, so that nothing that descends may follow them.
    fn is_link(&self, path: &Path) -> bool;
}

/// Files in memory: for tests, and as the overlay of unsaved text.
#[derive(Clone, Debug, Default)]
pub struct MemoryFiles {
    files: BTreeMap<PathBuf, Arc<str>>,
}

impl MemoryFiles {
    /// Puts `text` at `path`.
    pub fn insert(&mut self, path: impl Into<PathBuf>, text: impl Into<Arc<str>>) {
        self.files.insert(path.into(), text.into());
    }

    /// Takes the file at `path` away.
    pub fn remove(&mut self, path: &Path) {
        self.files.remove(path);
    }
}

impl Files for MemoryFiles {
    fn read(&self, path: &Path) -> Option<Arc<str>> {
        self.files.get(path).cloned()
    }

    fn is_file(&self, path: &Path) -> bool {
        self.files.contains_key(path)
    }

    fn is_directory(&self, path: &Path) -> bool {
        self.files.keys().any(|file| file.ancestors().skip(1).any(|folder| folder == path))
    }

    fn entries(&self, path: &Path) -> Vec<PathBuf> {
        let mut entries: Vec<PathBuf> = self
            .files
            .keys()
            .filter_map(|file| file.strip_prefix(path).ok()?.components().next().map(|first| path.join(first)))
            .collect();
        entries.dedup();
        entries
    }

    fn is_link(&self, _path: &Path) -> bool {
        false
    }
}
