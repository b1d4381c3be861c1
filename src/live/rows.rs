//! Answers questions that only rows can answer, where the user asks for it: each looks for one row, in a read-only
//! transaction, and is given up when it takes too long.

use std::time::Instant;

use super::count::{Questions, ask};
use super::template::{fill, table};
use super::{Limits, LiveError, Target, snapshot};
use crate::catalog::{Family, RowQuestion, RowsThat};

/// Whether `target` holds such rows, question by question; `None` where it could not be told.
pub async fn holds(
    target: &Target,
    questions: &[RowQuestion],
    limits: &Limits,
) -> Result<Vec<Option<bool>>, LiveError> {
    let mut answers = vec![None; questions.len()];
    if questions.is_empty() || snapshot::named(target).is_some() {
        return Ok(answers);
    }
    let family = target.dialect.family();
    let statements = questions.iter().enumerate();
    let chunks = statements.map(|(place, question)| vec![statement(family, place, question)]).collect();
    let questions = Questions { chunks, deadline: Instant::now() + limits.refresh };
    for (place, found) in ask(target, limits, &questions).await? {
        if let Some(answer) = usize::try_from(place).ok().and_then(|place| answers.get_mut(place)) {
            *answer = Some(found > 0);
        }
    }
    Ok(answers)
}

/// The column as a text.
fn as_text(family: Family, column: &str) -> String {
    let column = family.quoted(column);
    match family {
        Family::Mysql => format!("cast({column} as char)"),
        Family::Postgresql | Family::Sqlite => format!("cast({column} as text)"),
    }
}

/// The statement that finds one such row. Each is a file of SQL whose holes are filled here, names last.
fn statement(family: Family, place: usize, question: &RowQuestion) -> String {
    let name = |name: &str| family.quoted(name);
    let not_null = |prefix: &str, columns: &[String]| {
        let conditions = columns.iter().map(|column| format!("{prefix}{} is not null", name(column)));
        conditions.collect::<Vec<_>>().join(" and ")
    };
    let holds = include_str!("rows/holds.sql");
    let (sql, holes): (&str, Vec<(&str, String)>) = match &question.rows {
        RowsThat::Exist => (holds, vec![("condition", "1 = 1".into())]),
        RowsThat::AreNull { column } => (holds, vec![("condition", format!("{} is null", name(column)))]),
        RowsThat::AreNotNull { columns } => (holds, vec![("condition", not_null("", columns))]),
        RowsThat::AreAlike { columns, nulls_too } => {
            let listed = columns.iter().map(|column| name(column)).collect::<Vec<_>>().join(", ");
            let condition = if *nulls_too { "1 = 1".into() } else { not_null("", columns) };
            (include_str!("rows/are_alike.sql"), vec![("columns", listed), ("condition", condition)])
        }
        RowsThat::AreOutside { column, values } => {
            let values = values.iter().map(|value| family.literal(value)).collect::<Vec<_>>().join(", ");
            (holds, vec![("condition", format!("{} not in ({values})", as_text(family, column)))])
        }
        RowsThat::ReferToNone { columns, schema, table: other, references }
        | RowsThat::ReferToSome { columns, schema, table: other, references } => {
            let none = matches!(question.rows, RowsThat::ReferToNone { .. });
            let equal = columns.iter().zip(references);
            let equal = equal.map(|(own, other)| format!("own.{} = other.{}", name(own), name(other)));
            let holes = vec![
                ("condition", not_null("own.", columns)),
                ("equal", equal.collect::<Vec<_>>().join(" and ")),
                ("other", table(family, schema.as_deref(), other)),
                ("exists", if none { "not exists" } else { "exists" }.into()),
            ];
            (include_str!("rows/refer.sql"), holes)
        }
        RowsThat::Violate { condition } => (holds, vec![("condition", format!("not ({condition})"))]),
        RowsThat::AreNoSuch { column, sql_type } => {
            let condition = format!("not pg_input_is_valid({}, {})", as_text(family, column), family.literal(sql_type));
            (holds, vec![("condition", condition)])
        }
    };
    let (place, table) = (place.to_string(), table(family, question.schema.as_deref(), &question.table));
    let holes = holes.iter().map(|(hole, value)| (*hole, value.as_str()));
    fill(sql, &holes.chain([("place", place.as_str()), ("table", table.as_str())]).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sql(family: Family, rows: RowsThat) -> String {
        let question = RowQuestion { schema: Some("app".into()), table: "we{place}ird\"`".into(), rows };
        statement(family, 3, &question)
    }

    #[test]
    fn names_and_values_cannot_leave_their_quotes() {
        let rows = || RowsThat::AreOutside { column: "a".into(), values: vec!["it's".into(), "\\".into()] };
        assert_eq!(
            sql(Family::Postgresql, rows()),
            "select 3 as place, count(*) as found from (select 1 from \"app\".\"we{place}ird\"\"`\" where cast(\"a\" as \
             text) not in ('it''s', '\\') limit 1) as sought"
        );
        assert_eq!(
            sql(Family::Mysql, rows()),
            "select 3 as place, count(*) as found from (select 1 from `app`.`we{place}ird\"``` where cast(`a` as char) not \
             in ('it''s', '\\\\') limit 1) as sought"
        );
    }

    #[test]
    fn null_refers_to_nothing_and_is_like_nothing() {
        let rows = RowsThat::ReferToNone {
            columns: vec!["a".into()],
            schema: None,
            table: "p".into(),
            references: vec!["id".into()],
        };
        assert_eq!(
            sql(Family::Sqlite, rows),
            "select 3 as place, count(*) as found from (select 1 from \"app\".\"we{place}ird\"\"`\" as own where own.\"a\" is \
             not null and not exists (select 1 from \"p\" as other where own.\"a\" = other.\"id\") limit 1) as sought"
        );
        let rows = RowsThat::AreAlike { columns: vec!["a".into(), "b".into()], nulls_too: false };
        assert_eq!(
            sql(Family::Sqlite, rows),
            "select 3 as place, count(*) as found from (select 1 from \"app\".\"we{place}ird\"\"`\" where \"a\" is not null \
             and \"b\" is not null group by \"a\", \"b\" having count(*) > 1 limit 1) as sought"
        );
    }
}
