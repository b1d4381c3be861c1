//! Runs the statements of functions and modules.

use std::rc::Rc;

use super::{Evaluator, Frame};
use crate::declared::value::{Array, Location, Object, Placed, Property, Scope, Unknown, Value};
use crate::syntax::Name;
use crate::syntax::tree::{Case, ExpressionId, If, Kind, Pattern, Statement, StatementKind};

/// How a list of statements ends.
pub(in crate::declared) enum Completion {
    Normal,
    Return(Value),
    Break,
    Throw,
    /// It cannot be told how.
    Unknown(Rc<Unknown>),
}

impl Evaluator<'_> {
    pub fn run(&mut self, frame: &Frame, statements: &[Statement]) -> Completion {
        // Functions are there before the statements that call them.
        for statement in statements {
            if let StatementKind::Function(name, function) = &statement.kind {
                let closure = self.closure(frame, *function);
                frame.scope.declare(*name, closure);
            }
        }
        for statement in statements {
            match self.statement(frame, statement) {
                Completion::Normal => {}
                end => return end,
            }
        }
        Completion::Normal
    }

    fn statement(&mut self, frame: &Frame, statement: &Statement) -> Completion {
        let location = frame.location(&statement.bytes);
        if !self.step() {
            return unknown(location, "reading it takes too long");
        }
        match &statement.kind {
            StatementKind::Variables(declarators) => {
                for declarator in declarators {
                    let value = declarator.value.map_or(Value::Undefined, |value| self.evaluate(frame, value));
                    self.bind(frame, &declarator.pattern, &value, location);
                }
            }
            StatementKind::Class(name, class) => {
                let class = self.class(frame, *class, location);
                frame.scope.declare(*name, class);
            }
            StatementKind::Enum(name, members) => {
                let value = self.enumeration(frame, members, location);
                frame.scope.declare(*name, value);
            }
            StatementKind::Expression(expression) => {
                if self.is_exit(frame, *expression) {
                    return Completion::Throw;
                }
                self.evaluate(frame, *expression);
            }
            StatementKind::Return(value) => {
                return Completion::Return(value.map_or(Value::Undefined, |value| self.evaluate(frame, value)));
            }
            StatementKind::If(inner) => return self.branch(frame, inner, location),
            StatementKind::Block(statements) => {
                let inner = Frame { scope: Scope::inner(&frame.scope), ..frame.clone() };
                return self.run(&inner, statements);
            }
            StatementKind::ForEach { pattern, values, keys, body } => {
                let values = self.evaluate(frame, *values);
                return self.for_each(frame, pattern, &values, *keys, body, location);
            }
            StatementKind::Throw => return Completion::Throw,
            StatementKind::Try(body, last) => {
                let end = self.run(frame, body);
                let last = self.run(frame, last);
                return match (end, last) {
                    (_, Completion::Return(value)) => Completion::Return(value),
                    // Its handler decides, which depends on what is thrown.
                    (Completion::Throw, _) => unknown(location, "it catches an error"),
                    (end, _) => end,
                };
            }
            StatementKind::Switch(value, cases) => return self.switch(frame, *value, cases, location),
            StatementKind::Break => return Completion::Break,
            StatementKind::Unsupported(why) => return unknown(location, why),
            StatementKind::Empty
            | StatementKind::Function(..)
            | StatementKind::Import(_)
            | StatementKind::ExportNames(..)
            | StatementKind::ExportAll(..)
            | StatementKind::ExportDefault(_) => {}
        }
        Completion::Normal
    }

    /// Whether `expression` is `process.exit(...)`.
    fn is_exit(&self, frame: &Frame, expression: ExpressionId) -> bool {
        let Kind::Call(callee, _) = &frame.island.expression(expression).kind else { return false };
        let Kind::Property(object, name) = &frame.island.expression(*callee).kind else { return false };
        let Kind::Identifier(object) = &frame.island.expression(*object).kind else { return false };
        &*self.text(*object) == "process" && &*self.text(*name) == "exit"
    }

    fn branch(&mut self, frame: &Frame, inner: &If, location: Location) -> Completion {
        let condition = self.evaluate(frame, inner.condition);
        let scope = Frame { scope: Scope::inner(&frame.scope), ..frame.clone() };
        match condition.truthy() {
            Some(true) => self.run(&scope, &inner.then),
            Some(false) => self.run(&scope, &inner.otherwise),
            // A branch that only refuses to go on tells which one is taken.
            None if refuses(self, frame, &inner.then) => self.run(&scope, &inner.otherwise),
            None if inner.then.is_empty() && inner.otherwise.is_empty() => Completion::Normal,
            None => match condition {
                Value::Unknown(unknown) => Completion::Unknown(unknown),
                _ => unknown(location, "its condition is not known"),
            },
        }
    }

    fn for_each(
        &mut self,
        frame: &Frame,
        pattern: &Pattern,
        values: &Value,
        keys: bool,
        body: &[Statement],
        location: Location,
    ) -> Completion {
        let values = if keys { self.keys(values, location) } else { self.iterate(values, location) };
        let values = match values {
            Ok(values) => values,
            Err(unknown) => return Completion::Unknown(unknown),
        };
        for placed in values {
            let inner = Frame { scope: Scope::inner(&frame.scope), ..frame.clone() };
            self.bind(&inner, pattern, &placed.value, location);
            match self.run(&inner, body) {
                Completion::Normal => {}
                Completion::Break => break,
                end => return end,
            }
        }
        Completion::Normal
    }

    fn switch(&mut self, frame: &Frame, value: ExpressionId, cases: &[Case], location: Location) -> Completion {
        let value = self.evaluate(frame, value);
        let mut taken = None;
        for (index, (test, _)) in cases.iter().enumerate() {
            let Some(test) = test else { continue };
            let test = self.evaluate(frame, *test);
            match value.same(&test) {
                Some(true) => {
                    taken = Some(index);
                    break;
                }
                Some(false) => {}
                None => {
                    return match value {
                        Value::Unknown(unknown) => Completion::Unknown(unknown),
                        _ => unknown(location, "its value is not known"),
                    };
                }
            }
        }
        let Some(from) = taken.or_else(|| cases.iter().position(|(test, _)| test.is_none())) else {
            return Completion::Normal;
        };
        let inner = Frame { scope: Scope::inner(&frame.scope), ..frame.clone() };
        for (_, body) in &cases[from..] {
            match self.run(&inner, body) {
                Completion::Normal => {}
                Completion::Break => break,
                end => return end,
            }
        }
        Completion::Normal
    }

    /// Binds the names of `pattern` in the frame's scope.
    pub(super) fn bind(&mut self, frame: &Frame, pattern: &Pattern, value: &Value, location: Location) {
        for (name, value) in self.bindings(frame, pattern, value, location) {
            frame.scope.declare(name, value);
        }
    }

    /// What `pattern` binds to where it is matched with `value`.
    pub fn bindings(
        &mut self,
        frame: &Frame,
        pattern: &Pattern,
        value: &Value,
        location: Location,
    ) -> Vec<(Name, Value)> {
        let mut bound = Vec::new();
        self.collect_bindings(frame, pattern, value, location, &mut bound);
        bound
    }

    fn collect_bindings(
        &mut self,
        frame: &Frame,
        pattern: &Pattern,
        value: &Value,
        location: Location,
        bound: &mut Vec<(Name, Value)>,
    ) {
        match pattern {
            Pattern::Name(name) => bound.push((*name, value.clone())),
            Pattern::Unsupported => {}
            Pattern::Object(bindings, rest) => {
                let mut taken = Vec::new();
                for binding in bindings {
                    let part = match self.key(frame, binding.key, location) {
                        Ok(key) => {
                            taken.push(key);
                            self.member(value, key, location)
                        }
                        Err(unknown) => Value::Unknown(unknown),
                    };
                    let part = self.or_default(frame, part, binding.default);
                    self.collect_bindings(frame, &binding.pattern, &part, location, bound);
                }
                if let Some(rest) = rest {
                    let object = Object::literal(location);
                    self.spread_into(&object, value, location);
                    object.properties.borrow_mut().retain(|name, _| !taken.contains(name));
                    bound.push((*rest, Value::Object(Rc::new(object))));
                }
            }
            Pattern::Array(parts, rest) => {
                let elements = self.iterate(value, location);
                for (index, part) in parts.iter().enumerate() {
                    let Some((pattern, default)) = part else { continue };
                    let value = match &elements {
                        Ok(elements) => elements.get(index).map_or(Value::Undefined, |placed| placed.value.clone()),
                        Err(unknown) => Value::Unknown(unknown.clone()),
                    };
                    let value = self.or_default(frame, value, *default);
                    self.collect_bindings(frame, pattern, &value, location, bound);
                }
                if let Some(rest) = rest {
                    let (elements, open) = match elements {
                        Ok(elements) => (elements.get(parts.len()..).unwrap_or_default().to_vec(), None),
                        Err(unknown) => (Vec::new(), Some(unknown)),
                    };
                    let array = Array { elements: std::cell::RefCell::new(elements), open };
                    bound.push((*rest, Value::Array(Rc::new(array))));
                }
            }
        }
    }

    fn or_default(&mut self, frame: &Frame, value: Value, default: Option<ExpressionId>) -> Value {
        match (value, default) {
            (Value::Undefined, Some(default)) => self.evaluate(frame, default),
            (value, _) => value,
        }
    }

    /// The value of a TypeScript `enum`.
    pub fn enumeration(
        &mut self,
        frame: &Frame,
        members: &[(Name, Option<ExpressionId>)],
        location: Location,
    ) -> Value {
        let object = Rc::new(Object::literal(location));
        // Members may refer to earlier ones by their bare names.
        let inner = Frame { scope: Scope::inner(&frame.scope), ..frame.clone() };
        let mut reverse: Vec<(Name, Value)> = Vec::new();
        let mut next = Some(0.0);
        for (name, value) in members {
            let value = match (value, next) {
                (Some(value), _) => self.evaluate(&inner, *value),
                (None, Some(number)) => Value::Number(number),
                (None, None) => Self::unknown(location, "its number is not known"),
            };
            next = match value {
                Value::Number(number) => {
                    let text = self.text(*name);
                    let key = self.name(&crate::syntax::number_text(number));
                    reverse.push((key, Value::string(&*text)));
                    Some(number + 1.0)
                }
                _ => None,
            };
            inner.scope.declare(*name, value.clone());
            object.set(
                *name,
                Property { value, getter: false, location, value_location: location, variables: [].into() },
            );
        }
        // A number's reverse mapping stands in front, as JavaScript orders number-like keys.
        if !reverse.is_empty() {
            let own = std::mem::take(&mut *object.properties.borrow_mut());
            reverse.sort_by_key(|(name, _)| self.text(*name).parse::<u64>().unwrap_or(u64::MAX));
            for (name, value) in reverse {
                object.set(name, super::objects::plain(value, location));
            }
            object.properties.borrow_mut().extend(own);
        }
        Value::Object(object)
    }

    /// The keys of `value`, as `Object.keys` and `for in` list them.
    pub(super) fn keys(&mut self, value: &Value, location: Location) -> Result<Vec<Placed>, Rc<Unknown>> {
        Ok(self
            .entries(value, location)?
            .into_iter()
            .map(|(name, _)| Placed { value: Value::string(&*self.text(name)), location })
            .collect())
    }

    /// The properties of `value` in order.
    pub fn entries(&mut self, value: &Value, location: Location) -> Result<Vec<(Name, Value)>, Rc<Unknown>> {
        let object = Object::literal(location);
        self.spread_into(&object, value, location);
        if let Some(unknown) = &*object.open.borrow() {
            return Err(unknown.clone());
        }
        if object.environment.get() {
            return Err(Rc::new(Unknown { location, why: "it lists the environment".into() }));
        }
        let properties = object.properties.borrow();
        Ok(properties.iter().map(|(name, property)| (*name, property.value.clone())).collect())
    }
}

/// Whether `statements` can only end by throwing or leaving the process.
fn refuses(evaluator: &Evaluator<'_>, frame: &Frame, statements: &[Statement]) -> bool {
    match statements.last().map(|statement| &statement.kind) {
        Some(StatementKind::Throw) => true,
        Some(StatementKind::Expression(expression)) => evaluator.is_exit(frame, *expression),
        Some(StatementKind::Block(inner)) => refuses(evaluator, frame, inner),
        _ => false,
    }
}

fn unknown(location: Location, why: &str) -> Completion {
    Completion::Unknown(Rc::new(Unknown { location, why: why.into() }))
}
