//! All that the session knows: the open documents and the projects, and how each event touches them.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tokio::runtime::Handle;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::event::{Event, OfferedAction, Output, ProjectStatus, Pulled, Settings};
use super::open_files::{OpenDocument, OpenFiles};
use super::project_state::{ProjectState, Surroundings};
use super::worker::{WeakInbox, look_at_files};
use crate::ide::{self, Diagnostic};
use crate::live::Cause;
use crate::project;
use crate::text::{Document, Encoding, FilePath, Files, Position, PositionRange};

/// What a project may use of the workspace around it, borrowed beside the projects themselves.
macro_rules! surroundings {
    ($workspace:expr) => {
        Surroundings {
            files: &$workspace.files,
            roots: &$workspace.roots,
            settings: &$workspace.settings,
            inbox: &$workspace.inbox,
            runtime: &$workspace.runtime,
        }
    };
}

/// The session's state; touched by its thread alone.
pub(super) struct Workspace {
    outputs: mpsc::UnboundedSender<Output>,
    inbox: WeakInbox,
    runtime: Handle,
    encoding: Encoding,
    settings: Settings,
    roots: Vec<PathBuf>,
    files: OpenFiles,
    projects: Vec<ProjectState>,
    /// Whether the projects have to be looked for again.
    projects_touched: bool,
    /// What was last said about each open document, with a number that changes when it does.
    published: HashMap<FilePath, (u64, Vec<Diagnostic>)>,
    next_result: u64,
    last_status: Vec<ProjectStatus>,
    /// Whether the editor should ask for the lenses again.
    lenses_touched: bool,
    file_watch: Option<JoinHandle<()>>,
}

impl Workspace {
    pub(super) fn new(outputs: mpsc::UnboundedSender<Output>, inbox: WeakInbox, runtime: Handle) -> Self {
        Self {
            outputs,
            inbox,
            runtime,
            encoding: Encoding::default(),
            settings: Settings::default(),
            roots: Vec::new(),
            files: OpenFiles::default(),
            projects: Vec::new(),
            projects_touched: false,
            published: HashMap::new(),
            next_result: 0,
            last_status: Vec::new(),
            lenses_touched: false,
            file_watch: None,
        }
    }

    /// Takes one event: notes what it touches, and answers what it asks.
    pub(super) fn handle(&mut self, event: Event) {
        match event {
            Event::Start { roots, encoding, settings, watches_files } => {
                self.roots = roots;
                self.encoding = encoding;
                self.settings = settings;
                self.projects_touched = true;
                if !watches_files {
                    let watch = look_at_files(self.inbox.clone(), self.settings.poll_interval);
                    self.file_watch = Some(self.runtime.spawn(watch));
                }
            }
            Event::Configure(settings) => {
                self.settings = settings;
                self.projects.iter_mut().for_each(ProjectState::touch_project);
            }
            Event::Roots { added, removed } => {
                self.roots.retain(|root| !removed.contains(root));
                self.roots.extend(added);
                self.projects_touched = true;
            }
            Event::Open { path, version, text } => {
                self.files.documents.insert(path.clone(), OpenDocument { version, document: Document::new(text) });
                self.touch_file(&path);
            }
            Event::Change { path, version, changes } => self.change(&path, version, changes),
            Event::Save(path) => {
                self.files_changed(std::slice::from_ref(&path));
                for project in self.projects.iter().filter(|project| project.concerns(&path)) {
                    project.refresh(Cause::Save);
                }
            }
            Event::Close(path) => self.close(&path),
            Event::FilesChanged(paths) => {
                self.files_changed(&paths);
                for project in &self.projects {
                    if paths.iter().any(|path| project.migrates_by(path)) {
                        project.refresh(Cause::Migrations);
                    }
                }
            }
            Event::Refresh => {
                self.projects.iter().for_each(|project| project.refresh(Cause::Command));
            }
            Event::Focus => self.projects.iter().for_each(|project| project.refresh(Cause::Focus)),
            Event::LookAtFiles => {
                let changed: Vec<PathBuf> = self.projects.iter_mut().flat_map(ProjectState::changed_files).collect();
                self.files_changed(&changed);
            }
            Event::Live { config, watcher, event } => {
                if let Some(project) = self.projects.iter_mut().find(|project| project.config == config) {
                    project.heard(watcher, event);
                }
            }
            Event::Hover { path, position, answer } => {
                let hover = if answer.is_closed() { None } else { self.hover(&path, position) };
                let _ = answer.send(hover);
            }
            Event::Actions { path, range, answer } => {
                let actions = if answer.is_closed() { Vec::new() } else { self.actions(&path, range) };
                let _ = answer.send(actions);
            }
            Event::Lenses { path, answer } => {
                let lenses = if answer.is_closed() { None } else { self.lenses(&path) };
                let _ = answer.send(lenses);
            }
            Event::Diagnostics { path, previous, answer } => {
                if !answer.is_closed() {
                    let _ = answer.send(self.pull(&path, previous.as_deref()));
                }
            }
        }
    }

    /// Brings every touched project up to date and publishes what changed.
    pub(super) fn settle(&mut self) {
        self.bring_up_to_date();
        self.publish();
        if std::mem::take(&mut self.lenses_touched) {
            let _ = self.outputs.send(Output::LensesChanged);
        }
        self.tell_status();
    }

    fn bring_up_to_date(&mut self) {
        if std::mem::take(&mut self.projects_touched) {
            self.discover();
        }
        let surroundings = surroundings!(self);
        for project in &mut self.projects {
            for warning in project.bring_up_to_date(&surroundings) {
                let _ = self.outputs.send(Output::Warn(warning));
            }
            self.lenses_touched |= project.take_lenses_touched();
        }
    }

    /// Finds the workspace's configs; a project that is still there keeps what it knows.
    fn discover(&mut self) {
        let mut known: Vec<ProjectState> = std::mem::take(&mut self.projects);
        for config in project::discover(&self.roots, &self.files).into_iter().map(FilePath::new) {
            let kept = known.iter().position(|project| project.config == config);
            self.projects.push(kept.map_or_else(|| ProjectState::new(config), |index| known.swap_remove(index)));
        }
    }

    fn change(&mut self, path: &Path, version: i32, changes: Vec<(Option<PositionRange>, String)>) {
        let Some(open) = self.files.documents.get_mut(path) else {
            tracing::warn!("a change of a document that is not open");
            return;
        };
        for (range, text) in changes {
            open.document = open.document.changed(range, &text, self.encoding);
        }
        open.version = version;
        self.touch_file(path);
    }

    fn close(&mut self, path: &Path) {
        if let Some(open) = self.files.documents.remove(path) {
            let file = FilePath::new(path);
            // An editor keeps showing what was published for a document that it no longer shows.
            if self.published.remove(&file).is_some_and(|(_, diagnostics)| !diagnostics.is_empty()) {
                let _ = self.outputs.send(Output::Diagnostics {
                    path: file,
                    version: None,
                    document: open.document,
                    diagnostics: Vec::new(),
                });
            }
            self.touch_file(path);
        }
    }

    /// The text of `path` is another now.
    fn touch_file(&mut self, path: &Path) {
        self.projects.iter_mut().for_each(|project| project.touch_file(path));
    }

    /// Files were saved, created or deleted.
    fn files_changed(&mut self, paths: &[PathBuf]) {
        for path in paths {
            // A config that came, or one that went.
            let known = self.projects.iter().any(|project| project.config.as_path() == path);
            self.projects_touched |= project::is_config(path) && known != self.files.is_file(path);
            self.projects.iter_mut().for_each(|project| project.file_changed(path));
        }
    }

    fn hover(&mut self, path: &Path, position: Position) -> Option<(Document, ide::Hover)> {
        self.bring_up_to_date();
        let document = self.files.document(path)?;
        let offset = document.offset(position, self.encoding);
        let file = FilePath::new(path);
        let hover =
            self.projects.iter().find_map(|project| ide::hover(project.snapshot()?, &file, offset, project.age()))?;
        Some((document, hover))
    }

    fn lenses(&mut self, path: &Path) -> Option<(Document, Vec<ide::Lens>)> {
        self.bring_up_to_date();
        let document = self.files.document(path)?;
        let file = FilePath::new(path);
        let snapshots = self.projects.iter().filter_map(ProjectState::snapshot);
        Some((document, snapshots.flat_map(|snapshot| ide::lenses(snapshot, &file)).collect()))
    }

    fn actions(&mut self, path: &Path, range: PositionRange) -> Vec<OfferedAction> {
        self.bring_up_to_date();
        let Some(document) = self.files.document(path) else { return Vec::new() };
        let span = document.span(range, self.encoding);
        let file = FilePath::new(path);
        let surroundings = surroundings!(self);
        let files = &self.files;
        let mut offered = Vec::new();
        for project in &mut self.projects {
            for action in project.actions(&file, span, &surroundings) {
                let edited = action.edits.iter().filter_map(|edit| {
                    let path = edit.file.as_path();
                    let version = files.documents.get(path).map(|open| open.version);
                    Some((edit.file.clone(), files.document(path)?, version))
                });
                offered.push(OfferedAction { files: edited.collect(), action });
            }
        }
        offered
    }

    fn pull(&mut self, path: &Path, previous: Option<&str>) -> Pulled {
        self.bring_up_to_date();
        let file = FilePath::new(path);
        let diagnostics = self.diagnostics(&file);
        let result = self.note(&file, &diagnostics).0.to_string();
        let document = self.files.document(path).unwrap_or_else(|| Document::new(""));
        let changed = (previous != Some(result.as_str())).then_some((document, diagnostics));
        Pulled { result, changed }
    }

    /// What all projects say about `file`.
    fn diagnostics(&self, file: &FilePath) -> Vec<Diagnostic> {
        let mut diagnostics: Vec<Diagnostic> = self
            .projects
            .iter()
            .filter_map(ProjectState::snapshot)
            .flat_map(|snapshot| ide::diagnostics(snapshot, file))
            .collect();
        let mut seen = std::collections::HashSet::new();
        diagnostics.retain(|diagnostic| seen.insert((diagnostic.fingerprint.clone(), diagnostic.span)));
        diagnostics
    }

    /// Notes what is said about `file`: the number of what is said now, and whether it is news.
    fn note(&mut self, file: &FilePath, diagnostics: &[Diagnostic]) -> (u64, bool) {
        match self.published.get(file) {
            Some((result, said)) if said == diagnostics => (*result, false),
            None if diagnostics.is_empty() => {
                self.published.insert(file.clone(), (0, Vec::new()));
                (0, false)
            }
            _ => {
                self.next_result += 1;
                self.published.insert(file.clone(), (self.next_result, diagnostics.to_vec()));
                (self.next_result, true)
            }
        }
    }

    fn publish(&mut self) {
        let open: Vec<(FilePath, OpenDocument)> =
            self.files.documents.iter().map(|(path, open)| (FilePath::new(path), open.clone())).collect();
        for (path, open) in open {
            let diagnostics = self.diagnostics(&path);
            if self.note(&path, &diagnostics).1 {
                let OpenDocument { version, document } = open;
                let _ = self.outputs.send(Output::Diagnostics { path, version: Some(version), document, diagnostics });
            }
        }
    }

    fn tell_status(&mut self) {
        let status: Vec<ProjectStatus> = self.projects.iter().map(ProjectState::status).collect();
        // The age moves with every poll; alone it is no news.
        let timeless = |status: &[ProjectStatus]| -> Vec<ProjectStatus> {
            status.iter().map(|status| ProjectStatus { age: None, ..status.clone() }).collect()
        };
        if timeless(&status) != timeless(&self.last_status) {
            let _ = self.outputs.send(Output::Status(status.clone()));
        }
        self.last_status = status;
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        if let Some(watch) = self.file_watch.take() {
            watch.abort();
        }
    }
}
