//! What may make a statement fail, as far as only rows can tell, and what becomes of the plan once they have been asked.

use super::{Failure, PushPlan};
use crate::catalog::RowQuestion;

/// A statement that fails if a table holds rows of some sort.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// The statement's place in the plan.
    pub statement: usize,
    /// The server's SQLSTATE, where there is one, if it fails.
    pub sqlstate: Option<String>,
    /// What would be wrong, in one sentence.
    pub reason: String,
    /// What tells; `None` where no question that is cheap and safe to ask does.
    pub question: Option<RowQuestion>,
}

impl PushPlan {
    /// The questions that rows could answer, in the order of the doubts that have one.
    pub fn row_questions(&self) -> Vec<RowQuestion> {
        self.doubts.iter().filter_map(|doubt| doubt.question.clone()).collect()
    }

    /// Settles what the rows have answered, in the order of [`PushPlan::row_questions`]: a doubt is dropped, or the plan
    /// fails there. What has no answer stays in doubt.
    pub fn settle(&mut self, answers: &[Option<bool>]) {
        let mut answers = answers.iter();
        let mut first: Option<Doubt> = None;
        let doubts = std::mem::take(&mut self.doubts);
        for doubt in doubts {
            let answer = doubt.question.as_ref().and_then(|_| answers.next()).copied().flatten();
            match answer {
                Some(false) => {}
                Some(true) => {
                    if first.as_ref().is_none_or(|known| doubt.statement < known.statement) {
                        first = Some(doubt);
                    }
                }
                None => self.doubts.push(doubt),
            }
        }
        let known = self.failure.as_ref().map(|failure| failure.statement.unwrap_or_default());
        if let Some(doubt) = first.filter(|doubt| known.is_none_or(|statement| doubt.statement < statement)) {
            self.failure =
                Some(Failure { statement: Some(doubt.statement), sqlstate: doubt.sqlstate, reason: doubt.reason });
        }
        self.doubt_no_further();
    }

    /// Behind a failure nothing is run, so nothing is in doubt.
    pub(super) fn doubt_no_further(&mut self) {
        if let Some(failure) = &self.failure {
            let last = failure.statement.unwrap_or_default();
            self.doubts.retain(|doubt| doubt.statement < last);
        }
    }
}
