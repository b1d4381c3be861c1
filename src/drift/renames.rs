//! `possible-rename`: an undeclared and a missing table, or column of one table, that look like one object under two
//! names.

use std::collections::{BTreeMap, BTreeSet};

use super::compare::{Pair, Sides};
use super::likeness::{likeness, old_names};
use super::types::same_kind;
use super::{Code, Drift, FORMER_NAME, Ledger};
use crate::catalog::{Column, ObjectRef, Table};
use crate::text::Place;

/// How alike two names have to be to speak for a rename.
const ALIKE: f64 = 0.6;
/// Which part of the columns two tables share when that alone speaks for a rename.
const MOST_COLUMNS: f64 = 0.8;
/// And when their names do, too.
const HALF_OF_THE_COLUMNS: f64 = 0.5;
/// How many columns that not every table has have to be among them.
const TELLING_COLUMNS: usize = 2;
/// Columns that many tables have.
const COMMON_COLUMNS: &[&str] =
    &["id", "uuid", "name", "created_at", "createdat", "updated_at", "updatedat", "deleted_at", "deletedat"];

/// One pair of names that may be one object.
struct Candidate {
    missing: usize,
    undeclared: usize,
    score: f64,
    evidence: String,
}

/// What people have said: in comments, and in the ledger.
struct Said<'a> {
    /// The old name of each new object that a decision about a rename tells.
    renamed: BTreeMap<&'a str, &'a str>,
    /// What was decided about as something by itself, with its code.
    decided: BTreeSet<(&'a str, &'a str)>,
}

impl<'a> Said<'a> {
    fn in_ledger(ledger: &'a Ledger) -> Self {
        let renamed = ledger.entries.iter().filter(|entry| entry.code == Code::PossibleRename.name());
        let renamed =
            renamed.filter_map(|entry| Some((entry.object.as_str(), entry.evidence.get(FORMER_NAME)?.as_str())));
        Self { renamed: renamed.collect(), decided: ledger.entries.iter().map(|entry| entry.key()).collect() }
    }

    /// What speaks for `old` having been renamed to `new`, of which `comments` tell old names: what is said, else that they
    /// are `alike`, unless `old` is said to be something by itself.
    fn evidence(
        &self,
        sides: &Sides,
        (new, old): (&Drift, &Drift),
        comments: &[String],
        alike: impl FnOnce() -> Option<(f64, String)>,
    ) -> Option<(f64, String)> {
        if comments.iter().any(|name| sides.family.same_identifier(name, &old.object.name)) {
            return Some((3.0, "a comment beside the declaration says so".to_owned()));
        }
        let (new, name) = (new.object.to_string(), old.object.to_string());
        if self.renamed.get(new.as_str()) == Some(&name.as_str()) {
            return Some((3.0, "the ledger says so".to_owned()));
        }
        if self.decided.contains(&(name.as_str(), old.code.name())) { None } else { alike() }
    }
}

/// Joins what looks like one object under two names. Of several possible pairs the most alike wins. What `ledger` knows as
/// something by itself is nothing's old name, unless a comment says so.
pub(super) fn join(sides: &Sides, ledger: &Ledger, drifts: &mut Vec<Drift>) {
    let of = |code: Code| -> Vec<usize> {
        (0..drifts.len()).filter(|index| drifts[*index].code == code && drifts[*index].note.is_none()).collect()
    };
    let (missing_tables, undeclared_tables) = (of(Code::MissingTable), of(Code::UndeclaredTable));
    let (missing_columns, undeclared_columns) = (of(Code::MissingColumn), of(Code::UndeclaredColumn));
    let said = Said::in_ledger(ledger);
    let mut candidates = Vec::new();
    if !missing_tables.is_empty() && !undeclared_tables.is_empty() {
        tables(sides, &said, drifts, &missing_tables, &undeclared_tables, &mut candidates);
    }
    if !missing_columns.is_empty() && !undeclared_columns.is_empty() {
        columns(sides, &said, drifts, &missing_columns, &undeclared_columns, &mut candidates);
    }
    candidates.sort_by(|a, b| {
        let names = |candidate: &Candidate| {
            (drifts[candidate.missing].object.clone(), drifts[candidate.undeclared].object.clone())
        };
        b.score.total_cmp(&a.score).then_with(|| names(a).cmp(&names(b)))
    });
    let mut taken = vec![false; drifts.len()];
    let mut joined = Vec::new();
    for candidate in candidates {
        if taken[candidate.missing] || taken[candidate.undeclared] {
            continue;
        }
        (taken[candidate.missing], taken[candidate.undeclared]) = (true, true);
        let (missing, undeclared) = (&drifts[candidate.missing], &drifts[candidate.undeclared]);
        let mut drift =
            Drift::new(Code::PossibleRename, missing.object.clone(), missing.declared.clone(), undeclared.live.clone());
        drift.place.clone_from(&missing.place);
        drift.related.clone_from(&missing.related);
        drift.absorb(undeclared.clone());
        drift.note = Some(candidate.evidence);
        joined.push(drift);
    }
    let mut index = 0;
    drifts.retain(|_| {
        index += 1;
        !taken[index - 1]
    });
    drifts.append(&mut joined);
}

fn tables(
    sides: &Sides,
    said: &Said,
    drifts: &[Drift],
    missing: &[usize],
    undeclared: &[usize],
    candidates: &mut Vec<Candidate>,
) {
    let declared: BTreeMap<ObjectRef, _> = sides.missing.iter().map(|table| (table.table.object(), *table)).collect();
    let live: BTreeMap<ObjectRef, &Table> = sides.undeclared.iter().map(|table| (table.object(), *table)).collect();
    for a in missing {
        let Some(mine) = declared.get(&drifts[*a].object) else { continue };
        let comments = old_names_at(sides, &mine.statement, &mine.call);
        for b in undeclared {
            let Some(theirs) = live.get(&drifts[*b].object) else { continue };
            if mine.table.schema != theirs.schema {
                continue;
            }
            let alike = || table_evidence(sides, &mine.table, theirs);
            let evidence = said.evidence(sides, (&drifts[*a], &drifts[*b]), &comments, alike);
            if let Some((score, evidence)) = evidence {
                candidates.push(Candidate { missing: *a, undeclared: *b, score, evidence });
            }
        }
    }
}

fn table_evidence(sides: &Sides, mine: &Table, theirs: &Table) -> Option<(f64, String)> {
    let family = sides.family;
    let shared: Vec<&Column> = mine
        .columns
        .iter()
        .filter(|column| {
            let mut others = theirs.columns.iter();
            others.any(|other| family.same_identifier(&other.name, &column.name) && same_kind(sides, column, other))
        })
        .collect();
    let all = mine.columns.len().max(theirs.columns.len());
    if all == 0 {
        return None;
    }
    let part = shared.len() as f64 / all as f64;
    let names = likeness(&mine.name, &theirs.name);
    let telling =
        shared.iter().filter(|column| !COMMON_COLUMNS.contains(&column.name.to_ascii_lowercase().as_str())).count();
    let same_key = match (&mine.primary_key, &theirs.primary_key) {
        (Some(mine), Some(theirs)) => sides.same_names(&mine.columns, &theirs.columns),
        (None, None) => true,
        _ => false,
    };
    let by_columns = part >= MOST_COLUMNS && telling >= TELLING_COLUMNS;
    let by_both = names >= ALIKE && (part >= MOST_COLUMNS || (part >= HALF_OF_THE_COLUMNS && telling >= 1));
    if !same_key || !(by_columns || by_both) {
        return None;
    }
    let mut evidence = format!("{} of {all} columns have the same names and types", shared.len());
    if names >= ALIKE {
        evidence.push_str(", and the names are alike");
    }
    Some((part + names, evidence))
}

fn columns(
    sides: &Sides,
    said: &Said,
    drifts: &[Drift],
    missing: &[usize],
    undeclared: &[usize],
    candidates: &mut Vec<Candidate>,
) {
    let pairs: BTreeMap<ObjectRef, &Pair> =
        sides.pairs.iter().map(|pair| (pair.declared.table.object(), pair)).collect();
    let table_of =
        |object: &ObjectRef| ObjectRef::table(object.schema.clone(), object.table.as_deref().unwrap_or_default());
    for a in missing {
        let Some(pair) = pairs.get(&table_of(&drifts[*a].object)) else { continue };
        let table = &pair.declared.table;
        let Some(at) = table.columns.iter().position(|column| column.name == drifts[*a].object.name) else { continue };
        let (mine, places) = (&table.columns[at], &pair.declared.columns[at]);
        let comments = old_names_at(sides, &places.property, &places.property);
        for b in undeclared {
            if table_of(&drifts[*b].object) != pair.live.object() {
                continue;
            }
            let Some(theirs) = pair.live.column(&drifts[*b].object.name) else { continue };
            let alike = || column_evidence(sides, pair, mine, theirs);
            let evidence = said.evidence(sides, (&drifts[*a], &drifts[*b]), &comments, alike);
            if let Some((score, evidence)) = evidence {
                candidates.push(Candidate { missing: *a, undeclared: *b, score, evidence });
            }
        }
    }
}

fn column_evidence(sides: &Sides, pair: &Pair, mine: &Column, theirs: &Column) -> Option<(f64, String)> {
    if !same_kind(sides, mine, theirs) || mine.generated.is_some() != theirs.generated.is_some() {
        return None;
    }
    let names = likeness(&mine.name, &theirs.name);
    let target = same_target(sides, pair, &mine.name, &theirs.name);
    let evidence = match (names >= ALIKE, target) {
        (true, true) => "the types are the same, the names are alike, and both refer to the same table",
        (true, false) => "the types are the same and the names are alike",
        (false, true) => "the types are the same and both refer to the same table",
        (false, false) => return None,
    };
    Some((names + f64::from(u8::from(target)), evidence.to_owned()))
}

/// Whether two columns refer to the same table, each alone.
fn same_target(sides: &Sides, pair: &Pair, mine: &str, theirs: &str) -> bool {
    let targets = |table: &Table, name: &str| -> Vec<(Option<String>, String)> {
        let keys = table.foreign_keys.iter().filter(|key| matches!(key.columns.as_slice(), [only] if only == name));
        keys.map(|key| (key.foreign_schema.clone(), sides.family.identifier(&key.foreign_table).into_owned())).collect()
    };
    let (mine, theirs) = (targets(&pair.declared.table, mine), targets(pair.live, theirs));
    !mine.is_empty() && mine == theirs
}

/// The old names that comments in front of a declaration, or behind it on its first line, tell.
fn old_names_at(sides: &Sides, statement: &Place, call: &Place) -> Vec<String> {
    let Some(source) = sides.declared.files.get(&statement.file) else { return Vec::new() };
    old_names(source.document.text(), statement.span.start, call.span.end)
}
