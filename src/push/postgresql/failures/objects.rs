//! Statements that drop whole tables, views, types, indexes and schemas.

use super::Step;
use crate::catalog::{ObjectKind, ObjectRef, TableKind};
use crate::push::Aspect;

impl Step<'_, '_> {
    /// DROP TYPE, also of an enum that is made anew.
    pub(super) fn drop_type(&mut self) {
        let (schema, name) = (self.schema(), self.object().name.as_str());
        let user = self.input.live.catalog.tables.iter().find_map(|table| {
            let column = table.columns.iter().find(|column| {
                let element = column.sql_type.known().and_then(|sql_type| sql_type.split('[').next());
                column.type_schema.as_deref() == schema
                    && element == Some(name)
                    && !self.done.gone(&ObjectRef::column(table, &column.name))
                    && !self.done.retyped(table, &column.name)
            })?;
            Some(format!("{}.{}", table.name, column.name))
        });
        if let Some(user) = user {
            self.fail("2BP01", format!("column `{user}` still has the type `{name}`"));
        }
    }

    pub(super) fn drop_schema(&mut self) {
        let catalog = &self.input.live.catalog;
        let name = self.schema().unwrap_or_default();
        let tables = catalog.tables.iter().map(crate::catalog::Table::object);
        let enums = catalog.enums.iter().map(ObjectRef::enumeration);
        let views = catalog.views.iter().map(ObjectRef::view);
        let sequences = catalog.sequences.iter().map(ObjectRef::sequence);
        let mut inside = tables.chain(enums).chain(views).chain(sequences);
        let kept = inside.find(|object| {
            let moved = self.done.has(
                Aspect::Name,
                object.kind,
                object.schema.as_deref(),
                object.table.as_deref(),
                &object.name,
            );
            object.schema.as_deref() == Some(name) && !self.done.gone(object) && !moved
        });
        if let Some(object) = kept {
            self.fail("2BP01", format!("schema `{name}` still holds {} `{}`", object.kind.noun(), object.name));
        }
    }

    /// DROP TABLE; CASCADE takes everything along.
    pub(super) fn drop_table(&mut self) {
        let Some(table) = self.table() else { return };
        if let TableKind::Partition { schema, table: parent } = &table.kind
            && self.done.gone(&ObjectRef::table(schema.clone(), parent))
        {
            self.fail("42P01", format!("table `{}` does not exist any more: it went with `{parent}`", table.name));
        }
        if self.sql.ends_with(" CASCADE;") {
            return;
        }
        if let Some(reason) = self.dependent(table.schema.as_deref(), &table.name, None, false) {
            self.fail("2BP01", format!("table `{}` cannot be dropped: {reason}", table.name));
            return;
        }
        let catalog = &self.input.live.catalog;
        let others = catalog.tables.iter().filter(|other| {
            (&other.schema, &other.name) != (&table.schema, &table.name)
                && !matches!(other.kind, TableKind::Partition { .. })
        });
        let user = others.into_iter().find_map(|other| {
            let key = other.foreign_keys.iter().find(|key| {
                key.foreign_schema == table.schema
                    && key.foreign_table == table.name
                    && !self.done.gone(&ObjectRef::foreign_key(other, key))
            })?;
            Some(format!("{}.{}", other.name, key.name.clone().unwrap_or_default()))
        });
        if let Some(user) = user {
            let reason = format!("table `{}` cannot be dropped: the foreign key `{user}` refers to it", table.name);
            self.fail("2BP01", reason);
        }
    }

    pub(super) fn drop_view(&mut self) {
        let name = &self.object().name;
        if let Some(reason) = self.dependent(self.schema(), name, None, false) {
            self.fail("2BP01", format!("view `{name}` cannot be dropped: {reason}"));
        }
    }

    /// DROP INDEX of what belongs to a constraint.
    pub(super) fn drop_index(&mut self) {
        let object = self.object();
        let table = object.table.as_deref().and_then(|name| self.input.live.catalog.table(self.schema(), name));
        let exclusion = table.and_then(|table| table.exclusions.iter().find(|item| item.name == object.name));
        if exclusion.is_some() && object.kind == ObjectKind::Index {
            self.fail("2BP01", format!("index `{}` belongs to the exclusion constraint of its name", object.name));
        }
    }

    pub(super) fn undefined_schema(&mut self) {
        let object = self.object();
        self.fail("3F000", format!("`{object}` is given a type of the schema \"undefined\", which does not exist"));
    }
}
