//! Methods of what stands in a table's third argument: `.on(...)`, `.where(...)`, `.onDelete(...)`, ...

use std::cell::RefCell;
use std::rc::Rc;

use super::modifiers::text_of;
use super::{Extra, IndexKey, Known};
use crate::declared::evaluate::{Arguments, Evaluator};
use crate::declared::value::{Location, Unknown, Value};

impl Evaluator<'_> {
    pub(in crate::declared) fn modify_extra(
        &mut self,
        extra: &Rc<RefCell<Extra>>,
        name: &str,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        let first = arguments.get(0);
        let mut values: Vec<Value> = arguments.values.iter().map(|placed| placed.value.clone()).collect();
        if let Some(unknown) = &arguments.open {
            values.push(Value::Unknown(unknown.clone()));
        }
        let mut known = true;
        let named = if name == "with" { self.named_options(&first, location) } else { Ok(Vec::new()) };
        match &mut *extra.borrow_mut() {
            Extra::Index(index) => match name {
                "on" | "onOnly" => index.columns = Some(values),
                "using" if index.columns.is_some() || values.len() <= 1 => {
                    index.method = first.as_text().cloned();
                }
                "using" => {
                    index.method = first.as_text().cloned();
                    index.columns = Some(values.split_off(1));
                }
                "where" => index.predicate = Some(first),
                "algorithm" => index.options.extend(first.as_text().map(|text| ("algorithm", text.clone()))),
                "lock" => index.options.extend(first.as_text().map(|text| ("lock", text.clone()))),
                "concurrently" => index.concurrently = true,
                "with" => index.storage = named,
                _ => known = false,
            },
            Extra::Unique { columns, nulls_not_distinct, .. } => match name {
                "on" => *columns = Some(values),
                "nullsNotDistinct" => *nulls_not_distinct = true,
                _ => known = false,
            },
            Extra::ForeignKey { on_delete, on_update, .. } => match name {
                "onDelete" => *on_delete = text_of(&first, location),
                "onUpdate" => *on_update = text_of(&first, location),
                _ => known = false,
            },
            Extra::PrimaryKey { .. } | Extra::Check { .. } => known = false,
        }
        if known { Value::Extra(extra.clone()) } else { Self::unknown(location, format!(".{name}() is not read")) }
    }

    /// The properties of an object that are given.
    pub(in crate::declared) fn named_options(
        &mut self,
        options: &Value,
        location: Location,
    ) -> Known<Vec<(String, Value)>> {
        let object = match options {
            Value::Object(object) => object,
            Value::Undefined => return Ok(Vec::new()),
            Value::Unknown(unknown) => return Err(unknown.clone()),
            _ => return Err(Rc::new(Unknown { location, why: "these options are no object that is read".into() })),
        };
        if let Some(unknown) = &*object.open.borrow() {
            return Err(unknown.clone());
        }
        let keys: Vec<_> = object.properties.borrow().keys().copied().collect();
        let names: Vec<String> = keys.into_iter().map(|key| self.text(key).to_string()).collect();
        let mut named = Vec::new();
        for name in names {
            match self.option(options, &name, location) {
                Value::Undefined => {}
                Value::Unknown(unknown) => return Err(unknown),
                value => named.push((name, value)),
            }
        }
        Ok(named)
    }

    /// `t.name.desc()` and the like; `None` where `name` is another method.
    pub(in crate::declared) fn index_key(
        &mut self,
        receiver: &Value,
        name: &str,
        arguments: &Arguments,
    ) -> Option<Value> {
        let mut key = match receiver {
            Value::Column(table, index) => {
                IndexKey { column: (*table, *index), descending: false, nulls_first: None, operator_class: None }
            }
            Value::IndexKey(key) => (**key).clone(),
            _ => return None,
        };
        match name {
            "asc" => key.descending = false,
            "desc" => key.descending = true,
            "nullsFirst" => key.nulls_first = Some(true),
            "nullsLast" => key.nulls_first = Some(false),
            "op" => key.operator_class = arguments.get(0).as_text().cloned(),
            _ => return None,
        }
        Some(Value::IndexKey(Rc::new(key)))
    }
}

/// The value of an option as SQL has it.
pub(in crate::declared) fn option_text(value: &Value, location: Location) -> Known<String> {
    match (value, value.to_text()) {
        (Value::Unknown(unknown), _) => Err(unknown.clone()),
        (_, Some(text)) => Ok(text.to_string()),
        _ => Err(Rc::new(Unknown { location, why: "this option has no text that is read".into() })),
    }
}
