//! What MySQL and MariaDB refuse about one statement, column or table.

use super::snapshot::{KitColumn, KitForeignKey, KitTable};

/// The SQLSTATE and why.
pub(super) type Refusal = Option<(&'static str, String)>;

/// The types of which a key takes only a part, and MySQL no literal as default.
const LONG: [&str; 9] =
    ["blob", "tinyblob", "mediumblob", "longblob", "text", "tinytext", "mediumtext", "longtext", "json"];

/// Whether a type is one that a key cannot take as a whole.
pub(super) fn is_long(sql_type: &str) -> bool {
    LONG.contains(&sql_type.to_lowercase().as_str())
}

/// The names between backticks.
pub(super) fn quoted_names(sql: &str) -> Vec<String> {
    sql.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What is no SQL: 0.x cuts a check off at its first semicolon, and MariaDB has no room for some words of MySQL.
pub(super) fn of_syntax(sql: &str, is_mariadb: bool) -> Refusal {
    let quotes = sql.split('`').step_by(2).flat_map(str::bytes).filter(|byte| *byte == b'\'').count();
    let is_plain = !sql.contains(['"', '\\']) && sql.matches('`').count().is_multiple_of(2);
    if quotes % 2 == 1 && is_plain {
        return Some(("42000", "a text in it is not closed".into()));
    }
    if !is_mariadb {
        return None;
    }
    if sql.contains("` serial AUTO_INCREMENT") {
        return Some(("42000", "MariaDB does not take AUTO_INCREMENT beside serial".into()));
    }
    if sql.contains(" GENERATED ALWAYS AS ")
        && (sql.contains(") STORED NOT NULL") || sql.contains(") VIRTUAL NOT NULL"))
    {
        return Some(("42000", "MariaDB does not take NOT NULL on a generated column".into()));
    }
    let is_index = sql.starts_with("CREATE INDEX ") || sql.starts_with("CREATE UNIQUE INDEX ");
    (is_index && sql.contains("` ((")).then(|| ("42000", "MariaDB has no indexes on expressions".into()))
}

/// A table that cannot be created.
pub(super) fn of_new_table(table: &KitTable, is_mariadb: bool) -> Refusal {
    if let Some(refusal) = table.columns.iter().find_map(|column| of_default(&table.name, column, is_mariadb)) {
        return Some(refusal);
    }
    let precise = table.columns.iter().find(|column| {
        let update = column.on_update.as_deref().unwrap_or("CURRENT_TIMESTAMP");
        let written = column.type_text().split_once('(').map(|(_, precision)| precision.trim_end_matches(')'));
        column.on_update.is_some() && written.is_some_and(|precision| precision != "0" && !update.contains(precision))
    });
    precise.map(|column| {
        (
            "HY000",
            format!(
                "ON UPDATE CURRENT_TIMESTAMP of \"{}\".\"{}\" has another precision than its type",
                table.name, column.name
            ),
        )
    })
}

/// A default that the server does not take: a bare word; on MySQL an expression without parentheses too, and a literal for
/// a long text.
pub(super) fn of_default(table: &str, column: &KitColumn, is_mariadb: bool) -> Refusal {
    const NOW: [&str; 4] = ["now", "current_timestamp", "localtime", "localtimestamp"];
    const WORDS: [&str; 3] = ["null", "true", "false"];
    let text = column.default_value()?.text();
    let what = format!("the default of \"{table}\".\"{}\"", column.name);
    let lower = text.to_lowercase();
    let is_name = |name: &str| {
        name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    let is_known = NOW[1..].contains(&lower.as_str()) || WORDS.contains(&lower.as_str());
    if is_name(&lower) && !is_known {
        let state = if is_mariadb { "42S22" } else { "42000" };
        return Some((state, format!("{what} is the bare word {text}, which is no text without quotes")));
    }
    if is_mariadb {
        return None;
    }
    let function = lower.split_once('(').map_or("", |(name, _)| name);
    if is_name(function) && !NOW.contains(&function) {
        return Some(("42000", format!("{what} is an expression and needs parentheses around it")));
    }
    (is_long(column.type_text()) && text.starts_with('\'')).then(|| {
        ("42000", format!("{what} must be an expression in parentheses, as its type is {}", column.type_text()))
    })
}

/// A generated column whose expression names a column that is not there (yet).
pub(super) fn of_generated(table: &KitTable, column: &str, definition: &str) -> Refusal {
    let (_, rest) = definition.split_once(" GENERATED ALWAYS AS (")?;
    let expression = rest.rsplit_once(')').map_or(rest, |(expression, _)| expression);
    if expression.contains('\'') || expression.contains('"') {
        return None;
    }
    let names = quoted_names(expression);
    let missing = names.iter().find(|name| table.column(name).is_none() && table.name != **name)?;
    Some(("42S22", format!("`{column}` is generated from `{missing}`, which `{}` does not have here", table.name)))
}

/// Whole numbers of which a foreign key takes only the very same.
fn whole_number(sql_type: &str) -> Option<(&str, bool)> {
    const NAMES: [&str; 5] = ["tinyint", "smallint", "mediumint", "int", "bigint"];
    let lower = sql_type.split(['(', ' ']).next()?;
    match lower {
        "serial" => Some(("bigint", true)),
        "boolean" => Some(("tinyint", false)),
        name => NAMES.contains(&name).then(|| (name, sql_type.contains("unsigned"))),
    }
}

/// A column of a foreign key that gets a type which the other side does not have, or refuses the NULL that is to be set.
pub(super) fn of_foreign_key(
    table: &str,
    old: &KitColumn,
    new: &KitColumn,
    keys: &[KitForeignKey],
    is_mariadb: bool,
) -> Refusal {
    let own = |key: &&KitForeignKey| key.table == table && key.columns.contains(&new.name);
    let referred = |key: &&KitForeignKey| key.foreign_table == table && key.foreign_columns.contains(&new.name);
    let key = keys.iter().find(own).or_else(|| keys.iter().find(referred))?;
    let number = whole_number(old.type_text());
    let differs = number != whole_number(new.type_text());
    if differs && (number.is_some() || whole_number(new.type_text()).is_some()) {
        return Some(("HY000", format!("the foreign key `{}` needs `{table}`.`{}` as it is", key.name, new.name)));
    }
    let sets_null = |key: &&KitForeignKey| {
        own(key) && [&key.on_delete, &key.on_update].iter().any(|action| action.eq_ignore_ascii_case("set null"))
    };
    let becomes_required = new.is_not_null() && !old.is_not_null();
    let key = keys.iter().find(sets_null).filter(|_| becomes_required && !is_mariadb)?;
    Some((
        "HY000",
        format!("`{table}`.`{}` cannot be NOT NULL, for the foreign key `{}` sets it to NULL", new.name, key.name),
    ))
}
