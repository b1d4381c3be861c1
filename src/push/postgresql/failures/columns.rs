//! Statements about a column.

use super::casts::{self, Cast};
use super::{Step, spelled};
use crate::catalog::{Column, ObjectRef, Rows, RowsThat, Table};
use crate::push::Aspect;

/// Types whose columns have a default of their own.
const SERIALS: &[&str] = &[" serial ", " bigserial ", " smallserial "];

/// The server from which on it can be asked whether a text is a value of a type.
const TELLS_VALID_INPUT: u32 = 16;

impl Step<'_, '_> {
    pub(super) fn add_column(&mut self) {
        let required = self.sql.ends_with(" NOT NULL;") || self.sql.contains(" PRIMARY KEY");
        let filled = [" DEFAULT ", " GENERATED "].iter().chain(SERIALS).any(|word| self.sql.contains(word));
        let Some(table) = self.table().filter(|_| required && !filled) else { return };
        let (name, column) = (&table.name, &self.object().name);
        let reason = format!("the rows of `{name}` would have no value in `{column}`, which is NOT NULL");
        match self.rows(table) {
            Rows::None => {}
            Rows::Unknown => self.doubt("23502", reason, table, Some(RowsThat::Exist)),
            Rows::Some | Rows::About(_) => self.fail("23502", reason),
        }
    }

    pub(super) fn drop_column(&mut self) {
        let Some((table, column)) = self.column() else { return };
        let (schema, name) = (table.schema.as_deref(), &column.name);
        if let Some(reason) = self.dependent(schema, &table.name, Some(name), true) {
            self.fail("2BP01", format!("column `{}.{name}` cannot be dropped: {reason}", table.name));
            return;
        }
        let user = self.foreign_key_to(table, |columns| columns.contains(name));
        if let Some(user) = user {
            self.fail("2BP01", format!("column `{}.{name}` cannot be dropped: `{user}` refers to it", table.name));
        }
    }

    pub(super) fn alter_column(&mut self) {
        let Some((table, column)) = self.column() else { return };
        let place = format!("{}.{}", table.name, column.name);
        let behind = self.sql.split_once(" ALTER COLUMN ").map_or("", |(_, rest)| rest);
        let now_required = column.not_null.known() != Some(&false) || self.done.required(table, &column.name);
        if behind.ends_with(" SET NOT NULL;") && !now_required {
            if self.rows(table) != Rows::None {
                let question = RowsThat::AreNull { column: column.name.clone() };
                self.doubt("23502", format!("a row holds NULL in `{place}`"), table, Some(question));
            }
        } else if behind.ends_with(" DROP NOT NULL;") {
            let key = table.primary_key.as_ref().filter(|key| !self.done.gone(&ObjectRef::primary_key(table, key)));
            if key.is_some_and(|key| key.columns.contains(&column.name)) {
                self.fail("42P16", format!("`{place}` is in a primary key, so it stays NOT NULL"));
            } else if column.identity.is_some() && !self.done.of_column(Aspect::Identity, table, &column.name) {
                self.fail("42601", format!("`{place}` is an identity column, so it stays NOT NULL"));
            }
        } else if behind.contains(" ADD GENERATED ") {
            let default = matches!(column.default.known(), Some(Some(_))) || is_serial(column);
            let default = default && !self.done.without_default(table, &column.name);
            // A serial's own, which bears the name that an identity's gets. It is made before anything is looked at.
            let sequence = self.sql.split_once("(sequence name \"").and_then(|(_, rest)| rest.split('"').next());
            let owned = || self.input.live.owned_sequences.iter().map(|owned| &owned.sequence);
            let is_taken = |name: &str| owned().any(|owned| owned.schema == table.schema && owned.name == name);
            if let Some(name) = sequence.filter(|name| default && is_taken(name)) {
                self.fail("42P07", format!("the sequence `{name}` is there already"));
            } else if !now_required {
                self.fail("55000", format!("`{place}` must be NOT NULL before it can be an identity column"));
            } else if default {
                self.fail("55000", format!("`{place}` has a default already, so it cannot be an identity column"));
            }
        } else if let Some((sql_type, using)) = spelled::new_type(self.sql) {
            self.set_type(table, column, sql_type, using);
        }
    }

    fn set_type(&mut self, table: &Table, column: &Column, sql_type: &str, using: bool) {
        let place = format!("{}.{}", table.name, column.name);
        if ["serial", "bigserial", "smallserial"].contains(&sql_type) {
            self.fail("42704", format!("`{sql_type}` is no type that a column can be changed to"));
            return;
        }
        let (schema, name) = (table.schema.as_deref(), &column.name);
        // The same type again is a change too.
        if let Some(reason) = self.dependent(schema, &table.name, Some(name), true) {
            self.fail("0A000", format!("the type of `{place}` cannot be changed: {reason}"));
            return;
        }
        let Some(from) = column.sql_type.known().map(String::as_str) else { return };
        if self.done.retyped(table, name) {
            return self.set_type_again(table, column, sql_type);
        }
        let was_enum = column.type_schema.is_some();
        let to_enum = self.values_of(sql_type);
        // One that push has just set for an enum is one of the enum already.
        let anew = to_enum.is_some() && self.done.has_new_default(table, name);
        let default =
            matches!(column.default.known(), Some(Some(_))) && !anew && !self.done.without_default(table, name);
        let cast = match (was_enum, &to_enum) {
            // A default of one enum is none of another, whatever USING says of the rows.
            (true, Some(_)) if !same_name(from, sql_type) && default => Some(Cast::Explicit),
            (true, _) if sql_type.starts_with("text") => Some(Cast::Assignment),
            (_, Some(_)) if matches!(casts::plain(from), Some("text" | "varchar" | "char")) => Some(Cast::Explicit),
            (true, _) | (_, Some(_)) => None,
            _ => casts::cast(from, sql_type),
        };
        let Some(cast) = cast else { return };
        match cast {
            Cast::None if using => {
                self.fail("42846", format!("`{place}`: no value of `{from}` becomes one of `{sql_type}`"));
            }
            Cast::None | Cast::Explicit if !using => {
                let reason =
                    format!("`{place}`: `{from}` becomes `{sql_type}` only where USING says how, which push does not");
                self.fail("42804", reason);
            }
            Cast::Explicit if default => {
                self.fail("42804", format!("the default of `{place}` cannot be made a `{sql_type}`"));
            }
            _ if self.rows(table) == Rows::None => {}
            _ => self.doubt_values(table, column, (from, sql_type, using), to_enum),
        }
    }

    /// A type that was set before in the same push: from an enum to text, and to the enum made anew.
    fn set_type_again(&mut self, table: &Table, column: &Column, sql_type: &str) {
        if let Some(values) = self.values_of(sql_type)
            && self.rows(table) != Rows::None
            && !column.sql_type.known().is_some_and(|sql_type| sql_type.contains('['))
        {
            let reason = format!("a row holds a value in `{}.{}` that the enum does not have", table.name, column.name);
            let question = RowsThat::AreOutside { column: column.name.clone(), values };
            self.doubt("22P02", reason, table, Some(question));
        }
    }

    fn doubt_values(
        &mut self,
        table: &Table,
        column: &Column,
        (from, to, using): (&str, &str, bool),
        to_enum: Option<Vec<String>>,
    ) {
        let place = format!("{}.{}", table.name, column.name);
        if let Some(values) = to_enum {
            let reason = format!("a row holds a value in `{place}` that the enum does not have");
            let question = RowsThat::AreOutside { column: column.name.clone(), values };
            self.doubt("22P02", reason, table, Some(question));
            return;
        }
        let strings = |name: Option<&str>| matches!(name, Some("text" | "varchar" | "char"));
        let (a, b) = (casts::plain(from), casts::plain(to));
        // A cast that is asked for cuts texts off, and a number is rounded.
        if from.contains('[') || to.contains('[') || casts::widens(from, to) || (using && strings(b)) {
            return;
        }
        let whole = |name: Option<&str>| matches!(name, Some("smallint" | "integer" | "bigint"));
        let (sqlstate, told) = match () {
            () if strings(a) => (casts::invalid_text(to), true),
            () if strings(b) => ("22001", true),
            () if whole(a) && whole(b) => ("22003", true),
            () if a == b && a != Some("numeric") => return,
            () if whole(a) && b == Some("boolean") => return,
            () if whole(b) || b == Some("numeric") => ("22003", false),
            () => return,
        };
        let major = self.input.live.database.server_version.split('.').next().and_then(|major| major.parse().ok());
        let told = told && major.is_some_and(|major: u32| major >= TELLS_VALID_INPUT);
        let question = RowsThat::AreNoSuch { column: column.name.clone(), sql_type: to.to_owned() };
        let reason = format!("a row holds a value in `{place}` that is no `{to}`");
        self.doubt(sqlstate, reason, table, told.then_some(question));
    }

    /// The values of the declared enum that a type's text names.
    fn values_of(&self, sql_type: &str) -> Option<Vec<String>> {
        if sql_type.contains('[') {
            return None;
        }
        let mut path = match spelled::names(sql_type) {
            Some(path) => path,
            None => sql_type.split('.').map(|part| part.trim_matches('"').to_owned()).collect(),
        };
        let name = path.pop()?;
        let schema = path.pop().unwrap_or_else(|| "public".into());
        let enums = self.input.declared.enums.iter().map(|located| &located.value);
        let found = enums.into_iter().find(|item| item.name == name && item.schema.as_deref() == Some(&schema));
        found.map(|item| item.values.clone())
    }
}

/// Whether two texts name the same type, schema and quotes aside.
fn same_name(a: &str, b: &str) -> bool {
    let bare = |text: &str| text.rsplit('.').next().map(|name| name.replace('"', "")).unwrap_or_default();
    bare(a) == bare(b)
}

fn is_serial(column: &Column) -> bool {
    column.sql_type.known().is_some_and(|sql_type| sql_type.ends_with("serial"))
}
