//! What can be wrong with a project, each as one sentence that says what to do.

use std::path::PathBuf;

use crate::catalog::Dialect;

/// Why a project cannot be read at all. The command line answers each with exit code 2.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProjectError {
    /// The folder given as DIR is none.
    #[error("{} is not a folder; give the folder in which you run drizzle-kit", folder.display())]
    NoFolder {
        /// What was given.
        folder: PathBuf,
    },
    /// Our own settings cannot be read.
    #[error("{} cannot be read: {why}; correct it or take it away", path.display())]
    SettingsUnreadable {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// Neither the folder nor anything below it holds a config.
    #[error(
        "no drizzle config was found in {} or below it; give its folder, or the file with --config, or do without one \
         with --schema and --dialect",
        folder.display()
    )]
    NoConfig {
        /// DIR.
        folder: PathBuf,
    },
    /// Several configs lie below the folder, and none in it.
    #[error(
        "several drizzle configs were found below {}: {}; give the folder of one, or the file with --config",
        folder.display(),
        configs.join(", ")
    )]
    SeveralConfigs {
        /// DIR.
        folder: PathBuf,
        /// The configs, relative to it.
        configs: Vec<String>,
    },
    /// The file given with `--config` cannot be read.
    #[error("the config file {} cannot be read; check the path given with --config", path.display())]
    ConfigNotFound {
        /// What was given.
        path: PathBuf,
    },
    /// A file given with `--env-file` cannot be read.
    #[error("the env file {} cannot be read; check the path given with --env-file", path.display())]
    EnvironmentFileNotFound {
        /// What was given.
        path: PathBuf,
    },
    /// The config's export cannot be known, or is no object.
    #[error(
        "{place}: the exported config cannot be read ({why}); export an object literal or defineConfig({{ ... }}), or do \
         without the config with --schema and --dialect"
    )]
    ConfigUnreadable {
        /// File and line.
        place: String,
        /// What stands in the way.
        why: String,
    },
    /// A setting without which nothing can be said cannot be known.
    #[error(
        "{place}: `{setting}` cannot be read without running the config ({why}); write it as a literal, or do without \
         the config with --schema and --dialect"
    )]
    SettingUnknown {
        /// The setting's name.
        setting: &'static str,
        /// File and line.
        place: String,
        /// What stands in the way.
        why: String,
    },
    /// The config names no dialect.
    #[error("{place}: no `dialect` can be read from the config; set it to one of {}", dialects())]
    DialectMissing {
        /// The config file.
        place: String,
    },
    /// The dialect is none that we read.
    #[error("the dialect \"{name}\" ({place}) is not supported; supported are {}", dialects())]
    DialectUnsupported {
        /// As written.
        name: String,
        /// File and line, or the option.
        place: String,
    },
    /// The config names no schema.
    #[error("{place}: the config has no `schema`; set it to the path or glob of the schema files")]
    SchemaMissing {
        /// The config file.
        place: String,
    },
    /// The schema paths match nothing.
    #[error(
        "no schema file matches {} in {}; schema paths are relative to the folder in which drizzle-kit is run, not to the \
         config file: give that folder",
        patterns.iter().map(|pattern| format!("\"{pattern}\"")).collect::<Vec<_>>().join(", "),
        folder.display()
    )]
    NoSchemaFiles {
        /// As written.
        patterns: Vec<String>,
        /// The folder against which they were resolved.
        folder: PathBuf,
    },
    /// A file exists and cannot be read.
    #[error("the {kind} file {} cannot be read; it has to be readable and UTF-8", path.display())]
    FileUnreadable {
        /// `config` or `schema`.
        kind: &'static str,
        /// The file.
        path: PathBuf,
    },
    /// `--schema` needs a dialect.
    #[error("--schema needs --dialect; give one of {}", dialects())]
    SchemaWithoutDialect,
    /// `--dialect` replaces a config only together with `--schema`.
    #[error("--dialect needs --schema; give the path or glob of the schema files, or leave --dialect to the config")]
    DialectWithoutSchema,
}

/// Why it is not known where the database is. Only what connects needs to know; the command line then answers with exit
/// code 2. Carries no secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetProblem {
    /// A variable that the URL is made of is not set.
    #[error(
        "{} not set; looked in {}; set {} in one of them, or give --database-url",
        is(variables),
        looked_in.join(", "),
        if variables.len() == 1 { "it" } else { "them" }
    )]
    VariableNotSet {
        /// The variables.
        variables: Vec<String>,
        /// Where they were looked for: the environment, and files relative to the project's folder.
        looked_in: Vec<String>,
    },
    /// A variable is set to the empty text.
    #[error("{} set, but empty; give it a value, or give --database-url", is(variables))]
    Empty {
        /// The variables.
        variables: Vec<String>,
    },
    /// The URL cannot be known without running the config.
    #[error(
        "{place}: `{setting}` cannot be read without running the config ({why}); give --database-url, or set \
         DRIZZLE_DRIFT_DATABASE_URL"
    )]
    Unknown {
        /// The setting: `dbCredentials.url`.
        setting: String,
        /// File and line.
        place: String,
        /// What stands in the way.
        why: String,
    },
    /// The config says nothing about a database.
    #[error(
        "{place} names no database: `dbCredentials` has neither a `url` nor a `host` and `database`; add one, or give \
         --database-url"
    )]
    Missing {
        /// The config file.
        place: String,
    },
    /// Without a config there is nothing else that names a database.
    #[error("no database is named; give --database-url, or set DRIZZLE_DRIFT_DATABASE_URL")]
    NotGiven,
    /// A driver that reaches its database by other means than a connection.
    #[error(
        "the driver \"{driver}\" ({place}) {why}; give --database-url to compare with a database that can be connected to"
    )]
    Driver {
        /// As written.
        driver: String,
        /// File and line.
        place: String,
        /// How that driver reaches its database.
        why: &'static str,
    },
    /// Host, port and the like do not make a URL.
    #[error("{place}: `dbCredentials` do not make a connection URL ({why}); correct them, or give --database-url")]
    Malformed {
        /// File and line.
        place: String,
        /// What is wrong.
        why: String,
    },
}

fn dialects() -> String {
    Dialect::ALL.map(Dialect::name).join(", ")
}

fn is(variables: &[String]) -> String {
    let verb = if variables.len() == 1 { "is" } else { "are" };
    format!("{} {verb}", variables.join(", "))
}
