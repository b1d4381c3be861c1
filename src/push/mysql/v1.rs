//! Push of drizzle-kit 1.0: the statements between the two snapshots, in its order.

use std::collections::HashSet;

use indexmap::IndexSet;

use super::columns_v1::alters;
use super::objects;
use super::snapshot::{KitCheck, KitColumn, KitForeignKey, KitIndex, KitKey, KitTable, KitView, Snapshot};
use super::steps_v1::{self as steps, Step};
use crate::catalog::ObjectKind;
use crate::push::renames::{Item, Renames};

/// A part and its table.
type Of<'a, T> = (&'a KitTable, &'a T);

/// The steps from `from`, the database, to `to`, the code. `open` says that the code may declare other tables.
pub(super) fn difference(mut from: Snapshot, mut to: Snapshot, open: bool, renames: &mut Renames) -> Vec<Step> {
    // What is not known of a table takes part in no step.
    let broken: Vec<String> = to.tables.iter().filter(|table| table.broken).map(|table| table.name.clone()).collect();
    to.tables.retain(|table| !table.broken);
    from.tables.retain(|table| !broken.contains(&table.name));
    for table in &mut to.tables {
        let (indexes, uniques) = (std::mem::take(&mut table.indexes), std::mem::take(&mut table.uniques));
        table.indexes = uniques.into_iter().chain(indexes).collect();
    }

    let item = |name: &str| Item { key: name.to_owned(), object: objects::table(name) };
    let created: Vec<String> = names(&to.tables).filter(|name| from.table(name).is_none()).map(str::to_owned).collect();
    let deleted: Vec<String> =
        names(&from.tables).filter(|name| !open && to.table(name).is_none()).map(str::to_owned).collect();
    let (new, old): (Vec<Item>, Vec<Item>) =
        (created.iter().map(|name| item(name)).collect(), deleted.iter().map(|name| item(name)).collect());
    let answers = renames.resolve_named("table", &new, &old);
    let renamed: Vec<(&str, &str)> = created
        .iter()
        .zip(&answers)
        .filter_map(|(new, answer)| Some((deleted[(*answer)?].as_str(), new.as_str())))
        .collect();
    for (old, new) in &renamed {
        rename_table(&mut from, old, new);
    }
    let created: Vec<&String> = created.iter().filter(|name| !renamed.iter().any(|(_, new)| new == name)).collect();
    let deleted: Vec<&String> = deleted.iter().filter(|name| !renamed.iter().any(|(old, _)| old == name)).collect();

    let columns = columns(&mut from, &to, &created, renames);
    preserve_names(&from, &mut to);
    let views = views(&from, &to, renames);
    let created_names: HashSet<&str> = created.iter().map(|name| name.as_str()).collect();
    let deleted_names: HashSet<&str> = deleted.iter().map(|name| name.as_str()).collect();
    let is_created = |table: &KitTable| created_names.contains(table.name.as_str());
    let is_deleted = |name: &str| deleted_names.contains(name);

    let mut plan = Steps::default();
    for name in &created {
        if let Some(table) = to.table(name) {
            plan.create_tables.push(steps::create_table(table, created.len() == 1));
        }
    }
    plan.drop_tables.extend(deleted.iter().map(|name| steps::drop_table(name)));
    plan.rename.extend(renamed.iter().map(|(old, new)| steps::rename_table(old, new)));
    plan.rename.extend(columns.renamed);
    plan.views.extend(views.0);

    let indexes: fn(&KitTable) -> &[KitIndex] = |table| &table.indexes;
    let (new, old) = between(&from, &to, indexes, |index| &index.name);
    // Those of columns come first, over all tables.
    let (of_columns, others): (Vec<_>, Vec<_>) = new.into_iter().partition(|(_, index)| index.of_column);
    for (table, index) in of_columns.into_iter().chain(others) {
        if !index.unique || !is_created(table) {
            plan.create_indexes.push(steps::create_index(&table.name, index));
        }
    }
    plan.drop_indexes.extend(
        old.iter()
            .filter(|(table, _)| !is_deleted(&table.name))
            .map(|(table, index)| steps::drop_index(&table.name, index)),
    );

    let checks: fn(&KitTable) -> &[KitCheck] = |table| &table.checks;
    let (new, mut old) = between(&from, &to, checks, |check| &check.name);
    old.sort_by_key(|(_, check)| &check.name);
    let new = new.iter().filter(|(table, _)| !is_created(table));
    plan.create_checks.extend(new.map(|(table, check)| steps::create_check(&table.name, check)));
    let old = old.iter().filter(|(table, _)| !is_deleted(&table.name));
    plan.drop_checks.extend(old.map(|(table, check)| steps::drop_check(&table.name, check)));

    let keys: fn(&KitTable) -> &[KitForeignKey] = |table| &table.foreign_keys;
    let (new, mut old) = between(&from, &to, keys, |key| &key.name);
    // The server keeps them by their names.
    old.sort_by_key(|(_, key)| &key.name);
    for (table, key) in new {
        if created.len() >= 2 || !is_created(table) {
            plan.create_foreign_keys.push(steps::create_foreign_key(&table.name, key));
        }
    }
    for (table, key) in old {
        let goes = is_deleted(&table.name);
        if goes && !is_deleted(&key.foreign_table) {
            continue;
        }
        let has_index =
            to.table(&table.name).is_some_and(|after| after.indexes.iter().any(|index| index.name == key.name));
        plan.drop_foreign_keys.push(steps::drop_foreign_key(&table.name, key, !goes && !has_index));
    }

    let primary: fn(&KitTable) -> &[KitKey] = |table| &table.keys;
    let (new, old) = between(&from, &to, primary, |key| &key.name);
    let new = new.iter().filter(|(table, _)| !is_created(table));
    plan.create_keys.extend(new.map(|(table, key)| steps::create_key(&table.name, key)));
    for (table, key) in old {
        let column = match &key.columns[..] {
            [column] => to.table(&table.name).and_then(|after| after.column(column)),
            _ => None,
        };
        if !is_deleted(&table.name) && !column.is_some_and(|column| column.autoincrement) {
            plan.drop_keys.push(steps::drop_key(&table.name));
        }
    }

    // Columns are read by the names of their tables, tables by the time at which they were made.
    let mut tables: Vec<&KitTable> = from.tables.iter().collect();
    tables.sort_by_key(|table| table.place);
    for before in tables {
        let Some(after) = to.table(&before.name) else { continue };
        let (altered, recreated) = alters(before, after);
        plan.alter_columns.extend(altered);
        plan.recreate_columns.extend(recreated);
    }
    altered_keys(&from, &to, &mut plan);
    plan.add_columns = columns.added;
    plan.drop_columns = columns.dropped;
    plan.in_order(views.1)
}

/// Keys of which the columns changed, and foreign keys of which the actions did.
fn altered_keys(from: &Snapshot, to: &Snapshot, plan: &mut Steps) {
    for before in &from.tables {
        let Some(after) = to.table(&before.name) else { continue };
        let (Some(old), Some(new)) = (before.keys.first(), after.keys.first()) else { continue };
        if old.columns == new.columns {
            continue;
        }
        for table in &to.tables {
            let refers = |key: &&KitForeignKey| {
                key.foreign_table == before.name
                    && key.foreign_columns.len() == old.columns.len()
                    && key.foreign_columns.iter().all(|column| old.columns.contains(column))
            };
            for key in table.foreign_keys.iter().filter(refers) {
                plan.drop_foreign_keys.push(steps::drop_foreign_key(&table.name, key, false));
                plan.create_foreign_keys.push(steps::create_foreign_key(&table.name, key).of_key());
            }
        }
        plan.drop_keys.push(steps::drop_key(&before.name));
        plan.create_keys.push(steps::create_key(&before.name, new));
    }
    for before in &from.tables {
        let Some(after) = to.table(&before.name) else { continue };
        for old in &before.foreign_keys {
            let Some(new) = after.foreign_keys.iter().find(|key| key.name == old.name) else { continue };
            if old.on_delete != new.on_delete || old.on_update != new.on_update {
                plan.drop_foreign_keys.push(steps::drop_foreign_key(&before.name, new, false));
                plan.create_foreign_keys.push(steps::create_foreign_key(&before.name, new));
            }
        }
    }
}

/// The steps by their kinds.
#[derive(Default)]
struct Steps {
    create_tables: Vec<Step>,
    drop_foreign_keys: Vec<Step>,
    drop_tables: Vec<Step>,
    rename: Vec<Step>,
    views: Vec<Step>,
    drop_checks: Vec<Step>,
    drop_indexes: Vec<Step>,
    drop_keys: Vec<Step>,
    alter_columns: Vec<Step>,
    recreate_columns: Vec<Step>,
    add_columns: Vec<Step>,
    create_keys: Vec<Step>,
    create_indexes: Vec<Step>,
    create_foreign_keys: Vec<Step>,
    create_checks: Vec<Step>,
    drop_columns: Vec<Step>,
}

impl Steps {
    fn in_order(self, create_views: Vec<Step>) -> Vec<Step> {
        [
            self.create_tables,
            self.drop_foreign_keys,
            self.drop_tables,
            self.rename,
            self.views,
            self.drop_checks,
            self.drop_indexes,
            self.drop_keys,
            self.alter_columns,
            self.recreate_columns,
            self.add_columns,
            self.create_keys,
            self.create_indexes,
            self.create_foreign_keys,
            self.create_checks,
            self.drop_columns,
            create_views,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

fn names(tables: &[KitTable]) -> impl Iterator<Item = &str> {
    tables.iter().map(|table| table.name.as_str())
}

/// What the code alone has, and what the database alone has, by name. Where the code may declare more, nothing of the
/// database is undeclared.
fn between<'a, T>(
    from: &'a Snapshot,
    to: &'a Snapshot,
    parts: fn(&KitTable) -> &[T],
    name: fn(&T) -> &String,
) -> (Vec<Of<'a, T>>, Vec<Of<'a, T>>) {
    let alone = |side: &'a Snapshot, other: &'a Snapshot, is_code: bool| {
        let mut alone = Vec::new();
        for table in &side.tables {
            let opposite = other.table(&table.name);
            if !is_code && opposite.is_some_and(|opposite| opposite.extras_open) {
                continue;
            }
            for part in parts(table) {
                let found =
                    opposite.is_some_and(|opposite| parts(opposite).iter().any(|other| name(other) == name(part)));
                if !found {
                    alone.push((table, part));
                }
            }
        }
        alone
    };
    (alone(to, from, true), alone(from, to, false))
}

/// The table and all that names it.
fn rename_table(side: &mut Snapshot, old: &str, new: &str) {
    for table in &mut side.tables {
        if table.name == old {
            new.clone_into(&mut table.name);
        }
        for key in &mut table.foreign_keys {
            if key.foreign_table == old {
                new.clone_into(&mut key.foreign_table);
            }
        }
    }
}

/// The column and all that names it.
fn rename_column(side: &mut Snapshot, of: &str, old: &str, new: &str) {
    let rename = |columns: &mut Vec<String>| {
        for column in columns.iter_mut().filter(|column| *column == old) {
            new.clone_into(column);
        }
    };
    for table in &mut side.tables {
        let is_own = table.name == of;
        for key in &mut table.foreign_keys {
            if is_own {
                rename(&mut key.columns);
            }
            if key.foreign_table == of {
                rename(&mut key.foreign_columns);
            }
        }
        if !is_own {
            continue;
        }
        for column in table.columns.iter_mut().filter(|column| column.name == old) {
            new.clone_into(&mut column.name);
        }
        for key in &mut table.keys {
            rename(&mut key.columns);
        }
        for (column, _) in table
            .indexes
            .iter_mut()
            .flat_map(|index| &mut index.columns)
            .filter(|(column, expression)| column == old && !expression)
        {
            new.clone_into(column);
        }
    }
}

#[derive(Default)]
struct ColumnChanges {
    renamed: Vec<Step>,
    added: Vec<Step>,
    dropped: Vec<Step>,
}

/// Asks which columns were renamed: first in the tables that have new ones.
fn columns(from: &mut Snapshot, to: &Snapshot, created: &[&String], renames: &mut Renames) -> ColumnChanges {
    let mut result = ColumnChanges::default();
    let missing = |table: &KitTable, other: Option<&KitTable>| {
        let gone = |column: &&KitColumn| other.is_none_or(|other| other.column(&column.name).is_none());
        table.columns.iter().filter(gone).map(|column| column.name.clone()).collect::<Vec<String>>()
    };
    let created: HashSet<&String> = created.iter().copied().collect();
    let mut tables: IndexSet<String> = IndexSet::new();
    for table in to.tables.iter().filter(|table| !created.contains(&table.name)) {
        if !missing(table, from.table(&table.name)).is_empty() {
            tables.insert(table.name.clone());
        }
    }
    let mut others: Vec<&KitTable> = from.tables.iter().collect();
    others.sort_by_key(|table| table.place);
    for table in others {
        if to.table(&table.name).is_some() {
            tables.insert(table.name.clone());
        }
    }
    for name in tables {
        let (Some(before), Some(after)) = (from.table(&name), to.table(&name)) else { continue };
        let new = missing(after, Some(before));
        let old = if after.columns_open { Vec::new() } else { missing(before, Some(after)) };
        let item = |column: &String| Item {
            key: format!("{name}.{column}"),
            object: objects::of_table(ObjectKind::Column, &name, column),
        };
        let (items, old_items): (Vec<Item>, Vec<Item>) =
            (new.iter().map(item).collect(), old.iter().map(item).collect());
        let text = |key: &str| format!("Is {key} column created or renamed from another column?");
        let answers = renames.resolve("column", text, &items, &old_items);
        for (place, column) in old.iter().enumerate() {
            if !answers.contains(&Some(place))
                && let Some(column) = before.column(column)
            {
                result.dropped.push(steps::drop_column(&name, column));
            }
        }
        let mut renamed = Vec::new();
        for (column, answer) in new.iter().zip(&answers) {
            match (answer, after.column(column)) {
                (None, Some(column)) => {
                    let is_key = after.keys.first().is_some_and(|key| key.columns == [column.name.clone()]);
                    result.added.push(steps::add_column(&name, column, is_key));
                }
                (Some(place), _) => {
                    result.renamed.push(steps::rename_column(&name, &old[*place], column));
                    renamed.push((old[*place].clone(), column.clone()));
                }
                _ => {}
            }
        }
        for (old, new) in renamed {
            rename_column(from, &name, &old, &new);
        }
    }
    result
}

/// What the code leaves unnamed takes the name that its like has in the database.
fn preserve_names(from: &Snapshot, to: &mut Snapshot) {
    for before in &from.tables {
        let Some(after) = to.table_mut(&before.name) else { continue };
        for old in &before.foreign_keys {
            let alike = |key: &KitForeignKey| {
                !key.named
                    && key.columns == old.columns
                    && key.foreign_table == old.foreign_table
                    && key.foreign_columns == old.foreign_columns
                    && key.on_update == old.on_update
                    && key.on_delete == old.on_delete
            };
            take_name(&mut after.foreign_keys, &old.name, alike, |key| &mut key.name);
        }
        for old in &before.indexes {
            let alike = |index: &KitIndex| {
                !index.named
                    && index.columns == old.columns
                    && index.unique == old.unique
                    && index.options == old.options
            };
            take_name(&mut after.indexes, &old.name, alike, |index| &mut index.name);
        }
    }
}

fn take_name<T>(parts: &mut [T], name: &str, alike: impl Fn(&T) -> bool, own: impl Fn(&mut T) -> &mut String) {
    let places: Vec<usize> = parts.iter().enumerate().filter(|(_, part)| alike(part)).map(|(place, _)| place).collect();
    let [place] = places[..] else { return };
    let taken = parts.iter_mut().enumerate().any(|(other, part)| other != place && own(part) == name);
    if !taken {
        name.clone_into(own(&mut parts[place]));
    }
}

/// The steps for views: those that go, are renamed or altered, and those that come last.
fn views(from: &Snapshot, to: &Snapshot, renames: &mut Renames) -> (Vec<Step>, Vec<Step>) {
    let find = |views: &'_ [KitView], name: &str| views.iter().position(|view| view.name == name);
    let created: Vec<&KitView> = to.views.iter().filter(|view| find(&from.views, &view.name).is_none()).collect();
    let deleted: Vec<&KitView> = from.views.iter().filter(|view| find(&to.views, &view.name).is_none()).collect();
    let item = |view: &&KitView| Item { key: view.name.clone(), object: objects::view(&view.name) };
    let (new, old): (Vec<Item>, Vec<Item>) = (created.iter().map(item).collect(), deleted.iter().map(item).collect());
    let answers = renames.resolve_named("view", &new, &old);
    let mut first: Vec<Step> = deleted
        .iter()
        .enumerate()
        .filter(|(place, _)| !answers.contains(&Some(*place)))
        .map(|(_, view)| steps::drop_view(view))
        .collect();
    let mut last = Vec::new();
    for (view, answer) in created.iter().zip(&answers) {
        match answer {
            Some(place) => first.push(steps::rename_view(&deleted[*place].name, &view.name)),
            None => last.push(steps::create_view(view)),
        }
    }
    for before in &from.views {
        let renamed = deleted.iter().position(|view| view.name == before.name);
        let new_name = renamed.and_then(|place| answers.iter().position(|answer| *answer == Some(place)));
        let name = new_name.map_or(before.name.as_str(), |place| created[place].name.as_str());
        let Some(after) = to.views.iter().find(|view| view.name == name) else { continue };
        let algorithm = before.algorithm != after.algorithm && after.algorithm != "undefined";
        if algorithm || before.security != after.security || before.check_option != after.check_option {
            first.push(steps::alter_view(after));
        }
    }
    (first, last)
}

/// Foreign keys to columns that the code does not make unique: 1.0 gives up on a new one.
pub(super) fn refused(steps: &[Step], to: &Snapshot) -> Option<String> {
    steps.iter().filter_map(Step::new_foreign_key).find_map(|key| {
        let target = to.table(&key.foreign_table);
        let is_same = |columns: &[String]| {
            columns.len() == key.foreign_columns.len()
                && columns.iter().all(|column| key.foreign_columns.contains(column))
        };
        let is_unique = target.is_some_and(|target| {
            let unique = target.uniques.iter().chain(target.indexes.iter().filter(|index| index.unique));
            target.keys.iter().any(|key| is_same(&key.columns))
                || unique
                    .into_iter()
                    .any(|index| is_same(&index.columns.iter().map(|(column, _)| column.clone()).collect::<Vec<_>>()))
        });
        (!is_unique).then(|| {
            format!(
                "drizzle-kit 1.0 gives up on a foreign key of `{}` to `{}` ({}), which the code does not make unique",
                key.table,
                key.foreign_table,
                key.foreign_columns.join(", ")
            )
        })
    })
}
