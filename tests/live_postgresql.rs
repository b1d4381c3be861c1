//! Reads real PostgreSQL servers, and proves on their own logs that nothing but reading reaches them.
#![cfg(unix)]

#[path = "support/postgresql.rs"]
mod postgresql;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use drizzle_drift::catalog::{self, Dialect, LiveCatalog, Rows};
use drizzle_drift::live::{
    self, Cause, ErrorKind, Limits, LiveError, LiveEvent, State, Target, WatchSettings, Watcher,
};
use postgresql::{Server, assert_only_read, execute, statements};
use tokio::sync::mpsc;

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
async fn a_schema_that_grew_for_years_is_read() {
    let Some(server) = Server::shared() else { return };
    server.create("torture", include_str!("fixtures/live/torture.postgresql.sql")).await;
    let live = read(&server.app_url("torture")).await.expect("a reading");
    insta::assert_json_snapshot!("postgresql_torture", catalog::to_json(&live.catalog));
}

#[tokio::test]
async fn sequences_and_indexes_tell_what_rests_on_them() {
    let Some(server) = Server::shared() else { return };
    server.create("owners", include_str!("fixtures/live/objects.postgresql.sql")).await;
    let live = read(&server.app_url("owners")).await.expect("a reading");
    let owned: Vec<_> = live
        .owned_sequences
        .iter()
        .map(|owned| {
            let schema = owned.schema.as_deref().unwrap_or_default();
            (owned.sequence.name.as_str(), format!("{schema}.{}.{}", owned.table, owned.column), owned.identity)
        })
        .collect();
    let expected = [
        ("Odd \"Table\"_Id_seq", "Odd Schema.Odd \"Table\".Id", false),
        ("invoices_id_seq", "billing.invoices.id", false),
        ("accounts_id_seq", "public.accounts.id", true),
        ("accounts_other_seq", "public.accounts.other", true),
        ("belongs_id_seq", "public.belongs.id", false),
        ("numbered_by_hand", "public.numbered.other", false),
        ("orders_big_seq", "public.orders.big", false),
        ("orders_id_seq", "public.orders.id", false),
        ("orders_small_seq", "public.orders.small", false),
    ];
    assert_eq!(owned, expected.map(|(name, owner, identity)| (name, owner.to_owned(), identity)));
    let referenced: Vec<_> = live
        .catalog
        .tables
        .iter()
        .flat_map(|table| &table.indexes)
        .filter(|index| index.referenced)
        .map(|index| index.name.as_str())
        .collect();
    assert_eq!(referenced, ["parents_c"]);
}

#[tokio::test]
async fn a_truncated_table_tells_by_its_file() {
    let Some(server) = Server::shared() else { return };
    let sql = "create table cut (id int); create table kept (id int);
               insert into cut select generate_series(1, 9); insert into kept select generate_series(1, 9);";
    server.create("truncated", sql).await;
    let url = server.app_url("truncated");
    let before = read(&url).await.expect("a reading");
    let mut connection = server.connect("truncated").await;
    execute(&mut connection, "truncate cut; analyze").await;
    drop(connection);
    let after = read(&url).await.expect("a reading");
    let of = |live: &LiveCatalog, name: &str| live.evidence(live.catalog.table(Some("public"), name).expect(name));
    assert_ne!(of(&before, "cut").file, of(&after, "cut").file);
    assert_eq!((of(&before, "cut").bytes, of(&after, "cut").bytes), (Some(8_192), Some(0)));
    assert_eq!((of(&after, "cut").rows, of(&before, "kept").file), (Rows::None, of(&after, "kept").file));
    assert!(of(&before, "kept").file.is_some());
    // The statistics are written a moment after the session has ended.
    let end = Instant::now() + Duration::from_secs(10);
    loop {
        let evidence = of(&read(&url).await.expect("a reading"), "kept");
        if evidence.inserted == Some(9) && evidence.last_analyze.is_some() && evidence.last_scan.is_none() {
            break;
        }
        assert!(Instant::now() < end, "{evidence:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
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

#[tokio::test]
async fn a_listener_that_never_answers_is_given_up_in_time() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("its address").port();
    let limits = Limits { connect: Duration::from_millis(300), ..Limits::default() };
    let begin = Instant::now();
    let url = format!("postgres://app:canary@127.0.0.1:{port}/app");
    let error = live::read(&target(&url), &limits).await.map(|_| ()).expect_err("it never answers");
    assert_eq!(error.kind, ErrorKind::TimedOut, "{error}");
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
}

#[tokio::test]
async fn rows_are_told_by_statistics() {
    let Some(server) = Server::shared() else { return };
    server
        .create(
            "rows",
            "create table empty (id int); create table full_ (id int); create table cleared (id int);
             insert into full_ select generate_series(1, 1204); insert into cleared select generate_series(1, 50);
             analyze; delete from cleared; truncate empty;",
        )
        .await;
    let end = Instant::now() + Duration::from_secs(10);
    let rows = loop {
        let live = read(&server.app_url("rows")).await.expect("a reading");
        let rows = ["empty", "full_", "cleared"]
            .map(|name| live.evidence(live.catalog.table(Some("public"), name).expect(name)).rows);
        // A server writes its statistics when the session that made them has ended, a moment after its client has left.
        if rows[2] != Rows::About(50) || Instant::now() > end {
            break rows;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    // Of what was deleted, nobody has counted what is left.
    assert_eq!(rows, [Rows::None, Rows::About(1204), Rows::Unknown]);
}

/// What a watcher has told, for a test to wait on.
struct Told(mpsc::UnboundedReceiver<LiveEvent>);

impl Told {
    fn watch(url: &str, poll: Duration) -> (Watcher, Self) {
        let (sender, receiver) = mpsc::unbounded_channel();
        let settings = WatchSettings { poll, ..WatchSettings::default() };
        let watcher = live::watch(target(url), settings, move |event| drop(sender.send(event)));
        (watcher, Self(receiver))
    }

    async fn until(&mut self, what: &str, fits: impl Fn(&State) -> bool) -> State {
        let waiting = async {
            loop {
                let event = self.0.recv().await.expect("the watcher lives");
                if fits(&event.state) {
                    return event.state;
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), waiting).await.expect(what)
    }
}

fn has(state: &State, table: &str) -> bool {
    matches!(state, State::Live(reading) if reading.catalog.catalog.table(Some("public"), table).is_some())
}

#[tokio::test]
async fn ddl_in_another_connection_is_noticed_and_inserts_are_not() {
    let Some(server) = Server::shared() else { return };
    server.create("watched", "create table a (id int)").await;
    let (_watcher, mut told) = Told::watch(&server.app_url("watched"), Duration::from_millis(50));
    let first = told.until("the first reading", |state| has(state, "a")).await;
    let mut connection = server.connect("watched").await;
    execute(&mut connection, "insert into a values (1)").await;
    for _ in 0..4 {
        told.until("a look", |state| matches!(state, State::Live(_))).await;
    }
    let same = told.until("a look", |state| matches!(state, State::Live(_))).await;
    let (first, same) = (first.reading().expect("facts"), same.reading().expect("facts"));
    assert_eq!(first.generation, same.generation);
    assert!(same.confirmed_at > first.confirmed_at && same.read_at == first.read_at);
    execute(&mut connection, "begin; create table b (id int)").await;
    told.until("a look", |state| matches!(state, State::Live(_))).await;
    execute(&mut connection, "commit").await;
    told.until("table b", |state| has(state, "b")).await;
    for ddl in [
        "alter table a alter id set not null",
        "create type t as enum ('x')",
        "comment on table a is 'x'",
        "alter table a rename to c",
        "alter type t add value 'y'",
        "create policy p on c",
        "create sequence s",
        "alter sequence s increment 3",
        "create view v as select 1 as one",
        "alter table c owner to app",
    ] {
        let before = told.until("a look", |state| matches!(state, State::Live(_))).await;
        let before = before.reading().expect("facts").generation;
        execute(&mut connection, ddl).await;
        told.until(ddl, |state| state.reading().is_some_and(|reading| reading.generation > before)).await;
    }
}

#[tokio::test]
async fn a_look_at_an_unchanged_database_is_one_statement() {
    const LOOKS: usize = 5;
    // One of its own: what others do on it makes it look at the structure too.
    let Some(server) = Server::start(postgresql::MAJOR) else { return };
    server.create("unchanged", "create table a (id int)").await;
    // Rarely enough not to look by itself, and often enough to hold the connection.
    let (watcher, mut told) = Told::watch(&server.app_url("unchanged"), Duration::from_secs(20));
    told.until("the first reading", |state| has(state, "a")).await;
    let sent = || statements(&server.log(), "drizzle-drift|unchanged|").len();
    let before = sent();
    assert!(before <= 16, "a reading takes {before} statements");
    for _ in 0..LOOKS {
        watcher.refresh(Cause::Focus);
        told.until("a look", |state| has(state, "a")).await;
    }
    // So may the server's own workers.
    let more = sent() - before;
    assert!((LOOKS..=2 * LOOKS).contains(&more), "{more} statements");
}

#[tokio::test]
async fn a_server_that_goes_and_comes_back_is_stale_in_between() {
    let Some(mut server) = Server::start(postgresql::MAJOR) else { return };
    server.create("app", "create table a (id int)").await;
    let (watcher, mut told) = Told::watch(&server.app_url("app"), Duration::from_millis(50));
    told.until("the first reading", |state| has(state, "a")).await;
    server.stop();
    let stale = told.until("stale facts", |state| matches!(state, State::Stale { .. })).await;
    let State::Stale { reading, why, retry_at } = stale else { panic!("stale") };
    assert!(reading.catalog.catalog.table(Some("public"), "a").is_some(), "the last facts stay");
    assert!(matches!(why.kind, ErrorKind::Refused | ErrorKind::Unreachable), "{why}");
    assert!(retry_at > reading.confirmed_at);
    server.launch();
    watcher.refresh(Cause::Focus);
    told.until("facts that hold again", |state| has(state, "a")).await;
    assert!(!format!("{:?}", told.0).contains("canary"));
}

#[tokio::test]
async fn a_watch_on_nothing_fails_with_patience_and_goes_with_its_watcher() {
    let (watcher, mut told) = Told::watch("postgres://app:canary@127.0.0.1:1/app", Duration::from_millis(10));
    let state = told.until("a failure", |state| matches!(state, State::Failed { .. })).await;
    let State::Failed { why, retry_at } = state else { panic!("failed") };
    assert_eq!(why.kind, ErrorKind::Refused);
    assert!(retry_at > Instant::now() + Duration::from_millis(500));
    drop(watcher);
    let end = tokio::time::timeout(Duration::from_secs(5), async { while told.0.recv().await.is_some() {} }).await;
    assert!(end.is_ok(), "the worker ends");
}

#[tokio::test]
async fn only_reading_reaches_the_server() {
    // A server of its own: where others write meanwhile, a reading asks once more whether the structure stood still.
    let Some(server) = Server::start(postgresql::MAJOR) else { return };
    server.create("recorded", include_str!("fixtures/live/objects.postgresql.sql")).await;
    read(&server.app_url("recorded")).await.expect("a reading");
    let once = statements(&server.log(), "drizzle-drift|recorded|");
    assert!((10..=16).contains(&once.len()), "{} statements: {once:?}", once.len());

    let (watcher, mut told) = Told::watch(&server.app_url("recorded"), Duration::from_millis(20));
    told.until("the first reading", |state| matches!(state, State::Live(_))).await;
    let mut connection = server.connect("recorded").await;
    execute(&mut connection, "create table another (id int)").await;
    told.until("the new table", |state| has(state, "another")).await;
    watcher.refresh(Cause::Command);
    for _ in 0..10 {
        told.until("a look", |state| matches!(state, State::Live(_))).await;
    }
    drop(watcher);
    let log = server.log();
    let all = statements(&log, "drizzle-drift|recorded|");
    assert!(all.len() > 3 * once.len(), "{all:?}");
    assert_only_read(&server, "recorded");
    assert!(!log.lines().any(|line| line.starts_with("drizzle-drift|recorded|ERROR")), "{log}");
    // An unchanged look costs one statement.
    let looks = log.matches("txid_current_snapshot").count();
    let reads = log.matches("drizzle-drift|recorded|LOG:  statement: begin").count();
    assert!(looks > reads, "{looks} looks, {reads} readings");
}
