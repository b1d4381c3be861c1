//! The filters keep what drizzle-kit's minimatch keeps. `tests/fixtures/filter/regenerate.mjs` makes the expected values.

use drizzle_drift::catalog::{Dialect, Filter, Generation};
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
