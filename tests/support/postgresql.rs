//! Real PostgreSQL servers for tests: private, on a free port, in a temporary folder, gone when dropped.
//!
//! `tests/setup/postgresql.sh` brings the binaries. Without them a test says so in one line and is skipped; with `CI` set
//! it fails.
#![allow(dead_code)] // each test binary uses a part of it

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, Weak};
use std::time::{Duration, Instant};

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};
use tempfile::TempDir;

/// The major version that tests use unless they, or the variable `POSTGRESQL`, name another.
pub const MAJOR: u32 = 17;
/// PostgreSQL refuses to run as root; this is `nobody`.
const UNPRIVILEGED: u32 = 65534;
/// What the role `app` has to give when it connects. The superuser `postgres` needs none.
pub const PASSWORD: &str = "c@nary#app/1";
/// The password as a URL has it.
pub const PASSWORD_IN_URL: &str = "c%40nary%23app%2F1";

/// A running server with a superuser `postgres` (trusted) and a role `app` with [`PASSWORD`].
pub struct Server {
    port: u16,
    home: PathBuf,
    folder: TempDir,
    user: Option<u32>,
    child: Option<Child>,
}

static SHARED: Mutex<Weak<Server>> = Mutex::new(Weak::new());

impl Server {
    /// The server that the tests of one binary share; it ends with the last of them.
    pub fn shared() -> Option<Arc<Self>> {
        let mut shared = SHARED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if let Some(server) = shared.upgrade() {
            return Some(server);
        }
        let major = std::env::var("POSTGRESQL").ok().and_then(|major| major.parse().ok()).unwrap_or(MAJOR);
        let server = Arc::new(Self::start(major)?);
        *shared = Arc::downgrade(&server);
        Some(server)
    }

    /// A server of its own.
    pub fn start(major: u32) -> Option<Self> {
        let home = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache/postgresql").join(major.to_string());
        if !home.join("version").is_file() {
            let message = format!("PostgreSQL {major} is not set up: run `MAJORS={major} tests/setup/postgresql.sh`");
            assert!(std::env::var_os("CI").is_none(), "{message}");
            eprintln!("skipped: {message}");
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let root = fs::metadata(folder.path()).expect("its metadata").uid() == 0;
        let mut server = Self { port: 0, home, folder, user: root.then_some(UNPRIVILEGED), child: None };
        server.initialise();
        server.launch();
        Some(server)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(self.home.join("bin").join(program));
        command.stdin(Stdio::null()).current_dir(self.folder.path()).env_clear();
        if let Some(user) = self.user {
            command.uid(user).gid(user);
        }
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn initialise(&mut self) {
        if let Some(user) = self.user {
            chown(self.folder.path(), Some(user), Some(user)).expect("root may");
            let reached = self.command("postgres").arg("--version").output();
            if !reached.is_ok_and(|output| output.status.success()) {
                // The repository lies where only root can go.
                let copy = self.folder.path().join("postgresql");
                let status = Command::new("cp").arg("-a").arg(&self.home).arg(&copy).status().expect("cp");
                assert!(status.success(), "PostgreSQL could not be copied");
                fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).expect("permissions");
                self.home = copy;
            }
        }
        let data = self.data();
        let output = self
            .command("initdb")
            .args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(&data)
            .output()
            .expect("initdb");
        assert!(output.status.success(), "initdb: {}", String::from_utf8_lossy(&output.stderr));
        fs::write(
            data.join("pg_hba.conf"),
            "host all app 127.0.0.1/32 scram-sha-256\nhost all barred 127.0.0.1/32 reject\nhost all all 127.0.0.1/32 trust\n",
        )
        .expect("pg_hba.conf");
        fs::write(
            data.join("postgresql.auto.conf"),
            "listen_addresses = '127.0.0.1'\nunix_socket_directories = ''\nfsync = off\nfull_page_writes = off\n\
             synchronous_commit = off\nmax_connections = 40\nshared_buffers = '16MB'\n\
             password_encryption = 'scram-sha-256'\nlog_statement = 'all'\nlog_line_prefix = '%a|%d|'\nlog_destination = 'stderr'\n",
        )
        .expect("the configuration");
    }

    /// Puts a file that only the server can read into its data folder.
    pub fn place(&self, name: &str, text: &str) {
        let path = self.data().join(name);
        fs::write(&path, text).expect("a file");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("permissions");
        if let Some(user) = self.user {
            chown(&path, Some(user), Some(user)).expect("root may");
        }
    }

    /// Takes a file out of its data folder.
    pub fn remove(&self, name: &str) {
        fs::remove_file(self.data().join(name)).expect("the file was there");
    }

    /// Adds lines to its configuration, for the next [`Server::launch`].
    pub fn configure(&self, lines: &str) {
        let path = self.data().join("postgresql.auto.conf");
        let text = fs::read_to_string(&path).expect("the configuration");
        fs::write(&path, format!("{text}{lines}\n")).expect("the configuration");
    }

    /// Starts it, on the port it had if it had one.
    pub fn launch(&mut self) {
        const ATTEMPTS: usize = 5;
        for _ in 0..ATTEMPTS {
            let first = self.port == 0;
            if first {
                let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
                self.port = listener.local_addr().expect("its address").port();
            }
            self.spawn();
            if self.wait() {
                if first {
                    self.create_roles();
                }
                return;
            }
            self.end("QUIT");
            self.port = 0;
        }
        panic!("PostgreSQL does not start: {}", self.log());
    }

    /// Starts one that never gets ready to take connections, on the port it had.
    pub fn launch_deaf(&mut self) {
        self.spawn();
        let end = Instant::now() + Duration::from_secs(30);
        while TcpStream::connect(("127.0.0.1", self.port)).is_err() {
            assert!(Instant::now() < end, "PostgreSQL does not start: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    fn spawn(&mut self) {
        let log = File::options().create(true).append(true).open(self.log_path()).expect("a log");
        let child = self
            .command("postgres")
            .arg("-D")
            .arg(self.data())
            .args(["-p", &self.port.to_string()])
            .stdout(log.try_clone().expect("a second handle"))
            .stderr(log)
            .spawn()
            .expect("postgres");
        self.child = Some(child);
    }

    fn wait(&mut self) -> bool {
        let end = Instant::now() + Duration::from_secs(30);
        while Instant::now() < end {
            let ended = self.child.as_mut().is_none_or(|child| !matches!(child.try_wait(), Ok(None)));
            if ended {
                return false;
            }
            let log = self.log();
            let since = log.rfind("starting PostgreSQL").unwrap_or_default();
            let ready = log[since..].contains("ready to accept ");
            if ready && TcpStream::connect(("127.0.0.1", self.port)).is_ok() {
                return true;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        false
    }

    /// On a runtime of its own, since tests may or may not be in one.
    fn create_roles(&self) {
        let options = self.options("postgres");
        let script = format!("create role app login password '{PASSWORD}'; create role barred login");
        let work = async move {
            let mut connection = options.connect().await.expect("a connection");
            sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut connection).await.expect("the roles");
            connection.close().await.expect("closing");
        };
        let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        std::thread::spawn(move || runtime().block_on(work)).join().expect("the roles are made");
    }

    fn options(&self, database: &str) -> PgConnectOptions {
        self.url(database).parse().expect("a URL")
    }

    /// The superuser's URL of a database.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@127.0.0.1:{}/{database}", self.port)
    }

    /// The URL of the role `app` with its password.
    pub fn app_url(&self, database: &str) -> String {
        format!("postgres://app:{PASSWORD_IN_URL}@127.0.0.1:{}/{database}", self.port)
    }

    /// The port it listens on.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The process that has started the others.
    pub fn process(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// A connection of the superuser.
    pub async fn connect(&self, database: &str) -> PgConnection {
        self.options(database).connect().await.expect("a connection")
    }

    /// Makes a database and runs `sql` in it.
    pub async fn create(&self, database: &str, sql: &str) {
        let mut connection = self.connect("postgres").await;
        execute(&mut connection, &format!("create database {database}")).await;
        connection.close().await.expect("closing");
        let mut connection = self.connect(database).await;
        execute(&mut connection, sql).await;
        connection.close().await.expect("closing");
    }

    fn log_path(&self) -> PathBuf {
        self.folder.path().join("server.log")
    }

    /// Everything it has logged: each statement, after `application|database|`.
    pub fn log(&self) -> String {
        String::from_utf8_lossy(&fs::read(self.log_path()).unwrap_or_default()).into_owned()
    }

    /// Stops it at once, without asking its clients. [`Server::launch`] starts it again.
    pub fn stop(&mut self) {
        self.end("INT");
    }

    fn end(&mut self, signal: &str) {
        let Some(mut child) = self.child.take() else { return };
        let _ = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
        let end = Instant::now() + Duration::from_secs(10);
        while Instant::now() < end {
            if !matches!(child.try_wait(), Ok(None)) {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = child.kill();
        let _ = child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end("QUIT");
    }
}

/// Runs a script.
pub async fn execute(connection: &mut PgConnection, sql: &str) {
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(connection).await.expect(sql);
}

/// The first word of each statement behind `prefix` (`application|database|`) in a server's log.
pub fn statements(log: &str, prefix: &str) -> Vec<String> {
    log.lines()
        .filter_map(|line| line.strip_prefix(prefix)?.strip_prefix("LOG:  "))
        .filter_map(|entry| entry.strip_prefix("statement: ").or_else(|| Some(entry.split_once(": ")?.1)))
        .map(|sql| sql.split_whitespace().next().unwrap_or_default().to_ascii_uppercase())
        .collect()
}

/// Asserts that this tool has only read the database, as the server's log has it.
pub fn assert_only_read(server: &Server, database: &str) {
    const HARMLESS: [&str; 6] = ["SELECT", "SHOW", "SET", "BEGIN", "COMMIT", "ROLLBACK"];
    let log = server.log();
    let all = statements(&log, &format!("drizzle-drift|{database}|"));
    let others: Vec<_> = all.iter().filter(|word| !HARMLESS.contains(&word.as_str())).collect();
    assert!(others.is_empty(), "{others:?}");
}
