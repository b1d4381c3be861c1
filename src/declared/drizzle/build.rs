//! Builds tables: `pgTable(name, columns, extras)` and its kin.

use std::cell::Cell;
use std::rc::Rc;

use super::constructors::required;
use super::{Column, ColumnBuilder, Known, Table, TableFunction, UniqueColumn};
use crate::declared::casing::cased_in_any_script;
use crate::declared::evaluate::{Arguments, Evaluator};
use crate::declared::known::Library;
use crate::declared::value::{Location, Placed, Unknown, Value};
use crate::syntax::Name;

impl Evaluator<'_> {
    pub(in crate::declared) fn build_table(
        &mut self,
        function: &Rc<TableFunction>,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        let name_location = arguments.location(0).unwrap_or(location);
        let name = match &function.customize {
            None => required(&arguments.get(0), name_location),
            Some(customize) => {
                let call = Arguments::of(vec![Placed { value: arguments.get(0), location: name_location }]);
                let customized = self.call(customize, call, location);
                required(&customized, name_location)
            }
        };
        let columns_value = match arguments.get(1) {
            callback @ Value::Function(_) => {
                let builders = Placed { value: Value::Library(Library::Core(function.family)), location };
                self.call(&callback, Arguments::of(vec![builders]), location)
            }
            value => value,
        };
        let id = self.tables.len();
        let callee = self.callee_location(location);
        let statement = self.statement.unwrap_or(location);
        self.tables.push(Table {
            family: function.family,
            name,
            schema: function.schema.clone(),
            columns: Vec::new(),
            open: None,
            extras: None,
            row_level_security: Cell::new(function.row_level_security),
            statement,
            call: location,
            callee,
            name_location,
            columns_object: None,
            broken: self.broken,
            made_in: self.evaluation,
            variable: None,
            provided: false,
        });
        self.build_columns(id, function, &columns_value, location);
        let extras = arguments.get(2);
        if !matches!(extras, Value::Undefined | Value::Null) {
            self.tables[id].extras = Some(extras);
        }
        Value::Table(id)
    }

    fn build_columns(&mut self, id: usize, function: &TableFunction, columns: &Value, location: Location) {
        let object = match columns {
            Value::Object(object) => object.clone(),
            Value::Unknown(unknown) => {
                self.tables[id].open = Some(unknown.clone());
                return;
            }
            _ => {
                let why = "its columns are no object that is read".to_owned();
                self.tables[id].open = Some(Rc::new(Unknown { location, why }));
                return;
            }
        };
        // The braces are worth a place only where they stand in the call itself.
        let braces = object.location.filter(|braces| {
            braces.module == location.module && location.start <= braces.start && braces.end <= location.end
        });
        self.tables[id].columns_object = braces;
        self.tables[id].open = object.open.borrow().clone();
        let properties: Vec<_> =
            object.properties.borrow().iter().map(|(key, property)| (*key, property.clone())).collect();
        for (key, property) in properties {
            let value = self.property_value(&property, columns);
            match value {
                Value::Builder(builder) => {
                    let key_text = self.text(key);
                    if builder.made_in != self.evaluation {
                        self.note_shared(&builder, key);
                    }
                    let mut state = builder.state.borrow_mut();
                    if let Ok(None) = state.name {
                        // drizzle 1.0 cases the name here, once; before, each reader of the name does.
                        let name = match function.casing {
                            Some(casing) => cased_in_any_script(&key_text, casing),
                            None => key_text.to_string(),
                        };
                        state.name = Ok(Some(name.into()));
                    }
                    if let Some(unique) = &mut state.unique
                        && matches!(unique.name, Ok(None))
                    {
                        // drizzle keeps the first derived name in the builder.
                        let derived = unique_name(&self.tables[id].name, &state.name);
                        state.unique = Some(UniqueColumn {
                            name: derived.map(Some),
                            ..state.unique.take().unwrap_or_else(default_unique)
                        });
                    }
                    let column = Column { key, state: state.clone(), property: property.location };
                    drop(state);
                    self.tables[id].columns.push(column);
                }
                Value::Unknown(unknown) => {
                    self.tables[id].open.get_or_insert(unknown);
                }
                Value::Undefined | Value::Null => {}
                _ => {
                    let why = format!("the column \"{}\" is no column builder that is read", self.text(key));
                    let unknown = Rc::new(Unknown { location: property.value_location, why });
                    self.tables[id].open.get_or_insert(unknown);
                }
            }
        }
    }

    /// Notes what a table does to a builder that another statement made, which later tables then see.
    fn note_shared(&mut self, builder: &ColumnBuilder, key: Name) {
        let state = builder.state.borrow();
        if state.unique.as_ref().is_some_and(|unique| !unique.named) {
            self.note_effect();
        } else if state.key_as_name || matches!(state.name, Ok(None)) {
            self.note_named(state.location, key);
        }
    }

    /// The function of the call at `location`, as written.
    fn callee_location(&self, location: Location) -> Location {
        let length = self.source(location).find('(').unwrap_or(0);
        Location { end: location.start + u32::try_from(length).unwrap_or(0), ..location }
    }
}

fn default_unique() -> UniqueColumn {
    UniqueColumn { name: Ok(None), named: false, nulls_not_distinct: false }
}

fn unique_name(table: &Known<Rc<str>>, column: &Known<Option<Rc<str>>>) -> Known<Rc<str>> {
    let column = column.clone()?.unwrap_or_default();
    Ok(format!("{}_{column}_unique", table.clone()?).into())
}
