//! Fix B, a table that is not Drizzle's: the config's text afterwards, and what the real `drizzle-kit push` then says.

use drizzle_drift::catalog::{Dialect, LiveCatalog};
use drizzle_drift::declared::Reader;
use drizzle_drift::drift::{Code, compare};
use drizzle_drift::edit::{self, Context, Fix};
use drizzle_drift::live::{self, Limits, Target};
use drizzle_drift::project::{self, DiskFiles, LoadRequest};
use drizzle_drift::text::{Document, apply};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

#[path = "support/drizzle_kit.rs"]
mod drizzle_kit;
#[path = "support/postgresql.rs"]
mod postgresql;

use drizzle_kit::Project;
use postgresql::Server;

/// Marks `table` in the project's config and writes it; the problem's sentence where that cannot be done.
fn mark(project: &Project, live: &LiveCatalog, table: &str) -> Result<(String, Fix), String> {
    let request =
        LoadRequest { folder: project.folder(), kit_version: Some("0.31.11".into()), ..LoadRequest::default() };
    let mut reader = Reader::default();
    let loaded = project::load(&request, &DiskFiles, &mut reader).expect("a project");
    let declared = loaded.declared(&DiskFiles, &mut reader);
    let drift = compare(&declared, live, &Default::default())
        .into_iter()
        .find(|drift| drift.code == Code::UndeclaredTable && drift.object.name == table)
        .expect("the drift");
    let context =
        Context { declared: &declared, live, filter: &loaded.filter, casing: loaded.casing, kit: &loaded.kit };
    let places = loaded.config.as_ref().expect("a config");
    let before = std::fs::read_to_string(places.file.as_path()).expect("a config");
    let document = Document::new(before.as_str());
    let fix = edit::mark_unmanaged(&drift, places, &document, &context).map_err(|problem| problem.to_string())?;
    let after = apply(&before, &fix.edits[0].edits);
    std::fs::write(places.file.as_path(), &after).expect("a config");
    Ok((after, fix))
}

async fn sqlite(project: &Project, sql: &str) -> LiveCatalog {
    let options = SqliteConnectOptions::new().filename(project.folder().join("app.db")).create_if_missing(true);
    let mut connection = options.foreign_keys(false).connect().await.expect("a database");
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect("the SQL");
    connection.close().await.expect("closing");
    read(project, Dialect::Sqlite, "app.db").await
}

async fn read(project: &Project, dialect: Dialect, url: &str) -> LiveCatalog {
    let target = Target { dialect, url: url.to_owned().into(), auth_token: None, folder: project.folder() };
    live::read(&target, &Limits::default()).await.expect("a reading")
}

const SQLITE_SCHEMA: &str = "import { integer, sqliteTable } from \"drizzle-orm/sqlite-core\";
export const users = sqliteTable(\"users\", { id: integer(\"id\").primaryKey() });
";

#[tokio::test]
async fn the_config_keeps_its_style() {
    let Some(project) = Project::new() else { return };
    project.write("schema.ts", SQLITE_SCHEMA);
    let live = sqlite(
        &project,
        "create table users (id integer primary key not null); create table conversations (id integer);
         create table \"odd*[name]\" (id integer);",
    )
    .await;
    let rest = "dialect: 'sqlite', schema: './schema.ts', dbCredentials: { url: 'file:app.db' }";
    for (before, table, after) in [
        (
            format!("import {{ defineConfig }} from 'drizzle-kit'\nexport default defineConfig({{\n\t{rest},\n}})\n"),
            "conversations",
            "\t$,\n\ttablesFilter: ['!conversations'],\n})\n",
        ),
        (
            format!("export default {{\n  {rest}\n}} satisfies import('drizzle-kit').Config;\n"),
            "conversations",
            "  $,\n  tablesFilter: ['!conversations']\n} satisfies",
        ),
        (
            format!("const config = {{ {rest} }};\nexport default config;\n"),
            "conversations",
            "{ $, tablesFilter: ['!conversations'] };\n",
        ),
        (
            format!("export default {{ {rest}, tablesFilter: ['!a'] }};\n"),
            "conversations",
            "tablesFilter: ['!a', '!conversations'] };\n",
        ),
        (
            format!("export default {{ {rest}, tablesFilter: [\n  '!a',\n  '!b', // theirs\n] }};\n"),
            "conversations",
            "tablesFilter: [\n  '!a',\n  '!b', // theirs\n  '!conversations',\n] };\n",
        ),
        (
            format!("export default {{ {rest}, tablesFilter: [] }};\n"),
            "conversations",
            "tablesFilter: ['!conversations'] }",
        ),
        (
            format!("export default {{ {rest}, tablesFilter: '!a' }};\n"),
            "conversations",
            "tablesFilter: ['!a', '!conversations'] };\n",
        ),
        (
            format!("const ours = ['!a'];\nexport default {{ {rest}, tablesFilter: ours }};\n"),
            "conversations",
            "const ours = ['!a', '!conversations'];\n",
        ),
        (
            format!("export default {{ {rest} }};\n"),
            "odd*[name]",
            "{ $, tablesFilter: ['!odd\\\\*\\\\[name\\\\]'] };\n",
        ),
    ] {
        project.write("drizzle.config.ts", &before);
        let (text, fix) = mark(&project, &live, table).expect(&before);
        let expected = after.replace('$', rest);
        assert!(text.contains(&expected), "{text}\n{expected}");
        assert!(fix.silences_push());
        let request = LoadRequest { folder: project.folder(), ..LoadRequest::default() };
        let loaded = project::load(&request, &DiskFiles, &mut Reader::default()).expect("a project");
        assert!(!loaded.filter.keeps_table(table) && loaded.filter.keeps_table("users"), "{text}");
    }
    project.write(
        "drizzle.config.ts",
        &format!("export default {{ {rest}, tablesFilter: ['app_*', 'conversations'] }};\n"),
    );
    let problem = mark(&project, &live, "conversations").expect_err("a pattern that lets it through");
    assert!(problem.contains("lets through only what matches"), "{problem}");
}

#[tokio::test]
async fn push_leaves_a_marked_table_alone() {
    let Some(project) = Project::new() else { return };
    project.write("schema.ts", SQLITE_SCHEMA);
    project.write(
        "drizzle.config.ts",
        "export default { dialect: \"sqlite\", schema: \"./schema.ts\", dbCredentials: { url: \"file:app.db\" } };\n",
    );
    let sql = "create table users (id integer primary key not null); create table \"odd*[name]\" (id integer);";
    let live = sqlite(&project, sql).await;
    let before = project.push();
    assert!(
        before.statements().iter().any(|statement| statement.contains("DROP TABLE `odd*[name]`")),
        "{}",
        before.output
    );
    mark(&project, &live, "odd*[name]").expect("a fix");
    let after = project.push();
    assert!(after.is_silent(), "{}", after.output);
}

#[tokio::test]
async fn what_a_filter_cannot_keep_is_said() {
    let (Some(project), Some(server)) = (Project::new(), Server::shared()) else { return };
    server
        .create(
            "unmanaged",
            "create type mood as enum ('sad', 'ok');
             create table users (id serial primary key);
             create table quiet (id uuid primary key);
             create table numbered (id serial primary key);
             create table moody (mood mood);",
        )
        .await;
    let url = server.url("unmanaged");
    project.write(
        "schema.ts",
        "import { pgTable, serial } from \"drizzle-orm/pg-core\";
export const users = pgTable(\"users\", { id: serial(\"id\").primaryKey() });
",
    );
    let live = read(&project, Dialect::Postgresql, &url).await;
    for (table, said) in [("quiet", None), ("numbered", Some("DROP SEQUENCE")), ("moody", Some("DROP TYPE"))] {
        // The other tables are out of the way, so that push speaks of this one only.
        let others: Vec<&str> = ["quiet", "numbered", "moody"].into_iter().filter(|other| *other != table).collect();
        let moody = if table == "moody" { "" } else { "export const mood = pgEnum(\"mood\", [\"sad\", \"ok\"]);\n" };
        let sequence = if table == "numbered" {
            ""
        } else {
            "export const numberedId = pgSequence(\"numbered_id_seq\", { maxValue: \"2147483647\" });\n"
        };
        project.write(
            "schema.ts",
            &format!(
                "import {{ pgEnum, pgSequence, pgTable, serial }} from \"drizzle-orm/pg-core\";
export const users = pgTable(\"users\", {{ id: serial(\"id\").primaryKey() }});
{moody}{sequence}"
            ),
        );
        project.write(
            "drizzle.config.ts",
            &format!(
                "export default {{ dialect: \"postgresql\", schema: \"./schema.ts\", dbCredentials: {{ url: \"{url}\" }}, \
                 tablesFilter: [\"!{}\", \"!{}\"] }};\n",
                others[0], others[1]
            ),
        );
        let (_, fix) = mark(&project, &live, table).expect("a fix");
        let push = project.push();
        assert_eq!(fix.silences_push(), said.is_none(), "{table}: {:?}", fix.remarks);
        match said {
            None => assert!(push.is_silent(), "{}", push.output),
            Some(said) => assert!(push.statements().iter().any(|sql| sql.contains(said)), "{}", push.output),
        }
    }
}
