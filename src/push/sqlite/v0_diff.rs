//! How drizzle-kit 0.x gets from the snapshot of the database to that of the code: its steps, in its order.

use std::borrow::Cow;

use indexmap::IndexMap;

use super::objects;
use super::v0_snapshot::{Column, ForeignKey, Snapshot, Table, in_script_order};
use crate::catalog::{Dialect, ObjectRef, UniqueForm};
use crate::push::renames::{Item, Renames};
use crate::push::{Aspect, Touch};

/// One thing to do, before it is SQL.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub kind: Kind,
    /// The table that it is about; none of a view.
    pub table: Option<String>,
    pub touches: Vec<Touch>,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    CreateTable,
    DropTable,
    RenameTable {
        from: String,
    },
    RenameColumn {
        from: String,
        to: String,
    },
    DropColumn {
        column: String,
    },
    /// With what drizzle-kit takes for the reference of the column.
    AddColumn {
        column: Column,
        reference: Option<String>,
    },
    /// Whether it is known which keys are expressions.
    CreateIndex {
        squashed: String,
        expressions: bool,
    },
    DropIndex {
        name: String,
    },
    AddReference {
        key: ForeignKey,
    },
    DropReference,
    /// A composite key or a check changes.
    Constraint,
    Alter {
        column: String,
        change: Change,
    },
    /// The column is dropped and added again.
    Regenerate {
        column: String,
    },
    CreateView {
        name: String,
        definition: Option<String>,
    },
    DropView {
        name: String,
    },
    Rebuild,
}

/// What of a column changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Autoincrement,
    Type,
    PrimaryKey,
    SetDefault,
    DropDefault,
    SetNotNull,
    DropNotNull,
}

/// The steps, and under which name each table of the code stands in the database where that is another.
pub(super) struct Difference {
    pub steps: Vec<Step>,
    pub former_names: IndexMap<String, String>,
}

/// A table that both sides have, with columns under their new names.
struct Pair<'a> {
    old: Cow<'a, Table>,
    new: &'a Table,
}

impl Step {
    fn new(kind: Kind, table: &str, touches: Vec<Touch>) -> Self {
        Self { kind, table: Some(table.to_owned()), touches }
    }
}

fn touch(object: ObjectRef, aspect: Aspect) -> Vec<Touch> {
    vec![Touch::new(object, aspect)]
}

fn item(name: &str, object: ObjectRef) -> Item {
    Item { key: name.to_owned(), object }
}

/// An index, and where the code declares a unique constraint, that one.
fn index_touches(object: &ObjectRef, form: UniqueForm, aspect: Aspect) -> Vec<Touch> {
    let mut touches = touch(object.clone(), aspect);
    if form != UniqueForm::Index {
        touches
            .insert(0, Touch::new(objects::unique(object.table.as_deref().unwrap_or_default(), &object.name), aspect));
    }
    touches
}

/// The difference of two snapshots.
pub(super) fn difference(dialect: Dialect, old: &Snapshot, new: &Snapshot, renames: &mut Renames) -> Difference {
    let created: Vec<&Table> = new.tables.values().filter(|table| !old.tables.contains_key(&table.name)).collect();
    let deleted: Vec<&Table> = old.tables.values().filter(|table| !new.tables.contains_key(&table.name)).collect();
    let items = |tables: &[&Table]| {
        tables.iter().map(|table| item(&table.name, objects::table(&table.name))).collect::<Vec<_>>()
    };
    let answers = renames.resolve_named("table", &items(&created), &items(&deleted));
    let mut former_names: IndexMap<String, String> = IndexMap::new();
    for (table, answer) in created.iter().zip(&answers) {
        if let Some(place) = answer {
            former_names.insert(table.name.clone(), deleted[*place].name.clone());
        }
    }
    let is_renamed = |name: &str| former_names.values().any(|former| former == name);

    let mut parts = Parts::default();
    for table in created.iter().filter(|table| !former_names.contains_key(&table.name)) {
        parts.create_table(table);
    }
    for table in deleted.iter().filter(|table| !is_renamed(&table.name)) {
        let touches = touch(objects::table(&table.name), Aspect::Absence);
        parts.dropped_tables.push(Step::new(Kind::DropTable, &table.name, touches));
    }
    for (name, from) in &former_names {
        let touches = vec![
            Touch::new(objects::table(name), Aspect::Existence),
            Touch::new(objects::table(from), Aspect::Absence),
        ];
        parts.renamed_tables.push(Step::new(Kind::RenameTable { from: from.clone() }, name, touches));
    }

    let mut patched: IndexMap<String, Cow<Table>> = IndexMap::new();
    for table in old.tables.values() {
        let to = former_names.iter().find(|(_, from)| **from == table.name).map(|(to, _)| to);
        let table = match to {
            Some(to) => Cow::Owned(Table { name: to.clone(), ..table.clone() }),
            None => Cow::Borrowed(table),
        };
        patched.insert(table.name.clone(), table);
    }
    in_script_order(&mut patched);
    let mut pairs = Vec::new();
    for table in patched.into_values() {
        let Some(counterpart) = new.tables.get(&table.name) else { continue };
        let mut pair = Pair { old: table, new: counterpart };
        parts.columns(&mut pair, renames);
        pairs.push(pair);
    }
    for pair in &pairs {
        parts.constraints(pair);
    }
    for pair in &pairs {
        parts.indexes(dialect, pair);
    }
    for pair in &pairs {
        parts.altered_indexes(pair);
    }
    parts.views(old, new, renames);
    let steps = combine(dialect, parts.into_steps(dialect), new);
    Difference { steps, former_names }
}

/// Steps by kind, from which the whole is put together.
#[derive(Default)]
struct Parts {
    created_tables: Vec<Step>,
    created_indexes: Vec<Step>,
    dropped_tables: Vec<Step>,
    renamed_tables: Vec<Step>,
    renamed_columns: Vec<Step>,
    dropped_columns: Vec<Step>,
    added_columns: Vec<Step>,
    dropped_references: Vec<Step>,
    added_references: Vec<Step>,
    deleted_checks: Vec<Step>,
    created_checks: Vec<Step>,
    dropped_indexes: Vec<Step>,
    added_indexes: Vec<Step>,
    deleted_keys: Vec<Step>,
    added_keys: Vec<Step>,
    altered_keys: Vec<Step>,
    alterations: Vec<Step>,
    dropped_views: Vec<Step>,
    created_views: Vec<Step>,
}

impl Parts {
    fn create_table(&mut self, table: &Table) {
        let name = &table.name;
        let mut touches = touch(objects::table(name), Aspect::Existence);
        touches.extend(table.foreign_keys.values().map(|key| Touch::new(key.object.clone(), Aspect::Existence)));
        touches.extend(table.checks.values().map(|check| Touch::new(check.object.clone(), Aspect::Existence)));
        self.created_tables.push(Step::new(Kind::CreateTable, name, touches));
        for index in table.indexes.values() {
            let kind = Kind::CreateIndex { squashed: index.squashed.clone(), expressions: true };
            let mut touches = index_touches(&index.object, index.form, Aspect::Existence);
            touches.push(Touch::new(objects::table(name), Aspect::Existence));
            self.created_indexes.push(Step::new(kind, name, touches));
        }
    }

    /// Asks which columns are renamed, notes what comes and goes, and gives the old table the new names.
    fn columns(&mut self, pair: &mut Pair, renames: &mut Renames) {
        let (table, name) = (pair.new, &pair.new.name);
        let created: Vec<&Column> =
            table.columns.values().filter(|column| !pair.old.columns.contains_key(&column.name)).collect();
        let deleted: Vec<String> =
            pair.old.columns.keys().filter(|column| !table.columns.contains_key(*column)).cloned().collect();
        let new: Vec<Item> =
            created.iter().map(|column| item(&column.name, objects::column(name, &column.name))).collect();
        let gone: Vec<Item> = deleted.iter().map(|column| item(column, objects::column(name, column))).collect();
        let answers = renames.resolve_columns(name, &new, &gone);
        for (column, answer) in created.iter().zip(&answers) {
            let object = objects::column(name, &column.name);
            let Some(from) = answer.map(|place| deleted[place].clone()) else {
                if column.generated.as_ref().is_none_or(|(_, kind)| kind != "stored") {
                    let kind =
                        Kind::AddColumn { column: (*column).clone(), reference: misread_reference(pair, &column.name) };
                    self.added_columns.push(Step::new(kind, name, touch(object, Aspect::Existence)));
                }
                continue;
            };
            let touches =
                vec![Touch::new(object, Aspect::Existence), Touch::new(objects::column(name, &from), Aspect::Absence)];
            let kind = Kind::RenameColumn { from: from.clone(), to: column.name.clone() };
            self.renamed_columns.push(Step::new(kind, name, touches));
            let old = pair.old.to_mut();
            let columns = std::mem::take(&mut old.columns);
            old.columns = columns
                .into_iter()
                .map(|(key, old)| match key == from {
                    true => (column.name.clone(), Column { name: column.name.clone(), ..old }),
                    false => (key, old),
                })
                .collect();
            in_script_order(&mut old.columns);
        }
        for column in deleted.iter().filter(|column| pair.old.columns.contains_key(*column)) {
            let touches = touch(objects::column(name, column), Aspect::Absence);
            self.dropped_columns.push(Step::new(Kind::DropColumn { column: column.clone() }, name, touches));
        }
    }

    /// Keys, checks and the columns that both sides have.
    fn constraints(&mut self, pair: &Pair) {
        let (old, new) = (&pair.old, pair.new);
        let name = &new.name;
        let key_touches = |aspect| {
            let objects = [&new.key_object, &old.key_object];
            objects.into_iter().flatten().map(|object| Touch::new(object.clone(), aspect)).collect::<Vec<_>>()
        };
        let constraint = |touches| Step::new(Kind::Constraint, name, touches);
        let added: Vec<&Vec<String>> =
            new.keys.iter().filter(|(key, _)| !old.keys.contains_key(*key)).map(|(_, columns)| columns).collect();
        let deleted: Vec<&Vec<String>> =
            old.keys.iter().filter(|(key, _)| !new.keys.contains_key(*key)).map(|(_, columns)| columns).collect();
        if added.last() != deleted.last() {
            self.added_keys.extend(added.iter().map(|_| constraint(key_touches(Aspect::Existence))));
            self.deleted_keys.extend(deleted.iter().map(|_| constraint(key_touches(Aspect::Absence))));
        }
        let altered = new.keys.iter().filter(|(key, columns)| old.keys.get(*key).is_some_and(|old| old != *columns));
        self.altered_keys.extend(altered.map(|_| constraint(key_touches(Aspect::Definition))));

        let checks = new.checks.iter().filter(|(check, _)| !old.checks.contains_key(*check));
        self.created_checks.extend(checks.map(|(_, check)| constraint(touch(check.object.clone(), Aspect::Existence))));
        let checks = old.checks.iter().filter(|(check, _)| !new.checks.contains_key(*check));
        self.deleted_checks.extend(checks.map(|(check, found)| {
            let mut touches = touch(found.object.clone(), Aspect::Absence);
            touches.push(Touch::new(objects::check(name, check), Aspect::Absence));
            constraint(touches)
        }));
        self.alterations.extend(alterations(pair));
    }

    fn indexes(&mut self, dialect: Dialect, pair: &Pair) {
        let (old, new) = (&pair.old, pair.new);
        let name = &new.name;
        for index in new.indexes.iter().filter(|(index, _)| !old.indexes.contains_key(*index)).map(|(_, index)| index) {
            let kind = Kind::CreateIndex { squashed: index.squashed.clone(), expressions: true };
            self.added_indexes.push(Step::new(kind, name, index_touches(&index.object, index.form, Aspect::Existence)));
        }
        for (index, found) in old.indexes.iter().filter(|(index, _)| !new.indexes.contains_key(*index)) {
            let touches = index_touches(&found.object, found.form, Aspect::Absence);
            self.dropped_indexes.push(Step::new(Kind::DropIndex { name: index.clone() }, name, touches));
        }
        for (squashed, key) in &new.foreign_keys {
            if !old.foreign_keys.contains_key(squashed) {
                let touches = touch(key.object.clone(), Aspect::Existence);
                self.added_references.push(Step::new(Kind::AddReference { key: key.clone() }, name, touches));
            }
        }
        for (squashed, key) in &old.foreign_keys {
            // On libSQL, a key whose columns all go is not looked at.
            let gone = dialect == Dialect::Turso && !key.columns.iter().any(|column| new.columns.contains_key(column));
            if !new.foreign_keys.contains_key(squashed) && !gone {
                self.dropped_references.push(Step::new(
                    Kind::DropReference,
                    name,
                    touch(key.object.clone(), Aspect::Absence),
                ));
            }
        }
    }

    /// Indexes of one name that differ are dropped and created, after those that only one side has.
    fn altered_indexes(&mut self, pair: &Pair) {
        for (name, old) in &pair.old.indexes {
            let Some(new) = pair.new.indexes.get(name).filter(|new| new.squashed != old.squashed) else { continue };
            let touches = index_touches(&new.object, UniqueForm::Column, Aspect::Definition);
            let kind = Kind::CreateIndex { squashed: new.squashed.clone(), expressions: true };
            self.added_indexes.push(Step::new(kind, &pair.new.name, touches.clone()));
            self.dropped_indexes.push(Step::new(Kind::DropIndex { name: name.clone() }, &pair.new.name, touches));
        }
    }

    fn views(&mut self, old: &Snapshot, new: &Snapshot, renames: &mut Renames) {
        let created: Vec<_> = new.views.iter().filter(|(name, _)| !old.views.contains_key(*name)).collect();
        let deleted: Vec<&String> = old.views.keys().filter(|name| !new.views.contains_key(*name)).collect();
        let items = |names: &[&String]| names.iter().map(|name| item(name, objects::view(name))).collect::<Vec<_>>();
        let names: Vec<&String> = created.iter().map(|(name, _)| *name).collect();
        let answers = renames.resolve_named("view", &items(&names), &items(&deleted));
        let step = |kind, touches| Step { kind, table: None, touches };
        let mut renamed = Vec::new();
        for ((name, view), answer) in created.into_iter().zip(answers) {
            let mut touches = touch(objects::view(name), Aspect::Existence);
            let former = answer.map(|place| deleted[place]);
            touches.extend(former.map(|former| Touch::new(objects::view(former), Aspect::Absence)));
            let create = Kind::CreateView { name: name.clone(), definition: view.definition.clone() };
            let create = (!view.existing).then(|| step(create, touches.clone()));
            match former {
                Some(former) => {
                    let drop = Kind::DropView { name: former.clone() };
                    renamed.push((former, create.map(|create| (step(drop, touches), create))));
                }
                None => self.created_views.extend(create),
            }
        }
        for name in deleted.iter().filter(|name| !renamed.iter().any(|(former, _)| former == *name)) {
            let touches = touch(objects::view(name), Aspect::Absence);
            self.dropped_views.push(step(Kind::DropView { name: (*name).clone() }, touches));
        }
        for (drop, create) in renamed.into_iter().filter_map(|(_, steps)| steps) {
            self.dropped_views.push(drop);
            self.created_views.push(create);
        }
    }

    fn into_steps(self, dialect: Dialect) -> Vec<Step> {
        let views = [self.dropped_views, self.created_views];
        let (early, late) = if dialect == Dialect::Turso { (Some(views), None) } else { (None, Some(views)) };
        let mut steps: Vec<Step> = [
            self.created_tables,
            self.dropped_tables,
            self.renamed_tables,
            self.renamed_columns,
            self.dropped_references,
            self.deleted_checks,
            self.dropped_indexes,
            self.deleted_keys,
            self.alterations,
            self.added_keys,
            self.added_columns,
            self.created_indexes,
            self.added_indexes,
            self.created_checks,
        ]
        .into_iter()
        .chain(early.into_iter().flatten())
        .flatten()
        .collect();
        steps.extend(self.added_references);
        steps.extend(self.dropped_columns);
        steps.extend(self.altered_keys);
        steps.extend(late.into_iter().flatten().flatten());
        steps
    }
}

/// drizzle-kit takes the parts of an added foreign key for others, and so finds the reference of a column only where the
/// column is called like the table referred to; it then writes the rest down wrongly.
fn misread_reference(pair: &Pair, column: &str) -> Option<String> {
    let added = pair.new.foreign_keys.iter().filter(|(squashed, _)| !pair.old.foreign_keys.contains_key(*squashed));
    let mut found = added.map(|(_, key)| key).filter(|key| key.foreign_table.split(',').any(|part| part == column));
    found.next().map(|key| format!(" REFERENCES {}({})", key.foreign_columns.join(","), key.on_update))
}

/// The changes of the columns that both sides have.
fn alterations(pair: &Pair) -> Vec<Step> {
    let (mut dropped_keys, mut set_keys, mut rest) = (Vec::new(), Vec::new(), Vec::new());
    let table = &pair.new.name;
    for old in pair.old.columns.values() {
        let Some(new) = pair.new.columns.get(&old.name) else { continue };
        let type_differs = old.sql_type != new.sql_type;
        if type_differs && old.sql_type.replacen(" (", "(", 1) == new.sql_type.replacen(" (", "(", 1) {
            // Then no difference of the column counts.
            continue;
        }
        let object = objects::column(table, &new.name);
        let alter = |change, aspect| {
            Step::new(Kind::Alter { column: new.name.clone(), change }, table, touch(object.clone(), aspect))
        };
        let autoincrement = old.autoincrement != new.autoincrement;
        if autoincrement {
            rest.push(alter(Change::Autoincrement, Aspect::Identity));
        }
        if type_differs {
            rest.push(alter(Change::Type, Aspect::Type));
        }
        if old.primary != new.primary {
            let objects = [&pair.new.key_object, &pair.old.key_object];
            let touches = objects.into_iter().flatten().flat_map(|object| {
                [Aspect::Definition, Aspect::Existence, Aspect::Absence]
                    .map(|aspect| Touch::new(object.clone(), aspect))
            });
            let kind = Kind::Alter { column: new.name.clone(), change: Change::PrimaryKey };
            let step = Step::new(kind, table, touches.collect());
            let composite = pair.new.keys.contains_key(&format!("{table}_{}", new.name));
            match new.primary {
                true if !autoincrement => set_keys.push(step),
                false if !composite => dropped_keys.push(step),
                _ => {}
            }
        }
        match (&old.default, &new.default) {
            (_, Some(_)) if old.default != new.default => rest.push(alter(Change::SetDefault, Aspect::Default)),
            (Some(_), None) => rest.push(alter(Change::DropDefault, Aspect::Default)),
            _ => {}
        }
        if old.not_null != new.not_null {
            let change = if new.not_null { Change::SetNotNull } else { Change::DropNotNull };
            rest.push(alter(change, Aspect::Nullability));
        }
        let becomes_stored = new.generated.as_ref().is_some_and(|(_, kind)| kind == "stored");
        if old.generated != new.generated && !becomes_stored {
            let touches = touch(object, Aspect::Generated);
            rest.push(Step::new(Kind::Regenerate { column: new.name.clone() }, table, touches));
        }
    }
    dropped_keys.into_iter().chain(set_keys).chain(rest).collect()
}

/// Groups the steps by table, and puts the rebuild of a table in the place of steps that SQLite cannot take.
fn combine(dialect: Dialect, steps: Vec<Step>, new: &Snapshot) -> Vec<Step> {
    let mut groups: IndexMap<String, Vec<Step>> = IndexMap::new();
    for step in steps {
        let key = step.table.clone().unwrap_or_else(|| "undefined".into());
        let table = step.table.as_ref().and_then(|table| new.tables.get(table));
        let known = groups.contains_key(&key);
        let group = groups.entry(key).or_default();
        if let Some(rebuild) = group.iter_mut().find(|step| matches!(step.kind, Kind::Rebuild)) {
            rebuild.touches.extend(step.touches);
            continue;
        }
        let treatment = table.map_or(Treatment::Keep, |table| treatment(dialect, &step, table, group, known));
        match (treatment, table) {
            (Treatment::Rebuild, Some(table)) => {
                let mut touches: Vec<Touch> = group.iter().flat_map(|step| step.touches.clone()).collect();
                touches.extend(step.touches);
                if !group.iter().any(|step| matches!(step.kind, Kind::RenameTable { .. })) {
                    group.clear();
                }
                group.push(Step::new(Kind::Rebuild, &table.name, touches));
                group.extend(table.indexes.values().map(|index| {
                    let kind = Kind::CreateIndex { squashed: index.squashed.clone(), expressions: false };
                    Step::new(kind, &table.name, Vec::new())
                }));
            }
            (Treatment::Forget, _) => {}
            _ => group.push(step),
        }
    }
    in_script_order(&mut groups);
    let mut steps = Vec::new();
    for mut group in groups.into_values() {
        let rebuilding = group.iter().find(|step| matches!(step.kind, Kind::Rebuild)).map(|step| step.touches.clone());
        for step in group.iter_mut().filter(|step| step.touches.is_empty()) {
            step.touches = rebuilding.clone().unwrap_or_default();
        }
        steps.extend(group);
    }
    let rank = |step: &Step| match step.kind {
        Kind::RenameTable { .. } => 0,
        Kind::RenameColumn { .. } => 1,
        _ => 2,
    };
    steps.sort_by_key(rank);
    steps
}

enum Treatment {
    Keep,
    Rebuild,
    Forget,
}

fn treatment(dialect: Dialect, step: &Step, table: &Table, group: &[Step], known: bool) -> Treatment {
    let adds = |name: Option<&String>| {
        group.iter().any(|step| matches!(&step.kind, Kind::AddColumn { column, .. } if Some(&column.name) == name))
    };
    match (&step.kind, dialect == Dialect::Turso) {
        (Kind::DropReference | Kind::Constraint, _) => Treatment::Rebuild,
        (Kind::AddColumn { column, .. }, _) if column.primary => Treatment::Rebuild,
        (Kind::Alter { .. }, false) => Treatment::Rebuild,
        (Kind::Alter { change: Change::Autoincrement | Change::PrimaryKey, .. }, true) => Treatment::Rebuild,
        (Kind::Alter { column, .. }, true) => {
            let refers = table.foreign_keys.values().any(|key| key.columns.contains(column));
            let is_key = table.columns.get(column).is_some_and(|column| column.primary);
            if refers || is_key { Treatment::Rebuild } else { Treatment::Keep }
        }
        (Kind::AddReference { key }, false) => match key.columns.as_slice() {
            [column] if known && adds(Some(column)) => Treatment::Forget,
            _ => Treatment::Rebuild,
        },
        (Kind::AddReference { key }, true) => {
            if key.columns.len() > 1 || key.foreign_columns.len() > 1 {
                Treatment::Rebuild
            } else if known && adds(key.columns.first()) {
                Treatment::Forget
            } else {
                Treatment::Keep
            }
        }
        _ => Treatment::Keep,
    }
}
