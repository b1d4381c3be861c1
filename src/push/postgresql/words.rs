//! Words that both versions of drizzle-kit share.

use crate::catalog::{Rows, View};

/// The query of a view, as it is declared. What Drizzle's query builder would write is not known without running it, and
/// the statement says so.
fn query(view: &View) -> &str {
    view.definition.known().map_or("/* what the query builder writes, not known here */", String::as_str)
}

/// CREATE VIEW, or that of a materialised one, under the name `name`.
pub(super) fn create_view(view: &View, name: &str) -> String {
    let options: Vec<String> = view.options.iter().map(|(name, value)| format!("{name} = {value}")).collect();
    let with = if options.is_empty() { String::new() } else { format!(" WITH ({})", options.join(", ")) };
    let word = if view.materialized { " MATERIALIZED" } else { "" };
    let no_data = if view.with_no_data { " WITH NO DATA" } else { "" };
    let method = view.access_method.as_ref().map_or_else(String::new, |method| format!(" USING \"{method}\""));
    let tablespace = view.tablespace.as_ref().map_or_else(String::new, |space| format!(" TABLESPACE {space}"));
    format!("CREATE{word} VIEW {name}{method}{with}{tablespace} AS ({}){no_data};", query(view))
}

/// How many items push would count; statistics are all that is known of it.
pub(super) fn items(rows: Rows) -> String {
    match rows {
        Rows::About(count) => count.to_string(),
        Rows::None => "0".into(),
        Rows::Some | Rows::Unknown => "some".into(),
    }
}
