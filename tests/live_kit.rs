//! What is read from PostgreSQL is what drizzle-kit's own introspection reads there, but for its known faults.
//!
//! `tests/fixtures/live/introspect.mjs` has written down what drizzle-kit says.
#![cfg(unix)]

#[path = "support/postgresql.rs"]
mod postgresql;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use drizzle_drift::catalog::{Column, Dialect, Fact, LiveCatalog, Table, TableKind};
use drizzle_drift::live::{self, Limits, Target};
use postgresql::Server;
use serde_json::{Value, json};

/// Where drizzle-kit is wrong, says less, or spells differently: version, place, and how. Each is found, and no other.
const FAULTS: &[(&str, &str, &str)] = &[
    ("0.31.11", "/enums/public.nothing", "an enum without values is not seen"),
    ("0.31.11", "dropped/uniques", "the columns of a unique come in the table's order"),
    ("0.31.11", "order_items/primaryKey", "the columns of a primary key come in the table's order"),
    ("0.31.11", "line_notes/foreignKeys", "the columns that a foreign key refers to come in the table's order"),
    ("0.31.11", "parents/indexes", "an index on which a foreign key rests is taken for a constraint's"),
    ("0.31.11", "types/columns/ap/type", "\"char\" is taken for char"),
    ("0.31.11", "customers/columns/sizes/type", "an array of an enum in a schema is spelled with the schema"),
    ("1.0.0-rc.5", "/enums/public.nothing", "an enum without values is not seen"),
    ("1.0.0-rc.5", "bookings/indexes", "the index of an exclusion constraint is taken for one of its own"),
    ("1.0.0-rc.5", "reservations/indexes", "the index of an exclusion constraint is taken for one of its own"),
    ("1.0.0-rc.5", "types/columns/ap/type", "\"char\" is taken for char"),
    ("1.0.0-rc.5", "renamed_serial/columns/id/type", "a serial is told by the name of its sequence"),
    ("1.0.0-rc.5", "numeric(", "the precision of a numeric is spelled without a space"),
];

fn full(schema: &Option<String>, name: &str) -> String {
    format!("{}.{name}", schema.as_deref().unwrap_or("public"))
}

/// `live` in the reduced form of the fixture.
fn reduced(live: &LiveCatalog, generation: u32) -> Value {
    let catalog = &live.catalog;
    // 0.31 looks only at tables that hold rows themselves, partitions among them.
    let has_partitions = |table: &Table| {
        let of = TableKind::Partition { schema: table.schema.clone(), table: table.name.clone() };
        table.kind == TableKind::Partitioned || catalog.tables.iter().any(|part| part.kind == of)
    };
    let seen = |table: &&Table| table.kind != TableKind::Foreign && (generation > 0 || !has_partitions(table));
    let tables: BTreeMap<_, _> = catalog
        .tables
        .iter()
        .filter(seen)
        .map(|table| (full(&table.schema, &table.name), reduced_table(table, generation)))
        .collect();
    let sorted = |names: Vec<String>| names.into_iter().collect::<BTreeSet<_>>();
    json!({
        "tables": tables,
        "enums": catalog.enums.iter().map(|item| (full(&item.schema, &item.name), json!(item.values))).collect::<BTreeMap<_, _>>(),
        "views": sorted(catalog.views.iter().map(|view| full(&view.schema, &view.name)).collect()),
        "sequences": sorted(catalog.sequences.iter().map(|item| full(&item.schema, &item.name)).collect()),
    })
}

fn reduced_table(table: &Table, generation: u32) -> Value {
    let key = table.primary_key.as_ref();
    let key_is = |column: &Column| key.is_some_and(|key| key.columns == [column.name.clone()]);
    let columns: Vec<_> = table
        .columns
        .iter()
        .map(|column| {
            json!({
                "name": column.name, "type": column.sql_type.known(), "notNull": column.not_null.known(),
                "generated": column.generated.as_ref().map(|generated| &generated.expression).and_then(Fact::known),
                "identity": column.identity.as_ref().map(|identity| json!({
                    "type": if identity.always { "always" } else { "byDefault" }, "name": identity.name,
                })),
                "primaryKey": key_is(column),
            })
        })
        .collect();
    let primary = key
        .filter(|key| generation > 0 || key.columns.len() > 1)
        .map(|key| json!({ "name": key.name, "columns": key.columns }));
    let sorted = |values: Vec<Value>| {
        let sorted: BTreeMap<String, Value> = values.into_iter().map(|value| (value.to_string(), value)).collect();
        sorted.into_values().collect::<Vec<_>>()
    };
    json!({
        "columns": columns,
        "primaryKey": primary,
        "uniques": sorted(table.uniques.iter().map(|key| json!({ "name": key.name, "columns": key.columns })).collect()),
        "foreignKeys": sorted(table.foreign_keys.iter().map(|key| json!({
            "name": key.name, "columns": key.columns, "table": full(&key.foreign_schema, &key.foreign_table),
            "foreignColumns": key.foreign_columns, "onUpdate": key.on_update, "onDelete": key.on_delete,
        })).collect()),
        "indexes": table.indexes.iter().map(|index| index.name.as_str()).collect::<BTreeSet<_>>(),
        "checks": table.checks.iter().filter_map(|check| check.name.as_deref()).collect::<BTreeSet<_>>(),
        "policies": table.policies.iter().map(|policy| policy.name.as_str()).collect::<BTreeSet<_>>(),
    })
}

/// The places at which `kit` and `ours` differ.
fn differences(path: &str, kit: &Value, ours: &Value, places: &mut Vec<String>) {
    match (kit, ours) {
        (Value::Object(kit), Value::Object(ours)) => {
            for key in kit.keys().chain(ours.keys()).collect::<BTreeSet<_>>() {
                // Defaults are compared by their meaning, elsewhere.
                if key != "default" {
                    let of = |map: &serde_json::Map<String, Value>| map.get(key).cloned().unwrap_or_default();
                    differences(&format!("{path}/{key}"), &of(kit), &of(ours), places);
                }
            }
        }
        (Value::Array(kit), Value::Array(ours)) if path.ends_with("/columns") && kit.len() == ours.len() => {
            for (kit, ours) in kit.iter().zip(ours) {
                let name = ours["name"].as_str().unwrap_or_default();
                differences(&format!("{path}/{name}"), kit, ours, places);
            }
        }
        _ if kit == ours => {}
        _ => places.push(format!("{path}: {kit} is {ours}")),
    }
}

#[tokio::test]
async fn what_is_read_is_what_drizzle_kit_reads_but_for_its_faults() {
    let Some(server) = Server::shared() else { return };
    let kit: Value = serde_json::from_str(include_str!("fixtures/live/kit.postgresql.json")).expect("JSON");
    let mut places = Vec::new();
    for (fixture, sql) in [
        ("objects", include_str!("fixtures/live/objects.postgresql.sql")),
        ("torture", include_str!("fixtures/live/torture.postgresql.sql")),
    ] {
        let database = format!("kit_{fixture}");
        // drizzle-kit 0.31 fails on a name with a quotation mark.
        let gone = "; drop table if exists \"Odd Schema\".\"Odd \"\"Table\"\"\"";
        server.create(&database, &format!("{sql}{gone}")).await;
        let target = Target {
            dialect: Dialect::Postgresql,
            url: server.app_url(&database).into(),
            auth_token: None,
            folder: PathBuf::from("."),
        };
        let live = live::read(&target, &Limits::default()).await.expect("a reading");
        for (generation, version) in [(0, "0.31.11"), (1, "1.0.0-rc.5")] {
            differences(
                &format!("{version}/{fixture}"),
                &kit[version][fixture],
                &reduced(&live, generation),
                &mut places,
            );
        }
    }
    let is = |place: &str, (version, path, _): &(&str, &str, &str)| place.starts_with(version) && place.contains(path);
    let unexplained: Vec<_> = places.iter().filter(|place| !FAULTS.iter().any(|fault| is(place, fault))).collect();
    assert!(unexplained.is_empty(), "{unexplained:#?}");
    let gone: Vec<_> = FAULTS.iter().filter(|fault| !places.iter().any(|place| is(place, fault))).collect();
    assert!(gone.is_empty(), "{gone:#?}");
}
