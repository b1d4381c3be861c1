//! drizzle-drift: shows where a Drizzle ORM schema and the live database disagree, before `drizzle-kit push` does.
//!
//! Two readers that know nothing of each other produce the same plain data, a [`catalog`]: [`declared`] reads the
//! TypeScript, [`live`] reads the database. [`drift`] compares the two, and everything a user sees is a question asked of
//! that comparison: [`push`] (what `drizzle-kit push` would do about it), [`edit`] (the text edits that settle it),
//! [`ide`] (what an editor asks), [`cli`] (what a terminal asks).
//!
//! The rooms stand here ground floor first; each may use only rooms above it in this list, and `text`, `catalog`,
//! `syntax`, `declared`, `drift`, `push`, `edit` and `ide` are pure: no runtime, no database, no protocol, no file
//! system, no clock. `tests/architecture.rs` holds them to it.

pub mod text;

pub mod catalog;
pub mod syntax;

pub mod declared;
pub mod project;

pub mod drift;
pub mod push;

pub mod edit;
pub mod ide;

pub mod live;

pub mod session;

pub mod cli;
pub mod lsp;
