//! What is known of the database right now, and how it came about.

use std::sync::Arc;
use std::time::Instant;

use super::LiveError;
use crate::catalog::LiveCatalog;

/// The state of the live side. Facts, once read, stay until better ones come; they say how old they are.
#[derive(Clone, Debug)]
pub enum State {
    /// Nothing is watched: no target, or no permission to open it.
    Off,
    /// The first reading is under way.
    Connecting,
    /// The facts hold.
    Live(Reading),
    /// The facts held once; since then the database cannot be read.
    Stale {
        /// The last facts.
        reading: Reading,
        /// Why there are no newer ones.
        why: LiveError,
        /// When it is tried again.
        retry_at: Instant,
    },
    /// The database could not be read so far.
    Failed {
        /// Why.
        why: LiveError,
        /// When it is tried again.
        retry_at: Instant,
    },
}

impl State {
    /// The last facts, whether they still hold or not.
    pub fn reading(&self) -> Option<&Reading> {
        match self {
            Self::Live(reading) | Self::Stale { reading, .. } => Some(reading),
            Self::Off | Self::Connecting | Self::Failed { .. } => None,
        }
    }
}

/// Facts and their age.
#[derive(Clone, Debug)]
pub struct Reading {
    /// What was read.
    pub catalog: Arc<LiveCatalog>,
    /// Grows with each reading that differs from the one before; equal generations are the same catalog.
    pub generation: u64,
    /// When it was read.
    pub read_at: Instant,
    /// When it was last seen to be still so.
    pub confirmed_at: Instant,
}

/// Why the database is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cause {
    /// The watching has begun.
    Start,
    /// The poll interval, or the time of the next attempt, is over.
    Poll,
    /// A schema or config file was saved.
    Save,
    /// The editor came to the front.
    Focus,
    /// Something changed in the migrations folder.
    Migrations,
    /// The user asked for it. Everything is read again, whatever the fingerprints say.
    Command,
}

/// What the watcher tells.
#[derive(Clone, Debug)]
pub struct LiveEvent {
    /// What is known now. With an unchanged generation only the age has moved.
    pub state: State,
    /// Why it was looked.
    pub cause: Cause,
}
