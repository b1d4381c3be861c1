//! What a quick-fix is: edits, and what there is to say about them.

use crate::catalog::{Filter, LiveCatalog};
use crate::declared::{Casing, Declared, Kit};
use crate::text::FileEdit;

/// What a quick-fix is worked out from.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// What the code declares.
    pub declared: &'a Declared,
    /// What the database has.
    pub live: &'a LiveCatalog,
    /// The config's filters.
    pub filter: &'a Filter,
    /// The config's `casing`.
    pub casing: Option<Casing>,
    /// The drizzle-kit that is to have nothing left to say.
    pub kit: &'a Kit,
}

/// A quick-fix.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fix {
    /// Its edits, one entry per file.
    pub edits: Vec<FileEdit>,
    /// What is to be known about it.
    pub remarks: Vec<Remark>,
}

/// One sentence about a quick-fix.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// The sentence.
    pub text: String,
    /// Whether it says that `drizzle-kit push` would still do something about the object.
    pub push_acts: bool,
}

impl Remark {
    /// Something to know, about which push does nothing.
    pub fn note(text: impl Into<String>) -> Self {
        Self { text: text.into(), push_acts: false }
    }

    /// Something that push would still do.
    pub fn push(text: impl Into<String>) -> Self {
        Self { text: text.into(), push_acts: true }
    }
}

impl Fix {
    /// Whether push has nothing left to say about the object. Only then is the fix the preferred one.
    pub fn silences_push(&self) -> bool {
        self.remarks.iter().all(|remark| !remark.push_acts)
    }
}
