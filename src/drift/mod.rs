//! `compare(declared, live)`: every difference between the two sides, pure and deterministic. One file per family of
//! rules.

mod checks;
mod code;
mod columns;
mod compare;
mod defaults;
mod enums;
mod foreign_keys;
mod generated;
mod groups;
mod identity;
mod index_key;
mod indexes;
mod ledger;
mod likeness;
mod matching;
mod nullability;
mod of_object;
mod others;
mod ownership;
mod parameters;
mod parts;
mod places;
mod policies;
mod primary_key;
mod renames;
mod sequences;
mod short_sql;
mod tables;
mod types;
mod unresolved;
mod views;

pub use code::{Class, Code, Severity};
pub use compare::{compare, compare_with, sort};
pub use ledger::{Decision, Entry, FORMER_NAME, LEDGER_FILE, Ledger, LedgerError, Status};
pub use of_object::Objects;

use sha2::{Digest, Sha256};

use crate::catalog::{Family, ObjectRef};
use crate::text::Place;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Which rule found it.
    pub code: Code,
    /// What kind of difference it is.
    pub class: Class,
    /// What differs.
    pub object: ObjectRef,
    /// What else the same difference is about: the other side's name of a key or an index, the old name of a rename, the
    /// other tables of a group. A statement that touches one of them is explained by this drift.
    pub also: Vec<ObjectRef>,
    /// What the rule found beyond the two sides, as part of a sentence: whose objects a group's are, what speaks for a
    /// rename, what is wrong with a decision.
    pub note: Option<String>,
    /// The declared side as short SQL; `None` where the code does not have it.
    pub declared: Option<String>,
    /// The live side as short SQL; `None` where the database does not have it.
    pub live: Option<String>,
    /// Where it is shown; `None` where there is no schema file to show it in.
    pub place: Option<Place>,
    /// Other places that belong to it, each with a few words (the helper that brings a column).
    pub related: Vec<(Place, String)>,
    /// Changes exactly when the drift itself does: a hash of code, object and both sides.
    pub fingerprint: String,
}

impl Drift {
    /// A drift of meaning without a place. Its fingerprint is taken of the two sides as given here.
    fn new(code: Code, object: ObjectRef, declared: Option<String>, live: Option<String>) -> Self {
        let mut hash = Sha256::new();
        for part in [Some(code.name()), Some(&object.to_string()), declared.as_deref(), live.as_deref()] {
            // A side that is not there differs from one that is empty.
            hash.update(part.map_or(u64::MAX, |part| part.len() as u64).to_be_bytes());
            hash.update(part.unwrap_or_default());
        }
        let fingerprint = hex(hash);
        Self {
            code,
            class: Class::Drift,
            object,
            also: Vec::new(),
            note: None,
            declared,
            live,
            place: None,
            related: Vec::new(),
            fingerprint,
        }
    }

    /// The old name of a possible rename.
    pub fn former_name(&self) -> Option<String> {
        (self.code == Code::PossibleRename).then(|| self.also.first()).flatten().map(ToString::to_string)
    }

    /// Takes in `other`, which is then part of this drift and no drift by itself.
    fn absorb(&mut self, other: Self) {
        let mut hash = Sha256::new();
        hash.update(&self.fingerprint);
        hash.update(&other.fingerprint);
        self.fingerprint = hex(hash);
        self.also.push(other.object);
        self.also.extend(other.also);
    }

    /// Says that it is also about `other`, unless that is its object under the same name.
    fn also_about(&mut self, family: Family, other: ObjectRef) {
        let same = |known: &ObjectRef| known.kind == other.kind && family.same_identifier(&known.name, &other.name);
        if !same(&self.object) && !self.also.iter().any(same) {
            self.also.push(other);
        }
    }
}

/// Enough of a hash to tell drifts apart.
fn hex(hash: Sha256) -> String {
    hash.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}
