//! From a drift to text edits: TypeScript in the style of the file it lands in, imports, drizzle.config, the ledger.

mod config_filter;
mod declare;
mod defer;

pub use config_filter::{FilterProblem, mark_unmanaged};
pub use declare::{DeclareProblem, declare};
pub use defer::defer;
