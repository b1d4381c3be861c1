//! The arguments of the contract.

use std::ffi::OsString;

use clap::Parser;

/// Shows where a Drizzle ORM schema and the live database disagree, before `drizzle-kit push` does.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Arguments {}

impl Arguments {
    /// Parses a program's argument list.
    pub fn from_list(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::try_parse_from(arguments)
    }
}
