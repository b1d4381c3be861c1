//! Both sides as drizzle-kit 0.31 snapshots them: what its introspection sees, with its faults, and what its serializer
//! makes of the code.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::defaults::{self, Default_};
use crate::catalog::{
    Column, EnumType, ForeignKey, Generated, Identity, Index, ObjectRef, Policy, Scope, Sequence, SequenceOptions,
    Table, TableKind, View,
};
use crate::declared::DeclaredTable;
use crate::push::input::Input;
use crate::push::postgresql::as_read;

/// The schema that drizzle-kit leaves out of names of tables.
pub(in crate::push::postgresql) const PUBLIC: &str = "public";

/// One side.
#[derive(Default)]
pub(super) struct Snapshot<'a> {
    pub schemas: Vec<&'a str>,
    pub tables: Vec<Tab<'a>>,
    pub enums: Vec<Enumeration<'a>>,
    pub sequences: Vec<Seq<'a>>,
    pub views: Vec<Vista<'a>>,
}

/// A table of a snapshot.
#[derive(Clone)]
pub(super) struct Tab<'a> {
    /// Never empty: `public` is spelled out.
    pub schema: Cow<'a, str>,
    pub name: Cow<'a, str>,
    pub columns: Vec<Col<'a>>,
    /// What the rest is read from when it is needed.
    pub table: &'a Table,
    /// The declared table, on that side.
    pub declared: Option<&'a DeclaredTable>,
    /// In which order its keys and unique constraints give their columns.
    pub order: ColumnOrder,
    pub row_level_security: bool,
}

/// A column of a snapshot. What is unknown is equal to anything.
#[derive(Clone)]
pub(super) struct Col<'a> {
    pub name: &'a str,
    pub sql_type: Option<Cow<'a, str>>,
    pub type_schema: Option<Cow<'a, str>>,
    pub primary: bool,
    pub not_null: Option<bool>,
    pub default: Default_<'a>,
    pub identity: Option<Ident<'a>>,
    pub generated: Option<&'a Generated>,
}

/// An identity column's sequence, every option spelled out as far as drizzle-kit finds it.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::push::postgresql) struct Ident<'a> {
    pub name: Cow<'a, str>,
    pub always: bool,
    pub options: Options<'a>,
}

/// A sequence's options.
#[derive(Clone, PartialEq, Eq)]
pub(in crate::push::postgresql) struct Options<'a> {
    pub increment: Cow<'a, str>,
    pub min: Cow<'a, str>,
    pub max: Cow<'a, str>,
    pub start: Cow<'a, str>,
    /// `None` where drizzle-kit does not find it.
    pub cache: Option<Cow<'a, str>>,
    pub cycle: bool,
}

#[derive(Clone)]
pub(super) struct Enumeration<'a> {
    pub schema: Cow<'a, str>,
    pub name: Cow<'a, str>,
    pub values: &'a [String],
}

#[derive(Clone)]
pub(super) struct Seq<'a> {
    pub schema: Cow<'a, str>,
    pub name: &'a str,
    pub options: Options<'a>,
}

#[derive(Clone)]
pub(super) struct Vista<'a> {
    pub schema: &'a str,
    pub name: &'a str,
    pub view: Option<&'a View>,
    pub existing: bool,
}

impl Tab<'_> {
    /// The name in statements: the schema only where it is not `public`.
    pub fn sql(&self) -> String {
        qualified(&self.schema, &self.name)
    }

    pub fn column(&self, name: &str) -> Option<&Col<'_>> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The table, as a drift names it.
    pub fn object(&self) -> ObjectRef {
        self.table.object()
    }
}

/// `"name"`, or `"schema"."name"` outside `public`.
pub(in crate::push::postgresql) fn qualified(schema: &str, name: &str) -> String {
    if schema == PUBLIC || schema.is_empty() { format!("\"{name}\"") } else { format!("\"{schema}\".\"{name}\"") }
}

/// What the code declares.
pub(super) fn declared<'a>(input: &Input<'a>) -> Snapshot<'a> {
    let scope = input.filter.scope(input.declared.dialect);
    let in_schema = |schema: &str| input.filter.keeps_schema(schema);
    let mut tables: Vec<Tab> = Vec::with_capacity(input.declared.tables.len());
    for declared in &input.declared.tables {
        let table = &declared.table;
        let schema = table.schema.as_deref().unwrap_or(PUBLIC);
        if !scope.covers_declared(Some(schema), &table.name) {
            continue;
        }
        let flagged = table.primary_key.as_ref().filter(|key| key.name.is_none());
        let columns = table.columns.iter().map(|column| {
            let primary = flagged.is_some_and(|key| key.columns.contains(&column.name));
            declared_column(table, column, primary)
        });
        tables.push(Tab {
            schema: Cow::Borrowed(schema),
            name: Cow::Borrowed(&table.name),
            columns: columns.collect(),
            table,
            declared: Some(declared),
            order: ColumnOrder::Own,
            row_level_security: declared.enables_row_level_security,
        });
    }
    let enums = input.declared.enums.iter().map(|located| enumeration(&located.value)).collect();
    let sequences = input.declared.sequences.iter().map(|located| {
        let sequence = &located.value;
        let options = sequence_options(&sequence.options);
        Seq { schema: Cow::Borrowed(schema_of(&sequence.schema)), name: &sequence.name, options }
    });
    let sequences = sequences.collect();
    let views = input.declared.views.iter().map(|located| vista(&located.value));
    let existing = input.declared.existing_views.iter().map(|(schema, name)| Vista {
        schema: schema_of(schema),
        name,
        view: None,
        existing: true,
    });
    let mut views: Vec<Vista> = views.chain(existing).collect();
    views.sort_by_key(|vista| vista.view.is_some_and(|view| view.materialized));
    let schemas = input.declared.schemas.iter().map(|located| located.value.as_str());
    let schemas = schemas.filter(|schema| *schema != PUBLIC && in_schema(schema)).collect();
    Snapshot { schemas, tables, enums, sequences, views }
}

/// What the introspection sees of the database.
pub(super) fn live<'a>(input: &Input<'a>) -> Snapshot<'a> {
    let catalog = &input.live.catalog;
    let scope = input.filter.scope(input.declared.dialect);
    let in_schema = |schema: &Option<String>| input.filter.keeps_schema(schema_of(schema));
    let mut listed: Vec<&Table> =
        catalog.tables.iter().filter(|table| is_seen(table) && in_scope(&scope, table)).collect();
    // One connection asks for all tables in turn, and more of those with a composite key, which it has read last.
    listed.sort_by_key(|table| {
        let key = table.primary_key.as_ref().filter(|key| key.columns.len() > 1);
        (key.map_or(0, |_| table.columns.len()), table.position)
    });
    let enums: BTreeMap<(&str, &str), ()> =
        catalog.enums.iter().map(|item| ((schema_of(&item.schema), item.name.as_str()), ())).collect();
    let order = column_order(input);
    let tables = listed.iter().map(|table| live_table(input, table, &enums, order)).collect();
    let views = catalog.views.iter().filter(|view| in_schema(&view.schema) && scope.covers_live(None, &view.name));
    let seen = |schema: &Option<String>, name: &str| {
        let mut tables = catalog.tables.iter().filter(|table| table.schema == *schema && table.name == name);
        tables.any(|table| is_seen(table) && in_scope(&scope, table))
    };
    let free = catalog.sequences.iter().filter(|sequence| in_schema(&sequence.schema));
    let mut sequences: Vec<Seq> = free.map(|sequence| live_sequence(sequence)).collect();
    // drizzle-kit forgets a column's own sequence only while it looks at the column, and only if it can spell its name.
    let owned = input.live.owned_sequences.iter().filter(|owned| in_schema(&owned.sequence.schema));
    sequences.extend(owned.filter_map(|owned| {
        let forgotten = seen(&owned.schema, &owned.table) && is_spelled_right(&owned.sequence);
        (!forgotten).then(|| live_sequence(&owned.sequence))
    }));
    let enums = catalog.enums.iter().filter(|item| in_schema(&item.schema) && !item.values.is_empty());
    let schemas = catalog.schemas.iter().map(String::as_str);
    let used = catalog.tables.iter().filter_map(|table| table.schema.as_deref());
    let mut schemas: Vec<&str> =
        schemas.chain(used).filter(|schema| *schema != PUBLIC && input.filter.keeps_schema(schema)).collect();
    schemas.sort_unstable();
    schemas.dedup();
    Snapshot { schemas, tables, enums: enums.map(enumeration).collect(), sequences, views: views.map(vista).collect() }
}

/// Whether the introspection lists the relation at all: partitioned parents and foreign tables it does not.
fn is_seen(table: &Table) -> bool {
    !matches!(table.kind, TableKind::Partitioned | TableKind::Foreign)
}

fn in_scope(scope: &Scope<'_>, table: &Table) -> bool {
    scope.covers_live(table.schema.as_deref(), &table.name)
}

pub(in crate::push::postgresql) fn schema_of(schema: &Option<String>) -> &str {
    schema.as_deref().unwrap_or(PUBLIC)
}

fn enumeration(item: &EnumType) -> Enumeration<'_> {
    Enumeration {
        schema: Cow::Borrowed(schema_of(&item.schema)),
        name: Cow::Borrowed(&item.name),
        values: &item.values,
    }
}

fn vista(view: &View) -> Vista<'_> {
    Vista { schema: schema_of(&view.schema), name: &view.name, view: Some(view), existing: false }
}

fn declared_column<'a>(table: &Table, column: &'a Column, primary: bool) -> Col<'a> {
    let sql_type = column.sql_type.known().map(|sql_type| Cow::Borrowed(sql_type.as_str()));
    let identity = column.identity.as_ref().map(|identity| declared_identity(table, column, identity));
    Col {
        name: &column.name,
        type_schema: column.type_schema.as_deref().map(Cow::Borrowed),
        primary,
        not_null: column.not_null.known().copied(),
        default: defaults::of_code(column),
        identity,
        generated: column.generated.as_deref(),
        sql_type,
    }
}

/// The identity that the code gives to `column`, with drizzle-kit's own defaults.
pub(in crate::push::postgresql) fn declared_identity<'a>(
    table: &Table,
    column: &Column,
    identity: &'a Identity,
) -> Ident<'a> {
    let highest = match column.sql_type.known().map(String::as_str) {
        Some("integer") => "2147483647",
        Some("bigint") => "9223372036854775807",
        _ => "32767",
    };
    // It looks at the wrong word for the type of the least, and always finds this one.
    let options = code_options(&identity.options, "-32768", highest);
    let name = match &identity.name {
        Some(name) => Cow::Borrowed(name.as_str()),
        None => Cow::Owned(format!("{}_{}_seq", table.name, column.name)),
    };
    Ident { name, always: identity.always, options }
}

/// The options of a sequence of the code, with drizzle-kit's own defaults.
pub(in crate::push::postgresql) fn sequence_options(given: &SequenceOptions) -> Options<'_> {
    code_options(given, "-9223372036854775808", "9223372036854775807")
}

fn code_options<'a>(given: &'a SequenceOptions, lowest: &'static str, highest: &'static str) -> Options<'a> {
    let or = |text: &'a Option<String>, default: Cow<'a, str>| text.as_deref().map_or(default, Cow::Borrowed);
    let increment = or(&given.increment, Cow::Borrowed("1"));
    let falls = increment.starts_with('-');
    let min = or(&given.min_value, Cow::Borrowed(if falls { lowest } else { "1" }));
    let max = or(&given.max_value, Cow::Borrowed(if falls { "-1" } else { highest }));
    let start = or(&given.start, if falls { max.clone() } else { min.clone() });
    let cache = Some(or(&given.cache, Cow::Borrowed("1")));
    Options { increment, min, max, start, cache, cycle: given.cycle.unwrap_or(false) }
}

pub(in crate::push::postgresql) fn live_options(given: &SequenceOptions) -> Options<'_> {
    let or_none = |text: &Option<String>| Cow::Owned(text.clone().unwrap_or_default());
    Options {
        increment: or_none(&given.increment),
        min: or_none(&given.min_value),
        max: or_none(&given.max_value),
        start: or_none(&given.start),
        cache: Some(or_none(&given.cache)),
        cycle: given.cycle.unwrap_or(false),
    }
}

fn live_sequence(sequence: &Sequence) -> Seq<'_> {
    Seq {
        schema: Cow::Borrowed(schema_of(&sequence.schema)),
        name: &sequence.name,
        options: live_options(&sequence.options),
    }
}

/// Whether the server writes `name` without quotes.
fn is_plain(name: &str) -> bool {
    let mut letters = name.chars();
    letters.next().is_some_and(|first| first.is_ascii_lowercase() || first == '_')
        && letters.all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "_$".contains(letter))
}

fn server_name(name: &str) -> Cow<'_, str> {
    if is_plain(name) { Cow::Borrowed(name) } else { Cow::Owned(format!("\"{name}\"")) }
}

/// The name as the server prints it: qualified outside `public`, quoted where it must be.
fn printed<'a>(schema: &str, name: &'a str) -> Cow<'a, str> {
    match schema {
        PUBLIC => server_name(name),
        schema => Cow::Owned(format!("{}.{}", server_name(schema), server_name(name))),
    }
}

/// Whether drizzle-kit recognises the sequence of a column by what the server prints.
fn is_spelled_right(sequence: &Sequence) -> bool {
    let schema = schema_of(&sequence.schema);
    schema == PUBLIC || (is_plain(schema) && is_plain(&sequence.name))
}

/// In which order the columns of a constraint come: the introspection asks without saying.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum ColumnOrder {
    /// As written.
    Own,
    /// As in the table.
    Table,
    /// By their names, forwards.
    Name,
    /// By their names, backwards.
    NameBackwards,
}

/// Until PostgreSQL 17 the table's order comes out. From 18 on another plan goes through an index on the names of the
/// columns, and in a small database through a hash of that, which turns it round.
fn column_order(input: &Input) -> ColumnOrder {
    /// Measured on 18; it counts each NOT NULL.
    const SMALL: usize = 270;
    let version = input.live.database.server_version.split('.').next().and_then(|major| major.parse().ok());
    if version.is_none_or(|major: u32| major < 18) {
        return ColumnOrder::Table;
    }
    let constraints = |table: &Table| {
        let required = table.columns.iter().filter(|column| column.not_null.known() == Some(&true)).count();
        let keys = usize::from(table.primary_key.is_some()) + table.uniques.len() + table.foreign_keys.len();
        required + keys + table.checks.len()
    };
    match input.live.catalog.tables.iter().map(constraints).sum::<usize>() < SMALL {
        true => ColumnOrder::NameBackwards,
        false => ColumnOrder::Name,
    }
}

fn live_table<'a>(
    input: &Input<'a>,
    table: &'a Table,
    enums: &BTreeMap<(&str, &str), ()>,
    order: ColumnOrder,
) -> Tab<'a> {
    let key = table.primary_key.as_ref().filter(|key| key.columns.len() == 1);
    let columns = table.columns.iter().map(|column| {
        let type_schema = column.type_schema.as_deref().filter(|schema| input.filter.keeps_schema(schema));
        let sql_type = column.sql_type.known().map(|sql_type| match &column.type_schema {
            Some(schema) if sql_type.ends_with("[]") => enum_array(schema, sql_type),
            None if sql_type.ends_with("[]") => {
                Cow::Borrowed(as_read(column.printed_type.as_deref().unwrap_or(sql_type)))
            }
            _ => Cow::Borrowed(as_read(sql_type)),
        });
        // The schema is looked up by the name of the type, which an array has not.
        let known = |schema: &&str| sql_type.as_deref().is_some_and(|name| enums.contains_key(&(*schema, name)));
        Col {
            name: &column.name,
            type_schema: type_schema.filter(known).map(Cow::Borrowed),
            primary: key.is_some_and(|key| key.columns[0] == column.name),
            not_null: column.not_null.known().copied(),
            default: defaults::of_database(column),
            identity: column.identity.as_deref().map(|identity| live_identity(table, identity)),
            generated: column.generated.as_deref(),
            sql_type,
        }
    });
    Tab {
        schema: Cow::Borrowed(schema_of(&table.schema)),
        name: Cow::Borrowed(&table.name),
        columns: columns.collect(),
        table,
        declared: None,
        order,
        row_level_security: table.row_level_security,
    }
}

/// An array of enums as the server prints it, quotes at the ends taken off.
fn enum_array<'a>(schema: &str, sql_type: &'a str) -> Cow<'a, str> {
    let name = sql_type.trim_end_matches("[]");
    let dimensions = &sql_type[name.len()..];
    if schema == PUBLIC && is_plain(name) {
        return Cow::Borrowed(sql_type);
    }
    Cow::Owned(format!("{}{dimensions}", printed(schema, name)).trim_matches('"').to_owned())
}

fn live_identity<'a>(table: &'a Table, identity: &'a Identity) -> Ident<'a> {
    let name = identity.name.as_deref().unwrap_or_default();
    let schema = schema_of(&table.schema);
    let name = printed(schema, name);
    let mut options = live_options(&identity.options);
    // The cache is looked up by the name as printed.
    if name.contains('"') {
        options.cache = None;
    }
    Ident { name, always: identity.always, options }
}

/// A constraint's columns in the order of the table's.
pub(super) fn in_table_order(table: Option<&Table>, columns: &[String]) -> Vec<String> {
    let mut result = columns.to_vec();
    if let Some(table) = table.filter(|_| columns.len() > 1) {
        result.sort_by_key(|name| table.columns.iter().position(|column| column.name == *name));
    }
    result
}

/// The columns of a constraint of `tab` in the order in which drizzle-kit sees them.
fn seen_columns(tab: &Tab, columns: &[String]) -> Vec<String> {
    let mut columns = columns.to_vec();
    match tab.order {
        ColumnOrder::Own => {}
        ColumnOrder::Table => return in_table_order(Some(tab.table), &columns),
        ColumnOrder::Name => columns.sort(),
        ColumnOrder::NameBackwards => columns.sort_by(|a, b| b.cmp(a)),
    }
    columns
}

/// The composite primary key of a table, `(name, columns)`.
pub(super) fn composite_key(tab: &Tab) -> Option<(String, Vec<String>)> {
    let key = tab.table.primary_key.as_ref()?;
    match tab.declared {
        Some(_) => Some((key.name.clone()?, key.columns.clone())),
        None if key.columns.len() > 1 => Some((key.name.clone().unwrap_or_default(), seen_columns(tab, &key.columns))),
        None => None,
    }
}

/// A unique constraint by what drizzle-kit compares of it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Uni {
    pub name: String,
    pub columns: Vec<String>,
    pub nulls_not_distinct: bool,
}

pub(super) fn uniques(tab: &Tab) -> Vec<Uni> {
    let live = tab.declared.is_none();
    let uniques = tab.table.uniques.iter().map(|unique| Uni {
        name: unique.name.clone().unwrap_or_default(),
        columns: seen_columns(tab, &unique.columns),
        nulls_not_distinct: !live && unique.nulls_not_distinct,
    });
    uniques.collect()
}

/// A foreign key by what drizzle-kit compares of it.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Foreign {
    pub name: String,
    pub table_from: String,
    pub columns: Vec<String>,
    pub schema_to: String,
    pub table_to: String,
    pub columns_to: Vec<String>,
    pub on_update: String,
    pub on_delete: String,
}

pub(super) fn foreign_keys(tab: &Tab, input: &Input) -> Vec<Foreign> {
    let live = tab.declared.is_none();
    let ordered = |table: Option<&Table>, columns: &[String]| {
        if live { in_table_order(table, columns) } else { columns.to_vec() }
    };
    let target = |key: &ForeignKey| {
        let tables = &input.live.catalog.tables;
        let find = || tables.iter().find(|table| table.schema == key.foreign_schema && table.name == key.foreign_table);
        if live && key.columns.len() > 1 { find() } else { None }
    };
    let keys = tab.table.foreign_keys.iter().map(|key| Foreign {
        name: key.name.clone().unwrap_or_default(),
        table_from: tab.table.name.clone(),
        columns: ordered(Some(tab.table), &key.columns),
        schema_to: schema_of(&key.foreign_schema).to_owned(),
        table_to: key.foreign_table.clone(),
        columns_to: ordered(target(key), &key.foreign_columns),
        on_update: key.on_update.clone(),
        on_delete: key.on_delete.clone(),
    });
    keys.collect()
}

/// An index, and the words in which drizzle-kit compares it on push.
pub(super) struct Ind<'a> {
    pub index: &'a Index,
    pub words: String,
}

pub(super) fn indexes<'a>(tab: &Tab<'a>) -> Vec<Ind<'a>> {
    let live = tab.declared.is_none();
    // An index on which a foreign key rests is taken for a constraint's.
    let listed = tab.table.indexes.iter().filter(|index| !(live && index.referenced));
    let indexes = listed.map(|index| {
        let expressions = live && index.columns.iter().any(|column| column.is_expression);
        let mut columns: Vec<String> = index
            .columns
            .iter()
            .map(|column| {
                let hidden = expressions || column.is_expression;
                let expression = if hidden { "" } else { column.expression.as_str() };
                let first = column.nulls_first.unwrap_or(column.descending);
                format!("{expression}--{}--{}", !column.descending, if first { "first" } else { "last" })
            })
            .collect();
        if live {
            let hide = |name: &String| if expressions { String::new() } else { name.clone() };
            columns.extend(index.include.iter().map(|name| format!("{}--true--last", hide(name))));
        }
        // The database has texts: a number of the code is never equal to one.
        let typed = if index.storage_is_typed { "typed " } else { "" };
        let with = if index.storage.is_empty() { String::new() } else { format!("{typed}{:?}", index.storage) };
        let method = index.method.as_deref().unwrap_or("btree");
        let words = format!("{};{};{};{method};{with}", index.name, columns.join(",,"), index.unique);
        Ind { index, words }
    });
    indexes.collect()
}

/// A policy in the words in which drizzle-kit compares it on push.
pub(super) fn policy_words(policy: &Policy) -> String {
    let kind = if policy.permissive { "PERMISSIVE" } else { "RESTRICTIVE" };
    format!("{kind}--{}--{}", policy.command.to_uppercase(), policy.roles.join(","))
}
