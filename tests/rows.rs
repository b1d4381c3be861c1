//! What only rows can tell of a push: the plan asks them, and each planned statement is run to see whether it was right.
#![cfg(unix)]

#[path = "support/drizzle_kit.rs"]
mod drizzle_kit;
#[path = "support/mysql.rs"]
mod mysql;
#[path = "support/planned.rs"]
mod planned;
#[path = "support/postgresql.rs"]
mod postgresql;

use std::sync::Arc;

use mysql::Engine;
use planned::{Project, V0, V1, assert_foretold, statements};
use serde_json::Value;
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// One change of a table: what the database holds, rows that do not stand in the way and rows that do, and the code.
struct Case {
    database: &'static str,
    fine: &'static str,
    bad: &'static str,
    schema: &'static str,
    /// Whether the bad rows are in the way on MySQL and on MariaDB; on SQLite the first counts.
    refused: (bool, bool),
    /// Whether all of it is told by questions, so that nothing stays in doubt.
    told: bool,
}

const BOTH: (bool, bool) = (true, true);

const fn case(database: &'static str, fine: &'static str, bad: &'static str, schema: &'static str) -> Case {
    Case { database, fine, bad, schema, refused: BOTH, told: true }
}

const MYSQL: &[Case] = &[
    case(
        "create table t (id int primary key, a varchar(10))",
        "insert into t values (1, 'x')",
        "insert into t values (2, null)",
        "export const t = mysqlTable('t', { id: int().primaryKey(), a: varchar({ length: 10 }).notNull() });",
    ),
    case(
        "create table t (id int primary key, a int)",
        "insert into t values (1, 1), (2, null), (3, null)",
        "insert into t values (4, 1)",
        "export const t = mysqlTable('t', { id: int().primaryKey(), a: int().unique() });",
    ),
    case(
        "create table t (id int primary key, a varchar(10), b int)",
        "insert into t values (1, 'a', 1), (2, 'b', 1)",
        "insert into t values (3, 'A', 1)",
        "export const t = mysqlTable('t', { id: int().primaryKey(), a: varchar({ length: 10 }), b: int() }, (t) => [uniqueIndex('u').on(t.a, t.b)]);",
    ),
    case(
        "create table t (id varchar(9), a int)",
        "insert into t values ('1', 1)",
        "insert into t values ('1', 2)",
        "export const t = mysqlTable('t', { id: varchar({ length: 9 }).primaryKey(), a: int() });",
    ),
    case(
        "create table t (id varchar(9), a int)",
        "insert into t values ('1', 1)",
        "insert into t values (null, 2)",
        "export const t = mysqlTable('t', { id: varchar({ length: 9 }).primaryKey(), a: int() });",
    ),
    case(
        "create table p (id int primary key); create table t (id int primary key, a int)",
        "insert into p values (1); insert into t values (1, 1), (2, null)",
        "insert into t values (3, 7)",
        "export const p = mysqlTable('p', { id: int().primaryKey() });
         export const t = mysqlTable('t', { id: int().primaryKey(), a: int().references(() => p.id) });",
    ),
    case(
        "create table t (id int primary key, a int)",
        "insert into t values (1, null)",
        "insert into t values (3, 7)",
        "export const p = mysqlTable('p', { id: int().primaryKey() });
         export const t = mysqlTable('t', { id: int().primaryKey(), a: int().references(() => p.id) });",
    ),
    case(
        "create table t (id int primary key, a int)",
        "insert into t values (1, 5), (2, null)",
        "insert into t values (3, -1)",
        "export const t = mysqlTable('t', { id: int().primaryKey(), a: int() }, (t) => [check('positive', sql`${t.a} > 0`)]);",
    ),
    case(
        "create table t (id int primary key, a varchar(20))",
        "insert into t values (1, 'abc'), (2, null)",
        "insert into t values (3, 'abcd')",
        "export const t = mysqlTable('t', { id: int().primaryKey(), a: varchar({ length: 3 }) });",
    ),
    case(
        "create table t (id int primary key, a text)",
        "insert into t values (1, 'abc   ')",
        "insert into t values (3, 'abcd')",
        "export const t = mysqlTable('t', { id: int().primaryKey(), a: varchar({ length: 3 }) });",
    ),
    case(
        "create table t (id int primary key, a int)",
        "insert into t values (1, 127), (2, -128)",
        "insert into t values (3, 128)",
        "export const t = mysqlTable('t', { id: int().primaryKey(), a: tinyint() });",
    ),
    case(
        "create table t (id int primary key, a int)",
        "insert into t values (1, 999)",
        "insert into t values (3, -1000)",
        "export const t = mysqlTable('t', { id: int().primaryKey(), a: decimal({ precision: 5, scale: 2 }) });",
    ),
    case(
        "create table t (id int primary key, a decimal(5, 2))",
        "insert into t values (1, 127.49)",
        "insert into t values (3, 127.5)",
        "export const t = mysqlTable('t', { id: int().primaryKey(), a: tinyint() });",
    ),
    case(
        "create table t (id int primary key, a int)",
        "insert into t values (1, -9), (2, 99)",
        "insert into t values (3, -10)",
        "export const t = mysqlTable('t', { id: int().primaryKey(), a: varchar({ length: 2 }) });",
    ),
    case(
        "create table t (id int primary key, a enum('a', 'b', 'c'))",
        "insert into t values (1, 'a'), (2, null)",
        "insert into t values (3, 'b')",
        "export const t = mysqlTable('t', { id: int().primaryKey(), a: mysqlEnum(['a', 'c']) });",
    ),
    case(
        "create table t (id int primary key, a varchar(20))",
        "insert into t values (1, 'a'), (2, 'C '), (3, '1')",
        "insert into t values (4, 'it''s')",
        "export const t = mysqlTable('t', { id: int().primaryKey(), a: mysqlEnum(['a', 'c']) });",
    ),
    case(
        "create table t (id int primary key, a varchar(20))",
        "insert into t values (1, '[1]'), (2, null)",
        "insert into t values (4, 'x')",
        "export const t = mysqlTable('t', { id: int().primaryKey(), a: json() });",
    ),
    Case {
        refused: (true, false),
        ..case(
            "create table t (id int primary key)",
            "select 1",
            "insert into t values (1)",
            "export const t = mysqlTable('t', { id: int().primaryKey(), a: date().notNull() });",
        )
    },
    Case {
        told: false,
        ..case(
            "create table t (id int primary key, a varchar(20))",
            "insert into t values (1, '12')",
            "insert into t values (2, 'x')",
            "export const t = mysqlTable('t', { id: int().primaryKey(), a: int() });",
        )
    },
    // A new column that may be NULL tells all rows apart; one with a default, none.
    Case {
        refused: (false, false),
        ..case(
            "create table t (id int primary key)",
            "insert into t values (1)",
            "insert into t values (2)",
            "export const t = mysqlTable('t', { id: int().primaryKey(), a: int().unique() });",
        )
    },
    Case {
        told: false,
        ..case(
            "create table t (id int primary key)",
            "insert into t values (1)",
            "insert into t values (2)",
            "export const t = mysqlTable('t', { id: int().primaryKey(), a: int().notNull().default(1).unique() });",
        )
    },
];

const MYSQL_IMPORTS: &str = "import { sql } from 'drizzle-orm';
import { check, date, decimal, int, json, mysqlEnum, mysqlTable, tinyint, uniqueIndex, varchar } from 'drizzle-orm/mysql-core';\n";

#[tokio::test]
async fn mysql_and_mariadb_refuse_what_the_rows_have_foretold() {
    for engine in [Engine::Mysql, Engine::Mariadb] {
        let Some(server) = mysql::Server::shared_of(engine) else { return };
        for (number, case) in MYSQL.iter().enumerate() {
            let project = Project::new(&format!("{MYSQL_IMPORTS}{}", case.schema));
            // 0.31 empties tables for some changes, so that other statements fail.
            let kits: &[_] = if case.told { &[V1, V0] } else { &[V1] };
            for (kit, bad) in kits.iter().flat_map(|kit| [(*kit, false), (*kit, true)]) {
                let what = format!("{engine:?} {kit} {} {}", case.schema, if bad { case.bad } else { case.fine });
                let name = format!("rows_{number}_{bad}_{}", kit == V1);
                let rows = if bad { format!("{}; {}", case.fine, case.bad) } else { case.fine.to_owned() };
                server.create(&name, &format!("{}; {rows}", case.database)).await;
                let plan = project.plan("mysql", &server.root_url(&name), kit, &["--check-rows"]);
                let mut connection = server.connect(&name).await;
                // As a client begins that says nothing of it.
                mysql::execute(&mut connection, "set session sql_mode = @@global.sql_mode").await;
                let mut refused = None;
                for sql in statements(&plan) {
                    if let Err(error) = sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut connection).await {
                        let state = error.as_database_error().and_then(|error| error.code()).map(Into::into);
                        refused = Some((sql, state));
                        break;
                    }
                }
                let of_engine = if matches!(engine, Engine::Mysql) { case.refused.0 } else { case.refused.1 };
                assert!(refused.is_some() || kit == V0 || !(bad && of_engine), "{what}: {plan:#}");
                assert_foretold(&what, &plan, refused.filter(|_| case.told));
                let open = plan["mayFail"].as_array().map_or(0, Vec::len);
                assert!(open == usize::from(!case.told) || kit == V0, "{what}: {plan:#}");
            }
        }
    }
}

const SQLITE_IMPORTS: &str = "import { sql } from 'drizzle-orm';
import { check, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';\n";

const SQLITE: &[Case] = &[
    case(
        "create table t (id integer primary key, a text)",
        "insert into t values (1, 'x')",
        "insert into t values (2, null)",
        "export const t = sqliteTable('t', { id: integer().primaryKey(), a: text().notNull() });",
    ),
    case(
        "create table t (id integer primary key, a text)",
        "insert into t values (1, 'x')",
        "insert into t values (2, null)",
        "export const t = sqliteTable('t', { id: integer().primaryKey(), a: text().notNull().default('NOT NULL') });",
    ),
    case(
        "create table t (id integer primary key, a integer)",
        "insert into t values (1, 1), (2, null), (3, null)",
        "insert into t values (4, 1)",
        "export const t = sqliteTable('t', { id: integer().primaryKey(), a: integer().unique() });",
    ),
    case(
        "create table t (id integer primary key not null, a text collate nocase)",
        "insert into t values (1, 'a'), (2, 'b')",
        "insert into t values (4, 'A')",
        "export const t = sqliteTable('t', { id: integer().primaryKey(), a: text() }, (t) => [uniqueIndex('u').on(t.a)]);",
    ),
    case(
        "create table t (id integer primary key, a integer)",
        "insert into t values (1, 5), (2, null)",
        "insert into t values (3, -1)",
        "export const t = sqliteTable('t', { id: integer().primaryKey(), a: integer() }, (t) => [check('positive', sql`a > 0`)]);",
    ),
    case(
        "create table t (id text, a integer)",
        "insert into t values ('1', 5), ('2', null)",
        "insert into t values ('1', -1)",
        "export const t = sqliteTable('t', { id: text().primaryKey(), a: integer() });",
    ),
    case(
        "create table t (a text not null, b integer not null)",
        "insert into t values ('1', 5), ('1', 6)",
        "insert into t values ('1', 5)",
        "export const t = sqliteTable('t', { a: text().notNull(), b: integer().notNull() }, (t) => [primaryKey({ columns: [t.a, t.b] })]);",
    ),
    // 1.0 turns foreign keys off for it, 0.31 does not.
    Case {
        refused: (false, false),
        ..case(
            "create table p (id integer primary key); create table t (id integer primary key, a integer)",
            "insert into p values (1); insert into t values (1, 1), (2, null)",
            "insert into t values (3, 7)",
            "export const p = sqliteTable('p', { id: integer().primaryKey() });
             export const t = sqliteTable('t', { id: integer().primaryKey(), a: integer().references(() => p.id) });",
        )
    },
    // A new column that may be NULL tells all rows apart.
    Case {
        refused: (false, false),
        ..case(
            "create table t (id integer primary key not null)",
            "insert into t values (1)",
            "insert into t values (2)",
            "export const t = sqliteTable('t', { id: integer().primaryKey(), a: integer() }, (t) => [uniqueIndex('u').on(t.a)]);",
        )
    },
    // Another type may make the same of what was not.
    Case {
        told: false,
        ..case(
            "create table t (id integer primary key, a blob)",
            "insert into t values (1, 1), (2, 2)",
            "insert into t values (3, '1')",
            "export const t = sqliteTable('t', { id: integer().primaryKey(), a: text().unique() });",
        )
    },
];

#[tokio::test]
async fn sqlite_refuses_what_the_rows_have_foretold() {
    for case in SQLITE {
        // 0.31 makes the same index a second time.
        let kits: &[_] = if case.told { &[V1, V0] } else { &[V1] };
        for (kit, bad) in kits.iter().flat_map(|kit| [(*kit, false), (*kit, true)]) {
            let what = format!("{kit} {} {}", case.schema, if bad { case.bad } else { case.fine });
            let project = Project::new(&format!("{SQLITE_IMPORTS}{}", case.schema));
            let file = project.folder.path().join("app.db");
            let rows = if bad { format!("{}; {}", case.fine, case.bad) } else { case.fine.to_owned() };
            // As the drivers have it, with foreign keys.
            let options = SqliteConnectOptions::new().filename(&file).create_if_missing(true);
            let mut connection = options.connect().await.expect("a database");
            let setup = format!("{}; {rows}", case.database);
            sqlx::raw_sql(AssertSqlSafe(setup)).execute(&mut connection).await.expect("the rows");
            let plan = project.plan("sqlite", &file.to_string_lossy(), kit, &["--check-rows"]);
            let mut refused = None;
            for sql in statements(&plan) {
                if sqlx::raw_sql(AssertSqlSafe(sql.clone())).execute(&mut connection).await.is_err() {
                    refused = Some((sql, None));
                    break;
                }
            }
            assert!(refused.is_some() || !(bad && case.refused.0), "{what}: {plan:#}");
            assert_foretold(&what, &plan, refused.filter(|_| case.told));
            let open = plan["mayFail"].as_array().map_or(0, Vec::len);
            assert_eq!(open, usize::from(!case.told), "{what}: {plan:#}");
        }
    }
}

/// A database of some dialect.
enum Database {
    Postgresql(Arc<postgresql::Server>),
    Mysql(Arc<mysql::Server>),
    Sqlite,
}

impl Database {
    async fn run(&self, project: &drizzle_kit::Project, sql: &str) {
        match self {
            Self::Postgresql(server) => {
                let mut connection = server.connect("losses").await;
                postgresql::execute(&mut connection, sql).await;
            }
            Self::Mysql(server) => mysql::execute(&mut server.connect("losses").await, sql).await,
            Self::Sqlite => {
                let options = SqliteConnectOptions::new().filename(project.folder().join("app.db"));
                let mut connection = options.create_if_missing(true).connect().await.expect("a database");
                sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.expect(sql);
                connection.close().await.expect("closing");
            }
        }
    }
}

/// The plan of a project with its kit, and its exit code.
fn plan(project: &drizzle_kit::Project, more: &[&str]) -> (i32, Value) {
    let (code, stdout, stderr) = project.drift(&[&["plan", "-f", "json"], more].concat(), |_| {});
    (code, serde_json::from_str(&stdout).unwrap_or_else(|error| panic!("{error}: {stdout}{stderr}")))
}

fn destroyed(plan: &Value) -> Vec<String> {
    let list = plan["statements"].as_array().expect("statements").iter();
    list.filter_map(|item| item["destroys"].as_str().map(str::to_owned)).collect()
}

#[tokio::test]
async fn what_the_rows_refute_is_neither_asked_nor_lost() {
    let builders = [
        ("postgresql", "pgTable", "integer", "pg-core"),
        ("mysql", "mysqlTable", "int", "mysql-core"),
        ("sqlite", "sqliteTable", "integer", "sqlite-core"),
    ];
    for (dialect, table, integer, core) in builders {
        let Some(project) = drizzle_kit::Project::of_1_0() else { return };
        let (database, url) = match dialect {
            "postgresql" => {
                let Some(server) = postgresql::Server::shared() else { return };
                server.create("losses", "select 1").await;
                let url = server.url("losses");
                (Database::Postgresql(server), url)
            }
            "mysql" => {
                let Some(server) = mysql::Server::shared() else { return };
                server.create("losses", "select 1").await;
                let url = server.root_url("losses");
                (Database::Mysql(server), url)
            }
            _ => (Database::Sqlite, "app.db".to_owned()),
        };
        project.write(
            "drizzle.config.ts",
            &format!(
                "import {{ defineConfig }} from \"drizzle-kit\";\nexport default defineConfig({{ dialect: \"{dialect}\", schema: \
                 \"./schema.ts\", dbCredentials: {{ url: \"{url}\" }} }});\n"
            ),
        );
        project.write(
            "schema.ts",
            &format!(
                "import {{ {integer}, {table} }} from \"drizzle-orm/{core}\";\nexport const t = {table}(\"t\", {{ id: \
                 {integer}().primaryKey() }});\n"
            ),
        );
        let sql = "create table t (id integer not null primary key, gone varchar(9), also varchar(9));
            insert into t values (1, null, null), (2, null, null);
            create table old (id integer not null primary key); insert into old values (1)";
        database.run(&project, sql).await;
        if dialect == "postgresql" {
            database.run(&project, "analyze").await;
        }
        // Statistics need not know yet.
        database.run(&project, "delete from old").await;

        let (_, without) = plan(&project, &[]);
        assert_eq!(without["outcome"], "asks", "{dialect}: {without:#}");
        let (code, with) = plan(&project, &["--check-rows"]);
        assert_eq!((code, &with["outcome"]), (0, &Value::from("ok")), "{dialect}: {with:#}");
        assert_eq!((destroyed(&with), &with["prompts"]), (Vec::new(), &Value::Array(Vec::new())), "{dialect}");
        assert_eq!(project.unresolved(&[]), ("ok".to_owned(), Vec::new()), "{dialect}");

        database.run(&project, "update t set gone = '' where id = 1").await;
        let (code, with) = plan(&project, &["--check-rows"]);
        assert_eq!((code, &with["outcome"]), (1, &Value::from("asks")), "{dialect}: {with:#}");
        let lost = destroyed(&with);
        assert!(lost.len() == 1 && lost[0].contains("t.gone"), "{dialect}: {lost:?}");
        let text = with["prompts"][0]["text"].as_str().unwrap_or_default();
        assert!(text.contains("gone") && !text.contains("also") && !text.contains("old"), "{dialect}: {text}");
        let (status, open) = project.unresolved(&[]);
        assert_eq!((status.as_str(), open.len()), ("missing_hints", 1), "{dialect}: {open:#?}");
        assert_eq!(open[0]["entity"][2], "gone", "{dialect}");
    }
}

/// 0.31 counts the rows of the table, whatever the column holds.
#[tokio::test]
async fn for_0_31_a_column_without_values_is_asked_about_and_not_lost() {
    let Some(server) = postgresql::Server::shared() else { return };
    let sql = "create table t (id integer primary key, gone text); insert into t values (1, null); create table old (id \
               integer primary key); insert into old values (1); analyze; delete from old";
    server.create("counted", sql).await;
    let schema = "import { integer, pgTable } from 'drizzle-orm/pg-core';
        export const t = pgTable('t', { id: integer().primaryKey() });";
    let project = Project::new(schema);
    let plan = project.plan("postgresql", &server.url("counted"), V0, &["--check-rows"]);
    assert_eq!(destroyed(&plan), [""; 0], "{plan:#}");
    let Some(real) = drizzle_kit::Project::new() else { return };
    real.write("schema.ts", schema);
    let config = format!(
        "export default {{ dialect: 'postgresql', schema: './schema.ts', dbCredentials: {{ url: '{}' }} }};",
        server.url("counted")
    );
    real.write("drizzle.config.ts", &config);
    let said = real.push().output;
    let foretold = plan["prompts"][0]["text"].as_str().unwrap_or_default();
    assert!(foretold.contains("delete gone column in t table with 1 items") && !foretold.contains("old"), "{plan:#}");
    assert!(said.contains("delete gone column in t table with 1 items") && !said.contains("delete old"), "{said}");
}
