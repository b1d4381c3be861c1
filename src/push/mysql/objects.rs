//! How a drift names what a statement of push touches.

use crate::catalog::{ObjectKind, ObjectRef};
use crate::push::{Aspect, Touch};

/// The table `name`.
pub(super) fn table(name: &str) -> ObjectRef {
    ObjectRef::table(None, name)
}

/// The view `name`.
pub(super) fn view(name: &str) -> ObjectRef {
    ObjectRef { kind: ObjectKind::View, schema: None, table: None, name: name.into() }
}

/// What belongs to `table`.
pub(super) fn of_table(kind: ObjectKind, table: &str, name: &str) -> ObjectRef {
    ObjectRef { kind, schema: None, table: Some(table.into()), name: name.into() }
}

/// That `aspect` of the part `name` of `table` changes.
pub(super) fn touch(kind: ObjectKind, table: &str, name: &str, aspect: Aspect) -> Touch {
    Touch::new(of_table(kind, table, name), aspect)
}
