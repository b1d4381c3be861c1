//! The command line: one file per command, one file per report format.

mod arguments;

use std::ffi::OsString;
use std::process::ExitCode;

/// Runs the program with `arguments` (the program's own name first) and says how it ends.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let _ = arguments::Arguments::from_list(arguments);
    ExitCode::SUCCESS
}
