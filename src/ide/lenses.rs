//! The line above a schema file that says what push would do, as a whole.

use super::Snapshot;
use crate::catalog::ObjectKind;
use crate::drift::Status;
use crate::push::{Aspect, Loss, PushPlan, Statement, Touch};
use crate::text::{FilePath, Span};

/// How many things a lens names; whatever loses data is always named.
const NAMED: usize = 4;

/// A line between the lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lens {
    /// Where: the first byte of the file.
    pub span: Span,
    /// Its text: `push would: + identity_map, drop conversations (about 1,204 rows), 1 question`.
    pub title: String,
}

/// The lenses of `file`: one on each schema file on which something is shown that is still to be settled.
pub fn lenses(snapshot: &Snapshot, file: &FilePath) -> Vec<Lens> {
    if snapshot.live.is_none() {
        return Vec::new();
    }
    let shown = snapshot.findings.iter().any(|finding| {
        finding.status == Status::Open && finding.drift.place.as_ref().is_some_and(|place| place.file == *file)
    });
    if !shown {
        return Vec::new();
    }
    summary(&snapshot.outline).map(|title| Lens { span: Span::empty(0), title }).into_iter().collect()
}

/// The plan in one line; nothing where push would do nothing.
pub fn summary(plan: &PushPlan) -> Option<String> {
    // Several statements may do one thing; the one that loses something says what.
    let mut named: Vec<(String, String, bool)> = Vec::new();
    for statement in &plan.statements {
        let (words, rows) = words(statement);
        let loses = statement.destroys.is_some();
        match named.iter_mut().find(|(known, ..)| *known == words) {
            Some(known) if loses => *known = (words, rows, true),
            Some(_) => {}
            None => named.push((words, rows, loses)),
        }
    }
    let room = NAMED.saturating_sub(named.iter().filter(|(.., loses)| *loses).count());
    let (mut left, mut others) = (room, 0);
    named.retain(|(.., loses)| {
        let kept = *loses || left > 0;
        if !loses {
            left = left.saturating_sub(1);
            others += usize::from(!kept);
        }
        kept
    });
    let mut parts: Vec<String> = named.into_iter().map(|(words, rows, _)| format!("{words}{rows}")).collect();
    if others > 0 {
        parts.push(format!("{others} more"));
    }
    match plan.prompts.len() {
        0 => {}
        1 => parts.push("1 question".into()),
        count => parts.push(format!("{count} questions")),
    }
    if plan.failure.is_some() {
        parts.push("and fail".into());
    }
    (!parts.is_empty()).then(|| format!("push would: {}", parts.join(", ")))
}

/// What a statement does, and what it takes with it.
fn words(statement: &Statement) -> (String, String) {
    let Some(touch) = statement.touches.first() else { return ("run SQL".into(), String::new()) };
    let object = match touch.object.kind {
        ObjectKind::Table => touch.object.to_string(),
        kind => format!("{} {}", kind.noun(), touch.object),
    };
    let own = statement.rows.words().filter(|_| statement.destroys.is_some() && statement.loss != Loss::Others);
    let along = statement.along.iter().map(|along| {
        let Touch { object, aspect } = &along.touch;
        match (aspect, object.kind) {
            (Aspect::Rows, ObjectKind::Column) => format!("values of {object}"),
            (Aspect::Rows, _) => format!("rows of {object}"),
            (_, kind) => format!("{} {object}", kind.noun()),
        }
    });
    let along = along.collect::<Vec<_>>().join(" and ");
    let along = (!along.is_empty()).then(|| format!("along with {along}"));
    let taken = own.into_iter().chain(along).collect::<Vec<_>>().join(", ");
    let rows = if taken.is_empty() { taken } else { format!(" ({taken})") };
    let words = match touch.aspect {
        Aspect::Existence => format!("+ {object}"),
        Aspect::Absence => format!("drop {object}"),
        Aspect::Rows => format!("empty {object}"),
        Aspect::Name => format!("rename {object}"),
        Aspect::Type
        | Aspect::Nullability
        | Aspect::Default
        | Aspect::Identity
        | Aspect::Generated
        | Aspect::Definition => format!("change {object}"),
    };
    (words, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{ObjectRef, Rows};

    #[test]
    fn what_goes_along_is_named() {
        let table = |name: &str| ObjectRef::table(None, name);
        let mut drop = Statement::new("DROP TABLE `users`", vec![Touch::new(table("users"), Aspect::Absence)]);
        drop = drop.losing(Loss::Table, "table users", Rows::About(2));
        drop.take_along("the rows of posts".into(), Rows::About(3), Touch::new(table("posts"), Aspect::Rows));
        let key = ObjectRef { kind: ObjectKind::ForeignKey, schema: None, table: Some("t".into()), name: "k".into() };
        let mut rebuild = Statement::new("DROP TABLE `t`", vec![Touch::new(key, Aspect::Absence)]);
        let column = ObjectRef { kind: ObjectKind::Column, schema: None, table: Some("u".into()), name: "t".into() };
        rebuild.take_along("the values of u.t".into(), Rows::About(3), Touch::new(column, Aspect::Rows));
        let plan = PushPlan { statements: vec![drop, rebuild], ..PushPlan::default() };
        assert_eq!(
            summary(&plan).as_deref(),
            Some(
                "push would: drop users (about 2 rows, along with rows of posts), drop foreign key t.k (along with values \
                 of u.t)"
            )
        );
    }
}
