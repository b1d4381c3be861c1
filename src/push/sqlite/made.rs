//! What a `CREATE TABLE` of drizzle-kit says.

use super::failure::quoted_names;
use crate::push::spelled::in_parentheses;

/// The names in a list, where all are quoted names.
pub(super) fn names(list: &str) -> Option<Vec<String>> {
    let quotes: &[char] = &['`', '"'];
    list.split(',').map(|name| Some(name.trim().strip_prefix(quotes)?.strip_suffix(quotes)?.to_owned())).collect()
}

/// `FOREIGN KEY (...) REFERENCES table(...)`.
fn reference(line: &str) -> Option<Reference> {
    let (own, other) = line.split_once(" REFERENCES `")?;
    let (table, _) = other.split_once('`')?;
    let columns = in_parentheses(own, "FOREIGN KEY").and_then(names)?;
    let on_delete = line.to_ascii_lowercase().split_once(" on delete ").map(|(_, action)| action.to_owned());
    let on_delete = on_delete.unwrap_or_else(|| "no action".into());
    let on_delete = ACTIONS.iter().find(|action| on_delete.starts_with(**action)).copied().unwrap_or_default();
    let references = in_parentheses(other, "`").and_then(names)?;
    Some(Reference { columns, table: table.to_owned(), references, on_delete: on_delete.to_owned() })
}

/// What becomes of rows whose row is deleted.
const ACTIONS: &[&str] = &["no action", "restrict", "set null", "set default", "cascade"];

/// A table as it is made, a line a column or constraint.
#[derive(Default)]
pub(super) struct Made {
    pub columns: Vec<MadeColumn>,
    pub keys: Vec<Vec<String>>,
    /// Names and conditions.
    pub checks: Vec<(String, String)>,
    pub references: Vec<Reference>,
}

/// A foreign key.
#[derive(Clone)]
pub(super) struct Reference {
    pub columns: Vec<String>,
    pub table: String,
    pub references: Vec<String>,
    /// As [`crate::catalog::ForeignKey::on_delete`].
    pub on_delete: String,
}

pub(super) struct MadeColumn {
    pub name: String,
    pub sql_type: String,
    pub required: bool,
    /// Whether it gets a value where none is copied.
    pub filled: bool,
}

impl Made {
    /// Reads the statement that makes it.
    pub fn of(sql: &str) -> Self {
        let mut made = Self::default();
        for line in sql.lines().map(|line| line.trim().trim_end_matches(',')) {
            // What stands in quotes is no word of the statement.
            let words: String = line.split('\'').step_by(2).collect();
            if let Some((name, rest)) = line.strip_prefix('`').and_then(|rest| rest.split_once("` ")) {
                let sql_type = rest.split([' ']).next().unwrap_or_default();
                made.columns.push(MadeColumn {
                    name: name.to_owned(),
                    sql_type: sql_type.trim_end_matches(';').to_owned(),
                    required: words.contains(" NOT NULL"),
                    filled: words.contains(" DEFAULT ") || words.contains(" GENERATED "),
                });
                if words.contains(" PRIMARY KEY") || words.contains(" UNIQUE") {
                    made.keys.push(vec![name.to_owned()]);
                }
            } else if words.contains(" CHECK(") {
                let name = quoted_names(line).first().copied().unwrap_or_default().to_owned();
                let condition = in_parentheses(line, " CHECK").unwrap_or_default().to_owned();
                made.checks.push((name, condition));
            } else if words.contains("FOREIGN KEY") {
                made.references.extend(reference(line));
            } else if let Some(word) = ["PRIMARY KEY", "UNIQUE"].iter().find(|word| words.contains(**word)) {
                made.keys.extend(in_parentheses(line, word).and_then(names));
            }
        }
        made
    }

    /// Whether a column is the table's rowid, into which NULL puts the next number.
    pub fn is_rowid(&self, name: &str) -> bool {
        let mut columns = self.columns.iter();
        columns.any(|column| column.name == name && column.sql_type.eq_ignore_ascii_case("integer"))
            && self.keys.iter().any(|key| key.as_slice() == [name])
    }
}
