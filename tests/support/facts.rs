//! Everything that a live catalog holds as text for people to check: a fact a line, and nothing that is not there.

use drizzle_drift::catalog::LiveCatalog;
use serde::Serialize;
use serde_json::Value;

/// The objects, and how they are written down where the dialect keeps that.
pub fn facts(live: &LiveCatalog) -> String {
    let mut text = String::new();
    let mut spread = |what: &str, value: Value| spread(&mut text, 0, what, &value);
    spread("catalog", present(&live.catalog));
    spread("information_schema", present(&live.information_schema));
    spread("spellings", present(&live.spellings));
    text
}

fn present(value: &impl Serialize) -> Value {
    let mut value = serde_json::to_value(value).expect("a JSON value");
    clean(&mut value);
    value
}

/// Takes out what says nothing, and what is another in each run.
fn clean(value: &mut Value) {
    const USUAL: [(&str, &str); 4] =
        [("defaultForm", "sql"), ("form", "index"), ("deferrable", "no"), ("kind", "ordinary")];
    match value {
        Value::Object(object) => {
            object.values_mut().for_each(clean);
            object.retain(|key, value| {
                let usual = USUAL.iter().any(|(name, usual)| key == name && value == usual);
                key != "createTime"
                    && (key != "position" || value != 0)
                    && !usual
                    && (!is_nothing(value) || key == "default" && !value.is_null())
            });
        }
        Value::Array(array) => array.iter_mut().for_each(clean),
        _ => {}
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(array) => array.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

/// The whole, and in it each table, is spread over lines; what they hold stands on one line each.
fn spread(text: &mut String, depth: usize, name: &str, value: &Value) {
    const WHOLE: usize = 0;
    const TABLE: usize = 1;
    let indent = "  ".repeat(depth);
    let has_lists = |value: &Value| value["columns"].is_array() && value["name"].is_string();
    match value {
        value if is_nothing(value) => {}
        Value::Array(array) if array.iter().all(Value::is_object) => {
            for item in array {
                spread(
                    text,
                    depth,
                    name.strip_suffix(if name == "indexes" { "es" } else { "s" }).unwrap_or(name),
                    item,
                );
            }
        }
        Value::Object(object) if depth == WHOLE || depth == TABLE && has_lists(value) => {
            text.push_str(&format!("{indent}{name}\n"));
            for (key, value) in object {
                spread(text, depth + 1, key, value);
            }
        }
        value => text.push_str(&format!("{indent}{name} {value}\n")),
    }
}
