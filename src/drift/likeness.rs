//! How alike two names are, and what comments say of old ones.

/// How alike two names are, from 0 to 1: by their words, whatever the case and the plural, else letter by letter.
pub(super) fn likeness(a: &str, b: &str) -> f64 {
    let (a, b) = (words(a), words(b));
    if a.concat() == b.concat() {
        return 1.0;
    }
    // `email` and `email_address`, `posts` and `blog_posts`.
    const CONTAINED: f64 = 0.7;
    // A short word is part of many.
    const TELLING: usize = 4;
    // What both have says nothing of `first_name` and `last_name`.
    let rest = |from: &[String], other: &[String]| -> String {
        from.iter().filter(|word| !other.contains(word)).map(String::as_str).collect()
    };
    let (mine, theirs) = (rest(&a, &b), rest(&b, &a));
    if mine.is_empty() || theirs.is_empty() {
        let shorter = if mine.is_empty() { a.concat() } else { b.concat() };
        return if shorter.chars().count() >= TELLING { CONTAINED } else { 0.0 };
    }
    let longest = mine.chars().count().max(theirs.chars().count());
    1.0 - distance(&mine, &theirs) as f64 / longest as f64
}

/// The words of a name in lower case, without the `s` of a plural.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut fresh = true;
    let mut lower_before = false;
    for character in name.chars() {
        if !character.is_alphanumeric() {
            fresh = true;
            continue;
        }
        if fresh || (character.is_uppercase() && lower_before) {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut() {
            word.extend(character.to_lowercase());
        }
        (fresh, lower_before) = (false, character.is_lowercase());
    }
    for word in &mut words {
        if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") {
            word.pop();
        }
    }
    words
}

/// Levenshtein's distance.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, mine) in a.chars().enumerate() {
        let mut before = row[0];
        row[0] = i + 1;
        for (j, theirs) in b.iter().enumerate() {
            let replaced = before + usize::from(mine != *theirs);
            before = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(before + 1);
        }
    }
    row[b.len()]
}

/// The names in `renamed from old` of the comments that stand directly in front of `start`, and of one behind `end` on its
/// line.
pub(super) fn old_names(text: &str, start: usize, end: usize) -> Vec<String> {
    let (Some(before), Some(behind)) = (text.get(..start), text.get(end..)) else { return Vec::new() };
    let mut names = Vec::new();
    let mut lines = before.lines().rev();
    // What stands in front of the declaration on its own line is no line of comment.
    let own = before.ends_with('\n');
    if !own && let Some(line) = lines.next() {
        names.extend(renamed_from(line));
    }
    for line in lines.map(str::trim) {
        if !["//", "/*", "*"].iter().any(|mark| line.starts_with(mark)) && !line.ends_with("*/") {
            break;
        }
        names.extend(renamed_from(line));
    }
    let rest = behind.lines().next().unwrap_or_default();
    if let Some((_, comment)) = rest.split_once("//").or_else(|| rest.split_once("/*")) {
        names.extend(renamed_from(comment));
    }
    names
}

fn renamed_from(comment: &str) -> Option<String> {
    const WORDS: &str = "renamed from";
    let lower = comment.to_ascii_lowercase();
    let rest = &comment[lower.find(WORDS)? + WORDS.len()..];
    let rest = rest.trim_start_matches([' ', '\t', ':', '"', '\'', '`']);
    let name: String =
        rest.chars().take_while(|character| character.is_alphanumeric() || "_$-".contains(*character)).collect();
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_alike_or_not() {
        for (a, b, alike) in [
            ("userId", "user_id", true),
            ("user", "users", true),
            ("email", "email_address", true),
            ("posts", "blog_posts", true),
            ("created", "created_at", true),
            ("display_name", "displayname", true),
            ("colour", "color", true),
            ("conversations", "identity_map", false),
            ("nick", "old", false),
            ("title", "body", false),
            ("a", "b", false),
            ("first_name", "last_name", false),
            ("start_date", "end_date", false),
        ] {
            assert_eq!(likeness(a, b) >= 0.6, alike, "{a} {b} {}", likeness(a, b));
        }
    }

    #[test]
    fn comments_tell_old_names() {
        let text = "const x = 1; // renamed from wrong\n\n// People.\n// Renamed from `members`, in May.\nexport const a = t(); // renamed from: \"folk\"\n";
        let start = text.find("export").expect("it is there");
        let end = text.find(';').expect("it is there");
        let end = text[end + 1..].find(";").expect("it is there") + end + 1;
        assert_eq!(old_names(text, start, end), ["members", "folk"]);
        assert_eq!(old_names("  /* renamed from b */ a: text(),", 23, 32), ["b"]);
        assert_eq!(old_names("a", 5, 9), Vec::<String>::new());
    }
}
