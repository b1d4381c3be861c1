//! The second opinion: the project's own drizzle-kit, asked where it cannot change anything.

mod explain;
mod strict;
#[cfg(unix)]
mod terminal;
mod way;

use std::time::Duration;

use super::load_request;
use super::outcome::Failure;
use super::plan::PlanReport;
use crate::catalog::Generation;
use crate::cli::arguments::PlanArguments;
use crate::project::Project;
use crate::push::PromptKind;

/// How long drizzle-kit may take altogether.
const LIMIT: Duration = Duration::from_secs(120);

/// What drizzle-kit itself says.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Opinion {
    /// Its statements, as it prints them.
    pub statements: Vec<String>,
    /// What it asked about what was created or renamed, first lines only.
    pub questions: Vec<String>,
    /// What it says where it gives up; without secrets.
    pub failure: Option<String>,
    /// What kept it from changing anything: `in a read-only session`.
    pub kept: &'static str,
}

/// Where drizzle-kit and a plan differ.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Disagreement {
    /// Statements that only drizzle-kit has.
    pub only_kit: Vec<String>,
    /// Statements that only the plan has.
    pub only_plan: Vec<String>,
    /// Questions that only drizzle-kit asks.
    pub asked_by_kit: Vec<String>,
    /// Questions that only the plan foresees.
    pub asked_by_plan: Vec<String>,
    /// Whether the statements are the same in another order.
    pub other_order: bool,
    /// What drizzle-kit says where it gives up and the plan does not foresee it.
    pub failure: Option<String>,
}

impl Disagreement {
    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl Opinion {
    /// Where it differs from `report`.
    pub fn disagreement(&self, report: &PlanReport) -> Disagreement {
        let gives_up = report.plan.failure.as_ref().is_some_and(|failure| failure.statement.is_none());
        if self.failure.is_some() || gives_up {
            // What it would have said further is not known.
            let unforeseen = || "it does not give up, as the plan foresees".to_owned();
            let failure = match (&self.failure, gives_up) {
                (Some(_), true) => None,
                (Some(failure), false) => Some(failure.clone()),
                (None, _) => Some(unforeseen()),
            };
            return Disagreement { failure, ..Disagreement::default() };
        }
        let plain = |sql: &str| sql.trim_end_matches(';').split_whitespace().collect::<Vec<_>>().join(" ");
        let kit: Vec<String> = self.statements.iter().map(|sql| plain(sql)).collect();
        let ours: Vec<String> = report.plan.statements.iter().map(|statement| plain(&statement.sql)).collect();
        let named = report.plan.prompts.iter().filter(|prompt| prompt.kind == PromptKind::CreatedOrRenamed);
        let foreseen: Vec<String> = named.map(|prompt| prompt.text.clone()).collect();
        let mut disagreement = Disagreement {
            only_kit: without(&kit, &ours),
            only_plan: without(&ours, &kit),
            asked_by_kit: without(&self.questions, &foreseen),
            asked_by_plan: without(&foreseen, &self.questions),
            other_order: false,
            failure: None,
        };
        disagreement.other_order = disagreement.only_kit.is_empty() && disagreement.only_plan.is_empty() && kit != ours;
        disagreement
    }
}

/// `these` without `others`, each taken away once.
fn without(these: &[String], others: &[String]) -> Vec<String> {
    let mut others: Vec<&String> = others.iter().collect();
    let mut left = Vec::new();
    for item in these {
        match others.iter().position(|other| *other == item) {
            Some(place) => drop(others.swap_remove(place)),
            None => left.push(item.clone()),
        }
    }
    left
}

/// Asks drizzle-kit, where it can be made sure that it changes nothing.
pub fn ask(arguments: &PlanArguments, project: &Project) -> Result<Opinion, Failure> {
    let refused = |why: String| Failure::Usage(format!("--with-kit: {why}"));
    if project.config.is_none() {
        return Err(refused(
            "drizzle-kit is run with a config, and there is none here; leave --schema and --dialect out".into(),
        ));
    }
    if arguments.project.kit_version.is_some() {
        let kit = &project.kit.version;
        return Err(refused(format!(
            "it runs the drizzle-kit that is installed, and this plan is for {kit} (--kit-version)"
        )));
    }
    if project.kit.source != "node_modules" {
        return Err(refused(
            "drizzle-kit is not installed in node_modules of this folder or one above it; install it".into(),
        ));
    }
    if !load_request(&arguments.project)?.env_files.is_empty() {
        return Err(refused(
            "drizzle-kit does not read the files of --env-file; set the variables in the environment".into(),
        ));
    }
    let way = way::prepare(project)?;
    let opinion = match project.kit.generation() {
        Generation::V0 => strict::ask(&way),
        Generation::V1 => explain::ask(&way),
    };
    opinion.map(|opinion| Opinion { kept: way.kept, ..opinion })
}

/// `text` without escape sequences.
fn plain(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => {
                if characters.next_if_eq(&'[').is_some() {
                    while characters.next().is_some_and(|part| !part.is_ascii_alphabetic()) {}
                }
            }
            '\r' => {}
            character => result.push(character),
        }
    }
    result
}

/// The statements in `text`, which end with `;` or where the next one begins.
fn statements(text: &str) -> Vec<String> {
    const VERBS: [&str; 14] = [
        "ALTER", "COMMENT", "COMMIT", "CREATE", "DELETE", "DO", "DROP", "INSERT", "PRAGMA", "RENAME", "SET",
        "TRUNCATE", "UPDATE", "BEGIN",
    ];
    let begins = |line: &str| {
        let word: String = line.chars().take_while(char::is_ascii_alphabetic).collect();
        VERBS.contains(&word.to_ascii_uppercase().as_str())
    };
    let mut statements: Vec<String> = Vec::new();
    let mut open = false;
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        match statements.last_mut().filter(|_| open && !begins(line)) {
            Some(statement) => {
                statement.push('\n');
                statement.push_str(line);
            }
            None => statements.push(line.trim().to_owned()),
        }
        open = !line.trim_end().ends_with(';');
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_end_with_a_semicolon_or_where_the_next_begins() {
        let text =
            "CREATE TABLE \"a\" (\n\t\"id\" integer\n);\n\nALTER TABLE \"a\" RENAME TO \"b\"\nDROP TABLE \"c\";\n";
        let expected =
            ["CREATE TABLE \"a\" (\n\t\"id\" integer\n);", "ALTER TABLE \"a\" RENAME TO \"b\"", "DROP TABLE \"c\";"];
        assert_eq!(statements(text), expected);
    }
}
