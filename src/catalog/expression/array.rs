//! PostgreSQL's array literals, taken apart.

use super::node::{Literal, Node};

/// How deep arrays may nest.
const DEEPEST: usize = 8;

/// The elements of `{a,"b c",NULL,{1,2}}`; `None` where it is no array literal.
pub(super) fn parse(text: &str) -> Option<Vec<Node>> {
    let mut letters = text.trim().chars().peekable();
    if letters.next() != Some('{') {
        return None;
    }
    let elements = elements(&mut letters, 0)?;
    letters.all(char::is_whitespace).then_some(elements)
}

type Letters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

/// Reads up to the closing brace.
fn elements(letters: &mut Letters, depth: usize) -> Option<Vec<Node>> {
    let mut read = Vec::new();
    if depth > DEEPEST {
        return None;
    }
    loop {
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
        match *letters.peek()? {
            '}' if read.is_empty() => {
                letters.next();
                return Some(read);
            }
            '{' => {
                letters.next();
                read.push(Node::Array(elements(letters, depth + 1)?));
            }
            '"' => {
                letters.next();
                read.push(Node::text(quoted(letters)?));
            }
            _ => read.push(plain(letters)?),
        }
        while letters.next_if(|letter| letter.is_whitespace()).is_some() {}
        match letters.next()? {
            ',' => {}
            '}' => return Some(read),
            _ => return None,
        }
    }
}

fn quoted(letters: &mut Letters) -> Option<String> {
    let mut text = String::new();
    loop {
        match letters.next()? {
            '"' => return Some(text),
            '\\' => text.push(letters.next()?),
            letter => text.push(letter),
        }
    }
}

fn plain(letters: &mut Letters) -> Option<Node> {
    let mut text = String::new();
    while let Some(letter) = letters.next_if(|letter| !matches!(letter, ',' | '}' | '{' | '"')) {
        if letter == '\\' {
            text.push(letters.next()?);
        } else {
            text.push(letter);
        }
    }
    let text = text.trim();
    match text {
        "" => None,
        _ if text.eq_ignore_ascii_case("null") => Some(Node::Literal(Literal::Null)),
        _ => Some(Node::text(text)),
    }
}
