//! What push would do about one drift, for the schema languages whose whole push is not planned yet.

mod change;
mod plan;
mod postgresql;
mod spelling;
mod sqlite;

pub(super) use change::change;
pub(super) use plan::Plan;
