//! Calls of Drizzle's functions: columns, enums, schemas, views, extras, SQL.

use std::cell::RefCell;
use std::rc::Rc;

use super::exports::{DrizzleFunction, Purpose, table_function};
use super::extras::option_text;
use super::modifiers::text_of;
use super::{
    Choice, Chunk, ColumnBuilder, ColumnFunction, ColumnState, CustomType, EnumValue, Extra, IndexExtra, Known,
    NotNull, Policy, Role, Schema, SequenceValue, Sql, TableFunction, View, ViewBuilder, fill,
};
use crate::catalog::Family;
use crate::declared::evaluate::{Arguments, Evaluator};
use crate::declared::value::{Location, Placed, Unknown, Value};
use crate::declared::{Casing, Generation};

impl DrizzleFunction {
    pub fn is_sql(self) -> bool {
        matches!(self, Self::Other(_, Purpose::Sql))
    }
}

/// The options of PostgreSQL's views in drizzle-kit's order.
const VIEW_OPTIONS: &[&str] = &[
    "check_option",
    "security_barrier",
    "security_invoker",
    "fillfactor",
    "toast_tuple_target",
    "parallel_workers",
    "autovacuum_enabled",
    "vacuum_index_cleanup",
    "vacuum_truncate",
    "autovacuum_vacuum_threshold",
    "autovacuum_vacuum_scale_factor",
    "autovacuum_vacuum_cost_delay",
    "autovacuum_vacuum_cost_limit",
    "autovacuum_freeze_min_age",
    "autovacuum_freeze_max_age",
    "autovacuum_freeze_table_age",
    "autovacuum_multixact_freeze_min_age",
    "autovacuum_multixact_freeze_max_age",
    "autovacuum_multixact_freeze_table_age",
    "log_autovacuum_min_duration",
    "user_catalog_table",
];

/// The same in the order of drizzle-kit 1.0.
const VIEW_OPTIONS_V1: &[&str] = &[
    "check_option",
    "security_barrier",
    "security_invoker",
    "autovacuum_enabled",
    "autovacuum_freeze_max_age",
    "autovacuum_freeze_min_age",
    "autovacuum_freeze_table_age",
    "autovacuum_multixact_freeze_max_age",
    "autovacuum_multixact_freeze_min_age",
    "autovacuum_multixact_freeze_table_age",
    "autovacuum_vacuum_cost_delay",
    "autovacuum_vacuum_cost_limit",
    "autovacuum_vacuum_scale_factor",
    "autovacuum_vacuum_threshold",
    "fillfactor",
    "log_autovacuum_min_duration",
    "parallel_workers",
    "toast_tuple_target",
    "user_catalog_table",
    "vacuum_index_cleanup",
    "vacuum_truncate",
];

/// A text that must be there.
pub(super) fn required(value: &Value, location: Location) -> Known<Rc<str>> {
    match text_of(value, location)? {
        Some(text) => Ok(text),
        None => Err(Rc::new(Unknown { location, why: "its name is not given".into() })),
    }
}

impl Evaluator<'_> {
    /// A builder of what `state` says.
    pub(super) fn builder(&self, state: ColumnState) -> Value {
        Value::Builder(Rc::new(ColumnBuilder { state: RefCell::new(state), made_in: self.evaluation }))
    }

    pub(in crate::declared) fn call_drizzle(
        &mut self,
        function: DrizzleFunction,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        match function {
            DrizzleFunction::Column(family, column) => self.column(family, column, arguments, location),
            DrizzleFunction::Other(family, role) => self.call_role(family, role, arguments, location),
        }
    }

    fn call_role(&mut self, family: Family, role: Purpose, arguments: &Arguments, location: Location) -> Value {
        let first = arguments.get(0);
        let second = arguments.get(1);
        let name_location = arguments.location(0).unwrap_or(location);
        let extra = |extra| Value::Extra(Rc::new(RefCell::new(extra)));
        match role {
            Purpose::TableCreator => Value::TableFunction(Rc::new(TableFunction {
                family,
                schema: Ok(None),
                customize: Some(first),
                casing: second.as_text().and_then(|casing| Casing::from_name(casing)),
                row_level_security: false,
            })),
            Purpose::Schema => Value::Schema(Rc::new(Schema {
                family,
                name: required(&first, name_location),
                casing: None,
                existing: false,
                location,
            })),
            Purpose::Enum => self.enum_type(arguments, Ok(None), location),
            Purpose::MysqlEnum => self.mysql_enum(arguments, location),
            Purpose::CustomType => Value::CustomType(Rc::new(CustomType { family, parameters: first })),
            Purpose::Index | Purpose::UniqueIndex => extra(Extra::Index(IndexExtra {
                name: text_of(&first, name_location),
                unique: role == Purpose::UniqueIndex,
                columns: None,
                method: None,
                options: Vec::new(),
                storage: Ok(Vec::new()),
                concurrently: false,
                predicate: None,
            })),
            Purpose::Unique => {
                extra(Extra::Unique { name: text_of(&first, name_location), columns: None, nulls_not_distinct: false })
            }
            Purpose::PrimaryKey => self.primary_key(arguments, location),
            Purpose::ForeignKey => self.foreign_key(&first, location),
            Purpose::Check => extra(Extra::Check { name: text_of(&first, name_location), condition: second }),
            Purpose::Sequence => Value::Sequence(Rc::new(SequenceValue {
                name: required(&first, name_location),
                schema: Ok(None),
                options: second,
                location,
            })),
            Purpose::Role => Value::Role(Rc::new(Role { name: required(&first, name_location) })),
            Purpose::Policy => Value::Policy(Rc::new(RefCell::new(Policy {
                name: required(&first, name_location),
                config: second,
                table: None,
                location,
            }))),
            Purpose::CrudPolicy => self.crud_policy(&first, location),
            Purpose::View | Purpose::MaterializedView => Value::ViewBuilder(Rc::new(ViewBuilder {
                family,
                name: required(&first, name_location),
                schema: Ok(None),
                materialized: role == Purpose::MaterializedView,
                options: Ok(Vec::new()),
                with_no_data: false,
                access_method: None,
                tablespace: None,
            })),
            Purpose::Sql => match self.elements(&first, location) {
                Ok(parts) => {
                    let texts = parts.iter().filter_map(|part| part.as_text().cloned()).collect();
                    let values = arguments.values.iter().skip(1).map(|placed| placed.value.clone()).collect();
                    Self::sql_template(texts, values)
                }
                Err(unknown) => Value::Unknown(unknown),
            },
            Purpose::TableColumns => {
                let object = crate::declared::value::Object::literal(location);
                self.spread_into(&object, &first, location);
                Value::Object(Rc::new(object))
            }
            Purpose::TableName => match &first {
                Value::Table(id) => self.table(*id).name.clone().map_or_else(Value::Unknown, Value::String),
                Value::Unknown(_) => first,
                _ => Self::unknown(location, "it is no table"),
            },
            Purpose::Operator(text) => self.operator(text, arguments),
            Purpose::Inert => Value::Opaque,
        }
    }

    pub(in crate::declared) fn drizzle_method(
        &mut self,
        function: DrizzleFunction,
        name: &str,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        if function.is_sql() {
            return self.sql_function(name, arguments, location);
        }
        match function {
            // drizzle 1.0: `snakeCase.table(...)`.
            DrizzleFunction::Other(_, Purpose::Inert) => Value::Opaque,
            _ => Self::unknown(location, format!(".{name}() is not read")),
        }
    }

    /// `eq(a, b)` and its like.
    fn operator(&mut self, text: &'static str, arguments: &Arguments) -> Value {
        let mut values: Vec<Value> = arguments.values.iter().map(|placed| placed.value.clone()).collect();
        values.retain(|value| !matches!(value, Value::Undefined));
        if text.contains('(') {
            let of = values.into_iter().next().map_or_else(|| Chunk::Text("*".into()), Chunk::Value);
            return Value::Sql(Rc::new(Sql::new(vec![Chunk::Text(text.into()), of, Chunk::Text(")".into())])));
        }
        // Around it all, and around each operand.
        let generous = self.generation == Generation::V1;
        let (outer, inner) = match text {
            " and " | " or " => (values.len() > 1, generous && values.len() > 1),
            " is null" | " is not null" => (generous, false),
            "not " => (false, generous && matches!(values.first(), Some(Value::Sql(_)))),
            _ => (false, false),
        };
        let parenthesis = |is_there: bool, text: &str| is_there.then(|| Chunk::Text(text.into()));
        let mut chunks = Vec::new();
        if text == "not " {
            chunks.push(Chunk::Text(text.into()));
        }
        chunks.extend(parenthesis(outer, "("));
        let count = values.len();
        for (index, value) in values.into_iter().enumerate() {
            chunks.extend(parenthesis(inner, "("));
            chunks.push(Chunk::Value(value));
            chunks.extend(parenthesis(inner, ")"));
            if index + 1 < count {
                chunks.push(Chunk::Text(text.into()));
            }
        }
        if matches!(text, " is null" | " is not null" | " asc" | " desc") {
            chunks.push(Chunk::Text(text.into()));
        }
        chunks.extend(parenthesis(outer, ")"));
        Value::Sql(Rc::new(Sql::new(chunks)))
    }

    /// `text(name?, config?)`.
    fn column(
        &mut self,
        family: Family,
        function: &'static ColumnFunction,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        let (name, config, name_location) = name_and_config(arguments, location);
        let pattern = match (self.generation, function.sql_v1) {
            (Generation::V1, Some(pattern)) => pattern,
            _ => function.sql,
        };
        let sql_type = match self.generation {
            Generation::V0 if function.since_v1 => {
                Err(Rc::new(Unknown { location, why: format!("drizzle before 1.0 has no {}()", function.name) }))
            }
            _ => self.filled(pattern, &config, location).map(|text| {
                match function.spellings.iter().find(|(from, _)| *from == text) {
                    Some((_, to)) => (*to).into(),
                    None => text,
                }
            }),
        };
        let mut state = self.column_state(family, sql_type, location);
        state.key_as_name = !matches!(&name, Ok(Some(name)) if !name.is_empty());
        state.name = name.map(|name| name.filter(|name| !name.is_empty()));
        state.name_location = name_location;
        state.not_null = match (function.not_null, self.generation) {
            (NotNull::InNumberMode, Generation::V0) => match self.option(&config, "mode", location) {
                Value::Unknown(unknown) => Err(unknown),
                mode => Ok(mode.as_text().is_some_and(|mode| &**mode == "number")),
            },
            (not_null, _) => Ok(not_null != NotNull::No),
        };
        state.autoincrement = function.autoincrement;
        state.config = config;
        self.builder(state)
    }

    fn column_state(
        &self,
        family: Family,
        sql_type: Known<std::borrow::Cow<'static, str>>,
        location: Location,
    ) -> ColumnState {
        ColumnState {
            family,
            sql_type,
            enumeration: None,
            name: Ok(None),
            key_as_name: true,
            not_null: Ok(false),
            primary: Ok(false),
            autoincrement: false,
            default: None,
            on_update_now: None,
            character_set: None,
            collation: None,
            unique: None,
            references: Vec::new(),
            generated: None,
            identity: None,
            dimensions: 0,
            config: Value::Undefined,
            location,
            name_location: None,
        }
    }

    fn filled(
        &mut self,
        pattern: &'static str,
        config: &Value,
        location: Location,
    ) -> Known<std::borrow::Cow<'static, str>> {
        let mut why = None;
        let filled = fill(pattern, &mut |key| {
            if matches!(config, Value::Undefined) {
                return Choice::Absent;
            }
            let key = self.name(key);
            let value = self.member(config, key, location);
            match (&value, value.to_text(), value.truthy()) {
                (Value::Undefined, ..) => Choice::Absent,
                (_, Some(text), Some(truth)) => Choice::Text(text.to_string(), truth),
                _ => {
                    why = value.unknown().cloned();
                    Choice::Unknown
                }
            }
        });
        filled.ok_or_else(|| {
            why.unwrap_or_else(|| Rc::new(Unknown { location, why: "its configuration is not known".into() }))
        })
    }

    /// `customType({ dataType(config) })(name?, config?)`.
    pub(in crate::declared) fn custom_column(
        &mut self,
        custom: &Rc<CustomType>,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        let (name, config, name_location) = name_and_config(arguments, location);
        let key = self.name("dataType");
        let data_type = self.member(&custom.parameters, key, location);
        let config_placed = Placed { value: config.clone(), location };
        let sql = self.call(&data_type, Arguments::of(vec![config_placed]), location);
        let sql_type = match sql {
            Value::String(text) => Ok(text.to_string().into()),
            Value::Unknown(unknown) => Err(unknown),
            _ => Err(Rc::new(Unknown { location, why: "its data type is no text".into() })),
        };
        let mut state = self.column_state(custom.family, sql_type, location);
        state.key_as_name = !matches!(&name, Ok(Some(name)) if !name.is_empty());
        state.name = name.map(|name| name.filter(|name| !name.is_empty()));
        state.name_location = name_location;
        state.config = config;
        self.builder(state)
    }

    /// `mood(name?)` of `const mood = pgEnum(...)`.
    pub(in crate::declared) fn enum_column(
        &mut self,
        enumeration: &Rc<EnumValue>,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        let (name, _, name_location) = name_and_config(arguments, location);
        let sql_type = enumeration.name.clone().map(|name| name.to_string().into());
        let mut state = self.column_state(Family::Postgresql, sql_type, location);
        state.key_as_name = !matches!(&name, Ok(Some(name)) if !name.is_empty());
        state.name = name.map(|name| name.filter(|name| !name.is_empty()));
        state.name_location = name_location;
        state.enumeration = Some(enumeration.clone());
        self.builder(state)
    }

    /// `pgEnum(name, values)`; the values may be an object's.
    pub(in crate::declared) fn enum_type(
        &mut self,
        arguments: &Arguments,
        schema: Known<Option<Rc<str>>>,
        location: Location,
    ) -> Value {
        let values = self.enum_values(&arguments.get(1), location);
        Value::Enum(Rc::new(EnumValue { name: required(&arguments.get(0), location), schema, values, location }))
    }

    fn enum_values(&mut self, values: &Value, location: Location) -> Known<Vec<Rc<str>>> {
        self.elements(values, location)?
            .iter()
            .map(|value| match value {
                Value::Unknown(unknown) => Err(unknown.clone()),
                value => value
                    .to_text()
                    .ok_or_else(|| Rc::new(Unknown { location, why: "a value of the enum is no text".into() })),
            })
            .collect()
    }

    /// The elements of an array, or the values of an object.
    pub(in crate::declared) fn elements(&mut self, value: &Value, location: Location) -> Known<Vec<Value>> {
        match value {
            Value::Array(array) => match &array.open {
                Some(unknown) => Err(unknown.clone()),
                None => Ok(array.elements.borrow().iter().map(|placed| placed.value.clone()).collect()),
            },
            Value::Object(_) => Ok(self.entries(value, location)?.into_iter().map(|(_, value)| value).collect()),
            Value::Unknown(unknown) => Err(unknown.clone()),
            _ => Err(Rc::new(Unknown { location, why: "it is no list".into() })),
        }
    }

    /// `mysqlEnum(values)`, `mysqlEnum(name, values)`.
    fn mysql_enum(&mut self, arguments: &Arguments, location: Location) -> Value {
        let first = arguments.get(0);
        let (name, values, name_location) = match &first {
            Value::String(_) | Value::Unknown(_) if arguments.values.len() > 1 => {
                (text_of(&first, location), arguments.get(1), arguments.location(0))
            }
            _ => (Ok(None), first, None),
        };
        let sql_type = self.enum_values(&values, location).map(|values| {
            let quoted: Vec<String> = values.iter().map(|value| format!("'{value}'")).collect();
            format!("enum({})", quoted.join(",")).into()
        });
        let mut state = self.column_state(Family::Mysql, sql_type, location);
        state.key_as_name = !matches!(&name, Ok(Some(name)) if !name.is_empty());
        state.name = name.map(|name| name.filter(|name| !name.is_empty()));
        state.name_location = name_location;
        self.builder(state)
    }

    fn primary_key(&mut self, arguments: &Arguments, location: Location) -> Value {
        let first = arguments.get(0);
        let (name, columns) = match &first {
            Value::Object(_) => {
                let name = self.option(&first, "name", location);
                let columns = self.option(&first, "columns", location);
                (text_of(&name, location), self.list(&columns, location))
            }
            _ => (Ok(None), arguments.values.iter().map(|placed| placed.value.clone()).collect()),
        };
        Value::Extra(Rc::new(RefCell::new(Extra::PrimaryKey { name, columns })))
    }

    fn foreign_key(&mut self, config: &Value, location: Location) -> Value {
        let config = match config {
            // sqlite-core also takes a function.
            Value::Function(_) => self.call(config, Arguments::default(), location),
            _ => config.clone(),
        };
        let name = self.option(&config, "name", location);
        let columns = self.option(&config, "columns", location);
        let foreign_columns = self.option(&config, "foreignColumns", location);
        Value::Extra(Rc::new(RefCell::new(Extra::ForeignKey {
            name: text_of(&name, location),
            columns: self.list(&columns, location),
            foreign_columns: self.list(&foreign_columns, location),
            on_delete: Ok(None),
            on_update: Ok(None),
        })))
    }

    /// The elements of a list; one unknown element where it is not known.
    fn list(&mut self, value: &Value, location: Location) -> Vec<Value> {
        self.elements(value, location).unwrap_or_else(|unknown| vec![Value::Unknown(unknown)])
    }

    /// `object.key`, undefined where `object` is.
    pub(in crate::declared) fn option(&mut self, object: &Value, key: &str, location: Location) -> Value {
        if matches!(object, Value::Undefined) {
            return Value::Undefined;
        }
        let key = self.name(key);
        self.member(object, key, location)
    }

    pub(in crate::declared) fn schema_method(
        &mut self,
        schema: &Rc<Schema>,
        name: &str,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        let own = schema.name.clone().map(Some);
        match name {
            "table" => {
                let function = TableFunction {
                    family: schema.family,
                    schema: own,
                    customize: None,
                    casing: schema.casing,
                    row_level_security: false,
                };
                self.build_table(&Rc::new(function), arguments, location)
            }
            "enum" => self.enum_type(arguments, own, location),
            "sequence" => Value::Sequence(Rc::new(SequenceValue {
                name: required(&arguments.get(0), location),
                schema: own,
                options: arguments.get(1),
                location,
            })),
            "view" | "materializedView" => Value::ViewBuilder(Rc::new(ViewBuilder {
                family: schema.family,
                name: required(&arguments.get(0), location),
                schema: own,
                materialized: name == "materializedView",
                options: Ok(Vec::new()),
                with_no_data: false,
                access_method: None,
                tablespace: None,
            })),
            _ => Self::unknown(location, format!(".{name}() is not read")),
        }
    }

    pub(in crate::declared) fn schema_member(
        &mut self,
        schema: &Rc<Schema>,
        object: &Value,
        name: crate::syntax::Name,
    ) -> Value {
        match &*self.text(name) {
            "schemaName" => schema.name.clone().map_or_else(Value::Unknown, Value::String),
            "table" => Value::TableFunction(Rc::new(TableFunction {
                family: schema.family,
                schema: schema.name.clone().map(Some),
                customize: None,
                casing: schema.casing,
                row_level_security: false,
            })),
            _ => Value::Method(Rc::new((object.clone(), name))),
        }
    }

    /// `pgView(...).as(query)`, `.existing()`, and what may stand before them.
    pub(in crate::declared) fn finish_view(
        &mut self,
        builder: &Rc<ViewBuilder>,
        name: &str,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        let view = |existing, query| {
            Value::View(Rc::new(View {
                family: builder.family,
                name: builder.name.clone(),
                schema: builder.schema.clone(),
                materialized: builder.materialized,
                existing,
                options: builder.options.clone(),
                with_no_data: builder.with_no_data,
                access_method: builder.access_method.clone(),
                tablespace: builder.tablespace.clone(),
                query,
                location,
            }))
        };
        match name {
            "existing" => view(true, None),
            "as" => match arguments.get(0) {
                Value::Sql(sql) => view(false, Some(sql)),
                Value::Function(query) => {
                    let builder = Placed { value: Value::Query(Rc::default()), location };
                    match self.call_closure(&query, Arguments::of(vec![builder]), None, location) {
                        Value::Query(query) => {
                            let query = self.query_text(&query, location);
                            view(false, query)
                        }
                        Value::Sql(sql) => view(false, Some(sql)),
                        _ => view(false, None),
                    }
                }
                // Another query's text is not modelled.
                _ => view(false, None),
            },
            // PostgreSQL's.
            "with" => {
                let mut builder = (**builder).clone();
                builder.options = builder.options.and_then(|mut options| {
                    for (name, value) in self.named_options(&arguments.get(0), location)? {
                        options
                            .push((crate::declared::cased(&name, Casing::SnakeCase), option_text(&value, location)?));
                    }
                    // drizzle-kit keeps them in an order of its own.
                    let order = if self.generation == Generation::V1 { VIEW_OPTIONS_V1 } else { VIEW_OPTIONS };
                    options.sort_by_key(|(name, _)| order.iter().position(|known| known == name));
                    Ok(options)
                });
                Value::ViewBuilder(Rc::new(builder))
            }
            "withNoData" => Value::ViewBuilder(Rc::new(ViewBuilder { with_no_data: true, ..(**builder).clone() })),
            "using" | "tablespace" => {
                let mut builder = (**builder).clone();
                let given = arguments.get(0).to_text().map(|text| text.to_string());
                match name {
                    "using" => builder.access_method = given,
                    _ => builder.tablespace = given,
                }
                Value::ViewBuilder(Rc::new(builder))
            }
            // MySQL's; in the catalog their names are those of SQL.
            "algorithm" | "sqlSecurity" | "withCheckOption" => {
                let option = match name {
                    "algorithm" => "algorithm",
                    "sqlSecurity" => "sql_security",
                    _ => "check_option",
                };
                let value = match arguments.get(0) {
                    Value::Undefined => Ok("cascaded".to_owned()),
                    value => option_text(&value, location),
                };
                let mut builder = (**builder).clone();
                builder.options = builder.options.and_then(|mut options| {
                    options.push((option.to_owned(), value?));
                    Ok(options)
                });
                Value::ViewBuilder(Rc::new(builder))
            }
            _ => Value::ViewBuilder(builder.clone()),
        }
    }

    /// Neon's `crudPolicy({ role, read, modify })`: up to four policies.
    fn crud_policy(&mut self, config: &Value, location: Location) -> Value {
        let role = self.option(config, "role", location);
        let roles = match &role {
            Value::Array(_) => self.list(&role, location),
            _ => vec![role.clone()],
        };
        let names: Option<Vec<String>> = roles
            .iter()
            .map(|role| match role {
                Value::Role(role) => role.name.as_ref().ok().map(ToString::to_string),
                Value::String(text) => Some(text.to_string()),
                _ => None,
            })
            .collect();
        let mut policies = Vec::new();
        for (option, commands) in [("read", &["select"][..]), ("modify", &["insert", "update", "delete"][..])] {
            let allowed = self.option(config, option, location);
            let condition = match &allowed {
                Value::Boolean(true) => Self::sql_template(vec!["true".into()], Vec::new()),
                Value::Boolean(false) => Self::sql_template(vec!["false".into()], Vec::new()),
                Value::Null | Value::Undefined => continue,
                other => other.clone(),
            };
            for command in commands {
                let object = crate::declared::value::Object::literal(location);
                let mut set = |key: &str, value: Value| {
                    let key = self.name(key);
                    object.set(key, crate::declared::evaluate::plain(value, location));
                };
                set("for", Value::string(command));
                set("to", role.clone());
                if *command != "insert" {
                    set("using", condition.clone());
                }
                if matches!(*command, "insert" | "update") {
                    set("withCheck", condition.clone());
                }
                let name = match &names {
                    Some(names) => Ok(format!("crud-{}-policy-{command}", names.join("-")).into()),
                    None => Err(Rc::new(Unknown { location, why: "its role is not known".into() })),
                };
                let policy = Policy { name, config: Value::Object(Rc::new(object)), table: None, location };
                policies.push(Placed { value: Value::Policy(Rc::new(RefCell::new(policy))), location });
            }
        }
        Value::array(policies)
    }

    /// `snakeCase.table(...)`, `camelCase.schema(...)`, ...: drizzle 1.0's casings.
    pub(in crate::declared) fn cased_method(
        &mut self,
        family: Family,
        casing: Casing,
        name: &str,
        arguments: &Arguments,
        location: Location,
    ) -> Value {
        match name {
            "table" => self.call(&table_function(family, Some(casing)), arguments.clone(), location),
            "schema" => Value::Schema(Rc::new(Schema {
                family,
                name: required(&arguments.get(0), location),
                casing: Some(casing),
                existing: false,
                location,
            })),
            "view" => self.call_role(family, Purpose::View, arguments, location),
            "materializedView" => self.call_role(family, Purpose::MaterializedView, arguments, location),
            _ => Self::unknown(location, format!(".{name}() is not read")),
        }
    }
}

/// The two optional arguments of a column function.
fn name_and_config(arguments: &Arguments, location: Location) -> (Known<Option<Rc<str>>>, Value, Option<Location>) {
    match arguments.values.first().map(|placed| &placed.value) {
        None => match &arguments.open {
            Some(unknown) => (Err(unknown.clone()), Value::Unknown(unknown.clone()), None),
            None => (Ok(None), Value::Undefined, None),
        },
        Some(Value::String(name)) => (Ok(Some(name.clone())), arguments.get(1), arguments.location(0)),
        Some(Value::Object(_)) => (Ok(None), arguments.get(0), None),
        Some(Value::Undefined) => (Ok(None), arguments.get(1), None),
        Some(Value::Unknown(unknown)) => (Err(unknown.clone()), arguments.get(1), arguments.location(0)),
        Some(_) => (
            Err(Rc::new(Unknown { location, why: "its name is no text".into() })),
            arguments.get(1),
            arguments.location(0),
        ),
    }
}
