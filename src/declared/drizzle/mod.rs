//! Drizzle's own objects as the evaluator knows them, one data table of column functions per dialect.

mod build;
mod columns;
mod constructors;
mod exports;
pub(super) mod extras;
mod modifiers;
mod mysql;
mod pg;
mod query;
pub(super) mod sql;
mod sqlite;
mod tables;

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::rc::Rc;

pub(super) use columns::{Choice, ColumnFunction, NotNull, fill};
pub(super) use exports::{DrizzleFunction, Purpose, core_column, library_member, table_function};
pub(super) use query::Query;
pub(super) use sql::{Chunk, Sql};

use super::Casing;
use super::value::{Location, Unknown, Value};
use crate::catalog::Family;
use crate::declared::modules::ModuleId;
use crate::syntax::Name;

/// A value or why it is not known.
pub(super) type Known<T> = Result<T, Rc<Unknown>>;

/// A table's number in the evaluation.
pub(super) type TableId = usize;

/// A column builder: mutable, with identity, as at run time.
pub(super) struct ColumnBuilder {
    pub state: RefCell<ColumnState>,
    /// The evaluation of a top-level statement that made it.
    pub made_in: u64,
}

/// What a column builder was told so far. A column is a copy of it, made when its table is built.
#[derive(Clone)]
pub(super) struct ColumnState {
    pub family: Family,
    pub sql_type: Known<Cow<'static, str>>,
    pub enumeration: Option<Rc<EnumValue>>,
    /// The name; `None` as long as neither the code nor a key gave one.
    pub name: Known<Option<Rc<str>>>,
    pub key_as_name: bool,
    pub not_null: Known<bool>,
    pub primary: Known<bool>,
    pub autoincrement: bool,
    pub default: Option<Value>,
    /// ON UPDATE.
    pub on_update_now: Option<String>,
    /// `.charSet(...)`.
    pub character_set: Option<String>,
    /// `.collate(...)`.
    pub collation: Option<String>,
    pub unique: Option<UniqueColumn>,
    pub references: Vec<Reference>,
    pub generated: Option<GeneratedColumn>,
    pub identity: Option<IdentityColumn>,
    /// Array dimensions.
    pub dimensions: u32,
    /// The config it was started with.
    pub config: Value,
    /// The builder's expression so far.
    pub location: Location,
    /// The name string.
    pub name_location: Option<Location>,
}

impl ColumnState {
    /// Something changed it in a way that is not read.
    pub fn forget(&mut self, why: &Rc<Unknown>) {
        self.sql_type = Err(why.clone());
        self.not_null = Err(why.clone());
        self.default = Some(Value::Unknown(why.clone()));
    }
}

/// `.unique(name?, { nulls })`.
#[derive(Clone)]
pub(super) struct UniqueColumn {
    pub name: Known<Option<Rc<str>>>,
    /// Whether `name` was written, not derived.
    pub named: bool,
    pub nulls_not_distinct: bool,
}

/// `.references(() => table.column, { onDelete })`.
#[derive(Clone)]
pub(super) struct Reference {
    pub target: Value,
    pub on_delete: Known<Option<Rc<str>>>,
    pub on_update: Known<Option<Rc<str>>>,
    pub location: Location,
}

/// `.generatedAlwaysAs(expression, { mode })`.
#[derive(Clone)]
pub(super) struct GeneratedColumn {
    pub expression: Value,
    pub mode: Option<Rc<str>>,
}

/// `.generatedAlwaysAsIdentity(options)`.
#[derive(Clone)]
pub(super) struct IdentityColumn {
    pub always: bool,
    pub options: Value,
}

/// A function that builds tables: `pgTable`, a creator's result, `app.table`.
#[derive(Clone)]
pub(super) struct TableFunction {
    pub family: Family,
    pub schema: Known<Option<Rc<str>>>,
    pub customize: Option<Value>,
    pub casing: Option<Casing>,
    pub row_level_security: bool,
}

/// A table.
pub(super) struct Table {
    pub family: Family,
    pub name: Known<Rc<str>>,
    pub schema: Known<Option<Rc<str>>>,
    pub columns: Vec<Column>,
    /// Set where there may be other columns.
    pub open: Option<Rc<Unknown>>,
    pub extras: Option<Value>,
    pub row_level_security: Cell<bool>,
    pub statement: Location,
    pub call: Location,
    pub callee: Location,
    pub name_location: Location,
    pub columns_object: Option<Location>,
    /// Whether its statement does not parse at the moment.
    pub broken: bool,
    /// The evaluation of a top-level statement that made it.
    pub made_in: u64,
    /// The variable that this statement put it into.
    pub variable: Option<(ModuleId, Name)>,
    /// Whether a provider's library declares it, not the project.
    pub provided: bool,
}

/// A column of a table.
pub(super) struct Column {
    pub key: Name,
    pub state: ColumnState,
    pub property: Location,
}

/// An enum type.
pub(super) struct EnumValue {
    pub name: Known<Rc<str>>,
    pub schema: Known<Option<Rc<str>>>,
    pub values: Known<Vec<Rc<str>>>,
    pub location: Location,
}

/// `pgSchema("app")`.
pub(super) struct Schema {
    pub family: Family,
    pub name: Known<Rc<str>>,
    pub casing: Option<Casing>,
    pub existing: bool,
    pub location: Location,
}

/// `pgSequence("name", options)`.
pub(super) struct SequenceValue {
    pub name: Known<Rc<str>>,
    pub schema: Known<Option<Rc<str>>>,
    pub options: Value,
    pub location: Location,
}

/// `pgView("name", columns?)`, before `.as(...)`.
#[derive(Clone)]
pub(super) struct ViewBuilder {
    pub family: Family,
    pub name: Known<Rc<str>>,
    pub schema: Known<Option<Rc<str>>>,
    pub materialized: bool,
    /// What `.with()`, `.algorithm()` and the like say, `(name, value)`.
    pub options: Known<Vec<(String, String)>>,
    pub with_no_data: bool,
    pub access_method: Option<String>,
    pub tablespace: Option<String>,
}

/// A view.
pub(super) struct View {
    pub family: Family,
    pub name: Known<Rc<str>>,
    pub schema: Known<Option<Rc<str>>>,
    pub materialized: bool,
    pub existing: bool,
    pub options: Known<Vec<(String, String)>>,
    pub with_no_data: bool,
    pub access_method: Option<String>,
    pub tablespace: Option<String>,
    /// Its query, where it is SQL text.
    pub query: Option<Rc<Sql>>,
    pub location: Location,
}

/// `pgRole("name")`.
pub(super) struct Role {
    pub name: Known<Rc<str>>,
}

/// `pgPolicy("name", config)`.
#[derive(Clone)]
pub(super) struct Policy {
    pub name: Known<Rc<str>>,
    pub config: Value,
    pub table: Option<Value>,
    pub location: Location,
}

/// `customType({ dataType })`.
pub(super) struct CustomType {
    pub family: Family,
    pub parameters: Value,
}

/// A column as a key of an index: `t.name.desc().nullsLast()`.
#[derive(Clone)]
pub(super) struct IndexKey {
    pub column: (TableId, usize),
    pub descending: bool,
    pub nulls_first: Option<bool>,
    pub operator_class: Option<Rc<str>>,
}

/// What the third argument of a table function lists.
pub(super) enum Extra {
    Index(IndexExtra),
    Unique {
        name: Known<Option<Rc<str>>>,
        columns: Option<Vec<Value>>,
        nulls_not_distinct: bool,
    },
    PrimaryKey {
        name: Known<Option<Rc<str>>>,
        columns: Vec<Value>,
    },
    ForeignKey {
        name: Known<Option<Rc<str>>>,
        columns: Vec<Value>,
        foreign_columns: Vec<Value>,
        on_delete: Known<Option<Rc<str>>>,
        on_update: Known<Option<Rc<str>>>,
    },
    Check {
        name: Known<Option<Rc<str>>>,
        condition: Value,
    },
}

/// `index("name").on(...)`.
pub(super) struct IndexExtra {
    pub name: Known<Option<Rc<str>>>,
    pub unique: bool,
    pub columns: Option<Vec<Value>>,
    pub method: Option<Rc<str>>,
    /// What `.algorithm()` and `.lock()` say (MySQL).
    pub options: Vec<(&'static str, Rc<str>)>,
    /// What `.with({ ... })` says (PostgreSQL).
    pub storage: Known<Vec<(String, Value)>>,
    pub concurrently: bool,
    pub predicate: Option<Value>,
}
