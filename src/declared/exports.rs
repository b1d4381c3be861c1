//! What the project's modules export: by name, through barrels, and all of it.

use std::collections::HashSet;
use std::rc::Rc;

use super::evaluate::{Evaluator, plain};
use super::known::library;
use super::modules::{Export, ModuleId, Target, Variable, VariableState};
use super::value::{Location, Object, Value};
use crate::syntax::Name;

/// An export's value, or the variable whose table's facts still hold.
pub(super) type Exported = Result<Value, (ModuleId, Name)>;

/// The exports of a module, as far as they are collected.
struct ExportList {
    found: Vec<(Name, Exported)>,
    names: HashSet<Name>,
    visited: Vec<ModuleId>,
    /// Whether tables whose facts still hold are left unevaluated.
    keep: bool,
}

impl ExportList {
    fn push(&mut self, name: Name, value: Value) {
        self.names.insert(name);
        self.found.push((name, Ok(value)));
    }
}

impl Evaluator<'_> {
    /// The export `name` of module `id`.
    pub fn export_of(&mut self, id: ModuleId, name: Name, location: Location) -> Option<Value> {
        let mut visited = Vec::new();
        self.find_export(id, name, location, &mut visited)
    }

    fn find_export(
        &mut self,
        id: ModuleId,
        name: Name,
        location: Location,
        visited: &mut Vec<ModuleId>,
    ) -> Option<Value> {
        if visited.contains(&id) {
            return None;
        }
        visited.push(id);
        self.note_exports(id);
        if self.modules[id].has_effects {
            self.run_module(id);
        }
        let exports = self.modules[id].exports.clone();
        if let Some(export) = exports.iter().find(|export| export.name == Some(name)) {
            return Some(self.export_value(id, export, visited));
        }
        let mut unresolved = None;
        for export in exports.iter().filter(|export| export.name.is_none()) {
            let Target::All(specifier) = &export.target else { continue };
            if let Some(library) = library(specifier) {
                let text = self.text(name);
                if let Some(value) = super::drizzle::library_member(library, &text) {
                    return Some(value);
                }
                continue;
            }
            match self.resolve_module(id, specifier) {
                Some(target) => {
                    if let Some(value) = self.find_export(target, name, location, visited) {
                        return Some(value);
                    }
                }
                None => unresolved = Some(self.missing_module(specifier, export.location)),
            }
        }
        match &self.modules[id].common {
            Some(common @ Value::Object(_)) => {
                let common = common.clone();
                self.note_whole(id);
                match self.member(&common, name, location) {
                    Value::Undefined => unresolved,
                    value => Some(value),
                }
            }
            _ => unresolved,
        }
    }

    fn export_value(&mut self, id: ModuleId, export: &Export, visited: &mut Vec<ModuleId>) -> Value {
        match &export.target {
            Target::Variable(name) => self.variable_value(id, *name).unwrap_or(Value::Undefined),
            Target::Expression(index, expression) => self.default_expression(id, *index, *expression),
            Target::From(specifier, name) => {
                if let Some(library) = library(specifier) {
                    return self.library_member(library, *name, export.location);
                }
                match self.resolve_module(id, specifier) {
                    Some(target) => match self.find_export(target, *name, export.location, visited) {
                        Some(value) => value,
                        None if self.is_whole(target) => {
                            self.note_whole(target);
                            Value::Undefined
                        }
                        None => Self::unknown(export.location, "a statement of the module does not parse"),
                    },
                    None => self.missing_module(specifier, export.location),
                }
            }
            Target::Namespace(specifier) => match self.resolve_module(id, specifier) {
                Some(target) => Value::Namespace(target),
                None => self.missing_module(specifier, export.location),
            },
            Target::All(_) => Value::Undefined,
        }
    }

    fn default_expression(&mut self, id: ModuleId, index: usize, expression: u32) -> Value {
        self.note_whole(id);
        let default = self.name("\0default");
        if let Some(variable) = self.modules[id].variables.get(&default)
            && let VariableState::Done(value) = &variable.state
        {
            return value.clone();
        }
        let parsed = self.modules[id].parsed.clone();
        let (offset, island) = &parsed.islands[index];
        let broken = island.broken;
        let island = island.last_good.as_ref().unwrap_or(island);
        let frame = self.frame(id, *offset, island);
        let location = frame.location(&island.expression(expression).bytes);
        let value = self.at_statement(location, broken, |evaluator| evaluator.evaluate(&frame, expression));
        let state = VariableState::Done(value.clone());
        self.modules[id].variables.insert(default, Variable { island: index, state, environment: [].into() });
        value
    }

    /// Every export of module `id`, by name; later star exports do not hide earlier names.
    pub fn exports(&mut self, id: ModuleId) -> Vec<(Name, Value)> {
        let listed = self.list_exports(id, false).into_iter();
        listed.map(|(name, exported)| (name, exported.unwrap_or(Value::Undefined))).collect()
    }

    /// Every export of module `id`, where the tables whose facts still hold need not be evaluated.
    pub fn exports_to_lower(&mut self, id: ModuleId) -> Vec<(Name, Exported)> {
        self.list_exports(id, true)
    }

    fn list_exports(&mut self, id: ModuleId, keep: bool) -> Vec<(Name, Exported)> {
        let mut list = ExportList { found: Vec::new(), names: HashSet::new(), visited: Vec::new(), keep };
        self.collect_exports(id, &mut list, true);
        list.found
    }

    fn collect_exports(&mut self, id: ModuleId, list: &mut ExportList, with_default: bool) {
        if list.visited.contains(&id) {
            return;
        }
        list.visited.push(id);
        self.note_exports(id);
        let default = self.name("default");
        let exports = self.modules[id].exports.clone();
        // A module's own names are in alphabetical order, both in a namespace and where esbuild makes it CommonJS.
        let mut named: Vec<(Vec<u16>, &Export)> = exports
            .iter()
            .filter_map(|export| Some((self.text(export.name?).encode_utf16().collect(), export)))
            .collect();
        named.sort_by(|(a, _), (b, _)| a.cmp(b));
        for (_, export) in named {
            let Some(name) = export.name else { continue };
            if (name == default && !with_default) || !list.names.insert(name) {
                continue;
            }
            let exported = match &export.target {
                Target::Variable(variable) if list.keep && self.holds(id, *variable) => Err((id, *variable)),
                _ => Ok(self.export_value(id, export, &mut vec![id])),
            };
            list.found.push((name, exported));
        }
        for export in exports.iter().filter(|export| export.name.is_none()) {
            let Target::All(specifier) = &export.target else { continue };
            if library(specifier).is_some() {
                continue;
            }
            match self.resolve_module(id, specifier) {
                Some(target) => self.collect_exports(target, list, false),
                None => {
                    let star = self.name("*");
                    let missing = self.missing_module(specifier, export.location);
                    list.push(star, missing);
                }
            }
        }
        if let Some(common) = self.modules[id].common.clone() {
            self.note_whole(id);
            let location = Location { module: id, start: 0, end: 0 };
            let object = Object::literal(location);
            self.spread_into(&object, &common, location);
            for (name, property) in object.properties.borrow().iter() {
                list.push(*name, property.value.clone());
            }
            if matches!(common, Value::Table(_)) {
                list.push(default, common);
            }
        }
    }

    /// `module.exports`.
    pub fn common_exports(&mut self, id: ModuleId, location: Location) -> Value {
        self.modules[id].common.get_or_insert_with(|| Value::Object(Rc::new(Object::literal(location)))).clone()
    }

    /// `module.exports = value`, `exports.name = value`.
    pub fn assign_common_export(&mut self, id: ModuleId, global: &str, name: Name, value: &Value, location: Location) {
        if global == "module" {
            if &*self.text(name) == "exports" {
                self.modules[id].common = Some(value.clone());
            }
            return;
        }
        if let Value::Object(object) = self.common_exports(id, location) {
            object.set(name, plain(value.clone(), location));
        }
    }
}
