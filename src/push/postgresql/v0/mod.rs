//! What `drizzle-kit push` 0.31 would do on PostgreSQL: both sides as it snapshots them, their difference as it sees it, and
//! its statements with what it asks about them.

mod cascade;
pub(super) mod columns;
mod defaults;
mod diff;
pub(super) mod resolve;
pub(super) mod snapshot;
pub(super) mod spell;
mod steps;
mod suggestions;
mod tables;

use std::collections::HashSet;

use crate::push::Failure;
use crate::push::input::Input;
use crate::push::plan::Run;
use crate::push::renames::Renames;

/// One push.
pub(super) fn run(input: &Input, renames: &mut Renames) -> Run {
    let (live, code) = (snapshot::live(input), snapshot::declared(input));
    let steps = match crash(&live, &code) {
        Some(reason) => Err(reason),
        None => diff::steps(input, live, code, renames),
    };
    match steps {
        Ok(steps) => suggestions::run(input, steps::without_needless(steps)),
        Err(reason) => Run { failure: Some(Failure { statement: None, sqlstate: None, reason }), ..Run::default() },
    }
}

/// A name that the code gives twice, where it may stand once.
fn duplicate(code: &snapshot::Snapshot) -> Option<String> {
    let mut indexes: HashSet<(&str, &str)> = HashSet::new();
    for tab in &code.tables {
        let mut seen: HashSet<(&str, &str)> = HashSet::new();
        let table = tab.table;
        let uniques = table.uniques.iter().filter_map(|unique| Some(("unique constraint", unique.name.as_deref()?)));
        let checks = table.checks.iter().filter_map(|check| Some(("check constraint", check.name.as_deref()?)));
        let policies = table.policies.iter().map(|policy| ("policy", policy.name.as_str()));
        let twice = uniques.chain(checks).chain(policies).find(|name| !seen.insert(*name));
        let twice = twice.or_else(|| {
            let mut names = table.indexes.iter().map(|index| index.name.as_str());
            names.find(|name| !indexes.insert((&*tab.schema, *name))).map(|name| ("index", name))
        });
        if let Some((noun, name)) = twice {
            return Some(format!(
                "drizzle-kit stops with \"We've found duplicated {noun} name\": `{name}` in table `{}`",
                tab.name
            ));
        }
    }
    None
}

/// What makes drizzle-kit give up before it has compared anything.
fn crash(live: &snapshot::Snapshot, code: &snapshot::Snapshot) -> Option<String> {
    if let Some(reason) = duplicate(code) {
        return Some(reason);
    }
    let unreadable = |side: &snapshot::Snapshot| {
        side.tables.iter().find_map(|tab| {
            let column = tab.columns.iter().find(|column| matches!(column.default, defaults::Default_::Crash))?;
            Some(format!("{}.{}", tab.name, column.name))
        })
    };
    if let Some(column) = unreadable(code) {
        return Some(format!(
            "drizzle-kit stops with \"Do not know how to serialize a BigInt\": the default of `{column}` is a bigint literal, \
             write it as sql`...` instead"
        ));
    }
    unreadable(live).map(|column| {
        format!("drizzle-kit stops while it reads the database: it takes the default of `{column}` for JSON, which it is not")
    })
}
