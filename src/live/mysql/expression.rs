//! From the text in which a server keeps an expression to the SQL that it stands for.

/// MySQL's information_schema escapes a whole expression once more, and gives its strings the character set of the
/// connection that created it: `_utf8mb4\'it\\\'s\'` stands for `'it\'s'`.
pub(super) fn of_mysql(stored: &str) -> String {
    without_introducers(&unescaped(stored))
}

fn unescaped(stored: &str) -> String {
    let mut result = String::with_capacity(stored.len());
    let mut characters = stored.chars();
    while let Some(character) = characters.next() {
        let escaped = if character == '\\' { characters.next() } else { None };
        result.push(match escaped {
            None => character,
            Some('n') => '\n',
            Some('r') => '\r',
            Some('0') => '\0',
            Some(other) => other,
        });
    }
    result
}

/// `_utf8mb4'x'` as people write it. Another character set changes what a string means, and stays.
fn without_introducers(sql: &str) -> String {
    const INTRODUCER: &str = "_utf8mb4";
    let mut result = String::with_capacity(sql.len());
    for piece in pieces(sql) {
        if piece.starts_with('\'') && result.ends_with(INTRODUCER) {
            let start = result.len() - INTRODUCER.len();
            if !result[..start].ends_with(|before: char| before.is_alphanumeric() || "_$".contains(before)) {
                result.truncate(start);
            }
        }
        result.push_str(piece);
    }
    result
}

/// Views are kept with the database's name before each table: `` `shop`.`orders`.`id` ``. Nobody writes it.
pub(super) fn without_database(sql: &str, database: &str) -> String {
    let name = format!("`{}`", database.replace('`', "``"));
    let all = pieces(sql);
    let is_qualifier =
        |index: usize| all[index] == name && all.get(index + 1).is_some_and(|next| next.starts_with('.'));
    // Where a table or a column is called like the database, it cannot be told which is meant.
    if (0..all.len())
        .any(|index| all[index] == name && (!is_qualifier(index) || index > 0 && all[index - 1].ends_with('.')))
    {
        return sql.to_owned();
    }
    let mut result = String::with_capacity(sql.len());
    let mut after_qualifier = false;
    for (index, piece) in all.iter().enumerate() {
        if is_qualifier(index) {
            after_qualifier = true;
            continue;
        }
        result.push_str(if after_qualifier { &piece[1..] } else { piece });
        after_qualifier = false;
    }
    result
}

/// Cuts a text into its quoted pieces and what stands between them.
fn pieces(sql: &str) -> Vec<&str> {
    let mut result = Vec::new();
    let mut rest = sql;
    while !rest.is_empty() {
        let length = match rest.chars().next() {
            Some(quote @ ('\'' | '"' | '`')) => quoted_length(rest, quote),
            _ => rest.find(['\'', '"', '`']).unwrap_or(rest.len()),
        };
        let (piece, after) = rest.split_at(length);
        result.push(piece);
        rest = after;
    }
    result
}

/// The length of the quoted text at the start of `text`. A doubled quote, and in a string a backslash's next, is part of it.
fn quoted_length(text: &str, quote: char) -> usize {
    let mut characters = text.char_indices().skip(1).peekable();
    while let Some((at, character)) = characters.next() {
        if character == '\\' && quote != '`' {
            characters.next();
        } else if character == quote {
            match characters.peek() {
                Some((_, next)) if *next == quote => drop(characters.next()),
                _ => return at + quote.len_utf8(),
            }
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::Family;

    /// What a server has made of `concat(a, 'it''s \\ "q" \n', _latin1'x', N'nat')` and the like.
    #[test]
    fn stored_expressions_become_sql() {
        for (stored, expected) in [
            (
                r#"concat(`a`,_utf8mb4\'it\\\'s \\\\ "q" \\n\',_latin1\'x\')"#,
                r#"concat(`a`,'it\'s \\ "q" \n',_latin1'x')"#,
            ),
            (r"(`b` like _utf8mb4\'%\\\\_x%\')", r"(`b` like '%\\_x%')"),
            (r"`_utf8mb4` = my_utf8mb4\'x\'", "`_utf8mb4` = my_utf8mb4'x'"),
            (r"json_object(_utf8mb4\'k\',_utf8mb4\'_utf8mb4\\\'\')", r"json_object('k','_utf8mb4\'')"),
            ("now()", "now()"),
            ("'", "'"),
            ("\\", "\\"),
            ("é`ü", "é`ü"),
        ] {
            assert_eq!(of_mysql(stored), expected);
        }
    }

    #[test]
    fn the_databases_name_goes_where_it_only_qualifies() {
        for (sql, expected) in [
            ("select `o`.`a`.`id` AS `id` from `o`.`a`", "select `a`.`id` AS `id` from `a`"),
            (
                "select 'a `o`.`b`' AS `x` from (`o`.`a` join `p`.`b`)",
                "select 'a `o`.`b`' AS `x` from (`a` join `p`.`b`)",
            ),
            ("select `o`.`id` from `o`.`a` `o`", "select `o`.`id` from `o`.`a` `o`"),
            ("select `o`.`o`.`id` from `o`.`o`", "select `o`.`o`.`id` from `o`.`o`"),
        ] {
            assert_eq!(without_database(sql, "o"), expected);
        }
    }

    #[test]
    fn strings_are_quoted() {
        assert_eq!(Family::Mysql.literal(r"it's C:\dir"), r"'it''s C:\\dir'");
    }
}
