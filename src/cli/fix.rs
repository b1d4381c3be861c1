//! `fix`: applies the preferred quick-fixes of the chosen drifts to the files, or shows what they would change.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use similar::TextDiff;

use super::arguments::FixArguments;
use super::check::{both_sides, ledger};
use super::files::write_atomically;
use super::load_request;
use super::outcome::{Failure, Outcome, complain, print};
use super::plan::is_named;
use crate::catalog::LiveCatalog;
use crate::declared::{Declared, Reader};
use crate::drift::{Ledger, Status};
use crate::ide::{self, Action, Standing};
use crate::project::{self, DiskFiles, LoadRequest, Project, shown};
use crate::push::{Finding, PushPlan};
use crate::session::{Analysis, EditedFiles, analyse};
use crate::text::{Document, FilePath, Files};

/// Runs the command. Each fix is made in memory before the next is worked out, so that they fit together.
pub fn run(arguments: &FixArguments) -> Result<Outcome, Failure> {
    let mut reader = Reader::default();
    let request = load_request(&arguments.project)?;
    let project = project::load(&request, &DiskFiles, &mut reader)?;
    let (_, live) = both_sides(&project, &mut reader)?;
    let ledger = ledger(&project)?;
    let mut work = Work { request, live: Arc::new(live), ledger, reader, files: Changed::default() };
    let mut fixed: Vec<String> = Vec::new();
    let left = loop {
        let seen = work.look()?;
        let chosen: Vec<&Finding> = seen.findings.iter().filter(|finding| is_chosen(arguments, finding)).collect();
        if let (true, Some(name)) = (fixed.is_empty(), unknown(arguments, &chosen)) {
            return Err(Failure::Usage(format!("there is no open drift of {name}; `drizzle-drift check` lists them")));
        }
        let fix = chosen.iter().find_map(|finding| Some((*finding, work.fix(&seen, finding)?)));
        let Some((finding, action)) = fix else { break chosen.into_iter().cloned().collect::<Vec<_>>() };
        fixed.push(format!("{} {}", finding.drift.code, finding.drift.object));
        work.files.make(&action);
    };
    let changed = work.files.texts.iter().filter(|(path, text)| DiskFiles.read(path).as_ref() != Some(text));
    let changed: Vec<(&PathBuf, &Arc<str>)> = changed.collect();
    if arguments.dry_run {
        let diffs: Vec<String> = changed.iter().map(|(path, text)| diff(path, text, &project.folder)).collect();
        print(&diffs.concat())?;
    } else {
        for (path, text) in &changed {
            write_atomically(path, &with_mark(path, text))?;
        }
    }
    if !arguments.quiet {
        let would = if arguments.dry_run { "would fix" } else { "fixed" };
        fixed.iter().for_each(|what| complain(&format!("{would} {what}")));
        let explicit = !(arguments.code.is_empty() && arguments.object.is_empty());
        for finding in left.iter().filter(|_| explicit) {
            complain(&format!(
                "no fix settles {} {}; your editor shows what can be done about it",
                finding.drift.code, finding.drift.object
            ));
        }
        if fixed.is_empty() && left.is_empty() {
            complain("there is nothing to fix");
        }
    }
    let explicit = !(arguments.code.is_empty() && arguments.object.is_empty());
    Ok(if explicit && !left.is_empty() { Outcome::Drift } else { Outcome::Clean })
}

fn is_chosen(arguments: &FixArguments, finding: &Finding) -> bool {
    finding.status == Status::Open
        && (arguments.code.is_empty() || arguments.code.contains(&finding.drift.code))
        && (arguments.object.is_empty() || arguments.object.iter().any(|name| is_named(&finding.drift.object, name)))
}

/// A name that was given and means nothing.
fn unknown<'a>(arguments: &'a FixArguments, chosen: &[&Finding]) -> Option<&'a str> {
    let known = |name: &String| chosen.iter().any(|finding| is_named(&finding.drift.object, name));
    arguments.object.iter().find(|name| !known(name)).map(String::as_str)
}

/// The project with what was changed so far.
struct Seen {
    project: Project,
    declared: Arc<Declared>,
    findings: Arc<Vec<Finding>>,
    outline: Arc<PushPlan>,
}

/// What the fixes are worked out from.
struct Work {
    request: LoadRequest,
    live: Arc<LiveCatalog>,
    ledger: Ledger,
    reader: Reader,
    files: Changed,
}

impl Work {
    /// The project as it is with what was changed so far.
    fn look(&mut self) -> Result<Seen, Failure> {
        let project = project::load(&self.request, &self.files, &mut self.reader)?;
        let declared = project.declared(&self.files, &mut self.reader);
        let Analysis { findings, outline } = analyse(&project, &declared, &self.live, &self.ledger, today());
        Ok(Seen { project, declared: Arc::new(declared), findings: Arc::new(findings), outline: Arc::new(outline) })
    }

    /// The preferred fix of `finding`.
    fn fix(&mut self, Seen { project, declared, findings, outline }: &Seen, finding: &Finding) -> Option<Action> {
        let place = finding.drift.place.as_ref()?;
        let document = project.config.as_ref().and_then(|config| self.files.read(config.file.as_path()));
        let snapshot = ide::Snapshot {
            declared: declared.clone(),
            live: Some(self.live.clone()),
            standing: Standing::Live,
            findings: findings.clone(),
            outline: outline.clone(),
            kit: project.kit.clone(),
            filter: project.filter.clone(),
            casing: project.casing,
            config: project.config.clone().zip(document.map(Document::new)),
            ledger: (FilePath::new(&project.ledger.path), project.ledger.text.clone()),
        };
        let Self { live, ledger, reader, files, .. } = self;
        let mut replan = |edits: &[crate::text::FileEdit]| -> Vec<Finding> {
            let edited = EditedFiles::new(files, edits);
            let declared = project.declared(&edited, reader);
            analyse(project, &declared, live, ledger, today()).findings
        };
        let actions = ide::actions(&snapshot, &place.file, place.span, today(), &mut replan);
        actions.into_iter().find(|action| action.preferred && action.fingerprint == finding.drift.fingerprint)
    }
}

/// The disk with what was changed so far.
#[derive(Default)]
struct Changed {
    texts: BTreeMap<PathBuf, Arc<str>>,
}

impl Changed {
    fn make(&mut self, action: &Action) {
        let edited = EditedFiles::new(&*self, &action.edits);
        let texts: Vec<(PathBuf, Arc<str>)> = action
            .edits
            .iter()
            .map(|edit| edit.file.as_path())
            .filter_map(|path| Some((path.to_owned(), edited.read(path)?)))
            .collect();
        self.texts.extend(texts);
    }
}

impl Files for Changed {
    fn read(&self, path: &Path) -> Option<Arc<str>> {
        self.texts.get(path).cloned().or_else(|| DiskFiles.read(path))
    }

    fn is_file(&self, path: &Path) -> bool {
        self.texts.contains_key(path) || DiskFiles.is_file(path)
    }

    fn is_directory(&self, path: &Path) -> bool {
        DiskFiles.is_directory(path)
    }

    fn entries(&self, path: &Path) -> Vec<PathBuf> {
        DiskFiles.entries(path)
    }

    fn is_link(&self, path: &Path) -> bool {
        DiskFiles.is_link(path)
    }
}

/// A unified diff of what stands on disk and `text`.
fn diff(path: &Path, text: &str, folder: &Path) -> String {
    let old = DiskFiles.read(path);
    let name = shown(path, folder);
    let from = if old.is_some() { format!("a/{name}") } else { "/dev/null".into() };
    let old = old.unwrap_or_default();
    TextDiff::from_lines(&*old, text).unified_diff().header(&from, &format!("b/{name}")).to_string()
}

/// `text` with the byte-order mark that the file on disk has.
fn with_mark(path: &Path, text: &str) -> String {
    const MARK: &str = "\u{feff}";
    let marked = std::fs::read(path).is_ok_and(|bytes| bytes.starts_with(MARK.as_bytes()));
    format!("{}{text}", if marked { MARK } else { "" })
}

fn today() -> jiff::civil::Date {
    jiff::Zoned::now().date()
}
