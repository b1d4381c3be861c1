//! Whether a role sees all of a database. information_schema leaves out what it may not use, without a word.

/// Whether `grants`, the lines of SHOW GRANTS, reach every table of `database`. What a role that is granted would add is not
/// told, and taken for enough.
pub(super) fn reach_all(grants: &[String], database: &str) -> bool {
    grants.iter().any(|grant| {
        let Some(rest) = grant.strip_prefix("GRANT ") else { return false };
        let Some((privileges, rest)) = rest.split_once(" ON ") else { return true };
        privileges.split(", ").any(is_for_tables) && reaches(rest, database)
    })
}

/// Whether a privilege lets its holder see tables. One on columns has a list of them.
fn is_for_tables(privilege: &str) -> bool {
    const SUCH: [&str; 12] = [
        "ALL",
        "ALL PRIVILEGES",
        "SELECT",
        "INSERT",
        "UPDATE",
        "DELETE",
        "CREATE",
        "DROP",
        "ALTER",
        "INDEX",
        "REFERENCES",
        "TRIGGER",
    ];
    SUCH.contains(&privilege.trim())
}

/// Whether `*.*` or `` `app\_%`.* ``, at the start of `object`, takes in `database`.
fn reaches(object: &str, database: &str) -> bool {
    if object.starts_with("*.*") {
        return true;
    }
    let Some(quoted) = object.strip_prefix('`').and_then(|rest| rest.split_once("`.* ")) else { return false };
    fits(&quoted.0.replace("``", "`"), database)
}

/// `%` and `_` as LIKE has them, a backslash before one taking its meaning.
fn fits(pattern: &str, text: &str) -> bool {
    let mut pattern_rest = pattern.chars();
    match pattern_rest.next() {
        None => text.is_empty(),
        Some('%') => {
            let rest = pattern_rest.as_str();
            text.char_indices().any(|(at, _)| fits(rest, &text[at..])) || fits(rest, "")
        }
        Some(first) => {
            let wanted = if first == '\\' { pattern_rest.next().unwrap_or('\\') } else { first };
            let mut text_rest = text.chars();
            let same = text_rest.next().is_some_and(|found| found == wanted || first == '_');
            same && fits(pattern_rest.as_str(), text_rest.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grants_on_the_whole_database_are_told_from_others() {
        for (grants, expected) in [
            (&["GRANT USAGE ON *.* TO `a`@`%`", "GRANT SELECT, SHOW VIEW ON `app`.* TO `a`@`%`"][..], true),
            (&["GRANT SELECT ON *.* TO `a`@`%`"], true),
            (&["GRANT ALL PRIVILEGES ON `app\\_%`.* TO `a`@`%`"], false),
            (&["GRANT ALL PRIVILEGES ON `a%p`.* TO `a`@`%`"], true),
            (&["GRANT ALL PRIVILEGES ON `ap_`.* TO `a`@`%` IDENTIFIED BY PASSWORD '*1'"], true),
            (&["GRANT USAGE ON *.* TO `a`@`%`", "GRANT SELECT ON `app`.`users` TO `a`@`%`"], false),
            (&["GRANT SELECT (`id`) ON `app`.`users` TO `a`@`%`"], false),
            (&["GRANT BACKUP_ADMIN,CLONE_ADMIN ON *.* TO `a`@`%`"], false),
            (&["GRANT USAGE ON *.* TO `a`@`%`", "GRANT `reader`@`%` TO `a`@`%`"], true),
        ] {
            let lines: Vec<String> = grants.iter().map(|&line| line.to_owned()).collect();
            assert_eq!(reach_all(&lines, "app"), expected, "{grants:?}");
        }
    }
}
