//! From evaluated exports to the declared side: what drizzle-kit sees, as plain data with places.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use super::drizzle::sql::Style;
use super::drizzle::{ColumnState, Known, TableId};
use super::evaluate::Evaluator;
use super::modules::ModuleId;
use super::value::{Location, Unknown, Value};
use super::{Casing, ColumnPlaces, Declared, DeclaredTable, Generation, Located, PartPlaces, Request, Unresolved};
use crate::catalog::{
    Column, DefaultForm, Dialect, EnumType, Fact, Family, Generated, Identity, PrimaryKey, Sequence, SequenceOptions,
    Table, View,
};
use crate::syntax::Name;

/// Builds the declared side of one reading.
pub(super) struct Lowering<'e, 'a> {
    pub evaluator: &'e mut Evaluator<'a>,
    pub declared: Declared,
    pub family: Family,
    pub dialect: Dialect,
    pub casing: Option<Casing>,
    pub generation: Generation,
    /// The constant that holds each table.
    holders: HashMap<TableId, String>,
}

/// A table: by the variable that its statement puts it into, where there is one.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum TableKey {
    Variable((ModuleId, Name)),
    Id(TableId),
}

/// The declared side of what `modules` export.
pub(super) fn lower(evaluator: &mut Evaluator<'_>, request: &Request, modules: &[ModuleId]) -> Declared {
    let generation = request.kit.generation();
    let mut lowering = Lowering {
        declared: Declared::empty(request.dialect),
        family: request.dialect.family(),
        dialect: request.dialect,
        // drizzle 1.0 has no `casing` in its config.
        casing: request.casing.filter(|_| generation == Generation::V0),
        generation,
        holders: HashMap::new(),
        evaluator,
    };
    lowering.visible(modules);
    lowering.declared
}

impl Lowering<'_, '_> {
    fn visible(&mut self, modules: &[ModuleId]) {
        let mut tables = Vec::new();
        let mut met = HashSet::new();
        let mut policies = Vec::new();
        let mut seen: Vec<Value> = Vec::new();
        for id in modules {
            for (name, exported) in self.evaluator.exports_to_lower(*id) {
                let value = match exported {
                    Ok(value) => value,
                    Err(variable) => {
                        if met.insert(TableKey::Variable(variable)) {
                            tables.push((TableKey::Variable(variable), String::new()));
                        }
                        continue;
                    }
                };
                let export = self.evaluator.text(name).to_string();
                match &value {
                    Value::Table(table) => {
                        let key = self.key(*table);
                        if met.insert(key) {
                            let evaluated = TableKey::Id(*table);
                            tables.push((if self.holds(key) { key } else { evaluated }, export));
                        }
                    }
                    Value::Unknown(unknown) => self.unknown_export(&export, &unknown.clone()),
                    Value::Policy(policy) => policies.push(policy.clone()),
                    _ => {
                        let known = seen.iter().any(|earlier| same_object(earlier, &value));
                        if !known {
                            self.other_export(&value, &export);
                            seen.push(value);
                        }
                    }
                }
            }
            for unknown in self.evaluator.broken_islands(*id) {
                self.unresolved(&unknown, "a statement");
                let has_last = self.evaluator.has_last_good(&unknown.location);
                self.declared.tables_open |= !has_last;
            }
        }
        self.holders = self.evaluator.table_holders();
        for (key, export) in tables {
            match key {
                TableKey::Id(id) => self.table(id, &export, modules),
                TableKey::Variable((module, name)) => {
                    if let Some((table, unresolved)) = self.evaluator.recall(module, name) {
                        self.declared.tables.push(table);
                        self.declared.unresolved.extend(unresolved);
                    }
                }
            }
        }
        self.hidden_tables(&met, modules);
        for policy in policies {
            self.linked_policy(&policy);
        }
        // drizzle-kit 0.x puts all into maps by name. 1.0 refuses to work with two of one name.
        keep_last(&mut self.declared.tables, |it| (it.table.schema.clone(), it.table.name.clone()));
        keep_last(&mut self.declared.enums, |it| (it.value.schema.clone(), it.value.name.clone()));
        keep_last(&mut self.declared.views, |it| (it.value.schema.clone(), it.value.name.clone()));
    }

    fn key(&self, id: TableId) -> TableKey {
        self.evaluator.table(id).variable.map_or(TableKey::Id(id), TableKey::Variable)
    }

    fn holds(&mut self, key: TableKey) -> bool {
        matches!(key, TableKey::Variable((module, name)) if self.evaluator.holds(module, name))
    }

    fn unknown_export(&mut self, export: &str, unknown: &Rc<Unknown>) {
        self.declared.tables_open = true;
        let what = if export == "*" { "what a module exports".to_owned() } else { format!("the export \"{export}\"") };
        self.unresolved(unknown, &what);
    }

    /// Says of tables in schema files that drizzle-kit does not see them.
    fn hidden_tables(&mut self, visible: &HashSet<TableKey>, modules: &[ModuleId]) {
        for id in 0..self.evaluator.tables.len() {
            let table = self.evaluator.table(id);
            let (family, location) = (table.family, table.name_location);
            if family == self.family
                && !table.provided
                && modules.contains(&location.module)
                && !visible.contains(&self.key(id))
                && let Ok(name) = table.name.clone()
            {
                let why = "it is declared but not exported, so drizzle-kit does not see it".to_owned();
                let unknown = Unknown { location, why };
                self.unresolved(&unknown, &format!("the table \"{name}\""));
            }
        }
    }

    pub(super) fn unresolved(&mut self, unknown: &Unknown, what: &str) {
        self.declared.unresolved.push(Unresolved {
            place: self.evaluator.place(unknown.location),
            what: what.to_owned(),
            why: unknown.why.clone(),
        });
    }

    /// The value, or an entry of `unresolved`.
    pub(super) fn known<T>(&mut self, value: Known<T>, what: &str) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(unknown) => {
                self.unresolved(&unknown, what);
                None
            }
        }
    }

    pub(super) fn style(&self, bare_columns: bool) -> Style {
        Style {
            family: self.family,
            bare_columns,
            parameters: true,
            inline: self.generation == Generation::V1,
            casing: self.casing,
        }
    }

    /// The schema of an object, with the dialect's default spelled out.
    fn schema(&mut self, schema: Known<Option<Rc<str>>>, what: &str) -> Option<Option<String>> {
        let schema = self.known(schema, what)?;
        Some(match schema {
            Some(schema) => Some(schema.to_string()),
            None => self.dialect.default_schema().map(str::to_owned),
        })
    }

    fn other_export(&mut self, value: &Value, export: &str) {
        let export = Some(export.to_owned());
        match value {
            Value::Enum(inner) if self.family == Family::Postgresql => {
                let name = self.known(inner.name.clone(), "the name of an enum");
                let schema = self.schema(inner.schema.clone(), "the schema of an enum");
                let values = self.known(inner.values.clone(), "the values of an enum");
                let (Some(name), Some(schema), Some(values)) = (name, schema, values) else {
                    self.declared.others_open = true;
                    return;
                };
                let value = EnumType {
                    schema,
                    name: name.to_string(),
                    values: values.iter().map(ToString::to_string).collect(),
                    ..Default::default()
                };
                let place = self.evaluator.place(inner.location);
                self.declared.enums.push(Located { value, place, export });
            }
            Value::Schema(schema) if schema.family == self.family && !schema.existing => {
                if let Some(name) = self.known(schema.name.clone(), "the name of a schema") {
                    let place = self.evaluator.place(schema.location);
                    self.declared.schemas.push(Located { value: name.to_string(), place, export });
                }
            }
            Value::Sequence(sequence) if self.family == Family::Postgresql => {
                let name = self.known(sequence.name.clone(), "the name of a sequence");
                let schema = self.schema(sequence.schema.clone(), "the schema of a sequence");
                let (Some(name), Some(schema)) = (name, schema) else {
                    self.declared.others_open = true;
                    return;
                };
                let options = sequence.options.clone();
                let unread =
                    ["increment", "minValue", "maxValue", "startWith", "cache", "cycle"].iter().find_map(|key| {
                        match self.evaluator.option(&options, key, sequence.location) {
                            Value::Unknown(unknown) => Some(unknown),
                            _ => None,
                        }
                    });
                if let Some(unknown) = unread {
                    self.unresolved(&unknown, &format!("the options of the sequence \"{name}\""));
                    self.declared.others_open = true;
                    return;
                }
                let options = self.sequence_options(&options, sequence.location);
                let value = Sequence { schema, name: name.to_string(), options, ..Default::default() };
                let place = self.evaluator.place(sequence.location);
                self.declared.sequences.push(Located { value, place, export });
            }
            Value::View(view) if view.family == self.family => {
                let name = self.known(view.name.clone(), "the name of a view");
                let schema = self.schema(view.schema.clone(), "the schema of a view");
                let (Some(name), Some(schema)) = (name, schema) else {
                    self.declared.others_open = true;
                    return;
                };
                if view.existing {
                    self.declared.existing_views.push((schema, name.to_string()));
                    return;
                }
                let Some(options) = self.known(view.options.clone(), &format!("the options of the view \"{name}\""))
                else {
                    // Nothing is claimed about it, as about one that is only said to exist.
                    self.declared.existing_views.push((schema, name.to_string()));
                    return;
                };
                // All is written out, whatever the version.
                let style = Style { inline: true, ..self.style(false) };
                let definition = match &view.query {
                    Some(sql) => self.evaluator.sql_text(sql, style, view.location).map_or(Fact::Unknown, Fact::Known),
                    None => Fact::Unknown,
                };
                let value = View {
                    schema,
                    name: name.to_string(),
                    materialized: view.materialized,
                    definition,
                    options,
                    with_no_data: view.with_no_data,
                    access_method: view.access_method.clone(),
                    tablespace: view.tablespace.clone(),
                    ..Default::default()
                };
                let place = self.evaluator.place(view.location);
                self.declared.views.push(Located { value, place, export });
            }
            _ => {}
        }
    }

    fn sequence_options(&mut self, options: &Value, location: Location) -> SequenceOptions {
        let mut number =
            |key: &str| self.evaluator.option(options, key, location).to_text().map(|text| text.to_string());
        let given = |text: Option<String>| text.filter(|text| text != "undefined");
        let increment = given(number("increment"));
        let min_value = given(number("minValue"));
        let max_value = given(number("maxValue"));
        let start = given(number("startWith"));
        let cache = given(number("cache"));
        let cycle = self.evaluator.option(options, "cycle", location).truthy().filter(|cycle| *cycle);
        SequenceOptions { increment, min_value, max_value, start, cache, cycle }
    }

    fn table(&mut self, id: TableId, export: &str, modules: &[ModuleId]) {
        let table = self.evaluator.table(id);
        if table.family != self.family {
            return;
        }
        let reads_before = self.evaluator.memory.reads.len();
        let unresolved_before = self.declared.unresolved.len();
        let (name, schema, open) = (table.name.clone(), table.schema.clone(), table.open.clone());
        let (name_location, location) = (table.name_location, table.call);
        let name = self.known(name, "the name of a table");
        let schema = self.schema(schema, "the schema of a table");
        let (Some(name), Some(schema)) = (name, schema) else {
            self.declared.tables_open = true;
            return;
        };
        // drizzle-kit leaves out the tables of `mysqlSchema`, even of the current database's.
        if self.family == Family::Mysql && schema.is_some() {
            return;
        }
        if let Some(unknown) = &open {
            self.unresolved(unknown, &format!("the columns of \"{name}\""));
        }
        let export = self
            .holders
            .get(&id)
            .cloned()
            .or_else(|| modules.contains(&name_location.module).then(|| export.to_owned()));
        let table = self.evaluator.table(id);
        let mut declared = DeclaredTable {
            table: Arc::new(Table {
                schema,
                name: name.to_string(),
                row_level_security: table.row_level_security.get(),
                ..Table::default()
            }),
            export,
            statement: self.evaluator.place(table.statement),
            call: self.evaluator.place(location),
            callee: self.evaluator.source(table.callee).trim().to_owned(),
            name: self.evaluator.place(name_location),
            columns_object: table.columns_object.map(|braces| self.evaluator.place(braces)),
            columns: Vec::new(),
            parts: PartPlaces::default(),
            columns_open: open.is_some(),
            extras_open: open.is_some(),
            enables_row_level_security: table.row_level_security.get(),
            broken: table.broken,
        };
        self.columns(id, &mut declared);
        self.column_constraints(id, &mut declared);
        self.extras(id, &mut declared);
        let reads = self.evaluator.reads_since(reads_before);
        if let Some((module, variable)) = self.evaluator.table(id).variable.filter(|_| !declared.broken) {
            let unresolved = &self.declared.unresolved[unresolved_before..];
            self.evaluator.keep((module, variable), &declared, unresolved, &reads);
        }
        self.declared.tables.push(declared);
    }

    fn columns(&mut self, id: TableId, declared: &mut DeclaredTable) {
        for index in 0..self.evaluator.table(id).columns.len() {
            let name = self.evaluator.column_name(id, index, self.casing);
            let column = &self.evaluator.table(id).columns[index];
            let state = column.state.clone();
            let key = self.evaluator.text(column.key).to_string();
            let property = self.evaluator.place(column.property);
            let Some(name) = self.known(name, "the name of a column") else {
                declared.columns_open = true;
                continue;
            };
            let sql_type = match self.known(state.sql_type.clone(), &format!("the type of \"{name}\"")) {
                Some(sql_type) => Fact::Known(sql_type.into_owned()),
                None => Fact::Unknown,
            };
            let type_schema = match &state.enumeration {
                Some(enumeration) => self.schema(enumeration.schema.clone(), "the schema of an enum").flatten(),
                None => None,
            };
            let default = self.evaluator.default_text(&state, self.casing);
            if default == Fact::Unknown
                && let Some(Value::Unknown(unknown)) = &state.default
            {
                self.unresolved(unknown, &format!("the default of \"{name}\""));
            }
            let identity = state.identity.as_ref().map(|identity| {
                let options = self.sequence_options(&identity.options, state.location);
                let given = self.evaluator.option(&identity.options, "name", state.location).as_text().cloned();
                let sequence =
                    given.map_or_else(|| format!("{}_{name}_seq", declared.table.name), |name| name.to_string());
                Box::new(Identity { always: identity.always, name: Some(sequence), options })
            });
            let generated = state.generated.as_ref().map(|generated| {
                let expression = self.generated_text(&generated.expression, state.location);
                let stored = match &generated.mode {
                    Some(mode) => &**mode == "stored",
                    None => self.family == Family::Postgresql,
                };
                Box::new(Generated { expression, stored })
            });
            // drizzle-kit 1.0 looks for ON UPDATE in columns of dates alone, not in those of texts.
            let on_update_unseen = state.on_update_now.is_some()
                && self.generation == Generation::V1
                && self
                    .evaluator
                    .option(&state.config, "mode", state.location)
                    .as_text()
                    .is_some_and(|mode| &**mode == "string");
            declared.table_mut().columns.push(Column {
                name: name.to_string(),
                sql_type,
                type_schema,
                not_null: self.not_null(&state),
                default,
                default_form: state.default.as_ref().map_or_else(DefaultForm::default, default_form),
                primary_flag: state.primary == Ok(true),
                identity,
                generated,
                autoincrement: state.autoincrement,
                on_update: state.on_update_now.clone(),
                on_update_unseen,
                // A character set brings a collation of its own, whose name begins with it.
                collation: state.collation.clone().or_else(|| state.character_set.clone()),
                character_set: state.character_set.clone(),
                ..Default::default()
            });
            declared.columns.push(ColumnPlaces {
                key,
                property,
                builder: self.evaluator.place(state.location),
                name: state.name_location.map(|location| self.evaluator.place(location)),
            });
        }
    }

    fn not_null(&self, state: &ColumnState) -> Fact<bool> {
        // drizzle 1.0 leaves it to SQLite's key.
        if (self.generation, self.family) == (Generation::V1, Family::Sqlite) && state.primary == Ok(true) {
            return Fact::Known(false);
        }
        state.not_null.clone().map_or(Fact::Unknown, Fact::Known)
    }

    fn generated_text(&mut self, expression: &Value, location: Location) -> Fact<String> {
        let value = match expression {
            Value::Function(_) => self.evaluator.call(expression, super::evaluate::Arguments::default(), location),
            value => value.clone(),
        };
        let style = self.style(self.family == Family::Sqlite);
        let style = Style { inline: style.inline && self.family != Family::Postgresql, ..style };
        match value {
            Value::Sql(sql) => self.evaluator.sql_text(&sql, style, location).map_or(Fact::Unknown, Fact::Known),
            Value::String(text) => Fact::Known(text.to_string()),
            _ => Fact::Unknown,
        }
    }

    fn column_constraints(&mut self, id: TableId, declared: &mut DeclaredTable) {
        let mut primary = Vec::new();
        for index in 0..self.evaluator.table(id).columns.len() {
            let Ok(name) = self.evaluator.column_name(id, index, self.casing) else { continue };
            let state = self.evaluator.table(id).columns[index].state.clone();
            if state.primary == Ok(true) {
                primary.push(name.to_string());
                declared.parts.primary_key.get_or_insert(self.evaluator.place(state.location));
            }
            if let Some(unique) = &state.unique {
                self.column_unique(unique, &name, state.location, declared);
            }
            for reference in &state.references {
                self.reference(reference, &name, declared);
            }
        }
        if !primary.is_empty() {
            declared.table_mut().primary_key =
                Some(PrimaryKey { columns: primary, name_is_default: true, ..Default::default() });
        }
    }
}

fn default_form(default: &Value) -> DefaultForm {
    match default {
        Value::Number(_) => DefaultForm::Number,
        Value::Boolean(_) => DefaultForm::Boolean,
        Value::BigInt(_) => DefaultForm::BigInt,
        Value::String(_) => DefaultForm::Text,
        Value::Object(_) | Value::Array(_) | Value::Null | Value::Date(_) => DefaultForm::Object,
        _ => DefaultForm::Sql,
    }
}

fn same_object(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Enum(a), Value::Enum(b)) => Rc::ptr_eq(a, b),
        (Value::Schema(a), Value::Schema(b)) => Rc::ptr_eq(a, b),
        (Value::Sequence(a), Value::Sequence(b)) => Rc::ptr_eq(a, b),
        (Value::View(a), Value::View(b)) => Rc::ptr_eq(a, b),
        _ => false,
    }
}

/// Leaves the last of what bears one name, in the place of the first.
fn keep_last<T>(list: &mut Vec<T>, name: impl Fn(&T) -> (Option<String>, String)) {
    let mut places = HashMap::with_capacity(list.len());
    let mut kept: Vec<T> = Vec::with_capacity(list.len());
    for item in list.drain(..) {
        match places.entry(name(&item)) {
            Entry::Occupied(place) => kept[*place.get()] = item,
            Entry::Vacant(place) => {
                place.insert(kept.len());
                kept.push(item);
            }
        }
    }
    *list = kept;
}
