//! Keys, indexes, checks and policies as drizzle-kit 1.0 compares them, and their statements.

use std::collections::HashMap;

use indexmap::IndexMap;

use super::snapshot::{Body, Key, Part, Side};
use crate::catalog::{IndexColumn, ObjectKind, Policy};
use crate::push::postgresql::v0::resolve::{self, Thing};
use crate::push::postgresql::v0::snapshot::{PUBLIC, qualified};
use crate::push::postgresql::v0::spell::quoted;
use crate::push::renames::Renames;

/// What is left of one kind of part once push's questions are answered.
#[derive(Default)]
pub(super) struct Changes {
    /// Places among the code's parts.
    pub created: Vec<usize>,
    /// Places among the live parts.
    pub deleted: Vec<usize>,
    /// Live place, code's place, old name.
    pub renamed: Vec<(usize, usize, String)>,
    /// Parts of both sides, live and code's place.
    pub pairs: Vec<(usize, usize)>,
    /// Places among the code's parts, and their old names: foreign keys that a column made anew takes along.
    pub recreated: Vec<(usize, String)>,
}

/// A table's parts that were created and those that were deleted.
type Group = (Vec<usize>, Vec<usize>);

/// Takes over the database's names for what the code does not name, where everything else is equal.
pub(super) fn preserve_names(live: &Side, code: &mut Side) {
    // The code's unnamed parts, table by table: only they take a name, and nothing of them but the name changes.
    let mut unnamed: HashMap<(String, String), Vec<usize>> = HashMap::new();
    for (place, part) in code.parts.iter().enumerate().filter(|(_, part)| !part.explicit) {
        unnamed.entry((part.schema.clone(), part.table.clone())).or_default().push(place);
    }
    if unnamed.is_empty() {
        return;
    }
    for kind in [ObjectKind::Unique, ObjectKind::ForeignKey, ObjectKind::PrimaryKey, ObjectKind::Index] {
        for left in live.of_kind(kind) {
            let Some(places) = unnamed.get(&(left.schema.clone(), left.table.clone())) else { continue };
            let alike = |part: &Part| part.kind == kind && part.columns == left.columns && same_body(left, part);
            let mut matches = places.iter().copied().filter(|&place| alike(&code.parts[place]));
            if let (Some(found), None) = (matches.next(), matches.next()) {
                code.parts[found].name.clone_from(&left.name);
            }
        }
    }
}

/// Whether two parts agree in everything but name and columns.
fn same_body(left: &Part, right: &Part) -> bool {
    match (&left.body, &right.body) {
        (Body::Key, Body::Key) => true,
        (Body::Unique { nulls_not_distinct: a }, Body::Unique { nulls_not_distinct: b }) => a == b,
        (
            Body::Foreign { schema: a, table: b, columns: c, on_update: d, on_delete: e },
            Body::Foreign { schema: f, table: g, columns: h, on_update: i, on_delete: j },
        ) => (a, b, c, d, e) == (f, g, h, i, j),
        (Body::Index(a), Body::Index(b)) => {
            let key = |column: &IndexColumn| {
                let first = column.nulls_first.unwrap_or(column.descending);
                (column.is_expression, column.descending, first, column.operator_class.clone())
            };
            a.unique == b.unique
                && a.predicate == b.predicate
                && a.method.as_deref().unwrap_or("btree") == b.method.as_deref().unwrap_or("btree")
                && a.storage == b.storage
                && a.concurrently == b.concurrently
                && a.columns.iter().map(key).eq(b.columns.iter().map(key))
        }
        _ => false,
    }
}

/// The parts at `places` by what tells them apart; of several, the first.
fn by_key<'s>(side: &'s Side, places: &[usize]) -> HashMap<Key<'s>, usize> {
    places.iter().rev().map(|&place| (side.parts[place].key(), place)).collect()
}

/// Compares the parts of one kind, asking which are renamed. `noun` is what the question calls them.
pub(super) fn compare(
    live: &mut Side,
    code: &Side,
    kind: ObjectKind,
    noun: &str,
    gone: &dyn Fn(&Part) -> bool,
    renames: &mut Renames,
) -> Changes {
    let mut changes = Changes::default();
    let of =
        |side: &Side| -> Vec<usize> { (0..side.parts.len()).filter(|&place| side.parts[place].kind == kind).collect() };
    let (left, right) = (of(live), of(code));
    if left.is_empty() && right.is_empty() {
        return changes;
    }
    // Created ones come first, each group where its first member stands.
    let mut groups: IndexMap<(String, String), Group> = IndexMap::new();
    let table = |part: &Part| (part.schema.clone(), part.table.clone());
    let (olds, news) = (by_key(live, &left), by_key(code, &right));
    for &place in &right {
        let part = &code.parts[place];
        match olds.get(&part.key()) {
            Some(&old) => changes.pairs.push((old, place)),
            None => groups.entry(table(part)).or_default().0.push(place),
        }
    }
    for &place in &left {
        let part = &live.parts[place];
        if !news.contains_key(&part.key()) && !gone(part) {
            groups.entry(table(part)).or_default().1.push(place);
        }
    }
    drop((olds, news));
    changes.pairs.sort_unstable();
    let thing = |side: &Side, place: usize| {
        let part = &side.parts[place];
        let key = format!("{}{}.{}", prefix(&part.schema), part.table, part.name);
        Thing { place, key, object: part.object.clone() }
    };
    for (created, deleted) in groups.into_values() {
        let new: Vec<Thing> = created.into_iter().map(|place| thing(code, place)).collect();
        let old: Vec<Thing> = deleted.into_iter().map(|place| thing(live, place)).collect();
        let resolution = resolve::named(renames, noun, &new, &old);
        changes.created.extend(resolution.created);
        changes.deleted.extend(resolution.deleted);
        for (from, to) in resolution.renamed {
            let old = std::mem::replace(&mut live.parts[from].name, code.parts[to].name.clone());
            changes.renamed.push((from, to, old));
            changes.pairs.push((from, to));
        }
    }
    // An index of the same name on another table is another index.
    let (stay, moved): (Vec<_>, Vec<_>) =
        changes.pairs.iter().partition(|(from, to)| live.parts[*from].table == code.parts[*to].table);
    changes.pairs = stay;
    changes.deleted.extend(moved.iter().map(|(from, _)| from));
    changes.created.extend(moved.iter().map(|(_, to)| to));
    changes
}

/// The schema of a key in a question.
pub(super) fn prefix(schema: &str) -> String {
    if schema == PUBLIC { String::new() } else { format!("{schema}.") }
}

/// Whether two parts of one name differ in what push looks at.
pub(super) fn differ(left: &Part, right: &Part) -> bool {
    match (&left.body, &right.body) {
        (Body::Key, Body::Key) => left.columns != right.columns,
        (Body::Unique { .. }, Body::Unique { .. }) | (Body::Foreign { .. }, Body::Foreign { .. }) => {
            left.columns != right.columns || !same_body(left, right)
        }
        (Body::Index(a), Body::Index(b)) => {
            a.unique != b.unique
                || a.method.as_deref().unwrap_or("btree") != b.method.as_deref().unwrap_or("btree")
                || a.storage != b.storage
                || a.columns.len() != b.columns.len()
                || a.predicate.is_some() != b.predicate.is_some()
        }
        (Body::Policy(a), Body::Policy(b)) => {
            a.permissive != b.permissive || a.command != b.command || sorted(&a.roles) != sorted(&b.roles)
        }
        _ => false,
    }
}

fn sorted(roles: &[String]) -> Vec<&String> {
    let mut roles: Vec<&String> = roles.iter().collect();
    roles.sort();
    roles
}

pub(super) fn drop_constraint(part: &Part) -> String {
    format!("ALTER TABLE {} DROP CONSTRAINT \"{}\";", part.table_sql(), part.name)
}

pub(super) fn add_unique(part: &Part) -> String {
    let nulls = match part.body {
        Body::Unique { nulls_not_distinct: true } => " NULLS NOT DISTINCT",
        _ => "",
    };
    let columns = quoted(&part.columns);
    format!("ALTER TABLE {} ADD CONSTRAINT \"{}\" UNIQUE{nulls}({columns});", part.table_sql(), part.name)
}

pub(super) fn add_key(part: &Part) -> String {
    let (table, columns) = (part.table_sql(), quoted(&part.columns));
    match part.explicit {
        true => format!("ALTER TABLE {table} ADD CONSTRAINT \"{}\" PRIMARY KEY({columns});", part.name),
        false => format!("ALTER TABLE {table} ADD PRIMARY KEY ({columns});"),
    }
}

/// What stands behind `ADD CONSTRAINT` of a foreign key.
fn foreign_text(part: &Part) -> String {
    let Body::Foreign { schema, table, columns, on_update, on_delete } = &part.body else { return String::new() };
    let action = |word: &str, action: &str| match action {
        "no action" => String::new(),
        action => format!(" {word} {}", action.to_uppercase()),
    };
    format!(
        "\"{}\" FOREIGN KEY ({}) REFERENCES {}({}){}{}",
        part.name,
        quoted(&part.columns),
        qualified(schema, table),
        quoted(columns),
        action("ON DELETE", on_delete),
        action("ON UPDATE", on_update),
    )
}

pub(super) fn add_foreign_key(part: &Part) -> String {
    format!("ALTER TABLE {} ADD CONSTRAINT {};", part.table_sql(), foreign_text(part))
}

pub(super) fn recreate_foreign_key(part: &Part) -> String {
    let (table, name) = (part.table_sql(), &part.name);
    format!("ALTER TABLE {table} DROP CONSTRAINT \"{name}\", ADD CONSTRAINT {};", foreign_text(part))
}

pub(super) fn add_check(part: &Part) -> String {
    let Body::Check(condition) = part.body else { return String::new() };
    format!("ALTER TABLE {} ADD CONSTRAINT \"{}\" CHECK ({condition});", part.table_sql(), part.name)
}

pub(super) fn drop_index(part: &Part) -> String {
    format!("DROP INDEX {};", qualified(&part.schema, &part.name))
}

pub(super) fn create_index(part: &Part) -> String {
    let Body::Index(index) = part.body else { return String::new() };
    let columns: Vec<String> = index.columns.iter().map(index_column).collect();
    let with: Vec<String> = index.storage.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let method = index.method.as_deref().filter(|method| *method != "btree");
    format!(
        "CREATE {}{} \"{}\" ON {}{} ({}){}{};",
        if index.unique { "UNIQUE INDEX" } else { "INDEX" },
        if index.concurrently { " CONCURRENTLY" } else { "" },
        part.name,
        part.table_sql(),
        method.map_or_else(String::new, |method| format!(" USING {method}")),
        columns.join(","),
        if with.is_empty() { String::new() } else { format!(" WITH ({})", with.join(", ")) },
        index.predicate.as_deref().map_or_else(String::new, |predicate| format!(" WHERE {predicate}")),
    )
}

fn index_column(column: &IndexColumn) -> String {
    let value = if column.is_expression { column.expression.clone() } else { format!("\"{}\"", column.expression) };
    let class = column.operator_class.as_deref().map_or_else(String::new, |class| format!(" {class}"));
    let order = if column.descending { " DESC" } else { "" };
    let nulls = match (column.descending, column.nulls_first.unwrap_or(column.descending)) {
        (false, false) | (true, true) => "",
        (false, true) => " NULLS FIRST",
        (true, false) => " NULLS LAST",
    };
    format!("{value}{class}{order}{nulls}")
}

fn conditions(policy: &Policy) -> String {
    let part = |word: &str, text: &Option<String>| {
        text.as_deref().map_or_else(String::new, |text| format!(" {word} ({text})"))
    };
    format!("{}{}", part("USING", &policy.using), part("WITH CHECK", &policy.with_check))
}

fn roles(policy: &Policy) -> String {
    const KEYWORDS: &[&str] = &["current_user", "current_role", "session_user", "public"];
    let role = |role: &String| if KEYWORDS.contains(&role.as_str()) { role.clone() } else { format!("\"{role}\"") };
    policy.roles.iter().map(role).collect::<Vec<_>>().join(", ")
}

pub(super) fn create_policy(part: &Part) -> String {
    let Body::Policy(policy) = part.body else { return String::new() };
    format!(
        "CREATE POLICY \"{}\" ON {} AS {} FOR {} TO {}{};",
        part.name,
        part.table_sql(),
        if policy.permissive { "PERMISSIVE" } else { "RESTRICTIVE" },
        policy.command.to_uppercase(),
        roles(policy),
        conditions(policy),
    )
}

pub(super) fn drop_policy(part: &Part) -> String {
    format!("DROP POLICY \"{}\" ON {};", part.name, part.table_sql())
}

pub(super) fn alter_policy(part: &Part) -> String {
    let Body::Policy(policy) = part.body else { return String::new() };
    format!("ALTER POLICY \"{}\" ON {} TO {}{};", part.name, part.table_sql(), roles(policy), conditions(policy))
}
