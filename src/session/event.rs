//! What the session is told and asked, and what it says.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::sync::oneshot;

use crate::ide::{Action, Diagnostic, Hover, Lens};
use crate::live::LiveEvent;
use crate::text::{Document, Encoding, FilePath, Position, PositionRange};

/// What the user can set.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Whether the workspace may open connections.
    pub trusted: bool,
    /// How often the database is asked whether it changed.
    pub poll_interval: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self { trusted: true, poll_interval: Duration::from_secs(5) }
    }
}

/// Where an answer goes. Nobody listens any more once the editor has cancelled the question.
pub type Answer<T> = oneshot::Sender<T>;

/// Everything that can happen.
#[derive(Debug)]
pub enum Event {
    /// The editor is ready: its folders, how it counts columns, and whether it reports changed files by itself.
    Start {
        /// The workspace's folders.
        roots: Vec<PathBuf>,
        /// How positions in events count columns.
        encoding: Encoding,
        /// The settings.
        settings: Settings,
        /// Whether [`Event::FilesChanged`] will come; else the session looks at the files itself.
        watches_files: bool,
    },
    /// The settings changed.
    Configure(Settings),
    /// The workspace's folders changed.
    Roots {
        /// The new ones.
        added: Vec<PathBuf>,
        /// Those that are gone.
        removed: Vec<PathBuf>,
    },
    /// A document was opened.
    Open {
        /// Its path.
        path: PathBuf,
        /// The editor's version of it.
        version: i32,
        /// Its text.
        text: String,
    },
    /// An open document changed.
    Change {
        /// Its path.
        path: PathBuf,
        /// The version after the changes.
        version: i32,
        /// The changes in order; without a range the text is the whole document.
        changes: Vec<(Option<PositionRange>, String)>,
    },
    /// A document was saved.
    Save(PathBuf),
    /// A document was closed.
    Close(PathBuf),
    /// Files changed on disk.
    FilesChanged(Vec<PathBuf>),
    /// Read the databases again now.
    Refresh,
    /// The editor came to the front: whoever was elsewhere may have changed a database.
    Focus,
    /// Time to look at the files of the projects.
    LookAtFiles,
    /// News of a project's database.
    Live {
        /// The project's config.
        config: FilePath,
        /// Which of its watchers speaks; an older one's words no longer count.
        watcher: u64,
        /// The news.
        event: LiveEvent,
    },
    /// What to say about a position.
    Hover {
        /// The document.
        path: PathBuf,
        /// The position in it.
        position: Position,
        /// Where the answer goes, with the document it refers to.
        answer: Answer<Option<(Document, Hover)>>,
    },
    /// Which quick-fixes there are.
    Actions {
        /// The document.
        path: PathBuf,
        /// The selection in it.
        range: PositionRange,
        /// Where the answer goes.
        answer: Answer<Vec<OfferedAction>>,
    },
    /// Which lines stand between the lines of a document.
    Lenses {
        /// The document.
        path: PathBuf,
        /// Where the answer goes, with the document it refers to.
        answer: Answer<Option<(Document, Vec<Lens>)>>,
    },
    /// Which diagnostics a document has.
    Diagnostics {
        /// The document.
        path: PathBuf,
        /// The result the editor already has.
        previous: Option<String>,
        /// Where the answer goes.
        answer: Answer<Pulled>,
    },
}

/// A quick-fix with what the editor needs to apply it.
#[derive(Clone, Debug)]
pub struct OfferedAction {
    /// The fix.
    pub action: Action,
    /// The files that it edits, as they were when it was planned: the version where the editor has them open.
    pub files: Vec<(FilePath, Document, Option<i32>)>,
}

/// The answer to a pull of diagnostics.
#[derive(Clone, Debug)]
pub struct Pulled {
    /// Names this answer.
    pub result: String,
    /// The diagnostics with the document they refer to; `None` where the editor already has them.
    pub changed: Option<(Document, Vec<Diagnostic>)>,
}

/// What the session says by itself.
#[derive(Debug)]
pub enum Output {
    /// The diagnostics of an open document, or of one that was closed (none then).
    Diagnostics {
        /// The document.
        path: FilePath,
        /// Its version.
        version: Option<i32>,
        /// The text they refer to.
        document: Document,
        /// All of them.
        diagnostics: Vec<Diagnostic>,
    },
    /// What the lenses say may be another by now, though no document changed.
    LensesChanged,
    /// The state of all projects.
    Status(Vec<ProjectStatus>),
    /// Something that the user should read now: a database went down, a config cannot be read.
    Warn(String),
}

/// One project's state, for the status bar.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProjectStatus {
    /// The config file.
    pub config: String,
    /// The database's state.
    pub state: StatusKind,
    /// One sentence.
    pub message: String,
    /// How many open drifts at warning or above; what is for information only does not count.
    pub drifts: usize,
    /// How old the live facts are, in seconds; null without facts.
    pub age: Option<u64>,
}

/// The states of [`ProjectStatus`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StatusKind {
    /// No connection is wanted or possible.
    Off,
    /// The first reading is under way.
    Connecting,
    /// The facts hold.
    Live,
    /// The facts are the last known ones.
    Stale,
    /// There are no facts.
    Failed,
}
