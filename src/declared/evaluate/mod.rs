//! The partial evaluator: runs as much of a program as can be run without side effects, within bounds.

mod arrays;
mod builtins;
mod calls;
mod expressions;
mod objects;
mod statements;
mod strings;

use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

pub(super) use calls::Arguments;
pub(super) use objects::plain;
pub(super) use statements::Completion;

use super::Environment;
use super::data::EnvironmentLoad;
use super::drizzle::{Table, TableId};
use super::memory::{FileNumber, Memory};
use super::modules::{Module, ModuleId};
use super::resolve::Resolver;
use super::value::{Location, Scope, Unknown, Value};
use crate::declared::Generation;
use crate::syntax::tree::{Bytes, Island};
use crate::syntax::{Name, Syntax};
use crate::text::{FilePath, Files, Place, Span};

/// How many steps one reading may take. A thousand tables take about a hundred thousand.
const MAX_STEPS: u64 = 20_000_000;

/// How deep expressions and calls may nest, which bounds the stack.
const MAX_DEPTH: u32 = 140;

/// One reading.
pub(super) struct Evaluator<'a> {
    pub syntax: &'a mut Syntax,
    pub files: &'a dyn Files,
    pub environment: Option<&'a mut dyn Environment>,
    pub generation: Generation,
    pub resolver: Resolver,
    pub modules: Vec<Module>,
    pub module_of: HashMap<FilePath, ModuleId>,
    /// The module of each file number.
    pub numbered: HashMap<FileNumber, ModuleId>,
    pub tables: Vec<Table>,
    /// The top-level statement that is being evaluated.
    pub statement: Option<Location>,
    /// Whether that statement does not parse at the moment.
    pub broken: bool,
    /// The environment variables that were looked up so far.
    pub lookups: Vec<Name>,
    /// What earlier readings found out.
    pub memory: Memory,
    /// Which evaluation of a top-level statement this is.
    pub evaluation: u64,
    pub evaluations: u64,
    steps: u64,
    depth: u32,
}

/// Where an expression is evaluated: its island, and the variables it sees.
#[derive(Clone)]
pub(super) struct Frame {
    pub island: Arc<Island>,
    pub offset: u32,
    pub scope: Rc<Scope>,
    pub this: Option<Value>,
}

impl Frame {
    pub fn location(&self, bytes: &Bytes) -> Location {
        Location { module: self.scope.module, start: self.offset + bytes.start, end: self.offset + bytes.end }
    }
}

impl<'a> Evaluator<'a> {
    pub fn new(
        syntax: &'a mut Syntax,
        files: &'a dyn Files,
        environment: Option<&'a mut dyn Environment>,
        generation: Generation,
    ) -> Self {
        Self {
            syntax,
            files,
            environment,
            generation,
            resolver: Resolver::default(),
            modules: Vec::new(),
            module_of: HashMap::new(),
            numbered: HashMap::new(),
            tables: Vec::new(),
            statement: None,
            broken: false,
            lookups: Vec::new(),
            memory: Memory::default(),
            evaluation: 0,
            evaluations: 0,
            steps: 0,
            depth: 0,
        }
    }

    pub fn name(&mut self, text: &str) -> Name {
        self.syntax.names.intern(text)
    }

    pub fn text(&self, name: Name) -> Arc<str> {
        self.syntax.names.text(name).clone()
    }

    /// The place of `location`, kept inside its file.
    pub fn place(&self, location: Location) -> Place {
        let module = &self.modules[location.module];
        let length = module.parsed.text.len();
        let start = (location.start as usize).min(length);
        let end = (location.end as usize).clamp(start, length);
        Place::new(module.file.clone(), Span::new(start, end))
    }

    /// The text at `location`.
    pub fn source(&self, location: Location) -> &str {
        let module = &self.modules[location.module];
        module.parsed.text.get(location.start as usize..location.end as usize).unwrap_or_default()
    }

    pub fn unknown(location: Location, why: impl Into<String>) -> Value {
        Value::Unknown(Rc::new(Unknown { location, why: why.into() }))
    }

    /// Counts a step; whether there are steps left.
    fn step(&mut self) -> bool {
        self.steps += 1;
        self.steps <= MAX_STEPS
    }

    /// Whether the reading took more steps than it may, so that some of it is missing.
    pub fn out_of_steps(&self) -> bool {
        self.steps > MAX_STEPS
    }

    pub fn table(&self, id: TableId) -> &Table {
        &self.tables[id]
    }

    /// The environment variable `name`.
    pub fn variable(&mut self, name: Name, location: Location) -> Value {
        self.lookups.push(name);
        let text = self.text(name);
        match &mut self.environment {
            Some(environment) => match environment.variable(&text) {
                Some(value) => Value::string(value),
                None => Value::Undefined,
            },
            None => Self::unknown(location, format!("it depends on the environment variable {text}")),
        }
    }

    pub fn load_environment(&mut self, load: EnvironmentLoad) {
        if let Some(environment) = &mut self.environment {
            environment.load(load);
        }
    }
}
