//! `check --watch`: compares again whenever the database or a file changes, and prints what is new.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, SystemTime};

use tokio::runtime::Runtime;

use super::arguments::CheckArguments;
use super::check::{compared, ledger};
use super::load_request;
use super::outcome::{Failure, Outcome, complain, print};
use crate::declared::{Declared, Reader};
use crate::live::{self, State, Target, WatchSettings, Watcher};
use crate::project::{self, DiskFiles, Project};
use crate::session::live_target;

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Runs until it is interrupted. What cannot be read while someone edits is said once, and tried again.
pub(super) fn run(arguments: &CheckArguments) -> Result<Outcome, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Usage(format!("no runtime can be started: {error}")))?;
    let mut reader = Reader::default();
    let mut project = project::load(&load_request(&arguments.project)?, &DiskFiles, &mut reader)?;
    let mut watched = target(&project)?;
    let (mut watcher, mut states) = watch(&runtime, &watched);
    let mut declared = project.declared(&DiskFiles, &mut reader);
    let mut times = changed_at(&project, &declared);
    let (mut state, mut said, mut complained) = (State::Connecting, String::new(), String::new());
    loop {
        let mut wrong = match &state {
            State::Stale { why, .. } | State::Failed { why, .. } => why.message.clone(),
            State::Off | State::Connecting | State::Live(_) => String::new(),
        };
        match (ledger(&project), state.reading()) {
            (Ok(ledger), Some(reading)) => {
                let (text, _) = compared(arguments, &project, &declared, &reading.catalog, &ledger);
                if text != said {
                    print(&text)?;
                    said = text;
                }
            }
            (Err(failure), _) => wrong = failure.to_string(),
            (Ok(_), None) => {}
        }
        loop {
            if !wrong.is_empty() && wrong != complained {
                complain(&format!("error: {wrong}"));
            }
            complained.clone_from(&wrong);
            match states.recv_timeout(LOOK) {
                Ok(news) => {
                    state = news;
                    break;
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::Database("the watching of the database ended; start again".into()));
                }
            }
            let now = changed_at(&project, &declared);
            if now == times {
                continue;
            }
            times = now;
            let loaded = project::load(&load_request(&arguments.project)?, &DiskFiles, &mut reader);
            match loaded.map_err(Failure::from).and_then(|loaded| Ok((target(&loaded)?, loaded))) {
                Ok((wanted, loaded)) => {
                    project = loaded;
                    if !watched.is_same(&wanted) {
                        // What the other database said is no answer about this one.
                        (watcher, states) = watch(&runtime, &wanted);
                        (watched, state) = (wanted, State::Connecting);
                    }
                    declared = project.declared(&DiskFiles, &mut reader);
                    times = changed_at(&project, &declared);
                    watcher.refresh(live::Cause::Save);
                    break;
                }
                // As it was, until it can be read again.
                Err(error) => wrong = error.to_string(),
            }
        }
    }
}

/// The database of `project`.
fn target(project: &Project) -> Result<Target, Failure> {
    let target = project.target.as_ref().map_err(Clone::clone)?;
    Ok(live_target(project, target))
}

/// Watches `target`; the states arrive one after the other.
fn watch(runtime: &Runtime, target: &Target) -> (Watcher, Receiver<State>) {
    let (sender, states) = channel();
    let _guard = runtime.enter();
    let watcher = live::watch(target.clone(), WatchSettings::default(), move |event| {
        let _ = sender.send(event.state);
    });
    (watcher, states)
}

/// When each file of the project changed last.
fn changed_at(project: &Project, declared: &Declared) -> Vec<(PathBuf, Option<SystemTime>)> {
    let sources = declared.files.keys().map(|file| file.as_path().to_owned());
    let schema = project.schema_files.iter().map(|file| file.as_path().to_owned());
    let files = sources.chain(schema).chain(project.watched.iter().cloned()).chain([project.ledger.path.clone()]);
    let time = |path: &PathBuf| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok();
    files.map(|path| (path.clone(), time(&path))).collect()
}
