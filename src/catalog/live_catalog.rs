//! The live side as one value: the catalog, where it was read, and the evidence of what the tables hold.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Catalog, Column, InformationSchema, ObjectRef, RowQuestion, RowsThat, Sequence, Table};

/// What was read from a database in one consistent snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LiveCatalog {
    /// The objects. System objects are left out; nothing else is.
    pub catalog: Catalog,
    /// Which database this is.
    pub database: DatabaseIdentity,
    /// What each table holds, by schema and name.
    #[serde(with = "evidence_list")]
    pub evidence: BTreeMap<(Option<String>, String), Evidence>,
    /// How each table and view is spelled, by name, where the dialect keeps the text (SQLite).
    pub spellings: BTreeMap<String, Spelling>,
    /// The sequences that belong to a column (PostgreSQL): they come and go with it.
    pub owned_sequences: Vec<OwnedSequence>,
    /// Schemas that the role may not use, sorted (MySQL: the database, where the role may use only some tables). Nothing is claimed of what is or is not in them.
    pub unreadable: Vec<String>,
    /// What the catalog was made of, word for word (MySQL and MariaDB).
    pub information_schema: Option<Box<InformationSchema>>,
    /// The order in which the server comes by what it is not asked to sort (PostgreSQL).
    #[serde(default)]
    pub order: ServerOrder,
    /// What depends on columns, tables and views, so that they cannot be dropped (PostgreSQL).
    #[serde(default)]
    pub dependents: Vec<Dependent>,
    /// Columns that hold nothing but NULL, by schema, table and name, as far as the rows were asked.
    #[serde(skip)]
    pub hollow: BTreeSet<(Option<String>, String, String)>,
    /// When it was read, where a snapshot file stands in for the database; `None` where the database itself was read.
    pub taken_at: Option<jiff::Timestamp>,
}

/// PostgreSQL's tables, views and enums by their OIDs: as they were created. drizzle-kit 1.0 lists its facts so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerOrder {
    /// Tables and views, materialized ones too.
    pub relations: Vec<Relation>,
    /// Enums by schema and name.
    pub enums: Vec<(Option<String>, String)>,
}

/// A table or view, and the numbers of its columns. A number is not used again when its column is dropped.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Relation {
    /// Its schema.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// The numbers of its columns in their order.
    pub numbers: Vec<i32>,
}

/// A view, policy or generated column, and what it depends on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Dependent {
    /// The schema of the table or view that it depends on.
    pub schema: Option<String>,
    /// That table or view.
    pub table: String,
    /// The column, where it depends on one.
    pub column: Option<String>,
    /// What depends on it.
    pub by: ObjectRef,
}

/// A sequence and the column that it belongs to (PostgreSQL).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnedSequence {
    /// The sequence.
    pub sequence: Sequence,
    /// The schema of the owner's table.
    pub schema: Option<String>,
    /// The owner's table.
    pub table: String,
    /// The owner.
    pub column: String,
    /// Whether it makes the owner an identity column; else it is a serial's, or attached by OWNED BY.
    pub identity: bool,
}

/// A table or view as it was written, and the order in which SQLite lists its parts. drizzle-kit reads some facts off the
/// text, and not always what holds.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Spelling {
    /// The CREATE statement.
    pub sql: String,
    /// Its place in sqlite_schema.
    pub position: usize,
    /// What the statement creates.
    pub kind: SpelledKind,
    /// The columns that say NOT NULL. An INTEGER PRIMARY KEY refuses NULL without saying so.
    pub not_null: Vec<String>,
    /// Types that are not in lower case as they are written, by column.
    pub types: BTreeMap<String, String>,
    /// The hidden columns of a virtual table.
    pub hidden: Vec<String>,
    /// The indexes that CREATE INDEX made, in the order of `pragma index_list`.
    pub indexes: Vec<String>,
    /// What each foreign key says that it refers to, in the order of the table's foreign keys.
    pub references: Vec<SpelledReference>,
    /// The CREATE statements of its triggers, by their names.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub triggers: BTreeMap<String, String>,
}

/// What a CREATE statement of SQLite creates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum SpelledKind {
    /// A table.
    #[default]
    Table,
    /// A virtual table.
    Virtual,
    /// A table that a virtual table keeps for itself.
    Shadow,
    /// A view.
    View,
}

/// What REFERENCES says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SpelledReference {
    /// The table, in the case in which it is written there.
    pub table: String,
    /// Whether columns are named. Else they are those of the table's primary key.
    pub names_columns: bool,
}

impl LiveCatalog {
    /// `catalog` as read from `database`, and nothing known beyond it.
    pub fn new(catalog: Catalog, database: DatabaseIdentity) -> Self {
        Self {
            catalog,
            database,
            evidence: BTreeMap::new(),
            spellings: BTreeMap::new(),
            owned_sequences: Vec::new(),
            unreadable: Vec::new(),
            information_schema: None,
            order: ServerOrder::default(),
            dependents: Vec::new(),
            hollow: BTreeSet::new(),
            taken_at: None,
        }
    }

    /// Whether the role may use `schema`. Of what is or is not in one that it may not use, nothing is claimed.
    pub fn is_readable(&self, schema: Option<&str>) -> bool {
        match schema {
            Some(schema) => !self.unreadable.iter().any(|unreadable| unreadable == schema),
            // Without schemas it is the database itself that is listed.
            None => self.unreadable.is_empty(),
        }
    }

    /// The evidence about `table`; nothing is known of a table without an entry.
    pub fn evidence(&self, table: &Table) -> Evidence {
        self.evidence.get(&(table.schema.clone(), table.name.clone())).copied().unwrap_or_default()
    }

    /// How many rows of a table may hold a value in `column`.
    pub fn rows_in(&self, schema: Option<&str>, table: &str, column: &str) -> Rows {
        if self.is_hollow(schema, table, column) {
            return Rows::None;
        }
        let evidence = self.evidence.get(&(schema.map(str::to_owned), table.to_owned()));
        evidence.map_or(Rows::Unknown, |evidence| evidence.rows)
    }

    /// Whether rows have said that `column` holds nothing but NULL.
    pub fn is_hollow(&self, schema: Option<&str>, table: &str, column: &str) -> bool {
        let key = || (schema.map(str::to_owned), table.to_owned(), column.to_owned());
        !self.hollow.is_empty() && self.hollow.contains(&key())
    }

    /// Takes the answers of the rows for what is known of them; a question without an answer changes nothing.
    pub fn learn(&mut self, questions: &[RowQuestion], answers: &[Option<bool>]) {
        for (question, answer) in questions.iter().zip(answers) {
            let key = (question.schema.clone(), question.table.clone());
            match (&question.rows, answer) {
                (RowsThat::Exist, Some(any)) => {
                    let rows = &mut self.evidence.entry(key).or_default().rows;
                    *rows = match any {
                        true if rows.any() => *rows,
                        true => Rows::Some,
                        false => Rows::None,
                    };
                }
                (RowsThat::AreNotNull { columns }, Some(false)) => {
                    if let [column] = &columns[..] {
                        self.hollow.insert((key.0, key.1, column.clone()));
                    }
                }
                _ => {}
            }
        }
    }

    /// Whether `column` of `table` says NOT NULL in so many words, which is what drizzle-kit looks at; that it refuses NULL
    /// is another matter.
    pub fn says_not_null(&self, table: &Table, column: &Column) -> Option<bool> {
        match self.spellings.get(&table.name) {
            Some(spelling) => Some(spelling.not_null.contains(&column.name)),
            None => column.not_null.known().copied(),
        }
    }
}

/// The contract's `database`. Carries no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DatabaseIdentity {
    /// The database's name; for a file, its name without its folder.
    pub name: String,
    /// The server's host, null for a file.
    pub host: Option<String>,
    /// The engine's version: `15.18`.
    pub server_version: String,
    /// The role that reads, null for a file.
    pub user: Option<String>,
}

/// What statistics say a table holds. Never the result of a `count(*)`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// How many rows.
    pub rows: Rows,
    /// How many bytes its rows take, without indexes.
    pub bytes: Option<u64>,
    /// Which file holds its rows. TRUNCATE gives it another, and so does what rewrites the table.
    pub file: Option<u64>,
    /// Rows inserted since the statistics were reset, by whoever did it; it only grows, and TRUNCATE leaves it.
    pub inserted: Option<u64>,
    /// Rows updated, likewise.
    pub updated: Option<u64>,
    /// Rows deleted, likewise. TRUNCATE does not count.
    pub deleted: Option<u64>,
    /// Rows that are gone but still take room.
    pub dead: Option<u64>,
    /// When it was last read, in seconds since 1970.
    pub last_scan: Option<i64>,
    /// When its statistics were last gathered, in seconds since 1970.
    pub last_analyze: Option<i64>,
    /// The next value of its AUTO_INCREMENT or AUTOINCREMENT (MySQL, SQLite). TRUNCATE sets it back.
    pub auto_increment: Option<u64>,
    /// When it was created, in seconds since 1970 (MySQL): TRUNCATE creates it anew.
    pub created: Option<i64>,
}

impl From<Rows> for Evidence {
    fn from(rows: Rows) -> Self {
        Self { rows, ..Self::default() }
    }
}

/// How many rows a table holds, as far as it can be told cheaply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Rows {
    /// Nothing is known.
    #[default]
    Unknown,
    /// None.
    None,
    /// At least one; how many is not known.
    Some,
    /// About this many, at least one.
    About(u64),
}

impl Rows {
    /// Whether the table is known to hold rows.
    pub fn any(self) -> bool {
        matches!(self, Self::Some | Self::About(_))
    }

    /// For messages: `about 1,204 rows`, `rows`, `no rows`; `None` where nothing is known.
    pub fn words(self) -> Option<String> {
        match self {
            Self::Unknown => None,
            Self::None => Some("no rows".into()),
            Self::Some => Some("rows".into()),
            Self::About(1) => Some("about 1 row".into()),
            Self::About(count) => Some(format!("about {} rows", thousands(count))),
        }
    }
}

/// The map as a list, since its keys are no texts.
mod evidence_list {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Evidence;

    #[derive(Serialize, Deserialize)]
    struct Entry {
        schema: Option<String>,
        table: String,
        evidence: Evidence,
    }

    type Map = BTreeMap<(Option<String>, String), Evidence>;

    pub(super) fn serialize<S: Serializer>(map: &Map, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map.iter().map(|((schema, table), evidence)| Entry {
            schema: schema.clone(),
            table: table.clone(),
            evidence: *evidence,
        }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Map, D::Error> {
        let entries = Vec::<Entry>::deserialize(deserializer)?;
        Ok(entries.into_iter().map(|entry| ((entry.schema, entry.table), entry.evidence)).collect())
    }
}

fn thousands(count: u64) -> String {
    let digits = count.to_string();
    let mut result = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            result.push(',');
        }
        result.push(digit);
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_worded_as_people_read_them() {
        assert_eq!(Rows::About(1_204).words().as_deref(), Some("about 1,204 rows"));
        assert_eq!(Rows::About(1).words().as_deref(), Some("about 1 row"));
        assert_eq!(Rows::About(1_000_000).words().as_deref(), Some("about 1,000,000 rows"));
        assert_eq!(Rows::Unknown.words(), None);
    }
}
