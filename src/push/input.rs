//! What a planner works from: both sides, the filters and the rules that hold.

use crate::catalog::{Evidence, Family, Filter, Generation, LiveCatalog, Rows, Table};
use crate::declared::{Declared, Kit};

/// Both sides of one push.
pub(super) struct Input<'a> {
    /// The schema language.
    pub family: Family,
    /// Whose rules hold.
    pub generation: Generation,
    /// The declared side.
    pub declared: &'a Declared,
    /// The live side.
    pub live: &'a LiveCatalog,
    /// The config's filters, by the rules of `generation`.
    pub filter: Filter,
    /// Whether Cloudflare D1 is pushed to.
    pub pushes_to_d1: bool,
}

impl<'a> Input<'a> {
    /// The input of `kit`'s push.
    pub fn new(declared: &'a Declared, live: &'a LiveCatalog, filter: &Filter, kit: &Kit) -> Self {
        let generation = kit.generation();
        let filter = Filter { generation, ..filter.clone() };
        let (family, pushes_to_d1) = (declared.dialect.family(), kit.pushes_to_d1);
        Self { family, generation, declared, live, filter, pushes_to_d1 }
    }

    /// What a live table holds.
    pub fn evidence(&self, table: &Table) -> Evidence {
        self.live.evidence(table)
    }

    /// How many rows a live table holds.
    pub fn rows(&self, table: &Table) -> Rows {
        self.evidence(table).rows
    }
}
