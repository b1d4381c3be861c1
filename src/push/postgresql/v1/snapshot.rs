//! Both sides as drizzle-kit 1.0 sees them: tables with their columns, and lists of everything else.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashSet};

use crate::catalog::{
    Column, EnumType, Generated, Index, LiveCatalog, ObjectKind, ObjectRef, OwnedSequence, Policy, Rows, ServerOrder,
    Table, TableKind, UniqueForm, View,
};
use crate::declared::{DeclaredTable, without_casts};
use crate::push::input::Input;
use crate::push::postgresql::as_read;
use crate::push::postgresql::v0::snapshot::{
    Ident, Options, PUBLIC, declared_identity, live_options, qualified, schema_of, sequence_options,
};
use crate::push::postgresql::v1::server_order;

/// One side.
#[derive(Default)]
pub(super) struct Side<'a> {
    pub schemas: Vec<&'a str>,
    pub enums: Vec<Enumeration<'a>>,
    pub sequences: Vec<Seq<'a>>,
    pub tables: Vec<Tab<'a>>,
    pub parts: Vec<Part<'a>>,
    pub views: Vec<Vista<'a>>,
    /// The order of the server that it was read from.
    order: Option<&'a ServerOrder>,
    /// The place of each table's columns among all of the server's. Few pushes ask.
    ranks: OnceCell<Vec<Vec<usize>>>,
}

#[derive(Clone)]
pub(super) struct Enumeration<'a> {
    pub schema: Cow<'a, str>,
    pub name: Cow<'a, str>,
    pub values: &'a [String],
}

pub(super) struct Seq<'a> {
    pub schema: Cow<'a, str>,
    pub name: Cow<'a, str>,
    pub options: Options<'a>,
}

pub(super) struct Vista<'a> {
    pub schema: Cow<'a, str>,
    pub name: Cow<'a, str>,
    pub view: &'a View,
}

pub(super) struct Tab<'a> {
    pub schema: Cow<'a, str>,
    pub name: Cow<'a, str>,
    pub columns: Vec<Col<'a>>,
    pub row_level_security: bool,
    pub table: &'a Table,
    pub declared: Option<&'a DeclaredTable>,
    /// What the live table holds.
    pub rows: Rows,
}

#[derive(Clone)]
pub(super) struct Col<'a> {
    pub name: Cow<'a, str>,
    /// Without the brackets of an array; `None` where it is not known.
    pub sql_type: Option<Cow<'a, str>>,
    pub type_schema: Option<Cow<'a, str>>,
    pub dimensions: usize,
    pub not_null: Option<bool>,
    /// The outer `None`: not known.
    pub default: Option<Option<Cow<'a, str>>>,
    pub generated: Option<&'a Generated>,
    pub identity: Option<Ident<'a>>,
    /// How many rows of the live table may hold a value in it.
    pub rows: Rows,
}

/// A key, index, check or policy of a table.
pub(super) struct Part<'a> {
    pub kind: ObjectKind,
    pub schema: String,
    pub table: String,
    pub name: String,
    /// Whether the code names it; else the database's name is taken over.
    pub explicit: bool,
    /// Whether the code says it on a column.
    pub on_column: bool,
    pub columns: Vec<String>,
    pub body: Body<'a>,
    /// As a drift names it.
    pub object: ObjectRef,
}

/// Schema, table and name of a part.
pub(super) type Key<'p> = (&'p str, Option<&'p str>, &'p str);

pub(super) enum Body<'a> {
    Key,
    Unique { nulls_not_distinct: bool },
    Foreign { schema: String, table: String, columns: Vec<String>, on_update: &'a str, on_delete: &'a str },
    Index(&'a Index),
    Check(&'a str),
    Policy(&'a Policy),
}

impl Tab<'_> {
    pub fn sql(&self) -> String {
        qualified(&self.schema, &self.name)
    }

    pub fn is(&self, schema: &str, name: &str) -> bool {
        self.schema == schema && self.name == name
    }

    pub fn object(&self) -> ObjectRef {
        self.table.object()
    }
}

impl Part<'_> {
    pub fn table_sql(&self) -> String {
        qualified(&self.schema, &self.table)
    }

    /// What tells it from the other parts of its kind. An index is known by its name in the schema.
    pub fn key(&self) -> Key<'_> {
        let table = (self.kind != ObjectKind::Index).then_some(self.table.as_str());
        (&self.schema, table, &self.name)
    }
}

impl<'a> Side<'a> {
    /// The place of a column in the server's list of all columns.
    pub fn rank(&self, table: usize, column: usize) -> usize {
        let ranks = self.ranks.get_or_init(|| {
            let tables: Vec<&Table> = self.tables.iter().map(|tab| tab.table).collect();
            server_order::ranks(self.order.unwrap_or(&ServerOrder::default()), &tables)
        });
        ranks[table][column]
    }

    pub fn table(&self, schema: &str, name: &str) -> Option<&Tab<'a>> {
        self.tables.iter().find(|tab| tab.is(schema, name))
    }

    pub fn of_kind(&self, kind: ObjectKind) -> impl Iterator<Item = &Part<'a>> {
        self.parts.iter().filter(move |part| part.kind == kind)
    }

    pub fn has_enum(&self, schema: Option<&str>, name: &str) -> bool {
        let schema = schema.unwrap_or(PUBLIC);
        self.enums.iter().any(|item| item.schema == schema && item.name == name)
    }
}

/// Whether the config or the code calls a view the database's own affair.
fn is_existing(input: &Input, schema: Option<&str>, name: &str) -> bool {
    let mut existing = input.declared.existing_views.iter();
    existing.any(|(other, view)| view == name && other.as_deref().unwrap_or(PUBLIC) == schema.unwrap_or(PUBLIC))
}

/// What the code declares.
pub(super) fn declared<'a>(input: &Input<'a>) -> Side<'a> {
    let scope = input.filter.scope(input.declared.dialect);
    let mut side = Side::default();
    let schemas = input.declared.schemas.iter().map(|located| located.value.as_str());
    side.schemas = schemas.filter(|schema| *schema != PUBLIC && input.filter.keeps_schema(schema)).collect();
    let enums = input.declared.enums.iter().map(|located| &located.value);
    // Enums and sequences are declared in schemas that the config leaves out too.
    side.enums = enums.map(enumeration).collect();
    let sequences = input.declared.sequences.iter().map(|located| &located.value);
    side.sequences = sequences
        .map(|sequence| Seq {
            schema: Cow::Borrowed(schema_of(&sequence.schema)),
            name: Cow::Borrowed(&sequence.name),
            options: sequence_options(&sequence.options),
        })
        .collect();
    for declared in &input.declared.tables {
        let table = &declared.table;
        let schema = schema_of(&table.schema);
        let known = side.tables.iter().any(|tab| tab.is(schema, &table.name));
        if known || !scope.covers_declared(Some(schema), &table.name) || is_existing(input, Some(schema), &table.name) {
            continue;
        }
        side.tables.push(Tab {
            schema: Cow::Borrowed(schema),
            name: Cow::Borrowed(&table.name),
            columns: table.columns.iter().map(|column| declared_column(table, column)).collect(),
            row_level_security: table.row_level_security,
            table,
            declared: Some(declared),
            rows: Rows::None,
        });
        parts(table, Some(declared), &mut side.parts);
    }
    let views = input.declared.views.iter().map(|located| &located.value);
    side.views = views.filter(|view| scope.covers_declared(view.schema.as_deref(), &view.name)).map(vista).collect();
    side.views.sort_by_key(|vista| vista.view.materialized);
    // What stands beside the columns of all tables comes before what stands on a column.
    side.parts.sort_by_key(|part| part.on_column);
    first_of_each(&mut side.parts);
    side
}

/// What the introspection sees of the database.
pub(super) fn live<'a>(input: &Input<'a>) -> Side<'a> {
    let catalog = &input.live.catalog;
    let scope = input.filter.scope(input.declared.dialect);
    let in_schema = |schema: &Option<String>| input.filter.keeps_schema(schema_of(schema));
    let mut side = Side { order: Some(&input.live.order), ..Side::default() };
    let owned: BTreeMap<(&str, &str, &str), &OwnedSequence> = input
        .live
        .owned_sequences
        .iter()
        .map(|owned| ((schema_of(&owned.schema), owned.table.as_str(), owned.column.as_str()), owned))
        .collect();
    let mut tables: Vec<&Table> = catalog
        .tables
        .iter()
        .filter(|table| table.kind != TableKind::Foreign && scope.covers_live(table.schema.as_deref(), &table.name))
        .filter(|table| !is_existing(input, table.schema.as_deref(), &table.name))
        .collect();
    tables.sort_by_cached_key(|table| (schema_of(&table.schema).to_lowercase(), table.name.to_lowercase()));
    for table in tables {
        side.tables.push(Tab {
            schema: Cow::Borrowed(schema_of(&table.schema)),
            name: Cow::Borrowed(&table.name),
            columns: table.columns.iter().map(|column| live_column(input.live, table, column, &owned)).collect(),
            row_level_security: table.row_level_security,
            table,
            declared: None,
            rows: input.rows(table),
        });
        parts(table, None, &mut side.parts);
    }
    let created = server_order::created(&input.live.order);
    // Indexes and policies come by their names, constraints by when their table was created.
    side.parts.sort_by_cached_key(|part| {
        let name = part.name.to_lowercase();
        match part.kind {
            ObjectKind::Index => (0, part.schema.to_lowercase(), String::new(), name),
            ObjectKind::Policy => (0, part.schema.to_lowercase(), part.table.to_lowercase(), name),
            _ => {
                let place = created.get(&(part.schema.as_str(), part.table.as_str()));
                (place.map_or(0, |place| place + 1), String::new(), String::new(), name)
            }
        }
    });
    let mut schemas: Vec<&str> = catalog.schemas.iter().map(String::as_str).collect();
    schemas.extend(catalog.tables.iter().filter_map(|table| table.schema.as_deref()));
    schemas.retain(|schema| *schema != PUBLIC && input.filter.keeps_schema(schema));
    let migrations = input.filter.migrations.schema.as_str();
    let only_migrations = !side.tables.iter().any(|tab| tab.schema == migrations);
    schemas.retain(|schema| !(*schema == migrations && only_migrations));
    schemas.sort_unstable();
    schemas.dedup();
    side.schemas = schemas;
    let enums = catalog.enums.iter().filter(|item| in_schema(&item.schema) && !item.values.is_empty());
    side.enums = enums.map(enumeration).collect();
    let order: BTreeMap<(&str, &str), usize> = input
        .live
        .order
        .enums
        .iter()
        .zip(0..)
        .map(|((schema, name), place)| ((schema_of(schema), name.as_str()), place))
        .collect();
    side.enums.sort_by_key(|item| order.get(&(&*item.schema, &*item.name)).copied());
    let sequences = catalog.sequences.iter().filter(|sequence| in_schema(&sequence.schema));
    side.sequences = sequences
        .map(|sequence| Seq {
            schema: Cow::Borrowed(schema_of(&sequence.schema)),
            name: Cow::Borrowed(&sequence.name),
            options: live_options(&sequence.options),
        })
        .collect();
    let views = catalog.views.iter();
    side.views = views
        .filter(|view| scope.covers_live(view.schema.as_deref(), &view.name))
        .filter(|view| !is_existing(input, view.schema.as_deref(), &view.name))
        .map(vista)
        .collect();
    side
}

/// Of parts with one key, push keeps the first; and a unique constraint on a column that one beside the columns stands for
/// already is not another.
fn first_of_each(parts: &mut Vec<Part>) {
    let mut seen: HashSet<(ObjectKind, Key)> = HashSet::new();
    let mut uniques: HashSet<(&str, &str, &[String])> = HashSet::new();
    let mut stays = Vec::with_capacity(parts.len());
    for part in parts.iter() {
        let first = seen.insert((part.kind, part.key()));
        let another = part.kind != ObjectKind::Unique
            || uniques.insert((&part.schema, &part.table, &part.columns))
            || !part.on_column;
        stays.push(first && another);
    }
    let mut stays = stays.into_iter();
    parts.retain(|_| stays.next().unwrap_or(true));
}

fn enumeration(item: &EnumType) -> Enumeration<'_> {
    Enumeration {
        schema: Cow::Borrowed(schema_of(&item.schema)),
        name: Cow::Borrowed(&item.name),
        values: &item.values,
    }
}

fn vista(view: &View) -> Vista<'_> {
    Vista { schema: Cow::Borrowed(schema_of(&view.schema)), name: Cow::Borrowed(&view.name), view }
}

/// A type without the brackets of an array, tightly spelled, and the number of its dimensions.
fn element(sql_type: &str) -> (Cow<'_, str>, usize) {
    let dimensions = sql_type.bytes().filter(|byte| *byte == b'[').count();
    let name = sql_type.find('[').map_or(sql_type, |at| &sql_type[..at]);
    if name.contains(", ") || name.contains(" (") {
        return (Cow::Owned(name.replace(", ", ",").replace(" (", "(")), dimensions);
    }
    (Cow::Borrowed(name), dimensions)
}

fn declared_column<'a>(table: &Table, column: &'a Column) -> Col<'a> {
    let known = column.sql_type.known().map(|sql_type| element(sql_type));
    let keyed = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
    let (sql_type, dimensions) = known.map_or((None, 0), |(name, dimensions)| (Some(name), dimensions));
    Col {
        name: Cow::Borrowed(&column.name),
        sql_type,
        type_schema: column.type_schema.as_deref().map(Cow::Borrowed),
        dimensions,
        not_null: column.not_null.known().map(|not_null| *not_null || keyed),
        default: column.default.known().map(|default| default.as_deref().map(Cow::Borrowed)),
        generated: column.generated.as_deref(),
        identity: column.identity.as_deref().map(|identity| declared_identity(table, column, identity)),
        rows: Rows::None,
    }
}

/// Whether drizzle-kit takes the sequence of this name for a serial's.
fn is_serials(name: &str) -> bool {
    name.trim_end_matches(|letter: char| letter.is_ascii_digit()).ends_with("_seq")
}

const SERIALS: &[(&str, &str)] = &[("integer", "serial"), ("bigint", "bigserial"), ("smallint", "smallserial")];

fn live_column<'a>(
    live: &LiveCatalog,
    table: &'a Table,
    column: &'a Column,
    owned: &BTreeMap<(&str, &str, &str), &OwnedSequence>,
) -> Col<'a> {
    let known = column.printed_type.as_ref().or(column.sql_type.known()).map(|sql_type| element(as_read(sql_type)));
    let (mut sql_type, dimensions) = known.map_or((None, 0), |(name, dimensions)| (Some(name), dimensions));
    let mut default = column.default.known().map(|text| text.as_deref().map(Cow::Borrowed));
    let name = sql_type.clone().unwrap_or_default();
    if let Some((integer, _)) = SERIALS.iter().find(|(_, serial)| *serial == name) {
        let key = (schema_of(&table.schema), table.name.as_str(), column.name.as_str());
        if let Some(sequence) = owned.get(&key).map(|owned| &owned.sequence).filter(|it| !is_serials(&it.name)) {
            sql_type = Some(Cow::Borrowed(integer));
            default = Some(Some(Cow::Owned(format!("nextval('{}'::regclass)", sequence.name))));
        }
    } else if let (Some((_, serial)), Some(Some(text))) =
        (SERIALS.iter().find(|(integer, _)| *integer == name), &default)
        && let Some(sequence) = text.strip_prefix("nextval('").and_then(|rest| rest.strip_suffix("'::regclass)"))
        && is_serials(sequence.trim_end_matches('"'))
    {
        (sql_type, default) = (Some(Cow::Borrowed(*serial)), Some(None));
    }
    if name.contains("geometry(Point") {
        sql_type = Some(Cow::Owned(name.replace("geometry(Point", "geometry(point")));
    }
    let default = default.map(|default| default.map(|text| read_default(text, &name, dimensions)));
    let identity = column.identity.as_ref().map(|identity| Ident {
        name: Cow::Borrowed(identity.name.as_deref().unwrap_or_default()),
        always: identity.always,
        options: live_options(&identity.options),
    });
    Col {
        name: Cow::Borrowed(&column.name),
        sql_type,
        type_schema: column.type_schema.as_deref().map(Cow::Borrowed),
        dimensions,
        not_null: column.not_null.known().copied(),
        default,
        generated: column.generated.as_deref().filter(|generated| generated.stored),
        identity,
        rows: live.rows_in(table.schema.as_deref(), &table.name, &column.name),
    }
}

/// A default as the introspection reads it, by the column's type.
fn read_default<'a>(text: Cow<'a, str>, sql_type: &str, dimensions: usize) -> Cow<'a, str> {
    const BARE: &[&str] = &["smallint", "integer", "bigint", "real", "double precision", "boolean"];
    let text = if text.contains("::") || text.ends_with("[]") { Cow::Owned(without_casts(&text)) } else { text };
    match sql_type {
        _ if dimensions > 0 => text,
        _ if BARE.contains(&sql_type) => match text.starts_with('\'') || text.ends_with('\'') {
            true => Cow::Owned(text.trim_matches('\'').to_owned()),
            false => text,
        },
        _ if sql_type.starts_with("numeric") => Cow::Owned(format!("'{}'", text.trim_matches('\''))),
        "jsonb" => Cow::Owned(text.replace("\": \"", "\":\"")),
        _ => text,
    }
}

fn parts<'a>(table: &'a Table, declared: Option<&DeclaredTable>, parts: &mut Vec<Part<'a>>) {
    let live = declared.is_none();
    let schema = schema_of(&table.schema);
    let part = |kind, name: String, explicit, columns: Vec<String>, body, object| {
        let (schema, table) = (schema.to_owned(), table.name.clone());
        Part { kind, schema, table, name, explicit: live || explicit, on_column: false, columns, body, object }
    };
    let named = |name: &Option<String>| name.clone().unwrap_or_default();
    if let Some(key) = &table.primary_key {
        let name = key.name.clone().unwrap_or_else(|| format!("{}_pkey", table.name));
        let columns = if key.name.is_none() { key.columns[..1].to_vec() } else { key.columns.clone() };
        let object = ObjectRef::primary_key(table, key);
        let on_column = !live && columns.len() == 1 && key.name_is_default;
        let key = part(ObjectKind::PrimaryKey, name, !key.name_is_default, columns, Body::Key, object);
        parts.push(Part { on_column, ..key });
    }
    for unique in &table.uniques {
        let body = Body::Unique { nulls_not_distinct: unique.nulls_not_distinct };
        let (name, object) = (named(&unique.name), ObjectRef::unique(table, unique));
        let on_column = unique.form == UniqueForm::Column;
        let unique = part(ObjectKind::Unique, name, !unique.name_is_default, unique.columns.clone(), body, object);
        parts.push(Part { on_column, ..unique });
    }
    for key in &table.foreign_keys {
        let body = Body::Foreign {
            schema: schema_of(&key.foreign_schema).to_owned(),
            table: key.foreign_table.clone(),
            columns: key.foreign_columns.clone(),
            on_update: &key.on_update,
            on_delete: &key.on_delete,
        };
        let (name, object) = (named(&key.name), ObjectRef::foreign_key(table, key));
        parts.push(part(ObjectKind::ForeignKey, name, !key.name_is_default, key.columns.clone(), body, object));
    }
    for index in table.indexes.iter().chain(table.exclusions.iter().map(|exclusion| &exclusion.index)) {
        let columns = index.columns.iter().map(|column| column.expression.clone()).collect();
        let object = ObjectRef::index(table, index);
        parts.push(part(
            ObjectKind::Index,
            index.name.clone(),
            !index.name_is_default,
            columns,
            Body::Index(index),
            object,
        ));
    }
    for check in &table.checks {
        let body = Body::Check(check.expression.known().map_or("unknown", String::as_str));
        parts.push(part(ObjectKind::Check, named(&check.name), true, Vec::new(), body, ObjectRef::check(table, check)));
    }
    for policy in &table.policies {
        let object = ObjectRef::policy(table, policy);
        parts.push(part(ObjectKind::Policy, policy.name.clone(), true, Vec::new(), Body::Policy(policy), object));
    }
}
