//! Evaluates expressions.

use std::rc::Rc;

use super::{Evaluator, Frame, MAX_DEPTH};
use crate::declared::value::{ClassValue, Closure, Location, Object, Placed, Property, Value};
use crate::syntax::Name;
use crate::syntax::tree::{
    Binary, ClassMemberKind, Element, ExpressionId, Key, Kind, Logical, Member, MemberKind, Template, Unary,
};

impl Evaluator<'_> {
    /// The value of expression `id` of the frame's island.
    pub fn evaluate(&mut self, frame: &Frame, id: ExpressionId) -> Value {
        let expression = frame.island.expression(id);
        match &expression.kind {
            Kind::Undefined => return Value::Undefined,
            Kind::Null => return Value::Null,
            Kind::Boolean(value) => return Value::Boolean(*value),
            Kind::Number(value) => return Value::Number(*value),
            Kind::BigInt(digits) => return Value::BigInt((**digits).into()),
            Kind::String(text) => return Value::String((**text).into()),
            Kind::Identifier(name) => return self.identifier(frame, *name, frame.location(&expression.bytes)),
            _ => {}
        }
        let location = frame.location(&expression.bytes);
        if !self.step() {
            return Self::unknown(location, "reading it takes too long");
        }
        if self.depth >= MAX_DEPTH {
            return Self::unknown(location, "it is nested too deeply");
        }
        self.depth += 1;
        let value = self.compound(frame, &expression.kind, location);
        self.depth -= 1;
        value
    }

    fn compound(&mut self, frame: &Frame, kind: &Kind, location: Location) -> Value {
        match kind {
            Kind::Unsupported(why) => Self::unknown(location, *why),
            Kind::Template(template) => self.template(frame, template, location),
            Kind::Tagged(tag, template) => self.tagged(frame, *tag, template, location),
            Kind::Regex(parts) => Value::Regex(Rc::new((**parts).clone())),
            Kind::This => frame.this.clone().unwrap_or(Value::Undefined),
            Kind::ImportMeta => Value::Global("import.meta"),
            Kind::Array(elements) => self.array(frame, elements),
            Kind::Object(members) => self.object(frame, members, location),
            Kind::Function(function) => self.closure(frame, *function),
            Kind::Class(class) => self.class(frame, *class, location),
            Kind::Unary(operator, operand) => self.unary(frame, *operator, *operand, location),
            Kind::Binary(operator, left, right) => self.binary(frame, *operator, *left, *right, location),
            Kind::Logical(operator, left, right) => self.logical(frame, *operator, *left, *right, location),
            Kind::Conditional(condition, then, otherwise) => {
                let condition_value = self.evaluate(frame, *condition);
                match condition_value.truthy() {
                    Some(true) => self.evaluate(frame, *then),
                    Some(false) => self.evaluate(frame, *otherwise),
                    None => self.undecided(&condition_value, location),
                }
            }
            Kind::Assign(target, value) => {
                let value = self.evaluate(frame, *value);
                self.assign(frame, *target, &value);
                value
            }
            Kind::Property(object, name) => {
                let before = self.lookups.len();
                let object = self.evaluate(frame, *object);
                if let Value::Object(inner) = &object
                    && inner.properties.borrow().contains_key(name)
                {
                    // Of an env object, only the variable that is asked for counts.
                    self.lookups.truncate(before);
                }
                self.member(&object, *name, location)
            }
            Kind::Index(object, index) => {
                let object = self.evaluate(frame, *object);
                let index = self.evaluate(frame, *index);
                self.index(&object, &index, location)
            }
            Kind::Call(callee, arguments) => self.call_expression(frame, *callee, arguments, location),
            Kind::New(callee, arguments) => self.new_expression(frame, *callee, arguments, location),
            Kind::Import(module) => self.import_value(frame.scope.module, module, location),
            Kind::Await(inner) => self.evaluate(frame, *inner),
            Kind::Undefined
            | Kind::Null
            | Kind::Boolean(_)
            | Kind::Number(_)
            | Kind::BigInt(_)
            | Kind::String(_)
            | Kind::Identifier(_) => Value::Undefined,
        }
    }

    /// What a choice yields whose condition is not known.
    fn undecided(&self, condition: &Value, location: Location) -> Value {
        match condition {
            Value::Unknown(unknown) => Value::Unknown(unknown.clone()),
            _ => Self::unknown(location, "its condition is not known"),
        }
    }

    fn identifier(&mut self, frame: &Frame, name: Name, location: Location) -> Value {
        if let Some(value) = frame.scope.get(name) {
            return value;
        }
        if let Some(value) = self.module_variable(frame.scope.module, name) {
            return value;
        }
        let text = self.text(name);
        match self.global(frame, &text) {
            Some(value) => value,
            None => Self::unknown(location, format!("{text} is not declared in this file")),
        }
    }

    fn template(&mut self, frame: &Frame, template: &Template, location: Location) -> Value {
        let mut text = template.texts[0].to_string();
        for (value, after) in template.values.iter().zip(&template.texts[1..]) {
            let value = self.evaluate(frame, *value);
            match (value.to_text(), value) {
                (Some(part), _) => text.push_str(&part),
                (None, Value::Unknown(unknown)) => return Value::Unknown(unknown),
                (None, _) => return Self::unknown(location, "a value in it is no text"),
            }
            text.push_str(after);
        }
        Value::string(text)
    }

    fn array(&mut self, frame: &Frame, elements: &[Element]) -> Value {
        let mut values = Vec::with_capacity(elements.len());
        for element in elements {
            let location = frame.location(&frame.island.expression(element.value).bytes);
            let value = self.evaluate(frame, element.value);
            if !element.spread {
                values.push(Placed { value, location });
                continue;
            }
            match self.iterate(&value, location) {
                Ok(inner) => values.extend(inner.into_iter().map(|placed| Placed { value: placed.value, location })),
                Err(why) => {
                    let array =
                        crate::declared::value::Array { elements: std::cell::RefCell::new(values), open: Some(why) };
                    return Value::Array(Rc::new(array));
                }
            }
        }
        Value::array(values)
    }

    fn object(&mut self, frame: &Frame, members: &[Member], location: Location) -> Value {
        let object = Object::literal(location);
        for member in members {
            let place = frame.location(&member.bytes);
            let before = self.lookups.len();
            match &member.kind {
                MemberKind::Value(key, value) => {
                    let value_location = frame.location(&frame.island.expression(*value).bytes);
                    let key = self.key(frame, *key, place);
                    let value = self.evaluate(frame, *value);
                    let variables = self.lookups[before..].into();
                    let property = Property { value, getter: false, location: place, value_location, variables };
                    match key {
                        Ok(key) => object.set(key, property),
                        Err(why) => object.set_open(why),
                    }
                }
                MemberKind::Getter(key, function) => {
                    let value = self.closure(frame, *function);
                    let property =
                        Property { value, getter: true, location: place, value_location: place, variables: [].into() };
                    match self.key(frame, *key, place) {
                        Ok(key) => object.set(key, property),
                        Err(why) => object.set_open(why),
                    }
                }
                MemberKind::Spread(value) => {
                    let value = self.evaluate(frame, *value);
                    self.spread_into(&object, &value, place);
                }
            }
        }
        Value::Object(Rc::new(object))
    }

    pub(super) fn key(
        &mut self,
        frame: &Frame,
        key: Key,
        location: Location,
    ) -> Result<Name, Rc<crate::declared::value::Unknown>> {
        match key {
            Key::Name(name) => Ok(name),
            Key::Computed(expression) => {
                let value = self.evaluate(frame, expression);
                match (value.to_text(), value) {
                    (Some(text), _) => Ok(self.name(&text)),
                    (None, Value::Unknown(unknown)) => Err(unknown),
                    (None, _) => match Self::unknown(location, "its key is no text") {
                        Value::Unknown(unknown) => Err(unknown),
                        _ => unreachable!("unknown() makes an unknown value"),
                    },
                }
            }
        }
    }

    pub fn closure(&mut self, frame: &Frame, function: u32) -> Value {
        let arrow = frame.island.functions[function as usize].arrow;
        Value::Function(Rc::new(Closure {
            island: frame.island.clone(),
            function,
            offset: frame.offset,
            scope: frame.scope.clone(),
            this: if arrow { frame.this.clone() } else { None },
        }))
    }

    pub fn class(&mut self, frame: &Frame, class: u32, location: Location) -> Value {
        let island = frame.island.clone();
        let definition = &island.classes[class as usize];
        let parent = definition.extends.map(|parent| self.evaluate(frame, parent));
        let value = Rc::new(ClassValue {
            island: frame.island.clone(),
            class,
            offset: frame.offset,
            scope: frame.scope.clone(),
            parent,
            statics: Rc::new(Object::default()),
            location,
        });
        let this = Value::Class(value.clone());
        let inner = Frame { this: Some(this.clone()), ..frame.clone() };
        for member in definition.members.iter().filter(|member| member.is_static) {
            let place = frame.location(&member.bytes);
            let Ok(key) = self.key(&inner, member.key, place) else { continue };
            let (member_value, getter) = match member.kind {
                ClassMemberKind::Field(None) => (Value::Undefined, false),
                ClassMemberKind::Field(Some(value)) => (self.evaluate(&inner, value), false),
                ClassMemberKind::Method(function) => (self.closure(&inner, function), false),
                ClassMemberKind::Getter(function) => (self.closure(&inner, function), true),
            };
            value.statics.set(
                key,
                Property { value: member_value, getter, location: place, value_location: place, variables: [].into() },
            );
        }
        this
    }

    fn unary(&mut self, frame: &Frame, operator: Unary, operand: ExpressionId, location: Location) -> Value {
        let value = self.evaluate(frame, operand);
        match (operator, &value) {
            (Unary::Void, _) => Value::Undefined,
            (Unary::Not, _) => match value.truthy() {
                Some(truth) => Value::Boolean(!truth),
                None => value,
            },
            (Unary::TypeOf, Value::Unknown(_)) => value,
            (Unary::TypeOf, _) => Value::string(match value {
                Value::Undefined => "undefined",
                Value::Boolean(_) => "boolean",
                Value::Number(_) => "number",
                Value::BigInt(_) => "bigint",
                Value::String(_) => "string",
                Value::Function(_) | Value::Class(_) | Value::Method(_) => "function",
                _ => "object",
            }),
            (Unary::Minus, Value::Number(number)) => Value::Number(-number),
            (Unary::Minus, Value::BigInt(digits)) => Value::BigInt(match digits.strip_prefix('-') {
                Some(positive) => positive.into(),
                None => format!("-{digits}").into(),
            }),
            (Unary::Minus | Unary::Plus, _) => match super::builtins::to_number(&value) {
                Some(number) => Value::Number(if operator == Unary::Minus { -number } else { number }),
                None => match value {
                    Value::Unknown(_) => value,
                    _ => Self::unknown(location, "it is no number"),
                },
            },
        }
    }

    fn binary(
        &mut self,
        frame: &Frame,
        operator: Binary,
        left: ExpressionId,
        right: ExpressionId,
        location: Location,
    ) -> Value {
        let left = self.evaluate(frame, left);
        let right = self.evaluate(frame, right);
        if let Some(unknown) = left.unknown().or(right.unknown()) {
            return Value::Unknown(unknown.clone());
        }
        let not_read = || Self::unknown(location, "this calculation is not read");
        match operator {
            Binary::Equal => left.same(&right).map_or_else(not_read, Value::Boolean),
            Binary::NotEqual => left.same(&right).map_or_else(not_read, |same| Value::Boolean(!same)),
            Binary::Add if !matches!((&left, &right), (Value::Number(_), Value::Number(_))) => {
                match (left.to_text(), right.to_text()) {
                    (Some(left_text), Some(right_text))
                        if matches!(left, Value::String(_)) || matches!(right, Value::String(_)) =>
                    {
                        Value::string(format!("{left_text}{right_text}"))
                    }
                    _ => not_read(),
                }
            }
            Binary::In => match (left.as_text(), &right) {
                (Some(key), Value::Object(object)) => {
                    let key = self.name(key);
                    let known = object.properties.borrow().contains_key(&key);
                    if known || object.open.borrow().is_none() { Value::Boolean(known) } else { not_read() }
                }
                _ => not_read(),
            },
            Binary::InstanceOf => not_read(),
            Binary::Less | Binary::LessOrEqual | Binary::Greater | Binary::GreaterOrEqual => {
                let order = match (&left, &right) {
                    (Value::String(a), Value::String(b)) => Some(a.cmp(b)),
                    _ => match (super::builtins::to_number(&left), super::builtins::to_number(&right)) {
                        (Some(a), Some(b)) => a.partial_cmp(&b),
                        _ => return not_read(),
                    },
                };
                Value::Boolean(order.is_some_and(|order| match operator {
                    Binary::Less => order.is_lt(),
                    Binary::LessOrEqual => order.is_le(),
                    Binary::Greater => order.is_gt(),
                    _ => order.is_ge(),
                }))
            }
            _ => match (super::builtins::to_number(&left), super::builtins::to_number(&right)) {
                (Some(a), Some(b)) => Value::Number(match operator {
                    Binary::Add => a + b,
                    Binary::Subtract => a - b,
                    Binary::Multiply => a * b,
                    Binary::Divide => a / b,
                    Binary::Remainder => a % b,
                    _ => a.powf(b),
                }),
                _ => not_read(),
            },
        }
    }

    fn logical(
        &mut self,
        frame: &Frame,
        operator: Logical,
        left: ExpressionId,
        right: ExpressionId,
        location: Location,
    ) -> Value {
        let value = self.evaluate(frame, left);
        let takes_right = match operator {
            Logical::Coalesce if matches!(value, Value::Unknown(_)) => None,
            Logical::Coalesce => Some(value.is_nullish()),
            Logical::Or => value.truthy().map(|truth| !truth),
            Logical::And => value.truthy(),
        };
        match takes_right {
            Some(true) => self.evaluate(frame, right),
            Some(false) => value,
            None => self.undecided(&value, location),
        }
    }
}
