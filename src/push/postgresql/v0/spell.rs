//! The spelling of drizzle-kit 0.31's statements: types, columns, identities, sequences, indexes.

use super::snapshot::{Col, Foreign, Ident, Options, Tab, Uni, qualified};
use crate::catalog::{Index, IndexColumn, Policy};

/// Types that are written without quotes, by their beginning.
const UNQUOTED: &[&str] = &[
    "uuid",
    "smallint",
    "integer",
    "bigint",
    "boolean",
    "text",
    "varchar",
    "serial",
    "bigserial",
    "decimal",
    "numeric",
    "real",
    "json",
    "jsonb",
    "time",
    "timestamp",
    "date",
    "interval",
    "double precision",
    "char",
    "vector",
    "geometry",
    "halfvec",
    "sparsevec",
    "bit",
];

/// The brackets of an array at the end of a type, and what stands before them.
pub(super) fn element(sql_type: &str) -> (&str, &str) {
    let at = sql_type.find('[').unwrap_or(sql_type.len());
    sql_type.split_at(at)
}

/// A type behind the schema `prefix`, which types of PostgreSQL's own do without.
pub(super) fn type_text(prefix: &str, sql_type: &str) -> String {
    if UNQUOTED.iter().any(|native| sql_type.starts_with(native)) {
        return sql_type.to_owned();
    }
    let (name, dimensions) = element(sql_type);
    format!("{prefix}\"{name}\"{dimensions}")
}

/// A column's type.
fn column_type(column: &Col) -> String {
    let prefix = match column.type_schema.as_deref() {
        Some(schema) if schema != "public" => format!("\"{schema}\"."),
        _ => String::new(),
    };
    type_text(&prefix, column.sql_type.as_deref().unwrap_or("unknown"))
}

fn default_text(column: &Col) -> String {
    if column.default.is_some() { format!(" DEFAULT {}", column.default) } else { String::new() }
}

fn generated_text(column: &Col) -> String {
    let expression = column.generated.map(|generated| generated.expression.known().map_or("unknown", String::as_str));
    expression.map_or_else(String::new, |expression| format!(" GENERATED ALWAYS AS ({expression}) STORED"))
}

/// ` GENERATED ... AS IDENTITY (...)`.
pub(in crate::push::postgresql) fn identity_text(schema: &str, identity: &Ident) -> String {
    let kind = if identity.always { "ALWAYS" } else { "BY DEFAULT" };
    let name = qualified(schema, &identity.name);
    format!(" GENERATED {kind} AS IDENTITY (sequence name {name}{})", options_text(&identity.options))
}

/// The options of a sequence.
pub(in crate::push::postgresql) fn options_text(options: &Options) -> String {
    let cache = options.cache.as_deref().map_or_else(String::new, |cache| format!(" CACHE {cache}"));
    format!(
        " INCREMENT BY {} MINVALUE {} MAXVALUE {} START WITH {}{cache}{}",
        options.increment,
        options.min,
        options.max,
        options.start,
        if options.cycle { " CYCLE" } else { "" }
    )
}

/// A column in CREATE TABLE.
pub(super) fn created_column(tab: &Tab, column: &Col) -> String {
    let not_null = column.not_null == Some(true) && column.identity.is_none();
    format!(
        "\"{}\" {}{}{}{}{}{}",
        column.name,
        column_type(column),
        if column.primary { " PRIMARY KEY" } else { "" },
        default_text(column),
        generated_text(column),
        if not_null { " NOT NULL" } else { "" },
        column.identity.as_ref().map_or_else(String::new, |identity| identity_text(&tab.schema, identity)),
    )
}

/// ADD COLUMN; `bare` leaves out what is forgotten when a column is made anew to become a generated one.
pub(super) fn add_column(tab: &Tab, column: &Col, bare: bool) -> String {
    let column_type = match bare {
        true => type_text("", column.sql_type.as_deref().unwrap_or("unknown")),
        false => column_type(column),
    };
    let identity = column.identity.as_ref().filter(|_| !bare);
    format!(
        "ALTER TABLE {} ADD COLUMN \"{}\" {column_type}{}{}{}{}{};",
        tab.sql(),
        column.name,
        if column.primary { " PRIMARY KEY" } else { "" },
        default_text(column),
        generated_text(column),
        if column.not_null == Some(true) { " NOT NULL" } else { "" },
        identity.map_or_else(String::new, |identity| identity_text(&tab.schema, identity)),
    )
}

/// Names between quotes, with commas.
pub(in crate::push::postgresql) fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",")
}

/// `CONSTRAINT "..." UNIQUE(...)`.
pub(super) fn unique_text(unique: &Uni) -> String {
    let nulls = if unique.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
    format!("CONSTRAINT \"{}\" UNIQUE{nulls}({})", unique.name, quoted(&unique.columns))
}

/// ADD CONSTRAINT ... FOREIGN KEY.
pub(super) fn add_foreign_key(schema: &str, key: &Foreign) -> String {
    format!(
        "ALTER TABLE {} ADD CONSTRAINT \"{}\" FOREIGN KEY ({}) REFERENCES \"{}\".\"{}\"({}) ON DELETE {} ON UPDATE {};",
        qualified(schema, &key.table_from),
        key.name,
        quoted(&key.columns),
        key.schema_to,
        key.table_to,
        quoted(&key.columns_to),
        key.on_delete,
        key.on_update,
    )
}

/// CREATE INDEX.
pub(super) fn create_index(tab: &Tab, index: &Index) -> String {
    let columns: Vec<String> = index.columns.iter().map(index_column).collect();
    let with: Vec<String> = index.storage.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!(
        "CREATE {}{} \"{}\" ON {} USING {} ({}){}{};",
        if index.unique { "UNIQUE INDEX" } else { "INDEX" },
        if index.concurrently { " CONCURRENTLY" } else { "" },
        index.name,
        tab.sql(),
        index.method.as_deref().unwrap_or("btree"),
        columns.join(","),
        if with.is_empty() { String::new() } else { format!(" WITH ({})", with.join(",")) },
        index.predicate.as_deref().map_or_else(String::new, |predicate| format!(" WHERE {predicate}")),
    )
}

fn index_column(column: &IndexColumn) -> String {
    if column.is_expression {
        return column.expression.clone();
    }
    let first = column.nulls_first.unwrap_or(column.descending);
    let order = match (&column.operator_class, column.descending, first) {
        // An operator class hides the order.
        (Some(class), _, _) => format!(" {class}"),
        (None, false, false) => String::new(),
        (None, false, true) => " NULLS FIRST".to_owned(),
        (None, true, false) => " DESC NULLS LAST".to_owned(),
        (None, true, true) => " DESC NULLS FIRST".to_owned(),
    };
    format!("\"{}\"{order}", column.expression)
}

/// CREATE POLICY, whose conditions push forgets.
pub(super) fn create_policy(table: &str, policy: &Policy) -> String {
    const KEYWORDS: &[&str] = &["current_user", "current_role", "session_user", "public"];
    let role = |role: &String| if KEYWORDS.contains(&role.as_str()) { role.clone() } else { format!("\"{role}\"") };
    format!(
        "CREATE POLICY \"{}\" ON {table} AS {} FOR {} TO {};",
        policy.name,
        if policy.permissive { "PERMISSIVE" } else { "RESTRICTIVE" },
        policy.command.to_uppercase(),
        policy.roles.iter().map(role).collect::<Vec<_>>().join(", "),
    )
}
