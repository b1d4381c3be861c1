//! Loads a project: finds its config, reads it without running it, and resolves all that it names.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::config::Config;
use super::discover::{DEFAULT_NAMES, discover};
use super::environment::{ProjectEnvironment, Variables};
use super::error::{ProjectError, TargetProblem};
use super::settings::{SETTINGS_FILE, Settings};
use super::target::{self, DatabaseTarget, GivenUrl};
use super::{json, kit, path, schema_files};
use crate::catalog::{Dialect, Filter};
use crate::declared::{Casing, ConfigPlaces, Declared, Kit, Reader, Request, SourceFile, Unresolved};
use crate::text::{Document, FilePath, Files};

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
    /// The folder of its migrations, whether it is there or not.
    pub migrations: PathBuf,
    /// Where the database is, or why that is not known.
    pub target: Result<DatabaseTarget, TargetProblem>,
    /// The kit whose behaviour is predicted.
    pub kit: Kit,
    /// Our own settings.
    pub settings: Settings,
    /// The ledger.
    pub ledger: LedgerFile,
    /// Files and folders whose change means that the project has to be loaded again.
    pub watched: Vec<PathBuf>,
    /// What of the config cannot be known without running it.
    pub unresolved: Vec<Unresolved>,
    /// What a user should know about the environment, one sentence each.
    pub notes: Vec<String>,
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
        // What is said of the ledger is shown in it.
        if let Some(text) = &self.ledger.text {
            let source = SourceFile { document: Document::new(text.clone()), is_schema: false, imports: Vec::new() };
            declared.files.insert(FilePath::new(&self.ledger.path), source);
        }
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
    let data = match file.as_path().extension().is_some_and(|extension| extension == "json") {
        true => files.read(file.as_path()).map(|text| json::parse(file, &text)),
        false => reader.module(file, files, &mut environment),
    };
    let data = data.ok_or_else(|| ProjectError::FileUnreadable { kind: "config", path: file.as_path().to_owned() })?;
    let config = Config { data: &data, file, folder, files };
    config.check()?;
    let kit =
        Kit { pushes_to_d1: target::is_d1(&config), ..kit::detect(folder, request.kit_version.as_deref(), files) };
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
        migrations: path::absolute(folder, Path::new(config.migrations_folder())),
        target,
        kit,
        watched,
        unresolved,
        notes: environment.notes(),
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
        migrations: folder.join(super::config::DEFAULT_MIGRATIONS),
        target: given.map(|given| given.target(dialect, folder)).ok_or(TargetProblem::NotGiven),
        kit,
        watched: Vec::new(),
        unresolved: Vec::new(),
        notes: Vec::new(),
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
    migrations: PathBuf,
    target: Result<DatabaseTarget, TargetProblem>,
    kit: Kit,
    watched: Vec<PathBuf>,
    unresolved: Vec<Unresolved>,
    notes: Vec<String>,
}

impl Parts {
    fn project(self, folder: &Path, files: &dyn Files) -> Result<Project, ProjectError> {
        let found = schema_files::find(&self.schema_patterns, folder, files);
        if found.files.is_empty() {
            return Err(ProjectError::NoSchemaFiles { patterns: self.schema_patterns, folder: folder.to_owned() });
        }
        if let Some(path) = found.files.iter().find(|file| files.read(file).is_none()) {
            return Err(ProjectError::FileUnreadable { kind: "schema", path: path.clone() });
        }
        let settings_file = folder.join(SETTINGS_FILE);
        let (settings, unknown) = match files.read(&settings_file) {
            None => Default::default(),
            Some(text) => Settings::parse(&text)
                .map_err(|why| ProjectError::SettingsUnreadable { path: settings_file.clone(), why })?,
        };
        let ledger = path::absolute(folder, Path::new(settings.ledger.as_deref().unwrap_or(LEDGER_FILE)));
        let mut notes = self.notes;
        notes.extend(unknown);
        let mut watched = self.watched;
        watched.push(settings_file);
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
            migrations: self.migrations,
            target: self.target,
            kit: self.kit,
            settings,
            ledger: LedgerFile { text: files.read(&ledger), path: ledger },
            watched,
            unresolved: self.unresolved,
            notes,
        })
    }
}

#[cfg(test)]
mod tests {
    use secrecy::SecretString;

    use super::*;
    use crate::catalog::Generation;
    use crate::text::MemoryFiles;

    #[test]
    fn the_ledger_has_one_name() {
        assert_eq!(LEDGER_FILE, crate::drift::LEDGER_FILE);
    }

    fn files(entries: &[(&str, &str)]) -> MemoryFiles {
        let mut files = MemoryFiles::default();
        for (path, text) in entries {
            files.insert(*path, *text);
        }
        files
    }

    fn in_folder(folder: &str) -> LoadRequest {
        LoadRequest { folder: folder.into(), ..LoadRequest::default() }
    }

    fn loaded(request: &LoadRequest, entries: &[(&str, &str)]) -> Result<Project, String> {
        load(request, &files(entries), &mut Reader::default()).map_err(|error| error.to_string())
    }

    const CONFIG: &str =
        r#"{"dialect": "postgresql", "schema": "./schema.ts", "dbCredentials": {"url": "postgres://h/d"}}"#;

    #[test]
    fn the_folder_decides_which_config_is_used() {
        let place = |entries: &[(&str, &str)]| {
            loaded(&in_folder("/repo"), entries).map(|project| {
                let config = project.config.expect("a config");
                format!("{} in {}", config.file, project.folder.display())
            })
        };
        let own = ("/repo/drizzle.config.json", CONFIG);
        let schema = ("/repo/schema.ts", "");
        let below = ("/repo/packages/db/config/drizzle.config.json", CONFIG);
        let package = [("/repo/packages/db/package.json", "{}"), ("/repo/packages/db/schema.ts", "")];
        assert_eq!(place(&[own, schema, below]).as_deref(), Ok("/repo/drizzle.config.json in /repo"));
        assert_eq!(
            place(&[below, package[0], package[1]]).as_deref(),
            Ok("/repo/packages/db/config/drizzle.config.json in /repo/packages/db")
        );
        assert_eq!(
            place(&[below, ("/repo/packages/db/config/schema.ts", "")]).as_deref(),
            Ok("/repo/packages/db/config/drizzle.config.json in /repo/packages/db/config")
        );
        let several = place(&[below, ("/repo/apps/drizzle.config.json", CONFIG)]).expect_err("two");
        assert!(several.contains("apps/drizzle.config.json, packages/db/config/drizzle.config.json"), "{several}");
        let none = place(&[schema]).expect_err("none");
        assert!(none.starts_with("no drizzle config was found in /repo or below it; "), "{none}");
        // Schema paths are relative to DIR, wherever the config lies.
        let request =
            LoadRequest { config: Some("packages/db/config/drizzle.config.json".into()), ..in_folder("/repo") };
        let project = loaded(&request, &[below, schema]).expect("a project");
        assert_eq!(project.schema_files, [FilePath::new("/repo/schema.ts")]);
    }

    #[test]
    fn an_editor_takes_the_folder_in_which_the_schema_exists() {
        let config = Path::new("/repo/packages/db/config/drizzle.config.json");
        let folder = |schema: &str| {
            let files = files(&[
                ("/repo/packages/db/config/drizzle.config.json", CONFIG),
                ("/repo/packages/db/package.json", "{}"),
                (schema, ""),
            ]);
            let request = LoadRequest::default();
            load_in_workspace(&request, config, Path::new("/repo"), &files, &mut Reader::default())
                .map(|project| project.folder.display().to_string())
                .map_err(|error| error.to_string())
        };
        for expected in ["/repo/packages/db/config", "/repo/packages/db", "/repo"] {
            assert_eq!(folder(&format!("{expected}/schema.ts")).as_deref(), Ok(expected));
        }
        let error = folder("/repo/other.ts").expect_err("no schema");
        assert!(error.contains("\"./schema.ts\" in /repo/packages/db/config;"), "{error}");
    }

    #[test]
    fn the_config_is_mapped() {
        let config = r#"{
            "dialect": "postgresql", "schema": ["./a.ts", "./b/*.ts"], "casing": "snake_case",
            "tablesFilter": "app_*", "schemaFilter": ["public", "auth"], "extensionsFilters": ["postgis"],
            "migrations": { "table": "done" }, "dbCredentials": { "url": "postgres://h/d" }
        }"#;
        let files = [
            ("/app/drizzle.config.json", config),
            ("/app/a.ts", ""),
            ("/app/b/x.ts", ""),
            ("/app/b/x.md", ""),
            ("/app/drizzle-drift.ledger.json", "{}"),
        ];
        let project = loaded(&in_folder("/app"), &files).expect("a project");
        assert_eq!(project.dialect, Dialect::Postgresql);
        assert_eq!(project.schema_files, [FilePath::new("/app/a.ts"), FilePath::new("/app/b/x.ts")]);
        assert_eq!(project.casing, Some(Casing::SnakeCase));
        assert_eq!(project.filter.tables, ["app_*"]);
        assert_eq!(project.filter.schemas, Some(vec!["public".to_owned(), "auth".to_owned()]));
        assert_eq!(project.filter.extensions, ["postgis"]);
        assert_eq!((&*project.filter.migrations.schema, &*project.filter.migrations.table), ("drizzle", "done"));
        assert_eq!(project.ledger.text.as_deref(), Some("{}"));
        let watched: Vec<_> = project.watched.iter().map(|path| path::shown(path, &project.folder)).collect();
        for path in ["drizzle.config.json", ".env", ".env.local", ".", "b", "drizzle-drift.ledger.json"] {
            assert!(watched.iter().any(|watched| watched == path), "{path} in {watched:?}");
        }
        let places = project.config.expect("places");
        let text = |place: crate::text::Place| config.get(place.span.range()).map(str::to_owned);
        assert_eq!(places.tables_filter.and_then(text).as_deref(), Some("\"app_*\""));
        assert_eq!(places.table_patterns, Some(vec!["app_*".to_owned()]));
        assert_eq!(places.object.and_then(text).as_deref(), Some(config));
    }

    #[test]
    fn defaults_are_those_of_the_kits_generation() {
        let config = r#"{"dialect": "postgresql", "schema": "./a.ts", "casing": "snake_case"}"#;
        for (version, casing, schemas) in
            [("0.31.11", Some(Casing::SnakeCase), Some(vec!["public".to_owned()])), ("1.0.0-rc.5", None, None)]
        {
            let request = LoadRequest { kit_version: Some(version.into()), ..in_folder("/app") };
            let project =
                loaded(&request, &[("/app/drizzle.config.json", config), ("/app/a.ts", "")]).expect("a project");
            assert_eq!((project.casing, project.filter.schemas), (casing, schemas), "{version}");
            assert_eq!(project.filter.generation == Generation::V1, version.starts_with('1'));
        }
    }

    #[test]
    fn every_fault_of_a_config_is_one_sentence() {
        for (config, expected) in [
            ("[]", "drizzle.config.json:1: the exported config cannot be read (it is no object)"),
            ("{", "drizzle.config.json:1: the exported config cannot be read (it is no JSON: "),
            ("", "drizzle.config.json:1: the exported config cannot be read (it exports nothing)"),
            (
                r#"{"schema": "./a.ts"}"#,
                "drizzle.config.json: no `dialect` can be read from the config; set it to one of postgresql, ",
            ),
            (
                "{\n\"dialect\": \"gel\"}",
                "the dialect \"gel\" (drizzle.config.json:2) is not supported; supported are postgresql, ",
            ),
            (r#"{"dialect": 3}"#, "drizzle.config.json:1: `dialect` cannot be read"),
            (r#"{"dialect": "mysql"}"#, "drizzle.config.json: the config has no `schema`; set it to "),
            (r#"{"dialect": "mysql", "schema": []}"#, "drizzle.config.json: the config has no `schema`; set it to "),
            (r#"{"dialect": "mysql", "schema": {}}"#, "drizzle.config.json:1: `schema` cannot be read"),
            (
                r#"{"dialect": "mysql", "schema": ["./b.ts", "./*.sql.ts"]}"#,
                "no schema file matches \"./b.ts\", \"./*.sql.ts\" in /app; ",
            ),
            (
                r#"{"dialect": "mysql", "schema": "./a.ts", "casing": "kebab"}"#,
                "drizzle.config.json:1: `casing` cannot",
            ),
        ] {
            let files = [("/app/drizzle.config.json", config), ("/app/a.ts", "")];
            let error = loaded(&in_folder("/app"), &files).expect_err(config);
            assert!(error.starts_with(expected), "{config}: {error}");
        }
    }

    #[test]
    fn old_drivers_imply_a_dialect() {
        for (driver, dialect) in [("pg", Dialect::Postgresql), ("mysql2", Dialect::Mysql), ("turso", Dialect::Turso)] {
            let config = format!(r#"{{"driver": "{driver}", "schema": "./a.ts"}}"#);
            let files = [("/app/drizzle.config.json", config.as_str()), ("/app/a.ts", "")];
            assert_eq!(loaded(&in_folder("/app"), &files).map(|project| project.dialect), Ok(dialect));
        }
    }

    #[test]
    fn what_is_not_known_of_a_filter_keeps_claims_back() {
        let config = r#"{"dialect": "postgresql", "schema": "./a.ts", "tablesFilter": ["a_*", 3]}"#;
        let entries = [("/app/drizzle.config.json", config), ("/app/a.ts", "")];
        let project = loaded(&in_folder("/app"), &entries).expect("a project");
        assert_eq!(project.unresolved.len(), 1);
        let declared = project.declared(&files(&entries), &mut Reader::default());
        assert!(declared.tables_open);
        assert!(project.config.expect("places").table_patterns.is_none());
    }

    #[test]
    fn a_project_can_do_without_a_config() {
        let request = LoadRequest {
            schema: vec!["src/*.ts".into()],
            dialect: Some("turso".into()),
            database_url: Some(GivenUrl { url: SecretString::from("file:x.db"), source: "--database-url".into() }),
            ..in_folder("/app")
        };
        let project =
            loaded(&request, &[("/app/src/a.ts", ""), ("/app/drizzle.config.json", "broken")]).expect("a project");
        assert_eq!(project.config, None);
        assert_eq!(project.target.expect("a target").source, "--database-url");
        let without_url = LoadRequest { database_url: None, ..request };
        let project = loaded(&without_url, &[("/app/src/a.ts", "")]).expect("a project");
        assert_eq!(project.target.err(), Some(TargetProblem::NotGiven));
    }

    #[test]
    fn an_env_file_that_is_given_has_to_exist() {
        let request = LoadRequest { env_files: vec![".env.prod".into()], ..in_folder("/app") };
        let entries = [("/app/drizzle.config.json", CONFIG), ("/app/schema.ts", "")];
        let error = loaded(&request, &entries).expect_err("no file");
        assert_eq!(error, "the env file /app/.env.prod cannot be read; check the path given with --env-file");
    }
}
