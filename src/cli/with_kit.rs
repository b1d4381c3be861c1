//! The second opinion: the project's own drizzle-kit, run against a database that the server keeps read-only for it.

use std::path::PathBuf;

use super::load_request;
use super::outcome::Failure;
use super::plan::PlanReport;
use crate::catalog::{Family, Generation};
use crate::cli::arguments::PlanArguments;
use crate::live;
use crate::project::{Project, shown};

/// What drizzle-kit itself says.
pub struct Opinion {
    /// Its statements, as it prints them.
    pub statements: Vec<String>,
    /// What it asked about, first lines only.
    pub questions: Vec<String>,
}

impl Opinion {
    /// Statements that only drizzle-kit has, and those that only `report` has.
    pub fn differences(&self, report: &PlanReport) -> (Vec<String>, Vec<String>) {
        let plain = |sql: &String| sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let kit: Vec<String> = self.statements.iter().map(plain).collect();
        let ours: Vec<String> = report.plan.statements.iter().map(|statement| plain(&statement.sql)).collect();
        let only = |these: &[String], others: &[String]| -> Vec<String> {
            these.iter().filter(|sql| !others.contains(sql)).cloned().collect()
        };
        (only(&kit, &ours), only(&ours, &kit))
    }
}

/// Asks drizzle-kit, where it can be made sure that it changes nothing.
pub fn ask(arguments: &PlanArguments, project: &Project) -> Result<Opinion, Failure> {
    let kit = eligible(arguments, project).map_err(|why| Failure::Usage(format!("--with-kit: {why}")))?;
    let kept =
        super::ask(project, |target| async move { live::keeps_read_only(&target, &live::Limits::default()).await })?;
    if !kept {
        return Err(Failure::Usage(
            "--with-kit: the server, or the pooler before it, does not keep a session read-only from its start, so \
             drizzle-kit is not run"
                .into(),
        ));
    }
    let text = terminal::run(&kit, &config(project), &project.folder)?;
    Ok(read(&text))
}

/// The program to run, or why it is not.
fn eligible(arguments: &PlanArguments, project: &Project) -> Result<PathBuf, String> {
    if project.dialect.family() != Family::Postgresql {
        return Err(format!(
            "only PostgreSQL can keep a session of drizzle-kit read-only by itself, and the project is for {}",
            project.dialect.name()
        ));
    }
    if project.config.is_none() || load_request(&arguments.project).is_ok_and(|request| request.database_url.is_some())
    {
        return Err(
            "drizzle-kit takes the database of its config; leave --database-url, --schema and --dialect out".into()
        );
    }
    if project.kit.generation() != Generation::V0 || project.kit.source != "node_modules" {
        return Err(format!(
            "it runs an installed drizzle-kit 0.x; this is {} ({})",
            project.kit.version, project.kit.source
        ));
    }
    let modules = |name: &str| {
        project.folder.ancestors().map(|folder| folder.join("node_modules").join(name)).find(|path| path.exists())
    };
    if modules("pg").is_none() {
        return Err("the driver `pg` is not installed, and others do not take PGOPTIONS".into());
    }
    let has_options = project.target.as_ref().is_ok_and(|target| {
        use secrecy::ExposeSecret;
        target.url.expose_secret().contains("options=")
    });
    if has_options {
        return Err(
            "the URL has `options` of its own, which would take the place of those that keep it read-only".into()
        );
    }
    modules(".bin/drizzle-kit").ok_or_else(|| "node_modules/.bin/drizzle-kit is not there".into())
}

fn config(project: &Project) -> String {
    project.config.as_ref().map_or(String::new(), |config| shown(config.file.as_path(), &project.folder))
}

/// Reads what drizzle-kit printed with `--verbose --strict`.
fn read(text: &str) -> Opinion {
    const HEADING: &str = "You are about to execute current statements:";
    /// What comes after the statements.
    const ENDS: [&str; 6] = ["Found data-loss", "❯", "Are you sure", "Do you still want", "Warning", "Changes applied"];
    let mut questions: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim).filter(|line| line.contains("created or renamed from another")) {
        let line = line.trim_start_matches(['?', ' ']).to_owned();
        if !questions.contains(&line) {
            questions.push(line);
        }
    }
    let rest = text.split_once(HEADING).map_or("", |(_, rest)| rest);
    let lines = rest.lines().take_while(|line| !ENDS.iter().any(|end| line.contains(end)));
    let body = lines.filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n");
    let statements = format!("{body}\n");
    let statements = statements.split_inclusive(";\n").map(str::trim).filter(|sql| !sql.is_empty());
    Opinion { statements: statements.map(str::to_owned).collect(), questions }
}

#[cfg(not(unix))]
mod terminal {
    use std::path::Path;

    use super::Failure;

    pub(super) fn run(_: &Path, _: &str, _: &Path) -> Result<String, Failure> {
        Err(Failure::Usage("--with-kit needs a terminal of Unix".into()))
    }
}

#[cfg(unix)]
mod terminal {
    use std::fs::File;
    use std::io::{Read, Write};
    use std::path::Path;
    use std::process::{Command, Stdio};
    use std::sync::mpsc::{RecvTimeoutError, channel};
    use std::time::{Duration, Instant};

    use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
    use rustix::termios::{Winsize, tcsetwinsize};

    use super::Failure;

    /// How long drizzle-kit may take altogether.
    const LIMIT: Duration = Duration::from_secs(120);
    /// After this long without a word, a question on the screen waits for its answer.
    const QUIET: Duration = Duration::from_millis(700);

    /// Runs push, answers each question with its first choice (create; no, abort), and returns what was on the screen.
    pub(super) fn run(kit: &Path, config: &str, folder: &Path) -> Result<String, Failure> {
        let failed = |error: std::io::Error| Failure::Usage(format!("--with-kit: drizzle-kit cannot be run: {error}"));
        let (mut keyboard, screen, program) = pair().map_err(failed)?;
        let options = std::env::var("PGOPTIONS").unwrap_or_default();
        let mut child = Command::new(kit)
            .args(["push", "--strict", "--verbose", "--config", config])
            .current_dir(folder)
            .env("PGOPTIONS", format!("{options} -c default_transaction_read_only=on").trim())
            .env("NO_COLOR", "1")
            .stdin(Stdio::from(program.try_clone().map_err(failed)?))
            .stdout(Stdio::from(program.try_clone().map_err(failed)?))
            .stderr(Stdio::from(program))
            .spawn()
            .map_err(failed)?;
        let (sender, pieces) = channel();
        std::thread::spawn(move || copy(screen, |piece| sender.send(piece).is_ok()));
        let (mut bytes, mut answered, end) = (Vec::new(), 0, Instant::now() + LIMIT);
        loop {
            match pieces.recv_timeout(QUIET) {
                Ok(piece) => bytes.extend::<Vec<u8>>(piece),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    if String::from_utf8_lossy(&bytes[answered..]).contains('❯') {
                        answered = bytes.len();
                        let _ = keyboard.write_all(b"\r");
                    } else if matches!(child.try_wait(), Ok(Some(_))) {
                        break;
                    }
                }
            }
            if Instant::now() >= end {
                let _ = child.kill();
                break;
            }
        }
        let _ = child.wait();
        Ok(plain(&String::from_utf8_lossy(&bytes)))
    }

    /// A terminal: its keyboard, its screen, and what a program takes for it.
    fn pair() -> std::io::Result<(File, File, File)> {
        let terminal = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY)?;
        grantpt(&terminal)?;
        unlockpt(&terminal)?;
        let name = ptsname(&terminal, Vec::new())?;
        tcsetwinsize(&terminal, Winsize { ws_row: 50, ws_col: 500, ws_xpixel: 0, ws_ypixel: 0 })?;
        let program = File::options().read(true).write(true).open(name.to_string_lossy().as_ref())?;
        let keyboard = File::from(terminal);
        Ok((keyboard.try_clone()?, keyboard, program))
    }

    fn copy(mut screen: File, mut tell: impl FnMut(Vec<u8>) -> bool) {
        let mut piece = [0; 4096];
        // It ends with an error when the last program has left the terminal.
        while let Ok(length) = screen.read(&mut piece) {
            if length == 0 || !tell(piece[..length].to_vec()) {
                return;
            }
        }
    }

    /// `text` without escape sequences.
    fn plain(text: &str) -> String {
        let mut result = String::with_capacity(text.len());
        let mut characters = text.chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '\u{1b}' => {
                    if characters.next_if_eq(&'[').is_some() {
                        while characters.next().is_some_and(|part| !part.is_ascii_alphabetic()) {}
                    }
                }
                '\r' => {}
                character => result.push(character),
            }
        }
        result
    }
}
