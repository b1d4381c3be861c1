//! What both generations of the planner share: names of objects, types by their beginning, the words of CREATE TABLE.

use std::sync::LazyLock;

use regex::Regex;

use crate::catalog::{Column, DefaultForm, ObjectKind, ObjectRef};

/// How drizzle-kit reads a live column's type, by its beginning.
pub(super) const STORAGE_TYPES: &[(&str, &[&str])] = &[
    ("integer", &["int", "tinyint", "smallint", "mediumint", "bigint", "unsigned big int"]),
    (
        "text",
        &[
            "character",
            "varchar",
            "varying character",
            "national varying character",
            "nchar",
            "native character",
            "nvarchar",
            "text",
            "clob",
        ],
    ),
    ("blob", &["blob"]),
    ("real", &["real", "double", "float"]),
];

/// The first digits of `text`.
pub(super) fn first_number(text: &str) -> Option<&str> {
    let rest = &text[text.find(|character: char| character.is_ascii_digit())?..];
    Some(&rest[..rest.find(|character: char| !character.is_ascii_digit()).unwrap_or(rest.len())])
}

fn of_table(kind: ObjectKind, table: &str, name: &str) -> ObjectRef {
    ObjectRef { kind, schema: None, table: Some(table.into()), name: name.into() }
}

/// A table.
pub(super) fn table(name: &str) -> ObjectRef {
    ObjectRef::table(None, name)
}

/// A column.
pub(super) fn column(table: &str, name: &str) -> ObjectRef {
    of_table(ObjectKind::Column, table, name)
}

/// A check.
pub(super) fn check(table: &str, name: &str) -> ObjectRef {
    of_table(ObjectKind::Check, table, name)
}

/// A unique constraint, which drizzle-kit may keep as an index of that name.
pub(super) fn unique(table: &str, name: &str) -> ObjectRef {
    of_table(ObjectKind::Unique, table, name)
}

/// A view.
pub(super) fn view(name: &str) -> ObjectRef {
    ObjectRef::of_schema(ObjectKind::View, None, name)
}

/// Names in backticks, with commas between them.
pub(super) fn quoted(names: &[String], separator: &str) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(separator)
}

/// `CREATE TABLE`, a line each.
pub(super) fn create_table(name: &str, lines: &[String]) -> String {
    let indent = if lines.is_empty() { "" } else { "\t" };
    format!("CREATE TABLE `{name}` (\n{indent}{}\n)", lines.join(",\n\t"))
}

/// `text` without the quotes around it.
pub(super) fn without_quotes(text: &str) -> &str {
    text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')).unwrap_or(text)
}

/// Whether drizzle-kit finds AUTOINCREMENT in a CREATE TABLE: in capitals only.
pub(super) fn says_autoincrement(sql: &str) -> bool {
    static PATTERN: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?s)[ *\t\n\r]AUTOINCREMENT[^']").expect("a valid pattern"));
    PATTERN.is_match(sql)
}

/// Whether the default is one that drizzle-kit 1.0 does not write for the column's type, a text.
pub(super) fn is_no_text(column: &Column) -> bool {
    const TEXTS: &[&str] =
        &["text", "character", "varchar", "varying character", "nchar", "native character", "nvarchar", "clob"];
    let is_text =
        |sql_type: &String| TEXTS.contains(&sql_type.split('(').next().unwrap_or_default().to_lowercase().as_str());
    matches!(column.default_form, DefaultForm::Number | DefaultForm::Boolean | DefaultForm::BigInt)
        && column.sql_type.known().is_some_and(is_text)
}
