//! The arguments of the contract.

use std::convert::Infallible;
use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use secrecy::{ExposeSecret, SecretString};

use crate::catalog::Expectation;
use crate::drift::Code;
use crate::live::SNAPSHOT_SCHEME;
use crate::project::{GivenUrl, LoadRequest, Variables, absolute};

/// Shows where a Drizzle ORM schema and the live database disagree, before `drizzle-kit push` does.
#[derive(Debug, Parser)]
#[command(
    name = "drizzle-drift",
    version,
    after_help = "Exit codes: 0 nothing to report, 1 drift at or above --fail-on, 2 wrong usage or an unreadable config or \
                  schema file, 3 the database cannot be reached or refuses."
)]
pub struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve an editor on standard input and output (the Language Server Protocol)
    Lsp(LspArguments),
    /// Compare the declared schema with the live database
    Check(Box<CheckArguments>),
    /// Run a command that changes the database (drizzle-kit push) only where nothing unforeseen is destroyed, and verify it
    Guard(Box<GuardArguments>),
    /// Apply the preferred quick-fix of drifts to the TypeScript
    Fix(Box<FixArguments>),
    /// Record drifts in the ledger as documented and deferred
    Defer(Box<DeferArguments>),
    /// Say what `drizzle-kit push` would do now: its statements, its questions, what they would destroy
    Plan(Box<PlanArguments>),
    /// Write the live database's structure, and what is needed to verify it later, to a file
    Snapshot(Box<SnapshotArguments>),
    /// Compare the database with a snapshot: did only what was expected change?
    Verify(Box<VerifyArguments>),
    /// Print one side of the comparison as JSON
    #[command(subcommand)]
    Inspect(InspectCommand),
    /// Print the page of a drift code, or the list of all codes
    Explain(ExplainArguments),
    /// Say which config, schema files, database, kit and filters are in force, and what is wrong with them
    Doctor(ProjectArguments),
    /// Print a script that completes the commands and options in a shell
    Completions(CompletionsArguments),
    /// Print the manual page
    #[command(hide = true)]
    Man,
}

/// Arguments of `completions`.
#[derive(Debug, Args)]
#[command(
    after_help = "For example: drizzle-drift completions zsh > ~/.zfunc/_drizzle-drift, or in ~/.bashrc: source \
                        <(drizzle-drift completions bash)"
)]
pub struct CompletionsArguments {
    /// Which shell
    #[arg(value_name = "SHELL")]
    pub shell: clap_complete::Shell,
}

/// Arguments of `explain`.
#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// The drift code
    #[arg(value_name = "CODE")]
    pub code: Option<String>,
}

/// The sides of the comparison.
#[derive(Debug, Subcommand)]
pub enum InspectCommand {
    /// What the code declares, and what of it cannot be known without running it
    Code(InspectArguments),
    /// What the database holds
    Database(InspectArguments),
}

/// Arguments of `lsp`.
#[derive(Debug, Args)]
pub struct LspArguments {
    /// Serve on standard input and output, as without it
    #[arg(long)]
    pub stdio: bool,
}

/// Arguments of `inspect`.
#[derive(Debug, Args)]
pub struct InspectArguments {
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// The output's format
    #[arg(long, short = 'f', visible_alias = "reporter", value_name = "NAME", default_value = "json")]
    pub format: InspectFormat,
}

/// What `inspect` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum InspectFormat {
    /// The catalog as JSON.
    Json,
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArguments {
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// The output's format
    #[arg(long, short = 'f', visible_alias = "reporter", value_name = "NAME", default_value = "text")]
    pub format: CheckFormat,
    /// Write the output to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
    /// The least severity that makes the exit code 1
    #[arg(long, value_name = "LEVEL", default_value = "warning")]
    pub fail_on: FailOn,
    /// Exit with 0 whatever drift there is
    #[arg(long)]
    pub exit_zero: bool,
    /// Report these drift codes only
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = code)]
    pub only: Vec<Code>,
    /// Leave these drift codes out
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = code)]
    pub skip: Vec<Code>,
    /// Go on: compare again whenever the database or a file changes, until interrupted
    #[arg(long, conflicts_with = "output_file")]
    pub watch: bool,
    /// Colours; NO_COLOR is respected
    #[arg(long, value_name = "WHEN", default_value = "auto")]
    pub color: When,
    /// Print nothing but the drifts
    #[arg(long, short, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Print hints and what was read as well
    #[arg(long, short)]
    pub verbose: bool,
}

/// Arguments of `guard`.
#[derive(Debug, Args)]
#[command(
    after_help = "Plans the push and refuses where it would destroy something that no --expect names as dropped (-NAME) or \
                        altered (~NAME). Else it looks at the database, runs COMMAND in this terminal, and verifies that \
                        nothing but the plan, or what --expect names, has happened. Exit codes: that of COMMAND where all is \
                        as expected, 1 refused or something else changed, 2 wrong usage, 3 the database cannot be reached."
)]
pub struct GuardArguments {
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// A change that is meant: +NAME, -NAME or ~NAME (repeatable) [default: what the plan says]
    #[arg(long, value_name = "CHANGE", allow_hyphen_values = true)]
    pub expect: Vec<Expectation>,
    /// The command: npx drizzle-kit push
    #[arg(last = true, required = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

/// Arguments of `fix`.
#[derive(Debug, Args)]
#[command(
    after_help = "A fix is preferred where push has nothing left to do about the drift once it is made. Without --code and \
                        --object every drift that has one is fixed. Exit codes: 0 done, 1 a chosen drift has no such fix, 2 \
                        wrong usage, 3 the database cannot be reached."
)]
pub struct FixArguments {
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// Fix drifts of this code only (repeatable)
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = code)]
    pub code: Vec<Code>,
    /// Fix drifts of this object only: table, schema.table or table.column (repeatable)
    #[arg(long, value_name = "NAME")]
    pub object: Vec<String>,
    /// Print the changes as a unified diff, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Print nothing but the diff
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `defer`.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("which").required(true).args(["object", "all"]))]
pub struct DeferArguments {
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// Defer the drifts of this object: table, schema.table or table.column (repeatable)
    #[arg(long, value_name = "NAME")]
    pub object: Vec<String>,
    /// Defer every drift there is now
    #[arg(long, conflicts_with = "object")]
    pub all: bool,
    /// Defer drifts of this code only (repeatable)
    #[arg(long, value_name = "CODE", value_delimiter = ',', value_parser = code)]
    pub code: Vec<Code>,
    /// Record that the possible renames among them are renames, for the hints of `plan --hints-file`
    #[arg(long)]
    pub renamed: bool,
    /// Why they stay as they are for now
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
    /// Who answers for it
    #[arg(long, value_name = "WHO")]
    pub owner: Option<String>,
    /// The last day on which it holds: 2026-12-31
    #[arg(long, value_name = "DATE", value_parser = date)]
    pub until: Option<jiff::civil::Date>,
    /// Print nothing
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `plan`.
#[derive(Debug, Args)]
#[command(
    after_help = "Nothing is run. With --kit-version the plan of the installed drizzle-kit is compared with that of \
                        VERSION. Exit codes: 0 safe (nothing asked, nothing lost, nothing fails), 1 not safe, 2 wrong usage \
                        or an unreadable config or schema file, 3 the database cannot be reached."
)]
pub struct PlanArguments {
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// The output's format
    #[arg(long, short = 'f', visible_alias = "reporter", value_name = "NAME", default_value = "text")]
    pub format: PlanFormat,
    /// Write the output to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
    /// Also ask the project's own drizzle-kit, where it is proved that it can change nothing, and say where it disagrees
    #[arg(long)]
    pub with_kit: bool,
    /// Write what the ledger decides about created and renamed objects to this file, for `drizzle-kit push --hints-file` (1.0)
    #[arg(long, value_name = "FILE")]
    pub hints_file: Option<PathBuf>,
    /// Also look at rows, where only they tell whether a statement would fail or lose anything: read-only, bounded in time
    #[arg(long)]
    pub check_rows: bool,
    /// Print nothing but the plan
    #[arg(long, short)]
    pub quiet: bool,
}

/// What `plan` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum PlanFormat {
    /// A table, the questions and the SQL, for people.
    Text,
    /// A line a statement and a line a question.
    Concise,
    /// The contract's JSON.
    Json,
    /// Annotations of a GitHub workflow.
    Github,
    /// A comment for a pull request.
    Markdown,
}

/// Arguments of `snapshot`.
#[derive(Debug, Args)]
pub struct SnapshotArguments {
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// The file to write
    #[arg(long, short, value_name = "FILE")]
    pub output: PathBuf,
    /// Count the rows of each table, up to a million, instead of only looking whether there are any
    #[arg(long)]
    pub count_rows: bool,
    /// Print nothing
    #[arg(long, short)]
    pub quiet: bool,
}

/// Arguments of `verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "What belongs to an expected table (its sequences, indexes, constraints, policies) is expected with it. \
                        Exit codes: 0 as expected, 1 something else changed, 2 wrong usage or an unusable snapshot, 3 the \
                        database cannot be reached."
)]
pub struct VerifyArguments {
    /// Which project.
    #[command(flatten)]
    pub project: ProjectArguments,
    /// The snapshot to compare with
    #[arg(long, value_name = "FILE")]
    pub before: PathBuf,
    /// A change that is meant: +NAME, -NAME or ~NAME, where NAME is table, schema.table or table.column (repeatable)
    #[arg(long, value_name = "CHANGE", allow_hyphen_values = true)]
    pub expect: Vec<Expectation>,
    /// Count the rows of each table, up to a million, instead of only looking whether there are any
    #[arg(long)]
    pub count_rows: bool,
    /// The output's format
    #[arg(long, short = 'f', visible_alias = "reporter", value_name = "NAME", default_value = "text")]
    pub format: VerifyFormat,
    /// Write the output to this file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub output_file: Option<PathBuf>,
    /// Print nothing but what failed
    #[arg(long, short)]
    pub quiet: bool,
}

/// What `verify` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum VerifyFormat {
    /// A line a check, for people.
    Text,
    /// A line a change that was not expected.
    Concise,
    /// The contract's JSON.
    Json,
    /// Annotations of a GitHub workflow.
    Github,
    /// A JUnit report, a case a check.
    Junit,
    /// A comment for a pull request.
    Markdown,
}

/// What `check` prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CheckFormat {
    /// Excerpts of the source, for people.
    Text,
    /// A line a drift.
    Concise,
    /// The contract's JSON.
    Json,
    /// Annotations of a GitHub workflow.
    Github,
    /// GitLab's Code Quality report.
    Gitlab,
    /// SARIF 2.1.0.
    Sarif,
    /// A JUnit report.
    Junit,
    /// A comment for a pull request.
    Markdown,
    /// A page by itself.
    Html,
}

impl CheckFormat {
    /// The variable that says to which folder a pipeline's own reports are relative; `None` where people read it.
    pub fn root_variable(self) -> Option<&'static str> {
        match self {
            Self::Text | Self::Concise | Self::Json => None,
            Self::Gitlab => Some("CI_PROJECT_DIR"),
            Self::Github | Self::Sarif | Self::Junit | Self::Markdown | Self::Html => Some("GITHUB_WORKSPACE"),
        }
    }
}

/// From which severity on drift counts as failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FailOn {
    /// Errors only.
    Error,
    /// Warnings and errors.
    Warning,
    /// Information, warnings and errors.
    Information,
    /// Nothing.
    Never,
}

/// When to do something that depends on the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Where the output is a terminal.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Which project: shared by every command that needs one.
#[derive(Debug, Args)]
pub struct ProjectArguments {
    /// The folder in which you run drizzle-kit
    #[arg(value_name = "DIR", default_value = ".")]
    pub folder: PathBuf,
    /// The drizzle config [default: the first of drizzle.config.{ts,mts,js,mjs,json} in DIR, or the only one below it]
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// The database, instead of the config's [env: DRIZZLE_DRIFT_DATABASE_URL]
    #[arg(long, value_name = "URL", value_parser = secret)]
    pub database_url: Option<SecretString>,
    /// Do without a config: the schema files, relative to DIR (repeatable; needs --dialect)
    #[arg(long, value_name = "GLOB")]
    pub schema: Vec<String>,
    /// Do without a config: postgresql, mysql, sqlite or turso (needs --schema)
    #[arg(long, value_name = "NAME")]
    pub dialect: Option<String>,
    /// Read variables from this file instead of .env and the like (repeatable, earlier files win)
    #[arg(long, value_name = "FILE")]
    pub env_file: Vec<PathBuf>,
    /// The drizzle-kit whose behaviour is predicted [default: the installed one, else 0.31.11]
    #[arg(long, value_name = "VERSION", value_parser = version)]
    pub kit_version: Option<String>,
}

fn secret(text: &str) -> Result<SecretString, Infallible> {
    Ok(SecretString::from(text))
}

fn date(text: &str) -> Result<jiff::civil::Date, String> {
    text.parse().map_err(|_| "no date; write it as 2026-12-31".to_owned())
}

/// A version, of which the last parts may be left out: `0.31`, `1.0.0-rc.5`.
fn version(text: &str) -> Result<String, String> {
    let numbers = text.trim_start_matches('v').split(['-', '+']).next().unwrap_or_default();
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match numbers.split('.').count() <= 3 && numbers.split('.').all(is_number) {
        true => Ok(text.to_owned()),
        false => Err("no version of drizzle-kit; write it as 0.31.11 or 1.0.0-rc.5".to_owned()),
    }
}

fn code(name: &str) -> Result<Code, String> {
    Code::from_name(name).ok_or_else(|| {
        let names: Vec<_> = Code::ALL.iter().map(|code| code.name()).collect();
        format!("no drift code; the codes are {}", names.join(", "))
    })
}

impl Arguments {
    /// Parses a program's argument list.
    pub fn from_list(arguments: impl IntoIterator<Item = OsString>) -> Result<Self, clap::Error> {
        Self::try_parse_from(arguments)
    }
}

impl ProjectArguments {
    /// What to load, for a process that stands in `current` and has `variables`.
    pub fn request(&self, current: &std::path::Path, variables: Variables) -> LoadRequest {
        let folder = absolute(current, &self.folder);
        // Named from DIR, as drizzle-kit would be told there, or from where the user stands.
        let from_either = |file: &PathBuf| {
            let from_folder = absolute(&folder, file);
            if from_folder.is_file() {
                from_folder
            } else {
                Some(absolute(current, file)).filter(|file| file.is_file()).unwrap_or(from_folder)
            }
        };
        // A shell completes a file's name from where the user stands.
        let resolved = |url: &SecretString| match url.expose_secret().strip_prefix(SNAPSHOT_SCHEME) {
            Some(file) => format!("{SNAPSHOT_SCHEME}{}", from_either(&PathBuf::from(file)).display()).into(),
            None => url.clone(),
        };
        let given = self.database_url.as_ref();
        let database_url = given
            .map(|url| GivenUrl { url: resolved(url), source: "--database-url".into() })
            .or_else(|| GivenUrl::from_variables(&variables));
        LoadRequest {
            config: self.config.as_ref().map(from_either),
            database_url,
            schema: self.schema.clone(),
            dialect: self.dialect.clone(),
            env_files: self.env_file.iter().map(from_either).collect(),
            kit_version: self.kit_version.clone(),
            variables,
            folder,
        }
    }
}
