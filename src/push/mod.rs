//! What `drizzle-kit push` would do, per kit version: its statements in order, what it asks, what is lost, where it fails;
//! and from that what it would do about each drift.

mod assess;
mod confirmation;
mod doubt;
mod evidence;
mod hints;
mod input;
mod message;
mod mysql;
mod noise;
mod plan;
mod postgresql;
mod push_plan;
mod renames;
mod spelled;
mod sqlite;
mod stale;

pub use assess::assess;
pub use doubt::Doubt;
pub use hints::{Hint, hints};
pub use plan::{outline, plan};
pub use push_plan::{Along, Aspect, Choice, Failure, Loss, Outcome, Prompt, PromptKind, PushPlan, Statement, Touch};
pub use stale::stale;

use serde::Serialize;

use crate::drift::{Drift, Severity, Status};

/// What push would do about one drift.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Consequence {
    /// Its statements, each ended by `;`.
    pub statements: Vec<String>,
    /// Whether they would lose data that is there.
    pub data_loss: bool,
    /// Whether push would stop at a question before them.
    pub asks: bool,
    /// The same in one sentence for people: `drizzle-kit push would drop the table and its about 1,204 rows.`
    #[serde(skip)]
    pub sentence: String,
}

/// A drift with everything that a report says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The difference.
    pub drift: Drift,
    /// What push would do about it; `None` where it does nothing.
    pub consequence: Option<Consequence>,
    /// The severity, raised to error where push would lose data.
    pub severity: Severity,
    /// One sentence: the object, both sides, what push would do.
    pub message: String,
    /// What the ledger says.
    pub status: Status,
}
