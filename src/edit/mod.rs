//! From a drift to text edits: TypeScript in the style of the file it lands in, imports, drizzle.config, the ledger.

mod builders;
mod columns;
mod config_filter;
mod constraints;
mod declare;
mod defaults;
mod defer;
mod fix;
mod imports;
mod names;
mod scan;
mod sqlite_text;
mod style;
mod writer;

pub use config_filter::{FilterProblem, mark_unmanaged};
pub use declare::{DeclareProblem, declare};
pub use defer::defer;
pub use fix::{Context, Fix, Remark};
