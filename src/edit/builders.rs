//! From a SQL type to the builder that declares it, one data table per dialect.

use crate::catalog::{Family, Generation};

/// What a column's values are in TypeScript, as far as writing its default needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Number,
    Boolean,
    /// Anything that is a string in TypeScript.
    Text,
    /// A decimal number, a string in TypeScript.
    Decimal,
    Json,
    Uuid,
    /// A date or time with `.defaultNow()`.
    Moment,
    Other,
}

/// A builder's call, without the column's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Builder {
    /// The function of the dialect's core module; `customType` where there is none for the type.
    pub function: &'static str,
    /// Its configuration, as key and TypeScript value.
    pub config: Vec<(&'static str, Value)>,
    pub kind: Kind,
    /// How many `.array()`s follow.
    pub dimensions: usize,
    /// The element's SQL type, as the catalog spells it.
    pub sql_type: String,
    /// Whether the builder itself says NOT NULL.
    pub implies_not_null: bool,
}

/// A value of a builder's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// As it stands: a number, `true`.
    Plain(String),
    Text(String),
    Texts(Vec<String>),
}

/// A row: the SQL type without its arguments, the builder, what its arguments are called, fixed configuration, the kind.
type Row = (&'static str, &'static str, &'static [&'static str], &'static [(&'static str, &'static str)], Kind);

const NUMBER_MODE: &[(&str, &str)] = &[("mode", "\"number\"")];
const WITH_TIMEZONE: &[(&str, &str)] = &[("withTimezone", "true")];
const UNSIGNED: &[(&str, &str)] = &[("unsigned", "true")];

const POSTGRESQL: &[Row] = &[
    ("smallint", "smallint", &[], &[], Kind::Number),
    ("integer", "integer", &[], &[], Kind::Number),
    ("bigint", "bigint", &[], NUMBER_MODE, Kind::Number),
    ("smallserial", "smallserial", &[], &[], Kind::Number),
    ("serial", "serial", &[], &[], Kind::Number),
    ("bigserial", "bigserial", &[], NUMBER_MODE, Kind::Number),
    ("real", "real", &[], &[], Kind::Number),
    ("double precision", "doublePrecision", &[], &[], Kind::Number),
    ("numeric", "numeric", &["precision", "scale"], &[], Kind::Decimal),
    ("boolean", "boolean", &[], &[], Kind::Boolean),
    ("text", "text", &[], &[], Kind::Text),
    ("varchar", "varchar", &["length"], &[], Kind::Text),
    ("char", "char", &["length"], &[], Kind::Text),
    ("json", "json", &[], &[], Kind::Json),
    ("jsonb", "jsonb", &[], &[], Kind::Json),
    ("uuid", "uuid", &[], &[], Kind::Uuid),
    ("inet", "inet", &[], &[], Kind::Text),
    ("cidr", "cidr", &[], &[], Kind::Text),
    ("macaddr", "macaddr", &[], &[], Kind::Text),
    ("macaddr8", "macaddr8", &[], &[], Kind::Text),
    ("date", "date", &[], &[], Kind::Moment),
    ("time", "time", &["precision"], &[], Kind::Moment),
    ("time with time zone", "time", &["precision"], WITH_TIMEZONE, Kind::Moment),
    ("timestamp", "timestamp", &["precision"], &[], Kind::Moment),
    ("timestamp with time zone", "timestamp", &["precision"], WITH_TIMEZONE, Kind::Moment),
    ("interval", "interval", &["precision"], &[], Kind::Text),
    ("point", "point", &[], &[], Kind::Other),
    ("line", "line", &[], &[], Kind::Other),
    ("bit", "bit", &["dimensions"], &[], Kind::Text),
    ("vector", "vector", &["dimensions"], &[], Kind::Other),
    ("halfvec", "halfvec", &["dimensions"], &[], Kind::Other),
    ("sparsevec", "sparsevec", &["dimensions"], &[], Kind::Other),
];

/// Types that 1.0 has a builder for and 0.x has not.
const POSTGRESQL_V1: &[Row] = &[("bytea", "bytea", &[], &[], Kind::Other)];

const SQLITE: &[Row] = &[
    ("integer", "integer", &[], &[], Kind::Number),
    ("text", "text", &["length"], &[], Kind::Text),
    ("real", "real", &[], &[], Kind::Number),
    ("blob", "blob", &[], &[], Kind::Other),
    ("numeric", "numeric", &[], &[], Kind::Decimal),
];

const MYSQL: &[Row] = &[
    ("tinyint", "tinyint", &[], &[], Kind::Number),
    ("smallint", "smallint", &[], &[], Kind::Number),
    ("mediumint", "mediumint", &[], &[], Kind::Number),
    ("int", "int", &[], &[], Kind::Number),
    ("bigint", "bigint", &[], NUMBER_MODE, Kind::Number),
    ("tinyint unsigned", "tinyint", &[], UNSIGNED, Kind::Number),
    ("smallint unsigned", "smallint", &[], UNSIGNED, Kind::Number),
    ("mediumint unsigned", "mediumint", &[], UNSIGNED, Kind::Number),
    ("int unsigned", "int", &[], UNSIGNED, Kind::Number),
    ("bigint unsigned", "bigint", &[], &[("mode", "\"number\""), ("unsigned", "true")], Kind::Number),
    ("serial", "serial", &[], &[], Kind::Number),
    ("decimal", "decimal", &["precision", "scale"], &[], Kind::Decimal),
    ("decimal unsigned", "decimal", &["precision", "scale"], UNSIGNED, Kind::Decimal),
    ("float", "float", &["precision", "scale"], &[], Kind::Number),
    ("float unsigned", "float", &["precision", "scale"], UNSIGNED, Kind::Number),
    ("double", "double", &["precision", "scale"], &[], Kind::Number),
    ("double unsigned", "double", &["precision", "scale"], UNSIGNED, Kind::Number),
    ("real", "real", &["precision", "scale"], &[], Kind::Number),
    ("boolean", "boolean", &[], &[], Kind::Boolean),
    ("char", "char", &["length"], &[], Kind::Text),
    ("varchar", "varchar", &["length"], &[], Kind::Text),
    ("binary", "binary", &["length"], &[], Kind::Text),
    ("varbinary", "varbinary", &["length"], &[], Kind::Text),
    ("tinytext", "tinytext", &[], &[], Kind::Text),
    ("text", "text", &[], &[], Kind::Text),
    ("mediumtext", "mediumtext", &[], &[], Kind::Text),
    ("longtext", "longtext", &[], &[], Kind::Text),
    ("json", "json", &[], &[], Kind::Json),
    ("date", "date", &[], &[], Kind::Other),
    ("datetime", "datetime", &["fsp"], &[], Kind::Other),
    ("timestamp", "timestamp", &["fsp"], &[], Kind::Moment),
    ("time", "time", &["fsp"], &[], Kind::Other),
    ("year", "year", &[], &[], Kind::Number),
];

const SERIALS: &[&str] = &["smallserial", "serial", "bigserial"];

/// The fields that drizzle-orm's `interval` takes.
const INTERVAL_FIELDS: &[&str] = &[
    "year",
    "month",
    "day",
    "hour",
    "minute",
    "second",
    "year to month",
    "day to hour",
    "day to minute",
    "day to second",
    "hour to minute",
    "hour to second",
    "minute to second",
];

/// The affinities of drizzle-kit: the first row with a prefix of the type wins, and what no row has is numeric.
const SQLITE_AFFINITIES: &[(&str, &str)] = &[
    ("int", "integer"),
    ("tinyint", "integer"),
    ("smallint", "integer"),
    ("mediumint", "integer"),
    ("bigint", "integer"),
    ("unsigned big int", "integer"),
    ("character", "text"),
    ("varchar", "text"),
    ("varying character", "text"),
    ("national varying character", "text"),
    ("nchar", "text"),
    ("native character", "text"),
    ("nvarchar", "text"),
    ("text", "text"),
    ("clob", "text"),
    ("blob", "blob"),
    ("real", "real"),
    ("double", "real"),
    ("float", "real"),
];

/// The builder of `sql_type`, which is no enum.
pub(super) fn builder(family: Family, generation: Generation, sql_type: &str) -> Builder {
    let mut element = sql_type.trim();
    let mut dimensions = 0;
    if family == Family::Postgresql {
        while let Some((before, length)) = element.strip_suffix(']').and_then(|open| open.rsplit_once('[')) {
            if !length.chars().all(|digit| digit.is_ascii_digit()) {
                break;
            }
            element = before;
            dimensions += 1;
        }
    }
    let (base, arguments) = parts(element);
    let (base, rows): (String, [&[Row]; 2]) = match family {
        Family::Postgresql => {
            let extra: &[Row] = if generation == Generation::V1 { POSTGRESQL_V1 } else { &[] };
            (postgresql_name(&base), [POSTGRESQL, extra])
        }
        Family::Mysql => (base.to_lowercase(), [MYSQL, &[]]),
        Family::Sqlite => (affinity(&base).to_owned(), [SQLITE, &[]]),
    };
    let mut built = Builder {
        function: "customType",
        config: Vec::new(),
        kind: Kind::Other,
        dimensions,
        sql_type: element.to_owned(),
        implies_not_null: SERIALS.contains(&base.as_str()),
    };
    if let Some(values) = (family == Family::Mysql && base == "enum").then(|| labels(element)).flatten() {
        built.function = "mysqlEnum";
        built.kind = Kind::Text;
        built.config = vec![("", Value::Texts(values))];
        return built;
    }
    let fields = (family == Family::Postgresql).then(|| base.strip_prefix("interval ")).flatten();
    let name = match fields {
        Some(fields) if INTERVAL_FIELDS.contains(&fields) => "interval",
        _ => base.as_str(),
    };
    let Some((_, function, parameters, fixed, kind)) = rows.iter().copied().flatten().find(|row| row.0 == name) else {
        return built;
    };
    if family == Family::Mysql && base == "tinyint" && arguments == ["1"] {
        built.function = "boolean";
        built.kind = Kind::Boolean;
        return built;
    }
    if arguments.len() > parameters.len() && family != Family::Sqlite {
        return built;
    }
    built.function = function;
    built.kind = *kind;
    built.config = parameters.iter().copied().zip(arguments).map(|(key, value)| (key, Value::Plain(value))).collect();
    for (key, value) in *fixed {
        built.config.push((
            key,
            match value.strip_prefix('"') {
                Some(text) => Value::Text(text.trim_end_matches('"').to_owned()),
                None => Value::Plain((*value).to_owned()),
            },
        ));
    }
    if let Some(fields) = fields.filter(|_| name == "interval") {
        built.config.insert(0, ("fields", Value::Text(fields.to_owned())));
    }
    built
}

/// `timestamp (3) with time zone` as `timestamp with time zone` and `3`.
fn parts(sql_type: &str) -> (String, Vec<String>) {
    let Some((before, rest)) = sql_type.split_once('(') else { return (sql_type.to_owned(), Vec::new()) };
    let Some((arguments, after)) = rest.rsplit_once(')') else { return (sql_type.to_owned(), Vec::new()) };
    let base = format!("{} {}", before.trim(), after.trim()).trim().to_owned();
    let arguments = arguments.split(',').map(|argument| argument.trim().to_owned()).collect::<Vec<_>>();
    let numbers = arguments.iter().all(|argument| {
        !argument.is_empty() && argument.trim_start_matches('-').chars().all(|digit| digit.is_ascii_digit())
    });
    if numbers { (base, arguments) } else { (base, Vec::new()) }
}

/// The names drizzle-kit gives what `format_type` spells out.
fn postgresql_name(base: &str) -> String {
    match base {
        "character varying" => "varchar".into(),
        "character" => "char".into(),
        "timestamp without time zone" => "timestamp".into(),
        "time without time zone" => "time".into(),
        _ => base.into(),
    }
}

fn affinity(base: &str) -> &'static str {
    let lowered = base.to_lowercase();
    SQLITE_AFFINITIES.iter().find(|(prefix, _)| lowered.starts_with(prefix)).map_or("numeric", |(_, affinity)| affinity)
}

/// The labels of `enum('a','b''c')`.
fn labels(sql_type: &str) -> Option<Vec<String>> {
    let inner = sql_type.split_once('(')?.1.strip_suffix(')')?;
    let mut labels = Vec::new();
    let mut rest = inner.trim();
    while let Some(open) = rest.strip_prefix('\'') {
        let mut label = String::new();
        let mut characters = open.char_indices().peekable();
        let mut end = None;
        while let Some((at, character)) = characters.next() {
            match character {
                '\'' if characters.peek().is_some_and(|(_, next)| *next == '\'') => {
                    characters.next();
                    label.push('\'');
                }
                '\'' => {
                    end = Some(at + 1);
                    break;
                }
                character => label.push(character),
            }
        }
        labels.push(label);
        rest = open[end?..].trim_start().trim_start_matches(',').trim_start();
    }
    (rest.is_empty() && !labels.is_empty()).then_some(labels)
}

impl Builder {
    /// The configuration's value of `key` replaced or added.
    pub fn set(&mut self, key: &'static str, value: Value) {
        self.config.retain(|(present, _)| *present != key);
        self.config.push((key, value));
    }
}
