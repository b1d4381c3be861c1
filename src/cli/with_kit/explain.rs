//! drizzle-kit 1.0: `push --explain`, which runs nothing. Its JSON names what is to be decided; once all of it is decided
//! with hints, its text has the statements.

use std::process::Stdio;

use serde_json::{Value, json};

use super::way::Way;
use super::{Failure, LIMIT, Opinion, plain, statements};

/// How often it may find more to decide.
const ROUNDS: usize = 20;

/// What it says, everything new answered as created.
pub(super) fn ask(way: &Way) -> Result<Opinion, Failure> {
    let mut opinion = Opinion::default();
    let mut hints: Vec<Value> = Vec::new();
    for _ in 0..ROUNDS {
        let known = Value::from(hints.clone()).to_string();
        let text = run(way, &["push", "--explain", "--output", "json", "--hints", &known])?;
        let answer = text.lines().rev().find_map(|line| serde_json::from_str::<Value>(line).ok());
        let answer = answer.filter(Value::is_object).unwrap_or_default();
        match answer["status"].as_str() {
            Some("no_changes") => return Ok(opinion),
            Some("missing_hints") => {
                let before = hints.len();
                for item in answer["unresolved"].as_array().into_iter().flatten() {
                    // Nothing is executed, so that a loss that is confirmed here loses nothing.
                    let (kind, entity) = (&item["kind"], &item["entity"]);
                    let created = item["type"] == "rename_or_create";
                    if created {
                        opinion.questions.push(question(kind, entity));
                    }
                    let decision = if created { "create" } else { "confirm_data_loss" };
                    hints.push(json!({ "type": decision, "kind": kind, "entity": entity }));
                }
                if hints.len() == before {
                    break;
                }
            }
            Some("ok") => {
                let text = run(way, &["push", "--explain", "--hints", &known])?;
                return Ok(Opinion { statements: explained(&text), ..opinion });
            }
            _ => {
                let said = ["message", "error"].iter().find_map(|key| match &answer[key] {
                    Value::Object(error) => error.get("message")?.as_str(),
                    value => value.as_str(),
                });
                return Ok(Opinion { failure: Some(way.last_words(said.unwrap_or(&text))), ..opinion });
            }
        }
    }
    Ok(Opinion { failure: Some("it goes on asking".into()), ..opinion })
}

/// The question that drizzle-kit would ask in a terminal.
fn question(kind: &Value, entity: &Value) -> String {
    let kind = kind.as_str().unwrap_or_default().replace('_', " ");
    let parts: Vec<&str> = entity.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let key = match parts.as_slice() {
        ["public", rest @ ..] if !rest.is_empty() => rest.join("."),
        all => all.join("."),
    };
    format!("Is {key} {kind} created or renamed from another {kind}?")
}

/// The statements of its explanation. Some stand in a frame that says what changes. Those that make the others possible, at
/// the cost of rows, are listed behind them and would be run first.
fn explained(text: &str) -> Vec<String> {
    const HEADING: &str = "--- Generated migration statements ---";
    const LOSS: &str = "There're potential data loss statements";
    let Some((_, rest)) = text.split_once(HEADING) else { return Vec::new() };
    let (mut body, mut first) = (String::new(), String::new());
    let (mut title, mut behind) = (false, false);
    for line in rest.lines() {
        behind |= line.contains(LOSS);
        match line.chars().next() {
            Some('┌') => title = true,
            Some('├') => title = false,
            Some('└' | '·') => {}
            _ if title || line.contains(LOSS) => {}
            _ => {
                let list = if behind { &mut first } else { &mut body };
                list.push_str(line.strip_prefix("│ ").unwrap_or(line));
                list.push('\n');
            }
        }
    }
    let mut all = statements(&first);
    all.append(&mut statements(&body));
    all
}

/// What drizzle-kit prints, its standard error behind it.
fn run(way: &Way, arguments: &[&str]) -> Result<String, Failure> {
    let failed = |why: String| Failure::Usage(format!("--with-kit: drizzle-kit cannot be run: {why}"));
    let mut command = tokio::process::Command::from(way.command(arguments));
    command.stdin(Stdio::null()).kill_on_drop(true);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| failed(error.to_string()))?;
    let output = runtime.block_on(async { tokio::time::timeout(LIMIT, command.output()).await });
    let output = output.map_err(|_| failed(format!("it did not end within {} s", LIMIT.as_secs())))?;
    let output = output.map_err(|error| failed(error.to_string()))?;
    let text = |bytes: &[u8]| plain(&String::from_utf8_lossy(bytes));
    Ok(format!("{}\n{}", text(&output.stderr), text(&output.stdout)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_are_taken_away() {
        let text = "Pulling\n\n--- Generated migration statements ---\n\nCREATE TABLE `a` (\n\t`id` integer\n);\n\n\
                    ┌─── public.t.c column changed:\n│ type: integer -> text\n├───\n│ ALTER TABLE \"t\" ALTER \"c\";\n└───\n\n\
                    Warning There're potential data loss statements:\n\n· x\nDELETE FROM `a` where true\n\n· y\n";
        let first = "DELETE FROM `a` where true";
        assert_eq!(
            explained(text),
            [first, "CREATE TABLE `a` (\n\t`id` integer\n);", "ALTER TABLE \"t\" ALTER \"c\";"]
        );
    }

    #[test]
    fn questions_are_those_of_a_terminal() {
        let text = question(&json!("column"), &json!(["public", "users", "mail"]));
        assert_eq!(text, "Is users.mail column created or renamed from another column?");
    }
}
