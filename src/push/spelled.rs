//! Parts of SQL texts that the planners of all dialects read back.

/// What stands in the first pair of parentheses behind `word`.
pub(super) fn in_parentheses<'s>(sql: &'s str, word: &str) -> Option<&'s str> {
    let start = sql.find(word)? + word.len();
    let rest = &sql[start..];
    let open = rest.find('(')?;
    let mut depth = 0_usize;
    let mut quote: Option<char> = None;
    for (at, letter) in rest[open..].char_indices() {
        match (quote, letter) {
            (Some(mark), letter) if letter == mark => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(letter),
            (None, '(') => depth += 1,
            (None, ')') => {
                depth -= 1;
                if depth == 0 {
                    return Some(&rest[open + 1..open + at]);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether a condition is made of comparisons of plain columns and values only, so that to ask for it does nothing else.
pub(super) fn is_harmless(condition: &str) -> bool {
    const FUNCTIONS: &[&str] =
        &["length", "char_length", "lower", "upper", "btrim", "trim", "abs", "coalesce", "in", "and", "or", "not"];
    let mut rest = condition;
    if [";", "--", "/*", "\\", "$"].iter().any(|mark| condition.contains(mark)) {
        return false;
    }
    while let Some(open) = rest.find('(') {
        let before = rest[..open].trim_end();
        let start = before
            .rfind(|letter: char| !letter.is_alphanumeric() && letter != '_' && !['"', '`', '.'].contains(&letter));
        let word = &before[start.map_or(0, |start| start + 1)..];
        if !word.is_empty() && !FUNCTIONS.contains(&word.to_lowercase().as_str()) {
            return false;
        }
        rest = &rest[open + 1..];
    }
    !condition.to_lowercase().contains("select")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_conditions_without_side_effects_are_asked() {
        for harmless in [
            "\"a\" > 0",
            "(a is null) or (b in ('x', 'y'))",
            "(`t`.`a` > 0) and (`b` > 1)",
            "length(\"a\") < 5 and not (b = 1)",
        ] {
            assert!(is_harmless(harmless), "{harmless}");
        }
        for harmful in ["pg_sleep(5) is null", "a > (select 1)", "f (a)", "\"f\"(a)", "`f`(a)", "1 = 1; drop table t"] {
            assert!(!is_harmless(harmful), "{harmful}");
        }
    }
}
