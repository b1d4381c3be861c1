//! `plan`: what `drizzle-kit push` would do now, and what it would ask, without running it.

use std::path::Path;

use super::arguments::{PlanArguments, PlanFormat};
use super::check::{both_sides, ledger};
use super::files::write_report;
use super::outcome::{Failure, Outcome, complain, print};
use super::report::plan as report;
use super::with_kit::Opinion;
use super::{holds, load_request, with_kit};
use crate::catalog::{DatabaseIdentity, Dialect, Generation, LiveCatalog, ObjectKind, ObjectRef};
use crate::declared::{Declared, Kit, Reader};
use crate::drift::{Drift, Ledger};
use crate::project::{self, DiskFiles, Project};
use crate::push::{self, Finding, Hint, PromptKind, PushPlan};
use crate::session::analyse;

/// Everything that a report of `plan` can say.
pub struct PlanReport {
    /// The project's dialect.
    pub dialect: Dialect,
    /// The kit that was predicted.
    pub kit: Kit,
    /// The database that was read.
    pub database: DatabaseIdentity,
    /// The plan.
    pub plan: PushPlan,
    /// The drifts, which say why a statement is there.
    pub findings: Vec<Finding>,
    /// Whether rows were looked at.
    pub rows_checked: bool,
    /// What the installed kit would do instead, where another was asked for.
    pub installed: Option<Comparison>,
    /// What drizzle-kit itself says, where it was asked.
    pub opinion: Option<Opinion>,
}

/// The plan of the installed kit against that of another.
pub struct Comparison {
    /// The installed kit.
    pub kit: Kit,
    /// Statements that only the other runs.
    pub added: Vec<String>,
    /// Statements that only the installed one runs.
    pub removed: Vec<String>,
    /// Questions that only the other asks.
    pub asked: Vec<String>,
    /// Questions that only the installed one asks.
    pub unasked: Vec<String>,
}

/// Runs the command.
pub fn run(arguments: &PlanArguments) -> Result<Outcome, Failure> {
    let mut reader = Reader::default();
    let project = project::load(&load_request(&arguments.project)?, &DiskFiles, &mut reader)?;
    if !arguments.quiet {
        project.notes.iter().for_each(|note| complain(&format!("note: {note}")));
    }
    let (declared, mut live) = both_sides(&project, &mut reader)?;
    if arguments.check_rows {
        // What the rows tell of what is asked and lost makes another plan; what makes a statement fail is asked of that.
        let outline = push::plan(&declared, &live, &project.filter, &project.kit);
        let questions = outline.evidence_questions(&live);
        live.learn(&questions, &holds(&project, &questions)?);
    }
    let mut made = made(&project, &declared, &live)?;
    if arguments.check_rows {
        made.plan.settle(&holds(&project, &made.plan.row_questions())?);
        made.rows_checked = true;
    }
    if arguments.project.kit_version.is_some() {
        made.installed = installed(arguments, &made, &live)?;
    }
    if arguments.with_kit {
        made.opinion = Some(with_kit::ask(arguments, &project)?);
    }
    if let Some(file) = &arguments.hints_file {
        write_hints(file, &made, &ledger(&project)?, arguments.quiet)?;
    }
    let text = match arguments.format {
        PlanFormat::Text => report::text(&made),
        PlanFormat::Concise => report::concise(&made),
        PlanFormat::Json => format!("{:#}\n", report::json(&made)),
        PlanFormat::Markdown => report::markdown(&made),
        PlanFormat::Github => report::github(&made),
    };
    match &arguments.output_file {
        None => print(&text)?,
        Some(file) => write_report(file, &text)?,
    }
    Ok(if made.plan.safe() { Outcome::Clean } else { Outcome::Drift })
}

/// Writes the hints for drizzle-kit 1.0 that follow from the ledger, and says what they decide.
fn write_hints(file: &Path, made: &PlanReport, ledger: &Ledger, quiet: bool) -> Result<(), Failure> {
    if made.kit.generation() == Generation::V0 {
        return Err(Failure::Usage(format!(
            "--hints-file is for drizzle-kit 1.0, and this plan is for {} ({}); name another with --kit-version",
            made.kit.version, made.kit.source
        )));
    }
    let drifts: Vec<&Drift> = made.findings.iter().map(|finding| &finding.drift).collect();
    let hints = push::hints(&made.plan, &drifts, ledger, jiff::Zoned::now().date());
    let json: Vec<_> = hints.iter().map(Hint::json).collect();
    write_report(file, &format!("{:#}\n", serde_json::Value::from(json)))?;
    if !quiet {
        hints.iter().for_each(|hint| complain(&format!("hint: {hint}")));
        let asked = made.plan.prompts.iter().filter(|prompt| prompt.kind == PromptKind::CreatedOrRenamed).count();
        let open = asked.saturating_sub(hints.len());
        if open > 0 {
            let questions = if open == 1 { "1 question is".to_owned() } else { format!("{open} questions are") };
            complain(&format!("note: {questions} not decided in the ledger, and push goes on asking"));
        }
    }
    Ok(())
}

/// The plan of `project` between its two sides.
pub(super) fn made(project: &Project, declared: &Declared, live: &LiveCatalog) -> Result<PlanReport, Failure> {
    Ok(PlanReport {
        dialect: project.dialect,
        kit: project.kit.clone(),
        database: live.database.clone(),
        plan: push::plan(declared, live, &project.filter, &project.kit),
        findings: analyse(project, declared, live, &ledger(project)?, jiff::Zoned::now().date()).findings,
        rows_checked: false,
        installed: None,
        opinion: None,
    })
}

/// What the kit that is installed would do, where it is another than the one asked for.
fn installed(arguments: &PlanArguments, made: &PlanReport, live: &LiveCatalog) -> Result<Option<Comparison>, Failure> {
    let mut reader = Reader::default();
    let mut request = load_request(&arguments.project)?;
    request.kit_version = None;
    let project = project::load(&request, &DiskFiles, &mut reader)?;
    if project.kit.version == made.kit.version {
        return Ok(None);
    }
    let declared = project.declared(&DiskFiles, &mut reader);
    let plan = push::plan(&declared, live, &project.filter, &project.kit);
    let statements = |plan: &PushPlan| plan.statements.iter().map(|item| item.sql.clone()).collect::<Vec<_>>();
    let questions = |plan: &PushPlan| plan.prompts.iter().map(|prompt| prompt.text.clone()).collect::<Vec<_>>();
    let only = |these: Vec<String>, others: &[String]| -> Vec<String> {
        these.into_iter().filter(|item| !others.contains(item)).collect()
    };
    let (here, there) = (statements(&made.plan), statements(&plan));
    let (asked, unasked) = (questions(&made.plan), questions(&plan));
    Ok(Some(Comparison {
        kit: project.kit.clone(),
        added: only(here.clone(), &there),
        removed: only(there, &here),
        asked: only(asked.clone(), &unasked),
        unasked: only(unasked, &asked),
    }))
}

/// Whether people mean `object` by `name`: `table`, `schema.table` or `table.column`.
pub(super) fn is_named(object: &ObjectRef, name: &str) -> bool {
    let own = match &object.table {
        Some(table) if object.kind != ObjectKind::Table => format!("{table}.{}", object.name),
        _ => object.name.clone(),
    };
    own == name || object.schema.as_ref().is_some_and(|schema| format!("{schema}.{own}") == name)
}
