//! `compare(declared, live)`: every difference between the two sides, pure and deterministic. One file per family of
//! rules.

mod code;
mod compare;
mod ledger;

pub use code::{Class, Code, Severity};
pub use compare::compare;
pub use ledger::{Decision, Entry, LEDGER_FILE, Ledger, LedgerError, Status};

use crate::catalog::ObjectRef;
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
