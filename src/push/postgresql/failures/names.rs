//! What is made under a name that is taken: push does not look at what the config leaves out, and the server cuts long names
//! off.

use std::cell::OnceCell;
use std::collections::HashMap;

use super::Step;
use crate::catalog::{Catalog, Family, ObjectRef};
use crate::push::Aspect;

/// A relation's schema and name.
type Name<'a> = (Option<&'a str>, &'a str);

/// The relations that the database has, by their names: tables, views, sequences that belong to no column, and indexes that
/// belong to no constraint. They share one space of names in a schema.
#[derive(Default)]
pub(super) struct Relations<'a>(OnceCell<HashMap<Name<'a>, ObjectRef>>);

impl<'a> Relations<'a> {
    fn named<'s>(&'s self, catalog: &'a Catalog, schema: Option<&'s str>, name: &'s str) -> Option<&'s ObjectRef>
    where
        'a: 's,
    {
        let all = self.0.get_or_init(|| {
            let tables =
                catalog.tables.iter().map(|table| ((table.schema.as_deref(), table.name.as_str()), table.object()));
            let views =
                catalog.views.iter().map(|view| ((view.schema.as_deref(), view.name.as_str()), ObjectRef::view(view)));
            let sequences = catalog
                .sequences
                .iter()
                .map(|sequence| ((sequence.schema.as_deref(), sequence.name.as_str()), ObjectRef::sequence(sequence)));
            let indexes = catalog.tables.iter().flat_map(|table| {
                let named = |index| ObjectRef::index(table, index);
                table.indexes.iter().map(move |index| ((table.schema.as_deref(), index.name.as_str()), named(index)))
            });
            tables.chain(views).chain(sequences).chain(indexes).collect()
        });
        all.get(&(schema, name))
    }
}

impl Step<'_, '_> {
    /// A relation that is made under a name that another one bears.
    pub(super) fn create_relation(&mut self) {
        if self.touch.aspect != Aspect::Existence {
            return;
        }
        let name = Family::Postgresql.identifier(&self.object().name);
        let taken = self.relations.named(&self.input.live.catalog, self.schema(), &name);
        let renamed = |object: &ObjectRef| {
            let (schema, table) = (object.schema.as_deref(), object.table.as_deref());
            self.done.has(Aspect::Name, object.kind, schema, table, &object.name)
        };
        if let Some(other) = taken.filter(|other| !self.done.gone(other) && !renamed(other)) {
            self.fail("42P07", format!("{} `{name}` is there already", other.kind.noun()));
        }
    }

    /// CREATE TYPE.
    pub(super) fn create_type(&mut self) {
        let object = self.object();
        let mut enums = self.input.live.catalog.enums.iter();
        if self.touch.aspect == Aspect::Existence && enums.any(|item| ObjectRef::enumeration(item) == *object) {
            self.fail("42710", format!("type `{}` is there already", object.name));
        }
    }
}
