//! The two rule sets of drizzle-kit.

use serde::{Deserialize, Serialize};

/// Whose rules hold: they decide what a filter lets through, what names are made up and which statements push emits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Generation {
    /// drizzle-kit 0.x with drizzle-orm 0.x.
    #[default]
    V0,
    /// 1.0 and its pre-releases.
    V1,
}
