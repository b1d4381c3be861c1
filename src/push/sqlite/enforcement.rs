//! Whether foreign keys are enforced while push runs.

use crate::catalog::Dialect;

/// The state of `PRAGMA foreign_keys`.
pub(super) struct Enforcement {
    /// For libSQL drizzle-kit has the client turn the keys off, whatever it says later.
    off_for_good: bool,
    on: bool,
}

impl Enforcement {
    /// As push begins.
    pub fn of(dialect: Dialect) -> Self {
        let off_for_good = dialect == Dialect::Turso;
        Self { off_for_good, on: !off_for_good }
    }

    /// Takes note of `sql`; whether it is about this.
    pub fn note(&mut self, sql: &str) -> bool {
        let word = sql.strip_prefix("PRAGMA foreign_keys=");
        if let Some(word) = word {
            self.on = !self.off_for_good && !word.starts_with("OFF");
        }
        word.is_some()
    }

    /// Whether a row must refer to one that is there.
    pub fn is_on(&self) -> bool {
        self.on
    }
}
