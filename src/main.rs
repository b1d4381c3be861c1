//! The binary: everything it does is in [`drizzle_drift::cli`].

use std::process::ExitCode;

use mimalloc::MiMalloc;

#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    drizzle_drift::cli::run(std::env::args_os())
}
