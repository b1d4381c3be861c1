//! What stands between a client and PostgreSQL, or for it: a real PgBouncer in transaction mode, and PGlite's socket.
//!
//! `tests/setup/pgbouncer.sh` and `tests/setup/pglite.sh` bring them. Without them a test says so and is skipped; with `CI`
//! set it fails.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// PgBouncer refuses to run as root; this is `nobody`.
const UNPRIVILEGED: u32 = 65534;

/// A process that listens; it ends when dropped.
pub struct Pooler {
    /// Where it listens.
    pub port: u16,
    child: Child,
    _folder: Option<TempDir>,
}

impl Drop for Pooler {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn set_up(name: &str) -> Option<PathBuf> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache").join(name);
    if home.join("version").is_file() {
        return Some(home);
    }
    let message = format!("{name} is not set up: run `tests/setup/{name}.sh`");
    assert!(std::env::var_os("CI").is_none(), "{message}");
    eprintln!("skipped: {message}");
    None
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("its address").port()
}

/// A PgBouncer before the server at `upstream`, which gives its connections away between transactions.
pub fn pgbouncer(upstream: u16, user: &str, password: &str) -> Option<Pooler> {
    let home = set_up("pgbouncer")?;
    let folder = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let users = folder.path().join("users.txt");
    fs::write(&users, format!("\"{user}\" \"{password}\"\n")).expect("the users");
    let config = folder.path().join("pgbouncer.ini");
    let text = format!(
        "[databases]\n* = host=127.0.0.1 port={upstream}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
         unix_socket_dir =\nauth_type = trust\nauth_file = {}\npool_mode = transaction\ndefault_pool_size = 2\n",
        users.display()
    );
    fs::write(&config, text).expect("the configuration");
    let mut command = Command::new(home.join("pgbouncer"));
    if fs::metadata(folder.path()).expect("its metadata").uid() == 0 {
        for path in [folder.path(), &users, &config] {
            chown(path, Some(UNPRIVILEGED), Some(UNPRIVILEGED)).expect("root may");
        }
        command.uid(UNPRIVILEGED).gid(UNPRIVILEGED);
    }
    let child = command.arg("-q").arg(&config).stdin(Stdio::null()).stderr(Stdio::null()).spawn().expect("PgBouncer");
    let mut pooler = Pooler { port, child, _folder: Some(folder) };
    let end = Instant::now() + Duration::from_secs(10);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(matches!(pooler.child.try_wait(), Ok(None)), "PgBouncer ended");
        assert!(Instant::now() < end, "PgBouncer does not listen");
        std::thread::sleep(Duration::from_millis(20));
    }
    Some(pooler)
}

/// A PGlite in which `sql` was run, behind its socket.
pub fn pglite(sql: &str) -> Option<Pooler> {
    let home = set_up("pglite")?;
    let port = free_port();
    let mut child = Command::new("node")
        .arg(home.join("server.mjs"))
        .args([&port.to_string(), sql])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("node");
    let output = child.stdout.take().expect("a pipe");
    let ready = BufReader::new(output).lines().map_while(Result::ok).any(|line| line == "ready");
    let pooler = Pooler { port, child, _folder: None };
    assert!(ready, "PGlite does not start");
    Some(pooler)
}
