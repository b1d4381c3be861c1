//! What PostgreSQL takes along where 0.31 says CASCADE, of which drizzle-kit itself says nothing.

use std::collections::{HashMap, HashSet};

use super::snapshot::PUBLIC;
use crate::catalog::{ForeignKey, ObjectKind, ObjectRef, Rows, Table};
use crate::push::input::Input;
use crate::push::push_plan::destroyed;
use crate::push::{Aspect, Statement, Touch};

/// What has to do with a table or view, by its schema and name.
type About<'a, T> = HashMap<(Option<&'a str>, &'a str), Vec<T>>;

/// Marks `truncate table ... cascade`, which comes after the statements `before` it and is about `table` of the code: the server
/// empties all tables too that refer to it, whatever their keys say of deletion, and all that refer to those.
/// <https://www.postgresql.org/docs/current/sql-truncate.html>
pub(super) fn mark_truncate(input: &Input, before: &[Statement], table: Option<ObjectRef>, statement: &mut Statement) {
    let touching = |object: &ObjectRef, aspect: Aspect| {
        let touches = |touch: &Touch| touch.object == *object && touch.aspect == aspect;
        before.iter().find(|statement| statement.touches.iter().any(touches))
    };
    // In the database it may still have its former name.
    let former = |object: &ObjectRef| {
        let renaming = touching(object, Aspect::Name)?;
        let was = renaming.touches.iter().find(|touch| touch.aspect == Aspect::Absence)?;
        Some(was.object.clone())
    };
    let is_dropped = |object: &ObjectRef| before.iter().any(|statement| drops(statement, object));
    let mut open: Vec<ObjectRef> = table.map(|table| former(&table).unwrap_or(table)).into_iter().collect();
    let mut reached = open.clone();
    while let Some(target) = open.pop() {
        for other in &input.live.catalog.tables {
            let keys = other.foreign_keys.iter().filter(|key| refers(key, &target));
            let mut keys = keys.map(|key| ObjectRef::foreign_key(other, key));
            // Most tables do not refer to it, which is told before anything is searched.
            if !keys.any(|key| touching(&key, Aspect::Absence).is_none()) {
                continue;
            }
            let object = other.object();
            if reached.contains(&object) || is_dropped(&object) {
                continue;
            }
            reached.push(object.clone());
            open.push(object.clone());
            let schema = other.schema.as_deref().unwrap_or(PUBLIC);
            let what = format!("all rows of table {}", super::resolve::key(schema, &other.name));
            let rows = input.rows(other);
            if let Some(what) = destroyed(&what, rows) {
                statement.take_along(what, rows, Touch::new(object, Aspect::Rows));
            }
        }
    }
}

/// Marks each `DROP TABLE ... CASCADE`: the views over the table, the foreign keys that refer to it and the policies of other
/// tables that read it go too, unless push drops them itself.
/// <https://www.postgresql.org/docs/current/ddl-depend.html>
pub(super) fn mark_drops(input: &Input, statements: &mut [Statement]) {
    let found = along_with_drops(input, statements);
    for (number, object) in found {
        let what = format!("{} {object}", object.kind.noun());
        statements[number].take_along(what, Rows::None, Touch::new(object, Aspect::Absence));
    }
}

/// The places of the statements, each with one object that goes along.
fn along_with_drops(input: &Input, statements: &[Statement]) -> Vec<(usize, ObjectRef)> {
    let is_drop = |statement: &&Statement| statement.sql.starts_with("DROP TABLE ");
    let touches = |statement: &Statement| statement.touches.clone().into_iter().map(|touch| touch.object);
    let dropped: HashSet<ObjectRef> = statements.iter().filter(is_drop).flat_map(touches).collect();
    if dropped.is_empty() {
        return Vec::new();
    }
    let touches = statements.iter().flat_map(|statement| &statement.touches);
    let absent: HashSet<&ObjectRef> =
        touches.filter(|touch| touch.aspect == Aspect::Absence).map(|touch| &touch.object).collect();
    let mut keys: About<(&Table, &ForeignKey)> = HashMap::new();
    for (table, key) in
        input.live.catalog.tables.iter().flat_map(|table| table.foreign_keys.iter().map(move |key| (table, key)))
    {
        keys.entry((key.foreign_schema.as_deref(), &key.foreign_table)).or_default().push((table, key));
    }
    let mut dependents: About<&ObjectRef> = HashMap::new();
    for dependent in &input.live.dependents {
        dependents.entry((dependent.schema.as_deref(), &dependent.table)).or_default().push(&dependent.by);
    }

    let mut along = Vec::new();
    for (number, statement) in
        statements.iter().enumerate().filter(|(_, statement)| statement.sql.ends_with(" CASCADE;"))
    {
        let object = statement.touches.first().map(|touch| &touch.object).filter(|_| is_drop(&statement));
        let Some(table) = object.filter(|object| object.kind == ObjectKind::Table) else { continue };
        let mut found: Vec<ObjectRef> = Vec::new();
        for (other, key) in keys.get(&(table.schema.as_deref(), &table.name)).into_iter().flatten() {
            let key = ObjectRef::foreign_key(other, key);
            if !dropped.contains(&other.object()) && !absent.contains(&key) {
                found.push(key);
            }
        }
        let mut open = vec![table];
        while let Some(object) = open.pop() {
            for &by in dependents.get(&(object.schema.as_deref(), object.name.as_str())).into_iter().flatten() {
                let within = ObjectRef::table(by.schema.clone(), by.table.as_deref().unwrap_or_default());
                let goes = match by.kind {
                    ObjectKind::View => true,
                    ObjectKind::Policy => within != *table && !dropped.contains(&within),
                    _ => false,
                };
                if goes && !absent.contains(by) && !found.contains(by) {
                    found.push(by.clone());
                    open.extend((by.kind == ObjectKind::View).then_some(by));
                }
            }
        }
        along.extend(found.into_iter().map(|object| (number, object)));
    }
    along
}

fn refers(key: &ForeignKey, target: &ObjectRef) -> bool {
    key.foreign_schema == target.schema && key.foreign_table == target.name
}

fn drops(statement: &Statement, table: &ObjectRef) -> bool {
    statement.sql.starts_with("DROP TABLE ") && statement.touches.iter().any(|touch| touch.object == *table)
}
