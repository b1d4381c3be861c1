//! Objects of others, counted and named in one finding each: those of an extension, of the platform, of other migration
//! tools, of another application.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::Sides;
use super::others::{APPLICATIONS, Application, MIGRATION_TABLES, PLATFORMS};
use super::{Class, Code, Drift};
use crate::catalog::{ObjectRef, Presets, Table};

/// How many tables of another owner are another application's.
const TABLES_OF_ANOTHER_OWNER: usize = 3;

/// Sums up the undeclared objects of each of the others that `presets` name. What is left is left as it is.
pub(super) fn sum_up(sides: &Sides, presets: Presets, drifts: &mut Vec<Drift>) {
    const CODES: [Code; 4] =
        [Code::UndeclaredTable, Code::UndeclaredView, Code::UndeclaredEnum, Code::UndeclaredSequence];
    if !drifts.iter().any(|drift| CODES.contains(&drift.code)) {
        return;
    }
    let others = Others::new(sides, presets);
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (index, drift) in drifts.iter().enumerate() {
        if CODES.contains(&drift.code)
            && let Some(whose) = others.whose(&drift.object)
        {
            groups.entry(whose).or_default().push(index);
        }
    }
    let mut gone = BTreeSet::new();
    for (whose, mut members) in groups {
        members.sort_by(|a, b| drifts[*a].object.cmp(&drifts[*b].object));
        let Some((first, rest)) = members.split_first() else { continue };
        for index in rest {
            let part = drifts[*index].clone();
            drifts[*first].absorb(part);
            gone.insert(*index);
        }
        if others.extensions.contains_key(&drifts[*first].object) {
            // No code declares them, and no code should; there is something to say only where push would drop them.
            drifts[*first].class = Class::Noise;
        }
        drifts[*first].note = Some(whose);
    }
    let mut index = 0;
    drifts.retain(|_| {
        index += 1;
        !gone.contains(&(index - 1))
    });
}

/// Who the others are in this database.
struct Others<'a> {
    presets: Presets,
    extensions: BTreeMap<ObjectRef, &'a str>,
    platforms: Vec<usize>,
    applications: Vec<&'static Application>,
    tables: BTreeMap<ObjectRef, &'a Table>,
    foreign_owners: BTreeSet<&'a str>,
}

impl<'a> Others<'a> {
    fn new(sides: &Sides<'a>, presets: Presets) -> Self {
        let catalog = &sides.live.catalog;
        let mut extensions = BTreeMap::new();
        if presets.extensions {
            let mut add = |object: ObjectRef, extension: &'a Option<String>| {
                if let Some(extension) = extension.as_deref() {
                    extensions.insert(object, extension);
                }
            };
            catalog.tables.iter().for_each(|table| add(table.object(), &table.extension));
            catalog.views.iter().for_each(|view| add(ObjectRef::view(view), &view.extension));
            catalog.enums.iter().for_each(|found| add(ObjectRef::enumeration(found), &found.extension));
            catalog.sequences.iter().for_each(|sequence| add(ObjectRef::sequence(sequence), &sequence.extension));
        }
        let has = |schema: &str, name: &str| catalog.table(Some(schema), name).is_some();
        let platforms = (0..PLATFORMS.len()).filter(|index| {
            let platform = &PLATFORMS[*index];
            platform.signs.iter().filter(|(schema, name)| has(schema, name)).count() >= platform.needed_signs
        });
        let undeclared = |name: &str| sides.undeclared.iter().any(|table| table.name == name);
        let declares = |prefix: &str| sides.declared.tables.iter().any(|table| table.table.name.starts_with(prefix));
        let applications = APPLICATIONS.iter().filter(|application| {
            !application.prefixes.iter().any(|prefix| declares(prefix))
                && application.signs.iter().filter(|sign| undeclared(sign)).count() >= 2
        });
        Self {
            presets,
            extensions,
            platforms: if presets.platforms { platforms.collect() } else { Vec::new() },
            applications: if presets.applications { applications.collect() } else { Vec::new() },
            tables: sides.undeclared.iter().map(|table| (table.object(), *table)).collect(),
            foreign_owners: if presets.applications { foreign_owners(sides) } else { BTreeSet::new() },
        }
    }

    /// Whose `object` is, in words; `None` where it is the project's own, as far as can be told.
    fn whose(&self, object: &ObjectRef) -> Option<String> {
        if let Some(extension) = self.extensions.get(object) {
            return Some(format!("of the extension {extension}"));
        }
        let (schema, name) = (object.schema.as_deref().unwrap_or_default(), object.name.as_str());
        let platform = self.platforms.iter().map(|index| &PLATFORMS[*index]).find(|platform| {
            platform.schemas.contains(&schema)
                || platform.names.contains(&name)
                || platform.prefixes.iter().any(|prefix| name.starts_with(prefix))
        });
        if let Some(platform) = platform {
            return Some(format!("of the platform {}", platform.name));
        }
        let table = self.tables.get(object)?;
        let keeps_migrations = || MIGRATION_TABLES.iter().any(|known| known.is(table));
        if self.presets.migration_tools && keeps_migrations() {
            return Some("in which other migration tools keep their history".to_owned());
        }
        let application = self
            .applications
            .iter()
            .find(|application| application.prefixes.iter().any(|prefix| name.starts_with(prefix)));
        if let Some(application) = application {
            return Some(format!("of another application ({})", application.name));
        }
        let owner = table.owner.as_deref().filter(|owner| self.foreign_owners.contains(owner))?;
        Some(format!("of another application (their owner is the role {owner})"))
    }
}

/// Roles that own several undeclared tables and none of those that the code declares.
fn foreign_owners<'a>(sides: &Sides<'a>) -> BTreeSet<&'a str> {
    let own: BTreeSet<&str> = sides.pairs.iter().filter_map(|pair| pair.live.owner.as_deref()).collect();
    if own.is_empty() {
        return BTreeSet::new();
    }
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for owner in sides.undeclared.iter().filter_map(|table| table.owner.as_deref()) {
        *counts.entry(owner).or_default() += 1;
    }
    counts.retain(|owner, count| *count >= TABLES_OF_ANOTHER_OWNER && !own.contains(owner));
    counts.into_keys().collect()
}
