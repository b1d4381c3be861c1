//! The session's thread: takes the events in order, and brings things up to date between them.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Handle;
use tokio::sync::mpsc;

use super::event::{Event, Output};
use super::workspace::Workspace;

/// Where events go in. Cheap to clone; sending never waits.
#[derive(Clone, Debug)]
pub struct Inbox(Arc<mpsc::UnboundedSender<Event>>);

impl Inbox {
    /// Puts `event` behind those already there. After the session's end nobody takes it.
    pub fn send(&self, event: Event) {
        let _ = self.0.send(event);
    }

    /// An inbox that does not keep the session alive, for those that the session itself owns.
    pub(super) fn downgrade(&self) -> WeakInbox {
        WeakInbox(Arc::downgrade(&self.0))
    }
}

/// See [`Inbox::downgrade`].
#[derive(Clone, Debug)]
pub(super) struct WeakInbox(std::sync::Weak<mpsc::UnboundedSender<Event>>);

impl WeakInbox {
    /// Puts `event` in the inbox; whether there still is one.
    pub(super) fn send(&self, event: Event) -> bool {
        self.0.upgrade().is_some_and(|sender| sender.send(event).is_ok())
    }
}

/// Starts a session on a thread of its own; it ends when the last [`Inbox`] is dropped. What it says by itself goes to
/// `outputs`; its database workers run on `runtime`.
pub fn start(outputs: mpsc::UnboundedSender<Output>, runtime: Handle) -> Inbox {
    let (sender, receiver) = mpsc::unbounded_channel();
    let inbox = Inbox(Arc::new(sender));
    let weak = inbox.downgrade();
    let spawned = std::thread::Builder::new().name("session".into()).spawn(move || {
        run(receiver, Workspace::new(outputs, weak, runtime));
    });
    if let Err(error) = spawned {
        tracing::error!(%error, "the session's thread cannot be started");
    }
    inbox
}

fn run(mut inbox: mpsc::UnboundedReceiver<Event>, mut workspace: Workspace) {
    while let Some(event) = inbox.blocking_recv() {
        guarded(|| workspace.handle(event));
        // What is already waiting is handled first, so that a burst of keystrokes costs one reading.
        while let Ok(event) = inbox.try_recv() {
            guarded(|| workspace.handle(event));
        }
        guarded(|| workspace.settle());
    }
}

/// Runs `step`; a fault in it costs this step only, and is logged.
fn guarded(step: impl FnOnce()) {
    if let Err(fault) = catch_unwind(AssertUnwindSafe(step)) {
        tracing::error!(fault = fault_text(&*fault), "an event could not be handled");
    }
}

fn fault_text(fault: &(dyn Any + Send)) -> &str {
    fault.downcast_ref::<&str>().copied().or_else(|| fault.downcast_ref::<String>().map(String::as_str)).unwrap_or("?")
}

/// Asks the session every `interval` to look at its projects' files, for editors that do not report changed files.
pub(super) async fn look_at_files(inbox: WeakInbox, interval: Duration) {
    let mut ticks = tokio::time::interval(interval);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if !inbox.send(Event::LookAtFiles) {
            return;
        }
    }
}
