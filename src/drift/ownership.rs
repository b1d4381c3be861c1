//! What belongs to another object is reported with its owner: partitions, shadow tables, and the enum or the sequence of
//! one column.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::Sides;
use super::{Class, Code, Drift};
use crate::catalog::{Column, Family, ObjectKind, ObjectRef, TableKind};

/// Takes into the finding about an owner what would else be a finding by itself.
pub(super) fn attach(sides: &Sides, drifts: &mut Vec<Drift>) {
    let owners = owners(sides, drifts);
    if owners.is_empty() {
        return;
    }
    let reported: BTreeMap<ObjectRef, usize> = drifts
        .iter()
        .enumerate()
        .filter(|(_, drift)| !owners.contains_key(&drift.object))
        .map(|(index, drift)| (drift.object.clone(), index))
        .collect();
    let mut owned: Vec<(usize, usize)> = Vec::new();
    let mut orphans: BTreeMap<ObjectRef, Vec<usize>> = BTreeMap::new();
    for (index, drift) in drifts.iter().enumerate() {
        let Some(chain) = owners.get(&drift.object) else { continue };
        match chain.iter().find_map(|owner| reported.get(owner)) {
            Some(owner) => owned.push((*owner, index)),
            // Its owner is on both sides: all that can be said of it is said of it with its kin.
            None if drift.object.kind == ObjectKind::Table => {
                if let Some(owner) = chain.last() {
                    orphans.entry(owner.clone()).or_default().push(index);
                }
            }
            None => {}
        }
    }
    let mut gone = BTreeSet::new();
    for (owner, index) in owned {
        let part = drifts[index].clone();
        drifts[owner].absorb(part);
        gone.insert(index);
    }
    for (owner, members) in orphans {
        let Some((first, rest)) = members.split_first() else { continue };
        for index in rest {
            let part = drifts[*index].clone();
            drifts[*first].absorb(part);
            gone.insert(*index);
        }
        // The code declares their owner, and they are how it is stored.
        drifts[*first].class = Class::Noise;
        drifts[*first].note = Some(format!("part of table `{owner}`, which the code declares"));
    }
    let mut index = 0;
    drifts.retain(|_| {
        index += 1;
        !gone.contains(&(index - 1))
    });
}

/// Whose the undeclared objects are, nearest owner first.
fn owners(sides: &Sides, drifts: &[Drift]) -> BTreeMap<ObjectRef, Vec<ObjectRef>> {
    let mut owners = BTreeMap::new();
    for table in &sides.undeclared {
        let owner = match &table.kind {
            TableKind::Partition { schema, table } => ObjectRef::table(schema.clone(), table),
            TableKind::Shadow(owner) => ObjectRef::table(table.schema.clone(), owner),
            _ => continue,
        };
        owners.insert(table.object(), vec![owner]);
    }
    // A partition may be parted itself.
    let direct = owners.clone();
    for chain in owners.values_mut() {
        while let Some(next) = chain.last().and_then(|owner| direct.get(owner)).and_then(|next| next.first()) {
            if chain.contains(next) {
                break;
            }
            chain.push(next.clone());
        }
    }
    if sides.family != Family::Postgresql {
        return owners;
    }
    for drift in drifts {
        let object = &drift.object;
        let uses: &dyn Fn(&Column) -> bool = match drift.code {
            Code::UndeclaredEnum => &|column| is_of_type(column, object),
            Code::UndeclaredSequence => &|column| takes_from(column, object),
            _ => continue,
        };
        let mut users =
            sides.live.catalog.tables.iter().flat_map(|table| {
                table.columns.iter().filter(|column| uses(column)).map(move |column| (table, column))
            });
        if let (Some((table, column)), None) = (users.next(), users.next()) {
            owners.insert(object.clone(), vec![ObjectRef::column(table, &column.name), table.object()]);
        }
    }
    owners
}

fn is_of_type(column: &Column, object: &ObjectRef) -> bool {
    let Some(sql_type) = column.sql_type.known() else { return false };
    column.type_schema == object.schema && sql_type.trim_end_matches("[]") == object.name
}

/// Whether the column's default takes the next number of the sequence.
fn takes_from(column: &Column, object: &ObjectRef) -> bool {
    let Some(Some(default)) = column.default.known() else { return false };
    let Some(rest) = default.strip_prefix("nextval('") else { return false };
    let Some((name, _)) = rest.split_once('\'') else { return false };
    let name = name.replace('"', "");
    let (schema, name) = name.rsplit_once('.').map_or((None, name.as_str()), |(schema, name)| (Some(schema), name));
    name == object.name && schema.unwrap_or("public") == object.schema.as_deref().unwrap_or("public")
}
