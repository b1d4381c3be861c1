//! Env objects: `process.env` and the parsers (zod, t3 `createEnv`) that stand between it and a config.

use std::rc::Rc;

use super::value::{Object, Value};

/// As much of a zod-like parser as decides what comes out of it: a shape of parsers, a default, a conversion.
#[derive(Default)]
pub(super) struct Parser {
    /// `z.object({ ... })`.
    pub shape: Option<Rc<Object>>,
    /// `.default(value)`.
    pub default: Option<Value>,
    /// `z.coerce.number()`.
    pub coerces_to_number: bool,
    /// Set where a step changes the value in a way that is not read: `.transform(...)`.
    pub opaque: bool,
}
