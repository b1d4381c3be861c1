//! One project of the session: its config, both sides, and the findings, each brought up to date when it was touched.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use tokio::runtime::Handle;

use super::analysis::{age_of, analyse, limits, live_target, minute, settings_notes};
use super::event::{Event, ProjectStatus, Settings, StatusKind};
use super::open_files::{EditedFiles, OpenFiles};
use super::worker::WeakInbox;
use crate::catalog::LiveCatalog;
use crate::declared::{Declared, Reader};
use crate::drift::{Ledger, Severity, Status};
use crate::ide::{self, Snapshot, Standing};
use crate::live::{self, Cause, LiveEvent, Reading, Watcher};
use crate::project::{self, GivenUrl, LoadRequest, Project, ProjectError, Variables};
use crate::push::Finding;
use crate::text::{FileEdit, FilePath, Files, Span};

/// What a project needs of the session around it.
pub(super) struct Surroundings<'a> {
    pub files: &'a OpenFiles,
    pub roots: &'a [PathBuf],
    pub settings: &'a Settings,
    pub inbox: &'a WeakInbox,
    pub runtime: &'a Handle,
}

/// What has to be done again, most first: each includes those after it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Touched {
    Nothing,
    Findings,
    Declared,
    Project,
}

/// One project.
pub(super) struct ProjectState {
    /// Its config file, by which it is known.
    pub config: FilePath,
    reader: Reader,
    touched: Touched,
    /// As last loaded; while its config is being edited and does not read, what it said before stands.
    project: Option<Project>,
    /// What is wrong with the config or the ledger now.
    problem: Option<String>,
    declared: Arc<Declared>,
    ledger: Ledger,
    live: Live,
    snapshot: Option<Snapshot>,
    file_times: HashMap<PathBuf, Option<SystemTime>>,
    /// Whether the lenses may say something else by now, though their document did not change.
    lenses_touched: bool,
    /// What of our own settings does nothing, as last told.
    settings_notes: Vec<String>,
    /// Warnings that the user has not been told yet.
    warnings: Vec<String>,
}

/// The live side as the session last heard of it.
#[derive(Default)]
struct Live {
    watcher: Option<(u64, Watcher, WatchKey)>,
    watchers: u64,
    standing: Option<Standing>,
    reading: Option<Reading>,
}

impl Live {
    fn catalog(&self) -> Option<&Arc<LiveCatalog>> {
        self.reading.as_ref().map(|reading| &reading.catalog)
    }
}

/// What a watcher was started for; another needs another watcher.
#[derive(PartialEq)]
struct WatchKey {
    url: String,
    auth_token: Option<String>,
    folder: PathBuf,
    poll_interval: Duration,
    limits: live::Limits,
}

impl ProjectState {
    /// A project that nothing is known of but its config.
    pub fn new(config: FilePath) -> Self {
        Self {
            config,
            reader: Reader::default(),
            touched: Touched::Project,
            project: None,
            problem: None,
            declared: Arc::new(Declared::empty(crate::catalog::Dialect::Postgresql)),
            ledger: Ledger::default(),
            live: Live::default(),
            snapshot: None,
            file_times: HashMap::new(),
            lenses_touched: false,
            settings_notes: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Whether the lenses may say something else than when this was asked before, though their document did not change.
    pub fn take_lenses_touched(&mut self) -> bool {
        std::mem::take(&mut self.lenses_touched)
    }

    /// The state of everything at one moment, where the config can be read.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.snapshot.as_ref()
    }

    /// How long ago the live facts were last seen to hold; a snapshot file is as old as its taking.
    pub fn age(&self) -> Option<Duration> {
        self.live
            .reading
            .as_ref()
            .map(|reading| reading.catalog.taken_at.map_or_else(|| reading.confirmed_at.elapsed(), age_of))
    }

    /// The config, an env file or a setting changed.
    pub fn touch_project(&mut self) {
        self.touch(Touched::Project);
    }

    /// The text of `path`, as the user sees it, is another now.
    pub fn touch_file(&mut self, path: &Path) {
        if self.decides(path) {
            self.touch(Touched::Project);
        } else if self.declared.files.keys().any(|file| file.as_path() == path) {
            self.touch(Touched::Declared);
        }
    }

    /// `path` was saved, created or deleted.
    pub fn file_changed(&mut self, path: &Path) {
        if self.concerns(path) {
            // It may be a new schema file, or one that an import now finds.
            self.touch(Touched::Project);
        }
    }

    /// Whether a change of `path` can change this project.
    pub fn concerns(&self, path: &Path) -> bool {
        self.decides(path) || self.declared.files.keys().any(|file| file.as_path() == path)
    }

    /// Whether `path` is among its migrations: who writes one is about to change the database, or has.
    pub fn migrates_by(&self, path: &Path) -> bool {
        self.project.as_ref().is_some_and(|project| path.starts_with(&project.migrations))
    }

    /// Asks for a fresh reading of the database.
    pub fn refresh(&self, cause: Cause) {
        if let Some((_, watcher, _)) = &self.live.watcher {
            watcher.refresh(cause);
        }
    }

    /// Takes news of the database; those of a watcher that was replaced no longer count.
    pub fn heard(&mut self, watcher: u64, event: LiveEvent) {
        if self.live.watcher.as_ref().is_none_or(|(current, ..)| *current != watcher) {
            return;
        }
        let was_down = matches!(self.live.standing, Some(Standing::Stale(_) | Standing::Failed(_)));
        let facts = event.state.reading().cloned();
        let standing = match event.state {
            live::State::Off => Standing::Off("nothing is watched".into()),
            live::State::Connecting => Standing::Connecting,
            live::State::Live(_) => Standing::Live,
            live::State::Stale { why, .. } => Standing::Stale(why.message),
            live::State::Failed { why, .. } => Standing::Failed(why.message),
        };
        if let (Standing::Stale(why) | Standing::Failed(why), false) = (&standing, was_down) {
            let source = self.target_source();
            self.warnings.push(format!("The database of {} cannot be read: {why}{source}.", self.config));
        }
        let generation = |reading: &Option<Reading>| reading.as_ref().map(|reading| reading.generation);
        let same_facts = generation(&facts) == generation(&self.live.reading);
        self.live.reading = facts;
        if !same_facts || self.live.standing.as_ref() != Some(&standing) {
            self.lenses_touched = true;
            self.touch(Touched::Findings);
        }
        self.live.standing = Some(standing);
    }

    /// Does again what was touched; returns what the user should be told.
    pub fn bring_up_to_date(&mut self, surroundings: &Surroundings<'_>) -> Vec<String> {
        let touched = std::mem::replace(&mut self.touched, Touched::Nothing);
        self.lenses_touched |= touched == Touched::Project;
        if touched == Touched::Project {
            self.load(surroundings);
        }
        if touched >= Touched::Declared {
            self.read(surroundings.files);
        }
        if touched >= Touched::Findings {
            self.assess(surroundings.files);
        }
        std::mem::take(&mut self.warnings)
    }

    /// The quick-fixes at `span` of `file`, each planned again with its edits made.
    pub fn actions(&mut self, file: &FilePath, span: Span, surroundings: &Surroundings<'_>) -> Vec<ide::Action> {
        let (Some(snapshot), Some(project)) = (&self.snapshot, &self.project) else { return Vec::new() };
        let Some(live) = snapshot.live.clone() else { return Vec::new() };
        let (reader, ledger, config) = (&mut self.reader, &self.ledger, &self.config);
        let (files, roots, request) = (surroundings.files, surroundings.roots, load_request());
        let mut replan = |edits: &[FileEdit]| -> Vec<Finding> {
            let edited = EditedFiles::new(files, edits);
            let changed = match edits.iter().any(|edit| edit.file == *config) {
                true => load(config, &request, roots, &edited, reader).ok(),
                false => None,
            };
            let project = changed.as_ref().unwrap_or(project);
            let declared = project.declared(&edited, reader);
            analyse(project, &declared, &live, ledger, today()).findings
        };
        ide::actions(snapshot, file, span, today(), &mut replan)
    }

    /// The files of the project whose time of change moved since the last look.
    pub fn changed_files(&mut self) -> Vec<PathBuf> {
        let watched = self.project.iter().flat_map(|project| project.watched.iter().cloned());
        let sources = self.declared.files.keys().map(|file| file.as_path().to_owned());
        let paths: Vec<PathBuf> = watched.chain(sources).chain([self.config.as_path().to_owned()]).collect();
        let mut changed = Vec::new();
        for path in paths {
            let time = std::fs::metadata(&path).and_then(|metadata| metadata.modified()).ok();
            if self.file_times.insert(path.clone(), time).is_some_and(|before| before != time) {
                changed.push(path);
            }
        }
        changed
    }

    /// The project's line in the status bar.
    pub fn status(&self) -> ProjectStatus {
        let (state, message) = match (&self.problem, &self.live.standing) {
            (Some(problem), _) => (StatusKind::Failed, problem.clone()),
            (_, Some(Standing::Off(why))) => (StatusKind::Off, why.clone()),
            (_, None | Some(Standing::Connecting)) => (StatusKind::Connecting, "reading the database".into()),
            (_, Some(Standing::Live)) => {
                let of = self.live.catalog().map(|live| match live.taken_at {
                    None => live.database.name.clone(),
                    Some(time) => format!("the snapshot of {} taken {}", live.database.name, minute(time)),
                });
                (StatusKind::Live, format!("compared with {}", of.unwrap_or_default()))
            }
            (_, Some(Standing::Stale(why))) => (StatusKind::Stale, why.clone()),
            (_, Some(Standing::Failed(why))) => (StatusKind::Failed, why.clone()),
        };
        let drifts = self.snapshot.as_ref().map_or(0, |snapshot| {
            let counts = |finding: &&Finding| finding.status == Status::Open && finding.severity >= Severity::Warning;
            snapshot.findings.iter().filter(counts).count()
        });
        let age = self.age().map(|age| age.as_secs());
        ProjectStatus { config: self.config.to_string(), state, message, drifts, age }
    }

    fn touch(&mut self, touched: Touched) {
        self.touched = self.touched.max(touched);
    }

    /// Whether `path` is one of the files that decide which project this is.
    fn decides(&self, path: &Path) -> bool {
        self.config.as_path() == path
            || self.project.as_ref().is_some_and(|project| {
                project.watched.iter().any(|watched| watched == path || path.parent() == Some(watched.as_path()))
            })
    }

    fn target_source(&self) -> String {
        match self.project.as_ref().map(|project| &project.target) {
            Some(Ok(target)) => format!(" ({})", target.source),
            _ => String::new(),
        }
    }

    /// Reads the config and what hangs on it.
    fn load(&mut self, surroundings: &Surroundings<'_>) {
        let request = load_request();
        let problem = match load(&self.config, &request, surroundings.roots, surroundings.files, &mut self.reader) {
            Err(error) => Some(error.to_string()),
            Ok(project) => {
                let ledger = project.ledger.text.as_deref().map_or(Ok(Ledger::default()), Ledger::parse);
                let problem = ledger.as_ref().err().map(|error| format!("{}: {error}", project.ledger.path.display()));
                self.ledger = ledger.unwrap_or_else(|_| std::mem::take(&mut self.ledger));
                let notes = settings_notes(&project);
                self.warnings.extend(notes.iter().filter(|note| !self.settings_notes.contains(note)).cloned());
                self.settings_notes = notes;
                self.project = Some(project);
                problem
            }
        };
        // While someone types, one problem follows another: only the first is news.
        if let (Some(problem), None) = (&problem, &self.problem) {
            self.warnings.push(problem.clone());
        }
        self.problem = problem;
        self.watch(surroundings);
    }

    /// Sees to it that the right database is watched, or none.
    fn watch(&mut self, surroundings: &Surroundings<'_>) {
        let wanted = match &self.project {
            None => Err("the config cannot be read".to_owned()),
            Some(_) if !surroundings.settings.trusted => Err("the workspace is not trusted".to_owned()),
            Some(project) => match &project.target {
                Err(problem) => Err(problem.to_string()),
                Ok(target) => Ok(live_target(project, target)),
            },
        };
        match wanted {
            Err(why) => {
                self.live = Live { standing: Some(Standing::Off(why)), watchers: self.live.watchers, ..Live::default() }
            }
            Ok(target) => {
                let own = self.project.as_ref().and_then(|project| project.settings.poll_seconds);
                let poll = own.map_or(surroundings.settings.poll_interval, Duration::from);
                let limits = self.project.as_ref().map(limits).unwrap_or_default();
                let key = WatchKey::new(&target, poll, limits);
                if self.live.watcher.as_ref().is_some_and(|(.., current)| *current == key) {
                    return;
                }
                let watcher = self.live.watchers + 1;
                let (inbox, config) = (surroundings.inbox.clone(), self.config.clone());
                let settings = live::WatchSettings { poll, limits, ..live::WatchSettings::default() };
                let _guard = surroundings.runtime.enter();
                let started = live::watch(target, settings, move |event| {
                    inbox.send(Event::Live { config: config.clone(), watcher, event });
                });
                self.live = Live {
                    watcher: Some((watcher, started, key)),
                    watchers: watcher,
                    standing: Some(Standing::Connecting),
                    ..Live::default()
                };
            }
        }
    }

    fn read(&mut self, files: &OpenFiles) {
        if let Some(project) = &self.project {
            self.declared = Arc::new(project.declared(files, &mut self.reader));
        }
    }

    fn assess(&mut self, files: &OpenFiles) {
        let Some(project) = &self.project else {
            self.snapshot = None;
            return;
        };
        let analysis = self.live.catalog().map(|live| analyse(project, &self.declared, live, &self.ledger, today()));
        let (findings, outline) = analysis.map(|analysis| (analysis.findings, analysis.outline)).unwrap_or_default();
        let document = files.document(self.config.as_path());
        self.snapshot = Some(Snapshot {
            declared: self.declared.clone(),
            live: self.live.catalog().cloned(),
            standing: self.live.standing.clone().unwrap_or(Standing::Connecting),
            findings: Arc::new(findings),
            outline: Arc::new(outline),
            kit: project.kit.clone(),
            filter: project.filter.clone(),
            casing: project.casing,
            config: project.config.clone().zip(document),
            ledger: (FilePath::new(&project.ledger.path), project.ledger.text.clone()),
        });
    }
}

impl WatchKey {
    fn new(target: &live::Target, poll_interval: Duration, limits: live::Limits) -> Self {
        use secrecy::ExposeSecret;
        Self {
            url: target.url.expose_secret().to_owned(),
            auth_token: target.auth_token.as_ref().map(|token| token.expose_secret().to_owned()),
            folder: target.folder.clone(),
            poll_interval,
            limits,
        }
    }
}

/// The project of `config` as an editor finds it.
fn load(
    config: &FilePath,
    request: &LoadRequest,
    roots: &[PathBuf],
    files: &dyn Files,
    reader: &mut Reader,
) -> Result<Project, ProjectError> {
    let own = config.as_path().parent().unwrap_or(config.as_path());
    let root = roots.iter().find(|root| own.starts_with(root)).map_or(own, PathBuf::as_path);
    project::load_in_workspace(request, config.as_path(), root, files, reader)
}

/// What every project of an editor is loaded with.
fn load_request() -> LoadRequest {
    let variables = Variables::of_process();
    LoadRequest { database_url: GivenUrl::from_variables(&variables), variables, ..LoadRequest::default() }
}

fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}
