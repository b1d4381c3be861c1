//! What the code declares: a partial evaluator over the syntax that turns Drizzle's builders into a catalog and remembers
//! where each piece stands. What cannot be known without running the code is unknown, with a place and a reason; it is
//! never guessed.

mod casing;
mod constraints;
mod data;
mod dates;
mod defaults;
mod drizzle;
mod environment;
mod evaluate;
mod exports;
mod kit;
mod known;
mod libraries;
mod lowering;
mod memory;
mod modules;
mod names;
mod reader;
mod resolve;
mod value;

use std::collections::BTreeMap;
use std::sync::Arc;

pub use casing::cased;
pub use data::{ConfigPlaces, Data, Environment, EnvironmentLoad, PlacedData, Property};
pub use defaults::without_casts;
pub use kit::Kit;
pub use reader::Reader;

pub use crate::catalog::Generation;
pub use crate::syntax::number_text;

use crate::catalog::{Catalog, Dialect, EnumType, Sequence, Table, View};
use crate::text::{Document, FilePath, Place, Span};

/// The declared side of one project.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The project's dialect; tables of other dialects are dropped, as drizzle-kit drops them.
    pub dialect: Dialect,
    /// Tables that drizzle-kit sees, in the order in which it meets them.
    pub tables: Vec<DeclaredTable>,
    /// Enums that it sees.
    pub enums: Vec<Located<EnumType>>,
    /// Views that it sees. A view with `.existing()` is not among them.
    pub views: Vec<Located<View>>,
    /// The names of views with `.existing()`, which push leaves alone.
    pub existing_views: Vec<(Option<String>, String)>,
    /// Sequences that it sees.
    pub sequences: Vec<Located<Sequence>>,
    /// The names of `pgSchema(...)` exports.
    pub schemas: Vec<Located<String>>,
    /// What could not be read, in file and position order.
    pub unresolved: Vec<Unresolved>,
    /// Whether there may be tables beyond `tables` (one whose name is unknown, a schema file that cannot be read, an
    /// export that cannot be followed): then nothing live can be called undeclared.
    pub tables_open: bool,
    /// Likewise of enums, views and sequences.
    pub others_open: bool,
    /// Every schema file and every file that was followed for the tables' sake, with its text as it was read.
    pub files: BTreeMap<FilePath, SourceFile>,
}

/// One file of the declared side.
#[derive(Clone, Debug)]
pub struct SourceFile {
    /// Its text.
    pub document: Document,
    /// Whether the config names it (drizzle-kit looks at the exports of such files only).
    pub is_schema: bool,
    /// Its import statements, in order.
    pub imports: Vec<Import>,
}

/// One import statement: `import foo, { a as b } from "module"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The module as written.
    pub module: String,
    /// The whole statement, with its semicolon.
    pub span: Span,
    /// The local name of the namespace import (`* as pg`).
    pub namespace: Option<String>,
    /// The braces with what is in them, where there are any.
    pub braces: Option<Span>,
    /// The named imports, `(imported, local)`.
    pub names: Vec<(String, String)>,
    /// `import type`.
    pub type_only: bool,
}

/// A value and where it is declared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    /// The value.
    pub value: T,
    /// Its declaration.
    pub place: Place,
    /// The exported constant that holds it, in the file of `place`.
    pub export: Option<String>,
}

/// A declared table with the places of its parts.
#[derive(Clone, Debug)]
pub struct DeclaredTable {
    /// What is declared. `table.columns` and [`Self::columns`] have the same order.
    pub table: Arc<Table>,
    /// The constant that holds it, in the file of `name`.
    pub export: Option<String>,
    /// The whole statement that declares it.
    pub statement: Place,
    /// The table-builder call: `pgTable("users", { ... })`.
    pub call: Place,
    /// The function that builds it, as written: `pgTable`, `app.table`, `createTable`.
    pub callee: String,
    /// The table's name string (or the expression in its place).
    pub name: Place,
    /// The braces of the columns' object literal, where the call has one.
    pub columns_object: Option<Place>,
    /// The columns' places.
    pub columns: Vec<ColumnPlaces>,
    /// The places of its keys, indexes, checks and policies.
    pub parts: PartPlaces,
    /// Whether there may be columns beyond those listed (an unreadable spread or key): then nothing live in it can be
    /// called undeclared.
    pub columns_open: bool,
    /// Whether there may be keys, indexes or checks beyond those listed.
    pub extras_open: bool,
    /// Whether the code itself switches row-level security on, and not just a policy.
    pub enables_row_level_security: bool,
    /// Whether its statement does not parse at the moment. The facts are then those of its last good text, and take part
    /// in no claim: all that counts is that the table is declared.
    pub broken: bool,
}

/// Where one column stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ColumnPlaces {
    /// Its key in the columns' object.
    pub key: String,
    /// What stands for it in the table's own statement: `key: text("name").notNull()`, or the spread that brings it.
    pub property: Place,
    /// Its builder's expression: `text("name").notNull()`; in another statement where a helper or spread brings it.
    pub builder: Place,
    /// The name string, where one is written.
    pub name: Option<Place>,
}

/// Where the parts of a table stand: `index("i").on(t.a)`, or the builder of the column that says `.unique()`. Each list has
/// the order of the table's own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PartPlaces {
    /// The primary key's.
    pub primary_key: Option<Place>,
    /// The unique constraints'.
    pub uniques: Vec<Place>,
    /// The foreign keys'.
    pub foreign_keys: Vec<Place>,
    /// The indexes'.
    pub indexes: Vec<Place>,
    /// The checks'.
    pub checks: Vec<Place>,
    /// The policies'.
    pub policies: Vec<Place>,
}

/// Something that cannot be read without running the code, so nothing is claimed about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unresolved {
    /// The expression.
    pub place: Place,
    /// What it stands for: `the name of a table`.
    pub what: String,
    /// Why it cannot be read: `fetch() is not known without running it`.
    pub why: String,
}

/// What to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The project's dialect.
    pub dialect: Dialect,
    /// The schema files that the config names, absolute, in its order.
    pub schema_files: Vec<FilePath>,
    /// `casing` of the config (0.x).
    pub casing: Option<Casing>,
    /// The kit whose rules (default names, meaning of `.array()`) hold.
    pub kit: Kit,
}

/// How keys without a name become column names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Casing {
    /// `createdAt` becomes `created_at`.
    SnakeCase,
    /// `created_at` becomes `createdAt`.
    CamelCase,
}

impl Casing {
    /// The casing that a config calls `name`.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "snake_case" => Some(Self::SnakeCase),
            "camelCase" => Some(Self::CamelCase),
            _ => None,
        }
    }
}

impl DeclaredTable {
    /// Every place in it, to move it.
    fn places_mut(&mut self) -> impl Iterator<Item = &mut Place> {
        let columns = self
            .columns
            .iter_mut()
            .flat_map(|column| [&mut column.property, &mut column.builder].into_iter().chain(&mut column.name));
        let PartPlaces { primary_key, uniques, foreign_keys, indexes, checks, policies } = &mut self.parts;
        let parts = [uniques, foreign_keys, indexes, checks, policies].into_iter().flatten().chain(primary_key);
        let table = [&mut self.statement, &mut self.call, &mut self.name].into_iter().chain(&mut self.columns_object);
        table.chain(columns).chain(parts)
    }

    /// The facts, to be changed.
    pub fn table_mut(&mut self) -> &mut Table {
        Arc::make_mut(&mut self.table)
    }
}

impl Declared {
    /// A reading of nothing.
    pub fn empty(dialect: Dialect) -> Self {
        Self {
            dialect,
            tables: Vec::new(),
            enums: Vec::new(),
            views: Vec::new(),
            existing_views: Vec::new(),
            sequences: Vec::new(),
            schemas: Vec::new(),
            unresolved: Vec::new(),
            tables_open: false,
            others_open: false,
            files: BTreeMap::new(),
        }
    }

    /// Whether there may be enums, views or sequences that are not listed.
    pub fn is_open(&self) -> bool {
        self.tables_open || self.others_open
    }

    /// The table `name` of `schema`.
    pub fn table(&self, schema: Option<&str>, name: &str) -> Option<&DeclaredTable> {
        self.tables.iter().find(|declared| declared.table.schema.as_deref() == schema && declared.table.name == name)
    }

    /// The plain data alone, in the contract's order.
    pub fn catalog(&self) -> Catalog {
        let mut catalog = Catalog {
            dialect: self.dialect,
            tables: self.tables.iter().map(|declared| Table::clone(&declared.table)).collect(),
            enums: self.enums.iter().map(|located| located.value.clone()).collect(),
            views: self.views.iter().map(|located| located.value.clone()).collect(),
            sequences: self.sequences.iter().map(|located| located.value.clone()).collect(),
            schemas: self.schemas.iter().map(|located| located.value.clone()).collect(),
        };
        catalog.sort();
        catalog
    }
}
