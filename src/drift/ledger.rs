//! The ledger `drizzle-drift.ledger.json`: the team's decisions about drifts, and the verdict on each drift.

use std::collections::BTreeMap;

use jsonc_parser::ast::Value;
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::{Code, Drift};
use crate::catalog::ObjectRef;
use crate::declared::Declared;
use crate::text::{FilePath, Place, Span};

/// The ledger's file name, in the project's folder.
pub const LEDGER_FILE: &str = "drizzle-drift.ledger.json";

/// What an entry about a possible rename calls the old name among its evidence.
pub const FORMER_NAME: &str = "was";

/// The decisions of one project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(title = "drizzle-drift ledger")]
pub struct Ledger {
    /// The JSON schema of this file, for editors.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The format's version: 1.
    pub version: u32,
    /// One entry per decision, sorted by object and code.
    pub entries: Vec<Entry>,
}

/// One decision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The object, as messages name it: `conversations`, `billing.invoices`, `users.email`.
    pub object: String,
    /// The drift code.
    pub code: String,
    /// What was decided.
    pub decision: Decision,
    /// Why; never empty.
    #[serde(deserialize_with = "not_empty")]
    #[schemars(length(min = 1))]
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

fn not_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.trim().is_empty() {
        true => Err(serde::de::Error::custom("a decision needs a reason")),
        false => Ok(text),
    }
}

/// What a team can decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// Known, documented, to be settled later.
    Deferred,
    /// Not Drizzle's.
    Unmanaged,
    /// A possible rename is one, to be made in the database.
    Renamed,
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
#[error("it cannot be read: {0}")]
pub struct LedgerError(#[from] serde_json::Error);

impl Default for Ledger {
    fn default() -> Self {
        Self { schema: None, version: 1, entries: Vec::new() }
    }
}

impl Entry {
    /// What entries are sorted by; two about one object and code do not go together.
    pub fn key(&self) -> (&str, &str) {
        (&self.object, &self.code)
    }

    fn is_about(&self, drift: &Drift) -> bool {
        self.code == drift.code.name() && self.object == drift.object.to_string()
    }
}

impl Ledger {
    /// The ledger with `entry` in its place, instead of an older decision about the same object and code.
    pub fn with(mut self, entry: Entry) -> Self {
        self.entries.retain(|present| present.key() != entry.key());
        let place = self.entries.iter().position(|present| present.key() > entry.key());
        self.entries.insert(place.unwrap_or(self.entries.len()), entry);
        self
    }

    /// Reads a ledger's text.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        Ok(serde_json::from_str(text)?)
    }

    /// What the ledger says of `drift` on the day `today`: an entry counts only while the drift is still the one decided
    /// upon and its date is not past.
    pub fn status(&self, drift: &Drift, today: jiff::civil::Date) -> Status {
        match self.decision(drift, today).map(|entry| entry.decision) {
            None => Status::Open,
            Some(Decision::Deferred | Decision::Renamed) => Status::Deferred,
            Some(Decision::Unmanaged) => Status::Ignored,
        }
    }

    /// The entry that holds for `drift` on the day `today`.
    pub fn decision(&self, drift: &Drift, today: jiff::civil::Date) -> Option<&Entry> {
        self.entries.iter().find(|entry| {
            entry.is_about(drift)
                && entry.fingerprint == drift.fingerprint
                && entry.until.is_none_or(|until| today <= until)
        })
    }

    /// The decisions that no longer hold on the day `today`, given all `drifts` that there are: each at its entry in `file`
    /// (path and text), with the drift's own place beside it.
    pub fn stale<'a>(
        &self,
        drifts: impl IntoIterator<Item = &'a Drift>,
        declared: &Declared,
        file: Option<(FilePath, &str)>,
        today: jiff::civil::Date,
    ) -> Vec<Drift> {
        if self.entries.is_empty() {
            return Vec::new();
        }
        let mut present: BTreeMap<(String, &str), Vec<&Drift>> = BTreeMap::new();
        for drift in drifts {
            present.entry((drift.object.to_string(), drift.code.name())).or_default().push(drift);
        }
        let spans = file.as_ref().map(|(_, text)| entry_spans(text)).unwrap_or_default();
        let mut stale = Vec::new();
        for (index, entry) in self.entries.iter().enumerate() {
            let found = present.get(&(entry.object.clone(), entry.code.as_str())).map_or(&[][..], Vec::as_slice);
            let unchanged = found.iter().any(|drift| drift.fingerprint == entry.fingerprint);
            let why = match entry.until {
                _ if Code::from_name(&entry.code).is_none() => format!("`{}` is no drift code", entry.code),
                // What is not known now may be what was decided upon.
                _ if found.is_empty() && declared.is_open() => continue,
                _ if found.is_empty() => "there is no such drift any more".to_owned(),
                _ if !unchanged => "the drift has changed since".to_owned(),
                _ if entry.decision == Decision::Renamed && entry.code != Code::PossibleRename.name() => {
                    format!("`renamed` is a decision about a {}", Code::PossibleRename)
                }
                Some(until) if until < today => format!("it held until {until}"),
                _ => continue,
            };
            let mut drift = Drift::new(Code::StaleDeferral, entry_object(entry, found), None, Some(why.clone()));
            drift.live = None;
            drift.note = Some(why);
            drift.place = file
                .as_ref()
                .zip(spans.get(index))
                .map(|((path, _), span)| Place::new(path.clone(), *span))
                .or_else(|| found.first()?.place.clone());
            drift
                .related
                .extend(found.iter().filter_map(|found| Some((found.place.clone()?, format!("the {}", found.code)))));
            stale.push(drift);
        }
        stale
    }
}

/// The object that a decision is about; where it is gone, its name is all that is left.
fn entry_object(entry: &Entry, found: &[&Drift]) -> ObjectRef {
    let name = || ObjectRef::table(None, &entry.object);
    found.first().map_or_else(name, |drift| drift.object.clone())
}

/// Where each entry stands in the ledger's text.
fn entry_spans(text: &str) -> Vec<Span> {
    let parsed = parse_to_ast(text, &CollectOptions::default(), &ParseOptions::default()).ok();
    let Some(Value::Object(ledger)) = parsed.and_then(|parsed| parsed.value) else { return Vec::new() };
    let Some(entries) = ledger.get_array("entries") else { return Vec::new() };
    let range = |value: &Value<'_>| {
        use jsonc_parser::common::Ranged as _;
        Span::new(value.start(), value.end())
    };
    entries.elements.iter().map(range).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Dialect;

    fn entry(object: &str, fingerprint: &str, until: Option<jiff::civil::Date>) -> Entry {
        Entry {
            object: object.into(),
            code: "undeclared-table".into(),
            decision: Decision::Deferred,
            reason: "why".into(),
            owner: None,
            created: jiff::civil::date(2026, 11, 1),
            until,
            fingerprint: fingerprint.into(),
            evidence: BTreeMap::new(),
        }
    }

    #[test]
    fn a_decision_takes_the_place_of_an_older_one() {
        let ledger = ["m", "z", "a"].iter().fold(Ledger::default(), |ledger, name| ledger.with(entry(name, "1", None)));
        let ledger = ledger.with(entry("m", "2", None));
        let order: Vec<(&str, &str)> =
            ledger.entries.iter().map(|entry| (entry.object.as_str(), entry.fingerprint.as_str())).collect();
        assert_eq!(order, [("a", "1"), ("m", "2"), ("z", "1")]);
    }

    #[test]
    fn changed_expired_and_vanished_drifts_are_said() {
        let drift = |name: &str| {
            let live = Some(format!("{name} (id integer)"));
            Drift::new(Code::UndeclaredTable, ObjectRef::table(None, name), None, live)
        };
        let drifts = [drift("a"), drift("b"), drift("c")];
        let yesterday = jiff::civil::date(2026, 11, 21);
        let ledger = Ledger::default()
            .with(entry("a", &drifts[0].fingerprint, None))
            .with(entry("b", &drifts[1].fingerprint, Some(yesterday)))
            .with(entry("c", "other", None))
            .with(entry("d", "gone", None));
        let text = serde_json::to_string_pretty(&ledger).expect("JSON");
        let path = FilePath::new("/project/drizzle-drift.ledger.json");
        let today = jiff::civil::date(2026, 11, 22);
        let declared = Declared::empty(Dialect::Sqlite);
        let stale = ledger.stale(&drifts, &declared, Some((path, &text)), today);
        let said: Vec<(String, &str)> = stale
            .iter()
            .map(|stale| {
                let place = stale.place.as_ref().expect("a place");
                let entry = &text[place.span.range()];
                let name = entry.split('"').nth(3).expect("the object");
                assert_eq!(name, stale.object.name);
                (stale.object.to_string(), stale.note.as_deref().expect("a reason"))
            })
            .collect();
        assert_eq!(
            said,
            [
                ("b".to_owned(), "it held until 2026-11-21"),
                ("c".to_owned(), "the drift has changed since"),
                ("d".to_owned(), "there is no such drift any more"),
            ]
        );
        let open = Declared { tables_open: true, ..Declared::empty(Dialect::Sqlite) };
        assert_eq!(ledger.stale(&drifts, &open, None, today).len(), 2);
    }

    #[test]
    fn a_decision_needs_a_reason() {
        let mut ledger = Ledger::default().with(entry("a", "1", None));
        ledger.entries[0].reason = " ".into();
        let text = serde_json::to_string(&ledger).expect("JSON");
        assert!(Ledger::parse(&text).is_err());
    }
}
