//! drizzle-kit's snapshot of a MySQL schema: what it makes of the code and of the database before it compares the two.

use std::cell::OnceCell;
use std::collections::HashMap;

use crate::catalog::{Fact, Rows, View};

/// One side, as drizzle-kit has it.
#[derive(Clone, Debug, Default)]
pub(super) struct Snapshot {
    pub tables: Vec<KitTable>,
    pub views: Vec<KitView>,
    /// Where each table stood when one was first asked for.
    places: OnceCell<HashMap<String, usize>>,
}

/// A table.
#[derive(Clone, Debug, Default)]
pub(super) struct KitTable {
    pub name: String,
    pub columns: Vec<KitColumn>,
    pub keys: Vec<KitKey>,
    pub uniques: Vec<KitIndex>,
    pub indexes: Vec<KitIndex>,
    pub foreign_keys: Vec<KitForeignKey>,
    pub checks: Vec<KitCheck>,
    /// What it holds (live).
    pub rows: Rows,
    /// Its place among the tables as the server sorts their names (live).
    pub place: usize,
    /// Whether the code may declare other columns.
    pub columns_open: bool,
    /// Whether the code may declare other keys, indexes or checks.
    pub extras_open: bool,
    /// Whether the code's facts take part in no claim.
    pub broken: bool,
}

/// A column. What is not known is taken for what the other side has.
#[derive(Clone, Debug, Default)]
pub(super) struct KitColumn {
    pub name: String,
    pub sql_type: Fact<String>,
    pub not_null: Fact<bool>,
    pub autoincrement: bool,
    pub default: Fact<Option<KitDefault>>,
    /// What stands after ON UPDATE.
    pub on_update: Option<String>,
    pub generated: Option<KitGenerated>,
    /// 1.0 only; not said where it is the database's.
    pub character_set: Option<String>,
    /// Likewise.
    pub collation: Option<String>,
}

/// GENERATED ALWAYS AS.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct KitGenerated {
    pub expression: Fact<String>,
    pub stored: bool,
}

/// A default. 0.x keeps JavaScript's values, and compares them as such.
#[derive(Clone, Debug)]
pub(super) enum KitDefault {
    Number(f64, String),
    Boolean(bool),
    BigInt(String),
    Text(String),
}

impl KitDefault {
    /// As it is written after DEFAULT.
    pub fn text(&self) -> &str {
        match self {
            Self::Number(_, text) | Self::BigInt(text) | Self::Text(text) => text,
            Self::Boolean(true) => "true",
            Self::Boolean(false) => "false",
        }
    }

    /// Whether JavaScript takes it for true.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Number(value, _) => *value != 0.0 && !value.is_nan(),
            Self::Boolean(value) => *value,
            Self::BigInt(text) => text != "0",
            Self::Text(text) => !text.is_empty(),
        }
    }
}

impl PartialEq for KitDefault {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Number(a, _), Self::Number(b, _)) => a == b,
            (Self::Boolean(a), Self::Boolean(b)) => a == b,
            (Self::BigInt(a), Self::BigInt(b)) | (Self::Text(a), Self::Text(b)) => a == b,
            _ => false,
        }
    }
}

/// A primary key.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KitKey {
    pub name: String,
    pub columns: Vec<String>,
}

/// An index or unique constraint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KitIndex {
    pub name: String,
    /// Column or expression, and whether it is the latter.
    pub columns: Vec<(String, bool)>,
    pub unique: bool,
    /// `.using()`, `.algorithm()`, `.lock()`.
    pub options: Vec<(String, String)>,
    /// Whether the code names it. The database always does.
    pub named: bool,
    /// Whether it is a column's `.unique()`.
    pub of_column: bool,
}

impl KitIndex {
    /// Its columns, as 0.x writes and reads them again: it splits at every comma, those of expressions too.
    pub fn pieces(&self) -> Vec<String> {
        let joined: Vec<&str> = self.columns.iter().map(|(column, _)| column.as_str()).collect();
        joined.join(",").split(',').map(str::to_owned).collect()
    }
}

/// A foreign key. Its actions are in the case in which the kit compares them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KitForeignKey {
    pub name: String,
    /// The table it was read with; 0.x keeps it when the table is renamed.
    pub table: String,
    pub columns: Vec<String>,
    pub foreign_table: String,
    pub foreign_columns: Vec<String>,
    pub on_update: String,
    pub on_delete: String,
    pub named: bool,
}

/// A check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KitCheck {
    pub name: String,
    pub expression: String,
}

/// A view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct KitView {
    pub name: String,
    pub definition: Fact<String>,
    pub algorithm: String,
    pub security: String,
    pub check_option: Option<String>,
    /// Whether the code only says that it is there.
    pub existing: bool,
}

impl KitView {
    /// Either side's. Of an option that is given twice, the last counts.
    pub fn of(view: &View) -> Self {
        let option =
            |name: &str| view.options.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        Self {
            name: view.name.clone(),
            definition: view.definition.clone(),
            algorithm: option("algorithm").unwrap_or_else(|| "undefined".into()),
            security: option("sql_security").unwrap_or_else(|| "definer".into()),
            check_option: option("check_option"),
            existing: false,
        }
    }

    /// One of which the code says no more than its name.
    pub fn existing(name: &str) -> Self {
        Self { name: name.to_owned(), existing: true, ..Self::default() }
    }

    /// CREATE VIEW; what stands between its clauses depends on the version.
    pub fn created(&self, between: &str) -> String {
        format!("CREATE {}({}){};", self.head(between), self.query(), self.tail(between))
    }

    /// ALTER VIEW, likewise.
    pub fn altered(&self, between: &str) -> String {
        format!("ALTER {}{}{};", self.head(between), self.query(), self.tail(between))
    }

    fn head(&self, between: &str) -> String {
        let Self { name, algorithm, security, .. } = self;
        format!("ALGORITHM = {algorithm}{between}SQL SECURITY {security}{between}VIEW `{name}` AS ")
    }

    fn query(&self) -> &str {
        self.definition.known().map_or("...", String::as_str)
    }

    fn tail(&self, between: &str) -> String {
        let option = self.check_option.as_ref();
        option.map_or_else(String::new, |option| format!("{between}WITH {option} CHECK OPTION"))
    }
}

impl Snapshot {
    /// The table `name`; of several, the first.
    pub fn table(&self, name: &str) -> Option<&KitTable> {
        self.place(name).map(|place| &self.tables[place])
    }

    /// Likewise.
    pub fn table_mut(&mut self, name: &str) -> Option<&mut KitTable> {
        self.place(name).map(|place| &mut self.tables[place])
    }

    fn place(&self, name: &str) -> Option<usize> {
        let is_it = |place: usize| self.tables.get(place).is_some_and(|table| table.name == name);
        let places = self.places.get_or_init(|| {
            let tables = self.tables.iter().enumerate().rev();
            tables.map(|(place, table)| (table.name.clone(), place)).collect()
        });
        let known = places.get(name).copied().filter(|&place| is_it(place));
        // Renamed or moved since.
        known.or_else(|| (0..self.tables.len()).find(|&place| is_it(place)))
    }
}

impl KitTable {
    /// The column `name`.
    pub fn column(&self, name: &str) -> Option<&KitColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

impl KitColumn {
    /// Its type, for a statement.
    pub fn type_text(&self) -> &str {
        self.sql_type.known().map_or("unknown", String::as_str)
    }

    /// Whether it refuses NULL, as far as is known.
    pub fn is_not_null(&self) -> bool {
        self.not_null.known() == Some(&true)
    }

    /// Its default, where there is one that is known.
    pub fn default_value(&self) -> Option<&KitDefault> {
        self.default.known().and_then(Option::as_ref)
    }

    /// ` GENERATED ALWAYS AS (...) STORED`, or nothing.
    pub fn generated_text(&self) -> String {
        let Some(generated) = &self.generated else { return String::new() };
        let expression = generated.expression.known().map_or("...", String::as_str);
        format!(" GENERATED ALWAYS AS ({expression}) {}", if generated.stored { "STORED" } else { "VIRTUAL" })
    }
}

/// Names between backticks, with commas.
pub(super) fn quoted<'a>(names: impl IntoIterator<Item = &'a String>) -> String {
    names.into_iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(",")
}
