//! What an index or a view is made with, `(name, value)`, as what it means: a value that is the server's own says nothing.

use std::collections::BTreeMap;

/// An index method or a kind of view, an option of it, and the value that it has where nobody gives one.
const USUAL: &[(&str, &str, &str)] = &[
    ("btree", "fillfactor", "90"),
    ("btree", "deduplicate_items", "true"),
    ("hash", "fillfactor", "75"),
    ("gist", "fillfactor", "90"),
    ("gist", "buffering", "auto"),
    ("spgist", "fillfactor", "80"),
    ("gin", "fastupdate", "true"),
    ("brin", "pages_per_range", "128"),
    ("brin", "autosummarize", "false"),
    ("hnsw", "m", "16"),
    ("hnsw", "ef_construction", "64"),
    ("ivfflat", "lists", "100"),
    ("view", "security_barrier", "false"),
    ("view", "security_invoker", "false"),
    ("materialized view", "fillfactor", "100"),
    ("materialized view", "autovacuum_enabled", "true"),
    ("mysql view", "sql_security", "definer"),
];

/// How a view is computed, not what it shows; the server itself gives up an algorithm that does not fit.
const WITHOUT_MEANING: &[&str] = &["algorithm"];

/// Whether two lists of options of `kind`, an index method or a kind of view, mean the same.
pub(super) fn same_parameters(kind: &str, a: &[(String, String)], b: &[(String, String)]) -> bool {
    a == b || effective(kind, a) == effective(kind, b)
}

fn effective(kind: &str, options: &[(String, String)]) -> BTreeMap<String, String> {
    let usual = |name: &str| USUAL.iter().find(|(of, option, _)| *of == kind && *option == name).map(|(_, _, is)| *is);
    let mut effective = BTreeMap::new();
    for (name, value) in options {
        let name = name.to_ascii_lowercase();
        if WITHOUT_MEANING.contains(&name.as_str()) {
            continue;
        }
        let value = plain(value, usual(&name).is_some_and(|is| ["true", "false"].contains(&is)));
        match usual(&name) {
            Some(is) if is == value => effective.remove(&name),
            _ => effective.insert(name, value),
        };
    }
    effective
}

/// One spelling of a value.
fn plain(value: &str, is_switch: bool) -> String {
    const ON: &[&str] = &["on", "yes", "true"];
    const OFF: &[&str] = &["off", "no", "false"];
    let value = value.trim().trim_matches('\'').to_ascii_lowercase();
    match value.as_str() {
        on if ON.contains(&on) || (is_switch && on == "1") => "true".into(),
        off if OFF.contains(&off) || (is_switch && off == "0") => "false".into(),
        other => other.parse::<f64>().map_or_else(|_| other.to_owned(), |number| number.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_compared_by_what_they_mean() {
        let list = |options: &[(&str, &str)]| -> Vec<(String, String)> {
            options.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let same = |kind, a: &[(&str, &str)], b: &[(&str, &str)]| same_parameters(kind, &list(a), &list(b));
        assert!(same("gin", &[("fastupdate", "off")], &[("fastupdate", "false")]));
        assert!(same("btree", &[("fillfactor", "90")], &[]));
        assert!(!same("btree", &[("fillfactor", "70")], &[]));
        assert!(same("hnsw", &[("m", "24"), ("ef_construction", "64")], &[("m", "24.0")]));
        assert!(same("view", &[("security_invoker", "1")], &[("security_invoker", "on")]));
        assert!(!same("view", &[("check_option", "local")], &[("check_option", "cascaded")]));
        assert!(same("mysql view", &[("algorithm", "merge")], &[("sql_security", "DEFINER")]));
    }
}
