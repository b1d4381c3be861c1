//! How a command ends: the contract's exit codes, and the sentence that goes with a failure.

use std::io::{self, Write};
use std::process::ExitCode;

use crate::live::{ErrorKind, LiveError};
use crate::project::{ProjectError, TargetProblem};

/// How a command that did its work ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Nothing to report, or done.
    Clean,
    /// There is something at or above the level that counts.
    Drift,
    /// As a command that was run ended.
    Code(u8),
}

/// Why a command could not do its work: one sentence, without secrets.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// Wrong usage, or a config or schema file that cannot be read.
    #[error("{0}")]
    Usage(String),
    /// The database cannot be reached or refuses.
    #[error("{0}")]
    Database(String),
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Clean => Self::SUCCESS,
            Outcome::Drift => Self::from(1),
            Outcome::Code(code) => Self::from(code),
        }
    }
}

impl From<&Failure> for ExitCode {
    fn from(failure: &Failure) -> Self {
        match failure {
            Failure::Usage(_) => Self::from(2),
            Failure::Database(_) => Self::from(3),
        }
    }
}

impl From<ProjectError> for Failure {
    fn from(error: ProjectError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<TargetProblem> for Failure {
    fn from(problem: TargetProblem) -> Self {
        Self::Usage(problem.to_string())
    }
}

impl Failure {
    /// Why the database whose address came from `source` could not be read.
    pub fn from_database(error: &LiveError, source: &str) -> Self {
        let message = format!("{} (address from {source})", error.message);
        match error.kind {
            // What was asked for is wrong, whatever the database does.
            ErrorKind::InvalidUrl | ErrorKind::Unsupported | ErrorKind::Snapshot => Self::Usage(message),
            _ => Self::Database(message),
        }
    }
}

/// Writes `text` to standard output. A reader that has seen enough (`| head`) is no failure.
pub fn print(text: &str) -> Result<(), Failure> {
    let mut output = io::stdout().lock();
    match output.write_all(text.as_bytes()).and_then(|()| output.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            Err(Failure::Usage(format!("the output cannot be written: {error}")))
        }
        _ => Ok(()),
    }
}

/// Writes a line to standard error, where there is one.
pub fn complain(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}
