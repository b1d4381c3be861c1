//! The catalog JSON of the contract.

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use super::{
    Catalog, Check, Column, Deferrable, Dialect, EnumType, Exclusion, Family, ForeignKey, Generated, Identity, Index,
    IndexColumn, Policy, PrimaryKey, Sequence, SequenceOptions, Table, TableKind, Unique, View,
};

/// `catalog` in the contract's shape, without `unresolved` (which only a reading of code has).
pub fn to_json(catalog: &Catalog) -> Value {
    serde_json::to_value(CatalogJson(catalog)).expect("all keys are texts")
}

/// The same, to be written out table by table: the JSON of a large catalog is never there as a whole.
pub struct CatalogJson<'a>(pub &'a Catalog);

impl Serialize for CatalogJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let catalog = self.0;
        let mut object = serializer.serialize_map(None)?;
        object.serialize_entry("version", &1)?;
        object.serialize_entry("dialect", &catalog.dialect)?;
        object.serialize_entry("tables", &Each(&catalog.tables, |table: &Table| table_json(catalog.dialect, table)))?;
        object.serialize_entry("enums", &Each(&catalog.enums, enum_json))?;
        object.serialize_entry("views", &Each(&catalog.views, view_json))?;
        object.serialize_entry("sequences", &Each(&catalog.sequences, sequence_json))?;
        if !catalog.schemas.is_empty() {
            object.serialize_entry("schemas", &catalog.schemas)?;
        }
        object.end()
    }
}

/// A list of things, each made JSON when its turn comes.
struct Each<'a, T, F>(&'a [T], F);

impl<T, F: Fn(&T) -> Value> Serialize for Each<'_, T, F> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(&self.1))
    }
}

fn enum_json(item: &EnumType) -> Value {
    let object = json!({ "schema": item.schema, "name": item.name, "values": item.values });
    with(object, [("extension", text(&item.extension))])
}

fn view_json(view: &View) -> Value {
    let object = json!({
        "schema": view.schema, "name": view.name, "materialized": view.materialized,
        "definition": view.definition.known(),
    });
    with(object, [("options", pairs(&view.options)), ("extension", text(&view.extension))])
}

fn sequence_json(sequence: &Sequence) -> Value {
    let mut object = Map::new();
    object.insert("schema".into(), json!(sequence.schema));
    object.insert("name".into(), json!(sequence.name));
    insert_options(&mut object, &sequence.options);
    with(Value::Object(object), [("type", text(&sequence.sql_type)), ("extension", text(&sequence.extension))])
}

/// `object` with those further keys that have a value: what is usual is not written out.
fn with<const N: usize>(mut object: Value, further: [(&str, Option<Value>); N]) -> Value {
    if let Value::Object(map) = &mut object {
        map.extend(further.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    }
    object
}

fn text(value: &Option<String>) -> Option<Value> {
    value.as_ref().map(|value| json!(value))
}

fn flag(value: bool) -> Option<Value> {
    value.then_some(Value::Bool(true))
}

fn names(values: &[String]) -> Option<Value> {
    (!values.is_empty()).then(|| json!(values))
}

fn pairs(values: &[(String, String)]) -> Option<Value> {
    let object = || values.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    (!values.is_empty()).then(|| Value::Object(object()))
}

fn deferrable(value: Deferrable) -> Option<Value> {
    match value {
        Deferrable::No => None,
        Deferrable::InitiallyImmediate => Some(json!("initially immediate")),
        Deferrable::InitiallyDeferred => Some(json!("initially deferred")),
    }
}

/// The kind, where it is not an ordinary table, and whose partition or shadow it is.
fn kind(table: &Table) -> [(&'static str, Option<Value>); 2] {
    let (kind, of) = match &table.kind {
        TableKind::Ordinary => (None, None),
        TableKind::Partitioned => (Some("partitioned"), None),
        TableKind::Partition { schema, table } => {
            (Some("partition"), Some(json!({ "schema": schema, "table": table })))
        }
        TableKind::Foreign => (Some("foreign"), None),
        TableKind::Virtual(module) => (Some("virtual"), Some(json!(module))),
        TableKind::Shadow(owner) => (Some("shadow"), Some(json!(owner))),
    };
    [("kind", kind.map(|kind| json!(kind))), ("of", of)]
}

fn table_json(dialect: Dialect, table: &Table) -> Value {
    let list = |values: Vec<Value>| Value::Array(values);
    let object = json!({
        "schema": table.schema, "name": table.name,
        "columns": list(table.columns.iter().map(column_json).collect()),
        "primaryKey": table.primary_key.as_ref().map(primary_key_json),
        "uniques": list(table.uniques.iter().map(unique_json).collect()),
        "foreignKeys": list(table.foreign_keys.iter().map(foreign_key_json).collect()),
        "indexes": list(table.indexes.iter().map(|index| index_json(dialect, index)).collect()),
        "checks": list(table.checks.iter().map(check_json).collect()),
        "rowLevelSecurity": table.row_level_security,
        "policies": list(table.policies.iter().map(policy_json).collect()),
    });
    let exclusions: Vec<_> = table.exclusions.iter().map(|exclusion| exclusion_json(dialect, exclusion)).collect();
    let further = [
        ("exclusions", (!exclusions.is_empty()).then(|| list(exclusions))),
        ("collation", text(&table.collation)),
        ("owner", text(&table.owner)),
        ("extension", text(&table.extension)),
        ("comment", text(&table.comment)),
    ];
    with(with(object, kind(table)), further)
}

fn primary_key_json(key: &PrimaryKey) -> Value {
    with(json!({ "name": key.name, "columns": key.columns }), [("deferrable", deferrable(key.deferrable))])
}

fn exclusion_json(dialect: Dialect, exclusion: &Exclusion) -> Value {
    with(
        json!({
            "name": exclusion.name, "definition": exclusion.definition,
            "index": index_json(dialect, &exclusion.index),
        }),
        [("deferrable", deferrable(exclusion.deferrable))],
    )
}

fn column_json(column: &Column) -> Value {
    let object = json!({
        "name": column.name, "type": column.sql_type.known(), "notNull": column.not_null.known(),
        "default": column.default.known().cloned().flatten(),
        "identity": column.identity.as_deref().map(identity_json),
        "generated": column.generated.as_deref().map(generated_json),
        "autoincrement": column.autoincrement,
    });
    let further = [
        ("typeSchema", text(&column.type_schema)),
        ("onUpdate", text(&column.on_update)),
        ("collation", text(&column.collation)),
        ("invisible", flag(column.invisible)),
        ("comment", text(&column.comment)),
    ];
    with(object, further)
}

fn identity_json(identity: &Identity) -> Value {
    let mut object = Map::new();
    object.insert("always".into(), json!(identity.always));
    object.insert("name".into(), json!(identity.name));
    insert_options(&mut object, &identity.options);
    Value::Object(object)
}

/// Sequence numbers stay strings: they exceed what a JavaScript number holds.
fn insert_options(object: &mut Map<String, Value>, options: &SequenceOptions) {
    for (key, value) in [
        ("increment", &options.increment),
        ("minValue", &options.min_value),
        ("maxValue", &options.max_value),
        ("start", &options.start),
        ("cache", &options.cache),
    ] {
        object.insert(key.into(), json!(value));
    }
    object.insert("cycle".into(), json!(options.cycle));
}

fn generated_json(generated: &Generated) -> Value {
    json!({ "expression": generated.expression.known(), "stored": generated.stored })
}

fn unique_json(unique: &Unique) -> Value {
    with(
        json!({ "name": unique.name, "columns": unique.columns, "nullsNotDistinct": unique.nulls_not_distinct }),
        [("deferrable", deferrable(unique.deferrable))],
    )
}

fn foreign_key_json(key: &ForeignKey) -> Value {
    let object = json!({
        "name": key.name, "columns": key.columns,
        "references": { "schema": key.foreign_schema, "table": key.foreign_table, "columns": key.foreign_columns },
        "onUpdate": key.on_update, "onDelete": key.on_delete,
    });
    let further = [
        ("deferrable", deferrable(key.deferrable)),
        ("match", key.match_full.then(|| json!("full"))),
        ("notValid", flag(key.not_valid)),
    ];
    with(object, further)
}

fn index_json(dialect: Dialect, index: &Index) -> Value {
    let object = json!({
        "name": index.name, "unique": index.unique, "method": index.method,
        "columns": index.columns.iter().map(|column| index_column_json(dialect, column)).collect::<Vec<_>>(),
        "where": index.predicate,
    });
    let further = [
        ("include", names(&index.include)),
        ("with", pairs(&index.storage)),
        ("nullsNotDistinct", flag(index.nulls_not_distinct)),
        ("invalid", flag(index.invalid)),
        ("invisible", flag(index.invisible)),
        ("comment", text(&index.comment)),
    ];
    with(object, further)
}

/// Only PostgreSQL orders NULLs in an index; there the order's own default is spelled out.
fn index_column_json(dialect: Dialect, column: &IndexColumn) -> Value {
    let nulls = (dialect.family() == Family::Postgresql)
        .then(|| if column.nulls_first.unwrap_or(column.descending) { "first" } else { "last" });
    let object = json!({
        "expression": column.expression, "isExpression": column.is_expression,
        "order": if column.descending { "desc" } else { "asc" }, "nulls": nulls, "opclass": column.operator_class,
    });
    let further =
        [("collation", text(&column.collation)), ("prefixLength", column.prefix_length.map(|length| json!(length)))];
    with(object, further)
}

fn check_json(check: &Check) -> Value {
    with(
        json!({ "name": check.name, "expression": check.expression.known() }),
        [("notValid", flag(check.not_valid)), ("notEnforced", flag(check.not_enforced))],
    )
}

fn policy_json(policy: &Policy) -> Value {
    json!({
        "name": policy.name, "as": if policy.permissive { "permissive" } else { "restrictive" },
        "for": policy.command, "to": policy.roles, "using": policy.using, "withCheck": policy.with_check,
    })
}

#[cfg(test)]
mod tests {
    use super::super::Fact;
    use super::*;

    fn column(name: &str, sql_type: &str, not_null: bool) -> Column {
        Column {
            name: name.into(),
            sql_type: Fact::Known(sql_type.into()),
            type_schema: None,
            not_null: Fact::Known(not_null),
            default: Fact::Known(None),
            identity: None,
            generated: None,
            autoincrement: false,
            ..Default::default()
        }
    }

    /// The contract's example, attribute by attribute, with the objects that it leaves empty filled in.
    #[test]
    fn a_catalog_reads_as_the_contract_has_it() {
        let public = || Some("public".to_owned());
        let catalog = Catalog {
            dialect: Dialect::Postgresql,
            tables: vec![Table {
                schema: public(),
                name: "users".into(),
                columns: vec![
                    column("id", "integer", true),
                    Column {
                        default: Fact::Unknown,
                        sql_type: Fact::Unknown,
                        not_null: Fact::Unknown,
                        generated: Some(Box::new(Generated {
                            expression: Fact::Known("lower(email)".into()),
                            stored: true,
                        })),
                        ..column("email", "text", true)
                    },
                    Column {
                        default: Fact::Known(Some("7".into())),
                        identity: Some(Box::new(Identity {
                            always: true,
                            name: Some("users_n_seq".into()),
                            options: SequenceOptions {
                                max_value: Some("9223372036854775807".into()),
                                cycle: Some(false),
                                ..Default::default()
                            },
                        })),
                        ..column("n", "bigint", false)
                    },
                ],
                primary_key: Some(PrimaryKey {
                    name: Some("users_pkey".into()),
                    columns: vec!["id".into()],
                    ..Default::default()
                }),
                uniques: vec![Unique {
                    name: Some("users_email_unique".into()),
                    columns: vec!["email".into()],
                    nulls_not_distinct: false,
                    ..Default::default()
                }],
                foreign_keys: vec![ForeignKey {
                    name: Some("users_org".into()),
                    columns: vec!["org_id".into()],
                    foreign_schema: public(),
                    foreign_table: "orgs".into(),
                    foreign_columns: vec!["id".into()],
                    on_update: "no action".into(),
                    on_delete: "cascade".into(),
                    ..Default::default()
                }],
                indexes: vec![Index {
                    name: "users_email".into(),
                    unique: false,
                    method: Some("btree".into()),
                    columns: vec![
                        IndexColumn {
                            expression: "email".into(),
                            is_expression: false,
                            descending: false,
                            nulls_first: None,
                            operator_class: None,
                            ..Default::default()
                        },
                        IndexColumn {
                            expression: "lower(email)".into(),
                            is_expression: true,
                            descending: true,
                            nulls_first: None,
                            operator_class: Some("text_pattern_ops".into()),
                            ..Default::default()
                        },
                    ],
                    predicate: Some("n > 0".into()),
                    ..Default::default()
                }],
                checks: vec![Check {
                    name: Some("users_n".into()),
                    expression: Fact::Known("n > 0".into()),
                    ..Default::default()
                }],
                row_level_security: true,
                policies: vec![Policy {
                    name: "own".into(),
                    permissive: true,
                    command: "select".into(),
                    roles: vec!["public".into()],
                    using: Some("true".into()),
                    with_check: None,
                }],
                ..Default::default()
            }],
            enums: vec![EnumType {
                schema: public(),
                name: "role".into(),
                values: vec!["admin".into(), "user".into()],
                ..Default::default()
            }],
            views: vec![View {
                schema: public(),
                name: "active_users".into(),
                materialized: false,
                definition: Fact::Known("SELECT 1".into()),
                ..Default::default()
            }],
            sequences: vec![Sequence {
                schema: public(),
                name: "invoice_number".into(),
                options: SequenceOptions { start: Some("10".into()), ..Default::default() },
                ..Default::default()
            }],
            schemas: Vec::new(),
        };
        let expected: Value = serde_json::from_str(include_str!("catalog.example.json")).expect("the example is JSON");
        assert_eq!(to_json(&catalog), expected);
    }

    #[test]
    fn only_postgresql_orders_nulls() {
        let key = IndexColumn {
            expression: "a".into(),
            is_expression: false,
            descending: false,
            nulls_first: None,
            operator_class: None,
            ..Default::default()
        };
        assert_eq!(index_column_json(Dialect::Sqlite, &key)["nulls"], Value::Null);
        assert_eq!(index_column_json(Dialect::Postgresql, &key)["nulls"], json!("last"));
    }
}
