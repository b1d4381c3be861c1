//! Push of drizzle-kit 0.x: the steps between the two snapshots, in its order.

use super::changes::{Changes, changes};
use super::columns_v0::column_steps;
use super::objects;
use super::snapshot::{KitForeignKey, KitIndex, KitTable, KitView, Snapshot};
use super::steps_v0::{self as steps, Expressions, Step};
use crate::catalog::ObjectKind;
use crate::push::renames::{Item, Renames};

/// What is found before the statements are written.
pub(super) struct Difference {
    /// The steps.
    pub steps: Vec<Step>,
    /// Renamed tables, from and to: 0.x looks at their rows under the new name, which nobody has yet.
    pub renamed: Vec<(String, String)>,
    /// Why drizzle-kit gives up here.
    pub crash: Option<String>,
}

/// The steps from `from`, the database, to `to`, the code. `open` says that the code may declare other tables.
pub(super) fn difference(mut from: Snapshot, mut to: Snapshot, open: bool, renames: &mut Renames) -> Difference {
    let expressions: Vec<(String, String)> = to
        .tables
        .iter()
        .flat_map(|table| &table.indexes)
        .flat_map(|index| {
            let expressions = index.columns.iter().filter(|(_, is_expression)| *is_expression);
            expressions.map(|(text, _)| (index.name.clone(), text.clone()))
        })
        .collect();
    let expressions = Expressions(expressions.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect());
    // Unique indexes are constraints to it.
    for table in from.tables.iter_mut().chain(&mut to.tables) {
        let (unique, others) = std::mem::take(&mut table.indexes).into_iter().partition(|index| index.unique);
        table.indexes = others;
        table.uniques.extend::<Vec<_>>(unique);
    }

    let (created, deleted, renamed) = tables(&mut from, &to, open, renames);
    let columns = columns(&mut from, &to, renames);
    let views = views(&mut from, &to, renames);

    let mut plan = Steps::default();
    plan.created.extend(created.iter().map(|table| steps::create_table(table, &expressions)));
    plan.deleted.extend(deleted.iter().map(steps::drop_table));
    plan.renamed.extend(renamed.iter().map(|(old, new)| steps::rename_table(old, new)));
    plan.renamed.extend(columns.renamed);
    plan.views = views.0;
    for table in &created {
        plan.new_references.extend(table.foreign_keys.iter().map(steps::add_foreign_key));
        let indexes = table.indexes.iter().map(|index| steps::create_index(&table.name, index, &expressions));
        plan.new_indexes.extend(indexes);
    }
    let (mut changed_drops, mut changed_creates) = (Vec::new(), Vec::new());
    for before in &from.tables {
        let Some(after) = to.table(&before.name).filter(|table| !table.broken) else { continue };
        table_steps(before, after, &expressions, &mut plan);
        // Written without knowing which keys are expressions.
        let altered = open_filtered(after, changes(&before.indexes, &after.indexes, |index| &index.name)).altered;
        let differs = |(old, new): &&(&KitIndex, &KitIndex)| old.pieces() != new.pieces() || old.options != new.options;
        for (old, new) in altered.iter().filter(differs) {
            changed_drops.push(steps::drop_index(&after.name, old));
            changed_creates.push(steps::create_index(&after.name, new, &Expressions(Vec::new())));
        }
    }
    plan.drop_indexes.extend(changed_drops);
    plan.create_indexes.extend(changed_creates);
    plan.add_columns = columns.added;
    plan.drop_columns = columns.dropped;

    let crash = crash(&to, &renamed, &plan);
    Difference { steps: plan.in_order(views.1), renamed, crash }
}

/// The steps by their kinds.
#[derive(Default)]
struct Steps {
    created: Vec<Step>,
    deleted: Vec<Step>,
    renamed: Vec<Step>,
    views: Vec<Step>,
    drop_uniques: Vec<Step>,
    drop_checks: Vec<Step>,
    drop_references: Vec<Step>,
    drop_indexes: Vec<Step>,
    drop_keys: Vec<Step>,
    columns: Vec<Step>,
    add_keys: Vec<Step>,
    add_columns: Vec<Step>,
    add_uniques: Vec<Step>,
    new_references: Vec<Step>,
    new_indexes: Vec<Step>,
    add_checks: Vec<Step>,
    add_references: Vec<Step>,
    create_indexes: Vec<Step>,
    drop_columns: Vec<Step>,
    alter_keys: Vec<Step>,
    /// Tables with columns that stop being generated.
    lost_generated: Vec<String>,
}

impl Steps {
    fn in_order(self, create_views: Vec<Step>) -> Vec<Step> {
        [
            self.created,
            self.deleted,
            self.renamed,
            self.views,
            self.drop_uniques,
            self.drop_checks,
            self.drop_references,
            self.drop_indexes,
            self.drop_keys,
            self.columns,
            self.add_keys,
            self.add_columns,
            self.add_uniques,
            self.new_references,
            self.new_indexes,
            self.add_checks,
            self.add_references,
            self.create_indexes,
            self.drop_columns,
            self.alter_keys,
            create_views,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Where the code may declare more, nothing of the database is undeclared.
fn open_filtered<'a, T>(after: &KitTable, mut changes: Changes<'a, T>) -> Changes<'a, T> {
    if after.extras_open {
        changes.deleted.clear();
    }
    changes
}

fn table_steps(before: &KitTable, after: &KitTable, expressions: &Expressions, plan: &mut Steps) {
    let table = &after.name;
    let keys = open_filtered(after, changes(&before.keys, &after.keys, |key| &key.name));
    plan.add_keys.extend(keys.added.iter().map(|key| steps::add_key(table, &key.columns)));
    plan.drop_keys.extend(keys.deleted.iter().map(|_| steps::drop_key(table)));
    plan.alter_keys.extend(keys.altered.iter().map(|(_, key)| steps::alter_key(table, &key.columns)));

    let uniques = open_filtered(after, changes(&before.uniques, &after.uniques, |unique| &unique.name));
    let altered = || uniques.altered.iter().filter(|(old, new)| old.pieces() != new.pieces());
    plan.add_uniques.extend(uniques.added.iter().map(|unique| steps::add_unique(table, unique)));
    plan.add_uniques.extend(altered().map(|(_, unique)| steps::add_unique(table, unique)));
    let of_serial = |unique: &KitIndex| {
        let is_serial =
            |side: &KitTable, column: &str| side.column(column).is_some_and(|column| column.type_text() == "serial");
        matches!(&unique.pieces()[..], [column] if is_serial(before, column) && is_serial(after, column))
    };
    let dropped = uniques.deleted.iter().copied().chain(altered().map(|(unique, _)| *unique));
    plan.drop_uniques.extend(dropped.map(|unique| steps::drop_unique(table, unique, of_serial(unique))));

    // The condition is not compared.
    let checks = open_filtered(after, changes(&before.checks, &after.checks, |check| &check.name));
    plan.add_checks.extend(checks.added.iter().map(|check| steps::add_check(table, &check.name, &check.expression)));
    plan.drop_checks.extend(checks.deleted.iter().map(|check| steps::drop_check(table, &check.name)));

    let references = open_filtered(after, changes(&before.foreign_keys, &after.foreign_keys, |key| &key.name));
    let altered = || {
        let named = |key: &KitForeignKey| KitForeignKey { named: true, ..key.clone() };
        references.altered.iter().filter(move |(old, new)| named(old) != named(new))
    };
    plan.add_references.extend(references.added.iter().map(|key| steps::add_foreign_key(key)));
    plan.add_references.extend(altered().map(|(_, key)| steps::add_foreign_key(key)));
    plan.drop_references.extend(references.deleted.iter().map(|key| steps::drop_foreign_key(table, key)));
    plan.drop_references.extend(altered().map(|(key, _)| steps::drop_foreign_key(table, key)));

    let indexes = open_filtered(after, changes(&before.indexes, &after.indexes, |index| &index.name));
    let added = indexes.added.iter().map(|index| steps::create_index(table, index, expressions));
    plan.create_indexes.extend(added);
    plan.drop_indexes.extend(indexes.deleted.iter().map(|index| steps::drop_index(table, index)));

    let (columns, lost_generated) = column_steps(before, after);
    plan.columns.extend(columns);
    if lost_generated {
        plan.lost_generated.push(after.name.clone());
    }
}

/// What ends drizzle-kit once it has asked what was renamed.
fn crash(to: &Snapshot, renamed: &[(String, String)], plan: &Steps) -> Option<String> {
    if renamed.iter().any(|(_, new)| plan.lost_generated.contains(new)) {
        return Some("drizzle-kit 0.x crashes where a renamed table has a column that is no longer generated".into());
    }
    for step in &plan.drop_uniques {
        let steps::Kind::DropUnique { columns, .. } = &step.kind else { continue };
        let [column] = &columns[..] else { continue };
        if to.table(&step.table).is_some_and(|table| table.column(column).is_none()) {
            return Some(format!(
                "drizzle-kit 0.x crashes (\"reading 'type'\") because the unique column \"{}\".\"{column}\" goes with its \
                 constraint; drop the constraint by hand first",
                step.table
            ));
        }
    }
    None
}

/// Asks which tables were renamed, and gives those of the database their new names.
fn tables(
    from: &mut Snapshot,
    to: &Snapshot,
    open: bool,
    renames: &mut Renames,
) -> (Vec<KitTable>, Vec<KitTable>, Vec<(String, String)>) {
    let created: Vec<&KitTable> =
        to.tables.iter().filter(|table| !table.broken && from.table(&table.name).is_none()).collect();
    let deleted: Vec<&KitTable> = from.tables.iter().filter(|table| !open && to.table(&table.name).is_none()).collect();
    let item = |table: &&KitTable| Item { key: table.name.clone(), object: objects::table(&table.name) };
    let (new, old): (Vec<Item>, Vec<Item>) = (created.iter().map(item).collect(), deleted.iter().map(item).collect());
    let answers = renames.resolve_named("table", &new, &old);
    let mut renamed = Vec::new();
    for (table, answer) in created.iter().zip(&answers) {
        if let Some(old) = answer {
            renamed.push((deleted[*old].name.clone(), table.name.clone()));
        }
    }
    let is_old = |name: &str| renamed.iter().any(|(old, _)| old == name);
    let is_new = |name: &str| renamed.iter().any(|(_, new)| new == name);
    let created: Vec<KitTable> = created.into_iter().filter(|table| !is_new(&table.name)).cloned().collect();
    let deleted: Vec<KitTable> = deleted.into_iter().filter(|table| !is_old(&table.name)).cloned().collect();
    for table in &mut from.tables {
        if let Some((_, new)) = renamed.iter().find(|(old, _)| *old == table.name) {
            table.name.clone_from(new);
        }
    }
    (created, deleted, renamed)
}

#[derive(Default)]
struct ColumnChanges {
    renamed: Vec<Step>,
    added: Vec<Step>,
    dropped: Vec<Step>,
}

/// Asks which columns were renamed, and gives those of the database their new names.
fn columns(from: &mut Snapshot, to: &Snapshot, renames: &mut Renames) -> ColumnChanges {
    let mut result = ColumnChanges::default();
    for before in &mut from.tables {
        let Some(after) = to.table(&before.name).filter(|table| !table.broken) else { continue };
        let table = after.name.clone();
        let item =
            |name: &str| Item { key: name.to_owned(), object: objects::of_table(ObjectKind::Column, &table, name) };
        let created: Vec<_> = after.columns.iter().filter(|column| before.column(&column.name).is_none()).collect();
        let deleted: Vec<String> = before
            .columns
            .iter()
            .filter(|column| !after.columns_open && after.column(&column.name).is_none())
            .map(|column| column.name.clone())
            .collect();
        let new: Vec<Item> = created.iter().map(|column| item(&column.name)).collect();
        let old: Vec<Item> = deleted.iter().map(|name| item(name)).collect();
        let answers = renames.resolve_columns(&table, &new, &old);
        for (column, answer) in created.iter().zip(&answers) {
            match answer {
                None => result.added.push(steps::add_column(&table, column)),
                Some(old) => result.renamed.push(steps::rename_column(&table, &deleted[*old], &column.name)),
            }
        }
        for (place, name) in deleted.iter().enumerate() {
            match answers.iter().position(|answer| *answer == Some(place)) {
                Some(new) => {
                    if let Some(column) = before.columns.iter_mut().find(|column| column.name == *name) {
                        column.name.clone_from(&created[new].name);
                    }
                }
                None => result.dropped.extend(before.column(name).map(|column| steps::drop_column(&table, column))),
            }
        }
    }
    result
}

/// The steps for views: those that go, are renamed or altered, and those that come last.
fn views(from: &mut Snapshot, to: &Snapshot, renames: &mut Renames) -> (Vec<Step>, Vec<Step>) {
    let found = changes(&from.views, &to.views, |view| &view.name);
    let item = |name: &str| Item { key: name.to_owned(), object: objects::view(name) };
    let new: Vec<Item> = found.added.iter().map(|view| item(&view.name)).collect();
    let old: Vec<Item> = found.deleted.iter().map(|view| item(&view.name)).collect();
    let answers = renames.resolve_named("view", &new, &old);
    let (mut first, mut renamed, mut created) = (Vec::new(), Vec::new(), Vec::new());
    let mut pairs: Vec<(usize, usize)> = Vec::new();
    for (place, view) in found.deleted.iter().enumerate() {
        if !answers.contains(&Some(place)) {
            first.push(steps::drop_view(view));
        }
    }
    for (place, view) in found.added.iter().enumerate() {
        match answers[place] {
            // One that only exists is asked about like any other, and left alone.
            _ if view.existing => {}
            None => created.push(steps::create_view(view)),
            Some(old) => {
                renamed.push(steps::rename_view(&found.deleted[old].name, &view.name));
                pairs.push((old, place));
            }
        }
    }
    first.extend(renamed);
    let renamed = pairs.iter().map(|(old, new)| (found.deleted[*old], found.added[*new]));
    let both =
        from.views.iter().filter_map(|view| Some((view, to.views.iter().find(|other| other.name == view.name)?)));
    for (before, after) in both.chain(renamed).filter(|(_, after)| !after.existing) {
        let options = |view: &KitView| (view.algorithm.clone(), view.security.clone(), view.check_option.clone());
        if options(before) != options(after) {
            first.push(steps::alter_view(after));
        }
    }
    (first, created)
}
