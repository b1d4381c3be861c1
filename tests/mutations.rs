//! Single changes of a database that is in sync with its schema: each is reported as what it is, and as nothing else.
//!
//! `tests/fixtures/mutations/DIALECT.{ts,base.sql,sql}`: the schema, what drizzle-kit makes of it, and the changes, each with
//! what is expected of it.
#![cfg(unix)]

#[path = "support/mysql.rs"]
mod mysql;
#[path = "support/postgresql.rs"]
mod postgresql;

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use drizzle_drift::catalog::{Dialect, Filter, LiveCatalog};
use drizzle_drift::declared::{Declared, Kit, Reader, Request};
use drizzle_drift::drift::{Class, compare};
use drizzle_drift::live::{self, Cause, Limits, State, Target, WatchSettings};
use drizzle_drift::text::{FilePath, MemoryFiles};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection};

/// A change and what it is.
struct Mutation {
    expected: BTreeSet<String>,
    /// What is written otherwise in the statements that make the database: `(text, other text)`.
    rewrites: Vec<(String, String)>,
    sql: String,
}

impl Mutation {
    /// `base` as this change has it.
    fn rewritten(&self, base: &str) -> String {
        self.rewrites.iter().fold(base.to_owned(), |base, (text, other)| {
            assert!(base.contains(text), "the base does not contain {text}");
            base.replacen(text, other, 1)
        })
    }
}

/// Reads a list of changes: paragraphs of `-> code object`, `~ text => other text` and statements.
fn mutations(list: &str) -> Vec<Mutation> {
    // The first is no change at all.
    let none = Mutation { expected: BTreeSet::new(), rewrites: Vec::new(), sql: String::new() };
    let paragraphs = list.split("\n\n").filter(|paragraph| paragraph.trim_start().starts_with("-> "));
    let changes = paragraphs.map(|paragraph| {
        let mut mutation = Mutation { expected: BTreeSet::new(), rewrites: Vec::new(), sql: String::new() };
        for line in paragraph.trim_start().lines() {
            if let Some(expected) = line.strip_prefix("-> ") {
                mutation.expected.extend(Some(expected.to_owned()).filter(|expected| expected != "nothing"));
            } else if let Some((text, other)) = line.strip_prefix("~ ").and_then(|line| line.split_once(" => ")) {
                let lines = |text: &str| text.replace("{newline}", "\n");
                mutation.rewrites.push((lines(text), lines(other)));
            } else {
                mutation.sql.push_str(line);
                mutation.sql.push('\n');
            }
        }
        mutation
    });
    std::iter::once(none).chain(changes).collect()
}

fn declared(dialect: Dialect, schema: &str) -> Declared {
    let path = FilePath::new("/project/schema.ts");
    let mut files = MemoryFiles::default();
    files.insert("/project/schema.ts", schema);
    let kit = Kit { version: "0.31.11".into(), source: "test".into(), ..Kit::default() };
    Reader::default().read(&Request { dialect, schema_files: vec![path], casing: None, kit }, &files)
}

fn target(dialect: Dialect, url: &str) -> Target {
    Target { dialect, url: url.to_owned().into(), auth_token: None, folder: Path::new("/").to_owned() }
}

async fn read(dialect: Dialect, url: &str) -> LiveCatalog {
    live::read(&target(dialect, url), &Limits::default()).await.expect("a reading")
}

/// The differences of meaning, as `code object`.
fn drifts(declared: &Declared, live: &LiveCatalog, filter: &Filter) -> BTreeSet<String> {
    let drifts = compare(declared, live, filter).into_iter().filter(|drift| drift.class == Class::Drift);
    drifts.map(|drift| format!("{} {}", drift.code.name(), drift.object)).collect()
}

/// Says all that is wrong at once.
fn report(faults: &[String], count: usize) {
    assert!(faults.is_empty(), "{} of {count} changes are not said as they are:\n{}", faults.len(), faults.join("\n"));
}

fn fault(mutation: &Mutation, found: &BTreeSet<String>) -> Option<String> {
    let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join(", ");
    (*found != mutation.expected).then(|| {
        let change = format!("{:?} {}", mutation.rewrites, mutation.sql.trim());
        format!("{change}\n    expected: {}\n    found:    {}", list(&mutation.expected), list(found))
    })
}

/// What one of several workers that share a list does: every so manieth change, in a database of its own.
const WORKERS: usize = 4;

#[tokio::test]
async fn every_change_of_postgresql_is_said_as_it_is() {
    let Some(server) = postgresql::Server::shared() else { return };
    let dialect = Dialect::Postgresql;
    let declared = declared(dialect, include_str!("fixtures/mutations/postgresql.ts"));
    let filter = Filter { schemas: Some(vec!["public".to_owned(), "app".to_owned()]), ..Filter::default() };
    let base = include_str!("fixtures/mutations/postgresql.base.sql");
    let all = mutations(include_str!("fixtures/mutations/postgresql.sql"));
    server.create("roles", "create role editor").await;
    let work = (0..WORKERS).map(async |worker| {
        let database = format!("changed_{worker}");
        server.create(&database, "").await;
        let mut connection = server.connect(&database).await;
        let mut faults = Vec::new();
        for mutation in all.iter().skip(worker).step_by(WORKERS) {
            let fresh = "drop schema public cascade; drop schema if exists app, other cascade; create schema public;";
            let script = format!("{fresh}\n{}\n{}", mutation.rewritten(base), mutation.sql);
            if let Err(error) = sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut connection).await {
                faults.push(format!("{}: {error}", mutation.sql));
                continue;
            }
            faults.extend(fault(mutation, &drifts(&declared, &read(dialect, &server.url(&database)).await, &filter)));
        }
        connection.close().await.expect("closing");
        faults
    });
    report(&futures::future::join_all(work).await.concat(), all.len());
}

/// Changes that reach further than the relation that they are about: what is there before, and the change.
const FAR_REACHING: &[(&str, &str)] = &[
    (
        "create unique index by_name on orgs (name); alter table notes add column org varchar(100)",
        "alter table notes add foreign key (org) references orgs (name)",
    ),
    ("alter table notes add column mood text check (mood <> '')", "alter table notes rename column mood to temper"),
    (
        "create type mood as enum ('x'); alter table notes add column m mood default 'x'",
        "alter type mood rename to temper",
    ),
    ("create type mood as enum ('x'); alter table notes add column m mood[]", "alter type mood set schema app"),
    ("create domain mood as text; alter table notes add column m mood", "alter domain mood rename to temper"),
    ("create type pair as (a int); alter table notes add column m pair", "alter type pair rename to couple"),
    ("alter table notes add column other regclass default 'orgs'::regclass", "alter table orgs rename to companies"),
    ("alter table notes add column other regclass default 'orgs'::regclass", "alter table orgs set schema app"),
    (
        "create policy p on notes using (exists (select from orgs where orgs.name = body))",
        "alter table orgs rename column name to title",
    ),
    ("create view names as select name from orgs", "alter table orgs rename column name to title"),
    (
        "create table logs (id int, at date) partition by range (at); create table old_logs (id int, at date)",
        "alter table logs attach partition old_logs for values from ('2020-01-01') to ('2021-01-01')",
    ),
    ("create index by_body on notes (lower(body)) where body <> ''", "alter table notes rename column body to content"),
    ("create index by_body on notes (body)", "alter index by_body rename to by_content"),
    ("create table gone (id serial primary key)", "drop table gone; create table gone (id bigserial primary key)"),
    ("", "alter schema app rename to other"),
];

/// A watch that reads anew what has changed knows what a reading of everything finds, after every change.
#[tokio::test]
async fn a_watch_on_postgresql_knows_every_change() {
    // One of its own: its log tells how often only what had changed was asked for.
    let Some(server) = postgresql::Server::start(postgresql::MAJOR) else { return };
    let base = include_str!("fixtures/mutations/postgresql.base.sql");
    let all = mutations(include_str!("fixtures/mutations/postgresql.sql"));
    server.create("watched", "create role editor").await;
    let url = server.url("watched");
    let hour = Duration::from_secs(3_600);
    let settings = WatchSettings { poll: hour, full: hour, idle: 2 * hour, ..WatchSettings::default() };
    let (sender, mut events) = tokio::sync::mpsc::unbounded_channel();
    let watcher = live::watch(target(Dialect::Postgresql, &url), settings, move |event| drop(sender.send(event.state)));
    let mut known = async || loop {
        if let State::Live(reading) = events.recv().await.expect("the watcher lives") {
            return reading.catalog;
        }
    };
    known().await;
    let mut connection = server.connect("watched").await;
    let mut faults = Vec::new();
    let far = FAR_REACHING.iter().map(|(before, sql)| (format!("{base}\n{before};"), (*sql).to_owned()));
    let all: Vec<_> = all.into_iter().map(|mutation| (mutation.rewritten(base), mutation.sql)).chain(far).collect();
    for (before, sql) in &all {
        let fresh = "drop schema public cascade; drop schema if exists app, other cascade; create schema public;";
        postgresql::execute(&mut connection, &format!("{fresh}\n{before}")).await;
        watcher.refresh(Cause::Save);
        known().await;
        postgresql::execute(&mut connection, sql).await;
        watcher.refresh(Cause::Save);
        let (watched, read) = (known().await, read(Dialect::Postgresql, &url).await);
        let same = watched.catalog == read.catalog
            && watched.order == read.order
            && watched.dependents == read.dependents
            && watched.owned_sequences == read.owned_sequences;
        if !same {
            faults.push(sql.trim().to_owned());
        }
    }
    report(&faults, all.len());
    let log = server.log();
    let partly = log.lines().filter(|line| line.contains("and a.attrelid = any ('{")).count();
    println!("{partly} of {} changes were read by themselves", all.len());
    assert!(partly * 2 > all.len(), "only {partly} of {} changes were read by themselves", all.len());
}

#[tokio::test]
async fn every_change_of_mysql_is_said_as_it_is() {
    let Some(server) = mysql::Server::shared() else { return };
    let dialect = Dialect::Mysql;
    let declared = declared(dialect, include_str!("fixtures/mutations/mysql.ts"));
    let base = include_str!("fixtures/mutations/mysql.base.sql");
    let all = mutations(include_str!("fixtures/mutations/mysql.sql"));
    let work = (0..WORKERS).map(async |worker| {
        let database = format!("changed_{worker}");
        let mut connection = server.connect("mysql").await;
        let mut faults = Vec::new();
        for mutation in all.iter().skip(worker).step_by(WORKERS) {
            let fresh = format!("drop database if exists {database}; create database {database}; use {database};");
            let script = format!("{fresh}\n{}\n{}", mutation.rewritten(base), mutation.sql);
            if let Err(error) = sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut connection).await {
                faults.push(format!("{}: {error}", mutation.sql));
                continue;
            }
            let live = read(dialect, &server.root_url(&database)).await;
            faults.extend(fault(mutation, &drifts(&declared, &live, &Filter::default())));
        }
        connection.close().await.expect("closing");
        faults
    });
    report(&futures::future::join_all(work).await.concat(), all.len());
}

#[tokio::test]
async fn every_change_of_sqlite_is_said_as_it_is() {
    let dialect = Dialect::Sqlite;
    let declared = declared(dialect, include_str!("fixtures/mutations/sqlite.ts"));
    let base = include_str!("fixtures/mutations/sqlite.base.sql");
    let all = mutations(include_str!("fixtures/mutations/sqlite.sql"));
    let folder = tempfile::tempdir().expect("a folder");
    let mut faults = Vec::new();
    for (number, mutation) in all.iter().enumerate() {
        let path = folder.path().join(format!("{number}.db"));
        let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true).foreign_keys(false);
        let mut connection = options.connect().await.expect("a database");
        let script = format!("begin;\n{}\n{}\ncommit;", mutation.rewritten(base), mutation.sql);
        if let Err(error) = sqlx::raw_sql(AssertSqlSafe(script)).execute(&mut connection).await {
            faults.push(format!("{:?} {}: {error}", mutation.rewrites, mutation.sql));
            continue;
        }
        connection.close().await.expect("closing");
        let live = read(dialect, &path.to_string_lossy()).await;
        faults.extend(fault(mutation, &drifts(&declared, &live, &Filter::default())));
    }
    report(&faults, all.len());
}
