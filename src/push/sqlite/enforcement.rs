//! Whether foreign keys are enforced while push runs.

use crate::catalog::Dialect;
use crate::push::input::Input;

/// The state of `PRAGMA foreign_keys`.
pub(super) struct Enforcement {
    /// Whether the PRAGMA does nothing. For libSQL drizzle-kit has the client turn the keys off before it begins; Cloudflare
    /// D1 has them on and takes no other word (measured with Cloudflare's own engine, miniflare 4).
    fixed: bool,
    on: bool,
}

impl Enforcement {
    /// As push begins.
    pub fn of(input: &Input) -> Self {
        let off = input.declared.dialect == Dialect::Turso;
        Self { fixed: off || input.pushes_to_d1, on: !off }
    }

    /// Takes note of `sql`; whether it is about this.
    pub fn note(&mut self, sql: &str) -> bool {
        let word = sql.strip_prefix("PRAGMA foreign_keys=");
        if let Some(word) = word.filter(|_| !self.fixed) {
            self.on = !word.starts_with("OFF");
        }
        word.is_some()
    }

    /// Whether a row must refer to one that is there.
    pub fn is_on(&self) -> bool {
        self.on
    }
}
