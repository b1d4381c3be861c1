//! SQL templates and their text.

use std::rc::Rc;

use super::{Known, TableId};
use crate::catalog::Family;
use crate::declared::evaluate::{Arguments, Evaluator};
use crate::declared::value::{Location, Unknown, Value};

/// A piece of SQL: what `` sql`...` `` yields.
pub(in crate::declared) struct Sql {
    pub chunks: Vec<Chunk>,
    /// What `.as(...)` calls it; elsewhere in a query only that is written.
    pub alias: Option<Rc<str>>,
}

impl Sql {
    pub fn new(chunks: Vec<Chunk>) -> Self {
        Self { chunks, alias: None }
    }
}

/// A part of it.
#[derive(Clone)]
pub(in crate::declared) enum Chunk {
    /// Verbatim.
    Text(Rc<str>),
    /// A quoted identifier.
    Identifier(Rc<str>),
    /// A column without its table, which the query builder writes without the config's casing.
    Column(TableId, usize),
    /// A column, a table, a nested template, or a parameter.
    Value(Value),
}

/// How a template is printed.
#[derive(Clone, Copy)]
pub(in crate::declared) struct Style {
    pub family: Family,
    /// Columns without their tables, as in an index.
    pub bare_columns: bool,
    /// Whether parameters may occur (they print as `$1` or `?`); in a default, drizzle-kit refuses them.
    pub parameters: bool,
    /// Whether they are written out, as drizzle 1.0 does.
    pub inline: bool,
    pub casing: Option<crate::declared::Casing>,
}

impl Evaluator<'_> {
    pub(in crate::declared) fn sql_template(texts: Vec<Rc<str>>, values: Vec<Value>) -> Value {
        let mut chunks = Vec::with_capacity(texts.len() * 2);
        let mut values = values.into_iter();
        for text in texts {
            if !text.is_empty() {
                chunks.push(Chunk::Text(text));
            }
            if let Some(value) = values.next() {
                chunks.push(Chunk::Value(value));
            }
        }
        Value::Sql(Rc::new(Sql::new(chunks)))
    }

    /// `sql.raw(text)`, `sql.identifier(name)`, `sql.join(parts, separator)`, `sql.empty()`.
    pub(in crate::declared) fn sql_function(&mut self, name: &str, arguments: &Arguments, location: Location) -> Value {
        let first = arguments.get(0);
        let one = |chunk| Value::Sql(Rc::new(Sql::new(vec![chunk])));
        match (name, first.to_text()) {
            (_, _) if first.unknown().is_some() => first,
            ("raw", Some(text)) => one(Chunk::Text(text)),
            ("identifier", Some(text)) => one(Chunk::Identifier(text)),
            ("param", _) => one(Chunk::Value(first)),
            ("empty", _) => Value::Sql(Rc::new(Sql::new(Vec::new()))),
            ("join", _) => match self.elements(&first, location) {
                Ok(parts) => {
                    let separator = arguments.get(1);
                    let mut chunks = Vec::new();
                    for (index, part) in parts.into_iter().enumerate() {
                        if index > 0 && !matches!(separator, Value::Undefined) {
                            chunks.push(Chunk::Value(separator.clone()));
                        }
                        chunks.push(Chunk::Value(part));
                    }
                    Value::Sql(Rc::new(Sql::new(chunks)))
                }
                Err(unknown) => Value::Unknown(unknown),
            },
            _ => Self::unknown(location, format!("sql.{name}() is not read")),
        }
    }

    pub(in crate::declared) fn sql_method(
        &mut self,
        sql: &Rc<Sql>,
        name: &str,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        match name {
            "append" => {
                let mut chunks = sql.chunks.clone();
                chunks.push(Chunk::Value(arguments.get(0)));
                Value::Sql(Rc::new(Sql::new(chunks)))
            }
            "as" => match arguments.get(0).to_text() {
                Some(alias) => Value::Sql(Rc::new(Sql { chunks: sql.chunks.clone(), alias: Some(alias) })),
                None => Self::unknown(location, "the name of the expression is not read"),
            },
            "mapWith" | "if" | "getSQL" | "$type" | "inlineParams" => Value::Sql(sql.clone()),
            _ => Self::unknown(location, format!(".{name}() is not read")),
        }
    }

    /// The text of `sql`.
    pub(in crate::declared) fn sql_text(&mut self, sql: &Sql, style: Style, location: Location) -> Known<String> {
        let mut text = String::new();
        let mut parameters = 0;
        self.print(&sql.chunks, style, location, &mut parameters, &mut text)?;
        Ok(text)
    }

    fn print(
        &mut self,
        chunks: &[Chunk],
        style: Style,
        location: Location,
        parameters: &mut usize,
        text: &mut String,
    ) -> Known<()> {
        for chunk in chunks {
            match chunk {
                Chunk::Text(part) => text.push_str(part),
                Chunk::Identifier(name) => text.push_str(&style.family.quoted(name)),
                Chunk::Column(table, index) => {
                    text.push_str(&style.family.quoted(&self.column_name(*table, *index, None)?));
                }
                Chunk::Value(value) => self.print_value(value, style, location, parameters, text)?,
            }
        }
        Ok(())
    }

    fn print_value(
        &mut self,
        value: &Value,
        style: Style,
        location: Location,
        parameters: &mut usize,
        text: &mut String,
    ) -> Known<()> {
        match value {
            Value::Unknown(unknown) => return Err(unknown.clone()),
            Value::Undefined => {}
            Value::Sql(inner) => {
                let inner = inner.clone();
                if let Some(alias) = &inner.alias {
                    text.push_str(&style.family.quoted(alias));
                    return Ok(());
                }
                if text.len() > 100_000 {
                    return Err(Rc::new(Unknown { location, why: "the SQL is too long".into() }));
                }
                self.print(&inner.chunks, style, location, parameters, text)?;
            }
            Value::Column(table, index) => {
                let name = self.column_name(*table, *index, style.casing)?;
                if !style.bare_columns {
                    text.push_str(&self.table_path(*table, style.family)?);
                    text.push('.');
                }
                text.push_str(&style.family.quoted(&name));
            }
            Value::IndexKey(key) => {
                self.print_value(&Value::Column(key.column.0, key.column.1), style, location, parameters, text)?;
            }
            Value::Table(table) => text.push_str(&self.table_path(*table, style.family)?),
            Value::View(view) => text.push_str(&style.family.quoted(&view.name.clone()?)),
            Value::Enum(enumeration) => text.push_str(&style.family.quoted(&enumeration.name.clone()?)),
            Value::Array(_) => {
                text.push('(');
                for (index, part) in self.elements(value, location)?.iter().enumerate() {
                    if index > 0 {
                        text.push_str(", ");
                    }
                    self.print_value(part, style, location, parameters, text)?;
                }
                text.push(')');
            }
            Value::Null | Value::Boolean(_) | Value::Number(_) | Value::BigInt(_) if style.inline => {
                text.push_str(&value.to_text().unwrap_or_default());
            }
            Value::String(inner) if style.inline => text.push_str(&format!("'{}'", inner.replace('\'', "''"))),
            Value::Null
            | Value::Boolean(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::BigInt(_)
            | Value::Date(_)
                if style.parameters =>
            {
                *parameters += 1;
                match style.family {
                    Family::Postgresql => text.push_str(&format!("${parameters}")),
                    Family::Mysql | Family::Sqlite => text.push('?'),
                }
            }
            _ => return Err(Rc::new(Unknown { location, why: "a value in the SQL is not read".into() })),
        }
        Ok(())
    }

    fn table_path(&self, table: usize, family: Family) -> Known<String> {
        let table = self.table(table);
        let name = family.quoted(&table.name.clone()?);
        Ok(match table.schema.clone()? {
            Some(schema) => format!("{}.{name}", family.quoted(&schema)),
            None => name,
        })
    }
}
