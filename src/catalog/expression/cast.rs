//! Casts: those of constants are carried out, so that `'5'::integer` is 5; those the server adds by itself mean nothing.

use super::node::{Literal, Node};
use super::{array, literal, number};
use crate::catalog::sql_type::{SqlType, canonical_type};
use crate::catalog::{Family, Same};

/// Types into which PostgreSQL turns values by itself where an operator or a function wants it, by where they come from.
/// <https://www.postgresql.org/docs/current/typeconv.html>, `select ... from pg_cast where castcontext = 'i'`
const IMPLICIT: &[(&[&str], &[&str])] = &[
    (&["smallint", "smallserial"], &["integer", "bigint", "numeric", "real", "double precision", "oid"]),
    (&["integer", "serial"], &["bigint", "numeric", "real", "double precision", "oid"]),
    (&["bigint", "bigserial"], &["numeric", "real", "double precision", "oid"]),
    (&["numeric"], &["real", "double precision"]),
    (&["real"], &["double precision"]),
    (&["varchar", "char", "bpchar", "text", "name", "citext", "\"char\""], &["text", "varchar", "bpchar", "name"]),
    (&["date"], &["timestamp", "timestamp with time zone"]),
    (&["timestamp"], &["timestamp with time zone"]),
    (&["time"], &["interval", "time with time zone"]),
    (&["cidr"], &["inet"]),
    (&["bit"], &["bit varying"]),
];

/// Types into which PostgreSQL turns nothing by itself, but for domains over them.
const NEVER: &[&str] = &["boolean", "date", "uuid", "smallint", "json", "jsonb"];

/// `node` as a value of `sql_type`.
pub(super) fn fold(family: Family, node: Node, sql_type: &str) -> Node {
    let keep = |node: Node| Node::Cast(Box::new(node), sql_type.to_lowercase());
    let Some(target) = canonical_type(family, sql_type).filter(|_| family == Family::Postgresql) else {
        return keep(node);
    };
    match node {
        Node::Literal(Literal::Null) => Node::null(),
        Node::Literal(literal) => fold_literal(literal, &target, sql_type).unwrap_or_else(keep),
        Node::Array(elements) if target.array => {
            let element = element_type(sql_type);
            Node::Array(elements.into_iter().map(|node| fold(family, node, &element)).collect())
        }
        other => keep(other),
    }
}

/// `text[]` without its brackets.
fn element_type(sql_type: &str) -> String {
    sql_type.split('[').next().unwrap_or(sql_type).trim().to_owned()
}

/// A constant as one of `target`; itself again where the conversion cannot be carried out here.
fn fold_literal(literal: Literal, target: &SqlType, sql_type: &str) -> Result<Node, Node> {
    use literal::Kind;
    if target.array {
        if let Literal::Text(text, None) = &literal
            && let Some(elements) = array::parse(text)
        {
            return Ok(fold(Family::Postgresql, Node::Array(elements), sql_type));
        }
        return Err(Node::Literal(literal));
    }
    let kind = literal::kind(Family::Postgresql, target);
    let numbers = target.numbers();
    Ok(Node::Literal(match (kind, literal) {
        (Kind::Exact, Literal::Text(text, None))
            if number::canonical(&text).is_some_and(|text| !text.contains('.')) =>
        {
            Literal::Number(number::canonical(&text).unwrap_or(text))
        }
        (Kind::Exact, Literal::Number(digits)) if !digits.contains('.') => Literal::Number(digits),
        (Kind::Rounded, Literal::Number(digits)) if numbers.is_empty() => Literal::Number(digits),
        (Kind::Rounded, Literal::Text(text, None)) if numbers.is_empty() && number::canonical(&text).is_some() => {
            Literal::Number(number::canonical(&text).unwrap_or(text))
        }
        (Kind::Boolean, Literal::Text(text, None)) => match literal::boolean(&text) {
            Some(value) => Literal::Bool(value),
            None => return Err(Node::text(text)),
        },
        (Kind::Boolean, Literal::Bool(value)) => Literal::Bool(value),
        (Kind::Text, Literal::Text(text, None))
            if numbers.first().is_none_or(|length| text.chars().count() as u64 <= *length)
                && !target.name.starts_with("bit")
                && target.name != "citext" =>
        {
            Literal::Text(text, None)
        }
        (Kind::Text, Literal::Number(digits)) if target.name == "text" => Literal::Text(digits, None),
        (_, Literal::Text(text, None)) => Literal::Text(text, Some(sql_type.to_lowercase())),
        (_, Literal::Text(text, Some(other)))
            if canonical_type(Family::Postgresql, &other).is_some_and(|other| other == *target) =>
        {
            Literal::Text(text, Some(other))
        }
        (_, literal) => return Err(Node::Literal(literal)),
    }))
}

/// What a cast to `target` says that stands on one side only; `source` is the type of what it is of, where that is known.
pub(super) fn one_sided(family: Family, source: Option<&str>, target: &str) -> Same {
    let (Some(target), true) = (canonical_type(family, target), family == Family::Postgresql) else {
        return Same::Unknown;
    };
    let source = source.and_then(|source| canonical_type(family, source));
    match source {
        // The server leaves out what does nothing.
        Some(source) if source == target => Same::Yes,
        Some(source) if !is_implicit(&source, &target) => {
            let both_built_in = literal::kind(family, &source) != literal::Kind::Label;
            if both_built_in && NEVER.contains(&target.name.as_str()) && !target.array {
                Same::No
            } else {
                Same::Unknown
            }
        }
        Some(_) => Same::Yes,
        None => {
            let common = IMPLICIT.iter().any(|(_, targets)| targets.contains(&target.name.as_str()));
            if common && target.arguments.is_empty() { Same::Yes } else { Same::Unknown }
        }
    }
}

fn is_implicit(source: &SqlType, target: &SqlType) -> bool {
    source.array == target.array
        && target.arguments.is_empty()
        && (source.name == target.name
            || IMPLICIT.iter().any(|(sources, targets)| {
                sources.contains(&source.name.as_str()) && targets.contains(&target.name.as_str())
            }))
}

/// Whether casts to two types, one on each side, do the same.
pub(super) fn both_sided(family: Family, a: &str, b: &str) -> Same {
    let (Some(a), Some(b)) = (canonical_type(family, a), canonical_type(family, b)) else { return Same::Unknown };
    let known = |kind| !matches!(kind, literal::Kind::Label | literal::Kind::Other);
    let (a_kind, b_kind) = (literal::kind(family, &a), literal::kind(family, &b));
    let never = |sql_type: &SqlType| NEVER.contains(&sql_type.name.as_str());
    let apart = known(a_kind) && known(b_kind) && (a_kind != b_kind || never(&a) || never(&b) || a.array != b.array);
    if apart && family == Family::Postgresql { Same::No } else { Same::Unknown }
}
