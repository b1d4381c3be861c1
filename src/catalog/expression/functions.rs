//! Names of functions and operators that mean the same.

use crate::catalog::Family;

/// Other names of a function. The first that fits counts.
const ALIASES: &[(Option<Family>, &str, &str)] = &[
    (Some(Family::Postgresql), "current_timestamp", "now"),
    (Some(Family::Postgresql), "transaction_timestamp", "now"),
    (Some(Family::Postgresql), "char_length", "length"),
    (Some(Family::Postgresql), "character_length", "length"),
    (Some(Family::Postgresql), "current_role", "current_user"),
    (Some(Family::Postgresql), "user", "current_user"),
    (Some(Family::Postgresql), "date_part", "extract"),
    (Some(Family::Postgresql), "textlike", "like"),
    (Some(Family::Postgresql), "similar_escape", "similar_to_escape"),
    (Some(Family::Mysql), "current_timestamp", "now"),
    (Some(Family::Mysql), "localtime", "now"),
    (Some(Family::Mysql), "localtimestamp", "now"),
    (Some(Family::Mysql), "current_date", "curdate"),
    (Some(Family::Mysql), "current_time", "curtime"),
    (Some(Family::Mysql), "mid", "substring"),
    (Some(Family::Mysql), "octet_length", "length"),
    (Some(Family::Mysql), "session_user", "user"),
    (Some(Family::Mysql), "system_user", "user"),
    (Some(Family::Mysql), "schema", "database"),
    (Some(Family::Mysql), "day", "dayofmonth"),
    (Some(Family::Mysql), "sha", "sha1"),
    (Some(Family::Mysql), "regexp_like", "regexp"),
    (Some(Family::Mysql), "json_merge", "json_merge_preserve"),
    (Some(Family::Mysql), "std", "stddev_pop"),
    (Some(Family::Mysql), "adddate", "date_add"),
    (Some(Family::Mysql), "subdate", "date_sub"),
    (Some(Family::Mysql), "mod", "%"),
    (Some(Family::Sqlite), "if", "iif"),
    (None, "ceiling", "ceil"),
    (None, "pow", "power"),
    (None, "substr", "substring"),
    (None, "character_length", "char_length"),
    (None, "lcase", "lower"),
    (None, "ucase", "upper"),
];

/// The one name of the function `name`, which is in lower case.
pub(super) fn canonical(family: Family, name: &str) -> &str {
    ALIASES
        .iter()
        .find(|(of, alias, _)| of.is_none_or(|of| of == family) && *alias == name)
        .map_or(name, |(_, _, name)| name)
}
