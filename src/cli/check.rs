//! `check`: compares the declared schema with the live database, prints the drifts, sets the exit code.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};

use super::arguments::{CheckArguments, CheckFormat, FailOn, When};
use super::files::write_report;
use super::outcome::{Failure, Outcome, complain, print};
use super::report::{self, CheckReport};
use super::{load_request, read_live, watch};
use crate::catalog::LiveCatalog;
use crate::declared::{Declared, Reader};
use crate::drift::{Ledger, Severity, Status};
use crate::project::{self, DiskFiles, Project};
use crate::push::Finding;
use crate::session::{analyse, notes};

/// Runs the command.
pub fn run(arguments: &CheckArguments) -> Result<Outcome, Failure> {
    if arguments.watch {
        return watch::run(arguments);
    }
    let mut reader = Reader::default();
    let project = project::load(&load_request(&arguments.project)?, &DiskFiles, &mut reader)?;
    let ledger = ledger(&project)?;
    if !arguments.quiet {
        notes(&project).iter().for_each(|note| complain(&format!("note: {note}")));
    }
    if let (true, Ok(target)) = (arguments.verbose, &project.target) {
        complain(&format!("database from {}, predicting {} ({})", target.source, project.kit, project.kit.source));
    }
    let (declared, live) = both_sides(&project, &mut reader)?;
    let (text, outcome) = compared(arguments, &project, &declared, &live, &ledger);
    match &arguments.output_file {
        None => print(&text)?,
        Some(file) => write_report(file, &text)?,
    }
    Ok(outcome)
}

/// The report, and how the command ends.
pub(super) fn compared(
    arguments: &CheckArguments,
    project: &Project,
    declared: &Declared,
    live: &LiveCatalog,
    ledger: &Ledger,
) -> (String, Outcome) {
    let mut findings = analyse(project, declared, live, ledger, jiff::Zoned::now().date()).findings;
    findings.retain(|finding| wanted(arguments, finding));
    let scope = project.filter.scope(project.dialect);
    let root = root(arguments.format, &project.folder);
    let report = CheckReport {
        folder: &root,
        dialect: project.dialect,
        database: &live.database,
        taken_at: live.taken_at,
        declared,
        live_tables: live
            .catalog
            .tables
            .iter()
            .filter(|table| scope.covers_live(table.schema.as_deref(), &table.name))
            .count(),
        findings: &findings,
    };
    let outcome = match fails(arguments, &findings) {
        true => Outcome::Drift,
        false => Outcome::Clean,
    };
    (written(arguments, &report), outcome)
}

/// The folder to which the paths of a report are relative: people stand in the project's, pipelines in the repository's.
fn root(format: CheckFormat, folder: &Path) -> PathBuf {
    let Some(variable) = format.root_variable() else { return folder.to_owned() };
    let given = std::env::var_os(variable).map(PathBuf::from);
    let mut candidates = given.into_iter().chain(std::env::current_dir());
    candidates.find(|root| folder.starts_with(root)).unwrap_or_else(|| folder.to_owned())
}

/// Both sides of `project`: the files are read while the database answers.
pub(super) fn both_sides(project: &Project, reader: &mut Reader) -> Result<(Declared, LiveCatalog), Failure> {
    let (declared, live) = std::thread::scope(|scope| {
        let live = scope.spawn(|| read_live(project));
        let declared = project.declared(&DiskFiles, reader);
        (declared, live.join())
    });
    let live = live.map_err(|_| {
        Failure::Database("reading the database failed in an unforeseen way; please report it".into())
    })??;
    Ok((declared, live))
}

/// The project's ledger. One that cannot be read is no reason to report what a team has settled, nor to hide anything.
pub(super) fn ledger(project: &Project) -> Result<Ledger, Failure> {
    let text = project.ledger.text.as_deref();
    text.map_or(Ok(Ledger::default()), Ledger::parse).map_err(|error| {
        Failure::Usage(format!("{}: {error}; correct it or take it away", project.ledger.path.display()))
    })
}

fn wanted(arguments: &CheckArguments, finding: &Finding) -> bool {
    let code = finding.drift.code;
    (arguments.only.is_empty() || arguments.only.contains(&code)) && !arguments.skip.contains(&code)
}

fn fails(arguments: &CheckArguments, findings: &[Finding]) -> bool {
    let least = match arguments.fail_on {
        _ if arguments.exit_zero => return false,
        FailOn::Error => Severity::Error,
        FailOn::Warning => Severity::Warning,
        FailOn::Information => Severity::Information,
        FailOn::Never => return false,
    };
    findings.iter().any(|finding| finding.status == Status::Open && finding.severity >= least)
}

fn written(arguments: &CheckArguments, report: &CheckReport<'_>) -> String {
    match arguments.format {
        CheckFormat::Text => report::text(report, &text_options(arguments)),
        CheckFormat::Concise => report::concise(report),
        CheckFormat::Json => format!("{:#}\n", report::json(report)),
        CheckFormat::Github => report::github(report),
        CheckFormat::Gitlab => format!("{:#}\n", report::gitlab(report)),
        CheckFormat::Sarif => format!("{:#}\n", report::sarif(report)),
        CheckFormat::Junit => report::junit(report),
        CheckFormat::Markdown => report::markdown(report),
        CheckFormat::Html => report::html(report),
    }
}

fn text_options(arguments: &CheckArguments) -> report::TextOptions {
    let color = match arguments.color {
        When::Always => true,
        When::Never => false,
        When::Auto => {
            let forbidden = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            arguments.output_file.is_none() && std::io::stdout().is_terminal() && !forbidden
        }
    };
    report::TextOptions { color, summary: !arguments.quiet, hints: arguments.verbose }
}
