//! Expressions that PostgreSQL refuses for a generated column or an index, whatever the rows hold.

use super::node::{Literal, Node};
use super::parse;
use crate::catalog::Family;

/// Why PostgreSQL refuses an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It uses what does not always give the same (SQLSTATE 42P17).
    Varies(String),
    /// It applies this function to nothing but constants: PostgreSQL computes that while it makes a generated column,
    /// before it has chosen a collation (SQLSTATE 42P22). An index may have it.
    LacksCollation(String),
}

/// Functions that are not IMMUTABLE, by the name that their synonyms share, with the least number of operands for which
/// that holds. Measured on PostgreSQL 12 to 18.
const VARYING: &[(&str, usize)] = &[
    ("array_to_string", 0),
    ("clock_timestamp", 0),
    ("concat", 0),
    ("concat_ws", 0),
    ("current_date", 0),
    ("current_user", 0),
    ("format", 0),
    ("json_build_object", 0),
    ("jsonb_build_object", 0),
    ("localtimestamp", 0),
    ("now", 0),
    ("random", 0),
    ("to_char", 0),
    ("to_date", 0),
    ("to_json", 0),
    ("to_jsonb", 0),
    ("to_timestamp", 2),
];

/// What takes its configuration from the session where it is given one operand only.
const OF_SESSION: &[&str] = &["to_tsvector", "to_tsquery", "plainto_tsquery"];

/// Functions that cannot do without a collation.
const COLLATED: &[&str] = &["initcap", "lower", "upper"];

/// The first part of `text` for which PostgreSQL refuses it; `None` where nothing is known to stand against it.
pub fn unfit(text: &str) -> Option<Unfit> {
    of_node(&parse::expression(Family::Postgresql, text)?)
}

fn of_node(node: &Node) -> Option<Unfit> {
    match node {
        Node::Column(..) | Node::Literal(_) | Node::Opaque(_) => None,
        Node::Array(parts) => parts.iter().find_map(of_node),
        Node::Cast(inner, _) => of_node(inner),
        Node::Apply(name, operands) => {
            let varies = VARYING.iter().any(|(known, least)| known == name && operands.len() >= *least)
                || (operands.len() == 1 && OF_SESSION.contains(&name.as_str()));
            match operands.as_slice() {
                _ if varies => Some(Unfit::Varies(name.clone())),
                [Node::Literal(Literal::Text(_, None))] if COLLATED.contains(&name.as_str()) => {
                    Some(Unfit::LacksCollation(name.clone()))
                }
                operands => operands.iter().find_map(of_node),
            }
        }
    }
}
