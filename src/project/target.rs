//! Where the database is: `dbCredentials` of a config, or a URL given from outside.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use url::Url;

use super::config::{Config, present};
use super::environment::{ProjectEnvironment, Source, Variables};
use super::error::TargetProblem;
use super::path;
use crate::catalog::{Dialect, Family};
use crate::declared::{Data, PlacedData};

/// Where the database is, as far as the config and the environment tell.
#[derive(Clone, Debug)]
pub struct DatabaseTarget {
    /// The connection URL, or the path of a SQLite file (relative to the project's folder).
    pub url: SecretString,
    /// `dbCredentials.authToken` (Turso).
    pub auth_token: Option<SecretString>,
    /// Where it came from, for people: `DATABASE_URL from .env`, `drizzle.config.ts`, `--database-url`.
    pub source: String,
    /// The folder that a relative file is relative to.
    pub folder: PathBuf,
}

/// A URL given from outside the config.
#[derive(Clone, Debug)]
pub struct GivenUrl {
    /// The URL.
    pub url: SecretString,
    /// The option or variable that gave it.
    pub source: String,
}

/// Drivers without a database to connect to, and why.
const UNREACHABLE: [(&str, &str); 5] = [
    ("expo", "keeps its database on the device"),
    ("durable-sqlite", "keeps its database inside a Durable Object"),
    ("aws-data-api", "reaches its database over the AWS Data API"),
    ("pglite", "is an embedded PostgreSQL that only its own process can open"),
    ("sqlite-cloud", "speaks a protocol of its own"),
];

/// The driver of Cloudflare D1.
const D1_DRIVER: &str = "d1-http";

/// Keys under which configs of all versions write a connection URL.
const URL_KEYS: [&str; 3] = ["url", "connectionString", "uri"];

/// How many variables one unknown expression may be blamed on.
const FEW: usize = 2;

/// The variable that stands for `--database-url`.
const URL_VARIABLE: &str = "DRIZZLE_DRIFT_DATABASE_URL";

impl GivenUrl {
    /// The URL that `DRIZZLE_DRIFT_DATABASE_URL` gives, if it gives one.
    pub fn from_variables(variables: &Variables) -> Option<Self> {
        let url = variables.get(URL_VARIABLE).filter(|url| !url.is_empty())?;
        Some(Self { url: SecretString::from(url), source: URL_VARIABLE.into() })
    }

    /// The target, for `dialect` and with relative files in `folder`.
    pub fn target(&self, dialect: Dialect, folder: &Path) -> DatabaseTarget {
        use secrecy::ExposeSecret;
        DatabaseTarget {
            url: url_or_path(self.url.expose_secret(), dialect),
            auth_token: None,
            source: self.source.clone(),
            folder: folder.to_owned(),
        }
    }
}

/// SQLite's `file:` prefix is drizzle-kit's; what follows it is a path.
fn url_or_path(url: &str, dialect: Dialect) -> SecretString {
    let path = url.strip_prefix("file:").filter(|_| dialect.family() == Family::Sqlite);
    SecretString::from(path.unwrap_or(url))
}

/// Whether push goes to Cloudflare D1.
pub fn is_d1(config: &Config<'_>) -> bool {
    config.get("driver").and_then(PlacedData::string) == Some(D1_DRIVER)
}

/// Reads `dbCredentials` of `config`.
pub fn of_config(
    config: &Config<'_>,
    dialect: Dialect,
    environment: &ProjectEnvironment<'_>,
) -> Result<DatabaseTarget, TargetProblem> {
    if let Some(driver) = config.get("driver")
        && let Some((name, why)) = UNREACHABLE.iter().find(|(name, _)| driver.string() == Some(*name))
    {
        return Err(TargetProblem::Driver { driver: (*name).into(), place: config.place(&driver.place), why });
    }
    let is_d1 = is_d1(config);
    if let (true, Some(target)) = (is_d1, local_d1(config)) {
        return Ok(target);
    }
    let missing = || TargetProblem::Missing { place: config.name() };
    let credentials = config.get("dbCredentials").ok_or_else(missing)?;
    let reader = Credentials { config, environment, dialect };
    if let Data::Unknown(_) = credentials.data {
        return Err(reader.unknown("dbCredentials", credentials));
    }
    if is_d1 {
        return reader.d1(credentials);
    }
    // drizzle-kit tries the form with a host first, and then drops what stands beside a URL.
    let has_parts = ["host", "database"].iter().all(|key| credentials.get(key).and_then(present).is_some());
    let written = URL_KEYS.iter().find_map(|key| Some((*key, credentials.get(key)?)));
    let mut used = Vec::new();
    let url = match (has_parts, written) {
        (false, Some((key, value))) => {
            let url = reader.text(key, value, &mut used)?.ok_or_else(missing)?;
            url_or_path(&url, dialect)
        }
        (false, None) if credentials.get("host").is_none() && credentials.get("database").is_none() => {
            return Err(missing());
        }
        _ => SecretString::from(reader.url_of_parts(credentials, &mut used)?),
    };
    let auth_token = match credentials.get("authToken").and_then(present) {
        Some(value) => reader.text("authToken", value, &mut Vec::new())?.map(SecretString::from),
        None => None,
    };
    Ok(DatabaseTarget { url, auth_token, source: reader.source(&used), folder: config.folder.to_owned() })
}

/// The database that wrangler keeps for development, where there is exactly one.
fn local_d1(config: &Config<'_>) -> Option<DatabaseTarget> {
    const STATE: &str = ".wrangler/state";
    const DEEPEST: usize = 5;
    /// Which miniflare keeps beside the databases.
    const NONE: &str = "metadata.sqlite";
    let mut folders = vec![(config.folder.join(STATE), 0)];
    let mut found = Vec::new();
    while let Some((folder, depth)) = folders.pop() {
        for entry in config.files.entries(&folder) {
            if config.files.is_link(&entry) {
                continue;
            }
            if config.files.is_directory(&entry) {
                folders.extend((depth < DEEPEST).then(|| (entry, depth + 1)));
            } else if entry.extension().is_some_and(|extension| extension == "sqlite")
                && entry.file_name().is_none_or(|name| name != NONE)
                && entry.components().any(|part| part.as_os_str() == "d1")
            {
                found.push(entry);
            }
        }
    }
    let [file] = found.as_slice() else { return None };
    Some(DatabaseTarget {
        url: SecretString::from(file.to_str()?),
        auth_token: None,
        source: format!("wrangler's local D1 database in {STATE}, while push changes the remote one"),
        folder: config.folder.to_owned(),
    })
}

struct Credentials<'a> {
    config: &'a Config<'a>,
    environment: &'a ProjectEnvironment<'a>,
    dialect: Dialect,
}

impl Credentials<'_> {
    /// A database of Cloudflare D1: `d1://ACCOUNT/DATABASE`, and its token.
    fn d1(&self, credentials: &PlacedData) -> Result<DatabaseTarget, TargetProblem> {
        let mut used = Vec::new();
        let mut part = |key: &str| match credentials.get(key) {
            Some(value) => self.text(key, value, &mut used),
            None => Ok(None),
        };
        let place = || self.config.place(&credentials.place);
        let required = |key: &str, value: Option<String>| {
            value.ok_or_else(|| TargetProblem::Malformed { place: place(), why: format!("`{key}` is missing") })
        };
        let account = required("accountId", part("accountId")?)?;
        let database = required("databaseId", part("databaseId")?)?;
        let token = required("token", part("token")?)?;
        Ok(DatabaseTarget {
            url: SecretString::from(format!("d1://{account}/{database}")),
            auth_token: Some(SecretString::from(token)),
            source: self.source(&used),
            folder: self.config.folder.to_owned(),
        })
    }

    /// The text of credential `key`; `None` where it is left out. Variables that went into it are added to `used`.
    fn text(&self, key: &str, value: &PlacedData, used: &mut Vec<String>) -> Result<Option<String>, TargetProblem> {
        let not_set = self.not_set(value);
        let text = match &value.data {
            Data::String(text) => Some(text.clone()),
            Data::Number(number) => Some(number.to_string()),
            Data::Undefined | Data::Null => None,
            _ if not_set.is_empty() => return Err(self.unknown(key, value)),
            _ => None,
        };
        // An absent variable in a template is spelled `undefined` by JavaScript.
        let usable = text.filter(|text| not_set.is_empty() || !(text.is_empty() || text.contains("undefined")));
        if usable.is_none() && !not_set.is_empty() {
            return Err(TargetProblem::VariableNotSet { variables: not_set, looked_in: self.environment.looked_in() });
        }
        used.extend(value.variables.iter().filter(|name| !self.environment.lacks(name)).cloned());
        match usable {
            // A variable that is set, to nothing.
            Some(text) if text.is_empty() && !value.variables.is_empty() => {
                Err(TargetProblem::Empty { variables: value.variables.clone() })
            }
            text => Ok(text.filter(|text| !text.is_empty())),
        }
    }

    /// The variables that `value` lacks. An env object is made of many; the expression names the one that counts. Where
    /// it names none of many, the value hangs on more than variables, and it is not said that they are to blame.
    fn not_set(&self, value: &PlacedData) -> Vec<String> {
        let lacking: Vec<String> =
            value.variables.iter().filter(|name| self.environment.lacks(name)).cloned().collect();
        let text = self.config.files.read(value.place.file.as_path());
        let expression = text.as_deref().and_then(|text| text.get(value.place.span.range())).unwrap_or_default();
        let words: Vec<&str> = expression.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
        let named: Vec<String> = lacking.iter().filter(|name| words.contains(&name.as_str())).cloned().collect();
        match named.is_empty() {
            false => named,
            true if lacking.len() > FEW && matches!(value.data, Data::Unknown(_)) => Vec::new(),
            true => lacking,
        }
    }

    fn unknown(&self, key: &str, value: &PlacedData) -> TargetProblem {
        let setting = if key == "dbCredentials" { key.into() } else { format!("dbCredentials.{key}") };
        let why = match &value.data {
            Data::Unknown(why) => why.clone(),
            _ => "it is no text".into(),
        };
        TargetProblem::Unknown { setting, place: self.config.place(&value.place), why }
    }

    /// A URL from host, port, user, password, database and ssl.
    fn url_of_parts(&self, credentials: &PlacedData, used: &mut Vec<String>) -> Result<String, TargetProblem> {
        let malformed = |why: String| TargetProblem::Malformed { place: self.config.place(&credentials.place), why };
        let mut part = |key: &str| match credentials.get(key).map(|value| (value, present(value))) {
            // An absent variable matters where the part has to be there; an absent user or port has its default.
            Some((value, None)) if ["host", "database"].contains(&key) => self.text(key, value, used),
            Some((_, Some(value))) => self.text(key, value, used),
            _ => Ok(None),
        };
        let required = |key: &str, value: Option<String>| value.ok_or_else(|| malformed(format!("`{key}` is missing")));
        let host = required("host", part("host")?)?;
        let database = required("database", part("database")?)?;
        let (port, user, password) = (part("port")?, part("user")?, part("password")?);
        let scheme = match self.dialect.family() {
            Family::Postgresql => "postgresql",
            Family::Mysql => "mysql",
            Family::Sqlite => return Err(malformed(format!("{} takes a `url`", self.dialect.name()))),
        };
        // A host that is a path is the folder of a Unix socket.
        let socket = host.starts_with('/');
        let authority = match (socket, host.contains(':')) {
            (true, _) => "localhost".to_owned(),
            (false, true) => format!("[{}]", host.trim_matches(['[', ']'])),
            (false, false) => host.clone(),
        };
        let mut url =
            Url::parse(&format!("{scheme}://{authority}")).map_err(|error| malformed(format!("`host`: {error}")))?;
        let not_possible = |()| malformed("the host takes no user".into());
        if let Some(user) = user {
            url.set_username(&encoded(&user)).map_err(not_possible)?;
        }
        if let Some(password) = password {
            url.set_password(Some(&encoded(&password))).map_err(not_possible)?;
        }
        if let Some(port) = port {
            let port = port.parse().map_err(|_| malformed("`port` is no port number".into()))?;
            url.set_port(Some(port)).map_err(not_possible)?;
        }
        url.set_path(&encoded(&database));
        if socket {
            let key = if self.dialect.family() == Family::Mysql { "socket" } else { "host" };
            url.query_pairs_mut().append_pair(key, &host);
        }
        if let Some(mode) = credentials.get("ssl").and_then(|ssl| self.tls_mode(ssl)) {
            let key = if self.dialect.family() == Family::Mysql { "ssl-mode" } else { "sslmode" };
            url.query_pairs_mut().append_pair(key, mode);
        }
        Ok(url.into())
    }

    /// What `ssl` asks for. As Node's drivers have it, TLS checks the certificate unless it is told not to.
    fn tls_mode(&self, ssl: &PlacedData) -> Option<&'static str> {
        let verify = |checks: bool| match (self.dialect.family(), checks) {
            (Family::Mysql, true) => "VERIFY_IDENTITY",
            (Family::Mysql, false) => "REQUIRED",
            (_, true) => "verify-full",
            (_, false) => "require",
        };
        let trusts_all =
            |value: &PlacedData| value.get("rejectUnauthorized").map(|flag| &flag.data) == Some(&Data::Boolean(false));
        match (&ssl.data, self.dialect.family()) {
            (Data::Boolean(true), _) => Some(verify(true)),
            (Data::Object(_), _) => Some(verify(!trusts_all(ssl))),
            (Data::Boolean(false), Family::Postgresql) => Some("disable"),
            (Data::String(_), Family::Mysql) => Some("REQUIRED"),
            (Data::String(mode), _) => {
                ["require", "allow", "prefer", "verify-full"].into_iter().find(|known| known == mode)
            }
            _ => None,
        }
    }

    /// `DATABASE_URL from .env`, or the config's name where no variable is involved.
    fn source(&self, used: &[String]) -> String {
        let mut seen: Vec<&String> = Vec::new();
        let mut text = String::new();
        for name in used {
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            let place = match self.environment.source(name) {
                Some(Source::Process) => "the environment".to_owned(),
                Some(Source::File(file)) => path::shown(file, self.config.folder),
                None => continue,
            };
            let separator = if text.is_empty() { "" } else { ", " };
            // Writing to a string cannot fail.
            let _ = write!(text, "{separator}{name} from {place}");
        }
        if text.is_empty() { self.config.name() } else { text }
    }
}

/// Percent-encodes all that could mean something in a URL, `%` included.
fn encoded(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            result.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(result, "%{byte:02X}");
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;
    use crate::declared::Environment;
    use crate::project::{Variables, json};
    use crate::text::{FilePath, MemoryFiles};

    /// Gives strings of the form `env:A,B` the value that `process.env.A ?? process.env.B` has, and of the form
    /// `unknown:why` none that can be known.
    fn evaluated(mut value: PlacedData, environment: &mut dyn Environment) -> PlacedData {
        match &mut value.data {
            Data::Array(items) => {
                *items = items.drain(..).map(|item| evaluated(item, environment)).collect();
            }
            Data::Object(properties) => {
                for property in properties {
                    property.value = evaluated(property.value.clone(), environment);
                }
            }
            Data::String(text) => {
                if let Some(names) = text.strip_prefix("unknown-env:") {
                    value.variables = names.split(',').map(str::to_owned).collect();
                    value.variables.iter().for_each(|name| drop(environment.variable(name)));
                    value.data = Data::Unknown("env is not known".into());
                } else if let Some(names) = text.strip_prefix("env:") {
                    value.variables = names.split(',').map(str::to_owned).collect();
                    let found = value.variables.iter().map(|name| environment.variable(name)).collect::<Vec<_>>();
                    value.data = found.into_iter().flatten().next().map_or(Data::Undefined, Data::String);
                } else if let Some(why) = text.strip_prefix("unknown:") {
                    value.data = Data::Unknown(why.into());
                }
            }
            _ => {}
        }
        value
    }

    /// `url | token | source`, or the problem.
    fn read(dialect: Dialect, config: &str) -> String {
        let mut files = MemoryFiles::default();
        files.insert("/app/.env", "URL=postgres://u:p$w@h/d\nEMPTY=\nHOST=db\nPASSWORD=a@b/c%41");
        files.insert("/app/.env.local", "LOCAL=mysql://h/d");
        files.insert("/app/drizzle.config.json", config);
        let process: Variables = [("TOKEN".to_owned(), "t0k".to_owned())].into_iter().collect();
        let folder = Path::new("/app");
        let mut environment = ProjectEnvironment::new(folder, &process, &[], &files);
        let file = FilePath::new("/app/drizzle.config.json");
        let data = evaluated(json::parse(&file, config), &mut environment);
        let config = Config { data: &data, file: &file, folder, files: &files };
        match of_config(&config, dialect, &environment) {
            Ok(target) => {
                let token = target.auth_token.as_ref().map_or("-", |token| token.expose_secret());
                format!("{} | {token} | {}", target.url.expose_secret(), target.source)
            }
            Err(problem) => problem.to_string(),
        }
    }

    #[test]
    fn credentials_become_one_target() {
        use Dialect::{Mysql, Postgresql, Sqlite, Turso};
        for (dialect, credentials, expected) in [
            (Postgresql, r#"{"url": "env:URL"}"#, "postgres://u:p$w@h/d | - | URL from .env"),
            (Postgresql, r#"{"url": "env:MISSING,URL"}"#, "postgres://u:p$w@h/d | - | URL from .env"),
            (Mysql, r#"{"url": "env:LOCAL"}"#, "mysql://h/d | - | LOCAL from .env.local"),
            (Postgresql, r#"{"url": "postgres://h/d", "ssl": true}"#, "postgres://h/d | - | drizzle.config.json"),
            (Postgresql, r#"{"connectionString": "env:URL"}"#, "postgres://u:p$w@h/d | - | URL from .env"),
            (Mysql, r#"{"uri": "mysql://h/d"}"#, "mysql://h/d | - | drizzle.config.json"),
            (Sqlite, r#"{"url": "file:./data/app.db"}"#, "./data/app.db | - | drizzle.config.json"),
            (Sqlite, r#"{"url": "app.db"}"#, "app.db | - | drizzle.config.json"),
            (
                Turso,
                r#"{"url": "libsql://x.turso.io", "authToken": "env:TOKEN"}"#,
                "libsql://x.turso.io | t0k | drizzle.config.json",
            ),
            (Turso, r#"{"url": "file:local.db", "authToken": "env:MISSING"}"#, "local.db | - | drizzle.config.json"),
            (
                Postgresql,
                r#"{"host": "env:HOST", "port": 5433, "user": "me", "password": "env:PASSWORD", "database": "app db"}"#,
                "postgresql://me:a%40b%2Fc%2541@db:5433/app%20db | - | HOST from .env, PASSWORD from .env",
            ),
            (
                Postgresql,
                r#"{"url": "env:URL", "host": "h", "database": "d", "ssl": true}"#,
                "postgresql://h/d?sslmode=verify-full | - | drizzle.config.json",
            ),
            (
                Postgresql,
                r#"{"host": "::1", "database": "d", "ssl": "require", "user": "env:MISSING"}"#,
                "postgresql://[::1]/d?sslmode=require | - | drizzle.config.json",
            ),
            (
                Postgresql,
                r#"{"host": "h", "database": "d", "ssl": {"rejectUnauthorized": false}}"#,
                "postgresql://h/d?sslmode=require | - | drizzle.config.json",
            ),
            (
                Postgresql,
                r#"{"host": "/run/pg", "database": "d"}"#,
                "postgresql://localhost/d?host=%2Frun%2Fpg | - | drizzle.config.json",
            ),
            (
                Mysql,
                r#"{"host": "h", "user": "root", "port": "3307", "database": "d", "ssl": {}}"#,
                "mysql://root@h:3307/d?ssl-mode=VERIFY_IDENTITY | - | drizzle.config.json",
            ),
        ] {
            assert_eq!(read(dialect, &format!(r#"{{"dbCredentials": {credentials}}}"#)), expected, "{credentials}");
        }
    }

    #[test]
    fn d1_is_wranglers_one_file_or_the_remote_database() {
        const STATE: &str = "/app/.wrangler/state/v3";
        let text =
            r#"{"driver": "d1-http", "dbCredentials": {"accountId": "acc", "databaseId": "db", "token": "t0k"}}"#;
        let remote = "d1://acc/db | drizzle.config.json";
        let local = "/app/.wrangler/state/v3/d1/miniflare-D1DatabaseObject/a1.sqlite | wrangler's local D1 database in \
                     .wrangler/state, while push changes the remote one";
        for (names, expected) in [
            (vec!["d1/miniflare-D1DatabaseObject/a1.sqlite", "d1/miniflare-D1DatabaseObject/metadata.sqlite"], local),
            (vec!["d1/miniflare-D1DatabaseObject/a1.sqlite", "d1/miniflare-D1DatabaseObject/b2.sqlite"], remote),
            (vec!["kv/miniflare-KVNamespaceObject/a1.sqlite"], remote),
            (vec![], remote),
        ] {
            let mut files = MemoryFiles::default();
            files.insert("/app/drizzle.config.json", text);
            names.iter().for_each(|name| files.insert(format!("{STATE}/{name}"), ""));
            let process = Variables::default();
            let environment = ProjectEnvironment::new(Path::new("/app"), &process, &[], &files);
            let file = FilePath::new("/app/drizzle.config.json");
            let data = json::parse(&file, text);
            let config = Config { data: &data, file: &file, folder: Path::new("/app"), files: &files };
            let target = of_config(&config, Dialect::Sqlite, &environment).expect("a target");
            assert_eq!(format!("{} | {}", target.url.expose_secret(), target.source), expected, "{names:?}");
        }
    }

    #[test]
    fn problems_name_what_is_missing_and_what_to_do() {
        let files = ".env, .env.local, .env.development.local (absent), .env.development (absent)";
        for (config, expected) in [
            (
                r#"{"dbCredentials": {"url": "env:MISSING"}}"#,
                format!("MISSING is not set; looked in the environment, {files}; set it in one of them, or give --database-url"),
            ),
            (
                r#"{"dbCredentials": {"url": "env:ONE,TWO"}}"#,
                format!("ONE, TWO are not set; looked in the environment, {files}; set them in one of them, or give --database-url"),
            ),
            (
                r#"{"dbCredentials": {"host": "env:MISSING", "database": "d"}}"#,
                format!("MISSING is not set; looked in the environment, {files}; set it in one of them, or give --database-url"),
            ),
            (
                // The expression names one of the variables of its env object.
                r#"{"dbCredentials": {"url": "unknown-env:ONE"}}"#,
                format!("ONE is not set; looked in the environment, {files}; set it in one of them, or give --database-url"),
            ),
            (
                r#"{"dbCredentials": {"url": "env:EMPTY"}}"#,
                "EMPTY is set, but empty; give it a value, or give --database-url".into(),
            ),
            (
                "{\n\"dbCredentials\": {\n\"url\": \"unknown:getUrl() is not known\"}}",
                "drizzle.config.json:3: `dbCredentials.url` cannot be read without running the config (getUrl() is not \
                 known); give --database-url, or set DRIZZLE_DRIFT_DATABASE_URL"
                    .into(),
            ),
            (
                r#"{"dbCredentials": "unknown:why"}"#,
                "drizzle.config.json:1: `dbCredentials` cannot be read without running the config (why); give \
                 --database-url, or set DRIZZLE_DRIFT_DATABASE_URL"
                    .into(),
            ),
            (
                r#"{"driver": "pglite", "dbCredentials": {"url": "./data"}}"#,
                "the driver \"pglite\" (drizzle.config.json:1) is an embedded PostgreSQL that only its own process can \
                 open; give --database-url to compare with a database that can be connected to"
                    .into(),
            ),
            (
                r#"{"dbCredentials": {"host": "h"}}"#,
                "drizzle.config.json:1: `dbCredentials` do not make a connection URL (`database` is missing); correct \
                 them, or give --database-url"
                    .into(),
            ),
            (
                r#"{"dbCredentials": {"host": "h", "database": "d", "port": "x"}}"#,
                "drizzle.config.json:1: `dbCredentials` do not make a connection URL (`port` is no port number); correct \
                 them, or give --database-url"
                    .into(),
            ),
        ] {
            assert_eq!(read(Dialect::Postgresql, config), expected, "{config}");
        }
        for config in ["{}", r#"{"dbCredentials": {}}"#, r#"{"dbCredentials": {"url": null}}"#] {
            assert!(read(Dialect::Postgresql, config).starts_with("drizzle.config.json names no database"), "{config}");
        }
    }

    #[test]
    fn secrets_are_not_shown() {
        let target = GivenUrl { url: SecretString::from("postgres://u:hunter2@h/d"), source: "--database-url".into() };
        assert!(!format!("{target:?} {:?}", target.target(Dialect::Postgresql, Path::new("/app"))).contains("hunter2"));
    }
}
