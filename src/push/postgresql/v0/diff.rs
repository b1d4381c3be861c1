//! The difference of two snapshots as drizzle-kit 0.31 works it out, as its steps in its order.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::resolve::{self, Resolution, Thing, key};
use super::snapshot::{Seq, Snapshot, Tab, Vista, qualified};
use super::steps::{Kind, Step};
use super::tables::{self, Parts};
use super::{columns, spell};
use crate::catalog::{ObjectKind, ObjectRef};
use crate::push::input::Input;
use crate::push::postgresql::{enum_values, words};
use crate::push::renames::Renames;
use crate::push::{Aspect, Touch};

/// All steps of the push, or why drizzle-kit gives up.
pub(super) fn steps(
    input: &Input,
    mut live: Snapshot,
    code: Snapshot,
    renames: &mut Renames,
) -> Result<Vec<Step>, String> {
    let mut steps = Vec::new();
    let schemas = schemas(&mut live, &code, renames);
    let enums = enums(&mut live, &code, renames);
    let sequences = sequences(&mut live, &code, renames);
    let pairing = tables::pair(input, &mut live, &code, renames);
    let changed = columns::resolve(input, &live, &code, &pairing, renames);
    let policies = tables::policies(input, &live, &code, &pairing, renames);
    let views = views(&live, &code, renames);
    if let Some(reason) = columns::trips(&live, &code, &pairing) {
        return Err(reason);
    }
    let parts = Parts::new(input, &live, &code, &pairing, &changed);

    steps.extend(schemas.created);
    steps.extend(enums.first);
    steps.extend(sequences.first);
    steps.extend(tables::create(input, &code, &pairing));
    steps.extend(tables::row_level_security(&live, &code, &pairing, &parts));
    steps.extend(views.first);
    steps.extend(tables::drop(&live, &pairing));
    steps.extend(tables::rename(&live, &code, &pairing));
    steps.extend(columns::rename(&live, &code, &changed));
    steps.extend(parts.dropped_uniques);
    steps.extend(parts.dropped_checks);
    steps.extend(parts.dropped_foreign_keys);
    steps.extend(enums.dropped_values);
    steps.extend(parts.dropped_indexes);
    steps.extend(parts.dropped_keys);
    steps.extend(columns::alter(input, &live, &code, &pairing));
    steps.extend(parts.added_keys);
    steps.extend(columns::add(&code, &changed));
    steps.extend(tables::foreign_keys_of_created(input, &code, &pairing));
    steps.extend(tables::indexes_of_created(&code, &pairing));
    steps.extend(parts.added_foreign_keys);
    steps.extend(parts.added_indexes);
    steps.extend(columns::drop(&live, &changed));
    steps.extend(parts.altered_keys);
    steps.extend(parts.added_uniques);
    steps.extend(parts.added_checks);
    steps.extend(views.created);
    steps.extend(policies);
    steps.extend(enums.dropped);
    steps.extend(sequences.dropped);
    steps.extend(schemas.dropped);
    Ok(steps)
}

/// What comes first, and what comes last.
#[derive(Default)]
struct Ends {
    created: Vec<Step>,
    dropped: Vec<Step>,
}

fn schema_object(name: &str) -> ObjectRef {
    ObjectRef::of_schema(ObjectKind::Table, Some(name.to_owned()), "")
}

fn schemas(live: &mut Snapshot, code: &Snapshot, renames: &mut Renames) -> Ends {
    let thing = |(place, name): (usize, &&str)| Thing { place, key: (*name).to_owned(), object: schema_object(name) };
    let (old, new) = (live.schemas.clone(), &code.schemas);
    let created: Vec<Thing> = new.iter().enumerate().filter(|(_, name)| !old.contains(name)).map(thing).collect();
    let deleted: Vec<Thing> = old.iter().enumerate().filter(|(_, name)| !new.contains(name)).map(thing).collect();
    let resolution = resolve::named(renames, "schema", &created, &deleted);
    let step = |sql: String, name: &str, aspect| {
        Step::new(Kind::Other, ("", ""), vec![sql], vec![Touch::new(schema_object(name), aspect)])
    };
    let mut ends = Ends::default();
    for &place in &resolution.created {
        ends.created.push(step(format!("CREATE SCHEMA \"{}\";", new[place]), new[place], Aspect::Existence));
    }
    for &(from, to) in &resolution.renamed {
        let (from, to) = (old[from], new[to]);
        ends.created.push(step(format!("ALTER SCHEMA \"{from}\" RENAME TO \"{to}\";"), to, Aspect::Name));
        let renamed = |schema: &mut Cow<'_, str>| {
            if *schema == from {
                *schema = Cow::Owned(to.to_owned());
            }
        };
        live.tables.iter_mut().for_each(|tab| renamed(&mut tab.schema));
        live.enums.iter_mut().for_each(|item| renamed(&mut item.schema));
        live.sequences.iter_mut().for_each(|item| renamed(&mut item.schema));
    }
    for &place in &resolution.deleted {
        let name = old[place];
        let kind = Kind::DropSchema { name: name.to_owned() };
        let touches = vec![Touch::new(schema_object(name), Aspect::Absence)];
        ends.dropped.push(Step::new(kind, ("", ""), vec![format!("DROP SCHEMA \"{name}\";")], touches));
    }
    ends
}

#[derive(Default)]
struct Enums {
    first: Vec<Step>,
    dropped_values: Vec<Step>,
    dropped: Vec<Step>,
}

fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn create_enum(schema: &str, name: &str, values: &[String]) -> String {
    let values: Vec<String> = values.iter().map(|value| literal(value)).collect();
    format!("CREATE TYPE \"{schema}\".\"{name}\" AS ENUM({});", values.join(", "))
}

fn enums(live: &mut Snapshot, code: &Snapshot, renames: &mut Renames) -> Enums {
    let object = |schema: &str, name: &str| ObjectRef::of_schema(ObjectKind::Enum, Some(schema.to_owned()), name);
    let new = dedup(&code.enums, |item| (item.schema.to_string(), item.name.to_string()));
    let things = |side: &[super::snapshot::Enumeration], places: &[usize], other: &BTreeSet<(String, String)>| {
        let mut things = Vec::new();
        for &place in places {
            let item = &side[place];
            if !other.contains(&(item.schema.to_string(), item.name.to_string())) {
                let key = key(&item.schema, &item.name);
                things.push(Thing { place, key, object: object(&item.schema, &item.name) });
            }
        }
        things
    };
    let names = |side: &[super::snapshot::Enumeration]| -> BTreeSet<(String, String)> {
        side.iter().map(|item| (item.schema.to_string(), item.name.to_string())).collect()
    };
    let all: Vec<usize> = (0..live.enums.len()).collect();
    let created = things(&code.enums, &new, &names(&live.enums));
    let deleted = things(&live.enums, &all, &names(&code.enums));
    let resolution = resolve::named(renames, "enum", &created, &deleted);
    let mut result = Enums::default();
    for &place in &resolution.created {
        let item = &code.enums[place];
        let object = object(&item.schema, &item.name);
        result.first.push(Step::other(create_enum(&item.schema, &item.name, item.values), object, Aspect::Existence));
    }
    let (mut moves, mut changes) = (Vec::new(), BTreeMap::new());
    for &(from, to) in &resolution.renamed {
        let (old, new) = (live.enums[from].clone(), &code.enums[to]);
        let touch = || Touch::new(object(&new.schema, &new.name), Aspect::Name);
        if old.schema != new.schema {
            let sql = format!("ALTER TYPE \"{}\".\"{}\" SET SCHEMA \"{}\";", old.schema, old.name, new.schema);
            result.first.push(Step::new(Kind::Other, ("", ""), vec![sql], vec![touch()]));
        }
        if old.name != new.name {
            let sql = format!("ALTER TYPE \"{}\".\"{}\" RENAME TO \"{}\";", new.schema, old.name, new.name);
            moves.push(Step::new(Kind::Other, ("", ""), vec![sql], vec![touch()]));
            (live.enums[from].schema, live.enums[from].name) =
                (Cow::Owned(new.schema.to_string()), Cow::Owned(new.name.to_string()));
        }
        changes.insert((old.schema.to_string(), old.name.to_string()), (new.schema.to_string(), new.name.to_string()));
    }
    result.first.extend(moves);
    if !changes.is_empty() {
        rename_types(live, &changes);
    }
    for old in &live.enums {
        let Some(new) = code.enums.iter().find(|new| new.schema == old.schema && new.name == old.name) else {
            continue;
        };
        if new.values == old.values {
            continue;
        }
        let (added, removed) = enum_values::difference(old.values, new.values);
        let touch = || vec![Touch::new(object(&new.schema, &new.name), Aspect::Definition)];
        let (schema, name) = (new.schema.to_string(), new.name.to_string());
        for (value, before) in added {
            let before = before.map_or_else(String::new, |before| format!(" BEFORE '{before}'"));
            let sql = format!("ALTER TYPE \"{schema}\".\"{name}\" ADD VALUE '{value}'{before};");
            let kind = Kind::AddValue { schema: schema.clone(), name: name.clone() };
            result.first.push(Step::new(kind, ("", ""), vec![sql], touch()));
        }
        if removed {
            result.dropped_values.push(drop_value(code, &schema, &name, new.values, touch()));
        }
    }
    for &place in &resolution.deleted {
        let item = &live.enums[place];
        let sql = format!("DROP TYPE \"{}\".\"{}\";", item.schema, item.name);
        result.dropped.push(Step::other(sql, object(&item.schema, &item.name), Aspect::Absence));
    }
    result
}

/// The columns of renamed enums have the new type already, as drizzle-kit sees it.
fn rename_types(live: &mut Snapshot, changes: &BTreeMap<(String, String), (String, String)>) {
    for column in live.tables.iter_mut().flat_map(|tab| &mut tab.columns) {
        let schema = column.type_schema.as_deref().unwrap_or("public").to_owned();
        let name = column.sql_type.as_deref().unwrap_or_default().to_owned();
        if let Some((schema, name)) = changes.get(&(schema, name)) {
            column.sql_type = Some(Cow::Owned(name.clone()));
            column.type_schema = Some(Cow::Owned(schema.clone()));
        }
    }
}

/// The type made anew without some of its values, its columns being text meanwhile.
fn drop_value(code: &Snapshot, schema: &str, name: &str, values: &[String], mut touches: Vec<Touch>) -> Step {
    let mut sql = Vec::new();
    let mut last = Vec::new();
    let mut columns = Vec::new();
    for tab in &code.tables {
        for column in &tab.columns {
            let sql_type = column.sql_type.as_deref().unwrap_or_default();
            if spell::element(sql_type).0 != name || column.type_schema.as_deref() != Some(schema) {
                continue;
            }
            let alter = format!("ALTER TABLE {} ALTER COLUMN \"{}\"", tab.sql(), column.name);
            let parsed = spell::type_text(&format!("\"{schema}\"."), sql_type);
            sql.push(format!("{alter} SET DATA TYPE text;"));
            if column.default.is_truthy() {
                sql.push(format!("{alter} SET DEFAULT {}::text;", column.default));
                last.push(format!("{alter} SET DEFAULT {}::{parsed};", column.default));
            }
            last.push(format!("{alter} SET DATA TYPE {parsed} USING \"{}\"::{parsed};", column.name));
            let default = column.default.to_string();
            columns.push((tab.schema.to_string(), tab.name.to_string(), column.name.to_owned(), default));
            touches.push(Touch::new(ObjectRef::column(tab.table, column.name), Aspect::Definition));
        }
    }
    sql.push(format!("DROP TYPE \"{schema}\".\"{name}\";"));
    sql.push(create_enum(schema, name, values));
    sql.extend(last);
    let kind = Kind::DropValue { schema: schema.to_owned(), name: name.to_owned(), columns };
    Step::new(kind, ("", ""), sql, touches)
}

/// The places of the first of each name.
fn dedup<T>(items: &[T], name: impl Fn(&T) -> (String, String)) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    (0..items.len()).filter(|&place| seen.insert(name(&items[place]))).collect()
}

#[derive(Default)]
struct Sequences {
    first: Vec<Step>,
    dropped: Vec<Step>,
}

fn sequences(live: &mut Snapshot, code: &Snapshot, renames: &mut Renames) -> Sequences {
    let object = |item: &Seq| ObjectRef::of_schema(ObjectKind::Sequence, Some(item.schema.to_string()), item.name);
    let same = |a: &Seq, b: &Seq| a.schema == b.schema && a.name == b.name;
    let thing = |(place, item): (usize, &Seq)| Thing { place, key: key(&item.schema, item.name), object: object(item) };
    let is_new = |item: &Seq| !live.sequences.iter().any(|old| same(old, item));
    let created: Vec<Thing> = code.sequences.iter().enumerate().filter(|(_, item)| is_new(item)).map(thing).collect();
    let is_old = |item: &Seq| !code.sequences.iter().any(|new| same(new, item));
    let deleted: Vec<Thing> = live.sequences.iter().enumerate().filter(|(_, item)| is_old(item)).map(thing).collect();
    let resolution = resolve::named(renames, "sequence", &created, &deleted);
    let mut result = Sequences::default();
    for &place in &resolution.created {
        let item = &code.sequences[place];
        let sql =
            format!("CREATE SEQUENCE \"{}\".\"{}\"{};", item.schema, item.name, spell::options_text(&item.options));
        result.first.push(Step::other(sql, object(item), Aspect::Existence));
    }
    let mut named = Vec::new();
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for &(from, to) in &resolution.renamed {
        let (old, new) = (&live.sequences[from], &code.sequences[to]);
        if old.schema != new.schema {
            let sql = format!("ALTER SEQUENCE \"{}\".\"{}\" SET SCHEMA \"{}\";", old.schema, old.name, new.schema);
            result.first.push(Step::other(sql, object(new), Aspect::Name));
        }
        if old.name != new.name {
            let sql = format!("ALTER SEQUENCE \"{}\".\"{}\" RENAME TO \"{}\";", new.schema, old.name, new.name);
            named.push(Step::other(sql, object(new), Aspect::Name));
            pairs.push((from, to));
        }
    }
    result.first.extend(named);
    for (place, old) in live.sequences.iter().enumerate() {
        let renamed = pairs.iter().find(|(from, _)| *from == place).map(|(_, to)| &code.sequences[*to]);
        let Some(new) = renamed.or_else(|| code.sequences.iter().find(|new| same(new, old))) else { continue };
        if new.options != old.options {
            let sql =
                format!("ALTER SEQUENCE \"{}\".\"{}\"{};", new.schema, new.name, spell::options_text(&new.options));
            result.first.push(Step::other(sql, object(new), Aspect::Definition));
        }
    }
    for &place in &resolution.deleted {
        let item = &live.sequences[place];
        let sql = format!("DROP SEQUENCE \"{}\".\"{}\";", item.schema, item.name);
        result.dropped.push(Step::other(sql, object(item), Aspect::Absence));
    }
    result
}

#[derive(Default)]
struct Views {
    first: Vec<Step>,
    created: Vec<Step>,
}

fn views(live: &Snapshot, code: &Snapshot, renames: &mut Renames) -> Views {
    let object = |item: &Vista| ObjectRef::of_schema(ObjectKind::View, Some(item.schema.to_owned()), item.name);
    let same = |a: &Vista, b: &Vista| a.schema == b.schema && a.name == b.name;
    let thing =
        |(place, item): (usize, &Vista)| Thing { place, key: key(item.schema, item.name), object: object(item) };
    let is_new = |item: &Vista| !live.views.iter().any(|old| same(old, item));
    let created: Vec<Thing> = code.views.iter().enumerate().filter(|(_, item)| is_new(item)).map(thing).collect();
    let is_old = |item: &Vista| !code.views.iter().any(|new| same(new, item));
    let deleted: Vec<Thing> = live.views.iter().enumerate().filter(|(_, item)| is_old(item)).map(thing).collect();
    let Resolution { created, deleted, renamed } = resolve::named(renames, "view", &created, &deleted);
    let mut result = Views::default();
    let word = |item: &Vista| if item.view.is_some_and(|view| view.materialized) { " MATERIALIZED" } else { "" };
    for item in created.iter().map(|&place| &code.views[place]).filter(|item| !item.existing) {
        result.created.push(Step::other(create_view(item), object(item), Aspect::Existence));
    }
    for item in deleted.iter().map(|&place| &live.views[place]) {
        let sql = format!("DROP{} VIEW {};", word(item), format_args!("\"{}\".\"{}\"", item.schema, item.name));
        let materialized = item.view.is_some_and(|view| view.materialized);
        let kind = Kind::DropView { materialized, schema: item.schema.to_owned(), name: item.name.to_owned() };
        result.first.push(Step::new(kind, ("", ""), vec![sql], vec![Touch::new(object(item), Aspect::Absence)]));
    }
    let pairs: Vec<(&Vista, &Vista)> = renamed
        .iter()
        .map(|&(from, to)| (&live.views[from], &code.views[to]))
        .filter(|(_, new)| !new.existing)
        .collect();
    for (old, new) in pairs.iter().filter(|(old, new)| old.name != new.name) {
        let sql = format!("ALTER{} VIEW \"{}\".\"{}\" RENAME TO \"{}\";", word(new), new.schema, old.name, new.name);
        result.first.push(Step::other(sql, object(new), Aspect::Name));
    }
    for (old, new) in pairs.iter().filter(|(old, new)| old.schema != new.schema) {
        let sql = format!("ALTER{} VIEW \"{}\".\"{}\" SET SCHEMA \"{}\";", word(new), old.schema, old.name, new.schema);
        result.first.push(Step::other(sql, object(new), Aspect::Name));
    }
    for old in &live.views {
        let Some(new) = code.views.iter().find(|new| same(new, old) && !new.existing) else { continue };
        for sql in options(old, new, word(new)) {
            result.first.push(Step::other(sql, object(new), Aspect::Definition));
        }
    }
    result
}

fn create_view(item: &Vista) -> String {
    let Some(view) = item.view else { return String::new() };
    let name = format!("\"{}\".\"{}\"", item.schema, item.name);
    words::create_view(view, &name)
}

/// The statements that give a view the options of the code.
fn options(old: &Vista, new: &Vista, word: &str) -> Vec<String> {
    let (Some(old), Some(code)) = (old.view, new.view) else { return Vec::new() };
    let alter = format!("ALTER{word} VIEW \"{}\".\"{}\"", new.schema, new.name);
    let value = |options: &[(String, String)], name: &str| {
        options.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    };
    let set = |options: Vec<&(String, String)>| {
        let options: Vec<String> = options.iter().map(|(name, value)| format!("{name} = {value}")).collect();
        (!options.is_empty()).then(|| format!("{alter} SET ({});", options.join(", ")))
    };
    let gone: Vec<&str> = old
        .options
        .iter()
        .filter(|(name, _)| value(&code.options, name).is_none())
        .map(|(name, _)| name.as_str())
        .collect();
    let reset = (!gone.is_empty()).then(|| format!("{alter} RESET ({});", gone.join(", ")));
    let added = code.options.iter().filter(|(name, _)| value(&old.options, name).is_none()).collect();
    let changed = code.options.iter().filter(|(name, is)| value(&old.options, name).is_some_and(|was| was != *is));
    let (space, was) = (code.tablespace.as_deref(), old.tablespace.as_deref());
    let moved = (space != was).then(|| format!("{alter} SET TABLESPACE {};", space.unwrap_or("pg_default")));
    // It does not read the access method that there is.
    let method = code.access_method.as_ref().map(|method| format!("{alter} SET ACCESS METHOD \"{method}\";"));
    [set(added), reset, set(changed.collect()), moved, method].into_iter().flatten().collect()
}

/// The table of a step.
pub(super) fn of_table<'a>(tab: &'a Tab) -> (&'a str, &'a str) {
    (&tab.schema, &tab.name)
}

/// The name of an index in DROP INDEX.
pub(super) fn index_name(schema: &str, name: &str) -> String {
    qualified(schema, name)
}
