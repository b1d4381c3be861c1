//! MySQL and MariaDB behind a network that fails: each fault ends in a state with a sentence, and is over when it is over.
#![cfg(unix)]

#[path = "support/mysql.rs"]
mod mysql;
#[path = "support/proxy.rs"]
mod proxy;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use drizzle_drift::catalog::{Dialect, LiveCatalog};
use drizzle_drift::live::{self, Cause, ErrorKind, Limits, LiveError, State, Target, WatchSettings};
use mysql::{Engine, Server, execute};
use proxy::{Mode, Proxy};

/// The first back-off step, and some time for a busy machine.
const ONE_STEP: Duration = Duration::from_secs(8);

fn target(url: &str) -> Target {
    Target { dialect: Dialect::Mysql, url: url.to_owned().into(), auth_token: None, folder: PathBuf::from(".") }
}

fn limits() -> Limits {
    Limits { connect: Duration::from_millis(800), refresh: Duration::from_millis(2_500), ..Limits::default() }
}

async fn read(url: &str) -> Result<LiveCatalog, LiveError> {
    live::read(&target(url), &Limits::default()).await
}

/// So that the proxy can see what passes.
fn unencrypted(url: &str) -> String {
    format!("{url}?ssl-mode=disabled")
}

fn servers() -> impl Iterator<Item = (&'static str, Arc<Server>)> {
    let engines = [("mysql", Engine::Mysql), ("mariadb", Engine::Mariadb)];
    engines.into_iter().filter_map(|(name, engine)| Some((name, Server::shared_of(engine)?)))
}

fn assert_is_a_sentence(why: &LiveError) {
    let text = why.to_string();
    assert!(text.len() > 20 && !text.contains('\n') && !text.ends_with('.'), "{text}");
    assert!(!text.contains(mysql::PASSWORD) && !text.contains(mysql::PASSWORD_IN_URL), "{text}");
}

#[tokio::test]
async fn faults_of_the_network_are_told_and_end() {
    for (engine, server) in servers() {
        server.create("faulty", "create table a (id int primary key)").await;
        let proxy = Proxy::start(server.port()).await;
        let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
        let settings = WatchSettings { poll: Duration::from_millis(50), limits: limits(), ..WatchSettings::default() };
        let url = proxy.through(&server.app_url("faulty"), server.port());
        let _watcher = live::watch(target(&url), settings, move |event| drop(sender.send(event.state)));
        let mut until = async |what: String, fits: &dyn Fn(&State) -> bool| {
            let waiting = async {
                while let Some(state) = events.recv().await {
                    if fits(&state) {
                        return;
                    }
                }
            };
            tokio::time::timeout(ONE_STEP, waiting).await.unwrap_or_else(|_| panic!("{engine}: no {what}"));
        };
        let is_live = |state: &State| matches!(state, State::Live(_));
        until("facts".into(), &is_live).await;
        for (mode, kinds) in [
            (Mode::Refuse, vec![ErrorKind::Unreachable, ErrorKind::Refused]),
            (Mode::Silent, vec![ErrorKind::TimedOut]),
        ] {
            proxy.set(mode);
            proxy.cut();
            until(format!("failure of {mode:?}"), &|state| match state {
                State::Stale { why, reading, .. } => {
                    assert_is_a_sentence(why);
                    assert_eq!(reading.catalog.catalog.tables.len(), 1, "the facts stay");
                    kinds.contains(&why.kind)
                }
                _ => false,
            })
            .await;
            proxy.set(Mode::Pass);
            proxy.cut();
            until(format!("recovery from {mode:?}"), &is_live).await;
        }
        mysql::assert_only_read(&server);
    }
}

#[tokio::test]
async fn a_restart_in_the_middle_of_a_read_is_over_when_the_server_is_back() {
    for engine in [Engine::Mysql, Engine::Mariadb] {
        let Some(mut server) = Server::start(engine, &[]) else { continue };
        server.create("restarted", "create table a (id int primary key)").await;
        let proxy = Proxy::start(server.port()).await;
        proxy.hold_at("information_schema.statistics");
        let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
        let settings = WatchSettings { poll: Duration::from_millis(50), limits: limits(), ..WatchSettings::default() };
        let url = unencrypted(&proxy.through(&server.app_url("restarted"), server.port()));
        let watcher = live::watch(target(&url), settings, move |event| drop(sender.send(event.state)));
        let mut next = async |what: &str| {
            let waiting = async {
                loop {
                    match events.recv().await.expect("the watcher lives") {
                        State::Connecting => {}
                        state => return state,
                    }
                }
            };
            tokio::time::timeout(ONE_STEP, waiting).await.unwrap_or_else(|_| panic!("{engine:?}: no {what}"))
        };
        proxy.held().await;
        server.stop();
        proxy.release();
        match next("failure").await {
            State::Failed { why, .. } => {
                assert!(matches!(why.kind, ErrorKind::Unreachable | ErrorKind::Refused), "{engine:?}: {why}");
                assert_is_a_sentence(&why);
            }
            state => panic!("{engine:?}: no half facts: {state:?}"),
        }
        server.launch();
        // What was tried while it started may have failed again; the next attempt finds it.
        watcher.refresh(Cause::Save);
        loop {
            match next("recovery").await {
                State::Live(reading) => break assert_eq!(reading.catalog.catalog.tables.len(), 1),
                State::Failed { why, .. } => assert_is_a_sentence(&why),
                state => panic!("{engine:?}: {state:?}"),
            }
        }
        mysql::assert_only_read(&server);
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_in_the_middle_of_a_read_gives_no_half_facts() {
    for (engine, server) in servers() {
        server.create("halved", "create table a (id int primary key); create table b (id int primary key)").await;
        let proxy = Proxy::start(server.port()).await;
        let url = unencrypted(&proxy.through(&server.app_url("halved"), server.port()));
        for text in ["information_schema.columns", "information_schema.statistics", "information_schema.views"] {
            proxy.hold_at(text);
            let reading = tokio::spawn({
                let url = url.clone();
                async move { read(&url).await }
            });
            proxy.held().await;
            proxy.cut();
            proxy.release();
            let error = reading.await.expect("no panic").map(drop).expect_err(text);
            assert_eq!(error.kind, ErrorKind::Unreachable, "{engine}, {text}: {error}");
            assert_is_a_sentence(&error);
        }
        let live = read(&url).await.expect("a reading");
        assert!(live.catalog.tables.iter().all(|table| table.primary_key.is_some()));
    }
}

#[tokio::test]
async fn ddl_in_the_middle_of_a_read_is_seen_whole_or_not_at_all() {
    for (engine, server) in servers() {
        server.create("moving", "create table a (id int primary key, old int, key a_old (old))").await;
        let proxy = Proxy::start(server.port()).await;
        let url = unencrypted(&proxy.through(&server.app_url("moving"), server.port()));
        let mut connection = server.connect("moving").await;
        for (text, ddl) in [
            ("information_schema.columns", "alter table a add fresh int, add unique key a_fresh (fresh)"),
            ("information_schema.statistics", "alter table a drop column old"),
            ("information_schema.views", "create view v as select id from a"),
        ] {
            let before = read(&server.app_url("moving")).await.expect("a reading");
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
            assert_ne!(before.catalog, after.catalog, "{engine}: {ddl}");
            assert!(live.catalog == before.catalog || live.catalog == after.catalog, "{engine}: {ddl}: {live:?}");
        }
    }
}

#[tokio::test]
async fn what_a_role_may_not_do_is_told_or_kept_out_of_claims() {
    for (engine, server) in servers() {
        server.create("granted", "create table seen (id int); create table hidden (id int)").await;
        let mut connection = server.connect("granted").await;
        execute(
            &mut connection,
            "create user stranger@'%'; create user guest@'%'; create user single@'%' with max_user_connections 1;
             grant select on granted.seen to guest@'%'; grant select on granted.* to single@'%'",
        )
        .await;
        let url = |user: &str| server.root_url("granted").replace("root", user);
        let error = read(&url("stranger")).await.map(drop).expect_err("no privilege");
        assert_eq!(error.kind, ErrorKind::Permission, "{engine}: {error}");
        assert_is_a_sentence(&error);

        let live = read(&url("guest")).await.expect("what it may see");
        assert_eq!(live.catalog.tables.len(), 1, "{engine}");
        assert!(!live.is_readable(None), "{engine}: there may be more");
        let live = read(&url("single")).await.expect("everything");
        assert_eq!(live.catalog.tables.len(), 2, "{engine}");
        assert!(live.is_readable(None), "{engine}: that is all");

        let options: sqlx::mysql::MySqlConnectOptions = url("single").parse().expect("a URL");
        // The server takes a moment to forget the last one.
        let mut held = sqlx::ConnectOptions::connect(&options).await;
        for _ in 0..100 {
            if held.is_ok() {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
            held = sqlx::ConnectOptions::connect(&options).await;
        }
        let error = read(&url("single")).await.map(drop).expect_err("one too many");
        assert_eq!(error.kind, ErrorKind::TooManyConnections, "{engine}: {error}");
        assert_is_a_sentence(&error);
        held.expect("the one connection");
    }
}

#[tokio::test]
async fn every_ssl_mode_does_what_the_servers_own_client_does() {
    let Some(server) = Server::shared() else { return };
    server.create("tls", "create table a (id int primary key)").await;
    let authority = server.path("data/ca.pem").display().to_string();
    use ErrorKind::{InvalidUrl, Tls};
    for (parameters, expected) in [
        (String::new(), None),
        ("ssl-mode=DISABLED".into(), None),
        ("ssl-mode=preferred".into(), None),
        ("ssl-mode=REQUIRED".into(), None),
        ("sslmode=require".into(), None),
        ("ssl=true".into(), None),
        ("ssl={\"rejectUnauthorized\":true}".into(), Some(Tls)),
        ("ssl-mode=VERIFY_CA".into(), Some(Tls)),
        (format!("ssl-mode=VERIFY_CA&ssl-ca={authority}"), None),
        (format!("ssl-mode=VERIFY_IDENTITY&ssl-ca={authority}"), Some(Tls)),
        (format!("ssl-mode=VERIFY_CA&ssl-ca={authority}.gone"), Some(InvalidUrl)),
        ("ssl-mode=canary".into(), Some(InvalidUrl)),
    ] {
        let result = read(&format!("{}?{parameters}", server.app_url("tls"))).await;
        match (result, expected) {
            (Ok(live), None) => assert_eq!(live.catalog.tables.len(), 1, "{parameters}"),
            (Ok(_), Some(kind)) => panic!("{parameters}: no {kind:?}"),
            (Err(error), expected) => {
                assert_eq!(Some(error.kind), expected, "{parameters}: {error}");
                assert_is_a_sentence(&error);
                assert!(!error.message.contains("canary"), "{error}");
                assert!(error.kind != Tls || error.message.contains("ssl-mode"), "{error}");
            }
        }
    }
    let Some(server) = Server::shared_of(Engine::Mariadb) else { return };
    let url = format!("{}?ssl-mode=REQUIRED", server.app_url("mysql"));
    let error = read(&url).await.map(drop).expect_err("it has no TLS");
    assert_eq!(error.kind, Tls, "{error}");
}

#[tokio::test]
async fn a_lock_on_a_table_does_not_hold_up_the_reading() {
    for (engine, server) in servers() {
        server.create("locked", "create table a (id int primary key); create table b (id int)").await;
        let mut connection = server.connect("locked").await;
        execute(&mut connection, "lock tables a write").await;
        let start = Instant::now();
        let limits = Limits { lock: Duration::from_secs(1), ..Limits::default() };
        let live = live::read(&target(&server.app_url("locked")), &limits).await;
        assert!(start.elapsed() < Duration::from_secs(8), "{engine}: {:?}", start.elapsed());
        match live {
            Ok(live) => assert_eq!(live.catalog.tables.len(), 2, "{engine}"),
            Err(error) => assert_eq!(error.kind, ErrorKind::Busy, "{engine}: {error}"),
        }
    }
}
