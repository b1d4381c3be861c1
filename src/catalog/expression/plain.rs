//! The defaults that most columns have, compared without parsing them.

use crate::catalog::Family;

/// Whether `a` and `b` are one string, with or without the cast that the server puts behind it.
pub(super) fn same_string(family: Family, a: &str, b: &str) -> bool {
    matches!((content(family, a), content(family, b)), (Some(a), Some(b)) if a == b)
}

/// What stands between the quotes of `'x'` and `'x'::text`; `None` where it takes more than that to tell.
fn content(family: Family, text: &str) -> Option<&str> {
    let (content, cast) = text.strip_prefix('\'')?.split_once('\'')?;
    let type_name = match family {
        Family::Postgresql => cast.strip_prefix("::"),
        Family::Mysql | Family::Sqlite => None,
    };
    // Modifiers may cut the value off.
    let is_type = |name: &str| name.chars().all(|letter| letter.is_alphanumeric() || "_ .\"[]".contains(letter));
    ((cast.is_empty() || type_name.is_some_and(is_type)) && !content.contains('\\')).then_some(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_plain_is_told() {
        for (a, b, expected) in [
            ("'a'", "'a'::text", true),
            ("'{}'::jsonb", "'{}'", true),
            ("'a'", "'a'::\"Mood\"", true),
            ("''", "''::character varying", true),
            ("'a'", "'b'::text", false),
            ("'abc'", "'abc'::varchar(2)", false),
            ("'it''s'", "'it''s'::text", false),
            ("'a' || 'b'", "'a' || 'b'", false),
            ("a", "a", false),
            ("'", "'", false),
        ] {
            assert_eq!(same_string(Family::Postgresql, a, b), expected, "{a} and {b}");
        }
        assert!(!same_string(Family::Sqlite, "'a'", "'a'::text"));
    }
}
