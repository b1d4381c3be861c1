//! One key of an index in its plainest form: what the code writes as SQL may be no more than a column.

use std::borrow::Cow;

use super::compare::Sides;
use crate::catalog::{Family, IndexColumn, Same, Table, same_expression};

/// Operator classes that are no type's default, by how their names go on after the type's. The code may name the default
/// ones, which the database leaves out.
const SPECIAL_CLASSES: &[&str] = &[
    "_pattern_ops",
    "jsonb_path_ops",
    "_trgm_ops",
    "_cosine_ops",
    "_ip_ops",
    "_l1_ops",
    "_hamming_ops",
    "_jaccard_ops",
    "_bloom_ops",
    "_minmax_multi_ops",
];

/// Whether a declared and a live key mean the same. `table` is the live one.
pub(super) fn same_key(sides: &Sides, table: &Table, declared: &IndexColumn, live: &IndexColumn) -> Same {
    if declared == live {
        return Same::Yes;
    }
    let family = sides.family;
    let (declared, live) = (plain(family, declared), plain(family, live));
    let order = declared.descending == live.descending && nulls_first(&declared) == nulls_first(&live);
    if !order || declared.prefix_length != live.prefix_length {
        return Same::No;
    }
    let collation = match (declared.collation.as_deref(), live.collation.as_deref()) {
        (None, None) => Same::Yes,
        (Some(mine), Some(theirs)) => Same::from(mine.eq_ignore_ascii_case(theirs)),
        // It may be the column's own, and what an expression is collated by is not read.
        (Some(_), None) => Same::Unknown,
        (None, Some(_)) => Same::No,
    };
    let class = match (declared.operator_class.as_deref(), live.operator_class.as_deref()) {
        (None, None) => Same::Yes,
        (Some(mine), Some(theirs)) => Same::from(mine == theirs),
        (Some(mine), None) if SPECIAL_CLASSES.iter().any(|class| mine.ends_with(class)) => Same::No,
        (Some(_), None) => Same::Unknown,
        (None, Some(_)) => Same::No,
    };
    let expression = match (declared.is_expression, live.is_expression) {
        (false, false) => Same::from(family.same_identifier(&declared.expression, &live.expression)),
        (true, true) if declared.expression == live.expression => Same::Yes,
        (true, true) => same_expression(sides.dialect(), Some(table), &declared.expression, &live.expression),
        _ => Same::No,
    };
    class.min(collation).min(expression)
}

/// Whether NULL comes first: as a descending key has it, unless it is said.
fn nulls_first(key: &IndexColumn) -> bool {
    key.nulls_first.unwrap_or(key.descending)
}

/// The key with what its expression says of order, operator class, collation and prefix read off it.
pub(super) fn plain(family: Family, key: &IndexColumn) -> Cow<'_, IndexColumn> {
    if !key.is_expression {
        return Cow::Borrowed(key);
    }
    let mut result = key.clone();
    let mut text = key.expression.trim();
    for (words, first) in [(["nulls", "first"], true), (["nulls", "last"], false)] {
        if let Some(rest) = without_words(text, &words) {
            text = rest;
            result.nulls_first = Some(first);
        }
    }
    for (word, descending) in [("desc", true), ("asc", false)] {
        if let Some(rest) = without_words(text, &[word]) {
            text = rest;
            result.descending = descending;
        }
    }
    if result.nulls_first == Some(result.descending) {
        result.nulls_first = None;
    }
    if let (Family::Postgresql, Some((rest, class))) = (family, last_word(text)) {
        text = rest;
        result.operator_class = Some(class);
    }
    if family != Family::Mysql {
        // Around what is a column and no more, parentheses mean nothing.
        let inner = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')).map(str::trim);
        let column = inner.filter(|inner| identifier(without_collation(inner).0).is_some());
        let (rest, collation) = without_collation(column.unwrap_or(text));
        text = rest;
        result.collation = collation.or(result.collation);
    }
    result.expression = text.to_owned();
    if let Some(column) = identifier(text) {
        (result.expression, result.is_expression) = (column, false);
    } else if let (Family::Mysql, Some((column, length))) = (family, prefix(text)) {
        (result.expression, result.is_expression) = (column, false);
        result.prefix_length = Some(length);
    }
    Cow::Owned(result)
}

/// `text` without `words` at its end.
fn without_words<'a>(text: &'a str, words: &[&str]) -> Option<&'a str> {
    words.iter().rev().try_fold(text, |text, word| {
        let (rest, last) = text.trim_end().rsplit_once(char::is_whitespace)?;
        last.eq_ignore_ascii_case(word).then(|| rest.trim_end())
    })
}

/// `text` and the operator class after it, which stands behind a column, a call, parentheses or a collation.
fn last_word(text: &str) -> Option<(&str, String)> {
    let (rest, last) = text.rsplit_once(char::is_whitespace)?;
    let (rest, class) = (rest.trim_end(), identifier(last)?);
    let ends = rest.ends_with(')') || identifier(rest).is_some() || without_collation(rest).1.is_some();
    ends.then_some((rest, class))
}

/// `text` without the collation at its end, and that.
fn without_collation(text: &str) -> (&str, Option<String>) {
    let parts = text.rsplit_once(char::is_whitespace).and_then(|(rest, last)| {
        let rest = without_words(rest, &["collate"])?;
        Some((rest, Some(identifier(last)?)))
    });
    parts.unwrap_or((text, None))
}

/// The name that `text` is: `email`, `"email"`, `` `t`.`email` ``.
fn identifier(text: &str) -> Option<String> {
    let last = text.rsplit('.').next()?;
    let qualified = text.len() > last.len();
    let bare = |text: &str| {
        let word = |character: char| character.is_alphanumeric() || character == '_';
        (!text.is_empty() && text.chars().all(word) && !text.starts_with(|first: char| first.is_ascii_digit()))
            .then(|| text.to_owned())
    };
    let name = |text: &str| {
        let quoted = ['"', '`'].iter().find_map(|quote| text.strip_prefix(*quote)?.strip_suffix(*quote));
        match quoted {
            Some(inner) if !inner.contains(['"', '`', '.']) => Some(inner.to_owned()),
            Some(_) => None,
            None => bare(text),
        }
    };
    if qualified && text[..text.len() - last.len() - 1].split('.').any(|part| name(part).is_none()) {
        return None;
    }
    name(last)
}

/// `title(10)`: the first characters of a column.
fn prefix(text: &str) -> Option<(String, u32)> {
    let (column, length) = text.strip_suffix(')')?.split_once('(')?;
    Some((identifier(column.trim())?, length.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_that_is_a_column_is_read_as_one() {
        for (family, text, expected) in [
            (Family::Postgresql, "\"created_at\" desc", "created_at desc"),
            (Family::Postgresql, "created_at DESC NULLS LAST", "created_at desc last"),
            (Family::Postgresql, "created_at asc nulls last", "created_at"),
            (Family::Postgresql, "\"title\" gin_trgm_ops", "title gin_trgm_ops"),
            (Family::Postgresql, "lower(\"email\")", "(lower(\"email\"))"),
            (Family::Postgresql, "lower(\"email\") desc", "(lower(\"email\")) desc"),
            (Family::Postgresql, "'a' || b", "('a' || b)"),
            (Family::Postgresql, "(data->'x') jsonb_path_ops", "((data->'x')) jsonb_path_ops"),
            (Family::Postgresql, "lower(a) text_pattern_ops DESC", "(lower(a)) text_pattern_ops desc"),
            (Family::Postgresql, "lower(a) collate \"C\" text_pattern_ops", "(lower(a)) text_pattern_ops C"),
            (Family::Postgresql, "a COLLATE pg_catalog.\"C\" asc", "a C"),
            (Family::Postgresql, "(\"a\" collate \"C\") public.gin_trgm_ops", "a gin_trgm_ops C"),
            (Family::Postgresql, "(a)", "a"),
            (Family::Postgresql, "(a + 1)", "((a + 1))"),
            (Family::Postgresql, "(a) + (b)", "((a) + (b))"),
            (Family::Postgresql, "a is null", "(a is null)"),
            (Family::Sqlite, "a collate nocase desc", "a nocase desc"),
            (Family::Mysql, "`title`(10)", "title 10"),
            (Family::Mysql, "`t`.`title`", "title"),
            (Family::Sqlite, "a", "a"),
        ] {
            let key = IndexColumn { expression: text.into(), is_expression: true, ..Default::default() };
            let plain = plain(family, &key);
            let mut found =
                if plain.is_expression { format!("({})", plain.expression) } else { plain.expression.clone() };
            for word in [
                plain.operator_class.clone(),
                plain.collation.clone(),
                plain.prefix_length.map(|length| length.to_string()),
                plain.descending.then(|| "desc".into()),
                plain.nulls_first.map(|first| if first { "first".into() } else { "last".into() }),
            ]
            .into_iter()
            .flatten()
            {
                found = format!("{found} {word}");
            }
            assert_eq!(found, expected, "{text}");
        }
    }
}
