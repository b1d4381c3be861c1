//! Reading whole databases with `drizzle-drift inspect database`, process start included, against what else can be had: the
//! server's own client sending the same statements, the driver alone sending them, and drizzle-kit's `pull`. And a look at
//! a database in which nothing has changed.
//!
//! `cargo bench --bench live` reads 1,000 tables of 12 columns on each engine that is set up in `.cache`. The rounds of the
//! contenders alternate, so that a busy machine is busy for all of them; the least and the median are given, and the CPU
//! time (Linux only) that a round has cost this side and the server. Variables: `ENGINES=postgresql,sqlite`,
//! `TABLES=1000,10000`, `ROUNDS=7`, `KIT=1` for one round of drizzle-kit, which takes minutes.

#[path = "../tests/support/mysql.rs"]
mod mysql;
#[path = "../tests/support/postgresql.rs"]
mod postgresql;

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::mem;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use drizzle_drift::catalog::Dialect;
use drizzle_drift::live::{self, Cause, State, Target, WatchSettings};
use futures::StreamExt;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, MySqlConnection, PgConnection, SqliteConnection};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// What a reading of the structure asks, in its order, but for what has to be filled in.
const POSTGRESQL: &[&str] = &[
    "begin transaction isolation level repeatable read read only",
    "show transaction_read_only",
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
    include_str!("../src/live/postgresql/dependents.sql"),
    "rollback",
    include_str!("../src/live/postgresql/snapshot.sql"),
];
const MYSQL: &[&str] = &[
    "set session information_schema_stats_expiry = 0",
    "start transaction with consistent snapshot, read only",
    include_str!("../src/live/mysql/database.sql"),
    include_str!("../src/live/mysql/tables.sql"),
    include_str!("../src/live/mysql/columns.sql"),
    include_str!("../src/live/mysql/statistics.sql"),
    include_str!("../src/live/mysql/foreign_keys.sql"),
    include_str!("../src/live/mysql/checks.sql"),
    include_str!("../src/live/mysql/views.sql"),
    include_str!("../src/live/mysql/namesakes.sql"),
    "rollback",
];
const MARIADB: &[&str] = &[
    include_str!("../src/live/mysql/counters.sql"),
    include_str!("../src/live/mysql/database.sql"),
    include_str!("../src/live/mysql/tables.sql"),
    include_str!("../src/live/mysql/columns.sql"),
    include_str!("../src/live/mysql/statistics_mariadb.sql"),
    include_str!("../src/live/mysql/foreign_keys.sql"),
    include_str!("../src/live/mysql/checks_mariadb.sql"),
    include_str!("../src/live/mysql/views_mariadb.sql"),
    include_str!("../src/live/mysql/counters.sql"),
];
const SQLITE: &[&str] = &[
    "begin",
    "pragma schema_version",
    include_str!("../src/live/sqlite/objects.sql"),
    include_str!("../src/live/sqlite/tables.sql"),
    include_str!("../src/live/sqlite/columns.sql"),
    include_str!("../src/live/sqlite/virtual_tables.sql"),
    include_str!("../src/live/sqlite/indexes.sql"),
    include_str!("../src/live/sqlite/foreign_keys.sql"),
    "rollback",
];

/// What is asked of single tables, many in one statement: how it is asked of one, of how many at once, and of how many at
/// most. (The tables here are empty, which makes it as many as it can be.)
type OfEach = (&'static str, usize, usize);
const OF_EACH_MYSQL: OfEach = (include_str!("../src/live/mysql/holds_rows.sql"), 500, 500);
const OF_EACH_SQLITE: OfEach = (include_str!("../src/live/sqlite/first_rows.sql"), 100, usize::MAX);

/// Statements in a transaction, where tables are made.
const PART: usize = 200;

fn main() {
    // `cargo test --benches` builds and runs this too.
    if !env::args().any(|argument| argument == "--bench") {
        return;
    }
    let list = |name: &str, otherwise: &str| -> Vec<String> {
        let value = env::var(name).unwrap_or_else(|_| otherwise.to_owned());
        value.split(',').map(str::to_owned).collect()
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    for engine in list("ENGINES", "postgresql,mysql,mariadb,sqlite") {
        let mut before: Option<(usize, Duration)> = None;
        for tables in list("TABLES", "1000") {
            let tables: usize = tables.parse().expect("TABLES is a list of numbers");
            let Some(subject) = Subject::of(&engine, tables, &runtime) else { continue };
            let least = compare(&subject, tables, &runtime);
            if let Some((fewer, faster)) = before {
                let times = least.as_secs_f64() / faster.as_secs_f64();
                println!("{tables} tables cost {times:.1} times as much as {fewer}");
            }
            before = Some((tables, least));
            look(&subject, &runtime);
        }
    }
}

/// A database to be read, and how else it can be read.
struct Subject {
    engine: String,
    dialect: Dialect,
    url: String,
    statements: Vec<String>,
    /// The client and how it takes the script of the statements.
    client: Vec<String>,
    folder: TempDir,
    /// Whose CPU time counts as the server's.
    process: Option<u32>,
    _server: Server,
}

/// Kept until it is not needed any more.
enum Server {
    Postgresql { _server: postgresql::Server },
    Mysql { _server: mysql::Server },
    None,
}

impl Subject {
    fn of(engine: &str, tables: usize, runtime: &Runtime) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join("schema.ts"), "export {};\n").expect("a schema");
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let file = folder.path().join("bench.db");
        let subject = |dialect, url: String, statements: &[&str], client: Vec<String>, process, server| Self {
            engine: engine.to_owned(),
            dialect,
            url,
            statements: words(statements),
            client,
            folder,
            process,
            _server: server,
        };
        match engine {
            "postgresql" => {
                let mut server = postgresql::Server::start(postgresql::MAJOR)?;
                server.stop();
                server.configure("max_locks_per_transaction = 1024\nlog_statement = 'none'\nautovacuum = off");
                server.launch();
                runtime.block_on(async {
                    server.create("bench", "create type role as enum ('admin', 'member')").await;
                    let mut connection = server.connect("bench").await;
                    for part in postgresql_tables(tables).chunks(PART) {
                        postgresql::execute(&mut connection, &part.concat()).await;
                    }
                    postgresql::execute(&mut connection, "vacuum analyze").await;
                });
                let (url, process) = (server.url("bench"), server.process());
                let client = words(&["psql", "-X", "-q", "-At", &url, "-f"]);
                let mut subject = subject(
                    Dialect::Postgresql,
                    url,
                    POSTGRESQL,
                    client,
                    process,
                    Server::Postgresql { _server: server },
                );
                let holes = [
                    ("{last_scan}", include_str!("../src/live/postgresql/last_scan.sql")),
                    ("{versions}", include_str!("../src/live/postgresql/versions.sql")),
                    ("{only}", ""),
                ];
                for sql in &mut subject.statements {
                    *sql = holes.iter().fold(mem::take(sql), |sql, (hole, filling)| sql.replace(hole, filling));
                }
                Some(subject)
            }
            "mysql" | "mariadb" => {
                let (kind, statements) =
                    if engine == "mysql" { (mysql::Engine::Mysql, MYSQL) } else { (mysql::Engine::Mariadb, MARIADB) };
                let server = mysql::Server::start(kind, &["--general-log=0"])?;
                runtime.block_on(async {
                    server.create("bench", "select 1").await;
                    let mut connection = server.connect("bench").await;
                    for part in mysql_tables(tables).chunks(PART) {
                        mysql::execute(&mut connection, &part.concat()).await;
                    }
                });
                let (url, process) = (server.root_url("bench"), server.process());
                let port = format!("-P{}", server.port());
                let client = words(&[engine, "--no-defaults", "-h127.0.0.1", &port, "-uroot", "-N", "bench", "<"]);
                let mut subject =
                    subject(Dialect::Mysql, url, statements, client, process, Server::Mysql { _server: server });
                subject.statements.extend(of_each(OF_EACH_MYSQL, tables));
                Some(subject)
            }
            "sqlite" => {
                runtime.block_on(async {
                    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(&file).create_if_missing(true);
                    let mut connection = options.connect().await.expect("a database");
                    let script = format!("begin; {}; commit", sqlite_tables(tables).concat());
                    sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut connection).await.expect("the tables");
                    connection.close().await.expect("closing");
                });
                let path = file.display().to_string();
                let client = words(&["sqlite3", "-batch", "-readonly", &path, "<"]);
                let mut subject = subject(Dialect::Sqlite, path, SQLITE, client, None, Server::None);
                subject.statements.extend(of_each(OF_EACH_SQLITE, tables));
                Some(subject)
            }
            other => panic!("no engine is called {other}"),
        }
    }

    /// Statements by the driver alone, each row taken and thrown away.
    async fn send(&self, statements: &[String]) -> Result<(), sqlx::Error> {
        macro_rules! by {
            ($connection:ty) => {{
                let mut connection = <$connection>::connect(&self.url).await?;
                for sql in statements {
                    let mut rows = sqlx::raw_sql(AssertSqlSafe(sql.clone())).fetch_many(&mut connection);
                    while let Some(row) = rows.next().await {
                        row?;
                    }
                }
                connection.close().await
            }};
        }
        match self.dialect {
            Dialect::Postgresql => by!(PgConnection),
            Dialect::Mysql => by!(MySqlConnection),
            _ => by!(SqliteConnection),
        }
    }
}

/// The statements that ask something of each table.
fn of_each((sql, at_once, at_most): OfEach, tables: usize) -> Vec<String> {
    let ask = |number: usize| {
        let name = format!("table_{number}");
        let quoted = format!("'{name}'");
        [("{text}", &quoted), ("{name}", &name), ("{table}", &name), ("{identifier}", &name)]
            .into_iter()
            .fold(sql.trim_end().to_owned(), |sql, (hole, value)| sql.replace(hole, value))
    };
    let parts: Vec<String> = (0..tables.min(at_most)).map(ask).collect();
    parts.chunks(at_once).map(|parts| parts.join(" union all ")).collect()
}

/// Each table with a key, a foreign key, a unique, two indexes and, where there are such, an enum.
fn postgresql_tables(tables: usize) -> Vec<String> {
    let table = |number: usize| {
        let parent = number.saturating_sub(1);
        format!(
            "create table table_{number} (id integer generated always as identity primary key, \
             parent_id integer references table_{parent} (id) on delete cascade, email varchar(255) not null, \
             display_name text, role role not null default 'member', score numeric(10, 2) not null default 0, \
             active boolean not null default true, settings jsonb not null default '{{}}'::jsonb, notes text, \
             visits integer not null default 0, created_at timestamptz not null default now(), updated_at timestamp(3), \
             constraint table_{number}_email_unique unique (email));\n\
             create index table_{number}_parent on table_{number} (parent_id);\n\
             create index table_{number}_recent on table_{number} (created_at desc) where active;\n"
        )
    };
    (0..tables).map(table).collect()
}

fn mysql_tables(tables: usize) -> Vec<String> {
    let table = |number: usize| {
        let parent = number.saturating_sub(1);
        format!(
            "create table table_{number} (id int auto_increment primary key, parent_id int, email varchar(255) not null, \
             display_name text, role enum('admin', 'member') not null default 'member', \
             score decimal(10, 2) not null default 0, active boolean not null default true, settings json, notes text, \
             visits int not null default 0, created_at timestamp not null default current_timestamp, \
             updated_at datetime(3), constraint table_{number}_email_unique unique (email), \
             constraint table_{number}_parent_fk foreign key (parent_id) references table_{parent} (id) on delete cascade, \
             key table_{number}_recent (created_at desc));\n"
        )
    };
    (0..tables).map(table).collect()
}

fn sqlite_tables(tables: usize) -> Vec<String> {
    let table = |number: usize| {
        let parent = number.saturating_sub(1);
        format!(
            "create table table_{number} (id integer primary key autoincrement, \
             parent_id integer references table_{parent} (id) on delete cascade, email text not null unique, \
             display_name text, role text not null default 'member', score real not null default 0, \
             active integer not null default true, settings text not null default '{{}}', notes text, \
             visits integer not null default 0, created_at integer not null default (unixepoch()), updated_at integer);\n\
             create index table_{number}_parent on table_{number} (parent_id);\n\
             create index table_{number}_recent on table_{number} (created_at desc) where active;\n"
        )
    };
    (0..tables).map(table).collect()
}

/// One way of reading, and what its rounds have taken.
struct Contender<'a> {
    name: &'static str,
    run: Box<dyn FnMut() -> bool + 'a>,
    rounds: usize,
    took: Vec<Duration>,
    /// CPU seconds here, and of the server.
    used: (f64, f64),
}

impl<'a> Contender<'a> {
    fn new(name: &'static str, rounds: usize, run: impl FnMut() -> bool + 'a) -> Self {
        Self { name, run: Box::new(run), rounds, took: Vec::new(), used: (0.0, 0.0) }
    }

    fn least(&self) -> Duration {
        self.took.iter().min().copied().unwrap_or_default()
    }

    fn median(&self) -> Duration {
        let mut took = self.took.clone();
        took.sort();
        took.get(took.len() / 2).copied().unwrap_or_default()
    }
}

/// Reads in all ways, prints what it took, and gives the least time of this tool.
fn compare(subject: &Subject, tables: usize, runtime: &Runtime) -> Duration {
    let rounds = env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(7);
    let folder = subject.folder.path();
    let kit = env::var_os("KIT").and_then(|_| Kit::of(subject));
    let script = folder.join("statements.sql");
    let lines: String = subject.statements.iter().map(|sql| format!("{};\n", sql.trim_end())).collect();
    fs::write(&script, lines).expect("a script");
    let own = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drizzle-drift"));
        command.args(["inspect", "database", "--dialect", subject.dialect.name(), "--schema", "schema.ts"]);
        succeeds(command.args(["--database-url", &subject.url]).arg(folder))
    };
    let mut contenders = vec![
        Contender::new("drizzle-drift inspect database", rounds, own),
        Contender::new("its statements by the driver alone", rounds, || {
            runtime.block_on(subject.send(&subject.statements)).expect("the statements");
            true
        }),
    ];
    let client = || {
        let mut command = Command::new(&subject.client[0]);
        match subject.client.split_last() {
            Some((last, words)) if last == "<" => {
                command.args(&words[1..]).stdin(fs::File::open(&script).expect("the script"))
            }
            _ => command.args(&subject.client[1..]).arg(&script),
        };
        succeeds(&mut command)
    };
    if client() {
        contenders.push(Contender::new("its statements by the client alone", rounds, client));
    } else {
        eprintln!("`{}` is not installed: nothing to compare with but the driver", subject.client[0]);
    }
    if let Some(kit) = &kit {
        contenders.push(Contender::new("drizzle-kit pull", 1, || kit.pull()));
    }

    let server = || subject.process.and_then(cpu).unwrap_or_default();
    for round in 0..rounds {
        for contender in contenders.iter_mut().filter(|contender| round < contender.rounds) {
            let before = (cpu(std::process::id()).unwrap_or_default(), server());
            let begin = Instant::now();
            assert!((contender.run)(), "{} failed", contender.name);
            contender.took.push(begin.elapsed());
            // Until the server has taken note of the end of its processes.
            std::thread::sleep(Duration::from_millis(50));
            let after = (cpu(std::process::id()).unwrap_or_default(), server());
            contender.used.0 += after.0 - before.0;
            contender.used.1 += after.1 - before.1;
        }
    }
    let mut table = format!("\n{}, {tables} tables, {rounds} rounds\n\n", subject.engine);
    table.push_str("| | least, ms | median, ms | CPU here, ms | CPU of the server, ms |\n|---|---|---|---|---|\n");
    let milliseconds = |seconds: f64| format!("{:.0}", seconds * 1_000.0);
    for contender in &contenders {
        let count = contender.took.len() as f64;
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} |",
            contender.name,
            milliseconds(contender.least().as_secs_f64()),
            milliseconds(contender.median().as_secs_f64()),
            milliseconds(contender.used.0 / count),
            milliseconds(contender.used.1 / count),
        );
    }
    println!("{table}");
    let own = &contenders[0];
    for other in &contenders[1..] {
        let ratio = |own: Duration, other: Duration| own.as_secs_f64() / other.as_secs_f64();
        let (least, median) = (ratio(own.least(), other.least()), ratio(own.median(), other.median()));
        println!("against {}: {least:.2} (least), {median:.2} (median)", other.name);
    }
    own.least()
}

fn succeeds(command: &mut Command) -> bool {
    command.stdout(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// A project in which drizzle-kit reads the same database.
struct Kit {
    program: PathBuf,
    folder: TempDir,
}

impl Kit {
    fn of(subject: &Subject) -> Option<Self> {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/drizzle-kit");
        let program = home.join("node_modules/.bin/drizzle-kit");
        if !program.exists() {
            eprintln!("drizzle-kit is not set up: run `tests/setup/drizzle-kit.sh`");
            return None;
        }
        // Inside, so that it finds its drivers.
        let folder = tempfile::tempdir_in(&home).expect("a folder");
        let config = format!(
            "export default {{ dialect: {:?}, out: \"./out\", dbCredentials: {{ url: {:?} }} }};\n",
            subject.dialect.name(),
            subject.url
        );
        fs::write(folder.path().join("drizzle.config.ts"), config).expect("a config");
        Some(Self { program, folder })
    }

    fn pull(&self) -> bool {
        succeeds(Command::new(&self.program).arg("pull").current_dir(self.folder.path()).stdin(Stdio::null()))
    }
}

/// How long it takes to see that nothing has changed, and that one table has: from the request to the watcher's answer.
fn look(subject: &Subject, runtime: &Runtime) {
    const LOOKS: usize = 500;
    const SETTLING: usize = 100;
    const CHANGES: usize = 5;
    let target = Target {
        dialect: subject.dialect,
        url: subject.url.clone().into(),
        auth_token: None,
        folder: subject.folder.path().to_owned(),
    };
    let hour = Duration::from_secs(3_600);
    let settings = WatchSettings { poll: hour, full: hour, idle: 2 * hour, ..WatchSettings::default() };
    let (mut took, used, mut changed) = runtime.block_on(async {
        let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
        let watcher = live::watch(target, settings, move |event| drop(sender.send(event.state)));
        while !matches!(events.recv().await.expect("the watcher lives"), State::Live(_)) {}
        let look = async |events: &mut tokio::sync::mpsc::UnboundedReceiver<State>| {
            let begin = Instant::now();
            watcher.refresh(Cause::Save);
            assert!(matches!(events.recv().await, Some(State::Live(reading)) if reading.generation == 1));
            begin.elapsed()
        };
        // After a change MySQL's structure is read a few times more, whatever its counters say.
        for _ in 0..SETTLING {
            look(&mut events).await;
        }
        let mut took = Vec::with_capacity(LOOKS);
        let server = || subject.process.and_then(cpu_with_children).unwrap_or_default();
        let before = server();
        for _ in 0..LOOKS {
            took.push(look(&mut events).await);
        }
        let used = server() - before;
        let mut changed = Vec::with_capacity(CHANGES);
        for number in 0..CHANGES {
            let change = format!("alter table table_{number} add column extra integer");
            subject.send(&[change]).await.expect("a change");
            let begin = Instant::now();
            watcher.refresh(Cause::Save);
            let seen = (number + 2) as u64;
            assert!(matches!(events.recv().await, Some(State::Live(reading)) if reading.generation == seen));
            changed.push(begin.elapsed());
        }
        (took, used, changed)
    });
    took.sort();
    changed.sort();
    let server = used * 1_000.0 / LOOKS as f64;
    let median = took[LOOKS / 2];
    println!(
        "a look at it while nothing changes, there and back: {median:?} (median of {LOOKS}), the server's part {server:.2} ms"
    );
    println!("a look that finds a column more: {:?} (median of {CHANGES})", changed[CHANGES / 2]);
}

/// The CPU seconds that a process has used, with those children that have ended. Linux tells them in hundredths.
fn cpu(process: u32) -> Option<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11..15)?.iter().filter_map(|field| field.parse::<u64>().ok()).sum();
    Some(ticks as f64 / 100.0)
}

/// The same with those children that still run, as PostgreSQL's sessions do.
fn cpu_with_children(process: u32) -> Option<f64> {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).ok()?;
    let running = children.split_whitespace().filter_map(|child| cpu(child.parse().ok()?));
    Some(cpu(process)? + running.sum::<f64>())
}
