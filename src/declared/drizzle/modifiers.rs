//! Methods of column builders: `.notNull()`, `.default(...)`, `.references(...)`, ...

use std::rc::Rc;

use super::{ColumnBuilder, ColumnState, GeneratedColumn, IdentityColumn, Known, Reference, UniqueColumn};
use crate::catalog::Family;
use crate::declared::Generation;
use crate::declared::evaluate::{Arguments, Evaluator};
use crate::declared::value::{Location, Unknown, Value};

/// What SQL `.defaultNow()` writes.
const NOW: &[(Family, &str)] = &[
    (Family::Postgresql, "now()"),
    (Family::Mysql, "(now())"),
    (Family::Sqlite, "(cast((julianday('now') - 2440587.5)*86400000 as integer))"),
];

/// Builds a known-or-unknown text out of a value that should be one.
pub(super) fn text_of(value: &Value, location: Location) -> Known<Option<Rc<str>>> {
    match value {
        Value::Undefined | Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Unknown(unknown) => Err(unknown.clone()),
        _ => Err(Rc::new(Unknown { location, why: "it is no text".into() })),
    }
}

impl Evaluator<'_> {
    pub(in crate::declared) fn modify_column(
        &mut self,
        builder: &Rc<ColumnBuilder>,
        name: &str,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        if builder.made_in != self.evaluation {
            self.note_effect();
        }
        if name == "array" {
            return self.array_column(builder, arguments, location);
        }
        let first = arguments.get(0);
        // What a modifier's options say, read before the builder is touched.
        let mut option = |index: usize, key: &str| -> Value {
            let options = arguments.get(index);
            self.option(&options, key, location)
        };
        match name {
            "primaryKey" => {
                let automatic = option(0, "autoIncrement").truthy() == Some(true);
                let mut state = builder.state.borrow_mut();
                state.autoincrement |= automatic;
                state.primary = Ok(true);
                state.not_null = Ok(true);
            }
            "unique" => {
                let nulls = option(1, "nulls");
                let unique_name = text_of(&first, location);
                builder.state.borrow_mut().unique = Some(UniqueColumn {
                    named: !matches!(unique_name, Ok(None)),
                    name: unique_name,
                    nulls_not_distinct: nulls.as_text().is_some_and(|text| &**text == "not distinct"),
                });
            }
            "references" => {
                let on_delete = text_of(&option(1, "onDelete"), location);
                let on_update = text_of(&option(1, "onUpdate"), location);
                let reference = Reference { target: first, on_delete, on_update, location };
                builder.state.borrow_mut().references.push(reference);
            }
            "generatedAlwaysAs" => {
                let mode = option(1, "mode").as_text().cloned();
                builder.state.borrow_mut().generated = Some(GeneratedColumn { expression: first, mode });
            }
            "onUpdateNow" => {
                let precision = option(0, "fsp").to_text().filter(|text| &**text != "undefined");
                let precision = precision.map_or_else(String::new, |precision| format!("({precision})"));
                builder.state.borrow_mut().on_update_now = Some(format!("CURRENT_TIMESTAMP{precision}"));
            }
            "charSet" => builder.state.borrow_mut().character_set = first.as_text().map(ToString::to_string),
            "collate" => builder.state.borrow_mut().collation = first.as_text().map(ToString::to_string),
            _ => self.plain_modifier(builder, name, first, location),
        }
        builder.state.borrow_mut().location = location;
        Value::Builder(builder.clone())
    }

    /// A modifier without options.
    fn plain_modifier(&mut self, builder: &Rc<ColumnBuilder>, name: &str, first: Value, location: Location) {
        let mut state = builder.state.borrow_mut();
        match name {
            "notNull" => state.not_null = Ok(true),
            "default" => state.default = Some(first),
            "defaultNow" => {
                let sql = NOW.iter().find(|(family, _)| *family == state.family).map_or("now()", |row| row.1);
                state.default = Some(Self::sql_template(vec![sql.into()], Vec::new()));
            }
            "defaultRandom" => {
                state.default = Some(Self::sql_template(vec!["gen_random_uuid()".into()], Vec::new()));
            }
            "generatedAlwaysAsIdentity" | "generatedByDefaultAsIdentity" => {
                state.identity = Some(IdentityColumn { always: name == "generatedAlwaysAsIdentity", options: first });
                state.not_null = Ok(true);
            }
            "autoincrement" => state.autoincrement = true,
            "$type" | "$default" | "$defaultFn" | "$onUpdate" | "$onUpdateFn" => {}
            "setName" => {
                if let (Ok(None), Some(text)) = (&state.name, first.as_text()) {
                    state.name = Ok(Some(text.clone()));
                }
            }
            _ => {
                let why = format!(".{name}() is not a modifier that is read");
                let unknown = Rc::new(Unknown { location, why });
                state.forget(&unknown);
            }
        }
    }

    /// `.array(size?)`: before 1.0 a builder of its own around the first, which forgets what that was told.
    fn array_column(&mut self, builder: &Rc<ColumnBuilder>, arguments: &Arguments, location: Location) -> Value {
        let mut state = builder.state.borrow().clone();
        let first = arguments.get(0);
        let suffix = match (&first, self.generation) {
            (Value::Number(size), Generation::V0) => format!("[{}]", crate::syntax::number_text(*size)),
            (Value::String(dimensions), Generation::V1) => dimensions.to_string(),
            _ => "[]".to_owned(),
        };
        // drizzle 1.0 takes half the length of what is given for the number of dimensions, and a number has none.
        let no_array = matches!(first, Value::Number(_)) || state.dimensions > 0;
        if let (Generation::V1, true) = (self.generation, no_array) {
            state.location = location;
            *builder.state.borrow_mut() = state;
            return Value::Builder(builder.clone());
        }
        if let Ok(sql_type) = &state.sql_type {
            state.sql_type = Ok(format!("{sql_type}{suffix}").into());
        }
        state.dimensions += 1;
        state.location = location;
        if self.generation == Generation::V1 {
            *builder.state.borrow_mut() = state;
            return Value::Builder(builder.clone());
        }
        let fresh = ColumnState {
            not_null: Ok(false),
            primary: Ok(false),
            default: None,
            unique: None,
            references: Vec::new(),
            generated: None,
            identity: None,
            key_as_name: matches!(state.name, Ok(None)),
            ..state
        };
        self.builder(fresh)
    }
}
