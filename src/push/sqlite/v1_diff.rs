//! What drizzle-kit 1.0 finds between the entities of the database and those of the code: what comes, goes, is renamed and is built
//! anew.

use std::collections::{HashMap, HashSet};

use indexmap::IndexMap;

use super::objects;
use super::v1_snapshot::{Column, Entities, ForeignKey, Key, OfTable, by_name};
use crate::catalog::ObjectRef;
use crate::push::renames::{Item, Renames};
use crate::push::{Aspect, Touch};

/// The tables that are built anew, in order, with what each answers.
pub(super) type Rebuilds = IndexMap<String, Vec<Touch>>;

pub(super) fn touch(object: &ObjectRef, aspect: Aspect) -> Vec<Touch> {
    vec![Touch::new(object.clone(), aspect)]
}

fn item(key: String, object: ObjectRef) -> Item {
    Item { key, object }
}

/// What lies between two sides, both with the names that they have once renames are answered.
pub(super) struct Change {
    pub old: Entities,
    pub new: Entities,
    pub difference: Difference,
    pub rebuilds: Rebuilds,
}

/// Finds what makes `new` of `old`.
pub(super) fn change(mut old: Entities, mut new: Entities, renames: &mut Renames) -> Change {
    let mut difference = Difference::default();
    difference.tables(&mut old, &new, renames);
    difference.columns(&mut old, &new, renames);
    preserve_names(&old.uniques, &mut new.uniques);
    preserve_names(&old.keys, &mut new.keys);
    preserve_reference_names(&old.foreign_keys, &mut new.foreign_keys);
    let rebuilds = difference.rebuilds(&old, &new);
    Change { old, new, difference, rebuilds }
}

/// Gives what the code leaves unnamed the name that it has in the database, where that is the only difference.
fn preserve_names(old: &[Key], new: &mut [Key]) {
    let by_table = by_table(new.iter().map(|key| &key.table));
    for left in old {
        let Some(places) = by_table.get(&left.table) else { continue };
        let alike = |key: &Key| !key.name_is_explicit && key.columns == left.columns;
        let mut found = places.iter().copied().filter(|place| alike(&new[*place]));
        let (Some(place), None) = (found.next(), found.next()) else { continue };
        if !places.iter().any(|other| new[*other].name == left.name) {
            new[place].name.clone_from(&left.name);
        }
    }
}

fn preserve_reference_names(old: &[ForeignKey], new: &mut [ForeignKey]) {
    let by_table = by_table(new.iter().map(|key| &key.table));
    for left in old {
        let Some(places) = by_table.get(&left.table) else { continue };
        let alike = |key: &ForeignKey| !key.name_is_explicit && key.says(left);
        let mut found = places.iter().copied().filter(|place| alike(&new[*place]));
        let (Some(place), None) = (found.next(), found.next()) else { continue };
        if !places.iter().any(|other| new[*other].name == left.name) {
            new[place].name.clone_from(&left.name);
        }
    }
}

/// The places of the entities of each table.
fn by_table<'a>(tables: impl Iterator<Item = &'a String>) -> HashMap<String, Vec<usize>> {
    let mut result: HashMap<String, Vec<usize>> = HashMap::new();
    for (place, table) in tables.enumerate() {
        result.entry(table.clone()).or_default().push(place);
    }
    result
}

/// What comes, goes and is renamed.
#[derive(Default)]
pub(super) struct Difference {
    pub created_tables: Vec<String>,
    pub deleted_tables: Vec<String>,
    /// New and former name.
    pub renamed_tables: Vec<(String, String)>,
    pub created_columns: Vec<Column>,
    pub deleted_columns: Vec<Column>,
    /// Table, former and new name.
    pub renamed_columns: Vec<(String, String, String)>,
}

impl Difference {
    fn tables(&mut self, old: &mut Entities, new: &Entities, renames: &mut Renames) {
        let (left, right): (HashSet<String>, HashSet<&String>) =
            (old.tables.iter().cloned().collect(), new.tables.iter().collect());
        let created: Vec<&String> = new.tables.iter().filter(|table| !left.contains(*table)).collect();
        let deleted: Vec<String> = old.tables.iter().filter(|table| !right.contains(table)).cloned().collect();
        let items = |tables: Vec<&String>| -> Vec<Item> {
            tables.into_iter().map(|table| item(table.clone(), objects::table(table))).collect()
        };
        let answers = renames.resolve_named("table", &items(created.clone()), &items(deleted.iter().collect()));
        for (table, answer) in created.into_iter().zip(answers) {
            match answer {
                Some(place) => {
                    old.rename_table(&deleted[place], table);
                    self.renamed_tables.push((table.clone(), deleted[place].clone()));
                }
                None => self.created_tables.push(table.clone()),
            }
        }
        let is_renamed = |table: &String| self.renamed_tables.iter().any(|(_, from)| from == table);
        self.deleted_tables = deleted.into_iter().filter(|table| !is_renamed(table)).collect();
    }

    fn columns(&mut self, old: &mut Entities, new: &Entities, renames: &mut Renames) {
        let (left, right) = (by_name(&old.columns), by_name(&new.columns));
        let created: Vec<Column> = new
            .columns
            .iter()
            .filter(|column| !left.contains_key(&(column.table.as_str(), column.name.as_str())))
            .filter(|column| !self.created_tables.contains(&column.table))
            .cloned()
            .collect();
        let gone = |column: &&Column| !right.contains_key(&(column.table.as_str(), column.name.as_str()));
        let deleted: Vec<Column> = old.columns.iter().filter(gone).cloned().collect();
        let mut tables: Vec<&String> = Vec::new();
        for column in created.iter().chain(&deleted) {
            if !tables.contains(&&column.table) {
                tables.push(&column.table);
            }
        }
        for table in tables {
            let of_table = |columns: &[Column]| -> Vec<Column> {
                columns.iter().filter(|column| column.table == *table).cloned().collect()
            };
            let (created, deleted) = (of_table(&created), of_table(&deleted));
            let items = |columns: &[Column]| -> Vec<Item> {
                let named =
                    |column: &Column| item(format!("{table}.{}", column.name), objects::column(table, &column.name));
                columns.iter().map(named).collect()
            };
            let answers = renames.resolve_named("column", &items(&created), &items(&deleted));
            let mut left_over = deleted.clone();
            for (column, answer) in created.into_iter().zip(answers) {
                let Some(place) = answer else {
                    self.created_columns.push(column);
                    continue;
                };
                let from = &deleted[place].name;
                old.rename_column(table, from, &column.name);
                left_over.retain(|column| column.name != *from);
                self.renamed_columns.push((table.clone(), from.clone(), column.name));
            }
            self.deleted_columns.extend(left_over);
        }
    }

    /// What is built anew.
    fn rebuilds(&self, old: &Entities, new: &Entities) -> Rebuilds {
        let mut rebuilds = Rebuilds::new();
        let mut note = |table: &str, touches: Vec<Touch>| rebuilds.entry(table.to_owned()).or_default().extend(touches);
        comings_and_goings(&old.checks, &new.checks, |check| Some(&check.object), &mut note);
        comings_and_goings(&old.uniques, &new.uniques, |key| Some(&key.object), &mut note);
        comings_and_goings(&old.keys, &new.keys, |key| Some(&key.object), &mut note);
        // The reference of a column that ALTER TABLE adds comes with it.
        let added: HashSet<(&str, &str)> = self.added_columns().map(OfTable::named).collect();
        let by_itself = |key: &ForeignKey| {
            key.columns.first().is_none_or(|column| !added.contains(&(key.table.as_str(), column.as_str())))
        };
        let object = |key| if by_itself(key) { Some(&key.object) } else { None };
        comings_and_goings(&old.foreign_keys, &new.foreign_keys, object, &mut note);
        let altered = self.altered_columns(old, new);
        let becomes_stored = |column: &Column| column.generated.as_ref().is_some_and(|(_, kind)| kind == "stored");
        for (column, touches) in altered.iter().filter(|(column, touches)| {
            becomes_stored(column) && touches.iter().any(|touch| touch.aspect == Aspect::Generated)
        }) {
            note(&column.table, touches.clone());
        }
        for column in self.created_columns.iter().filter(|column| becomes_stored(column)) {
            note(&column.table, touch(&objects::column(&column.table, &column.name), Aspect::Existence));
        }
        let comes_or_goes = |table: &String| self.created_tables.contains(table) || self.deleted_tables.contains(table);
        rebuilds.retain(|table, _| !comes_or_goes(table));
        self.alterations(old, new, &altered, &mut rebuilds);
        // Columns that go, go with the rebuild.
        for column in &self.deleted_columns {
            if let Some(touches) = rebuilds.get_mut(&column.table) {
                touches.push(Touch::new(objects::column(&column.table, &column.name), Aspect::Absence));
            }
        }
        rebuilds
    }

    fn alterations(&self, old: &Entities, new: &Entities, altered: &[(Column, Vec<Touch>)], rebuilds: &mut Rebuilds) {
        let mut note = |table: &str, touches: Vec<Touch>| rebuilds.entry(table.to_owned()).or_default().extend(touches);
        for (column, touches) in altered {
            if touches.iter().any(|touch| touch.aspect != Aspect::Generated) {
                note(&column.table, touches.clone());
            }
        }
        let right = by_name(&new.keys);
        for left in &old.keys {
            let Some(right) = right.get(&left.named()) else { continue };
            let permuted = left.columns.len() == right.columns.len()
                && left.columns.iter().all(|column| right.columns.contains(column));
            if left.columns != right.columns && !permuted {
                note(&left.table, touch(&right.object, Aspect::Definition));
            }
        }
        let right = by_name(&new.foreign_keys);
        for left in &old.foreign_keys {
            let right = right.get(&left.named());
            if let Some(right) = right.filter(|right| !right.says(left)) {
                note(&left.table, touch(&right.object, Aspect::Definition));
            }
        }
        let right = by_name(&new.uniques);
        for left in &old.uniques {
            let right = right.get(&left.named());
            if let Some(right) = right.filter(|right| right.columns != left.columns) {
                note(&left.table, touch(&right.object, Aspect::Definition));
            }
        }
        let right = by_name(&new.checks);
        for left in &old.checks {
            let right = right.get(&left.named());
            if let Some(right) = right.filter(|right| right.value != left.value) {
                note(&left.table, touch(&right.object, Aspect::Definition));
            }
        }
    }

    /// New columns that ALTER TABLE can add.
    pub fn added_columns(&self) -> impl Iterator<Item = &Column> {
        self.created_columns.iter().filter(|column| column.generated.as_ref().is_none_or(|(_, kind)| kind == "virtual"))
    }

    /// The columns that both sides have and that differ, as the code has them.
    pub fn altered_columns(&self, old: &Entities, new: &Entities) -> Vec<(Column, Vec<Touch>)> {
        let mut altered = Vec::new();
        let by_name = by_name(&new.columns);
        for left in &old.columns {
            let Some(right) = by_name.get(&(left.table.as_str(), left.name.as_str())).copied() else { continue };
            if left == right {
                continue;
            }
            let is_key = || new.keys.iter().any(|key| key.table == right.table && key.columns == [right.name.clone()]);
            let object = objects::column(&right.table, &right.name);
            let mut touches = Vec::new();
            let mut add = |differs: bool, aspect| {
                if differs {
                    touches.push(Touch::new(object.clone(), aspect));
                }
            };
            add(left.sql_type != right.sql_type, Aspect::Type);
            add(left.not_null != right.not_null && !is_key(), Aspect::Nullability);
            add(left.autoincrement != right.autoincrement, Aspect::Identity);
            let same = same_default(left.default.as_deref(), right.default.as_deref(), &right.sql_type);
            add(!same, Aspect::Default);
            add(left.generated != right.generated, Aspect::Generated);
            if !touches.is_empty() {
                altered.push((right.clone(), touches));
            }
        }
        altered
    }
}

/// Notes what one side alone has, by the object of each; none of what does not count.
fn comings_and_goings<'a, T: OfTable + 'a>(
    old: &'a [T],
    new: &'a [T],
    object: impl Fn(&'a T) -> Option<&'a ObjectRef>,
    note: &mut impl FnMut(&str, Vec<Touch>),
) {
    for (side, other, aspect) in [(new, old, Aspect::Existence), (old, new, Aspect::Absence)] {
        let known: HashSet<(&str, &str)> = other.iter().map(T::named).collect();
        for entity in side.iter().filter(|entity| !known.contains(&entity.named())) {
            if let Some(object) = object(entity) {
                note(entity.named().0, touch(object, aspect));
            }
        }
    }
}

/// Whether drizzle-kit takes two defaults for one.
fn same_default(from: Option<&str>, to: Option<&str>, sql_type: &str) -> bool {
    if from == to {
        return true;
    }
    // A missing one is spelled `null` here.
    let (left, right) = (from.unwrap_or("null"), to.unwrap_or("null"));
    if from == Some(&format!("({right})")) || to == Some(&format!("({left})")) {
        return true;
    }
    let (Some(from), Some(to)) = (from, to) else { return false };
    if !sql_type.starts_with("integer") {
        return false;
    }
    // Seconds and milliseconds of one moment are the same.
    match (moment(from), moment(to)) {
        (Some(from), Some(to)) => from == to || from >= 0 && from.checked_mul(1000) == Some(to),
        _ => false,
    }
}

/// A default as drizzle-kit takes it for a moment. JavaScript reads a date from most numbers with a sign too.
fn moment(text: &str) -> Option<i64> {
    let bare = objects::without_quotes(text);
    let bare = bare.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(bare);
    let (sign, digits) = bare.strip_prefix('-').map_or((1, bare), |digits| (-1, digits.trim_start()));
    let number = digits.bytes().all(|byte| byte.is_ascii_digit()).then(|| digits.parse::<i64>().ok())??;
    (sign == 1 || !(13..=31).contains(&number)).then_some(sign * number)
}

impl Entities {
    fn rename_table(&mut self, from: &str, to: &str) {
        let change = |name: &mut String| {
            if name == from {
                to.clone_into(name);
            }
        };
        self.tables.iter_mut().for_each(change);
        self.columns.iter_mut().for_each(|column| change(&mut column.table));
        self.indexes.iter_mut().for_each(|index| change(&mut index.table));
        self.keys.iter_mut().chain(&mut self.uniques).for_each(|key| change(&mut key.table));
        self.checks.iter_mut().for_each(|check| change(&mut check.table));
        for key in &mut self.foreign_keys {
            change(&mut key.table);
            change(&mut key.foreign_table);
        }
    }

    fn rename_column(&mut self, table: &str, from: &str, to: &str) {
        let change = |name: &mut String| {
            if name == from {
                to.clone_into(name);
            }
        };
        self.columns.iter_mut().filter(|column| column.table == table).for_each(|column| change(&mut column.name));
        for key in self.keys.iter_mut().chain(&mut self.uniques).filter(|key| key.table == table) {
            key.columns.iter_mut().for_each(change);
        }
        for key in &mut self.foreign_keys {
            if key.table == table {
                key.columns.iter_mut().for_each(change);
            }
            if key.foreign_table == table {
                key.foreign_columns.iter_mut().for_each(change);
            }
        }
    }
}
