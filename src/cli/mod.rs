//! The command line: one file per command, one file per report format.

pub mod arguments;
mod check;
mod completions;
mod defer;
mod doctor;
mod explain;
mod files;
mod fix;
mod guard;
mod inspect;
mod outcome;
mod plan;
mod report;
mod snapshot;
mod verify;
mod watch;
mod with_kit;

use std::ffi::OsString;
use std::process::ExitCode;
use std::sync::LazyLock;

use regex::Regex;

use arguments::{Arguments, Command, ProjectArguments};
use outcome::{Failure, Outcome, complain};

use tracing::Level;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::catalog::{LiveCatalog, RowCount, RowQuestion};
use crate::ide::duration_words;
use crate::live;
use crate::project::{LoadRequest, Project, Variables};
use crate::session::{age_of, limits, live_target};

/// Runs the program with `arguments` (the program's own name first) and says how it ends.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::from_list(arguments) {
        Ok(arguments) => arguments,
        Err(message) if message.use_stderr() => {
            complain(without_passwords(message.render().to_string().trim_end()).as_ref());
            return ExitCode::from(2);
        }
        Err(help) => {
            // A closed pipe is no failure.
            let _ = help.print();
            return ExitCode::SUCCESS;
        }
    };
    match dispatch(&arguments.command) {
        Ok(outcome) => outcome.into(),
        Err(failure) => {
            complain(&format!("error: {failure}"));
            ExitCode::from(&failure)
        }
    }
}

fn dispatch(command: &Command) -> Result<Outcome, Failure> {
    match command {
        Command::Inspect(command) => inspect::run(command),
        Command::Doctor(arguments) => doctor::run(arguments),
        Command::Explain(arguments) => explain::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Guard(arguments) => guard::run(arguments),
        Command::Fix(arguments) => fix::run(arguments),
        Command::Defer(arguments) => defer::run(arguments),
        Command::Plan(arguments) => plan::run(arguments),
        Command::Snapshot(arguments) => snapshot::run(arguments),
        Command::Verify(arguments) => verify::run(arguments),
        Command::Completions(arguments) => completions::run(arguments.shell),
        Command::Man => completions::man(),
        Command::Lsp(_) => lsp(),
    }
}

/// What the server logs where `DRIZZLE_DRIFT_LOG` does not say: words that an editor no longer hears are no fault.
const DEFAULT_LOG: &str = "warn,tower_lsp_server::service::client=off";

/// Serves an editor until it leaves.
fn lsp() -> Result<Outcome, Failure> {
    // Standard output is the protocol's; what is worth a line goes to standard error, where editors collect it.
    let filter = std::env::var("DRIZZLE_DRIFT_LOG").unwrap_or_else(|_| DEFAULT_LOG.into());
    let filter = tracing_subscriber::EnvFilter::builder().parse_lossy(filter);
    // The protocol's library logs whole messages, and in them the files that the editor has open: a config with a password,
    // an env file.
    let discreet =
        filter_fn(|event| *event.level() <= Level::INFO || !event.target().starts_with(crate::lsp::PROTOCOL_TARGET));
    let log = tracing_subscriber::fmt::layer().with_writer(std::io::stderr).with_ansi(false);
    tracing_subscriber::registry().with(log.with_filter(filter).with_filter(discreet)).init();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Usage(format!("no runtime can be started: {error}")))?;
    runtime.block_on(crate::lsp::serve());
    // A read of standard input that never returns must not keep the process.
    runtime.shutdown_background();
    Ok(Outcome::Clean)
}

/// What to load for a command that was given `arguments`.
fn load_request(arguments: &ProjectArguments) -> Result<LoadRequest, Failure> {
    if arguments.folder.to_string_lossy().contains("://") {
        return Err(Failure::Usage("DIR has to be a folder; give a database with --database-url".into()));
    }
    let current = std::env::current_dir()
        .map_err(|error| Failure::Usage(format!("the current folder cannot be read ({error}); change to another")))?;
    Ok(arguments.request(&current, Variables::of_process()))
}

/// Reads the database of `project`, and says so where a snapshot file stands in for it.
fn read_live(project: &Project) -> Result<LiveCatalog, Failure> {
    let live = ask(project, |target| async move { live::read(&target, &limits(project)).await })?;
    if let Some(time) = live.taken_at {
        let age = duration_words(age_of(time));
        complain(&format!("note: this is the snapshot of {} taken {age} ago, not the database", live.database.name));
    }
    Ok(live)
}

/// Looks whether the tables of `live` hold rows, and, where `exactly`, counts them.
fn count_rows(project: &Project, live: &LiveCatalog, exactly: bool) -> Result<Vec<RowCount>, Failure> {
    const MOST: u64 = 1_000_000;
    let tables = verify::countable(live);
    let at_most = if exactly { MOST } else { 1 };
    let tables = &tables;
    ask(project, |target| async move { live::count(&target, tables, at_most, &limits(project)).await })
}

/// Looks whether tables hold such rows; `None` where it could not be told.
fn holds(project: &Project, questions: &[RowQuestion]) -> Result<Vec<Option<bool>>, Failure> {
    ask(project, |target| async move { live::holds(&target, questions, &limits(project)).await })
}

/// Asks the database of `project` something.
fn ask<T, F>(project: &Project, question: impl FnOnce(live::Target) -> F) -> Result<T, Failure>
where
    F: Future<Output = Result<T, live::LiveError>>,
{
    let target = project.target.as_ref().map_err(Clone::clone)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Usage(format!("no runtime can be started: {error}")))?;
    let answer = runtime.block_on(question(live_target(project, target)));
    answer.map_err(|error| Failure::from_database(&error, &target.source))
}

/// A message that repeats what was typed may repeat a connection URL.
fn without_passwords(message: &str) -> std::borrow::Cow<'_, str> {
    static USER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"://[^/\s']*@").expect("a constant pattern"));
    USER.replace_all(message, "://***@")
}
