//! A cold `drizzle-drift check` of a project with 1,000 tables, process start included.
//!
//! In the same run, where drizzle-kit is installed in `.cache/drizzle-kit`: what a user would run instead, its dry `push`.

mod support;

use std::path::Path;
use std::process::{Command, Stdio};

use criterion::{Criterion, criterion_group, criterion_main};
use sqlx::{ConnectOptions, Connection};

const TABLES: usize = 1_000;

const CONFIG: &str =
    "export default { dialect: \"sqlite\", schema: \"./schema.ts\", dbCredentials: { url: \"bench.db\" } };\n";

fn project(folder: &Path) {
    std::fs::write(folder.join("schema.ts"), support::schema(TABLES)).expect("the schema");
    std::fs::write(folder.join("drizzle.config.ts"), CONFIG).expect("the config");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let options =
            sqlx::sqlite::SqliteConnectOptions::new().filename(folder.join("bench.db")).create_if_missing(true);
        let mut connection = options.connect().await.expect("a database");
        let sql = sqlx::AssertSqlSafe(support::database(TABLES));
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("the tables");
        connection.close().await.expect("closing");
    });
}

fn check(criterion: &mut Criterion) {
    let kit = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/drizzle-kit");
    let folder = match kit.is_dir() {
        // Inside, so that the schema finds drizzle-orm.
        true => tempfile::tempdir_in(&kit),
        false => tempfile::tempdir(),
    };
    let folder = folder.expect("a folder");
    project(folder.path());

    let mut group = criterion.benchmark_group("cold check of 1,000 tables");
    group.sample_size(10);
    group.bench_function("drizzle-drift check", |bencher| {
        bencher.iter(|| {
            let status = Command::new(env!("CARGO_BIN_EXE_drizzle-drift"))
                .args(["check", "--format", "json"])
                .arg(folder.path())
                .stdout(Stdio::null())
                .status()
                .expect("the tool runs");
            assert_eq!(status.code(), Some(1), "one undeclared table");
        });
    });
    if kit.join("node_modules/.bin/drizzle-kit").exists() {
        group.bench_function("drizzle-kit push, dry", |bencher| {
            bencher.iter(|| {
                let output = Command::new(kit.join("node_modules/.bin/drizzle-kit"))
                    .args(["push", "--strict", "--verbose"])
                    .current_dir(folder.path())
                    .stdin(Stdio::null())
                    .output()
                    .expect("drizzle-kit runs");
                let said =
                    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
                assert!(said.contains("conversations") || said.contains("Interactive"), "{said}");
            });
        });
    }
    group.finish();
}

criterion_group!(benches, check);
criterion_main!(benches);
