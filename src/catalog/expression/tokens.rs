//! SQL as words: equal but for space, comments and the case of what is not quoted. For texts that do not parse.

use sqlparser::tokenizer::{Token, Tokenizer};

use super::parse::grammar;
use crate::catalog::{Dialect, Family};

/// Whether `a` and `b` are the same words.
pub(super) fn equal(dialect: Dialect, a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let words = |text| words(dialect.family(), text);
    matches!((words(a), words(b)), (Some(a), Some(b)) if a == b)
}

/// The words of `text`; `None` where it cannot be cut into words.
fn words(family: Family, text: &str) -> Option<Vec<String>> {
    let tokens = Tokenizer::new(grammar(family), text).tokenize().ok()?;
    let words = tokens.into_iter().filter_map(|token| match token {
        Token::Whitespace(_) => None,
        // A quoted name that needs no quotes is the name without them; one that does keeps them.
        Token::Word(word) if word.quote_style.is_none() => Some(word.value.to_lowercase()),
        Token::Word(word) if family != Family::Postgresql || is_plain(&word.value) => Some(word.value.to_lowercase()),
        other => Some(other.to_string()),
    });
    Some(words.collect())
}

/// Whether a name of PostgreSQL means the same with and without quotes.
fn is_plain(name: &str) -> bool {
    name.chars().all(|letter| letter == '_' || letter.is_ascii_lowercase() || letter.is_ascii_digit())
}
