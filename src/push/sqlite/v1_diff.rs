//! How drizzle-kit 1.0 gets from the entities of the database to those of the code, as SQL.

use std::collections::{HashMap, HashSet};

use super::loss::{Losses, Lost};
use super::objects::{self, quoted};
use super::v1_snapshot::{Column, Entities, ForeignKey, Key};
use crate::catalog::{ObjectRef, Rows};
use crate::push::input::Input;
use crate::push::renames::{Item, Renames};
use crate::push::{Aspect, Loss, Statement, Touch};

/// What push does, and what it says is lost.
pub(super) struct Script {
    pub statements: Vec<Statement>,
    pub losses: Losses,
}

/// A table that is built anew, and what for.
struct Rebuild {
    table: String,
    touches: Vec<Touch>,
}

/// The parts of the push, in the words of its statements.
#[derive(Default)]
struct Parts {
    deletions: Vec<Statement>,
    statements: Vec<Statement>,
    losses: Losses,
}

fn touch(object: &ObjectRef, aspect: Aspect) -> Vec<Touch> {
    vec![Touch::new(object.clone(), aspect)]
}

fn item(key: String, object: ObjectRef) -> Item {
    Item { key, object }
}

/// Plans the push that makes `new` of `old`.
pub(super) fn write(input: &Input, mut old: Entities, mut new: Entities, renames: &mut Renames) -> Script {
    let mut difference = Difference::default();
    difference.tables(&mut old, &new, renames);
    difference.columns(&mut old, &new, renames);
    preserve_names(&old.uniques, &mut new.uniques);
    preserve_names(&old.keys, &mut new.keys);
    preserve_reference_names(&old.foreign_keys, &mut new.foreign_keys);
    let rebuilds = difference.rebuilds(&old, &new);
    let context = Context { input, old: &old, new: &new, difference: &difference };
    context.script(&rebuilds)
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
struct Difference {
    created_tables: Vec<String>,
    deleted_tables: Vec<String>,
    /// New and former name.
    renamed_tables: Vec<(String, String)>,
    created_columns: Vec<Column>,
    deleted_columns: Vec<Column>,
    /// Table, former and new name.
    renamed_columns: Vec<(String, String, String)>,
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
        let (left, right) = (old.by_name(), new.by_name());
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

    /// The tables that are built anew, in order, with what each answers.
    fn rebuilds(&self, old: &Entities, new: &Entities) -> Vec<Rebuild> {
        let mut rebuilds: Vec<Rebuild> = Vec::new();
        let mut note = |table: &str, touches: Vec<Touch>| match rebuilds.iter_mut().find(|found| found.table == table) {
            Some(found) => found.touches.extend(touches),
            None => rebuilds.push(Rebuild { table: table.to_owned(), touches }),
        };
        for check in new.checks.iter().filter(|check| !old.has_check(&check.table, &check.name)) {
            note(&check.table, touch(&check.object, Aspect::Existence));
        }
        for check in old.checks.iter().filter(|check| !new.has_check(&check.table, &check.name)) {
            note(&check.table, touch(&check.object, Aspect::Absence));
        }
        for (left, right) in [(&old.uniques, &new.uniques), (&old.keys, &new.keys)] {
            let missing =
                |keys: &[Key], key: &Key| !keys.iter().any(|other| other.table == key.table && other.name == key.name);
            for key in right.iter().filter(|key| missing(left, key)) {
                note(&key.table, touch(&key.object, Aspect::Existence));
            }
            for key in left.iter().filter(|key| missing(right, key)) {
                note(&key.table, touch(&key.object, Aspect::Absence));
            }
        }
        let added = |key: &ForeignKey| {
            let is_added = |column: &Column| column.table == key.table && key.columns.first() == Some(&column.name);
            self.added_columns().any(is_added)
        };
        let missing = |keys: &[ForeignKey], key: &ForeignKey| {
            !keys.iter().any(|other| other.table == key.table && other.name == key.name)
        };
        for key in new.foreign_keys.iter().filter(|key| missing(&old.foreign_keys, key) && !added(key)) {
            note(&key.table, touch(&key.object, Aspect::Existence));
        }
        for key in old.foreign_keys.iter().filter(|key| missing(&new.foreign_keys, key) && !added(key)) {
            note(&key.table, touch(&key.object, Aspect::Absence));
        }
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
        rebuilds.retain(|rebuild| !comes_or_goes(&rebuild.table));
        self.alterations(old, new, &altered, &mut rebuilds);
        for rebuild in &mut rebuilds {
            // Columns that go, go with the rebuild.
            let gone = self.deleted_columns.iter().filter(|column| column.table == rebuild.table);
            rebuild
                .touches
                .extend(gone.map(|column| Touch::new(objects::column(&column.table, &column.name), Aspect::Absence)));
        }
        rebuilds
    }

    fn alterations(
        &self,
        old: &Entities,
        new: &Entities,
        altered: &[(Column, Vec<Touch>)],
        rebuilds: &mut Vec<Rebuild>,
    ) {
        let mut note = |table: &str, touches: Vec<Touch>| match rebuilds.iter_mut().find(|found| found.table == table) {
            Some(found) => found.touches.extend(touches),
            None => rebuilds.push(Rebuild { table: table.to_owned(), touches }),
        };
        for (column, touches) in altered {
            if touches.iter().any(|touch| touch.aspect != Aspect::Generated) {
                note(&column.table, touches.clone());
            }
        }
        for left in &old.keys {
            let right = new.keys.iter().find(|key| key.table == left.table && key.name == left.name);
            let Some(right) = right else { continue };
            let permuted = left.columns.len() == right.columns.len()
                && left.columns.iter().all(|column| right.columns.contains(column));
            if left.columns != right.columns && !permuted {
                note(&left.table, touch(&right.object, Aspect::Definition));
            }
        }
        for left in &old.foreign_keys {
            let right = new.foreign_keys.iter().find(|key| key.table == left.table && key.name == left.name);
            if let Some(right) = right.filter(|right| !right.says(left)) {
                note(&left.table, touch(&right.object, Aspect::Definition));
            }
        }
        for left in &old.uniques {
            let right = new.uniques.iter().find(|key| key.table == left.table && key.name == left.name);
            if let Some(right) = right.filter(|right| right.columns != left.columns) {
                note(&left.table, touch(&right.object, Aspect::Definition));
            }
        }
        for left in &old.checks {
            let right = new.checks.iter().find(|check| check.table == left.table && check.name == left.name);
            if let Some(right) = right.filter(|right| right.value != left.value) {
                note(&left.table, touch(&right.object, Aspect::Definition));
            }
        }
    }

    /// New columns that ALTER TABLE can add.
    fn added_columns(&self) -> impl Iterator<Item = &Column> {
        self.created_columns.iter().filter(|column| column.generated.as_ref().is_none_or(|(_, kind)| kind == "virtual"))
    }

    /// The columns that both sides have and that differ, as the code has them.
    fn altered_columns(&self, old: &Entities, new: &Entities) -> Vec<(Column, Vec<Touch>)> {
        let mut altered = Vec::new();
        let by_name = new.by_name();
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
    let number = |text: &str| {
        let bare = objects::without_quotes(text);
        (!bare.is_empty() && bare.bytes().all(|byte| byte.is_ascii_digit())).then(|| bare.parse::<u64>().ok()).flatten()
    };
    match (number(from), number(to)) {
        (Some(from), Some(to)) => from == to || from.checked_mul(1000) == Some(to),
        _ => false,
    }
}

impl Entities {
    fn has_check(&self, table: &str, name: &str) -> bool {
        self.checks.iter().any(|check| check.table == table && check.name == name)
    }

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

struct Context<'a> {
    input: &'a Input<'a>,
    old: &'a Entities,
    new: &'a Entities,
    difference: &'a Difference,
}

impl Context<'_> {
    fn script(&self, rebuilds: &[Rebuild]) -> Script {
        let mut parts = Parts::default();
        let difference = self.difference;
        for table in &difference.created_tables {
            parts.push(self.create_table(table, table), touch(&objects::table(table), Aspect::Existence));
        }
        for (table, from) in &difference.renamed_tables {
            let touches = vec![
                Touch::new(objects::table(table), Aspect::Existence),
                Touch::new(objects::table(from), Aspect::Absence),
            ];
            parts.push(format!("ALTER TABLE `{from}` RENAME TO `{table}`"), touches);
        }
        for (table, from, to) in &difference.renamed_columns {
            let touches = vec![
                Touch::new(objects::column(table, to), Aspect::Existence),
                Touch::new(objects::column(table, from), Aspect::Absence),
            ];
            parts.push(format!("ALTER TABLE `{table}` RENAME COLUMN `{from}` TO `{to}`"), touches);
        }
        self.add_columns(&mut parts);
        self.regenerate_columns(&mut parts, rebuilds);
        for rebuild in rebuilds {
            self.rebuild(rebuild, &mut parts);
        }
        self.indexes(&mut parts, rebuilds);
        for table in &difference.deleted_tables {
            let rows = self.rows(table);
            if rows.any() {
                let line = format!("You're about to delete non-empty \"{table}\" table");
                parts.losses.line(line, objects::table(table));
            }
            let statement =
                Statement::new(format!("DROP TABLE `{table}`"), touch(&objects::table(table), Aspect::Absence));
            parts.statements.push(statement.losing(Loss::Table, &format!("table {table}"), rows));
        }
        let is_rebuilt = |table: &String| rebuilds.iter().any(|rebuild| rebuild.table == *table);
        for column in &difference.deleted_columns {
            if is_rebuilt(&column.table) || difference.deleted_tables.contains(&column.table) {
                continue;
            }
            let rows = self.column_goes(column, &mut parts);
            let (table, name) = (&column.table, &column.name);
            let touches = touch(&objects::column(table, name), Aspect::Absence);
            let statement = Statement::new(format!("ALTER TABLE `{table}` DROP COLUMN `{name}`"), touches);
            parts.statements.push(statement.losing(Loss::Column, &format!("column {table}.{name}"), rows));
        }
        self.views(&mut parts);
        let mut statements = parts.deletions;
        statements.extend(parts.statements);
        Script { statements, losses: parts.losses }
    }

    /// The name of a table of the code before this push.
    fn former<'b>(&'b self, table: &'b str) -> &'b str {
        let renamed = self.difference.renamed_tables.iter().find(|(to, _)| to == table);
        renamed.map_or(table, |(_, from)| from.as_str())
    }

    /// How drizzle-kit calls a table in a warning.
    fn label(&self, table: &str) -> String {
        match self.former(table) {
            same if same == table => format!("\"{table}\""),
            former => format!("\"{former}\" (would become \"{table}\")"),
        }
    }

    fn rows(&self, table: &str) -> Rows {
        let former = self.former(table);
        self.input.live.catalog.table(None, former).map_or(Rows::Unknown, |table| self.input.rows(table))
    }

    fn column_goes(&self, column: &Column, parts: &mut Parts) -> Rows {
        let rows = self.rows(&column.table);
        if rows.any() {
            let (name, table) = (&column.name, self.label(&column.table));
            let line = format!("You're about to delete non-empty \"{name}\" column in {table} table");
            parts.losses.line(line, objects::column(&column.table, name));
        }
        rows
    }

    fn add_columns(&self, parts: &mut Parts) {
        let mut tables: Vec<&String> = Vec::new();
        for column in self.difference.added_columns() {
            if !tables.contains(&&column.table) {
                tables.push(&column.table);
            }
        }
        for table in tables {
            for column in self.difference.added_columns().filter(|column| column.table == *table) {
                let touches = touch(&objects::column(table, &column.name), Aspect::Existence);
                let rows = self.rows(table);
                if column.not_null && column.truthy_default().is_none() && rows.any() {
                    let (name, label) = (&column.name, self.label(table));
                    let line = format!(
                        "You're about to add not-null \"{name}\" column without default value to non-empty {label} table"
                    );
                    parts.losses.line(line, objects::column(table, name));
                    let mut touches = touches.clone();
                    touches.push(Touch::new(objects::table(table), Aspect::Rows));
                    let delete = Statement::new(format!("DELETE FROM \"{}\" where true", self.former(table)), touches);
                    parts.deletions.push(delete.losing(Loss::Rows, &format!("the rows of {table}"), rows));
                }
                let key = self.reference_of(column);
                let mut touches = touches;
                touches.extend(key.map(|key| Touch::new(key.object.clone(), Aspect::Existence)));
                parts.push(add_column(column, key), touches);
            }
        }
    }

    fn reference_of(&self, column: &Column) -> Option<&ForeignKey> {
        self.new.foreign_keys.iter().find(|key| key.table == column.table && key.columns == [column.name.clone()])
    }

    fn regenerate_columns(&self, parts: &mut Parts, rebuilds: &[Rebuild]) {
        for (column, touches) in self.difference.altered_columns(self.old, self.new) {
            if rebuilds.iter().any(|rebuild| rebuild.table == column.table) {
                continue;
            }
            let (table, name) = (&column.table, &column.name);
            let drop = Statement::new(format!("ALTER TABLE `{table}` DROP COLUMN `{name}`"), touches.clone());
            let was_generated = self.old.column(table, name).is_some_and(|old| old.generated.is_some());
            // Values that are computed can be computed again.
            let drop = match was_generated && column.generated.is_some() {
                true => drop,
                false => drop.losing(Loss::Column, &format!("column {table}.{name}"), self.rows(table)),
            };
            parts.statements.push(drop);
            parts.push(add_column(&column, self.reference_of(&column)), touches);
        }
    }

    fn rebuild(&self, rebuild: &Rebuild, parts: &mut Parts) {
        let table = &rebuild.table;
        let mut lost = Lost::default();
        for column in self.old.columns.iter().filter(|column| column.table == *table) {
            match self.new.column(table, &column.name) {
                None => {
                    self.column_goes(column, parts);
                    lost.column(table, &column.name);
                }
                Some(new) => lost.conversion(self.input, self.former(table), table, &column.name, &new.sql_type),
            }
        }
        let kept: Vec<String> = self
            .old
            .columns
            .iter()
            .filter(|column| column.table == *table && column.generated.is_none())
            .filter(|column| self.new.column(table, &column.name).is_some_and(|new| new.generated.is_none()))
            .map(|column| column.name.clone())
            .collect();
        let kept = quoted(&kept, ", ");
        let new_name = format!("__new_{table}");
        let touches = &rebuild.touches;
        parts.push("PRAGMA foreign_keys=OFF", touches.clone());
        parts.push(self.create_table(table, &new_name), touches.clone());
        parts.push(format!("INSERT INTO `{new_name}`({kept}) SELECT {kept} FROM `{table}`"), touches.clone());
        let drop = Statement::new(format!("DROP TABLE `{table}`"), touches.clone());
        parts.statements.push(lost.mark(drop, self.rows(table)));
        parts.push(format!("ALTER TABLE `{new_name}` RENAME TO `{table}`"), touches.clone());
        parts.push("PRAGMA foreign_keys=ON", touches.clone());
    }

    fn indexes(&self, parts: &mut Parts, rebuilds: &[Rebuild]) {
        let missing = |entities: &Entities, table: &str, name: &str| {
            !entities.indexes.iter().any(|index| index.table == table && index.name == name)
        };
        let created: Vec<_> =
            self.new.indexes.iter().filter(|index| missing(self.old, &index.table, &index.name)).collect();
        let deleted: Vec<_> =
            self.old.indexes.iter().filter(|index| missing(self.new, &index.table, &index.name)).collect();
        let mut tables: Vec<&String> = Vec::new();
        for index in created.iter().chain(&deleted) {
            if !tables.contains(&&index.table) {
                tables.push(&index.table);
            }
        }
        for table in &tables {
            for index in deleted.iter().filter(|index| index.table == **table) {
                let sql = format!("DROP INDEX IF EXISTS `{}`", index.name);
                parts.push(sql, touch(&index.object, Aspect::Absence));
            }
        }
        for rebuild in rebuilds {
            for index in self.new.indexes.iter().filter(|index| index.table == rebuild.table) {
                let mut touches = rebuild.touches.clone();
                if missing(self.old, &index.table, &index.name) {
                    touches.extend(touch(&index.object, Aspect::Existence));
                }
                parts.push(index.sql.clone(), touches);
            }
        }
        let is_rebuilt = |table: &String| rebuilds.iter().any(|rebuild| rebuild.table == *table);
        for table in tables.into_iter().filter(|table| !is_rebuilt(table)) {
            for index in created.iter().filter(|index| index.table == *table) {
                let mut touches = touch(&index.object, Aspect::Existence);
                if self.difference.created_tables.contains(table) {
                    touches.extend(touch(&objects::table(table), Aspect::Existence));
                }
                parts.push(index.sql.clone(), touches);
            }
        }
    }

    fn views(&self, parts: &mut Parts) {
        let missing = |entities: &Entities, name: &str| !entities.views.iter().any(|view| view.name == name);
        for view in self.old.views.iter().filter(|view| missing(self.new, &view.name)) {
            parts.push(format!("DROP VIEW `{}`", view.name), touch(&objects::view(&view.name), Aspect::Absence));
        }
        for view in self.new.views.iter().filter(|view| missing(self.old, &view.name)) {
            if let Some(definition) = &view.definition {
                let touches = touch(&objects::view(&view.name), Aspect::Existence);
                parts.push(format!("CREATE VIEW `{}` AS {definition}", view.name), touches);
            }
        }
    }

    /// `CREATE TABLE` of the code's `table` under `name`.
    fn create_table(&self, table: &str, name: &str) -> String {
        let key = self.new.keys.iter().find(|key| key.table == table);
        let uniques: Vec<&Key> = self.new.uniques.iter().filter(|unique| unique.table == table).collect();
        let columns = self.new.columns.iter().filter(|column| column.table == table);
        let mut lines: Vec<String> = columns.map(|column| column_line(column, key, &uniques)).collect();
        if let Some(key) = key.filter(|key| key.columns.len() > 1 || key.name_is_explicit) {
            lines.push(format!("CONSTRAINT `{}` PRIMARY KEY({})", key.name, quoted(&key.columns, ", ")));
        }
        for key in self.new.foreign_keys.iter().filter(|key| key.table == table) {
            lines.push(format!(
                "CONSTRAINT `{}` FOREIGN KEY ({}) REFERENCES `{}`({}){}",
                key.name,
                quoted(&key.columns, ","),
                key.foreign_table,
                quoted(&key.foreign_columns, ","),
                actions(key)
            ));
        }
        for unique in uniques.iter().filter(|unique| unique.columns.len() > 1) {
            lines.push(format!("CONSTRAINT `{}` UNIQUE({})", unique.name, quoted(&unique.columns, ",")));
        }
        for check in self.new.checks.iter().filter(|check| check.table == table) {
            lines.push(format!("CONSTRAINT \"{}\" CHECK({})", check.name, check.value));
        }
        objects::create_table(name, &lines)
    }
}

impl Parts {
    fn push(&mut self, sql: impl Into<String>, touches: Vec<Touch>) {
        self.statements.push(Statement::new(sql, touches));
    }
}

fn column_line(column: &Column, key: Option<&Key>, uniques: &[&Key]) -> String {
    let own = [column.name.clone()];
    let key = key.filter(|key| key.columns == own);
    let is_rowid = key.is_some() && column.sql_type.to_lowercase().starts_with("int");
    let unique = uniques.iter().find(|unique| unique.columns == own).map_or_else(String::new, |unique| {
        match unique.name_is_explicit {
            true => format!(" CONSTRAINT `{}` UNIQUE", unique.name),
            false => " UNIQUE".to_owned(),
        }
    });
    format!(
        "`{}` {}{}{}{}{}{}{unique}",
        column.name,
        column.sql_type,
        if key.is_some_and(|key| !key.name_is_explicit) { " PRIMARY KEY" } else { "" },
        if column.autoincrement { " AUTOINCREMENT" } else { "" },
        column.truthy_default().map_or_else(String::new, |default| format!(" DEFAULT {default}")),
        generated_clause(column),
        if column.not_null && !is_rowid { " NOT NULL" } else { "" },
    )
}

fn add_column(column: &Column, key: Option<&ForeignKey>) -> String {
    let Column { table, name, sql_type, .. } = column;
    let reference = key.map_or_else(String::new, |key| {
        let constraint = if key.name_is_explicit { format!(" CONSTRAINT `{}`", key.name) } else { String::new() };
        format!("{constraint} REFERENCES {}({}){}", key.foreign_table, key.foreign_columns.join(","), actions(key))
    });
    format!(
        "ALTER TABLE `{table}` ADD `{name}` {sql_type}{}{}{}{reference}",
        column.default.as_ref().map_or_else(String::new, |default| format!(" DEFAULT {default}")),
        generated_clause(column),
        if column.not_null { " NOT NULL" } else { "" },
    )
}

fn generated_clause(column: &Column) -> String {
    column.generated.as_ref().map_or_else(String::new, |(expression, kind)| {
        format!(" GENERATED ALWAYS AS {expression} {}", kind.to_uppercase())
    })
}

fn actions(key: &ForeignKey) -> String {
    let clause = |when: &str, action: &str| match action {
        "NO ACTION" => String::new(),
        action => format!(" ON {when} {action}"),
    };
    format!("{}{}", clause("UPDATE", &key.on_update), clause("DELETE", &key.on_delete))
}
