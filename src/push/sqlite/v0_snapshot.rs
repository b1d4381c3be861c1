//! What drizzle-kit 0.x takes a SQLite schema for: the snapshots that it makes of the code and of the database, faults
//! included.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use indexmap::IndexMap;
use regex::Regex;

use super::objects;
use super::spelled::{self, Spelled};
use crate::catalog::{self, DefaultForm, ObjectRef, SpelledKind, UniqueForm};
use crate::declared::DeclaredTable;
use crate::push::input::Input;

/// One side as drizzle-kit 0.x has it. The maps have the order of JavaScript's objects.
#[derive(Clone, Debug, Default)]
pub(super) struct Snapshot {
    pub tables: IndexMap<String, Table>,
    pub views: IndexMap<String, View>,
    /// The keys of indexes that are expressions, by the name of the index, whatever its table.
    pub expressions: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    pub name: String,
    pub columns: IndexMap<String, Column>,
    pub indexes: IndexMap<String, Index>,
    pub foreign_keys: IndexMap<String, ForeignKey>,
    /// Composite keys by name: their columns.
    pub keys: IndexMap<String, Vec<String>>,
    pub checks: IndexMap<String, Check>,
    /// How a drift names the primary key, where there is one.
    pub key_object: Option<ObjectRef>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Column {
    pub name: String,
    pub sql_type: String,
    pub primary: bool,
    pub not_null: bool,
    pub autoincrement: bool,
    pub default: Option<Default>,
    /// The default as SQL.
    pub default_text: String,
    /// Expression in parentheses, and `stored` or `virtual`.
    pub generated: Option<(String, String)>,
}

impl Column {
    /// Whether drizzle-kit takes it for one that rows cannot have: to JavaScript, 0 and false are no default.
    pub fn needs_rows_gone(&self) -> bool {
        let falsy = match &self.default {
            None => true,
            Some(Default::Number(number)) => *number == 0.0 || number.is_nan(),
            Some(Default::Boolean(value)) => !value,
            Some(Default::Text(text)) => text.is_empty(),
        };
        self.not_null && falsy
    }

    /// The default where JavaScript takes it for one.
    pub fn truthy_default(&self) -> Option<&str> {
        match &self.default {
            None | Some(Default::Boolean(false)) => None,
            Some(Default::Number(number)) if *number == 0.0 || number.is_nan() => None,
            Some(_) => Some(&self.default_text),
        }
    }
}

/// A default as JSON.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Default {
    Number(f64),
    Boolean(bool),
    Text(String),
}

#[derive(Clone, Debug)]
pub(super) struct Index {
    /// Its parts joined by `;` and `,`, as drizzle-kit keeps and compares them.
    pub squashed: String,
    pub object: ObjectRef,
    pub form: UniqueForm,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct ForeignKey {
    pub table: String,
    pub columns: Vec<String>,
    pub foreign_table: String,
    pub foreign_columns: Vec<String>,
    pub on_update: String,
    pub on_delete: String,
    pub object: ObjectRef,
}

impl ForeignKey {
    /// Its parts in one text, by which push compares it.
    pub fn squashed(&self) -> String {
        let Self { table, foreign_table, on_update, on_delete, .. } = self;
        let (columns, foreign) = (self.columns.join(","), self.foreign_columns.join(","));
        format!("{table};{columns};{foreign_table};{foreign};{on_update};{on_delete}")
    }
}

#[derive(Clone, Debug)]
pub(super) struct Check {
    pub value: String,
    pub object: ObjectRef,
}

#[derive(Clone, Debug, Default)]
pub(super) struct View {
    /// `None` where the code builds it in a way that is not read.
    pub definition: Option<String>,
    pub existing: bool,
}

/// Joins an index's parts.
fn squash_index(name: &str, columns: &[String], unique: bool, predicate: &str) -> String {
    format!("{name};{};{unique};{predicate}", columns.join(","))
}

/// Puts keys that are array indexes first, as JavaScript's objects do.
pub(super) fn in_script_order<V>(map: &mut IndexMap<String, V>) {
    let number = |key: &String| key.parse::<u32>().ok().filter(|number| number.to_string() == *key);
    if map.keys().any(|key| number(key).is_some()) {
        map.sort_by(|a, _, b, _| {
            let (a, b) = (number(a), number(b));
            (a.is_none(), a).cmp(&(b.is_none(), b))
        });
    }
}

/// The snapshot of the code. What is not known of it is taken from `live`, so that nothing follows from it.
pub(super) fn of_code(input: &Input, live: &Snapshot) -> Result<Snapshot, String> {
    let mut snapshot = Snapshot::default();
    for declared in &input.declared.tables {
        let name = &declared.table.name;
        let open = declared.broken || declared.columns_open || declared.extras_open;
        let table = match live.tables.get(name) {
            Some(table) if open => table.clone(),
            None if declared.broken => continue,
            known => code_table(declared, known, &mut snapshot.expressions)?,
        };
        snapshot.tables.insert(name.clone(), table);
    }
    for view in &input.declared.views {
        let definition = view.value.definition.known().cloned();
        snapshot.views.insert(view.value.name.clone(), View { definition, existing: false });
    }
    for view in &input.declared.existing_views {
        snapshot.views.insert(view.1.clone(), View { definition: None, existing: true });
    }
    if input.declared.tables_open {
        for (name, table) in &live.tables {
            snapshot.tables.entry(name.clone()).or_insert_with(|| table.clone());
        }
        for (name, view) in &live.views {
            snapshot.views.entry(name.clone()).or_insert_with(|| view.clone());
        }
    }
    in_script_order(&mut snapshot.tables);
    in_script_order(&mut snapshot.views);
    Ok(snapshot)
}

fn code_table(
    declared: &DeclaredTable,
    live: Option<&Table>,
    expressions: &mut BTreeMap<String, BTreeSet<String>>,
) -> Result<Table, String> {
    let source = &declared.table;
    let mut table = Table { name: source.name.clone(), ..Table::default() };
    let key = source.primary_key.as_ref();
    let own = |column: &str| key.is_some_and(|key| key.name.is_none() && key.columns.iter().any(|own| own == column));
    for column in &source.columns {
        let live = live.and_then(|table| table.columns.get(&column.name));
        let Some(sql_type) = column.sql_type.known().cloned().or_else(|| live.map(|live| live.sql_type.clone())) else {
            continue;
        };
        let mut result = Column {
            name: column.name.clone(),
            sql_type,
            primary: column.primary_flag || own(&column.name),
            not_null: column.not_null.known().copied().or(live.map(|live| live.not_null)).unwrap_or(false),
            autoincrement: column.autoincrement,
            ..Column::default()
        };
        match column.default.known() {
            Some(Some(_)) if column.default_form == DefaultForm::BigInt => {
                return Err("Do not know how to serialize a BigInt".into());
            }
            Some(Some(text)) => {
                result.default = Some(code_default(column.default_form, text));
                result.default_text.clone_from(text);
            }
            Some(None) => {}
            None => {
                result.default = live.and_then(|live| live.default.clone());
                result.default_text = live.map(|live| live.default_text.clone()).unwrap_or_default();
            }
        }
        result.generated = column.generated.as_ref().and_then(|generated| match generated.expression.known() {
            Some(expression) => Some((format!("({expression})"), kind(generated.stored))),
            None => live.and_then(|live| live.generated.clone()),
        });
        table.columns.insert(column.name.clone(), result);
    }
    in_script_order(&mut table.columns);
    code_indexes(source, &mut table, expressions)?;
    let mut keys = IndexMap::new();
    for key in &source.foreign_keys {
        let foreign_key = ForeignKey {
            table: source.name.clone(),
            columns: key.columns.clone(),
            foreign_table: key.foreign_table.clone(),
            foreign_columns: key.foreign_columns.clone(),
            on_update: key.on_update.clone(),
            on_delete: key.on_delete.clone(),
            object: ObjectRef::foreign_key(source, key),
        };
        keys.insert(key.name.clone().unwrap_or_default(), foreign_key);
    }
    table.foreign_keys = keys.into_values().map(|key| (key.squashed(), key)).collect();
    if let Some(key) = key {
        table.key_object = Some(ObjectRef::primary_key(source, key));
        if let Some(name) = key.name.clone().filter(|_| key.columns.len() > 1) {
            table.keys.insert(name, key.columns.clone());
        }
    }
    for check in &source.checks {
        let name = check.name.clone().unwrap_or_default();
        if table.checks.contains_key(&name) {
            return Err(format!(
                "We've found duplicated check constraint name in {0}. Please rename your check constraint in the {0} table",
                source.name
            ));
        }
        let value = check.expression.known().cloned().unwrap_or_default();
        table.checks.insert(name, Check { value, object: ObjectRef::check(source, check) });
    }
    Ok(table)
}

fn code_default(form: DefaultForm, text: &str) -> Default {
    match form {
        DefaultForm::Number => Default::Number(text.parse().unwrap_or(f64::NAN)),
        DefaultForm::Boolean => Default::Boolean(text == "true"),
        DefaultForm::Sql | DefaultForm::BigInt | DefaultForm::Text | DefaultForm::Object => Default::Text(text.into()),
    }
}

fn kind(stored: bool) -> String {
    if stored { "stored".into() } else { "virtual".into() }
}

fn code_indexes(
    source: &catalog::Table,
    table: &mut Table,
    expressions: &mut BTreeMap<String, BTreeSet<String>>,
) -> Result<(), String> {
    for form in [UniqueForm::Column, UniqueForm::Index, UniqueForm::Constraint] {
        for index in source.indexes.iter().filter(|index| index.form == form) {
            let columns: Vec<String> = index.columns.iter().map(|key| key.expression.clone()).collect();
            for key in index.columns.iter().filter(|key| key.is_expression) {
                expressions.entry(index.name.clone()).or_default().insert(key.expression.clone());
            }
            if form != UniqueForm::Index && table.indexes.contains_key(&index.name) {
                return Err(format!("We've found duplicated unique constraint names in {} table.", source.name));
            }
            let predicate = index.predicate.as_deref().unwrap_or_default();
            let squashed = squash_index(&index.name, &columns, index.unique, predicate);
            let object = ObjectRef::index(source, index);
            table.indexes.insert(index.name.clone(), Index { squashed, object, form });
        }
    }
    in_script_order(&mut table.indexes);
    Ok(())
}

/// The snapshot of the database, or why drizzle-kit cannot make one.
pub(super) fn of_database(input: &Input) -> Result<Snapshot, String> {
    let scope = input.filter.scope(input.declared.dialect);
    let mut snapshot = Snapshot::default();
    let objects = spelled::objects(input.live);
    let mut columnless = false;
    for object in objects.iter().filter(|object| object.spelling.kind != SpelledKind::View) {
        if scope.covers_live(None, object.name) {
            let table = live_table(object)?;
            columnless |= table.foreign_keys.values().any(|key| key.foreign_columns.is_empty());
            snapshot.tables.insert(object.name.to_owned(), table);
        }
    }
    for object in objects.iter().filter(|object| object.spelling.kind == SpelledKind::View) {
        let name = object.name;
        if !VIEW.is_match(&object.spelling.sql) {
            return Err(format!(
                "Could not process view: the query of `{name}` does not start with SELECT on one line"
            ));
        }
        if !scope.covers_live(None, name) {
            return Err(format!(
                "Cannot read properties of undefined (reading 'columns'): the filters leave out the view `{name}`"
            ));
        }
        snapshot.views.insert(name.to_owned(), View::default());
    }
    if columnless {
        return Err("a foreign key in the database refers to a table without naming its columns".into());
    }
    leak_checks(&objects, &mut snapshot);
    in_script_order(&mut snapshot.tables);
    in_script_order(&mut snapshot.views);
    Ok(snapshot)
}

static VIEW: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"(?i)\bAS\b\s+(SELECT[^\n\r\x{2028}\x{2029}]+)$").expect("a valid pattern"));

fn live_table(object: &Spelled) -> Result<Table, String> {
    let (name, spelling) = (object.name, &*object.spelling);
    let mut table = Table { name: name.to_owned(), ..Table::default() };
    let Some(source) = object.table else { return Ok(table) };
    let key: Vec<&str> = source.primary_key.iter().flat_map(|key| &key.columns).map(String::as_str).collect();
    let autoincrement = objects::says_autoincrement(&spelling.sql);
    let generated = if source.columns.iter().any(|column| column.generated.is_some()) {
        generated_columns(&spelling.sql)?
    } else {
        BTreeMap::new()
    };
    for column in &source.columns {
        let primary = key.contains(&column.name.as_str());
        let default = column.default.known().and_then(Option::as_deref).map(live_default);
        table.columns.insert(
            column.name.clone(),
            Column {
                name: column.name.clone(),
                sql_type: storage_type(column.sql_type.known().map_or("", String::as_str)),
                primary: primary && key.len() == 1,
                not_null: spelling.not_null.contains(&column.name),
                autoincrement: primary && autoincrement,
                default,
                default_text: column.default.known().cloned().flatten().unwrap_or_default(),
                generated: generated.get(&column.name).cloned(),
            },
        );
    }
    for name in &spelling.hidden {
        let column = Column { name: name.clone(), sql_type: "numeric".into(), ..Column::default() };
        table.columns.insert(name.clone(), column);
    }
    if key.len() > 1 {
        // In the order of the columns, whatever that of the key.
        let columns: Vec<String> = source
            .columns
            .iter()
            .map(|column| &column.name)
            .filter(|name| key.contains(&name.as_str()))
            .cloned()
            .collect();
        table.keys.insert(format!("{name}_{}_pk", columns.join("_")), columns);
    }
    table.key_object = source.primary_key.as_ref().map(|key| ObjectRef::primary_key(source, key));
    // SQLite lists the last first.
    for (key, spelled) in source.foreign_keys.iter().zip(&spelling.references).rev() {
        let foreign_key = ForeignKey {
            table: name.to_owned(),
            columns: key.columns.clone(),
            foreign_table: spelled.table.clone(),
            foreign_columns: if spelled.names_columns { key.foreign_columns.clone() } else { Vec::new() },
            on_update: key.on_update.clone(),
            on_delete: key.on_delete.clone(),
            object: ObjectRef::foreign_key(source, key),
        };
        table.foreign_keys.insert(foreign_key.squashed(), foreign_key);
    }
    for name in &spelling.indexes {
        let Some(index) = source.indexes.iter().find(|index| index.name == *name) else { continue };
        let mut columns: Vec<String> = Vec::new();
        for (place, key) in index.columns.iter().enumerate() {
            match key.is_expression {
                // An expression, which has no name, makes drizzle-kit start the list anew.
                true => columns.clear(),
                false if place > 0 => columns.push(key.expression.clone()),
                false => columns = vec![key.expression.clone()],
            }
        }
        let squashed = squash_index(name, &columns, index.unique, "");
        let object = ObjectRef::index(source, index);
        // A unique one may be a constraint of the code's.
        let form = if index.unique { UniqueForm::Column } else { UniqueForm::Index };
        table.indexes.insert(name.clone(), Index { squashed, object, form });
    }
    in_script_order(&mut table.columns);
    in_script_order(&mut table.indexes);
    Ok(table)
}

fn live_default(text: &str) -> Default {
    static NUMBER: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"^-?[0-9.]+(?:e-?[0-9]+)?$").expect("a valid pattern"));
    match text {
        _ if NUMBER.is_match(text) => Default::Number(text.parse().unwrap_or(f64::NAN)),
        "CURRENT_TIME" | "CURRENT_DATE" | "CURRENT_TIMESTAMP" => Default::Text(format!("({text})")),
        "false" => Default::Boolean(false),
        "true" => Default::Boolean(true),
        _ if text.starts_with('\'') && text.ends_with('\'') => Default::Text(text.to_owned()),
        _ => Default::Text(format!("({text})")),
    }
}

/// The storage type that drizzle-kit makes of a declared type, by its beginning; a text keeps its first number.
fn storage_type(sql_type: &str) -> String {
    let lowered = sql_type.to_lowercase();
    let storage = objects::STORAGE_TYPES
        .iter()
        .find(|(_, beginnings)| beginnings.iter().any(|beginning| lowered.starts_with(beginning)))
        .map_or("numeric", |(storage, _)| storage);
    match objects::first_number(&lowered).filter(|_| storage == "text") {
        Some(length) => format!("text({length})"),
        None => storage.to_owned(),
    }
}

/// Generated columns as drizzle-kit reads them off the DDL, which it cuts at commas.
fn generated_columns(sql: &str) -> Result<BTreeMap<String, (String, String)>, String> {
    let mut result = BTreeMap::new();
    let mut pieces = Vec::new();
    let mut start = 0;
    for (at, _) in sql.match_indices(',') {
        let next = sql[at + 1..].find(['(', ')']).map(|place| sql.as_bytes()[at + 1 + place]);
        if next != Some(b')') {
            pieces.push(&sql[start..at]);
            start = at + 1;
        }
    }
    pieces.push(&sql[start..]);
    for piece in pieces.into_iter().filter(|piece| piece.contains("GENERATED ALWAYS AS")) {
        let mut words = piece.split_whitespace();
        let name = words.next().unwrap_or_default().replace(['`', '\'', '"'], "");
        let (open, close) = (piece.find('(').unwrap_or(0), piece.find(')').map_or(0, |at| at + 1));
        let expression = piece.get(open.min(close)..open.max(close)).unwrap_or_default().trim().to_owned();
        let said = piece.split_whitespace().find(|word| {
            let word = word.to_lowercase();
            word.contains("stored") || word.contains("virtual")
        });
        let kind = said.map_or("virtual".to_owned(), |word| {
            word.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase()
        });
        if kind != "stored" && kind != "virtual" {
            return Err(format!("the kind of the generated column `{name}` is read as \"{kind}\""));
        }
        result.insert(name, (expression, kind));
    }
    Ok(result)
}

/// Whether it is worth looking for checks.
fn has_check(sql: &str) -> bool {
    sql.as_bytes().windows(5).any(|word| word.eq_ignore_ascii_case(b"check"))
}

/// Gives every table the checks of all tables, which is what drizzle-kit ends up with.
fn leak_checks(objects: &[Spelled], snapshot: &mut Snapshot) {
    static NAMED: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)CONSTRAINT\s*["']?([A-Za-z0-9_]+)["']?\s*CHECK\s*\(([^\n\r]*?)\)"#).expect("a valid pattern")
    });
    static UNNAMED: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)CHECK\s*\(([^\n\r]*?)\)").expect("a valid pattern"));
    let mut checks: IndexMap<String, Check> = IndexMap::new();
    let mut counter = 0;
    for Spelled { name: table, spelling, .. } in objects {
        if !snapshot.tables.contains_key(*table) || !has_check(&spelling.sql) {
            continue;
        }
        let named: Vec<(String, String)> =
            NAMED.captures_iter(&spelling.sql).map(|found| (found[1].to_owned(), found[2].trim().to_owned())).collect();
        let found = if named.is_empty() {
            UNNAMED
                .captures_iter(&spelling.sql)
                .map(|found| {
                    counter += 1;
                    (format!("{table}_check_{counter}"), found[1].trim().to_owned())
                })
                .collect()
        } else {
            named
        };
        for (name, value) in found {
            checks.insert(name.clone(), Check { value, object: objects::check(table, &name) });
        }
    }
    in_script_order(&mut checks);
    if !checks.is_empty() {
        for table in snapshot.tables.values_mut() {
            table.checks.clone_from(&checks);
        }
    }
}
