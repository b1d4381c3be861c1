//! From the rows of PostgreSQL's catalogs to ours.

use std::collections::{BTreeMap, HashMap};

use serde::de::DeserializeOwned;
use sqlx::Row;
use sqlx::postgres::PgRow;

use super::parts::Parts;
use super::{evidence, types};
use crate::catalog::{
    Catalog, Check, Column, DatabaseIdentity, Deferrable, Dependent, Dialect, EnumType, Exclusion, Fact, ForeignKey,
    Generated, Identity, Index, IndexColumn, LiveCatalog, ObjectKind, ObjectRef, OwnedSequence, Policy, PrimaryKey,
    Relation, Sequence, SequenceOptions, ServerOrder, Table, TableKind, Unique, View,
};

/// The answers to the `.sql` files of their names.
pub(super) struct Answers {
    pub tables: Vec<PgRow>,
    pub parts: Parts,
    pub enums: Vec<PgRow>,
    pub views: Vec<PgRow>,
    pub sequences: Vec<PgRow>,
    pub schemas: Vec<PgRow>,
    pub policies: Vec<PgRow>,
    pub dependents: Vec<PgRow>,
}

pub(super) type Result<T> = std::result::Result<T, sqlx::Error>;

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

/// Puts the answers of `database` together.
pub(super) fn assemble(answers: &Answers, database: DatabaseIdentity) -> Result<LiveCatalog> {
    let mut tables = Tables::default();
    for (position, row) in (0..).zip(&answers.tables) {
        tables.tables.insert(row.try_get(0)?, Table { position, ..table(row)? });
    }
    partitions(&answers.tables, &mut tables)?;
    for row in &answers.parts.columns {
        let (oid, number): (i64, i32) = (row.try_get(0)?, row.try_get(1)?);
        if let Some(table) = tables.tables.get_mut(&oid) {
            let column = column(row)?;
            tables.columns.insert((oid, number), column.name.clone());
            table.columns.push(column);
        }
    }
    let (sequences, owned_sequences) = sequences(&answers.sequences, &mut tables)?;
    constraints(&answers.parts.constraints, &mut tables)?;
    indexes(&answers.parts.indexes, &mut tables)?;
    policies(&answers.policies, &mut tables)?;
    let (schemas, unreadable) = schemas(&answers.schemas)?;
    let mut evidence = evidence::gather(&answers.tables, &tables.tables)?;
    evidence.extend(evidence::of_views(&answers.views)?);
    let order = order(answers, &tables)?;
    let dependents = answers.dependents.iter().map(dependent).collect::<Result<_>>()?;

    let enums = answers.enums.iter().map(enum_type).collect::<Result<_>>()?;
    let views = answers.views.iter().map(view).collect::<Result<_>>()?;
    let tables = tables.tables.into_values().collect();
    let mut catalog = Catalog { dialect: Dialect::Postgresql, tables, enums, views, sequences, schemas };
    catalog.sort();
    Ok(LiveCatalog { evidence, owned_sequences, unreadable, order, dependents, ..LiveCatalog::new(catalog, database) })
}

/// Tables, views and enums by their oid.
fn order(answers: &Answers, tables: &Tables) -> Result<ServerOrder> {
    let mut relations: BTreeMap<i64, Relation> = BTreeMap::new();
    for (oid, table) in tables.tables.iter().filter(|(_, table)| table.kind != TableKind::Foreign) {
        let (schema, name) = (table.schema.clone(), table.name.clone());
        relations.insert(*oid, Relation { schema, name, numbers: Vec::with_capacity(table.columns.len()) });
    }
    for row in &answers.parts.columns {
        if let Some(relation) = relations.get_mut(&row.try_get(0)?) {
            relation.numbers.push(row.try_get(1)?);
        }
    }
    for row in &answers.views {
        let numbers = (1..=row.try_get(7)?).collect();
        let relation = Relation { schema: Some(row.try_get(0)?), name: row.try_get(1)?, numbers };
        relations.insert(row.try_get(6)?, relation);
    }
    let mut enums = BTreeMap::new();
    for row in &answers.enums {
        enums.insert(row.try_get::<i64, _>(4)?, (Some(row.try_get(0)?), row.try_get(1)?));
    }
    Ok(ServerOrder { relations: relations.into_values().collect(), enums: enums.into_values().collect() })
}

fn dependent(row: &PgRow) -> Result<Dependent> {
    let (kind, schema, owner): (String, _, String) = (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
    let by = match row.try_get::<Option<String>, _>(6)? {
        Some(name) => {
            let kind = if kind == "policy" { ObjectKind::Policy } else { ObjectKind::Column };
            ObjectRef { kind, schema, table: Some(owner), name }
        }
        None => ObjectRef::of_schema(ObjectKind::View, schema, &owner),
    };
    Ok(Dependent { schema: row.try_get(0)?, table: row.try_get(1)?, column: row.try_get(2)?, by })
}

fn table(row: &PgRow) -> Result<Table> {
    const KINDS: [(&str, TableKind); 2] = [("p", TableKind::Partitioned), ("f", TableKind::Foreign)];
    let letter: String = row.try_get(3)?;
    Ok(Table {
        schema: Some(row.try_get(1)?),
        name: row.try_get(2)?,
        kind: KINDS.into_iter().find(|(known, _)| *known == letter).map(|(_, kind)| kind).unwrap_or_default(),
        row_level_security: row.try_get(4)?,
        owner: row.try_get(6)?,
        extension: row.try_get(7)?,
        comment: row.try_get(8)?,
        ..Table::default()
    })
}

/// A partition that has partitions of its own is a partition first; one that lies elsewhere is a foreign table first.
fn partitions(rows: &[PgRow], tables: &mut Tables) -> Result<()> {
    for row in rows {
        let (oid, parent): (i64, Option<i64>) = (row.try_get(0)?, row.try_get(5)?);
        let parent = parent.and_then(|parent| tables.tables.get(&parent));
        let Some((schema, name)) = parent.map(|parent| (parent.schema.clone(), parent.name.clone())) else { continue };
        if let Some(table) = tables.tables.get_mut(&oid)
            && table.kind != TableKind::Foreign
        {
            table.kind = TableKind::Partition { schema, table: name };
        }
    }
    Ok(())
}

/// Schemas but `public`, and those that the role may not use.
fn schemas(rows: &[PgRow]) -> Result<(Vec<String>, Vec<String>)> {
    let (mut schemas, mut unreadable) = (Vec::new(), Vec::new());
    for row in rows {
        let name: String = row.try_get(0)?;
        if !row.try_get::<bool, _>(1)? {
            unreadable.push(name.clone());
        }
        if name != "public" {
            schemas.push(name);
        }
    }
    unreadable.sort();
    Ok((schemas, unreadable))
}

fn json<T: DeserializeOwned>(row: &PgRow, index: usize) -> Result<Option<T>> {
    let text: Option<String> = row.try_get(index)?;
    text.map(|text| serde_json::from_str(&text)).transpose().map_err(|error| sqlx::Error::Decode(error.into()))
}

fn column(row: &PgRow) -> Result<Column> {
    const ENUM: &str = "e";
    let (formatted, name, kind): (String, String, String) = (row.try_get(3)?, row.try_get(4)?, row.try_get(5)?);
    let (schema, dimensions): (String, i32) = (row.try_get(6)?, row.try_get(7)?);
    let expression: Option<String> = row.try_get(9)?;
    let (identity, generated): (String, String) = (row.try_get(10)?, row.try_get(11)?);
    let is_generated = !generated.is_empty();
    let spelling = types::spelling(&formatted, &name, &kind, &schema, dimensions);
    let printed = types::printed(&formatted, &schema, dimensions, &spelling);
    Ok(Column {
        name: row.try_get(2)?,
        printed_type: printed.filter(|_| kind != ENUM),
        sql_type: Fact::Known(spelling),
        type_schema: (kind == ENUM).then_some(schema),
        not_null: Fact::Known(row.try_get(8)?),
        default: Fact::Known(if is_generated { None } else { expression.clone() }),
        identity: (!identity.is_empty()).then(|| Box::new(Identity { always: identity == "a", ..Identity::default() })),
        generated: is_generated.then(|| {
            Box::new(Generated { expression: expression.map_or(Fact::Unknown, Fact::Known), stored: generated == "s" })
        }),
        collation: row.try_get(12)?,
        comment: row.try_get(13)?,
        ..Default::default()
    })
}

fn enum_type(row: &PgRow) -> Result<EnumType> {
    Ok(EnumType {
        schema: Some(row.try_get(0)?),
        name: row.try_get(1)?,
        values: json(row, 2)?.unwrap_or_default(),
        extension: row.try_get(3)?,
    })
}

fn view(row: &PgRow) -> Result<View> {
    let definition: Option<String> = row.try_get(3)?;
    Ok(View {
        schema: Some(row.try_get(0)?),
        name: row.try_get(1)?,
        materialized: row.try_get(2)?,
        definition: definition
            .map_or(Fact::Unknown, |query| Fact::Known(query.trim().trim_end_matches(';').trim_end().to_owned())),
        options: options(row, 4)?,
        extension: row.try_get(5)?,
        with_no_data: false,
        access_method: row.try_get(11)?,
        tablespace: row.try_get(12)?,
    })
}

/// What pg_class keeps as `name=value`.
fn options(row: &PgRow, index: usize) -> Result<Vec<(String, String)>> {
    let options: Vec<String> = json(row, index)?.unwrap_or_default();
    let pair = |option: &String| {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        (name.to_owned(), value.to_owned())
    };
    Ok(options.iter().map(pair).collect())
}

/// The sequences that belong to no column, and those that do; the latter make their column an identity or a serial.
fn sequences(rows: &[PgRow], tables: &mut Tables) -> Result<(Vec<Sequence>, Vec<OwnedSequence>)> {
    const IDENTITY: &str = "i";
    let (mut free, mut owned) = (Vec::new(), Vec::new());
    for row in rows {
        let sequence = sequence(row)?;
        let owner: Option<(i64, i32)> = row.try_get::<Option<i64>, _>(9)?.zip(row.try_get(10)?);
        let Some((oid, number)) = owner else {
            free.push(sequence);
            continue;
        };
        let identity = row.try_get::<Option<String>, _>(11)?.as_deref() == Some(IDENTITY);
        let spelled: String = row.try_get(2)?;
        let Some(column) = tables.column_mut(oid, number) else { continue };
        match &mut column.identity {
            Some(described) if identity => {
                described.name = Some(sequence.name.clone());
                described.options = sequence.options.clone();
            }
            _ => make_serial(column, &spelled),
        }
        let name = column.name.clone();
        let Some(table) = tables.tables.get(&oid) else { continue };
        owned.push(OwnedSequence {
            sequence,
            schema: table.schema.clone(),
            table: table.name.clone(),
            column: name,
            identity,
        });
    }
    owned.sort_by(|a, b| (&a.sequence.schema, &a.sequence.name).cmp(&(&b.sequence.schema, &b.sequence.name)));
    Ok((free, owned))
}

fn sequence(row: &PgRow) -> Result<Sequence> {
    Ok(Sequence {
        schema: Some(row.try_get(0)?),
        name: row.try_get(1)?,
        options: SequenceOptions {
            increment: row.try_get(3)?,
            min_value: row.try_get(4)?,
            max_value: row.try_get(5)?,
            start: row.try_get(6)?,
            cache: row.try_get(7)?,
            cycle: row.try_get(8)?,
        },
        sql_type: row.try_get(12)?,
        extension: row.try_get(13)?,
    })
}

/// A column that takes its values from its own sequence, `spelled` as the server spells it, is a serial.
fn make_serial(column: &mut Column, spelled: &str) {
    let next = format!("nextval('{}'::regclass)", spelled.replace('\'', "''"));
    if column.default.known().is_some_and(|default| default.as_deref() == Some(next.as_str()))
        && let Some(serial) = column.sql_type.known().and_then(|spelling| types::serial(spelling))
    {
        column.sql_type = Fact::Known(serial.to_owned());
        column.default = Fact::Known(None);
    }
}

fn constraints(rows: &[PgRow], tables: &mut Tables) -> Result<()> {
    for row in rows {
        let (oid, name, kind): (i64, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        let columns = tables.columns(oid, &json::<Vec<i32>>(row, 3)?.unwrap_or_default());
        let foreign_oid: i64 = row.try_get(4)?;
        let foreign = tables.tables.get(&foreign_oid).map(|table| (table.schema.clone(), table.name.clone()));
        let foreign_columns = tables.columns(foreign_oid, &json::<Vec<i32>>(row, 5)?.unwrap_or_default());
        let deferrable = deferrable(row.try_get(10)?, row.try_get(11)?);
        let (match_full, not_valid): (bool, bool) = (row.try_get(12)?, row.try_get(13)?);
        let Some(table) = tables.tables.get_mut(&oid) else { continue };
        match (kind.as_str(), foreign) {
            ("p", _) => {
                table.primary_key = Some(PrimaryKey { name: Some(name), columns, deferrable, ..PrimaryKey::default() });
            }
            ("u", _) => table.uniques.push(Unique {
                name: Some(name),
                columns,
                nulls_not_distinct: row.try_get::<Option<bool>, _>(9)?.unwrap_or(false),
                deferrable,
                ..Unique::default()
            }),
            ("c", _) => {
                let expression: Option<String> = row.try_get(8)?;
                let expression = expression.map_or(Fact::Unknown, |text| Fact::Known(without_parentheses(&text)));
                let not_enforced = row.try_get(14)?;
                table.checks.push(Check { name: Some(name), expression, not_valid, not_enforced });
            }
            ("f", Some((foreign_schema, foreign_table))) => table.foreign_keys.push(ForeignKey {
                name: Some(name),
                columns,
                foreign_schema,
                foreign_table,
                foreign_columns,
                on_update: action(&row.try_get::<String, _>(6)?),
                on_delete: action(&row.try_get::<String, _>(7)?),
                deferrable,
                match_full,
                not_valid,
                ..ForeignKey::default()
            }),
            _ => {}
        }
    }
    Ok(())
}

fn deferrable(deferrable: bool, deferred: bool) -> Deferrable {
    match (deferrable, deferred) {
        (false, _) => Deferrable::No,
        (true, false) => Deferrable::InitiallyImmediate,
        (true, true) => Deferrable::InitiallyDeferred,
    }
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
    for row in rows {
        let oid: i64 = row.try_get(0)?;
        let numbers: Vec<i32> = json(row, 5)?.unwrap_or_default();
        let keys = usize::try_from(row.try_get::<i32, _>(4)?).unwrap_or_default().min(numbers.len());
        let index = Index {
            name: row.try_get(1)?,
            unique: row.try_get(3)?,
            method: Some(row.try_get(2)?),
            columns: index_columns(row, oid, &numbers[..keys], tables)?,
            predicate: row.try_get::<Option<String>, _>(9)?.map(|text| without_parentheses(&text)),
            include: tables.columns(oid, &numbers[keys..]),
            storage: options(row, 11)?,
            nulls_not_distinct: row.try_get(12)?,
            invalid: row.try_get(13)?,
            referenced: row.try_get(14)?,
            ..Index::default()
        };
        let exclusion: Option<String> = row.try_get(15)?;
        let Some(table) = tables.tables.get_mut(&oid) else { continue };
        match exclusion {
            None => table.indexes.push(index),
            Some(definition) => table.exclusions.push(Exclusion {
                name: index.name.clone(),
                definition,
                deferrable: deferrable(
                    row.try_get::<Option<bool>, _>(16)?.unwrap_or(false),
                    row.try_get::<Option<bool>, _>(17)?.unwrap_or(false),
                ),
                index,
            }),
        }
    }
    Ok(())
}

fn index_columns(row: &PgRow, table: i64, numbers: &[i32], tables: &Tables) -> Result<Vec<IndexColumn>> {
    const DESCENDING: i32 = 1;
    const NULLS_FIRST: i32 = 2;
    let options: Vec<i32> = json(row, 6)?.unwrap_or_default();
    let classes: Vec<Option<String>> = json(row, 7)?.unwrap_or_default();
    let expressions: Vec<String> = json(row, 8)?.unwrap_or_default();
    let collations: Vec<Option<String>> = json(row, 10)?.unwrap_or_default();
    let key = |(place, number): (usize, &i32)| {
        let column = tables.columns.get(&(table, *number)).cloned();
        let option = options.get(place).copied().unwrap_or_default();
        let (descending, nulls_first) = (option & DESCENDING != 0, option & NULLS_FIRST != 0);
        IndexColumn {
            is_expression: column.is_none(),
            expression: column.or_else(|| expressions.get(place).cloned()).unwrap_or_default(),
            descending,
            // Descending means nulls first, unless it is said otherwise.
            nulls_first: (nulls_first != descending).then_some(nulls_first),
            operator_class: classes.get(place).cloned().flatten(),
            collation: collations.get(place).cloned().flatten(),
            ..IndexColumn::default()
        }
    };
    Ok(numbers.iter().enumerate().map(key).collect())
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
