//! The quick-fixes against what they are for: after them the real `drizzle-kit push` has nothing to say, and TypeScript
//! compiles.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use drizzle_drift::catalog::{Dialect, LiveCatalog};
use drizzle_drift::declared::{Declared, Reader};
use drizzle_drift::drift::{Code, Drift, compare};
use drizzle_drift::edit::{self, Context, Fix};
use drizzle_drift::live::{self, Limits, Target};
use drizzle_drift::project::{self, DiskFiles, LoadRequest};
use drizzle_drift::text;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

#[path = "support/drizzle_kit.rs"]
mod drizzle_kit;
#[path = "support/postgresql.rs"]
mod postgresql;

use drizzle_kit::Project;
use postgresql::Server;

/// A project with a database and what was read from both.
struct Fixture {
    project: Project,
    loaded: project::Project,
    live: LiveCatalog,
    /// Lives as long as the project.
    _server: Option<std::sync::Arc<Server>>,
}

/// The rest of a config after its credentials.
const NO_MORE: &str = "";

impl Fixture {
    /// A project over a new SQLite file made by `sql`.
    async fn sqlite(sql: &str, files: &[(&str, &str)], more_config: &str) -> Option<Self> {
        let project = Project::new()?;
        let options = SqliteConnectOptions::new().filename(project.folder().join("app.db")).create_if_missing(true);
        let mut connection = options.foreign_keys(false).connect().await.expect("a database");
        sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("the SQL");
        connection.close().await.expect("closing");
        Some(Self::read(project, Dialect::Sqlite, "file:app.db", files, more_config, None).await)
    }

    /// A project over a new PostgreSQL database called `name`, made by `sql`.
    async fn postgresql(name: &str, sql: &'static str, files: &[(&str, &str)], more_config: &str) -> Option<Self> {
        let project = Project::new()?;
        let server = Server::shared()?;
        server.create(name, sql).await;
        let url = server.url(name);
        Some(Self::read(project, Dialect::Postgresql, &url, files, more_config, Some(server)).await)
    }

    async fn read(
        project: Project,
        dialect: Dialect,
        url: &str,
        files: &[(&str, &str)],
        more_config: &str,
        server: Option<std::sync::Arc<Server>>,
    ) -> Self {
        let name = dialect.name();
        project.write(
            "drizzle.config.ts",
            &format!(
                "import {{ defineConfig }} from \"drizzle-kit\";\n\nexport default defineConfig({{\n  dialect: \"{name}\",\n  \
                 schema: \"./schema/*\",\n  dbCredentials: {{ url: \"{url}\" }},\n{more_config}}});\n"
            ),
        );
        for (path, text) in files {
            project.write(path, text);
        }
        let folder = project.folder();
        let target = Target { dialect, url: url.to_owned().into(), auth_token: None, folder: folder.clone() };
        let live = live::read(&target, &Limits::default()).await.expect("a reading");
        let request = LoadRequest { folder, kit_version: Some("0.31.11".into()), ..LoadRequest::default() };
        let loaded = project::load(&request, &DiskFiles, &mut Reader::default()).expect("a project");
        Self { project, loaded, live, _server: server }
    }

    fn declared(&self) -> Declared {
        self.loaded.declared(&DiskFiles, &mut Reader::default())
    }

    fn text(&self, path: &str) -> String {
        std::fs::read_to_string(self.project.folder().join(path)).expect("a file")
    }

    /// The first drift that `wanted` names, and its fix, written to the files.
    fn fix(&self, wanted: impl Fn(&Drift) -> bool) -> Option<(Drift, Fix)> {
        let declared = self.declared();
        assert_eq!(declared.unresolved, [], "everything can be read");
        let drift = compare(&declared, &self.live, &self.loaded.filter).into_iter().find(&wanted)?;
        let fix = edit::declare(&drift, &self.context(&declared)).expect("a fix");
        write(&fix);
        Some((drift, fix))
    }

    fn context<'a>(&'a self, declared: &'a Declared) -> Context<'a> {
        Context {
            declared,
            live: &self.live,
            filter: &self.loaded.filter,
            casing: self.loaded.casing,
            kit: &self.loaded.kit,
        }
    }

    /// Declares everything, one fix after the other. Returns the sentences about what push would still do, by table.
    fn declare_everything(&self) -> BTreeMap<String, Vec<String>> {
        let mut speaking: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for _ in 0..200 {
            let undeclared = |drift: &Drift| matches!(drift.code, Code::UndeclaredTable | Code::UndeclaredColumn);
            let Some((drift, fix)) = self.fix(undeclared) else { return speaking };
            for remark in fix.remarks.into_iter().filter(|remark| remark.push_acts) {
                let table = drift.object.table.clone().unwrap_or_default();
                speaking.entry(table).or_default().push(remark.text);
            }
        }
        panic!("declaring has no end");
    }

    fn assert_compiles(&self) {
        let errors = self.project.type_errors();
        assert_eq!(errors, "", "{}", self.text("schema/tables.ts"));
    }
}

fn write(fix: &Fix) {
    for edit in &fix.edits {
        let path: &Path = edit.file.as_path();
        let before = std::fs::read_to_string(path).expect("a file");
        std::fs::write(path, text::apply(&before, &edit.edits)).expect("a file");
    }
}

const SQLITE_START: &str = "import { sqliteTable } from \"drizzle-orm/sqlite-core\";\n";
const POSTGRESQL_START: &str = "import { pgTable } from \"drizzle-orm/pg-core\";\n";
const BOTH_SCHEMAS: &str = "  schemaFilter: [\"public\", \"app\"],\n";

#[tokio::test]
async fn every_sqlite_table_is_declared_so_that_push_is_silent() {
    let files = [("schema/tables.ts", SQLITE_START)];
    let sql = include_str!("fixtures/edit/tables.sqlite.sql");
    let Some(fixture) = Fixture::sqlite(sql, &files, NO_MORE).await else { return };
    assert!(fixture.live.catalog.tables.len() >= 25);
    let speaking = fixture.declare_everything();
    fixture.assert_compiles();
    let push = fixture.project.push();
    assert!(push.is_silent(), "{}\n{}", push.output, fixture.text("schema/tables.ts"));
    assert_eq!(speaking, BTreeMap::new());
    insta::assert_snapshot!("sqlite_tables", fixture.text("schema/tables.ts"));
}

#[tokio::test]
async fn every_postgresql_table_is_declared_so_that_push_is_silent() {
    let files = [("schema/tables.ts", POSTGRESQL_START)];
    let sql = include_str!("fixtures/edit/tables.postgresql.sql");
    let Some(fixture) = Fixture::postgresql("edit_tables", sql, &files, BOTH_SCHEMAS).await else { return };
    assert!(fixture.live.catalog.tables.len() >= 25);
    let speaking = fixture.declare_everything();
    fixture.assert_compiles();
    let push = fixture.project.push();
    assert!(push.is_silent(), "{}\n{}", push.output, fixture.text("schema/tables.ts"));
    assert_eq!(speaking, BTreeMap::new());
    insta::assert_snapshot!("postgresql_tables", fixture.text("schema/tables.ts"));
}

/// The live tables that a statement of `push` changes.
fn spoken_of(push: &drizzle_kit::Push, live: &LiveCatalog) -> BTreeSet<String> {
    let statements: Vec<String> =
        push.statements().iter().map(|sql| sql.split(" REFERENCES ").next().unwrap_or_default().to_owned()).collect();
    let tables = live.catalog.tables.iter().map(|table| table.name.clone());
    // Indexes, sequences and new tables of the fixtures begin with the table's name.
    let marks = |name: &str| [format!("\"{name}"), format!("`{name}"), format!("`__new_{name}`")];
    let changed = |name: &String| marks(name).iter().any(|mark| statements.iter().any(|sql| sql.contains(mark)));
    tables.filter(changed).collect()
}

#[tokio::test]
async fn what_no_declaration_can_silence_is_said() {
    let files = [("schema/tables.ts", SQLITE_START)];
    let sql = include_str!("fixtures/edit/stubborn.sqlite.sql");
    let Some(fixture) = Fixture::sqlite(sql, &files, NO_MORE).await else { return };
    let speaking: BTreeSet<String> = fixture.declare_everything().into_keys().collect();
    fixture.assert_compiles();
    let push = fixture.project.push();
    assert_eq!(spoken_of(&push, &fixture.live), speaking, "{}\n{}", push.output, fixture.text("schema/tables.ts"));
}

#[tokio::test]
async fn what_no_declaration_can_silence_is_said_of_postgresql() {
    let files = [("schema/tables.ts", POSTGRESQL_START)];
    let sql = include_str!("fixtures/edit/stubborn.postgresql.sql");
    let Some(fixture) = Fixture::postgresql("edit_stubborn", sql, &files, BOTH_SCHEMAS).await else { return };
    let speaking: BTreeSet<String> = fixture.declare_everything().into_keys().collect();
    fixture.assert_compiles();
    let push = fixture.project.push();
    assert_eq!(spoken_of(&push, &fixture.live), speaking, "{}\n{}", push.output, fixture.text("schema/tables.ts"));
}

/// SQLite's checks leak from one table to the others in drizzle-kit 0.31, so each case has a database of its own.
#[tokio::test]
async fn sqlite_checks_are_as_drizzle_kit_reads_them() {
    for (sql, expected) in [
        ("create table a (x integer check (x > 0), y integer, constraint y_positive check (y > 0))", ""),
        ("create table a (x integer check (x > 0), y integer check ( y > 0 ))", ""),
        ("create table a (x text check (length(x) > 0))", ""),
        ("create table a (x integer, constraint `a_x` check (x > 0))", "a"),
        ("create table a (x integer check (x > 0)); create table b (x integer)", "b"),
    ] {
        let files = [("schema/tables.ts", SQLITE_START)];
        let Some(fixture) = Fixture::sqlite(sql, &files, NO_MORE).await else { return };
        let speaking = fixture.declare_everything().into_keys().collect::<Vec<_>>().join(" ");
        fixture.assert_compiles();
        let push = fixture.project.push();
        let spoken: Vec<String> = spoken_of(&push, &fixture.live).into_iter().collect();
        assert_eq!((spoken.join(" "), speaking), (expected.into(), expected.into()), "{sql}\n{}", push.output);
    }
}
