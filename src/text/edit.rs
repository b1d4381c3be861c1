//! Text edits, and applying them.

use super::{FilePath, Span};

/// Replace the bytes of `span` with `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// What is replaced; empty where something is inserted.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}

/// All edits of one file, or its creation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileEdit {
    /// The file.
    pub file: FilePath,
    /// Whether the file does not exist yet; its one edit then inserts the whole text at 0.
    pub create: bool,
    /// The edits, disjoint, with spans that refer to the text before any of them.
    pub edits: Vec<TextEdit>,
}

/// `text` with `edits` applied. The spans must be disjoint, lie inside the text and on character boundaries.
pub fn apply(text: &str, edits: &[TextEdit]) -> String {
    let mut ordered: Vec<&TextEdit> = edits.iter().collect();
    ordered.sort_by_key(|edit| edit.span);
    let mut result = String::with_capacity(text.len() + edits.iter().map(|edit| edit.text.len()).sum::<usize>());
    let mut position = 0;
    for edit in ordered {
        result.push_str(&text[position..edit.span.start]);
        result.push_str(&edit.text);
        position = edit.span.end;
    }
    result.push_str(&text[position..]);
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edits_apply_in_any_order() {
        let edits = [
            TextEdit { span: Span::new(6, 11), text: "there".into() },
            TextEdit { span: Span::empty(0), text: ">".into() },
        ];
        assert_eq!(apply("hello world", &edits), ">hello there");
    }
}
