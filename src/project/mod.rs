//! Which project this is: its drizzle config, schema files, env files, installed drizzle-kit, our own settings, and the ledger.

mod config;
mod discover;
mod disk;
mod dotenv;
mod environment;
mod error;
mod json;
mod kit;
mod load;
mod path;
mod schema_files;
mod settings;
mod target;

pub use discover::{discover, is_config};
pub use disk::DiskFiles;
pub use environment::Variables;
pub use error::{ProjectError, TargetProblem};
pub use load::{LedgerFile, LoadRequest, Project, load, load_in_workspace};
pub use path::{absolute, shown};
pub use settings::{SETTINGS_FILE, Seconds, Settings};
pub use target::{DatabaseTarget, GivenUrl};
