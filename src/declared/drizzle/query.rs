//! The query builder of a view, as far as its text is modelled: columns of one table, with a condition.

use std::rc::Rc;

use super::sql::{Chunk, Sql};
use crate::declared::evaluate::{Arguments, Evaluator};
use crate::declared::value::{Location, Value};

/// `qb`, and what its methods make of it.
#[derive(Default)]
pub(in crate::declared) struct Query {
    /// What `.select(...)` was given.
    fields: Option<Value>,
    /// From `.from(...)` on.
    pub text: Option<Rc<Sql>>,
    has_condition: bool,
}

impl Evaluator<'_> {
    /// `.select(fields)`, `.from(table)` and `.where(condition)`. What else there is makes the query unknown.
    pub(in crate::declared) fn query_method(
        &mut self,
        query: &Query,
        name: &str,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        let first = arguments.get(0);
        let made = match (name, &query.fields, &query.text) {
            ("select", None, None) => Some(Query { fields: Some(first), ..Query::default() }),
            ("from", Some(fields), None) => {
                self.select_text(fields, &first, location).map(|text| Query { text: Some(text), ..Query::default() })
            }
            ("where", _, Some(text)) if !query.has_condition => match first {
                Value::Sql(_) => {
                    let mut chunks = text.chunks.clone();
                    chunks.extend([Chunk::Text(" where ".into()), Chunk::Value(first)]);
                    Some(Query { fields: None, text: Some(Rc::new(Sql { chunks })), has_condition: true })
                }
                _ => None,
            },
            _ => None,
        };
        match made {
            Some(query) => Value::Query(Rc::new(query)),
            None => Self::unknown(location, format!(".{name}() of this query is not read")),
        }
    }

    /// `select "a", "b" from "t"`: with one table only, the selected columns stand without it.
    fn select_text(&mut self, fields: &Value, table: &Value, location: Location) -> Option<Rc<Sql>> {
        let Value::Table(id) = table else { return None };
        let all = self.table(*id);
        let columns: Vec<Value> = match fields {
            Value::Undefined if all.open.is_none() => {
                (0..all.columns.len()).map(|index| Value::Column(*id, index)).collect()
            }
            Value::Object(_) => self.entries(fields, location).ok()?.into_iter().map(|(_, field)| field).collect(),
            _ => return None,
        };
        let mut chunks = Vec::new();
        for column in columns {
            let Value::Column(table, index) = column else { return None };
            if table != *id {
                return None;
            }
            chunks.push(Chunk::Text(if chunks.is_empty() { "select " } else { ", " }.into()));
            chunks.push(Chunk::Column(table, index));
        }
        if chunks.is_empty() {
            return None;
        }
        chunks.extend([Chunk::Text(" from ".into()), Chunk::Value(table.clone())]);
        Some(Rc::new(Sql { chunks }))
    }
}
