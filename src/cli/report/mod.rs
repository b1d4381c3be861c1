//! What `check` prints: one file per format.

mod concise;
pub(in crate::cli) mod escape;
mod github;
mod gitlab;
mod html;
mod json;
mod junit;
mod markdown;
pub mod plan;
mod sarif;
mod text;
pub mod verification;

use std::path::Path;

use crate::catalog::{DatabaseIdentity, Dialect};
use crate::declared::Declared;
use crate::drift::{Severity, Status};
use crate::project::shown;
use crate::push::Finding;
use crate::text::{Encoding, FilePath, PositionRange};

pub use concise::concise;
pub use github::github;
pub use gitlab::gitlab;
pub use html::html;
pub use json::json;
pub use junit::junit;
pub use markdown::markdown;
pub use sarif::sarif;
pub use text::{TextOptions, text};

/// Everything that a report of `check` can say.
pub struct CheckReport<'a> {
    /// The folder to which printed paths are relative.
    pub folder: &'a Path,
    /// The project's dialect.
    pub dialect: Dialect,
    /// The database that was read.
    pub database: &'a DatabaseIdentity,
    /// When it was read, where a snapshot file stands in for it.
    pub taken_at: Option<jiff::Timestamp>,
    /// The declared side, for its texts and its count of tables.
    pub declared: &'a Declared,
    /// How many live tables took part.
    pub live_tables: usize,
    /// The drifts to report.
    pub findings: &'a [Finding],
}

/// How many findings there are of each kind. Only open ones count by severity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Open errors.
    pub error: usize,
    /// Open warnings.
    pub warning: usize,
    /// Open information.
    pub information: usize,
    /// Open hints.
    pub hint: usize,
    /// Deferred ones.
    pub deferred: usize,
    /// Ignored ones.
    pub ignored: usize,
}

impl CheckReport<'_> {
    /// Counts the findings.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for finding in self.findings {
            let count = match (finding.status, finding.severity) {
                (Status::Deferred, _) => &mut counts.deferred,
                (Status::Ignored, _) => &mut counts.ignored,
                (Status::Open, Severity::Error) => &mut counts.error,
                (Status::Open, Severity::Warning) => &mut counts.warning,
                (Status::Open, Severity::Information) => &mut counts.information,
                (Status::Open, Severity::Hint) => &mut counts.hint,
            };
            *count += 1;
        }
        counts
    }

    /// The drifts that nobody has settled.
    fn open(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.status == Status::Open)
    }

    /// The file and range where `finding` is shown; columns in UTF-16 units.
    fn place(&self, finding: &Finding) -> Option<(String, PositionRange)> {
        let place = finding.drift.place.as_ref()?;
        let file = self.declared.files.get(&place.file)?;
        Some((self.path(&place.file), file.document.range(place.span, Encoding::Utf16)))
    }

    /// `file` as printed: relative to [`Self::folder`] where it lies in it, with forward slashes.
    fn path(&self, file: &FilePath) -> String {
        shown(file.as_path(), self.folder)
    }
}

/// `1 table`, `3 tables`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
