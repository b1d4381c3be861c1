//! The last question of a push: whether the loss of data is meant.

use super::plan::destroyed;
use super::{Choice, Prompt, PromptKind, Statement};
use crate::catalog::ObjectRef;

/// Of what a push of 0.x says that it would do so many times.
pub(super) enum Deed {
    /// It removes things: what one is called, what several are, how many.
    Remove(&'static str, &'static str, usize),
    /// It empties so many tables.
    Truncate(usize),
}

impl Deed {
    fn words(&self) -> String {
        match *self {
            Self::Remove(_, _, 0) => " ".into(),
            Self::Remove(one, _, 1) => format!(" remove 1 {one},"),
            Self::Remove(_, several, count) => format!(" remove {count} {several},"),
            Self::Truncate(0) => String::new(),
            Self::Truncate(1) => " truncate 1 table".into(),
            Self::Truncate(count) => format!(" truncate {count} tables"),
        }
    }
}

/// What is agreed to in 0.x, as drizzle-kit spells it, commas and all. On SQLite it `trims` the end before it takes a comma
/// from there.
pub(super) fn yes(deeds: &[Deed], trims: bool) -> String {
    let deeds: String = deeds.iter().map(Deed::words).collect();
    let text = format!("Yes, I want to{deeds}");
    let text = if trims { text.trim_end() } else { &text };
    let text = text.strip_suffix(',').unwrap_or(text);
    text.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The question of 0.x.
pub(super) fn confirmation_v0(
    statements: &[Statement],
    warnings: &[String],
    yes: String,
    concerns: Vec<ObjectRef>,
) -> Prompt {
    let text = format!(
        "Found data-loss statements:\n{}\n\nTHIS ACTION WILL CAUSE DATA LOSS AND CANNOT BE REVERTED\n\nDo you still want to \
         push changes?",
        warnings.join("\n")
    );
    question(statements, text, yes, concerns)
}

/// The question of 1.0.
pub(super) fn confirmation_v1(statements: &[Statement], warnings: &[String], concerns: Vec<ObjectRef>) -> Prompt {
    question(statements, warnings.join("\n"), "Yes, I want to execute all statements".into(), concerns)
}

fn question(statements: &[Statement], text: String, yes: String, concerns: Vec<ObjectRef>) -> Prompt {
    let destroys = destroyed(statements);
    Prompt {
        kind: PromptKind::DataLoss,
        text,
        choices: vec![
            Choice { label: "No, abort".into(), statements: Vec::new(), destroys: None },
            Choice {
                label: yes,
                statements: statements.iter().map(|statement| statement.sql.clone()).collect(),
                destroys: (!destroys.is_empty()).then(|| destroys.join("; ")),
            },
        ],
        safe_choice: Some(0),
        advice: "Answer \"No, abort\" unless all that is listed may go.".into(),
        concerns,
    }
}
