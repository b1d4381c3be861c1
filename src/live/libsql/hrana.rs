//! Hrana over HTTP, as Turso and `sqld` speak it.
//! <https://github.com/tursodatabase/libsql/blob/main/docs/HRANA_3_SPEC.md>
//!
//! The protocol has no session that refuses writes: `BEGIN READONLY` is taken, and writes inside it are not refused. So
//! nothing is sent but the statements of this room, each of which the server itself calls read-only (a test asks it). A
//! token that may only read is the user's own safeguard.

use hyper::Uri;
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};
use url::Url;

use super::super::address::invalid;
use super::super::sqlite::{Cell, Row};
use super::super::{Limits, LiveError, Target};
use super::http::Client;
use super::{Answer, Statement};

const TOKEN: &str = "`authToken` in the config";

/// A server, and the stream on it in which a transaction is open.
pub(super) struct Hrana {
    client: Client,
    pipeline: Uri,
    baton: Option<String>,
}

impl Hrana {
    /// Nothing is connected yet.
    pub fn new(target: &Target, limits: &Limits) -> Result<Self, LiveError> {
        let (pipeline, token) = place(&target.url)?;
        let token = target.auth_token.clone().or(token);
        let client = Client::new(&pipeline, token.as_ref(), TOKEN, limits)?;
        Ok(Self { client, pipeline, baton: None })
    }

    /// The server, for messages.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Runs `statements` on the stream, each only if the one before went well where `strict`; with `last` the stream ends.
    pub async fn run(&mut self, statements: &[Statement], strict: bool, last: bool) -> Result<Vec<Answer>, LiveError> {
        let steps: Vec<Value> = statements
            .iter()
            .enumerate()
            .map(|(place, (sql, arguments))| {
                let arguments: Vec<Value> =
                    arguments.iter().map(|text| json!({ "type": "text", "value": text })).collect();
                let mut step = json!({ "stmt": { "sql": sql, "args": arguments, "want_rows": true } });
                if strict && place > 0 {
                    step["condition"] = json!({ "type": "ok", "step": place - 1 });
                }
                step
            })
            .collect();
        let mut requests = vec![json!({ "type": "batch", "batch": { "steps": steps } })];
        if last {
            requests.push(json!({ "type": "close" }));
        }
        let body = json!({ "baton": self.baton.take(), "requests": requests });
        let mut answer = self.client.post(&self.pipeline, &body).await?;
        self.baton = answer["baton"].as_str().map(str::to_owned);
        let mut result = answer.pointer_mut("/results/0").map(Value::take).unwrap_or_default();
        if result["type"] == "error" {
            let message = result["error"]["message"].as_str().unwrap_or("no reason given");
            return Err(self.client.unexpected(message));
        }
        let mut part = |name: &str| match result.pointer_mut(&format!("/response/result/{name}")).map(Value::take) {
            Some(Value::Array(items)) => Ok(items),
            _ => Err(self.client.unexpected("it is no answer to a batch")),
        };
        let (results, errors) = (part("step_results")?, part("step_errors")?);
        if results.len() != statements.len() {
            return Err(self.client.unexpected("it is no answer to this batch"));
        }
        let errors = errors.into_iter().chain(std::iter::repeat(Value::Null));
        Ok(results.into_iter().zip(errors).map(|(result, error)| answer_of(result, &error)).collect())
    }
}

fn answer_of(result: Value, error: &Value) -> Answer {
    match result["rows"].as_array() {
        Some(rows) => Ok(rows.iter().map(row).collect()),
        None => Err(error["message"].as_str().unwrap_or("it was not run").to_owned()),
    }
}

fn row(values: &Value) -> Row {
    let cell = |value: &Value| match value["type"].as_str() {
        Some("null") => Cell::Null,
        // As text, since JSON's numbers end at 53 bits.
        Some("integer") => match value["value"].as_str().and_then(|text| text.parse().ok()) {
            Some(number) => Cell::Integer(number),
            None => Cell::Other,
        },
        Some("text") => Cell::Text(value["value"].as_str().unwrap_or_default().to_owned()),
        _ => Cell::Other,
    };
    Row(values.as_array().map(|values| values.iter().map(cell).collect()).unwrap_or_default())
}

/// The pipeline of the server that a URL names, and the token that it carries.
fn place(url: &SecretString) -> Result<(Uri, Option<SecretString>), LiveError> {
    const SCHEMES: [(&str, &str); 5] =
        [("libsql", "https"), ("https", "https"), ("http", "http"), ("wss", "https"), ("ws", "http")];
    let text = url.expose_secret().trim();
    let (scheme, rest) = text.split_once("://").unwrap_or_default();
    let Some((_, web)) = SCHEMES.iter().find(|(name, _)| *name == scheme) else {
        return Err(invalid(
            "the URL is no libSQL URL: it has to begin with `libsql://`, `https://` or `http://`, or be `file:` and a path",
        ));
    };
    let parsed = Url::parse(&format!("{web}://{rest}"))
        .map_err(|_| invalid("the URL cannot be understood: check host and port"))?;
    let parameter = |name: &str| {
        let found = parsed.query_pairs().find(|(key, _)| key == name);
        found.map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
    };
    let mut server = parsed.clone();
    if scheme == "libsql" && parameter("tls").as_deref() == Some("0") {
        // A standard port was dropped by the first scheme; without one libSQL's client refuses such a URL.
        server = Url::parse(&format!("http://{rest}")).map_err(|_| invalid("the URL cannot be understood"))?;
    }
    let path = format!("{}/v2/pipeline", server.path().trim_end_matches('/'));
    server.set_path(&path);
    server.set_query(None);
    server.set_fragment(None);
    let refused = |()| invalid("the URL cannot be understood: check its user part");
    server.set_username("").map_err(refused)?;
    server.set_password(None).map_err(refused)?;
    let uri = server.as_str().parse().map_err(|_| invalid("the URL cannot be understood: check host and port"))?;
    Ok((uri, parameter("authToken").map(SecretString::from)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_name_the_pipeline_and_the_token() {
        for (url, expected, token) in [
            ("libsql://app-me.turso.io", "https://app-me.turso.io/v2/pipeline", None),
            ("libsql://app.turso.io?authToken=t0k", "https://app.turso.io/v2/pipeline", Some("t0k")),
            ("libsql://127.0.0.1:8080?tls=0", "http://127.0.0.1:8080/v2/pipeline", None),
            ("http://127.0.0.1:8080/", "http://127.0.0.1:8080/v2/pipeline", None),
            ("wss://u:p@host/base", "https://host/base/v2/pipeline", None),
        ] {
            let (uri, found) = place(&url.to_owned().into()).expect(url);
            assert_eq!(
                (uri.to_string().as_str(), found.as_ref().map(|token| token.expose_secret())),
                (expected, token)
            );
        }
        for url in ["postgres://h/d", "nowhere", "libsql://", "https://h:notaport"] {
            assert!(place(&url.to_owned().into()).is_err(), "{url}");
        }
    }
}
