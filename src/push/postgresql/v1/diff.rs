//! The difference of both sides as drizzle-kit 1.0 works it out, as its steps in its order.

use std::borrow::Cow;
use std::collections::HashSet;

use super::columns::{self, Differences};
use super::parts::{self, Changes, prefix};
use super::snapshot::{Body, Col, Part, Side, Tab};
use super::{Step, tables};
use crate::catalog::{ObjectKind, ObjectRef};
use crate::push::input::Input;
use crate::push::postgresql::v0::resolve::{self, Thing, key};
use crate::push::renames::Renames;
use crate::push::{Aspect, Loss, Touch};

/// Which tables are new, gone or renamed.
#[derive(Default)]
struct Tables {
    created: Vec<usize>,
    deleted: Vec<usize>,
    /// Live place, code's place, old schema, old name.
    renamed: Vec<(usize, usize, String, String)>,
    /// Live and code's place of tables of both sides.
    pairs: Vec<(usize, usize)>,
}

/// A column that push adds, drops or renames.
struct ColumnChanges {
    /// Code's table and column.
    created: Vec<(usize, usize)>,
    /// Live table and column.
    deleted: Vec<(usize, usize)>,
    /// Live table, code's table and column, old name.
    renamed: Vec<(usize, usize, usize, String)>,
}

/// All steps of the push.
pub(super) fn steps(input: &Input, mut live: Side, mut code: Side, renames: &mut Renames) -> Vec<Step> {
    let schemas = tables::schemas(input, &mut live, &code, renames);
    let enums = tables::enums(&mut live, &code, renames);
    let sequences = tables::sequences(&mut live, &code, renames);
    let paired = pair(input, &mut live, &code, renames);
    let columns = column_changes(&mut live, &code, &paired, renames);
    parts::preserve_names(&live, &mut code);
    // Of a table that may have more parts than are read, none is known to be undeclared.
    let is_open = |tab: &&Tab| tab.declared.is_some_and(|declared| declared.extras_open || declared.broken);
    let open = names(code.tables.iter().filter(is_open));
    let of_deleted = names(paired.deleted.iter().map(|&place| &live.tables[place]));
    let of_created = names(paired.created.iter().map(|&place| &code.tables[place]));
    let (known, in_code) = (names(&live.tables), names(&code.tables));
    let unclaimed = input.declared.tables_open;
    let gone = move |part: &Part| {
        let table = (part.schema.clone(), part.table.clone());
        open.contains(&table) || (unclaimed && known.contains(&table) && !in_code.contains(&table))
    };
    let mut compare = |kind, noun: &str| parts::compare(&mut live, &code, kind, noun, &gone, renames);
    let mut uniques = compare(ObjectKind::Unique, "unique");
    let checks = compare(ObjectKind::Check, "check");
    let mut indexes = compare(ObjectKind::Index, "index");
    let keys = compare(ObjectKind::PrimaryKey, "primary key");
    let mut foreign = compare(ObjectKind::ForeignKey, "foreign key");
    let policies = compare(ObjectKind::Policy, "policy");
    let views = tables::views(input, &mut live, &code, renames);
    let work = Work { live: &live, code: &code, tables: &paired, columns: &columns, of_created, of_deleted };

    let altered = work.altered_columns();
    work.recreate_what_depends(&altered, &mut indexes, &mut uniques, &mut foreign);
    let emptied = work.indexes_of_dropped_columns(&mut indexes);
    let moved = |part: &Part| work.is_moved(part);
    let stays = |part: &Part| !work.is_moved(part);

    let mut steps = Vec::new();
    steps.extend(schemas.first);
    steps.extend(enums.first);
    steps.extend(sequences.first);
    steps.extend(paired.created.iter().map(|&place| tables::create(&code, &code.tables[place])));
    steps.extend(views.first);
    steps.extend(work.renamed_tables());
    steps.extend(work.dropped(&policies, stays, parts::drop_policy));
    steps.extend(work.dropped_foreign_keys(&foreign, stays));
    steps.extend(paired.deleted.iter().map(|&place| tables::drop(&live.tables[place])));
    steps.extend(work.moved_tables());
    steps.extend(work.dropped(&policies, moved, parts::drop_policy));
    steps.extend(work.dropped_foreign_keys(&foreign, moved));
    steps.extend(work.row_level_security(&policies));
    steps.extend(work.renamed_columns());
    steps.extend(work.dropped_of_kept(&uniques, parts::drop_constraint));
    steps.extend(work.dropped_of_kept(&checks, parts::drop_constraint));
    steps.extend(work.renamed_constraints(&checks));
    steps.extend(work.renamed_indexes(&indexes));
    steps.extend(work.dropped_of_kept(&indexes, parts::drop_index));
    steps.extend(work.dropped_keys(&keys));
    steps.extend(work.renamed_constraints(&foreign));
    steps.extend(work.added_columns());
    steps.extend(work.added_to_kept(&keys, parts::add_key));
    steps.extend(work.renamed_constraints(&keys));
    steps.extend(enums.later);
    steps.extend(work.recreated_columns(&altered));
    steps.extend(work.dropped_columns());
    steps.extend(work.altered_keys(&keys));
    steps.extend(work.column_steps(&altered));
    steps.extend(work.altered(&indexes, |_, part| vec![parts::drop_index(part), parts::create_index(part)]));
    steps.extend(work.renamed_constraints(&uniques));
    steps.extend(work.added_to_kept(&uniques, parts::add_unique));
    steps.extend(work.altered(&uniques, |old, new| vec![parts::drop_constraint(old), parts::add_unique(new)]));
    steps.extend(work.added(&indexes, parts::create_index));
    steps.extend(emptied);
    steps.extend(work.added(&foreign, parts::add_foreign_key));
    steps.extend(work.altered(&foreign, |_, part| vec![parts::recreate_foreign_key(part)]));
    steps.extend(work.added_to_kept(&checks, parts::add_check));
    steps.extend(views.last);
    steps.extend(work.renamed_policies(&policies));
    steps.extend(work.added(&policies, parts::create_policy));
    steps.extend(work.altered(&policies, altered_policy));
    steps.extend(enums.last);
    steps.extend(sequences.last);
    steps.extend(schemas.last);
    steps
}

/// Schema and name of each.
fn names<'t, 'a: 't>(tables: impl IntoIterator<Item = &'t Tab<'a>>) -> HashSet<(String, String)> {
    tables.into_iter().map(|tab| (tab.schema.to_string(), tab.name.to_string())).collect()
}

fn altered_policy(old: &Part, new: &Part) -> Vec<String> {
    match (&old.body, &new.body) {
        (Body::Policy(a), Body::Policy(b)) if a.permissive != b.permissive || a.command != b.command => {
            vec![parts::drop_policy(new), parts::create_policy(new)]
        }
        _ => vec![parts::alter_policy(new)],
    }
}

fn pair(input: &Input, live: &mut Side, code: &Side, renames: &mut Renames) -> Tables {
    use std::collections::BTreeMap;
    fn places<'t>(tables: &'t [Tab]) -> BTreeMap<(&'t str, &'t str), usize> {
        tables.iter().enumerate().map(|(place, tab)| ((&*tab.schema, &*tab.name), place)).collect()
    }
    let (old, new) = (places(&live.tables), places(&code.tables));
    let thing = |tab: &Tab, place| Thing { place, key: key(&tab.schema, &tab.name), object: tab.object() };
    let broken = |tab: &Tab| tab.declared.is_some_and(|declared| declared.broken);
    let created = code.tables.iter().enumerate();
    let created: Vec<Thing> = created
        .filter(|(_, tab)| !broken(tab) && !old.contains_key(&(&*tab.schema, &*tab.name)))
        .map(|(place, tab)| thing(tab, place))
        .collect();
    let deleted: Vec<Thing> = live
        .tables
        .iter()
        .enumerate()
        .filter(|(_, tab)| !input.declared.tables_open && !new.contains_key(&(&*tab.schema, &*tab.name)))
        .map(|(place, tab)| thing(tab, place))
        .collect();
    let pairs: Vec<(usize, usize)> = live
        .tables
        .iter()
        .enumerate()
        .filter_map(|(place, tab)| Some((place, *new.get(&(&*tab.schema, &*tab.name))?)))
        .filter(|(_, place)| !broken(&code.tables[*place]))
        .collect();
    drop((old, new));
    let resolution = resolve::named(renames, "table", &created, &deleted);
    let mut result = Tables { created: resolution.created, deleted: resolution.deleted, pairs, ..Tables::default() };
    for (from, to) in resolution.renamed {
        let (schema, name) = (code.tables[to].schema.to_string(), code.tables[to].name.to_string());
        let tab = &mut live.tables[from];
        let old_schema = std::mem::replace(&mut tab.schema, Cow::Owned(schema.clone())).into_owned();
        let old_name = std::mem::replace(&mut tab.name, Cow::Owned(name.clone())).into_owned();
        for part in &mut live.parts {
            if part.schema == old_schema && part.table == old_name {
                (part.schema, part.table) = (schema.clone(), name.clone());
            }
            if let Body::Foreign { schema: to_schema, table, .. } = &mut part.body
                && *to_schema == old_schema
                && *table == old_name
            {
                (*to_schema, *table) = (schema.clone(), name.clone());
            }
        }
        result.renamed.push((from, to, old_schema, old_name));
        result.pairs.push((from, to));
    }
    result.pairs.sort_unstable();
    result
}

fn column_changes(live: &mut Side, code: &Side, paired: &Tables, renames: &mut Renames) -> ColumnChanges {
    let mut changes = ColumnChanges { created: Vec::new(), deleted: Vec::new(), renamed: Vec::new() };
    let mut groups: Vec<(usize, usize, Vec<usize>, Vec<usize>)> = Vec::new();
    for &(from, to) in &paired.pairs {
        let (old, new) = (&live.tables[from], &code.tables[to]);
        let same = old.columns.len() == new.columns.len()
            && old.columns.iter().zip(&new.columns).all(|(a, b)| a.name == b.name);
        if same {
            continue;
        }
        let open = new.declared.is_some_and(|declared| declared.columns_open);
        let missing = |side: &Tab, other: &Tab| -> Vec<usize> {
            let names = side.columns.iter().enumerate();
            names
                .filter(|(_, column)| !other.columns.iter().any(|it| it.name == column.name))
                .map(|(place, _)| place)
                .collect()
        };
        let deleted = if open { Vec::new() } else { missing(old, new) };
        groups.push((from, to, missing(new, old), deleted));
    }
    // Tables with new columns come first, in the code's order.
    groups.sort_by_key(|(from, to, created, deleted)| match created.first() {
        Some(_) => (0, *to, 0),
        None => (1, deleted.first().map_or(0, |place| live.rank(*from, *place)), 0),
    });
    for (from, to, created, deleted) in groups {
        let thing = |tab: &Tab, place: usize| {
            let name = &tab.columns[place].name;
            let object = ObjectRef::of_table(ObjectKind::Column, tab.table, name);
            Thing { place, key: format!("{}{}.{name}", prefix(&tab.schema), tab.name), object }
        };
        let new: Vec<Thing> = created.into_iter().map(|place| thing(&code.tables[to], place)).collect();
        let old: Vec<Thing> = deleted.into_iter().map(|place| thing(&live.tables[from], place)).collect();
        let resolution = resolve::named(renames, "column", &new, &old);
        changes.created.extend(resolution.created.into_iter().map(|place| (to, place)));
        changes.deleted.extend(resolution.deleted.into_iter().map(|place| (from, place)));
        for (was, is) in resolution.renamed {
            let name = code.tables[to].columns[is].name.to_string();
            let tab = &mut live.tables[from];
            let old = std::mem::replace(&mut tab.columns[was].name, Cow::Owned(name.clone())).into_owned();
            let (schema, table) = (tab.schema.to_string(), tab.name.to_string());
            let rename = |columns: &mut Vec<String>| {
                columns.iter_mut().filter(|column| **column == old).for_each(|column| column.clone_from(&name));
            };
            for part in &mut live.parts {
                if part.schema == schema && part.table == table {
                    rename(&mut part.columns);
                }
                if let Body::Foreign { schema: to_schema, table: to_table, columns, .. } = &mut part.body
                    && *to_schema == schema
                    && *to_table == table
                {
                    rename(columns);
                }
            }
            changes.renamed.push((from, to, is, old));
        }
    }
    changes
}

/// An altered column: the pair of tables, the pair of columns, what differs.
type Altered = (usize, usize, usize, usize, Differences);

struct Work<'w, 'a> {
    live: &'w Side<'a>,
    code: &'w Side<'a>,
    tables: &'w Tables,
    columns: &'w ColumnChanges,
    /// The tables that come.
    of_created: HashSet<(String, String)>,
    /// The tables that go.
    of_deleted: HashSet<(String, String)>,
}

impl<'a> Work<'_, 'a> {
    fn is_deleted(&self, schema: &str, table: &str) -> bool {
        self.of_deleted.contains(&(schema.to_owned(), table.to_owned()))
    }

    fn is_created(&self, part: &Part) -> bool {
        self.of_created.contains(&(part.schema.clone(), part.table.clone()))
    }

    /// What a statement about a part touches: the part, and with it a table that comes or goes.
    fn touches(&self, part: &Part, aspect: Aspect) -> Vec<Touch> {
        let mut touches = vec![Touch::new(part.object.clone(), aspect)];
        if self.is_created(part) || self.is_deleted(&part.schema, &part.table) {
            let table = part.object.table.clone().unwrap_or_default();
            touches.push(Touch::new(ObjectRef::table(part.object.schema.clone(), &table), aspect));
        }
        touches
    }

    fn dropped(&self, changes: &Changes, of: impl Fn(&Part) -> bool, sql: fn(&Part) -> String) -> Vec<Step> {
        let parts = changes.deleted.iter().map(|&place| &self.live.parts[place]).filter(|part| of(part));
        parts.map(|part| Step::new(vec![sql(part)], self.touches(part, Aspect::Absence))).collect()
    }

    fn dropped_of_kept(&self, changes: &Changes, sql: fn(&Part) -> String) -> Vec<Step> {
        let parts = changes.deleted.iter().map(|&place| &self.live.parts[place]);
        let parts = parts.filter(|part| !self.is_deleted(&part.schema, &part.table));
        parts.map(|part| Step::new(vec![sql(part)], self.touches(part, Aspect::Absence))).collect()
    }

    fn dropped_foreign_keys(&self, changes: &Changes, of: impl Fn(&Part) -> bool) -> Vec<Step> {
        let mut steps = Vec::new();
        for part in changes.deleted.iter().map(|&place| &self.live.parts[place]).filter(|part| of(part)) {
            let Body::Foreign { schema, table, .. } = &part.body else { continue };
            let to_deleted = part.table != *table && self.is_deleted(schema, table);
            if self.is_deleted(&part.schema, &part.table) && !to_deleted {
                continue;
            }
            let mut touches = self.touches(part, Aspect::Absence);
            if to_deleted {
                touches.push(Touch::new(ObjectRef::table(Some(schema.clone()), table), Aspect::Absence));
            }
            steps.push(Step::new(vec![parts::drop_constraint(part)], touches));
        }
        for (part, old) in changes.recreated.iter().map(|(place, old)| (&self.code.parts[*place], old)) {
            if of(part) {
                let sql = format!("ALTER TABLE {} DROP CONSTRAINT \"{old}\";", part.table_sql());
                steps.push(Step::new(vec![sql], self.touches(part, Aspect::Definition)));
            }
        }
        steps
    }

    /// Whether the part's table is moved to another schema.
    fn is_moved(&self, part: &Part) -> bool {
        self.tables.renamed.iter().any(|(_, to, schema, _)| {
            let tab = &self.code.tables[*to];
            tab.schema != *schema && tab.is(&part.schema, &part.table)
        })
    }

    /// What goes with a column that is made anew: its indexes, unique constraints and foreign keys.
    fn recreate_what_depends(
        &self,
        altered: &[Altered],
        indexes: &mut Changes,
        uniques: &mut Changes,
        foreign: &mut Changes,
    ) {
        let mut keys: Vec<usize> = Vec::new();
        for &(from, to, was, is, found) in altered {
            if !self.is_recreated(from, to, was, is, found) {
                continue;
            }
            let tab = &self.code.tables[to];
            let name = &*tab.columns[is].name;
            let holds = |columns: &[String]| columns.iter().any(|column| column == name);
            for (place, part) in self.code.parts.iter().enumerate() {
                let own = tab.is(&part.schema, &part.table) && holds(&part.columns);
                let new = match part.kind {
                    ObjectKind::Index if own => &mut indexes.created,
                    ObjectKind::Unique if own => &mut uniques.created,
                    ObjectKind::ForeignKey => {
                        let target = matches!(&part.body, Body::Foreign { schema, table, columns, .. }
                            if tab.is(schema, table) && holds(columns));
                        if !own && !target {
                            continue;
                        }
                        &mut keys
                    }
                    _ => continue,
                };
                if !new.contains(&place) {
                    new.push(place);
                }
            }
        }
        for place in keys.into_iter().filter(|place| !foreign.created.contains(place)).collect::<Vec<_>>() {
            let renamed = foreign.renamed.iter().position(|(_, to, _)| *to == place);
            let old = renamed.map(|at| foreign.renamed.remove(at).2);
            foreign.recreated.push((place, old.unwrap_or_else(|| self.code.parts[place].name.clone())));
            foreign.pairs.retain(|(_, to)| *to != place);
            foreign.created.push(place);
        }
    }

    /// Indexes to be altered that have gone with a column: they are only created.
    fn indexes_of_dropped_columns(&self, indexes: &mut Changes) -> Vec<Step> {
        let gone = |old: &Part| {
            self.columns.deleted.iter().any(|&(table, column)| {
                let tab = &self.live.tables[table];
                tab.is(&old.schema, &old.table) && old.columns.iter().any(|name| *name == *tab.columns[column].name)
            })
        };
        let anew = |&(old, new): &(usize, usize)| {
            let (old, new) = (&self.live.parts[old], &self.code.parts[new]);
            parts::differ(old, new) && gone(old)
        };
        let (anew, kept): (Vec<_>, Vec<_>) = std::mem::take(&mut indexes.pairs).into_iter().partition(anew);
        indexes.pairs = kept;
        let parts = anew.into_iter().map(|(_, new)| &self.code.parts[new]);
        parts.map(|part| Step::new(vec![parts::create_index(part)], self.touches(part, Aspect::Definition))).collect()
    }

    /// Whether a column becomes a generated one, which push makes anew.
    fn is_recreated(&self, from: usize, to: usize, was: usize, is: usize, found: Differences) -> bool {
        let (old, new) = (&self.live.tables[from].columns[was], &self.code.tables[to].columns[is]);
        found.generated && new.generated.is_some() && old.generated.is_none()
    }

    fn dropped_keys(&self, changes: &Changes) -> Vec<Step> {
        let parts = changes.deleted.iter().map(|&place| &self.live.parts[place]);
        let parts = parts.filter(|part| !self.is_deleted(&part.schema, &part.table));
        parts
            .map(|part| {
                let rows = self.live.table(&part.schema, &part.table).map_or_else(Default::default, |tab| tab.rows);
                let text = format!(
                    "You're about to drop the primary key of {} table. The statements may fail, and the table may lose its \
                     primary key",
                    part.table_sql()
                );
                Step::new(vec![parts::drop_constraint(part)], self.touches(part, Aspect::Absence)).warning(
                    rows.any(),
                    text,
                    part.object.clone(),
                )
            })
            .collect()
    }

    fn added(&self, changes: &Changes, sql: fn(&Part) -> String) -> Vec<Step> {
        let parts = changes.created.iter().map(|&place| &self.code.parts[place]);
        parts.map(|part| Step::new(vec![sql(part)], self.touches(part, Aspect::Existence))).collect()
    }

    fn added_to_kept(&self, changes: &Changes, sql: fn(&Part) -> String) -> Vec<Step> {
        let parts = changes.created.iter().map(|&place| &self.code.parts[place]);
        let parts = parts.filter(|part| !self.is_created(part));
        parts.map(|part| Step::new(vec![sql(part)], self.touches(part, Aspect::Existence))).collect()
    }

    fn altered(&self, changes: &Changes, sql: impl Fn(&Part, &Part) -> Vec<String>) -> Vec<Step> {
        let pairs = changes.pairs.iter().map(|&(old, new)| (&self.live.parts[old], &self.code.parts[new]));
        let pairs = pairs.filter(|(old, new)| parts::differ(old, new));
        pairs.map(|(old, new)| Step::new(sql(old, new), self.touches(new, Aspect::Definition))).collect()
    }

    fn altered_keys(&self, changes: &Changes) -> Vec<Step> {
        self.altered(changes, |old, new| {
            let gone = |&(table, column): &(usize, usize)| {
                let name = &self.live.tables[table].columns[column].name;
                old.columns.iter().any(|column| *column == **name)
            };
            let dropped = self.columns.deleted.iter().any(gone);
            let drop = (!dropped).then(|| parts::drop_constraint(new));
            drop.into_iter().chain([parts::add_key(new)]).collect()
        })
    }

    fn renamed_constraints(&self, changes: &Changes) -> Vec<Step> {
        let renamed = changes.renamed.iter().map(|(_, to, old)| (&self.code.parts[*to], old));
        renamed
            .map(|(part, old)| {
                let sql = format!("ALTER TABLE {} RENAME CONSTRAINT \"{old}\" TO \"{}\";", part.table_sql(), part.name);
                Step::new(vec![sql], self.touches(part, Aspect::Name))
            })
            .collect()
    }

    fn renamed_indexes(&self, changes: &Changes) -> Vec<Step> {
        let renamed = changes.renamed.iter().map(|(_, to, old)| (&self.code.parts[*to], old));
        renamed
            .map(|(part, old)| {
                let name = tables::moved_name(&part.schema, old);
                let sql = format!("ALTER INDEX {name} RENAME TO \"{}\";", part.name);
                Step::new(vec![sql], self.touches(part, Aspect::Name))
            })
            .collect()
    }

    fn renamed_policies(&self, changes: &Changes) -> Vec<Step> {
        let renamed = changes.renamed.iter().map(|(_, to, old)| (&self.code.parts[*to], old));
        renamed
            .map(|(part, old)| {
                let sql = format!("ALTER POLICY \"{old}\" ON {} RENAME TO \"{}\";", part.table_sql(), part.name);
                Step::new(vec![sql], self.touches(part, Aspect::Name))
            })
            .collect()
    }

    fn table_touches(&self, from: usize, to: usize) -> Vec<Touch> {
        let (old, new) = (self.live.tables[from].object(), self.code.tables[to].object());
        vec![
            Touch::new(new.clone(), Aspect::Name),
            Touch::new(new, Aspect::Existence),
            Touch::new(old, Aspect::Absence),
        ]
    }

    fn renamed_tables(&self) -> Vec<Step> {
        let renamed = self.tables.renamed.iter().filter(|(_, to, _, name)| self.code.tables[*to].name != *name);
        renamed
            .map(|(from, to, schema, name)| {
                let new = &self.code.tables[*to].name;
                let sql = format!("ALTER TABLE {} RENAME TO \"{new}\";", tables::moved_name(schema, name));
                Step::new(vec![sql], self.table_touches(*from, *to))
            })
            .collect()
    }

    fn moved_tables(&self) -> Vec<Step> {
        let moved = self.tables.renamed.iter().filter(|(_, to, schema, _)| self.code.tables[*to].schema != *schema);
        moved
            .map(|(from, to, schema, _)| {
                let new = &self.code.tables[*to];
                let sql =
                    format!("ALTER TABLE {} SET SCHEMA \"{}\";", tables::moved_name(schema, &new.name), new.schema);
                Step::new(vec![sql], self.table_touches(*from, *to))
            })
            .collect()
    }

    fn row_level_security(&self, policies: &Changes) -> Vec<Step> {
        let pairs = self.tables.pairs.iter().map(|&(old, new)| (&self.live.tables[old], &self.code.tables[new]));
        let pairs = pairs.filter(|(old, new)| {
            let open = new.declared.is_some_and(|declared| declared.extras_open);
            old.row_level_security != new.row_level_security && (!open || new.row_level_security)
        });
        let step = |new: &Tab, word: &str| {
            let touch = Touch::new(new.object(), Aspect::Definition);
            Step::one(format!("ALTER TABLE {} {word} ROW LEVEL SECURITY;", new.sql()), touch)
        };
        let mut steps: Vec<Step> =
            pairs.map(|(_, new)| step(new, if new.row_level_security { "ENABLE" } else { "DISABLE" })).collect();
        // The last policies of a table go, whose security is off already.
        let mut said: Vec<&Part> = Vec::new();
        for part in policies.deleted.iter().map(|&place| &self.live.parts[place]) {
            let (old, new) = (self.live.table(&part.schema, &part.table), self.code.table(&part.schema, &part.table));
            let (Some(old), Some(new)) = (old, new) else { continue };
            let mut kept = self.code.of_kind(ObjectKind::Policy);
            let none = !kept.any(|policy| new.is(&policy.schema, &policy.table));
            let off = !old.row_level_security && !new.row_level_security;
            if none && off && !said.iter().any(|other| new.is(&other.schema, &other.table)) {
                steps.push(step(new, "DISABLE"));
                said.push(part);
            }
        }
        steps
    }

    fn renamed_columns(&self) -> Vec<Step> {
        let renamed = self.columns.renamed.iter();
        renamed
            .map(|(from, to, column, old)| {
                let (was, new) = (&self.live.tables[*from], &self.code.tables[*to]);
                let name = &new.columns[*column].name;
                let object = |table, name: &str| ObjectRef::of_table(ObjectKind::Column, table, name);
                let touches = vec![
                    Touch::new(object(new.table, name), Aspect::Name),
                    Touch::new(object(new.table, name), Aspect::Existence),
                    Touch::new(object(was.table, old), Aspect::Absence),
                ];
                Step::new(vec![format!("ALTER TABLE {} RENAME COLUMN \"{old}\" TO \"{name}\";", new.sql())], touches)
            })
            .collect()
    }

    fn key_of(&self, tab: &Tab) -> Option<&Part<'a>> {
        self.code.of_kind(ObjectKind::PrimaryKey).find(|part| tab.is(&part.schema, &part.table))
    }

    fn added_columns(&self) -> Vec<Step> {
        let created = self.columns.created.iter();
        created
            .map(|&(table, column)| {
                let tab = &self.code.tables[table];
                let column = &tab.columns[column];
                let keyed = self.key_of(tab).is_some_and(|key| key.columns.iter().any(|name| *name == *column.name));
                let object = ObjectRef::of_table(ObjectKind::Column, tab.table, &column.name);
                Step::one(columns::add(tab, column, false, keyed), Touch::new(object, Aspect::Existence))
            })
            .collect()
    }

    fn dropped_columns(&self) -> Vec<Step> {
        let mut deleted = self.columns.deleted.clone();
        deleted.sort_by_key(|&(table, column)| (column, table));
        // Drops come table by table as they were resolved, each table's in its own order.
        let order: Vec<usize> = self.columns.deleted.iter().map(|(table, _)| *table).collect();
        deleted.sort_by_key(|(table, column)| (order.iter().position(|other| other == table), *column));
        deleted
            .into_iter()
            .map(|(table, column)| {
                let tab = &self.live.tables[table];
                let Col { name, rows, .. } = &tab.columns[column];
                let object = ObjectRef::of_table(ObjectKind::Column, tab.table, name);
                let text = format!("You're about to delete non-empty \"{name}\" column in {} table", tab.sql());
                let sql = format!("ALTER TABLE {} DROP COLUMN \"{name}\";", tab.sql());
                Step::one(sql, Touch::new(object.clone(), Aspect::Absence))
                    .losing(Loss::Column, format!("column {}.{name}", key(&tab.schema, &tab.name)), *rows)
                    .warning(rows.any(), text, object)
            })
            .collect()
    }

    /// Columns of both sides that push alters, in the introspection's order.
    fn altered_columns(&self) -> Vec<Altered> {
        let mut altered = Vec::new();
        for &(from, to) in &self.tables.pairs {
            let (old, new) = (&self.live.tables[from], &self.code.tables[to]);
            for (place, was) in old.columns.iter().enumerate() {
                let same = new.columns.get(place).filter(|column| column.name == was.name).map(|_| place);
                let found = same.or_else(|| new.columns.iter().position(|column| column.name == was.name));
                let Some(other) = found else { continue };
                let found = columns::differences(was, &new.columns[other]);
                if found.any() {
                    altered.push((from, to, place, other, found));
                }
            }
        }
        altered.sort_by_key(|&(from, _, place, ..)| self.live.rank(from, place));
        altered
    }

    /// Columns that become generated ones.
    fn recreated_columns(&self, altered: &[Altered]) -> Vec<Step> {
        let mut steps = Vec::new();
        for &(from, to, was, is, found) in altered {
            let (old, new) = (&self.live.tables[from], &self.code.tables[to]);
            let column: &Col = &new.columns[is];
            if !self.is_recreated(from, to, was, is, found) {
                continue;
            }
            let own = self.key_of(new).is_some_and(|key| key.columns == [column.name.as_ref()]);
            let sql = vec![
                format!("ALTER TABLE {} DROP COLUMN \"{}\";", new.sql(), column.name),
                columns::add(new, column, own, false),
            ];
            let object = ObjectRef::of_table(ObjectKind::Column, new.table, &column.name);
            let what = format!("column {}.{}", key(&new.schema, &new.name), column.name);
            let step = Step::new(sql, vec![Touch::new(object, Aspect::Generated)]);
            steps.push(step.losing(Loss::Column, what, old.columns[was].rows));
        }
        steps
    }

    fn column_steps(&self, altered: &[Altered]) -> Vec<Step> {
        let mut steps = Vec::new();
        for &(from, to, was, is, mut found) in altered {
            let (old, new) = (&self.live.tables[from], &self.code.tables[to]);
            let (was, is) = (&old.columns[was], &new.columns[is]);
            if found.generated && is.generated.is_some() {
                continue;
            }
            let sql_type = was.sql_type.as_deref().unwrap_or_default();
            if tables::is_recreated(self.live, self.code, was.type_schema.as_deref(), sql_type) {
                found.default = false;
            }
            let implied = is.not_null == Some(true) && (is.generated.is_some() || is.identity.is_some());
            let keyed = self.key_of(new).is_some_and(|key| key.columns.iter().any(|name| *name == *is.name));
            if implied || keyed {
                found.not_null = false;
            }
            for (sql, touch, loses) in columns::alter((self.live, self.code), new, (was, is), found) {
                let step = Step::one(sql, touch);
                let what = format!("values of column {}.{}", key(&new.schema, &new.name), is.name);
                steps.push(if loses { step.losing(Loss::Values, what, was.rows) } else { step });
            }
        }
        steps
    }
}
