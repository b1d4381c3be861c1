//! Created and deleted things of one kind, and which of them push is told are the same under a new name.

use crate::catalog::ObjectRef;
use crate::push::renames::{Item, Renames};

/// What is left once push's questions are answered: places on the code's side, places on the live side.
#[derive(Debug, Default)]
pub(in crate::push::postgresql) struct Resolution {
    pub created: Vec<usize>,
    pub deleted: Vec<usize>,
    /// Old place, new place.
    pub renamed: Vec<(usize, usize)>,
}

/// A thing as the question needs it.
pub(in crate::push::postgresql) struct Thing {
    /// Its place on its side.
    pub place: usize,
    pub key: String,
    pub object: ObjectRef,
}

fn items(things: &[Thing]) -> Vec<Item> {
    things.iter().map(|thing| Item { key: thing.key.clone(), object: thing.object.clone() }).collect()
}

fn resolution(created: &[Thing], deleted: &[Thing], answers: Vec<Option<usize>>) -> Resolution {
    let mut result = Resolution::default();
    for (thing, answer) in created.iter().zip(&answers) {
        match answer {
            Some(old) => result.renamed.push((deleted[*old].place, thing.place)),
            None => result.created.push(thing.place),
        }
    }
    let taken = |index: &usize| answers.contains(&Some(*index));
    result.deleted = (0..deleted.len()).filter(|index| !taken(index)).map(|index| deleted[index].place).collect();
    result
}

/// Resolves things that belong to no table.
pub(in crate::push::postgresql) fn named(
    renames: &mut Renames,
    noun: &str,
    created: &[Thing],
    deleted: &[Thing],
) -> Resolution {
    let answers = renames.resolve_named(noun, &items(created), &items(deleted));
    resolution(created, deleted, answers)
}

/// Resolves the columns of `table`; drizzle-kit 0.31 asks of its policies in the same words.
pub(in crate::push::postgresql) fn columns(
    renames: &mut Renames,
    table: &str,
    created: &[Thing],
    deleted: &[Thing],
) -> Resolution {
    let answers = renames.resolve_columns(table, &items(created), &items(deleted));
    resolution(created, deleted, answers)
}

/// The key of what stands in a schema: the schema only where it is not `public`.
pub(in crate::push::postgresql) fn key(schema: &str, name: &str) -> String {
    if schema == "public" || schema.is_empty() { name.to_owned() } else { format!("{schema}.{name}") }
}
