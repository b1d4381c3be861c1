//! What PostgreSQL takes along where 0.31 says CASCADE, of which drizzle-kit itself says nothing.

use super::snapshot::PUBLIC;
use crate::catalog::{ForeignKey, ObjectKind, ObjectRef, Rows, Table};
use crate::push::input::Input;
use crate::push::push_plan::destroyed;
use crate::push::{Aspect, Statement, Touch};

/// Marks `truncate table ... cascade`, which comes after the statements `before` it and is about `table` of the code: the server
/// empties all tables too that refer to it, whatever their keys say of deletion, and all that refer to those.
/// <https://www.postgresql.org/docs/current/sql-truncate.html>
pub(super) fn mark_truncate(input: &Input, before: &[Statement], table: Option<ObjectRef>, statement: &mut Statement) {
    // In the database it may still have its former name.
    let former = |object: &ObjectRef| {
        let renaming = touching(before, object, Aspect::Name)?;
        let was = renaming.touches.iter().find(|touch| touch.aspect == Aspect::Absence)?;
        Some(was.object.clone())
    };
    let mut open: Vec<ObjectRef> = table.map(|table| former(&table).unwrap_or(table)).into_iter().collect();
    let mut reached = open.clone();
    while let Some(target) = open.pop() {
        for other in &input.live.catalog.tables {
            let object = other.object();
            if reached.contains(&object)
                || is_dropped(before, &object)
                || foreign_keys(before, other, &target).is_empty()
            {
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
    for number in 0..statements.len() {
        let dropped = |statement: &Statement| {
            let is_drop = statement.sql.starts_with("DROP TABLE ") && statement.sql.ends_with(" CASCADE;");
            let object = statement.touches.first().filter(|_| is_drop)?.object.clone();
            (object.kind == ObjectKind::Table).then_some(object)
        };
        let Some(table) = dropped(&statements[number]) else { continue };
        let mut found: Vec<ObjectRef> = Vec::new();
        for other in input.live.catalog.tables.iter().filter(|other| other.object() != table) {
            if !is_dropped(statements, &other.object()) {
                found.extend(foreign_keys(statements, other, &table));
            }
        }
        let mut open = vec![table.clone()];
        while let Some(object) = open.pop() {
            let of_it = input.live.dependents.iter().filter(|it| it.schema == object.schema && it.table == object.name);
            for by in of_it.map(|it| &it.by) {
                let within = ObjectRef::table(by.schema.clone(), by.table.as_deref().unwrap_or_default());
                let goes = match by.kind {
                    ObjectKind::View => touching(statements, by, Aspect::Absence).is_none(),
                    ObjectKind::Policy => {
                        within != table
                            && !is_dropped(statements, &within)
                            && touching(statements, by, Aspect::Absence).is_none()
                    }
                    _ => false,
                };
                if goes && !found.contains(by) {
                    found.push(by.clone());
                    open.extend((by.kind == ObjectKind::View).then(|| by.clone()));
                }
            }
        }
        for object in found {
            let what = format!("{} {object}", object.kind.noun());
            statements[number].take_along(what, Rows::None, Touch::new(object, Aspect::Absence));
        }
    }
}

/// The foreign keys of a table that refer to `target` and that none of `statements` drops.
fn foreign_keys(statements: &[Statement], table: &Table, target: &ObjectRef) -> Vec<ObjectRef> {
    let refers = |key: &&ForeignKey| ObjectRef::table(key.foreign_schema.clone(), &key.foreign_table) == *target;
    let keys = table.foreign_keys.iter().filter(refers).map(|key| ObjectRef::foreign_key(table, key));
    keys.filter(|key| touching(statements, key, Aspect::Absence).is_none()).collect()
}

fn is_dropped(statements: &[Statement], table: &ObjectRef) -> bool {
    let drops = |statement: &Statement| {
        statement.sql.starts_with("DROP TABLE ") && statement.touches.iter().any(|touch| touch.object == *table)
    };
    statements.iter().any(drops)
}

fn touching<'a>(statements: &'a [Statement], object: &ObjectRef, aspect: Aspect) -> Option<&'a Statement> {
    let touches = |touch: &Touch| touch.object == *object && touch.aspect == aspect;
    statements.iter().find(|statement| statement.touches.iter().any(touches))
}
