//! What goes wrong between this tool and a PostgreSQL server: each fault ends in a state with one sentence and a next
//! attempt, nothing hangs, no fact is wrong, and what comes back is read again within one back-off step.
#![cfg(unix)]

#[path = "support/postgresql.rs"]
mod postgresql;
#[path = "support/proxy.rs"]
mod proxy;

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use drizzle_drift::catalog::{Dialect, LiveCatalog};
use drizzle_drift::live::{
    self, Cause, ErrorKind, Limits, LiveError, LiveEvent, State, Target, WatchSettings, Watcher,
};
use postgresql::{Server, assert_only_read, execute};
use proxy::{Mode, Proxy};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use tokio::sync::mpsc;

/// The last moment of the first back-off step, and some time for a busy machine.
const ONE_STEP: Duration = Duration::from_secs(6);

fn target(url: &str) -> Target {
    Target { dialect: Dialect::Postgresql, url: url.to_owned().into(), auth_token: None, folder: PathBuf::from(".") }
}

async fn read(url: &str) -> Result<LiveCatalog, LiveError> {
    live::read(&target(url), &Limits::default()).await
}

/// A watcher, and what it has told.
struct Watched {
    watcher: Watcher,
    told: mpsc::UnboundedReceiver<LiveEvent>,
}

impl Watched {
    /// Looks every 50 ms, with little patience.
    fn start(url: &str) -> Self {
        let (sender, told) = mpsc::unbounded_channel();
        let limits =
            Limits { connect: Duration::from_millis(800), refresh: Duration::from_millis(1_500), ..Limits::default() };
        let settings = WatchSettings { poll: Duration::from_millis(50), limits, ..WatchSettings::default() };
        Self { watcher: live::watch(target(url), settings, move |event| drop(sender.send(event))), told }
    }

    async fn until(&mut self, what: &str, fits: impl Fn(&State) -> bool) -> State {
        let waiting = async {
            loop {
                let state = self.told.recv().await.expect("the watcher lives").state;
                if fits(&state) {
                    return state;
                }
            }
        };
        tokio::time::timeout(ONE_STEP, waiting).await.unwrap_or_else(|_| panic!("no {what} within {ONE_STEP:?}"))
    }

    /// Waits for facts that hold, `table` among them.
    async fn live(&mut self, table: &str) -> State {
        let has = |state: &State| matches!(state, State::Live(reading) if names(&reading.catalog).contains(&table));
        self.until(&format!("facts with {table}"), has).await
    }

    /// Waits for a failure of one of `kinds`, whether there were facts before or not.
    async fn failure(&mut self, kinds: &[ErrorKind]) -> LiveError {
        let failed = |state: &State| matches!(state, State::Failed { .. } | State::Stale { .. });
        let (State::Failed { why, retry_at } | State::Stale { why, retry_at, .. }) =
            self.until("failure", failed).await
        else {
            panic!("a failure")
        };
        assert!(kinds.contains(&why.kind), "{:?}: {why}", why.kind);
        assert_is_a_sentence(&why);
        let wait = retry_at.saturating_duration_since(Instant::now());
        assert!(wait <= Duration::from_millis(1_250), "the first step takes about a second: {wait:?}");
        why
    }
}

fn names(live: &LiveCatalog) -> Vec<&str> {
    live.catalog.tables.iter().map(|table| table.name.as_str()).collect()
}

fn assert_is_a_sentence(why: &LiveError) {
    let text = why.to_string();
    assert!(text.len() > 20 && !text.contains('\n') && !text.ends_with('.'), "{text}");
    for secret in ["canary", "c@nary", postgresql::PASSWORD, postgresql::PASSWORD_IN_URL] {
        assert!(!text.contains(secret), "{text}");
    }
}

#[tokio::test]
async fn a_refused_connection_is_tried_again_until_it_is_taken() {
    let Some(server) = Server::shared() else { return };
    server.create("refused", "create table a (id int)").await;
    let proxy = Proxy::start(server.port()).await;
    proxy.set(Mode::Refuse);
    let mut watched = Watched::start(&proxy.through(&server.app_url("refused"), server.port()));
    watched.failure(&[ErrorKind::Unreachable]).await;
    proxy.set(Mode::Pass);
    watched.live("a").await;
    assert_only_read(&server, "refused");
}

#[tokio::test]
async fn a_black_hole_is_given_up_in_time_and_read_when_it_ends() {
    let Some(server) = Server::shared() else { return };
    server.create("hole", "create table a (id int)").await;
    let proxy = Proxy::start(server.port()).await;
    proxy.set(Mode::Silent);
    let begin = Instant::now();
    let mut watched = Watched::start(&proxy.through(&server.app_url("hole"), server.port()));
    watched.failure(&[ErrorKind::TimedOut]).await;
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    proxy.set(Mode::Pass);
    watched.live("a").await;

    // And in the middle of a watch: the facts stay, and say that they are old.
    proxy.set(Mode::Silent);
    watched.failure(&[ErrorKind::TimedOut]).await;
    let mut connection = server.connect("hole").await;
    execute(&mut connection, "create table b (id int)").await;
    proxy.set(Mode::Pass);
    watched.live("b").await;
    assert_only_read(&server, "hole");
}

#[tokio::test]
async fn a_slow_network_is_read_through() {
    let Some(server) = Server::shared() else { return };
    server.create("slow", "create table a (id int)").await;
    let proxy = Proxy::start(server.port()).await;
    proxy.set(Mode::Delay(Duration::from_millis(10)));
    let live = read(&proxy.through(&server.app_url("slow"), server.port())).await.expect("a reading");
    assert_eq!(names(&live), ["a"]);
    proxy.set(Mode::Delay(Duration::from_millis(400)));
    let limits = Limits { refresh: Duration::from_secs(1), ..Limits::default() };
    let url = proxy.through(&server.app_url("slow"), server.port());
    let error = live::read(&target(&url), &limits).await.map(drop).expect_err("too slow");
    assert_eq!(error.kind, ErrorKind::TimedOut, "{error}");
    assert_is_a_sentence(&error);
}

#[tokio::test]
async fn a_dropped_network_costs_no_fact() {
    let Some(server) = Server::shared() else { return };
    server.create("dropped", "create table a (id int)").await;
    let proxy = Proxy::start(server.port()).await;
    let mut watched = Watched::start(&proxy.through(&server.app_url("dropped"), server.port()));
    watched.live("a").await;
    // What is only closed is opened again at once.
    proxy.cut();
    watched.live("a").await;
    proxy.set(Mode::Refuse);
    proxy.cut();
    watched.failure(&[ErrorKind::Unreachable]).await;
    proxy.set(Mode::Pass);
    watched.live("a").await;
    assert_only_read(&server, "dropped");
}

#[tokio::test]
async fn a_connection_that_is_cut_in_the_middle_of_a_read_gives_no_half_facts() {
    let Some(server) = Server::shared() else { return };
    server.create("halved", "create table a (id int primary key); create table b (id int primary key)").await;
    let proxy = Proxy::start(server.port()).await;
    let url = proxy.through(&server.app_url("halved"), server.port());
    for text in ["pg_attribute", "pg_constraint", "pg_policy", "rollback"] {
        proxy.hold_at(text);
        let reading = tokio::spawn({
            let url = url.clone();
            async move { read(&url).await }
        });
        proxy.held().await;
        proxy.cut();
        proxy.release();
        let error = reading.await.expect("no panic").map(|live| names(&live).join(" ")).expect_err(text);
        assert_eq!(error.kind, ErrorKind::Unreachable, "{text}: {error}");
        assert_is_a_sentence(&error);
    }
    let live = read(&url).await.expect("a reading");
    assert!(live.catalog.tables.iter().all(|table| table.primary_key.is_some()));
}

#[tokio::test]
async fn ddl_in_the_middle_of_a_read_is_seen_whole_or_not_at_all() {
    let Some(server) = Server::shared() else { return };
    let sql = "create type mood as enum ('sad', 'fine');
               create table a (id int primary key, m mood default 'sad', n int check (n > 0), old int);
               create index a_index on a (lower(n::text)) where n > 1; create view v as select id, old from a;";
    server.create("moving", sql).await;
    let proxy = Proxy::start(server.port()).await;
    let url = proxy.through(&server.app_url("moving"), server.port());
    let mut connection = server.connect("moving").await;
    for (text, ddl) in [
        ("pg_attrdef", "alter type mood rename to feeling; alter type feeling rename value 'sad' to 'blue'"),
        ("pg_constraint", "drop view v; alter table a drop column old; alter table a rename n to number"),
        ("pg_index", "drop index a_index; alter table a add constraint c check (number < 9)"),
        ("pg_get_viewdef", "create view w as select id from a; alter table a rename to b"),
        ("pg_policy", "drop view w; drop table b; drop type feeling"),
    ] {
        proxy.hold_at(text);
        let reading = tokio::spawn({
            let url = url.clone();
            async move { read(&url).await }
        });
        proxy.held().await;
        execute(&mut connection, ddl).await;
        let after = read(&server.app_url("moving")).await.expect("a reading");
        proxy.release();
        let live = reading.await.expect("no panic").expect(text);
        assert_eq!(live.catalog, after.catalog, "{text}");
    }
    assert_only_read(&server, "moving");
}

#[tokio::test]
async fn a_restart_in_the_middle_of_a_read_is_over_when_the_server_is_back() {
    let Some(mut server) = Server::start(postgresql::MAJOR) else { return };
    server.create("restarted", "create table a (id int)").await;
    let proxy = Proxy::start(server.port()).await;
    proxy.hold_at("pg_constraint");
    let mut watched = Watched::start(&proxy.through(&server.app_url("restarted"), server.port()));
    proxy.held().await;
    server.stop();
    proxy.release();
    watched.failure(&[ErrorKind::Unreachable, ErrorKind::Refused]).await;
    server.launch();
    watched.live("a").await;
    assert_only_read(&server, "restarted");
}

#[tokio::test]
async fn a_server_without_room_is_asked_again() {
    let Some(server) = Server::shared() else { return };
    server.create("full_house", "create table a (id int); create role latecomer login connection limit 0").await;
    let mut watched = Watched::start(&format!("postgres://latecomer:canary@127.0.0.1:{}/full_house", server.port()));
    let why = watched.failure(&[ErrorKind::TooManyConnections]).await;
    assert!(why.to_string().contains("no more connections"), "{why}");
    let mut connection = server.connect("full_house").await;
    execute(&mut connection, "alter role latecomer connection limit -1").await;
    watched.live("a").await;
}

#[tokio::test]
async fn a_wrong_password_and_a_missing_database_are_read_when_they_are_right() {
    let Some(server) = Server::shared() else { return };
    server.create("late_room", "create table a (id int); create role newcomer login password 'canary-old'").await;
    let mut missing = Watched::start(&server.app_url("not_yet"));
    missing.failure(&[ErrorKind::NoSuchDatabase]).await;
    server.create("not_yet", "create table b (id int)").await;
    missing.live("b").await;
    let wrong = server.app_url("late_room").replace(postgresql::PASSWORD_IN_URL, "canary-wrong");
    let mut watched = Watched::start(&wrong);
    let why = watched.failure(&[ErrorKind::Authentication]).await;
    assert!(why.to_string().contains("wrong password"), "{why}");
    drop(watched.watcher);
}

#[tokio::test]
async fn a_role_that_may_not_read_the_catalogs_is_told_so() {
    let Some(server) = Server::shared() else { return };
    server.create("locked", "create table a (id int); revoke select on pg_catalog.pg_policy from public").await;
    let mut watched = Watched::start(&server.app_url("locked"));
    let why = watched.failure(&[ErrorKind::Permission]).await;
    assert!(why.to_string().contains("pg_policy"), "{why}");
    let mut connection = server.connect("locked").await;
    execute(&mut connection, "grant select on pg_catalog.pg_policy to public").await;
    watched.live("a").await;
}

#[tokio::test]
async fn a_standby_is_read_and_one_that_takes_nobody_is_waited_for() {
    let Some(mut server) = Server::start(postgresql::MAJOR) else { return };
    server.create("standby", "create table a (id int); insert into a values (1)").await;
    server.stop();
    server.place("standby.signal", "");
    server.launch();
    let url = server.app_url("standby");
    let mut watched = Watched::start(&url);
    let state = watched.live("a").await;
    // Looks cost nothing more on a standby, and are no readings.
    let generation = state.reading().map(|reading| reading.generation);
    for _ in 0..5 {
        let state = watched.live("a").await;
        assert_eq!(state.reading().map(|reading| reading.generation), generation);
    }
    server.stop();
    watched.failure(&[ErrorKind::Unreachable, ErrorKind::Refused]).await;
    drop(watched);
    server.configure("hot_standby = off");
    server.launch_deaf();
    let mut watched = Watched::start(&url);
    let why = watched.failure(&[ErrorKind::Unreachable]).await;
    assert!(why.to_string().contains("starting or shutting down"), "{why}");
    server.stop();
    server.remove("standby.signal");
    server.launch();
    watched.live("a").await;
    assert_only_read(&server, "standby");
}

/// A certificate authority, and certificates that it has signed for names.
struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut parameters = CertificateParams::new(Vec::new()).expect("no names");
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let certificate = parameters.self_signed(&key).expect("a certificate").pem();
        Self { certificate, issuer: Issuer::new(parameters, key) }
    }

    /// The certificate for `name`, and its key.
    fn sign(&self, name: &str) -> (String, String) {
        let key = KeyPair::generate().expect("a key");
        let parameters = CertificateParams::new([name.to_owned()]).expect("a name");
        (parameters.signed_by(&key, &self.issuer).expect("a certificate").pem(), key.serialize_pem())
    }
}

#[tokio::test]
async fn every_sslmode_does_what_libpq_does() {
    let Some(mut server) = Server::start(postgresql::MAJOR) else { return };
    server.create("tls", "create table a (id int); create role plain login; create role secret login").await;
    server.stop();
    let (authority, stranger) = (Authority::new(), Authority::new());
    let (certificate, key) = authority.sign("localhost");
    server.place("server.crt", &certificate);
    server.place("server.key", &key);
    server.place(
        "pg_hba.conf",
        "hostssl all secret all trust\nhostnossl all plain all trust\nhost all app all scram-sha-256\nhost all postgres all trust\n",
    );
    server.configure("ssl = on");
    server.launch();
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).expect("a file");
        path.display().to_string()
    };
    let (right, wrong) = (path("right.pem", &authority.certificate), path("wrong.pem", &stranger.certificate));
    let absent = folder.path().join("absent.pem").display().to_string();
    let port = server.port();
    let url =
        |role: &str, host: &str, parameters: &str| format!("postgres://{role}:canary@{host}:{port}/tls?{parameters}");
    use ErrorKind::{Authentication, InvalidUrl, Tls};
    for (role, host, parameters, expected) in [
        ("secret", "localhost", "sslmode=disable".to_owned(), Some(Tls)),
        ("secret", "localhost", "sslmode=allow".into(), None),
        ("secret", "localhost", "sslmode=prefer".into(), None),
        ("secret", "localhost", String::new(), None),
        ("secret", "localhost", "sslmode=require".into(), None),
        ("secret", "localhost", "sslmode=no-verify".into(), None),
        ("secret", "localhost", "ssl=true".into(), None),
        ("secret", "localhost", "sslmode=verify-ca".into(), Some(Tls)),
        ("secret", "localhost", format!("sslmode=verify-ca&sslrootcert={right}"), None),
        ("secret", "127.0.0.1", format!("sslmode=verify-ca&sslrootcert={right}"), None),
        ("secret", "localhost", format!("sslmode=verify-ca&sslrootcert={wrong}"), Some(Tls)),
        ("secret", "localhost", format!("sslmode=verify-full&sslrootcert={right}"), None),
        ("secret", "127.0.0.1", format!("sslmode=verify-full&sslrootcert={right}"), Some(Tls)),
        ("secret", "localhost", format!("sslmode=verify-full&sslrootcert={absent}"), Some(InvalidUrl)),
        ("secret", "localhost", "sslrootcert=system".into(), Some(Tls)),
        ("secret", "localhost", "sslmode=canary".into(), Some(InvalidUrl)),
        ("plain", "localhost", "sslmode=disable".into(), None),
        ("plain", "localhost", "sslmode=allow".into(), None),
        ("plain", "localhost", "sslmode=prefer".into(), None),
        ("plain", "localhost", "sslmode=require".into(), Some(Authentication)),
    ] {
        let begin = Instant::now();
        let result = read(&url(role, host, &parameters)).await;
        assert!(begin.elapsed() < Duration::from_secs(5), "{role} {host} {parameters}");
        match (result, expected) {
            (Ok(live), None) => assert_eq!(names(&live), ["a"]),
            (Ok(_), Some(kind)) => panic!("{role} {host} {parameters}: no {kind:?}"),
            (Err(error), expected) => {
                assert_eq!(Some(error.kind), expected, "{role} {host} {parameters}: {error}");
                assert_is_a_sentence(&error);
            }
        }
    }
    assert_only_read(&server, "tls");
}

#[tokio::test]
async fn a_server_without_tls_is_told_from_one_with_a_bad_certificate() {
    let Some(server) = Server::shared() else { return };
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = read(&format!("{}?sslmode={mode}", server.app_url("postgres"))).await.map(drop).expect_err(mode);
        assert_eq!(error.kind, ErrorKind::Tls, "{error}");
        assert!(error.to_string().contains("does not support TLS"), "{error}");
        assert_is_a_sentence(&error);
    }
}

fn check(folder: &std::path::Path, url: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_drizzle-drift"))
        .args(["check", "--dialect", "postgresql", "--schema", "schema.ts", "--database-url", url])
        .arg(folder)
        .env_remove("DATABASE_URL")
        .output()
        .expect("the tool runs")
}

#[tokio::test]
async fn every_fault_is_exit_code_3_with_one_sentence() {
    let Some(server) = Server::shared() else { return };
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("schema.ts"), "export {};\n").expect("a schema");
    let silent = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("its address").port();
    let app = server.app_url("postgres");
    for (url, words) in [
        ("postgres://app:canary@127.0.0.1:1/app".to_owned(), "nothing listens"),
        ("postgres://app:canary@host.invalid/app".into(), "cannot be reached"),
        (format!("postgres://app:canary@127.0.0.1:{port}/app?sslmode=disable"), "did not answer within 3 s"),
        (app.replace(postgresql::PASSWORD_IN_URL, "canary-wrong"), "wrong password"),
        (app.replace("/postgres", "/nowhere"), "no database \"nowhere\""),
        (format!("{app}?sslmode=require"), "sslmode"),
    ] {
        let output = check(folder.path(), &url);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(said.contains(words), "{said}");
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
        assert!(!said.contains("nary"), "{said}");
    }
}

#[tokio::test]
async fn a_watch_that_looks_rarely_holds_no_connection() {
    let Some(server) = Server::shared() else { return };
    server.create("rare", "create table a (id int)").await;
    let (sender, told) = mpsc::unbounded_channel();
    let settings = WatchSettings { poll: Duration::from_secs(3_600), ..WatchSettings::default() };
    let watcher = live::watch(target(&server.app_url("rare")), settings, move |event| drop(sender.send(event)));
    let mut watched = Watched { watcher, told };
    watched.live("a").await;
    let mut connection = server.connect("postgres").await;
    let count = "select count(*) from pg_stat_activity where datname = 'rare' and application_name = 'drizzle-drift'";
    let end = Instant::now() + Duration::from_secs(5);
    while sqlx::query_scalar::<_, i64>(count).fetch_one(&mut connection).await.expect("a count") > 0 {
        assert!(Instant::now() < end, "the connection is still held");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    watched.watcher.refresh(Cause::Save);
    watched.live("a").await;
}
