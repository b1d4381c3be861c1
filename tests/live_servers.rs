//! Reads PostgreSQL as it is met in the wild: old and new versions, poolers, roles without rights, servers that hang.
#![cfg(unix)]

#[path = "support/pooler.rs"]
mod pooler;
#[path = "support/postgresql.rs"]
mod postgresql;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use drizzle_drift::catalog::{self, Dialect, Fact, Filter, LiveCatalog};
use drizzle_drift::declared::Declared;
use drizzle_drift::drift;
use drizzle_drift::live::{self, ErrorKind, Limits, LiveError, State, Target, WatchSettings};
use postgresql::{Server, execute};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

const OBJECTS: &str = include_str!("fixtures/live/objects.postgresql.sql");

async fn read(url: &str, limits: &Limits) -> Result<LiveCatalog, LiveError> {
    let target = Target {
        dialect: Dialect::Postgresql,
        url: url.to_owned().into(),
        auth_token: None,
        folder: PathBuf::from("."),
    };
    live::read(&target, limits).await
}

/// What every version says alike: how a view is written back has changed in version 16.
fn common(live: &LiveCatalog) -> Value {
    let mut json = catalog::to_json(&live.catalog);
    for view in json["views"].as_array_mut().expect("views") {
        view["definition"] = Value::Null;
    }
    json
}

#[tokio::test]
async fn every_version_gives_the_same_catalog() {
    const SINCE_15: &str = "unique nulls not distinct";
    let Some(server) = Server::shared() else { return };
    server.create("versions", OBJECTS).await;
    let older = OBJECTS.replace(SINCE_15, "unique");
    server.create("versions_12", &older).await;
    for (major, fixture, database) in [
        (12, older.clone(), "versions_12"),
        (13, older.clone(), "versions_12"),
        (14, older, "versions_12"),
        (15, OBJECTS.into(), "versions"),
        (16, OBJECTS.into(), "versions"),
        (18, OBJECTS.into(), "versions"),
    ] {
        let Some(other) = Server::start(major) else { continue };
        other.create("objects", &fixture).await;
        let expected = read(&server.app_url(database), &Limits::default()).await.expect("a reading");
        let live = read(&other.app_url("objects"), &Limits::default()).await.expect("a reading");
        assert!(live.database.server_version.starts_with(&format!("{major}.")), "{}", live.database.server_version);
        assert_same(&common(&live), &common(&expected));
    }
}

#[tokio::test]
async fn what_version_18_brought_is_read() {
    let Some(server) = Server::start(18) else { return };
    let sql = "create table parents (id integer primary key);
               create table news (
                 id integer constraint spelled_out not null, twice integer generated always as (id * 2) virtual,
                 thrice integer generated always as (id * 3) stored, room integer, during int4range not null,
                 constraint loose check (id > 0) not enforced,
                 constraint loose_key foreign key (room) references parents not enforced);";
    server.create("news", sql).await;
    let live = read(&server.app_url("news"), &Limits::default()).await.expect("a reading");
    let table = live.catalog.table(Some("public"), "news").expect("the table");
    let checks: Vec<_> = table.checks.iter().map(|check| (check.name.as_deref(), check.not_enforced)).collect();
    assert_eq!(checks, [(Some("loose"), true)], "NOT NULL is no check");
    assert_eq!(table.column("id").map(|column| &column.not_null), Some(&Fact::Known(true)));
    let generated = |name| table.column(name).and_then(|column| column.generated.clone()).expect(name);
    assert!(!generated("twice").stored && generated("thrice").stored);
    assert_eq!(generated("twice").expression, Fact::Known("(id * 2)".into()));
    assert_eq!(table.foreign_keys.iter().map(|key| key.not_valid).collect::<Vec<_>>(), [true]);
}

/// The first place where two catalogs differ, since the whole is long.
fn assert_same(found: &Value, expected: &Value) {
    let (found, expected) = (format!("{found:#}"), format!("{expected:#}"));
    for (line, (found, expected)) in found.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {line}");
    }
    assert_eq!(found.len(), expected.len());
}

#[tokio::test]
async fn a_role_without_rights_sees_the_structure_all_the_same() {
    let Some(server) = Server::shared() else { return };
    let closed = "create schema closed; create table closed.t (id int primary key, secret text default 'x');
                  revoke all on schema closed from public; revoke all on closed.t from public";
    server.create("closed", closed).await;
    let live = read(&server.app_url("closed"), &Limits::default()).await.expect("a reading");
    assert_eq!(live.catalog.table(Some("closed"), "t").map(|table| table.columns.len()), Some(2));
    // It says so, and nothing is claimed of what is in there.
    assert_eq!(live.unreadable, ["closed"]);
    let declared = Declared::empty(Dialect::Postgresql);
    let drifts = drift::compare(&declared, &live, &Filter::default());
    assert!(drifts.is_empty(), "{drifts:?}");
    let live = read(&server.url("closed"), &Limits::default()).await.expect("a reading");
    assert!(live.unreadable.is_empty());
}

/// How a pooler treats the options of a start-up message.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Pooler {
    /// As PgBouncer does.
    Refuses,
    /// As PGlite's socket does.
    Ignores,
}

/// Stands between the tool and a server; tells the port.
async fn pooler(kind: Pooler, server: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its address").port();
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            tokio::spawn(pass_on(client, kind, server));
        }
    });
    port
}

async fn pass_on(mut client: TcpStream, kind: Pooler, server: u16) -> std::io::Result<()> {
    let body = startup(&mut client).await?;
    let mut fields: Vec<&[u8]> = body[4..].split(|byte| *byte == 0).collect();
    if let Some(at) = fields.iter().step_by(2).position(|key| *key == b"options") {
        if kind == Pooler::Refuses {
            let error = b"SFATAL\0VFATAL\0C08P01\0Munsupported startup parameter: options\0\0";
            client.write_all(&message(b'E', error)).await?;
            return client.shutdown().await;
        }
        fields.drain(2 * at..2 * at + 2);
    }
    let mut upstream = TcpStream::connect(("127.0.0.1", server)).await?;
    let body = [&body[..4], &fields.join(&0)].concat();
    upstream.write_all(&(body.len() as u32 + 4).to_be_bytes()).await?;
    upstream.write_all(&body).await?;
    copy_bidirectional(&mut client, &mut upstream).await.map(drop)
}

/// The start-up message without its length, after the request for encryption has been declined.
async fn startup(client: &mut TcpStream) -> std::io::Result<Vec<u8>> {
    const ENCRYPTION: [u8; 4] = 80_877_103_u32.to_be_bytes();
    loop {
        let length = client.read_u32().await? as usize - 4;
        let mut body = vec![0; length];
        client.read_exact(&mut body).await?;
        if body[..4] != ENCRYPTION {
            return Ok(body);
        }
        client.write_all(b"N").await?;
    }
}

fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    [&[kind][..], &(body.len() as u32 + 4).to_be_bytes(), body].concat()
}

#[tokio::test]
async fn poolers_that_refuse_or_ignore_options_are_read_through() {
    let Some(server) = Server::shared() else { return };
    for kind in [Pooler::Refuses, Pooler::Ignores] {
        let database = format!("pooled_{kind:?}").to_lowercase();
        server.create(&database, OBJECTS).await;
        let port = pooler(kind, server.port()).await;
        let url = server.app_url(&database);
        let direct = read(&url, &Limits::default()).await.expect("a reading");
        let pooled = url.replace(&format!(":{}/", server.port()), &format!(":{port}/"));
        let live = read(&pooled, &Limits::default()).await.expect("a reading through the pooler");
        assert_same(&common(&live), &common(&direct));
        // The limits hold although the server was not told at start-up.
        let limits = Limits { statement: Duration::from_millis(1), ..Limits::default() };
        let result = read(&pooled, &limits).await;
        assert!(result.is_ok() || result.is_err_and(|error| error.kind == ErrorKind::TimedOut));
        let log = server.log();
        let mark = format!("drizzle-drift|{database}|LOG:  statement: begin");
        let limited =
            |begun: &str| begun.lines().skip(1).take(3).any(|line| line == "\tset local statement_timeout = 1;");
        assert!(log.split(&mark).skip(1).any(limited), "{log}");
    }
}

/// What others do in the same pool goes on between our statements.
#[tokio::test]
async fn pgbouncer_is_read_and_watched_through() {
    let Some(server) = Server::shared() else { return };
    let Some(pooler) = pooler::pgbouncer(server.port(), "app", postgresql::PASSWORD) else { return };
    server.create("bounced", OBJECTS).await;
    let direct = read(&server.app_url("bounced"), &Limits::default()).await.expect("a reading");
    let url = server.app_url("bounced").replace(&format!(":{}/", server.port()), &format!(":{}/", pooler.port));
    let readings = (0..6).map(|_| {
        let url = url.clone();
        tokio::spawn(async move { read(&url, &Limits::default()).await })
    });
    for reading in readings.collect::<Vec<_>>() {
        let live = reading.await.expect("no panic").expect("a reading through PgBouncer");
        assert_same(&common(&live), &common(&direct));
    }
    let (sender, mut told) = tokio::sync::mpsc::unbounded_channel();
    let settings = WatchSettings { poll: Duration::from_millis(20), ..WatchSettings::default() };
    let target = Target { dialect: Dialect::Postgresql, url: url.into(), auth_token: None, folder: PathBuf::from(".") };
    let _watcher = live::watch(target, settings, move |event| drop(sender.send(event.state)));
    let mut generation = async |least: u64| loop {
        match told.recv().await.expect("the watcher lives") {
            State::Live(reading) if reading.generation >= least => return reading.generation,
            State::Failed { why, .. } | State::Stale { why, .. } => panic!("{why}"),
            _ => {}
        }
    };
    let first = generation(1).await;
    let mut connection = server.connect("bounced").await;
    execute(&mut connection, "create table another (id int)").await;
    assert_eq!(tokio::time::timeout(Duration::from_secs(10), generation(first + 1)).await.expect("news"), first + 1);
    postgresql::assert_only_read(&server, "bounced");
}

/// It ignores start-up options, and gives all clients the one session that it has.
#[tokio::test]
async fn pglite_is_read_through_its_socket() {
    let sql = "create table a (id serial primary key, n numeric(10, 2)); create view v as select id from a";
    let Some(pooler) = pooler::pglite(sql) else { return };
    let url = format!("postgres://postgres@127.0.0.1:{}/postgres?sslmode=disable", pooler.port);
    let limits = Limits { connect: Duration::from_secs(20), ..Limits::default() };
    let live = read(&url, &limits).await.expect("a reading");
    let table = live.catalog.table(Some("public"), "a").expect("the table");
    let types: Vec<_> = table.columns.iter().filter_map(|column| column.sql_type.known()).collect();
    assert_eq!(types, ["serial", "numeric(10, 2)"]);
    assert_eq!(live.catalog.views.len(), 1);
    assert!(read(&url, &limits).await.is_ok(), "the session is as it was");
}

#[tokio::test]
async fn a_server_that_falls_silent_is_given_up_in_time() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its address").port();
    tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.expect("a client");
        startup(&mut client).await.expect("a start-up");
        let welcome = [message(b'R', &[0; 4]), message(b'Z', b"I")].concat();
        client.write_all(&welcome).await.expect("a welcome");
        tokio::time::sleep(Duration::from_secs(60)).await;
    });
    let limits = Limits { refresh: Duration::from_millis(400), ..Limits::default() };
    let begin = Instant::now();
    let error = read(&format!("postgres://app@127.0.0.1:{port}/app"), &limits).await.map(drop).expect_err("silence");
    assert_eq!(error.kind, ErrorKind::TimedOut, "{error}");
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn a_server_that_grants_no_read_only_transaction_is_not_read() {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let asked = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.expect("a client");
        startup(&mut client).await.expect("a start-up");
        let ready = message(b'Z', b"I");
        client.write_all(&[message(b'R', &[0; 4]), ready.clone()].concat()).await.expect("a welcome");
        let mut asked = Vec::new();
        while let Ok(kind) = client.read_u8().await {
            let mut body = vec![0; client.read_u32().await.expect("a length") as usize - 4];
            client.read_exact(&mut body).await.expect("a body");
            if kind != b'Q' {
                break;
            }
            let sql = String::from_utf8_lossy(&body).trim_end_matches('\0').to_owned();
            let column = [b"c\0".as_slice(), &[0; 6], &25_u32.to_be_bytes(), &[255; 6], &[0; 2]].concat();
            let row = message(b'D', &[0, 1, 0, 0, 0, 3, b'o', b'f', b'f']);
            let mut answer = Vec::new();
            if sql.starts_with("show") {
                answer.extend(message(b'T', &[&[0, 1][..], &column].concat()));
                answer.extend(row);
            }
            answer.extend(message(b'C', b"OK\0"));
            answer.extend(&ready);
            client.write_all(&answer).await.expect("an answer");
            asked.push(sql);
        }
        asked
    });
    let error = read(&format!("postgres://app@127.0.0.1:{port}/app"), &Limits::default()).await.map(drop);
    assert_eq!(error.expect_err("refused").kind, ErrorKind::NotReadOnly);
    let asked = asked.await.expect("the server ends");
    assert_eq!(asked.last().map(String::as_str), Some("rollback"));
    assert_eq!(asked.len(), 3, "nothing else was asked: {asked:?}");
}
