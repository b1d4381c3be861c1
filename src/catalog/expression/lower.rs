//! From the parser's tree to the normal form.

use sqlparser::ast::{
    AccessExpr, BinaryOperator, CeilFloorKind, DataType, Expr, Function, FunctionArg, FunctionArgExpr,
    FunctionArguments, Ident, ObjectName, Subscript, TrimWhereField, UnaryOperator, Value,
};

use super::literal::HEX;
use super::node::{Literal, Node};
use super::{cast, functions, number, query};
use crate::catalog::Family;

/// How deep an expression may nest.
const DEEPEST: usize = 120;

/// Turns trees of one dialect into normal forms.
#[derive(Clone, Copy)]
pub(super) struct Lowering {
    pub family: Family,
    depth: usize,
}

impl Lowering {
    pub(super) fn new(family: Family) -> Self {
        Self { family, depth: 0 }
    }

    fn deeper(self) -> Option<Self> {
        (self.depth < DEEPEST).then_some(Self { depth: self.depth + 1, ..self })
    }

    /// The normal form of `expr`; `None` where it nests too deeply.
    pub(super) fn expression(self, expr: &Expr) -> Option<Node> {
        let inner = self.deeper()?;
        let of = |expr: &Expr| inner.expression(expr);
        let apply = |name: &str, parts: &[&Expr]| {
            Some(Node::apply(name, parts.iter().map(|part| of(part)).collect::<Option<_>>()?))
        };
        let unless = |negated: bool, node: Node| if negated { node.negated() } else { node };
        Some(match expr {
            Expr::Nested(expr) => of(expr)?,
            Expr::Identifier(name) => self.word(name),
            Expr::CompoundIdentifier(parts) => match parts.as_slice() {
                [.., table, column] => Node::Column(Some(self.name(table)), self.name(column)),
                _ => opaque(expr),
            },
            Expr::Value(value) => self.value(&value.value).unwrap_or_else(|| opaque(expr)),
            // A string with its character set.
            Expr::Prefixed { prefix, value } if self.family == Family::Mysql && prefix.value.starts_with('_') => {
                of(value)?
            }
            Expr::IsNull(expr) => apply("is null", &[expr])?,
            Expr::IsNotNull(expr) => apply("is not null", &[expr])?,
            Expr::IsTrue(expr) => apply("is true", &[expr])?,
            Expr::IsNotTrue(expr) => apply("is not true", &[expr])?,
            Expr::IsFalse(expr) => apply("is false", &[expr])?,
            Expr::IsNotFalse(expr) => apply("is not false", &[expr])?,
            Expr::IsUnknown(expr) => apply("is null", &[expr])?,
            Expr::IsNotUnknown(expr) => apply("is not null", &[expr])?,
            Expr::IsDistinctFrom(a, b) => apply("is distinct", &[a, b])?,
            Expr::IsNotDistinctFrom(a, b) => apply("is not distinct", &[a, b])?,
            Expr::UnaryOp { op, expr } => self.unary(*op, of(expr)?),
            Expr::BinaryOp { left, op, right } => return self.binary(expr, left, op, right),
            Expr::InList { expr, list, negated } => {
                let left = of(expr)?;
                let list = list.iter().map(of).collect::<Option<Vec<_>>>()?;
                unless(*negated, member(left, list))
            }
            Expr::AnyOp { left, compare_op: BinaryOperator::Eq, right, .. } => match of(right)? {
                Node::Array(list) => member(of(left)?, list),
                right => Node::apply("= any", vec![of(left)?, right]),
            },
            Expr::AllOp { left, compare_op: BinaryOperator::NotEq, right } => match of(right)? {
                Node::Array(list) => member(of(left)?, list).negated(),
                right => Node::apply("<> all", vec![of(left)?, right]),
            },
            Expr::AnyOp { left, compare_op, right, .. } => apply(&format!("{compare_op} any"), &[left, right])?,
            Expr::AllOp { left, compare_op, right } => apply(&format!("{compare_op} all"), &[left, right])?,
            Expr::Between { expr, negated, low, high } => {
                let value = of(expr)?;
                let (low, high) = (of(low)?, of(high)?);
                unless(
                    *negated,
                    if value.is_small() {
                        let bounds =
                            [Node::apply("<=", vec![low, value.clone()]), Node::apply("<=", vec![value, high])];
                        Node::junction("and", bounds.into())
                    } else {
                        Node::apply("between", vec![value, low, high])
                    },
                )
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char } => {
                self.like("like", *negated, expr, pattern, escape_char.as_deref())?
            }
            Expr::ILike { negated, any: false, expr, pattern, escape_char } => {
                self.like("ilike", *negated, expr, pattern, escape_char.as_deref())?
            }
            Expr::SimilarTo { negated, expr, pattern, escape_char: None } => {
                let pattern = Node::apply("similar_to_escape", vec![of(pattern)?]);
                unless(*negated, Node::apply("~", vec![of(expr)?, pattern]))
            }
            Expr::RLike { negated, expr, pattern, .. } => unless(*negated, apply("regexp", &[expr, pattern])?),
            Expr::Cast { expr, data_type, format: None, .. } => self.cast(of(expr)?, data_type),
            Expr::Convert { expr, data_type: Some(data_type), charset: None, .. } => self.cast(of(expr)?, data_type),
            Expr::TypedString(typed) => match self.value(&typed.value.value) {
                Some(value) => self.cast(value, &typed.data_type),
                None => opaque(expr),
            },
            Expr::Interval(interval) if self.family == Family::Postgresql => {
                let field = interval.leading_field.as_ref().map(|field| format!(" {field}")).unwrap_or_default();
                match of(&interval.value)? {
                    Node::Literal(Literal::Text(text, _)) if interval.last_field.is_none() => {
                        Node::Literal(Literal::Text(format!("{text}{field}"), Some("interval".into())))
                    }
                    _ => opaque(expr),
                }
            }
            Expr::Interval(interval) => {
                let unit = interval.leading_field.as_ref().map(ToString::to_string).unwrap_or_default();
                Node::apply(&format!("interval {}", unit.to_lowercase()), vec![of(&interval.value)?])
            }
            Expr::AtTimeZone { timestamp, time_zone } => self.call("timezone", vec![of(time_zone)?, of(timestamp)?]),
            Expr::Extract { field, expr, .. } => {
                let field = field.to_string();
                let field = field.trim_matches('\'').to_lowercase();
                Node::apply("extract", vec![Node::text(field), of(expr)?])
            }
            Expr::Ceil { expr, field: CeilFloorKind::DateTimeField(_) } => apply("ceil", &[expr])?,
            Expr::Floor { expr, field: CeilFloorKind::DateTimeField(_) } => apply("floor", &[expr])?,
            Expr::Position { expr, r#in } => apply("position", &[expr, r#in])?,
            Expr::Substring { expr, substring_from: Some(from), substring_for, .. } => {
                let mut parts: Vec<&Expr> = vec![expr, from];
                parts.extend(substring_for.as_deref());
                apply("substring", &parts)?
            }
            Expr::Trim { trim_where, trim_what, expr, trim_characters: None } => {
                let name = match trim_where {
                    None | Some(TrimWhereField::Both) => "btrim",
                    Some(TrimWhereField::Leading) => "ltrim",
                    Some(TrimWhereField::Trailing) => "rtrim",
                };
                let mut parts: Vec<&Expr> = vec![expr];
                parts.extend(trim_what.as_deref());
                apply(name, &parts)?
            }
            Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
                let mut parts: Vec<&Expr> = vec![expr, overlay_what, overlay_from];
                parts.extend(overlay_for.as_deref());
                apply("overlay", &parts)?
            }
            Expr::Collate { expr, collation } => {
                let name = format!("collate {}", self.last_name(collation));
                Node::apply(&name, vec![of(expr)?])
            }
            Expr::Function(function) => self.function(expr, function)?,
            Expr::Case { operand, conditions, else_result, .. } => {
                let mut parts = vec![operand.as_deref().map_or(Some(Node::Literal(Literal::Bool(true))), of)?];
                for when in conditions {
                    parts.extend([of(&when.condition)?, of(&when.result)?]);
                }
                parts.push(else_result.as_deref().map_or(Some(Node::null()), of)?);
                Node::apply("case", parts)
            }
            Expr::Exists { subquery, negated } => {
                unless(*negated, Node::apply("exists", vec![query::lower(inner, subquery)?]))
            }
            Expr::Subquery(subquery) => query::lower(inner, subquery)?,
            Expr::InSubquery { expr, subquery, negated } => {
                unless(*negated, Node::apply("in query", vec![of(expr)?, query::lower(inner, subquery)?]))
            }
            Expr::Tuple(parts) => apply("row", &parts.iter().collect::<Vec<_>>())?,
            Expr::Array(elements) => Node::Array(elements.elem.iter().map(of).collect::<Option<_>>()?),
            Expr::CompoundFieldAccess { root, access_chain } => {
                let mut node = of(root)?;
                for access in access_chain {
                    node = match access {
                        AccessExpr::Subscript(Subscript::Index { index }) => {
                            Node::apply("subscript", vec![node, of(index)?])
                        }
                        _ => return Some(opaque(expr)),
                    };
                }
                node
            }
            _ => opaque(expr),
        })
    }

    /// An identifier as the server has it.
    pub(super) fn name(self, name: &Ident) -> String {
        match self.family {
            Family::Postgresql if name.quote_style.is_some() => name.value.clone(),
            Family::Postgresql | Family::Mysql | Family::Sqlite => name.value.to_lowercase(),
        }
    }

    /// The last part of a qualified name.
    pub(super) fn last_name(self, name: &ObjectName) -> String {
        name.0.last().and_then(|part| part.as_ident()).map_or_else(|| name.to_string(), |part| self.name(part))
    }

    /// A bare word: a column, or a function that takes no parentheses.
    fn word(self, name: &Ident) -> Node {
        const FUNCTIONS: [&str; 10] = [
            "current_timestamp",
            "current_date",
            "current_time",
            "localtime",
            "localtimestamp",
            "current_user",
            "current_role",
            "session_user",
            "user",
            "current_catalog",
        ];
        let word = self.name(name);
        if name.quote_style.is_none() && FUNCTIONS.contains(&word.as_str()) {
            return Node::apply(functions::canonical(self.family, &word), Vec::new());
        }
        Node::Column(None, word)
    }

    fn value(self, value: &Value) -> Option<Node> {
        let typed = |text: &str, sql_type: &str| Node::Literal(Literal::Text(text.into(), Some(sql_type.into())));
        Some(match value {
            Value::Number(digits, _) => Node::Literal(Literal::Number(number::canonical(digits)?)),
            Value::SingleQuotedString(text)
            | Value::DoubleQuotedString(text)
            | Value::EscapedStringLiteral(text)
            | Value::UnicodeStringLiteral(text)
            | Value::NationalStringLiteral(text) => Node::text(text.clone()),
            Value::DollarQuotedString(quoted) => Node::text(quoted.value.clone()),
            Value::SingleQuotedByteStringLiteral(text) | Value::DoubleQuotedByteStringLiteral(text) => {
                typed(text, "bit")
            }
            Value::HexStringLiteral(text) => typed(&text.to_lowercase(), HEX),
            Value::Boolean(value) => Node::Literal(Literal::Bool(*value)),
            Value::Null => Node::null(),
            _ => return None,
        })
    }

    fn unary(self, operator: UnaryOperator, operand: Node) -> Node {
        match (operator, operand) {
            (UnaryOperator::Minus, Node::Literal(Literal::Number(digits))) => {
                Node::Literal(Literal::Number(number::negated(&digits)))
            }
            (UnaryOperator::Plus, operand) => operand,
            (UnaryOperator::Not | UnaryOperator::BangNot, operand) => operand.negated(),
            (operator, operand) => Node::apply(&format!("prefix {operator}"), vec![operand]),
        }
    }

    fn binary(self, whole: &Expr, left: &Expr, operator: &BinaryOperator, right: &Expr) -> Option<Node> {
        let inner = self.deeper()?;
        // Chains are taken apart in a loop: they are as long as people like.
        for (name, junction) in [("and", BinaryOperator::And), ("or", BinaryOperator::Or)] {
            if *operator == junction {
                let mut operands = vec![inner.expression(right)?];
                let mut rest = left;
                while let Expr::BinaryOp { left, op, right } = rest
                    && *op == junction
                {
                    operands.push(inner.expression(right)?);
                    rest = left;
                }
                operands.push(inner.expression(rest)?);
                operands.reverse();
                return Some(Node::junction(name, operands));
            }
        }
        let (left, right) = (inner.expression(left)?, inner.expression(right)?);
        let pair = vec![left, right];
        Some(match (operator, pair.as_slice()) {
            // What is asked of a truth value is asked in vain.
            (
                BinaryOperator::Eq,
                [Node::Literal(Literal::Bool(value)), other] | [other, Node::Literal(Literal::Bool(value))],
            ) if self.family == Family::Postgresql => {
                if *value {
                    other.clone()
                } else {
                    other.clone().negated()
                }
            }
            // So MySQL asks for the truth of a number.
            (
                BinaryOperator::Eq | BinaryOperator::NotEq,
                [Node::Literal(Literal::Number(zero)), other] | [other, Node::Literal(Literal::Number(zero))],
            ) if self.family == Family::Mysql && zero == "0" => {
                if *operator == BinaryOperator::Eq {
                    other.clone().negated()
                } else {
                    other.clone()
                }
            }
            // Rows are compared field by field.
            (BinaryOperator::Eq, [Node::Apply(a, fields), Node::Apply(b, others)])
                if a == "row" && b == "row" && fields.len() == others.len() =>
            {
                fieldwise(fields, others)
            }
            (BinaryOperator::NotEq, [Node::Apply(a, fields), Node::Apply(b, others)])
                if a == "row" && b == "row" && fields.len() == others.len() =>
            {
                fieldwise(fields, others).negated()
            }
            _ => self.operation(whole, operator, pair),
        })
    }

    fn operation(self, whole: &Expr, operator: &BinaryOperator, pair: Vec<Node>) -> Node {
        match operator {
            BinaryOperator::PGLikeMatch => Node::apply("like", pair),
            BinaryOperator::PGNotLikeMatch => Node::apply("like", pair).negated(),
            BinaryOperator::PGILikeMatch => Node::apply("ilike", pair),
            BinaryOperator::PGNotILikeMatch => Node::apply("ilike", pair).negated(),
            BinaryOperator::Regexp => Node::apply("regexp", pair),
            BinaryOperator::Spaceship => Node::apply("is not distinct", pair),
            BinaryOperator::MyIntegerDivide => Node::apply("div", pair),
            BinaryOperator::Arrow if self.family == Family::Mysql => Node::apply("json_extract", pair),
            BinaryOperator::LongArrow if self.family == Family::Mysql => {
                Node::apply("json_unquote", vec![Node::apply("json_extract", pair)])
            }
            // PostgreSQL writes an operator with its schema where the search path hides it.
            BinaryOperator::PGCustomBinaryOperator(parts) => match parts.last() {
                Some(operator) => Node::apply(operator, pair),
                None => opaque(whole),
            },
            BinaryOperator::Custom(name) if name == "==" => Node::apply("=", pair),
            BinaryOperator::Xor => Node::apply("xor", pair),
            operator => Node::apply(&operator.to_string().to_lowercase(), pair),
        }
    }

    fn like(self, name: &str, negated: bool, expr: &Expr, pattern: &Expr, escape: Option<&Expr>) -> Option<Node> {
        let inner = self.deeper()?;
        let mut pattern = inner.expression(pattern)?;
        if let Some(escape) = escape {
            pattern = Node::apply("like_escape", vec![pattern, inner.expression(escape)?]);
        }
        let node = Node::apply(name, vec![inner.expression(expr)?, pattern]);
        Some(if negated { node.negated() } else { node })
    }

    fn cast(self, node: Node, data_type: &DataType) -> Node {
        cast::fold(self.family, node, &data_type.to_string())
    }

    fn function(self, whole: &Expr, function: &Function) -> Option<Node> {
        let inner = self.deeper()?;
        let plain = function.filter.is_none()
            && function.over.is_none()
            && function.within_group.is_empty()
            && function.null_treatment.is_none()
            && matches!(function.parameters, FunctionArguments::None);
        let mut name = self.function_name(&function.name);
        let arguments: &[FunctionArg] = match &function.args {
            FunctionArguments::None => &[],
            FunctionArguments::List(list) if list.clauses.is_empty() => {
                if let Some(duplicates) = &list.duplicate_treatment {
                    name = format!("{name} {duplicates}").to_lowercase();
                }
                &list.args
            }
            FunctionArguments::Subquery(subquery) if plain => {
                return Some(Node::apply(&name, vec![query::lower(inner, subquery)?]));
            }
            _ => return Some(opaque(whole)),
        };
        if !plain {
            return Some(opaque(whole));
        }
        let mut parts = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let (name, argument) = match argument {
                FunctionArg::Unnamed(argument) => (None, argument),
                FunctionArg::Named { name, arg, .. } => (Some(self.name(name)), arg),
                FunctionArg::ExprNamed { .. } => return Some(opaque(whole)),
            };
            let value = match argument {
                FunctionArgExpr::Expr(expr) => inner.expression(expr)?,
                FunctionArgExpr::Wildcard => Node::Opaque("*".into()),
                _ => return Some(opaque(whole)),
            };
            parts.push(match name {
                Some(name) => Node::apply(&format!("{name} =>"), vec![value]),
                None => value,
            });
        }
        Some(self.call(&name, parts))
    }

    /// A call of `name`, in the form that its synonyms share.
    fn call(self, name: &str, mut parts: Vec<Node>) -> Node {
        let zero =
            |node: &Node, digits: &str| matches!(node, Node::Literal(Literal::Number(number)) if number == digits);
        match (self.family, name, parts.as_slice()) {
            // What a time keeps if nothing is said.
            (Family::Mysql, "now" | "curtime", [precision]) if zero(precision, "0") => parts.clear(),
            (Family::Postgresql, "now" | "localtimestamp", [precision]) if zero(precision, "6") => parts.clear(),
            (Family::Mysql, "date", [_]) => return self.folded(parts, "date"),
            (Family::Mysql, "time", [_]) => return self.folded(parts, "time"),
            (Family::Mysql, "date_add" | "date_sub", [_, Node::Apply(unit, _)]) if unit.starts_with("interval") => {
                return Node::apply(if name == "date_add" { "+" } else { "-" }, parts);
            }
            (Family::Mysql, "trim", [_]) => return Node::apply("btrim", parts),
            // As a function it takes its operands the other way round.
            (Family::Postgresql, "position", [_, _]) => parts.swap(0, 1),
            (Family::Mysql, "locate", [_, _]) => return Node::apply("position", parts),
            (Family::Postgresql, "timezone" | "extract", [Node::Literal(Literal::Text(field, _)), _]) => {
                parts[0] = Node::text(field.to_lowercase());
            }
            (Family::Postgresql, "similar_to_escape", [_, Node::Literal(Literal::Null)]) => parts.truncate(1),
            _ => {}
        }
        Node::apply(name, parts)
    }

    fn folded(self, mut parts: Vec<Node>, sql_type: &str) -> Node {
        cast::fold(self.family, parts.remove(0), sql_type)
    }

    /// A function's name; that of a schema stands before it where it is not the server's own.
    fn function_name(self, name: &ObjectName) -> String {
        let parts: Vec<String> = name
            .0
            .iter()
            .map(|part| part.as_ident().map_or_else(|| part.to_string(), |ident| self.name(ident).to_lowercase()))
            .collect();
        match parts.as_slice() {
            [name] => functions::canonical(self.family, name).to_owned(),
            [schema, name] if schema == "pg_catalog" => functions::canonical(self.family, name).to_owned(),
            parts => parts.join("."),
        }
    }
}

/// Every field of one row equals that of the other.
fn fieldwise(fields: &[Node], others: &[Node]) -> Node {
    let equal = |(a, b): (&Node, &Node)| Node::apply("=", vec![a.clone(), b.clone()]);
    Node::junction("and", fields.iter().zip(others).map(equal).collect())
}

/// `left` is one of `list`: what PostgreSQL writes as `= ANY (ARRAY[...])`.
fn member(left: Node, mut list: Vec<Node>) -> Node {
    if !left.is_small() {
        list.insert(0, left);
        return Node::apply("in", list);
    }
    Node::junction("or", list.into_iter().map(|element| Node::apply("=", vec![left.clone(), element])).collect())
}

/// What is not modelled.
pub(super) fn opaque(expr: &impl ToString) -> Node {
    Node::Opaque(expr.to_string().to_lowercase())
}
