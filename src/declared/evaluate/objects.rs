//! Members of values: reading, indexing, spreading, iterating, assigning.

use std::rc::Rc;

use super::{Evaluator, Frame};
use crate::declared::value::{ClassValue, Location, Object, Placed, Property, Unknown, Value};
use crate::syntax::Name;
use crate::syntax::tree::{ExpressionId, Kind};

impl Evaluator<'_> {
    /// `object.name`.
    pub fn member(&mut self, object: &Value, name: Name, location: Location) -> Value {
        match object {
            Value::Unknown(_) | Value::Opaque => object.clone(),
            Value::Object(inner) => self.object_member(inner, object, name, location),
            Value::Environment => self.variable(name, location),
            Value::Class(class) => self.static_member(class, object, name),
            Value::Table(id) => self.table_member(*id, object, name),
            Value::Namespace(module) => match self.export_of(*module, name, location) {
                Some(value) => value,
                None => Value::Undefined,
            },
            Value::Library(library) => self.library_member(*library, name, location),
            Value::Global(global) => self.global_member(global, object, name, location),
            Value::Enum(inner) => match &*self.text(name) {
                "enumName" => inner.name.clone().map_or_else(Value::Unknown, Value::String),
                "enumValues" => match &inner.values {
                    Ok(values) => Value::array(
                        values.iter().map(|text| Placed { value: Value::String(text.clone()), location }).collect(),
                    ),
                    Err(unknown) => Value::Unknown(unknown.clone()),
                },
                "schema" => match &inner.schema {
                    Ok(schema) => schema.clone().map_or(Value::Undefined, Value::String),
                    Err(unknown) => Value::Unknown(unknown.clone()),
                },
                _ => Value::Method(Rc::new((object.clone(), name))),
            },
            Value::Role(role) if &*self.text(name) == "name" => {
                role.name.clone().map_or_else(Value::Unknown, Value::String)
            }
            Value::Schema(schema) => self.schema_member(schema, object, name),
            Value::Column(table, index) => self.column_member(*table, *index, object, name),
            Value::String(text) if &*self.text(name) == "length" =>
            {
                #[expect(clippy::cast_precision_loss, reason = "no text is that long")]
                Value::Number(text.encode_utf16().count() as f64)
            }
            Value::Array(array) if &*self.text(name) == "length" => match &array.open {
                Some(unknown) => Value::Unknown(unknown.clone()),
                #[expect(clippy::cast_precision_loss, reason = "no array is that long")]
                None => Value::Number(array.elements.borrow().len() as f64),
            },
            Value::Undefined | Value::Null => Value::Undefined,
            Value::Function(_) if matches!(&*self.text(name), "length" | "name") => {
                Value::Unknown(Rc::new(Unknown { location, why: "a function's own properties are not read".into() }))
            }
            Value::Cased(family, casing) if &*self.text(name) == "table" => {
                crate::declared::drizzle::table_function(*family, Some(*casing))
            }
            Value::TableFunction(function) if &*self.text(name) == "withRLS" => {
                let mut function = (**function).clone();
                function.row_level_security = true;
                Value::TableFunction(Rc::new(function))
            }
            _ => Value::Method(Rc::new((object.clone(), name))),
        }
    }

    fn object_member(&mut self, object: &Rc<Object>, this: &Value, name: Name, location: Location) -> Value {
        if let Some(property) = object.get(name) {
            self.lookups.extend(property.variables.iter().copied());
            return self.property_value(&property, this);
        }
        if let Some(class) = &object.class
            && let Some(value) = self.instance_method(class, this, name)
        {
            return value;
        }
        if object.environment.get() {
            return self.variable(name, location);
        }
        if let Some(unknown) = &*object.open.borrow() {
            return Value::Unknown(unknown.clone());
        }
        if matches!(&*self.text(name), "hasOwnProperty" | "toString") {
            return Value::Method(Rc::new((this.clone(), name)));
        }
        Value::Undefined
    }

    /// The value of a property, through its getter where it has one.
    pub fn property_value(&mut self, property: &Property, this: &Value) -> Value {
        match (&property.value, property.getter) {
            (Value::Function(getter), true) => {
                self.call_closure(getter, super::Arguments::default(), Some(this.clone()), property.location)
            }
            (value, _) => value.clone(),
        }
    }

    fn static_member(&mut self, class: &Rc<ClassValue>, this: &Value, name: Name) -> Value {
        if let Some(property) = class.statics.get(name) {
            return self.property_value(&property, this);
        }
        match &class.parent {
            Some(Value::Class(parent)) => self.static_member(&parent.clone(), this, name),
            Some(Value::Unknown(unknown)) => Value::Unknown(unknown.clone()),
            _ => Value::Undefined,
        }
    }

    fn instance_method(&mut self, class: &Rc<ClassValue>, this: &Value, name: Name) -> Option<Value> {
        use crate::syntax::tree::{ClassMemberKind, Key};
        let found = class.class().members.iter().find(|member| {
            !member.is_static
                && matches!(member.key, Key::Name(key) if key == name)
                && !matches!(member.kind, ClassMemberKind::Field(_))
        });
        let Some(member) = found else {
            return match &class.parent {
                Some(Value::Class(parent)) => self.instance_method(&parent.clone(), this, name),
                Some(Value::Unknown(unknown)) => Some(Value::Unknown(unknown.clone())),
                _ => None,
            };
        };
        let frame = Frame {
            island: class.island.clone(),
            offset: class.offset,
            scope: class.scope.clone(),
            this: Some(this.clone()),
        };
        let location = frame.location(&member.bytes);
        let (ClassMemberKind::Method(function) | ClassMemberKind::Getter(function)) = member.kind else { return None };
        let closure = self.closure(&frame, function);
        match (&closure, member.kind) {
            (Value::Function(getter), ClassMemberKind::Getter(_)) => {
                Some(self.call_closure(getter, super::Arguments::default(), Some(this.clone()), location))
            }
            _ => Some(closure),
        }
    }

    /// `object[index]`.
    pub(super) fn index(&mut self, object: &Value, index: &Value, location: Location) -> Value {
        if let Some(unknown) = object.unknown().or(index.unknown()) {
            return Value::Unknown(unknown.clone());
        }
        match (object, index) {
            (Value::Array(array), Value::Number(number)) => {
                let element = usize_of(*number).and_then(|at| array.elements.borrow().get(at).cloned());
                match (element, &array.open) {
                    (Some(element), _) => element.value,
                    (None, Some(unknown)) => Value::Unknown(unknown.clone()),
                    (None, None) => Value::Undefined,
                }
            }
            (Value::String(text), Value::Number(number)) => usize_of(*number)
                .and_then(|at| text.chars().nth(at))
                .map_or(Value::Undefined, |character| Value::string(character.to_string())),
            _ => match index.to_text() {
                Some(text) => {
                    let name = self.name(&text);
                    self.member(object, name, location)
                }
                None => Self::unknown(location, "the index is no text"),
            },
        }
    }

    /// `{ ...value }`, from the place `location`.
    pub fn spread_into(&mut self, object: &Object, value: &Value, location: Location) {
        match value {
            Value::Object(inner) => {
                let properties: Vec<(Name, Property)> =
                    inner.properties.borrow().iter().map(|(name, property)| (*name, property.clone())).collect();
                for (name, property) in properties {
                    self.lookups.extend(property.variables.iter().copied());
                    let spread =
                        Property { value: self.property_value(&property, value), getter: false, location, ..property };
                    object.set(name, spread);
                }
                if let Some(unknown) = &*inner.open.borrow() {
                    object.set_open(unknown.clone());
                }
                if inner.environment.get() {
                    object.environment.set(true);
                }
            }
            Value::Environment => object.environment.set(true),
            Value::Namespace(module) => {
                for (name, value) in self.exports(*module) {
                    object.set(name, plain(value, location));
                }
            }
            Value::Table(id) => {
                for index in 0..self.tables[*id].columns.len() {
                    let key = self.tables[*id].columns[index].key;
                    object.set(key, plain(Value::Column(*id, index), location));
                }
            }
            Value::Array(array) => {
                for (index, element) in array.elements.borrow().iter().enumerate() {
                    let name = self.name(&index.to_string());
                    object.set(name, plain(element.value.clone(), location));
                }
            }
            Value::Class(class) => self.spread_into(object, &Value::Object(class.statics.clone()), location),
            Value::Undefined | Value::Null | Value::Boolean(_) | Value::Number(_) => {}
            Value::Unknown(unknown) => object.set_open(unknown.clone()),
            _ => {
                if let Value::Unknown(unknown) = Self::unknown(location, "what it spreads is not read") {
                    object.set_open(unknown);
                }
            }
        }
    }

    /// What iterating over `value` yields.
    pub(super) fn iterate(&mut self, value: &Value, location: Location) -> Result<Vec<Placed>, Rc<Unknown>> {
        match value {
            Value::Array(array) => match &array.open {
                Some(unknown) => Err(unknown.clone()),
                None => Ok(array.elements.borrow().clone()),
            },
            Value::String(text) => Ok(text
                .chars()
                .map(|character| Placed { value: Value::string(character.to_string()), location })
                .collect()),
            Value::Unknown(unknown) => Err(unknown.clone()),
            _ => Err(Rc::new(Unknown { location, why: "what it iterates over is not read".into() })),
        }
    }

    /// `target = value`.
    pub(super) fn assign(&mut self, frame: &Frame, target: ExpressionId, value: &Value) {
        self.note_effect();
        let island = frame.island.clone();
        let expression = island.expression(target);
        let location = frame.location(&expression.bytes);
        let (object, name) = match &expression.kind {
            Kind::Identifier(name) => {
                if !frame.scope.assign(*name, value) {
                    self.assign_module_variable(frame.scope.module, *name, value);
                }
                return;
            }
            Kind::Property(object, name) => (self.evaluate(frame, *object), *name),
            Kind::Index(object, index) => {
                let object = self.evaluate(frame, *object);
                let index = self.evaluate(frame, *index);
                match index.to_text() {
                    Some(text) => (object, self.name(&text)),
                    None => {
                        if let (Value::Object(object), Some(unknown)) = (&object, index.unknown()) {
                            object.set_open(unknown.clone());
                        }
                        return;
                    }
                }
            }
            _ => return,
        };
        match object {
            Value::Object(object) => object.set(name, plain(value.clone(), location)),
            Value::Class(class) => class.statics.set(name, plain(value.clone(), location)),
            Value::Global(global @ ("module" | "exports")) => {
                self.assign_common_export(frame.scope.module, global, name, value, location);
            }
            Value::Column(table, index) => self.assign_column_member(table, index, name, value, location),
            Value::Builder(builder) => {
                builder.state.borrow_mut().forget(&Rc::new(Unknown { location, why: "its builder is changed".into() }));
            }
            Value::Table(table) => {
                let unknown = Rc::new(Unknown { location, why: "the table is changed".into() });
                self.tables[table].open.get_or_insert(unknown);
            }
            _ => {}
        }
    }
}

/// A property that is `value` at `location`.
pub(in crate::declared) fn plain(value: Value, location: Location) -> Property {
    Property { value, getter: false, location, value_location: location, variables: [].into() }
}

/// `number` as an index.
pub(super) fn usize_of(number: f64) -> Option<usize> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "checked to be a small whole number")]
    (number >= 0.0 && number.fract() == 0.0 && number < 1e9).then_some(number as usize)
}
