//! Reads real PostgreSQL servers, and proves on their own logs that nothing but reading reaches them.
#![cfg(unix)]

#[path = "support/postgresql.rs"]
mod postgresql;

use std::path::PathBuf;

use drizzle_drift::catalog::{self, Dialect, LiveCatalog};
use drizzle_drift::live::{self, ErrorKind, Limits, LiveError, Target};
use postgresql::Server;

fn target(url: &str) -> Target {
    Target { dialect: Dialect::Postgresql, url: url.to_owned().into(), auth_token: None, folder: PathBuf::from(".") }
}

async fn read(url: &str) -> Result<LiveCatalog, LiveError> {
    live::read(&target(url), &Limits::default()).await
}

#[tokio::test]
async fn every_kind_of_object_is_read() {
    let Some(server) = Server::shared() else { return };
    server.create("objects", include_str!("fixtures/live/objects.postgresql.sql")).await;
    let live = read(&server.app_url("objects")).await.expect("a reading");
    insta::assert_json_snapshot!("postgresql_objects", catalog::to_json(&live.catalog));
    assert_eq!(live.database.name, "objects");
    assert_eq!(live.database.host.as_deref(), Some("127.0.0.1"));
    assert_eq!(live.database.user.as_deref(), Some("app"));
    assert!(live.database.server_version.starts_with("17."), "{}", live.database.server_version);
}

#[tokio::test]
async fn what_cannot_be_read_says_why_and_no_password() {
    let Some(server) = Server::shared() else { return };
    let url = server.app_url("postgres");
    let port = server.port();
    for (url, kind) in [
        (url.replace(postgresql::PASSWORD_IN_URL, "canary-wrong"), ErrorKind::Authentication),
        (url.replace("/postgres", "/nowhere"), ErrorKind::NoSuchDatabase),
        (format!("postgres://barred:canary@127.0.0.1:{port}/postgres"), ErrorKind::Authentication),
        (format!("{url}?sslmode=require"), ErrorKind::Tls),
        ("postgres://app:canary@127.0.0.1:1/postgres".into(), ErrorKind::Refused),
        ("postgres://app:canary@host.invalid/postgres".into(), ErrorKind::Unreachable),
        ("postgres://app:canary@/var/run/nowhere/postgres?host=/nowhere".into(), ErrorKind::InvalidUrl),
    ] {
        let error = read(&url).await.map(|_| ()).expect_err(&url);
        assert_eq!(error.kind, kind, "{url}: {error}");
        let said = format!("{error} {error:?}");
        assert!(!said.contains("canary") && !said.contains(postgresql::PASSWORD), "{said}");
    }
}
