//! A change that someone expects: `+NAME`, `-NAME` or `~NAME`, and which of the changes that happened it explains.

use std::fmt;
use std::str::FromStr;

use super::{Change, Dialect, ObjectKind, ObjectRef, Sign};

/// An expected change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    sign: Sign,
    /// `table`, `schema.table`, `table.column`, or the name of anything else.
    name: String,
}

impl FromStr for Expectation {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut characters = text.chars();
        let sign = characters.next().and_then(Sign::of_symbol);
        let name = characters.as_str().trim();
        match sign {
            Some(sign) if !name.is_empty() => Ok(Self { sign, name: name.to_owned() }),
            _ => {
                Err("a change is +NAME (created), -NAME (dropped) or ~NAME (altered); NAME is table, schema.table or \
                      table.column"
                    .into())
            }
        }
    }
}

impl fmt::Display for Expectation {
    /// `+ identity_map`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.sign.symbol(), self.name)
    }
}

impl Expectation {
    /// That `sign` happens to `object`, or, where it belongs to a table, that the table is altered.
    pub fn of(sign: Sign, object: &ObjectRef) -> Self {
        let (sign, name) = match &object.table {
            Some(table) if object.kind != ObjectKind::Table => (Sign::Altered, table),
            _ => (sign, &object.name),
        };
        let name = object.schema.as_ref().map_or_else(|| name.clone(), |schema| format!("{schema}.{name}"));
        Self { sign, name }
    }

    /// What is expected to happen.
    pub fn sign(&self) -> Sign {
        self.sign
    }

    /// To what, as it was written.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is `change` itself, or, for `~table`, a change of something that belongs to the table.
    pub fn happened(&self, change: &Change, dialect: Dialect) -> bool {
        match self.sign {
            Sign::Altered if self.names_owner(&change.object, dialect) => true,
            sign => sign == change.sign && self.names(&change.object, dialect),
        }
    }

    /// Whether the name is that of `object`.
    fn names(&self, object: &ObjectRef, dialect: Dialect) -> bool {
        let own = match &object.table {
            Some(table) if object.kind != ObjectKind::Table => format!("{table}.{}", object.name),
            _ => object.name.clone(),
        };
        self.is_written(object.schema.as_deref(), &own, dialect)
    }

    /// Whether the name is that of the table to which `object` belongs.
    fn names_owner(&self, object: &ObjectRef, dialect: Dialect) -> bool {
        object.table.as_ref().is_some_and(|table| self.is_written(object.schema.as_deref(), table, dialect))
    }

    /// With its schema, or without it.
    fn is_written(&self, schema: Option<&str>, name: &str, dialect: Dialect) -> bool {
        let same = |name: &str| dialect.family().same_identifier(&self.name, name);
        same(name) || schema.is_some_and(|schema| same(&format!("{schema}.{name}")))
    }
}

/// Whether one of `expectations` is `change`, or what is expected brings it along.
pub fn is_expected(expectations: &[Expectation], change: &Change, dialect: Dialect) -> bool {
    if expectations.iter().any(|expectation| expectation.happened(change, dialect)) {
        return true;
    }
    let object = &change.object;
    let named = |object: &ObjectRef| {
        expectations.iter().any(|expectation| expectation.sign == change.sign && expectation.names(object, dialect))
    };
    match (object.kind, &object.table) {
        // An enum that comes or goes with the tables that use it.
        (ObjectKind::Enum, _) => {
            let user = |(schema, table): &(Option<String>, String)| named(&ObjectRef::table(schema.clone(), table));
            !change.users.is_empty() && change.users.iter().all(user)
        }
        (ObjectKind::Table | ObjectKind::Column, _) | (_, None) => false,
        // An index, a constraint or a sequence that comes or goes with a column of it.
        (_, Some(_)) => change
            .columns
            .iter()
            .any(|name| named(&ObjectRef { kind: ObjectKind::Column, name: name.clone(), ..object.clone() })),
    }
}
