//! How drizzle-kit is run so that it cannot change anything: against a session that the server keeps read-only, or against
//! a copy of the file.

use std::path::PathBuf;
use std::process::Command;

use secrecy::{ExposeSecret, SecretString};
use serde_json::json;
use tempfile::TempDir;
use url::Url;

use super::Failure;
use crate::catalog::Family;
use crate::live;
use crate::project::Project;
use crate::session::{limits, live_target};

/// What drizzle-kit is told of the database, apart from the config.
const VARIABLE: &str = "DRIZZLE_DRIFT_KIT_TARGET";
/// Said of a URL that connects, and yet is none for a driver of Node.
const UNCLEAR: &str = "the URL cannot be understood";
/// What makes PostgreSQL refuse every write, from the start of the session on.
const READ_ONLY: &str = "-c default_transaction_read_only=on";

/// A prepared run. The folder goes with it.
pub(super) struct Way {
    kit: PathBuf,
    folder: PathBuf,
    config: PathBuf,
    variables: Vec<(&'static str, SecretString)>,
    /// What is not to be repeated.
    secrets: Vec<SecretString>,
    /// What keeps drizzle-kit from changing anything, in words.
    pub kept: &'static str,
    _gate: Option<live::Gate>,
    _temporary: TempDir,
}

impl Way {
    /// drizzle-kit with `arguments` and the config.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.kit);
        command.args(arguments).arg("--config").arg(&self.config).current_dir(&self.folder).env("NO_COLOR", "1");
        command.envs(self.variables.iter().map(|(name, value)| (name, value.expose_secret())));
        command
    }

    /// The end of what drizzle-kit said, without secrets.
    pub fn last_words(&self, text: &str) -> String {
        const MOST: usize = 3;
        let noise = |line: &&str| {
            !line.is_empty()
                && !line.starts_with("at ")
                && !line.starts_with("Node.js v")
                && !line.starts_with("Reading ")
        };
        let lines: Vec<&str> = text.lines().map(str::trim).filter(noise).collect();
        let named = lines.iter().position(|line| line.to_ascii_lowercase().contains("error"));
        let lines = &lines[named.unwrap_or(lines.len().saturating_sub(MOST))..];
        let mut words = lines.iter().take(MOST).copied().collect::<Vec<_>>().join(" ");
        for secret in self.secrets.iter().map(ExposeSecret::expose_secret).filter(|secret| !secret.is_empty()) {
            words = words.replace(secret, "***");
        }
        let words = crate::cli::without_passwords(&words).into_owned();
        if words.is_empty() { "it ends without a word".into() } else { words }
    }
}

/// Prepares a run for `project`, or says why there can be none.
pub(super) fn prepare(project: &Project) -> Result<Way, Failure> {
    let refused = |why: &str| Failure::Usage(format!("--with-kit: {why}"));
    let target = project.target.as_ref().map_err(Clone::clone)?;
    let database = live_target(project, target);
    let program = if cfg!(windows) { ".bin/drizzle-kit.cmd" } else { ".bin/drizzle-kit" };
    let kit = installed(project, program).ok_or_else(|| refused("node_modules/.bin/drizzle-kit is not there"))?;
    let temporary = tempfile::Builder::new().prefix("drizzle-drift-").tempdir();
    let temporary = temporary.map_err(|error| refused(&format!("no temporary folder can be made: {error}")))?;
    removed_on_interrupt(temporary.path().to_owned());
    let mut way = Way {
        kit,
        folder: project.folder.clone(),
        config: temporary.path().join("drizzle.config.ts"),
        variables: Vec::new(),
        secrets: secrets(target.url.expose_secret()),
        kept: "in a read-only session",
        _gate: None,
        _temporary: temporary,
    };
    way.secrets.extend(target.auth_token.clone());
    let credentials = match project.dialect.family() {
        Family::Postgresql => read_only_postgresql(project, &mut way)?,
        Family::Sqlite if live::is_file(&database) => {
            let copy = way._temporary.path().join("copy.db");
            super::super::ask(
                project,
                |target| async move { live::copy_file(&target, &copy, &limits(project)).await },
            )?;
            way.kept = "on a copy of the file";
            let url = format!("file:{}", way._temporary.path().join("copy.db").display());
            json!({ "url": url, "parts": {}, "file": true })
        }
        Family::Sqlite => {
            return Err(refused(
                "a libSQL server or Cloudflare D1 keeps no session of drizzle-kit read-only, so that it is not run; ask it \
                 about a local copy of the database file",
            ));
        }
        Family::Mysql => read_only_mysql(project, &mut way)?,
    };
    way.variables.push((VARIABLE, credentials.to_string().into()));
    let config = project.config.as_ref().map(|config| config.file.as_path().display().to_string()).unwrap_or_default();
    std::fs::write(&way.config, wrapper(&config))
        .map_err(|error| refused(&format!("no config can be written to {}: {error}", way.config.display())))?;
    Ok(way)
}

/// A config that is the project's own, for the database that was looked at and no other.
fn wrapper(config: &str) -> String {
    format!(
        r#"import * as module from {};
const found: any = module;
const config: any = found.default?.default ?? found.default ?? found;
const {{ url, parts, file }} = JSON.parse(process.env.{VARIABLE}!);
const {{ driver, ...rest }} = config;
if (driver && !file) throw new Error("the config has a `driver`, which connects in a way of its own");
const given = config.dbCredentials ?? {{}};
const inParts = !file && given.host && given.database;
export default {{ ...rest, dbCredentials: file ? {{ url }} : inParts ? {{ ...given, ...parts }} : {{ ...given, url }} }};
"#,
        json!(config)
    )
}

/// Whether PostgreSQL keeps a session read-only that asks for it at its start, with the driver that drizzle-kit takes.
fn read_only_postgresql(project: &Project, way: &mut Way) -> Result<serde_json::Value, Failure> {
    let refused = |why: &str| Failure::Usage(format!("--with-kit: {why}"));
    let target = project.target.as_ref().map_err(Clone::clone)?;
    let mut url = database_itself(target.url.expose_secret())?;
    if url.query_pairs().any(|(name, _)| name == "options") {
        return Err(refused(
            "the URL has `options` of its own, which would take the place of those that keep it read-only",
        ));
    }
    // drizzle-kit takes the first of them that is installed; others know no options.
    if installed(project, "pg").is_some() {
        let own = std::env::var("PGOPTIONS").unwrap_or_default();
        way.variables.push(("PGOPTIONS", format!("{own} {READ_ONLY}").trim().to_owned().into()));
    } else if installed(project, "postgres").is_some() {
        url.query_pairs_mut().append_pair("options", READ_ONLY);
    } else {
        return Err(refused("neither `pg` nor `postgres` is installed, and other drivers take no options"));
    }
    let kept =
        super::super::ask(
            project,
            |target| async move { live::keeps_read_only(&target, &live::Limits::default()).await },
        )?;
    if !kept {
        return Err(refused(
            "the server, or the pooler before it, does not keep a session read-only from its start, so that drizzle-kit is \
             not run",
        ));
    }
    Ok(json!({ "url": url.as_str(), "parts": parts(&url), "file": false }))
}

/// MySQL takes no such option: the connection goes through a gate of ours that makes each session read-only.
fn read_only_mysql(project: &Project, way: &mut Way) -> Result<serde_json::Value, Failure> {
    let refused = |why: &str| Failure::Usage(format!("--with-kit: {why}"));
    let target = project.target.as_ref().map_err(Clone::clone)?;
    let url = database_itself(target.url.expose_secret())?;
    if installed(project, "mysql2").is_none() {
        return Err(refused("the driver `mysql2` is not installed, and others do not connect through a gate"));
    }
    let gate = live::Gate::open(&live_target(project, target), &limits(project));
    let gate = gate.map_err(|error| Failure::from_database(&error, &target.source))?;
    let mut through = url.clone();
    let moved = through.set_host(Some("127.0.0.1")).is_ok() && through.set_port(Some(gate.port())).is_ok();
    if !moved {
        return Err(refused(UNCLEAR));
    }
    let kept = url.query_pairs().filter(|(name, _)| name != "socket" && !name.to_ascii_lowercase().starts_with("ssl"));
    through.query_pairs_mut().clear().extend_pairs(kept);
    if through.query() == Some("") {
        through.set_query(None);
    }
    way.secrets.extend(secrets(through.as_str()));
    way._gate = Some(gate);
    Ok(json!({ "url": through.as_str(), "parts": parts(&through), "file": false }))
}

/// The URL of a database that is no snapshot.
fn database_itself(url: &str) -> Result<Url, Failure> {
    let refused = |why: &str| Failure::Usage(format!("--with-kit: {why}"));
    if url.starts_with(live::SNAPSHOT_SCHEME) {
        return Err(refused("a snapshot stands in for the database, and drizzle-kit needs the database itself"));
    }
    Url::parse(url).map_err(|_| refused(UNCLEAR))
}

/// The URL in parts, as a config may have them.
fn parts(url: &Url) -> serde_json::Value {
    let text = |part: &str| decoded(part);
    let socket = url.query_pairs().find(|(name, value)| name == "host" && value.starts_with('/'));
    let host = socket.map(|(_, folder)| folder.into_owned()).or_else(|| url.host_str().map(str::to_owned));
    let mut parts = json!({ "host": host, "database": text(url.path().trim_start_matches('/')) });
    if let Some(port) = url.port() {
        parts["port"] = port.into();
    }
    if !url.username().is_empty() {
        parts["user"] = text(url.username()).into();
    }
    if let Some(password) = url.password() {
        parts["password"] = text(password).into();
    }
    parts
}

/// What of a URL must not be repeated: the whole, and its password in either spelling.
fn secrets(url: &str) -> Vec<SecretString> {
    let mut secrets = vec![url.to_owned().into()];
    if let Some(password) = Url::parse(url).ok().as_ref().and_then(Url::password) {
        secrets.push(decoded(password).into());
        secrets.push(password.to_owned().into());
    }
    secrets
}

fn decoded(text: &str) -> String {
    let pairs = format!("x={}", text.replace('+', "%2B"));
    let value = url::form_urlencoded::parse(pairs.as_bytes()).next().map(|(_, value)| value.into_owned());
    value.unwrap_or_default()
}

/// `node_modules/NAME` in the project's folder or one above it.
fn installed(project: &Project, name: &str) -> Option<PathBuf> {
    project.folder.ancestors().map(|folder| folder.join("node_modules").join(name)).find(|path| path.exists())
}

/// Nothing stays behind where the run is interrupted, least of all a copy of somebody's data.
fn removed_on_interrupt(folder: PathBuf) {
    const INTERRUPTED: i32 = 130;
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        if let Ok(runtime) = runtime
            && runtime.block_on(tokio::signal::ctrl_c()).is_ok()
        {
            let _ = std::fs::remove_dir_all(&folder);
            std::process::exit(INTERRUPTED);
        }
    });
}
