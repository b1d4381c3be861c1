//! Members of tables and columns, and the names columns have in the database.

use std::rc::Rc;

use super::{Known, TableId};
use crate::declared::Casing;
use crate::declared::casing::cased;
use crate::declared::evaluate::{Arguments, Evaluator};
use crate::declared::value::{Location, Unknown, Value};
use crate::syntax::Name;

impl Evaluator<'_> {
    pub(in crate::declared) fn table_member(&mut self, id: TableId, object: &Value, name: Name) -> Value {
        let table = self.table(id);
        if let Some(index) = table.columns.iter().position(|column| column.key == name) {
            return Value::Column(id, index);
        }
        match (&*self.text(name), &table.open) {
            ("enableRLS" | "getSQL", _) => Value::Method(Rc::new((object.clone(), name))),
            // Types only.
            ("$inferSelect" | "$inferInsert" | "_", _) => Value::Opaque,
            (_, Some(unknown)) => Value::Unknown(unknown.clone()),
            _ => Value::Undefined,
        }
    }

    pub(in crate::declared) fn column_member(
        &mut self,
        table: TableId,
        index: usize,
        object: &Value,
        name: Name,
    ) -> Value {
        let column = &self.table(table).columns[index];
        match &*self.text(name) {
            "name" => match &column.state.name {
                Ok(name) => name.clone().map_or(Value::Undefined, Value::String),
                Err(unknown) => Value::Unknown(unknown.clone()),
            },
            "notNull" => match &column.state.not_null {
                Ok(not_null) => Value::Boolean(*not_null),
                Err(unknown) => Value::Unknown(unknown.clone()),
            },
            "table" => Value::Table(table),
            "enumValues" => match &column.state.enumeration {
                Some(enumeration) => {
                    let enumeration = Value::Enum(enumeration.clone());
                    self.member(&enumeration, name, column_location(self, table, index))
                }
                None => {
                    let config = column.state.config.clone();
                    self.option(&config, "enum", column_location(self, table, index))
                }
            },
            _ => Value::Method(Rc::new((object.clone(), name))),
        }
    }

    /// `column.name = value`: a type of its own making is read, anything else makes the column unknown.
    pub(in crate::declared) fn assign_column_member(
        &mut self,
        table: TableId,
        index: usize,
        name: Name,
        value: &Value,
        location: Location,
    ) {
        if &*self.text(name) != "getSQLType" {
            let unknown = Rc::new(Unknown { location, why: "the column is changed".into() });
            self.tables[table].columns[index].state.forget(&unknown);
            return;
        }
        let sql_type = match value {
            Value::Function(function) => {
                self.call_closure(function, Arguments::default(), Some(Value::Column(table, index)), location)
            }
            _ => Self::unknown(location, "its type is no function"),
        };
        self.tables[table].columns[index].state.sql_type = match sql_type {
            Value::String(text) => Ok(text.to_string().into()),
            Value::Unknown(unknown) => Err(unknown),
            _ => Err(Rc::new(Unknown { location, why: "its type is no text".into() })),
        };
    }

    /// The name of a column in the database.
    pub(in crate::declared) fn column_name(
        &self,
        table: TableId,
        index: usize,
        casing: Option<Casing>,
    ) -> Known<Rc<str>> {
        let table = self.table(table);
        let state = &table.columns[index].state;
        let name = state.name.clone()?.unwrap_or_default();
        Ok(match casing {
            Some(casing) if state.key_as_name => cased(&name, casing).into(),
            _ => name,
        })
    }
}

fn column_location(evaluator: &Evaluator<'_>, table: TableId, index: usize) -> Location {
    evaluator.table(table).columns[index].state.location
}
