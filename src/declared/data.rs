//! A module's exported value as plain data with places: how the `project` room reads a drizzle config.

use crate::text::{FilePath, Place};

/// A value that the evaluator knows, without functions and builders.
#[derive(Clone, PartialEq)]
pub enum Data {
    /// `undefined`.
    Undefined,
    /// `null`.
    Null,
    /// A boolean.
    Boolean(bool),
    /// A number.
    Number(f64),
    /// A string. It may be a secret, which is why this type has no `Debug`.
    String(String),
    /// An array.
    Array(Vec<PlacedData>),
    /// A plain object, in insertion order.
    Object(Vec<Property>),
    /// Something else that is known, yet is no data: a function, a class instance, a table.
    Other,
    /// What cannot be known without running the code, and why.
    Unknown(String),
}

/// Data and the expression that yields it.
#[derive(Clone, PartialEq)]
pub struct PlacedData {
    /// The value.
    pub data: Data,
    /// The expression.
    pub place: Place,
    /// The environment variables that went into the value, in order of look-up.
    pub variables: Vec<String>,
}

/// A property of an object.
#[derive(Clone, PartialEq)]
pub struct Property {
    /// Its key.
    pub key: String,
    /// The whole property: `key: value`.
    pub place: Place,
    /// Its value.
    pub value: PlacedData,
}

impl PlacedData {
    /// The value of property `key`, where this is an object that has it.
    pub fn get(&self, key: &str) -> Option<&PlacedData> {
        match &self.data {
            Data::Object(properties) => {
                properties.iter().find(|property| property.key == key).map(|property| &property.value)
            }
            _ => None,
        }
    }

    /// The string, where it is one.
    pub fn string(&self) -> Option<&str> {
        match &self.data {
            Data::String(text) => Some(text),
            _ => None,
        }
    }
}

/// The environment in which a config is read.
pub trait Environment {
    /// The value of variable `name`: from the process, the env files loaded so far, and so on.
    fn variable(&mut self, name: &str) -> Option<String>;

    /// The config loads an env file: `import "dotenv/config"` (no path), `dotenv.config({ path })`, `loadEnvConfig(dir)`.
    /// Later look-ups see what it defines. Relative paths are relative to the project's folder.
    fn load(&mut self, load: EnvironmentLoad);

    /// The folder in which drizzle-kit runs: `process.cwd()`.
    fn folder(&self) -> Option<String> {
        None
    }
}

/// How a config loads env files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnvironmentLoad {
    /// One env file; `override_existing` as in dotenv's `override: true`.
    File {
        /// The path as written, `.env` by default.
        path: String,
        /// Whether its values win over existing ones.
        override_existing: bool,
    },
    /// Next.js's `loadEnvConfig(folder)`: `.env.local`, `.env` and the like of a folder.
    NextFolder(String),
    /// An env file whose path cannot be known.
    Unknown,
}

/// The places of a drizzle config that a quick-fix edits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigPlaces {
    /// The config file.
    pub file: FilePath,
    /// The braces of the config's object literal; `None` where it is not one.
    pub object: Option<Place>,
    /// The value of `tablesFilter` (or of its spread or constant), where there is one.
    pub tables_filter: Option<Place>,
    /// The patterns of `tablesFilter`, where all are known.
    pub table_patterns: Option<Vec<String>>,
}
