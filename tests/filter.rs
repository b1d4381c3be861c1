//! The filters keep what drizzle-kit's minimatch keeps. `tests/fixtures/filter/regenerate.mjs` makes the expected values.

use drizzle_drift::catalog::{Dialect, Filter, Generation, MigrationsTable};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct Fixture {
    names: Vec<String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    patterns: Vec<String>,
    kept: Vec<String>,
}

#[test]
fn names_are_kept_as_minimatch_has_it() {
    let fixture: Fixture = serde_json::from_str(include_str!("fixtures/filter/cases.json")).expect("cases");
    for Case { patterns, kept } in fixture.cases {
        let filter = Filter { tables: patterns.clone(), ..Filter::default() };
        let ours: Vec<&String> = fixture.names.iter().filter(|name| filter.keeps_table(name)).collect();
        assert_eq!(ours, kept.iter().collect::<Vec<_>>(), "{patterns:?}");
    }
}

#[derive(Deserialize)]
struct KitFixture {
    tables: Vec<String>,
    schemas: Vec<String>,
    cases: Vec<KitCase>,
}

#[derive(Deserialize)]
struct KitCase {
    dialect: String,
    tables: Option<Vec<String>>,
    schemas: Option<Vec<String>>,
    extensions: Option<Vec<String>>,
    migrations: Option<MigrationsTable>,
    kept: Vec<String>,
}

/// `tests/fixtures/filter/regenerate_kit.mjs` asks drizzle-kit 1.0 itself.
#[test]
fn live_tables_are_kept_as_kit_1_has_it() {
    let fixture: KitFixture = serde_json::from_str(include_str!("fixtures/filter/kit.json")).expect("cases");
    for case in fixture.cases {
        let filter = Filter {
            generation: Generation::V1,
            tables: case.tables.clone().unwrap_or_default(),
            schemas: case.schemas.clone(),
            extensions: case.extensions.clone().unwrap_or_default(),
            migrations: case.migrations.clone().unwrap_or_default(),
        };
        let dialect = Dialect::from_name(&case.dialect).expect("a dialect");
        // The config reader knows no schemas where there are none.
        let scope = filter.scope(dialect);
        let schemas: Vec<Option<&str>> = match dialect {
            Dialect::Postgresql => fixture.schemas.iter().map(|schema| Some(schema.as_str())).collect(),
            _ => vec![None],
        };
        let kept: Vec<String> = schemas
            .into_iter()
            .flat_map(|schema| fixture.tables.iter().map(move |name| (schema, name)))
            .filter(|(schema, name)| scope.covers_live(*schema, name))
            .map(|(schema, name)| schema.map_or(name.clone(), |schema| format!("{schema}.{name}")))
            .collect();
        assert_eq!(kept, case.kept, "{} {filter:?}", case.dialect);
    }
}

proptest! {
    #[test]
    fn no_pattern_panics(
        patterns in proptest::collection::vec("[a*?!@+(){}\\[\\]|,.#\\\\^-]{0,12}", 0..3),
        name in "[ab.#!/]{0,8}",
        schemas in proptest::option::of(proptest::collection::vec("[a*!]{0,4}", 0..3)),
    ) {
        for generation in [Generation::V0, Generation::V1] {
            let filter = Filter { generation, tables: patterns.clone(), schemas: schemas.clone(), ..Filter::default() };
            let scope = filter.scope(Dialect::Postgresql);
            scope.covers_live(Some(&name), &name);
            scope.covers_declared(Some(&name), &name);
        }
    }
}
