//! Calls: functions of the code itself, and the ones we know.

use std::rc::Rc;

use super::statements::Completion;
use super::{Evaluator, Frame};
use crate::declared::value::{ClassValue, Closure, Location, Object, Placed, Scope, Unknown, Value};
use crate::syntax::tree::{Body, ClassMemberKind, Element, ExpressionId, Key, Kind, Pattern, Template};

/// The arguments of a call.
#[derive(Default, Clone)]
pub(in crate::declared) struct Arguments {
    pub values: Vec<Placed>,
    /// Set where there may be further arguments.
    pub open: Option<Rc<Unknown>>,
}

impl Arguments {
    pub fn of(values: Vec<Placed>) -> Self {
        Self { values, open: None }
    }

    /// Argument `index`, `undefined` where it is not given.
    pub fn get(&self, index: usize) -> Value {
        match (self.values.get(index), &self.open) {
            (Some(placed), _) => placed.value.clone(),
            (None, Some(unknown)) => Value::Unknown(unknown.clone()),
            (None, None) => Value::Undefined,
        }
    }

    /// Where argument `index` stands.
    pub fn location(&self, index: usize) -> Option<Location> {
        self.values.get(index).map(|placed| placed.location)
    }
}

/// Methods whose arguments have no effect on what we read, so that they need not be evaluated.
const INERT_METHODS: &[&str] = &["$type", "$default", "$defaultFn", "$onUpdate", "$onUpdateFn"];

impl Evaluator<'_> {
    pub(super) fn call_expression(
        &mut self,
        frame: &Frame,
        callee: ExpressionId,
        arguments: &[Element],
        location: Location,
    ) -> Value {
        match &frame.island.expression(callee).kind {
            Kind::Property(object, name) => {
                let receiver = self.evaluate(frame, *object);
                if matches!(receiver, Value::Unknown(_) | Value::Opaque) {
                    return receiver;
                }
                if matches!(receiver, Value::Builder(_)) && INERT_METHODS.contains(&&*self.text(*name)) {
                    return receiver;
                }
                let arguments = self.arguments(frame, arguments);
                self.call_method(&receiver, *name, arguments, location)
            }
            // `super(...)`: the parent's fields were made with the instance.
            _ => {
                let function = self.evaluate(frame, callee);
                if matches!(function, Value::Unknown(_) | Value::Opaque) {
                    return function;
                }
                let arguments = self.arguments(frame, arguments);
                self.call(&function, arguments, location)
            }
        }
    }

    fn arguments(&mut self, frame: &Frame, elements: &[Element]) -> Arguments {
        let mut arguments = Arguments { values: Vec::with_capacity(elements.len()), open: None };
        for element in elements {
            let location = frame.location(&frame.island.expression(element.value).bytes);
            let value = self.evaluate(frame, element.value);
            if !element.spread {
                arguments.values.push(Placed { value, location });
                continue;
            }
            match self.iterate(&value, location) {
                Ok(inner) => arguments.values.extend(inner),
                Err(unknown) => {
                    arguments.open = Some(unknown);
                    break;
                }
            }
        }
        arguments
    }

    /// `function(...arguments)`.
    pub fn call(&mut self, function: &Value, arguments: Arguments, location: Location) -> Value {
        match function {
            Value::Unknown(_) | Value::Opaque => function.clone(),
            Value::Function(closure) => self.call_closure(closure, arguments, None, location),
            Value::Method(method) => self.call_method(&method.0, method.1, arguments, location),
            Value::Global(global) => self.call_global(global, &arguments, location),
            Value::LibraryFunction(library, name) => self.call_library(*library, *name, &arguments, location),
            Value::Drizzle(drizzle) => self.call_drizzle(*drizzle, &arguments, location),
            Value::TableFunction(table) => self.build_table(table, &arguments, location),
            Value::CustomType(custom) => self.custom_column(custom, &arguments, location),
            Value::Enum(enumeration) => self.enum_column(enumeration, &arguments, location),
            _ => Self::unknown(location, format!("{} is no function that is read", self.callee(location))),
        }
    }

    /// `receiver.name(...arguments)`.
    pub fn call_method(
        &mut self,
        receiver: &Value,
        name: crate::syntax::Name,
        arguments: Arguments,
        location: Location,
    ) -> Value {
        let text = self.text(name);
        match receiver {
            Value::Unknown(_) | Value::Opaque => receiver.clone(),
            Value::Builder(builder) => self.modify_column(builder, &text, &arguments, location),
            Value::Extra(extra) => self.modify_extra(extra, &text, &arguments, location),
            Value::Table(id) if matches!(&*text, "enableRLS") => {
                if self.tables[*id].made_in != self.evaluation {
                    self.note_effect();
                }
                self.tables[*id].row_level_security.set(true);
                receiver.clone()
            }
            Value::Column(..) | Value::IndexKey(_) if let Some(key) = self.index_key(receiver, &text, &arguments) => {
                key
            }
            Value::Column(table, index) if &*text == "getSQLType" => {
                match self.table(*table).columns[*index].state.sql_type.clone() {
                    Ok(sql_type) => Value::string(sql_type),
                    Err(unknown) => Value::Unknown(unknown),
                }
            }
            // A method taken from its object and called on another: `getSQLType.call(this)`.
            Value::Method(method) if &*text == "call" => {
                let mut values = arguments.values;
                let this = if values.is_empty() { Value::Undefined } else { values.remove(0).value };
                self.call_method(&this, method.1, Arguments::of(values), location)
            }
            Value::ViewBuilder(builder) => self.finish_view(builder, &text, &arguments, location),
            Value::Query(query) => self.query_method(query, &text, &arguments, location),
            Value::View(_) | Value::Sequence(_) => receiver.clone(),
            Value::Role(_) if &*text == "existing" => receiver.clone(),
            Value::Policy(policy) if &*text == "link" => {
                policy.borrow_mut().table = Some(arguments.get(0));
                receiver.clone()
            }
            Value::Sql(sql) => self.sql_method(sql, &text, &arguments, location),
            Value::Schema(schema) if &*text == "existing" => {
                let schema = super::super::drizzle::Schema {
                    family: schema.family,
                    name: schema.name.clone(),
                    casing: schema.casing,
                    existing: true,
                    location: schema.location,
                };
                Value::Schema(Rc::new(schema))
            }
            Value::Cased(family, casing) => self.cased_method(*family, *casing, &text, &arguments, location),
            Value::Schema(schema) => self.schema_method(schema, &text, &arguments, location),
            Value::Drizzle(function) => self.drizzle_method(*function, &text, &arguments, location),
            Value::Parser(parser) => self.parser_method(parser, &text, &arguments, location),
            Value::Array(array) => self.array_method(array, &text, &arguments, location),
            Value::String(string) => self.string_method(string, &text, &arguments, location),
            Value::Number(number) => match &*text {
                "toString" if arguments.values.is_empty() => Value::string(crate::syntax::number_text(*number)),
                _ => Self::unknown(location, format!(".{text}() is not read")),
            },
            Value::Regex(_) if &*text == "test" => {
                match (super::strings::regex(receiver), arguments.get(0).to_text()) {
                    (Some((regex, _)), Some(text)) => Value::Boolean(regex.is_match(&text)),
                    _ => Self::unknown(location, "this regular expression is not read"),
                }
            }
            Value::Date(_) => self.date_method(receiver, &text, location),
            Value::Global(global) => self.global_method(global, &text, &arguments, location),
            Value::Function(closure) if matches!(&*text, "call" | "bind" | "apply") => {
                if &*text == "bind" && arguments.values.len() <= 1 {
                    return receiver.clone();
                }
                let mut values = arguments.values;
                let this = if values.is_empty() { None } else { Some(values.remove(0).value) };
                let values = match (&*text, values.first()) {
                    ("apply", Some(list)) => match self.iterate(&list.value.clone(), location) {
                        Ok(values) => values,
                        Err(unknown) => return Value::Unknown(unknown),
                    },
                    _ => values,
                };
                self.call_closure(closure, Arguments::of(values), this, location)
            }
            Value::Object(_) if &*text == "hasOwnProperty" => match arguments.get(0).to_text() {
                Some(key) => {
                    let key = self.name(&key);
                    let value = self.member(receiver, key, location);
                    match value {
                        Value::Unknown(_) => value,
                        value => Value::Boolean(!matches!(value, Value::Undefined)),
                    }
                }
                None => Self::unknown(location, "the key is not known"),
            },
            _ => match self.member(receiver, name, location) {
                Value::Function(closure) => self.call_closure(&closure, arguments, Some(receiver.clone()), location),
                Value::Method(_) | Value::Undefined => Self::unknown(location, format!(".{text}() is not read")),
                function => self.call(&function, arguments, location),
            },
        }
    }

    /// The callee of the call at `location`, as written.
    pub fn callee(&self, location: Location) -> String {
        let source = self.source(location);
        let callee = source.split('(').next().unwrap_or_default().trim();
        let callee: String = callee.chars().take(60).collect();
        if callee.is_empty() { "this".into() } else { callee }
    }

    /// Calls a function of the code.
    pub fn call_closure(
        &mut self,
        closure: &Rc<Closure>,
        arguments: Arguments,
        this: Option<Value>,
        location: Location,
    ) -> Value {
        if self.depth >= super::MAX_DEPTH || !self.step() {
            return Self::unknown(location, "reading it takes too long");
        }
        let function = closure.function();
        if !function.plain {
            return Self::unknown(location, "generators are not read");
        }
        let scope = Scope::inner(&closure.scope);
        let frame = Frame {
            island: closure.island.clone(),
            offset: closure.offset,
            scope: scope.clone(),
            this: if function.arrow { closure.this.clone() } else { this.or_else(|| closure.this.clone()) },
        };
        if let Some(name) = function.name {
            scope.declare(name, Value::Function(closure.clone()));
        }
        self.depth += 1;
        self.bind_parameters(&frame, closure, &arguments, location);
        let value = match &function.body {
            Body::Expression(expression) => self.evaluate(&frame, *expression),
            Body::Block(statements) => match self.run(&frame, statements) {
                Completion::Return(value) => value,
                Completion::Unknown(unknown) => Value::Unknown(unknown),
                Completion::Normal | Completion::Break => Value::Undefined,
                Completion::Throw => Self::unknown(location, "it throws an error"),
            },
        };
        self.depth -= 1;
        value
    }

    fn bind_parameters(&mut self, frame: &Frame, closure: &Rc<Closure>, arguments: &Arguments, location: Location) {
        for (index, parameter) in closure.function().parameters.iter().enumerate() {
            if parameter.rest {
                let rest = arguments.values.get(index..).unwrap_or_default().to_vec();
                let array = crate::declared::value::Array {
                    elements: std::cell::RefCell::new(rest),
                    open: arguments.open.clone(),
                };
                self.bind(frame, &parameter.pattern, &Value::Array(Rc::new(array)), location);
                continue;
            }
            let mut value = arguments.get(index);
            if let (Value::Undefined, Some(default)) = (&value, parameter.default) {
                value = self.evaluate(frame, default);
            }
            if let (true, Pattern::Name(name), Some(Value::Object(this))) =
                (parameter.field, &parameter.pattern, &frame.this)
            {
                this.set(*name, super::objects::plain(value.clone(), location));
            }
            self.bind(frame, &parameter.pattern, &value, location);
        }
    }

    pub(super) fn new_expression(
        &mut self,
        frame: &Frame,
        callee: ExpressionId,
        arguments: &[Element],
        location: Location,
    ) -> Value {
        let constructor = self.evaluate(frame, callee);
        match &constructor {
            Value::Unknown(_) | Value::Opaque => constructor,
            Value::Class(class) => {
                let arguments = self.arguments(frame, arguments);
                self.instance(class, arguments, location)
            }
            Value::Global(global) => {
                let arguments = self.arguments(frame, arguments);
                self.new_global(global, &arguments, location)
            }
            _ => Self::unknown(location, "what it makes is not read"),
        }
    }

    fn instance(&mut self, class: &Rc<ClassValue>, arguments: Arguments, location: Location) -> Value {
        let object = Rc::new(Object { class: Some(class.clone()), ..Object::literal(class.location) });
        let this = Value::Object(object.clone());
        self.construct(class, &object, &this, arguments, location);
        this
    }

    fn construct(
        &mut self,
        class: &Rc<ClassValue>,
        object: &Rc<Object>,
        this: &Value,
        arguments: Arguments,
        location: Location,
    ) {
        if self.depth >= super::MAX_DEPTH {
            return;
        }
        self.depth += 1;
        match &class.parent {
            Some(Value::Class(parent)) => self.construct(&parent.clone(), object, this, arguments.clone(), location),
            Some(Value::Unknown(unknown)) => object.set_open(unknown.clone()),
            _ => {}
        }
        let frame = Frame {
            island: class.island.clone(),
            offset: class.offset,
            scope: class.scope.clone(),
            this: Some(this.clone()),
        };
        let constructor_name = self.name("constructor");
        let mut constructor = None;
        for member in class.class().members.iter().filter(|member| !member.is_static) {
            let place = frame.location(&member.bytes);
            match member.kind {
                ClassMemberKind::Field(value) => {
                    let Ok(key) = self.key(&frame, member.key, place) else { continue };
                    let value = value.map_or(Value::Undefined, |value| self.evaluate(&frame, value));
                    object.set(key, super::objects::plain(value, place));
                }
                ClassMemberKind::Method(function) if matches!(member.key, Key::Name(name) if name == constructor_name) =>
                {
                    constructor = Some(function);
                }
                _ => {}
            }
        }
        if let Some(function) = constructor
            && let Value::Function(closure) = self.closure(&frame, function)
        {
            self.call_closure(&closure, arguments, Some(this.clone()), location);
        }
        self.depth -= 1;
    }

    pub(super) fn tagged(
        &mut self,
        frame: &Frame,
        tag: ExpressionId,
        template: &Template,
        location: Location,
    ) -> Value {
        let function = self.evaluate(frame, tag);
        match &function {
            Value::Unknown(_) | Value::Opaque => function,
            Value::Drizzle(drizzle) if drizzle.is_sql() => {
                let values = template.values.iter().map(|value| self.evaluate(frame, *value)).collect();
                let texts = template.texts.iter().map(|text| (**text).into()).collect();
                Self::sql_template(texts, values)
            }
            _ => Self::unknown(location, "this tagged template is not read"),
        }
    }
}
