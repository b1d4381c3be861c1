//! Objects as short SQL, for messages and reports.

use std::fmt::Write as _;

use crate::catalog::{
    Check, Column, Deferrable, EnumType, ForeignKey, Generated, Index, IndexColumn, Policy, PrimaryKey, Sequence,
    SequenceOptions, Table, Unique, View,
};

/// How many columns of a table a message shows.
const SHOWN_COLUMNS: usize = 5;
/// How many characters of a view's query a message shows.
const SHOWN_QUERY: usize = 120;

/// A table: `conversations (id integer primary key, title text not null, ...)`.
pub(super) fn table_text(table: &Table) -> String {
    let mut columns: Vec<String> =
        table.columns.iter().take(SHOWN_COLUMNS).map(|column| outline(table, column)).collect();
    if table.columns.len() > SHOWN_COLUMNS {
        columns.push("...".into());
    }
    format!("{} ({})", table.object(), columns.join(", "))
}

/// The same with every column and all that is known of it: what a fingerprint is taken of.
pub(super) fn full_table(table: &Table) -> String {
    let columns: Vec<String> = table.columns.iter().map(|column| column_text(table, column)).collect();
    format!("{} ({})", table.object(), columns.join(", "))
}

/// A column: `email text not null default ''`.
pub(super) fn column_text(table: &Table, column: &Column) -> String {
    let mut text = outline(table, column);
    if let Some(Some(default)) = column.default.known() {
        text.push_str(" default ");
        text.push_str(default);
    }
    if column.identity.is_some() {
        text.push(' ');
        text.push_str(&identity_clause(column));
    }
    if column.generated.is_some() {
        text.push(' ');
        text.push_str(&generated_clause(column));
    }
    text
}

/// A column's name and type: `email text`. The type's schema is written where it matters.
pub(super) fn type_text(column: &Column, with_schema: bool) -> String {
    let sql_type = column.sql_type.known().map_or("?", String::as_str);
    match column.type_schema.as_deref().filter(|_| with_schema) {
        Some(schema) => format!("{} {schema}.{sql_type}", column.name),
        None => format!("{} {sql_type}", column.name),
    }
}

/// A column's name and its NOT NULL: `email not null`.
pub(super) fn nullability_text(column: &Column, not_null: bool) -> String {
    format!("{} {}", column.name, if not_null { "not null" } else { "null" })
}

/// A column's name and its default: `email default ''`, `email without default`.
pub(super) fn default_text(column: &Column) -> String {
    let mut text = match column.default.known() {
        Some(Some(default)) => format!("{} default {default}", column.name),
        Some(None) => format!("{} without default", column.name),
        None => format!("{} default ?", column.name),
    };
    if let Some(on_update) = &column.on_update {
        let _ = write!(text, " on update {on_update}");
    }
    text
}

/// A column's name and who counts it: `id generated always as identity (increment 2)`, `id autoincrement`, `id plain`.
pub(super) fn identity_text(column: &Column) -> String {
    let clause = match () {
        () if column.identity.is_some() => identity_clause(column),
        () if column.autoincrement => "autoincrement".to_owned(),
        () => "without identity".to_owned(),
    };
    format!("{} {clause}", column.name)
}

fn identity_clause(column: &Column) -> String {
    let Some(identity) = &column.identity else { return String::new() };
    let options = options_text(&identity.options);
    format!(
        "generated {} as identity{}",
        if identity.always { "always" } else { "by default" },
        if options.is_empty() { String::new() } else { format!(" ({options})") }
    )
}

/// A column's name and its generation: `total generated always as (a + b) stored`.
pub(super) fn generated_text(column: &Column) -> String {
    match column.generated {
        Some(_) => format!("{} {}", column.name, generated_clause(column)),
        None => format!("{} not generated", column.name),
    }
}

fn generated_clause(column: &Column) -> String {
    let Some(Generated { expression, stored }) = column.generated.as_deref() else { return String::new() };
    let expression = expression.known().map_or("...", String::as_str);
    format!("generated always as {} {}", in_parentheses(expression), if *stored { "stored" } else { "virtual" })
}

/// Name, type, key and NOT NULL.
fn outline(table: &Table, column: &Column) -> String {
    let mut text = type_text(column, column.type_schema.as_deref().is_some_and(|schema| schema != "public"));
    let key = table.primary_key.as_ref().is_some_and(|key| key.columns == [column.name.clone()]);
    if key {
        text.push_str(" primary key");
    } else if column.not_null.known() == Some(&true) {
        text.push_str(" not null");
    }
    if column.autoincrement {
        text.push_str(" autoincrement");
    }
    text
}

/// `primary key (a, b)`.
pub(super) fn primary_key_text(key: &PrimaryKey) -> String {
    format!("primary key ({}){}", key.columns.join(", "), deferrable_text(key.deferrable))
}

/// `unique (a, b) nulls not distinct`.
pub(super) fn unique_text(unique: &Unique) -> String {
    let nulls = if unique.nulls_not_distinct { " nulls not distinct" } else { "" };
    format!("unique ({}){nulls}{}", unique.columns.join(", "), deferrable_text(unique.deferrable))
}

/// `foreign key (org_id) references orgs (id) on delete cascade`.
pub(super) fn foreign_key_text(key: &ForeignKey) -> String {
    let schema = match key.foreign_schema.as_deref() {
        Some(schema) if schema != "public" => format!("{schema}."),
        _ => String::new(),
    };
    let mut text = format!(
        "foreign key ({}) references {schema}{} ({})",
        key.columns.join(", "),
        key.foreign_table,
        key.foreign_columns.join(", ")
    );
    for (event, action) in [("update", &key.on_update), ("delete", &key.on_delete)] {
        if action != "no action" {
            let _ = write!(text, " on {event} {action}");
        }
    }
    if key.match_full {
        text.push_str(" match full");
    }
    text.push_str(deferrable_text(key.deferrable));
    if key.not_valid {
        text.push_str(" not valid");
    }
    text
}

fn deferrable_text(deferrable: Deferrable) -> &'static str {
    match deferrable {
        Deferrable::No => "",
        Deferrable::InitiallyImmediate => " deferrable",
        Deferrable::InitiallyDeferred => " deferrable initially deferred",
    }
}

/// `unique index using gin (lower(email) desc) where active`.
pub(super) fn index_text(index: &Index) -> String {
    let keys: Vec<String> = index.columns.iter().map(index_key).collect();
    let mut text = format!("{}index", if index.unique { "unique " } else { "" });
    if let Some(method) = index.method.as_deref().filter(|method| !method.eq_ignore_ascii_case("btree")) {
        let _ = write!(text, " using {method}");
    }
    let _ = write!(text, " ({})", keys.join(", "));
    if !index.include.is_empty() {
        let _ = write!(text, " include ({})", index.include.join(", "));
    }
    if index.nulls_not_distinct {
        text.push_str(" nulls not distinct");
    }
    if index.method.is_some() {
        text.push_str(&with_options(&index.storage));
    }
    if let Some(predicate) = &index.predicate {
        let _ = write!(text, " where {predicate}");
    }
    if index.invalid {
        text.push_str(" (invalid)");
    }
    if index.invisible {
        text.push_str(" invisible");
    }
    text
}

fn index_key(key: &IndexColumn) -> String {
    let mut text = match key.is_expression {
        true => in_parentheses(&key.expression),
        false => key.expression.clone(),
    };
    if let Some(length) = key.prefix_length {
        let _ = write!(text, "({length})");
    }
    if let Some(collation) = &key.collation {
        let _ = write!(text, " collate {collation}");
    }
    if let Some(class) = &key.operator_class {
        let _ = write!(text, " {class}");
    }
    if key.descending {
        text.push_str(" desc");
    }
    match key.nulls_first {
        Some(first) if first != key.descending => text.push_str(if first { " nulls first" } else { " nulls last" }),
        _ => {}
    }
    text
}

/// `check (price > 0)`.
pub(super) fn check_text(check: &Check) -> String {
    let condition = in_parentheses(check.expression.known().map_or("...", String::as_str));
    let not_valid = if check.not_valid { " not valid" } else { "" };
    let not_enforced = if check.not_enforced { " not enforced" } else { "" };
    format!("check {condition}{not_valid}{not_enforced}")
}

/// `policy for select to public using (owner = 1)`.
pub(super) fn policy_text(policy: &Policy) -> String {
    let kind = if policy.permissive { "" } else { "restrictive " };
    let mut text = format!("{kind}policy for {} to {}", policy.command, policy.roles.join(", "));
    for (word, expression) in [("using", &policy.using), ("with check", &policy.with_check)] {
        if let Some(expression) = expression {
            let _ = write!(text, " {word} {}", in_parentheses(expression));
        }
    }
    text
}

/// `row level security`, or what there is instead.
pub(super) fn row_level_security_text(on: bool) -> String {
    if on { "row level security" } else { "no row level security" }.to_owned()
}

/// `enum ('admin', 'user')`.
pub(super) fn enum_text(enumeration: &EnumType) -> String {
    let values: Vec<String> =
        enumeration.values.iter().map(|value| format!("'{}'", value.replace('\'', "''"))).collect();
    format!("enum ({})", values.join(", "))
}

/// `view as select ...`, cut after a while.
pub(super) fn view_text(view: &View) -> String {
    let query = full_query(view);
    let short: String = query.chars().take(SHOWN_QUERY).collect();
    let cut = if short.len() < query.len() { "..." } else { "" };
    format!(
        "{}view{} as {short}{cut}",
        if view.materialized { "materialized " } else { "" },
        with_options(&view.options)
    )
}

fn full_query(view: &View) -> String {
    let query = view.definition.known().map_or("...", String::as_str);
    query.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// ` with (fillfactor = 70)`, where there are any.
fn with_options(options: &[(String, String)]) -> String {
    let options: Vec<String> = options.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    if options.is_empty() { String::new() } else { format!(" with ({})", options.join(", ")) }
}

/// `sequence (increment 2, start 10)`.
pub(super) fn sequence_text(sequence: &Sequence) -> String {
    let options = options_text(&sequence.options);
    let sql_type = sequence.sql_type.as_deref().filter(|sql_type| *sql_type != "bigint");
    let sql_type = sql_type.map(|sql_type| format!(" as {sql_type}")).unwrap_or_default();
    format!("sequence{sql_type}{}", if options.is_empty() { String::new() } else { format!(" ({options})") })
}

/// What differs from a sequence that is told nothing.
fn options_text(options: &SequenceOptions) -> String {
    const LARGEST: &str = "9223372036854775807";
    let SequenceOptions { increment, min_value, max_value, start, cache, cycle } = options;
    let numbers = [
        ("increment", increment, "1"),
        ("min", min_value, "1"),
        ("max", max_value, LARGEST),
        ("start", start, min_value.as_deref().unwrap_or("1")),
        ("cache", cache, "1"),
    ];
    let told = numbers.iter().filter(|(_, value, usual)| value.as_deref() != Some(*usual));
    let mut parts: Vec<String> =
        told.filter_map(|(name, value, _)| Some(format!("{name} {}", value.as_deref()?))).collect();
    if *cycle == Some(true) {
        parts.push("cycle".into());
    }
    parts.join(", ")
}

/// `(a + b)`, once.
fn in_parentheses(expression: &str) -> String {
    if expression.starts_with('(') && expression.ends_with(')') && closes_at_the_end(expression) {
        expression.to_owned()
    } else {
        format!("({expression})")
    }
}

/// Whether the parenthesis that opens `text` closes at its very end.
fn closes_at_the_end(text: &str) -> bool {
    let mut depth = 0usize;
    let mut quoted = false;
    for (index, character) in text.char_indices() {
        match character {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index + 1 == text.len();
                }
            }
            _ => {}
        }
    }
    false
}
