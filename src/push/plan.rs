//! `plan(declared, live, filter, kit)`: the whole of one push. The planners of the schema languages plug in here.

use super::input::Input;
use super::postgresql;
use super::renames::{Question, Renames};
use super::{Choice, Doubt, Failure, Prompt, PromptKind, PushPlan, Statement, mysql, sqlite};
use crate::catalog::{Family, Filter, LiveCatalog};
use crate::declared::{Declared, Kit};

/// One push with given answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    /// Its statements.
    pub statements: Vec<Statement>,
    /// What it asks once it knows them.
    pub prompts: Vec<Prompt>,
    /// Where it fails.
    pub failure: Option<Failure>,
    /// Where it may fail.
    pub doubts: Vec<Doubt>,
}

/// Plans the push of one schema language. It asks `Renames` in push's order, and is otherwise a function of its input.
type Planner = fn(&Input, &mut Renames) -> Run;

/// The planner of a schema language and a version of drizzle-kit.
fn planner(family: Family) -> Planner {
    match family {
        Family::Postgresql => postgresql::run,
        Family::Mysql => mysql::run,
        Family::Sqlite => sqlite::run,
    }
}

/// How many tables are planned again, over all choices together; the choices beyond have no statements.
const MOST_TABLES_AGAIN: usize = 100_000;

/// What `kit`'s push would do now.
pub fn plan(declared: &Declared, live: &LiveCatalog, filter: &Filter, kit: &Kit) -> PushPlan {
    let again = MOST_TABLES_AGAIN / (declared.tables.len() + live.catalog.tables.len()).max(1);
    plan_following(declared, live, filter, kit, again)
}

/// [`plan`] without the statements that follow from other answers than the first: what a drift's finding needs.
pub fn outline(declared: &Declared, live: &LiveCatalog, filter: &Filter, kit: &Kit) -> PushPlan {
    plan_following(declared, live, filter, kit, 0)
}

/// Plans, and again for other answers than the first, at most `left` times.
fn plan_following(declared: &Declared, live: &LiveCatalog, filter: &Filter, kit: &Kit, mut left: usize) -> PushPlan {
    let input = Input::new(declared, live, filter, kit);
    let planner = planner(input.family);
    let mut renames = Renames::default();
    let run = planner(&input, &mut renames);
    let questions = renames.into_questions();
    let mut prompts = Vec::with_capacity(questions.len() + run.prompts.len());
    for (number, question) in questions.into_iter().enumerate() {
        let mut again = |choice: usize| {
            let mut answers = vec![0; number];
            answers.push(choice);
            let Some(fewer) = left.checked_sub(1) else { return Follows::Unasked };
            left = fewer;
            // What ends push before its first statement is no way out either.
            let run = planner(&input, &mut Renames::answering(answers));
            match run.failure {
                Some(Failure { statement: None, .. }) => Follows::NothingButAnError,
                _ => Follows::Statements(run.statements),
            }
        };
        prompts.push(prompt(question, &run.statements, &mut again));
    }
    prompts.extend(run.prompts);
    let mut plan = PushPlan { statements: run.statements, prompts, failure: run.failure, doubts: run.doubts };
    plan.doubt_no_further();
    plan
}

/// What follows from another answer than the first.
enum Follows {
    /// It was not asked for.
    Unasked,
    /// drizzle-kit gives up before its first statement.
    NothingButAnError,
    /// These statements.
    Statements(Vec<Statement>),
}

fn prompt(question: Question, first: &[Statement], again: &mut dyn FnMut(usize) -> Follows) -> Prompt {
    let Question { text, labels, concerns } = question;
    let mut lost: Vec<Option<Vec<String>>> = Vec::with_capacity(labels.len());
    let mut choices = Vec::with_capacity(labels.len());
    for (number, label) in labels.into_iter().enumerate() {
        let follows = if number == 0 { Follows::Statements(first.to_vec()) } else { again(number) };
        let (statements, destroyed) = match follows {
            Follows::Statements(statements) => {
                let destroyed = destroyed(&statements);
                (statements, Some(destroyed))
            }
            Follows::NothingButAnError => (Vec::new(), Some(vec![meant(&concerns, number)])),
            Follows::Unasked => (Vec::new(), None),
        };
        choices.push(Choice {
            label,
            statements: statements.into_iter().map(|statement| statement.sql).collect(),
            destroys: destroyed.as_ref().filter(|words| !words.is_empty()).map(|words| words.join("; ")),
        });
        lost.push(destroyed);
    }
    // What every choice destroys is no matter of this question.
    let others = |word: &String| lost.iter().flatten().all(|words| words.contains(word));
    let several = lost.iter().flatten().count() > 1;
    let loses = |words: &Option<Vec<String>>| match words {
        Some(words) => words.iter().any(|word| !(several && others(word))),
        None => true,
    };
    let first_loses = loses(&lost[0]);
    let safe_choice = lost.iter().position(|words| !loses(words));
    let advice = advice(&concerns, safe_choice, first_loses);
    Prompt { kind: PromptKind::CreatedOrRenamed, text, choices, safe_choice, advice, concerns }
}

/// What a choice means to do that ends in an error of drizzle-kit's own.
fn meant(concerns: &[crate::catalog::ObjectRef], number: usize) -> String {
    match (concerns.first(), concerns.get(number)) {
        (Some(new), Some(old)) => format!(
            "{} {old}, which would become {new} (drizzle-kit then stops with an error of its own, before its first statement)",
            old.kind.noun()
        ),
        _ => "nothing yet: drizzle-kit then stops with an error of its own, before its first statement".to_owned(),
    }
}

/// What `statements` destroy, each thing once.
pub(super) fn destroyed(statements: &[Statement]) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for destroys in statements.iter().filter_map(|statement| statement.destroys.as_ref()) {
        if !words.contains(destroys) {
            words.push(destroys.clone());
        }
    }
    words
}

fn advice(concerns: &[crate::catalog::ObjectRef], safe_choice: Option<usize>, first_loses: bool) -> String {
    let Some((new, old)) = concerns.split_first() else { return String::new() };
    let old = match old {
        [one] => format!("`{one}`"),
        [one, _] => format!("`{one}` or another"),
        [one, rest @ ..] => format!("`{one}` or one of {} others", rest.len()),
        [] => String::new(),
    };
    match safe_choice {
        Some(0) if !first_loses => {
            format!("Press Enter: nothing is lost, unless `{new}` is {old} under a new name.")
        }
        Some(_) => format!(
            "Choose a rename only if `{new}` is {old} under a new name; otherwise press Ctrl-C, for the other choice \
             destroys what {old} holds."
        ),
        None => format!(
            "Press Ctrl-C: every choice destroys something. Declare {old} in the code, or exclude it in the config, and push \
             again."
        ),
    }
}
