//! The real drizzle-kit and TypeScript, as a user runs them: the oracle of the quick-fixes.
//!
//! `tests/setup/drizzle-kit.sh` installs them. Without them a test says so in one line and is skipped; with `CI` set it
//! fails.
#![allow(dead_code)] // each test binary uses a part of it

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// A project folder in which the pinned drizzle-kit, drizzle-orm and TypeScript are installed.
pub struct Project {
    folder: TempDir,
    modules: PathBuf,
    /// What makes `drizzle-kit push` say what it would do and leave it at that.
    dry: &'static [&'static str],
    kit: &'static str,
}

impl Project {
    /// An empty project with drizzle-kit 0.31.
    pub fn new() -> Option<Self> {
        // It cannot ask without a terminal, so with `--strict` it never changes anything.
        Self::with("drizzle-kit", "0.31.11", &["push", "--strict", "--verbose"])
    }

    /// An empty project with drizzle-kit 1.0.
    pub fn of_1_0() -> Option<Self> {
        Self::with("drizzle-kit-1.0", "1.0.0-rc.5", &["push", "--explain"])
    }

    fn with(installed: &str, kit: &'static str, dry: &'static [&'static str]) -> Option<Self> {
        let cache = Path::new(env!("CARGO_MANIFEST_DIR")).join(".cache").join(installed);
        if !cache.join("complete").is_file() {
            let message = "drizzle-kit is not set up: run `bash tests/setup/drizzle-kit.sh`";
            assert!(std::env::var_os("CI").is_none(), "{message}");
            eprintln!("skipped: {message}");
            return None;
        }
        let modules = cache.join("node_modules");
        let folder = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink(&modules, folder.path().join("node_modules")).expect("a link");
        let project = Self { folder, modules, dry, kit };
        project.write("package.json", r#"{ "private": true, "type": "module" }"#);
        project.write(
            "tsconfig.json",
            r#"{ "compilerOptions": { "strict": true, "noEmit": true, "module": "esnext", "moduleResolution": "bundler",
                 "target": "es2022", "verbatimModuleSyntax": true, "skipLibCheck": true, "types": [] } }"#,
        );
        Some(project)
    }

    /// Puts a shell script in the place of drizzle-kit; `$KIT` in it is the real one.
    pub fn replace_kit(&self, script: &str) {
        let own = self.folder().join("node_modules");
        fs::remove_file(&own).expect("the link");
        fs::create_dir_all(own.join(".bin")).expect("a folder");
        for entry in fs::read_dir(&self.modules).expect("the modules") {
            let entry = entry.expect("an entry");
            if entry.file_name() != ".bin" {
                std::os::unix::fs::symlink(entry.path(), own.join(entry.file_name())).expect("a link");
            }
        }
        let kit = self.modules.join(".bin/drizzle-kit");
        let program = own.join(".bin/drizzle-kit");
        fs::write(&program, format!("#!/bin/sh\nKIT={}\n{script}\n", kit.display())).expect("a script");
        let executable = std::os::unix::fs::PermissionsExt::from_mode(0o755);
        fs::set_permissions(&program, executable).expect("its permissions");
    }

    /// Its folder, as the file system knows it.
    pub fn folder(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("a folder")
    }

    /// Writes a file.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.folder().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    /// drizzle-drift in its folder, with a database from nowhere but the config: exit code, standard output and error.
    pub fn drift(&self, arguments: &[&str], set_up: impl FnOnce(&mut Command)) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_drizzle-drift"));
        command.current_dir(self.folder()).args(arguments);
        command.env_remove("DATABASE_URL").env_remove("DRIZZLE_DRIFT_DATABASE_URL");
        set_up(&mut command);
        let output = command.output().expect("the tool runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().expect("an exit code"), text(&output.stdout), text(&output.stderr))
    }

    fn output(&self, program: &str, arguments: &[&str]) -> Output {
        const LIMIT: &str = "120";
        Command::new("timeout")
            .arg(LIMIT)
            .arg(self.modules.join(".bin").join(program))
            .args(arguments)
            .current_dir(self.folder())
            .stdin(Stdio::null())
            .env("NO_COLOR", "1")
            .output()
            .expect("timeout")
    }

    fn run(&self, program: &str, arguments: &[&str]) -> (bool, String) {
        let output = self.output(program, arguments);
        let mut text = String::from_utf8_lossy(&output.stdout).into_owned();
        text.push_str(&String::from_utf8_lossy(&output.stderr));
        (output.status.success(), plain(&text))
    }

    /// What TypeScript complains about; nothing where it compiles.
    pub fn type_errors(&self) -> String {
        let (success, output) = self.run("tsc", &["--project", "."]);
        if success { String::new() } else { output }
    }

    /// Lets `drizzle-kit push` change the database, and returns what it says.
    pub fn push_in_earnest(&self) -> String {
        self.run("drizzle-kit", &["push"]).1
    }

    /// What 1.0 has left to ask, with `further` arguments: its status and the questions.
    pub fn unresolved(&self, further: &[&str]) -> (String, Vec<Value>) {
        let output = self.output("drizzle-kit", &[&["push", "--explain", "--output", "json"], further].concat());
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let answer: Value = serde_json::from_str(text.trim()).unwrap_or_else(|error| panic!("{error}: {text}"));
        let list = answer["unresolved"].as_array().cloned().unwrap_or_default();
        (answer["status"].as_str().unwrap_or_default().to_owned(), list)
    }

    /// The version of its drizzle-kit.
    pub fn kit(&self) -> &'static str {
        self.kit
    }

    /// What `drizzle-kit push` says that it would do.
    pub fn push(&self) -> Push {
        let (_, output) = self.run("drizzle-kit", self.dry);
        Push { output }
    }
}

/// What `drizzle-kit push` said.
#[derive(Debug)]
pub struct Push {
    /// All of it, without colours and spinners.
    pub output: String,
}

impl Push {
    /// Whether it has nothing to do.
    pub fn is_silent(&self) -> bool {
        self.output.contains("No changes detected")
    }

    /// The statements that it would execute.
    pub fn statements(&self) -> Vec<String> {
        const HEADING: &str = "You are about to execute current statements:";
        const HEADING_OF_1_0: &str = "--- Generated migration statements ---";
        let text = match (self.output.split_once(HEADING), self.output.split_once(HEADING_OF_1_0)) {
            (Some((_, rest)), _) => {
                let lines = rest.lines().take_while(|line| !line.contains("Interactive prompts require"));
                lines.filter(|line| !line.trim().is_empty()).collect::<Vec<_>>().join("\n")
            }
            (None, Some((_, rest))) => unboxed(rest),
            (None, None) => return Vec::new(),
        };
        text.split_inclusive(";\n")
            .map(|statement| statement.trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect()
    }
}

/// The statements of 1.0, which puts some into boxes, below the reasons for them.
fn unboxed(text: &str) -> String {
    let mut statements = Vec::new();
    let mut reasons = false;
    for line in text.lines().take_while(|line| !line.contains("potential data loss statements")) {
        match line.chars().next() {
            Some('┌') => reasons = true,
            Some('├') => reasons = false,
            Some('└') | None => {}
            _ if reasons => {}
            _ => statements.push(line.strip_prefix("│ ").unwrap_or(line)),
        }
    }
    statements.join("\n")
}

/// `text` without escape sequences.
fn plain(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        if character != '\u{1b}' {
            result.push(character);
            continue;
        }
        if characters.next_if_eq(&'[').is_some() {
            while characters.next().is_some_and(|part| !part.is_ascii_alphabetic()) {}
        }
    }
    result
}
