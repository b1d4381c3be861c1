//! Holds the canonical forms to what real servers make of a list of spellings: what a server prints means what it was
//! given, and no two spellings that mean different things are ever called the same.
#![cfg(unix)]

#[path = "support/mysql.rs"]
mod mysql;
#[path = "support/postgresql.rs"]
mod postgresql;

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use drizzle_drift::catalog::{Catalog, Dialect, Same, Table, Unfit, same_default, same_expression, same_query, unfit};
use drizzle_drift::live::{self, Limits, Target};
use proptest::prelude::*;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// A heading of a list and the groups under it: `(may be unknown, text)`.
struct Section {
    kind: String,
    groups: Vec<Vec<String>>,
}

/// Reads a list of spellings.
fn sections(text: &str) -> Vec<Section> {
    let mut sections: Vec<Section> = Vec::new();
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        if let Some(kind) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'))
            && (kind.starts_with("default ") || kind == "check" || kind == "view")
        {
            sections.push(Section { kind: kind.to_owned(), groups: vec![Vec::new()] });
            continue;
        }
        let section = sections.last_mut().expect("a heading comes first");
        match section.groups.last_mut().expect("there is always one") {
            group if line.is_empty() && group.is_empty() => {}
            _ if line.is_empty() => section.groups.push(Vec::new()),
            group => group.push(line.trim_start_matches('?').to_owned()),
        }
    }
    for section in &mut sections {
        section.groups.retain(|group| !group.is_empty());
    }
    sections
}

/// What one statement makes for each spelling: a table or a view.
struct Made {
    name: String,
    statement: String,
}

/// The statement that brings the spelling number `index` of a section into a database.
fn made(kind: &str, prefix: &str, columns: &str, index: &str, text: &str) -> Made {
    let name = format!("{prefix}{index}");
    let statement = match kind.strip_prefix("default ") {
        Some(sql_type) => format!("create table {name} (c {sql_type} default {text})"),
        None if kind == "view" => format!("create view {name} as {text}"),
        // A condition may name its table.
        None => format!(
            "create table {name} ({columns}, constraint {name}_c check ({}))",
            text.replace("\"t\".", &format!("\"{name}\"."))
                .replace("`t`.", &format!("`{name}`."))
                .replace(" t.", &format!(" {name}."))
                .trim_start_matches("t.")
        ),
    };
    Made { name, statement }
}

/// What the server makes of it, and the table that it is about.
fn printed<'a>(live: &'a Catalog, kind: &str, name: &str) -> (Option<String>, Option<&'a Table>) {
    if kind == "view" {
        let view = live.views.iter().find(|view| view.name == name).expect(name);
        return (view.definition.known().cloned(), None);
    }
    let table = live.tables.iter().find(|table| table.name == name).expect(name);
    let text = match kind {
        "check" => table.checks.first().and_then(|check| check.expression.known()).cloned(),
        _ => table.columns[0].default.known().cloned().flatten(),
    };
    (text, Some(table))
}

fn same(dialect: Dialect, kind: &str, table: Option<&Table>, a: &str, b: &str) -> Same {
    match kind.strip_prefix("default ") {
        Some(sql_type) => same_default(dialect, sql_type, Some(a), Some(b)),
        None if kind == "view" => same_query(dialect, a, b),
        None => same_expression(dialect, table, a, b),
    }
}

/// A spelling, what the server makes of it, and in which group it stands.
struct Spelling {
    group: usize,
    text: String,
    printed: String,
    name: String,
}

/// Compares everything with everything; says all that is wrong at once.
fn judge(
    dialect: Dialect,
    live: &Catalog,
    section: &Section,
    spellings: &[Spelling],
    faults: &mut Vec<String>,
) -> [usize; 3] {
    let kind = section.kind.as_str();
    let mut apart = [0; 3];
    for spelling in spellings {
        let (_, table) = printed(live, kind, &spelling.name);
        let verdict = same(dialect, kind, table, &spelling.text, &spelling.printed);
        if verdict != Same::Yes {
            faults.push(format!("[{kind}] {verdict:?}: {} is printed as {}", spelling.text, spelling.printed));
        }
        for other in spellings {
            let verdict = same(dialect, kind, table, &spelling.text, &other.printed);
            let back = same(dialect, kind, table, &other.printed, &spelling.text);
            if verdict != back {
                faults.push(format!("[{kind}] {verdict:?} and {back:?}: {} and {}", spelling.text, other.printed));
            }
            match (spelling.group == other.group, verdict) {
                (true, Same::No) => {
                    faults.push(format!("[{kind}] No within a group: {} and {}", spelling.text, other.printed));
                }
                (false, Same::Yes) => {
                    faults.push(format!("[{kind}] Yes across groups: {} and {}", spelling.text, other.printed));
                }
                (false, verdict) => {
                    apart[verdict as usize] += 1;
                    if std::env::var_os("SHOW_UNKNOWN").is_some() && verdict == Same::Unknown {
                        println!("[{kind}] unknown: {} and {}", spelling.text, other.printed);
                    }
                }
                _ => {}
            }
        }
    }
    apart
}

async fn read(dialect: Dialect, url: &str, folder: &Path) -> Catalog {
    let target = Target { dialect, url: url.to_owned().into(), auth_token: None, folder: folder.to_owned() };
    live::read(&target, &Limits::default()).await.expect("a reading").catalog
}

/// Brings all spellings into a database by `run`, reads it, and judges.
macro_rules! hold_to {
    ($dialect:expr, $list:expr, $columns:expr, $connection:expr, $url:expr) => {{
        let sections = sections($list);
        let mut all = Vec::new();
        let mut refused = Vec::new();
        for (place, section) in sections.iter().enumerate() {
            let mut spellings = Vec::new();
            for (group, texts) in section.groups.iter().enumerate() {
                for (line, text) in texts.iter().enumerate() {
                    let index = format!("{place}_{group}_{line}");
                    let made = made(&section.kind, "s", $columns, &index, text);
                    match sqlx::raw_sql(AssertSqlSafe(made.statement.clone())).execute(&mut $connection).await {
                        Ok(_) => spellings.push((group, text.clone(), made.name)),
                        Err(error) => refused.push(format!("{}: {error}", made.statement)),
                    }
                }
            }
            all.push(spellings);
        }
        let live = read($dialect, $url, Path::new(".")).await;
        let mut faults = Vec::new();
        let mut apart = [0; 3];
        for (section, spellings) in sections.iter().zip(all) {
            let spellings: Vec<Spelling> = spellings
                .into_iter()
                .filter_map(|(group, text, name)| {
                    let printed = printed(&live, &section.kind, &name).0?;
                    Some(Spelling { group, text, printed, name })
                })
                .collect();
            let counted = judge($dialect, &live, section, &spellings, &mut faults);
            for (sum, count) in apart.iter_mut().zip(counted) {
                *sum += count;
            }
        }
        (refused, faults, apart)
    }};
}

fn report((refused, faults, apart): (Vec<String>, Vec<String>, [usize; 3])) {
    println!("different pairs: {} proved, {} left open", apart[0], apart[1]);
    assert!(faults.is_empty() && refused.is_empty(), "{}\n{}", refused.join("\n"), faults.join("\n"));
}

/// The columns that PostgreSQL's expressions name.
const POSTGRESQL_COLUMNS: &str = "id integer, name text, email varchar(255), price numeric(10,2), qty integer, big bigint, \
    ratio double precision, small smallint, active boolean, status mood, tags text[], data jsonb, \
    created_at timestamp, updated_at timestamptz, day date, code char(3), uid uuid, \"camelCase\" integer";

async fn on_postgresql(server: &postgresql::Server, major: u32) {
    let preamble = format!(
        "create type mood as enum ('happy', 'sad'); create schema app; create type app.level as enum ('low', 'high'); \
         create sequence s; create sequence s2; create table t ({POSTGRESQL_COLUMNS})"
    );
    server.create("spellings", &preamble).await;
    let mut connection = server.connect("spellings").await;
    let list = include_str!("fixtures/expressions/postgresql.txt");
    let mut found = hold_to!(Dialect::Postgresql, list, POSTGRESQL_COLUMNS, connection, &server.url("spellings"));
    // The oldest has no such function.
    found.0.retain(|refused| major > 12 || !refused.contains("gen_random_uuid() does not exist"));
    report(found);
}

#[tokio::test]
async fn postgresql_17_prints_what_means_the_same() {
    let Some(server) = postgresql::Server::shared() else { return };
    on_postgresql(&server, postgresql::MAJOR).await;
}

#[tokio::test]
async fn postgresql_12_and_18_print_what_means_the_same() {
    for major in [12, 18] {
        let Some(server) = postgresql::Server::start(major) else { return };
        on_postgresql(&server, major).await;
    }
}

/// Each expression as that of a generated column and of an index: the server refuses what we say that it refuses, and of the
/// list of its own, nothing more.
#[tokio::test]
async fn postgresql_refuses_what_is_unfit() {
    const LIST: &str = include_str!("fixtures/expressions/postgresql-unfit.txt");
    let checks = sections(include_str!("fixtures/expressions/postgresql.txt"));
    let checks = checks.into_iter().filter(|section| section.kind == "check").flat_map(|section| section.groups);
    let checks: Vec<(bool, String)> = checks.flatten().map(|check| (false, format!("boolean {check}"))).collect();
    let listed = LIST.lines().filter(|line| !line.starts_with('#')).map(|line| match line.strip_prefix('?') {
        Some(line) => (false, line.to_owned()),
        None => (true, line.to_owned()),
    });
    let all: Vec<(bool, String)> = listed.chain(checks).collect();
    for major in [12, 15, 18] {
        let Some(server) = postgresql::Server::start(major) else { return };
        let preamble = format!("create type mood as enum ('happy', 'sad'); create table t ({POSTGRESQL_COLUMNS})");
        server.create("unfit", &preamble).await;
        let mut connection = server.connect("unfit").await;
        let mut faults = Vec::new();
        for (is_complete, line) in &all {
            let (sql_type, expression) = line.split_once(' ').expect("a type and an expression");
            let found = unfit(expression);
            let column = format!("alter table t add column g {sql_type} generated always as ({expression}) stored");
            let index = format!("create index i on t (({expression}))");
            let of_column = match &found {
                Some(Unfit::Varies(_)) => Some("42P17"),
                Some(Unfit::LacksCollation(_)) => Some("42P22"),
                None => None,
            };
            let of_index = of_column.filter(|state| *state == "42P17");
            for (sql, ours) in [(column, of_column), (index, of_index)] {
                let result =
                    sqlx::raw_sql(AssertSqlSafe(format!("begin; {sql}; rollback"))).execute(&mut connection).await;
                let state = result.err().map(|error| error.into_database_error().expect("the server's own"));
                let state = state.and_then(|error| error.code().map(|code| code.into_owned()));
                sqlx::raw_sql("rollback").execute(&mut connection).await.expect("a new start");
                let theirs = state.as_deref();
                let ours_fits = if *is_complete { ours == theirs } else { ours.is_none() || ours == theirs };
                if !ours_fits {
                    faults.push(format!("{major}: {sql}: we {ours:?}, the server {theirs:?}"));
                }
            }
        }
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }
}

async fn on_mysql(engine: mysql::Engine, refused_there: &[&str]) {
    const COLUMNS: &str = "id int, name varchar(50), price decimal(10,2), qty int, active boolean, data json, \
        created_at datetime, updated_at datetime, status enum('open','closed')";
    let Some(server) = mysql::Server::shared_of(engine) else { return };
    server.create("spellings", &format!("create table t ({COLUMNS})")).await;
    let mut connection = server.connect("spellings").await;
    let list = include_str!("fixtures/expressions/mysql.txt");
    let mut found = hold_to!(Dialect::Mysql, list, COLUMNS, connection, &server.root_url("spellings"));
    found.0.retain(|refused| !refused_there.iter().any(|text| refused.contains(text)));
    report(found);
}

#[tokio::test]
async fn mysql_prints_what_means_the_same() {
    on_mysql(mysql::Engine::Mysql, &[]).await;
}

#[tokio::test]
async fn mariadb_prints_what_means_the_same() {
    on_mysql(mysql::Engine::Mariadb, &["uuid_to_bin", "regexp_like", "data->"]).await;
}

#[tokio::test]
async fn sqlite_keeps_what_means_the_same() {
    const COLUMNS: &str = "id integer, name text, price real, qty integer, active integer, data text, created_at text";
    let folder = tempfile::tempdir().expect("a folder");
    let path: PathBuf = folder.path().join("spellings.db");
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let mut connection = options.connect().await.expect("a database");
    let list = include_str!("fixtures/expressions/sqlite.txt");
    let url = path.to_string_lossy().into_owned();
    let found = hold_to!(Dialect::Sqlite, list, COLUMNS, connection, &url);
    connection.close().await.expect("closing");
    report(found);
}

/// Pieces that expressions are made of, well-formed or not.
fn piece() -> impl Strategy<Value = String> {
    const PIECES: &[&str] = &[
        "a",
        "\"B\"",
        "`c`",
        "[d]",
        "t.a",
        "'x'",
        "''",
        "'it''s'",
        "E'\\n'",
        "1",
        "-1.50",
        "1e400",
        "0x1F",
        "null",
        "true",
        "now()",
        "lower(",
        ")",
        "(",
        "::text",
        "::int[]",
        "::",
        "and",
        "or",
        "not",
        "in (",
        ",",
        "between",
        "like",
        "=",
        "<>",
        "<",
        ">=",
        "+",
        "||",
        "is null",
        "is distinct from",
        "case when",
        "then",
        "else",
        "end",
        "array[",
        "]",
        "'{a,\"b\"}'::text[]",
        "'{'",
        "interval '1 day'",
        "'{\"a\":1}'::jsonb",
        "select",
        "from t",
        "exists (select 1)",
        "= any (",
        "any",
        "all",
        "at time zone 'utc'",
        "collate \"C\"",
        "cast(",
        "as",
        "trim(both from",
        "position('a' in",
        "extract(year from",
        "_utf8mb4'x'",
        "\\'",
        "$1",
        "--",
        "/*",
        "é",
        "\u{1f600}",
        "\0",
        "'\"",
    ];
    proptest::sample::select(PIECES).prop_map(str::to_owned)
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        proptest::collection::vec(piece(), 1..12).prop_map(|pieces| pieces.join(" ")),
        "\\PC{0,30}",
        "'[^']{0,10}'(::[a-z]{1,6}(\\[\\])?)?",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_two_texts_have_an_answer_and_it_is_the_same_from_both_sides(a in text(), b in text(), sql_type in "[a-z]{0,5}(\\(\\d\\))?|text|jsonb|int|text\\[\\]") {
        for dialect in [Dialect::Postgresql, Dialect::Mysql, Dialect::Sqlite] {
            let sides = [(&a, &b), (&b, &a)];
            let both = sides.map(|(a, b)| same_default(dialect, &sql_type, Some(a), Some(b)));
            prop_assert_eq!(both[0], both[1]);
            let both = sides.map(|(a, b)| same_expression(dialect, None, a, b));
            prop_assert_eq!(both[0], both[1]);
            let both = sides.map(|(a, b)| same_query(dialect, a, b));
            prop_assert_eq!(both[0], both[1]);
            let spaced = format!(" ({a} ) ");
            prop_assert_ne!(same_expression(dialect, None, &a, &spaced), Same::No, "{} and {}", a, spaced);
            prop_assert_eq!(same_default(dialect, &sql_type, Some(&a), Some(&a)), Same::Yes);
        }
    }
}

#[test]
fn deep_and_long_texts_have_an_answer_at_once() {
    let nested = |depth: usize, text: &str| format!("{}{text}{}", "(".repeat(depth), ")".repeat(depth));
    let chained = |length: usize, operator: &str| vec!["a"; length].join(operator);
    let began = Instant::now();
    for dialect in [Dialect::Postgresql, Dialect::Mysql, Dialect::Sqlite] {
        for (a, b) in [
            (nested(90, "a > 1"), nested(80, "a > 1")),
            (nested(5_000, "a"), "a".into()),
            (chained(50_000, " and "), "a".into()),
            (chained(1_500, " || "), chained(1_499, " || ")),
            (chained(1_500, " and "), chained(1_500, " or ")),
            (format!("a in ({})", chained(1_000, ", ")), format!("a in ({})", chained(999, ", "))),
            ("not ".repeat(20_000) + "a", "a".into()),
            ("case when ".repeat(3_000), "a".into()),
            (format!("{}1{}", "f(".repeat(99), ")".repeat(99)), "1".into()),
            ("a between 1 and 2 ".to_owned() + &"between 1 and 2 ".repeat(60), "a".into()),
            (format!("'{{{}'::text[]", "{".repeat(10_000)), "'{}'".into()),
            (format!("'{}'", "9".repeat(100_000)), "1e999999999".into()),
        ] {
            same_expression(dialect, None, &a, &b);
            same_query(dialect, &a, &b);
            same_default(dialect, "text[]", Some(&a), Some(&b));
        }
    }
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
}

#[test]
fn json_is_compared_at_any_depth() {
    let deep = |depth: usize| format!("'{}{}'", "[".repeat(depth), "]".repeat(depth));
    assert_eq!(same_default(Dialect::Postgresql, "jsonb", Some(&deep(5_000)), Some(&deep(4_999))), Same::Unknown);
    assert_eq!(same_default(Dialect::Postgresql, "jsonb", Some("'{\"a\":1}'"), Some("'{\"a\": 2}'::jsonb")), Same::No);
}

#[test]
#[ignore = "prints how long comparing takes: cargo test --release --test expressions -- --ignored --nocapture long"]
fn how_long_it_takes() {
    const PAIRS: u32 = 12_000;
    for (name, sql_type, a, b) in [
        ("equal", "text", "'draft'", "'draft'"),
        ("with the server's cast", "text", "'draft'", "'draft'::text"),
        ("parsed", "timestamp", "now()", "CURRENT_TIMESTAMP"),
        (
            "parsed check",
            "",
            "\"t\".\"price\" > 0 and \"t\".\"a\" in ('x', 'y')",
            "((price > (0)::numeric) AND (a = ANY (ARRAY['x'::text, 'y'::text])))",
        ),
    ] {
        let began = Instant::now();
        for _ in 0..PAIRS {
            let same = if sql_type.is_empty() {
                same_expression(Dialect::Postgresql, None, a, b)
            } else {
                same_default(Dialect::Postgresql, sql_type, Some(a), Some(b))
            };
            assert_eq!(same, Same::Yes);
        }
        println!("{PAIRS} pairs, {name}: {:?}", began.elapsed());
    }
}
