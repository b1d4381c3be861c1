//! The ledger `drizzle-drift.ledger.json`: the team's decisions about drifts, and the verdict on each drift.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Code, Drift};

/// The ledger's file name, in the project's folder.
pub const LEDGER_FILE: &str = "drizzle-drift.ledger.json";

/// The decisions of one project.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ledger {
    /// The format's version: 1.
    pub version: u32,
    /// One entry per decision, sorted by object and code.
    pub entries: Vec<Entry>,
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The object, as messages name it: `conversations`, `billing.invoices`, `users.email`.
    pub object: String,
    /// The drift code.
    pub code: String,
    /// What was decided.
    pub decision: Decision,
    /// Why; never empty.
    pub reason: String,
    /// Who answers for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The day of the decision.
    pub created: jiff::civil::Date,
    /// The last day on which it holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<jiff::civil::Date>,
    /// The fingerprint of the drift decided upon.
    pub fingerprint: String,
    /// What was known at the time: row estimates and the like, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub evidence: BTreeMap<String, String>,
}

/// What a team can decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Known, documented, to be settled later.
    Deferred,
    /// Not Drizzle's.
    Unmanaged,
}

/// The contract's `status` of a drift.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Nobody has decided about it.
    Open,
    /// The ledger defers it.
    Deferred,
    /// The ledger or the settings leave it out.
    Ignored,
}

/// Why a ledger cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("{LEDGER_FILE} cannot be read: {0}")]
pub struct LedgerError(#[from] serde_json::Error);

impl Ledger {
    /// Reads a ledger's text.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        Ok(serde_json::from_str(text)?)
    }

    /// What the ledger says of `drift` on the day `today`: an entry counts only while the drift is still the one decided
    /// upon and its date is not past.
    pub fn status(&self, drift: &Drift, today: jiff::civil::Date) -> Status {
        let object = drift.object.to_string();
        let verdict = self.entries.iter().find(|entry| {
            entry.object == object
                && Code::from_name(&entry.code) == Some(drift.code)
                && entry.fingerprint == drift.fingerprint
                && entry.until.is_none_or(|until| today <= until)
        });
        match verdict.map(|entry| entry.decision) {
            None => Status::Open,
            Some(Decision::Deferred) => Status::Deferred,
            Some(Decision::Unmanaged) => Status::Ignored,
        }
    }
}
