//! Byte ranges, places in files, text edits, documents; the one room that converts to and from editor columns.

mod document;
mod edit;
mod files;
mod place;

pub use document::{Document, Encoding, Position, PositionRange};
pub use edit::{FileEdit, TextEdit, apply};
pub use files::{Files, MemoryFiles};
pub use place::{FilePath, Place, Span, absolute};
