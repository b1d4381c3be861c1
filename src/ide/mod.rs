//! The questions an editor asks (diagnostics, hover, code actions), in bytes and words, answered from an immutable
//! snapshot.

mod actions;
mod diagnostics;
mod hover;
mod lenses;

use std::sync::Arc;

pub use actions::{Action, Replan, actions, deferral};
pub use diagnostics::{Diagnostic, Related, diagnostics, page};
pub use hover::{Hover, duration_words, hover};
pub use lenses::{Lens, lenses, summary};

use crate::catalog::{Filter, LiveCatalog};
use crate::declared::{Casing, ConfigPlaces, Declared, Kit};
pub use crate::drift::Severity;
use crate::edit;
use crate::push::{Finding, PushPlan};
use crate::text::{Document, FilePath};

/// All that is known of one project at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// What the code declares.
    pub declared: Arc<Declared>,
    /// What the database holds, as last read; `None` until it was read once.
    pub live: Option<Arc<LiveCatalog>>,
    /// How far `live` can be trusted now.
    pub standing: Standing,
    /// The drifts between the two, assessed.
    pub findings: Arc<Vec<Finding>>,
    /// What push would do, without what follows from other answers than the first.
    pub outline: Arc<PushPlan>,
    /// The drizzle-kit whose behaviour is predicted.
    pub kit: Kit,
    /// The config's filters.
    pub filter: Filter,
    /// The config's `casing`.
    pub casing: Option<Casing>,
    /// The drizzle config and its text, where the project has one that fixes can edit.
    pub config: Option<(ConfigPlaces, Document)>,
    /// The ledger's path and text; no text where there is no ledger yet.
    pub ledger: (FilePath, Option<Arc<str>>),
}

impl Snapshot {
    /// What a quick-fix is worked out from; none without live facts.
    fn edit_context(&self) -> Option<edit::Context<'_>> {
        Some(edit::Context {
            declared: &self.declared,
            live: self.live.as_ref()?,
            filter: &self.filter,
            casing: self.casing,
            kit: &self.kit,
        })
    }
}

/// How far the live side can be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No connection is wanted or possible, and why.
    Off(String),
    /// The first reading is under way.
    Connecting,
    /// The facts hold.
    Live,
    /// The facts are the last known ones; why they could not be read again.
    Stale(String),
    /// There are no facts; why.
    Failed(String),
}
