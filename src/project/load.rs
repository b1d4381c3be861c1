//! Loads a project: finds its config, reads it without running it, and resolves all that it names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config::Config;
use super::discover::{DEFAULT_NAMES, discover};
use super::environment::{ProjectEnvironment, Variables};
use super::error::{ProjectError, TargetProblem};
use super::target::{self, DatabaseTarget, GivenUrl};
use super::{kit, path, schema_files};
use crate::catalog::{Dialect, Filter};
use crate::declared::{Casing, ConfigPlaces, Declared, Kit, Reader, Request, Unresolved};
use crate::text::{FilePath, Files};

/// The ledger's file name, in the project's folder. The room that reads ledgers lies above this one; a test keeps the two
/// names equal.
const LEDGER_FILE: &str = "drizzle-drift.ledger.json";

/// What a project is loaded from. Paths are relative to `folder` where they are not absolute.
#[derive(Clone, Debug, Default)]
pub struct LoadRequest {
    /// DIR, absolute: the folder in which drizzle-kit would be run.
    pub folder: PathBuf,
    /// `--config`.
    pub config: Option<PathBuf>,
    /// `--database-url`, or the variable that stands for it.
    pub database_url: Option<GivenUrl>,
    /// `--schema`: does without a config, together with `dialect`.
    pub schema: Vec<String>,
    /// `--dialect`.
    pub dialect: Option<String>,
    /// `--env-file`.
    pub env_files: Vec<PathBuf>,
    /// `--kit-version`.
    pub kit_version: Option<String>,
    /// The variables of the process.
    pub variables: Variables,
}

/// One project: one drizzle config (or what stands in for it) in one folder.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder in which drizzle-kit would be run.
    pub folder: PathBuf,
    /// The config's places, where there is a config.
    pub config: Option<ConfigPlaces>,
    /// The dialect.
    pub dialect: Dialect,
    /// `schema`, as written.
    pub schema_patterns: Vec<String>,
    /// The files that `schema` stands for, in the order in which drizzle-kit executes them.
    pub schema_files: Vec<FilePath>,
    /// `casing`, where the kit heeds it.
    pub casing: Option<Casing>,
    /// Which live objects belong to the project.
    pub filter: Filter,
    /// Where the database is, or why that is not known.
    pub target: Result<DatabaseTarget, TargetProblem>,
    /// The kit whose behaviour is predicted.
    pub kit: Kit,
    /// The ledger.
    pub ledger: LedgerFile,
    /// Files and folders whose change means that the project has to be loaded again.
    pub watched: Vec<PathBuf>,
    /// What of the config cannot be known without running it.
    pub unresolved: Vec<Unresolved>,
}

/// The ledger file as it stands.
#[derive(Clone, Debug)]
pub struct LedgerFile {
    /// Where it is, or would be.
    pub path: PathBuf,
    /// Its text, where there is one.
    pub text: Option<Arc<str>>,
}

impl Project {
    /// What the reader of the declared side has to read.
    pub fn request(&self) -> Request {
        Request {
            dialect: self.dialect,
            schema_files: self.schema_files.clone(),
            casing: self.casing,
            kit: self.kit.clone(),
        }
    }

    /// Reads the declared side. Where a part of `schema` or of a filter is not known, there may be tables beyond those
    /// that are, and nothing live can be called undeclared.
    pub fn declared(&self, files: &dyn Files, reader: &mut Reader) -> Declared {
        let mut declared = reader.read(&self.request(), files);
        declared.tables_open |= !self.unresolved.is_empty();
        declared.unresolved.extend(self.unresolved.iter().cloned());
        declared.unresolved.sort();
        declared
    }
}

/// Loads the project that `request` describes.
pub fn load(request: &LoadRequest, files: &dyn Files, reader: &mut Reader) -> Result<Project, ProjectError> {
    if !files.is_directory(&request.folder) {
        return Err(ProjectError::NoFolder { folder: request.folder.clone() });
    }
    match (request.schema.is_empty(), &request.dialect) {
        (false, Some(dialect)) => without_config(request, dialect, files),
        (false, None) => Err(ProjectError::SchemaWithoutDialect),
        (true, Some(_)) => Err(ProjectError::DialectWithoutSchema),
        (true, None) => {
            let (folder, config) = locate(request, files)?;
            with_config(request, &folder, &FilePath::new(config), files, reader)
        }
    }
}

/// Loads the project of `config` as an editor finds it, which knows of no DIR: it is run in the first of the config's
/// folder, its nearest package folder and `root` in which the schema paths exist.
pub fn load_in_workspace(
    request: &LoadRequest,
    config: &Path,
    root: &Path,
    files: &dyn Files,
    reader: &mut Reader,
) -> Result<Project, ProjectError> {
    let own = config.parent().unwrap_or(root).to_owned();
    let package = package_folder(&own, root, files);
    let mut folders = vec![own];
    for folder in package.into_iter().chain([root.to_owned()]) {
        if !folders.contains(&folder) {
            folders.push(folder);
        }
    }
    let config = FilePath::new(config);
    let mut first_error = None;
    for folder in folders {
        match with_config(request, &folder, &config, files, reader) {
            Err(error @ ProjectError::NoSchemaFiles { .. }) => {
                first_error.get_or_insert(error);
            }
            result => return result,
        }
    }
    Err(first_error.unwrap_or(ProjectError::ConfigNotFound { path: config.as_path().to_owned() }))
}

/// DIR and the config in force.
fn locate(request: &LoadRequest, files: &dyn Files) -> Result<(PathBuf, PathBuf), ProjectError> {
    let folder = &request.folder;
    if let Some(written) = &request.config {
        let path = path::absolute(folder, written);
        return match files.is_file(&path) {
            true => Ok((folder.clone(), path)),
            false => Err(ProjectError::ConfigNotFound { path }),
        };
    }
    if let Some(config) = DEFAULT_NAMES.iter().map(|name| folder.join(name)).find(|path| files.is_file(path)) {
        return Ok((folder.clone(), config));
    }
    let mut configs = discover(std::slice::from_ref(folder), files);
    match (configs.pop(), configs.is_empty()) {
        (None, _) => Err(ProjectError::NoConfig { folder: folder.clone() }),
        (Some(config), true) => {
            let own = config.parent().unwrap_or(folder);
            Ok((package_folder(own, folder, files).unwrap_or_else(|| own.to_owned()), config))
        }
        (Some(last), false) => {
            configs.push(last);
            let configs = configs.iter().map(|config| path::shown(config, folder)).collect();
            Err(ProjectError::SeveralConfigs { folder: folder.clone(), configs })
        }
    }
}

/// The nearest folder with a package.json, from `folder` up to `root`.
fn package_folder(folder: &Path, root: &Path, files: &dyn Files) -> Option<PathBuf> {
    folder
        .ancestors()
        .take_while(|above| above.starts_with(root))
        .find(|above| files.is_file(&above.join("package.json")))
        .map(Path::to_owned)
}

fn env_files(request: &LoadRequest, files: &dyn Files) -> Result<Vec<PathBuf>, ProjectError> {
    let resolved = request.env_files.iter().map(|file| path::absolute(&request.folder, file));
    resolved
        .map(|path| if files.is_file(&path) { Ok(path) } else { Err(ProjectError::EnvironmentFileNotFound { path }) })
        .collect()
}

fn with_config(
    request: &LoadRequest,
    folder: &Path,
    file: &FilePath,
    files: &dyn Files,
    reader: &mut Reader,
) -> Result<Project, ProjectError> {
    let mut environment = ProjectEnvironment::new(folder, &request.variables, &env_files(request, files)?, files);
    let data = reader
        .module(file, files, &mut environment)
        .ok_or_else(|| ProjectError::ConfigNotFound { path: file.as_path().to_owned() })?;
    let config = Config { data: &data, file, folder, files };
    config.check()?;
    let kit = kit::detect(folder, request.kit_version.as_deref(), files);
    let dialect = config.dialect()?;
    let (schema_patterns, mut unresolved) = config.schema()?;
    let casing = config.casing(kit.generation())?;
    let (filter, unknown_filters) = config.filter(dialect, kit.generation());
    unresolved.extend(unknown_filters);
    let target = match &request.database_url {
        Some(given) => Ok(given.target(dialect, folder)),
        None => target::of_config(&config, dialect, &environment),
    };
    let mut watched = vec![file.as_path().to_owned()];
    watched.extend(environment.paths());
    let parts = Parts {
        config: Some(config.places()),
        dialect,
        schema_patterns,
        casing,
        filter,
        target,
        kit,
        watched,
        unresolved,
    };
    parts.project(folder, files)
}

fn without_config(request: &LoadRequest, dialect: &str, files: &dyn Files) -> Result<Project, ProjectError> {
    let folder = &request.folder;
    let dialect = Dialect::from_name(dialect)
        .ok_or_else(|| ProjectError::DialectUnsupported { name: dialect.into(), place: "--dialect".into() })?;
    let kit = kit::detect(folder, request.kit_version.as_deref(), files);
    let given = request.database_url.as_ref();
    let parts = Parts {
        config: None,
        dialect,
        schema_patterns: request.schema.clone(),
        casing: None,
        filter: super::config::default_filter(dialect, kit.generation()),
        target: given.map(|given| given.target(dialect, folder)).ok_or(TargetProblem::NotGiven),
        kit,
        watched: Vec::new(),
        unresolved: Vec::new(),
    };
    parts.project(folder, files)
}

/// What is known of a project before its files are looked for.
struct Parts {
    config: Option<ConfigPlaces>,
    dialect: Dialect,
    schema_patterns: Vec<String>,
    casing: Option<Casing>,
    filter: Filter,
    target: Result<DatabaseTarget, TargetProblem>,
    kit: Kit,
    watched: Vec<PathBuf>,
    unresolved: Vec<Unresolved>,
}

impl Parts {
    fn project(self, folder: &Path, files: &dyn Files) -> Result<Project, ProjectError> {
        let found = schema_files::find(&self.schema_patterns, folder, files);
        if found.files.is_empty() {
            return Err(ProjectError::NoSchemaFiles { patterns: self.schema_patterns, folder: folder.to_owned() });
        }
        if let Some(path) = found.files.iter().find(|file| files.read(file).is_none()) {
            return Err(ProjectError::SchemaUnreadable { path: path.clone() });
        }
        let ledger = folder.join(LEDGER_FILE);
        let mut watched = self.watched;
        watched.extend(found.folders);
        watched.push(ledger.clone());
        Ok(Project {
            folder: folder.to_owned(),
            config: self.config,
            dialect: self.dialect,
            schema_patterns: self.schema_patterns,
            schema_files: found.files.into_iter().map(FilePath::new).collect(),
            casing: self.casing,
            filter: self.filter,
            target: self.target,
            kit: self.kit,
            ledger: LedgerFile { text: files.read(&ledger), path: ledger },
            watched,
            unresolved: self.unresolved,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ledger_has_one_name() {
        assert_eq!(LEDGER_FILE, crate::drift::LEDGER_FILE);
    }
}
