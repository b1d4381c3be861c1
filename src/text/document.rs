//! One file's text with its line index: the only place where bytes become lines and columns, and back.

use std::sync::Arc;

use line_index::{LineIndex, TextSize, WideEncoding, WideLineCol};

use super::{Span, TextEdit};

/// How columns are counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encoding {
    /// Code units of UTF-16: what every editor understands, and what our JSON speaks.
    #[default]
    Utf16,
    /// Bytes.
    Utf8,
}

/// A line and a column, both from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The column, in units of an [`Encoding`].
    pub character: u32,
}

/// A half-open range of positions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct PositionRange {
    /// Where it starts.
    pub start: Position,
    /// Where it ends.
    pub end: Position,
}

/// A text that knows its lines. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Document {
    text: Arc<str>,
    lines: Arc<LineIndex>,
}

impl PartialEq for Document {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Document {}

impl Document {
    /// Indexes `text`.
    pub fn new(text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        Self { lines: Arc::new(LineIndex::new(&text)), text }
    }

    /// The whole text.
    pub fn text(&self) -> &Arc<str> {
        &self.text
    }

    /// The position of byte `offset`, clamped to the text and down to a character boundary.
    pub fn position(&self, offset: usize, encoding: Encoding) -> Position {
        let offset = self.text.floor_char_boundary(offset.min(self.text.len()));
        let bytes = self.lines.line_col(size(offset));
        match encoding {
            Encoding::Utf8 => Position { line: bytes.line, character: bytes.col },
            Encoding::Utf16 => {
                let wide = self.lines.to_wide(WideEncoding::Utf16, bytes);
                Position { line: bytes.line, character: wide.map_or(bytes.col, |wide| wide.col) }
            }
        }
    }

    /// The positions of `span`.
    pub fn range(&self, span: Span, encoding: Encoding) -> PositionRange {
        PositionRange { start: self.position(span.start, encoding), end: self.position(span.end, encoding) }
    }

    /// The byte offset of `position`. As the protocol has it, a column past the end of its line means the line's end and
    /// a line past the end means the text's end; a column inside a character means the character's start.
    pub fn offset(&self, position: Position, encoding: Encoding) -> usize {
        let Some(line) = self.lines.line(position.line) else { return self.text.len() };
        let start = usize::from(line.start());
        let content = self.text[start..usize::from(line.end())].trim_end_matches(['\n', '\r']);
        let column = match encoding {
            Encoding::Utf8 => position.character as usize,
            Encoding::Utf16 => {
                let wide = WideLineCol { line: position.line, col: position.character };
                let wide_length = content.encode_utf16().count();
                if position.character as usize >= wide_length {
                    content.len()
                } else {
                    self.lines.to_utf8(WideEncoding::Utf16, wide).map_or(content.len(), |bytes| bytes.col as usize)
                }
            }
        };
        self.text.floor_char_boundary(start + column.min(content.len()))
    }

    /// The bytes of `range`; an inverted range is taken as empty.
    pub fn span(&self, range: PositionRange, encoding: Encoding) -> Span {
        let start = self.offset(range.start, encoding);
        Span::new(start, self.offset(range.end, encoding).max(start))
    }

    /// The document with one change made, as an editor's incremental sync describes it (`range` absent: the whole text).
    pub fn changed(&self, range: Option<PositionRange>, text: &str, encoding: Encoding) -> Self {
        match range {
            None => Self::new(text),
            Some(range) => {
                let edit = TextEdit { span: self.span(range, encoding), text: text.into() };
                Self::new(super::apply(&self.text, &[edit]))
            }
        }
    }

    /// The text of line `line`, without its line break; empty past the end.
    pub fn line(&self, line: u32) -> &str {
        self.lines
            .line(line)
            .map_or("", |range| &self.text[usize::from(range.start())..usize::from(range.end())])
            .trim_end_matches(['\n', '\r'])
    }
}

fn size(offset: usize) -> TextSize {
    TextSize::try_from(offset).unwrap_or_else(|_| TextSize::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn columns_count_in_the_asked_units() {
        let document = Document::new("a\nä😀b\r\n");
        let offset = "a\nä😀".len();
        assert_eq!(document.position(offset, Encoding::Utf16), Position { line: 1, character: 3 });
        assert_eq!(document.position(offset, Encoding::Utf8), Position { line: 1, character: 6 });
    }

    #[test]
    fn positions_outside_are_clamped() {
        let document = Document::new("one\r\ntwo");
        for encoding in [Encoding::Utf8, Encoding::Utf16] {
            assert_eq!(document.offset(Position { line: 0, character: 99 }, encoding), 3);
            assert_eq!(document.offset(Position { line: 9, character: 0 }, encoding), 8);
        }
    }

    fn text() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            prop_oneof![
                Just("a"),
                Just("é"),
                Just("😀"),
                Just("\n"),
                Just("\r\n"),
                Just("\r"),
                Just("\u{feff}"),
                Just("漢")
            ],
            0..40,
        )
        .prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn offsets_survive_the_round_trip(text in text(), seed in 0usize..200) {
            let document = Document::new(text.as_str());
            let offset = text.floor_char_boundary(seed.min(text.len()));
            // Inside a line break there is no position of its own: the line's end stands for it.
            prop_assume!(!(offset > 0 && text.as_bytes()[offset - 1] == b'\r'));
            for encoding in [Encoding::Utf8, Encoding::Utf16] {
                let position = document.position(offset, encoding);
                prop_assert_eq!(document.offset(position, encoding), offset);
            }
        }

        #[test]
        fn incremental_changes_equal_the_model(text in text(), insert in text(), a in 0usize..60, b in 0usize..60) {
            let document = Document::new(text.as_str());
            for encoding in [Encoding::Utf8, Encoding::Utf16] {
                let mut offsets = [a, b].map(|at| text.floor_char_boundary(at.min(text.len())));
                offsets.sort_unstable();
                let range = PositionRange {
                    start: document.position(offsets[0], encoding),
                    end: document.position(offsets[1], encoding),
                };
                let span = document.span(range, encoding);
                let changed = document.changed(Some(range), &insert, encoding);
                let expected = format!("{}{}{}", &text[..span.start], insert, &text[span.end..]);
                prop_assert_eq!(&**changed.text(), expected.as_str());
            }
        }
    }
}
