//! Watches a database: one look at a time, a cheap one first, with patience when it cannot be reached.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use futures::FutureExt;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

use super::{
    Cause, ErrorKind, Limits, LiveError, LiveEvent, Reading, State, Target, libsql, mysql, postgresql, snapshot, sqlite,
};
use crate::catalog::{Dialect, LiveCatalog};

/// How to watch.
#[derive(Clone, Copy, Debug)]
pub struct WatchSettings {
    /// How often to look.
    pub poll: Duration,
    /// How often to read everything, whatever the fingerprints say: row estimates move without DDL.
    pub full: Duration,
    /// Between looks that are further apart than this, no connection is held.
    pub idle: Duration,
    /// How long one look may take.
    pub limits: Limits,
}

impl Default for WatchSettings {
    fn default() -> Self {
        Self {
            poll: Duration::from_secs(5),
            full: Duration::from_secs(60),
            idle: Duration::from_secs(30),
            limits: Limits::default(),
        }
    }
}

const FIRST_RETRY: Duration = Duration::from_secs(1);
const LAST_RETRY: Duration = Duration::from_secs(60);

/// A running watch. Dropping it ends the watch and its connection.
#[derive(Debug)]
pub struct Watcher {
    inbox: Arc<Inbox>,
    task: AbortHandle,
}

/// What was asked for while a look was under way: the last cause wins, and no request to read everything is lost.
#[derive(Debug, Default)]
struct Inbox {
    pending: Mutex<Option<Request>>,
    arrived: Notify,
}

#[derive(Clone, Copy, Debug)]
struct Request {
    cause: Cause,
    everything: bool,
}

/// Watches `target` and tells each state to `events`, which must not block. To be called inside a tokio runtime.
pub fn watch(target: Target, settings: WatchSettings, events: impl Fn(LiveEvent) + Send + 'static) -> Watcher {
    let inbox = Arc::new(Inbox::default());
    let source = Source::of(&target);
    let task = tokio::spawn(work(source, target, settings, Arc::clone(&inbox), events)).abort_handle();
    Watcher { inbox, task }
}

impl Watcher {
    /// Looks at once, or as soon as the look under way is over.
    pub fn refresh(&self, cause: Cause) {
        let mut pending = self.inbox.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let everything = cause == Cause::Command || pending.is_some_and(|request| request.everything);
        *pending = Some(Request { cause, everything });
        self.inbox.arrived.notify_one();
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Inbox {
    /// The next request, at the latest after `wait`.
    async fn next(&self, wait: Duration) -> Request {
        let polled = Request { cause: Cause::Poll, everything: false };
        if tokio::time::timeout(wait, self.arrived.notified()).await.is_err() {
            return polled;
        }
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).take().unwrap_or(polled)
    }
}

/// One engine's way of looking.
enum Source {
    Sqlite(Box<sqlite::Watch>),
    Libsql(Box<libsql::Watch>),
    Postgresql(Box<postgresql::Watch>),
    Mysql(Box<mysql::Watch>),
    Snapshot(PathBuf, snapshot::Watch),
    Unsupported(Dialect),
    #[cfg(test)]
    Faulty,
}

impl Source {
    fn of(target: &Target) -> Self {
        if let Some(path) = snapshot::named(target) {
            return Self::Snapshot(path, snapshot::Watch::default());
        }
        match target.dialect {
            Dialect::Sqlite | Dialect::Turso if libsql::is_remote(target) => Self::Libsql(Box::default()),
            Dialect::Sqlite | Dialect::Turso => Self::Sqlite(Box::default()),
            Dialect::Postgresql => Self::Postgresql(Box::default()),
            Dialect::Mysql => Self::Mysql(Box::default()),
            Dialect::Singlestore => Self::Unsupported(target.dialect),
        }
    }

    /// `None`: nothing has changed.
    async fn look(
        &mut self,
        target: &Target,
        limits: &Limits,
        everything: bool,
    ) -> Result<Option<LiveCatalog>, LiveError> {
        match self {
            Self::Sqlite(watch) => watch.poll(target, limits, everything).await,
            Self::Libsql(watch) => watch.poll(target, limits, everything).await,
            Self::Postgresql(watch) => watch.poll(target, limits, everything).await,
            Self::Mysql(watch) => watch.poll(target, limits, everything).await,
            Self::Snapshot(path, watch) => watch.poll(target, path.clone(), everything).await,
            Self::Unsupported(dialect) => Err(LiveError::unsupported(*dialect)),
            #[cfg(test)]
            Self::Faulty => panic!("a fault"),
        }
    }

    /// Gives up its connection until the next look. A SQLite file has none that costs anybody anything.
    async fn rest(&mut self) {
        match self {
            Self::Postgresql(watch) => watch.rest().await,
            Self::Mysql(watch) => watch.rest(),
            _ => {}
        }
    }
}

async fn work(
    mut source: Source,
    target: Target,
    settings: WatchSettings,
    inbox: Arc<Inbox>,
    events: impl Fn(LiveEvent) + Send + 'static,
) {
    let mut request = Request { cause: Cause::Start, everything: true };
    let mut known: Option<Reading> = None;
    let mut failures = 0;
    events(LiveEvent { state: State::Connecting, cause: Cause::Start });
    loop {
        let overdue = known.as_ref().is_none_or(|reading| reading.read_at.elapsed() >= settings.full);
        let looking = source.look(&target, &settings.limits, request.everything || overdue);
        let limited = tokio::time::timeout(settings.limits.refresh, looking);
        let result = match AssertUnwindSafe(limited).catch_unwind().await {
            Ok(Ok(result)) => result,
            Ok(Err(_)) => Err(LiveError::took_too_long(&settings.limits)),
            Err(_) => {
                // Whatever it was, what it has left behind is not to be trusted.
                source = Source::of(&target);
                Err(LiveError::new(
                    ErrorKind::Other,
                    "reading the database failed by a fault of this tool; please report it",
                ))
            }
        };
        let (state, wait) = match result {
            Ok(live) => {
                failures = 0;
                known = renewed(known, live);
                (known.clone().map_or(State::Connecting, State::Live), jittered(settings.poll))
            }
            Err(why) => {
                let wait = patience(failures);
                failures += 1;
                let retry_at = Instant::now() + wait;
                let state = match known.clone() {
                    Some(reading) => State::Stale { reading, why, retry_at },
                    None => State::Failed { why, retry_at },
                };
                (state, wait)
            }
        };
        events(LiveEvent { state, cause: request.cause });
        if wait > settings.idle {
            // A server that hangs must not keep the next look waiting.
            let _ = tokio::time::timeout(settings.limits.connect, source.rest()).await;
        }
        request = inbox.next(wait).await;
    }
}

/// The facts after a look: new ones, or the old ones a little older.
fn renewed(known: Option<Reading>, live: Option<LiveCatalog>) -> Option<Reading> {
    let now = Instant::now();
    let Some(live) = live else { return known.map(|known| Reading { confirmed_at: now, ..known }) };
    Some(match known {
        Some(known) if live == *known.catalog => Reading { read_at: now, confirmed_at: now, ..known },
        known => Reading {
            catalog: Arc::new(live),
            generation: known.map_or(0, |known| known.generation) + 1,
            read_at: now,
            confirmed_at: now,
        },
    })
}

/// Twice as long after each failure, up to a minute.
fn patience(failures: u32) -> Duration {
    let wait = FIRST_RETRY.saturating_mul(2_u32.saturating_pow(failures)).min(LAST_RETRY);
    jittered(wait).clamp(FIRST_RETRY, LAST_RETRY)
}

/// Up to a fifth more or less, so that many editors do not knock at the same moment.
fn jittered(wait: Duration) -> Duration {
    let random = RandomState::new().build_hasher().finish() % 1_000;
    wait.mul_f64(0.8 + 0.4 * random as f64 / 1_000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_grows_to_a_minute() {
        for failures in [0, 1, 5, 6, 40, u32::MAX] {
            let wait = patience(failures);
            assert!((FIRST_RETRY..=LAST_RETRY).contains(&wait), "{failures}: {wait:?}");
        }
        assert!(patience(0) < Duration::from_millis(1_300));
        assert!(patience(40) > Duration::from_secs(45));
    }

    /// The first look panics; the next one, with a source of its own, finds what there is.
    #[tokio::test]
    async fn a_fault_costs_one_look() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("app.db"), "").expect("an empty database");
        let target = Target {
            dialect: Dialect::Sqlite,
            url: "app.db".to_owned().into(),
            auth_token: None,
            folder: folder.path().to_owned(),
        };
        let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
        let inbox = Arc::new(Inbox::default());
        let settings = WatchSettings::default();
        let tell = move |event: LiveEvent| drop(sender.send(event.state));
        let task = tokio::spawn(work(Source::Faulty, target, settings, Arc::clone(&inbox), tell)).abort_handle();
        let watcher = Watcher { inbox, task };
        assert!(matches!(events.recv().await, Some(State::Connecting)));
        let failed = events.recv().await;
        assert!(matches!(&failed, Some(State::Failed { why, .. }) if why.kind == ErrorKind::Other), "{failed:?}");
        watcher.refresh(Cause::Command);
        let live = events.recv().await;
        assert!(matches!(&live, Some(State::Live(reading)) if reading.generation == 1), "{live:?}");
    }

    #[tokio::test]
    async fn the_last_cause_wins_and_a_command_is_not_lost() {
        let inbox = Arc::new(Inbox::default());
        let watcher = Watcher { inbox: Arc::clone(&inbox), task: tokio::spawn(async {}).abort_handle() };
        watcher.refresh(Cause::Command);
        watcher.refresh(Cause::Save);
        watcher.refresh(Cause::Focus);
        let request = inbox.next(Duration::ZERO).await;
        assert_eq!((request.cause, request.everything), (Cause::Focus, true));
        let request = inbox.next(Duration::from_millis(1)).await;
        assert_eq!((request.cause, request.everything), (Cause::Poll, false));
    }
}
