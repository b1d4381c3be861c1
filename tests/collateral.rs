//! What push takes from tables that it does not mean: each planned statement is run, and what is gone was foretold.
#![cfg(unix)]

#[path = "support/planned.rs"]
mod planned;
#[path = "support/postgresql.rs"]
mod postgresql;

use std::collections::{BTreeMap, BTreeSet};

use planned::{Project, V0, V1, assert_foretold, statements};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, PgConnection, SqliteConnection};

const SQLITE_IMPORTS: &str = "import { integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';\n";
const POSTGRESQL_IMPORTS: &str = "import { integer, pgSchema, pgTable, text } from 'drizzle-orm/pg-core';\n";

/// The tables `parent`, `zchild` that refers to it and `zgrandchild` that refers to that, and what push does to the first.
struct Referred {
    parent: &'static str,
    /// The code of all; `ACTION` stands for what becomes of a row of `zchild` whose row is deleted.
    schema: &'static str,
}

const CHILD: &str = "export const z = sqliteTable('zchild', { id: integer().primaryKey(), p: integer().references(() => p.id, \
                     { onDelete: 'ACTION' }) });";
const REFERRED: &[Referred] = &[
    // It goes.
    Referred { parent: "x integer", schema: "" },
    Referred {
        parent: "x integer",
        schema: "export const z = sqliteTable('zchild', { id: integer().primaryKey(), p: integer() });",
    },
    // It is made anew, and the code refers to it.
    Referred {
        parent: "x integer",
        schema: "export const p = sqliteTable('parent', { id: integer().primaryKey(), x: text() }); CHILD",
    },
    // It is made anew before the table that the code has no longer refer to it.
    Referred {
        parent: "x integer references keep (id)",
        schema: "export const p = sqliteTable('parent', { id: integer().primaryKey(), x: integer() }); \
                 export const z = sqliteTable('zchild', { id: integer().primaryKey(), p: integer() });",
    },
    // It loses its rows.
    Referred {
        parent: "x integer",
        schema: "export const p = sqliteTable('parent', { id: integer().primaryKey(), x: integer(), n: text().notNull() }); CHILD",
    },
    Referred {
        parent: "x integer",
        schema: "export const p = sqliteTable('parent', { id: integer().primaryKey(), x: text(), n: text().notNull() }); CHILD",
    },
];

/// What each of the tables that push leaves holds.
async fn contents(connection: &mut SqliteConnection) -> BTreeMap<String, Vec<(i64, Option<i64>)>> {
    let mut contents = BTreeMap::new();
    for table in ["zchild", "zgrandchild"] {
        let sql = AssertSqlSafe(format!("select id, p from {table} order by id"));
        if let Ok(rows) = sqlx::query_as(sql).fetch_all(&mut *connection).await {
            contents.insert(table.to_owned(), rows);
        }
    }
    contents
}

/// drizzle-kit reads and writes a file with foreign keys, and one of libSQL without (0.31.11 and 1.0.0-rc.5, with
/// better-sqlite3 and @libsql/client). Cloudflare D1 has them on, and `PRAGMA foreign_keys` does nothing there (miniflare 4,
/// which runs Cloudflare's own engine).
#[tokio::test]
async fn what_refers_to_rows_that_sqlite_deletes_goes_along() {
    let actions = ["cascade", "set null", "set default", "restrict", "no action"];
    let rows = ["(1, 1), (2, 2), (3, null)", "(1, null), (2, null)"];
    let mut lossy = 0;
    for (case, action) in REFERRED.iter().flat_map(|case| actions.map(|action| (case, action))) {
        for (kit, dialect, rows) in [V0, V1]
            .iter()
            .flat_map(|kit| ["sqlite", "turso", "d1"].map(|dialect| (kit, dialect)))
            .flat_map(|(kit, dialect)| rows.map(|rows| (*kit, dialect, rows)))
        {
            let schema = case.schema.replace("CHILD", CHILD).replace("ACTION", action);
            let what = format!("{kit} {dialect} {action} {rows} {schema}");
            let keep = "export const k = sqliteTable('keep', { id: integer().primaryKey() });\n\
                        export const g = sqliteTable('zgrandchild', { id: integer().primaryKey(), p: integer() });\n";
            let project = Project::new(&format!("{SQLITE_IMPORTS}{keep}{schema}"));
            let file = project.folder.path().join("app.db");
            let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
            let mut connection = options.foreign_keys(dialect != "turso").connect().await.expect("a database");
            let setup = format!(
                "create table keep (id integer primary key); create table parent (id integer primary key, {}); \
                 create table zchild (id integer primary key, p integer references parent (id) on delete {action}); \
                 create table zgrandchild (id integer primary key, p integer references zchild (id) on delete cascade); \
                 insert into keep values (1), (2); insert into parent values (1, 1), (2, 2); \
                 insert into zchild values {rows}; insert into zgrandchild values (1, 1)",
                case.parent
            );
            sqlx::raw_sql(AssertSqlSafe(setup)).execute(&mut connection).await.expect("the rows");
            let before = contents(&mut connection).await;
            let url = file.to_string_lossy();
            let plan = match dialect {
                "d1" => project.plan_of_d1(&url, kit, &["--check-rows"]),
                dialect => project.plan(dialect, &url, kit, &["--check-rows"]),
            };
            if dialect == "turso" {
                // As @libsql/client migrates: PRAGMAs have no effect there.
                sqlx::raw_sql("begin").execute(&mut connection).await.expect("a transaction");
            }
            let mut refused = None;
            for sql in statements(&plan) {
                if dialect == "d1" && sql.starts_with("PRAGMA foreign_keys=") {
                    continue;
                }
                if sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut connection).await.is_err() {
                    refused = Some((sql, None));
                    break;
                }
            }
            let is_refused = refused.is_some();
            assert_foretold(&what, &plan, refused);
            if is_refused {
                continue;
            }
            let after = contents(&mut connection).await;
            let said = plan["statements"].to_string();
            for (table, rows) in &after {
                let lost = before[table] != *rows;
                lossy += usize::from(lost);
                let says = [format!("rows of {table} that refer"), format!("values of {table}.p that refer")];
                assert_eq!(says.iter().any(|says| said.contains(says)), lost, "{what}: {table}: {plan:#}");
            }
        }
    }
    assert!(lossy > 0);
}

/// What push does to the table `m`, to which others refer.
const TRUNCATED: &[&str] = &[
    // All of them stay as they are.
    "export const c = pgTable('c', { id: integer().primaryKey(), m: integer().references(() => m.id, { onDelete: 'cascade' }) });",
    // The code has no longer a reference to it.
    "export const c = pgTable('c', { id: integer().primaryKey(), m: integer() });",
    // The table that refers to it goes.
    "",
];

/// 0.31 truncates with CASCADE, which empties whatever refers to the table.
#[tokio::test]
async fn what_refers_to_a_truncated_table_is_emptied_too() {
    let Some(server) = postgresql::Server::shared() else { return };
    let mut emptied = BTreeSet::new();
    for (number, child) in TRUNCATED.iter().enumerate() {
        let name = format!("truncated_{number}");
        let setup = "create schema app; create table m (id integer primary key); \
                     create table c (id integer primary key, m integer constraint c_m_m_id_fk references m (id) on delete cascade); \
                     create table app.g (id integer primary key, c integer references c (id) on delete restrict); \
                     create table e (id integer primary key, m integer constraint e_m_m_id_fk references m (id)); \
                     create table o (id integer primary key); \
                     insert into m values (1); insert into c values (1, 1); insert into app.g values (1, 1); \
                     insert into o values (1)";
        server.create(&name, setup).await;
        let project = Project::new(&format!(
            "{POSTGRESQL_IMPORTS}export const m = pgTable('m', {{ id: integer().primaryKey(), n: text().notNull() }});\n\
             export const e = pgTable('e', {{ id: integer().primaryKey(), m: integer().references(() => m.id) }});\n\
             export const o = pgTable('o', {{ id: integer().primaryKey() }});\n{child}\n"
        ));
        let plan = project.plan("postgresql", &server.url(&name), V0, &["--check-rows"]);
        let mut connection = server.connect(&name).await;
        for sql in statements(&plan) {
            postgresql::execute(&mut connection, &sql).await;
        }
        let said = plan["statements"].to_string();
        for table in ["m", "c", "app.g", "e", "o"] {
            let rows = sqlx::query(AssertSqlSafe(format!("select from {table}"))).fetch_all(&mut connection).await;
            // `c` is dropped in one case, and `e` had none.
            let Ok(rows) = rows else { continue };
            let lost = rows.is_empty() && table != "e";
            if lost {
                emptied.insert(table);
            }
            assert_eq!(said.contains(&format!("all rows of table {table},")), lost, "{child}: {table}: {plan:#}");
        }
    }
    assert_eq!(emptied, BTreeSet::from(["m", "c", "app.g"]));
}

/// What of a database can go with a table.
const OBJECTS: &str = "select format('view %s%s', case relnamespace::regnamespace::text when 'public' then '' else \
                       relnamespace::regnamespace::text || '.' end, relname) from pg_class where relkind in ('v', 'm') and \
                       relnamespace::regnamespace::text in ('public', 'app') \
                       union all select format('foreign key %s.%s', conrelid::regclass, conname) from pg_constraint where \
                       contype = 'f' \
                       union all select format('policy %s.%s', polrelid::regclass, polname) from pg_policy";

/// 0.31 drops with CASCADE.
#[tokio::test]
async fn what_depends_on_a_dropped_table_goes_along() {
    let Some(server) = postgresql::Server::shared() else { return };
    let setup = "create schema app; create table d (id integer primary key, x text); \
                 create table c (id integer primary key, d integer constraint c_d_fk references d (id)); \
                 create table app.g (id integer primary key, d integer constraint g_d_fk references d (id)); \
                 create table gone (id integer primary key, d integer constraint gone_d_fk references d (id)); \
                 create table o (id integer primary key); alter table o enable row level security; \
                 create policy reads on o using (exists (select from d where d.id = o.id)); \
                 create policy own on o using (id > 0); create policy on_d on d using (true); \
                 create view over as select id from d; create view app.over_over as select id from over; \
                 create materialized view stored as select id from app.over_over; create view other as select id from o; \
                 insert into d values (1, 'x')";
    server.create("dropped", setup).await;
    // `over` is exported for its name alone, so that push leaves it alone.
    let project = Project::new(&format!(
        "{POSTGRESQL_IMPORTS}import {{ pgPolicy, pgView }} from 'drizzle-orm/pg-core';\nimport {{ sql }} from 'drizzle-orm';\n\
         export const c = pgTable('c', {{ id: integer().primaryKey(), d: integer() }});\n\
         export const o = pgTable('o', {{ id: integer().primaryKey() }}, () => [pgPolicy('own', {{ using: sql`(id > 0)` }}), \
         pgPolicy('reads', {{ using: sql`(EXISTS ( SELECT\n   FROM d\n  WHERE (d.id = o.id)))` }})]);\n\
         export const over = pgView('over', {{ id: integer() }}).existing();\n"
    ));
    let plan = project.plan("postgresql", &server.url("dropped"), V0, &["--check-rows"]);
    let planned = plan["statements"].as_array().expect("statements");
    // What push does by itself: it goes with nothing.
    let meant = |object: &String| {
        planned.iter().map(|statement| &statement["object"]).any(|about| {
            let [table, name] = ["table", "name"].map(|key| about[key].as_str().unwrap_or_default());
            match about["kind"].as_str() {
                Some("table") => object.contains(&format!(" {table}.")),
                Some("view") => *object == format!("view {name}"),
                _ => object.ends_with(&format!(" {table}.{name}")),
            }
        })
    };
    let mut connection = server.connect("dropped").await;
    let mut along = BTreeSet::new();
    for statement in planned {
        let sql = statement["sql"].as_str().expect("SQL");
        if plan["fails"]["statement"] == sql {
            break;
        }
        let before = objects(&mut connection).await;
        postgresql::execute(&mut connection, sql).await;
        let after = objects(&mut connection).await;
        let said = statement["destroys"].as_str().unwrap_or_default();
        let gone = before.difference(&after).filter(|object| !meant(object));
        along.extend(
            gone.inspect(|object| assert!(said.contains(object.as_str()), "{sql}: {object}: {plan:#}")).cloned(),
        );
        assert_eq!(
            before.iter().find(|object| !along.contains(*object) && said.contains(object.as_str())),
            None,
            "{plan:#}"
        );
    }
    let expected = ["foreign key app.g.g_d_fk", "policy o.reads", "view app.over_over", "view over"];
    assert_eq!(along.iter().collect::<Vec<_>>(), expected, "{plan:#}");
}

async fn objects(connection: &mut PgConnection) -> BTreeSet<String> {
    sqlx::query_scalar(OBJECTS).fetch_all(connection).await.expect("rows").into_iter().collect()
}

/// A table that is made anew has no triggers, and while it is not there no other's may name it.
#[tokio::test]
async fn triggers_of_a_table_that_is_made_anew_go_along() {
    let own = "create trigger own after insert on parent begin insert into keep values (new.id); end";
    let other = "create trigger other after insert on zchild begin update parent set x = 1; end";
    let harmless = "create trigger harmless after update on zchild begin select value from json_each('[1]'); end";
    for (kit, dialect) in [V0, V1].iter().flat_map(|kit| ["sqlite", "turso"].map(|dialect| (*kit, dialect))) {
        for (triggers, stays) in [(&[own, harmless][..], false), (&[other, harmless], true)] {
            let project = Project::new(&format!(
                "{SQLITE_IMPORTS}export const k = sqliteTable('keep', {{ id: integer().primaryKey() }});\n\
                 export const p = sqliteTable('parent', {{ id: integer().primaryKey(), x: text() }});\n\
                 export const z = sqliteTable('zchild', {{ id: integer().primaryKey(), p: integer() }});\n"
            ));
            let file = project.folder.path().join("app.db");
            let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
            let mut connection = options.foreign_keys(dialect == "sqlite").connect().await.expect("a database");
            let tables = "create table keep (id integer primary key not null); \
                          create table parent (id integer primary key not null, x integer); \
                          create table zchild (id integer primary key not null, p integer)";
            let setup = format!("{tables}; {}", triggers.join("; "));
            sqlx::raw_sql(AssertSqlSafe(setup)).execute(&mut connection).await.expect("the tables");
            let plan = project.plan(dialect, &file.to_string_lossy(), kit, &["--check-rows"]);
            let mut refused = None;
            for sql in statements(&plan) {
                // libSQL's own statement, which SQLite has not.
                let sql = if sql.contains(" ALTER COLUMN ") { "select 1".to_owned() } else { sql };
                if sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut connection).await.is_err() {
                    refused = Some((sql, None));
                    break;
                }
            }
            let what = format!("{kit} {dialect} {triggers:?}");
            let is_remade = (kit, dialect) != (V0, "turso");
            assert_eq!(refused.is_some(), is_remade && stays, "{what}: {plan:#}");
            assert_foretold(&what, &plan, refused);
            let left: Vec<String> = sqlx::query_scalar("select name from sqlite_schema where type = 'trigger'")
                .fetch_all(&mut connection)
                .await
                .expect("the triggers");
            let said = plan["statements"].to_string();
            for trigger in ["own", "other", "harmless"]
                .iter()
                .filter(|name| triggers.concat().contains(&format!("trigger {name} ")))
            {
                let lost = !left.iter().any(|left| left == trigger);
                assert_eq!(said.contains(&format!("trigger {trigger}")), lost, "{what}: {trigger}: {plan:#}");
            }
        }
    }
}

/// Who lets a table go has not let go what goes along with it.
#[tokio::test]
async fn guard_refuses_what_goes_along_unless_it_is_named() {
    let keep = "export const k = sqliteTable('keep', { id: integer().primaryKey() });\n";
    let child = "export const z = sqliteTable('zchild', { id: integer().primaryKey(), p: integer() });\n";
    let project = Project::new(&format!("{SQLITE_IMPORTS}{keep}{child}"));
    let file = project.folder.path().join("app.db");
    let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
    let mut connection = options.connect().await.expect("a database");
    let setup = "create table keep (id integer primary key not null); create table parent (id integer primary key not null); \
                 create table zchild (id integer primary key not null, p integer references parent (id) on delete cascade); \
                 insert into parent values (1); insert into zchild values (1, 1)";
    sqlx::raw_sql(setup).execute(&mut connection).await.expect("the rows");
    let url = file.to_string_lossy();
    let guard = |more: &[&str]| {
        let project =
            ["guard", "--schema", "schema.ts", "--dialect", "sqlite", "--kit-version", V0, "--database-url", &url];
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_drizzle-drift"))
            .current_dir(file.parent().expect("a folder"))
            .args(project)
            .args(more)
            .args(["--", "touch", "ran"])
            .output()
            .expect("the program starts");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let (code, stderr) = guard(&["--expect", "-parent"]);
    assert_eq!(code, Some(1), "{stderr}");
    let refusal = "refused: it would destroy table parent, about 1 row, and along with that the rows of zchild that refer to \
                   parent (zchild holds about 1 row)";
    assert!(stderr.contains(refusal), "{stderr}");
    let ran = file.with_file_name("ran");
    assert!(!ran.exists());
    let (_, stderr) = guard(&["--expect", "-parent", "--expect", "~zchild"]);
    assert!(ran.exists(), "{stderr}");
}
