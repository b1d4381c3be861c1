//! From the rows that SQLite's pragmas give to the tables and views of a catalog.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::ddl;
use super::rows::{Row, Unexpected};
use crate::catalog::{
    Check, Column, Deferrable, Fact, ForeignKey, Generated, Index, IndexColumn, PrimaryKey, SpelledKind,
    SpelledReference, Spelling, Table, TableKind, Unique, View,
};

/// The answers to the `.sql` files of their names.
pub(in crate::live) struct Answers {
    pub objects: Vec<Row>,
    pub tables: Vec<Row>,
    pub columns: Vec<Row>,
    pub virtual_columns: Vec<Row>,
    pub indexes: Vec<Row>,
    pub foreign_keys: Vec<Row>,
}

/// What they say.
#[derive(Debug, Default)]
pub(in crate::live) struct Assembled {
    pub tables: Vec<Table>,
    pub views: Vec<View>,
    /// The names of the tables that are b-trees of rows with a rowid.
    pub with_rowid: BTreeSet<String>,
    /// The names of the tables without one.
    pub without_rowid: BTreeSet<String>,
    /// Whether ANALYZE has left its estimates.
    pub analyzed: bool,
    /// Whether a table has AUTOINCREMENT, so that the next values are kept.
    pub counts_ids: bool,
    /// How the tables are spelled.
    pub spellings: BTreeMap<String, Spelling>,
}

impl Assembled {
    /// The tables that hold rows of their own, and are nobody's shadow.
    pub fn stored(&self) -> impl Iterator<Item = &str> {
        let names =
            self.tables.iter().filter(|table| table.kind == TableKind::Ordinary).map(|table| table.name.as_str());
        names.filter(|name| self.with_rowid.contains(*name) || self.without_rowid.contains(*name))
    }
}

/// Tables that an extension unknown to the SQLite inside keeps for its virtual tables: module, and how their names go on
/// after the virtual table's. (SQLite marks those of the modules it knows itself.)
const SHADOWS: &[(&str, &[&str])] =
    &[("vec0", &["_chunks", "_rowids", "_info", "_auxiliary", "_vector_chunks", "_metadatachunks", "_metadatatext"])];

/// The tables that libSQL keeps for a vector index.
const VECTOR_INDEX: &str = "libsql_vector_idx";
const VECTOR_SHADOWS: &[&str] = &["_shadow", "_shadow_idx"];
const VECTOR_META: &str = "libsql_vector_meta_shadow";

/// The collation of what has none.
const BINARY: &str = "BINARY";

#[derive(Default)]
struct Objects {
    /// Name and DDL of each table, in the order of creation.
    tables: Vec<(String, String)>,
    indexes: BTreeMap<String, String>,
    views: Vec<View>,
    spellings: BTreeMap<String, Spelling>,
}

/// Puts the answers together.
pub(in crate::live) fn assemble(answers: &Answers) -> Result<Assembled, Unexpected> {
    let objects = objects(&answers.objects)?;
    let mut result = Assembled { views: objects.views.clone(), ..Assembled::default() };
    let mut shadows = declared_shadows(&objects);
    let mut strict = BTreeSet::new();
    for row in &answers.tables {
        let (name, kind, without): (String, String, i64) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        result.analyzed |= name == "sqlite_stat1";
        result.counts_ids |= name == "sqlite_sequence";
        if row.try_get::<i64>(3)? != 0 {
            strict.insert(name.clone());
        }
        match kind.as_str() {
            "shadow" => {
                let owner = owner(&objects, &name);
                shadows.entry(name).or_insert(owner);
            }
            "table" if without != 0 => drop(result.without_rowid.insert(name)),
            "table" => drop(result.with_rowid.insert(name)),
            _ => {}
        }
    }

    let mut tables: BTreeMap<String, Table> = BTreeMap::new();
    let mut definitions = BTreeMap::new();
    for (name, sql) in &objects.tables {
        let kind = match (shadows.get(name), ddl::module(sql)) {
            (Some(owner), _) => TableKind::Shadow(owner.clone()),
            (None, Some(module)) => TableKind::Virtual(module),
            (None, None) => TableKind::Ordinary,
        };
        tables.insert(
            name.clone(),
            Table {
                name: name.clone(),
                without_rowid: result.without_rowid.contains(name),
                strict: strict.contains(name),
                kind,
                ..Table::default()
            },
        );
        definitions.insert(name.clone(), ddl::table(sql));
    }
    result.spellings = objects.spellings.clone();
    for (name, spelling) in &mut result.spellings {
        if shadows.contains_key(name) {
            spelling.kind = SpelledKind::Shadow;
        }
    }
    let nothing = ddl::TableDdl::default();
    let definition = |table: &str| definitions.get(table).unwrap_or(&nothing);

    let mut keys: BTreeMap<String, Vec<(i64, String)>> = BTreeMap::new();
    for row in answers.columns.iter().chain(&answers.virtual_columns) {
        let name: String = row.try_get(0)?;
        let Some(table) = tables.get_mut(&name) else { continue };
        let (column, place) = column(row, definition(&name))?;
        if let (None, Some(spelling)) = (&column, result.spellings.get_mut(&name)) {
            spelling.hidden.push(row.try_get(1)?);
        }
        if let Some(column) = column {
            let written = row.try_get::<Option<String>>(2)?.unwrap_or_default();
            if let Some(spelling) =
                result.spellings.get_mut(&name).filter(|_| column.sql_type.known() != Some(&written))
            {
                spelling.types.insert(column.name.clone(), written);
            }
            if place > 0 {
                keys.entry(name.clone()).or_default().push((place, column.name.clone()));
            }
            if let (Some(spelling), Some(true)) = (result.spellings.get_mut(&name), column.not_null.known()) {
                spelling.not_null.push(column.name.clone());
            }
            table.columns.push(column);
        }
    }
    // A key with an index of its own is not the rowid: `INTEGER PRIMARY KEY DESC` is none, by a bug that SQLite keeps.
    let with_key_index: BTreeSet<String> = (answers.indexes.iter())
        .filter(|row| row.try_get::<String>(3).is_ok_and(|origin| origin == "pk"))
        .filter_map(|row| row.try_get(0).ok())
        .collect();
    for (name, mut key) in keys {
        key.sort();
        let columns: Vec<String> = key.into_iter().map(|(_, column)| column).collect();
        let Some(table) = tables.get_mut(&name) else { continue };
        let ddl = definition(&name);
        if let [only] = columns.as_slice()
            && let Some(column) = table.columns.iter_mut().find(|column| column.name == *only)
            && column.sql_type.known().is_some_and(|sql_type| sql_type == "integer")
            && result.with_rowid.contains(&name)
            && !with_key_index.contains(&name)
        {
            // Such a column is the rowid itself, which is never NULL, whatever the pragma says.
            column.autoincrement = ddl.autoincrement;
            column.not_null = Fact::Known(true);
        }
        table.primary_key = Some(PrimaryKey { name: ddl.primary_key.clone(), columns, ..Default::default() });
    }
    for (name, table) in &mut tables {
        for (check, expression) in &definition(name).checks {
            table.checks.push(Check {
                name: check.clone(),
                expression: Fact::Known(expression.clone()),
                ..Check::default()
            });
        }
    }
    indexes(&answers.indexes, &objects, &definitions, &mut tables)?;
    foreign_keys(&answers.foreign_keys, &definitions, &mut tables)?;
    order(answers, &mut result.spellings)?;

    result.tables = tables.into_values().collect();
    Ok(result)
}

fn objects(rows: &[Row]) -> Result<Objects, Unexpected> {
    let mut objects = Objects::default();
    let mut triggers = Vec::new();
    for (position, row) in rows.iter().enumerate() {
        let (kind, name): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let sql: String = row.try_get::<Option<String>>(3)?.unwrap_or_default();
        if matches!(kind.as_str(), "table" | "view") {
            let kind = match kind.as_str() {
                "view" => SpelledKind::View,
                _ if ddl::module(&sql).is_some() => SpelledKind::Virtual,
                _ => SpelledKind::Table,
            };
            objects
                .spellings
                .insert(name.clone(), Spelling { sql: sql.clone(), position, kind, ..Spelling::default() });
        }
        match kind.as_str() {
            "table" => objects.tables.push((name, sql)),
            "index" => drop(objects.indexes.insert(name, sql)),
            "view" => {
                let definition = ddl::view_query(&sql).map_or(Fact::Unknown, |query| Fact::Known(query.to_owned()));
                objects.views.push(View { schema: None, name, materialized: false, definition, ..Default::default() });
            }
            "trigger" => triggers.push((row.try_get::<String>(2)?, name, sql)),
            _ => {}
        }
    }
    for (table, name, sql) in triggers {
        // It may have been written with other capitals.
        let owner = objects.spellings.iter_mut().find(|(owner, _)| owner.eq_ignore_ascii_case(&table));
        if let Some((_, spelling)) = owner {
            spelling.triggers.insert(name, sql);
        }
    }
    Ok(objects)
}

/// Shadow tables that no pragma marks, and whose they are.
fn declared_shadows(objects: &Objects) -> BTreeMap<String, String> {
    let mut shadows = BTreeMap::new();
    for (table, sql) in &objects.tables {
        let Some(module) = ddl::module(sql) else { continue };
        for suffix in SHADOWS.iter().filter(|(name, _)| *name == module).flat_map(|(_, suffixes)| *suffixes) {
            let start = format!("{table}{suffix}");
            let numbered = |name: &str| {
                name.strip_prefix(&start).is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
            };
            let names = objects.tables.iter().map(|(name, _)| name).filter(|name| numbered(name));
            shadows.extend(names.map(|name| (name.clone(), table.clone())));
        }
    }
    for (index, sql) in &objects.indexes {
        if sql.to_ascii_lowercase().contains(VECTOR_INDEX) {
            shadows.entry(VECTOR_META.to_owned()).or_insert_with(|| index.clone());
            shadows.extend(VECTOR_SHADOWS.iter().map(|suffix| (format!("{index}{suffix}"), index.clone())));
        }
    }
    shadows
}

/// The virtual table that keeps the shadow table `name`: the longest name that it begins with.
fn owner(objects: &Objects, name: &str) -> String {
    let begins = |table: &&String| name.strip_prefix(table.as_str()).is_some_and(|rest| rest.starts_with('_'));
    let virtual_tables = objects.tables.iter().filter(|(_, sql)| ddl::module(sql).is_some()).map(|(table, _)| table);
    virtual_tables.filter(begins).max_by_key(|table| table.len()).cloned().unwrap_or_default()
}

/// A column and its place in the primary key (0: none). A hidden column of a virtual table is none.
fn column(row: &Row, ddl: &ddl::TableDdl) -> Result<(Option<Column>, i64), Unexpected> {
    const HIDDEN: i64 = 1;
    const GENERATED_VIRTUAL: i64 = 2;
    const GENERATED_STORED: i64 = 3;
    let name: String = row.try_get(1)?;
    let (not_null, place, hidden): (i64, i64, i64) = (row.try_get(3)?, row.try_get(5)?, row.try_get(6)?);
    if hidden == HIDDEN {
        return Ok((None, 0));
    }
    let declared: Option<String> = row.try_get(2)?;
    let generated = matches!(hidden, GENERATED_VIRTUAL | GENERATED_STORED).then(|| {
        Box::new(Generated {
            expression: ddl
                .generated
                .iter()
                .find(|(column, _)| column.eq_ignore_ascii_case(&name))
                .map_or(Fact::Unknown, |(_, expression)| Fact::Known(expression.clone())),
            stored: hidden == GENERATED_STORED,
        })
    });
    let collation = ddl.collations.iter().find(|(column, _)| column.eq_ignore_ascii_case(&name));
    let column = Column {
        collation: collation.map(|(_, collation)| collation.clone()).filter(|name| !name.eq_ignore_ascii_case(BINARY)),
        name,
        sql_type: Fact::Known(declared.unwrap_or_default().to_ascii_lowercase()),
        type_schema: None,
        not_null: Fact::Known(not_null != 0),
        default: Fact::Known(row.try_get(4)?),
        generated,
        ..Default::default()
    };
    Ok((Some(column), place))
}

/// Indexes, and the unique constraints that SQLite keeps as indexes without DDL.
fn indexes(
    rows: &[Row],
    objects: &Objects,
    definitions: &BTreeMap<String, ddl::TableDdl>,
    tables: &mut BTreeMap<String, Table>,
) -> Result<(), Unexpected> {
    let mut start = 0;
    while let Some(first) = rows.get(start) {
        let (table_name, name): (String, String) = (first.try_get(0)?, first.try_get(1)?);
        let (unique, origin): (i64, String) = (first.try_get(2)?, first.try_get(3)?);
        let mut keys: Vec<(Option<String>, bool, String)> = Vec::new();
        while let Some(row) = rows.get(start) {
            if row.try_get::<String>(0)? != table_name || row.try_get::<String>(1)? != name {
                break;
            }
            keys.push((row.try_get(4)?, row.try_get::<i64>(5)? != 0, row.try_get(6)?));
            start += 1;
        }
        let Some(table) = tables.get_mut(&table_name) else { continue };
        match origin.as_str() {
            "u" => {
                let columns: Vec<String> = keys.into_iter().filter_map(|(column, ..)| column).collect();
                let same = |named: &[String]| {
                    named.len() == columns.len() && named.iter().zip(&columns).all(|(a, b)| a.eq_ignore_ascii_case(b))
                };
                let name = definitions
                    .get(&table_name)
                    .and_then(|ddl| ddl.uniques.iter().find(|(_, named)| same(named)))
                    .map(|(name, _)| name.clone());
                table.uniques.push(Unique { name, columns, nulls_not_distinct: false, ..Default::default() });
            }
            "c" => {
                // A column is indexed in its own collation, unless the index says another.
                let own = |column: Option<&str>| {
                    let column = column.and_then(|name| table.column(name));
                    column.and_then(|column| column.collation.as_deref()).unwrap_or(BINARY)
                };
                let ddl = objects.indexes.get(&name).map(|sql| ddl::index(sql)).unwrap_or_default();
                let columns = keys
                    .into_iter()
                    .enumerate()
                    .map(|(place, (column, descending, collation))| IndexColumn {
                        collation: Some(collation).filter(|name| !name.eq_ignore_ascii_case(own(column.as_deref()))),
                        is_expression: column.is_none(),
                        expression: column.or_else(|| ddl.keys.get(place).cloned()).unwrap_or_default(),
                        descending,
                        nulls_first: None,
                        operator_class: None,
                        ..Default::default()
                    })
                    .collect();
                table.indexes.push(Index {
                    name,
                    unique: unique != 0,
                    method: None,
                    columns,
                    predicate: ddl.predicate,
                    ..Default::default()
                });
            }
            _ => {}
        }
    }
    for table in tables.values_mut() {
        table.indexes.sort_by(|a, b| a.name.cmp(&b.name));
        table.uniques.sort_by(|a, b| a.columns.cmp(&b.columns));
    }
    Ok(())
}

/// Notes in which order SQLite lists the indexes and foreign keys of each table, and what the latter say word for word.
fn order(answers: &Answers, spellings: &mut BTreeMap<String, Spelling>) -> Result<(), Unexpected> {
    for row in &answers.indexes {
        let (table, index, origin): (String, String, String) = (row.try_get(0)?, row.try_get(1)?, row.try_get(3)?);
        if let Some(spelling) = spellings.get_mut(&table)
            && origin == "c"
            && spelling.indexes.last() != Some(&index)
        {
            spelling.indexes.push(index);
        }
    }
    let mut last = None;
    for row in &answers.foreign_keys {
        let (table, id): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        if let Some(spelling) = spellings.get_mut(&table)
            && last.as_ref() != Some(&(table.clone(), id))
        {
            let names_columns = row.try_get::<Option<String>>(4)?.is_some();
            spelling.references.push(SpelledReference { table: row.try_get(2)?, names_columns });
        }
        last = Some((table, id));
    }
    Ok(())
}

fn foreign_keys(
    rows: &[Row],
    definitions: &BTreeMap<String, ddl::TableDdl>,
    tables: &mut BTreeMap<String, Table>,
) -> Result<(), Unexpected> {
    let mut found: BTreeMap<String, Vec<ForeignKey>> = BTreeMap::new();
    let mut last = None;
    for row in rows {
        let (table, id): (String, i64) = (row.try_get(0)?, row.try_get(1)?);
        let keys = found.entry(table.clone()).or_default();
        if last.as_ref() != Some(&(table.clone(), id)) {
            last = Some((table, id));
            keys.push(ForeignKey {
                name: None,
                columns: Vec::new(),
                foreign_schema: None,
                foreign_table: row.try_get(2)?,
                foreign_columns: Vec::new(),
                on_update: row.try_get::<String>(5)?.to_ascii_lowercase(),
                on_delete: row.try_get::<String>(6)?.to_ascii_lowercase(),
                ..Default::default()
            });
        }
        if let Some(key) = keys.last_mut() {
            key.columns.push(row.try_get(3)?);
            key.foreign_columns.extend(row.try_get::<Option<String>>(4)?);
        }
    }
    let by_name: HashMap<String, String> =
        tables.keys().map(|name| (name.to_ascii_lowercase(), name.clone())).collect();
    for (table, mut keys) in found {
        for (place, key) in keys.iter_mut().enumerate() {
            // In the order of the text, as the pragma has them.
            let spelled = definitions.get(&table).and_then(|ddl| ddl.references.get(place));
            key.deferrable = spelled
                .filter(|spelled| spelled.table.eq_ignore_ascii_case(&key.foreign_table))
                .map_or(Deferrable::No, |spelled| spelled.deferrable);
            // `REFERENCES other` without columns means its primary key; names are compared without case.
            let other = by_name.get(&key.foreign_table.to_ascii_lowercase()).and_then(|name| tables.get(name));
            if let Some(other) = other {
                key.foreign_table = other.name.clone();
                if let (true, Some(primary)) = (key.foreign_columns.is_empty(), &other.primary_key) {
                    key.foreign_columns = primary.columns.clone();
                }
            }
        }
        if let Some(table) = tables.get_mut(&table) {
            table.foreign_keys = keys;
        }
    }
    Ok(())
}
