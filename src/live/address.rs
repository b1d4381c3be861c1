//! Where a server is, read off a URL without ever repeating a secret of it, and what the network says of it.

use std::fmt;
use std::io;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::{ErrorKind, LiveError};

/// The server as messages name it.
#[derive(Clone)]
pub(super) struct Address {
    /// Its host, or the path of its socket.
    pub host: String,
    pub port: u16,
    pub user: String,
    pub database: String,
    /// Whether the URL rules out an encrypted connection.
    pub unencrypted: bool,
    /// The parameter of the URL that says how to encrypt.
    pub encryption: &'static str,
    /// To be cut out of what the server and the libraries say.
    pub password: Option<SecretString>,
}

/// A URL in parts: the server, and the parameters, of which drivers log those that they do not know.
pub(super) struct Parts {
    pub server: Url,
    pub parameters: Vec<(String, String)>,
}

impl Parts {
    /// Reads a URL that begins with one of `schemes`; `engine` is for the message.
    pub fn of(url: &SecretString, engine: &str, schemes: &[&str]) -> Result<Self, LiveError> {
        let text = url.expose_secret().trim();
        let scheme = schemes.iter().find_map(|scheme| text.strip_prefix(scheme)?.strip_prefix("://"));
        let rest = scheme.ok_or_else(|| {
            let wanted: Vec<String> = schemes.iter().map(|scheme| format!("`{scheme}://`")).collect();
            invalid(format!("the URL is no {engine} URL: it has to begin with {}", wanted.join(" or ")))
        })?;
        // An unescaped `#`, `/` or `?` in a password ends the host part too early, and what is left of it looks like a host.
        let (authority, after) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
        if after.contains('@') && !authority.contains('@') {
            return Err(invalid("the URL cannot be understood: percent-encode the special characters of its password"));
        }
        let mut server = Url::parse(text).map_err(|_| {
            invalid(
                "the URL cannot be understood: check host and port, and percent-encode special characters of its password",
            )
        })?;
        let parameters = server.query_pairs().map(|(key, value)| (key.into_owned(), value.into_owned())).collect();
        server.set_query(None);
        server.set_fragment(None);
        Ok(Self { server, parameters })
    }

    /// The last parameter of that name.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The password in the URL's own place.
    pub fn password(&self) -> Option<SecretString> {
        // Decoded as the query of a URL is, but for `+`.
        let encoded = self.server.password()?.replace('+', "%2B");
        let query = format!("p={encoded}");
        url::form_urlencoded::parse(query.as_bytes()).next().map(|(_, value)| value.into_owned().into())
    }
}

/// Whether the file that a parameter of a URL names can be read. Drivers do not tell which one could not.
pub(super) fn readable(parameter: &str, file: &str) -> Result<(), LiveError> {
    match std::fs::File::open(file) {
        Ok(_) => Ok(()),
        Err(error) => {
            Err(invalid(format!("the file {file} that `{parameter}` in the URL names cannot be read: {error}")))
        }
    }
}

/// A URL that is wrong in a way that the message tells.
pub(super) fn invalid(message: impl Into<String>) -> LiveError {
    LiveError::new(ErrorKind::InvalidUrl, message)
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", self.host, self.port)
    }
}

impl Address {
    /// No answer within the limit.
    pub fn silent(&self, limit: Duration) -> LiveError {
        LiveError::new(
            ErrorKind::TimedOut,
            format!(
                "{self} did not answer within {} s: check the host, the port and what stands between",
                limit.as_secs_f32()
            ),
        )
    }

    /// What is no answer of the server's means for people.
    pub fn explain(
        &self,
        error: &sqlx::Error,
        answer: impl FnOnce(&dyn sqlx::error::DatabaseError) -> (ErrorKind, String),
    ) -> LiveError {
        let (kind, message) = match error {
            sqlx::Error::Database(error) => answer(error.as_ref()),
            sqlx::Error::Io(error) => self.explain_network(error),
            sqlx::Error::Tls(error) => self.no_encryption(error),
            other => (ErrorKind::Other, format!("{self} answered in a way that is not understood: {other}")),
        };
        LiveError::new(kind, self.redacted(message))
    }

    fn no_encryption(&self, error: &dyn fmt::Display) -> (ErrorKind, String) {
        (ErrorKind::Tls, format!("no encrypted connection to {self}: {error}; check `{}` in the URL", self.encryption))
    }

    /// What the network says.
    pub fn explain_network(&self, error: &io::Error) -> (ErrorKind, String) {
        use io::ErrorKind as Io;
        match error.kind() {
            Io::ConnectionRefused => (
                ErrorKind::Refused,
                format!("nothing listens at {self}: start the server, or check host and port in the URL"),
            ),
            Io::NotFound => (ErrorKind::Refused, format!("there is no socket of a server at {self}: start the server")),
            Io::ConnectionReset | Io::ConnectionAborted | Io::BrokenPipe | Io::UnexpectedEof => {
                (ErrorKind::Unreachable, format!("{self} closed the connection"))
            }
            // What the server says while the encryption is set up, its certificate above all.
            Io::InvalidData => self.no_encryption(error),
            Io::TimedOut => (ErrorKind::TimedOut, format!("{self} did not answer in time")),
            _ => (ErrorKind::Unreachable, format!("{self} cannot be reached: {error}")),
        }
    }

    /// A net below: nothing of the above repeats a password, but servers and libraries may say what they like.
    pub fn redacted(&self, message: String) -> String {
        const SHORTEST: usize = 4;
        match self.password.as_ref().map(ExposeSecret::expose_secret) {
            Some(password) if password.len() >= SHORTEST && *password != self.user && *password != self.database => {
                message.replace(password, "***")
            }
            _ => message,
        }
    }
}
