//! Reads a real MySQL server, and proves on its own log that nothing but reading reaches it.
#![cfg(unix)]

#[path = "support/facts.rs"]
mod facts;
#[path = "support/mysql.rs"]
mod mysql;

use std::path::PathBuf;
use std::time::Duration;

use drizzle_drift::catalog::{Dialect, Fact, LiveCatalog, Rows};
use drizzle_drift::live::{self, Cause, ErrorKind, Limits, LiveError, State, Target, WatchSettings};
use mysql::{Engine, Server, execute};

fn target(url: &str) -> Target {
    Target { dialect: Dialect::Mysql, url: url.to_owned().into(), auth_token: None, folder: PathBuf::from(".") }
}

async fn read(url: &str) -> Result<LiveCatalog, LiveError> {
    live::read(&target(url), &Limits::default()).await
}

#[tokio::test]
async fn every_kind_of_object_is_read() {
    let Some(server) = Server::shared() else { return };
    let fixture =
        [include_str!("fixtures/live/objects.mysql.sql"), include_str!("fixtures/live/objects.mysql-only.sql")]
            .concat();
    server.create("objects", &fixture).await;
    let live = read(&server.app_url("objects")).await.expect("a reading");
    insta::assert_snapshot!("mysql_objects", facts::facts(&live));
    assert_eq!(live.database.name, "objects");
    assert_eq!(live.database.user.as_deref(), Some("app"));
    let rows = |name: &str| live.evidence(live.catalog.table(None, name).expect(name)).rows;
    assert_eq!(rows("accounts"), Rows::About(2));
    assert_eq!(rows("orders"), Rows::None);
}

#[tokio::test]
async fn every_kind_of_object_of_mariadb_is_read() {
    let Some(server) = Server::shared_of(Engine::Mariadb) else { return };
    let fixture =
        [include_str!("fixtures/live/objects.mysql.sql"), include_str!("fixtures/live/objects.mariadb-only.sql")]
            .concat();
    server.create("objects", &fixture).await;
    let live = read(&server.app_url("objects")).await.expect("a reading");
    insta::assert_snapshot!("mariadb_objects", facts::facts(&live));
    // The type JSON brings a check named as its column. 11.8.9 takes no other of that name.
    let namesake = "create table t (label varchar(9), config json, constraint config check (label like '%\\_x%'))";
    server.create("namesake", namesake).await;
    let checks = &read(&server.app_url("namesake")).await.expect("a reading").catalog.tables[0].checks;
    let texts: Vec<_> = checks.iter().map(|check| check.expression.clone()).collect();
    assert_eq!(texts, [Fact::Known(r"`label` like '%\\_x%'".to_owned())]);

    let Some(newer) = Server::start(Engine::Mariadb11, &[]) else { return };
    newer.create("objects", &fixture).await;
    let later = read(&newer.app_url("objects")).await.expect("a reading");
    assert_eq!(later.database.server_version.split('.').next(), Some("11"));
    // It writes these two in other words.
    let told = facts::facts(&later).replace("x'616263'", "'abc'").replace("`flag` is true", "`flag` <> 0");
    assert_eq!(told, facts::facts(&live));
}

#[tokio::test]
async fn what_cannot_be_read_says_why_and_no_password() {
    let Some(server) = Server::shared() else { return };
    let url = server.app_url("mysql");
    for (url, kind) in [
        (url.replace(mysql::PASSWORD_IN_URL, "canary-wrong"), ErrorKind::Authentication),
        (server.root_url("nowhere"), ErrorKind::NoSuchDatabase),
        ("mysql://app:canary@127.0.0.1:1/app".into(), ErrorKind::Refused),
    ] {
        let error = read(&url).await.map(drop).expect_err(&url);
        assert_eq!(error.kind, kind, "{url}: {error}");
        let said = format!("{error} {error:?}");
        assert!(!said.contains("canary") && !said.contains(mysql::PASSWORD), "{said}");
    }
}

#[tokio::test]
async fn ddl_is_noticed_and_only_reading_reaches_the_server() {
    let Some(server) = Server::shared() else { return };
    server.create("watched", "create table a (id int)").await;
    let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
    let settings = WatchSettings { poll: Duration::from_millis(50), ..WatchSettings::default() };
    let watcher =
        live::watch(target(&server.app_url("watched")), settings, move |event| drop(sender.send(event.state)));
    let mut until = async |count: usize| {
        let waiting = async {
            while let Some(state) = events.recv().await {
                if matches!(&state, State::Live(reading) if reading.catalog.catalog.tables.len() == count) {
                    return;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting).await.expect("the tables");
    };
    until(1).await;
    let mut connection = server.connect("watched").await;
    execute(&mut connection, "create table b (id int)").await;
    until(2).await;
    watcher.refresh(Cause::Command);
    until(2).await;
    execute(&mut connection, "drop table b").await;
    until(1).await;
    drop(watcher);

    mysql::assert_only_read(&server);
}
