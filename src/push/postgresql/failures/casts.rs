//! Which types PostgreSQL makes of which, as its catalog of casts and its rules of coercion have it.

/// How a value of one type becomes one of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Cast {
    /// Not at all.
    None,
    /// Where it is asked for.
    Explicit,
    /// Also where it is assigned.
    Assignment,
}

/// The casts of pg_cast between the types that a column may have: from, to by assignment, to by asking.
const CASTS: &[(&str, &[&str], &[&str])] = &[
    ("smallint", &["bigint", "double precision", "integer", "numeric", "oid", "real"], &[]),
    ("integer", &["bigint", "double precision", "money", "numeric", "oid", "real", "smallint"], &["bit", "boolean"]),
    ("bigint", &["double precision", "integer", "money", "numeric", "oid", "real", "smallint"], &["bit"]),
    ("real", &["bigint", "double precision", "integer", "numeric", "smallint"], &[]),
    ("double precision", &["bigint", "integer", "numeric", "real", "smallint"], &[]),
    ("numeric", &["bigint", "double precision", "integer", "money", "real", "smallint"], &[]),
    ("boolean", &["text", "varchar", "char"], &["integer"]),
    ("text", &["varchar", "char"], &["xml"]),
    ("varchar", &["text", "char"], &["xml"]),
    ("char", &["text", "varchar"], &["xml"]),
    ("date", &["timestamp", "timestamp with time zone"], &[]),
    ("timestamp", &["date", "time", "timestamp with time zone"], &[]),
    ("timestamp with time zone", &["date", "time", "time with time zone", "timestamp"], &[]),
    ("time", &["interval", "time with time zone"], &[]),
    ("time with time zone", &["time"], &[]),
    ("interval", &["time"], &[]),
    ("uuid", &[], &[]),
    ("json", &["jsonb"], &[]),
    ("jsonb", &["json"], &["bigint", "boolean", "double precision", "integer", "numeric", "real", "smallint"]),
    ("inet", &["cidr", "text", "varchar", "char"], &[]),
    ("cidr", &["inet", "text", "varchar", "char"], &[]),
    ("macaddr", &["macaddr8"], &[]),
    ("macaddr8", &["macaddr"], &[]),
    ("bit", &["bit varying"], &["bigint", "integer"]),
    ("bit varying", &["bit"], &[]),
];

/// Types of the string category.
const STRINGS: &[&str] = &["text", "varchar", "char"];

/// A type without its modifiers and under one name; `None` for a type that is not known here.
pub(super) fn plain(sql_type: &str) -> Option<&'static str> {
    let mut bare = String::with_capacity(sql_type.len());
    let mut depth = 0;
    for letter in sql_type.chars() {
        match letter {
            '(' => depth += 1,
            ')' => depth -= 1,
            letter if depth == 0 => bare.push(letter.to_ascii_lowercase()),
            _ => {}
        }
    }
    let words: Vec<&str> = bare.split_whitespace().collect();
    let name = match words.join(" ").as_str() {
        "int" | "int4" | "serial" => "integer",
        "bigserial" | "int8" => "bigint",
        "smallserial" | "int2" => "smallint",
        "decimal" => "numeric",
        "character varying" => "varchar",
        "character" | "bpchar" => "char",
        "timestamptz" => "timestamp with time zone",
        "timestamp without time zone" => "timestamp",
        "time without time zone" => "time",
        "bool" => "boolean",
        "varbit" => "bit varying",
        other if other.starts_with("interval") => "interval",
        other => return CASTS.iter().map(|(name, ..)| *name).find(|name| *name == other),
    };
    Some(name)
}

/// The strongest way in which a value of `from` becomes one of `to`; `None` where a type is not known here.
pub(super) fn cast(from: &str, to: &str) -> Option<Cast> {
    if let (Some(from), Some(to)) = (from.strip_suffix("[]"), to.strip_suffix("[]")) {
        return cast(from.trim_end_matches("[]"), to.trim_end_matches("[]"));
    }
    let (array, into_array) = (from.ends_with("[]"), to.ends_with("[]"));
    if array || into_array {
        let (from, to) = (plain(from.trim_end_matches("[]"))?, plain(to.trim_end_matches("[]"))?);
        return Some(match (array, into_array) {
            (true, _) if STRINGS.contains(&to) => Cast::Assignment,
            (_, true) if STRINGS.contains(&from) => Cast::Explicit,
            _ => Cast::None,
        });
    }
    let (from, to) = (plain(from)?, plain(to)?);
    let (_, assigned, asked) = CASTS.iter().find(|(name, ..)| *name == from)?;
    Some(match () {
        () if from == to || assigned.contains(&to) || STRINGS.contains(&to) => Cast::Assignment,
        () if asked.contains(&to) || STRINGS.contains(&from) => Cast::Explicit,
        () => Cast::None,
    })
}

/// Whether keys of both types can refer to each other; `None` where a type is not known here.
pub(super) fn comparable(a: &str, b: &str) -> Option<bool> {
    const FAMILIES: &[&[&str]] = &[
        &["smallint", "integer", "bigint", "real", "double precision", "numeric"],
        STRINGS,
        &["date", "timestamp", "timestamp with time zone"],
        &["inet", "cidr"],
    ];
    let (a, b) = (plain(a)?, plain(b)?);
    Some(a == b || FAMILIES.iter().any(|family| family.contains(&a) && family.contains(&b)))
}

/// What the server says of a text that is no value of a type.
pub(super) fn invalid_text(sql_type: &str) -> &'static str {
    match plain(sql_type) {
        Some("date" | "time" | "time with time zone" | "timestamp" | "timestamp with time zone" | "interval") => {
            "22007"
        }
        Some("varchar" | "char") => "22001",
        _ => "22P02",
    }
}

/// Whether every value of `from` is one of `to`, so that no row can stand in the way.
pub(super) fn widens(from: &str, to: &str) -> bool {
    const WIDER: &[(&str, &[&str])] = &[
        ("smallint", &["integer", "bigint", "real", "double precision", "numeric"]),
        ("integer", &["bigint", "double precision", "real", "numeric"]),
        ("bigint", &["double precision", "real", "numeric"]),
        ("real", &["double precision"]),
        ("date", &["timestamp", "timestamp with time zone"]),
        ("timestamp", &["date", "time", "timestamp with time zone"]),
        ("timestamp with time zone", &["date", "time", "time with time zone", "timestamp"]),
        ("json", &["jsonb"]),
        ("jsonb", &["json"]),
    ];
    let limited = |text: &str| text.contains('(');
    let (Some(a), Some(b)) = (plain(from), plain(to)) else { return false };
    match STRINGS.contains(&b) {
        true => !limited(to) && (b == "text" || b == "varchar"),
        false => !limited(to) && (a == b || WIDER.iter().any(|(name, wider)| *name == a && wider.contains(&b))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What PostgreSQL 17 says.
    #[test]
    fn casts_are_those_of_the_server() {
        for (from, to, expected) in [
            ("text", "integer", Some(Cast::Explicit)),
            ("integer", "text", Some(Cast::Assignment)),
            ("numeric(10, 2)", "integer", Some(Cast::Assignment)),
            ("numeric", "boolean", Some(Cast::None)),
            ("numeric", "uuid", Some(Cast::None)),
            ("integer", "boolean", Some(Cast::Explicit)),
            ("text", "text[]", Some(Cast::Explicit)),
            ("text[]", "integer[]", Some(Cast::Explicit)),
            ("text[]", "varchar(20)", Some(Cast::Assignment)),
            ("varchar(40)", "varchar(20)", Some(Cast::Assignment)),
            ("timestamp (3)", "timestamp with time zone", Some(Cast::Assignment)),
            ("text", "mood", None),
        ] {
            assert_eq!(cast(from, to), expected, "{from} to {to}");
        }
        assert_eq!(comparable("text", "integer"), Some(false));
        assert_eq!(comparable("serial", "bigint"), Some(true));
        assert!(widens("varchar(10)", "text") && !widens("text", "varchar(10)") && !widens("bigint", "integer"));
    }
}
