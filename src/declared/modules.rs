//! The project's modules: their variables, evaluated in order or on demand, and their exports.

use std::cell::OnceCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;
use std::sync::Arc;

use super::evaluate::{Completion, Evaluator, Frame, plain};
use super::known::{library, reexported};
use super::memory::FileNumber;
use super::value::{Location, Object, Scope, Unknown, Value};
use crate::syntax::tree::{Island, Kind, Pattern, StatementKind};
use crate::syntax::{Name, ParsedFile};
use crate::text::FilePath;

/// A module's number in the evaluation.
pub(super) type ModuleId = usize;

/// A file as a module.
pub(super) struct Module {
    pub file: FilePath,
    pub parsed: Arc<ParsedFile>,
    pub variables: HashMap<Name, Variable>,
    pub exports: Vec<Export>,
    pub scope: Rc<Scope>,
    /// `module.exports`, where the file sets it.
    pub common: Option<Value>,
    /// Whether statements other than declarations may change its variables.
    pub has_effects: bool,
    /// The file's number, the same in every reading.
    pub number: FileNumber,
    /// Changes when the names that it exports do, or what they stand for.
    pub export_list: u64,
    /// Where each island starts, by its address.
    offsets: OnceCell<HashMap<usize, usize>>,
    progress: Progress,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    New,
    Running,
    Done,
}

/// A top-level variable.
pub(super) struct Variable {
    /// The island that declares it.
    pub island: usize,
    pub state: VariableState,
    /// The environment variables that went into it.
    pub environment: Rc<[Name]>,
}

#[derive(Clone)]
pub(super) enum VariableState {
    /// Declared by a statement: (island, statement, part).
    Pending(usize, usize, usize),
    Running,
    Done(Value),
    Imported(Box<str>, Imported, Location),
}

/// What an import names.
#[derive(Clone, Copy)]
pub(super) enum Imported {
    Default,
    Namespace,
    Name(Name),
}

/// An export of a module.
#[derive(Clone)]
pub(super) struct Export {
    pub name: Option<Name>,
    pub target: Target,
    pub location: Location,
}

#[derive(Clone, Hash)]
pub(super) enum Target {
    Variable(Name),
    /// `export default expression`: island and expression.
    Expression(usize, u32),
    From(Box<str>, Name),
    Namespace(Box<str>),
    All(Box<str>),
}

impl Evaluator<'_> {
    /// The module of `file`, loaded but not run; `None` where the file cannot be read.
    pub fn load(&mut self, file: &FilePath) -> Option<ModuleId> {
        if let Some(id) = self.module_of.get(file) {
            return Some(*id);
        }
        let text = self.files.read(file.as_path())?;
        let parsed = self.syntax.parse(file, &text);
        let id = self.modules.len();
        let number = self.file_number(file);
        let mut module = Module {
            file: file.clone(),
            parsed,
            variables: HashMap::new(),
            exports: Vec::new(),
            scope: Scope::root(id),
            common: None,
            has_effects: false,
            number,
            export_list: 0,
            offsets: OnceCell::new(),
            progress: Progress::New,
        };
        let default = self.name("default");
        scan(&mut module, id, default);
        module.export_list = module.hash_of_exports();
        self.modules.push(module);
        self.numbered.insert(number, id);
        self.module_of.insert(file.clone(), id);
        Some(id)
    }

    /// Runs a module: what it imports first, then its statements in order.
    pub fn run_module(&mut self, id: ModuleId) {
        if self.modules[id].progress != Progress::New {
            return;
        }
        self.modules[id].progress = Progress::Running;
        let parsed = self.modules[id].parsed.clone();
        for (_, island) in &parsed.islands {
            let island = island.last_good.as_ref().unwrap_or(island);
            for statement in &island.statements {
                let (specifier, effects) = match &statement.kind {
                    StatementKind::Import(import) if !import.type_only => (&import.module, true),
                    StatementKind::ExportNames(_, Some(module)) | StatementKind::ExportAll(module, _) => {
                        (module, false)
                    }
                    _ => continue,
                };
                self.import_for_effects(id, specifier, effects);
            }
        }
        for (index, (offset, island)) in parsed.islands.iter().enumerate() {
            self.run_island(id, index, *offset, island);
        }
        self.modules[id].progress = Progress::Done;
    }

    /// Runs the imported module where it matters that it runs before: it declares tables or loads the environment.
    fn import_for_effects(&mut self, id: ModuleId, specifier: &str, effects: bool) {
        const MATTER: &[&str] = &["drizzle-orm", "dotenv", "@next/env", "loadEnvFile"];
        if library(specifier).is_some() {
            if effects && specifier == "dotenv/config" {
                self.load_env_file(&Value::Undefined, false);
            }
            return;
        }
        let Some(target) = self.resolve_module(id, specifier) else { return };
        let text = self.modules[target].parsed.text.clone();
        let reexports = !effects
            || self.modules[target]
                .exports
                .iter()
                .any(|export| matches!(export.target, Target::All(_) | Target::From(..)));
        if reexports || MATTER.iter().any(|word| text.contains(word)) {
            self.run_module(target);
        }
    }

    fn run_island(&mut self, id: ModuleId, index: usize, offset: usize, island: &Arc<Island>) {
        let broken = island.broken;
        let island = island.last_good.as_ref().unwrap_or(island);
        for (number, statement) in island.statements.iter().enumerate() {
            match &statement.kind {
                StatementKind::Variables(declarators) => {
                    for (part, declarator) in declarators.iter().enumerate() {
                        let kept = matches!(&declarator.pattern, Pattern::Name(name) if self.holds(id, *name));
                        if !kept {
                            self.run_declaration(id, index, number, part);
                        }
                    }
                }
                StatementKind::Function(name, _) | StatementKind::Class(name, _) | StatementKind::Enum(name, _) => {
                    self.variable_value(id, *name);
                }
                StatementKind::Expression(_)
                | StatementKind::If(_)
                | StatementKind::Block(_)
                | StatementKind::ForEach { .. }
                | StatementKind::Try(..)
                | StatementKind::Switch(..) => {
                    let frame = self.frame(id, offset, island);
                    let statement = std::slice::from_ref(statement);
                    self.at_statement(frame.location(&statement[0].bytes), broken, |evaluator| {
                        evaluator.run_top_level(&frame, statement);
                    });
                }
                _ => {}
            }
        }
    }

    pub fn frame(&self, id: ModuleId, offset: usize, island: &Arc<Island>) -> Frame {
        Frame {
            island: island.clone(),
            offset: u32::try_from(offset).unwrap_or(u32::MAX),
            scope: self.modules[id].scope.clone(),
            this: None,
        }
    }

    pub fn at_statement<T>(&mut self, location: Location, broken: bool, run: impl FnOnce(&mut Self) -> T) -> T {
        self.evaluations += 1;
        let outer = (self.statement, self.broken, self.evaluation);
        (self.statement, self.broken, self.evaluation) = (Some(location), broken, self.evaluations);
        let result = run(self);
        (self.statement, self.broken, self.evaluation) = outer;
        result
    }

    /// Evaluates one part of a variable declaration, unless it has been.
    fn run_declaration(&mut self, id: ModuleId, index: usize, number: usize, part: usize) {
        let parsed = self.modules[id].parsed.clone();
        let (offset, island) = &parsed.islands[index];
        let broken = island.broken;
        let island = island.last_good.as_ref().unwrap_or(island);
        let statement = &island.statements[number];
        let StatementKind::Variables(declarators) = &statement.kind else { return };
        let declarator = &declarators[part];
        let mut names = Vec::new();
        crate::syntax::pattern_names(&declarator.pattern, &mut names);
        let pending = names.iter().any(|name| {
            matches!(self.modules[id].variables.get(name).map(|variable| &variable.state),
                Some(VariableState::Pending(a, b, c)) if (*a, *b, *c) == (index, number, part))
        });
        if !pending && !names.is_empty() {
            return;
        }
        for name in &names {
            self.set_state(id, *name, VariableState::Running);
        }
        let frame = self.frame(id, *offset, island);
        let location = frame.location(&statement.bytes);
        let before = self.lookups.len();
        let reads_before = self.memory.reads.len();
        let bound = self.at_statement(location, broken, |evaluator| {
            let value = declarator.value.map_or(Value::Undefined, |value| evaluator.evaluate(&frame, value));
            match &declarator.pattern {
                Pattern::Name(name) => {
                    if let Value::Table(table) = value
                        && evaluator.tables[table].made_in == evaluator.evaluation
                    {
                        evaluator.tables[table].variable = Some((id, *name));
                    }
                    vec![(*name, value)]
                }
                pattern => evaluator.bindings(&frame, pattern, &value, location),
            }
        });
        let environment: Rc<[Name]> = self.lookups[before..].into();
        for (name, value) in bound {
            if let Some(variable) = self.modules[id].variables.get_mut(&name) {
                variable.state = VariableState::Done(value);
                variable.environment = environment.clone();
            }
        }
        let reads = self.reads_since(reads_before);
        for name in names {
            self.record(id, name, None, &reads);
        }
    }

    fn set_state(&mut self, id: ModuleId, name: Name, state: VariableState) {
        if let Some(variable) = self.modules[id].variables.get_mut(&name) {
            variable.state = state;
        }
    }

    /// The top-level variable `name` as an expression at `location` sees it.
    pub fn module_variable(&mut self, id: ModuleId, name: Name) -> Option<Value> {
        self.variable_value(id, name)
    }

    /// Runs a statement of the module itself.
    fn run_top_level(&mut self, frame: &Frame, statements: &[crate::syntax::tree::Statement]) {
        let Completion::Unknown(unknown) = self.run(frame, statements) else { return };
        self.note_effect();
        // What it might have assigned is no longer known.
        for expression in &frame.island.expressions {
            let Kind::Assign(target, _) = &expression.kind else { continue };
            match &frame.island.expression(*target).kind {
                Kind::Identifier(name) => {
                    self.assign_module_variable(frame.scope.module, *name, &Value::Unknown(unknown.clone()));
                }
                Kind::Property(object, _) | Kind::Index(object, _) => {
                    if let Value::Object(object) = self.evaluate(frame, *object) {
                        object.set_open(unknown.clone());
                    }
                }
                _ => {}
            }
        }
    }

    pub fn variable_value(&mut self, id: ModuleId, name: Name) -> Option<Value> {
        self.note_variable(id, name);
        let variable = self.modules[id].variables.get(&name)?;
        match variable.state.clone() {
            VariableState::Done(value) => {
                let environment = variable.environment.clone();
                self.lookups.extend(environment.iter().copied());
                Some(value)
            }
            VariableState::Running => {
                self.note_effect();
                let start = Location { module: id, start: 0, end: 0 };
                Some(Self::unknown(start, format!("{} is used while it is being made", self.text(name))))
            }
            VariableState::Imported(specifier, imported, location) => {
                self.set_state(id, name, VariableState::Running);
                let before = self.lookups.len();
                let reads_before = self.memory.reads.len();
                let value = self.imported(id, &specifier, imported, location);
                let reads = self.reads_since(reads_before);
                self.record(id, name, Some(&specifier), &reads);
                let environment: Rc<[Name]> = self.lookups[before..].into();
                if let Some(variable) = self.modules[id].variables.get_mut(&name) {
                    variable.state = VariableState::Done(value.clone());
                    variable.environment = environment;
                }
                Some(value)
            }
            VariableState::Pending(index, number, part) => {
                let parsed = self.modules[id].parsed.clone();
                let (offset, island) = &parsed.islands[index];
                let broken = island.broken;
                let island = island.last_good.as_ref().unwrap_or(island);
                let statement = island.statements.get(number)?;
                let frame = self.frame(id, *offset, island);
                let location = frame.location(&statement.bytes);
                let reads_before = self.memory.reads.len();
                let value = match &statement.kind {
                    StatementKind::Variables(_) => {
                        self.run_declaration(id, index, number, part);
                        return match &self.modules[id].variables.get(&name)?.state {
                            VariableState::Done(value) => Some(value.clone()),
                            _ => None,
                        };
                    }
                    StatementKind::Function(_, function) => self.closure(&frame, *function),
                    StatementKind::Class(_, class) => {
                        self.set_state(id, name, VariableState::Running);
                        self.at_statement(location, broken, |evaluator| evaluator.class(&frame, *class, location))
                    }
                    StatementKind::Enum(_, members) => self.enumeration(&frame, members, location),
                    _ => return None,
                };
                let reads = self.reads_since(reads_before);
                self.record(id, name, None, &reads);
                self.set_state(id, name, VariableState::Done(value.clone()));
                Some(value)
            }
        }
    }

    /// `name = value` of a top-level variable.
    pub fn assign_module_variable(&mut self, id: ModuleId, name: Name, value: &Value) {
        self.note_effect();
        self.set_state(id, name, VariableState::Done(value.clone()));
    }

    fn imported(&mut self, id: ModuleId, specifier: &str, imported: Imported, location: Location) -> Value {
        if let Some(library) = library(specifier) {
            return match imported {
                Imported::Namespace | Imported::Default => Value::Library(library),
                Imported::Name(name) => self.library_member(library, name, location),
            };
        }
        let Some(target) = self.resolve_module(id, specifier) else {
            return match (reexported(specifier), imported) {
                (Some(library), Imported::Name(name)) => self.library_member(library, name, location),
                (Some(library), _) => Value::Library(library),
                (None, _) => self.missing_module(specifier, location),
            };
        };
        match imported {
            Imported::Namespace => Value::Namespace(target),
            Imported::Default => {
                let default = self.name("default");
                if self.modules[target].common.is_some() {
                    self.note_whole(target);
                }
                match self.export_of(target, default, location) {
                    Some(value) => value,
                    // A CommonJS module, or JSON.
                    None => match self.modules[target].common.clone() {
                        Some(value) => value,
                        None => Value::Namespace(target),
                    },
                }
            }
            Imported::Name(name) => match self.export_of(target, name, location) {
                Some(value) => value,
                None => {
                    let why = format!("\"{specifier}\" exports no {}", self.text(name));
                    Self::unknown(location, why)
                }
            },
        }
    }

    pub fn missing_module(&self, specifier: &str, location: Location) -> Value {
        Self::unknown(location, format!("the module \"{specifier}\" cannot be found or read"))
    }

    /// `import("module")`, `require("module")`.
    pub fn import_value(&mut self, id: ModuleId, specifier: &str, location: Location) -> Value {
        self.note_effect();
        if let Some(library) = library(specifier) {
            if specifier == "dotenv/config" {
                self.load_env_file(&Value::Undefined, false);
            }
            return Value::Library(library);
        }
        match self.resolve_module(id, specifier) {
            Some(target) => {
                self.run_module(target);
                match self.modules[target].common.clone() {
                    Some(value) => value,
                    None => Value::Namespace(target),
                }
            }
            None => self.missing_module(specifier, location),
        }
    }

    /// The module that `specifier` means in module `id`.
    pub fn resolve_module(&mut self, id: ModuleId, specifier: &str) -> Option<ModuleId> {
        let from = self.modules[id].file.clone();
        let target = self.resolver.resolve(self.files, &from, specifier)?;
        let target = self.load(&target)?;
        if self.modules[target].file.as_path().extension().is_some_and(|extension| extension == "json")
            && self.modules[target].common.is_none()
        {
            let text = self.modules[target].parsed.text.clone();
            if let Ok(json) = serde_json::from_str(&text) {
                let value = self.json_value(&json, Location { module: target, start: 0, end: 0 });
                self.modules[target].common = Some(value);
            }
        }
        Some(target)
    }

    fn json_value(&mut self, json: &serde_json::Value, location: Location) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(value) => Value::Boolean(*value),
            serde_json::Value::Number(number) => Value::Number(number.as_f64().unwrap_or(f64::NAN)),
            serde_json::Value::String(text) => Value::string(text),
            serde_json::Value::Array(elements) => Value::array(
                elements
                    .iter()
                    .map(|element| super::value::Placed { value: self.json_value(element, location), location })
                    .collect(),
            ),
            serde_json::Value::Object(members) => {
                let object = Object::default();
                for (key, member) in members {
                    let value = self.json_value(member, location);
                    object.set(self.name(key), plain(value, location));
                }
                Value::Object(Rc::new(object))
            }
        }
    }

    /// Whether every statement of module `id` parses, so that what it does not export is a type.
    pub fn is_whole(&self, id: ModuleId) -> bool {
        self.modules[id].parsed.islands.iter().all(|(_, island)| !island.broken)
    }

    /// Whether the broken statement at `location` has last good facts.
    pub fn has_last_good(&self, location: &Location) -> bool {
        let islands = &self.modules[location.module].parsed.islands;
        islands.iter().any(|(offset, island)| *offset == location.start as usize && island.last_good.is_some())
    }

    /// The constant that holds each table, in the file of the table's name; the first of several.
    pub fn table_holders(&self) -> HashMap<super::drizzle::TableId, String> {
        let mut holders: HashMap<_, (usize, Arc<str>)> = HashMap::new();
        for (id, module) in self.modules.iter().enumerate() {
            for (name, variable) in &module.variables {
                let VariableState::Done(Value::Table(table)) = &variable.state else { continue };
                let holder = (variable.island, self.text(*name));
                if self.table(*table).name_location.module == id && !holder.1.starts_with('\0') {
                    let first = holders.entry(*table).or_insert_with(|| holder.clone());
                    if holder < *first {
                        *first = holder;
                    }
                }
            }
        }
        holders.into_iter().map(|(table, (_, name))| (table, name.to_string())).collect()
    }

    /// Why the statements of module `id` that do not parse cannot be told.
    pub fn broken_islands(&self, id: ModuleId) -> Vec<Rc<Unknown>> {
        self.modules[id]
            .parsed
            .islands
            .iter()
            .filter(|(_, island)| island.broken)
            .map(|(offset, island)| {
                let text = island.text.trim_end();
                Rc::new(Unknown {
                    location: location(id, *offset, &(0..u32::try_from(text.len()).unwrap_or(0))),
                    why: "it does not parse".into(),
                })
            })
            .collect()
    }
}

impl Module {
    /// Where `island` starts, if it is one of this file's.
    pub fn offset_of(&self, island: &Arc<Island>) -> Option<usize> {
        let address = |island: &Arc<Island>| Arc::as_ptr(island).addr();
        let offsets = self
            .offsets
            .get_or_init(|| self.parsed.islands.iter().map(|(offset, island)| (address(island), *offset)).collect());
        offsets.get(&address(island)).copied()
    }

    fn hash_of_exports(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        for export in &self.exports {
            export.name.hash(&mut hasher);
            match &export.target {
                // Whose number shifts with the statements before it; who reads it depends on the whole file.
                Target::Expression(..) => 0.hash(&mut hasher),
                target => target.hash(&mut hasher),
            }
        }
        hasher.finish()
    }
}

fn location(module: ModuleId, offset: usize, bytes: &crate::syntax::tree::Bytes) -> Location {
    let offset = u32::try_from(offset).unwrap_or(u32::MAX);
    Location { module, start: offset.saturating_add(bytes.start), end: offset.saturating_add(bytes.end) }
}

/// Finds the variables and exports of `module`.
fn scan(module: &mut Module, id: ModuleId, default: Name) {
    let parsed = module.parsed.clone();
    for (index, (offset, island)) in parsed.islands.iter().enumerate() {
        let island = island.last_good.as_ref().unwrap_or(island);
        for (number, statement) in island.statements.iter().enumerate() {
            let place = location(id, *offset, &statement.bytes);
            let mut declared: Vec<(Name, usize)> = Vec::new();
            match &statement.kind {
                StatementKind::Variables(declarators) => {
                    for (part, declarator) in declarators.iter().enumerate() {
                        let mut names = Vec::new();
                        crate::syntax::pattern_names(&declarator.pattern, &mut names);
                        declared.extend(names.into_iter().map(|name| (name, part)));
                    }
                }
                StatementKind::Function(name, _) | StatementKind::Class(name, _) | StatementKind::Enum(name, _) => {
                    declared.push((*name, 0));
                }
                StatementKind::Import(import) => {
                    let imports = import
                        .default
                        .map(|name| (name, Imported::Default))
                        .into_iter()
                        .chain(import.namespace.map(|name| (name, Imported::Namespace)))
                        .chain(import.names.iter().map(|(imported, local)| {
                            (*local, if *imported == default { Imported::Default } else { Imported::Name(*imported) })
                        }));
                    for (name, imported) in imports {
                        let state = VariableState::Imported(import.module.clone(), imported, place);
                        module.variables.insert(name, Variable { island: index, state, environment: [].into() });
                    }
                }
                StatementKind::ExportNames(names, source) => {
                    for (local, exported) in names {
                        let target = match source {
                            Some(source) => Target::From(source.clone(), *local),
                            None => Target::Variable(*local),
                        };
                        module.exports.push(Export { name: Some(*exported), target, location: place });
                    }
                }
                StatementKind::ExportAll(source, Some(name)) => {
                    let target = Target::Namespace(source.clone());
                    module.exports.push(Export { name: Some(*name), target, location: place });
                }
                StatementKind::ExportAll(source, None) => {
                    module.exports.push(Export { name: None, target: Target::All(source.clone()), location: place });
                }
                StatementKind::Expression(_)
                | StatementKind::If(_)
                | StatementKind::Block(_)
                | StatementKind::ForEach { .. }
                | StatementKind::Try(..)
                | StatementKind::Switch(..) => module.has_effects = true,
                StatementKind::ExportDefault(expression) => {
                    let target = Target::Expression(index, *expression);
                    module.exports.push(Export { name: Some(default), target, location: place });
                }
                _ => {}
            }
            for (name, part) in declared {
                let state = VariableState::Pending(index, number, part);
                module.variables.insert(name, Variable { island: index, state, environment: [].into() });
                if statement.exported {
                    module.exports.push(Export { name: Some(name), target: Target::Variable(name), location: place });
                }
            }
        }
    }
}
