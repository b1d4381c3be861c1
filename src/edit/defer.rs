//! Fix C: document a drift in the ledger and defer it.

use jsonc_parser::ParseOptions;
use jsonc_parser::cst::{CstInputValue, CstRootNode};
use serde_json::Value;

use crate::drift::{Entry, Ledger, LedgerError};

/// The ledger's text with `entry` added, or in the place of an older decision about the same object and code. `text` is
/// `None` where there is no ledger yet. What is there already keeps its every byte.
pub fn defer(text: Option<&str>, entry: Entry) -> Result<String, LedgerError> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Ok(serde_json::to_string_pretty(&Ledger::default().with(entry))? + "\n");
    };
    let ledger = Ledger::parse(text)?;
    let key = |entry: &Entry| (entry.object.clone(), entry.code.clone());
    let same = ledger.entries.iter().position(|present| key(present) == key(&entry));
    let root = CstRootNode::parse(text, &ParseOptions::default()).ok();
    if let Some(entries) = root.as_ref().and_then(|root| root.object_value()?.array_value("entries")) {
        let value = input(serde_json::to_value(&entry)?);
        // The first that sorts behind the new one, so that an order kept by hand is disturbed least.
        let behind = ledger.entries.iter().position(|present| key(present) > key(&entry));
        entries.insert(same.or(behind).unwrap_or(ledger.entries.len()), value);
        entries.ensure_multiline();
        if let Some(older) = same.and_then(|index| entries.elements().into_iter().nth(index + 1)) {
            older.remove();
        }
        return Ok(root.map(|root| root.to_string()).unwrap_or_default());
    }
    Ok(serde_json::to_string_pretty(&ledger.with(entry))? + "\n")
}

fn input(value: Value) -> CstInputValue {
    match value {
        Value::Null => CstInputValue::Null,
        Value::Bool(value) => CstInputValue::Bool(value),
        Value::Number(number) => CstInputValue::Number(number.to_string()),
        Value::String(text) => CstInputValue::String(text),
        Value::Array(values) => CstInputValue::Array(values.into_iter().map(input).collect()),
        Value::Object(properties) => {
            CstInputValue::Object(properties.into_iter().map(|(key, value)| (key, input(value))).collect())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::drift::Decision;

    fn entry(object: &str, reason: &str) -> Entry {
        Entry {
            object: object.into(),
            code: "undeclared-table".into(),
            decision: Decision::Deferred,
            reason: reason.into(),
            owner: None,
            created: jiff::civil::date(2026, 11, 22),
            until: None,
            fingerprint: "abc".into(),
            evidence: [("rows".to_owned(), "about 2 rows".to_owned())].into(),
        }
    }

    #[test]
    fn a_new_ledger_ends_with_a_line_break() {
        let text = defer(None, entry("users", "why \"not\"")).expect("a ledger");
        assert!(
            text.starts_with("{\n  \"version\": 1,\n  \"entries\": [\n    {\n      \"object\": \"users\","),
            "{text}"
        );
        assert!(text.ends_with("  ]\n}\n"), "{text}");
        assert_eq!(Ledger::parse(&text).expect("a ledger").entries, [entry("users", "why \"not\"")]);
        assert_eq!(defer(Some(" \n"), entry("users", "why \"not\"")).expect("a ledger"), text);
    }

    #[test]
    fn entries_stand_in_order_and_the_rest_keeps_its_bytes() {
        let mut text = None;
        for object in ["m", "z", "a"] {
            text = Some(defer(text.as_deref(), entry(object, "why")).expect("a ledger"));
        }
        let text = text.expect("a ledger");
        let mut sorted =
            Ledger { entries: ["a", "m", "z"].map(|object| entry(object, "why")).into(), ..Ledger::default() };
        assert_eq!(text, serde_json::to_string_pretty(&sorted).expect("JSON") + "\n");

        let odd = text.replace("      \"object\": \"z\",", "      \"object\":   \"z\",");
        let changed = defer(Some(&odd), entry("a", "another reason")).expect("a ledger");
        assert_eq!(changed, odd.replacen("\"why\"", "\"another reason\"", 1));
        sorted.entries[0].reason = "another reason".into();
        assert_eq!(Ledger::parse(&changed).expect("a ledger"), sorted);
    }

    #[test]
    fn an_empty_list_opens_up() {
        let text = defer(Some("{ \"version\": 1, \"entries\": [] }"), entry("users", "why")).expect("a ledger");
        assert_eq!(Ledger::parse(&text).expect("a ledger").entries.len(), 1);
    }

    #[test]
    fn a_broken_ledger_is_left_alone() {
        assert!(defer(Some("{ \"version\": 1,"), entry("users", "why")).is_err());
    }
}
