//! What is said about the table or column under the cursor: both sides of it, the drift, what push would do, and how old
//! the facts are.

use std::fmt::Write as _;
use std::time::Duration;

use super::{Snapshot, Standing};
use crate::catalog::{Column, LiveCatalog, Table};
use crate::declared::{ColumnPlaces, DeclaredTable};
use crate::drift::{Code, Severity, Status};
use crate::push::{self, Finding, Prompt};
use crate::text::{FilePath, Span};

/// How many columns a table's hover lists before it says how many more there are.
const COLUMNS_SHOWN: usize = 40;

/// A hover.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub span: Span,
    /// Its text, in Markdown.
    pub markdown: String,
}

/// What to say about byte `offset` of `file`, when the live facts are `age` old.
pub fn hover(snapshot: &Snapshot, file: &FilePath, offset: usize, age: Option<Duration>) -> Option<Hover> {
    let (span, mut markdown) = subject(snapshot, file, offset)?;
    let _ = write!(markdown, "\n\n{}", provenance(snapshot, age));
    Some(Hover { span, markdown })
}

fn subject(snapshot: &Snapshot, file: &FilePath, offset: usize) -> Option<(Span, String)> {
    for declared in &snapshot.declared.tables {
        if let Some((index, places)) = column_at(declared, file, offset) {
            return Some((places.property.span, column_text(snapshot, declared, index)));
        }
        if let Some(span) = header(declared, file).filter(|span| span.touches(offset)) {
            return Some((span, table_text(snapshot, declared)));
        }
    }
    undeclared_text(snapshot, file, offset)
}

fn column_at<'a>(declared: &'a DeclaredTable, file: &FilePath, offset: usize) -> Option<(usize, &'a ColumnPlaces)> {
    declared
        .columns
        .iter()
        .enumerate()
        .find(|(_, places)| places.property.file == *file && places.property.span.touches(offset))
}

/// The part of a table's statement that stands for the table itself: up to its columns.
fn header(declared: &DeclaredTable, file: &FilePath) -> Option<Span> {
    if declared.statement.file != *file {
        return None;
    }
    let start = declared.statement.span.start;
    let end = match &declared.columns_object {
        Some(columns) if columns.file == *file && columns.span.start >= start => columns.span.start,
        _ => declared.call.span.end,
    };
    (start <= end).then(|| Span::new(start, end))
}

fn column_text(snapshot: &Snapshot, declared: &DeclaredTable, index: usize) -> String {
    let column = &declared.table.columns[index];
    let mut text = format!("**column** `{}.{}`\n\n", declared.table.object(), column.name);
    let _ = writeln!(text, "- code: {}", code_span(&column_sql(column)));
    if let Some(live) = &snapshot.live {
        let side = match live_table(live, declared) {
            None => format!("the table `{}` does not exist", declared.table.object()),
            Some(table) => match table.column(&column.name) {
                None => "does not exist".to_owned(),
                Some(column) => code_span(&column_sql(column)),
            },
        };
        let _ = writeln!(text, "- database: {side}");
    }
    findings_text(&mut text, snapshot, |finding| {
        let object = &finding.drift.object;
        object.schema == declared.table.schema
            && object.table.as_deref() == Some(&declared.table.name)
            && object.name == column.name
    });
    rows_text(&mut text, snapshot, &declared.table);
    text
}

fn table_text(snapshot: &Snapshot, declared: &DeclaredTable) -> String {
    let table = &declared.table;
    let mut text = format!("**table** `{}`\n", table.object());
    // An editor shows the first lines only: what is wrong comes first, what there is afterwards.
    findings_text(&mut text, snapshot, |finding| {
        finding.drift.object.schema == table.schema && finding.drift.object.table.as_deref() == Some(&table.name)
    });
    rows_text(&mut text, snapshot, table);
    text.push('\n');
    match snapshot.live.as_ref().map(|live| live_table(live, declared)) {
        Some(Some(live)) => columns_text(&mut text, table, live),
        Some(None) => text.push_str("Declared in the code; not in the database.\n"),
        None => {
            for column in table.columns.iter().take(COLUMNS_SHOWN) {
                let _ = writeln!(text, "- {}", code_span(&column_sql(column)));
            }
            more_columns_text(&mut text, table.columns.len());
        }
    }
    text
}

fn columns_text(text: &mut String, declared: &Table, live: &Table) {
    text.push_str("| column | code | database |\n|---|---|---|\n");
    let undeclared = live.columns.iter().filter(|column| declared.column(&column.name).is_none());
    let names: Vec<&str> = declared.columns.iter().chain(undeclared).map(|column| column.name.as_str()).collect();
    for name in names.iter().take(COLUMNS_SHOWN) {
        let cell = |column: Option<&Column>| column.map_or("—".to_owned(), |column| code_span(&type_sql(column)));
        let _ = writeln!(
            text,
            "| {} | {} | {} |",
            code_span(name),
            table_cell(&cell(declared.column(name))),
            table_cell(&cell(live.column(name)))
        );
    }
    more_columns_text(text, names.len());
}

fn more_columns_text(text: &mut String, count: usize) {
    if count > COLUMNS_SHOWN {
        let _ = writeln!(text, "\n… and {} more columns", count - COLUMNS_SHOWN);
    }
}

/// The tables that are shown on this place because no declaration stands for them.
fn undeclared_text(snapshot: &Snapshot, file: &FilePath, offset: usize) -> Option<(Span, String)> {
    let here: Vec<&Finding> = snapshot
        .findings
        .iter()
        .filter(|finding| finding.drift.code == Code::UndeclaredTable)
        .filter(|finding| {
            finding.drift.place.as_ref().is_some_and(|place| place.file == *file && place.span.touches(offset))
        })
        .collect();
    let span = here.first()?.drift.place.as_ref()?.span;
    let mut text = String::new();
    for finding in &here {
        let object = &finding.drift.object;
        if !text.is_empty() {
            text.push_str("\n---\n\n");
        }
        let _ = writeln!(text, "**table** `{object}` is in the database, not in the code\n");
        finding_text(&mut text, finding);
        let live = snapshot.live.as_ref();
        let Some(table) = live.and_then(|live| live.catalog.table(object.schema.as_deref(), &object.name)) else {
            continue;
        };
        rows_text(&mut text, snapshot, table);
        text.push_str("\n| column | database |\n|---|---|\n");
        for column in table.columns.iter().take(COLUMNS_SHOWN) {
            let _ = writeln!(text, "| {} | {} |", code_span(&column.name), table_cell(&code_span(&type_sql(column))));
        }
        more_columns_text(&mut text, table.columns.len());
    }
    questions_text(&mut text, snapshot, &here);
    Some((span, text))
}

fn findings_text(text: &mut String, snapshot: &Snapshot, about: impl Fn(&Finding) -> bool) {
    let findings: Vec<&Finding> = snapshot.findings.iter().filter(|finding| about(finding)).collect();
    for finding in &findings {
        finding_text(text, finding);
    }
    questions_text(text, snapshot, &findings);
}

/// What push would ask before it does something about `findings`, and what each answer costs.
fn questions_text(text: &mut String, snapshot: &Snapshot, findings: &[&Finding]) {
    let asks = |finding: &&Finding| finding.consequence.as_ref().is_some_and(|consequence| consequence.asks);
    let (Some(live), true) = (&snapshot.live, findings.iter().any(asks)) else { return };
    let plan = push::plan(&snapshot.declared, live, &snapshot.filter, &snapshot.kit);
    let about = |prompt: &&Prompt| {
        prompt.concerns.iter().any(|object| findings.iter().any(|finding| finding.drift.object == *object))
    };
    for prompt in plan.prompts.iter().filter(about) {
        let _ = writeln!(text, "\n`drizzle-kit push` would ask:\n\n```text\n{}\n```\n", prompt.text);
        for (number, choice) in prompt.choices.iter().enumerate() {
            let safe = if prompt.safe_choice == Some(number) { " (safe)" } else { "" };
            let loses = choice.destroys.as_deref().unwrap_or("nothing");
            let _ = writeln!(text, "- {}{safe}: loses {loses}", code_span(&choice.label));
        }
        let _ = writeln!(text, "\n{}", prompt.advice);
    }
}

fn finding_text(text: &mut String, finding: &Finding) {
    let mark = match (finding.status, finding.severity) {
        (Status::Deferred, _) => "⏸ deferred",
        (Status::Ignored, _) => "∅ ignored",
        (Status::Open, Severity::Error) => "⛔",
        (Status::Open, Severity::Warning) => "⚠",
        (Status::Open, Severity::Information | Severity::Hint) => "ℹ",
    };
    let _ = writeln!(text, "\n{mark} `{}`: {}", finding.drift.code, finding.message);
    if let Some(consequence) = finding.consequence.as_ref().filter(|consequence| !consequence.statements.is_empty()) {
        let _ = writeln!(text, "\n`drizzle-kit push` would run:\n\n```sql\n{}\n```", consequence.statements.join("\n"));
    }
}

fn rows_text(text: &mut String, snapshot: &Snapshot, table: &Table) {
    let Some(live) = &snapshot.live else { return };
    if let Some(rows) = live.evidence(table).rows.words() {
        let _ = writeln!(text, "\nHolds {rows}.");
    }
}

/// Where the live facts come from and how old they are.
fn provenance(snapshot: &Snapshot, age: Option<Duration>) -> String {
    let source = snapshot.live.as_ref().map(|live| {
        let database = &live.database;
        let host = database.host.as_ref().map_or(String::new(), |host| format!(" at {host}"));
        let (what, verb) = if live.taken_at.is_some() { ("snapshot of ", "taken") } else { ("", "checked") };
        let age = age.map_or(String::new(), |age| format!(", {verb} {} ago", duration_words(age)));
        format!("{what}database `{}`{host}{age}", database.name)
    });
    match (&snapshot.standing, source) {
        (Standing::Live, Some(source)) => format!("*{source}*"),
        (Standing::Stale(why), Some(source)) => format!("*{source}; stale: {why}*"),
        (Standing::Off(why), _) => format!("*no database: {why}*"),
        (Standing::Failed(why), _) => format!("*no database facts: {why}*"),
        _ => "*the database is being read*".to_owned(),
    }
}

/// `3 s`, `5 min`, `2 h`, `3 days`.
pub fn duration_words(duration: Duration) -> String {
    match duration.as_secs() {
        seconds @ 0..60 => format!("{seconds} s"),
        seconds @ 60..3600 => format!("{} min", seconds / 60),
        seconds @ 3600..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

fn live_table<'a>(live: &'a LiveCatalog, declared: &DeclaredTable) -> Option<&'a Table> {
    live.catalog.table(declared.table.schema.as_deref(), &declared.table.name)
}

fn column_sql(column: &Column) -> String {
    format!("{} {}", column.name, type_sql(column))
}

fn type_sql(column: &Column) -> String {
    let mut sql = column.sql_type.known().cloned().unwrap_or_else(|| "?".to_owned());
    if column.not_null.known() == Some(&true) {
        sql.push_str(" not null");
    }
    if let Some(Some(default)) = column.default.known() {
        let _ = write!(sql, " default {default}");
    }
    sql
}

/// `text` as Markdown code, whatever backticks it holds.
fn code_span(text: &str) -> String {
    let text = text.replace('\n', " ");
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

fn table_cell(text: &str) -> String {
    text.replace('|', "\\|")
}
