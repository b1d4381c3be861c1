//! The statements of push on PostgreSQL.

use super::plan::Plan;
use crate::catalog::{Column, ForeignKey, Generation, Index, Table, Unique};
use crate::drift::Drift;

/// Types that drizzle-kit 0.x writes without quotes, by their beginning.
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

/// The most that an identity column can hold, per type.
const HIGHEST: &[(&str, &str)] = &[("smallint", "32767"), ("integer", "2147483647"), ("bigint", "9223372036854775807")];

/// What drizzle-kit takes for the least of a falling identity, whatever its type.
const LOWEST: &str = "-32768";

/// Whether push takes two types for different ones: it compares their text. 1.0 does so after a little tidying.
pub(super) fn sees_types(generation: Generation, declared: &str, live: &str) -> bool {
    match generation {
        Generation::V0 => declared.replacen(" (", "(", 1) != live.replacen(" (", "(", 1),
        Generation::V1 => tidied(declared) != tidied(live),
    }
}

fn tidied(sql_type: &str) -> String {
    let tight = sql_type.replace(", ", ",").replace(" (", "(").replace("decimal", "numeric");
    // A scale of 0 is none, and an array's dimensions have no size.
    let tight = if tight.starts_with("numeric(") { tight.replace(",0)", ")") } else { tight };
    tight.split('[').enumerate().map(|(part, text)| if part == 0 { text.to_owned() } else { "[]".into() }).collect()
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
        Generation::V1 => {
            let policies = table.policies.iter().map(|policy| format!("DROP POLICY \"{}\" ON {name};", policy.name));
            policies.chain(references_to(plan, table)).chain([format!("DROP TABLE {name};")]).collect()
        }
    }
}

/// 1.0 drops what refers to a table before it drops the table.
fn references_to<'a>(plan: &'a Plan, table: &'a Table) -> impl Iterator<Item = String> + 'a {
    let others = plan.live.catalog.tables.iter().filter(move |other| *other != table);
    others.flat_map(move |other| {
        let keys = other
            .foreign_keys
            .iter()
            .filter(move |key| key.foreign_schema == table.schema && key.foreign_table == table.name);
        keys.filter_map(move |key| {
            Some(format!("ALTER TABLE {} DROP CONSTRAINT \"{}\";", table_name(other), key.name.as_deref()?))
        })
    })
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
    lines.extend(
        table
            .uniques
            .iter()
            .filter(|unique| !stands_inline(plan, unique))
            .map(|unique| unique_line(plan, table, unique)),
    );
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
pub(super) fn add_column(plan: &Plan, table: &Table, column: &Column) -> String {
    let key = if is_own_key(table, column) { " PRIMARY KEY" } else { "" };
    let implied = plan.generation == Generation::V1 && implies_not_null(table, column);
    let not_null = if column.not_null.known() == Some(&true) && !implied { " NOT NULL" } else { "" };
    format!(
        "ALTER TABLE {} ADD COLUMN \"{}\" {}{key}{}{}{not_null}{};",
        table_name(table),
        column.name,
        column_type(plan, column),
        default_text(plan, column),
        generated_text(column),
        identity_text(table, column),
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
    let declared_enums =
        plan.declared.enums.iter().map(|item| (item.value.schema.as_deref(), item.value.name.as_str()));
    let live_enums = plan.live.catalog.enums.iter().map(|item| (item.schema.as_deref(), item.name.as_str()));
    let (was_enum, is_enum) = (is_one_of(live, live_enums), is_one_of(column, declared_enums));
    let name = &column.name;
    let alter = format!("ALTER TABLE {} ALTER COLUMN \"{name}\"", table_name(table));
    let default = default_value(plan, column);
    if plan.generation == Generation::V1 {
        return Some(set_type_v1(plan, (table, column, live), &alter, was_enum && is_enum));
    }
    // drizzle-kit 0.x puts "undefined" where a type of the user's has no schema.
    let schema = column.type_schema.as_deref().unwrap_or("undefined");
    let sql_type = quoted_type(&format!("\"{schema}\"."), column.sql_type.known()?);
    let set_default = |suffix: &str| default.as_ref().map(|default| format!("{alter} SET DEFAULT {default}{suffix};"));
    let plain = format!("{alter} SET DATA TYPE {sql_type};");
    let using = |path: &str| format!("{alter} SET DATA TYPE {sql_type} USING \"{name}\"::{path}{sql_type};");
    Some(match (was_enum, is_enum) {
        (_, false) => [plain].into_iter().chain(set_default("")).collect(),
        (false, true) => set_default(&format!("::{sql_type}")).into_iter().chain([using("")]).collect(),
        (true, true) => match set_default("") {
            Some(default) if column.sql_type != live.sql_type => {
                vec![format!("{alter} DROP DEFAULT;"), using("text::"), default]
            }
            _ => vec![using("text::")],
        },
    })
}

/// 1.0 says how to convert; between enums it takes the default away meanwhile, and from a serial its sequence.
fn set_type_v1(
    plan: &Plan,
    (table, column, live): (&Table, &Column, &Column),
    alter: &str,
    between_enums: bool,
) -> Vec<String> {
    let sql_type = column_type(plan, column);
    let path = if between_enums { "text::" } else { "" };
    let change = format!("{alter} SET DATA TYPE {sql_type} USING \"{}\"::{path}{sql_type};", column.name);
    let was_serial = live.sql_type.known().is_some_and(|sql_type| sql_type.ends_with("serial"));
    match default_value(plan, column) {
        Some(default) if between_enums => {
            vec![format!("{alter} DROP DEFAULT;"), change, format!("{alter} SET DEFAULT {default};")]
        }
        _ if was_serial => {
            let sequence = qualified(table.schema.as_deref(), &format!("{}_{}_seq", table.name, column.name));
            vec![format!("{alter} DROP DEFAULT;"), format!("DROP SEQUENCE {sequence};"), change]
        }
        _ => vec![change],
    }
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
    let key = if is_own_key(table, column) { " PRIMARY KEY" } else { "" };
    let implied = match plan.generation {
        Generation::V0 => column.identity.is_some(),
        Generation::V1 => implies_not_null(table, column),
    };
    let not_null = if column.not_null.known() == Some(&true) && !implied { " NOT NULL" } else { "" };
    let unique = table
        .uniques
        .iter()
        .find(|unique| stands_inline(plan, unique) && unique.columns[0] == column.name)
        .map_or_else(String::new, |unique| {
            let made_up = format!("{}_{}_key", table.name, column.name);
            let nulls = if unique.nulls_not_distinct { " NULLS NOT DISTINCT" } else { "" };
            match unique.name.as_deref().filter(|name| *name != made_up) {
                Some(name) => format!(" CONSTRAINT \"{name}\" UNIQUE{nulls}"),
                None => format!(" UNIQUE{nulls}"),
            }
        });
    format!(
        "\"{}\" {}{key}{}{}{not_null}{unique}{}",
        column.name,
        column_type(plan, column),
        default_text(plan, column),
        generated_text(column),
        identity_text(table, column)
    )
}

/// Whether a unique constraint is written behind its column: 1.0 does so with those of one column.
fn stands_inline(plan: &Plan, unique: &Unique) -> bool {
    plan.generation == Generation::V1 && unique.columns.len() == 1
}

/// Whether a column refuses NULL without the words, as 1.0 has it.
fn implies_not_null(table: &Table, column: &Column) -> bool {
    let key = table.primary_key.as_ref().is_some_and(|key| key.columns.contains(&column.name));
    key || column.identity.is_some() || column.sql_type.known().is_some_and(|sql_type| sql_type.ends_with("serial"))
}

fn column_type(plan: &Plan, column: &Column) -> String {
    let schema = match column.type_schema.as_deref() {
        Some(schema) if schema != "public" => format!("\"{schema}\"."),
        _ => String::new(),
    };
    let sql_type = column.sql_type.known().map_or("unknown", String::as_str);
    match plan.generation {
        Generation::V0 => quoted_type(&schema, sql_type),
        // 1.0 quotes what it knows to be a type of the user's, and nothing else.
        Generation::V1 if column.type_schema.is_some() => {
            let name = element(sql_type);
            format!("{schema}\"{name}\"{}", &sql_type[name.len()..])
        }
        Generation::V1 => sql_type.replace(", ", ",").replace(" (", "("),
    }
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

fn default_text(plan: &Plan, column: &Column) -> String {
    default_value(plan, column).map_or_else(String::new, |default| format!(" DEFAULT {default}"))
}

/// The default as push writes it. 1.0 casts the literals of arrays and enums, and those of JSON no longer.
fn default_value(plan: &Plan, column: &Column) -> Option<String> {
    let default = column.default.known().cloned().flatten()?;
    if plan.generation == Generation::V0 {
        return Some(default);
    }
    let literal = default.starts_with('\'') && default.ends_with('\'');
    let is_array = column.sql_type.known().is_some_and(|sql_type| sql_type.ends_with(']'));
    Some(match default.strip_suffix("::jsonb").or_else(|| default.strip_suffix("::json")) {
        Some(json) if json.ends_with('\'') => json.to_owned(),
        _ if literal && is_array => format!("{}::{}", bare_elements(&default), column_type(plan, column)),
        _ if literal && column.type_schema.is_some() => format!("{default}::{}", column_type(plan, column)),
        _ => default,
    })
}

/// An array's literal without the quotes around elements that need none.
fn bare_elements(literal: &str) -> String {
    let plain = |element: &str| {
        !element.is_empty() && element != "NULL" && element.chars().all(|part| part.is_alphanumeric() || part == '_')
    };
    let mut parts = literal.split('"');
    let mut bare = parts.next().unwrap_or_default().to_owned();
    while let Some(element) = parts.next() {
        match parts.next() {
            Some(after) if plain(element) => bare.push_str(&format!("{element}{after}")),
            Some(after) => bare.push_str(&format!("\"{element}\"{after}")),
            None => bare.push_str(&format!("\"{element}")),
        }
    }
    bare
}

fn generated_text(column: &Column) -> String {
    match column.generated.as_ref().and_then(|generated| generated.expression.known()) {
        Some(expression) => format!(" GENERATED ALWAYS AS ({expression}) STORED"),
        None => String::new(),
    }
}

/// An identity with every option spelled out, as drizzle-kit has it.
fn identity_text(table: &Table, column: &Column) -> String {
    let Some(identity) = &column.identity else { return String::new() };
    let options = &identity.options;
    let given = |option: &Option<String>, otherwise: &str| option.clone().unwrap_or_else(|| otherwise.to_owned());
    let sql_type = column.sql_type.known().map_or("", String::as_str);
    let highest = HIGHEST.iter().find(|(name, _)| *name == sql_type).map_or("32767", |(_, highest)| highest);
    let increment = given(&options.increment, "1");
    let falls = increment.starts_with('-');
    let minimum = given(&options.min_value, if falls { LOWEST } else { "1" });
    let maximum = given(&options.max_value, if falls { "-1" } else { highest });
    let start = given(&options.start, if falls { &maximum } else { &minimum });
    let made_up = format!("{}_{}_seq", table.name, column.name);
    format!(
        " GENERATED {} AS IDENTITY (sequence name {} INCREMENT BY {increment} MINVALUE {minimum} MAXVALUE {maximum} \
         START WITH {start} CACHE {}{})",
        if identity.always { "ALWAYS" } else { "BY DEFAULT" },
        qualified(table.schema.as_deref(), identity.name.as_deref().unwrap_or(&made_up)),
        given(&options.cache, "1"),
        if options.cycle == Some(true) { " CYCLE" } else { "" },
    )
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
