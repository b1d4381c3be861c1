//! Fix B: mark a table as not Drizzle's, in the config's `tablesFilter`.

use super::super::text::FileEdit;

/// Why the filter cannot be edited, in one sentence that says what to do instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct FilterProblem(pub String);

/// The edit.
pub fn mark_unmanaged() -> Result<FileEdit, FilterProblem> {
    Err(FilterProblem(String::new()))
}
