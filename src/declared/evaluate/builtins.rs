//! What every module sees: `Object`, `process`, `JSON`, ...

use std::rc::Rc;

use super::{Arguments, Evaluator, Frame};
use crate::declared::EnvironmentLoad;
use crate::declared::value::{Array, Location, Object, Placed, Value};
use crate::syntax::Name;

/// Names that stand for objects and functions of the language or the runtime.
const GLOBALS: &[&str] = &[
    "Object",
    "Array",
    "String",
    "Number",
    "Boolean",
    "JSON",
    "Math",
    "Date",
    "process",
    "console",
    "Symbol",
    "Bun",
    "Set",
    "Map",
    "URL",
    "BigInt",
    "Error",
    "RegExp",
    "Promise",
    "globalThis",
    "module",
    "exports",
    "Deno",
    "encodeURIComponent",
    "parseInt",
    "parseFloat",
    "structuredClone",
    "Buffer",
];

/// `value` as `Number(value)` gives it.
pub(super) fn to_number(value: &Value) -> Option<f64> {
    Some(match value {
        Value::Undefined => f64::NAN,
        Value::Null => 0.0,
        Value::Boolean(value) => f64::from(u8::from(*value)),
        Value::Number(value) | Value::Date(value) => *value,
        Value::String(text) if text.trim().is_empty() => 0.0,
        Value::String(text) => text.trim().parse().unwrap_or(f64::NAN),
        _ => return None,
    })
}

impl Evaluator<'_> {
    pub(super) fn global(&mut self, frame: &Frame, name: &str) -> Option<Value> {
        Some(match name {
            "NaN" => Value::Number(f64::NAN),
            "Infinity" => Value::Number(f64::INFINITY),
            "__dirname" => self.folder_of(frame.scope.module),
            "__filename" => Value::string(self.modules[frame.scope.module].file.to_string()),
            _ => Value::Global(GLOBALS.iter().find(|known| **known == name)?),
        })
    }

    fn folder_of(&self, module: usize) -> Value {
        let path = self.modules[module].file.as_path();
        Value::string(path.parent().unwrap_or(path).to_string_lossy())
    }

    pub(super) fn global_member(&mut self, global: &str, object: &Value, name: Name, location: Location) -> Value {
        let text = self.text(name);
        match (global, &*text) {
            ("process" | "Bun" | "import.meta", "env") => Value::Environment,
            ("import.meta", "dirname" | "dir") => self.folder_of(location.module),
            ("import.meta", "filename" | "path") => Value::string(self.modules[location.module].file.to_string()),
            ("import.meta", "url") => Value::string(format!("file://{}", self.modules[location.module].file)),
            ("globalThis", "process") => Value::Global("process"),
            ("module", "exports") => self.common_exports(location.module, location),
            ("Deno", "env") => Value::Global("Deno.env"),
            ("Number", "MAX_SAFE_INTEGER") => Value::Number(9_007_199_254_740_991.0),
            ("Math", "PI") => Value::Number(std::f64::consts::PI),
            _ => Value::Method(Rc::new((object.clone(), name))),
        }
    }

    pub(super) fn global_method(
        &mut self,
        global: &'static str,
        name: &str,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        let first = arguments.get(0);
        let not_read = || Self::unknown(location, format!("{global}.{name}() is not known without running it"));
        match (global, name) {
            ("Object", "keys") => self.keys(&first, location).map_or_else(Value::Unknown, Value::array),
            ("Object", "values") => match self.entries(&first, location) {
                Ok(entries) => Value::array(entries.into_iter().map(|(_, value)| Placed { value, location }).collect()),
                Err(unknown) => Value::Unknown(unknown),
            },
            ("Object", "entries") => match self.entries(&first, location) {
                Ok(entries) => {
                    let pair = |(name, value): (Name, Value)| {
                        let key = Placed { value: Value::string(&*self.text(name)), location };
                        Placed { value: Value::array(vec![key, Placed { value, location }]), location }
                    };
                    Value::array(entries.into_iter().map(pair).collect())
                }
                Err(unknown) => Value::Unknown(unknown),
            },
            ("Object", "fromEntries") => self.object_of_entries(&first, location),
            ("Object", "assign") => {
                let Value::Object(target) = &first else { return not_read() };
                for source in arguments.values.iter().skip(1) {
                    self.spread_into(target, &source.value, source.location);
                }
                first.clone()
            }
            ("Object", "freeze" | "seal") | ("Promise", "resolve") => first,
            ("Array", "from") => match arguments.values.get(1) {
                None => self.iterate(&first, location).map_or_else(Value::Unknown, Value::array),
                Some(callback) => match self.iterate(&first, location) {
                    Ok(elements) => {
                        let list = Rc::new(Array { elements: std::cell::RefCell::new(elements), open: None });
                        let map = Arguments::of(vec![callback.clone()]);
                        self.array_method(&list, "map", &map, location)
                    }
                    Err(unknown) => Value::Unknown(unknown),
                },
            },
            ("Array", "isArray") => match first {
                Value::Unknown(_) => first,
                _ => Value::Boolean(matches!(first, Value::Array(_))),
            },
            ("Array", "of") => Value::array(arguments.values.clone()),
            ("JSON", "stringify") => match self.json(&first) {
                Some(json) => Value::string(json.to_string()),
                None => not_read(),
            },
            ("process", "cwd") => self.working_folder(location),
            ("process", "loadEnvFile") => {
                self.load_env_file(&arguments.get(0), false);
                Value::Undefined
            }
            ("Deno.env", "get") => match first.as_text() {
                Some(name) => {
                    let name = self.name(name);
                    self.variable(name, location)
                }
                None => not_read(),
            },
            ("Symbol", _) => Self::unknown(location, "symbols are not read"),
            ("console", _) => Value::Undefined,
            ("Number", "isNaN") => to_number(&first).map_or_else(not_read, |number| Value::Boolean(number.is_nan())),
            ("Number", "parseInt" | "parseFloat") => self.call_global("Number", arguments, location),
            ("Math", _) => match (name, arguments.values.iter().map(|placed| to_number(&placed.value)).collect()) {
                ("max", Some(numbers)) => fold(numbers, f64::max),
                ("min", Some(numbers)) => fold(numbers, f64::min),
                ("pow", Some(numbers)) if numbers.len() == 2 => Value::Number(numbers[0].powf(numbers[1])),
                ("floor", Some(numbers)) if numbers.len() == 1 => Value::Number(numbers[0].floor()),
                _ => not_read(),
            },
            _ => not_read(),
        }
    }

    /// The folder in which drizzle-kit runs.
    pub fn working_folder(&self, location: Location) -> Value {
        match &self.environment {
            Some(environment) => match environment.folder() {
                Some(folder) => Value::string(folder),
                None => Self::unknown(location, "the working folder is not known"),
            },
            None => Self::unknown(location, "it depends on the working folder"),
        }
    }

    pub fn load_env_file(&mut self, path: &Value, override_existing: bool) {
        let load = match path {
            Value::Undefined => EnvironmentLoad::File { path: ".env".into(), override_existing },
            value => match value.as_text() {
                Some(path) => EnvironmentLoad::File { path: path.to_string(), override_existing },
                None => EnvironmentLoad::Unknown,
            },
        };
        self.load_environment(load);
    }

    fn object_of_entries(&mut self, entries: &Value, location: Location) -> Value {
        let elements = match self.iterate(entries, location) {
            Ok(elements) => elements,
            Err(unknown) => return Value::Unknown(unknown),
        };
        let object = Object::literal(location);
        for element in elements {
            let pair = match self.iterate(&element.value, location) {
                Ok(pair) => pair,
                Err(unknown) => {
                    object.set_open(unknown);
                    continue;
                }
            };
            let [key, value, ..] = pair.as_slice() else { continue };
            match (key.value.to_text(), key.value.unknown()) {
                (Some(key), _) => {
                    let key = self.name(&key);
                    object.set(key, super::objects::plain(value.value.clone(), value.location));
                }
                (None, Some(unknown)) => object.set_open(unknown.clone()),
                (None, None) => {}
            }
        }
        Value::Object(Rc::new(object))
    }

    pub(super) fn call_global(&mut self, global: &str, arguments: &Arguments, location: Location) -> Value {
        let first = arguments.get(0);
        if let Some(unknown) = first.unknown() {
            return Value::Unknown(unknown.clone());
        }
        let not_read = || Self::unknown(location, format!("{global}() is not known without running it"));
        match global {
            "String" => first.to_text().map_or_else(not_read, Value::String),
            "Number" | "parseFloat" => to_number(&first).map_or_else(not_read, Value::Number),
            "parseInt" => match first.as_text() {
                Some(text) => {
                    let digits: String = text
                        .trim()
                        .chars()
                        .enumerate()
                        .take_while(|(at, digit)| digit.is_ascii_digit() || (*at == 0 && *digit == '-'))
                        .map(|(_, digit)| digit)
                        .collect();
                    Value::Number(digits.parse().unwrap_or(f64::NAN))
                }
                None => to_number(&first).map_or_else(not_read, |number| Value::Number(number.trunc())),
            },
            "Boolean" => first.truthy().map_or_else(not_read, Value::Boolean),
            "BigInt" => first.to_text().map_or_else(not_read, Value::BigInt),
            "structuredClone" => first,
            "encodeURIComponent" => match first.to_text() {
                Some(text) => Value::string(encode(&text)),
                None => not_read(),
            },
            _ => not_read(),
        }
    }

    pub(super) fn new_global(&mut self, global: &str, arguments: &Arguments, location: Location) -> Value {
        let first = arguments.get(0);
        match (global, &first) {
            ("Set", Value::Array(array)) if array.open.is_none() => {
                let mut kept: Vec<Placed> = Vec::new();
                for element in array.elements.borrow().iter() {
                    let mut known = false;
                    for earlier in &kept {
                        match earlier.value.same(&element.value) {
                            Some(same) => known |= same,
                            None => return Self::unknown(location, "an element of the set is not known"),
                        }
                    }
                    if !known {
                        kept.push(element.clone());
                    }
                }
                Value::array(kept)
            }
            ("Array", Value::Undefined) | ("Set", Value::Undefined) => Value::array(Vec::new()),
            ("URL", Value::String(path)) => match arguments.get(1) {
                Value::String(base) => self.file_url(path, &base, location),
                _ => Self::unknown(location, "only URLs of files are read"),
            },
            ("Date", Value::Number(milliseconds)) => Value::Date(*milliseconds),
            ("Date", Value::String(text)) => match super::super::dates::parse(text) {
                Some(milliseconds) => Value::Date(milliseconds),
                None => Self::unknown(location, "this date is not read"),
            },
            _ => Self::unknown(location, format!("new {global}() is not known without running it")),
        }
    }

    pub(super) fn date_method(&self, date: &Value, name: &str, location: Location) -> Value {
        match (date, name) {
            (Value::Date(milliseconds), "toISOString") => Value::string(super::super::dates::iso(*milliseconds)),
            (Value::Date(milliseconds), "getTime" | "valueOf") => Value::Number(*milliseconds),
            _ => Self::unknown(location, format!(".{name}() is not read")),
        }
    }

    /// `value` as `JSON.stringify` writes it; `None` where a part is not known.
    pub fn json(&mut self, value: &Value) -> Option<serde_json::Value> {
        use serde_json::Value as Json;
        Some(match value {
            Value::Null => Json::Null,
            Value::Boolean(value) => Json::Bool(*value),
            Value::Number(number) =>
            {
                #[expect(clippy::cast_possible_truncation, reason = "checked to be a whole number in range")]
                if number.fract() == 0.0 && number.abs() < 9e15 {
                    Json::from(*number as i64)
                } else {
                    serde_json::Number::from_f64(*number).map_or(Json::Null, Json::Number)
                }
            }
            Value::String(text) => Json::String(text.to_string()),
            Value::Date(milliseconds) => Json::String(super::super::dates::iso(*milliseconds)),
            Value::Array(array) if array.open.is_none() => {
                let elements = array.elements.borrow().clone();
                let parts: Option<Vec<Json>> = elements
                    .iter()
                    .map(|element| match element.value {
                        Value::Undefined => Some(Json::Null),
                        _ => self.json(&element.value),
                    })
                    .collect();
                Json::Array(parts?)
            }
            Value::Object(object) => {
                let location = object.location?;
                let entries = self.entries(value, location).ok()?;
                let mut map = serde_json::Map::new();
                for (name, value) in entries {
                    if !matches!(value, Value::Undefined | Value::Function(_)) {
                        map.insert(self.text(name).to_string(), self.json(&value)?);
                    }
                }
                Json::Object(map)
            }
            _ => return None,
        })
    }
}

fn fold(numbers: Vec<f64>, better: fn(f64, f64) -> f64) -> Value {
    numbers.into_iter().reduce(better).map_or(Value::Number(f64::NAN), Value::Number)
}

fn encode(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}
