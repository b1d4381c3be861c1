//! An attribute that may not be known.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What is known of one attribute. An unknown attribute takes part in no claim.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Fact<T> {
    /// It is this.
    Known(T),
    /// It cannot be known without running the code.
    #[default]
    Unknown,
}

impl<T> Fact<T> {
    /// The value, where it is known.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown => None,
        }
    }
}

impl<T> From<T> for Fact<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

/// A fact as a file keeps it: the value itself, or `{ "unknown": true }`. Null is a value.
#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum Written<T> {
    Unknown { unknown: bool },
    Known(T),
}

impl<T: Serialize> Serialize for Fact<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => Written::Known(value),
            Self::Unknown => Written::Unknown { unknown: true },
        }
        .serialize(serializer)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Fact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(match Written::deserialize(deserializer)? {
            Written::Known(value) => Self::Known(value),
            Written::Unknown { .. } => Self::Unknown,
        })
    }
}
