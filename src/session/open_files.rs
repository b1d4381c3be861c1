//! The files as the user sees them: unsaved text over the disk, which is read again only where a file changed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use crate::project::DiskFiles;
use crate::text::{Document, FileEdit, Files, apply};

/// An open document.
#[derive(Clone, Debug)]
pub struct OpenDocument {
    /// The editor's version.
    pub version: i32,
    /// Its text.
    pub document: Document,
}

/// The documents that the editor holds, over the disk.
#[derive(Debug, Default)]
pub struct OpenFiles {
    /// By path.
    pub documents: HashMap<PathBuf, OpenDocument>,
    disk: DiskFiles,
    /// The texts read so far, each with what the disk said of the file then. A keystroke reads one file anew, yet looks at
    /// every file that the schema follows.
    texts: RefCell<HashMap<PathBuf, (Stamp, Arc<str>)>>,
}

/// What changes when a file does.
type Stamp = (SystemTime, u64);

fn stamp(path: &Path) -> Option<Stamp> {
    let metadata = std::fs::metadata(path).ok()?;
    Some((metadata.modified().ok()?, metadata.len()))
}

impl OpenFiles {
    /// The text of `path` with its lines, from the editor or the disk.
    pub fn document(&self, path: &Path) -> Option<Document> {
        match self.documents.get(path) {
            Some(open) => Some(open.document.clone()),
            None => self.on_disk(path).map(Document::new),
        }
    }

    fn on_disk(&self, path: &Path) -> Option<Arc<str>> {
        let stamp = stamp(path)?;
        if let Some((known, text)) = self.texts.borrow().get(path)
            && *known == stamp
        {
            return Some(text.clone());
        }
        let text = self.disk.read(path)?;
        self.texts.borrow_mut().insert(path.to_owned(), (stamp, text.clone()));
        Some(text)
    }
}

impl Files for OpenFiles {
    fn read(&self, path: &Path) -> Option<Arc<str>> {
        match self.documents.get(path) {
            Some(open) => Some(open.document.text().clone()),
            None => self.on_disk(path),
        }
    }

    fn is_file(&self, path: &Path) -> bool {
        self.documents.contains_key(path) || self.disk.is_file(path)
    }

    fn is_directory(&self, path: &Path) -> bool {
        self.disk.is_directory(path)
    }

    fn entries(&self, path: &Path) -> Vec<PathBuf> {
        self.disk.entries(path)
    }

    fn is_link(&self, path: &Path) -> bool {
        self.disk.is_link(path)
    }
}

/// Files with some edits made, to plan a quick-fix before it is offered.
pub struct EditedFiles<'a> {
    files: &'a dyn Files,
    edited: HashMap<PathBuf, Arc<str>>,
}

impl<'a> EditedFiles<'a> {
    /// `files` with `edits` made.
    pub fn new(files: &'a dyn Files, edits: &[FileEdit]) -> Self {
        let edited = edits
            .iter()
            .map(|edit| {
                let path = edit.file.as_path();
                let text = files.read(path).unwrap_or_default();
                (path.to_owned(), apply(&text, &edit.edits).into())
            })
            .collect();
        Self { files, edited }
    }
}

impl Files for EditedFiles<'_> {
    fn read(&self, path: &Path) -> Option<Arc<str>> {
        self.edited.get(path).cloned().or_else(|| self.files.read(path))
    }

    fn is_file(&self, path: &Path) -> bool {
        self.edited.contains_key(path) || self.files.is_file(path)
    }

    fn is_directory(&self, path: &Path) -> bool {
        self.files.is_directory(path)
    }

    fn entries(&self, path: &Path) -> Vec<PathBuf> {
        self.files.entries(path)
    }

    fn is_link(&self, path: &Path) -> bool {
        self.files.is_link(path)
    }
}
