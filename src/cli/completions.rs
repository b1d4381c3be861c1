//! `completions` and `man`: what shells and `man` read, made from the arguments themselves.

use clap::CommandFactory;
use clap_complete::Shell;

use super::arguments::Arguments;
use super::outcome::{Failure, Outcome, print};

/// Prints the completion script of `shell`.
pub fn run(shell: Shell) -> Result<Outcome, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "drizzle-drift", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(Outcome::Clean)
}

/// Prints the manual page.
pub fn man() -> Result<Outcome, Failure> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Arguments::command())
        .render(&mut page)
        .map_err(|error| Failure::Usage(format!("the manual page cannot be made: {error}")))?;
    print(&String::from_utf8_lossy(&page))?;
    Ok(Outcome::Clean)
}
