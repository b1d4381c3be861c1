//! Reading TypeScript just far enough to add to a list: brackets, strings and comments.

use crate::text::{Span, TextEdit};

/// The offset behind what starts at `at`: a whole string, template or comment, else one character.
fn skip(text: &str, at: usize) -> usize {
    let rest = &text[at..];
    if rest.starts_with("//") {
        return at + rest.find('\n').unwrap_or(rest.len());
    }
    if rest.starts_with("/*") {
        return at + rest.find("*/").map_or(rest.len(), |end| end + 2);
    }
    let Some(first) = rest.chars().next() else { return text.len() };
    if !matches!(first, '"' | '\'' | '`') {
        return at + first.len_utf8();
    }
    let mut position = at + 1;
    while position < text.len() {
        let rest = &text[position..];
        if let Some(escaped) = rest.strip_prefix('\\') {
            position += 1 + escaped.chars().next().map_or(0, char::len_utf8);
        } else if first == '`' && rest.starts_with("${") {
            position = closing(text, position + 1).map_or(text.len(), |close| close + 1);
        } else {
            let character = rest.chars().next().map_or(1, char::len_utf8);
            position += character;
            if rest.starts_with(first) {
                return position;
            }
        }
    }
    text.len()
}

fn is_comment(text: &str, at: usize) -> bool {
    text[at..].starts_with("//") || text[at..].starts_with("/*")
}

/// The offset of the bracket that closes the one at `open`.
pub(super) fn closing(text: &str, open: usize) -> Option<usize> {
    let mut depth = 0_usize;
    let mut position = open;
    while position < text.len() {
        match text.as_bytes()[position] {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(position);
                }
            }
            _ => {}
        }
        position = skip(text, position);
    }
    None
}

/// What stands between the brackets of `list`, cut at the commas of its own level; without surrounding space and comments.
pub(super) fn items(text: &str, list: Span) -> Vec<Span> {
    let end = list.end.saturating_sub(1);
    let mut items = Vec::new();
    let mut item: Option<Span> = None;
    let mut position = list.start + 1;
    while position < end {
        let byte = text.as_bytes()[position];
        let next = match byte {
            b'(' | b'[' | b'{' => closing(text, position).map_or(end, |close| close + 1),
            _ => skip(text, position),
        }
        .min(end);
        if byte == b',' {
            items.extend(item.take());
        } else if !byte.is_ascii_whitespace() && !is_comment(text, position) {
            item = Some(Span::new(item.map_or(position, |item| item.start), next));
        }
        position = next;
    }
    items.extend(item);
    items
}

/// The space at the start of the line in which `at` stands.
pub(super) fn indentation(text: &str, at: usize) -> &str {
    let start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &text[start..];
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// `block` with `indent` in front of every line but the first.
pub(super) fn indented(block: &str, indent: &str) -> String {
    block.replace('\n', &format!("\n{indent}"))
}

/// The edits that put `added` behind the last item of the bracketed `list`, the way the list is laid out. `unit` is one
/// step of indentation, for a list that has no line to copy it from.
pub(super) fn append(text: &str, list: Span, added: &[String], unit: &str) -> Vec<TextEdit> {
    let inner = Span::new(list.start + 1, list.end - 1);
    let present = items(text, list);
    let padding = if text[list.range()].starts_with('{') { " " } else { "" };
    let Some(last) = present.last().copied() else {
        let joined = added.join(", ");
        return match text[inner.range()].trim().is_empty() {
            true if joined.contains('\n') => {
                let outer = indentation(text, list.start);
                let indent = format!("{outer}{unit}");
                let lines: String =
                    added.iter().map(|item| format!("\n{indent}{},", indented(item, &indent))).collect();
                vec![TextEdit { span: inner, text: format!("{lines}\n{outer}") }]
            }
            true => vec![TextEdit { span: inner, text: format!("{padding}{joined}{padding}") }],
            false => vec![TextEdit { span: Span::empty(inner.end), text: format!("{joined}{padding}") }],
        };
    };
    let comma = text[last.end..inner.end].trim_start().starts_with(',');
    let multiline = text[last.end..inner.end].contains('\n');
    if !multiline {
        let tail = Span::new(last.end, inner.end);
        let joined = format!(", {}", added.join(", "));
        return match text[tail.range()].trim().trim_start_matches(',').is_empty() {
            true => vec![TextEdit { span: tail, text: format!("{joined}{padding}") }],
            false => vec![TextEdit { span: Span::empty(last.end), text: joined }],
        };
    }
    let outer = indentation(text, inner.end);
    let first_line = indentation(text, present[0].start);
    let starts_line = text[..present[0].start].trim_end_matches([' ', '\t']).ends_with('\n');
    let indent = if starts_line { first_line.to_owned() } else { format!("{outer}{unit}") };
    let newline = if text[inner.range()].contains("\r\n") { "\r\n" } else { "\n" };
    let lines: Vec<String> = added.iter().map(|item| format!("{newline}{indent}{}", indented(item, &indent))).collect();
    let mut block = lines.join(",");
    if comma {
        block.push(',');
    }
    let end = inner.start + text[inner.range()].trim_end().len();
    if comma {
        vec![TextEdit { span: Span::empty(end), text: block }]
    } else if end == last.end {
        vec![TextEdit { span: Span::empty(end), text: format!(",{block}") }]
    } else {
        vec![
            TextEdit { span: Span::empty(last.end), text: ",".into() },
            TextEdit { span: Span::empty(end), text: block },
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::apply;

    fn appended(text: &str) -> String {
        let open = text.find(['[', '{']).expect("a list");
        let list = Span::new(open, closing(text, open).expect("closed") + 1);
        apply(text, &append(text, list, &["new".into()], "  "))
    }

    #[test]
    fn lists_grow_the_way_they_are_laid_out() {
        for (before, after) in [
            ("f([])", "f([new])"),
            ("f({})", "f({ new })"),
            ("f([a])", "f([a, new])"),
            ("f([a, b,])", "f([a, b, new])"),
            ("f({ a: 1 })", "f({ a: 1, new })"),
            ("f({ a: 1, })", "f({ a: 1, new })"),
            ("f({\n  a: 1\n})", "f({\n  a: 1,\n  new\n})"),
            ("f({\n  a: 1,\n})", "f({\n  a: 1,\n  new,\n})"),
            ("f({\n\ta: g(\"},\", [`${b({})}`]), // why\n})", "f({\n\ta: g(\"},\", [`${b({})}`]), // why\n\tnew,\n})"),
            ("f({\n\ta: 1 // why\n})", "f({\n\ta: 1, // why\n\tnew\n})"),
            ("f([a /* } */])", "f([a, new /* } */])"),
            ("f({\r\n  a,\r\n})", "f({\r\n  a,\r\n  new,\r\n})"),
        ] {
            assert_eq!(appended(before), after, "{before:?}");
        }
    }

    #[test]
    fn broken_text_gives_an_answer() {
        for text in ["f({ a: '", "f([", "f({ `${", "/*", "f({a: (]})", "{é: 'ß"] {
            if let Some(open) = text.find(['[', '{']) {
                let _ = closing(text, open);
                let _ = items(text, Span::new(open, text.len()));
            }
        }
    }
}
