//! Reading a whole PostgreSQL database, process start included, against psql sending the same statements to the same server
//! in the same run; and a look at a database in which nothing has changed.
//!
//! `TABLES=10000 cargo bench --bench live` takes another number of tables. Without `.cache/postgresql` or psql it says so.

#[path = "../tests/support/postgresql.rs"]
mod postgresql;

use std::fmt::Write as _;
use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};
use postgresql::Server;

/// What a reading asks, in its order.
const STATEMENTS: &[&str] = &[
    include_str!("../src/live/postgresql/server.sql"),
    include_str!("../src/live/postgresql/structure.sql"),
    include_str!("../src/live/postgresql/tables.sql"),
    include_str!("../src/live/postgresql/columns.sql"),
    include_str!("../src/live/postgresql/constraints.sql"),
    include_str!("../src/live/postgresql/indexes.sql"),
    include_str!("../src/live/postgresql/enums.sql"),
    include_str!("../src/live/postgresql/views.sql"),
    include_str!("../src/live/postgresql/sequences.sql"),
    include_str!("../src/live/postgresql/schemas.sql"),
    include_str!("../src/live/postgresql/policies.sql"),
];

/// Tables of 12 columns with a key, a foreign key, a unique, two indexes and an enum.
fn database(tables: usize) -> String {
    let mut sql = String::from("create type role as enum ('admin', 'member');\n");
    for number in 0..tables {
        let parent = number.saturating_sub(1);
        let _ = writeln!(
            sql,
            "create table table_{number} (id integer generated always as identity primary key, \
             parent_id integer references table_{parent} (id) on delete cascade, email varchar(255) not null, \
             display_name text, role role not null default 'member', score numeric(10, 2) not null default 0, \
             active boolean not null default true, settings jsonb not null default '{{}}'::jsonb, notes text, \
             visits integer not null default 0, created_at timestamptz not null default now(), updated_at timestamp(3), \
             constraint table_{number}_email_unique unique (email));\n\
             create index table_{number}_parent on table_{number} (parent_id);\n\
             create index table_{number}_recent on table_{number} (created_at desc) where active;"
        );
    }
    sql
}

fn live(criterion: &mut Criterion) {
    const PART: usize = 200;
    let tables = std::env::var("TABLES").ok().and_then(|tables| tables.parse().ok()).unwrap_or(1_000);
    let Some(mut server) = Server::start(postgresql::MAJOR) else { return };
    server.stop();
    server.configure("max_locks_per_transaction = 1024\nlog_statement = 'none'");
    server.launch();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let mut connection = runtime.block_on(async {
        server.create("bench", "select 1").await;
        let mut connection = server.connect("bench").await;
        // One transaction holds a lock on each table that it makes.
        let script = database(tables);
        let lines: Vec<&str> = script.lines().collect();
        for part in lines.chunks(3 * PART) {
            postgresql::execute(&mut connection, &part.join("\n")).await;
        }
        postgresql::execute(&mut connection, "vacuum analyze").await;
        connection
    });
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("schema.ts"), "export {};\n").expect("a schema");
    let script = folder.path().join("statements.sql");
    let last_scan = include_str!("../src/live/postgresql/last_scan.sql");
    let begin = "begin transaction isolation level repeatable read read only;\n".to_owned();
    let statements = STATEMENTS.iter().map(|sql| sql.replace("{last_scan}", last_scan) + ";\n");
    std::fs::write(&script, begin + &statements.collect::<String>() + "rollback;\n").expect("a script");
    let url = server.url("bench");

    let mut group = criterion.benchmark_group(format!("a PostgreSQL database of {tables} tables"));
    group.sample_size(10);
    group.bench_function("drizzle-drift inspect database", |bencher| {
        bencher.iter(|| {
            let status = Command::new(env!("CARGO_BIN_EXE_drizzle-drift"))
                .args(["inspect", "database", "--dialect", "postgresql", "--schema", "schema.ts"])
                .args(["--database-url", &url])
                .arg(folder.path())
                .stdout(Stdio::null())
                .status()
                .expect("the tool runs");
            assert!(status.success(), "{status}");
        });
    });
    let psql =
        || Command::new("psql").args(["-X", "-q", "-At", "-o", "/dev/null", "-f"]).arg(&script).arg(&url).status();
    if psql().is_ok_and(|status| status.success()) {
        group.bench_function("psql, the same statements", |bencher| bencher.iter(psql));
    } else {
        eprintln!("psql is not installed: nothing to compare with");
    }
    group.finish();

    let look = include_str!("../src/live/postgresql/snapshot.sql");
    criterion.bench_function("a look at an unchanged PostgreSQL database, there and back", |bencher| {
        bencher.iter(|| runtime.block_on(postgresql::execute(&mut connection, look)));
    });
}

criterion_group!(benches, live);
criterion_main!(benches);
