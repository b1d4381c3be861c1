//! Which objects of others are summed up in one finding each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Which objects of others are summed up in one finding each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
#[schemars(extend("additionalProperties" = false))]
pub struct Presets {
    /// Those of an extension (PostgreSQL).
    pub extensions: bool,
    /// Those of Supabase, Neon, PlanetScale, Replit and other platforms.
    pub platforms: bool,
    /// The tables in which other tools keep their migrations.
    pub migration_tools: bool,
    /// The tables of another application in the same database.
    pub applications: bool,
}

impl Default for Presets {
    fn default() -> Self {
        Self { extensions: true, platforms: true, migration_tools: true, applications: true }
    }
}
