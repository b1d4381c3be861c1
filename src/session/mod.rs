//! The one owner of mutable state: an inbox of events, the current snapshot, generations, what to publish.

mod analysis;

pub use analysis::{analyse, live_target};
