//! MySQL's types: synonyms, display widths that mean nothing, and what a change keeps.

use super::parse::SqlType;

/// Other names of a type.
const ALIASES: &[(&str, &str)] = &[
    ("bool", "tinyint"),
    ("boolean", "tinyint"),
    ("char varying", "varchar"),
    ("character", "char"),
    ("character varying", "varchar"),
    ("dec", "decimal"),
    ("double precision", "double"),
    ("fixed", "decimal"),
    ("float4", "float"),
    ("float8", "double"),
    ("int1", "tinyint"),
    ("int2", "smallint"),
    ("int3", "mediumint"),
    ("int4", "int"),
    ("int8", "bigint"),
    ("integer", "int"),
    ("long", "mediumtext"),
    ("long varchar", "mediumtext"),
    ("middleint", "mediumint"),
    ("national char", "char"),
    ("national varchar", "varchar"),
    ("nchar", "char"),
    ("numeric", "decimal"),
    ("nvarchar", "varchar"),
    ("real", "double"),
    ("serial", "bigint unsigned"),
];

/// Integer types by size.
const INTEGERS: &[&str] = &["tinyint", "smallint", "mediumint", "int", "bigint"];

/// Text and binary types by size, each family in a row.
const SIZED: &[&[&str]] =
    &[&["tinytext", "text", "mediumtext", "longtext"], &["tinyblob", "blob", "mediumblob", "longblob"]];

/// `written` in the one spelling that all its synonyms share.
pub(super) fn canonical(mut written: SqlType) -> SqlType {
    // A character set or collation behind the type is another attribute of the column.
    let words: Vec<&str> = written.name.split(' ').collect();
    let kept = words.iter().position(|word| matches!(*word, "charset" | "collate")).unwrap_or(words.len());
    let kept = words.windows(2).position(|pair| pair == ["character", "set"]).unwrap_or(kept).min(kept);
    let mut unsigned = false;
    let mut base: Vec<&str> = Vec::new();
    for word in &words[..kept] {
        match *word {
            "unsigned" | "zerofill" => unsigned = true,
            "signed" => {}
            other => base.push(other),
        }
    }
    let base = base.join(" ");
    let mut name = ALIASES.iter().find(|(alias, _)| *alias == base).map_or(base, |(_, name)| (*name).to_owned());
    let numbers = written.numbers();
    if name == "float" && numbers.len() == 1 {
        name = if numbers[0] > 24 { "double".into() } else { name };
        written.arguments.clear();
    }
    match (name.as_str(), written.arguments.len()) {
        (integer, _) if INTEGERS.contains(&integer) => written.arguments.clear(),
        ("year", _) | ("json", _) => written.arguments.clear(),
        ("char" | "binary" | "bit", 0) => written.arguments = vec!["1".into()],
        ("decimal", 0) => written.arguments = vec!["10".into(), "0".into()],
        ("decimal", 1) => written.arguments.push("0".into()),
        ("datetime" | "timestamp" | "time", 1) if written.arguments[0] == "0" => written.arguments.clear(),
        _ => {}
    }
    if unsigned {
        name.push_str(" unsigned");
    }
    written.name = name;
    written
}

/// Whether two canonical types are one, as far as can be told.
pub(super) fn same(a: &SqlType, b: &SqlType) -> bool {
    // MariaDB stores JSON as LONGTEXT, and a length chooses among the text types.
    let json = |sql_type: &SqlType| matches!(sql_type.name.as_str(), "json" | "longtext");
    let sized =
        |sql_type: &SqlType| !sql_type.arguments.is_empty() && matches!(sql_type.name.as_str(), "text" | "blob");
    (a.name == b.name && a.arguments == b.arguments) || (json(a) && json(b)) || sized(a) || sized(b)
}

/// Whether every value of canonical type `from` is kept by `to`.
pub(super) fn widens(from: &SqlType, to: &SqlType) -> bool {
    let (from_numbers, to_numbers) = (from.numbers(), to.numbers());
    let integer = |name: &str| {
        let (base, unsigned) = name.strip_suffix(" unsigned").map_or((name, false), |base| (base, true));
        INTEGERS.iter().position(|integer| *integer == base).map(|rank| (rank, unsigned))
    };
    if let (Some((from_rank, from_unsigned)), Some((to_rank, to_unsigned))) = (integer(&from.name), integer(&to.name)) {
        return match (from_unsigned, to_unsigned) {
            (false, true) => false,
            (true, false) => from_rank < to_rank,
            _ => from_rank <= to_rank,
        };
    }
    let row = |name: &str| {
        SIZED.iter().enumerate().find_map(|(row, types)| types.iter().position(|t| *t == name).map(|rank| (row, rank)))
    };
    match (row(&from.name), row(&to.name)) {
        (Some((from_row, from_rank)), Some((to_row, to_rank))) => return from_row == to_row && from_rank <= to_rank,
        (None, Some((0, rank))) if matches!(from.name.as_str(), "char" | "varchar" | "enum" | "set") => {
            // TEXT holds 65,535 bytes, TINYTEXT 255: a VARCHAR of four-byte characters may exceed it.
            return rank > 0 && (rank > 1 || from_numbers.first().is_none_or(|length| *length <= 16_383));
        }
        _ => {}
    }
    match (from.name.as_str(), to.name.as_str()) {
        ("char" | "varchar", "char" | "varchar") | ("binary" | "varbinary", "varbinary") => {
            from_numbers.first() <= to_numbers.first()
        }
        ("decimal", "decimal") => match (from_numbers.as_slice(), to_numbers.as_slice()) {
            ([from_precision, from_scale], [to_precision, to_scale]) => {
                from_scale <= to_scale
                    && from_precision.saturating_sub(*from_scale) <= to_precision.saturating_sub(*to_scale)
            }
            _ => false,
        },
        ("float", "double") | ("date", "datetime") => true,
        (from_name, to_name) if from_name == to_name && matches!(from_name, "datetime" | "timestamp" | "time") => {
            from_numbers.first().unwrap_or(&0) <= to_numbers.first().unwrap_or(&0)
        }
        ("enum", "enum") | ("set", "set") => from.arguments.iter().all(|value| to.arguments.contains(value)),
        _ => false,
    }
}
