//! The environment in which a config is read: the process's variables, then env files.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use super::{dotenv, path};
use crate::declared::{Environment, EnvironmentLoad};
use crate::text::Files;

/// The file that drizzle-kit itself loads, in the folder in which it is run.
const DEFAULT_FILE: &str = ".env";

/// Files that frameworks load and drizzle-kit does not: only where nothing else knows a variable.
const FALLBACK_FILES: [&str; 3] = [".env.local", ".env.development.local", ".env.development"];

/// What Next.js's `loadEnvConfig(folder)` loads, first wins.
const NEXT_FILES: [&str; 4] = [".env.production.local", ".env.local", ".env.production", ".env"];

/// Variables by name. Their values may be secrets, which is why `Debug` shows names only.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Variables(BTreeMap<String, String>);

impl Variables {
    /// Those of this process.
    pub fn of_process() -> Self {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// The value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl FromIterator<(String, String)> for Variables {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(variables: I) -> Self {
        Self(variables.into_iter().collect())
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_set().entries(self.0.keys()).finish()
    }
}

/// Where a variable's value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The process's own environment.
    Process,
    /// An env file.
    File(PathBuf),
}

/// An env file; empty where there is none.
struct EnvironmentFile {
    path: PathBuf,
    variables: Variables,
}

/// The environment of one project. Remembers what was asked for and where it was found.
pub struct ProjectEnvironment<'a> {
    folder: &'a Path,
    process: &'a Variables,
    files: &'a dyn Files,
    /// Loaded by the config with `override: true`: the last wins, over everything.
    overriding: Vec<EnvironmentFile>,
    /// Loaded by the config otherwise: the first wins.
    loaded: Vec<EnvironmentFile>,
    /// What stands in for the files that drizzle-kit and frameworks load: `--env-file`, or those files.
    defaults: Vec<EnvironmentFile>,
    /// Whether `defaults` was given with `--env-file`, and goes before what the config loads.
    given: bool,
    /// Whether the config loads a file whose path cannot be known.
    unknown_file: bool,
    found: BTreeMap<String, Option<Source>>,
}

impl<'a> ProjectEnvironment<'a> {
    /// The environment of the project in `folder`; `env_files` (absolute) take the place of `.env` and the like.
    pub fn new(folder: &'a Path, process: &'a Variables, env_files: &[PathBuf], files: &'a dyn Files) -> Self {
        let mut environment = Self {
            folder,
            process,
            files,
            overriding: Vec::new(),
            loaded: Vec::new(),
            defaults: Vec::new(),
            given: !env_files.is_empty(),
            unknown_file: false,
            found: BTreeMap::new(),
        };
        environment.defaults = if environment.given {
            env_files.iter().map(|file| environment.read(file.clone())).collect()
        } else {
            let names = std::iter::once(DEFAULT_FILE).chain(FALLBACK_FILES);
            names.map(|name| environment.read(folder.join(name))).collect()
        };
        environment
    }

    fn read(&self, path: PathBuf) -> EnvironmentFile {
        let text = self.files.read(&path);
        EnvironmentFile {
            path,
            variables: text.map(|text| dotenv::parse(&text).into_iter().collect()).unwrap_or_default(),
        }
    }

    /// The path that the config's own `dotenv` would open.
    fn resolve(&self, written: &str) -> PathBuf {
        match (written.strip_prefix('~'), self.process.get("HOME")) {
            (Some(rest), Some(home)) => path::absolute(Path::new(home), rest.trim_start_matches('/')),
            _ => path::absolute(self.folder, written),
        }
    }

    /// Where the value of `name` was found when it was asked for; `None` where it was not asked for or not found.
    pub fn source(&self, name: &str) -> Option<&Source> {
        self.found.get(name)?.as_ref()
    }

    /// Whether `name` was asked for and nothing knows it.
    pub fn lacks(&self, name: &str) -> bool {
        matches!(self.found.get(name), Some(None))
    }

    /// Every env file that was looked for, in the order of look-up.
    pub fn paths(&self) -> Vec<PathBuf> {
        let mut paths = Vec::new();
        for file in self.in_order() {
            if !paths.contains(&file.path) {
                paths.push(file.path.clone());
            }
        }
        paths
    }

    /// The places that were looked in, for messages.
    pub fn looked_in(&self) -> Vec<String> {
        let mut places = vec!["the environment".to_owned()];
        places.extend(self.paths().iter().map(|file| {
            let shown = path::shown(file, self.folder);
            if self.files.is_file(file) { shown } else { format!("{shown} (absent)") }
        }));
        if self.unknown_file {
            places.push("not in an env file whose path the config computes".into());
        }
        places
    }

    /// Variables for which drizzle-kit itself has another value: it loads `.env` before the config has a say, and dotenv
    /// keeps what is set.
    pub fn notes(&self) -> Vec<String> {
        let Some(first) = self.defaults.first().filter(|_| !self.given) else { return Vec::new() };
        let loaded =
            |source: &Option<Source>| self.loaded.iter().find(|file| *source == Some(Source::File(file.path.clone())));
        let differing = self.found.iter().filter_map(|(name, source)| {
            let file = loaded(source).filter(|file| file.path != first.path)?;
            let other = first.variables.get(name)?;
            (file.variables.get(name) != Some(other)).then(|| {
                format!(
                    "{name} is taken from {}, which the config loads; drizzle-kit keeps the other value that {} has: make \
                     them equal, or load the file with `override: true`",
                    path::shown(&file.path, self.folder),
                    path::shown(&first.path, self.folder),
                )
            })
        });
        differing.collect()
    }

    fn in_order(&self) -> impl Iterator<Item = &EnvironmentFile> {
        let (first, second) = if self.given { (&self.defaults, &self.loaded) } else { (&self.loaded, &self.defaults) };
        self.overriding.iter().rev().chain(first).chain(second)
    }

    fn look_up(&self, name: &str) -> Option<(String, Source)> {
        let in_file =
            |file: &EnvironmentFile| Some((file.variables.get(name)?.to_owned(), Source::File(file.path.clone())));
        let overriding = self.overriding.iter().rev().find_map(in_file);
        let of_process = || Some((self.process.get(name)?.to_owned(), Source::Process));
        overriding.or_else(of_process).or_else(|| self.in_order().find_map(in_file))
    }
}

impl Environment for ProjectEnvironment<'_> {
    fn variable(&mut self, name: &str) -> Option<String> {
        let (value, source) = self.look_up(name).unzip();
        self.found.insert(name.to_owned(), source);
        value
    }

    fn load(&mut self, load: EnvironmentLoad) {
        match load {
            EnvironmentLoad::File { path, override_existing } => {
                let file = self.read(self.resolve(&path));
                if override_existing { self.overriding.push(file) } else { self.loaded.push(file) }
            }
            EnvironmentLoad::NextFolder(folder) => {
                let folder = self.resolve(&folder);
                let mut environment = self.process.0.clone();
                for name in NEXT_FILES {
                    let mut file = self.read(folder.join(name));
                    file.variables.0 = dotenv::expand(&file.variables.0, &environment);
                    for (name, value) in &file.variables.0 {
                        environment.entry(name.clone()).or_insert_with(|| value.clone());
                    }
                    self.loaded.push(file);
                }
            }
            EnvironmentLoad::Unknown => self.unknown_file = true,
        }
    }

    fn folder(&self) -> Option<String> {
        self.folder.to_str().map(str::to_owned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::MemoryFiles;

    fn files(entries: &[(&str, &str)]) -> MemoryFiles {
        let mut files = MemoryFiles::default();
        for (path, text) in entries {
            files.insert(*path, *text);
        }
        files
    }

    fn variables(entries: &[(&str, &str)]) -> Variables {
        entries.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    fn file(path: &str) -> EnvironmentLoad {
        EnvironmentLoad::File { path: path.into(), override_existing: false }
    }

    #[test]
    fn the_first_that_knows_a_variable_wins() {
        let files = files(&[
            ("/app/.env", "A=env\nB=env\nC=env\nD=env"),
            ("/app/.env.local", "A=local\nB=local\nC=local\nE=local"),
            ("/app/.env.development", "E=development\nF=development"),
            ("/app/config/.env.db", "A=loaded\nB=loaded"),
            ("/app/.env.force", "A=forced"),
        ]);
        let process = variables(&[("A", "process"), ("P", "")]);
        let folder = Path::new("/app");
        let mut environment = ProjectEnvironment::new(folder, &process, &[], &files);
        assert_eq!(environment.variable("B").as_deref(), Some("env"), "before the config loads a file");
        environment.load(file("config/.env.db"));
        assert_eq!(environment.variable("A").as_deref(), Some("process"));
        environment.load(EnvironmentLoad::File { path: ".env.force".into(), override_existing: true });
        for (name, value, source) in [
            ("A", "forced", "/app/.env.force"),
            ("B", "loaded", "/app/config/.env.db"),
            ("C", "env", "/app/.env"),
            ("D", "env", "/app/.env"),
            ("E", "local", "/app/.env.local"),
            ("F", "development", "/app/.env.development"),
        ] {
            assert_eq!(environment.variable(name).as_deref(), Some(value), "{name}");
            assert_eq!(environment.source(name), Some(&Source::File(source.into())), "{name}");
        }
        assert_eq!(environment.variable("P").as_deref(), Some(""), "set, though empty");
        assert_eq!(environment.source("P"), Some(&Source::Process));
        assert!(!environment.lacks("NEVER_ASKED"));
        assert_eq!(environment.variable("G"), None);
        assert!(environment.lacks("G"));
        assert_eq!(
            environment.looked_in().join(", "),
            "the environment, .env.force, config/.env.db, .env, .env.local, .env.development.local (absent), \
             .env.development"
        );
    }

    /// Seen with drizzle-kit 0.31.11: a config that loads `.env.local` by `config({ path })` keeps the value of `.env`.
    #[test]
    fn another_value_than_drizzle_kits_is_noted() {
        let files = files(&[("/app/.env", "A=env\nB=same\nD=env"), ("/app/.env.local", "A=local\nB=same\nC=local")]);
        let process = Variables::default();
        let mut environment = ProjectEnvironment::new(Path::new("/app"), &process, &[], &files);
        environment.load(file(".env.local"));
        for name in ["A", "B", "C", "D", "E"] {
            environment.variable(name);
        }
        let notes = environment.notes();
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].starts_with("A is taken from .env.local, which the config loads; drizzle-kit keeps"));
    }

    #[test]
    fn given_files_take_the_place_of_the_usual_ones() {
        let files = files(&[("/app/.env", "A=env"), ("/app/x", "B=x"), ("/app/y", "B=y\nC=y"), ("/app/z", "B=z\nD=z")]);
        let process = Variables::default();
        let given = ["/app/x".into(), "/app/y".into()];
        let mut environment = ProjectEnvironment::new(Path::new("/app"), &process, &given, &files);
        environment.load(file("z"));
        for (name, value) in [("A", None), ("B", Some("x")), ("C", Some("y")), ("D", Some("z"))] {
            assert_eq!(environment.variable(name).as_deref(), value, "{name}");
        }
    }

    #[test]
    fn folders_and_homes_are_found() {
        let files = files(&[("/web/.env.local", "A=next"), ("/home/me/.secrets", "B=home"), ("/up/.env", "C=up")]);
        let process = variables(&[("HOME", "/home/me")]);
        let mut environment = ProjectEnvironment::new(Path::new("/app"), &process, &[], &files);
        environment.load(EnvironmentLoad::NextFolder("../web".into()));
        environment.load(file("~/.secrets"));
        environment.load(file("../up/.env"));
        environment.load(EnvironmentLoad::Unknown);
        for (name, value) in [("A", "next"), ("B", "home"), ("C", "up")] {
            assert_eq!(environment.variable(name).as_deref(), Some(value), "{name}");
        }
        assert!(environment.looked_in().iter().any(|place| place.contains("computes")));
    }

    #[test]
    fn values_are_never_shown() {
        assert_eq!(format!("{:?}", variables(&[("PASSWORD", "hunter2")])), r#"{"PASSWORD"}"#);
    }
}
