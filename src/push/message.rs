//! The words for a drift: one sentence that names the object, both sides and what push would do.

use super::{Consequence, Failure, Loss};
use crate::catalog::{Column, ObjectKind, ObjectRef, Rows};
use crate::drift::{Class, Code, Drift};

/// What the words about one drift are made of.
pub(super) struct Facts<'a> {
    /// Its statements.
    pub statements: &'a [String],
    /// The gravest that they take away.
    pub loss: Loss,
    /// What the table holds.
    pub rows: Rows,
    /// The declared column that it is about.
    pub declared: Option<&'a Column>,
    /// Whether push does it by making the table anew.
    pub rebuilds: bool,
    /// What of other tables goes along with it.
    pub along: Vec<&'a str>,
    /// What push asks about: the others that may be the object under another name.
    pub others: Vec<&'a str>,
}

/// What push would do, as a sentence: `drizzle-kit push would drop it and its about 1,204 rows.`
pub(super) fn sentence(facts: &Facts, drift: &Drift) -> String {
    let rows = facts.rows;
    let verb = match drift.code {
        code if code.is_undeclared() && !drift.also.is_empty() => match (facts.loss, rows) {
            (Loss::Table, rows) if rows.any() => "drop them with their rows".to_owned(),
            _ => "drop them".to_owned(),
        },
        Code::UndeclaredTable => match rows {
            Rows::None => "drop it (it holds no rows)".to_owned(),
            Rows::Unknown => "drop it, with its rows if it holds any".to_owned(),
            Rows::Some | Rows::About(_) => format!("drop it and its {}", words(rows)),
        },
        Code::MissingTable => "create it".to_owned(),
        Code::UndeclaredColumn => match rows {
            Rows::None => "drop it (the table holds no rows)".to_owned(),
            Rows::Unknown => "drop it, with its values if the table holds rows".to_owned(),
            Rows::Some | Rows::About(_) => format!("drop it and its values in {}", words(rows)),
        },
        Code::MissingColumn => match (facts.loss, rows) {
            (Loss::Rows, Rows::Unknown) => {
                "add it, and if the table holds rows first delete them all, as it is NOT NULL without a default"
                    .to_owned()
            }
            (Loss::Rows, rows) if rows.any() => {
                format!("delete the table's {} to add it, as it is NOT NULL without a default", words(rows))
            }
            _ => "add it".to_owned(),
        },
        _ if drift.class == Class::Noise && facts.rebuilds => "rebuild the table".to_owned(),
        _ if drift.class == Class::Noise => format!("run {}{}", statement_words(facts), loss_words(facts.loss, rows)),
        Code::TypeMismatch => {
            let to = facts.declared.and_then(|column| column.sql_type.known()).map_or("?", String::as_str);
            format!(
                "{} `{to}`{}",
                if facts.rebuilds { "rebuild the table to make it" } else { "change it to" },
                loss_words(facts.loss, rows)
            )
        }
        Code::NullabilityMismatch => {
            let required = facts.declared.and_then(|column| column.not_null.known()) == Some(&true);
            let verb = match (required, facts.rebuilds) {
                (true, true) => "rebuild the table to forbid NULL, which fails if a row holds NULL",
                (false, true) => "rebuild the table to allow NULL",
                (true, _) if facts.loss == Loss::None => "set NOT NULL, which fails if a row holds NULL",
                (true, _) => "set NOT NULL",
                (false, _) => "drop NOT NULL",
            };
            format!("{verb}{}", loss_words(facts.loss, rows))
        }
        Code::PossibleRename => {
            let (verb, kept) = match drift.object.kind {
                ObjectKind::Column => ("add", "its values"),
                _ => ("create", "its rows"),
            };
            let old = drift.also.first().map(|old| old.name.as_str()).unwrap_or_default();
            let kept = if rows == Rows::None { String::new() } else { format!(" with {kept}") };
            let emptied = loss_words(facts.loss, rows);
            format!("{verb} `{}` and drop `{old}`{kept}{emptied}", drift.object.name)
        }
        code if code.is_undeclared() => "drop it".to_owned(),
        code if code.is_missing() => format!("create it{}", loss_words(facts.loss, rows)),
        _ if facts.rebuilds => format!("rebuild the table to change it{}", loss_words(facts.loss, rows)),
        _ => format!("change it to what the code says{}", loss_words(facts.loss, rows)),
    };
    let verb = match facts.along.as_slice() {
        [] => verb,
        along => format!("{verb}, which also destroys {}", along.join(", ")),
    };
    let rename = drift.code == Code::PossibleRename && !facts.others.is_empty();
    match answer(facts, drift).filter(|_| !rename) {
        None if rename => format!("drizzle-kit push would {verb}, unless you answer its question that it is renamed."),
        answer => with_answer(&verb, answer),
    }
}

fn with_answer(verb: &str, answer: Option<String>) -> String {
    match answer {
        Some(answer) => format!("drizzle-kit push would {verb}, unless you answer its question that {answer}."),
        None => format!("drizzle-kit push would {verb}."),
    }
}

/// The finding's message.
pub(super) fn message(
    facts: &Facts,
    drift: &Drift,
    consequence: Option<&Consequence>,
    gives_up: Option<&Failure>,
) -> String {
    let object = &drift.object;
    let side = |text: &Option<String>| text.clone().unwrap_or_default();
    let known = match drift.code {
        Code::UnresolvedDeclaration => {
            return format!(
                "{} cannot be read without running the code, so nothing is claimed about it: {}.",
                capitalised(&object.name),
                side(&drift.declared).trim_end_matches('.')
            );
        }
        code if code.is_undeclared() && (drift.note.is_some() || !drift.also.is_empty()) => group(drift),
        Code::PossibleRename => {
            let (noun, old) = (object.kind.noun(), drift.also.first().map(|old| old.name.as_str()).unwrap_or_default());
            let evidence = drift.note.as_deref().unwrap_or_default();
            format!(
                "{} `{object}` of the code looks like {noun} `{old}` of the database under a new name ({evidence})",
                capitalised(noun)
            )
        }
        Code::PolicyMismatch if object.kind == ObjectKind::Table => {
            let (on, off) = match side(&drift.declared).starts_with("no ") {
                true => ("database", "code"),
                false => ("code", "database"),
            };
            format!("Row-level security of table `{object}` is on in the {on} but off in the {off}")
        }
        Code::DefaultMismatch => {
            let words = |side: &Option<String>| {
                let text = side.as_deref().unwrap_or_default();
                without_name(text, object).to_owned()
            };
            let (declared, live) = (words(&drift.declared), words(&drift.live));
            match drift.class {
                Class::Noise => format!(
                    "Column `{object}` has `{declared}` in the code and `{live}` in the database, which mean the same"
                ),
                _ => format!("Column `{object}` has `{declared}` in the code but `{live}` in the database"),
            }
        }
        // A filter or a name that drizzle-kit reads otherwise than the server does.
        code if drift.class == Class::Noise
            && (drift.declared.is_none() || drift.live.is_none())
            && code != Code::StaleDeferral =>
        {
            format!("Nothing is wrong with {} `{object}`", object.kind.noun())
        }
        Code::UndeclaredTable => format!("Table `{object}` is in the database but not in the code"),
        Code::MissingTable => format!("Table `{object}` is in the code but not in the database"),
        Code::UndeclaredColumn => {
            format!("Column `{object}` ({}) is in the database but not in the code", definition(drift, &drift.live))
        }
        Code::MissingColumn => {
            format!("Column `{object}` ({}) is in the code but not in the database", definition(drift, &drift.declared))
        }
        Code::NullabilityMismatch if drift.class == Class::Noise => {
            let required = facts.declared.and_then(|column| column.not_null.known()) == Some(&true);
            let (says, silent) = if required { ("code", "database") } else { ("database", "code") };
            format!(
                "Column `{object}` is in the primary key, where NOT NULL goes without saying: the {says} says it and the \
                 {silent} does not"
            )
        }
        Code::TypeMismatch if drift.class == Class::Noise => format!(
            "Column `{object}` means the same as {} in the code and {} in the database",
            definition(drift, &drift.declared),
            definition(drift, &drift.live)
        ),
        Code::TypeMismatch => format!(
            "Column `{object}` is {} in the code but {} in the database",
            definition(drift, &drift.declared),
            definition(drift, &drift.live)
        ),
        Code::NullabilityMismatch => {
            let required = facts.declared.and_then(|column| column.not_null.known()) == Some(&true);
            match required {
                true => format!("Column `{object}` is NOT NULL in the code but allows NULL in the database"),
                false => format!("Column `{object}` allows NULL in the code but is NOT NULL in the database"),
            }
        }
        _ if drift.class == Class::Noise => {
            let (declared, live) = (&drift.declared, &drift.live);
            let sides = match (declared, live) {
                (Some(declared), Some(live)) if declared != live => {
                    format!(" (`{declared}` in the code, `{live}` in the database)")
                }
                (Some(text), _) | (_, Some(text)) => format!(" (`{text}`)"),
                (None, None) => String::new(),
            };
            let noun = capitalised(object.kind.noun());
            format!("{noun} `{object}`{sides} means the same in the code and in the database")
        }
        code => {
            let noun = capitalised(object.kind.noun());
            let (declared, live) = (definition(drift, &drift.declared), definition(drift, &drift.live));
            let other = match drift.also.first() {
                Some(other) if other.name != object.name && !other.name.starts_with('(') => {
                    format!(" (`{}` in the database)", other.name)
                }
                _ => String::new(),
            };
            match () {
                () if code.is_undeclared() => {
                    format!("{noun} `{object}` ({live}) is in the database but not in the code")
                }
                () if code.is_missing() => {
                    format!("{noun} `{object}` ({declared}) is in the code but not in the database")
                }
                () => format!("{noun} `{object}`{other} is {declared} in the code but {live} in the database"),
            }
        }
    };
    match consequence {
        Some(consequence) if drift.class == Class::Noise => format!("{known}, yet {}", consequence.sentence),
        Some(consequence) => format!("{known}; {}", consequence.sentence),
        None if gives_up.is_some() => format!("{known}; drizzle-kit push gives up with an error before it would act."),
        None => format!("{known}; drizzle-kit push does not see it."),
    }
}

/// What is said of a decision that no longer holds.
pub(super) fn stale(drift: &Drift) -> String {
    let why = drift.note.as_deref().unwrap_or_default();
    format!(
        "The ledger's decision about `{}` no longer holds: {why}; decide again with drizzle-drift defer, or delete the entry.",
        drift.object
    )
}

/// How many objects of a group a message names.
const NAMED: usize = 12;

/// Several objects in one finding: those of others, or one with what belongs to it.
fn group(drift: &Drift) -> String {
    let object = &drift.object;
    let noun = capitalised(object.kind.noun());
    let quoted = |object: &ObjectRef| format!("`{object}`");
    let mut names: Vec<String> = drift.also.iter().take(NAMED).map(quoted).collect();
    if drift.also.len() > NAMED {
        names.push(format!("{} others", drift.also.len() - NAMED));
    }
    let names = names.join(", ");
    match (&drift.note, drift.also.len()) {
        (Some(whose), 0) => {
            format!("{noun} `{object}`, {}, is in the database but not in the code", one(whose, object))
        }
        (Some(whose), more) => {
            let alike = drift.also.iter().all(|other| other.kind == object.kind);
            let others = if alike { format!("{more} more") } else { format!("{more} more objects") };
            format!("{noun} `{object}` and {others} {whose} ({names}) are in the database but not in the code")
        }
        (None, _) => {
            let parts: Vec<String> =
                drift.also.iter().take(NAMED).map(|part| format!("{} `{part}`", part.kind.noun())).collect();
            format!("{noun} `{object}`, with its {}, is in the database but not in the code", parts.join(" and "))
        }
    }
}

/// The words for a group of one.
fn one(whose: &str, object: &ObjectRef) -> String {
    match whose.strip_prefix("of ") {
        Some(owner) => format!("a {} of {owner}", object.kind.noun()),
        None => whose.to_owned(),
    }
}

/// A side without the column's own name, which the sentence has said already.
fn definition(drift: &Drift, side: &Option<String>) -> String {
    let text = side.as_deref().unwrap_or_default();
    format!("`{}`", without_name(text, &drift.object))
}

fn without_name<'a>(text: &'a str, object: &ObjectRef) -> &'a str {
    let rest = text.strip_prefix(object.name.as_str()).filter(|rest| rest.starts_with(' '));
    rest.unwrap_or(text).trim()
}

/// The answer to what push wants to know before it creates and drops things of one kind, by which it renames instead.
fn answer(facts: &Facts, drift: &Drift) -> Option<String> {
    let others = &facts.others;
    let this_is_new = drift.live.is_none();
    let (first, more) = (others.first()?, others.len() - 1);
    let others = match more {
        0 => format!("`{first}`"),
        1 => format!("`{first}` or another"),
        more => format!("`{first}` or one of {more} others"),
    };
    Some(if this_is_new { format!("it is {others} renamed") } else { format!("{others} is its new name") })
}

fn words(rows: Rows) -> String {
    rows.words().unwrap_or_default()
}

fn loss_words(loss: Loss, rows: Rows) -> String {
    match (loss, rows) {
        (Loss::None | Loss::Table | Loss::Column | Loss::Others, _) | (_, Rows::None) => String::new(),
        (Loss::Rows, Rows::Unknown) => ", deleting all rows of the table first if it holds any".to_owned(),
        (Loss::Rows, rows) => format!(", deleting all of the table's {} first", words(rows)),
        (Loss::Values, Rows::Unknown) => ", which can lose data if the table holds rows".to_owned(),
        (Loss::Values, Rows::Some) => ", which can lose data".to_owned(),
        (Loss::Values, rows) => format!(", which can lose data in {}", words(rows)),
    }
}

/// What push runs for nothing.
fn statement_words(facts: &Facts) -> String {
    facts.statements.iter().map(|statement| format!("`{statement}`")).collect::<Vec<_>>().join(" and ")
}

fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + characters.as_str())
}
