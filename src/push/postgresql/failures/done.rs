//! What the statements before one have changed.

use std::collections::HashSet;

use crate::catalog::{ObjectKind, ObjectRef, Table};
use crate::push::{Aspect, Statement};

type Touched<'s> = (Aspect, ObjectKind, Option<&'s str>, Option<&'s str>, &'s str);
type ColumnKey<'s> = (Option<&'s str>, Option<&'s str>, &'s str);

/// The changes so far.
#[derive(Default)]
pub(super) struct Done<'s> {
    touched: HashSet<Touched<'s>>,
    /// Columns without their default.
    defaults: HashSet<ColumnKey<'s>>,
    /// Columns with a new default.
    new_defaults: HashSet<ColumnKey<'s>>,
    /// Columns that are NOT NULL by now.
    required: HashSet<ColumnKey<'s>>,
    /// Constraints that are dropped, also where they come back.
    constraints: HashSet<ColumnKey<'s>>,
    /// Columns whose type was set.
    retyped: HashSet<ColumnKey<'s>>,
    /// Tables with new keys.
    keyed: HashSet<(Option<&'s str>, Option<&'s str>)>,
}

impl<'s> Done<'s> {
    /// Takes a statement for done.
    pub fn note(&mut self, statement: &'s Statement) {
        for touch in &statement.touches {
            let object = &touch.object;
            let key = (object.schema.as_deref(), object.table.as_deref(), object.name.as_str());
            // What goes before its table is told to belong to it.
            let of_table = (touch.aspect, object.kind) == (Aspect::Absence, ObjectKind::Table);
            if of_table && !["DROP TABLE ", "DROP SCHEMA "].iter().any(|word| statement.sql.starts_with(word)) {
                continue;
            }
            self.touched.insert((touch.aspect, object.kind, key.0, key.1, key.2));
            let key_of_table = matches!(object.kind, ObjectKind::PrimaryKey | ObjectKind::Unique | ObjectKind::Index);
            if key_of_table && touch.aspect != Aspect::Absence {
                self.keyed.insert((key.0, key.1));
            }
            if statement.sql.ends_with(" DROP DEFAULT;") {
                self.defaults.insert(key);
            }
            if statement.sql.contains(" SET DEFAULT ") {
                self.new_defaults.insert(key);
            }
            if statement.sql.contains(" SET DATA TYPE ") {
                self.retyped.insert(key);
            }
            if statement.sql.ends_with(" SET NOT NULL;") {
                self.required.insert(key);
            }
            if let Some((_, behind)) = statement.sql.split_once(" DROP CONSTRAINT ") {
                self.constraints.insert(key);
                // The drift may be about the one that comes in its place, which has another name.
                let name = behind.split('"').nth(1);
                self.constraints.extend(name.map(|name| (key.0, key.1, name)));
            }
        }
    }

    /// Whether `aspect` of an object was changed.
    pub fn has(&self, aspect: Aspect, kind: ObjectKind, schema: Option<&str>, table: Option<&str>, name: &str) -> bool {
        self.touched.contains(&(aspect, kind, schema, table, name))
    }

    /// Whether `aspect` of a column was changed.
    pub fn of_column(&self, aspect: Aspect, table: &Table, column: &str) -> bool {
        self.has(aspect, ObjectKind::Column, table.schema.as_deref(), Some(&table.name), column)
    }

    /// Whether a column has no default any more.
    pub fn without_default(&self, table: &Table, column: &str) -> bool {
        self.defaults.contains(&(table.schema.as_deref(), Some(table.name.as_str()), column))
    }

    /// Whether a column has got a new default.
    pub fn has_new_default(&self, table: &Table, column: &str) -> bool {
        self.new_defaults.contains(&(table.schema.as_deref(), Some(table.name.as_str()), column))
    }

    /// Whether the type of a column was set.
    pub fn retyped(&self, table: &Table, column: &str) -> bool {
        self.retyped.contains(&(table.schema.as_deref(), Some(table.name.as_str()), column))
    }

    /// Whether a column has become NOT NULL.
    pub fn required(&self, table: &Table, column: &str) -> bool {
        self.required.contains(&(table.schema.as_deref(), Some(table.name.as_str()), column))
    }

    /// Whether a table may have another key than before.
    pub fn makes_keys(&self, table: &Table) -> bool {
        self.keyed.contains(&(table.schema.as_deref(), Some(table.name.as_str())))
    }

    /// Whether the rows of a table were deleted.
    pub fn emptied(&self, table: &Table) -> bool {
        let (schema, name) = (table.schema.as_deref(), table.name.as_str());
        self.has(Aspect::Rows, ObjectKind::Table, schema, Some(name), name)
    }

    /// Whether an object has been dropped, by itself or with its table.
    pub fn gone(&self, object: &ObjectRef) -> bool {
        let (schema, table) = (object.schema.as_deref(), object.table.as_deref());
        let dropped = |kind, table, name: &str| self.has(Aspect::Absence, kind, schema, table, name);
        dropped(object.kind, table, &object.name)
            || table.is_some_and(|name| dropped(ObjectKind::Table, table, name))
            || self.constraints.contains(&(schema, table, object.name.as_str()))
            // A view that is made anew is dropped first.
            || (object.kind == ObjectKind::View
                && self.has(Aspect::Definition, ObjectKind::View, schema, table, &object.name))
    }
}
