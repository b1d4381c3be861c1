//! Cuts a file into islands: top-level statements, found by the keywords that start one at column 0.
//!
//! A half-typed statement then spoils its own island only, where a parser that sees the whole file would lose half of it.

use std::ops::Range;

/// What starts a statement, at column 0.
const KEYWORDS: &[&str] = &[
    "export",
    "const",
    "let",
    "var",
    "import",
    "function",
    "async",
    "class",
    "type",
    "interface",
    "enum",
    "declare",
    "abstract",
];

/// The islands of `text`, in order; joined they are `text`. An island may still be a piece only of a statement, where a
/// keyword stands at column 0 inside a comment or a template.
pub fn cut(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut islands = Vec::new();
    let mut start = 0;
    let mut line = 0;
    while line < bytes.len() {
        if line > start && starts_statement(&bytes[line..]) {
            islands.push(start..line);
            start = line;
        }
        line = match bytes[line..].iter().position(|byte| *byte == b'\n') {
            Some(length) => line + length + 1,
            None => bytes.len(),
        };
    }
    if start < bytes.len() {
        islands.push(start..bytes.len());
    }
    islands
}

fn starts_statement(line: &[u8]) -> bool {
    matches!(line.first(), Some(b'a' | b'c' | b'd' | b'e' | b'f' | b'i' | b'l' | b't' | b'v'))
        && KEYWORDS.iter().any(|keyword| {
            line.starts_with(keyword.as_bytes()) && !line.get(keyword.len()).copied().is_some_and(is_identifier)
        })
}

fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'$' || byte >= 0x80
}

/// Follows brackets, strings, templates and comments, so far as needed to tell whether a text is complete.
#[derive(Debug, Default)]
pub struct Brackets {
    open: Vec<Open>,
    /// The last byte that was neither blank nor comment: tells a regular expression from a division.
    before: u8,
    /// Where that stands, in the text of the last call.
    place: usize,
    after_angle: Vec<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Bracket,
    Template,
    Comment,
}

impl Brackets {
    /// Reads on.
    pub fn feed(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            let byte = bytes[at];
            match self.open.last() {
                Some(Open::Comment) => {
                    if bytes[at..].starts_with(b"*/") {
                        self.open.pop();
                        at += 1;
                    }
                }
                Some(Open::Template) => match byte {
                    b'\\' => at += 1,
                    b'`' => {
                        self.open.pop();
                        self.before = b'`';
                    }
                    b'$' if bytes.get(at + 1) == Some(&b'{') => {
                        self.open.push(Open::Bracket);
                        at += 1;
                    }
                    _ => {}
                },
                _ => {
                    at = self.code(bytes, at);
                    continue;
                }
            }
            at += 1;
        }
    }

    /// Where a `>` stands with a template behind it, in the text of the only call.
    pub fn after_angle(&self) -> &[usize] {
        &self.after_angle
    }

    /// Whether everything that was opened has been closed.
    pub fn is_closed(&self) -> bool {
        self.open.is_empty()
    }

    fn code(&mut self, bytes: &[u8], at: usize) -> usize {
        let byte = bytes[at];
        let mut next = at + 1;
        match byte {
            b'(' | b'[' | b'{' => self.open.push(Open::Bracket),
            b')' | b']' | b'}' if self.open.last() == Some(&Open::Bracket) => {
                self.open.pop();
            }
            b'`' => {
                if self.before == b'>' {
                    self.after_angle.push(self.place);
                }
                self.open.push(Open::Template);
            }
            b'"' | b'\'' => next = end_of_literal(bytes, next, byte),
            b'/' if bytes.get(next) == Some(&b'/') => {
                return bytes[at..].iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |length| at + length);
            }
            b'/' if bytes.get(next) == Some(&b'*') => {
                self.open.push(Open::Comment);
                return next + 1;
            }
            b'/' if !(is_identifier(self.before) || matches!(self.before, b')' | b']' | b'"' | b'\'' | b'`')) => {
                next = end_of_literal(bytes, next, b'/');
            }
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            (self.before, self.place) = (byte, at);
        }
        next
    }
}

/// The offset after the literal that `quote` ends; a line's end ends it too.
fn end_of_literal(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    let mut in_class = false;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\n' => return at,
            b'[' if quote == b'/' => in_class = true,
            b']' if quote == b'/' => in_class = false,
            byte if byte == quote && !in_class => return at + 1,
            _ => {}
        }
        at += 1;
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        cut(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn statements_at_column_0_are_islands() {
        let text = "// first\nimport a from 'a'\n\nexport const b = {\n  c: 1,\n}\nexported()\nconst d = 2";
        assert_eq!(
            pieces(text),
            ["// first\n", "import a from 'a'\n\n", "export const b = {\n  c: 1,\n}\nexported()\n", "const d = 2"]
        );
    }

    #[test]
    fn brackets_see_through_strings_templates_comments_and_regular_expressions() {
        for (text, closed) in [
            ("f({ a: '}' })", true),
            ("f({", false),
            ("`${ {a: `}`}.a } {`", true),
            ("`abc", false),
            ("/* { ", false),
            ("// {", true),
            ("x.replace(/[{\"/]/g, '')", true),
            ("a / b / (c)", true),
        ] {
            let mut brackets = Brackets::default();
            brackets.feed(text);
            assert_eq!(brackets.is_closed(), closed, "{text}");
        }
    }

    proptest! {
        #[test]
        fn islands_join_back_to_the_file(text in "((export |const |let |import )?[a-z{}()`'\"/*é ]{0,12}\n?){0,12}") {
            prop_assert_eq!(pieces(&text).concat(), text.clone());
            Brackets::default().feed(&text);
        }
    }
}
