//! The comparison: every rule over every object, in a stable order.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::num::NonZero;

use super::{
    Drift, Ledger, checks, columns, defaults, enums, foreign_keys, generated, groups, identity, indexes, nullability,
    ownership, policies, primary_key, renames, sequences, tables, types, unresolved, views,
};
use crate::catalog::{Column, Dialect, Family, Filter, LiveCatalog, Presets, Scope, Table, TableKind};
use crate::declared::{ColumnPlaces, Declared, DeclaredTable};

/// Every difference between the declared and the live side, in the order of file and place, then of object name.
///
/// Live objects that `filter` excludes, and those that the dialect's drizzle-kit never looks at, take no part.
pub fn compare(declared: &Declared, live: &LiveCatalog, filter: &Filter) -> Vec<Drift> {
    compare_with(declared, live, filter, Presets::default(), &Ledger::default())
}

/// The same, with the objects of others that `presets` name summed up, and with what `ledger` knows of renames.
pub fn compare_with(
    declared: &Declared,
    live: &LiveCatalog,
    filter: &Filter,
    presets: Presets,
    ledger: &Ledger,
) -> Vec<Drift> {
    let sides = Sides::new(declared, live, filter);
    let mut drifts = Vec::new();
    tables::undeclared(&sides, &mut drifts);
    tables::missing(&sides, &mut drifts);
    drifts.extend(of_pairs(&sides));
    enums::compare(&sides, &mut drifts);
    views::compare(&sides, &mut drifts);
    sequences::compare(&sides, &mut drifts);
    ownership::attach(&sides, &mut drifts);
    groups::sum_up(&sides, presets, &mut drifts);
    renames::join(&sides, ledger, &mut drifts);
    unresolved::declarations(declared, &mut drifts);
    sort(&mut drifts);
    drifts
}

/// What differs within tables of both sides, looked for by as many threads as it takes long enough for: most of the time
/// goes by while memory is fetched.
fn of_pairs(sides: &Sides) -> Vec<Drift> {
    /// Fewer pairs are compared sooner than a thread is there.
    const PAIRS_OF_A_THREAD: usize = 200;
    const MOST_THREADS: usize = 4;
    let cores = std::thread::available_parallelism().map_or(1, NonZero::get);
    let threads = (sides.pairs.len() / PAIRS_OF_A_THREAD).clamp(1, cores.min(MOST_THREADS));
    let mut parts = sides.pairs.chunks(sides.pairs.len().div_ceil(threads).max(1));
    let first = parts.next().unwrap_or_default();
    std::thread::scope(|scope| {
        // Where the system has no thread left, the work is done here.
        let start = |pairs| {
            let thread = std::thread::Builder::new().name("compare".into());
            thread.spawn_scoped(scope, move || of_some(sides, pairs)).map_err(|_| pairs)
        };
        let others: Vec<_> = parts.map(start).collect();
        let mut drifts = of_some(sides, first);
        for other in others {
            drifts.extend(match other {
                Ok(thread) => thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)),
                Err(pairs) => of_some(sides, pairs),
            });
        }
        drifts
    })
}

fn of_some<'a>(sides: &Sides<'a>, pairs: &[Pair<'a>]) -> Vec<Drift> {
    let (mut drifts, mut known) = (Vec::new(), defaults::Known::default());
    for pair in pairs {
        columns::undeclared(pair, &mut drifts);
        columns::missing(pair, &mut drifts);
        for columns in pair.columns() {
            types::mismatch(sides, pair, &columns, &mut drifts);
            nullability::mismatch(sides, pair, &columns, &mut drifts);
            defaults::mismatch(sides, pair, &columns, &mut known, &mut drifts);
            identity::mismatch(sides, pair, &columns, &mut drifts);
            generated::mismatch(sides, pair, &columns, &mut drifts);
        }
        primary_key::compare(sides, pair, &mut drifts);
        indexes::compare(sides, pair, &mut drifts);
        foreign_keys::compare(sides, pair, &mut drifts);
        checks::compare(sides, pair, &mut drifts);
        policies::compare(sides, pair, &mut drifts);
    }
    drifts
}

/// Puts drifts in the order of file and place, then of object name. What has no place comes last.
pub fn sort(drifts: &mut [Drift]) {
    drifts.sort_by(|a, b| {
        (a.place.is_none(), &a.place, &a.object, a.code).cmp(&(b.place.is_none(), &b.place, &b.object, b.code))
    });
}

/// Both sides, matched table by table.
pub(super) struct Sides<'a> {
    /// The schema language.
    pub family: Family,
    /// What drizzle-kit looks at.
    pub scope: Scope<'a>,
    /// The declared side.
    pub declared: &'a Declared,
    /// The live side.
    pub live: &'a LiveCatalog,
    /// Tables of both sides.
    pub pairs: Vec<Pair<'a>>,
    /// Live tables that no declared table stands for.
    pub undeclared: Vec<&'a Table>,
    /// Declared tables that the database lacks.
    pub missing: Vec<&'a DeclaredTable>,
}

/// A table of both sides.
pub(super) struct Pair<'a> {
    /// As the code has it.
    pub declared: &'a DeclaredTable,
    /// As the database has it.
    pub live: &'a Table,
    /// The live column of each declared one; `None` where they stand in one order under one name.
    columns: Option<Vec<Option<usize>>>,
}

/// A column of both sides.
pub(super) struct ColumnPair<'a> {
    /// As the code has it.
    pub declared: &'a Column,
    /// Where the code has it.
    pub places: &'a ColumnPlaces,
    /// As the database has it.
    pub live: &'a Column,
}

/// A table's schema and name.
type Name<'a> = (Option<&'a str>, &'a str);
/// The same as the engine tells it from others.
type AnyCase<'a> = (Option<&'a str>, String);

impl<'a> Sides<'a> {
    fn new(declared: &'a Declared, live: &'a LiveCatalog, filter: &'a Filter) -> Self {
        let family = declared.dialect.family();
        let by_name: HashMap<Name, &Table> =
            live.catalog.tables.iter().map(|table| ((table.schema.as_deref(), table.name.as_str()), table)).collect();
        // MySQL's tables may or may not have a case, depending on the server. A name that differs by its case alone, or
        // behind the end of what PostgreSQL keeps of it, cannot be proved to be another one.
        let alike: OnceCell<HashMap<AnyCase, Vec<&Table>>> = OnceCell::new();
        let by_likeness = |schema: Option<&'a str>, name: &str| {
            let alike = alike.get_or_init(|| {
                let mut alike: HashMap<AnyCase, Vec<&Table>> = HashMap::new();
                for table in &live.catalog.tables {
                    let name = family.identifier(&table.name).into_owned();
                    alike.entry((table.schema.as_deref(), name)).or_default().push(table);
                }
                alike
            });
            match alike.get(&(schema, family.identifier(name).into_owned())).map(Vec::as_slice) {
                Some([only]) => Some(*only),
                _ => None,
            }
        };
        let mut sides = Self {
            family,
            scope: filter.scope(declared.dialect),
            declared,
            live,
            pairs: Vec::with_capacity(declared.tables.len()),
            undeclared: Vec::new(),
            missing: Vec::new(),
        };
        let mut seen = HashSet::with_capacity(declared.tables.len());
        let mut matched = HashSet::with_capacity(declared.tables.len());
        for table in &declared.tables {
            let (schema, name) = (table.table.schema.as_deref(), table.table.name.as_str());
            if !sides.scope.covers_declared(schema, name) || !seen.insert((schema, name)) {
                continue;
            }
            match by_name.get(&(schema, name)).copied().or_else(|| by_likeness(schema, name)) {
                None if table.broken || !live.is_readable(schema) => {}
                None => sides.missing.push(table),
                Some(live) => {
                    matched.insert((live.schema.as_deref(), live.name.as_str()));
                    // A table that the filter hides from drizzle-kit is none of its business, though the code has it.
                    // Of one that does not parse at the moment, nothing is claimed.
                    if sides.scope.covers_live(live.schema.as_deref(), &live.name) && !table.broken {
                        sides.pairs.push(Pair::new(family, table, live));
                    }
                }
            }
        }
        sides.undeclared = live
            .catalog
            .tables
            .iter()
            .filter(|table| !matched.contains(&(table.schema.as_deref(), table.name.as_str())))
            .filter(|table| sides.scope.covers_live(table.schema.as_deref(), &table.name))
            .filter(|table| live.is_readable(table.schema.as_deref()))
            // No code declares them, and push does not see them.
            .filter(|table| table.kind != TableKind::Foreign)
            .collect();
        sides
    }

    /// The SQL dialect.
    pub(super) fn dialect(&self) -> Dialect {
        self.declared.dialect
    }

    /// Whether two constraints have one name; one without a name has none.
    pub(super) fn same_name(&self, a: Option<&str>, b: Option<&str>) -> bool {
        matches!((a, b), (Some(a), Some(b)) if self.family.same_identifier(a, b))
    }

    /// Whether two lists name the same columns in the same order.
    pub(super) fn same_names(&self, a: &[String], b: &[String]) -> bool {
        a.len() == b.len() && a.iter().zip(b).all(|(a, b)| self.family.same_identifier(a, b))
    }

    /// Whether two lists name the same columns in whatever order.
    pub(super) fn same_set(&self, a: &[String], b: &[String]) -> bool {
        let holds = |list: &[String], name: &String| list.iter().any(|other| self.family.same_identifier(other, name));
        a.len() == b.len() && a.iter().all(|name| holds(b, name)) && b.iter().all(|name| holds(a, name))
    }
}

impl<'a> Pair<'a> {
    fn new(family: Family, declared: &'a DeclaredTable, live: &'a Table) -> Self {
        let (mine, theirs) = (&declared.table.columns, &live.columns);
        let aligned = mine.len() == theirs.len() && mine.iter().zip(theirs).all(|(a, b)| a.name == b.name);
        let columns = (!aligned).then(|| {
            let exact: BTreeMap<&str, usize> =
                theirs.iter().enumerate().map(|(index, column)| (column.name.as_str(), index)).collect();
            let alike = |name: &str| theirs.iter().position(|column| family.same_identifier(&column.name, name));
            mine.iter().map(|column| exact.get(column.name.as_str()).copied().or_else(|| alike(&column.name))).collect()
        });
        Self { declared, live, columns }
    }

    /// The live column of the declared one at `index`.
    fn live_column(&self, index: usize) -> Option<usize> {
        match &self.columns {
            None => Some(index),
            Some(columns) => columns.get(index).copied().flatten(),
        }
    }

    /// The columns that both sides have, in declared order.
    pub(super) fn columns(&self) -> impl Iterator<Item = ColumnPair<'a>> {
        let (declared, live) = (self.declared, self.live);
        declared.table.columns.iter().zip(&declared.columns).enumerate().filter_map(move |(index, (column, places))| {
            Some(ColumnPair { declared: column, places, live: &live.columns[self.live_column(index)?] })
        })
    }

    /// The columns that the code alone has, by their index.
    pub(super) fn missing_columns(&self) -> Vec<usize> {
        let columns = self.columns.iter().flatten().enumerate();
        columns.filter(|(_, live)| live.is_none()).map(|(index, _)| index).collect()
    }

    /// The columns that the database alone has.
    pub(super) fn undeclared_columns(&self) -> Vec<&'a Column> {
        let Some(columns) = &self.columns else { return Vec::new() };
        let live = self.live.columns.iter().enumerate();
        live.filter(|(index, _)| !columns.contains(&Some(*index))).map(|(_, column)| column).collect()
    }
}
