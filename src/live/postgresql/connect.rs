//! From a PostgreSQL URL to a connection, and from what can go wrong with it to a sentence.

use secrecy::SecretString;
use sqlx::ConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};

use super::super::address::{Address, Parts, invalid, readable};
use super::super::{ErrorKind, Limits, LiveError, Target};

/// Parameters of a URL that are for the connection. The driver would log those that it does not know, with their values.
const PARAMETERS: &[&str] = &[
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "host",
    "hostaddr",
    "port",
    "dbname",
    "user",
    "password",
    "options",
];

/// Those of them that name a file.
const FILES: &[&str] = &["sslrootcert", "sslcert", "sslkey"];

const PROTOCOL_VIOLATION: &str = "08P01";
const UNDEFINED_OBJECT: &str = "42704";
const FEATURE_NOT_SUPPORTED: &str = "0A000";

/// Connects within the limits.
pub(super) async fn connect(target: &Target, limits: &Limits) -> Result<(PgConnection, Address), LiveError> {
    let (options, address) = options(&target.url)?;
    // The server is told to refuse writes and to give up in time from the first moment on.
    let guarded = options.clone().options([
        ("default_transaction_read_only", "on".to_owned()),
        ("statement_timeout", limits.statement.as_millis().to_string()),
        ("lock_timeout", limits.lock.as_millis().to_string()),
        ("idle_in_transaction_session_timeout", limits.idle_in_transaction().as_millis().to_string()),
    ]);
    let connecting = async {
        match guarded.connect().await {
            // Poolers refuse start-up options. The transaction is read-only all the same, and is asked whether it is.
            Err(error) if refuses_options(&error) => options.connect().await,
            Err(error) => match other_encryption(&guarded, &error) {
                Some(other) => guarded.ssl_mode(other).connect().await.map_err(|_| error),
                None => Err(error),
            },
            result => result,
        }
    };
    match tokio::time::timeout(limits.connect, connecting).await {
        Ok(Ok(connection)) => Ok((connection, address)),
        Ok(Err(error)) => Err(explain(&address, &error)),
        Err(_) => Err(address.silent(limits.connect)),
    }
}

/// `allow` tries an encrypted connection where a plain one is refused, `prefer` a plain one where an encrypted one is; the
/// driver does neither. <https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-SSLMODE-STATEMENTS>
fn other_encryption(options: &PgConnectOptions, error: &sqlx::Error) -> Option<PgSslMode> {
    const INVALID_AUTHORIZATION: &str = "28000";
    let refused = error.as_database_error().is_some_and(|error| error.code().as_deref() == Some(INVALID_AUTHORIZATION));
    match options.get_ssl_mode() {
        PgSslMode::Allow if refused => Some(PgSslMode::Require),
        PgSslMode::Prefer if refused || fails_to_encrypt(error) => Some(PgSslMode::Disable),
        _ => None,
    }
}

fn fails_to_encrypt(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Tls(_) => true,
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::InvalidData,
        _ => false,
    }
}

fn refuses_options(error: &sqlx::Error) -> bool {
    let Some(error) = error.as_database_error() else { return false };
    let code = error.code();
    matches!(code.as_deref(), Some(PROTOCOL_VIOLATION | UNDEFINED_OBJECT | FEATURE_NOT_SUPPORTED))
        || error.message().contains("startup parameter")
}

fn options(url: &SecretString) -> Result<(PgConnectOptions, Address), LiveError> {
    let mut parts = Parts::of(url, "PostgreSQL", &["postgresql", "postgres"])?;
    for (key, value) in &parts.parameters {
        let (key, value) = match (key.as_str(), value.as_str()) {
            // node-postgres has two spellings of its own.
            ("ssl", "true" | "1") | ("sslmode", "no-verify") => ("sslmode", "require"),
            // The authorities that the system trusts, which are those that are asked unless others are named.
            ("sslrootcert", "system") => ("sslmode", "verify-full"),
            pair => pair,
        };
        if FILES.contains(&key) {
            readable(key, value)?;
        }
        if PARAMETERS.contains(&key) {
            parts.server.query_pairs_mut().append_pair(key, value);
        }
    }
    let options: PgConnectOptions = parts
        .server
        .as_str()
        .parse()
        .map_err(|_| invalid("the URL has a parameter that cannot be understood: check `sslmode`"))?;
    let address = Address {
        encryption: "sslmode",
        host: match options.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => options.get_host().to_owned(),
        },
        port: options.get_port(),
        user: options.get_username().to_owned(),
        database: options.get_database().unwrap_or(options.get_username()).to_owned(),
        unencrypted: matches!(options.get_ssl_mode(), PgSslMode::Disable | PgSslMode::Allow),
        password: parts.parameter("password").map(|password| password.to_owned().into()).or_else(|| parts.password()),
    };
    // The driver takes the brackets of an IPv6 address for a part of a name.
    let host = options.get_host().trim_matches(['[', ']']).to_owned();
    let options =
        options.host(&host).application_name("drizzle-drift").extra_float_digits(None).statement_cache_capacity(0);
    Ok((options, address))
}

/// What an error means for people. <https://www.postgresql.org/docs/current/errcodes-appendix.html>
pub(super) fn explain(address: &Address, error: &sqlx::Error) -> LiveError {
    const NOTHING: &str = "SSLRequest: 0x00";
    const SOMETHING_ELSE: &str = "SSLRequest";
    match error {
        // How the driver takes a connection that is closed before a word was said.
        sqlx::Error::Protocol(text) if text.contains(NOTHING) => {
            LiveError::new(ErrorKind::Unreachable, format!("{address} closed the connection before it said anything"))
        }
        sqlx::Error::Protocol(text) if text.contains(SOMETHING_ELSE) => LiveError::new(
            ErrorKind::Other,
            format!("what listens at {address} does not answer as PostgreSQL does: check host and port in the URL"),
        ),
        error => address.explain(error, |error| explain_answer(address, error.code().as_deref(), error.message())),
    }
}

fn explain_answer(address: &Address, code: Option<&str>, answer: &str) -> (ErrorKind, String) {
    let (user, database) = (&address.user, &address.database);
    match code.unwrap_or_default() {
        "28P01" => (
            ErrorKind::Authentication,
            format!("wrong password for user \"{user}\" at {address}: check the password in the URL"),
        ),
        "28000" if address.unencrypted && (answer.contains("no encryption") || answer.contains("SSL off")) => (
            ErrorKind::Tls,
            format!("{address} takes no unencrypted connection of user \"{user}\": add `sslmode=require` to the URL"),
        ),
        "28000" => (ErrorKind::Authentication, format!("{address} refuses user \"{user}\": {answer}")),
        "3D000" => (
            ErrorKind::NoSuchDatabase,
            format!("there is no database \"{database}\" at {address}: create it, or check the URL"),
        ),
        "53300" => (
            ErrorKind::TooManyConnections,
            format!("{address} takes no more connections: close some, it is tried again"),
        ),
        "57P01" | "57P02" | "57P03" => (ErrorKind::Unreachable, format!("{address} is starting or shutting down")),
        "42883" | "42P01" | "42703" => (
            ErrorKind::Unsupported,
            format!("{address} lacks a part of PostgreSQL's catalogs, so nothing is claimed about it: {answer}"),
        ),
        "57014" => (ErrorKind::TimedOut, format!("{address} gave up a statement that took too long")),
        "55P03" => (ErrorKind::Busy, format!("{address} kept a lock for too long: a migration may be running")),
        "42501" => (
            ErrorKind::Permission,
            format!("user \"{user}\" may not read the structure of \"{database}\" at {address}: {answer}"),
        ),
        _ => (ErrorKind::Other, format!("{address} reports: {answer}")),
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn read(url: &str) -> Result<Address, LiveError> {
        options(&url.to_owned().into()).map(|(_, address)| address)
    }

    #[test]
    fn urls_tell_where_and_never_the_password() {
        let address = read("postgres://app:c%40nary%2B%231@db.example.com:6543/shop?sslmode=no-verify&apikey=canary")
            .expect("an address");
        assert_eq!(
            (address.to_string().as_str(), address.user.as_str(), address.database.as_str()),
            ("db.example.com:6543", "app", "shop")
        );
        assert_eq!(address.password.as_ref().map(ExposeSecret::expose_secret), Some("c@nary+#1"));
        assert_eq!(address.redacted("it is c@nary+#1".into()), "it is ***");
    }

    #[test]
    fn sockets_and_addresses_of_every_form_are_named() {
        assert_eq!(
            read("postgres:///app?host=/run/postgresql").expect("an address").to_string(),
            "/run/postgresql:5432"
        );
        assert_eq!(read("postgresql://app@[::1]:5433/app").expect("an address").to_string(), "[::1]:5433");
        let (options, _) = options(&"postgresql://app@[::1]:5433/app".to_owned().into()).expect("options");
        assert_eq!(options.get_host(), "::1");
        assert_eq!(read("postgresql://app@ignored/app?host=db&port=5434").expect("an address").to_string(), "db:5434");
    }

    #[test]
    fn a_password_that_breaks_the_url_is_not_repeated() {
        for url in [
            "postgres://app:12#canary@localhost/app",
            "postgres://app:12/canary@localhost/app",
            "postgres://app:canary?@localhost/app",
            "postgres://canary#x@localhost/app",
            "postgres://app:ca%ZZnary@local host/app",
            "postgresql://app@localhost:canary/app",
            "postgresql://app@localhost/app?sslmode=canary",
            "mysql://root:canary@localhost/app",
            "canary",
        ] {
            let error = read(url).map(|address| address.to_string()).expect_err(url);
            assert_eq!(error.kind, ErrorKind::InvalidUrl, "{url}");
            assert!(!format!("{error} {error:?}").contains("canary"), "{url}: {error}");
        }
    }
}
