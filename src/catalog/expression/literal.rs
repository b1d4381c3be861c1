//! Constants by value, as their type has it.

use jiff::civil::DateTime;

use super::array;
use super::moment::{Moment, Span, parse_time};
use super::node::{Literal, Node};
use super::number;
use crate::catalog::sql_type::{SqlType, canonical_type};
use crate::catalog::{Family, Same};

/// What the text of a constant of a type means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Itself.
    Text,
    /// Itself, without the blanks at its end.
    Padded,
    Boolean,
    /// A number that is kept as it is.
    Exact,
    /// A number that loses digits.
    Rounded,
    Json,
    Uuid,
    Date,
    /// A date and a time; a distance from UTC is dropped.
    Timestamp,
    /// An instant.
    PointInTime,
    Time,
    Interval,
    /// Coordinates: numbers between signs.
    Numbers,
    /// A name of a relation.
    Relation,
    /// A type of the user: an enum's label, a domain's value.
    Label,
    /// One whose spellings are not known here.
    Other,
}

/// Types by what their constants mean. A name may end in `*`.
const KINDS: &[(Family, Kind, &[&str])] = &[
    (Family::Postgresql, Kind::Text, &["text", "varchar", "name", "citext", "bpchar", "bit", "bit varying", "ltree"]),
    (Family::Postgresql, Kind::Padded, &["char"]),
    (Family::Postgresql, Kind::Boolean, &["boolean"]),
    (Family::Postgresql, Kind::Exact, &["smallint", "integer", "bigint", "oid", "serial", "smallserial", "bigserial"]),
    (Family::Postgresql, Kind::Rounded, &["numeric", "real", "double precision"]),
    (Family::Postgresql, Kind::Json, &["json", "jsonb"]),
    (Family::Postgresql, Kind::Uuid, &["uuid"]),
    (Family::Postgresql, Kind::Date, &["date"]),
    (Family::Postgresql, Kind::Timestamp, &["timestamp"]),
    (Family::Postgresql, Kind::PointInTime, &["timestamp with time zone"]),
    (Family::Postgresql, Kind::Time, &["time"]),
    (Family::Postgresql, Kind::Interval, &["interval*"]),
    (
        Family::Postgresql,
        Kind::Numbers,
        &["point", "line", "lseg", "box", "path", "polygon", "circle", "vector", "halfvec"],
    ),
    (Family::Postgresql, Kind::Relation, &["regclass", "regtype", "regproc"]),
    (
        Family::Postgresql,
        Kind::Other,
        &[
            "bytea",
            "money",
            "xml",
            "inet",
            "cidr",
            "macaddr*",
            "ts*",
            "*range",
            "hstore",
            "geo*",
            "sparsevec",
            "time with time zone",
            "pg_*",
            "jsonpath",
            "interval*",
        ],
    ),
    (Family::Postgresql, Kind::Label, &["*"]),
    (Family::Mysql, Kind::Json, &["json"]),
    (Family::Mysql, Kind::Text, &["varchar*", "*text", "enum*", "set*"]),
    (Family::Mysql, Kind::Padded, &["char*"]),
    (Family::Mysql, Kind::Exact, &["tinyint*", "smallint*", "mediumint*", "int*", "bigint*", "year*"]),
    (Family::Mysql, Kind::Rounded, &["decimal*", "float*", "double*"]),
    (Family::Mysql, Kind::Date, &["date"]),
    (Family::Mysql, Kind::Timestamp, &["datetime*", "timestamp*"]),
    (Family::Mysql, Kind::Time, &["time*"]),
    (Family::Mysql, Kind::Other, &["*"]),
    (Family::Sqlite, Kind::Exact, &["*int*"]),
    (Family::Sqlite, Kind::Text, &["*char*", "*clob*", "*text*"]),
    (Family::Sqlite, Kind::Other, &["*blob*", ""]),
    (Family::Sqlite, Kind::Rounded, &["*real*", "*floa*", "*doub*", "*"]),
];

/// What a string in hexadecimal digits is called: `x'6162'`, `0x6162`.
pub(super) const HEX: &str = "hex";

/// What constants of the type `sql_type` mean.
pub(super) fn kind(family: Family, sql_type: &SqlType) -> Kind {
    let fits = |pattern: &str| match (pattern.strip_prefix('*'), pattern.strip_suffix('*')) {
        (Some(""), _) => true,
        (Some(end), Some(_)) => sql_type.name.contains(end.strip_suffix('*').unwrap_or(end)),
        (Some(end), None) => sql_type.name.ends_with(end),
        (None, Some(start)) => sql_type.name.starts_with(start),
        (None, None) => sql_type.name == pattern,
    };
    KINDS
        .iter()
        .find(|(of, _, patterns)| *of == family && patterns.iter().any(|pattern| fits(pattern)))
        .map_or(Kind::Other, |(_, kind, _)| *kind)
}

/// Whether two constants mean the same; `sql_type` is the type of what they are for, where that is known.
pub(super) fn same(family: Family, sql_type: Option<&SqlType>, a: &Literal, b: &Literal) -> Same {
    use Literal::{Bool, Null, Number, Text};
    if a == b {
        return Same::Yes;
    }
    let bytes = |literal: &Literal| matches!(literal, Text(_, Some(hex)) if hex == HEX);
    if let (Some(sql_type), Some(a), Some(b), false) =
        (sql_type, written(family, a), written(family, b), bytes(a) || bytes(b))
    {
        return same_text(family, sql_type, a, b);
    }
    match (a, b) {
        (Null, _) | (_, Null) => Same::No,
        (Bool(_), Bool(_)) | (Number(_), Number(_)) => Same::No,
        (Bool(value), Number(number)) | (Number(number), Bool(value)) => match family {
            Family::Postgresql => Same::Unknown,
            Family::Mysql | Family::Sqlite => Same::from(number == if *value { "1" } else { "0" }),
        },
        (Text(digits, Some(hex)), Text(text, None)) | (Text(text, None), Text(digits, Some(hex))) if hex == HEX => {
            let bytes: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
            Same::from(bytes == *digits)
        }
        (Text(a, a_type), Text(b, b_type)) => {
            let typed = |name: &Option<String>| name.as_deref().and_then(|name| canonical_type(family, name));
            match (typed(a_type), typed(b_type)) {
                (Some(a_type), Some(b_type)) if a_type != b_type => {
                    let both_intervals = [&a_type, &b_type].iter().all(|of| kind(family, of) == Kind::Interval);
                    if both_intervals { same_text(family, &a_type, a, b) } else { Same::Unknown }
                }
                (Some(sql_type), _) | (None, Some(sql_type)) => same_text(family, &sql_type, a, b),
                (None, None) => Same::from(a == b),
            }
        }
        (Number(number), Text(text, text_type)) | (Text(text, text_type), Number(number)) => {
            match number::canonical(text) {
                // SQLite tells '5' and 5 apart where a column has no affinity.
                Some(other) if other == *number && text_type.is_none() && family != Family::Sqlite => Same::Yes,
                Some(other) if other == *number || number::near(number, &other) => Same::Unknown,
                Some(_) if text_type.is_none() => Same::No,
                _ => Same::Unknown,
            }
        }
        (Bool(value), Text(text, _)) | (Text(text, _), Bool(value)) => {
            let said = boolean(text).map_or(Same::Unknown, |said| Same::from(said == *value));
            if family == Family::Postgresql { said } else { said.at_most_unknown() }
        }
    }
}

/// A constant as the text that a column of some type takes it from. NULL is none.
fn written(family: Family, literal: &Literal) -> Option<&str> {
    Some(match (literal, family) {
        (Literal::Null, _) => return None,
        (Literal::Bool(true), Family::Postgresql) => "true",
        (Literal::Bool(false), Family::Postgresql) => "false",
        (Literal::Bool(true), _) => "1",
        (Literal::Bool(false), _) => "0",
        (Literal::Number(text) | Literal::Text(text, _), _) => text,
    })
}

/// Whether two strings are one constant of type `sql_type`.
fn same_text(family: Family, sql_type: &SqlType, a: &str, b: &str) -> Same {
    if a == b {
        return Same::Yes;
    }
    if sql_type.array {
        return match (array::parse(a), array::parse(b)) {
            (Some(a), Some(b)) => same_elements(family, sql_type, &a, &b),
            _ => Same::Unknown,
        };
    }
    /// Compares by value; what cannot be read is left open.
    fn by<T: PartialEq>(read: impl Fn(&str) -> Option<T>, a: &str, b: &str) -> Same {
        match (read(a), read(b)) {
            (Some(a), Some(b)) => Same::from(a == b),
            _ => Same::Unknown,
        }
    }
    match kind(family, sql_type) {
        Kind::Text => Same::No,
        Kind::Padded => Same::from(a.trim_end_matches(' ') == b.trim_end_matches(' ')),
        Kind::Boolean => by(boolean, a, b),
        Kind::Exact => by(number::canonical, a, b),
        Kind::Rounded => match (number::canonical(a), number::canonical(b)) {
            (Some(a), Some(b)) if a == b => Same::Yes,
            (Some(a), Some(b)) => same_rounded(sql_type, &a, &b),
            _ => Same::Unknown,
        },
        Kind::Json => by(|text| serde_json::from_str::<serde_json::Value>(text).ok(), a, b),
        Kind::Uuid => by(uuid, a, b),
        Kind::Date => by(|text| Moment::parse(text).map(|moment| moment.local().date()), a, b),
        Kind::Timestamp => match (Moment::parse(a).map(Moment::local), Moment::parse(b).map(Moment::local)) {
            (Some(a), Some(b)) if a == b => Same::Yes,
            (Some(a), Some(b)) if family == Family::Mysql => same_fraction(sql_type, a, b),
            (Some(_), Some(_)) => Same::No,
            _ => Same::Unknown,
        },
        Kind::PointInTime => by(|text| Moment::parse(text)?.instant(), a, b),
        Kind::Time => by(parse_time, a, b),
        Kind::Interval => by(Span::parse, a, b),
        Kind::Numbers => by(numbers, a, b),
        Kind::Relation => by(relation, a, b),
        // An enum's label is what it is; a domain over another type may have more spellings than one.
        Kind::Label => {
            let plain = |text: &str| {
                text.chars().all(|letter| letter.is_alphabetic() || letter == '_' || letter == '-' || letter == ' ')
            };
            if plain(a) && plain(b) { Same::No } else { Same::Unknown }
        }
        Kind::Other => {
            let tight = |text: &str| text.split_whitespace().collect::<String>().to_lowercase();
            if tight(a) == tight(b) { Same::Unknown } else { other_text(sql_type, a, b) }
        }
    }
}

/// Numbers that differ become one where the type keeps fewer decimals than are written, or a binary fraction.
fn same_rounded(sql_type: &SqlType, a: &str, b: &str) -> Same {
    let exact = ["numeric", "decimal", "decimal unsigned"].contains(&sql_type.name.as_str());
    let decimals = |number: &str| number.split_once('.').map_or(0, |(_, fraction)| fraction.len() as u64);
    match sql_type.numbers().as_slice() {
        [_, scale] if exact && decimals(a).max(decimals(b)) <= *scale => Same::No,
        [_, scale] if exact => {
            let kept = 10f64.powi(-((*scale).min(30) as i32));
            let far = matches!((a.parse::<f64>(), b.parse::<f64>()), (Ok(a), Ok(b)) if (a - b).abs() > kept);
            if far { Same::No } else { Same::Unknown }
        }
        [] if exact => Same::No,
        _ if number::near(a, b) => Same::Unknown,
        _ => Same::No,
    }
}

/// A column keeps as many digits of a second as it has: MySQL rounds, MariaDB cuts off, and either may be set otherwise.
fn same_fraction(sql_type: &SqlType, a: DateTime, b: DateTime) -> Same {
    let digits = sql_type.numbers().first().map_or(0, |digits| (*digits).min(6) as u32);
    let kept = 10i128.pow(6 - digits);
    let since = |moment: DateTime| moment.duration_since(DateTime::constant(2000, 1, 1, 0, 0, 0, 0)).as_micros();
    let (a, b) = (since(a), since(b));
    let rounded = (a + kept / 2).div_euclid(kept) == (b + kept / 2).div_euclid(kept);
    let cut = a.div_euclid(kept) == b.div_euclid(kept);
    match (rounded, cut) {
        (true, true) => Same::Yes,
        (false, false) => Same::No,
        _ => Same::Unknown,
    }
}

/// Types that are not read in full, where a difference shows all the same.
fn other_text(sql_type: &SqlType, a: &str, b: &str) -> Same {
    let plain = |text: &str| text.chars().all(|letter| letter.is_ascii_digit() || letter == '.');
    match sql_type.name.as_str() {
        "inet" | "cidr" if plain(a) && plain(b) => Same::No,
        _ => Same::Unknown,
    }
}

/// Whether two arrays have the same elements.
fn same_elements(family: Family, sql_type: &SqlType, a: &[Node], b: &[Node]) -> Same {
    if a.len() != b.len() {
        return Same::No;
    }
    let element = SqlType { array: false, ..sql_type.clone() };
    a.iter().zip(b).fold(Same::Yes, |so_far, pair| {
        so_far.and(match pair {
            (Node::Array(a), Node::Array(b)) => same_elements(family, sql_type, a, b),
            (Node::Literal(a), Node::Literal(b)) => same(family, Some(&element), a, b),
            _ => Same::Unknown,
        })
    })
}

/// The values that PostgreSQL's boolean takes.
pub(super) fn boolean(text: &str) -> Option<bool> {
    match text.trim().to_ascii_lowercase().as_str() {
        "t" | "tr" | "tru" | "true" | "y" | "ye" | "yes" | "on" | "1" => Some(true),
        "f" | "fa" | "fal" | "fals" | "false" | "n" | "no" | "of" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn uuid(text: &str) -> Option<String> {
    const DIGITS: usize = 32;
    let digits: String = text.chars().filter(|letter| !"-{}".contains(*letter)).flat_map(char::to_lowercase).collect();
    (digits.len() == DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(digits)
}

/// The numbers of coordinates.
fn numbers(text: &str) -> Option<Vec<String>> {
    text.split(|letter: char| "()[]{}<>, ".contains(letter))
        .filter(|part| !part.is_empty())
        .map(number::canonical)
        .collect()
}

/// A relation's name: PostgreSQL leaves a schema out that it finds by itself.
fn relation(text: &str) -> Option<String> {
    let bare = text.rsplit('.').next().unwrap_or(text);
    Some(match bare.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(quoted) => quoted.to_owned(),
        None => bare.to_lowercase(),
    })
}
