//! Two normal forms: the same, different, or neither provable.

use super::node::{COMMUTATIVE, Literal, Node};
use super::{array, cast, literal};
use crate::catalog::sql_type::{SqlType, canonical_type};
use crate::catalog::{Family, Same, Table};

/// The most operands of an AND or OR that are matched in any order.
const MOST_OPERANDS: usize = 300;

/// What the comparison knows beside the two texts.
#[derive(Clone, Copy)]
pub(super) struct Comparison<'a> {
    pub family: Family,
    /// The table whose columns are named.
    pub table: Option<&'a Table>,
}

impl Comparison<'_> {
    /// Whether `a` and `b` mean the same.
    pub(super) fn same(self, a: &Node, b: &Node) -> Same {
        if a == b {
            return Same::Yes;
        }
        match (a, b) {
            (Node::Opaque(_), _) | (_, Node::Opaque(_)) => Same::Unknown,
            (Node::Cast(..), _) | (_, Node::Cast(..)) => self.same_under_casts(a, b),
            (Node::Literal(a), Node::Literal(b)) => literal::same(self.family, None, a, b),
            (Node::Column(a_table, a), Node::Column(b_table, b)) => match (a_table, b_table) {
                _ if a != b => Same::No,
                // An alias may be another one. In a condition on one table there is nothing to tell apart.
                (Some(a), Some(b)) if a != b && self.table.is_none() => Same::Unknown,
                _ => Same::Yes,
            },
            (Node::Array(a), Node::Array(b)) => self.same_list(a, b),
            (Node::Array(elements), Node::Literal(Literal::Text(text, _)))
            | (Node::Literal(Literal::Text(text, _)), Node::Array(elements)) => {
                array::parse(text).map_or(Same::Unknown, |parsed| self.same_list(elements, &parsed))
            }
            (Node::Apply(a_name, a_parts), Node::Apply(b_name, b_parts)) => {
                self.same_application((a_name, a_parts), (b_name, b_parts)).max(self.folds(a, b))
            }
            _ => self.folds(a, b),
        }
    }

    /// For two forms of different shape: constants may have one value all the same.
    fn folds(self, a: &Node, b: &Node) -> Same {
        let shapes = |node: &Node| match node {
            Node::Apply(name, parts) => Some((name.clone(), parts.len())),
            _ => None,
        };
        // Of two calls alike, what differs is an operand, and that was looked at.
        let alike = shapes(a).is_some() && shapes(a) == shapes(b);
        if !alike && a.is_constant() && b.is_constant() { Same::Unknown } else { Same::No }
    }

    fn same_application(self, a: (&str, &[Node]), b: (&str, &[Node])) -> Same {
        let ((a_name, a_parts), (b_name, b_parts)) = (a, b);
        match a_name {
            _ if !same_name(a_name, b_name) => self.under_a_name(a, b),
            "and" | "or" => self.same_in_any_order(a_parts, b_parts),
            "select" => self.same_select(a_parts, b_parts),
            name if COMMUTATIVE.contains(&name) && a_parts.len() == 2 && b_parts.len() == 2 => {
                let straight = self.same_list(a_parts, b_parts);
                if straight == Same::Yes {
                    return straight;
                }
                straight.or(self.same(&a_parts[0], &b_parts[1]).and(self.same(&a_parts[1], &b_parts[0])))
            }
            _ => self.same_list(a_parts, b_parts),
        }
    }

    /// Operators of two names, where one of them is the other with a word more.
    fn under_a_name(self, a: (&str, &[Node]), b: (&str, &[Node])) -> Same {
        for ((name, parts), (other, other_parts)) in [(a, b), (b, a)] {
            // A column's own collation, and its own name, need not be written.
            if name.starts_with("collate ") || name.starts_with("as ") {
                let [inner] = parts else { continue };
                let other = Node::Apply(other.to_owned(), other_parts.to_vec());
                return self.same(inner, &other).at_most_unknown();
            }
        }
        Same::No
    }

    fn same_list(self, a: &[Node], b: &[Node]) -> Same {
        if a.len() != b.len() {
            return Same::No;
        }
        a.iter().zip(b).fold(Same::Yes, |so_far, (a, b)| match so_far {
            Same::No => Same::No,
            _ => so_far.and(self.same(a, b)),
        })
    }

    /// Operands that may stand in any order, and more than once.
    fn same_in_any_order(self, a: &[Node], b: &[Node]) -> Same {
        let in_order = self.same_list(a, b);
        if in_order != Same::No {
            return in_order;
        }
        if a.len() > MOST_OPERANDS || b.len() > MOST_OPERANDS {
            return Same::Unknown;
        }
        let unmatched = |from: &[Node], among: &[Node]| -> Vec<Node> {
            from.iter().filter(|node| among.iter().all(|other| self.same(node, other) != Same::Yes)).cloned().collect()
        };
        let (only_a, only_b) = (unmatched(a, b), unmatched(b, a));
        match (only_a.is_empty(), only_b.is_empty()) {
            (true, true) => Same::Yes,
            (false, false) => {
                let open = only_a.iter().any(|a| only_b.iter().any(|b| self.same(a, b) == Same::Unknown));
                if open { Same::Unknown } else { Same::No }
            }
            // One side says more; what it says may follow from the rest only where it cannot be read.
            _ => {
                if only_a.iter().chain(&only_b).any(Node::is_opaque) {
                    Same::Unknown
                } else {
                    Same::No
                }
            }
        }
    }

    /// Queries: a star stands for columns that are not known here, and tables may be joined in other ways.
    fn same_select(self, a: &[Node], b: &[Node]) -> Same {
        let parts = a.iter().zip(b).map(|(a, b)| self.same(a, b)).collect::<Vec<_>>();
        let condition = parts.get(2).copied().unwrap_or(Same::Unknown);
        let worst = parts.iter().copied().min().unwrap_or(Same::Unknown);
        // What differs in the condition alone differs; elsewhere the server writes too much anew.
        let others_hold = parts.iter().enumerate().all(|(place, same)| place == 2 || *same == Same::Yes);
        match (worst, condition) {
            (Same::No, Same::No) if others_hold => Same::No,
            (Same::No, _) => Same::Unknown,
            (worst, _) => worst,
        }
    }

    fn same_under_casts(self, a: &Node, b: &Node) -> Same {
        let ((a_core, mut a_types), (b_core, mut b_types)) = (peel(a), peel(b));
        let cores = self.same_cast_cores(a_core, &a_types, b_core, &b_types);
        if cores == Same::No {
            return Same::No;
        }
        let same_types =
            |a: &str, b: &str| matches!((self.canonical(a), self.canonical(b)), (Some(a), Some(b)) if a == b);
        // From the inside out, what both do.
        while let (Some(a), Some(b)) = (a_types.last(), b_types.last())
            && same_types(a, b)
        {
            a_types.pop();
            b_types.pop();
        }
        let mut source = self.column_type(a_core).or_else(|| self.column_type(b_core));
        let mut verdict = Same::Yes;
        match (a_types.as_slice(), b_types.as_slice()) {
            ([], []) => {}
            ([], rest) | (rest, []) => {
                for target in rest.iter().rev() {
                    verdict = verdict.and(cast::one_sided(self.family, source, target));
                    source = Some(target);
                }
            }
            ([a], [b]) => verdict = cast::both_sided(self.family, a, b),
            _ => verdict = Same::Unknown,
        }
        cores.and(verdict)
    }

    /// What is under the casts. A constant under a cast that is no text may be spelled in a way of its type.
    fn same_cast_cores(self, a: &Node, a_types: &[&str], b: &Node, b_types: &[&str]) -> Same {
        match (a, b) {
            (Node::Literal(a), Node::Literal(b)) => {
                let target = |types: &[&str]| types.first().and_then(|name| self.canonical(name));
                match (target(a_types), target(b_types)) {
                    (Some(a_type), Some(b_type)) if a_type != b_type => Same::Unknown,
                    (a_type, b_type) => literal::same(self.family, a_type.or(b_type).as_ref(), a, b),
                }
            }
            _ => self.same(a, b),
        }
    }

    fn canonical(self, sql_type: &str) -> Option<SqlType> {
        canonical_type(self.family, sql_type)
    }

    /// The type of the column that `node` is.
    fn column_type(&self, node: &Node) -> Option<&str> {
        let Node::Column(_, name) = node else { return None };
        let column = self.table?.columns.iter().find(|column| self.family.same_identifier(&column.name, name))?;
        column.sql_type.known().map(String::as_str)
    }
}

/// What stands under all casts, and their types from the outside in.
fn peel(mut node: &Node) -> (&Node, Vec<&str>) {
    let mut types = Vec::new();
    while let Node::Cast(inner, sql_type) = node {
        types.push(sql_type.as_str());
        node = inner;
    }
    (node, types)
}

/// Whether two functions are one. A schema may be left out where the server finds the function by itself.
fn same_name(a: &str, b: &str) -> bool {
    let bare = |name: &str| name.rsplit('.').next().map(str::to_owned);
    a == b
        || (a.contains('.') != b.contains('.')
            && a.contains(|letter: char| letter.is_alphabetic())
            && bare(a) == bare(b))
}
