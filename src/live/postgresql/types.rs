//! PostgreSQL's types as drizzle-kit spells them when it reads a database.

/// The spelling of a type of which the server says `formatted` (format_type of the element type, for an array).
///
/// `name`, `kind` and `schema` are pg_type's; `dimensions` is 0 for what is no array.
pub(super) fn spelling(formatted: &str, name: &str, kind: &str, schema: &str, dimensions: i32) -> String {
    const DOMAIN: &str = "d";
    let mut spelling = match formatted.find('(') {
        _ if schema == "pg_catalog" => built_in(formatted),
        _ if kind == DOMAIN => formatted.trim_matches('"').to_owned(),
        // An extension's type with modifiers: `vector(3)`, `geometry(Point,4326)`. Its name may be quoted or qualified.
        Some(modifiers) => format!("{name}{}", &formatted[modifiers..]),
        None => name.to_owned(),
    };
    for _ in 0..dimensions {
        spelling.push_str("[]");
    }
    spelling
}

fn built_in(formatted: &str) -> String {
    const WORDS: [(&str, &str); 3] =
        [("character varying", "varchar"), (" without time zone", ""), ("character", "char")];
    let mut spelling = formatted.to_owned();
    for (server, kit) in WORDS {
        spelling = spelling.replace(server, kit);
    }
    if spelling.starts_with("numeric(") {
        spelling = spelling.replace(',', ", ");
    }
    spelling
}

/// A type that is not built in, as the server prints it, where that is another text than its `spelling`.
pub(super) fn printed(formatted: &str, schema: &str, dimensions: i32, spelling: &str) -> Option<String> {
    let brackets = "[]".repeat(usize::try_from(dimensions).unwrap_or_default());
    let printed = format!("{}{brackets}", formatted.trim_matches('"'));
    (schema != "pg_catalog" && printed != spelling).then_some(printed)
}

/// The serial type of a column of type `spelling` that takes its values from its own sequence.
pub(super) fn serial(spelling: &str) -> Option<&'static str> {
    match spelling {
        "smallint" => Some("smallserial"),
        "integer" => Some("serial"),
        "bigint" => Some("bigserial"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_spelled_as_drizzle_kit_spells_them() {
        for (formatted, name, kind, schema, dimensions, expected) in [
            ("character varying(255)", "varchar", "b", "pg_catalog", 0, "varchar(255)"),
            ("character(3)", "bpchar", "b", "pg_catalog", 0, "char(3)"),
            ("timestamp(3) without time zone", "timestamp", "b", "pg_catalog", 0, "timestamp(3)"),
            ("timestamp with time zone", "timestamptz", "b", "pg_catalog", 0, "timestamp with time zone"),
            ("numeric(10,2)", "numeric", "b", "pg_catalog", 1, "numeric(10, 2)[]"),
            ("integer", "int4", "b", "pg_catalog", 2, "integer[][]"),
            ("interval day to second(3)", "interval", "b", "pg_catalog", 0, "interval day to second(3)"),
            ("billing.\"Plan\"", "Plan", "e", "billing", 1, "Plan[]"),
            ("vector(3)", "vector", "b", "public", 0, "vector(3)"),
            ("extensions.geometry(Point,4326)", "geometry", "b", "extensions", 0, "geometry(Point,4326)"),
            ("citext", "citext", "b", "public", 0, "citext"),
            ("app.email", "email", "d", "app", 0, "app.email"),
            ("app.pair", "pair", "c", "app", 1, "pair[]"),
        ] {
            assert_eq!(spelling(formatted, name, kind, schema, dimensions), expected, "{formatted}");
        }
        assert_eq!(printed("app.pair", "app", 1, "pair[]").as_deref(), Some("app.pair[]"));
        assert_eq!(printed("citext", "public", 0, "citext"), None);
    }
}
