//! One POST at a time: JSON there, JSON back, within limits, and what can go wrong as a sentence.

use std::error::Error;
use std::io;
use std::time::Duration;

use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Bytes;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue, USER_AGENT};
use hyper::{Method, Request, StatusCode, Uri};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::super::address::Address;
use super::super::{ErrorKind, Limits, LiveError};

/// The largest answer that is taken: ten thousand tables describe themselves in a tenth of it.
const LARGEST: usize = 256 << 20;

/// A client for one server.
pub(super) struct Client {
    pool: Pool<HttpsConnector<HttpConnector>, Full<Bytes>>,
    pub address: Address,
    token: Option<SecretString>,
    /// How the service calls its token, for advice.
    token_name: &'static str,
    limit: Duration,
}

impl Client {
    /// Nothing is connected yet.
    pub fn new(
        server: &Uri,
        token: Option<&SecretString>,
        token_name: &'static str,
        limits: &Limits,
    ) -> Result<Self, LiveError> {
        let is_encrypted = server.scheme_str() == Some("https");
        let address = Address {
            encryption: "url",
            host: server.host().unwrap_or_default().to_owned(),
            port: server.port_u16().unwrap_or(if is_encrypted { 443 } else { 80 }),
            user: String::new(),
            database: String::new(),
            unencrypted: !is_encrypted,
            password: token.cloned(),
        };
        let mut connector = HttpConnector::new();
        connector.enforce_http(false);
        connector.set_connect_timeout(Some(limits.connect));
        let builder = HttpsConnectorBuilder::new().with_native_roots().map_err(|error| {
            let message =
                format!("the certificates of this machine, which {address} is checked with, cannot be read: {error}");
            LiveError::new(ErrorKind::Tls, message)
        })?;
        let connector = builder.https_or_http().enable_http1().wrap_connector(connector);
        let pool = Pool::builder(TokioExecutor::new()).build(connector);
        Ok(Self { pool, address, token: token.cloned(), token_name, limit: limits.connect + limits.statement })
    }

    /// Sends `body` to `uri` and gives what is answered.
    pub async fn post(&self, uri: &Uri, body: &Value) -> Result<Value, LiveError> {
        match tokio::time::timeout(self.limit, self.exchange(uri, body)).await {
            Ok(result) => result,
            Err(_) => Err(self.address.silent(self.limit)),
        }
    }

    async fn exchange(&self, uri: &Uri, body: &Value) -> Result<Value, LiveError> {
        let failed = |error: &(dyn Error + 'static)| self.explain(error);
        let mut request = Request::builder()
            .method(Method::POST)
            .uri(uri)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("drizzle-drift/", env!("CARGO_PKG_VERSION")));
        if let Some(token) = &self.token {
            let mut value =
                HeaderValue::from_str(&format!("Bearer {}", token.expose_secret().trim())).map_err(|_| {
                    let message = format!(
                        "the token for {} has characters that no token has: check {}",
                        self.address, self.token_name
                    );
                    LiveError::new(ErrorKind::Authentication, message)
                })?;
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        let request = request.body(Full::from(body.to_string())).map_err(|error| failed(&error))?;
        let response = self.pool.request(request).await.map_err(|error| failed(&error))?;
        let status = response.status();
        let body =
            Limited::new(response.into_body(), LARGEST).collect().await.map_err(|error| failed(error.as_ref()))?;
        let body = body.to_bytes();
        if !status.is_success() {
            return Err(self.refused(status, &body));
        }
        serde_json::from_slice(&body).map_err(|_| self.unexpected("it is no JSON, or it was cut off"))
    }

    /// An answer that is none.
    pub fn unexpected(&self, why: &str) -> LiveError {
        let message = format!("{} answered in a way that is not understood ({why}): check the URL", self.address);
        LiveError::new(ErrorKind::Other, message)
    }

    fn refused(&self, status: StatusCode, body: &[u8]) -> LiveError {
        let (address, token) = (&self.address, self.token_name);
        let (kind, message) = match status.as_u16() {
            401 | 403 if self.token.is_none() => {
                (ErrorKind::Authentication, format!("{address} wants a token: give one as {token}"))
            }
            401 | 403 => {
                let why = said(body).map(|text| format!(" ({text})")).unwrap_or_default();
                (ErrorKind::Authentication, format!("{address} refuses the token{why}: check {token}"))
            }
            404 => (ErrorKind::NoSuchDatabase, format!("there is no such database at {address}: check the URL")),
            408 | 429 => (ErrorKind::TooManyConnections, format!("{address} is asked too often: it is tried again")),
            code @ 500.. => {
                let why = said(body).map(|text| format!(": {text}")).unwrap_or_default();
                (ErrorKind::Unreachable, format!("{address} fails with HTTP {code}{why}"))
            }
            code => {
                let why = said(body).map(|text| format!(" ({text})")).unwrap_or_default();
                (ErrorKind::Other, format!("{address} answers with HTTP {code}{why}: check the URL"))
            }
        };
        LiveError::new(kind, self.address.redacted(message))
    }

    fn explain(&self, error: &(dyn Error + 'static)) -> LiveError {
        let address = &self.address;
        let causes: Vec<&(dyn Error + 'static)> =
            std::iter::successors(Some(error), |error| (*error).source()).collect();
        let network = causes.iter().find_map(|error| error.downcast_ref::<io::Error>()).map(innermost);
        let (kind, message) = if causes.iter().any(|error| error.is::<LengthLimitError>()) {
            (ErrorKind::Other, format!("{address} answered with more than {} MB", LARGEST >> 20))
        } else if causes
            .iter()
            .filter_map(|error| error.downcast_ref::<hyper::Error>())
            .any(hyper::Error::is_incomplete_message)
        {
            (ErrorKind::Unreachable, format!("{address} closed the connection"))
        } else if let Some(error) = network.filter(|error| error.kind() == io::ErrorKind::InvalidData) {
            (
                ErrorKind::Tls,
                format!(
                    "no encrypted connection to {address}: {error}; check the URL and the authorities that this machine trusts"
                ),
            )
        } else if let Some(error) = network {
            address.explain_network(error)
        } else {
            let last = causes.last().map(ToString::to_string).unwrap_or_default();
            (ErrorKind::Unreachable, format!("{address} cannot be asked: {last}"))
        };
        LiveError::new(kind, address.redacted(message))
    }
}

/// An error of the network may be wrapped in others of its sort, which do not give it as their source.
fn innermost(error: &io::Error) -> &io::Error {
    let inner = error.get_ref().and_then(|inner| inner.downcast_ref::<io::Error>());
    inner.map_or(error, innermost)
}

/// The reason that an answer gives, on one line.
fn said(body: &[u8]) -> Option<String> {
    const LONGEST: usize = 200;
    let json: Value = serde_json::from_slice(body).ok()?;
    let text = [&json["error"], &json["message"], &json["errors"][0]["message"]].into_iter().find_map(Value::as_str)?;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    Some(line[..line.floor_char_boundary(LONGEST)].to_owned()).filter(|line| !line.is_empty())
}
