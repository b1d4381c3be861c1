//! What a drizzle config says, apart from where the database is: from evaluated data to settings.

use std::path::Path;

use super::error::ProjectError;
use super::path;
use crate::catalog::{Dialect, Family, Filter, Generation, MigrationsTable};
use crate::declared::{Casing, ConfigPlaces, Data, PlacedData, Unresolved};
use crate::text::{Document, Encoding, FilePath, Files, Place};

/// Drivers that named a dialect before there was a `dialect` (drizzle-kit below 0.21).
const OLD_DRIVERS: [(&str, Dialect); 6] = [
    ("pg", Dialect::Postgresql),
    ("mysql2", Dialect::Mysql),
    ("better-sqlite", Dialect::Sqlite),
    ("better-sqlite3", Dialect::Sqlite),
    ("libsql", Dialect::Turso),
    ("turso", Dialect::Turso),
];

/// `schemaFilter` where the config has none (0.x; 1.0 takes every schema).
const DEFAULT_SCHEMAS: [&str; 1] = ["public"];

/// `out` where the config has none.
pub(super) const DEFAULT_MIGRATIONS: &str = "drizzle";

/// An evaluated config.
pub struct Config<'a> {
    /// Its exported object.
    pub data: &'a PlacedData,
    /// The file.
    pub file: &'a FilePath,
    /// The folder to which messages are relative.
    pub folder: &'a Path,
    /// Where the texts are.
    pub files: &'a dyn Files,
}

/// A list of which not all members are known.
#[derive(Debug, Default, PartialEq, Eq)]
struct Strings {
    known: Vec<String>,
    unresolved: Vec<Unresolved>,
}

impl Config<'_> {
    /// Fails where the export is not an object.
    pub fn check(&self) -> Result<(), ProjectError> {
        let why = match &self.data.data {
            Data::Object(_) => return Ok(()),
            Data::Unknown(why) => why.clone(),
            Data::Undefined => "it exports nothing".into(),
            _ => "it is no object".into(),
        };
        Err(ProjectError::ConfigUnreadable { place: self.place(&self.data.place), why })
    }

    /// `file:line`, for messages.
    pub fn place(&self, place: &Place) -> String {
        let shown = path::shown(place.file.as_path(), self.folder);
        match self.files.read(place.file.as_path()) {
            Some(text) => {
                let line = Document::new(text).position(place.span.start, Encoding::Utf16).line + 1;
                format!("{shown}:{line}")
            }
            None => shown,
        }
    }

    /// The config file, for messages.
    pub fn name(&self) -> String {
        path::shown(self.file.as_path(), self.folder)
    }

    /// Setting `key`, where it is set to something.
    pub fn get(&self, key: &str) -> Option<&PlacedData> {
        present(self.data.get(key)?)
    }

    fn unknown(&self, setting: &'static str, value: &PlacedData) -> ProjectError {
        let why = match &value.data {
            Data::Unknown(why) => why.clone(),
            _ => "it is no text".into(),
        };
        ProjectError::SettingUnknown { setting, place: self.place(&value.place), why }
    }

    /// `dialect`, or the driver that implied one.
    pub fn dialect(&self) -> Result<Dialect, ProjectError> {
        if let Some(value) = self.get("dialect") {
            let name = value.string().ok_or_else(|| self.unknown("dialect", value))?;
            return Dialect::from_name(name).ok_or_else(|| ProjectError::DialectUnsupported {
                name: name.into(),
                place: self.place(&value.place),
            });
        }
        let driver = self.get("driver").and_then(PlacedData::string);
        OLD_DRIVERS
            .iter()
            .find(|(name, _)| Some(*name) == driver)
            .map(|(_, dialect)| *dialect)
            .ok_or_else(|| ProjectError::DialectMissing { place: self.name() })
    }

    /// `schema`, and what of it cannot be known.
    pub fn schema(&self) -> Result<(Vec<String>, Vec<Unresolved>), ProjectError> {
        let value = self.get("schema").ok_or_else(|| ProjectError::SchemaMissing { place: self.name() })?;
        let strings = strings(value, "a schema path");
        if strings.known.is_empty() {
            return Err(match strings.unresolved.is_empty() {
                true => ProjectError::SchemaMissing { place: self.name() },
                false => self.unknown("schema", value),
            });
        }
        Ok((strings.known, strings.unresolved))
    }

    /// `casing`; 1.0 ignores it.
    pub fn casing(&self, generation: Generation) -> Result<Option<Casing>, ProjectError> {
        let Some(value) = self.get("casing").filter(|_| generation == Generation::V0) else { return Ok(None) };
        match value.string() {
            Some("snake_case") => Ok(Some(Casing::SnakeCase)),
            Some("camelCase") => Ok(Some(Casing::CamelCase)),
            Some(other) => Err(ProjectError::SettingUnknown {
                setting: "casing",
                place: self.place(&value.place),
                why: format!("\"{other}\" is neither \"snake_case\" nor \"camelCase\""),
            }),
            None => Err(self.unknown("casing", value)),
        }
    }

    /// The filters, and what of them cannot be known.
    pub fn filter(&self, dialect: Dialect, generation: Generation) -> (Filter, Vec<Unresolved>) {
        let mut unresolved = Vec::new();
        let mut read = |key: &str, what: &str| {
            let strings = self.get(key).map(|value| strings(value, what)).unwrap_or_default();
            unresolved.extend(strings.unresolved);
            strings.known
        };
        let tables = read("tablesFilter", "a pattern of tablesFilter");
        let mut extensions = read("extensionsFilters", "an extension of extensionsFilters");
        if generation == Generation::V0 && dialect.family() != Family::Postgresql {
            extensions.clear();
        }
        let schema_filter = self.get("schemaFilter").map(|_| read("schemaFilter", "a name of schemaFilter"));
        let default = default_filter(dialect, generation);
        let schemas = match dialect.family() {
            Family::Postgresql => schema_filter.or(default.schemas),
            Family::Mysql | Family::Sqlite => None,
        };
        let migrations = self.get("migrations");
        let setting = |key: &str| Some(migrations?.get(key)?.string()?.to_owned());
        let migrations = MigrationsTable {
            schema: setting("schema").unwrap_or(default.migrations.schema),
            table: setting("table").unwrap_or(default.migrations.table),
        };
        (Filter { generation, tables, schemas, extensions, migrations }, unresolved)
    }

    /// The folder of the migrations, relative to that in which drizzle-kit is run.
    pub fn migrations_folder(&self) -> &str {
        self.get("out").and_then(|folder| folder.string()).unwrap_or(DEFAULT_MIGRATIONS)
    }

    /// Where a quick-fix can edit the config.
    pub fn places(&self) -> ConfigPlaces {
        let filter = self.data.get("tablesFilter");
        let patterns = match filter.and_then(present) {
            None => Some(Vec::new()),
            Some(value) => {
                let strings = strings(value, "");
                strings.unresolved.is_empty().then_some(strings.known)
            }
        };
        ConfigPlaces {
            file: self.file.clone(),
            object: Some(self.data.place.clone()).filter(|place| self.is_object_literal(place)),
            tables_filter: filter.map(|value| value.place.clone()),
            table_patterns: patterns,
        }
    }

    fn is_object_literal(&self, place: &Place) -> bool {
        let text = self.files.read(place.file.as_path());
        let text = text.as_deref().and_then(|text| text.get(place.span.range()));
        place.file == *self.file && text.is_some_and(|text| text.starts_with('{') && text.ends_with('}'))
    }
}

/// The filters of a config that has none.
pub fn default_filter(dialect: Dialect, generation: Generation) -> Filter {
    let exact = dialect.family() == Family::Postgresql && generation == Generation::V0;
    let schemas = exact.then(|| DEFAULT_SCHEMAS.map(str::to_owned).to_vec());
    Filter { generation, schemas, ..Filter::default() }
}

/// The value, unless it is `undefined` or `null`.
pub fn present(value: &PlacedData) -> Option<&PlacedData> {
    Some(value).filter(|value| !matches!(value.data, Data::Undefined | Data::Null))
}

/// A string or a list of strings.
fn strings(value: &PlacedData, what: &str) -> Strings {
    let mut result = Strings::default();
    let items = match &value.data {
        Data::Array(items) => items.as_slice(),
        _ => std::slice::from_ref(value),
    };
    for item in items {
        match &item.data {
            Data::String(text) => result.known.push(text.clone()),
            Data::Unknown(why) => result.unresolved.push(unresolved(item, what, why)),
            _ => result.unresolved.push(unresolved(item, what, "it is no text")),
        }
    }
    result
}

fn unresolved(value: &PlacedData, what: &str, why: &str) -> Unresolved {
    Unresolved { place: value.place.clone(), what: what.into(), why: why.into() }
}
