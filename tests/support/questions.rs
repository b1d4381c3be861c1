//! What drizzle-kit asks about a push on PostgreSQL, as `tests/fixtures/push/pairs/measure_postgresql.cjs` writes it, held
//! against the prompts of a plan.

use drizzle_drift::catalog::{ObjectKind, ObjectRef};
use drizzle_drift::push::{PromptKind, PushPlan};
use serde::Deserialize;

/// The questions of either generation.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Questions {
    pub error: Option<String>,
    prompts: Vec<Question>,
    uniques: Vec<String>,
    warnings: Vec<String>,
    questions: Vec<Hint>,
}

#[derive(Deserialize, PartialEq, Debug)]
struct Question {
    text: String,
    choices: Vec<String>,
}

#[derive(Deserialize)]
struct Hint {
    #[serde(rename = "type")]
    kind: String,
    entity: Vec<String>,
}

impl Questions {
    /// What 0.31 asks and we do not, or the other way round.
    pub fn faults_of_0(&self, plan: &PushPlan) -> Vec<String> {
        let mut faults = self.crash(plan);
        let of = |kind: PromptKind| plan.prompts.iter().filter(move |prompt| prompt.kind == kind);
        let renames: Vec<Question> = of(PromptKind::CreatedOrRenamed)
            .map(|prompt| Question {
                text: prompt.text.clone(),
                choices: prompt.choices.iter().map(|choice| choice.label.clone()).collect(),
            })
            .collect();
        if renames != self.prompts && !crashes(plan) {
            faults.push(format!("asks\n  we:   {renames:?}\n  push: {:?}", self.prompts));
        }
        let uniques: Vec<String> = of(PromptKind::UniqueOnRows).map(|prompt| format!("· {}", prompt.text)).collect();
        if uniques != self.uniques {
            faults.push(format!("asks of uniques: we {uniques:?}, push {:?}", self.uniques));
        }
        let warned = of(PromptKind::DataLoss).next().map_or("", |prompt| prompt.text.as_str());
        let warnings: Vec<&str> = warned.lines().filter(|line| line.starts_with('·')).collect();
        if warnings != self.warnings {
            faults.push(format!("warns: we {warnings:?}, push {:?}", self.warnings));
        }
        faults
    }

    /// Likewise for 1.0.
    pub fn faults_of_1(&self, plan: &PushPlan) -> Vec<String> {
        let mut faults = self.crash(plan);
        let mut ours: Vec<String> = Vec::new();
        for prompt in &plan.prompts {
            match prompt.kind {
                PromptKind::CreatedOrRenamed => ours.push(format!("rename_or_create {}", name(&prompt.concerns[0]))),
                _ => ours.extend(
                    prompt
                        .concerns
                        .iter()
                        .map(|object| format!("confirm_data_loss {}", name(object)))
                        .filter(|text| !self.only_rows_tell(text, &prompt.concerns)),
                ),
            }
        }
        let mut theirs: Vec<String> = self
            .questions
            .iter()
            .map(|hint| format!("{} {}", hint.kind, hint.entity.last().map_or("", String::as_str)))
            .collect();
        ours.sort();
        theirs.sort();
        if ours != theirs && !crashes(plan) {
            faults.push(format!("asks: we {ours:?}, push {theirs:?}"));
        }
        faults
    }

    fn crash(&self, plan: &PushPlan) -> Vec<String> {
        let differs = crashes(plan) != self.error.is_some();
        differs.then(|| format!("crashes: we say {:?}, push {:?}", plan.failure, self.error)).into_iter().collect()
    }

    /// Whether push does not ask about a column, all of whose values are null.
    fn only_rows_tell(&self, text: &str, concerns: &[ObjectRef]) -> bool {
        let column = concerns.iter().any(|it| it.kind == ObjectKind::Column && text.ends_with(&it.name));
        column && !self.questions.iter().any(|hint| hint.entity.last().is_some_and(|it| text.ends_with(it)))
    }
}

/// Whether push ends before its first statement.
fn crashes(plan: &PushPlan) -> bool {
    plan.failure.as_ref().is_some_and(|failure| failure.statement.is_none())
}

fn name(object: &ObjectRef) -> String {
    match (object.name.as_str(), &object.schema) {
        ("", Some(schema)) => schema.clone(),
        (name, _) => name.to_owned(),
    }
}
