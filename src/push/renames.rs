//! What push asks where things of one kind were created and others deleted: which of them are the same under a new name.

use crate::catalog::ObjectRef;

/// A thing that may have been renamed.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// How the question spells it: `users`, `app.users`.
    pub key: String,
    /// The object, as a drift names it.
    pub object: ObjectRef,
}

/// A question that was asked.
#[derive(Clone, Debug)]
pub(super) struct Question {
    /// Its words.
    pub text: String,
    /// Its choices, the first being that the thing is new.
    pub labels: Vec<String>,
    /// What it is about: what is new, then everything that may be its former self.
    pub concerns: Vec<ObjectRef>,
}

/// Answers push's questions and remembers them.
#[derive(Debug, Default)]
pub(super) struct Renames {
    answers: Vec<usize>,
    asked: Vec<Question>,
}

impl Renames {
    /// Gives the first questions these answers, and the rest the first choice.
    pub fn answering(answers: Vec<usize>) -> Self {
        Self { answers, asked: Vec::new() }
    }

    /// The questions that were asked.
    pub fn into_questions(self) -> Vec<Question> {
        self.asked
    }

    /// For each of `created`, which of `deleted` it was before, if it is not new. `noun` is what push calls such things and
    /// `text` makes the question from the key of one. Without anything on one of the sides nothing is asked.
    pub fn resolve(
        &mut self,
        noun: &str,
        text: impl Fn(&str) -> String,
        created: &[Item],
        deleted: &[Item],
    ) -> Vec<Option<usize>> {
        if deleted.is_empty() {
            return vec![None; created.len()];
        }
        let mut left: Vec<usize> = (0..deleted.len()).collect();
        let mut result = Vec::with_capacity(created.len());
        for item in created {
            let mut labels = vec![format!("+ {} create {noun}", item.key)];
            labels.extend(left.iter().map(|&old| format!("~ {} › {} rename {noun}", deleted[old].key, item.key)));
            let concerns = std::iter::once(item).chain(left.iter().map(|&old| &deleted[old]));
            let concerns = concerns.map(|item| item.object.clone()).collect();
            let answer = self.answers.get(self.asked.len()).copied().unwrap_or(0);
            self.asked.push(Question { text: text(&item.key), labels, concerns });
            result.push(match answer.checked_sub(1) {
                Some(place) if place < left.len() => Some(left.remove(place)),
                _ => None,
            });
        }
        result
    }

    /// [`Self::resolve`] for things that belong to no table: `Is a table created or renamed from another table?`
    pub fn resolve_named(&mut self, noun: &str, created: &[Item], deleted: &[Item]) -> Vec<Option<usize>> {
        self.resolve(noun, |key| format!("Is {key} {noun} created or renamed from another {noun}?"), created, deleted)
    }

    /// [`Self::resolve`] for the columns of `table`.
    pub fn resolve_columns(&mut self, table: &str, created: &[Item], deleted: &[Item]) -> Vec<Option<usize>> {
        let text = |key: &str| format!("Is {key} column in {table} table created or renamed from another column?");
        self.resolve("column", text, created, deleted)
    }
}
