//! The quick-fixes against what they are for: after them the real `drizzle-kit push` has nothing to say, and TypeScript
//! compiles.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

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
#[path = "support/mysql.rs"]
mod mysql;
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
    _server: Option<Box<dyn std::any::Any>>,
}

/// The rest of a config after its credentials.
const NO_MORE: &str = "";

impl Fixture {
    /// A project over a new SQLite file made by `sql`.
    async fn sqlite(sql: &str, files: &[(&str, &str)], more_config: &str) -> Option<Self> {
        Self::sqlite_in(Project::new()?, sql, files, more_config).await
    }

    /// Likewise, in `project`.
    async fn sqlite_in(project: Project, sql: &str, files: &[(&str, &str)], more_config: &str) -> Option<Self> {
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
        Some(Self::read(project, Dialect::Postgresql, &url, files, more_config, Some(Box::new(server))).await)
    }

    /// A project over a new MySQL database called `name`, made by `sql`.
    async fn mysql(name: &str, sql: &str, files: &[(&str, &str)], more_config: &str) -> Option<Self> {
        Self::mysql_on(mysql::Server::shared()?, Project::new()?, name, sql, files, more_config).await
    }

    /// Likewise, in `project` and on either engine.
    async fn mysql_on(
        server: Arc<mysql::Server>,
        project: Project,
        name: &str,
        sql: &str,
        files: &[(&str, &str)],
        more_config: &str,
    ) -> Option<Self> {
        server.create(name, sql).await;
        let url = server.root_url(name);
        Some(Self::read(project, Dialect::Mysql, &url, files, more_config, Some(Box::new(server))).await)
    }

    async fn read(
        project: Project,
        dialect: Dialect,
        url: &str,
        files: &[(&str, &str)],
        more_config: &str,
        server: Option<Box<dyn std::any::Any>>,
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
        let request = LoadRequest { folder, kit_version: Some(project.kit().into()), ..LoadRequest::default() };
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
const MYSQL_START: &str = "import { mysqlTable } from \"drizzle-orm/mysql-core\";\n";
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

#[tokio::test]
async fn every_mysql_table_is_declared_so_that_push_is_silent() {
    let files = [("schema/tables.ts", MYSQL_START)];
    let sql = include_str!("fixtures/edit/tables.mysql.sql");
    let Some(fixture) = Fixture::mysql("edit_tables", sql, &files, NO_MORE).await else { return };
    assert!(fixture.live.catalog.tables.len() >= 24);
    let speaking = fixture.declare_everything();
    fixture.assert_compiles();
    let push = fixture.project.push();
    assert!(push.is_silent(), "{}\n{}", push.output, fixture.text("schema/tables.ts"));
    assert_eq!(speaking, BTreeMap::new());
    insta::assert_snapshot!("mysql_tables", fixture.text("schema/tables.ts"));
}

/// Declares every table of `fixture`; what 1.0 would then do is said, of each table, and of no other.
fn assert_silent_for_1_0(fixture: &Fixture) -> BTreeSet<String> {
    let speaking: BTreeSet<String> = fixture.declare_everything().into_keys().collect();
    fixture.assert_compiles();
    let said = fixture.project.push().output;
    let silent = said.contains("No changes detected");
    assert!(silent || said.contains("Generated migration statements"), "{said}");
    let names = fixture.live.catalog.tables.iter().map(|table| table.name.clone());
    let acts = |name: &String| {
        let marks = ["TABLE `", "TABLE `__new_", "ON `"];
        marks.iter().any(|mark| said.contains(&format!("{mark}{name}`")))
    };
    let acted: BTreeSet<String> = names.filter(acts).collect();
    assert_eq!(
        (acted, silent),
        (speaking.clone(), speaking.is_empty()),
        "{said}\n{}",
        fixture.text("schema/tables.ts")
    );
    speaking
}

#[tokio::test]
async fn every_sqlite_table_is_declared_so_that_push_of_1_0_is_silent_or_what_it_would_do_is_said() {
    let Some(project) = Project::of_1_0() else { return };
    let files = [("schema/tables.ts", SQLITE_START)];
    let sql = include_str!("fixtures/edit/tables.sqlite.sql");
    let Some(fixture) = Fixture::sqlite_in(project, sql, &files, NO_MORE).await else { return };
    let speaking = assert_silent_for_1_0(&fixture);
    // It knows no such types, and sees no unnamed UNIQUE of two columns.
    assert_eq!(speaking.into_iter().collect::<Vec<_>>(), ["moments", "strict_table", "types", "unique_columns"]);
}

#[tokio::test]
async fn every_mysql_table_is_declared_so_that_push_of_1_0_is_silent() {
    let Some(project) = Project::of_1_0() else { return };
    let files = [("schema/tables.ts", MYSQL_START)];
    let sql = include_str!("fixtures/edit/tables.mysql.sql");
    // 1.0 takes the checks of every database of the server for those of the one, and gives up where two have one name.
    let Some(server) = mysql::Server::start(mysql::Engine::Mysql, &[]) else { return };
    let Some(fixture) = Fixture::mysql_on(Arc::new(server), project, "edit_1_0", sql, &files, NO_MORE).await else {
        return;
    };
    assert_eq!(assert_silent_for_1_0(&fixture), BTreeSet::new());
}

/// A question, both of whose choices lose the conversations; once they are declared, nothing but the new table.
#[tokio::test]
async fn after_the_story_push_wants_only_the_new_table_in_mysql() {
    let sql = "
        create table users (id int not null auto_increment primary key, email varchar(100) not null,
          constraint users_email_unique unique (email));
        create table conversations (id char(36) not null primary key, user_id int not null, title varchar(200),
          created_at timestamp not null default current_timestamp,
          constraint conversations_user_id_users_id_fk foreign key (user_id) references users (id));
        insert into users (email) values ('ada@example.com');
        insert into conversations (id, user_id, title) values ('1', 1, 'Where is my order?');";
    let files = [(
        "schema/tables.ts",
        "import { int, mysqlTable, varchar } from \"drizzle-orm/mysql-core\";

export const users = mysqlTable(\"users\", {
  id: int(\"id\").autoincrement().primaryKey(),
  email: varchar(\"email\", { length: 100 }).notNull().unique(),
});

export const identityMap = mysqlTable(\"identity_map\", {
  id: int(\"id\").autoincrement().primaryKey(),
  externalId: varchar(\"external_id\", { length: 100 }).notNull(),
});
",
    )];
    let Some(fixture) = Fixture::mysql("edit_story", sql, &files, NO_MORE).await else { return };
    let plan = |declared: &Declared| {
        drizzle_drift::push::plan(declared, &fixture.live, &fixture.loaded.filter, &fixture.loaded.kit)
    };
    let before = plan(&fixture.declared());
    let question = &before.prompts[0];
    assert_eq!(question.text, "Is identity_map table created or renamed from another table?");
    assert_eq!(question.safe_choice, None, "{question:#?}");
    assert_eq!(question.choices.len(), 2);
    assert_eq!(question.choices[0].destroys.as_deref(), Some("table conversations, about 1 row"));

    assert_eq!(fixture.declare_everything(), BTreeMap::new());
    fixture.assert_compiles();
    let push = fixture.project.push();
    let [statement] = &push.statements()[..] else { panic!("{}", push.output) };
    assert!(statement.starts_with("CREATE TABLE `identity_map` ("), "{statement}");
    let after = plan(&fixture.declared());
    let [planned] = &after.statements[..] else { panic!("{after:#?}") };
    assert_eq!((&planned.sql, &after.prompts[..]), (statement, &[][..]));
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

/// The database of the style tests: `users` is declared by each, in its own way; the rest is what the fix adds.
const STYLED: &str = "
    create table app_users (id integer primary key AUTOINCREMENT not null, email text not null);
    create unique index users_email on app_users (email);
    create table app_posts (id text primary key not null, author_id integer not null references app_users (id) on delete cascade,
      body text not null default '', \"view-count\" integer);
    create index posts_author on app_posts (author_id);
    create table app_reads (user_id integer not null references app_users (id), post_id text not null references app_posts (id),
      read_at integer not null default (unixepoch()), primary key (user_id, post_id));";

/// Declares everything in `files`, checks it as ever, and returns what the files have become.
async fn styled(files: &[(&str, &str)], more_config: &str) -> Option<String> {
    let fixture = Fixture::sqlite(STYLED, files, more_config).await?;
    assert_eq!(fixture.declare_everything(), BTreeMap::new());
    let texts: Vec<String> = files.iter().map(|(path, _)| format!("// {path}\n{}", fixture.text(path))).collect();
    assert_eq!(fixture.project.type_errors(), "", "{}", texts.join("\n"));
    let push = fixture.project.push();
    assert!(push.is_silent(), "{}\n{}", push.output, texts.join("\n"));
    Some(texts.join("\n"))
}

#[tokio::test]
async fn a_namespace_tabs_and_no_semicolons_are_kept() {
    let files = [(
        "schema/tables.ts",
        "import * as s from 'drizzle-orm/sqlite-core'

export const usersTable = s.sqliteTable('app_users', {
\tid: s.integer('id').primaryKey({ autoIncrement: true }),
\temail: s.text('email').notNull()
}, (t) => ({
\tbyEmail: s.uniqueIndex('users_email').on(t.email)
}))

export type User = typeof usersTable.$inferSelect
",
    )];
    let Some(texts) = styled(&files, NO_MORE).await else { return };
    insta::assert_snapshot!(texts);
}

#[tokio::test]
async fn casing_callbacks_and_other_files_are_kept() {
    let files = [
        (
            "schema/users.ts",
            "import { sqliteTable } from \"drizzle-orm/sqlite-core\";
import * as core from \"drizzle-orm/sqlite-core\";

export const users = sqliteTable(
  \"app_users\",
  (t) => ({
    id: t.integer().primaryKey({ autoIncrement: true }),
    email: t.text().notNull(),
  }),
  (t) => [core.uniqueIndex(\"users_email\").on(t.email)],
);
",
        ),
        (
            "schema/posts.ts",
            "import {
  index,
  sqliteTable,
} from \"drizzle-orm/sqlite-core\";
import { users } from \"./users\";

// What people write.
export const posts = sqliteTable(
  \"app_posts\",
  (t) => ({
    id: t.text().primaryKey(),
    authorId: t.integer().notNull().references(() => users.id, { onDelete: \"cascade\" }),
    body: t.text().notNull().default(\"\"),
  }),
  (t) => [index(\"posts_author\").on(t.authorId)],
);

// Below the tables.
export const limit = 10;
",
        ),
    ];
    let Some(texts) = styled(&files, "  casing: \"snake_case\",\n").await else { return };
    insta::assert_snapshot!(texts);
}

#[tokio::test]
async fn a_creator_with_a_prefix_is_used() {
    let files = [(
        "schema/tables.ts",
        "import { integer, sqliteTableCreator, text, uniqueIndex } from \"drizzle-orm/sqlite-core\";\r
\r
export const createTable = sqliteTableCreator((name) => `app_${name}`);\r
\r
export const users = createTable(\r
  \"users\",\r
  {\r
    id: integer().primaryKey({ autoIncrement: true }),\r
    email: text().notNull(),\r
  },\r
  (table) => [\r
    uniqueIndex(\"users_email\").on(table.email),\r
  ],\r
);\r
",
    )];
    let Some(texts) = styled(&files, NO_MORE).await else { return };
    assert_eq!(
        texts.matches("\r\n").count(),
        texts.matches('\n').count() - 1,
        "every line ends as the file's lines do"
    );
    insta::assert_snapshot!(texts.replace("\r\n", "\n"));
}

#[tokio::test]
async fn after_the_story_push_wants_only_the_new_table() {
    let sql = include_str!("../examples/conversations/database.sql");
    let files = [("schema/tables.ts", include_str!("../examples/conversations/shared/schema.ts"))];
    let Some(fixture) = Fixture::sqlite(sql, &files, NO_MORE).await else { return };
    assert_eq!(fixture.declare_everything(), BTreeMap::new());
    fixture.assert_compiles();
    let push = fixture.project.push();
    let [statement] = &push.statements()[..] else { panic!("{}", push.output) };
    assert!(statement.starts_with("CREATE TABLE `identity_map` ("), "{statement}");
    insta::assert_snapshot!("sqlite_story", fixture.text("schema/tables.ts"));
}

#[tokio::test]
async fn after_the_story_push_wants_only_the_new_table_in_postgresql() {
    let sql = "
        create table users (id serial primary key, email text not null constraint users_email_unique unique);
        create table conversations (id uuid primary key default gen_random_uuid(), user_id integer not null references users,
          title varchar(200), created_at timestamptz not null default now());
        create index on conversations (user_id);
        insert into users (email) values ('ada@example.com');
        insert into conversations (user_id, title) values (1, 'Where is my order?');";
    let files = [(
        "schema/tables.ts",
        "import { integer, pgTable, serial, text } from \"drizzle-orm/pg-core\";

export const users = pgTable(\"users\", {
  id: serial(\"id\").primaryKey(),
  email: text(\"email\").notNull().unique(),
});

export const identityMap = pgTable(\"identity_map\", {
  id: serial(\"id\").primaryKey(),
  userId: integer(\"user_id\").notNull().references(() => users.id),
  externalId: text(\"external_id\").notNull(),
});
",
    )];
    let Some(fixture) = Fixture::postgresql("edit_story", sql, &files, NO_MORE).await else { return };
    assert_eq!(fixture.declare_everything(), BTreeMap::new());
    fixture.assert_compiles();
    let push = fixture.project.push();
    let statements = push.statements();
    assert!(statements[0].starts_with("CREATE TABLE \"identity_map\" ("), "{}", push.output);
    assert!(statements.iter().all(|statement| statement.contains("\"identity_map\"")), "{}", push.output);
    insta::assert_snapshot!("postgresql_story", fixture.text("schema/tables.ts"));
}

#[tokio::test]
async fn a_column_comes_with_what_hangs_on_it() {
    let sql = "
        create table users (id integer primary key not null, email text not null);
        create table posts (id integer primary key not null, a text, b text, author integer references users (id),
          c integer GENERATED ALWAYS AS (id * 2) VIRTUAL, d numeric not null default 0, unique (a, b));
        create index posts_a on posts (a);
        create index posts_a_b on posts (a, b);
        create table plain (id integer primary key not null, first text, second text not null default 'x');
        create index plain_first on plain (first);
        create table blocks (id integer primary key not null, a integer, b integer);
        create index blocks_b on blocks (b);";
    let files = [(
        "schema/tables.ts",
        "import { index, integer, sqliteTable, text } from \"drizzle-orm/sqlite-core\";

export const users = sqliteTable(\"users\", { id: integer(\"id\").primaryKey() });

/** What people write. */
export const posts = sqliteTable(\"posts\", {
  id: integer(\"id\").primaryKey(), // never reused
  a: text(\"a\"), // shown
}, (t) => ({ byA: index(\"posts_a\").on(t.a) }));

export const plain = sqliteTable(
  \"plain\",
  {
    id: integer(\"id\").primaryKey()
  }
);

export const blocks = sqliteTable(\"blocks\", { id: integer(\"id\").primaryKey(), a: integer(\"a\") }, (t) => {
  return [];
});
",
    )];
    let Some(fixture) = Fixture::sqlite(sql, &files, NO_MORE).await else { return };
    assert_eq!(fixture.declare_everything(), BTreeMap::new());
    fixture.assert_compiles();
    let push = fixture.project.push();
    assert!(push.is_silent(), "{}\n{}", push.output, fixture.text("schema/tables.ts"));
    insta::assert_snapshot!("sqlite_columns", fixture.text("schema/tables.ts"));
}

#[tokio::test]
async fn a_postgresql_column_comes_with_what_hangs_on_it() {
    let sql = "
        create type mood as enum ('sad', 'ok');
        create table users (id serial primary key, email text unique, mood mood not null default 'ok', tags text[],
          handle tsvector, score integer check (score > 0));
        create table posts (id serial primary key, author integer references users (id) on delete cascade, slug text);
        create unique index posts_slug on posts (author, slug);";
    let files = [(
        "schema/tables.ts",
        "import { pgTable, serial } from \"drizzle-orm/pg-core\";

// Who writes.
export const users = pgTable(\"users\", {
  id: serial(\"id\").primaryKey(),
});

export const posts = pgTable(\"posts\", {
  id: serial(\"id\").primaryKey(),
});
",
    )];
    let Some(fixture) = Fixture::postgresql("edit_columns", sql, &files, NO_MORE).await else { return };
    assert_eq!(fixture.declare_everything(), BTreeMap::new());
    fixture.assert_compiles();
    let push = fixture.project.push();
    assert!(push.is_silent(), "{}\n{}", push.output, fixture.text("schema/tables.ts"));
    insta::assert_snapshot!("postgresql_columns", fixture.text("schema/tables.ts"));
}

#[tokio::test]
async fn a_table_lands_where_drizzle_kit_sees_it() {
    let users = "import { integer, sqliteTable, text, uniqueIndex } from \"drizzle-orm/sqlite-core\";

export const users = sqliteTable(\"app_users\", {
  id: integer(\"id\").primaryKey({ autoIncrement: true }),
  email: text(\"email\").notNull(),
}, (t) => [uniqueIndex(\"users_email\").on(t.email)]);
";
    for (barrel, behind) in
        [("export * from \"../tables/users\";\n", true), ("export { users } from \"../tables/users\";\n", false)]
    {
        let files = [("schema/index.ts", barrel), ("tables/users.ts", users)];
        let Some(texts) = styled(&files, NO_MORE).await else { return };
        let (index, tables) = texts.split_once("// tables/users.ts").expect("both files");
        assert_eq!(tables.contains("appPosts"), behind, "{texts}");
        assert_eq!(index.contains("appPosts"), !behind, "{texts}");
    }
}

#[tokio::test]
async fn a_javascript_file_stays_javascript() {
    let sql = "create table trees (id integer primary key not null, parent integer references trees (id), name text default 5);";
    let files = [("schema/tables.js", "import { sqliteTable } from \"drizzle-orm/sqlite-core\";\n")];
    let Some(fixture) = Fixture::sqlite(sql, &files, NO_MORE).await else { return };
    assert_eq!(fixture.declare_everything(), BTreeMap::new());
    let text = fixture.text("schema/tables.js");
    assert!(text.contains("() => trees.id") && text.contains(".default(5)"), "{text}");
    let push = fixture.project.push();
    assert!(push.is_silent(), "{}\n{text}", push.output);
}
