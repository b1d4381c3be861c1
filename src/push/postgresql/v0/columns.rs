//! Columns as drizzle-kit 0.31 compares and alters them.

use super::diff::of_table;
use super::resolve::{self, Resolution, Thing};
use super::snapshot::{Col, Ident, Snapshot, Tab};
use super::spell;
use super::steps::{Kind, Step};
use super::tables::Pairing;
use crate::catalog::{Dialect, ObjectRef, Rows, type_change_loses_data};
use crate::push::input::Input;
use crate::push::renames::Renames;
use crate::push::{Aspect, Touch};

/// What is left of the columns of each pair once push's questions are answered: the pair's places, what the live table
/// holds, the columns.
pub(super) struct Changed(Vec<(usize, usize, Rows, Resolution)>);

/// Asks which columns are renamed.
pub(super) fn resolve(
    input: &Input,
    live: &Snapshot,
    code: &Snapshot,
    pairing: &Pairing,
    renames: &mut Renames,
) -> Changed {
    let mut changed = Vec::new();
    for &(from, to) in &pairing.pairs {
        let (old, new) = (&live.tables[from], &code.tables[to]);
        if same_names(old, new) {
            continue;
        }
        let open = new.declared.is_some_and(|declared| declared.columns_open);
        let thing = |tab: &Tab, place: usize| {
            let name = tab.columns[place].name;
            Thing { place, key: name.to_owned(), object: ObjectRef::column(tab.table, name) }
        };
        let created: Vec<Thing> = (0..new.columns.len())
            .filter(|&place| old.column(new.columns[place].name).is_none())
            .map(|place| thing(new, place))
            .collect();
        let deleted: Vec<Thing> = (0..old.columns.len())
            .filter(|&place| !open && new.column(old.columns[place].name).is_none())
            .map(|place| thing(old, place))
            .collect();
        let resolution = resolve::columns(renames, &new.name, &created, &deleted);
        changed.push((from, to, input.rows(old.table), resolution));
    }
    Changed(changed)
}

fn same_names(old: &Tab, new: &Tab) -> bool {
    let names = |tab: &Tab| tab.columns.len();
    names(old) == names(new) && old.columns.iter().zip(&new.columns).all(|(a, b)| a.name == b.name)
}

/// The pairs of columns with one name, in the database's order.
fn pairs<'t, 'a>(old: &'t Tab<'a>, new: &'t Tab<'a>) -> impl Iterator<Item = (&'t Col<'a>, &'t Col<'a>)> {
    old.columns.iter().enumerate().filter_map(|(place, column)| {
        let same_place = new.columns.get(place).filter(|other| other.name == column.name);
        let other = same_place.or_else(|| new.columns.iter().find(|other| other.name == column.name))?;
        Some((column, other))
    })
}

fn same_type(old: &Col, new: &Col) -> bool {
    match (&old.sql_type, &new.sql_type) {
        (Some(old), Some(new)) => old == new,
        _ => true,
    }
}

/// Whether the two types differ by one space alone; drizzle-kit then overlooks the whole column.
fn is_overlooked(old: &Col, new: &Col) -> bool {
    match (&old.sql_type, &new.sql_type) {
        (Some(old), Some(new)) => old != new && old.replacen(" (", "(", 1) == new.replacen(" (", "(", 1),
        _ => false,
    }
}

/// Whether drizzle-kit finds any difference in columns of both sides, of consequence or not.
pub(super) fn alters(old: &Tab, new: &Tab) -> bool {
    pairs(old, new).any(|(old, new)| {
        let known = new.sql_type.is_some();
        !same_type(old, new)
            || (known && old.type_schema != new.type_schema)
            || old.primary != new.primary
            || differs(old.not_null, new.not_null)
            || !old.default.same(&new.default)
            || old.identity != new.identity
            || match (old.generated, new.generated) {
                (Some(old), Some(new)) => old.expression != new.expression,
                (old, new) => old.is_some() != new.is_some(),
            }
    })
}

fn differs(old: Option<bool>, new: Option<bool>) -> bool {
    old.zip(new).is_some_and(|(old, new)| old != new)
}

/// RENAME COLUMN.
pub(super) fn rename(live: &Snapshot, code: &Snapshot, changed: &Changed) -> Vec<Step> {
    let mut steps = Vec::new();
    for (from, to, _, resolution) in &changed.0 {
        let (old, new) = (&live.tables[*from], &code.tables[*to]);
        for &(was, is) in &resolution.renamed {
            let (was, is) = (old.columns[was].name, new.columns[is].name);
            let sql = format!("ALTER TABLE {} RENAME COLUMN \"{was}\" TO \"{is}\";", new.sql());
            let touches = vec![
                Touch::new(ObjectRef::column(new.table, is), Aspect::Name),
                Touch::new(ObjectRef::column(new.table, is), Aspect::Existence),
                Touch::new(ObjectRef::column(old.table, was), Aspect::Absence),
            ];
            steps.push(Step::new(Kind::Other, of_table(new), vec![sql], touches));
        }
    }
    steps
}

/// ADD COLUMN.
pub(super) fn add(code: &Snapshot, changed: &Changed) -> Vec<Step> {
    let mut steps = Vec::new();
    for (_, to, rows, resolution) in &changed.0 {
        let new = &code.tables[*to];
        for column in resolution.created.iter().map(|&place| &new.columns[place]) {
            let needs_rows_gone =
                column.not_null == Some(true) && matches!(column.default, super::defaults::Default_::None);
            let kind = Kind::AddColumn { column: column.name.to_owned(), needs_rows_gone };
            let touch = Touch::new(ObjectRef::column(new.table, column.name), Aspect::Existence);
            let sql = vec![spell::add_column(new, column, false)];
            steps.push(Step::new(kind, of_table(new), sql, vec![touch]).on(*rows));
        }
    }
    steps
}

/// DROP COLUMN.
pub(super) fn drop(live: &Snapshot, changed: &Changed) -> Vec<Step> {
    let mut steps = Vec::new();
    for (from, _, rows, resolution) in &changed.0 {
        let old = &live.tables[*from];
        for name in resolution.deleted.iter().map(|&place| old.columns[place].name) {
            let sql = format!("ALTER TABLE {} DROP COLUMN \"{name}\";", old.sql());
            let touch = Touch::new(ObjectRef::column(old.table, name), Aspect::Absence);
            let kind = Kind::DropColumn { column: name.to_owned() };
            steps.push(Step::new(kind, of_table(old), vec![sql], vec![touch]).on(*rows));
        }
    }
    steps
}

/// Whether drizzle-kit would trip over the columns of a table that it was told is renamed.
pub(super) fn trips(live: &Snapshot, code: &Snapshot, pairing: &Pairing) -> Option<String> {
    let renamed = pairing.renamed.iter().find(|(from, to, _)| {
        let (old, new) = (&live.tables[*from], &code.tables[*to]);
        pairs(old, new).any(|(old, new)| !is_overlooked(old, new) && alters_one(old, new))
    });
    renamed.map(|(_, to, _)| {
        format!(
            "drizzle-kit stops with \"Cannot read properties of undefined\": it cannot alter the columns of a table that it \
             renames, here `{}`",
            code.tables[*to].name
        )
    })
}

fn alters_one(old: &Col, new: &Col) -> bool {
    !same_type(old, new)
        || old.type_schema != new.type_schema
        || old.primary != new.primary
        || differs(old.not_null, new.not_null)
        || !old.default.same(&new.default)
        || old.identity != new.identity
        || old.generated.is_some() != new.generated.is_some()
}

/// ALTER COLUMN, table by table.
pub(super) fn alter(input: &Input, live: &Snapshot, code: &Snapshot, pairing: &Pairing) -> Vec<Step> {
    let mut steps = Vec::new();
    for &(from, to) in &pairing.pairs {
        let (old, new) = (&live.tables[from], &code.tables[to]);
        let (mut dropped, mut set, mut rest) = (Vec::new(), Vec::new(), Vec::new());
        for (was, is) in pairs(old, new) {
            if !is_overlooked(was, is) {
                let column = Altered { old, new, was, is, rows: input.rows(old.table) };
                column.steps((live, code), &mut dropped, &mut set, &mut rest);
            }
        }
        steps.extend(dropped);
        steps.extend(set);
        steps.extend(rest);
    }
    steps
}

/// A column of both sides.
struct Altered<'t, 'a> {
    old: &'t Tab<'a>,
    new: &'t Tab<'a>,
    was: &'t Col<'a>,
    is: &'t Col<'a>,
    rows: Rows,
}

impl Altered<'_, '_> {
    fn alter(&self) -> String {
        format!("ALTER TABLE {} ALTER COLUMN \"{}\"", self.new.sql(), self.is.name)
    }

    fn touch(&self, aspect: Aspect) -> Touch {
        Touch::new(ObjectRef::column(self.new.table, self.is.name), aspect)
    }

    fn step(&self, kind: Kind, sql: Vec<String>, aspect: Aspect) -> Step {
        Step::new(kind, of_table(self.new), sql, vec![self.touch(aspect)]).on(self.rows)
    }

    fn steps(
        &self,
        (live, code): (&Snapshot, &Snapshot),
        dropped: &mut Vec<Step>,
        set: &mut Vec<Step>,
        rest: &mut Vec<Step>,
    ) {
        let (was, is, alter) = (self.was, self.is, self.alter());
        let column = is.name.to_owned();
        if !same_type(was, is) {
            rest.push(self.set_type(live, code));
        }
        if was.primary && !is.primary {
            let name = self.old.table.primary_key.as_ref().and_then(|key| key.name.clone()).unwrap_or_default();
            let sql = format!("ALTER TABLE {} DROP CONSTRAINT \"{name}\";", self.new.sql());
            let object = ObjectRef::of_table(crate::catalog::ObjectKind::PrimaryKey, self.old.table, &name);
            let touches = vec![Touch::new(object, Aspect::Absence)];
            dropped.push(Step::new(Kind::DropPrimaryKey, of_table(self.new), vec![sql], touches).on(self.rows));
        }
        if !was.default.same(&is.default) {
            rest.push(if is.default.is_some() {
                let kind = Kind::SetDefault { column: column.clone(), default: is.default.to_string() };
                self.step(kind, vec![format!("{alter} SET DEFAULT {};", is.default)], Aspect::Default)
            } else {
                self.step(Kind::Other, vec![format!("{alter} DROP DEFAULT;")], Aspect::Default)
            });
        }
        if differs(was.not_null, is.not_null) {
            let required = is.not_null == Some(true);
            let (kind, verb) = if required { (Kind::SetNotNull, "SET") } else { (Kind::DropNotNull, "DROP") };
            rest.push(self.step(kind, vec![format!("{alter} {verb} NOT NULL;")], Aspect::Nullability));
        }
        match (&was.identity, &is.identity) {
            (None, Some(identity)) => {
                let sql = format!("{alter} ADD{};", spell::identity_text(&self.new.schema, identity));
                rest.push(self.step(Kind::SetIdentity, vec![sql], Aspect::Identity));
            }
            (Some(old), Some(new)) if old != new => {
                rest.push(self.step(Kind::Other, changed_identity(&alter, old, new), Aspect::Identity));
            }
            (Some(_), None) => {
                let sql = vec![format!("{alter} DROP IDENTITY;")];
                rest.push(self.step(Kind::DropIdentity, sql, Aspect::Identity));
            }
            _ => {}
        }
        match (was.generated, is.generated) {
            (None, Some(_)) => {
                let drop = format!("ALTER TABLE {} drop column \"{column}\";", self.new.sql());
                let sql = vec![drop, spell::add_column(self.new, is, true)];
                rest.push(self.step(Kind::MakeGenerated { column }, sql, Aspect::Generated));
            }
            (Some(_), None) => {
                rest.push(self.step(Kind::Other, vec![format!("{alter} DROP EXPRESSION;")], Aspect::Generated));
            }
            _ => {}
        }
        if is.primary && !was.primary {
            let sql = format!("ALTER TABLE {} ADD PRIMARY KEY (\"{}\");", self.new.sql(), is.name);
            let key = self.new.table.primary_key.as_ref();
            let object = key.map(|key| ObjectRef::primary_key(self.new.table, key));
            let touches = object.map(|object| Touch::new(object, Aspect::Existence)).into_iter().collect();
            set.push(Step::new(Kind::Other, of_table(self.new), vec![sql], touches));
        }
    }

    fn set_type(&self, live: &Snapshot, code: &Snapshot) -> Step {
        let (was, is, alter) = (self.was, self.is, self.alter());
        let is_enum = |side: &Snapshot, column: &Col| {
            let name = spell::element(column.sql_type.as_deref().unwrap_or_default()).0;
            let schema = column.type_schema.as_deref();
            side.enums.iter().any(|item| item.name == name && Some(item.schema.as_ref()) == schema)
        };
        let sql_type = is.sql_type.as_deref().unwrap_or_default();
        // It writes "undefined" where a type of the user's has no schema.
        let prefix = format!("\"{}\".", is.type_schema.as_deref().unwrap_or("undefined"));
        let text = spell::type_text(&prefix, sql_type);
        let default = &is.default;
        let set_default = |suffix: &str| default.is_truthy().then(|| format!("{alter} SET DEFAULT {default}{suffix};"));
        let using = |path: &str| format!("{alter} SET DATA TYPE {text} USING \"{}\"::{path}{text};", is.name);
        let sql: Vec<String> = match (is_enum(live, was), is_enum(code, is)) {
            (_, false) => [format!("{alter} SET DATA TYPE {text};")].into_iter().chain(set_default("")).collect(),
            (false, true) => set_default(&format!("::{text}")).into_iter().chain([using("")]).collect(),
            (true, true) => match set_default("") {
                Some(default) => vec![format!("{alter} DROP DEFAULT;"), using("text::"), default],
                None => vec![using("text::")],
            },
        };
        let old = was.sql_type.as_deref().unwrap_or_default();
        let loses = type_change_loses_data(Dialect::Postgresql, old, sql_type);
        let kind = Kind::SetType { column: is.name.to_owned(), default: default.to_string(), loses };
        self.step(kind, sql, Aspect::Type)
    }
}

pub(in crate::push::postgresql) fn changed_identity(alter: &str, old: &Ident, new: &Ident) -> Vec<String> {
    let mut sql = Vec::new();
    if old.always != new.always {
        sql.push(format!("{alter} SET GENERATED {};", if new.always { "ALWAYS" } else { "BY DEFAULT" }));
    }
    let (was, is) = (&old.options, &new.options);
    let options = [
        ("MINVALUE", Some(&was.min), Some(&is.min)),
        ("MAXVALUE", Some(&was.max), Some(&is.max)),
        ("INCREMENT BY", Some(&was.increment), Some(&is.increment)),
        ("START WITH", Some(&was.start), Some(&is.start)),
        ("CACHE", was.cache.as_ref(), is.cache.as_ref()),
    ];
    for (word, was, is) in options {
        if was != is {
            sql.push(format!("{alter} SET {word} {};", is.map_or("undefined", |text| text.as_ref())));
        }
    }
    if was.cycle != is.cycle {
        sql.push(format!("{alter} SET {};", if is.cycle { "CYCLE" } else { "NO CYCLE" }));
    }
    sql
}
