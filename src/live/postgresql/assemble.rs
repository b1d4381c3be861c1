//! From the rows of PostgreSQL's catalogs to ours.

use std::collections::{BTreeMap, HashMap};

use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::types;
use crate::catalog::{
    Catalog, Check, Column, Dialect, EnumType, Evidence, Fact, ForeignKey, Generated, Identity, Index, IndexColumn,
    Policy, PrimaryKey, Rows, Sequence, SequenceOptions, Table, Unique, View,
};

/// The answers to the `.sql` files of their names.
pub(super) struct Answers {
    pub tables: Vec<PgRow>,
    pub columns: Vec<PgRow>,
    pub constraints: Vec<PgRow>,
    pub indexes: Vec<PgRow>,
    pub enums: Vec<PgRow>,
    pub views: Vec<PgRow>,
    pub sequences: Vec<PgRow>,
    pub policies: Vec<PgRow>,
}

type Result<T> = std::result::Result<T, sqlx::Error>;
type AllEvidence = BTreeMap<(Option<String>, String), Evidence>;

/// The tables by their oid, and their columns by their number.
#[derive(Default)]
struct Tables {
    tables: HashMap<i64, Table>,
    columns: HashMap<(i64, i32), String>,
}

impl Tables {
    fn columns(&self, table: i64, numbers: &[i32]) -> Vec<String> {
        numbers.iter().filter_map(|number| self.columns.get(&(table, *number)).cloned()).collect()
    }

    fn column_mut(&mut self, table: i64, number: i32) -> Option<&mut Column> {
        let name = self.columns.get(&(table, number))?;
        self.tables.get_mut(&table)?.columns.iter_mut().find(|column| column.name == *name)
    }
}

/// Puts the answers together.
pub(super) fn assemble(answers: &Answers) -> Result<(Catalog, AllEvidence)> {
    let mut tables = Tables::default();
    let mut evidence = BTreeMap::new();
    for row in &answers.tables {
        let oid: i64 = row.try_get(0)?;
        let table = Table {
            schema: Some(row.try_get(1)?),
            name: row.try_get(2)?,
            row_level_security: row.try_get(4)?,
            ..Table::default()
        };
        evidence.insert((table.schema.clone(), table.name.clone()), rows_of(row)?.into());
        tables.tables.insert(oid, table);
    }
    let enums = enums(&answers.enums)?;
    for row in &answers.columns {
        let (oid, number): (i64, i32) = (row.try_get(0)?, row.try_get(1)?);
        if let Some(table) = tables.tables.get_mut(&oid) {
            let column = column(row)?;
            tables.columns.insert((oid, number), column.name.clone());
            table.columns.push(column);
        }
    }
    let sequences = sequences(&answers.sequences, &mut tables)?;
    constraints(&answers.constraints, &mut tables)?;
    indexes(&answers.indexes, &mut tables)?;
    policies(&answers.policies, &mut tables)?;

    let views = answers.views.iter().map(view).collect::<Result<_>>()?;
    let tables = tables.tables.into_values().collect();
    let mut catalog = Catalog { dialect: Dialect::Postgresql, tables, enums, views, sequences, schemas: Vec::new() };
    catalog.sort();
    Ok((catalog, evidence))
}

fn json<T: DeserializeOwned>(row: &PgRow, index: usize) -> Result<Option<T>> {
    let text: Option<String> = row.try_get(index)?;
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| sqlx::Error::Decode(error.into()))
}

/// What the statistics say. A table whose file is empty has no rows; else a zero may only mean that nobody has counted:
/// statistics are written late, and lost in a crash or a restore.
fn rows_of(row: &PgRow) -> Result<Rows> {
    const PARTITIONED: &str = "p";
    if row.try_get::<String, _>(3)? == PARTITIONED {
        return Ok(Rows::Unknown);
    }
    let (estimate, size): (f64, Option<i64>) = (row.try_get(5)?, row.try_get(6)?);
    let (live, dead): (Option<i64>, Option<i64>) = (row.try_get(7)?, row.try_get(8)?);
    Ok(match (size, live.unwrap_or(0), dead.unwrap_or(0)) {
        (Some(0), _, _) => Rows::None,
        (_, live, _) if live > 0 => Rows::About(live.unsigned_abs()),
        (_, _, 0) if estimate >= 1.0 => Rows::About(estimate as u64),
        _ => Rows::Unknown,
    })
}

fn column(row: &PgRow) -> Result<Column> {
    const ENUM: &str = "e";
    let (formatted, name, kind): (String, String, String) = (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
    let (schema, dimensions): (String, i32) = (row.try_get(6)?, row.try_get(7)?);
    let expression: Option<String> = row.try_get(9)?;
    let (identity, generated): (String, String) = (row.try_get(10)?, row.try_get(11)?);
    let is_generated = !generated.is_empty();
    Ok(Column {
        name: row.try_get(2)?,
        sql_type: Fact::Known(types::spelling(&formatted, &name, &kind, &schema, dimensions)),
        type_schema: (kind == ENUM).then_some(schema),
        not_null: Fact::Known(row.try_get(8)?),
        default: Fact::Known(if is_generated { None } else { expression.clone() }),
        identity: (!identity.is_empty()).then(|| Identity { always: identity == "a", ..Identity::default() }),
        generated: is_generated
            .then(|| Generated { expression: expression.map_or(Fact::Unknown, Fact::Known), stored: generated == "s" }),
        autoincrement: false,
        ..Default::default()
    })
}

fn enums(rows: &[PgRow]) -> Result<Vec<EnumType>> {
    rows.iter()
        .map(|row| {
            Ok(EnumType {
                schema: Some(row.try_get(0)?),
                name: row.try_get(1)?,
                values: json(row, 2)?.unwrap_or_default(),
                ..Default::default()
            })
        })
        .collect()
}

fn view(row: &PgRow) -> Result<View> {
    let definition: Option<String> = row.try_get(3)?;
    Ok(View {
        schema: Some(row.try_get(0)?),
        name: row.try_get(1)?,
        materialized: row.try_get(2)?,
        definition: definition
            .map_or(Fact::Unknown, |query| Fact::Known(query.trim().trim_end_matches(';').trim_end().to_owned())),
        ..Default::default()
    })
}

/// The sequences that belong to no column; those that do make their column an identity or a serial.
fn sequences(rows: &[PgRow], tables: &mut Tables) -> Result<Vec<Sequence>> {
    const IDENTITY: &str = "i";
    let mut free = Vec::new();
    for row in rows {
        let name: String = row.try_get(1)?;
        let options = SequenceOptions {
            increment: row.try_get(3)?,
            min_value: row.try_get(4)?,
            max_value: row.try_get(5)?,
            start: row.try_get(6)?,
            cache: row.try_get(7)?,
            cycle: row.try_get(8)?,
        };
        let owner: Option<(i64, i32)> = row.try_get::<Option<i64>, _>(9)?.zip(row.try_get(10)?);
        let Some((table, number)) = owner else {
            free.push(Sequence { schema: Some(row.try_get(0)?), name, options, ..Default::default() });
            continue;
        };
        let Some(column) = tables.column_mut(table, number) else { continue };
        if row.try_get::<Option<String>, _>(11)?.as_deref() == Some(IDENTITY) {
            if let Some(identity) = &mut column.identity {
                identity.name = Some(name);
                identity.options = options;
            }
            continue;
        }
        let spelled: String = row.try_get(2)?;
        let next = format!("nextval('{}'::regclass)", spelled.replace('\'', "''"));
        if column.default.known().is_some_and(|default| default.as_deref() == Some(next.as_str()))
            && let Some(serial) = column.sql_type.known().and_then(|spelling| types::serial(spelling))
        {
            column.sql_type = Fact::Known(serial.to_owned());
            column.default = Fact::Known(None);
        }
    }
    Ok(free)
}

fn constraints(rows: &[PgRow], tables: &mut Tables) -> Result<()> {
    for row in rows {
        let (oid, name, kind): (i64, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let columns = tables.columns(oid, &json::<Vec<i32>>(row, 3)?.unwrap_or_default());
        let foreign_oid: i64 = row.try_get(4)?;
        let foreign = tables.tables.get(&foreign_oid).map(|table| (table.schema.clone(), table.name.clone()));
        let foreign_columns = tables.columns(foreign_oid, &json::<Vec<i32>>(row, 5)?.unwrap_or_default());
        let Some(table) = tables.tables.get_mut(&oid) else { continue };
        match (kind.as_str(), foreign) {
            ("p", _) => table.primary_key = Some(PrimaryKey { name: Some(name), columns, ..Default::default() }),
            ("u", _) => {
                let nulls_not_distinct = row.try_get::<Option<bool>, _>(9)?.unwrap_or(false);
                table.uniques.push(Unique { name: Some(name), columns, nulls_not_distinct, ..Default::default() });
            }
            ("c", _) => {
                let expression: Option<String> = row.try_get(8)?;
                let expression = expression.map_or(Fact::Unknown, |text| Fact::Known(without_parentheses(&text)));
                table.checks.push(Check { name: Some(name), expression, ..Check::default() });
            }
            ("f", Some((foreign_schema, foreign_table))) => table.foreign_keys.push(ForeignKey {
                name: Some(name),
                columns,
                foreign_schema,
                foreign_table,
                foreign_columns,
                on_update: action(&row.try_get::<String, _>(6)?),
                on_delete: action(&row.try_get::<String, _>(7)?),
                ..Default::default()
            }),
            _ => {}
        }
    }
    Ok(())
}

/// pg_constraint's letters.
fn action(letter: &str) -> String {
    const ACTIONS: [(&str, &str); 5] =
        [("a", "no action"), ("r", "restrict"), ("c", "cascade"), ("n", "set null"), ("d", "set default")];
    ACTIONS.iter().find(|(known, _)| *known == letter).map_or(letter, |(_, action)| action).to_owned()
}

/// The server writes a condition as `((a > 0) AND (b > 0))`: the outermost pair says nothing.
fn without_parentheses(text: &str) -> String {
    let Some(inner) = text.strip_prefix('(').and_then(|rest| rest.strip_suffix(')')) else { return text.to_owned() };
    let (mut depth, mut quote) = (0_i32, None);
    for character in inner.chars() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            (Some(_), _) => {}
            (None, '(') => depth += 1,
            (None, ')') => depth -= 1,
            (None, _) => {}
        }
        if depth < 0 {
            return text.to_owned();
        }
    }
    inner.to_owned()
}

fn indexes(rows: &[PgRow], tables: &mut Tables) -> Result<()> {
    const DESCENDING: i32 = 1;
    const NULLS_FIRST: i32 = 2;
    for row in rows {
        let oid: i64 = row.try_get(0)?;
        let count = usize::try_from(row.try_get::<i32, _>(4)?).unwrap_or_default();
        let numbers: Vec<i32> = json(row, 5)?.unwrap_or_default();
        let options: Vec<i32> = json(row, 6)?.unwrap_or_default();
        let classes: Vec<Option<String>> = json(row, 7)?.unwrap_or_default();
        let expressions: Vec<String> = json(row, 8)?.unwrap_or_default();
        let mut columns = Vec::with_capacity(count);
        for (place, number) in numbers.iter().take(count).enumerate() {
            let column = tables.columns.get(&(oid, *number)).cloned();
            let option = options.get(place).copied().unwrap_or_default();
            let (descending, nulls_first) = (option & DESCENDING != 0, option & NULLS_FIRST != 0);
            columns.push(IndexColumn {
                is_expression: column.is_none(),
                expression: column.or_else(|| expressions.get(place).cloned()).unwrap_or_default(),
                descending,
                // Descending means nulls first, unless it is said otherwise.
                nulls_first: (nulls_first != descending).then_some(nulls_first),
                operator_class: classes.get(place).cloned().flatten(),
                ..Default::default()
            });
        }
        let index = Index {
            name: row.try_get(1)?,
            unique: row.try_get(3)?,
            method: Some(row.try_get(2)?),
            columns,
            predicate: row.try_get::<Option<String>, _>(9)?.map(|text| without_parentheses(&text)),
            ..Default::default()
        };
        if let Some(table) = tables.tables.get_mut(&oid) {
            table.indexes.push(index);
        }
    }
    Ok(())
}

fn policies(rows: &[PgRow], tables: &mut Tables) -> Result<()> {
    const COMMANDS: [(&str, &str); 5] =
        [("*", "all"), ("r", "select"), ("a", "insert"), ("w", "update"), ("d", "delete")];
    for row in rows {
        let oid: i64 = row.try_get(0)?;
        let letter: String = row.try_get(3)?;
        let Some(table) = tables.tables.get_mut(&oid) else { continue };
        table.policies.push(Policy {
            name: row.try_get(1)?,
            permissive: row.try_get(2)?,
            command: COMMANDS
                .iter()
                .find(|(known, _)| *known == letter)
                .map_or(letter.as_str(), |(_, name)| name)
                .into(),
            roles: json(row, 4)?.unwrap_or_default(),
            using: row.try_get(5)?,
            with_check: row.try_get(6)?,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_pair_that_spans_all_is_taken_off() {
        assert_eq!(without_parentheses("((a > 0) AND (b > 0))"), "(a > 0) AND (b > 0)");
        assert_eq!(without_parentheses("(a > 0) AND (b > 0)"), "(a > 0) AND (b > 0)");
        assert_eq!(without_parentheses("(a <> ')'::text)"), "a <> ')'::text");
        assert_eq!(without_parentheses("is_valid(a)"), "is_valid(a)");
    }
}
