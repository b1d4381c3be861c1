//! What drizzle-kit 1.0 does about schemas, enums, sequences, views and whole tables.

use std::borrow::Cow;

use super::snapshot::{Body, Enumeration, Seq, Side, Tab, Vista};
use super::{Step, columns};
use crate::catalog::{ObjectKind, ObjectRef, Rows, View};
use crate::push::input::Input;
use crate::push::postgresql::v0::resolve::{self, Resolution, Thing, key};
use crate::push::postgresql::v0::snapshot::{PUBLIC, qualified};
use crate::push::postgresql::v0::spell::{options_text, quoted};
use crate::push::postgresql::{enum_values, words};
use crate::push::renames::Renames;
use crate::push::{Aspect, Loss, Touch};

/// What comes first, and what comes last.
#[derive(Default)]
pub(super) struct Ends {
    pub first: Vec<Step>,
    pub later: Vec<Step>,
    pub last: Vec<Step>,
}

fn in_schema(kind: ObjectKind, schema: &str, name: &str) -> ObjectRef {
    ObjectRef::of_schema(kind, Some(schema.to_owned()), name)
}

pub(super) fn schemas(input: &Input, live: &mut Side, code: &Side, renames: &mut Renames) -> Ends {
    let object = |name: &str| in_schema(ObjectKind::Table, name, "");
    let (old, new) = (live.schemas.clone(), &code.schemas);
    let thing = |(place, name): (usize, &&str)| Thing { place, key: (*name).to_owned(), object: object(name) };
    let created: Vec<Thing> = new.iter().enumerate().filter(|(_, name)| !old.contains(name)).map(thing).collect();
    let deleted: Vec<Thing> = old.iter().enumerate().filter(|(_, name)| !new.contains(name)).map(thing).collect();
    let resolution = resolve::named(renames, "schema", &created, &deleted);
    let mut ends = Ends::default();
    for name in resolution.created.iter().map(|&place| new[place]) {
        let touch = Touch::new(object(name), Aspect::Existence);
        ends.first.push(Step::one(format!("CREATE SCHEMA \"{name}\";"), touch));
    }
    for &(from, to) in &resolution.renamed {
        let (from, to) = (old[from], new[to]);
        let touch = Touch::new(object(to), Aspect::Name);
        ends.first.push(Step::one(format!("ALTER SCHEMA \"{from}\" RENAME TO \"{to}\";"), touch));
        let change = |schema: &mut Cow<'_, str>| {
            if *schema == from {
                *schema = Cow::Owned(to.to_owned());
            }
        };
        live.tables.iter_mut().for_each(|tab| change(&mut tab.schema));
        live.enums.iter_mut().for_each(|item| change(&mut item.schema));
        live.sequences.iter_mut().for_each(|item| change(&mut item.schema));
        live.views.iter_mut().for_each(|item| change(&mut item.schema));
        for part in &mut live.parts {
            if part.schema == from {
                part.schema = to.to_owned();
            }
            if let Body::Foreign { schema, .. } = &mut part.body
                && schema == from
            {
                *schema = to.to_owned();
            }
        }
    }
    for name in resolution.deleted.iter().map(|&place| old[place]) {
        let touch = Touch::new(object(name), Aspect::Absence);
        let of = |schema: &Option<String>| schema.as_deref() == Some(name);
        let catalog = &input.live.catalog;
        let count = catalog.tables.iter().filter(|table| of(&table.schema)).count()
            + catalog.views.iter().filter(|view| of(&view.schema) && !view.materialized).count();
        let tables = if count == 1 { "table" } else { "tables" };
        let text = format!("You're about to delete \"{name}\" schema with {count} {tables}");
        ends.last.push(Step::one(format!("DROP SCHEMA \"{name}\";"), touch).warning(count > 0, text, object(name)));
    }
    ends
}

fn values_text(values: &[String]) -> String {
    values.iter().map(|value| format!("'{}'", value.replace('\'', "''"))).collect::<Vec<_>>().join(", ")
}

fn create_enum(schema: &str, name: &str, values: &[String]) -> String {
    format!("CREATE TYPE {} AS ENUM({});", qualified(schema, name), values_text(values))
}

fn split<T>(
    live: &[T],
    code: &[T],
    same: impl Fn(&T, &T) -> bool,
    thing: impl Fn(usize, &T) -> Thing,
) -> (Vec<Thing>, Vec<Thing>) {
    let missing = |side: &[T], other: &[T]| -> Vec<Thing> {
        let places = (0..side.len()).filter(|&place| !other.iter().any(|item| same(item, &side[place])));
        places.map(|place| thing(place, &side[place])).collect()
    };
    (missing(code, live), missing(live, code))
}

pub(super) fn enums(live: &mut Side, code: &Side, renames: &mut Renames) -> Ends {
    let object = |item: &Enumeration| in_schema(ObjectKind::Enum, &item.schema, &item.name);
    let same = |a: &Enumeration, b: &Enumeration| a.schema == b.schema && a.name == b.name;
    let thing = |place, item: &Enumeration| Thing { place, key: key(&item.schema, &item.name), object: object(item) };
    let (created, deleted) = split(&live.enums, &code.enums, same, thing);
    let resolution = resolve::named(renames, "enum", &created, &deleted);
    let mut ends = Ends::default();
    for item in resolution.created.iter().map(|&place| &code.enums[place]) {
        let touch = Touch::new(object(item), Aspect::Existence);
        ends.first.push(Step::one(create_enum(&item.schema, &item.name, item.values), touch));
    }
    let mut renamed = Vec::new();
    for &(from, to) in &resolution.renamed {
        let (old, new) = (live.enums[from].clone(), &code.enums[to]);
        let touch = || Touch::new(object(new), Aspect::Name);
        if old.schema != new.schema {
            let sql = format!("ALTER TYPE {} SET SCHEMA \"{}\";", qualified(&old.schema, &old.name), new.schema);
            ends.first.push(Step::one(sql, touch()));
        }
        if old.name != new.name {
            let sql = format!("ALTER TYPE {} RENAME TO \"{}\";", qualified(&new.schema, &old.name), new.name);
            renamed.push(Step::one(sql, touch()));
        }
        for column in live.tables.iter_mut().flat_map(|tab| &mut tab.columns) {
            let is = column.sql_type.as_deref() == Some(&*old.name);
            if is && column.type_schema.as_deref() == Some(&*old.schema) {
                column.sql_type = Some(Cow::Owned(new.name.to_string()));
                column.type_schema = Some(Cow::Owned(new.schema.to_string()));
            }
        }
        let item = &mut live.enums[from];
        (item.schema, item.name) = (Cow::Owned(new.schema.to_string()), Cow::Owned(new.name.to_string()));
    }
    ends.first.extend(renamed);
    for old in &live.enums {
        let Some(new) = code.enums.iter().find(|new| same(new, old) && new.values != old.values) else { continue };
        let touch = || Touch::new(object(new), Aspect::Definition);
        let (added, removed) = enum_values::difference(old.values, new.values);
        if removed {
            ends.later.push(recreate_enum(live, code, new, touch()));
            continue;
        }
        let name = qualified(&new.schema, &new.name);
        let sql = added.into_iter().map(|(value, before)| {
            let before = before.map_or_else(String::new, |before| format!(" BEFORE '{before}'"));
            format!("ALTER TYPE {name} ADD VALUE '{value}'{before};")
        });
        ends.first.push(Step::new(sql.collect(), vec![touch()]));
    }
    for item in resolution.deleted.iter().map(|&place| &live.enums[place]) {
        let touch = Touch::new(object(item), Aspect::Absence);
        ends.last.push(Step::one(format!("DROP TYPE {};", qualified(&item.schema, &item.name)), touch));
    }
    ends
}

/// Whether push makes the type of a column of both sides anew, which takes its default along.
pub(super) fn is_recreated(live: &Side, code: &Side, schema: Option<&str>, name: &str) -> bool {
    let of = |side: &Side| -> Option<Vec<String>> {
        let mut enums = side.enums.iter();
        enums.find(|item| Some(&*item.schema) == schema && item.name == name).map(|item| item.values.to_vec())
    };
    of(live).zip(of(code)).is_some_and(|(old, new)| old != new && enum_values::difference(&old, &new).1)
}

fn recreate_enum(live: &Side, code: &Side, new: &Enumeration, touch: Touch) -> Step {
    let name = qualified(&new.schema, &new.name);
    let (mut sql, mut last, mut touches) = (Vec::new(), Vec::new(), vec![touch]);
    let mut users = Vec::new();
    for (table, tab) in live.tables.iter().enumerate() {
        for (place, column) in tab.columns.iter().enumerate() {
            let typed = column.sql_type.as_deref() == Some(&*new.name);
            if typed && column.type_schema.as_deref() == Some(&*new.schema) {
                users.push((live.rank(table, place), tab, column));
            }
        }
    }
    users.sort_by_key(|(rank, ..)| *rank);
    for (_, tab, column) in users {
        let now =
            code.table(&tab.schema, &tab.name).and_then(|tab| tab.columns.iter().find(|now| now.name == column.name));
        let Some(now) = now else { continue };
        let alter = format!("ALTER TABLE {} ALTER COLUMN \"{}\"", tab.sql(), column.name);
        let brackets = "[]".repeat(column.dimensions);
        sql.push(format!("{alter} SET DATA TYPE text{brackets};"));
        if column.default.as_ref().is_some_and(Option::is_some) {
            sql.push(format!("{alter} DROP DEFAULT;"));
        }
        last.push(format!("{alter} SET DATA TYPE {name}{brackets} USING \"{}\"::{name}{brackets};", column.name));
        if let Some(Some(default)) = &now.default {
            last.push(format!("{alter} SET DEFAULT {};", columns::default_sql(column, default)));
        }
        let object = ObjectRef::of_table(ObjectKind::Column, tab.table, &column.name);
        touches.push(Touch::new(object.clone(), Aspect::Definition));
        touches.push(Touch::new(object, Aspect::Default));
    }
    sql.push(format!("DROP TYPE {name};"));
    sql.push(create_enum(&new.schema, &new.name, new.values));
    sql.extend(last);
    Step::new(sql, touches)
}

pub(super) fn sequences(live: &mut Side, code: &Side, renames: &mut Renames) -> Ends {
    let object = |item: &Seq| in_schema(ObjectKind::Sequence, &item.schema, &item.name);
    let same = |a: &Seq, b: &Seq| a.schema == b.schema && a.name == b.name;
    let thing = |place, item: &Seq| Thing { place, key: key(&item.schema, &item.name), object: object(item) };
    let (created, deleted) = split(&live.sequences, &code.sequences, same, thing);
    let resolution = resolve::named(renames, "sequence", &created, &deleted);
    let mut ends = Ends::default();
    for item in resolution.created.iter().map(|&place| &code.sequences[place]) {
        let sql = format!("CREATE SEQUENCE \"{}\".\"{}\"{};", item.schema, item.name, options_text(&item.options));
        ends.first.push(Step::one(sql, Touch::new(object(item), Aspect::Existence)));
    }
    let mut renamed = Vec::new();
    for &(from, to) in &resolution.renamed {
        let (old, new) = (&mut live.sequences[from], &code.sequences[to]);
        let touch = || Touch::new(object(new), Aspect::Name);
        if old.schema != new.schema {
            let sql = format!("ALTER SEQUENCE {} SET SCHEMA \"{}\";", qualified(&old.schema, &old.name), new.schema);
            ends.first.push(Step::one(sql, touch()));
        }
        if old.name != new.name {
            let sql = format!("ALTER SEQUENCE {} RENAME TO \"{}\";", qualified(&new.schema, &old.name), new.name);
            renamed.push(Step::one(sql, touch()));
        }
        (old.schema, old.name) = (Cow::Owned(new.schema.to_string()), Cow::Owned(new.name.to_string()));
    }
    ends.first.extend(renamed);
    for old in &live.sequences {
        let Some(new) = code.sequences.iter().find(|new| same(new, old) && new.options != old.options) else {
            continue;
        };
        let sql = format!("ALTER SEQUENCE {}{};", qualified(&new.schema, &new.name), options_text(&new.options));
        ends.first.push(Step::one(sql, Touch::new(object(new), Aspect::Definition)));
    }
    for item in resolution.deleted.iter().map(|&place| &live.sequences[place]) {
        let sql = format!("DROP SEQUENCE \"{}\".\"{}\";", item.schema, item.name);
        ends.last.push(Step::one(sql, Touch::new(object(item), Aspect::Absence)));
    }
    ends
}

/// First what is dropped, renamed and altered; last what is created.
pub(super) fn views(input: &Input, live: &mut Side, code: &Side, renames: &mut Renames) -> Ends {
    let object = |item: &Vista| in_schema(ObjectKind::View, &item.schema, &item.name);
    let same = |a: &Vista, b: &Vista| a.schema == b.schema && a.name == b.name;
    let thing = |place, item: &Vista| Thing { place, key: key(&item.schema, &item.name), object: object(item) };
    let (created, deleted) = split(&live.views, &code.views, same, thing);
    let Resolution { created, deleted, renamed } = resolve::named(renames, "view", &created, &deleted);
    let mut ends = Ends::default();
    let word = |item: &Vista| if item.view.materialized { "MATERIALIZED VIEW" } else { "VIEW" };
    for item in deleted.iter().map(|&place| &live.views[place]) {
        let sql = format!("DROP {} {};", word(item), qualified(&item.schema, &item.name));
        let evidence = input.live.evidence.get(&(Some(item.schema.to_string()), item.name.to_string()));
        let rows = evidence.map_or(Rows::Unknown, |evidence| evidence.rows);
        let text =
            format!("You're about to delete non-empty {} materialized view", qualified(&item.schema, &item.name));
        let step = Step::one(sql, Touch::new(object(item), Aspect::Absence));
        ends.first.push(step.warning(item.view.materialized && rows.any(), text, object(item)));
    }
    let mut moved = Vec::new();
    for &(from, to) in &renamed {
        let (old, new) = (&mut live.views[from], &code.views[to]);
        let touch = || Touch::new(object(new), Aspect::Name);
        if old.name != new.name {
            let sql = format!("ALTER {} {} RENAME TO \"{}\";", word(old), qualified(&old.schema, &old.name), new.name);
            ends.first.push(Step::one(sql, touch()));
        }
        if old.schema != new.schema {
            let sql =
                format!("ALTER {} {} SET SCHEMA \"{}\";", word(old), qualified(&old.schema, &new.name), new.schema);
            moved.push(Step::one(sql, touch()));
        }
        (old.schema, old.name) = (Cow::Owned(new.schema.to_string()), Cow::Owned(new.name.to_string()));
    }
    ends.first.extend(moved);
    let (mut anew, mut altered) = (Vec::new(), Vec::new());
    ends.last.extend(
        created
            .iter()
            .map(|&place| &code.views[place])
            .map(|item| Step::one(create_view(item), Touch::new(object(item), Aspect::Existence))),
    );
    for old in &live.views {
        let Some(new) = code.views.iter().find(|new| same(new, old)) else { continue };
        let touch = || Touch::new(object(new), Aspect::Definition);
        if old.view.materialized != new.view.materialized {
            anew.push(Step::one(format!("DROP {} {};", word(old), qualified(&old.schema, &old.name)), touch()));
            ends.last.push(Step::one(create_view(new), touch()));
            continue;
        }
        let alter = format!("ALTER {} {}", word(new), qualified(&new.schema, &new.name));
        let (was, is) = (&old.view.options, &new.view.options);
        let value = |options: &[(String, String)], name: &str| {
            options.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
        };
        let set: Vec<String> = is
            .iter()
            .filter(|(name, text)| value(was, name).as_ref() != Some(text))
            .map(|(name, text)| format!("{name} = {text}"))
            .collect();
        let reset: Vec<&str> =
            was.iter().filter(|(name, _)| value(is, name).is_none()).map(|(name, _)| name.as_str()).collect();
        if !set.is_empty() {
            altered.push(Step::one(format!("{alter} SET ({});", set.join(", ")), touch()));
        }
        if !reset.is_empty() {
            altered.push(Step::one(format!("{alter} RESET ({});", reset.join(", ")), touch()));
        }
        for (word, to) in moved_storage(old.view, new.view) {
            altered.push(Step::one(format!("{alter} SET {word} \"{to}\";"), touch()));
        }
    }
    ends.first.extend(anew.into_iter().chain(altered));
    ends
}

/// Where a view goes, and which access method it gets.
fn moved_storage<'a>(old: &'a View, new: &'a View) -> impl Iterator<Item = (&'static str, &'a str)> {
    const HEAP: &str = "heap";
    const DEFAULT: &str = "pg_default";
    let (space, was) = (new.tablespace.as_deref(), old.tablespace.as_deref());
    let space = (space != was && !(was.is_none() && space == Some(DEFAULT))).then(|| space.unwrap_or(DEFAULT));
    let (method, was) = (new.access_method.as_deref(), old.access_method.as_deref());
    let method = (method != was && !(method.is_none() && was == Some(HEAP))).then(|| method.unwrap_or(HEAP));
    [("TABLESPACE", space), ("ACCESS METHOD", method)].into_iter().filter_map(|(word, to)| Some((word, to?)))
}

fn create_view(item: &Vista) -> String {
    let view = item.view;
    let name = qualified(&item.schema, &item.name);
    words::create_view(view, &name)
}

/// CREATE TABLE.
pub(super) fn create(code: &Side, tab: &Tab) -> Step {
    let mine = |kind| code.of_kind(kind).filter(|part| tab.is(&part.schema, &part.table));
    let key = mine(ObjectKind::PrimaryKey).next();
    let inline = |name: &str| mine(ObjectKind::Unique).find(|unique| unique.columns == [name]);
    let columns = tab.columns.iter().map(|column| columns::created(tab, column, key, inline(&column.name)));
    let mut lines: Vec<String> = columns.collect();
    let default = format!("{}_pkey", tab.name);
    if let Some(key) = key.filter(|key| key.columns.len() > 1 || key.name != default) {
        lines.push(format!("CONSTRAINT \"{}\" PRIMARY KEY({})", key.name, quoted(&key.columns)));
    }
    for unique in mine(ObjectKind::Unique).filter(|unique| unique.columns.len() > 1) {
        let nulls = match unique.body {
            Body::Unique { nulls_not_distinct: true } => " NULLS NOT DISTINCT",
            _ => "",
        };
        lines.push(format!("CONSTRAINT \"{}\" UNIQUE{nulls}({})", unique.name, quoted(&unique.columns)));
    }
    for check in mine(ObjectKind::Check) {
        let Body::Check(condition) = check.body else { continue };
        lines.push(format!("CONSTRAINT \"{}\" CHECK ({condition})", check.name));
    }
    let mut sql = vec![format!("CREATE TABLE {} (\n\t{}\n);", tab.sql(), lines.join(",\n\t"))];
    if tab.row_level_security {
        sql.push(format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY;", tab.sql()));
    }
    Step::new(sql, vec![Touch::new(tab.object(), Aspect::Existence)])
}

/// DROP TABLE.
pub(super) fn drop(tab: &Tab) -> Step {
    let text = format!("You're about to delete non-empty {} table", tab.sql());
    Step::one(format!("DROP TABLE {};", tab.sql()), Touch::new(tab.object(), Aspect::Absence))
        .losing(Loss::Table, format!("table {}", key(&tab.schema, &tab.name)), tab.rows)
        .warning(tab.rows.any(), text, tab.object())
}

/// The name of a table in a statement.
pub(super) fn moved_name(schema: &str, name: &str) -> String {
    if schema == PUBLIC { format!("\"{name}\"") } else { format!("\"{schema}\".\"{name}\"") }
}
