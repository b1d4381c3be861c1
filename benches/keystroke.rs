//! One keystroke in a schema of 1,000 tables: the document changes, is read again, compared and assessed.
//!
//! In the same run: what tree-sitter alone needs to parse the same file from scratch, for scale; and the first lines of a
//! schema beside 1,000 tables that it does not have.

mod support;

use std::hint::black_box;
use std::path::Path;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use drizzle_drift::catalog::{Dialect, Evidence, Filter, LiveCatalog, Rows};
use drizzle_drift::declared::{Kit, Reader, Request};
use drizzle_drift::drift::{self, Ledger};
use drizzle_drift::live;
use drizzle_drift::push;
use drizzle_drift::text::{Document, Encoding, FilePath, MemoryFiles, Position, PositionRange};
use sqlx::{ConnectOptions, Connection};

/// The program's own.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const TABLES: usize = 1_000;

fn live_catalog(folder: &Path) -> LiveCatalog {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let file = folder.join("bench.db");
        let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
        let mut connection = options.connect().await.expect("a database");
        let sql = sqlx::AssertSqlSafe(support::database(TABLES));
        sqlx::raw_sql(sql).execute(&mut connection).await.expect("the tables");
        connection.close().await.expect("closing");
        let target = live::Target {
            dialect: Dialect::Sqlite,
            url: file.to_string_lossy().into_owned().into(),
            auth_token: None,
            folder: folder.to_owned(),
        };
        live::read(&target, &live::Limits::default()).await.expect("a reading")
    })
}

fn keystroke(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let live = live_catalog(folder.path());
    let path = FilePath::new("/bench/schema.ts");
    let text = support::schema(TABLES);
    let request =
        Request { dialect: Dialect::Sqlite, schema_files: vec![path.clone()], casing: None, kit: Kit::default() };
    let today = jiff::civil::date(2026, 1, 1);
    let mut files = MemoryFiles::default();
    files.insert(path.as_path(), text.as_str());

    let mut reader = Reader::default();
    let declared = reader.read(&request, &files);
    assert_eq!(declared.tables.len(), TABLES);

    // A letter of a column name of a table in the middle is typed, and taken back by the next stroke.
    let at = text.find("table_500_email_unique").expect("the table is there") - 200;
    let at = at + text[at..].find("notes: text(\"notes").expect("the column is there") + "notes: text(\"notes".len();
    let document = Document::new(text.as_str());
    let start = document.position(at, Encoding::Utf16);
    let end = Position { character: start.character + 1, ..start };
    let mut documents = [document.clone(), document];
    let mut typed = false;

    let mut group = criterion.benchmark_group("keystroke in 1,000 tables");
    group.bench_function("edit, read, compare, assess", |bencher| {
        bencher.iter(|| {
            let (range, letter) =
                if typed { (PositionRange { start, end }, "") } else { (PositionRange { start, end: start }, "x") };
            documents[0] = documents[0].changed(Some(range), letter, Encoding::Utf16);
            typed = !typed;
            files.insert(path.as_path(), documents[0].text().clone());
            let declared = reader.read(&request, &files);
            let drifts = drift::compare(&declared, &live, &Filter::default());
            let plan = push::outline(&declared, &live, &Filter::default(), &Kit::default());
            black_box(push::assess(drifts, &plan, &declared, &live, &Ledger::default(), today))
        });
    });
    group.bench_function("read alone", |bencher| {
        bencher.iter(|| {
            typed = !typed;
            let changed = if typed { text.replacen("\"notes\"", "\"notesx\"", 1) } else { text.clone() };
            files.insert(path.as_path(), changed);
            black_box(reader.read(&request, &files))
        });
    });
    group.bench_function("compare alone", |bencher| {
        bencher.iter(|| black_box(drift::compare(&declared, &live, &Filter::default())));
    });
    group.bench_function("compare and assess alone", |bencher| {
        bencher.iter(|| {
            let drifts = drift::compare(&declared, &live, &Filter::default());
            let plan = push::outline(&declared, &live, &Filter::default(), &Kit::default());
            black_box(push::assess(drifts, &plan, &declared, &live, &Ledger::default(), today))
        });
    });
    group.finish();

    let mut group = criterion.benchmark_group("cold reading of 1,000 tables");
    group.sample_size(10);
    files.insert(path.as_path(), text.as_str());
    group.bench_function("our reading", |bencher| {
        bencher.iter_batched(
            Reader::default,
            |mut reader| black_box(reader.read(&request, &files)),
            BatchSize::LargeInput,
        );
    });
    group.bench_function("tree-sitter's parse of the whole file", |bencher| {
        bencher.iter(|| {
            let mut parser = tree_sitter::Parser::new();
            parser.set_language(&tree_sitter_typescript::LANGUAGE_TYPESCRIPT.into()).expect("the grammar fits");
            black_box(parser.parse(&text, None))
        });
    });
    group.finish();
}

/// The first lines of a schema for a database of 1,000 tables that refer to each other: whatever looks at each pair of them
/// shows here.
fn first_lines(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder");
    let live = live_catalog(folder.path());
    let today = jiff::civil::date(2026, 1, 1);
    let path = FilePath::new("/bench/schema.ts");
    let mut group = criterion.benchmark_group("1,000 tables that the code does not have");
    group.sample_size(10);
    for (dialect, builder, schema) in [
        (Dialect::Sqlite, "sqliteTable", None),
        (Dialect::Postgresql, "pgTable", Some("public")),
        (Dialect::Mysql, "mysqlTable", None),
    ] {
        let live = filled(live.clone(), dialect, schema);
        let module = builder.replace("Table", "-core");
        let text = format!(
            "import {{ {builder}, text }} from \"drizzle-orm/{module}\";\n\
             export const identityMap = {builder}(\"identity_map\", {{ source: text().notNull() }});\n"
        );
        let mut files = MemoryFiles::default();
        files.insert(path.as_path(), text.as_str());
        for version in ["0.31.11", "1.0.0-rc.5"] {
            let kit = Kit { version: version.into(), source: "bench".into(), ..Kit::default() };
            let request = Request { dialect, schema_files: vec![path.clone()], casing: None, kit: kit.clone() };
            let declared = Reader::default().read(&request, &files);
            let filter = Filter { generation: kit.generation(), ..Filter::default() };
            group.bench_function(format!("{}, {version}", dialect.name()), |bencher| {
                bencher.iter(|| {
                    let drifts = drift::compare(&declared, &live, &filter);
                    let plan = push::outline(&declared, &live, &filter, &kit);
                    black_box(push::assess(drifts, &plan, &declared, &live, &Ledger::default(), today))
                });
            });
        }
    }
    group.finish();
}

/// The same tables as another dialect's, with rows in each.
fn filled(mut live: LiveCatalog, dialect: Dialect, schema: Option<&str>) -> LiveCatalog {
    let schema = schema.map(str::to_owned);
    live.catalog.dialect = dialect;
    for table in &mut live.catalog.tables {
        table.schema.clone_from(&schema);
        table.foreign_keys.iter_mut().for_each(|key| key.foreign_schema.clone_from(&schema));
        let rows = Evidence { rows: Rows::About(1_204), ..Evidence::default() };
        live.evidence.insert((schema.clone(), table.name.clone()), rows);
    }
    live
}

criterion_group!(benches, keystroke, first_lines);
criterion_main!(benches);
