//! Queries: those of policies and views, as far as they are plain.

use sqlparser::ast::{
    GroupByExpr, JoinConstraint, JoinOperator, LimitClause, OrderByKind, OrderBySort, Query, Select, SelectItem,
    SetExpr, TableFactor, TableWithJoins,
};

use super::lower::{Lowering, opaque};
use super::node::{Literal, Node};

/// The normal form of a query. Its parts are always the same ones, so that two queries differ in one of them.
pub(super) fn lower(lowering: Lowering, query: &Query) -> Option<Node> {
    let plain = query.with.is_none()
        && query.fetch.is_none()
        && query.locks.is_empty()
        && query.for_clause.is_none()
        && query.pipe_operators.is_empty();
    let select = match query.body.as_ref() {
        SetExpr::Select(select) if plain => select,
        SetExpr::Query(inner) if plain && query.order_by.is_none() && query.limit_clause.is_none() => {
            return lower(lowering, inner);
        }
        _ => return Some(opaque(query)),
    };
    let Some(mut parts) = parts(lowering, select)? else { return Some(opaque(query)) };
    let mut order = Vec::new();
    if let Some(order_by) = &query.order_by {
        let OrderByKind::Expressions(expressions) = &order_by.kind else { return Some(opaque(query)) };
        for item in expressions {
            let descending = matches!(item.options.sort, Some(OrderBySort::Desc));
            // NULLS LAST is what ascending order does anyway.
            let nulls_first = item.options.nulls_first.unwrap_or(descending);
            let name = format!("by {descending} {nulls_first}");
            order.push(Node::Apply(name, vec![lowering.expression(&item.expr)?]));
        }
    }
    parts.push(Node::Apply("order".into(), order));
    let limit = match &query.limit_clause {
        None => Vec::new(),
        Some(LimitClause::LimitOffset { limit, offset, limit_by }) if limit_by.is_empty() => {
            let mut bounds = Vec::new();
            for bound in [limit.as_ref(), offset.as_ref().map(|offset| &offset.value)] {
                bounds.push(bound.map_or(Some(Node::null()), |bound| lowering.expression(bound))?);
            }
            bounds
        }
        Some(_) => return Some(opaque(query)),
    };
    parts.push(Node::Apply("limit".into(), limit));
    Some(Node::Apply("select".into(), parts))
}

/// Projection, tables, condition, groups, their condition. The inner `None` is a select that is not plain.
fn parts(lowering: Lowering, select: &Select) -> Option<Option<Vec<Node>>> {
    let plain = select.distinct.is_none()
        && select.top.is_none()
        && select.into.is_none()
        && select.lateral_views.is_empty()
        && select.prewhere.is_none()
        && select.connect_by.is_empty()
        && select.named_window.is_empty()
        && select.qualify.is_none();
    let GroupByExpr::Expressions(groups, modifiers) = &select.group_by else { return Some(None) };
    if !plain || !modifiers.is_empty() {
        return Some(None);
    }
    let mut projection = Vec::new();
    for item in &select.projection {
        projection.push(match item {
            SelectItem::UnnamedExpr(expr) => lowering.expression(expr)?,
            SelectItem::ExprWithAlias { expr, alias } => {
                let node = lowering.expression(expr)?;
                let name = lowering.name(alias);
                // PostgreSQL names every column; a name that it would have anyway is none.
                if matches!(&node, Node::Column(_, column) if *column == name) {
                    node
                } else {
                    Node::Apply(format!("as {name}"), vec![node])
                }
            }
            other => opaque(other),
        });
    }
    let mut tables = Vec::new();
    for table in &select.from {
        tables.push(joined(lowering, table)?);
    }
    let condition = |expr: Option<&sqlparser::ast::Expr>| {
        expr.map_or(Some(Node::Literal(Literal::Bool(true))), |expr| lowering.expression(expr))
    };
    let groups = groups.iter().map(|group| lowering.expression(group)).collect::<Option<Vec<_>>>()?;
    Some(Some(vec![
        Node::Apply("projection".into(), projection),
        Node::Apply("from".into(), tables),
        condition(select.selection.as_ref())?,
        Node::Apply("group".into(), groups),
        condition(select.having.as_ref())?,
    ]))
}

/// A table with what is joined to it.
fn joined(lowering: Lowering, tables: &TableWithJoins) -> Option<Node> {
    let mut node = factor(lowering, &tables.relation)?;
    for join in &tables.joins {
        let (kind, constraint) = match &join.join_operator {
            JoinOperator::Join(constraint) | JoinOperator::Inner(constraint) => ("join", constraint),
            JoinOperator::Left(constraint) | JoinOperator::LeftOuter(constraint) => ("left join", constraint),
            JoinOperator::Right(constraint) | JoinOperator::RightOuter(constraint) => ("right join", constraint),
            JoinOperator::FullOuter(constraint) => ("full join", constraint),
            JoinOperator::CrossJoin(constraint) => ("cross join", constraint),
            _ => return Some(opaque(join)),
        };
        let on = match constraint {
            JoinConstraint::On(expr) => lowering.expression(expr)?,
            JoinConstraint::None => Node::Literal(Literal::Bool(true)),
            _ => return Some(opaque(join)),
        };
        node = Node::Apply(kind.into(), vec![node, factor(lowering, &join.relation)?, on]);
    }
    Some(node)
}

fn factor(lowering: Lowering, factor: &TableFactor) -> Option<Node> {
    Some(match factor {
        TableFactor::Table { name, args: None, .. } => {
            Node::Apply(format!("table {}", lowering.last_name(name)), Vec::new())
        }
        TableFactor::NestedJoin { table_with_joins, alias: None } => joined(lowering, table_with_joins)?,
        TableFactor::Derived { lateral: false, subquery, .. } => lower(lowering, subquery)?,
        other => opaque(other),
    })
}
