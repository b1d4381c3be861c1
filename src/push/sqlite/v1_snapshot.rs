//! What drizzle-kit 1.0 takes a SQLite schema for: flat lists of entities, made of the code and of the database.

use std::cell::LazyCell;
use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::objects;
use super::spelled;
use super::v1_ddl;
use crate::catalog::{self, ObjectRef, SpelledKind, Spelling, UniqueForm};
use crate::declared::DeclaredTable;
use crate::push::input::Input;

/// One side as drizzle-kit 1.0 has it, each list in its order.
#[derive(Clone, Debug, Default)]
pub(super) struct Entities {
    pub tables: Vec<String>,
    pub columns: Vec<Column>,
    pub indexes: Vec<Index>,
    pub foreign_keys: Vec<ForeignKey>,
    pub keys: Vec<Key>,
    pub uniques: Vec<Key>,
    pub checks: Vec<Check>,
    pub views: Vec<View>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Column {
    pub table: String,
    pub name: String,
    pub sql_type: String,
    pub not_null: bool,
    pub autoincrement: bool,
    pub default: Option<String>,
    /// Expression in parentheses, and `stored` or `virtual`.
    pub generated: Option<(String, String)>,
}

impl Column {
    /// The default where JavaScript takes it for one.
    pub fn truthy_default(&self) -> Option<&str> {
        self.default.as_deref().filter(|default| !default.is_empty())
    }
}

/// What belongs to a table and has a name.
pub(super) trait OfTable {
    /// The table and the name.
    fn named(&self) -> (&str, &str);
}

macro_rules! of_table {
    ($($entity:ty)*) => { $(
        impl OfTable for $entity {
            fn named(&self) -> (&str, &str) {
                (&self.table, &self.name)
            }
        }
    )* };
}

of_table!(Column Index Key ForeignKey Check);

/// `entities` by table and name; of several, the first.
pub(super) fn by_name<T: OfTable>(entities: &[T]) -> HashMap<(&str, &str), &T> {
    entities.iter().rev().map(|entity| (entity.named(), entity)).collect()
}

/// Entities table by table, in their order.
pub(super) struct Grouped<'a, T>(IndexMap<&'a str, Vec<&'a T>>);

impl<'a, T: OfTable> FromIterator<&'a T> for Grouped<'a, T> {
    fn from_iter<I: IntoIterator<Item = &'a T>>(entities: I) -> Self {
        let mut tables: IndexMap<&str, Vec<&T>> = IndexMap::new();
        for entity in entities {
            tables.entry(entity.named().0).or_default().push(entity);
        }
        Self(tables)
    }
}

impl<'a, T: OfTable> Grouped<'a, T> {
    /// Those of `table`.
    pub fn of(&self, table: &str) -> &[&'a T] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }

    /// The one of `table` that is called `name`.
    pub fn get(&self, table: &str, name: &str) -> Option<&'a T> {
        self.of(table).iter().copied().find(|entity| entity.named().1 == name)
    }

    /// The tables that have any, each with its own.
    pub fn tables(&self) -> impl Iterator<Item = (&'a str, &[&'a T])> {
        self.0.iter().map(|(table, entities)| (*table, entities.as_slice()))
    }
}

/// One side, table by table.
pub(super) struct ByTable<'a> {
    pub columns: Grouped<'a, Column>,
    pub indexes: Grouped<'a, Index>,
    pub foreign_keys: Grouped<'a, ForeignKey>,
    pub keys: Grouped<'a, Key>,
    pub uniques: Grouped<'a, Key>,
    pub checks: Grouped<'a, Check>,
}

/// Whether one of the last of `entities`, which are those of one table, is called `name`.
fn is_taken<T: OfTable>(entities: &[T], table: &str, name: &str) -> bool {
    let mut own = entities.iter().rev().map(T::named).take_while(|(owner, _)| *owner == table);
    own.any(|(_, known)| known == name)
}

#[derive(Clone, Debug)]
pub(super) struct Index {
    pub table: String,
    pub name: String,
    pub sql: String,
    pub object: ObjectRef,
}

/// A primary key or a unique constraint.
#[derive(Clone, Debug)]
pub(super) struct Key {
    pub table: String,
    pub name: String,
    pub columns: Vec<String>,
    pub name_is_explicit: bool,
    pub object: ObjectRef,
}

#[derive(Clone, Debug)]
pub(super) struct ForeignKey {
    pub table: String,
    pub name: String,
    pub columns: Vec<String>,
    pub foreign_table: String,
    pub foreign_columns: Vec<String>,
    pub on_update: String,
    pub on_delete: String,
    pub name_is_explicit: bool,
    pub object: ObjectRef,
}

impl ForeignKey {
    /// Whether it says the same, by whatever name.
    pub fn says(&self, other: &Self) -> bool {
        self.table == other.table
            && self.columns == other.columns
            && self.foreign_table == other.foreign_table
            && self.foreign_columns == other.foreign_columns
            && self.on_update == other.on_update
            && self.on_delete == other.on_delete
    }
}

#[derive(Clone, Debug)]
pub(super) struct Check {
    pub table: String,
    pub name: String,
    pub value: String,
    pub object: ObjectRef,
}

#[derive(Clone, Debug)]
pub(super) struct View {
    pub name: String,
    /// `None` where the code builds it in a way that is not read.
    pub definition: Option<String>,
}

/// The entities of the code. What is not known of it is taken from `live`, so that nothing follows from it.
pub(super) fn of_code(input: &Input, live: &Entities) -> Result<Entities, String> {
    let mut entities = Entities::default();
    let mut collected = Collected::default();
    let by_table = LazyCell::new(|| live.by_table());
    let in_database: HashSet<&str> = live.tables.iter().map(String::as_str).collect();
    let mut seen: HashSet<&str> = HashSet::new();
    for declared in &input.declared.tables {
        let name = &declared.table.name;
        let open = declared.broken || declared.columns_open || declared.extras_open;
        let in_database = in_database.contains(name.as_str());
        if declared.broken && !in_database {
            continue;
        }
        if !seen.insert(name.as_str()) {
            return Err(format!("'{name}' table name is a duplicate"));
        }
        if open && in_database {
            entities.take(&by_table, name);
            continue;
        }
        if declared.table.columns.is_empty() {
            return Err(format!("'{name}' table has no columns"));
        }
        entities.tables.push(name.clone());
        entities.declare(declared, &by_table, &mut collected)?;
    }
    // Those of columns come after those beside the columns.
    entities.keys.extend(collected.keys);
    let mut known: HashSet<(String, String)> =
        entities.uniques.iter().map(|unique| (unique.table.clone(), unique.name.clone())).collect();
    for unique in collected.uniques {
        if !known.insert((unique.table.clone(), unique.name.clone())) {
            return Err(duplicate_unique(&unique.name));
        }
        entities.uniques.push(unique);
    }
    for view in &input.declared.views {
        let definition = view.value.definition.known().cloned();
        entities.views.push(View { name: view.value.name.clone(), definition });
    }
    if input.declared.tables_open {
        let declared: HashSet<&str> = input.declared.tables.iter().map(|known| known.table.name.as_str()).collect();
        for name in live.tables.iter().filter(|name| !declared.contains(name.as_str())) {
            entities.take(&by_table, name);
        }
        for view in &live.views {
            if !entities.views.iter().any(|known| known.name == view.name) {
                entities.views.push(view.clone());
            }
        }
    }
    Ok(entities)
}

fn duplicate_unique(name: &str) -> String {
    format!("'{name}' unique constraint name is a duplicate")
}

/// What is collected over all tables of the code.
#[derive(Default)]
struct Collected {
    /// Keys and unique constraints that stand on a column.
    keys: Vec<Key>,
    uniques: Vec<Key>,
    index_names: HashSet<String>,
}

impl Entities {
    /// The entities table by table.
    pub fn by_table(&self) -> ByTable<'_> {
        ByTable {
            columns: self.columns.iter().collect(),
            indexes: self.indexes.iter().collect(),
            foreign_keys: self.foreign_keys.iter().collect(),
            keys: self.keys.iter().collect(),
            uniques: self.uniques.iter().collect(),
            checks: self.checks.iter().collect(),
        }
    }

    /// Takes a table over from `other` as it is there.
    fn take(&mut self, other: &ByTable, table: &str) {
        self.tables.push(table.to_owned());
        self.columns.extend(other.columns.of(table).iter().copied().cloned());
        self.indexes.extend(other.indexes.of(table).iter().copied().cloned());
        self.foreign_keys.extend(other.foreign_keys.of(table).iter().copied().cloned());
        self.keys.extend(other.keys.of(table).iter().copied().cloned());
        self.uniques.extend(other.uniques.of(table).iter().copied().cloned());
        self.checks.extend(other.checks.of(table).iter().copied().cloned());
    }

    fn declare<'a>(
        &mut self,
        declared: &DeclaredTable,
        live: &LazyCell<ByTable<'a>, impl FnOnce() -> ByTable<'a>>,
        collected: &mut Collected,
    ) -> Result<(), String> {
        let source = &declared.table;
        let table = source.name.clone();
        for column in &source.columns {
            let is_whole = column.sql_type.known().is_some()
                && column.not_null.known().is_some()
                && column.default.known().is_some()
                && column.generated.as_ref().is_none_or(|generated| generated.expression.known().is_some());
            let known = if is_whole { None } else { live.columns.get(&table, &column.name) };
            let Some(sql_type) = column.sql_type.known().cloned().or_else(|| known.map(|live| live.sql_type.clone()))
            else {
                continue;
            };
            if let (Some(Some(default)), true) = (column.default.known(), objects::is_no_text(column)) {
                return Err(format!("unexpected default: {default}"));
            }
            self.columns.push(Column {
                table: table.clone(),
                name: column.name.clone(),
                sql_type,
                not_null: column.not_null.known().copied().or(known.map(|live| live.not_null)).unwrap_or(false)
                    && !column.primary_flag,
                autoincrement: column.autoincrement,
                default: match column.default.known() {
                    Some(default) => default.clone(),
                    None => known.and_then(|live| live.default.clone()),
                },
                generated: column.generated.as_ref().and_then(|generated| match generated.expression.known() {
                    Some(expression) => {
                        let kind = if generated.stored { "stored" } else { "virtual" };
                        Some((format!("({expression})"), kind.to_owned()))
                    }
                    None => known.and_then(|live| live.generated.clone()),
                }),
            });
        }
        self.declare_keys(source, collected)?;
        for key in &source.foreign_keys {
            let name = key.name.clone().unwrap_or_default();
            if is_taken(&self.foreign_keys, &table, &name) {
                return Err(format!("'{name}' foreign key constraint name is a duplicate"));
            }
            self.foreign_keys.push(ForeignKey {
                table: table.clone(),
                name,
                columns: key.columns.clone(),
                foreign_table: key.foreign_table.clone(),
                foreign_columns: key.foreign_columns.clone(),
                on_update: key.on_update.to_uppercase(),
                on_delete: key.on_delete.to_uppercase(),
                name_is_explicit: !key.name_is_default,
                object: ObjectRef::foreign_key(source, key),
            });
        }
        for index in &source.indexes {
            if !collected.index_names.insert(index.name.clone()) {
                return Err(format!("'{}' index name is a duplicate", index.name));
            }
            let (name, sql) = (index.name.clone(), create_index(source, index));
            self.indexes.push(Index { table: table.clone(), name, sql, object: ObjectRef::index(source, index) });
        }
        for check in &source.checks {
            let name = check.name.clone().unwrap_or_default();
            if is_taken(&self.checks, &table, &name) {
                return Err(format!("'{name}' check constraint name is a duplicate"));
            }
            let value = match check.expression.known() {
                Some(value) => value.replacen(&format!("\"{table}\"."), "", 1),
                None => live.checks.get(&table, &name).map(|check| check.value.clone()).unwrap_or_default(),
            };
            self.checks.push(Check { table: table.clone(), name, value, object: ObjectRef::check(source, check) });
        }
        Ok(())
    }

    fn declare_keys(&mut self, source: &catalog::Table, collected: &mut Collected) -> Result<(), String> {
        let table = source.name.clone();
        if let Some(key) = &source.primary_key {
            let is_flag = key.name.is_none() && source.columns.iter().any(|column| column.primary_flag);
            let keys = if is_flag { &mut collected.keys } else { &mut self.keys };
            keys.push(Key {
                table: table.clone(),
                name: key.name.clone().unwrap_or_else(|| format!("{table}_pk")),
                // Of several columns that are keys by themselves, the first counts.
                columns: if is_flag { key.columns[..1].to_vec() } else { key.columns.clone() },
                name_is_explicit: !key.name_is_default && key.name.is_some(),
                object: ObjectRef::primary_key(source, key),
            });
        }
        for unique in &source.uniques {
            let entity = Key {
                table: table.clone(),
                name: unique.name.clone().unwrap_or_default(),
                columns: unique.columns.clone(),
                name_is_explicit: !unique.name_is_default,
                object: ObjectRef::unique(source, unique),
            };
            // A unique index on the same column makes the constraint superfluous.
            let has_index = source.indexes.iter().any(|index| {
                let [only] = index.columns.as_slice() else { return false };
                index.unique && !only.is_expression && unique.columns == [only.expression.clone()]
            });
            match unique.form {
                UniqueForm::Column if has_index => {}
                UniqueForm::Column => collected.uniques.push(entity),
                UniqueForm::Index | UniqueForm::Constraint if is_taken(&self.uniques, &table, &entity.name) => {
                    return Err(duplicate_unique(&entity.name));
                }
                UniqueForm::Index | UniqueForm::Constraint => self.uniques.push(entity),
            }
        }
        Ok(())
    }
}

fn create_index(table: &catalog::Table, index: &catalog::Index) -> String {
    let kind = if index.unique { "UNIQUE INDEX" } else { "INDEX" };
    let keys = index.columns.iter().map(|key| match key.is_expression {
        true => key.expression.clone(),
        false => format!("`{}`", key.expression),
    });
    let predicate = index.predicate.as_ref().map_or_else(String::new, |predicate| format!(" WHERE {predicate}"));
    format!("CREATE {kind} `{}` ON `{}` ({}){predicate}", index.name, table.name, keys.collect::<Vec<_>>().join(","))
}

/// The entities of the database, or why drizzle-kit cannot make them out.
pub(super) fn of_database(input: &Input) -> Result<Entities, String> {
    let scope = input.filter.scope(input.declared.dialect);
    let is_existing = |name: &str| input.declared.existing_views.iter().any(|(_, view)| view == name);
    let covers = |name: &str| scope.covers_live(None, name) && !is_existing(name);
    let mut entities = Entities::default();
    let objects = spelled::objects(input.live);
    let mut views: Vec<&str> = Vec::new();
    let mut tables: Vec<(&catalog::Table, &Spelling)> = Vec::new();
    for object in objects.iter().filter(|object| covers(object.name)) {
        match object.spelling.kind {
            SpelledKind::View if !v1_ddl::is_view(&object.spelling.sql) => {
                return Err(format!("Could not process view {}", object.name));
            }
            SpelledKind::View => views.push(object.name),
            SpelledKind::Shadow => {}
            SpelledKind::Table | SpelledKind::Virtual => {
                tables.extend(object.table.map(|table| (table, &*object.spelling)))
            }
        }
    }
    views.sort_by_key(|name| name.to_ascii_lowercase());
    entities.views = views.into_iter().map(|name| View { name: name.to_owned(), definition: None }).collect();
    references(&mut entities, &tables)?;
    let mut by_name = tables.clone();
    by_name.sort_by_key(|(table, _)| table.name.to_ascii_lowercase());
    for (table, spelling) in &by_name {
        for name in &spelling.indexes {
            let Some(index) = table.indexes.iter().find(|index| index.name == *name) else { continue };
            let (table, object) = (table.name.clone(), ObjectRef::index(table, index));
            entities.indexes.push(Index { table, name: name.clone(), sql: String::new(), object });
        }
    }
    let mut unnamed = 0;
    let mut places = Vec::new();
    let mut column_uniques = Vec::new();
    for (table, spelling) in &tables {
        let name = &table.name;
        entities.tables.push(name.clone());
        let ddl = v1_ddl::table(&spelling.sql);
        for (place, column) in live_columns(table, spelling).into_iter().enumerate() {
            places.push((place, column));
        }
        if let Some(key) = &table.primary_key {
            entities.keys.push(live_key(table, key, &ddl));
        }
        for unique in &table.uniques {
            let Some((named, _)) = ddl.uniques.iter().find(|(_, columns)| *columns == unique.columns) else { continue };
            let made_up = || format!("{name}_{}_unique", unique.columns.join("_"));
            let entity = Key {
                table: name.clone(),
                name: named.clone().unwrap_or_else(made_up),
                columns: unique.columns.clone(),
                name_is_explicit: named.is_some() || unique.columns.len() > 1,
                object: ObjectRef::unique(table, unique),
            };
            match unique.columns.as_slice() {
                [_] => column_uniques.push(entity),
                _ => entities.uniques.push(entity),
            }
        }
        for (named, value) in ddl.checks {
            let check_name = named.unwrap_or_else(|| {
                unnamed += 1;
                format!("{name}_check_{unnamed}")
            });
            let known = table.checks.iter().find(|check| check.expression.known() == Some(&value));
            let object =
                known.map_or_else(|| objects::check(name, &check_name), |check| ObjectRef::check(table, check));
            entities.checks.push(Check { table: name.clone(), name: check_name, value, object });
        }
    }
    // A column's is none where the column is the key.
    let keys: HashSet<(&str, &[String])> =
        entities.keys.iter().map(|key| (key.table.as_str(), key.columns.as_slice())).collect();
    column_uniques.retain(|unique| !keys.contains(&(unique.table.as_str(), unique.columns.as_slice())));
    entities.uniques.extend(column_uniques);
    entities.keys.sort_by_key(|key| key.columns.len() == 1);
    places.sort_by_key(|(place, _)| *place);
    entities.columns = places.into_iter().map(|(_, column)| column).collect();
    Ok(entities)
}

fn references(entities: &mut Entities, tables: &[(&catalog::Table, &Spelling)]) -> Result<(), String> {
    let mut tables = tables.to_vec();
    tables.sort_by(|(a, _), (b, _)| a.name.cmp(&b.name));
    for (table, spelling) in tables {
        let named = if table.foreign_keys.is_empty() { Vec::new() } else { v1_ddl::references(&spelling.sql) };
        // SQLite lists the last first.
        for (key, spelled) in table.foreign_keys.iter().zip(&spelling.references).rev() {
            let (from, to) = (&table.name, &spelled.table);
            if key.foreign_columns.len() < key.columns.len() {
                return Err(format!(
                    "Table {to} has no primary key, so the foreign key from {from}.{} to {to} cannot be resolved",
                    key.columns.first().map_or("", String::as_str)
                ));
            }
            let found = named.iter().find(|named| {
                named.columns == key.columns
                    && named.foreign_columns == key.foreign_columns
                    && named.foreign_table == *to
            });
            let made_up = || format!("fk_{from}_{}_{to}_{}_fk", key.columns.join("_"), key.foreign_columns.join("_"));
            entities.foreign_keys.push(ForeignKey {
                table: from.clone(),
                name: found.and_then(|found| found.name.clone()).unwrap_or_else(made_up),
                columns: key.columns.clone(),
                foreign_table: to.clone(),
                foreign_columns: key.foreign_columns.clone(),
                on_update: key.on_update.to_uppercase(),
                on_delete: key.on_delete.to_uppercase(),
                name_is_explicit: true,
                object: ObjectRef::foreign_key(table, key),
            });
        }
    }
    Ok(())
}

fn live_key(table: &catalog::Table, key: &catalog::PrimaryKey, ddl: &v1_ddl::TableDdl) -> Key {
    let name = &table.name;
    let ordinal = table.columns.iter().map(|column| &column.name).filter(|column| key.columns.contains(column));
    let columns: Vec<String> = ordinal.cloned().collect();
    let is_rowid = |column: &String| {
        let found = table.column(column).and_then(|column| column.sql_type.known());
        found.is_some_and(|sql_type| sql_type == "integer")
    };
    let named = match columns.as_slice() {
        // The rowid itself has no index, whose name drizzle-kit would look for.
        [only] if is_rowid(only) => None,
        [_] => ddl.key_name.clone().filter(|_| ddl.key_columns == columns),
        _ => ddl.key_name.clone(),
    };
    Key {
        table: name.clone(),
        name: named.unwrap_or_else(|| format!("{name}_pk")),
        name_is_explicit: columns.len() == 1,
        columns,
        object: ObjectRef::primary_key(table, key),
    }
}

fn live_columns(table: &catalog::Table, spelling: &Spelling) -> Vec<Column> {
    let key: Vec<&String> = table.primary_key.iter().flat_map(|key| &key.columns).collect();
    let autoincrement = objects::says_autoincrement(&spelling.sql);
    let generated = match table.columns.iter().any(|column| column.generated.is_some()) {
        true => v1_ddl::generated_columns(&spelling.sql),
        false => Default::default(),
    };
    let mut columns: Vec<Column> = table
        .columns
        .iter()
        .map(|column| {
            let written = spelling.types.get(&column.name).or(column.sql_type.known()).map_or("", String::as_str);
            Column {
                table: table.name.clone(),
                name: column.name.clone(),
                sql_type: type_of(written),
                not_null: spelling.not_null.contains(&column.name),
                autoincrement: autoincrement && key.contains(&&column.name),
                default: column.default.known().and_then(Option::as_deref).map(|text| live_default(written, text)),
                generated: generated.get(&column.name).cloned(),
            }
        })
        .collect();
    let hidden = spelling.hidden.iter().map(|name| Column {
        table: table.name.clone(),
        name: name.clone(),
        ..Column::default()
    });
    columns.extend(hidden);
    columns
}

/// The type that drizzle-kit makes of a declared type: one that it does not know stays as it is.
fn type_of(written: &str) -> String {
    const NUMERIC: &[&str] = &["numeric", "decimal", "boolean", "date", "datetime"];
    let lowered = written.to_lowercase();
    let starts = |beginnings: &[&str]| beginnings.iter().any(|beginning| lowered.starts_with(beginning));
    match objects::STORAGE_TYPES.iter().find(|(_, beginnings)| starts(beginnings)) {
        Some((storage @ "text", _)) => match objects::first_number(&lowered) {
            Some(length) => format!("text({length})"),
            None => (*storage).to_owned(),
        },
        Some((storage, _)) => (*storage).to_owned(),
        None if starts(NUMERIC) => "numeric".to_owned(),
        None => written.to_owned(),
    }
}

fn live_default(written: &str, text: &str) -> String {
    const INTEGERS: &[&str] =
        &["int", "integer", "tiniint", "smallint", "mediumint", "bigint", "unsigned big int", "int2", "int8"];
    const TRUTHS: &[(&str, &str)] = &[("true", "1"), ("false", "0")];
    let lowered = written.to_lowercase();
    if INTEGERS.contains(&lowered.as_str()) {
        let bare = objects::without_quotes(text);
        return if is_number(bare) { bare.to_owned() } else { text.to_owned() };
    }
    if lowered.starts_with("boolean") || lowered.starts_with("numeric") {
        let truth = TRUTHS.iter().find(|(word, _)| text.eq_ignore_ascii_case(word));
        return truth.map_or(text, |(_, digit)| digit).to_owned();
    }
    text.to_owned()
}

/// Whether JavaScript's `Number(text)` is one.
fn is_number(text: &str) -> bool {
    let text = text.trim();
    let radix = |prefixes: [&str; 2], radix: u32| {
        let digits = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix));
        digits.is_some_and(|digits| !digits.is_empty() && digits.chars().all(|digit| digit.is_digit(radix)))
    };
    let signless = text.strip_prefix(['+', '-']).unwrap_or(text);
    text.is_empty()
        || radix(["0x", "0X"], 16)
        || radix(["0o", "0O"], 8)
        || radix(["0b", "0B"], 2)
        || signless == "Infinity"
        || (signless.starts_with(|first: char| first.is_ascii_digit() || first == '.') && text.parse::<f64>().is_ok())
}
