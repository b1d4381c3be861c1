//! The comparison and push's answer on catalogs built by hand: classes, places, severities, words.

use drizzle_drift::catalog::{
    Catalog, Column, DatabaseIdentity, Dialect, EnumType, Fact, Filter, Index, IndexColumn, LiveCatalog, Presets,
    PrimaryKey, Rows, Table, TableKind, Unique,
};
use drizzle_drift::declared::{ColumnPlaces, Declared, DeclaredTable, Import, Kit, PartPlaces, SourceFile};
use drizzle_drift::drift::{Class, Code, Decision, Drift, Entry, FORMER_NAME, Ledger, Severity, compare, compare_with};
use drizzle_drift::push::{self, Finding, assess};
use drizzle_drift::text::{Document, FilePath, Place, Span};

/// A column out of `email text not null`, `id integer primary key` and the like.
fn column(text: &str) -> Column {
    let (name, rest) = text.split_once(' ').expect("a name and a type");
    let (rest, default) = match rest.split_once(" default ") {
        Some((rest, default)) => (rest, Some(default.to_owned())),
        None => (rest, None),
    };
    let required = rest.ends_with(" not null");
    let key = rest.ends_with(" primary key");
    let sql_type = rest.trim_end_matches(" not null").trim_end_matches(" primary key");
    Column {
        name: name.into(),
        sql_type: Fact::Known(sql_type.into()),
        type_schema: None,
        not_null: Fact::Known(required || key),
        default: Fact::Known(default),
        identity: None,
        generated: None,
        autoincrement: false,
        primary_flag: key,
        ..Default::default()
    }
}

fn table(dialect: Dialect, name: &str, columns: &[&str]) -> Table {
    let key = columns.iter().find(|text| text.ends_with(" primary key"));
    Table {
        schema: dialect.default_schema().map(str::to_owned),
        name: name.into(),
        columns: columns.iter().map(|text| column(text)).collect(),
        primary_key: key.map(|text| PrimaryKey {
            name: None,
            columns: vec![text.split(' ').next().expect("a name").into()],
            name_is_default: true,
            ..Default::default()
        }),
        ..Table::default()
    }
}

fn file() -> FilePath {
    FilePath::new("/project/schema.ts")
}

fn place(start: usize, end: usize) -> Place {
    Place::new(file(), Span::new(start, end))
}

/// A schema file with an import in its first 50 bytes; the n-th table stands at n * 1000, its columns every 100 bytes.
fn declared(dialect: Dialect, tables: Vec<Table>) -> Declared {
    let mut declared = Declared::empty(dialect);
    declared.files.insert(
        file(),
        SourceFile {
            document: Document::new("x"),
            is_schema: true,
            imports: vec![
                Import {
                    module: "./other".into(),
                    span: Span::new(60, 80),
                    namespace: None,
                    braces: None,
                    names: Vec::new(),
                    type_only: false,
                },
                Import {
                    module: dialect.family().core_module().into(),
                    span: Span::new(0, 50),
                    namespace: None,
                    braces: None,
                    names: Vec::new(),
                    type_only: false,
                },
            ],
        },
    );
    for (number, table) in tables.into_iter().enumerate() {
        let start = (number + 1) * 1000;
        let columns = (0..table.columns.len())
            .map(|column| {
                let start = start + (column + 1) * 100;
                ColumnPlaces {
                    key: "key".into(),
                    property: place(start, start + 90),
                    builder: place(start + 10, start + 90),
                    name: None,
                }
            })
            .collect();
        declared.tables.push(DeclaredTable {
            table: table.into(),
            export: None,
            statement: place(start, start + 999),
            call: place(start + 20, start + 990),
            callee: "pgTable".into(),
            name: place(start + 30, start + 40),
            columns_object: None,
            columns,
            parts: PartPlaces::default(),
            columns_open: false,
            extras_open: false,
            enables_row_level_security: false,
            broken: false,
        });
    }
    declared
}

fn live(dialect: Dialect, tables: Vec<(Table, Rows)>) -> LiveCatalog {
    let evidence =
        tables.iter().map(|(table, rows)| ((table.schema.clone(), table.name.clone()), (*rows).into())).collect();
    let mut catalog = Catalog::empty(dialect);
    catalog.tables = tables.into_iter().map(|(table, _)| table).collect();
    catalog.sort();
    LiveCatalog { evidence, ..LiveCatalog::new(catalog, DatabaseIdentity::default()) }
}

fn findings(declared: &Declared, live: &LiveCatalog) -> Vec<Finding> {
    let drifts = compare(declared, live, &Filter::default());
    let today = jiff::civil::date(2026, 11, 22);
    let plan = push::outline(declared, live, &Filter::default(), &Kit::default());
    assess(drifts, &plan, declared, live, &Ledger::default(), today)
}

fn outline(findings: &[Finding]) -> String {
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| {
            let push = finding.consequence.as_ref().map_or("null".to_owned(), |consequence| {
                format!(
                    "{}{}{}",
                    consequence.statements.join(" | "),
                    if consequence.data_loss { " LOSS" } else { "" },
                    if consequence.asks { " ASKS" } else { "" }
                )
            });
            format!(
                "{} {} {:?} {}\n  {}\n  {push}",
                finding.severity.name(),
                finding.drift.code,
                finding.drift.class,
                finding.drift.object,
                finding.message
            )
        })
        .collect();
    lines.join("\n")
}

#[test]
fn the_story_reads_well() {
    let dialect = Dialect::Postgresql;
    let code = declared(
        dialect,
        vec![
            table(dialect, "users", &["id serial primary key", "email text not null", "age integer", "nick text"]),
            table(dialect, "identity_map", &["id serial primary key", "external text not null"]),
        ],
    );
    let database = live(
        dialect,
        vec![
            (
                table(dialect, "users", &["id serial primary key", "email varchar(255)", "age text", "old text"]),
                Rows::About(1204),
            ),
            (
                table(
                    dialect,
                    "conversations",
                    &["id serial primary key", "a text", "b text", "c text", "d text", "e text"],
                ),
                Rows::About(3),
            ),
        ],
    );
    insta::assert_snapshot!(outline(&findings(&code, &database)));
}

#[test]
fn sqlite_reads_well() {
    let dialect = Dialect::Sqlite;
    let code = declared(
        dialect,
        vec![
            table(dialect, "users", &["id integer primary key", "email text not null", "age integer"]),
            table(dialect, "posts", &["id integer primary key", "title text not null", "kind text default 'a'"]),
        ],
    );
    let mut users = table(dialect, "users", &["id integer primary key", "email text not null", "age text"]);
    users.columns[0].not_null = Fact::Known(false);
    let database = live(
        dialect,
        vec![
            (users, Rows::Some),
            (table(dialect, "posts", &["id integer primary key"]), Rows::Some),
            (table(dialect, "empty", &["id integer primary key"]), Rows::None),
            (table(dialect, "unknown", &["id integer primary key"]), Rows::Unknown),
        ],
    );
    insta::assert_snapshot!(outline(&findings(&code, &database)));
}

#[test]
fn what_is_equal_is_not_reported() {
    for dialect in [Dialect::Postgresql, Dialect::Sqlite, Dialect::Mysql] {
        let tables = || vec![table(dialect, "users", &["id integer primary key", "email text not null"])];
        let database = live(dialect, tables().into_iter().map(|table| (table, Rows::Some)).collect());
        assert_eq!(findings(&declared(dialect, tables()), &database), Vec::new());
    }
}

#[test]
fn what_is_not_known_is_not_claimed() {
    let dialect = Dialect::Postgresql;
    let mut code = declared(dialect, vec![table(dialect, "users", &["id integer", "email text not null"])]);
    code.tables_open = true;
    code.tables[0].columns_open = true;
    code.tables[0].table_mut().columns[0].sql_type = Fact::Unknown;
    code.tables[0].table_mut().columns[1].not_null = Fact::Unknown;
    let database = live(
        dialect,
        vec![
            (table(dialect, "users", &["id text", "email text", "more text"]), Rows::Some),
            (table(dialect, "others", &["id text"]), Rows::Some),
        ],
    );
    assert_eq!(findings(&code, &database), Vec::new());
}

#[test]
fn drifts_stand_where_the_contract_says() {
    let dialect = Dialect::Postgresql;
    let code = declared(
        dialect,
        vec![
            table(dialect, "users", &["id integer", "email text", "age integer", "nick text"]),
            table(dialect, "missing", &["id integer"]),
        ],
    );
    let database = live(
        dialect,
        vec![
            (table(dialect, "users", &["id text", "email text not null", "age integer", "more text"]), Rows::Some),
            (table(dialect, "others", &["id text"]), Rows::Some),
        ],
    );
    let drifts = compare(&code, &database, &Filter::default());
    let places: Vec<(Code, usize)> =
        drifts.iter().map(|drift| (drift.code, drift.place.as_ref().expect("a place").span.start)).collect();
    assert_eq!(
        places,
        [
            (Code::UndeclaredTable, 0),
            (Code::UndeclaredColumn, 1030),
            (Code::TypeMismatch, 1110),
            (Code::NullabilityMismatch, 1210),
            (Code::MissingColumn, 1410),
            (Code::MissingTable, 2030),
        ]
    );
}

#[test]
fn a_fingerprint_follows_the_drift_and_not_the_file() {
    let dialect = Dialect::Postgresql;
    let database = |columns: &[&str]| live(dialect, vec![(table(dialect, "others", columns), Rows::Some)]);
    let of =
        |declared: &Declared, live: &LiveCatalog| -> Drift { compare(declared, live, &Filter::default()).remove(0) };
    let code = declared(dialect, vec![]);
    let mut moved = declared(dialect, vec![]);
    for source in moved.files.values_mut() {
        source.imports[1].span = Span::new(7, 9);
    }
    let columns = ["a text", "b text", "c text", "d text", "e text", "f text", "g text"];
    let mut changed = columns;
    changed[6] = "g integer";
    let first = of(&code, &database(&columns));
    assert_eq!(first.fingerprint, of(&moved, &database(&columns)).fingerprint);
    assert_ne!(first.fingerprint, of(&code, &database(&changed)).fingerprint);
    assert_eq!(first.live, of(&code, &database(&changed)).live, "the seventh column is not shown");
    assert_eq!(first.fingerprint.len(), 16);
}

/// In 0.x, the columns of a composite key need .notNull(), or push tries to drop what the key implies.
#[test]
fn a_composite_key_is_noise_in_0_and_nothing_in_1() {
    let dialect = Dialect::Postgresql;
    let with_key = |columns: &[&str]| {
        let mut table = table(dialect, "m", columns);
        table.primary_key = Some(PrimaryKey {
            name: Some("m_pkey".into()),
            columns: vec!["x".into(), "y".into()],
            ..Default::default()
        });
        table
    };
    let code = declared(dialect, vec![with_key(&["x integer", "y integer not null"])]);
    let database = live(dialect, vec![(with_key(&["x integer not null", "y integer not null"]), Rows::Some)]);
    let found = findings(&code, &database);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].drift.class, found[0].severity), (Class::Noise, Severity::Hint));
    let statements = &found[0].consequence.as_ref().expect("push acts").statements;
    assert_eq!(statements, &["ALTER TABLE \"m\" ALTER COLUMN \"x\" DROP NOT NULL;"]);
    let kit = Kit { version: "1.0.0-rc.5".into(), source: "test".into(), ..Kit::default() };
    let drifts = compare(&code, &database, &Filter::default());
    let today = jiff::civil::date(2026, 11, 22);
    let plan = push::outline(&code, &database, &Filter::default(), &kit);
    assert_eq!(assess(drifts, &plan, &code, &database, &Ledger::default(), today), Vec::new());
}

/// drizzle-kit 0.x overlooks whatever else differs in a column whose type has a precision.
#[test]
fn a_column_with_a_precision_is_a_blind_spot_of_0() {
    let dialect = Dialect::Postgresql;
    let code = declared(dialect, vec![table(dialect, "m", &["at timestamp (3) not null"])]);
    let database = live(dialect, vec![(table(dialect, "m", &["at timestamp(3)"]), Rows::Some)]);
    let found = findings(&code, &database);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].drift.class, found[0].severity), (Class::BlindSpot, Severity::Warning));
    assert_eq!(found[0].consequence, None);
    assert!(found[0].message.ends_with("; drizzle-kit push does not see it."), "{}", found[0].message);
}

/// PostgreSQL cuts names after 63 bytes, SQLite and MySQL do not tell case apart.
#[test]
fn names_are_compared_as_the_engine_does() {
    let long = format!("{}é", "n".repeat(62));
    for (dialect, in_code, in_database, same) in [
        (Dialect::Postgresql, format!("{long}_and_more"), "n".repeat(62), true),
        (Dialect::Postgresql, "Name".into(), "name".into(), false),
        (Dialect::Sqlite, "Name".into(), "name".into(), true),
        (Dialect::Mysql, "Name".into(), "NAME".into(), true),
    ] {
        let with = |name: &str| table(dialect, name, &[&format!("{name} text")]);
        let found =
            findings(&declared(dialect, vec![with(&in_code)]), &live(dialect, vec![(with(&in_database), Rows::Some)]));
        // That drizzle-kit itself may see two things where the engine sees one is noise, and true.
        let differs = found.iter().any(|finding| finding.drift.class != Class::Noise);
        assert_eq!(!differs, same, "{dialect:?} {in_code} {in_database}: {}", outline(&found));
    }
}

/// libSQL alters columns; push of 0.x deletes all rows before it makes one required that has no default.
#[test]
fn turso_reads_well() {
    let dialect = Dialect::Turso;
    let code = declared(dialect, vec![table(dialect, "m", &["a text not null", "b text", "c integer"])]);
    let database =
        live(dialect, vec![(table(dialect, "m", &["a text", "b integer", "c integer not null"]), Rows::About(7))]);
    insta::assert_snapshot!(outline(&findings(&code, &database)));
}

/// Push of 0.x on MySQL empties a table with rows for any change of type, a wider one too.
#[test]
fn mysql_reads_well() {
    let dialect = Dialect::Mysql;
    let code = declared(
        dialect,
        vec![
            table(dialect, "m", &["a varchar(20)", "b int not null", "c int", "d boolean"]),
            table(dialect, "fresh", &["id varchar(36) primary key"]),
        ],
    );
    let database = live(
        dialect,
        vec![(table(dialect, "m", &["a varchar(10)", "b int", "c int not null", "d tinyint(1)"]), Rows::About(7))],
    );
    insta::assert_snapshot!(outline(&findings(&code, &database)));
}

fn said(drifts: &[Drift]) -> Vec<String> {
    let also = |drift: &Drift| drift.also.iter().map(|object| format!(" + {object}")).collect::<String>();
    drifts.iter().map(|drift| format!("{} {}{}", drift.code, drift.object, also(drift))).collect()
}

fn compared(dialect: Dialect, code: Vec<Table>, database: Vec<Table>) -> Vec<String> {
    let database = live(dialect, database.into_iter().map(|table| (table, Rows::Some)).collect());
    said(&compare(&declared(dialect, code), &database, &Filter::default()))
}

/// What is alike may be one thing under two names; what is not is two things.
#[test]
fn renames_are_joined_when_they_are_alike() {
    let dialect = Dialect::Sqlite;
    let columns = ["id integer primary key", "title text not null", "body text", "author integer"];
    let tables = |name: &str| vec![table(dialect, name, &columns)];
    assert_eq!(compared(dialect, tables("articles"), tables("posts")), ["possible-rename articles + posts"]);
    let other = vec![table(dialect, "conversations", &["id integer primary key", "channel text", "opened integer"])];
    assert_eq!(
        compared(dialect, tables("articles"), other),
        ["undeclared-table conversations", "missing-table articles"]
    );
    let with = |column: &str| vec![table(dialect, "users", &["id integer primary key", column])];
    assert_eq!(
        compared(dialect, with("email_address text"), with("email text")),
        ["possible-rename users.email_address + users.email"]
    );
    for other in ["phone text", "email integer"] {
        let found = compared(dialect, with("email_address text"), with(other));
        assert_eq!(found.len(), 2, "{other}: {found:?}");
    }
}

/// What the team has decided speaks for a rename, and against one.
#[test]
fn renames_follow_the_ledger() {
    let dialect = Dialect::Sqlite;
    let columns = ["id integer primary key", "title text not null", "body text", "author integer"];
    let compared = |new: &str, ledger: &Ledger| {
        let code = declared(dialect, vec![table(dialect, new, &columns)]);
        let database = live(dialect, vec![(table(dialect, "posts", &columns), Rows::Some)]);
        compare_with(&code, &database, &Filter::default(), Presets::default(), ledger)
    };
    let decided = |drift: &Drift| Entry {
        object: drift.object.to_string(),
        code: drift.code.name().into(),
        decision: Decision::Deferred,
        reason: "why".into(),
        owner: None,
        created: jiff::civil::date(2026, 11, 1),
        until: None,
        fingerprint: drift.fingerprint.clone(),
        evidence: drift.former_name().map(|name| (FORMER_NAME.to_owned(), name)).into_iter().collect(),
    };
    // A table that is known to be one by itself was not renamed to what is like it.
    let undeclared = Drift { code: Code::UndeclaredTable, ..compared("articles", &Ledger::default())[0].clone() };
    let undeclared = Drift { object: undeclared.also[0].clone(), also: Vec::new(), ..undeclared };
    let ledger = Ledger::default().with(decided(&undeclared));
    assert_eq!(said(&compared("articles", &ledger)), ["undeclared-table posts", "missing-table articles"]);
    // One that is known as renamed stays so, whatever becomes of its columns.
    let ledger = Ledger::default().with(decided(&compared("articles", &Ledger::default())[0]));
    let code = declared(dialect, vec![table(dialect, "articles", &["id integer primary key", "slug text"])]);
    let database = live(dialect, vec![(table(dialect, "posts", &columns), Rows::Some)]);
    let found = compare_with(&code, &database, &Filter::default(), Presets::default(), &ledger);
    assert_eq!(said(&found), ["possible-rename articles + posts"]);
    assert_eq!(found[0].note.as_deref(), Some("the ledger says so"));
}

/// Tables of others are named in one finding each, and never the project's own among them.
#[test]
fn tables_of_others_are_summed_up() {
    let dialect = Dialect::Postgresql;
    let plain = |name: &str| table(dialect, name, &["id integer primary key"]);
    let mut migrations = table(dialect, "schema_migrations", &["version text not null"]);
    migrations.owner = Some("app".into());
    let mut spatial = plain("spatial_ref_sys");
    spatial.extension = Some("postgis".into());
    let database = [
        plain("users"),
        plain("conversations"),
        plain("messages"),
        plain("_prisma_migrations"),
        migrations,
        spatial,
        plain("wp_posts"),
        plain("wp_options"),
        plain("wp_extra"),
        table(dialect, "migrations", &["id integer primary key", "customer text", "state text"]),
    ];
    assert_eq!(
        compared(dialect, vec![plain("users")], database.to_vec()),
        [
            "undeclared-table _prisma_migrations + schema_migrations",
            "undeclared-table conversations",
            "undeclared-table messages",
            "undeclared-table migrations",
            "undeclared-table spatial_ref_sys",
            "undeclared-table wp_extra + wp_options + wp_posts",
        ]
    );
}

/// A partition and an enum of one column belong to their table.
#[test]
fn what_belongs_to_another_is_reported_with_it() {
    let dialect = Dialect::Postgresql;
    let mut orders = table(dialect, "orders", &["id integer primary key", "state state"]);
    orders.columns[1].type_schema = Some("public".into());
    let mut part = table(dialect, "orders_2024", &["id integer primary key"]);
    part.kind = TableKind::Partition { schema: Some("public".into()), table: "orders".into() };
    let mut database = live(dialect, vec![(orders, Rows::Some), (part, Rows::Some)]);
    for name in ["state", "unused"] {
        let values = vec!["open".to_owned()];
        let schema = Some("public".to_owned());
        database.catalog.enums.push(EnumType { schema, name: name.into(), values, ..Default::default() });
    }
    let drifts = compare(&declared(dialect, vec![]), &database, &Filter::default());
    assert_eq!(said(&drifts), ["undeclared-table orders + orders_2024 + state", "undeclared-enum unused"]);
}

/// Keys and indexes are what they cover; their names and kinds are words.
#[test]
fn structure_goes_before_names() {
    let dialect = Dialect::Postgresql;
    let unique = |name: &str, columns: &[&str]| Unique {
        name: Some(name.into()),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        ..Default::default()
    };
    let index = |name: &str, unique: bool, columns: &[&str]| Index {
        name: name.into(),
        unique,
        columns: columns
            .iter()
            .map(|column| IndexColumn { expression: (*column).into(), ..Default::default() })
            .collect(),
        ..Default::default()
    };
    let with = |uniques: Vec<Unique>, indexes: Vec<Index>| {
        vec![Table { uniques, indexes, ..table(dialect, "m", &["a text", "b text"]) }]
    };
    let nothing: [&str; 0] = [];
    let one = || with(vec![unique("x", &["a"])], vec![]);
    assert_eq!(compared(dialect, one(), with(vec![unique("y", &["a"])], vec![])), nothing);
    assert_eq!(compared(dialect, one(), with(vec![], vec![index("z", true, &["a"])])), nothing);
    assert_eq!(
        compared(dialect, one(), with(vec![], vec![index("z", false, &["a"])])),
        ["undeclared-index m.z", "missing-unique m.x"]
    );
    assert_eq!(compared(dialect, one(), with(vec![unique("x", &["b"])], vec![])), ["unique-mismatch m.x"]);
    let indexed = |name: &str, unique| with(vec![], vec![index(name, unique, &["a", "b"])]);
    assert_eq!(compared(dialect, indexed("i", false), indexed("j", false)), nothing);
    assert_eq!(compared(dialect, indexed("i", false), indexed("j", true)), ["index-mismatch m.i + m.j"]);

    // What may be declared in a part that cannot be read is not called undeclared.
    let mut code = declared(dialect, with(vec![], vec![]));
    code.tables[0].extras_open = true;
    let database = live(dialect, vec![(indexed("i", false).remove(0), Rows::Some)]);
    assert_eq!(said(&compare(&code, &database, &Filter::default())), nothing);
}

/// A text of SQL may say more than its place asks for.
#[test]
fn texts_of_the_code_are_taken_apart() {
    let updated = |default: &str, on_update: Option<&str>| {
        let mut table = table(Dialect::Mysql, "m", &["at timestamp(3)"]);
        table.columns[0].default = Fact::Known(Some(default.into()));
        table.columns[0].on_update = on_update.map(str::to_owned);
        vec![table]
    };
    let now = "CURRENT_TIMESTAMP(3)";
    for (text, default, on_update, same) in [
        ("CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)", now, Some(now), true),
        ("current_timestamp(3)  on update now(3)", now, Some(now), true),
        ("CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)", now, None, false),
        ("CURRENT_TIMESTAMP(3)", now, Some(now), false),
        ("'a on update b'", "'a on update b'", None, true),
    ] {
        let found = compared(Dialect::Mysql, updated(text, None), updated(default, on_update));
        assert_eq!(found.is_empty(), same, "{text}: {found:?}");
    }

    let dialect = Dialect::Postgresql;
    let indexed = |key: IndexColumn| {
        let index = Index { name: "i".into(), columns: vec![key], ..Default::default() };
        vec![Table { indexes: vec![index], ..table(dialect, "m", &["a text", "data jsonb"]) }]
    };
    let expression = |text: &str| IndexColumn { expression: text.into(), is_expression: true, ..Default::default() };
    let path = || IndexColumn { operator_class: Some("jsonb_path_ops".into()), ..expression("(data -> 'x'::text)") };
    let column = || IndexColumn { expression: "a".into(), ..Default::default() };
    for (text, live, same) in [
        ("(data->'x') jsonb_path_ops", path(), true),
        ("(data->'x') jsonb_path_ops", IndexColumn { operator_class: None, ..path() }, false),
        ("(data->'x')", path(), false),
        ("lower(a) collate \"C\" desc", IndexColumn { descending: true, ..expression("lower(a)") }, true),
        ("a collate \"C\"", IndexColumn { collation: Some("C".into()), ..column() }, true),
        ("a collate \"C\"", IndexColumn { collation: Some("POSIX".into()), ..column() }, false),
        ("a collate \"C\"", column(), true),
        ("(a) nulls first", IndexColumn { nulls_first: Some(true), ..column() }, true),
        ("(a) nulls first", column(), false),
    ] {
        let found = compared(dialect, indexed(expression(text)), indexed(live));
        assert_eq!(found.is_empty(), same, "{text}: {found:?}");
    }
}
