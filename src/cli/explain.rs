//! `explain`: the page of one drift code, or the list of all.

use super::arguments::ExplainArguments;
use super::outcome::{Failure, Outcome, print};
use crate::drift::Code;

/// Runs the command.
pub fn run(arguments: &ExplainArguments) -> Result<Outcome, Failure> {
    match &arguments.code {
        None => print(&list())?,
        Some(name) => print(Code::from_name(name).ok_or_else(|| unknown(name))?.page())?,
    }
    Ok(Outcome::Clean)
}

/// A line a code.
fn list() -> String {
    let width = Code::ALL.iter().map(|code| code.name().len()).max().unwrap_or_default();
    Code::ALL.iter().map(|code| format!("{:width$}  {}\n", code.name(), code.summary())).collect()
}

fn unknown(name: &str) -> Failure {
    let meant = match Code::nearest(name) {
        Some(code) => format!("did you mean `{code}`?"),
        None => "drizzle-drift explain lists all codes".to_owned(),
    };
    Failure::Usage(format!("`{name}` is no drift code; {meant}"))
}
