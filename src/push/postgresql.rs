//! The statements of push on PostgreSQL.

use super::plan::Plan;
use crate::catalog::{Column, ForeignKey, Generation, Identity, Index, Table, Unique};
use crate::drift::Drift;

/// Types that drizzle-kit writes without quotes, by their beginning.
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

/// Whether push takes two types for different ones.
pub(super) fn sees_types(generation: Generation, declared: &str, live: &str) -> bool {
    let spelled = |text: &str| text.replacen(" (", "(", 1);
    match generation {
        Generation::V0 => spelled(declared) != spelled(live),
        Generation::V1 => !crate::catalog::same_type(crate::catalog::Dialect::Postgresql, declared, live),
    }
}

/// Whether push overlooks every other difference of a column with these types: where the two differ by one space alone, it
/// takes the whole column for equal (every `timestamp` with a precision).
pub(super) fn hides_column(_: Generation, declared: &str, live: &str) -> bool {
    declared != live && declared.replacen(" (", "(", 1) == live.replacen(" (", "(", 1)
}

/// `DROP TABLE`.
pub(super) fn drop_table(plan: &Plan, table: &Table) -> Vec<String> {
    let name = table_name(table);
    match plan.generation {
        Generation::V0 => {
            // With any table to alter, it switches row-level security off on those to drop.
            let disabled = (plan.alters_any_table() && !table.row_level_security)
                .then(|| format!("ALTER TABLE {name} DISABLE ROW LEVEL SECURITY;"));
            let policies =
                table.policies.iter().map(|policy| format!("DROP POLICY \"{}\" ON {name} CASCADE;", policy.name));
            disabled.into_iter().chain(policies).chain([format!("DROP TABLE {name} CASCADE;")]).collect()
        }
        Generation::V1 => vec![format!("DROP TABLE {name};")],
    }
}

/// `CREATE TABLE` and what belongs to the new table: its foreign keys, then its indexes.
pub(super) fn create_table(plan: &Plan, table: &Table) -> Vec<String> {
    let name = table_name(table);
    let mut lines: Vec<String> = table.columns.iter().map(|column| created_column(plan, table, column)).collect();
    if let Some(key) = table.primary_key.as_ref().filter(|key| key.columns.len() > 1 || key.name.is_some()) {
        let default = match plan.generation {
            Generation::V0 => format!("{}_{}_pk", table.name, key.columns.join("_")),
            Generation::V1 => format!("{}_pkey", table.name),
        };
        lines.push(format!(
            "CONSTRAINT \"{}\" PRIMARY KEY({})",
            key.name.as_deref().unwrap_or(&default),
            quoted(&key.columns)
        ));
    }
    lines.extend(table.uniques.iter().map(|unique| unique_line(plan, table, unique)));
    lines.extend(table.checks.iter().filter_map(|check| {
        Some(format!("CONSTRAINT \"{}\" CHECK ({})", check.name.as_deref()?, check.expression.known()?))
    }));
    let mut statements = vec![format!("CREATE TABLE {name} (\n\t{}\n);", lines.join(",\n\t"))];
    if table.row_level_security || !table.policies.is_empty() {
        statements.push(format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;"));
    }
    statements.extend(table.foreign_keys.iter().map(|key| add_foreign_key(plan, table, key)));
    statements.extend(table.indexes.iter().map(|index| create_index(plan, table, index)));
    statements
}

/// `ALTER TABLE ... ADD COLUMN`.
pub(super) fn add_column(table: &Table, column: &Column) -> String {
    let key = if is_own_key(table, column) { " PRIMARY KEY" } else { "" };
    let not_null = if column.not_null.known() == Some(&true) { " NOT NULL" } else { "" };
    format!(
        "ALTER TABLE {} ADD COLUMN \"{}\" {}{key}{}{}{not_null}{};",
        table_name(table),
        column.name,
        column_type(column),
        default_text(column),
        generated_text(column),
        identity_text(table, column.identity.as_ref()),
    )
}

/// `ALTER TABLE ... DROP COLUMN`.
pub(super) fn drop_column(table: &Table, column: &str) -> String {
    format!("ALTER TABLE {} DROP COLUMN \"{column}\";", table_name(table))
}

/// The statements that give a column its declared type.
pub(super) fn set_type(plan: &Plan, drift: &Drift) -> Option<Vec<String>> {
    let (table, column) = (&plan.declared_table(drift)?.table, plan.declared_column(drift)?);
    let live = plan.live_column(drift)?;
    let alter = format!("ALTER TABLE {} ALTER COLUMN \"{}\"", table_name(table), column.name);
    let schema = column.type_schema.as_deref().unwrap_or("undefined");
    let name = column.sql_type.known()?;
    let sql_type = match plan.generation {
        Generation::V0 => quoted_type(&format!("\"{schema}\"."), name),
        Generation::V1 => column_type(column),
    };
    let declared_enums =
        plan.declared.enums.iter().map(|item| (item.value.schema.as_deref(), item.value.name.as_str()));
    let live_enums = plan.live.catalog.enums.iter().map(|item| (item.schema.as_deref(), item.name.as_str()));
    let (was_enum, is_enum) = (is_one_of(live, live_enums), is_one_of(column, declared_enums));
    let default = column.default.known().cloned().flatten();
    let set_default = |suffix: &str| default.as_ref().map(|default| format!("{alter} SET DEFAULT {default}{suffix};"));
    if plan.generation == Generation::V1 {
        let using = if was_enum && is_enum {
            format!("\"{}\"::text::{sql_type}", column.name)
        } else {
            format!("\"{}\"::{sql_type}", column.name)
        };
        return Some(vec![format!("{alter} SET DATA TYPE {sql_type} USING {using};")]);
    }
    Some(match (was_enum, is_enum) {
        (_, false) => {
            [Some(format!("{alter} SET DATA TYPE {sql_type};")), set_default("")].into_iter().flatten().collect()
        }
        (false, true) => [
            set_default(&format!("::{sql_type}")),
            Some(format!("{alter} SET DATA TYPE {sql_type} USING \"{}\"::{sql_type};", column.name)),
        ]
        .into_iter()
        .flatten()
        .collect(),
        (true, true) => {
            let change = format!("{alter} SET DATA TYPE {sql_type} USING \"{}\"::text::{sql_type};", column.name);
            match set_default("") {
                Some(default) if column.sql_type != live.sql_type => {
                    vec![format!("{alter} DROP DEFAULT;"), change, default]
                }
                _ => vec![change],
            }
        }
    })
}

/// Whether a column's type, or that of its elements, is one of `enums`.
fn is_one_of<'a>(column: &Column, mut enums: impl Iterator<Item = (Option<&'a str>, &'a str)>) -> bool {
    let name = column.sql_type.known().map(|sql_type| element(sql_type)).unwrap_or_default();
    enums.any(|(schema, other)| schema == column.type_schema.as_deref() && name == other)
}

/// `SET NOT NULL` or `DROP NOT NULL`.
pub(super) fn set_not_null(plan: &Plan, drift: &Drift) -> Option<String> {
    let (table, column) = (&plan.declared_table(drift)?.table, plan.declared_column(drift)?);
    let verb = if *column.not_null.known()? { "SET" } else { "DROP" };
    Some(format!("ALTER TABLE {} ALTER COLUMN \"{}\" {verb} NOT NULL;", table_name(table), column.name))
}

/// What push empties the table with before it adds a column that its rows cannot have.
pub(super) fn truncate(table: &Table) -> String {
    format!("truncate table {} cascade;", table_name(table))
}

/// A table's name in a statement: the schema only where it is not `public`.
fn table_name(table: &Table) -> String {
    qualified(table.schema.as_deref(), &table.name)
}

fn qualified(schema: Option<&str>, name: &str) -> String {
    match schema.filter(|schema| *schema != "public") {
        Some(schema) => format!("\"{schema}\".\"{name}\""),
        None => format!("\"{name}\""),
    }
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(",")
}

fn is_own_key(table: &Table, column: &Column) -> bool {
    table.primary_key.as_ref().is_some_and(|key| key.name.is_none() && key.columns == [column.name.clone()])
}

fn created_column(plan: &Plan, table: &Table, column: &Column) -> String {
    let own_key = is_own_key(table, column);
    let key = if own_key { " PRIMARY KEY" } else { "" };
    let implied = column.identity.is_some() || (plan.generation == Generation::V1 && (own_key || is_serial(column)));
    let not_null = if column.not_null.known() == Some(&true) && !implied { " NOT NULL" } else { "" };
    format!(
        "\"{}\" {}{key}{}{}{not_null}{}",
        column.name,
        column_type(column),
        default_text(column),
        generated_text(column),
        identity_text(table, column.identity.as_ref())
    )
}

fn is_serial(column: &Column) -> bool {
    column.sql_type.known().is_some_and(|sql_type| sql_type.ends_with("serial"))
}

fn column_type(column: &Column) -> String {
    let schema = match column.type_schema.as_deref() {
        Some(schema) if schema != "public" => format!("\"{schema}\"."),
        _ => String::new(),
    };
    quoted_type(&schema, column.sql_type.known().map_or("unknown", String::as_str))
}

/// The part of a type that stands before the brackets of an array.
fn element(sql_type: &str) -> &str {
    sql_type.find('[').map_or(sql_type, |at| &sql_type[..at])
}

fn quoted_type(schema: &str, sql_type: &str) -> String {
    if UNQUOTED.iter().any(|native| sql_type.starts_with(native)) {
        return sql_type.to_owned();
    }
    let name = element(sql_type);
    format!("{schema}\"{name}\"{}", &sql_type[name.len()..])
}

fn default_text(column: &Column) -> String {
    column.default.known().cloned().flatten().map_or_else(String::new, |default| format!(" DEFAULT {default}"))
}

fn generated_text(column: &Column) -> String {
    match column.generated.as_ref().and_then(|generated| generated.expression.known()) {
        Some(expression) => format!(" GENERATED ALWAYS AS ({expression}) STORED"),
        None => String::new(),
    }
}

fn identity_text(table: &Table, identity: Option<&Identity>) -> String {
    let Some(identity) = identity else { return String::new() };
    let name = qualified(table.schema.as_deref(), identity.name.as_deref().unwrap_or_default());
    let mut text = format!(
        " GENERATED {} AS IDENTITY (sequence name {name}",
        if identity.always { "ALWAYS" } else { "BY DEFAULT" }
    );
    let options = &identity.options;
    for (words, value) in [
        ("INCREMENT BY", &options.increment),
        ("MINVALUE", &options.min_value),
        ("MAXVALUE", &options.max_value),
        ("START WITH", &options.start),
        ("CACHE", &options.cache),
    ] {
        if let Some(value) = value {
            text.push_str(&format!(" {words} {value}"));
        }
    }
    if options.cycle == Some(true) {
        text.push_str(" CYCLE");
    }
    text.push(')');
    text
}

fn unique_line(plan: &Plan, table: &Table, unique: &Unique) -> String {
    let default = match plan.generation {
        Generation::V0 => format!("{}_{}_unique", table.name, unique.columns.join("_")),
        Generation::V1 => format!("{}_{}_key", table.name, unique.columns.join("_")),
    };
    format!(
        "CONSTRAINT \"{}\" UNIQUE{}({})",
        unique.name.as_deref().unwrap_or(&default),
        if unique.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" },
        quoted(&unique.columns)
    )
}

fn add_foreign_key(plan: &Plan, table: &Table, key: &ForeignKey) -> String {
    let (suffix, public) = match plan.generation {
        Generation::V0 => ("fk", "\"public\"."),
        Generation::V1 => ("fkey", ""),
    };
    let default = format!(
        "{}_{}_{}_{}_{suffix}",
        table.name,
        key.columns.join("_"),
        key.foreign_table,
        key.foreign_columns.join("_")
    );
    let target = match key.foreign_schema.as_deref().filter(|schema| *schema != "public") {
        Some(schema) => format!("\"{schema}\".\"{}\"", key.foreign_table),
        None => format!("{public}\"{}\"", key.foreign_table),
    };
    let actions = match plan.generation {
        Generation::V0 => format!(" ON DELETE {} ON UPDATE {}", key.on_delete, key.on_update),
        Generation::V1 => [("DELETE", &key.on_delete), ("UPDATE", &key.on_update)]
            .into_iter()
            .filter(|(_, action)| *action != "no action")
            .map(|(event, action)| format!(" ON {event} {}", action.to_uppercase()))
            .collect(),
    };
    format!(
        "ALTER TABLE {} ADD CONSTRAINT \"{}\" FOREIGN KEY ({}) REFERENCES {target}({}){actions};",
        table_name(table),
        key.name.as_deref().unwrap_or(&default),
        quoted(&key.columns),
        quoted(&key.foreign_columns),
    )
}

fn create_index(plan: &Plan, table: &Table, index: &Index) -> String {
    let columns: Vec<String> = index
        .columns
        .iter()
        .map(|column| {
            let name =
                if column.is_expression { column.expression.clone() } else { format!("\"{}\"", column.expression) };
            let order = match &column.operator_class {
                Some(class) => format!(" {class}"),
                None if column.descending => " DESC".into(),
                None => String::new(),
            };
            let nulls = match (&column.operator_class, column.descending, column.nulls_first) {
                (Some(_), ..) | (None, false, None | Some(false)) => "",
                (None, true, None | Some(false)) => " NULLS LAST",
                (None, _, Some(true)) => " NULLS FIRST",
            };
            format!("{name}{order}{nulls}")
        })
        .collect();
    let method = match (plan.generation, index.method.as_deref().unwrap_or("btree")) {
        (Generation::V1, "btree") => String::new(),
        (_, method) => format!("USING {method} "),
    };
    format!(
        "CREATE {} \"{}\" ON {} {method}({}){};",
        if index.unique { "UNIQUE INDEX" } else { "INDEX" },
        index.name,
        table_name(table),
        columns.join(","),
        index.predicate.as_ref().map_or_else(String::new, |predicate| format!(" WHERE {predicate}")),
    )
}
