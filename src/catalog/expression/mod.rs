//! Canonical SQL expressions: when two texts mean the same, as far as that can be told without a server.
//!
//! Both texts are parsed and brought into a normal form in which everything that servers write anew is alike. Where the
//! forms then differ in a part that is fully understood, the difference is proved.

mod array;
mod cast;
mod compare;
mod functions;
mod literal;
mod lower;
mod moment;
mod node;
mod number;
mod parse;
mod plain;
mod query;
mod tokens;
mod unfit;

use super::sql_type::canonical_type;
use super::{Dialect, Family, Same, Table};
use compare::Comparison;
use node::{Literal, Node};
pub use unfit::{Unfit, unfit};

/// Whether two defaults of a column of type `sql_type` mean the same; `None` is no default.
pub fn same_default(dialect: Dialect, sql_type: &str, a: Option<&str>, b: Option<&str>) -> Same {
    if a == b {
        return Same::Yes;
    }
    let family = dialect.family();
    if let (Some(a), Some(b)) = (a, b)
        && plain::same_string(family, a, b)
    {
        return Same::Yes;
    }
    let parsed = |text: Option<&str>| match text {
        None => Some(Node::null()),
        // SQLite takes a name in double quotes for a string where there can be no column.
        Some(text) if family == Family::Sqlite && text.starts_with('"') => Some(Node::text(text.trim_matches('"'))),
        Some(text) => parse::expression(family, text).map(|node| default_form(family, sql_type, node)),
    };
    let (Some(a_node), Some(b_node)) = (parsed(a), parsed(b)) else {
        return unparsed(dialect, a.unwrap_or("null"), b.unwrap_or("null"));
    };
    let target = canonical_type(family, sql_type);
    match (&a_node, &b_node) {
        (Node::Literal(a), Node::Literal(b)) => literal::same(family, target.as_ref(), a, b),
        _ => Comparison { family, table: None }.same(&a_node, &b_node),
    }
}

/// Whether two expressions (a check's, an index's, its predicate, a policy's, a generated column's) mean the same.
/// `table` is the one whose columns they name, where that is known: it tells which of the server's casts mean nothing.
pub fn same_expression(dialect: Dialect, table: Option<&Table>, a: &str, b: &str) -> Same {
    if a == b {
        return Same::Yes;
    }
    let family = dialect.family();
    match (parse::expression(family, a), parse::expression(family, b)) {
        (Some(a), Some(b)) => Comparison { family, table }.same(&a, &b),
        _ => unparsed(dialect, a, b),
    }
}

/// Whether two queries (of views) mean the same.
pub fn same_query(dialect: Dialect, a: &str, b: &str) -> Same {
    if a == b {
        return Same::Yes;
    }
    let family = dialect.family();
    match (parse::query(family, a), parse::query(family, b)) {
        (Some(a), Some(b)) => Comparison { family, table: None }.same(&a, &b),
        _ => unparsed(dialect, a, b),
    }
}

/// What does not parse is the same if its words are.
fn unparsed(dialect: Dialect, a: &str, b: &str) -> Same {
    if tokens::equal(dialect, a, b) { Same::Yes } else { Same::Unknown }
}

/// A default as the column gets it: the server turns it into the column's type.
fn default_form(family: Family, sql_type: &str, node: Node) -> Node {
    let node = match (family, node) {
        (Family::Postgresql, Node::Literal(literal @ Literal::Text(_, None))) => {
            cast::fold(family, Node::Literal(literal), sql_type)
        }
        (Family::Postgresql, Node::Cast(inner, to))
            if canonical_type(family, &to) == canonical_type(family, sql_type) =>
        {
            *inner
        }
        (_, node) => node,
    };
    match node {
        // What the session's clock says becomes one thing in the column.
        Node::Apply(name, parts)
            if family == Family::Postgresql
                && parts.is_empty()
                && name == "localtimestamp"
                && sql_type.starts_with("timestamp") =>
        {
            Node::Apply("now".into(), parts)
        }
        Node::Apply(name, parts)
            if family == Family::Postgresql && parts.is_empty() && name == "now" && sql_type == "date" =>
        {
            Node::Apply("current_date".into(), parts)
        }
        node => node,
    }
}
