//! Methods of arrays.

use std::rc::Rc;

use super::{Arguments, Evaluator};
use crate::declared::value::{Array, Location, Placed, Value};

impl Evaluator<'_> {
    pub(super) fn array_method(
        &mut self,
        array: &Rc<Array>,
        name: &str,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        if let (Some(unknown), false) = (&array.open, name == "push") {
            return Value::Unknown(unknown.clone());
        }
        let elements = array.elements.borrow().clone();
        let not_read = || Self::unknown(location, format!(".{name}() is not read"));
        match name {
            "map" | "filter" | "flatMap" | "find" | "some" | "every" | "forEach" | "findIndex" => {
                self.array_callback(&elements, name, &arguments.get(0), location)
            }
            "reduce" => {
                let mut elements = elements.into_iter().enumerate();
                let mut total = match arguments.values.get(1) {
                    Some(initial) => initial.value.clone(),
                    None => elements.next().map_or(Value::Undefined, |(_, first)| first.value),
                };
                for (index, element) in elements {
                    let placed = |value| Placed { value, location };
                    #[expect(clippy::cast_precision_loss, reason = "no array is that long")]
                    let index = Value::Number(index as f64);
                    let call = Arguments::of(vec![placed(total), element, placed(index)]);
                    total = self.call(&arguments.get(0), call, location);
                    if total.unknown().is_some() {
                        break;
                    }
                }
                total
            }
            "push" => {
                self.note_effect();
                array.elements.borrow_mut().extend(arguments.values.iter().cloned());
                Value::Undefined
            }
            "concat" => {
                let mut joined = elements;
                for placed in &arguments.values {
                    match &placed.value {
                        Value::Array(_) => match self.iterate(&placed.value, location) {
                            Ok(inner) => joined.extend(inner),
                            Err(unknown) => return Value::Unknown(unknown),
                        },
                        Value::Unknown(unknown) => return Value::Unknown(unknown.clone()),
                        _ => joined.push(placed.clone()),
                    }
                }
                Value::array(joined)
            }
            "join" => {
                let separator = match arguments.get(0) {
                    Value::Undefined => ",".into(),
                    value => match value.to_text() {
                        Some(text) => text,
                        None => return not_read(),
                    },
                };
                let texts: Option<Vec<Rc<str>>> = elements.iter().map(|element| element.value.to_text()).collect();
                match texts {
                    Some(texts) => Value::string(texts.join(&separator)),
                    None => elements
                        .iter()
                        .find_map(|element| element.value.unknown())
                        .map_or_else(not_read, |unknown| Value::Unknown(unknown.clone())),
                }
            }
            "slice" => match self.slice_bounds(elements.len(), arguments) {
                Some((from, to)) => Value::array(elements[from..to.max(from)].to_vec()),
                None => not_read(),
            },
            "includes" | "indexOf" => {
                let wanted = arguments.get(0);
                for (index, element) in elements.iter().enumerate() {
                    match element.value.same(&wanted) {
                        Some(true) if name == "includes" => return Value::Boolean(true),
                        #[expect(clippy::cast_precision_loss, reason = "no array is that long")]
                        Some(true) => return Value::Number(index as f64),
                        Some(false) => {}
                        None => return not_read(),
                    }
                }
                if name == "includes" { Value::Boolean(false) } else { Value::Number(-1.0) }
            }
            "reverse" => {
                self.note_effect();
                array.elements.borrow_mut().reverse();
                Value::Array(array.clone())
            }
            "flat" => {
                let mut flat = Vec::new();
                for element in elements {
                    match &element.value {
                        Value::Array(_) => match self.iterate(&element.value, location) {
                            Ok(inner) => flat.extend(inner),
                            Err(unknown) => return Value::Unknown(unknown),
                        },
                        _ => flat.push(element),
                    }
                }
                Value::array(flat)
            }
            "at" => match arguments.get(0) {
                Value::Number(number) => {
                    #[expect(clippy::cast_precision_loss, reason = "no array is that long")]
                    let index = if number < 0.0 { number + elements.len() as f64 } else { number };
                    let element = super::objects::usize_of(index).and_then(|index| elements.get(index).cloned());
                    element.map_or(Value::Undefined, |element| element.value)
                }
                _ => not_read(),
            },
            "keys" | "entries" | "values" => Value::Array(array.clone()),
            _ => not_read(),
        }
    }

    fn array_callback(&mut self, elements: &[Placed], name: &str, callback: &Value, location: Location) -> Value {
        let mut kept = Vec::new();
        for (index, element) in elements.iter().enumerate() {
            #[expect(clippy::cast_precision_loss, reason = "no array is that long")]
            let position = Value::Number(index as f64);
            let call = Arguments::of(vec![element.clone(), Placed { value: position.clone(), location }]);
            let result = self.call(callback, call, location);
            if name == "map" {
                kept.push(Placed { value: result, location: element.location });
                continue;
            }
            if name == "flatMap" {
                match self.iterate(&result, location) {
                    Ok(inner) => kept.extend(inner),
                    Err(unknown) => return Value::Unknown(unknown),
                }
                continue;
            }
            if name == "forEach" {
                continue;
            }
            let Some(holds) = result.truthy() else { return result };
            match name {
                "filter" if holds => kept.push(element.clone()),
                "find" if holds => return element.value.clone(),
                "findIndex" if holds => return position,
                "some" if holds => return Value::Boolean(true),
                "every" if !holds => return Value::Boolean(false),
                _ => {}
            }
        }
        match name {
            "some" => Value::Boolean(false),
            "every" => Value::Boolean(true),
            "find" | "forEach" => Value::Undefined,
            "findIndex" => Value::Number(-1.0),
            _ => Value::array(kept),
        }
    }

    /// The bounds of `.slice(from, to)` for something of `length`.
    pub(super) fn slice_bounds(&self, length: usize, arguments: &Arguments) -> Option<(usize, usize)> {
        let bound = |value: Value, absent: usize| match value {
            Value::Undefined => Some(absent),
            #[expect(clippy::cast_precision_loss, reason = "no array is that long")]
            Value::Number(number) if number < 0.0 => {
                Some(super::objects::usize_of(number + length as f64).unwrap_or(0))
            }
            Value::Number(number) => Some(super::objects::usize_of(number.trunc())?.min(length)),
            _ => None,
        };
        Some((bound(arguments.get(0), 0)?, bound(arguments.get(1), length)?))
    }
}
