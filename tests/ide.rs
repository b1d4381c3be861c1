//! What an editor is answered, from a snapshot made of a small schema and a catalog written by hand.

use std::sync::Arc;
use std::time::Duration;

use drizzle_drift::catalog::{
    Catalog, Column, DatabaseIdentity, Dialect, Fact, Filter, LiveCatalog, PrimaryKey, Rows, Table,
};
use drizzle_drift::declared::{Kit, Reader, Request};
use drizzle_drift::drift::{self, Ledger};
use drizzle_drift::ide::{self, Snapshot, Standing};
use drizzle_drift::push;
use drizzle_drift::text::{Document, FilePath, MemoryFiles};

const SCHEMA: &str = r#"import { integer, pgTable, varchar } from "drizzle-orm/pg-core";

export const users = pgTable("users", {
  id: integer("id").primaryKey(),
  email: varchar("email", { length: 255 }).notNull(),
});
"#;

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

fn table(name: &str, columns: Vec<Column>) -> Table {
    Table {
        schema: Some("public".into()),
        name: name.into(),
        columns,
        primary_key: Some(PrimaryKey {
            name: Some(format!("{name}_pkey")),
            columns: vec!["id".into()],
            ..Default::default()
        }),
        ..Table::default()
    }
}

fn live() -> LiveCatalog {
    let mut catalog = Catalog::empty(Dialect::Postgresql);
    catalog.tables = vec![
        table("conversations", vec![column("id", "integer", true), column("title", "text", true)]),
        table(
            "users",
            vec![column("id", "integer", true), column("email", "varchar(100)", true), column("phone", "text", false)],
        ),
    ];
    let key = |name: &str| (Some("public".to_owned()), name.to_owned());
    let database = DatabaseIdentity {
        name: "app".into(),
        host: Some("db.internal".into()),
        server_version: "17.0".into(),
        user: Some("reader".into()),
    };
    LiveCatalog {
        evidence: [(key("conversations"), Rows::About(1_204).into()), (key("users"), Rows::None.into())].into(),
        ..LiveCatalog::new(catalog, database)
    }
}

fn file() -> FilePath {
    FilePath::new("/app/schema.ts")
}

fn snapshot(standing: Standing) -> Snapshot {
    let mut files = MemoryFiles::default();
    files.insert("/app/schema.ts", SCHEMA);
    let request =
        Request { dialect: Dialect::Postgresql, schema_files: vec![file()], casing: None, kit: Kit::default() };
    let declared = Reader::default().read(&request, &files);
    let live = live();
    let filter = Filter { schemas: Some(vec!["public".into()]), ..Filter::default() };
    let drifts = drift::compare(&declared, &live, &filter);
    let today = jiff::civil::date(2026, 1, 1);
    let plan = push::outline(&declared, &live, &filter, &Kit::default());
    let findings = push::assess(drifts, &plan, &declared, &live, &Ledger::default(), today);
    Snapshot {
        declared: Arc::new(declared),
        live: Some(Arc::new(live)),
        standing,
        findings: Arc::new(findings),
        outline: Arc::new(plan),
        kit: Kit::default(),
        filter,
        casing: None,
        config: None,
        ledger: (FilePath::new("/app/drizzle-drift.ledger.json"), None),
    }
}

fn hover_at(snapshot: &Snapshot, text: &str) -> String {
    let offset = SCHEMA.find(text).expect("the text is there");
    let hover = ide::hover(snapshot, &file(), offset, Some(Duration::from_secs(3))).expect("something is said");
    format!("on: {}\n\n{}", &SCHEMA[hover.span.range()], hover.markdown)
}

#[test]
fn a_table_is_shown_with_both_its_sides() {
    insta::assert_snapshot!(hover_at(&snapshot(Standing::Live), "users = "));
}

#[test]
fn a_column_is_shown_with_both_its_sides() {
    insta::assert_snapshot!(hover_at(&snapshot(Standing::Live), "email: "));
}

#[test]
fn a_table_without_a_declaration_is_shown_on_the_import() {
    insta::assert_snapshot!(hover_at(&snapshot(Standing::Live), "integer, pgTable"));
}

#[test]
fn stale_facts_say_so_everywhere() {
    let stale = snapshot(Standing::Stale("connection refused".into()));
    let hover = hover_at(&stale, "email: ");
    assert!(hover.ends_with("*database `app` at db.internal, checked 3 s ago; stale: connection refused*"), "{hover}");
    let diagnostics = ide::diagnostics(&stale, &file());
    assert_eq!(diagnostics.len(), 3);
    for diagnostic in diagnostics {
        assert!(diagnostic.message.ends_with("(last known facts: connection refused)"), "{}", diagnostic.message);
    }
}

#[test]
fn nothing_is_said_where_there_is_nothing() {
    let snapshot = snapshot(Standing::Live);
    assert_eq!(ide::hover(&snapshot, &file(), SCHEMA.len(), None), None);
    assert_eq!(ide::hover(&snapshot, &FilePath::new("/app/other.ts"), 0, None), None);
    assert!(ide::diagnostics(&snapshot, &FilePath::new("/app/other.ts")).is_empty());
    let span = Document::new(SCHEMA).text().len();
    let mut replan = |_: &[_]| Vec::new();
    let actions = ide::actions(
        &snapshot,
        &file(),
        drizzle_drift::text::Span::empty(span),
        jiff::civil::date(2026, 1, 1),
        &mut replan,
    );
    assert!(actions.is_empty());
}

#[test]
fn a_lens_says_what_push_would_do() {
    let snapshot = snapshot(Standing::Live);
    let lenses = ide::lenses(&snapshot, &file());
    assert_eq!(lenses.len(), 1, "{lenses:?}");
    assert_eq!(lenses[0].span, drizzle_drift::text::Span::empty(0));
    insta::assert_snapshot!(lenses[0].title);
    assert!(ide::lenses(&snapshot, &FilePath::new("/app/other.ts")).is_empty());
    let off = Snapshot { live: None, ..snapshot };
    assert!(ide::lenses(&off, &file()).is_empty());
}
