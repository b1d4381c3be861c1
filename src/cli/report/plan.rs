//! What `plan` prints, in each format.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::counted;
use super::escape::{annotation, markdown_code};
use crate::catalog::{Family, Generation};
use crate::cli::plan::{Comparison, PlanReport};
use crate::push::{Aspect, Outcome, Prompt, Statement};

/// The contract's JSON.
pub fn json(report: &PlanReport) -> Value {
    let plan = &report.plan;
    let statement = |statement: &Statement| {
        json!({
            "sql": statement.sql,
            "object": statement.touches.first().map(|touch| &touch.object),
            "dataLoss": statement.loses_data(),
            "destroys": statement.destroys,
        })
    };
    let prompt = |prompt: &Prompt| {
        let choices = prompt.choices.iter().map(
            |choice| json!({ "label": choice.label, "statements": choice.statements, "destroys": choice.destroys }),
        );
        json!({
            "text": prompt.text,
            "choices": choices.collect::<Vec<_>>(),
            "safeChoice": prompt.safe_choice,
            "advice": prompt.advice,
        })
    };
    let fails = plan.failure.as_ref().map(|failure| {
        let applied = plan.statements.iter().take(failure.statement.unwrap_or_default());
        json!({
            "statement": failure.statement.and_then(|index| plan.statements.get(index)).map(|item| &item.sql),
            "sqlstate": failure.sqlstate,
            "reason": failure.reason,
            "exitCode": failure.statement.map(|_| exit_code(report)),
            "applied": applied.map(|item| &item.sql).collect::<Vec<_>>(),
        })
    });
    let mut json = json!({
        "version": 1,
        "dialect": report.dialect.name(),
        "kit": { "version": report.kit.version, "source": report.kit.source },
        "outcome": plan.outcome(),
        "safe": plan.safe(),
        "statements": plan.statements.iter().map(statement).collect::<Vec<_>>(),
        "prompts": plan.prompts.iter().map(prompt).collect::<Vec<_>>(),
        "fails": fails,
    });
    if !plan.doubts.is_empty() || report.rows_checked {
        let doubts = plan.doubts.iter().map(|doubt| {
            json!({
                "statement": plan.statements.get(doubt.statement).map(|item| &item.sql),
                "sqlstate": doubt.sqlstate,
                "reason": doubt.reason,
                "tellable": doubt.question.is_some(),
            })
        });
        json["mayFail"] = json!(doubts.collect::<Vec<_>>());
        json["rowsChecked"] = json!(report.rows_checked);
    }
    if let Some(Comparison { kit, added, removed, asked, unasked }) = &report.installed {
        json["installed"] = json!({
            "kit": { "version": kit.version, "source": kit.source },
            "onlyPlanned": { "statements": added, "prompts": asked },
            "onlyInstalled": { "statements": removed, "prompts": unasked },
        });
    }
    if let Some(opinion) = &report.opinion {
        let differences = opinion.disagreement(report);
        json["withKit"] = json!({
            "agrees": differences.is_none(),
            "statements": opinion.statements,
            "questions": opinion.questions,
            "fails": opinion.failure,
            "onlyKit": differences.only_kit,
            "onlyPlan": differences.only_plan,
            "askedByKit": differences.asked_by_kit,
            "askedByPlan": differences.asked_by_plan,
            "otherOrder": differences.other_order,
        });
    }
    json
}

/// Where push may fail, a line each; then how to know.
fn doubts(report: &PlanReport) -> Vec<String> {
    let plan = &report.plan;
    let mut lines: Vec<String> = plan
        .doubts
        .iter()
        .map(|doubt| {
            let state = doubt.sqlstate.as_ref().map_or_else(String::new, |state| format!(" (SQLSTATE {state})"));
            format!("It may fail at statement {}: if {}{state}.", doubt.statement + 1, doubt.reason)
        })
        .collect();
    if !report.rows_checked && plan.doubts.iter().any(|doubt| doubt.question.is_some()) {
        lines.push("Run with --check-rows to know: it looks at the rows, read-only.".into());
    }
    lines
}

/// What drizzle-kit exits with when a statement fails.
fn exit_code(report: &PlanReport) -> u8 {
    u8::from(report.kit.generation() == Generation::V1 || report.dialect.family() == Family::Sqlite)
}

/// How push ends when a statement fails.
fn ending(report: &PlanReport) -> &'static str {
    match exit_code(report) {
        0 => "drizzle-kit then prints the error and exits with 0 all the same.",
        _ => "drizzle-kit then exits with an error.",
    }
}

/// What drizzle-kit itself says.
fn second_opinion(report: &PlanReport) -> Option<String> {
    let opinion = report.opinion.as_ref()?;
    let differences = opinion.disagreement(report);
    let who = format!("drizzle-kit itself, asked {},", opinion.kept);
    if differences.is_none() {
        return Some(match opinion.failure {
            Some(_) => format!("{who} gives up too.\n"),
            None => format!("{who} plans the same statements and asks the same questions.\n"),
        });
    }
    if let Some(failure) = differences.failure {
        return Some(match opinion.failure {
            Some(_) => format!("{who} gives up: {failure}\n"),
            None => format!("{who} disagrees: {failure}\n"),
        });
    }
    let mut text = format!("{who} disagrees:\n");
    for (who, items) in [
        ("only drizzle-kit", differences.only_kit),
        ("only this plan", differences.only_plan),
        ("only drizzle-kit asks", differences.asked_by_kit),
        ("only this plan asks", differences.asked_by_plan),
    ] {
        for item in items {
            let _ = writeln!(text, "  {who}: {item}");
        }
    }
    if differences.other_order {
        text.push_str("  it has the same statements in another order\n");
    }
    Some(text)
}

/// One thing that push would do, with all its consecutive statements.
struct Step {
    what: String,
    why: String,
    loss: String,
    statements: Vec<usize>,
}

fn steps(report: &PlanReport) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    for (index, statement) in report.plan.statements.iter().enumerate() {
        let what = what(statement);
        let loss = match &statement.destroys {
            Some(destroys) => destroys.clone(),
            None => "nothing".into(),
        };
        match steps.last_mut().filter(|step| step.what == what) {
            Some(step) => {
                step.statements.push(index);
                if statement.destroys.is_some() {
                    step.loss = loss;
                }
            }
            None => steps.push(Step { what, why: why(report, statement), loss, statements: vec![index] }),
        }
    }
    steps
}

/// `drop table conversations`.
fn what(statement: &Statement) -> String {
    let Some(touch) = statement.touches.first() else { return shortened(&statement.sql) };
    let object = &touch.object;
    let verb = match touch.aspect {
        Aspect::Existence => "create",
        Aspect::Absence => "drop",
        Aspect::Type => "change the type of",
        Aspect::Nullability => "change NOT NULL of",
        Aspect::Default => "change the default of",
        Aspect::Identity => "change the identity of",
        Aspect::Generated => "change the expression of",
        Aspect::Definition => "change",
        Aspect::Name => "rename",
        Aspect::Rows => "delete all rows of",
    };
    format!("{verb} {} {object}", object.kind.noun())
}

/// Why push does it: what the two sides say.
fn why(report: &PlanReport, statement: &Statement) -> String {
    let Some(touch) = statement.touches.first() else { return String::new() };
    match touch.aspect {
        Aspect::Existence => return "in the code, not in the database".into(),
        Aspect::Absence => return "in the database, not in the code".into(),
        Aspect::Rows => return "they stand in the way of the next statement".into(),
        _ => {}
    }
    let sides = report.findings.iter().map(|finding| &finding.drift).filter(|drift| drift.object == touch.object);
    let mut sides = sides.filter_map(|drift| Some((drift.declared.as_ref()?, drift.live.as_ref()?)));
    match sides.next() {
        Some((declared, live)) => format!("{declared} in the code, {live} in the database"),
        None => "drizzle-kit writes it differently".into(),
    }
}

fn shortened(sql: &str) -> String {
    const LONGEST: usize = 60;
    let line = sql.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} ...", &line[..end]),
        None => line,
    }
}

/// `drizzle-kit 0.31.11 push on shop at 127.0.0.1 (postgresql 15.18) would run 3 statements and ask 1 question.`
fn headline(report: &PlanReport) -> String {
    let plan = &report.plan;
    let database = &report.database;
    let host = database.host.as_ref().map_or(String::new(), |host| format!(" at {host}"));
    let would = match (plan.outcome(), plan.prompts.len()) {
        (Outcome::NoChanges, _) => "would find nothing to do".to_owned(),
        (_, 0) => format!("would run {}", counted(plan.statements.len(), "statement")),
        (_, questions) => format!(
            "would run {} and ask {}",
            counted(plan.statements.len(), "statement"),
            counted(questions, "question")
        ),
    };
    format!(
        "drizzle-kit {} push on {}{host} ({} {}) {would}.",
        report.kit.version,
        database.name,
        report.dialect.name(),
        database.server_version,
    )
}

/// Whether it is safe, in one sentence.
fn verdict(report: &PlanReport) -> String {
    let plan = &report.plan;
    let mut reasons = Vec::new();
    if plan.statements.iter().any(Statement::loses_data) {
        reasons.push("it destroys data".to_owned());
    } else if plan.statements.iter().any(|statement| statement.destroys.is_some()) {
        reasons.push("it may destroy data".to_owned());
    }
    if !plan.prompts.is_empty() {
        reasons.push("it asks, and an answer can be wrong".to_owned());
    }
    if plan.failure.is_some() {
        reasons.push("it fails on the way".to_owned());
    }
    match reasons.is_empty() {
        true => "Safe: nothing is asked, nothing is lost, nothing fails.".into(),
        false => format!("Not safe: {}.", reasons.join(", ")),
    }
}

/// A table for people, then the questions, then the SQL.
pub fn text(report: &PlanReport) -> String {
    let plan = &report.plan;
    let mut text = headline(report);
    text.push('\n');
    let steps = steps(report);
    if !steps.is_empty() {
        let rows = steps
            .iter()
            .enumerate()
            .map(|(index, step)| [(index + 1).to_string(), step.what.clone(), step.why.clone(), step.loss.clone()]);
        text.push('\n');
        text.push_str(&columns(&["", "what", "why", "loses"].map(str::to_owned), rows.collect()));
    }
    for (index, prompt) in plan.prompts.iter().enumerate() {
        let lines: Vec<&str> = prompt.text.lines().filter(|line| !line.trim().is_empty()).collect();
        let _ = write!(text, "\nQuestion {}: {}\n", index + 1, lines.join("\n    "));
        for (number, choice) in prompt.choices.iter().enumerate() {
            let mark = if prompt.safe_choice == Some(number) { "safe" } else { "    " };
            let enter = if number == 0 { " (Enter)" } else { "" };
            let loses = choice.destroys.as_deref().unwrap_or("nothing");
            let _ = writeln!(text, "  {mark} {}{enter}\n         loses {loses}", choice.label);
        }
        let _ = writeln!(text, "  Advice: {}", prompt.advice);
    }
    if let Some(failure) = &plan.failure {
        let applied = failure.statement.unwrap_or_default();
        let _ = write!(text, "\nIt would fail: {}", failure.reason);
        if let Some(sqlstate) = &failure.sqlstate {
            let _ = write!(text, " (SQLSTATE {sqlstate})");
        }
        let _ = match failure.statement.and_then(|index| plan.statements.get(index)) {
            None => writeln!(text, "\n  Nothing would have been applied."),
            Some(statement) => writeln!(
                text,
                "\n  at statement {}: {}\n  {} before it would already have been applied. {}",
                applied + 1,
                shortened(&statement.sql),
                counted(applied, "statement"),
                ending(report)
            ),
        };
    }
    let doubts = doubts(report);
    if !doubts.is_empty() {
        let _ = write!(text, "\n{}\n", doubts.join("\n"));
    }
    if !plan.statements.is_empty() {
        text.push_str("\nStatements, in push's order:\n");
        for statement in &plan.statements {
            for line in statement.sql.lines() {
                let _ = writeln!(text, "  {line}");
            }
        }
    }
    if let Some(comparison) = &report.installed {
        text.push('\n');
        text.push_str(&upgrade(report, comparison));
    }
    if let Some(opinion) = second_opinion(report) {
        text.push('\n');
        text.push_str(&opinion);
    }
    let _ = write!(text, "\n{}\n", verdict(report));
    text
}

/// What changes with the other kit.
fn upgrade(report: &PlanReport, comparison: &Comparison) -> String {
    let Comparison { kit, added, removed, asked, unasked } = comparison;
    let mut text = format!(
        "Against drizzle-kit {} ({}), drizzle-kit {} changes the plan:\n",
        kit.version, kit.source, report.kit.version
    );
    let before = text.len();
    for (sign, items) in [('+', added), ('-', removed)] {
        for item in items {
            let _ = writeln!(text, "  {sign} {}", shortened(item));
        }
    }
    for (sign, items) in [('+', asked), ('-', unasked)] {
        for item in items {
            let _ = writeln!(text, "  {sign} question: {item}");
        }
    }
    if text.len() == before {
        return format!("drizzle-kit {} ({}) and {} plan the same.\n", kit.version, kit.source, report.kit.version);
    }
    text
}

fn columns(head: &[String; 4], rows: Vec<[String; 4]>) -> String {
    let all = || std::iter::once(head).chain(&rows);
    let width = |index: usize| all().map(|row| row[index].chars().count()).max().unwrap_or_default();
    let widths = [width(0), width(1), width(2)];
    let mut text = String::new();
    for row in all() {
        let line = format!(
            "  {:>first$}  {:second$}  {:third$}  {}",
            row[0],
            row[1],
            row[2],
            row[3],
            first = widths[0],
            second = widths[1],
            third = widths[2]
        );
        let _ = writeln!(text, "{}", line.trim_end());
    }
    text
}

/// A line a statement and a line a question.
pub fn concise(report: &PlanReport) -> String {
    let mut text = String::new();
    for statement in &report.plan.statements {
        let line = statement.sql.split_whitespace().collect::<Vec<_>>().join(" ");
        let loss = statement.destroys.as_ref().map_or(String::new(), |destroys| format!(" -- destroys {destroys}"));
        let _ = writeln!(text, "{line}{loss}");
    }
    for prompt in &report.plan.prompts {
        let question = prompt.text.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(text, "? {question} {}", prompt.advice);
    }
    if let Some(failure) = &report.plan.failure {
        let _ = writeln!(text, "! {}", failure.reason);
    }
    text
}

/// A comment for a pull request.
pub fn markdown(report: &PlanReport) -> String {
    let plan = &report.plan;
    let mark = if plan.safe() { "✅" } else { "⛔" };
    let mut text =
        format!("## {mark} What `drizzle-kit push` would do\n\n{}\n\n**{}**\n", headline(report), verdict(report));
    let steps = steps(report);
    if !steps.is_empty() {
        text.push_str("\n| what | why | loses |\n|---|---|---|\n");
        for step in &steps {
            let loss = if step.loss == "nothing" { "nothing".to_owned() } else { markdown_code(&step.loss) };
            let _ = writeln!(text, "| {} | {} | {loss} |", markdown_code(&step.what), markdown_code(&step.why));
        }
    }
    for (index, prompt) in plan.prompts.iter().enumerate() {
        let _ = write!(text, "\n### Question {}\n\n{}\n\n", index + 1, fenced("text", &prompt.text));
        for (number, choice) in prompt.choices.iter().enumerate() {
            let safe = if prompt.safe_choice == Some(number) { " (safe)" } else { "" };
            let loses = choice.destroys.as_ref().map_or("nothing".to_owned(), |destroys| markdown_code(destroys));
            let _ = writeln!(text, "- {}{safe}: loses {loses}", markdown_code(&choice.label));
        }
        let _ = writeln!(text, "\n{}", prompt.advice);
    }
    if let Some(failure) = &plan.failure {
        let _ = writeln!(text, "\nIt would fail: {}", failure.reason);
    }
    for line in doubts(report) {
        let _ = writeln!(text, "\n{line}");
    }
    if let Some(comparison) = &report.installed {
        let _ = write!(text, "\n```diff\n{}```\n", upgrade(report, comparison));
    }
    if let Some(opinion) = second_opinion(report) {
        let _ = write!(text, "\n{opinion}");
    }
    if !plan.statements.is_empty() {
        let sql = plan.statements.iter().map(|item| item.sql.as_str()).collect::<Vec<_>>().join("\n");
        let _ = write!(text, "\n<details><summary>SQL</summary>\n\n{}\n\n</details>\n", fenced("sql", &sql));
    }
    text
}

/// A block of code that no line of `code` can end.
fn fenced(language: &str, code: &str) -> String {
    let longest = code.split(|character| character != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    format!("{fence}{language}\n{code}\n{fence}")
}

/// Annotations of a GitHub workflow.
pub fn github(report: &PlanReport) -> String {
    let plan = &report.plan;
    let mut text = String::new();
    for statement in plan.statements.iter().filter(|statement| statement.destroys.is_some()) {
        let destroys = statement.destroys.as_deref().unwrap_or_default();
        let message = format!("drizzle-kit push would destroy {destroys}: {}", statement.sql);
        let level = if statement.loses_data() { "error" } else { "warning" };
        text.push_str(&annotation(level, &[("title", "drizzle-drift plan")], &message));
    }
    for prompt in &plan.prompts {
        let message = format!("drizzle-kit push would ask: {} {}", prompt.text, prompt.advice);
        text.push_str(&annotation("warning", &[("title", "drizzle-drift plan")], &message));
    }
    if let Some(failure) = &plan.failure {
        let message = format!("drizzle-kit push would fail: {}", failure.reason);
        text.push_str(&annotation("error", &[("title", "drizzle-drift plan")], &message));
    }
    let level = if plan.safe() { "notice" } else { "warning" };
    text.push_str(&annotation(level, &[("title", "drizzle-drift plan")], &headline(report)));
    text
}
