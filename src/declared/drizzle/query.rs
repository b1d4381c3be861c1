//! The query builder of a view, as far as its text is modelled: columns and expressions of tables, joined, filtered, grouped
//! and ordered.

use std::rc::Rc;

use super::TableId;
use super::sql::{Chunk, Sql};
use crate::declared::evaluate::{Arguments, Evaluator};
use crate::declared::value::{Location, Value};

/// `qb`, and what its methods make of it.
#[derive(Clone, Default)]
pub(in crate::declared) struct Query {
    /// What `.select(...)` was given.
    fields: Option<Value>,
    distinct: bool,
    from: Option<TableId>,
    /// The words before the table, the table, and the condition.
    joins: Vec<(&'static str, TableId, Option<Value>)>,
    condition: Option<Value>,
    groups: Vec<Value>,
    having: Option<Value>,
    order: Vec<Value>,
    limit: Option<Value>,
    offset: Option<Value>,
}

const JOINS: &[(&str, &str)] = &[
    ("leftJoin", "left join "),
    ("innerJoin", "inner join "),
    ("rightJoin", "right join "),
    ("fullJoin", "full join "),
    ("crossJoin", "cross join "),
];

impl Evaluator<'_> {
    /// A method of the query builder. What is not modelled makes the query unknown.
    pub(in crate::declared) fn query_method(
        &mut self,
        query: &Query,
        name: &str,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        match self.continued(query, name, arguments, location) {
            Some(query) => Value::Query(Rc::new(query)),
            None => Self::unknown(location, format!(".{name}() of this query is not read")),
        }
    }

    fn continued(&mut self, query: &Query, name: &str, arguments: &Arguments, location: Location) -> Option<Query> {
        let first = arguments.get(0);
        let mut query = query.clone();
        match (name, query.from) {
            ("select" | "selectDistinct", None) if query.fields.is_none() => {
                (query.fields, query.distinct) = (Some(first), name == "selectDistinct");
            }
            ("from", None) if query.fields.is_some() => query.from = Some(table(&first)?),
            ("where", Some(_)) => query.condition = Some(sql(first)?),
            ("groupBy", Some(_)) => query.groups = self.listed(arguments, location)?,
            ("having", Some(_)) => query.having = Some(sql(first)?),
            ("orderBy", Some(_)) => query.order = self.listed(arguments, location)?,
            ("limit", Some(_)) => query.limit = Some(number(first)?),
            ("offset", Some(_)) => query.offset = Some(number(first)?),
            (_, Some(_)) => {
                let (_, words) = JOINS.iter().find(|(known, _)| *known == name)?;
                let condition = match arguments.get(1) {
                    Value::Undefined => None,
                    condition => Some(sql(condition)?),
                };
                query.joins.push((words, table(&first)?, condition));
            }
            _ => return None,
        }
        Some(query)
    }

    /// Columns and expressions, given one by one or as a list.
    fn listed(&mut self, arguments: &Arguments, location: Location) -> Option<Vec<Value>> {
        let mut all = Vec::new();
        for placed in &arguments.values {
            match &placed.value {
                list @ Value::Array(_) => all.extend(self.elements(list, location).ok()?),
                one => all.push(one.clone()),
            }
        }
        all.iter().all(|value| matches!(value, Value::Column(..) | Value::Sql(_))).then_some(all)
    }

    /// The text of a whole query; `None` where a part of it is not modelled.
    pub(in crate::declared) fn query_text(&mut self, query: &Query, location: Location) -> Option<Rc<Sql>> {
        let from = query.from?;
        let text = |text: &str| Chunk::Text(text.into());
        let mut chunks = vec![text(if query.distinct { "select distinct " } else { "select " })];
        let tables: Vec<TableId> = [from].into_iter().chain(query.joins.iter().map(|(_, id, _)| *id)).collect();
        let fields = self.selected(query.fields.as_ref()?, &tables, location)?;
        for (place, field) in fields.iter().enumerate() {
            if place > 0 {
                chunks.push(text(", "));
            }
            chunks.extend(selection(field, &tables)?);
        }
        chunks.extend([text(" from "), Chunk::Value(Value::Table(from))]);
        for (words, id, condition) in &query.joins {
            chunks.extend([text(" "), text(words), Chunk::Value(Value::Table(*id))]);
            chunks.extend(condition.iter().flat_map(|on| [text(" on "), Chunk::Value(on.clone())]));
        }
        let list = |values: &[Value]| {
            let chunks = values.iter().enumerate().flat_map(|(place, value)| {
                let comma = (place > 0).then(|| Chunk::Text(", ".into()));
                comma.into_iter().chain([Chunk::Value(value.clone())])
            });
            chunks.collect::<Vec<_>>()
        };
        let one = |value: &Option<Value>| list(value.as_slice());
        let clauses = [
            (" where ", one(&query.condition)),
            (" group by ", list(&query.groups)),
            (" having ", one(&query.having)),
            (" order by ", list(&query.order)),
            (" limit ", one(&query.limit)),
            (" offset ", one(&query.offset)),
        ];
        for (word, values) in clauses.into_iter().filter(|(_, values)| !values.is_empty()) {
            chunks.push(text(word));
            chunks.extend(values);
        }
        Some(Rc::new(Sql::new(chunks)))
    }

    /// The columns and expressions that a query selects: all of its tables where it names none.
    fn selected(&mut self, fields: &Value, tables: &[TableId], location: Location) -> Option<Vec<Value>> {
        let mut all = Vec::new();
        match fields {
            Value::Undefined => tables.iter().try_for_each(|id| self.columns_of(*id, &mut all))?,
            Value::Object(_) => {
                for (_, field) in self.entries(fields, location).ok()? {
                    match field {
                        Value::Column(..) | Value::Sql(_) => all.push(field),
                        Value::Table(id) => self.columns_of(id, &mut all)?,
                        nested @ Value::Object(_) => all.extend(self.selected(&nested, tables, location)?),
                        _ => return None,
                    }
                }
            }
            _ => return None,
        }
        (!all.is_empty()).then_some(all)
    }

    fn columns_of(&self, id: TableId, all: &mut Vec<Value>) -> Option<()> {
        let table = self.table(id);
        if table.open.is_some() {
            return None;
        }
        all.extend((0..table.columns.len()).map(|index| Value::Column(id, index)));
        Some(())
    }
}

/// How a field is selected: of one table only, its columns stand without it.
fn selection(field: &Value, tables: &[TableId]) -> Option<Vec<Chunk>> {
    let single = tables.len() == 1;
    let bare = |chunk: &Chunk| match chunk {
        Chunk::Value(Value::Column(table, index)) if single => Chunk::Column(*table, *index),
        other => other.clone(),
    };
    match field {
        Value::Column(table, _) if !tables.contains(table) => None,
        Value::Column(..) => Some(vec![bare(&Chunk::Value(field.clone()))]),
        Value::Sql(sql) => {
            let alias =
                sql.alias.iter().flat_map(|alias| [Chunk::Text(" as ".into()), Chunk::Identifier(alias.clone())]);
            Some(sql.chunks.iter().map(bare).chain(alias).collect())
        }
        _ => None,
    }
}

fn table(value: &Value) -> Option<TableId> {
    match value {
        Value::Table(id) => Some(*id),
        _ => None,
    }
}

fn sql(value: Value) -> Option<Value> {
    matches!(value, Value::Sql(_)).then_some(value)
}

fn number(value: Value) -> Option<Value> {
    matches!(value, Value::Number(_)).then_some(value)
}
