//! The one owner of mutable state: an inbox of events, the current snapshot of each project, what to publish.
//!
//! One thread takes the events in arrival order. It marks what each event touches and, once the inbox is empty or someone
//! asks a question, brings the touched projects up to date and publishes what changed. The database is never waited for:
//! its facts arrive as events. A fault in one event costs that event, is logged, and the session lives on.

mod analysis;
mod event;
mod open_files;
mod project_state;
mod worker;
mod workspace;

pub use analysis::{Analysis, age_of, analyse, limits, live_target, minute, notes, settings_notes};
pub use event::{Answer, Event, OfferedAction, Output, ProjectStatus, Pulled, Settings, StatusKind};
pub use open_files::EditedFiles;
pub use worker::{Inbox, start};
