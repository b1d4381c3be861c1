//! What MySQL's and MariaDB's information_schema says of a database, word for word, where the catalog says what it means.
//!
//! drizzle-kit reads these words, and takes some of them for what they are not.

use serde::{Deserialize, Serialize};

/// The rows that drizzle-kit looks at. Names are those of the columns of information_schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct InformationSchema {
    /// MariaDB, whose words are others: its defaults are SQL already, and its expressions are not escaped.
    pub is_mariadb: bool,
    /// SCHEMATA.DEFAULT_CHARACTER_SET_NAME of the database.
    pub character_set: String,
    /// SCHEMATA.DEFAULT_COLLATION_NAME of the database.
    pub collation: String,
    /// The server's `sql_mode`, which a session begins with; `None` where it was not read.
    #[serde(default)]
    pub sql_mode: Option<String>,
    /// Tables, views and MariaDB's sequences, in the server's order of their names.
    pub tables: Vec<TableWords>,
    /// Constraints of other databases of the server that are called like one of this database. drizzle-kit joins by name.
    pub namesakes: Vec<Namesake>,
}

impl InformationSchema {
    /// Whether a statement is refused rather than what it cannot keep made fit; `None` where that is not known.
    pub fn is_strict(&self) -> Option<bool> {
        self.sql_mode.as_ref().map(|mode| mode.contains("STRICT_"))
    }

    /// The words about the table, view or sequence `name`.
    pub fn table(&self, name: &str) -> Option<&TableWords> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// A row of TABLES with the rows of COLUMNS, STATISTICS, CHECK_CONSTRAINTS and VIEWS that belong to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TableWords {
    /// TABLE_NAME.
    pub name: String,
    /// TABLE_TYPE: `BASE TABLE`, `VIEW`, MariaDB's `SYSTEM VERSIONED` and `SEQUENCE`.
    pub table_type: String,
    /// TABLE_COLLATION; a view has none.
    pub collation: Option<String>,
    /// CREATE_TIME as text, by which drizzle-kit 1.0 sorts; MariaDB's views have none.
    pub create_time: Option<String>,
    /// COLUMNS, in their order. Those of an invalid view are missing.
    pub columns: Vec<ColumnWords>,
    /// STATISTICS with the primary key's, by INDEX_NAME and SEQ_IN_INDEX.
    pub statistics: Vec<StatisticWords>,
    /// CONSTRAINT_NAME of the foreign keys, in the server's order of names.
    pub foreign_keys: Vec<String>,
    /// CONSTRAINT_NAME and CHECK_CLAUSE, in the order in which the server lists them.
    pub checks: Vec<(String, String)>,
    /// VIEWS.VIEW_DEFINITION.
    pub view_definition: Option<String>,
}

/// A row of COLUMNS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ColumnWords {
    /// COLUMN_NAME.
    pub name: String,
    /// COLUMN_TYPE.
    pub column_type: String,
    /// IS_NULLABLE is `YES`.
    pub is_nullable: bool,
    /// COLUMN_DEFAULT: the bare text of a literal on MySQL, SQL (`NULL` too) on MariaDB.
    pub default: Option<String>,
    /// EXTRA: `auto_increment`, `DEFAULT_GENERATED on update CURRENT_TIMESTAMP`, `VIRTUAL GENERATED`.
    pub extra: String,
    /// GENERATION_EXPRESSION, escaped by MySQL; empty for most columns there, absent on MariaDB.
    pub generation_expression: Option<String>,
    /// CHARACTER_SET_NAME.
    pub character_set: Option<String>,
    /// COLLATION_NAME.
    pub collation: Option<String>,
    /// COLUMN_KEY: `PRI`, `UNI`, `MUL` or empty.
    pub key: String,
}

/// A row of STATISTICS.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StatisticWords {
    /// INDEX_NAME.
    pub index: String,
    /// NON_UNIQUE is 1.
    pub non_unique: bool,
    /// SEQ_IN_INDEX, from 1.
    pub place: u32,
    /// COLUMN_NAME; none where there is an expression.
    pub column: Option<String>,
    /// EXPRESSION (MySQL), escaped.
    pub expression: Option<String>,
}

/// A constraint of another database of the server.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Namesake {
    /// Its database.
    pub schema: String,
    /// Its name.
    pub name: String,
    /// UPDATE_RULE and DELETE_RULE of a foreign key, none of a check.
    pub rules: Option<(String, String)>,
}
