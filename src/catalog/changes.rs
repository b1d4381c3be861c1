//! What became of a database between two readings: everything the catalog holds, attribute by attribute.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;
use serde_json::{Map, Value};

use super::{LiveCatalog, ObjectKind, ObjectRef, Table};

/// What happened to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sign {
    /// It came into being.
    Created,
    /// It went.
    Dropped,
    /// It is another now.
    Altered,
}

impl Sign {
    /// The contract's `change`.
    pub fn symbol(self) -> char {
        match self {
            Self::Created => '+',
            Self::Dropped => '-',
            Self::Altered => '~',
        }
    }

    /// The sign of `symbol`.
    pub fn of_symbol(symbol: char) -> Option<Self> {
        [Self::Created, Self::Dropped, Self::Altered].into_iter().find(|sign| sign.symbol() == symbol)
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub sign: Sign,
    /// To what. Of a table that came or went, nothing that belongs to it is listed.
    pub object: ObjectRef,
    /// The columns that an index or a constraint is made of.
    pub columns: Vec<String>,
    /// Tables that use it, as (schema, table): those of an enum's columns.
    pub users: Vec<(Option<String>, String)>,
    /// What exactly is another: `type: integer, now bigint`.
    pub details: Vec<String>,
}

impl fmt::Display for Change {
    /// `~ column orders.total (type: integer, now bigint)`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} {}", self.sign.symbol(), self.object.kind.noun(), self.object)?;
        if !self.details.is_empty() {
            write!(formatter, " ({})", self.details.join("; "))?;
        }
        Ok(())
    }
}

/// All that changed, tables with what belongs to them first. Schemas that one of the readings was not allowed to see
/// take no part.
pub fn changes(before: &LiveCatalog, now: &LiveCatalog) -> Vec<Change> {
    let readable = |key: &Key| before.is_readable(key.0.schema.as_deref()) && now.is_readable(key.0.schema.as_deref());
    let (old, new) = (parts(before), parts(now));
    let keys: BTreeSet<&Key> = old.keys().chain(new.keys()).filter(|key| readable(key)).collect();
    let mut changes = Vec::new();
    for key in keys {
        let (sign, part, details) = match (old.get(key), new.get(key)) {
            (Some(old), Some(new)) => {
                let details = differences(old, new);
                if details.is_empty() {
                    continue;
                }
                (Sign::Altered, new, details)
            }
            (None, Some(new)) => (Sign::Created, new, Vec::new()),
            (Some(old), None) => (Sign::Dropped, old, Vec::new()),
            (None, None) => continue,
        };
        // A table brings what belongs to it, and takes it along.
        if key.0.kind != ObjectKind::Table
            && let Some(table) = &key.0.table
        {
            let owner = (ObjectRef::table(key.0.schema.clone(), table), 0);
            if old.contains_key(&owner) != new.contains_key(&owner) {
                continue;
            }
        }
        let (columns, users) = (part.columns.clone(), part.users.clone());
        changes.push(Change { sign, object: key.0.clone(), columns, users, details });
    }
    changes.sort_by(|a, b| order(a).cmp(&order(b)));
    changes
}

fn order(change: &Change) -> (bool, &Option<String>, &Option<String>, ObjectKind, &str) {
    let object = &change.object;
    (object.table.is_none(), &object.schema, &object.table, object.kind, &object.name)
}

/// An object, and which of several that are called alike: only names tell constraints apart, and SQLite's may have none.
type Key = (ObjectRef, usize);

/// An object as it is compared.
struct Part {
    attributes: Map<String, Value>,
    columns: Vec<String>,
    users: Vec<TableKey>,
    /// A table's columns, in their order.
    order: Vec<String>,
}

/// What is no attribute of a table: what belongs to it stands by itself, and where it stands in a listing means nothing.
const NOT_OF_A_TABLE: [&str; 9] =
    ["columns", "primaryKey", "uniques", "foreignKeys", "indexes", "checks", "exclusions", "policies", "position"];

fn parts(live: &LiveCatalog) -> BTreeMap<Key, Part> {
    let mut parts = Parts::default();
    for table in &live.catalog.tables {
        table_parts(&mut parts, table);
    }
    for owned in &live.owned_sequences {
        let table = Some(owned.table.clone());
        let name = owned.sequence.name.clone();
        let object = ObjectRef { kind: ObjectKind::Sequence, schema: owned.schema.clone(), table, name };
        parts.add(object, owned, vec![owned.column.clone()]);
    }
    let users = enum_users(live);
    for item in &live.catalog.enums {
        let part = parts.add(ObjectRef::enumeration(item), item, Vec::new());
        part.users = users.get(&(item.schema.as_deref(), item.name.as_str())).cloned().unwrap_or_default();
    }
    for view in &live.catalog.views {
        parts.add(ObjectRef::view(view), view, Vec::new());
    }
    for sequence in &live.catalog.sequences {
        parts.add(ObjectRef::sequence(sequence), sequence, Vec::new());
    }
    parts.0
}

fn table_parts(parts: &mut Parts, table: &Table) {
    let part = parts.add(table.object(), table, Vec::new());
    part.attributes.retain(|key, _| !NOT_OF_A_TABLE.contains(&key.as_str()));
    part.order = table.columns.iter().map(|column| column.name.clone()).collect();
    for column in &table.columns {
        parts.add(ObjectRef::column(table, &column.name), column, vec![column.name.clone()]);
    }
    if let Some(key) = &table.primary_key {
        parts.add(ObjectRef::primary_key(table, key), key, key.columns.clone());
    }
    for unique in &table.uniques {
        parts.add(ObjectRef::unique(table, unique), unique, unique.columns.clone());
    }
    for key in &table.foreign_keys {
        parts.add(ObjectRef::foreign_key(table, key), key, key.columns.clone());
    }
    for index in &table.indexes {
        let columns = index.columns.iter().filter(|column| !column.is_expression);
        let columns = columns.map(|column| column.expression.clone()).chain(index.include.iter().cloned()).collect();
        parts.add(ObjectRef::index(table, index), index, columns);
    }
    for check in &table.checks {
        parts.add(ObjectRef::check(table, check), check, Vec::new());
    }
    for exclusion in &table.exclusions {
        parts.add(ObjectRef::of_table(ObjectKind::Index, table, &exclusion.name), exclusion, Vec::new());
    }
    for policy in &table.policies {
        parts.add(ObjectRef::policy(table, policy), policy, Vec::new());
    }
}

/// A table's schema and name.
type TableKey = (Option<String>, String);

/// Which tables have columns of which enum, by the enum's schema and name.
fn enum_users(live: &LiveCatalog) -> BTreeMap<(Option<&str>, &str), Vec<TableKey>> {
    let mut users: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for table in &live.catalog.tables {
        for column in &table.columns {
            let name = column.sql_type.known().map_or("", String::as_str).trim_end_matches("[]");
            let users = users.entry((column.type_schema.as_deref(), name)).or_default();
            let user = (table.schema.clone(), table.name.clone());
            if column.type_schema.is_some() && !users.contains(&user) {
                users.push(user);
            }
        }
    }
    users
}

#[derive(Default)]
struct Parts(BTreeMap<Key, Part>);

impl Parts {
    fn add(&mut self, object: ObjectRef, value: &impl Serialize, columns: Vec<String>) -> &mut Part {
        let attributes = match serde_json::to_value(value) {
            Ok(Value::Object(attributes)) => attributes,
            _ => Map::new(),
        };
        let mut key = (object, 0);
        while self.0.contains_key(&key) {
            key.1 += 1;
        }
        self.0.entry(key).or_insert(Part { attributes, columns, users: Vec::new(), order: Vec::new() })
    }
}

/// What is another, in words.
fn differences(before: &Part, now: &Part) -> Vec<String> {
    let keys: BTreeSet<&String> = before.attributes.keys().chain(now.attributes.keys()).collect();
    let mut details = Vec::new();
    for key in keys {
        let (old, new) = (before.attributes.get(key), now.attributes.get(key));
        if old != new {
            let name = words(key);
            let name = name.strip_prefix("sql ").unwrap_or(&name);
            details.push(format!("{name}: {}, now {}", shown(old), shown(new)));
        }
    }
    let common = |part: &Part, other: &Part| -> Vec<String> {
        part.order.iter().filter(|name| other.order.contains(name)).cloned().collect()
    };
    let (old, new) = (common(before, now), common(now, before));
    if old != new {
        details.push(format!("order of columns: {}, now {}", old.join(", "), new.join(", ")));
    }
    details
}

/// `not null` of `notNull`.
fn words(key: &str) -> String {
    let mut words = String::with_capacity(key.len() + 4);
    for character in key.chars() {
        if character.is_ascii_uppercase() {
            words.push(' ');
        }
        words.push(character.to_ascii_lowercase());
    }
    words
}

fn shown(value: Option<&Value>) -> String {
    const LONGEST: usize = 120;
    let text = match value {
        None | Some(Value::Null) => "none".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Bool(flag)) => (if *flag { "yes" } else { "no" }).to_owned(),
        Some(value) => value.to_string(),
    };
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} ...", &text[..end]),
        None => text,
    }
}
