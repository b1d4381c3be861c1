//! Where the server would refuse a statement, as far as both sides tell.

use crate::catalog::{ObjectKind, Rows};
use crate::push::input::Input;
use crate::push::{Aspect, Failure, Statement};

/// The first statement that is known to fail.
pub(super) fn of(input: &Input, statements: &[Statement]) -> Option<Failure> {
    statements.iter().enumerate().find_map(|(number, statement)| {
        let earlier = &statements[..number];
        let (sqlstate, reason) = why(input, statement, earlier)?;
        Some(Failure { statement: Some(number), sqlstate: Some(sqlstate.to_owned()), reason })
    })
}

fn why(input: &Input, statement: &Statement, earlier: &[Statement]) -> Option<(&'static str, String)> {
    let sql = statement.sql.as_str();
    let touch = statement.touches.first()?;
    let object = &touch.object;
    if sql.starts_with("DROP SEQUENCE") {
        return owned_sequence(input, object.schema.as_deref(), &object.name, earlier);
    }
    if sql.starts_with("DROP TYPE") && touch.aspect == Aspect::Absence {
        return used_type(input, object.schema.as_deref(), &object.name, earlier);
    }
    if sql.starts_with("DROP SCHEMA") {
        return filled_schema(input, object.schema.as_deref(), earlier);
    }
    if sql.contains("\"undefined\".") {
        let reason = format!("`{object}` is given a type of the schema \"undefined\", which does not exist");
        return Some(("3F000", reason));
    }
    if sql.contains(" ADD COLUMN ") && sql.ends_with(" NOT NULL;") && !sql.contains(" DEFAULT ") {
        return required_column(input, statement, earlier);
    }
    None
}

fn dropped(earlier: &[Statement], kind: ObjectKind, schema: Option<&str>, table: &str, name: &str) -> bool {
    earlier.iter().flat_map(|statement| &statement.touches).any(|touch| {
        let object = &touch.object;
        touch.aspect == Aspect::Absence
            && object.schema.as_deref() == schema
            && ((object.kind == ObjectKind::Table && object.name == table)
                || (object.kind == kind && object.table.as_deref() == Some(table) && object.name == name))
    })
}

fn owned_sequence(
    input: &Input,
    schema: Option<&str>,
    name: &str,
    earlier: &[Statement],
) -> Option<(&'static str, String)> {
    let owned = input.live.owned_sequences.iter();
    let mut owned = owned.filter(|owned| owned.sequence.schema.as_deref() == schema && owned.sequence.name == name);
    let owner = owned.next()?;
    if dropped(earlier, ObjectKind::Column, owner.schema.as_deref(), &owner.table, &owner.column) {
        // It went with its column.
        let reason =
            format!("sequence `{name}` does not exist any more: it went with `{}.{}`", owner.table, owner.column);
        return Some(("42P01", reason));
    }
    Some(("2BP01", format!("column `{}.{}` takes its values from sequence `{name}`", owner.table, owner.column)))
}

fn used_type(input: &Input, schema: Option<&str>, name: &str, earlier: &[Statement]) -> Option<(&'static str, String)> {
    let user = input.live.catalog.tables.iter().find_map(|table| {
        let column = table.columns.iter().find(|column| {
            let element = column.sql_type.known().and_then(|sql_type| sql_type.split('[').next());
            let gone = dropped(earlier, ObjectKind::Column, table.schema.as_deref(), &table.name, &column.name);
            let changed = earlier.iter().flat_map(|statement| &statement.touches).any(|touch| {
                touch.aspect == Aspect::Type
                    && touch.object.table.as_deref() == Some(table.name.as_str())
                    && touch.object.name == column.name
            });
            column.type_schema.as_deref() == schema && element == Some(name) && !gone && !changed
        })?;
        Some(format!("{}.{}", table.name, column.name))
    })?;
    Some(("2BP01", format!("column `{user}` still has the type `{name}`")))
}

fn filled_schema(input: &Input, schema: Option<&str>, earlier: &[Statement]) -> Option<(&'static str, String)> {
    let catalog = &input.live.catalog;
    let table = catalog.tables.iter().find(|table| {
        table.schema.as_deref() == schema && !dropped(earlier, ObjectKind::Table, schema, &table.name, &table.name)
    })?;
    let schema = schema.unwrap_or_default();
    Some(("2BP01", format!("schema `{schema}` still holds table `{}`", table.name)))
}

fn required_column(input: &Input, statement: &Statement, earlier: &[Statement]) -> Option<(&'static str, String)> {
    let object = &statement.touches.first()?.object;
    let key = (object.schema.clone(), object.table.clone()?);
    let rows = input.live.evidence.get(&key).map_or(Rows::Unknown, |evidence| evidence.rows);
    let emptied = earlier.iter().flat_map(|statement| &statement.touches).any(|touch| {
        touch.aspect == Aspect::Rows && touch.object.schema == key.0 && touch.object.table.as_ref() == Some(&key.1)
    });
    (rows.any() && !emptied).then(|| {
        ("23502", format!("the rows of `{}` would have no value in `{}`, which is NOT NULL", key.1, object.name))
    })
}
