//! What the grammar does not know, made blank or plain at the same length before a text is parsed.

use std::borrow::Cow;

use super::cut::Brackets;

/// `text` with the type arguments of tagged templates made blank: the grammar takes those of `` sql<string>`...` `` for
/// comparisons.
pub(super) fn without_type_arguments(text: &str) -> Cow<'_, str> {
    if !text.contains('`') || !text.contains('<') {
        return Cow::Borrowed(text);
    }
    let mut brackets = Brackets::default();
    brackets.feed(text);
    let mut masked: Option<Vec<u8>> = None;
    for close in brackets.after_angle() {
        if let Some(open) = opening(text.as_bytes(), *close) {
            masked.get_or_insert_with(|| text.as_bytes().to_vec())[open..=*close].fill(b' ');
        }
    }
    masked.and_then(|bytes| String::from_utf8(bytes).ok()).map_or(Cow::Borrowed(text), Cow::Owned)
}

/// Where the `<` stands that belongs to the `>` at `close`, if types are between them.
fn opening(bytes: &[u8], close: usize) -> Option<usize> {
    let mut depth = 1usize;
    if bytes[..close].ends_with(b"=") {
        return None;
    }
    for at in (0..close).rev() {
        match bytes[at] {
            b'>' if !bytes[..at].ends_with(b"=") => depth += 1,
            b'<' => depth -= 1,
            b'`' => return None,
            _ => {}
        }
        if depth == 0 {
            let inside = &bytes[at + 1..close];
            let calculates = ["&&", "||", "=="].iter().any(|it| inside.windows(2).any(|pair| pair == it.as_bytes()));
            let tag = at.checked_sub(1).map(|before| bytes[before]);
            let is_tag = tag.is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | b')'));
            return (is_tag && !calculates && !inside.is_empty()).then_some(at);
        }
    }
    None
}

/// `text` with `import("module")` of types made a plain name of the same length: the grammar does not know it in type
/// arguments. As a value it is not read either way.
pub(super) fn without_type_imports(text: &str) -> Option<String> {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    let mut from = 0;
    while let Some(found) = rest[from..].find("import(") {
        let at = from + found;
        let quote = rest[at + 7..].chars().next().filter(|quote| *quote == '"' || *quote == '\'');
        let end = quote.and_then(|quote| {
            let close = rest[at + 8..].find(quote)? + at + 9;
            rest[close..].starts_with(')').then_some(close + 1)
        });
        match end {
            Some(end) => {
                masked.push_str(&rest[..at]);
                masked.extend(std::iter::repeat_n('_', end - at));
                rest = &rest[end..];
                from = 0;
            }
            None => from = at + 7,
        }
    }
    if masked.is_empty() {
        return None;
    }
    masked.push_str(rest);
    Some(masked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_arguments_of_tagged_templates_are_blank() {
        let blank = |text: &str| without_type_arguments(text).into_owned();
        assert_eq!(blank("sql<string>`a`"), "sql        `a`");
        assert_eq!(blank("sql<{ a: () => Map<string, number[]>; }> `a`"), format!("sql{}`a`", " ".repeat(38)));
        assert_eq!(blank("f(sql<A | null>`a<b>`)"), "f(sql          `a<b>`)");
        for kept in ["a < b && c > `d`", "'x<b>' + `y<b>`", "x => `a`", "`a<${b}>`", "`</b>`"] {
            assert_eq!(blank(kept), kept);
        }
    }
}
