//! What one run of `drizzle-kit push` would do: its statements, the questions it would stop at, and where it would fail.

use super::Doubt;
use crate::catalog::{ObjectRef, Rows};

/// One run of push.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PushPlan {
    /// The statements in push's order, when every question about what was created or renamed is answered with its first
    /// choice and the loss of data is confirmed.
    pub statements: Vec<Statement>,
    /// The questions, in the order in which push asks them.
    pub prompts: Vec<Prompt>,
    /// Where push would fail; `None` where nothing says that it would.
    pub failure: Option<Failure>,
    /// Where push may fail, as far as only rows can tell.
    pub doubts: Vec<Doubt>,
}

/// One statement of push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// The SQL as push writes it, ended by `;`.
    pub sql: String,
    /// What it changes, the main thing first; a rebuild of a SQLite table changes several columns at once.
    pub touches: Vec<Touch>,
    /// What it takes away, whether or not there are rows to lose.
    pub loss: Loss,
    /// How many rows there are to lose.
    pub rows: Rows,
    /// What is lost, where it touches other things too; empty where all that it touches is.
    pub lost: Vec<ObjectRef>,
    /// What of other tables goes along; part of `destroys`, and among `touches`.
    pub along: Vec<Along>,
    /// What it would destroy, in words: `table conversations, about 1,204 rows`. Where nothing is known of the rows, it says
    /// so; `None` where there are none.
    pub destroys: Option<String>,
}

impl Statement {
    /// A statement that loses nothing. The `;` at its end is added where it is not there.
    pub fn new(sql: impl Into<String>, touches: Vec<Touch>) -> Self {
        let mut sql = sql.into();
        if !sql.ends_with(';') {
            sql.push(';');
        }
        Self { sql, touches, loss: Loss::None, rows: Rows::None, lost: Vec::new(), along: Vec::new(), destroys: None }
    }

    /// The same statement, which takes away `what` (`table conversations`, `column users.email`) where there are rows.
    pub fn losing(mut self, loss: Loss, what: &str, rows: Rows) -> Self {
        self.loss = loss;
        self.rows = rows;
        self.destroys = destroyed(what, rows);
        self
    }

    /// The same statement, of which only `lost` pays.
    pub fn at_the_cost_of(mut self, lost: Vec<ObjectRef>) -> Self {
        self.lost = lost;
        self
    }

    /// The same statement, with which `what` goes as well, which is `touch` and holds `rows`.
    pub fn take_along(&mut self, what: String, rows: Rows, touch: Touch) {
        if self.destroys.is_none() {
            (self.loss, self.rows) = (Loss::Others, rows);
            self.lost.clear();
        }
        let by = if self.along.is_empty() { ", and along with that " } else { ", " };
        self.destroys = Some(self.destroys.take().map_or_else(|| what.clone(), |words| words + by + &what));
        self.touches.push(touch.clone());
        self.along.push(Along { what, touch });
    }

    /// What it takes away from `object`.
    pub fn loss_of(&self, object: &ObjectRef) -> Loss {
        if self.lost.is_empty() || self.lost.contains(object) { self.loss } else { Loss::None }
    }

    /// Whether it takes data away that is known to be there.
    pub fn loses_data(&self) -> bool {
        self.loss != Loss::None && self.rows.any()
    }
}

/// `what` holds `rows` and goes, in words; `None` where there are none.
pub(super) fn destroyed(what: &str, rows: Rows) -> Option<String> {
    match rows {
        Rows::None => None,
        Rows::Unknown => Some(format!("{what}, if it holds any rows")),
        rows => Some(format!("{what}, {}", rows.words().unwrap_or_default())),
    }
}

impl Touch {
    /// That `aspect` of `object` is changed.
    pub fn new(object: ObjectRef, aspect: Aspect) -> Self {
        Self { object, aspect }
    }
}

impl PushPlan {
    /// How the push would end.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self { failure: Some(_), .. } => Outcome::Fails,
            Self { prompts, .. } if !prompts.is_empty() => Outcome::Asks,
            Self { statements, .. } if !statements.is_empty() => Outcome::Ok,
            _ => Outcome::NoChanges,
        }
    }

    /// Whether nothing is asked, nothing lost, and nothing fails.
    pub fn safe(&self) -> bool {
        matches!(self.outcome(), Outcome::Ok | Outcome::NoChanges)
            && self.statements.iter().all(|statement| statement.destroys.is_none())
    }
}

/// How a push ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It finds nothing to do.
    NoChanges,
    /// It runs its statements.
    Ok,
    /// It asks first.
    Asks,
    /// It fails, before its first statement or at a later one.
    Fails,
}

/// One aspect of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touch {
    /// The object, as a drift names it.
    pub object: ObjectRef,
    /// What of it is changed.
    pub aspect: Aspect,
}

/// What of an object a statement changes. It says which drift the statement answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Aspect {
    /// It comes into being.
    Existence,
    /// It goes.
    Absence,
    /// A column's type.
    Type,
    /// A column's NOT NULL.
    Nullability,
    /// A column's default, ON UPDATE included.
    Default,
    /// A column's identity or AUTOINCREMENT.
    Identity,
    /// A column's generation expression.
    Generated,
    /// The definition of a key, index, check, enum, view, sequence or policy; a table's row-level security.
    Definition,
    /// Only its name.
    Name,
    /// A table's rows, which are deleted to make another statement possible.
    Rows,
}

/// Something that a statement does not mean and takes along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Along {
    /// In words: `all rows of table posts, about 3 rows`.
    pub what: String,
    /// The object, and what of it goes.
    pub touch: Touch,
}

/// What a statement takes from a table that holds rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Loss {
    /// Nothing.
    #[default]
    None,
    /// The table with its rows.
    Table,
    /// A column with its values.
    Column,
    /// All rows, which push deletes to make another statement possible.
    Rows,
    /// Part of a column's values.
    Values,
    /// Nothing of its own, but rows or values of other tables.
    Others,
}

/// One question of push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prompt {
    /// What it is about.
    pub kind: PromptKind,
    /// Its words, without colours: `Is identity_map table created or renamed from another table?`
    pub text: String,
    /// Its choices in push's order; the first is the one that Enter takes.
    pub choices: Vec<Choice>,
    /// The choice that loses nothing; `None` where every one does.
    pub safe_choice: Option<usize>,
    /// What to do, in one sentence.
    pub advice: String,
    /// The objects that it is about, the new one first.
    pub concerns: Vec<ObjectRef>,
}

/// What a question is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptKind {
    /// Whether something was created or renamed.
    CreatedOrRenamed,
    /// Whether the loss of data is meant. `--force` skips it.
    DataLoss,
    /// Whether to truncate a table before a unique constraint is added. 0.x asks it with `--force` too.
    UniqueOnRows,
}

/// One choice of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Its words: `~ conversations › identity_map rename table`.
    pub label: String,
    /// All statements that push would run with this choice, later questions answered with their first choice.
    pub statements: Vec<String>,
    /// What they would destroy, in words; `None` where nothing.
    pub destroys: Option<String>,
}

/// A run that ends before its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The statement that fails; `None` where drizzle-kit itself gives up before the first.
    pub statement: Option<usize>,
    /// The server's SQLSTATE, where there is one.
    pub sqlstate: Option<String>,
    /// What is wrong, in one sentence.
    pub reason: String,
}
