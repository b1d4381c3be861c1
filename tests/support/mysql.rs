//! A real MySQL or MariaDB server for tests: private, on a free port, in a temporary folder, gone when dropped.
//!
//! `tests/setup/mysql.sh` and `tests/setup/mariadb.sh` bring them. Without it a test says so in one line and is skipped; with `CI` set it fails.
#![allow(dead_code)] // each test binary uses a part of it

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tempfile::TempDir;

/// The password of the role `app`, which may read everything. `root` has none.
pub const PASSWORD: &str = "c@nary#app/1";
/// The password as a URL has it.
pub const PASSWORD_IN_URL: &str = "c%40nary%23app%2F1";

/// A running server.
pub struct Server {
    port: u16,
    folder: TempDir,
    engine: Engine,
    arguments: Vec<String>,
    child: Option<Child>,
}

/// Which of them.
#[derive(Clone, Copy, Debug)]
pub enum Engine {
    Mysql,
    /// 10.11, the oldest that is read.
    Mariadb,
    /// 11.8.
    Mariadb11,
}

impl Engine {
    fn name(self) -> &'static str {
        ["mysql", "mariadb", "mariadb-11"][self as usize]
    }

    fn program(self) -> &'static str {
        ["mysqld", "mariadbd", "mariadbd"][self as usize]
    }
}

fn home(engine: Engine) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache").join(engine.name())
}

static SHARED: [Mutex<Weak<Server>>; 3] = [const { Mutex::new(Weak::new()) }; 3];

impl Server {
    /// The MySQL server that the tests of one binary share; it ends with the last of them.
    pub fn shared() -> Option<Arc<Self>> {
        Self::shared_of(Engine::Mysql)
    }

    /// Likewise, of any engine.
    pub fn shared_of(engine: Engine) -> Option<Arc<Self>> {
        let mut shared = SHARED[engine as usize].lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let server = Arc::new(Self::start(engine, &[])?);
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// A server of one's own, with further arguments.
    pub fn start(engine: Engine, arguments: &[&str]) -> Option<Self> {
        let home = home(engine);
        if !home.join("version").is_file() {
            let script = engine.name().trim_end_matches("-11");
            let message = format!("{} is not set up: run `tests/setup/{script}.sh`", engine.name());
            assert!(std::env::var_os("CI").is_none(), "{message}");
            eprintln!("skipped: {message}");
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let data = folder.path().join("data");
        let status = Command::new("cp").arg("-r").arg(home.join("data")).arg(&data).status().expect("cp");
        assert!(status.success(), "the data folder could not be copied");
        fs::write(
            folder.path().join("init.sql"),
            format!("create user if not exists app@'%' identified by '{PASSWORD}';\ngrant select, show view on *.* to app@'%';\n"),
        )
        .expect("a script");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("its address").port();
        drop(listener);
        let arguments = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let mut server = Self { port, folder, engine, arguments, child: None };
        server.launch();
        Some(server)
    }

    /// Starts it, on the port it had.
    pub fn launch(&mut self) {
        let user = Command::new("id").arg("-un").output().expect("id").stdout;
        let in_folder = |name: &str| self.path(name).display().to_string();
        // What it said before it was stopped is no sign that it is ready again.
        let _ = fs::remove_file(self.path("error.log"));
        let child = Command::new(home(self.engine).join(self.engine.program()))
            .arg(format!("--user={}", String::from_utf8_lossy(&user).trim()))
            .arg(format!("--datadir={}", in_folder("data")))
            .arg(format!("--port={}", self.port))
            .arg(format!("--socket={}", in_folder("socket")))
            .arg(format!("--pid-file={}", in_folder("pid")))
            .arg(format!("--log-error={}", in_folder("error.log")))
            .arg(format!("--general-log-file={}", in_folder("general.log")))
            // MariaDB clears its folder for temporary files when it starts, of those of its neighbours too.
            .arg(format!("--tmpdir={}", self.folder.path().display()))
            .arg(format!("--init-file={}", in_folder("init.sql")))
            .args(["--bind-address=127.0.0.1", "--general-log=1", "--innodb-buffer-pool-size=32M"])
            .args(matches!(self.engine, Engine::Mysql).then_some("--mysqlx=OFF"))
            .args(&self.arguments)
            .stdin(Stdio::null())
            .spawn()
            .expect("the server");
        self.child = Some(child);
        self.wait();
    }

    /// Stops it at once, without asking anybody. [`Server::launch`] starts it again.
    pub fn stop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    fn wait(&mut self) {
        let end = Instant::now() + Duration::from_secs(60);
        while Instant::now() < end && self.child.as_mut().is_some_and(|child| matches!(child.try_wait(), Ok(None))) {
            let log = fs::read(self.path("error.log")).unwrap_or_default();
            if String::from_utf8_lossy(&log).contains("ready for connections") {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read(self.path("error.log")).unwrap_or_default();
        panic!("the server does not start: {}", String::from_utf8_lossy(&log));
    }

    /// A path in its folder; its data are in `data`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its process.
    pub fn process(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// The URL of the role `app` for a database.
    pub fn app_url(&self, database: &str) -> String {
        format!("mysql://app:{PASSWORD_IN_URL}@127.0.0.1:{}/{database}", self.port)
    }

    /// The URL of `root`, who may write.
    pub fn root_url(&self, database: &str) -> String {
        format!("mysql://root@127.0.0.1:{}/{database}", self.port)
    }

    /// A connection of `root`.
    pub async fn connect(&self, database: &str) -> MySqlConnection {
        let options: MySqlConnectOptions = self.root_url(database).parse().expect("a URL");
        options.connect().await.expect("a connection")
    }

    /// Makes a database and runs `sql` in it.
    pub async fn create(&self, database: &str, sql: &str) {
        let mut connection = self.connect("mysql").await;
        execute(&mut connection, &format!("create database {database}")).await;
        execute(&mut connection, &format!("use {database}")).await;
        execute(&mut connection, sql).await;
        connection.close().await.expect("closing");
    }

    /// Makes the database `plan_case` anew, and `sql` in it, so that all its tables are of one second: drizzle-kit 1.0 takes them
    /// in the order of their age, and asked about it while they were.
    pub async fn create_case(&self, sql: &str) {
        const ATTEMPTS: usize = 10;
        const AGES: &str =
            "select count(distinct create_time) from information_schema.tables where table_schema = 'plan_case'";
        for attempt in 1..=ATTEMPTS {
            let mut connection = self.connect("mysql").await;
            for database in ["plan_case", "other", "zother"] {
                execute(&mut connection, &format!("drop database if exists {database}")).await;
            }
            execute(&mut connection, "create database plan_case character set utf8mb4").await;
            execute(&mut connection, "use plan_case").await;
            execute(&mut connection, &sql.replace("{database}", "plan_case")).await;
            let ages: i64 = sqlx::query_scalar(AGES).fetch_one(&mut connection).await.expect("the ages");
            connection.close().await.expect("closing");
            if ages <= 1 {
                return;
            }
            assert!(attempt < ATTEMPTS, "it takes longer than a second every time: {sql}");
        }
    }

    /// The log of everything that clients have sent.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.path("general.log")).unwrap_or_default()).into_owned()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // What the server itself has to say about a test that failed.
        if std::thread::panicking() {
            let ended = self.child.as_mut().map(Child::try_wait);
            let log = fs::read(self.path("error.log")).unwrap_or_default();
            eprintln!("the server's end: {ended:?}, its log:\n{}", String::from_utf8_lossy(&log));
        }
        self.stop();
    }
}

/// Runs a script.
pub async fn execute(connection: &mut MySqlConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.expect(sql);
}

/// Asserts that the role `app`, which is this tool in tests, has only read, as the server's log has it.
pub fn assert_only_read(server: &Server) {
    const HARMLESS: [&str; 5] = ["SELECT", "SHOW", "SET", "START", "ROLLBACK"];
    let log = server.log();
    let mut users: BTreeMap<&str, &str> = BTreeMap::new();
    let mut verbs = BTreeSet::new();
    for line in log.lines() {
        // Time, connection, kind, text. MariaDB leaves out a time that it has just said; numbers start again with a server.
        let words: Vec<&str> = line.split_whitespace().collect();
        let Some(at) = words.iter().take(4).position(|word| ["Connect", "Query"].contains(word)) else { continue };
        let (Some(connection), Some(text)) = (at.checked_sub(1).map(|at| words[at]), words.get(at + 1)) else {
            continue;
        };
        if words[at] == "Connect" {
            users.insert(connection, text);
        } else if users.get(connection).is_some_and(|user| user.starts_with("app@")) {
            verbs.insert(text.to_ascii_uppercase());
        }
    }
    assert!(verbs.contains("SELECT") && verbs.contains("SHOW"), "{verbs:?}");
    let others: Vec<_> = verbs.iter().filter(|verb| !HARMLESS.contains(&verb.as_str())).collect();
    assert!(others.is_empty(), "{others:?}");
}
