//! Fix A: declare what the database has.

use crate::catalog::LiveCatalog;
use crate::declared::{Declared, Kit};
use crate::drift::Drift;
use crate::text::FileEdit;

/// Why something cannot be declared, in one sentence that says what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DeclareProblem(pub String);

/// The edits that declare what `drift` (an undeclared table or column) is about.
pub fn declare(
    _drift: &Drift,
    _declared: &Declared,
    _live: &LiveCatalog,
    _kit: &Kit,
) -> Result<Vec<FileEdit>, DeclareProblem> {
    Err(DeclareProblem(String::new()))
}
