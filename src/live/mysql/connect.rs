//! From a MySQL URL to a connection, and from what can go wrong with it to a sentence.

use secrecy::SecretString;
use sqlx::ConnectOptions;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlDatabaseError, MySqlSslMode};

use super::super::address::{Address, Parts, invalid, readable};
use super::super::{ErrorKind, Limits, LiveError, Target};

/// Parameters of a URL that are for the connection.
const PARAMETERS: &[&str] =
    &["ssl-mode", "ssl-ca", "ssl-cert", "ssl-key", "sslmode", "sslca", "sslcert", "sslkey", "socket"];

/// Those of them that name a file.
const FILES: &[&str] = &["ssl-ca", "ssl-cert", "ssl-key", "sslca", "sslcert", "sslkey"];

/// PostgreSQL's words for ways to encrypt, which are met in URLs of MySQL too, and MySQL's own.
const MODES: &[(&str, &str)] = &[
    ("disable", "disabled"),
    ("allow", "preferred"),
    ("prefer", "preferred"),
    ("require", "required"),
    ("verify-ca", "verify_ca"),
    ("verify-full", "verify_identity"),
    ("verify-identity", "verify_identity"),
];

/// Connects within the limits.
pub(super) async fn connect(target: &Target, limits: &Limits) -> Result<(MySqlConnection, Address), LiveError> {
    let (options, address) = options(&target.url)?;
    match tokio::time::timeout(limits.connect, options.connect()).await {
        Ok(Ok(connection)) => Ok((connection, address)),
        Ok(Err(error)) => Err(explain(&address, &error)),
        Err(_) => Err(address.silent(limits.connect)),
    }
}

pub(super) fn options(url: &SecretString) -> Result<(MySqlConnectOptions, Address), LiveError> {
    let mut parts = Parts::of(url, "MySQL", &["mysql", "mariadb"])?;
    if parts.server.path().trim_matches('/').is_empty() {
        return Err(invalid("the URL names no database: add its name after the host, as in `mysql://host/name`"));
    }
    for (key, value) in &parts.parameters {
        // mysql2 takes JSON, or the name of a profile.
        let (key, value) = match (key.as_str(), value.as_str()) {
            ("ssl", value) if value.replace(' ', "").contains("\"rejectUnauthorized\":true") => {
                ("ssl-mode", "verify_identity")
            }
            ("ssl", "false" | "0") => ("ssl-mode", "disabled"),
            ("ssl", _) => ("ssl-mode", "required"),
            (key @ ("sslmode" | "ssl-mode"), value) => {
                let word = MODES.iter().find(|(word, _)| value.eq_ignore_ascii_case(word));
                (key, word.map_or(value, |(_, own)| own))
            }
            pair => pair,
        };
        if FILES.contains(&key) {
            readable(key, value)?;
        }
        if PARAMETERS.contains(&key) {
            parts.server.query_pairs_mut().append_pair(key, value);
        }
    }
    let options: MySqlConnectOptions = parts
        .server
        .as_str()
        .parse()
        .map_err(|_| invalid("the URL has a parameter that cannot be understood: check `ssl-mode`"))?;
    let address = Address {
        encryption: "ssl-mode",
        host: match options.get_socket() {
            Some(socket) => socket.display().to_string(),
            None => options.get_host().to_owned(),
        },
        port: options.get_port(),
        user: options.get_username().to_owned(),
        database: options.get_database().unwrap_or_default().to_owned(),
        unencrypted: matches!(options.get_ssl_mode(), MySqlSslMode::Disabled),
        password: parts.password(),
    };
    // The driver takes the brackets of an IPv6 address for a part of a name, and would set what nobody has asked for.
    let host = options.get_host().trim_matches(['[', ']']).to_owned();
    let options = options
        .host(&host)
        .pipes_as_concat(false)
        .no_engine_substitution(false)
        .timezone(None)
        .statement_cache_capacity(0);
    Ok((options, address))
}

/// What an error means for people. <https://dev.mysql.com/doc/mysql-errors/9.0/en/server-error-reference.html>
pub(super) fn explain(address: &Address, error: &sqlx::Error) -> LiveError {
    address.explain(error, |error| {
        let number = error.try_downcast_ref::<MySqlDatabaseError>().map(MySqlDatabaseError::number);
        explain_answer(address, number.unwrap_or_default(), error.message())
    })
}

fn explain_answer(address: &Address, number: u16, answer: &str) -> (ErrorKind, String) {
    let (user, database) = (&address.user, &address.database);
    match number {
        1045 | 1698 => (
            ErrorKind::Authentication,
            format!("wrong password for user \"{user}\" at {address}: check the user and the password in the URL"),
        ),
        1044 => (
            ErrorKind::Permission,
            format!("user \"{user}\" may not open \"{database}\" at {address}: grant it SELECT, or check the URL"),
        ),
        1049 => (
            ErrorKind::NoSuchDatabase,
            format!("there is no database \"{database}\" at {address}: create it, or check the URL"),
        ),
        1040 | 1203 | 1226 => (
            ErrorKind::TooManyConnections,
            format!("{address} takes no more connections: close some, it is tried again"),
        ),
        3159 if address.unencrypted => (
            ErrorKind::Tls,
            format!("{address} takes no unencrypted connection: take `ssl-mode=disabled` out of the URL"),
        ),
        1053 | 1077 | 1079 => (ErrorKind::Unreachable, format!("{address} is shutting down")),
        1969 | 3024 => (ErrorKind::TimedOut, format!("{address} gave up a statement that took too long")),
        1205 => (ErrorKind::Busy, format!("{address} kept a lock for too long: a migration may be running")),
        1142 | 1143 | 1227 => (
            ErrorKind::Permission,
            format!("user \"{user}\" may not read the structure of \"{database}\" at {address}: {answer}"),
        ),
        _ => (ErrorKind::Other, format!("{address} reports: {answer}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_tell_where_and_never_the_password() {
        let url = "mysql://app:c%40nary@db.example.com:3307/shop?ssl={\"rejectUnauthorized\":true}&apikey=canary";
        let (options, address) = options(&url.to_owned().into()).expect("options");
        assert_eq!((address.to_string().as_str(), address.database.as_str()), ("db.example.com:3307", "shop"));
        assert!(matches!(options.get_ssl_mode(), MySqlSslMode::VerifyIdentity));
        for url in [
            "mysql://app:12#canary@localhost/app",
            "mysql://app:canary@localhost",
            "mysql://app:canary@localhost/",
            "postgres://app:canary@localhost/app",
        ] {
            let error = super::options(&url.to_owned().into()).map(drop).expect_err(url);
            assert_eq!(error.kind, ErrorKind::InvalidUrl, "{url}");
            assert!(!error.message.contains("canary"), "{error}");
        }
    }
}
