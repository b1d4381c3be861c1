//! Where the server would refuse a statement: what both sides tell, and what only rows would.

mod casts;
mod columns;
mod done;
mod expressions;
mod keys;
mod names;
mod objects;
mod sequences;
mod spelled;

use crate::catalog::{Column, ObjectKind, ObjectRef, RowQuestion, Rows, RowsThat, Table};
use crate::push::input::Input;
use crate::push::{Aspect, Doubt, Failure, Statement, Touch};
use done::Done;
use names::Relations;

/// The first statement that is known to fail, and those before it that may.
pub(super) fn of(input: &Input, statements: &[Statement]) -> (Option<Failure>, Vec<Doubt>) {
    let (mut done, relations) = (Done::default(), Relations::default());
    let mut doubts = Vec::new();
    for (number, statement) in statements.iter().enumerate() {
        let Some(touch) = statement.touches.first() else { continue };
        let sql = &statement.sql;
        let mut step = Step { input, done: &done, relations: &relations, sql, touch, fails: None, doubts: Vec::new() };
        step.judge();
        let Step { fails, doubts: found, .. } = step;
        if let Some((sqlstate, reason)) = fails {
            return (Some(Failure { statement: Some(number), sqlstate: Some(sqlstate.to_owned()), reason }), doubts);
        }
        doubts.extend(found.into_iter().map(|(sqlstate, reason, question)| Doubt {
            statement: number,
            sqlstate: Some(sqlstate.to_owned()),
            reason,
            question,
        }));
        done.note(statement);
    }
    (None, doubts)
}

/// What makes a relation, whose name no other may bear.
const CREATE_RELATION: &[&str] = &[
    "CREATE TABLE ",
    "CREATE INDEX ",
    "CREATE UNIQUE INDEX ",
    "CREATE VIEW ",
    "CREATE MATERIALIZED VIEW ",
    "CREATE SEQUENCE ",
];

type Doubted = (&'static str, String, Option<RowQuestion>);

/// One statement, judged by what stands before it.
struct Step<'s, 'a> {
    input: &'s Input<'a>,
    done: &'s Done<'s>,
    relations: &'s Relations<'a>,
    sql: &'s str,
    touch: &'s Touch,
    fails: Option<(&'static str, String)>,
    doubts: Vec<Doubted>,
}

impl<'s, 'a> Step<'s, 'a> {
    fn judge(&mut self) {
        let sql = self.sql;
        let starts = |word: &str| sql.starts_with(word);
        if CREATE_RELATION.iter().any(|word| sql.starts_with(word)) {
            self.create_relation();
        }
        self.generated();
        self.index_expressions();
        match () {
            () if starts("DROP SEQUENCE") => self.drop_sequence(),
            () if starts("DROP TYPE") => self.drop_type(),
            () if starts("DROP SCHEMA") => self.drop_schema(),
            () if starts("DROP TABLE") => self.drop_table(),
            () if starts("DROP VIEW") || starts("DROP MATERIALIZED VIEW") => self.drop_view(),
            () if starts("DROP INDEX") => self.drop_index(),
            () if starts("CREATE TYPE") => self.create_type(),
            () if starts("CREATE SEQUENCE") || starts("ALTER SEQUENCE") => self.sequence_options(),
            () if sql.contains("\"undefined\".") => self.undefined_schema(),
            () if starts("CREATE UNIQUE INDEX") => self.unique_index(),
            () if sql.contains(" ADD COLUMN ") => self.add_column(),
            () if sql.contains(" ALTER COLUMN ") => self.alter_column(),
            () if sql.contains(" DROP COLUMN ") => self.drop_column(),
            () if sql.contains(" ADD CONSTRAINT ") || sql.contains(" ADD PRIMARY KEY ") => self.add_constraint(),
            () if sql.contains(" DROP CONSTRAINT ") => self.drop_constraint(),
            () => {}
        }
    }

    fn fail(&mut self, sqlstate: &'static str, reason: String) {
        self.fails.get_or_insert((sqlstate, reason));
    }

    fn doubt(&mut self, sqlstate: &'static str, reason: String, table: &Table, rows: Option<RowsThat>) {
        let question = rows.map(|rows| RowQuestion { schema: table.schema.clone(), table: table.name.clone(), rows });
        self.doubts.push((sqlstate, reason, question));
    }

    fn object(&self) -> &'s ObjectRef {
        &self.touch.object
    }

    fn schema(&self) -> Option<&'s str> {
        self.object().schema.as_deref()
    }

    /// The live table that the statement is about; `None` where it is new, or has another name by now.
    fn table(&self) -> Option<&'a Table> {
        let object = self.object();
        let input: &'s Input<'a> = self.input;
        let altered = spelled::altered(self.sql);
        let (schema, name) = match &altered {
            Some(altered) => (Some(altered.schema.as_str()), altered.table.as_str()),
            None => (object.schema.as_deref(), object.table.as_deref()?),
        };
        let table = input.live.catalog.table(schema, name)?;
        (!self.done.gone(&table.object())).then_some(table)
    }

    /// The live column that the statement is about.
    fn column(&self) -> Option<(&'a Table, &'a Column)> {
        let table = self.table()?;
        let column = table.column(&spelled::altered(self.sql)?.column?)?;
        let anew = |aspect| self.done.of_column(aspect, table, &column.name);
        (!anew(Aspect::Absence) && !anew(Aspect::Generated)).then_some((table, column))
    }

    /// What the table holds when the statement comes.
    fn rows(&self, table: &Table) -> Rows {
        match self.done.emptied(table) {
            true => Rows::None,
            false => self.input.rows(table),
        }
    }

    /// What keeps `column` of a table, or the whole of it, from being dropped or changed, and is still there.
    fn dependent(&self, schema: Option<&str>, table: &str, column: Option<&str>, policies: bool) -> Option<String> {
        let mut dependents = self.input.live.dependents.iter().filter(|it| {
            it.schema.as_deref() == schema
                && it.table == table
                && column.is_none_or(|column| it.column.as_deref() == Some(column))
        });
        let kept = dependents.find(|it| {
            let by = &it.by;
            let within = by.table.as_deref() == Some(table) && by.schema.as_deref() == schema;
            let counts = match by.kind {
                ObjectKind::View => true,
                ObjectKind::Policy => policies && column.is_some(),
                _ => column.is_some() && within,
            };
            counts && !self.done.gone(by)
        })?;
        let by = &kept.by;
        Some(match by.kind {
            ObjectKind::View => format!("view `{}` depends on it", by.name),
            ObjectKind::Policy => format!("policy `{}` depends on it", by.name),
            _ => format!("the generated column `{}` depends on it", by.name),
        })
    }
}
