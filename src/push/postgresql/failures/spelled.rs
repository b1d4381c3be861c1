//! Statements of push, read back as far as it takes to tell whether the server would refuse them.

use crate::push::spelled::in_parentheses;

/// The quoted names in `text`, in order: `"a","b"`.
pub(super) fn names(text: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    let mut rest = text.trim();
    loop {
        rest = rest.strip_prefix('"')?;
        let mut name = String::new();
        loop {
            let (part, behind) = rest.split_once('"')?;
            name.push_str(part);
            rest = behind;
            match rest.strip_prefix('"') {
                Some(behind) => {
                    name.push('"');
                    rest = behind;
                }
                None => break,
            }
        }
        names.push(name);
        rest = rest.trim_start();
        match rest.strip_prefix([',', '.']) {
            Some(behind) => rest = behind.trim_start(),
            None => return rest.is_empty().then_some(names),
        }
    }
}

/// A table that is referred to, with its columns.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub columns: Vec<String>,
    pub schema: String,
    pub table: String,
    pub references: Vec<String>,
}

/// What ALTER TABLE is about.
pub(super) struct Altered {
    pub schema: String,
    pub table: String,
    pub column: Option<String>,
}

/// The table, and the column, of an ALTER TABLE.
pub(super) fn altered(sql: &str) -> Option<Altered> {
    const COLUMNS: [&str; 3] = [" ALTER COLUMN ", " DROP COLUMN ", " ADD COLUMN "];
    let rest = sql.strip_prefix("ALTER TABLE ")?;
    let end = quoted_end(rest)?;
    let mut path = names(&rest[..end])?;
    let table = path.pop()?;
    let schema = path.pop().unwrap_or_else(|| "public".into());
    let behind = COLUMNS.iter().find_map(|word| rest[end..].strip_prefix(word));
    let column = behind.and_then(|behind| names(&behind[..quoted_end(behind)?])?.pop());
    Some(Altered { schema, table, column })
}

/// Where the quoted path at the start of `text` ends.
fn quoted_end(text: &str) -> Option<usize> {
    let mut quoted = false;
    text.char_indices()
        .find(|(_, letter)| {
            quoted ^= *letter == '"';
            !quoted && *letter != '"' && *letter != '.'
        })
        .map_or(Some(text.len()), |(end, _)| Some(end))
}

/// What a foreign key's statement says.
pub(super) fn reference(sql: &str) -> Option<Reference> {
    let columns = names(in_parentheses(sql, " FOREIGN KEY ")?)?;
    let target = sql.split_once(" REFERENCES ")?.1;
    let mut path = names(&target[..target.find('(')?])?;
    let table = path.pop()?;
    let schema = path.pop().unwrap_or_else(|| "public".into());
    Some(Reference { columns, schema, table, references: names(in_parentheses(sql, " REFERENCES ")?)? })
}

/// The new type of `SET DATA TYPE`, and whether values are cast to it by USING.
pub(super) fn new_type(sql: &str) -> Option<(&str, bool)> {
    let rest = sql.split_once(" SET DATA TYPE ")?.1.trim_end_matches(';');
    Some(match rest.split_once(" USING ") {
        Some((sql_type, _)) => (sql_type, true),
        None => (rest, false),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_are_read_back() {
        assert_eq!(names("\"a\",\"b \"\"c\"\"\""), Some(vec!["a".into(), "b \"c\"".into()]));
        assert_eq!(names("lower(\"a\")"), None);
        assert_eq!(names("\"a\" DESC"), None);
        let sql = "ALTER TABLE \"t\" ADD CONSTRAINT \"x\" FOREIGN KEY (\"a\") REFERENCES \"app\".\"p\"(\"id\") ON DELETE CASCADE;";
        let expected = Reference {
            columns: vec!["a".into()],
            schema: "app".into(),
            table: "p".into(),
            references: vec!["id".into()],
        };
        assert_eq!(reference(sql), Some(expected));
        assert_eq!(
            new_type("ALTER TABLE \"t\" ALTER COLUMN \"a\" SET DATA TYPE numeric(3, 1) USING \"a\"::numeric(3, 1);"),
            Some(("numeric(3, 1)", true))
        );
    }
}
