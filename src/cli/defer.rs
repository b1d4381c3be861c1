//! `defer`: records drifts in the ledger, with the reason why they stay as they are for now.

use super::arguments::DeferArguments;
use super::check::{both_sides, ledger};
use super::files::write_atomically;
use super::load_request;
use super::outcome::{Failure, Outcome, complain};
use super::plan::is_named;
use crate::declared::Reader;
use crate::drift::{Code, Decision, Entry, Status};
use crate::edit;
use crate::ide::deferral;
use crate::project::{self, DiskFiles};
use crate::push::Finding;
use crate::session::analyse;

/// Runs the command.
pub fn run(arguments: &DeferArguments) -> Result<Outcome, Failure> {
    let today = jiff::Zoned::now().date();
    if arguments.reason.trim().is_empty() {
        return Err(Failure::Usage("--reason is empty; say why it stays as it is for now".into()));
    }
    if let Some(until) = arguments.until.filter(|until| *until < today) {
        return Err(Failure::Usage(format!("--until {until} is past; give a day that is to come")));
    }
    let mut reader = Reader::default();
    let project = project::load(&load_request(&arguments.project)?, &DiskFiles, &mut reader)?;
    let known = ledger(&project)?;
    let (declared, live) = both_sides(&project, &mut reader)?;
    let findings = analyse(&project, &declared, &live, &known, today).findings;
    let chosen: Vec<&Finding> = findings.iter().filter(|finding| is_chosen(arguments, finding)).collect();
    for name in &arguments.object {
        if !chosen.iter().any(|finding| is_named(&finding.drift.object, name)) {
            let what = if arguments.renamed { "possible rename" } else { "drift" };
            return Err(Failure::Usage(format!("there is no open {what} of {name}; `drizzle-drift check` lists them")));
        }
    }
    let mut text = project.ledger.text.as_deref().map(str::to_owned);
    for finding in &chosen {
        let decision = if arguments.renamed { Decision::Renamed } else { Decision::Deferred };
        let entry = Entry {
            decision,
            reason: arguments.reason.trim().to_owned(),
            owner: arguments.owner.clone(),
            until: arguments.until,
            ..deferral(finding, Some(&live), today)
        };
        let changed = edit::defer(text.as_deref(), entry);
        text = Some(changed.map_err(|error| Failure::Usage(format!("{}: {error}", project.ledger.path.display())))?);
    }
    if let (Some(text), false) = (&text, chosen.is_empty()) {
        write_atomically(&project.ledger.path, text)?;
    }
    if !arguments.quiet {
        for finding in &chosen {
            complain(&format!("deferred {} {}", finding.drift.code, finding.drift.object));
        }
        let count = chosen.len();
        let entries = if count == 1 { "entry" } else { "entries" };
        complain(&format!("{count} {entries} in {}", project.ledger.path.display()));
    }
    Ok(Outcome::Clean)
}

fn is_chosen(arguments: &DeferArguments, finding: &Finding) -> bool {
    finding.status == Status::Open
        // What cannot be read is no decision of anybody, and a decision that no longer holds is decided about again.
        && !matches!(finding.drift.code, Code::UnresolvedDeclaration | Code::StaleDeferral)
        && (!arguments.renamed || finding.drift.code == Code::PossibleRename)
        && (arguments.code.is_empty() || arguments.code.contains(&finding.drift.code))
        && (arguments.all || arguments.object.iter().any(|name| is_named(&finding.drift.object, name)))
}
