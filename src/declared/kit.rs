//! The drizzle-kit whose behaviour is predicted.

use std::fmt;

use crate::catalog::Generation;

/// An installed (or assumed) drizzle-kit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kit {
    /// Its version: `0.31.11`, `1.0.0-rc.5`.
    pub version: String,
    /// Where the version was found: `node_modules`, `package-lock.json`, `package.json`, `default`, `--kit-version`.
    pub source: String,
    /// Whether the config has it push to Cloudflare D1 (`driver: 'd1-http'`), which enforces foreign keys whatever a push
    /// says. <https://developers.cloudflare.com/d1/sql-api/foreign-keys/>
    pub pushes_to_d1: bool,
}

impl Default for Kit {
    /// The contract's assumption where none is installed.
    fn default() -> Self {
        Self { version: "0.31.11".into(), source: "default".into(), pushes_to_d1: false }
    }
}

impl Kit {
    /// Which rules it follows.
    pub fn generation(&self) -> Generation {
        if self.version.starts_with("0.") { Generation::V0 } else { Generation::V1 }
    }
}

impl fmt::Display for Kit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "drizzle-kit {}", self.version)
    }
}
