//! What one run of `drizzle-kit push` would do: its statements, the questions it would stop at, and where it would fail.

use crate::catalog::ObjectRef;

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
    /// What it would destroy, in words, where rows are known to be there: `table conversations, about 1,204 rows`.
    pub destroys: Option<String>,
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
