//! The globs of a drizzle config, with the meaning that Node's `minimatch` gives them: braces, `*`, `?`, classes and
//! extended groups, within one name (a table, a schema, or one part of a path).

use std::cell::Cell;

/// How many steps one match may take. Far beyond any sensible pattern; without it a hostile one would not end.
const STEPS: u32 = 200_000;

/// How many patterns braces may expand to.
const EXPANSIONS: usize = 10_000;

/// A compiled pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glob {
    alternatives: Vec<Vec<Token>>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Token {
    Character(char),
    /// `?`
    Any,
    /// `*`
    Run,
    Class {
        negated: bool,
        ranges: Vec<(char, char)>,
    },
    /// `@(a|b)` and its kin.
    Group {
        kind: char,
        choices: Vec<Vec<Token>>,
    },
}

impl Glob {
    /// Compiles `pattern`; what is malformed in it stands for itself.
    pub fn new(pattern: &str) -> Self {
        let compile = |pattern: &String| tokens(&pattern.chars().collect::<Vec<_>>());
        Self { alternatives: expand_braces(pattern).iter().map(compile).collect() }
    }

    /// Whether the pattern matches the whole of `name`. A leading dot has to be written, and no wildcard matches `/`.
    pub fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.chars().collect();
        let hidden = name.first() == Some(&'.');
        self.alternatives.iter().any(|tokens| {
            let wild = !matches!(tokens.first(), None | Some(Token::Character(_)));
            !((hidden || name.is_empty()) && wild)
                && Matcher { steps: Cell::new(STEPS) }.run(tokens, &name, &|rest| rest.is_empty())
        })
    }

    /// The one name that the pattern matches, where it has no wildcards.
    pub fn literal(&self) -> Option<String> {
        let [tokens] = self.alternatives.as_slice() else { return None };
        tokens
            .iter()
            .map(|token| match token {
                Token::Character(character) => Some(*character),
                _ => None,
            })
            .collect()
    }
}

/// Matches a group once, then what the continuation matches.
type Once<'a> = dyn Fn(&[char], &dyn Fn(&[char]) -> bool) -> bool + 'a;

/// Matches with a continuation, so that groups can be tried against what follows them.
struct Matcher {
    steps: Cell<u32>,
}

impl Matcher {
    fn run(&self, tokens: &[Token], text: &[char], then: &dyn Fn(&[char]) -> bool) -> bool {
        let Some(steps) = self.steps.get().checked_sub(1) else { return false };
        self.steps.set(steps);
        let Some((token, rest)) = tokens.split_first() else { return then(text) };
        let one = |accepts: &dyn Fn(char) -> bool| {
            text.split_first().is_some_and(|(first, tail)| accepts(*first) && self.run(rest, tail, then))
        };
        match token {
            Token::Character(character) => one(&|first| first == *character),
            Token::Any => one(&|first| first != '/'),
            Token::Class { negated, ranges } => one(&|first| {
                first != '/' && ranges.iter().any(|(low, high)| (*low..=*high).contains(&first)) != *negated
            }),
            Token::Run => self.any_run(text, &|tail| self.run(rest, tail, then)),
            Token::Group { kind, choices } => {
                let once = |text: &[char], then: &dyn Fn(&[char]) -> bool| {
                    choices.iter().any(|choice| self.run(choice, text, then))
                };
                match kind {
                    '!' => {
                        // As minimatch's lookahead: what follows the group need not reach the end of the name.
                        let excluded = |tail: &[char]| match rest {
                            [] => tail.is_empty(),
                            rest => self.run(rest, tail, &|_| true),
                        };
                        !once(text, &excluded) && self.any_run(text, &|tail| self.run(rest, tail, then))
                    }
                    '?' => once(text, &|tail| self.run(rest, tail, then)) || self.run(rest, text, then),
                    '*' => self.repeated(&once, text, &|tail| self.run(rest, tail, then)),
                    '+' => once(text, &|tail| self.repeated(&once, tail, &|tail| self.run(rest, tail, then))),
                    _ => once(text, &|tail| self.run(rest, tail, then)),
                }
            }
        }
    }

    fn any_run(&self, text: &[char], then: &dyn Fn(&[char]) -> bool) -> bool {
        let longest = text.iter().position(|character| *character == '/').unwrap_or(text.len());
        (0..=longest).any(|length| then(&text[length..]))
    }

    fn repeated(&self, once: &Once, text: &[char], then: &dyn Fn(&[char]) -> bool) -> bool {
        then(text) || once(text, &|tail| tail.len() < text.len() && self.repeated(once, tail, then))
    }
}

fn tokens(pattern: &[char]) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut position = 0;
    while let Some(&character) = pattern.get(position) {
        let rest = &pattern[position + 1..];
        position += 1;
        match character {
            '\\' if !rest.is_empty() => {
                tokens.push(Token::Character(rest[0]));
                position += 1;
            }
            '?' | '*' | '+' | '@' | '!' if rest.first() == Some(&'(') => match group(&rest[1..]) {
                Some((choices, length)) => {
                    tokens.push(Token::Group { kind: character, choices });
                    position += 1 + length;
                }
                None => tokens.push(wildcard(character)),
            },
            '*' => {
                if tokens.last() != Some(&Token::Run) {
                    tokens.push(Token::Run);
                }
            }
            '[' => match class(rest) {
                Some((token, length)) => {
                    tokens.push(token);
                    position += length;
                }
                None => tokens.push(Token::Character('[')),
            },
            other => tokens.push(wildcard(other)),
        }
    }
    tokens
}

fn wildcard(character: char) -> Token {
    match character {
        '?' => Token::Any,
        '*' => Token::Run,
        other => Token::Character(other),
    }
}

/// The choices of a group whose opening bracket has just been read, and how many characters they take with the closing one.
fn group(text: &[char]) -> Option<(Vec<Vec<Token>>, usize)> {
    let mut depth = 0_usize;
    let mut start = 0;
    let mut choices = Vec::new();
    let mut position = 0;
    while let Some(character) = text.get(position) {
        match character {
            '\\' => position += 1,
            '(' => depth += 1,
            '|' if depth == 0 => {
                choices.push(tokens(&text[start..position]));
                start = position + 1;
            }
            ')' if depth == 0 => {
                choices.push(tokens(&text[start..position]));
                return Some((choices, position + 1));
            }
            ')' => depth -= 1,
            _ => {}
        }
        position += 1;
    }
    None
}

/// The class whose opening bracket has just been read, and how many characters it takes with the closing one.
fn class(text: &[char]) -> Option<(Token, usize)> {
    let negated = matches!(text.first(), Some('!' | '^'));
    let first = usize::from(negated);
    let mut position = first;
    let mut ranges = Vec::new();
    loop {
        let mut low = *text.get(position)?;
        if low == ']' && position > first {
            // minimatch takes a class of one character as that character, also where a wildcard may not stand.
            let token = match ranges[..] {
                [(only, last)] if !negated && only == last => Token::Character(only),
                _ => Token::Class { negated, ranges },
            };
            return Some((token, position + 1));
        }
        if low == '\\' {
            position += 1;
            low = *text.get(position)?;
        }
        match (text.get(position + 1), text.get(position + 2)) {
            (Some('-'), Some(&high)) if high != ']' => {
                ranges.push((low, high));
                position += 3;
            }
            _ => {
                ranges.push((low, low));
                position += 1;
            }
        }
    }
}

/// `pattern` with its braces expanded: `{a,b}` and `{1..3}`, nested. Braces that hold neither stand for themselves.
pub fn expand_braces(pattern: &str) -> Vec<String> {
    let mut expanded = Vec::new();
    expand(pattern, &mut expanded);
    expanded
}

fn expand(pattern: &str, expanded: &mut Vec<String>) {
    if expanded.len() >= EXPANSIONS {
        return;
    }
    let Some((open, close, choices)) = first_braces(pattern) else { return expanded.push(pattern.to_owned()) };
    let mut tails = Vec::new();
    expand(&pattern[close + 1..], &mut tails);
    for choice in choices {
        let mut heads = Vec::new();
        expand(&choice, &mut heads);
        for head in heads {
            for tail in &tails {
                if expanded.len() < EXPANSIONS {
                    expanded.push(format!("{}{head}{tail}", &pattern[..open]));
                }
            }
        }
    }
}

/// The first braces that hold choices: where they open and close, and the choices.
fn first_braces(pattern: &str) -> Option<(usize, usize, Vec<String>)> {
    let mut escaped = false;
    for (open, character) in pattern.char_indices() {
        let is_open = character == '{' && !escaped && !pattern[..open].ends_with('$');
        escaped = character == '\\' && !escaped;
        if !is_open {
            continue;
        }
        let Some((close, parts)) = parts(&pattern[open + 1..]) else { continue };
        let choices = match parts.as_slice() {
            [only] => range(only),
            _ => Some(parts),
        };
        if let Some(choices) = choices {
            return Some((open, open + 1 + close, choices));
        }
    }
    None
}

/// What stands between braces, split at its own commas, and where the braces close.
fn parts(text: &str) -> Option<(usize, Vec<String>)> {
    let mut depth = 0_usize;
    let mut escaped = false;
    let mut start = 0;
    let mut parts = Vec::new();
    for (position, character) in text.char_indices() {
        match character {
            _ if escaped => {}
            '{' => depth += 1,
            ',' if depth == 0 => {
                parts.push(text[start..position].to_owned());
                start = position + 1;
            }
            '}' if depth == 0 => {
                parts.push(text[start..position].to_owned());
                return Some((position, parts));
            }
            '}' => depth -= 1,
            _ => {}
        }
        escaped = character == '\\' && !escaped;
    }
    None
}

/// `1..3` and `a..c`.
fn range(text: &str) -> Option<Vec<String>> {
    let (low, high) = text.split_once("..")?;
    let count = |low: i64, high: i64| {
        let up = low <= high;
        let span = low.abs_diff(high).min(EXPANSIONS as u64) as i64;
        (0..=span).map(move |step| if up { low + step } else { low - step })
    };
    if let (Ok(low), Ok(high)) = (low.parse::<i32>(), high.parse::<i32>()) {
        return Some(count(low.into(), high.into()).map(|number| number.to_string()).collect());
    }
    let (mut low, mut high) = (low.chars(), high.chars());
    match (low.next(), low.next(), high.next(), high.next()) {
        (Some(first), None, Some(last), None) if first.is_ascii_alphabetic() && last.is_ascii_alphabetic() => {
            let codes = count(i64::from(u32::from(first)), i64::from(u32::from(last)));
            codes.map(|code| u32::try_from(code).ok().and_then(char::from_u32).map(String::from)).collect()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every value was taken from minimatch 7.4.3 (`minimatch(name, pattern)`).
    #[test]
    fn patterns_mean_what_minimatch_makes_of_them() {
        let mut wrong = Vec::new();
        for line in include_str!("glob.cases.tsv").lines() {
            let [pattern, name, expected] = line.split('\t').collect::<Vec<_>>()[..] else { panic!("{line}") };
            if Glob::new(pattern).matches(name) != (expected == "true") {
                wrong.push(line);
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }

    #[test]
    fn braces_expand_in_order() {
        for (pattern, expected) in [
            ("a", "a"),
            ("{a,b}c", "ac bc"),
            ("x{a,{b,c}}y", "xay xby xcy"),
            ("{a}{b,c}", "{a}b {a}c"),
            ("{1..3}", "1 2 3"),
            ("{c..a}", "c b a"),
            ("{a,b", "{a,b"),
            ("\\{a,b}", "\\{a,b}"),
            ("${a,b}", "${a,b}"),
        ] {
            assert_eq!(expand_braces(pattern).join(" "), expected, "{pattern}");
        }
    }

    #[test]
    fn a_pattern_without_wildcards_is_a_name() {
        assert_eq!(Glob::new("schema.ts").literal().as_deref(), Some("schema.ts"));
        assert_eq!(Glob::new("a\\*").literal().as_deref(), Some("a*"));
        for pattern in ["*", "a?", "[ab]", "{a,b}", "@(a)"] {
            assert_eq!(Glob::new(pattern).literal(), None, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn no_pattern_panics_or_hangs(pattern in "[ab*?+@!(){}\\[\\],.|\\\\/^-]{0,30}", name in "[ab./é]{0,20}") {
            Glob::new(&pattern).matches(&name);
        }
    }
}
