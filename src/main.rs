//! The binary: everything it does is in [`drizzle_drift::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    drizzle_drift::cli::run(std::env::args_os())
}
