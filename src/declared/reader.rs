//! Reads declared sides and configs, and keeps what it parsed for the next reading.

use std::rc::Rc;

use super::data::{Data, Environment, PlacedData, Property};
use super::evaluate::Evaluator;
use super::memory::Memory;
use super::modules::ModuleId;
use super::value::{Location, Placed, Value};
use super::{Declared, Generation, Import, Request, SourceFile, Unresolved};
use crate::syntax::tree::{Island, StatementKind};
use crate::syntax::{Name, Syntax};
use crate::text::{Document, FilePath, Files, Place};

/// Reads declared sides, and keeps what it parsed for the next reading.
#[derive(Debug, Default)]
pub struct Reader {
    syntax: Syntax,
    memory: Memory,
}

impl Reader {
    /// Reads what the files of `request` declare. Broken input gives fewer facts, never an error.
    pub fn read(&mut self, request: &Request, files: &dyn Files) -> Declared {
        self.memory.begin(request);
        let declared = self.read_once(request, files);
        if self.memory.effects && self.memory.reused > 0 {
            // What was left out may be what these effects change.
            self.memory.forget();
            return self.read_once(request, files);
        }
        declared
    }

    fn read_once(&mut self, request: &Request, files: &dyn Files) -> Declared {
        let mut evaluator = Evaluator::new(&mut self.syntax, files, None, request.kit.generation());
        evaluator.memory = std::mem::take(&mut self.memory);
        let mut unreadable = Vec::new();
        let mut modules = Vec::new();
        for file in &request.schema_files {
            match evaluator.load(file) {
                Some(id) => modules.push(id),
                None => unreadable.push(file.clone()),
            }
        }
        for id in &modules {
            evaluator.run_module(*id);
        }
        let mut declared = super::lowering::lower(&mut evaluator, request, &modules);
        for file in unreadable {
            declared.tables_open = true;
            declared.unresolved.push(Unresolved {
                place: Place::new(file, crate::text::Span::empty(0)),
                what: "a schema file".into(),
                why: "it cannot be read".into(),
            });
        }
        declared.unresolved.sort();
        declared.unresolved.dedup();
        for (index, module) in evaluator.modules.iter().enumerate() {
            let is_schema = modules.contains(&index);
            let source = source_file(&evaluator, index, is_schema);
            declared.files.insert(module.file.clone(), source);
        }
        self.memory = evaluator.end_reading();
        declared
    }

    /// Evaluates the module at `path` and returns its default export (`module.exports` likewise; an object of the named
    /// exports where there is neither), or `None` where the file cannot be read.
    pub fn module(
        &mut self,
        path: &FilePath,
        files: &dyn Files,
        environment: &mut dyn Environment,
    ) -> Option<PlacedData> {
        let mut evaluator = Evaluator::new(&mut self.syntax, files, Some(environment), Generation::V0);
        let id = evaluator.load(path)?;
        evaluator.run_module(id);
        let start = Location { module: id, start: 0, end: 0 };
        let default = evaluator.name("default");
        let value = match evaluator.export_of(id, default, start) {
            Some(value) => value,
            None => match evaluator.modules[id].common.clone() {
                Some(value) => value,
                None => Value::Namespace(id),
            },
        };
        let location = evaluator.export_location(id, &value);
        let value = match value {
            // A config may be a function of its own making.
            Value::Function(_) => evaluator.call(&value, super::evaluate::Arguments::default(), location),
            value => value,
        };
        Some(evaluator.data(&value, location, &[], 0))
    }
}

fn source_file(evaluator: &Evaluator<'_>, id: ModuleId, is_schema: bool) -> SourceFile {
    let module = &evaluator.modules[id];
    let text = |name: Name| evaluator.text(name).to_string();
    let mut imports = Vec::new();
    for (offset, island) in &module.parsed.islands {
        for statement in &island.statements {
            let StatementKind::Import(import) = &statement.kind else { continue };
            imports.push(Import {
                module: import.module.to_string(),
                span: Island::span(*offset, &statement.bytes),
                namespace: import.namespace.map(text),
                braces: import.braces.as_ref().map(|bytes| Island::span(*offset, bytes)),
                names: import.names.iter().map(|(name, local)| (text(*name), text(*local))).collect(),
                type_only: import.type_only,
            });
        }
    }
    SourceFile { document: Document::new(module.parsed.text.clone()), is_schema, imports }
}

impl Evaluator<'_> {
    /// Where the exported object of a config stands.
    fn export_location(&self, id: ModuleId, value: &Value) -> Location {
        match value {
            Value::Object(object) => object.location,
            _ => None,
        }
        .unwrap_or(Location { module: id, start: 0, end: 0 })
    }

    /// `value` as plain data.
    fn data(&mut self, value: &Value, location: Location, variables: &[Name], depth: u32) -> PlacedData {
        let before = self.lookups.len();
        let data = match value {
            Value::Undefined => Data::Undefined,
            Value::Null => Data::Null,
            Value::Boolean(value) => Data::Boolean(*value),
            Value::Number(value) => Data::Number(*value),
            Value::String(text) => Data::String(text.to_string()),
            Value::Unknown(unknown) => Data::Unknown(unknown.why.clone()),
            _ if depth > 20 => Data::Unknown("it is nested too deeply".into()),
            Value::Array(array) => match &array.open {
                Some(unknown) => Data::Unknown(unknown.why.clone()),
                None => {
                    let elements: Vec<Placed> = array.elements.borrow().clone();
                    Data::Array(
                        elements
                            .iter()
                            .map(|element| self.data(&element.value, element.location, &[], depth + 1))
                            .collect(),
                    )
                }
            },
            Value::Object(_) | Value::Namespace(_) => {
                let object = match value {
                    Value::Object(object) => object.clone(),
                    other => {
                        let object = super::value::Object::default();
                        self.spread_into(&object, other, location);
                        Rc::new(object)
                    }
                };
                let properties: Vec<_> =
                    object.properties.borrow().iter().map(|(name, property)| (*name, property.clone())).collect();
                Data::Object(
                    properties
                        .into_iter()
                        .map(|(name, property)| {
                            let inner = self.property_value(&property, value);
                            Property {
                                key: self.text(name).to_string(),
                                place: self.place(property.location),
                                value: self.data(&inner, property.value_location, &property.variables, depth + 1),
                            }
                        })
                        .collect(),
                )
            }
            _ => Data::Other,
        };
        let mut names: Vec<String> = Vec::new();
        for name in variables.iter().chain(&self.lookups[before..]) {
            let text = self.text(*name);
            if !names.iter().any(|known| **known == *text) {
                names.push(text.to_string());
            }
        }
        PlacedData { data, place: self.place(location), variables: names }
    }
}
