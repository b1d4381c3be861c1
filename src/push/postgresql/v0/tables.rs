//! Tables as drizzle-kit 0.31 pairs them, and what it does about whole tables, their keys, indexes, checks and policies.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::columns::{self, Changed};
use super::diff::{index_name, of_table};
use super::resolve::{self, Thing, key};
use super::snapshot::{self, Foreign, Ind, Snapshot, Tab, Uni};
use super::spell;
use super::steps::{Kind, Step};
use crate::catalog::{Check, ObjectKind, ObjectRef, Policy, Rows};
use crate::push::input::Input;
use crate::push::renames::Renames;
use crate::push::{Aspect, Touch};

/// Which table of the database is which of the code.
#[derive(Default)]
pub(super) struct Pairing {
    /// Tables of both sides, `(live, code)`, in the introspection's order.
    pub pairs: Vec<(usize, usize)>,
    pub created: Vec<usize>,
    pub deleted: Vec<usize>,
    /// Tables under a new name, `(live, code, old name)`.
    pub renamed: Vec<(usize, usize, String)>,
    /// Tables in a new schema, `(live, code)`.
    pub moved: Vec<(usize, usize)>,
}

/// Pairs the tables, asking which are renamed.
pub(super) fn pair(input: &Input, live: &mut Snapshot, code: &Snapshot, renames: &mut Renames) -> Pairing {
    type Names<'t> = BTreeMap<(&'t str, &'t str), usize>;
    fn names<'t>(tables: &'t [Tab]) -> Names<'t> {
        // Of two declarations of one table, the first counts.
        tables.iter().enumerate().rev().map(|(place, tab)| (of_table(tab), place)).collect()
    }
    let (old, new) = (names(&live.tables), names(&code.tables));
    let thing = |tables: &[Tab], place: usize| {
        let tab = &tables[place];
        Thing { place, key: key(&tab.schema, &tab.name), object: tab.object() }
    };
    let is_first = |place: usize| new.get(&of_table(&code.tables[place])) == Some(&place);
    let broken = |place: usize| code.tables[place].declared.is_some_and(|declared| declared.broken);
    let created: Vec<Thing> = (0..code.tables.len())
        .filter(|&place| is_first(place) && !broken(place) && !old.contains_key(&of_table(&code.tables[place])))
        .map(|place| thing(&code.tables, place))
        .collect();
    // With something unread in the code, nothing in the database is known to be undeclared.
    let deleted: Vec<Thing> = (0..live.tables.len())
        .filter(|&place| !input.declared.tables_open && !new.contains_key(&of_table(&live.tables[place])))
        .map(|place| thing(&live.tables, place))
        .collect();
    let mut pairs: Vec<Option<usize>> = live.tables.iter().map(|tab| new.get(&of_table(tab)).copied()).collect();
    std::mem::drop((old, new));
    let resolution = resolve::named(renames, "table", &created, &deleted);
    let mut pairing = Pairing { created: resolution.created, deleted: resolution.deleted, ..Pairing::default() };
    for (from, to) in resolution.renamed {
        let new = &code.tables[to];
        if live.tables[from].schema != new.schema {
            pairing.moved.push((from, to));
        }
        if live.tables[from].name != new.name {
            pairing.renamed.push((from, to, live.tables[from].name.to_string()));
            live.tables[from].schema = Cow::Owned(new.schema.to_string());
            live.tables[from].name = Cow::Owned(new.name.to_string());
            pairs[from] = Some(to);
        }
    }
    pairing.pairs = pairs
        .into_iter()
        .enumerate()
        .filter_map(|(live, code)| Some((live, code.filter(|&place| !broken(place))?)))
        .collect();
    pairing
}

fn existence(tab: &Tab) -> Touch {
    Touch::new(tab.object(), Aspect::Existence)
}

/// CREATE TABLE.
pub(super) fn create(input: &Input, code: &Snapshot, pairing: &Pairing) -> Vec<Step> {
    let _ = input;
    let tabs = pairing.created.iter().map(|&place| &code.tables[place]);
    tabs.map(|tab| {
        let mut lines: Vec<String> = tab.columns.iter().map(|column| spell::created_column(tab, column)).collect();
        if let Some((name, columns)) = snapshot::composite_key(tab) {
            lines.push(format!("CONSTRAINT \"{name}\" PRIMARY KEY({})", spell::quoted(&columns)));
        }
        lines.extend(snapshot::uniques(tab).iter().map(spell::unique_text));
        lines.extend(tab.table.checks.iter().map(|check| format!("CONSTRAINT {}", check_text(check))));
        let mut sql = vec![format!("CREATE TABLE {} (\n\t{}\n);", tab.sql(), lines.join(",\n\t"))];
        if tab.row_level_security || !tab.table.policies.is_empty() {
            sql.push(format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY;", tab.sql()));
        }
        Step::new(Kind::Other, of_table(tab), sql, vec![existence(tab)])
    })
    .collect()
}

fn check_text(check: &Check) -> String {
    let name = check.name.as_deref().unwrap_or_default();
    format!("\"{name}\" CHECK ({})", check.expression.known().map_or("unknown", String::as_str))
}

/// The foreign keys of new tables.
pub(super) fn foreign_keys_of_created(input: &Input, code: &Snapshot, pairing: &Pairing) -> Vec<Step> {
    let tabs = pairing.created.iter().map(|&place| &code.tables[place]);
    tabs.flat_map(|tab| {
        snapshot::foreign_keys(tab, input).into_iter().map(move |key| {
            let object = ObjectRef::of_table(ObjectKind::ForeignKey, tab.table, &key.name);
            let touches = vec![Touch::new(object, Aspect::Existence), existence(tab)];
            Step::new(Kind::Other, of_table(tab), vec![spell::add_foreign_key(&tab.schema, &key)], touches)
        })
    })
    .collect()
}

/// The indexes of new tables.
pub(super) fn indexes_of_created(code: &Snapshot, pairing: &Pairing) -> Vec<Step> {
    let tabs = pairing.created.iter().map(|&place| &code.tables[place]);
    tabs.flat_map(|tab| {
        tab.table.indexes.iter().map(move |index| {
            let touches = vec![Touch::new(ObjectRef::index(tab.table, index), Aspect::Existence), existence(tab)];
            Step::new(Kind::Other, of_table(tab), vec![spell::create_index(tab, index)], touches)
        })
    })
    .collect()
}

/// DROP TABLE, the table's policies first.
pub(super) fn drop(live: &Snapshot, pairing: &Pairing) -> Vec<Step> {
    let tabs = pairing.deleted.iter().map(|&place| &live.tables[place]);
    tabs.map(|tab| {
        let policies = tab.table.policies.iter();
        let mut sql: Vec<String> =
            policies.map(|policy| format!("DROP POLICY \"{}\" ON {} CASCADE;", policy.name, tab.sql())).collect();
        sql.push(format!("DROP TABLE {} CASCADE;", tab.sql()));
        Step::new(Kind::DropTable, of_table(tab), sql, vec![Touch::new(tab.object(), Aspect::Absence)])
    })
    .collect()
}

/// New schemas, then new names.
pub(super) fn rename(live: &Snapshot, code: &Snapshot, pairing: &Pairing) -> Vec<Step> {
    let mut steps = Vec::new();
    let touches = |from: usize, to: usize| {
        let (old, new) = (&live.tables[from], &code.tables[to]);
        vec![
            Touch::new(new.object(), Aspect::Name),
            Touch::new(new.object(), Aspect::Existence),
            Touch::new(old.table.object(), Aspect::Absence),
        ]
    };
    for &(from, to) in &pairing.moved {
        let (old, new) = (&live.tables[from], &code.tables[to]);
        let schema = old.table.schema.as_deref().unwrap_or(snapshot::PUBLIC);
        let sql = format!("ALTER TABLE \"{schema}\".\"{}\" SET SCHEMA \"{}\";", old.table.name, new.schema);
        steps.push(Step::new(Kind::Other, of_table(new), vec![sql], touches(from, to)));
    }
    for (from, to, name) in &pairing.renamed {
        let new = &code.tables[*to];
        let sql = format!("ALTER TABLE {} RENAME TO \"{}\";", snapshot::qualified(&new.schema, name), new.name);
        steps.push(Step::new(Kind::Other, of_table(new), vec![sql], touches(*from, *to)));
    }
    steps
}

/// ENABLE and DISABLE ROW LEVEL SECURITY, which drizzle-kit thinks of only once it alters any table.
pub(super) fn row_level_security(live: &Snapshot, code: &Snapshot, pairing: &Pairing, parts: &Parts) -> Vec<Step> {
    if !parts.alters {
        return Vec::new();
    }
    let step = |tab: &Tab, word: &str, touch: Touch| {
        let sql = format!("ALTER TABLE {} {word} ROW LEVEL SECURITY;", tab.sql());
        Step::new(Kind::Other, of_table(tab), vec![sql], vec![touch])
    };
    let previous: BTreeMap<usize, usize> = pairing.pairs.iter().map(|&(live, code)| (code, live)).collect();
    let created: BTreeSet<usize> = pairing.created.iter().copied().collect();
    let (mut enabled, mut disabled) = (Vec::new(), Vec::new());
    for (place, tab) in code.tables.iter().enumerate() {
        let old = previous.get(&place).map(|&place| &live.tables[place]);
        if old.is_none() && !created.contains(&place) {
            continue;
        }
        let (was, is) = (old.is_some_and(|old| old.row_level_security), tab.row_level_security);
        let before = old.map_or(0, |old| old.table.policies.len());
        let now = tab.table.policies.len();
        let open = tab.declared.is_some_and(|declared| declared.extras_open);
        let aspect = if old.is_some() { Aspect::Definition } else { Aspect::Existence };
        let touch = Touch::new(tab.object(), aspect);
        if (before == 0 && now > 0 && !is) || (is && !was) {
            enabled.push(step(tab, "ENABLE", touch));
        } else if now == 0 && !is && (before > 0 || was) && !open {
            disabled.push(step(tab, "DISABLE", touch));
        }
    }
    for &place in &pairing.deleted {
        let tab = &live.tables[place];
        if !tab.row_level_security {
            disabled.push(step(tab, "DISABLE", Touch::new(tab.object(), Aspect::Absence)));
        }
    }
    enabled.into_iter().chain(disabled).collect()
}

/// What changes in tables of both sides beside their columns.
#[derive(Default)]
pub(super) struct Parts {
    /// Whether drizzle-kit takes any table for altered.
    pub alters: bool,
    pub dropped_uniques: Vec<Step>,
    pub added_uniques: Vec<Step>,
    pub dropped_checks: Vec<Step>,
    pub added_checks: Vec<Step>,
    pub dropped_foreign_keys: Vec<Step>,
    pub added_foreign_keys: Vec<Step>,
    pub dropped_indexes: Vec<Step>,
    pub added_indexes: Vec<Step>,
    pub dropped_keys: Vec<Step>,
    pub added_keys: Vec<Step>,
    pub altered_keys: Vec<Step>,
}

/// The difference of two lists by name: places removed, places added, pairs that differ.
struct Difference {
    removed: Vec<usize>,
    added: Vec<usize>,
    changed: Vec<(usize, usize)>,
}

fn difference<A, B>(
    old: &[A],
    new: &[B],
    name_of_old: impl Fn(&A) -> &str,
    name_of_new: impl Fn(&B) -> &str,
    same: impl Fn(&A, &B) -> bool,
) -> Difference {
    let find = |name: &str| new.iter().position(|item| name_of_new(item) == name);
    let mut result = Difference { removed: Vec::new(), added: Vec::new(), changed: Vec::new() };
    for (place, item) in old.iter().enumerate() {
        match find(name_of_old(item)) {
            None => result.removed.push(place),
            Some(other) if !same(item, &new[other]) => result.changed.push((place, other)),
            Some(_) => {}
        }
    }
    let known = |name: &str| old.iter().any(|item| name_of_old(item) == name);
    result.added = (0..new.len()).filter(|&place| !known(name_of_new(&new[place]))).collect();
    result
}

impl Parts {
    pub fn new(input: &Input, live: &Snapshot, code: &Snapshot, pairing: &Pairing, _: &Changed) -> Self {
        let mut parts = Self::default();
        let mut last = (Vec::new(), Vec::new());
        for &(from, to) in &pairing.pairs {
            let (old, new) = (&live.tables[from], &code.tables[to]);
            let open = new.declared.is_some_and(|declared| declared.extras_open);
            let rows = input.rows(old.table);
            parts.alters |= old.row_level_security != new.row_level_security || columns::alters(old, new);
            parts.uniques(old, new, open, rows);
            parts.checks(old, new, open);
            parts.foreign_keys(input, old, new, open);
            parts.indexes(old, new, open, &mut last);
            parts.key(old, new, open);
            let words = |policies: &[Policy]| -> BTreeSet<String> {
                policies.iter().map(|policy| format!("{}--{}", policy.name, snapshot::policy_words(policy))).collect()
            };
            if !(old.table.policies.is_empty() && new.table.policies.is_empty()) {
                parts.alters |= !open && words(&old.table.policies) != words(&new.table.policies);
            }
        }
        parts.dropped_indexes.extend(last.0);
        parts.added_indexes.extend(last.1);
        parts
    }

    fn uniques(&mut self, old: &Tab, new: &Tab, open: bool, rows: Rows) {
        if old.table.uniques.is_empty() && new.table.uniques.is_empty() {
            return;
        }
        let (before, after) = (snapshot::uniques(old), snapshot::uniques(new));
        let found = difference(&before, &after, |unique| &unique.name, |unique| &unique.name, |a, b| a == b);
        let object = |tab: &Tab, unique: &Uni| ObjectRef::of_table(ObjectKind::Unique, tab.table, &unique.name);
        let drop = |unique: &Uni, aspect| {
            let sql = format!("ALTER TABLE {} DROP CONSTRAINT \"{}\";", new.sql(), unique.name);
            Step::new(Kind::Other, of_table(new), vec![sql], vec![Touch::new(object(old, unique), aspect)])
        };
        let add = |unique: &Uni, aspect| {
            let sql = format!("ALTER TABLE {} ADD {};", new.sql(), spell::unique_text(unique));
            let kind = Kind::AddUnique { name: unique.name.clone() };
            Step::new(kind, of_table(new), vec![sql], vec![Touch::new(object(new, unique), aspect)]).on(rows)
        };
        let removed: &[usize] = if open { &[] } else { &found.removed };
        self.alters |= !(removed.is_empty() && found.added.is_empty() && found.changed.is_empty());
        self.dropped_uniques.extend(removed.iter().map(|&place| drop(&before[place], Aspect::Absence)));
        self.added_uniques.extend(found.added.iter().map(|&place| add(&after[place], Aspect::Existence)));
        self.dropped_uniques.extend(found.changed.iter().map(|&(place, _)| drop(&before[place], Aspect::Definition)));
        self.added_uniques.extend(found.changed.iter().map(|&(_, place)| add(&after[place], Aspect::Definition)));
    }

    fn checks(&mut self, old: &Tab, new: &Tab, open: bool) {
        let (before, after) = (&old.table.checks, &new.table.checks);
        if before.is_empty() && after.is_empty() {
            return;
        }
        fn name(check: &Check) -> &str {
            check.name.as_deref().unwrap_or_default()
        }
        let found = difference(before, after, name, name, |a, b| a.expression == b.expression);
        let object = |tab: &Tab, check: &Check| ObjectRef::of_table(ObjectKind::Check, tab.table, name(check));
        let removed: &[usize] = if open { &[] } else { &found.removed };
        // A changed text alters nothing, but makes the table an altered one.
        self.alters |= !(removed.is_empty() && found.added.is_empty() && found.changed.is_empty());
        self.dropped_checks.extend(removed.iter().map(|&place| {
            let check = &before[place];
            let sql = format!("ALTER TABLE {} DROP CONSTRAINT \"{}\";", new.sql(), name(check));
            Step::new(Kind::Other, of_table(new), vec![sql], vec![Touch::new(object(old, check), Aspect::Absence)])
        }));
        self.added_checks.extend(found.added.iter().map(|&place| {
            let check = &after[place];
            let sql = format!("ALTER TABLE {} ADD CONSTRAINT {};", new.sql(), check_text(check));
            Step::new(Kind::Other, of_table(new), vec![sql], vec![Touch::new(object(new, check), Aspect::Existence)])
        }));
    }

    fn foreign_keys(&mut self, input: &Input, old: &Tab, new: &Tab, open: bool) {
        if old.table.foreign_keys.is_empty() && new.table.foreign_keys.is_empty() {
            return;
        }
        let (before, after) = (snapshot::foreign_keys(old, input), snapshot::foreign_keys(new, input));
        let found = difference(&before, &after, |key| &key.name, |key| &key.name, |a, b| a == b);
        let object = |tab: &Tab, key: &Foreign| ObjectRef::of_table(ObjectKind::ForeignKey, tab.table, &key.name);
        let drop = |key: &Foreign, aspect| {
            let sql = format!("ALTER TABLE {} DROP CONSTRAINT \"{}\";", new.sql(), key.name);
            Step::new(Kind::Other, of_table(new), vec![sql], vec![Touch::new(object(old, key), aspect)])
        };
        let add = |key: &Foreign, aspect| {
            let sql = spell::add_foreign_key(&new.schema, key);
            Step::new(Kind::Other, of_table(new), vec![sql], vec![Touch::new(object(new, key), aspect)])
        };
        let removed: &[usize] = if open { &[] } else { &found.removed };
        self.alters |= !(removed.is_empty() && found.added.is_empty() && found.changed.is_empty());
        self.added_foreign_keys.extend(found.added.iter().map(|&place| add(&after[place], Aspect::Existence)));
        self.dropped_foreign_keys.extend(removed.iter().map(|&place| drop(&before[place], Aspect::Absence)));
        for &(from, to) in &found.changed {
            self.dropped_foreign_keys.push(drop(&before[from], Aspect::Definition));
            self.added_foreign_keys.push(add(&after[to], Aspect::Definition));
        }
    }

    /// `last` takes what is dropped and created anew, which comes after all other tables' indexes.
    fn indexes(&mut self, old: &Tab, new: &Tab, open: bool, last: &mut (Vec<Step>, Vec<Step>)) {
        if old.table.indexes.is_empty() && new.table.indexes.is_empty() {
            return;
        }
        let (before, after) = (snapshot::indexes(old), snapshot::indexes(new));
        fn name<'i>(index: &'i Ind) -> &'i str {
            &index.index.name
        }
        let found = difference(&before, &after, name, name, |a, b| a.words == b.words);
        let drop = |index: &Ind, aspect| {
            let sql = format!("DROP INDEX {};", index_name(&new.schema, &index.index.name));
            let touch = Touch::new(ObjectRef::index(old.table, index.index), aspect);
            Step::new(Kind::Other, of_table(new), vec![sql], vec![touch])
        };
        let add = |index: &Ind, aspect| {
            let touch = Touch::new(ObjectRef::index(new.table, index.index), aspect);
            Step::new(Kind::Other, of_table(new), vec![spell::create_index(new, index.index)], vec![touch])
        };
        let removed: &[usize] = if open { &[] } else { &found.removed };
        self.alters |= !(removed.is_empty() && found.added.is_empty() && found.changed.is_empty());
        self.dropped_indexes.extend(removed.iter().map(|&place| drop(&before[place], Aspect::Absence)));
        self.added_indexes.extend(found.added.iter().map(|&place| add(&after[place], Aspect::Existence)));
        last.0.extend(found.changed.iter().map(|&(place, _)| drop(&before[place], Aspect::Definition)));
        last.1.extend(found.changed.iter().map(|&(_, place)| add(&after[place], Aspect::Definition)));
    }

    fn key(&mut self, old: &Tab, new: &Tab, open: bool) {
        let (before, after) = (snapshot::composite_key(old), snapshot::composite_key(new));
        if before == after || (open && after.is_none()) {
            return;
        }
        self.alters = true;
        let object = |tab: &Tab, name: &str| ObjectRef::of_table(ObjectKind::PrimaryKey, tab.table, name);
        let drop = |name: &str| format!("ALTER TABLE {} DROP CONSTRAINT \"{name}\";", new.sql());
        let add = |name: &str, columns: &[String]| {
            format!("ALTER TABLE {} ADD CONSTRAINT \"{name}\" PRIMARY KEY({});", new.sql(), spell::quoted(columns))
        };
        if let (Some((name, _)), Some((new_name, columns))) = (&before, &after)
            && name == new_name
        {
            let sql = format!("{}\n--> statement-breakpoint\n{}", drop(name), add(name, columns));
            let touch = Touch::new(object(new, name), Aspect::Definition);
            self.altered_keys.push(Step::new(Kind::Other, of_table(new), vec![sql], vec![touch]));
            return;
        }
        if let Some((name, _)) = &before {
            let touch = Touch::new(object(old, name), Aspect::Absence);
            self.dropped_keys.push(Step::new(Kind::Other, of_table(new), vec![drop(name)], vec![touch]));
        }
        if let Some((name, columns)) = &after {
            let touch = Touch::new(object(new, name), Aspect::Existence);
            self.added_keys.push(Step::new(Kind::Other, of_table(new), vec![add(name, columns)], vec![touch]));
        }
    }
}

/// Policies: renamed, dropped, created, altered.
pub(super) fn policies(
    input: &Input,
    live: &Snapshot,
    code: &Snapshot,
    pairing: &Pairing,
    renames: &mut Renames,
) -> Vec<Step> {
    let _ = input;
    let (mut renamed, mut dropped, mut created, mut altered) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let (mut dropped_last, mut created_last) = (Vec::new(), Vec::new());
    let object = |tab: &Tab, policy: &Policy| ObjectRef::policy(tab.table, policy);
    let step = |tab: &Tab, sql: String, touch: Touch| Step::new(Kind::Other, of_table(tab), vec![sql], vec![touch]);
    for &(from, to) in &pairing.pairs {
        let (old, new) = (&live.tables[from], &code.tables[to]);
        let (before, after) = (&old.table.policies, &new.table.policies);
        if before.is_empty() && after.is_empty() {
            continue;
        }
        let found = difference(
            before,
            after,
            |policy| &policy.name,
            |policy| &policy.name,
            |a, b| snapshot::policy_words(a) == snapshot::policy_words(b),
        );
        let thing = |tab: &Tab, policies: &[Policy], place: usize| {
            let policy = &policies[place];
            Thing { place, key: policy.name.clone(), object: object(tab, policy) }
        };
        let open = new.declared.is_some_and(|declared| declared.extras_open);
        let removed: &[usize] = if open { &[] } else { &found.removed };
        let is_new: Vec<Thing> = found.added.iter().map(|&place| thing(new, after, place)).collect();
        let is_old: Vec<Thing> = removed.iter().map(|&place| thing(old, before, place)).collect();
        let resolution = resolve::columns(renames, &new.name, &is_new, &is_old);
        let drop = |policy: &Policy| format!("DROP POLICY \"{}\" ON {} CASCADE;", policy.name, new.sql());
        for &place in &resolution.created {
            let policy = &after[place];
            let touch = Touch::new(object(new, policy), Aspect::Existence);
            created.push(step(new, spell::create_policy(&new.sql(), policy), touch));
        }
        for &place in &resolution.deleted {
            let policy = &before[place];
            dropped.push(step(new, drop(policy), Touch::new(object(old, policy), Aspect::Absence)));
        }
        for &(from, to) in &resolution.renamed {
            let (was, is) = (&before[from], &after[to]);
            let sql = format!("ALTER POLICY \"{}\" ON {} RENAME TO \"{}\";", was.name, new.sql(), is.name);
            renamed.push(step(new, sql, Touch::new(object(new, is), Aspect::Name)));
        }
        for &(from, to) in &found.changed {
            let (was, is) = (&before[from], &after[to]);
            let touch = || Touch::new(object(new, is), Aspect::Definition);
            if was.permissive != is.permissive || was.command != is.command {
                dropped_last.push(step(new, drop(was), touch()));
                created_last.push(step(new, spell::create_policy(&new.sql(), is), touch()));
            } else {
                let sql = format!("ALTER POLICY \"{}\" ON {} TO {};", was.name, new.sql(), is.roles.join(","));
                altered.push(step(new, sql, touch()));
            }
        }
    }
    for tab in pairing.created.iter().map(|&place| &code.tables[place]) {
        for policy in &tab.table.policies {
            let touches = vec![Touch::new(object(tab, policy), Aspect::Existence), existence(tab)];
            let sql = vec![spell::create_policy(&tab.sql(), policy)];
            created_last.push(Step::new(Kind::Other, of_table(tab), sql, touches));
        }
    }
    dropped.extend(dropped_last);
    created.extend(created_last);
    renamed.into_iter().chain(dropped).chain(created).chain(altered).collect()
}
