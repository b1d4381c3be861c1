//! A type's spelling taken apart: its words, its arguments and whether it is an array.

/// A type as written, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::catalog) struct SqlType {
    /// The words outside the parentheses, unquoted, without a schema: `timestamp with time zone`.
    pub name: String,
    /// What stands in the parentheses, between the commas; string arguments keep their quotes and case.
    pub arguments: Vec<String>,
    /// Whether it is an array. Its dimensions are no part of a type.
    pub array: bool,
}

impl SqlType {
    /// Takes `text` apart; `None` where it is no type as far as we can tell.
    pub(in crate::catalog) fn parse(text: &str) -> Option<Self> {
        let mut name = String::new();
        let mut arguments = Vec::new();
        let mut array = false;
        let mut characters = text.trim().chars().peekable();
        while let Some(character) = characters.next() {
            match character {
                '(' if arguments.is_empty() => {
                    arguments = read_arguments(&mut characters)?;
                    name.push(' ');
                }
                '[' => {
                    array = true;
                    characters.by_ref().find(|inner| *inner == ']')?;
                }
                '(' | ')' | ']' => return None,
                // A schema in front says where the type lies, not what it is.
                '.' => name.clear(),
                '"' | '`' => {}
                other => name.extend(other.to_lowercase()),
            }
        }
        let mut name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(element) = name.strip_suffix(" array") {
            array = true;
            name = element.to_owned();
        }
        (!name.is_empty()).then_some(Self { name, arguments, array })
    }

    /// The arguments as numbers; empty where one is none.
    pub(in crate::catalog) fn numbers(&self) -> Vec<u64> {
        self.arguments.iter().map(|argument| argument.parse()).collect::<Result<_, _>>().unwrap_or_default()
    }
}

/// Reads up to the closing parenthesis; commas in strings do not separate.
fn read_arguments(characters: &mut impl Iterator<Item = char>) -> Option<Vec<String>> {
    let mut arguments = vec![String::new()];
    let mut quoted = false;
    for character in characters {
        let current = arguments.last_mut()?;
        match character {
            ')' if !quoted => {
                let trimmed: Vec<String> = arguments.iter().map(|argument| argument.trim().to_owned()).collect();
                return (trimmed.len() > 1 || !trimmed[0].is_empty()).then_some(trimmed);
            }
            ',' if !quoted => arguments.push(String::new()),
            '\'' => {
                quoted = !quoted;
                current.push('\'');
            }
            other if quoted => current.push(other),
            other => current.extend(other.to_lowercase()),
        }
    }
    None
}
