//! A finding about an object that no rule reports: both sides in short SQL, and where it is shown.

use std::borrow::Cow;
use std::collections::HashMap;

use super::places::kin_place;
use super::short_sql::{
    check_text, column_text, default_text, enum_text, foreign_key_text, generated_text, identity_text, index_text,
    nullability_text, policy_text, primary_key_text, row_level_security_text, sequence_text, table_text, type_text,
    unique_text, view_text,
};
use super::{Code, Drift};
use crate::catalog::{Column, Family, LiveCatalog, ObjectKind, ObjectRef, Table};
use crate::declared::{Declared, DeclaredTable};
use crate::text::Place;

/// Finds what both sides have of an object, for many objects.
pub struct Objects<'a> {
    declared: &'a Declared,
    live: &'a LiveCatalog,
    family: Family,
    tables: HashMap<(Option<&'a str>, Cow<'a, str>), &'a DeclaredTable>,
    live_tables: HashMap<(Option<&'a str>, Cow<'a, str>), &'a Table>,
}

impl<'a> Objects<'a> {
    /// The objects of the two sides. Of two tables that the engine does not tell apart, the first is meant.
    pub fn new(declared: &'a Declared, live: &'a LiveCatalog) -> Self {
        let family = declared.dialect.family();
        let name = |table: &'a Table| (table.schema.as_deref(), family.identifier(&table.name));
        let tables = declared.tables.iter().rev().map(|table| (name(&table.table), table)).collect();
        let live_tables = live.catalog.tables.iter().rev().map(|table| (name(table), table)).collect();
        Self { declared, live, family, tables, live_tables }
    }

    /// A difference called `code` about `object`, with the text of what each side has under that name. Its class is
    /// [`super::Class::Drift`]; whoever makes one for a statement that no drift explains sets it to noise.
    pub fn drift(&self, code: Code, object: &ObjectRef) -> Drift {
        let (declared, live) = (self.declared, self.live);
        let key = object.table.as_deref().map(|name| (object.schema.as_deref(), self.family.identifier(name)));
        let owner = key.as_ref().and_then(|key| self.tables.get(key)).copied();
        let live_owner = key.as_ref().and_then(|key| self.live_tables.get(key)).copied();
        let family = self.family;
        let here = |schema: &Option<String>, name: &str| *schema == object.schema && name == object.name;
        let catalog = &live.catalog;
        let (declared_text, live_text) = match object.kind {
            ObjectKind::Enum => {
                let mine = declared.enums.iter().map(|located| &located.value).find(|it| here(&it.schema, &it.name));
                (mine.map(enum_text), catalog.enums.iter().find(|it| here(&it.schema, &it.name)).map(enum_text))
            }
            ObjectKind::View => {
                let mine = declared.views.iter().map(|located| &located.value).find(|it| here(&it.schema, &it.name));
                (mine.map(view_text), catalog.views.iter().find(|it| here(&it.schema, &it.name)).map(view_text))
            }
            ObjectKind::Sequence => {
                let mine =
                    declared.sequences.iter().map(|located| &located.value).find(|it| here(&it.schema, &it.name));
                (
                    mine.map(sequence_text),
                    catalog.sequences.iter().find(|it| here(&it.schema, &it.name)).map(sequence_text),
                )
            }
            _ => (
                owner.and_then(|table| part_text(family, code, object, &table.table)),
                live_owner.and_then(|table| part_text(family, code, object, table)),
            ),
        };
        let mut drift = Drift::new(code, object.clone(), declared_text, live_text);
        drift.place = place(declared, owner, object);
        drift
    }
}

/// What `table` has of `object`, as far as `code` looks at it.
fn part_text(family: Family, code: Code, object: &ObjectRef, table: &Table) -> Option<String> {
    let name = &object.name;
    let same = |other: &ObjectRef| family.same_identifier(&other.name, name);
    match object.kind {
        ObjectKind::Table if code == Code::PolicyMismatch => Some(row_level_security_text(table.row_level_security)),
        ObjectKind::Table => Some(table_text(table)),
        ObjectKind::Column => {
            let column = table.columns.iter().find(|column| family.same_identifier(&column.name, name))?;
            Some(column_part(code, table, column))
        }
        ObjectKind::PrimaryKey => table.primary_key.as_ref().map(primary_key_text),
        ObjectKind::Index | ObjectKind::Unique => {
            let index = table.indexes.iter().find(|index| same(&ObjectRef::index(table, index))).map(index_text);
            let uniques = || table.uniques.iter().find(|unique| same(&ObjectRef::unique(table, unique)));
            index.or_else(|| uniques().map(unique_text))
        }
        ObjectKind::ForeignKey => {
            table.foreign_keys.iter().find(|key| same(&ObjectRef::foreign_key(table, key))).map(foreign_key_text)
        }
        ObjectKind::Check => table.checks.iter().find(|check| same(&ObjectRef::check(table, check))).map(check_text),
        ObjectKind::Policy => table.policies.iter().find(|policy| policy.name == *name).map(policy_text),
        ObjectKind::Enum | ObjectKind::View | ObjectKind::Sequence => None,
    }
}

fn column_part(code: Code, table: &Table, column: &Column) -> String {
    match code {
        Code::TypeMismatch => type_text(column, false),
        Code::NullabilityMismatch => nullability_text(column, column.not_null.known() == Some(&true)),
        Code::DefaultMismatch => default_text(column),
        Code::IdentityMismatch => identity_text(column),
        Code::GeneratedMismatch => generated_text(column),
        _ => column_text(table, column),
    }
}

/// Where `object` is declared, else where its kin are.
fn place(declared: &Declared, owner: Option<&DeclaredTable>, object: &ObjectRef) -> Option<Place> {
    let here = |schema: &Option<String>, name: &str| *schema == object.schema && name == object.name;
    let located = match object.kind {
        ObjectKind::Enum => {
            let mut enums = declared.enums.iter();
            enums.find(|located| here(&located.value.schema, &located.value.name)).map(|located| &located.place)
        }
        ObjectKind::View => {
            let mut views = declared.views.iter();
            views.find(|located| here(&located.value.schema, &located.value.name)).map(|located| &located.place)
        }
        ObjectKind::Sequence => {
            let mut sequences = declared.sequences.iter();
            sequences.find(|located| here(&located.value.schema, &located.value.name)).map(|located| &located.place)
        }
        _ => owner.map(|table| {
            let column = table.table.columns.iter().position(|column| column.name == object.name);
            let column = column.filter(|_| object.kind == ObjectKind::Column);
            column.and_then(|index| table.columns.get(index)).map_or(&table.name, |places| &places.builder)
        }),
    };
    located.cloned().or_else(|| kin_place(declared, object.schema.as_deref()))
}
