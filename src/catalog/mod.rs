//! The vocabulary that both sides speak: the objects of a database schema as plain data.
//!
//! The declared side may know only part of an object; such an attribute is [`Fact::Unknown`] and takes part in no claim.
//! The live side knows everything it lists.

mod changes;
mod dialect;
mod expectation;
mod expression;
mod fact;
mod filter;
mod generation;
mod glob;
mod information_schema;
mod json;
mod live_catalog;
mod object;
mod presets;
mod row_question;
mod same;
mod snapshot;
mod sql_type;

pub use changes::{Change, Sign, changes};
pub use dialect::{Dialect, Family};
pub use expectation::{Expectation, is_expected};
pub use expression::{Unfit, same_default, same_expression, same_query, unfit};
pub use fact::Fact;
pub use filter::{Filter, Hidden, MigrationsTable, Scope};
pub use generation::Generation;
pub use glob::{Glob, expand_braces};
pub use information_schema::{ColumnWords, InformationSchema, Namesake, StatisticWords, TableWords};
pub use json::{CatalogJson, to_json};
pub use live_catalog::{
    DatabaseIdentity, Dependent, Evidence, LiveCatalog, OwnedSequence, Relation, Rows, ServerOrder, SpelledKind,
    SpelledReference, Spelling,
};
pub use object::{ObjectKind, ObjectRef};
pub use presets::Presets;
pub use row_question::{RowQuestion, RowsThat};
pub use same::Same;
pub use snapshot::{FileHash, RowCount, Snapshot, SnapshotError};
pub use sql_type::{same_type, type_change_loses_data};

use serde::{Deserialize, Serialize};

/// One side of the comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Catalog {
    /// The SQL dialect in which types and expressions are written.
    pub dialect: Dialect,
    /// Tables, sorted by schema and name.
    pub tables: Vec<Table>,
    /// Enum types (PostgreSQL), sorted likewise.
    pub enums: Vec<EnumType>,
    /// Views and materialised views, sorted likewise.
    pub views: Vec<View>,
    /// Sequences that belong to no column, sorted likewise.
    pub sequences: Vec<Sequence>,
    /// Schemas, sorted (PostgreSQL): on the declared side those of `pgSchema(...)` exports.
    pub schemas: Vec<String>,
}

impl Catalog {
    /// A catalog of nothing.
    pub fn empty(dialect: Dialect) -> Self {
        Self {
            dialect,
            tables: Vec::new(),
            enums: Vec::new(),
            views: Vec::new(),
            sequences: Vec::new(),
            schemas: Vec::new(),
        }
    }

    /// The table `name` of `schema` (`None` where the dialect has no schemas), found by the order of the tables.
    pub fn table(&self, schema: Option<&str>, name: &str) -> Option<&Table> {
        let place =
            self.tables.binary_search_by(|table| (table.schema.as_deref(), table.name.as_str()).cmp(&(schema, name)));
        place.ok().map(|place| &self.tables[place])
    }

    /// Puts every list in the contract's order.
    pub fn sort(&mut self) {
        self.tables.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        self.enums.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        self.views.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        self.sequences.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        self.schemas.sort();
    }
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Table {
    /// Its schema; `None` where the dialect has none. PostgreSQL's default is spelled out as `public`.
    pub schema: Option<String>,
    /// Its name, unquoted.
    pub name: String,
    /// Its columns, in declared or ordinal order.
    pub columns: Vec<Column>,
    /// Its primary key; one of a single column too.
    pub primary_key: Option<PrimaryKey>,
    /// Unique constraints (unique indexes stand under `indexes`).
    pub uniques: Vec<Unique>,
    /// Foreign keys.
    pub foreign_keys: Vec<ForeignKey>,
    /// Indexes that back no constraint.
    pub indexes: Vec<Index>,
    /// Check constraints.
    pub checks: Vec<Check>,
    /// Exclusion constraints (PostgreSQL, live).
    pub exclusions: Vec<Exclusion>,
    /// Whether row-level security is on (PostgreSQL).
    pub row_level_security: bool,
    /// Row-level-security policies (PostgreSQL).
    pub policies: Vec<Policy>,
    /// What sort of table it is. The code declares ordinary ones only.
    pub kind: TableKind,
    /// The role that owns it (PostgreSQL, live).
    pub owner: Option<String>,
    /// The extension that it belongs to (PostgreSQL, live).
    pub extension: Option<String>,
    /// Its place in the order in which the server lists its tables unasked (PostgreSQL, live). drizzle-kit follows it.
    pub position: u32,
    /// Its comment (live).
    pub comment: Option<String>,
    /// Its default collation, where it is not the database's (MySQL, live).
    pub collation: Option<String>,
    /// STRICT (SQLite, live).
    pub strict: bool,
    /// WITHOUT ROWID (SQLite, live).
    pub without_rowid: bool,
}

/// What sort of table a live table is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum TableKind {
    /// One that holds its own rows.
    #[default]
    Ordinary,
    /// The parent of partitions (PostgreSQL); one that is stored in partitions (MySQL).
    Partitioned,
    /// A partition of the table of that schema and name (PostgreSQL).
    Partition {
        /// The parent's schema.
        schema: Option<String>,
        /// The parent's name.
        table: String,
    },
    /// A foreign table (PostgreSQL).
    Foreign,
    /// A virtual table (SQLite): its module, `fts5`.
    Virtual(String),
    /// A table that a virtual table or an index keeps for itself (SQLite): whose it is.
    Shadow(String),
}

/// When a constraint is checked (PostgreSQL; SQLite's foreign keys).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Deferrable {
    /// At once, always.
    #[default]
    No,
    /// At once unless the transaction says otherwise.
    InitiallyImmediate,
    /// At the end of the transaction.
    InitiallyDeferred,
}

impl Table {
    /// The column `name`.
    pub fn column(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// How to name the table in a report.
    pub fn object(&self) -> ObjectRef {
        ObjectRef::table(self.schema.clone(), &self.name)
    }
}

/// A column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Column {
    /// Its name, unquoted.
    pub name: String,
    /// Its SQL type as `drizzle-kit` writes it for the dialect: `varchar(255)`, `timestamp with time zone`, `serial`,
    /// `numeric(10, 2)`. An enum's type is its bare name.
    pub sql_type: Fact<String>,
    /// The schema of a type that is not built in (an enum's).
    pub type_schema: Option<String>,
    /// The type as the server prints it, with its schema, where that is another text (PostgreSQL, live; enums aside).
    pub printed_type: Option<String>,
    /// Whether NULL is refused.
    pub not_null: Fact<bool>,
    /// Whether the code does not say so, and only a key that it lists beside the columns does.
    pub not_null_implied: bool,
    /// The default as SQL text, `None` without one.
    pub default: Fact<Option<String>>,
    /// How the code writes its default. drizzle-kit compares a number with a number, not with its text.
    pub default_form: DefaultForm,
    /// Whether the code calls `.primaryKey()` on it; a key may also be listed beside the columns.
    pub primary_flag: bool,
    /// GENERATED ... AS IDENTITY (PostgreSQL).
    pub identity: Option<Box<Identity>>,
    /// GENERATED ALWAYS AS (expression).
    pub generated: Option<Box<Generated>>,
    /// AUTOINCREMENT (SQLite), AUTO_INCREMENT (MySQL).
    pub autoincrement: bool,
    /// ON UPDATE (MySQL): `CURRENT_TIMESTAMP(3)`.
    pub on_update: Option<String>,
    /// Whether drizzle-kit writes no ON UPDATE though the code asks for it.
    pub on_update_unseen: bool,
    /// A collation of its own, where it is not that of the type, table or database. The code may name no more than its
    /// character set, with which the collation's name begins.
    pub collation: Option<String>,
    /// A character set of its own, where the code names one (MySQL, declared).
    pub character_set: Option<String>,
    /// Its comment (live).
    pub comment: Option<String>,
    /// Left out of `SELECT *` (MySQL and MariaDB, live).
    pub invisible: bool,
}

/// What stands in the parentheses of `.default(...)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DefaultForm {
    /// SQL.
    #[default]
    Sql,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A BigInt, which drizzle-kit 0.x cannot write down.
    BigInt,
    /// A text.
    Text,
    /// An object, an array, a date.
    Object,
}

/// How the code declares that keys are unique.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UniqueForm {
    /// `index()` or `uniqueIndex()` beside the columns.
    #[default]
    Index,
    /// `.unique()` on its column.
    Column,
    /// `unique().on()` beside the columns.
    Constraint,
}

/// An identity column's sequence. Absent options have the server's defaults.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Identity {
    /// `ALWAYS`, else `BY DEFAULT`.
    pub always: bool,
    /// The sequence's name.
    pub name: Option<String>,
    /// Its options, as SQL numbers (they exceed 64 bits of a JavaScript number).
    pub options: SequenceOptions,
}

/// What a sequence can be told.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SequenceOptions {
    /// INCREMENT BY.
    pub increment: Option<String>,
    /// MINVALUE.
    pub min_value: Option<String>,
    /// MAXVALUE.
    pub max_value: Option<String>,
    /// START WITH.
    pub start: Option<String>,
    /// CACHE.
    pub cache: Option<String>,
    /// CYCLE.
    pub cycle: Option<bool>,
}

/// A generated column's expression.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Generated {
    /// The SQL expression.
    pub expression: Fact<String>,
    /// STORED, else VIRTUAL.
    pub stored: bool,
}

/// A primary key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrimaryKey {
    /// The constraint's name; `None` where the dialect does not name it, or the code leaves it to the tool.
    pub name: Option<String>,
    /// Its columns, in key order.
    pub columns: Vec<String>,
    /// DEFERRABLE.
    pub deferrable: Deferrable,
    /// Whether the code leaves the name to drizzle-kit, which made this one. Since 1.0 it then takes the database's.
    pub name_is_default: bool,
}

/// A unique constraint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unique {
    /// The constraint's name; `None` where it has none (SQLite's inline UNIQUE).
    pub name: Option<String>,
    /// Its columns, in key order.
    pub columns: Vec<String>,
    /// NULLS NOT DISTINCT (PostgreSQL 15 and later).
    pub nulls_not_distinct: bool,
    /// How the code declares it.
    pub form: UniqueForm,
    /// DEFERRABLE.
    pub deferrable: Deferrable,
    /// Whether the code leaves the name to drizzle-kit, which made this one. Since 1.0 it then takes the database's.
    pub name_is_default: bool,
}

/// A foreign key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ForeignKey {
    /// The constraint's name; `None` where it has none (SQLite).
    pub name: Option<String>,
    /// Its columns.
    pub columns: Vec<String>,
    /// The schema of the table referred to.
    pub foreign_schema: Option<String>,
    /// The table referred to.
    pub foreign_table: String,
    /// The columns referred to, in the order of `columns`.
    pub foreign_columns: Vec<String>,
    /// `no action`, `cascade`, `restrict`, `set null` or `set default`.
    pub on_update: String,
    /// Likewise.
    pub on_delete: String,
    /// DEFERRABLE.
    pub deferrable: Deferrable,
    /// MATCH FULL, else SIMPLE.
    pub match_full: bool,
    /// NOT VALID: rows that were there before it are not checked (PostgreSQL, live).
    pub not_valid: bool,
    /// Whether the code leaves the name to drizzle-kit, which made this one. Since 1.0 it then takes the database's.
    pub name_is_default: bool,
}

/// An index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// Its name.
    pub name: String,
    /// Whether it is unique.
    pub unique: bool,
    /// `btree`, `gin`, ...; `None` where the dialect has one method only.
    pub method: Option<String>,
    /// Its key columns, in order (INCLUDE columns are not among them).
    pub columns: Vec<IndexColumn>,
    /// The predicate of a partial index.
    pub predicate: Option<String>,
    /// INCLUDE columns (PostgreSQL).
    pub include: Vec<String>,
    /// Storage parameters, `(name, value)` (PostgreSQL: `fillfactor`); what `.using()`, `.algorithm()` and `.lock()` say
    /// (MySQL, declared).
    pub storage: Vec<(String, String)>,
    /// Whether the code gives a value of `storage` as a number or a boolean, which drizzle-kit 0.x takes for another value
    /// than its text in the database.
    pub storage_is_typed: bool,
    /// NULLS NOT DISTINCT (PostgreSQL 15 and later).
    pub nulls_not_distinct: bool,
    /// How the code declares it: drizzle-kit 0.x makes SQLite's unique constraints indexes.
    pub form: UniqueForm,
    /// Left behind by a failed CREATE INDEX CONCURRENTLY (PostgreSQL, live).
    pub invalid: bool,
    /// CONCURRENTLY, where the code asks for it (PostgreSQL).
    pub concurrently: bool,
    /// Kept up to date but not used: INVISIBLE on MySQL, IGNORED on MariaDB (live).
    pub invisible: bool,
    /// Its comment (live).
    pub comment: Option<String>,
    /// Whether a foreign key rests on it (PostgreSQL, live): it cannot be dropped by itself.
    pub referenced: bool,
    /// Whether it looks like what a foreign key makes for itself (MySQL, live): nobody has to declare it.
    pub of_foreign_key: bool,
    /// Whether the code leaves the name to drizzle-kit, which made this one. Since 1.0 it then takes the database's.
    pub name_is_default: bool,
}

/// One key of an index.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct IndexColumn {
    /// A column's name, or the SQL of an expression.
    pub expression: String,
    /// Which of the two.
    pub is_expression: bool,
    /// DESC.
    pub descending: bool,
    /// NULLS FIRST; `None` for the order's own default.
    pub nulls_first: Option<bool>,
    /// The operator class, `None` for the type's default.
    pub operator_class: Option<String>,
    /// A collation of its own.
    pub collation: Option<String>,
    /// How many characters or bytes of the column are indexed, where not all (MySQL).
    pub prefix_length: Option<u32>,
}

/// A check constraint.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Check {
    /// Its name, `None` where it has none (SQLite).
    pub name: Option<String>,
    /// The SQL condition, without the word CHECK and its parentheses.
    pub expression: Fact<String>,
    /// NOT VALID: rows that were there before it are not checked (PostgreSQL, live).
    pub not_valid: bool,
    /// NOT ENFORCED (MySQL, live).
    pub not_enforced: bool,
}

/// An exclusion constraint (PostgreSQL). The code cannot declare one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Exclusion {
    /// Its name, which is also that of its index.
    pub name: String,
    /// The whole of it: `EXCLUDE USING gist (room WITH =, during WITH &&)`.
    pub definition: String,
    /// The index that it keeps.
    pub index: Index,
    /// DEFERRABLE.
    pub deferrable: Deferrable,
}

/// A row-level-security policy (PostgreSQL).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// PERMISSIVE, else RESTRICTIVE.
    pub permissive: bool,
    /// `all`, `select`, `insert`, `update` or `delete`.
    pub command: String,
    /// The roles it is for, sorted.
    pub roles: Vec<String>,
    /// The USING expression.
    pub using: Option<String>,
    /// The WITH CHECK expression.
    pub with_check: Option<String>,
}

/// An enum type (PostgreSQL).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EnumType {
    /// Its schema.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// Its labels in their order.
    pub values: Vec<String>,
    /// The extension that it belongs to (PostgreSQL, live).
    pub extension: Option<String>,
}

/// A view.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct View {
    /// Its schema.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// Whether it is materialised.
    pub materialized: bool,
    /// Its query; unknown where the code builds it with Drizzle's query builder.
    pub definition: Fact<String>,
    /// Its options, `(name, value)`: `security_invoker`, `check_option`, MySQL's `algorithm` and `sql_security`.
    pub options: Vec<(String, String)>,
    /// WITH NO DATA, where the code says so (PostgreSQL's materialised views).
    pub with_no_data: bool,
    /// The access method of a materialised view, where the code names one (PostgreSQL).
    pub access_method: Option<String>,
    /// Its tablespace, where it is not the database's (PostgreSQL).
    pub tablespace: Option<String>,
    /// The extension that it belongs to (PostgreSQL, live).
    pub extension: Option<String>,
}

/// A sequence that belongs to no column (PostgreSQL).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sequence {
    /// Its schema.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// Its options.
    pub options: SequenceOptions,
    /// `smallint`, `integer` or `bigint` (live).
    pub sql_type: Option<String>,
    /// The extension that it belongs to (live).
    pub extension: Option<String>,
}
