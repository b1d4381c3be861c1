//! Cloudflare D1 over its HTTP API. <https://developers.cloudflare.com/api/resources/d1/subresources/database/methods/raw/>
//!
//! It has neither transactions nor a session that refuses writes; nothing is sent but the statements of this room.

use hyper::Uri;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::super::address::invalid;
use super::super::sqlite::{Cell, Row};
use super::super::{Limits, LiveError, Target};
use super::http::Client;
use super::{Answer, Statement};

/// How a target says that it is one: `d1://ACCOUNT/DATABASE`.
pub(super) const SCHEME: &str = "d1://";
const API: &str = "https://api.cloudflare.com/client/v4";
const TOKEN: &str = "`token` in the config, which needs the permission D1 Read";

/// A database of an account.
pub(super) struct D1 {
    client: Client,
    query: Uri,
    /// The database's id.
    pub database: String,
}

impl D1 {
    /// Nothing is connected yet.
    pub fn new(target: &Target, limits: &Limits) -> Result<Self, LiveError> {
        Self::at(API, &target.url, target.auth_token.as_ref(), limits)
    }

    fn at(api: &str, url: &SecretString, token: Option<&SecretString>, limits: &Limits) -> Result<Self, LiveError> {
        let wrong = || invalid("the URL names no D1 database: it has to be `d1://ACCOUNT_ID/DATABASE_ID`");
        let is_id =
            |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        let ids = url.expose_secret().strip_prefix(SCHEME).and_then(|rest| rest.split_once('/'));
        let (account, database) =
            ids.filter(|(account, database)| is_id(account) && is_id(database)).ok_or_else(wrong)?;
        let query: Uri = format!("{api}/accounts/{account}/d1/database/{database}/raw").parse().map_err(|_| wrong())?;
        Ok(Self { client: Client::new(&query, token, TOKEN, limits)?, query, database: database.to_owned() })
    }

    /// The server, for messages.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Runs one statement after the other.
    pub async fn run(&self, statements: &[Statement]) -> Result<Vec<Answer>, LiveError> {
        let mut answers = Vec::with_capacity(statements.len());
        for (sql, arguments) in statements {
            let answer = self.client.post(&self.query, &json!({ "sql": sql, "params": arguments })).await?;
            if answer["success"] != true {
                answers.push(Err(answer["errors"][0]["message"].as_str().unwrap_or("no reason given").to_owned()));
                continue;
            }
            let rows = answer["result"][0]["results"]["rows"].as_array();
            let rows = rows.ok_or_else(|| self.client.unexpected("it has no rows"))?;
            answers.push(Ok(rows.iter().map(row).collect()));
        }
        Ok(answers)
    }
}

fn row(values: &Value) -> Row {
    let cell = |value: &Value| match value {
        Value::Null => Cell::Null,
        Value::String(text) => Cell::Text(text.clone()),
        Value::Number(number) => number.as_i64().map_or(Cell::Other, Cell::Integer),
        _ => Cell::Other,
    };
    Row(values.as_array().map(|values| values.iter().map(cell).collect()).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
    use sqlx::{AssertSqlSafe, ConnectOptions, Row as _, SqlSafeStr};
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};

    use super::super::Server;
    use super::*;
    use crate::catalog::{Dialect, Rows};
    use crate::live::ErrorKind;

    /// An imitation of the API in front of a real SQLite.
    async fn imitation(schema: &'static str) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("its address");
        tokio::spawn(async move {
            let mut database = SqliteConnectOptions::new().in_memory(true).connect().await.expect("a database");
            sqlx::raw_sql(schema).execute(&mut database).await.expect("the schema");
            // One connection, which the client keeps.
            while let Ok((mut stream, _)) = listener.accept().await {
                while let Some((head, body)) = request(&mut stream).await {
                    let (status, answer) = respond(&head, &body, &mut database).await;
                    let answer = answer.to_string();
                    let head = format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n", answer.len());
                    stream.write_all((head + &answer).as_bytes()).await.expect("sending");
                }
            }
        });
        format!("http://{address}/client/v4")
    }

    async fn request(stream: &mut TcpStream) -> Option<(String, Value)> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).ok()?.to_ascii_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())?;
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        Some((head, serde_json::from_slice(&body).ok()?))
    }

    async fn respond(head: &str, body: &Value, database: &mut SqliteConnection) -> (&'static str, Value) {
        if !head.contains("authorization: bearer t0k") {
            return (
                "403 Forbidden",
                json!({ "success": false, "errors": [{ "code": 10000, "message": "Authentication error" }] }),
            );
        }
        if !head.starts_with("post /client/v4/accounts/acc/d1/database/1b-2c/raw ") {
            return ("404 Not Found", json!({ "success": false, "errors": [{ "code": 7404 }] }));
        }
        let sql = body["sql"].as_str().unwrap_or_default().to_owned();
        // Not authorised there, as transactions are not.
        let forbidden = ["pragma schema_version", "begin", "rollback"].iter().any(|word| sql.starts_with(word));
        let mut query = sqlx::query(AssertSqlSafe(sql).into_sql_str());
        for parameter in body["params"].as_array().into_iter().flatten() {
            query = query.bind(parameter.as_str().unwrap_or_default().to_owned());
        }
        match query.fetch_all(database).await {
            Ok(rows) if !forbidden => {
                let value = |row: &sqlx::sqlite::SqliteRow, index: usize| {
                    let text = row.try_get::<Option<String>, _>(index).map(|text| json!(text));
                    text.or_else(|_| row.try_get::<i64, _>(index).map(|number| json!(number))).unwrap_or_default()
                };
                let rows: Vec<Vec<Value>> =
                    rows.iter().map(|row| (0..row.len()).map(|index| value(row, index)).collect()).collect();
                (
                    "200 OK",
                    json!({ "success": true, "result": [{ "success": true, "results": { "columns": [], "rows": rows } }] }),
                )
            }
            _ => ("200 OK", json!({ "success": false, "errors": [{ "code": 7500, "message": "not authorized" }] })),
        }
    }

    fn target(url: &str, token: &str) -> Target {
        Target {
            dialect: Dialect::Sqlite,
            url: url.to_owned().into(),
            auth_token: Some(token.to_owned().into()),
            folder: ".".into(),
        }
    }

    #[tokio::test]
    async fn a_database_of_d1_is_read() {
        let api = imitation(
            "create table users (id integer primary key autoincrement, email text unique); insert into users (email) values ('a');
             create table posts (id integer primary key, user_id integer references users (id));
             create virtual table notes using fts5(title); create view v as select id from users;
             create table _cf_KV (k text primary key) without rowid;",
        )
        .await;
        let limits = Limits::default();
        let target = target("d1://acc/1b-2c", "t0k");
        let d1 = D1::at(&api, &target.url, target.auth_token.as_ref(), &limits).expect("a client");
        let mut server = Server::D1(d1);
        let (_, live) = server.read(&target).await.expect("a reading");
        let names: Vec<&str> = live.catalog.tables.iter().map(|table| table.name.as_str()).collect();
        assert!(["users", "posts", "notes", "notes_data"].iter().all(|name| names.contains(name)), "{names:?}");
        let table = |name: &str| live.catalog.table(None, name).expect("the table");
        assert_eq!(table("posts").foreign_keys[0].foreign_table, "users");
        assert_eq!(table("notes").columns.len(), 1);
        assert_eq!(live.evidence(table("users")).rows, Rows::Some);
        assert_eq!(live.evidence(table("users")).auto_increment, Some(2));
        assert_eq!(live.evidence(table("posts")).rows, Rows::None);
        assert_eq!(live.database.name, "1b-2c");
        assert_eq!(live.catalog.views.len(), 1);
    }

    #[tokio::test]
    async fn what_it_refuses_is_told() {
        let api = imitation("").await;
        let limits = Limits::default();
        for (url, token, kind) in [
            ("d1://acc/1b-2c", "canary", ErrorKind::Authentication),
            ("d1://acc/other", "t0k", ErrorKind::NoSuchDatabase),
        ] {
            let target = target(url, token);
            let d1 = D1::at(&api, &target.url, target.auth_token.as_ref(), &limits).expect("a client");
            let error = Server::D1(d1).read(&target).await.map(drop).expect_err(url);
            assert_eq!(error.kind, kind, "{error}");
            assert!(!error.message.contains("canary"), "{error}");
        }
        for url in ["d1://acc", "d1://acc/", "d1://acc/../x", "d1://a?b/c"] {
            let error = D1::at(&api, &url.to_owned().into(), None, &limits).map(drop).expect_err(url);
            assert_eq!(error.kind, ErrorKind::InvalidUrl, "{url}");
        }
    }
}
