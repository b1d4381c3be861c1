//! From text to normal form: the SQL parser as it is set up for each dialect.

use sqlparser::dialect::{Dialect as Grammar, MySqlDialect, PostgreSqlDialect, SQLiteDialect};
use sqlparser::keywords::Keyword;
use sqlparser::parser::Parser;
use sqlparser::tokenizer::{Token, TokenWithSpan, Tokenizer};

use super::lower::Lowering;
use super::node::Node;
use super::query;
use crate::catalog::Family;

/// Longer texts are not parsed.
const MOST_TOKENS: usize = 8_000;
/// Nor are longer chains of operators, which become trees as deep as they are long.
const MOST_OPERATORS: usize = 500;
/// How deep parentheses may nest.
const DEEPEST: usize = 100;

/// The parser's name for a dialect.
pub(super) fn grammar(family: Family) -> &'static dyn Grammar {
    match family {
        Family::Postgresql => &PostgreSqlDialect {},
        Family::Mysql => &MySqlDialect {},
        Family::Sqlite => &SQLiteDialect {},
    }
}

/// `text` as an expression; `None` where it does not parse as one.
pub(super) fn expression(family: Family, text: &str) -> Option<Node> {
    let mut parser = parser(family, text)?;
    let expr = parser.parse_expr().ok()?;
    (parser.peek_token_ref().token == Token::EOF).then(|| Lowering::new(family).expression(&expr))?
}

/// `text` as a query.
pub(super) fn query(family: Family, text: &str) -> Option<Node> {
    let mut parser = parser(family, text.trim().trim_end_matches(';'))?;
    let parsed = parser.parse_query().ok()?;
    (parser.peek_token_ref().token == Token::EOF).then(|| query::lower(Lowering::new(family), &parsed))?
}

fn parser(family: Family, text: &str) -> Option<Parser<'static>> {
    // To the parser an escaped `v` is a letter, to PostgreSQL's newer versions it is a vertical tab.
    if family == Family::Postgresql && text.contains("\\v") {
        return None;
    }
    let grammar = grammar(family);
    let mut tokens: Vec<TokenWithSpan> = Tokenizer::new(grammar, text).tokenize_with_location().ok()?;
    tokens.retain(|token| !matches!(token.token, Token::Whitespace(_)));
    readable(family, &mut tokens);
    let operators = tokens.iter().filter(|token| is_operator(&token.token)).count();
    (tokens.len() <= MOST_TOKENS && operators <= MOST_OPERATORS)
        .then(|| Parser::new(grammar).with_recursion_limit(DEEPEST).with_tokens_with_locations(tokens))
}

/// Whether a token may lengthen a chain.
fn is_operator(token: &Token) -> bool {
    use Token::{Comma, LParen, Number, RParen, SingleQuotedString};
    match token {
        Token::Word(word) => word.quote_style.is_none() && word.keyword != Keyword::NoKeyword,
        token => !matches!(token, Comma | LParen | Number(..) | RParen | SingleQuotedString(_) | Token::EOF),
    }
}

/// Puts words that the parser stumbles over into others: FROM in `TRIM(BOTH FROM x)`, MySQL's signs for AND and OR, its
/// infix MOD, and the character set of a cast.
fn readable(family: Family, tokens: &mut Vec<TokenWithSpan>) {
    let keyword = |token: Option<&TokenWithSpan>| match token.map(|token| &token.token) {
        Some(Token::Word(word)) if word.quote_style.is_none() => word.keyword,
        _ => Keyword::NoKeyword,
    };
    let mysql = family == Family::Mysql;
    let mut place = 0;
    while place < tokens.len() {
        let word = |ahead: usize| keyword(tokens.get(place + ahead));
        let infix = tokens.get(place + 1).is_none_or(|next| next.token != Token::LParen);
        let taken = match (word(0), word(1)) {
            (Keyword::BOTH | Keyword::LEADING | Keyword::TRAILING, Keyword::FROM) => 1..2,
            (Keyword::CHARSET, _) if mysql => 0..2,
            (Keyword::CHARACTER, Keyword::SET) if mysql => 0..3,
            _ => 0..0,
        };
        if !taken.is_empty() {
            let end = (place + taken.end).min(tokens.len());
            tokens.drain(place + taken.start..end);
            continue;
        }
        let other = match &tokens[place].token {
            Token::Overlap if mysql => Some(Token::make_keyword("AND")),
            Token::StringConcat if mysql => Some(Token::make_keyword("OR")),
            Token::Word(word) if mysql && place > 0 && infix && word.value.eq_ignore_ascii_case("mod") => {
                Some(Token::Mod)
            }
            _ => None,
        };
        if let Some(other) = other {
            tokens[place].token = other;
        }
        place += 1;
    }
}
