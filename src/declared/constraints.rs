//! Keys, indexes, checks and policies of a table, with the names that drizzle-kit gives them.

use std::cell::RefCell;
use std::rc::Rc;

use super::drizzle::extras::option_text;
use super::drizzle::sql::Style;
use super::drizzle::{Extra, IndexExtra, Known, Policy, Reference, TableId, UniqueColumn};
use super::evaluate::Arguments;
use super::lowering::Lowering;
use super::value::{Location, Placed, Property, Unknown, Value};
use super::{DeclaredTable, Generation, names};
use crate::catalog::{self, Check, Fact, Family, ForeignKey, Index, IndexColumn, PrimaryKey, Unique, UniqueForm};

/// The action where the code names none.
const NO_ACTION: &str = "no action";

impl Lowering<'_, '_> {
    pub(super) fn column_unique(
        &mut self,
        unique: &UniqueColumn,
        column: &str,
        location: Location,
        declared: &mut DeclaredTable,
    ) {
        let Some(name) = self.known(unique.name.clone(), "the name of a unique constraint") else {
            declared.extras_open = true;
            return;
        };
        let name_is_default = !unique.named;
        let name = match name {
            Some(name) if unique.named || self.generation == Generation::V0 => name.to_string(),
            _ => {
                let columns = [column.to_owned()];
                names::unique(self.generation, self.family, &declared.table.name, &columns, true)
            }
        };
        let columns = vec![column.to_owned()];
        let form = UniqueForm::Column;
        let nulls_not_distinct = unique.nulls_not_distinct;
        let unique =
            Unique { name: Some(name), columns, nulls_not_distinct, form, name_is_default, ..Default::default() };
        self.push_unique(unique, location, declared);
    }

    /// Before 1.0, drizzle-kit makes SQLite's unique constraints indexes.
    fn push_unique(&mut self, unique: Unique, location: Location, declared: &mut DeclaredTable) {
        let place = self.evaluator.place(location);
        if (self.generation, self.family) == (Generation::V0, Family::Sqlite) {
            declared.table_mut().indexes.push(Index {
                name: unique.name.unwrap_or_default(),
                unique: true,
                columns: unique.columns.into_iter().map(plain_key).collect(),
                form: unique.form,
                name_is_default: unique.name_is_default,
                ..Default::default()
            });
            declared.parts.indexes.push(place);
        } else {
            declared.table_mut().uniques.push(unique);
            declared.parts.uniques.push(place);
        }
    }

    pub(super) fn reference(&mut self, reference: &Reference, column: &str, declared: &mut DeclaredTable) {
        let target = self.evaluator.call(&reference.target, Arguments::default(), reference.location);
        let target = self.column_of(&target, reference.location);
        let actions = reference.on_delete.clone().and_then(|delete| Ok((delete, reference.on_update.clone()?)));
        let (Some(target), Some((on_delete, on_update))) = (
            self.known(target, &format!("the column that \"{column}\" refers to")),
            self.known(actions, "an action of a foreign key"),
        ) else {
            declared.extras_open = true;
            return;
        };
        let columns = vec![column.to_owned()];
        self.push_foreign_key(None, columns, &[target], on_delete, on_update, reference.location, declared);
    }

    fn column_of(&self, value: &Value, location: Location) -> Known<(TableId, usize)> {
        match value {
            Value::Column(table, index) => Ok((*table, *index)),
            Value::IndexKey(key) => Ok(key.column),
            Value::Unknown(unknown) => Err(unknown.clone()),
            _ => Err(Rc::new(Unknown { location, why: "it is no column that is read".into() })),
        }
    }

    #[expect(clippy::too_many_arguments, reason = "a foreign key has that many parts")]
    fn push_foreign_key(
        &mut self,
        name: Option<Rc<str>>,
        columns: Vec<String>,
        targets: &[(TableId, usize)],
        on_delete: Option<Rc<str>>,
        on_update: Option<Rc<str>>,
        location: Location,
        declared: &mut DeclaredTable,
    ) {
        let Some((foreign, _)) = targets.first() else {
            declared.extras_open = true;
            return;
        };
        let foreign = self.evaluator.table(*foreign);
        let parts = (foreign.name.clone(), foreign.schema.clone());
        let (Ok(foreign_table), Ok(foreign_schema)) = parts else {
            declared.extras_open = true;
            let unknown = Unknown { location, why: "the table it refers to has no known name".into() };
            self.unresolved(&unknown, "a foreign key");
            return;
        };
        let names: Known<Vec<String>> = targets
            .iter()
            .map(|(table, index)| self.evaluator.column_name(*table, *index, self.casing).map(|name| name.to_string()))
            .collect();
        let Some(foreign_columns) = self.known(names, "a column of a foreign key") else {
            declared.extras_open = true;
            return;
        };
        let name_is_default = name.is_none();
        let name = name.map_or_else(
            || {
                let table = &declared.table.name;
                names::foreign_key(self.generation, self.family, table, &columns, &foreign_table, &foreign_columns)
            },
            |name| name.to_string(),
        );
        let default_schema = self.dialect.default_schema().map(str::to_owned);
        declared.table_mut().foreign_keys.push(ForeignKey {
            name: Some(name),
            columns,
            foreign_schema: foreign_schema.map_or(default_schema, |schema| Some(schema.to_string())),
            foreign_table: foreign_table.to_string(),
            foreign_columns,
            on_update: on_update.map_or(NO_ACTION.to_owned(), |action| action.to_string()),
            on_delete: on_delete.map_or(NO_ACTION.to_owned(), |action| action.to_string()),
            name_is_default,
            ..Default::default()
        });
        declared.parts.foreign_keys.push(self.evaluator.place(location));
    }

    /// What the third argument of the table function lists.
    pub(super) fn extras(&mut self, id: TableId, declared: &mut DeclaredTable) {
        let Some(extras) = self.evaluator.table(id).extras.clone() else { return };
        let location = self.evaluator.table(id).call;
        let listed = match &extras {
            Value::Function(_) => {
                let table = Placed { value: Value::Table(id), location };
                self.evaluator.call(&extras, Arguments::of(vec![table]), location)
            }
            value => value.clone(),
        };
        let elements = match &listed {
            Value::Undefined | Value::Null => return,
            // What is known of an open list is known.
            Value::Array(array) => {
                if let Some(unknown) = array.open.clone() {
                    self.open_extras(&unknown, declared);
                }
                array.elements.borrow().clone()
            }
            Value::Object(object) => {
                if let Some(unknown) = object.open.borrow().clone() {
                    self.open_extras(&unknown, declared);
                }
                let placed =
                    |property: &Property| Placed { value: property.value.clone(), location: property.value_location };
                object.properties.borrow().values().map(placed).collect()
            }
            Value::Unknown(unknown) => return self.open_extras(&unknown.clone(), declared),
            _ => return,
        };
        for element in elements {
            self.extra(&element.value, element.location, declared);
        }
    }

    fn open_extras(&mut self, unknown: &Unknown, declared: &mut DeclaredTable) {
        declared.extras_open = true;
        let what = format!("a key, index or check of \"{}\"", declared.table.name);
        self.unresolved(unknown, &what);
    }

    fn extra(&mut self, value: &Value, location: Location, declared: &mut DeclaredTable) {
        match value {
            Value::Extra(extra) => {
                let extra: Rc<RefCell<Extra>> = extra.clone();
                let lowered = self.lower_extra(&extra.borrow(), location, declared);
                if let Err(unknown) = lowered {
                    self.open_extras(&unknown, declared);
                }
            }
            Value::Policy(policy) => {
                let policy = policy.borrow().clone();
                self.policy(&policy, declared);
            }
            // `crudPolicy` makes several at once.
            Value::Array(array) => {
                let inner: Vec<Value> = array.elements.borrow().iter().map(|placed| placed.value.clone()).collect();
                for value in inner {
                    self.extra(&value, location, declared);
                }
            }
            Value::Unknown(unknown) => self.open_extras(&unknown.clone(), declared),
            // Drizzle passes over what it did not make itself.
            _ => {}
        }
    }

    fn lower_extra(&mut self, extra: &Extra, location: Location, declared: &mut DeclaredTable) -> Known<()> {
        match extra {
            Extra::Index(index) => self.index(index, location, declared),
            Extra::Unique { name, columns, nulls_not_distinct } => {
                let columns = columns.as_deref().unwrap_or_default();
                let bare = self.own_names(columns, location, false)?;
                let columns = self.own_names(columns, location, true)?;
                let name = name.clone()?;
                let name_is_default = name.is_none();
                let name = match name {
                    Some(name) => name.to_string(),
                    // drizzle names it by the keys, whatever the casing.
                    None => names::unique(self.generation, self.family, &declared.table.name, &bare, false),
                };
                let unique = Unique {
                    name: Some(name),
                    columns,
                    nulls_not_distinct: *nulls_not_distinct,
                    form: UniqueForm::Constraint,
                    name_is_default,
                    ..Default::default()
                };
                self.push_unique(unique, location, declared);
                Ok(())
            }
            Extra::PrimaryKey { name, columns } => {
                let columns = self.own_names(columns, location, true)?;
                let name = name.clone()?.map(|name| name.to_string());
                self.primary_key(name, columns, declared);
                declared.parts.primary_key = Some(self.evaluator.place(location));
                Ok(())
            }
            Extra::ForeignKey { name, columns, foreign_columns, on_delete, on_update } => {
                let names = self.own_names(columns, location, true)?;
                let targets: Known<Vec<_>> =
                    foreign_columns.iter().map(|column| self.column_of(column, location)).collect();
                let (name, delete, update) = (name.clone()?, on_delete.clone()?, on_update.clone()?);
                self.push_foreign_key(name, names, &targets?, delete, update, location, declared);
                Ok(())
            }
            Extra::Check { name, condition } => {
                let name = name.clone()?.map(|name| name.to_string());
                // drizzle-kit 1.0 writes checks with bare columns, but MySQL's.
                let style = self.style(self.generation == Generation::V1 && self.family != Family::Mysql);
                let expression = match condition {
                    Value::Sql(sql) => self.evaluator.sql_text(sql, style, location).map_or(Fact::Unknown, Fact::Known),
                    _ => Fact::Unknown,
                };
                declared.table_mut().checks.push(Check { name, expression, ..Check::default() });
                declared.parts.checks.push(self.evaluator.place(location));
                Ok(())
            }
        }
    }

    fn primary_key(&mut self, name: Option<String>, columns: Vec<String>, declared: &mut DeclaredTable) {
        let implies_not_null =
            self.family == Family::Mysql || (self.generation == Generation::V1 && self.family == Family::Postgresql);
        if implies_not_null {
            for column in declared.table_mut().columns.iter_mut().filter(|column| columns.contains(&column.name)) {
                column.not_null_implied = column.not_null == Fact::Known(false);
                column.not_null = Fact::Known(true);
            }
        }
        let default = || names::primary_key(self.generation, self.family, &declared.table.name, &columns);
        let name_is_default = name.is_none();
        // A key of one column may be a flag of that column, which has no name.
        let name = match (self.generation, self.family, columns.len()) {
            (Generation::V0, Family::Sqlite, 1) => None,
            (Generation::V1, _, 1) => name,
            _ => Some(name.unwrap_or_else(default)),
        };
        declared.table_mut().primary_key = Some(PrimaryKey { name, columns, name_is_default, ..Default::default() });
    }

    /// The names of columns of the table itself, cased or as the keys have them.
    fn own_names(&mut self, columns: &[Value], location: Location, cased: bool) -> Known<Vec<String>> {
        columns
            .iter()
            .map(|column| {
                let (table, index) = self.column_of(column, location)?;
                let casing = if cased { self.casing } else { None };
                Ok(self.evaluator.column_name(table, index, casing)?.to_string())
            })
            .collect()
    }

    fn index(&mut self, index: &IndexExtra, location: Location, declared: &mut DeclaredTable) -> Known<()> {
        let mut columns = Vec::new();
        for key in index.columns.as_deref().unwrap_or_default() {
            columns.push(self.index_column(key, location)?);
        }
        let name = index.name.clone()?;
        let name_is_default = name.is_none();
        let name = match name {
            Some(name) => name.to_string(),
            None => {
                let names: Vec<&str> = columns.iter().map(|column| column.expression.as_str()).collect();
                format!("{}_{}_index", declared.table.name, names.join("_"))
            }
        };
        let style = self.style((self.generation, self.family) == (Generation::V1, Family::Postgresql));
        // 1.0 forgets to write them out here.
        let style = Style { inline: style.inline && self.family != Family::Sqlite, ..style };
        let predicate = match &index.predicate {
            Some(Value::Sql(sql)) => Some(self.evaluator.sql_text(sql, style, location)?),
            None | Some(Value::Undefined | Value::Null) => None,
            Some(Value::Unknown(unknown)) => return Err(unknown.clone()),
            Some(_) => return Err(Rc::new(Unknown { location, why: "its condition is no SQL that is read".into() })),
        };
        let method = match self.family {
            Family::Postgresql => Some(index.method.as_deref().unwrap_or("btree").to_owned()),
            Family::Mysql | Family::Sqlite => None,
        };
        let mut storage: Vec<(String, String)> = Vec::new();
        let given = index.storage.clone()?;
        let storage_is_typed = given.iter().any(|(_, value)| value.as_text().is_none());
        if self.family == Family::Postgresql {
            for (name, value) in given {
                storage.push((name, option_text(&value, location)?));
            }
        }
        if self.family == Family::Mysql {
            storage.extend(index.method.iter().map(|method| ("using".to_owned(), method.to_string())));
            storage.extend(index.options.iter().map(|(name, value)| ((*name).to_owned(), value.to_string())));
        }
        declared.table_mut().indexes.push(Index {
            name,
            unique: index.unique,
            method,
            columns,
            predicate,
            storage,
            storage_is_typed,
            concurrently: index.concurrently,
            name_is_default,
            ..Default::default()
        });
        declared.parts.indexes.push(self.evaluator.place(location));
        Ok(())
    }

    fn index_column(&mut self, key: &Value, location: Location) -> Known<IndexColumn> {
        let (column, descending, nulls_first, operator_class) = match key {
            Value::Sql(sql) => {
                let style = self.style(true);
                let expression = self.evaluator.sql_text(sql, style, location)?;
                return Ok(IndexColumn { is_expression: true, ..plain_key(expression) });
            }
            Value::IndexKey(key) => {
                (key.column, key.descending, key.nulls_first, key.operator_class.as_deref().map(str::to_owned))
            }
            other => (self.column_of(other, location)?, false, None, None),
        };
        let expression = self.evaluator.column_name(column.0, column.1, self.casing)?.to_string();
        // drizzle writes NULLS LAST unless told otherwise, which is not the default of a descending key.
        let nulls_first = match (self.family, descending, nulls_first) {
            (Family::Postgresql, true, Some(true)) => None,
            (Family::Postgresql, true, _) => Some(false),
            (Family::Postgresql, false, Some(true)) => Some(true),
            _ => None,
        };
        Ok(IndexColumn {
            expression,
            is_expression: false,
            descending,
            nulls_first,
            operator_class,
            ..Default::default()
        })
    }

    /// A policy that is exported on its own and linked to a table.
    pub(super) fn linked_policy(&mut self, policy: &Rc<RefCell<Policy>>) {
        let policy = policy.borrow().clone();
        let Some(Value::Table(id)) = policy.table else { return };
        let table = self.evaluator.table(id);
        let (Ok(name), Ok(schema)) = (table.name.clone(), table.schema.clone()) else { return };
        let schema = schema.map(|schema| schema.to_string()).or(self.dialect.default_schema().map(str::to_owned));
        let found = self
            .declared
            .tables
            .iter()
            .position(|declared| declared.table.name == *name && declared.table.schema == schema);
        if let Some(index) = found {
            let mut declared = self.declared.tables.remove(index);
            self.policy(&policy, &mut declared);
            self.declared.tables.insert(index, declared);
        }
    }

    fn policy(&mut self, policy: &Policy, declared: &mut DeclaredTable) {
        let Some(name) = self.known(policy.name.clone(), "the name of a policy") else {
            declared.extras_open = true;
            return;
        };
        let location = policy.location;
        let config = &policy.config;
        declared.table_mut().row_level_security = true;
        let unread = ["as", "for", "to", "using", "withCheck"].iter().find_map(|key| {
            match self.evaluator.option(config, key, location) {
                Value::Unknown(unknown) => Some(unknown),
                _ => None,
            }
        });
        if let Some(unknown) = unread {
            return self.open_extras(&unknown, declared);
        }
        let style = Style { inline: false, ..self.style(false) };
        let mut text = |key: &str| self.evaluator.option(config, key, location).as_text().cloned();
        let kind = text("as");
        let command = text("for");
        let to = self.evaluator.option(config, "to", location);
        let mut sql = |key: &str| match self.evaluator.option(config, key, location) {
            Value::Sql(sql) => self.evaluator.sql_text(&sql, style, location).map(Some),
            Value::Undefined | Value::Null => Ok(None),
            _ => Err(Rc::new(Unknown { location, why: "its condition is no SQL that is read".into() })),
        };
        let conditions = sql("using").and_then(|using| Ok((using, sql("withCheck")?)));
        let (using, with_check) = match conditions {
            Ok(conditions) => conditions,
            Err(unknown) => return self.open_extras(&unknown, declared),
        };
        let roles = match &to {
            Value::Undefined => vec!["public".to_owned()],
            Value::Array(array) => {
                array.elements.borrow().iter().filter_map(|placed| role_name(&placed.value)).collect()
            }
            value => role_name(value).into_iter().collect(),
        };
        let mut roles: Vec<String> = roles;
        roles.sort();
        declared.table_mut().policies.push(catalog::Policy {
            name: name.to_string(),
            permissive: kind.is_none_or(|kind| !kind.eq_ignore_ascii_case("restrictive")),
            command: command.map_or("all".to_owned(), |command| command.to_lowercase()),
            roles,
            using,
            with_check,
        });
        declared.parts.policies.push(self.evaluator.place(location));
    }
}

fn role_name(value: &Value) -> Option<String> {
    match value {
        Value::Role(role) => role.name.as_ref().ok().map(ToString::to_string),
        value => value.as_text().map(ToString::to_string),
    }
}

fn plain_key(expression: String) -> IndexColumn {
    IndexColumn { expression, ..Default::default() }
}
