//! `unresolved-declaration`.

use super::{Code, Drift};
use crate::catalog::{ObjectKind, ObjectRef};
use crate::declared::Declared;

/// What of the code could not be read without running it.
pub(super) fn declarations(declared: &Declared, drifts: &mut Vec<Drift>) {
    for unresolved in &declared.unresolved {
        let object = ObjectRef { kind: ObjectKind::Table, schema: None, table: None, name: unresolved.what.clone() };
        let mut drift = Drift::new(Code::UnresolvedDeclaration, object, Some(unresolved.why.clone()), None);
        drift.place = Some(unresolved.place.clone());
        drifts.push(drift);
    }
}
