//! How drizzle-kit 1.0 reads a default of the database, and when it takes two for one.

/// COLUMN_DEFAULT in the spelling of the type, whether it is an expression or not.
pub(super) fn of_database(text: &str, sql_type: &str) -> String {
    let text = without_character_set(text);
    let escaped = |text: &str| text.replace('\\', "\\\\").replace('\'', "''");
    let lower = sql_type.to_ascii_lowercase();
    let base = lower.split([' ', '(']).next().unwrap_or_default();
    match base {
        "tinyint" | "boolean" if sql_type == "tinyint(1)" || sql_type == "boolean" => {
            if text == "1" || text == "true" { "true" } else { "false" }.to_owned()
        }
        "real" | "double" | "float" => trimmed(&text).to_owned(),
        "char" | "character" | "varchar" | "nvarchar" if text.starts_with('(') => text,
        "char" | "character" | "varchar" | "nvarchar" => format!("'{}'", escaped(trimmed(&text))),
        "binary" if text.starts_with("0x") => format!("'{}'", unhexed(&text[2..])),
        "timestamp" | "datetime" if is_date(&text) => format!("'{text}'"),
        "time" | "date" if !text.starts_with('\'') => format!("'{text}'"),
        "enum" => format!("'{}'", escaped(&text)),
        _ => text,
    }
}

/// Without the character sets in front of strings, and with their quotes as SQL has them.
fn without_character_set(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_utf8mb4") {
        let after = &rest[at + "_utf8mb4".len()..];
        let is_string = after.starts_with(['\'', '"']) || after.starts_with("\\'") || after.starts_with("\\\"");
        result.push_str(&rest[..at]);
        if !is_string {
            result.push_str("_utf8mb4");
        }
        rest = after;
    }
    result.push_str(rest);
    result.replace("\\'", "'").replace("\\\\'", "''")
}

/// Without the quotes around it.
fn trimmed(text: &str) -> &str {
    let inner = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
    inner.unwrap_or(text)
}

fn unhexed(digits: &str) -> String {
    let bytes = digits.as_bytes().chunks(2).map_while(|pair| {
        let pair = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(pair, 16).ok()
    });
    String::from_utf8_lossy(&bytes.collect::<Vec<_>>()).into_owned()
}

/// Whether JavaScript reads a date from it. Quotes around it, as MariaDB has them, do not keep it from that behind a date
/// alone or a fraction of a second.
fn is_date(text: &str) -> bool {
    let inner = trimmed(text);
    let is_lenient = inner.contains('.') || !inner.contains(':');
    instant(inner).is_some() && (inner == text || is_lenient)
}

/// The parts of a date in a spelling that two texts of one instant share.
fn instant(text: &str) -> Option<(String, String)> {
    let (date, time) = text.split_once([' ', 'T']).unwrap_or((text, "00:00:00"));
    let parts: Vec<u32> = date.split('-').map(str::parse).collect::<Result<_, _>>().ok()?;
    let [_, month, day] = parts[..] else { return None };
    let plausible = (1..=12).contains(&month) && (1..=31).contains(&day);
    let time = time.strip_suffix('Z').unwrap_or(time);
    let (whole, fraction) = time.split_once('.').unwrap_or((time, ""));
    // JavaScript has milliseconds.
    let fraction: String = fraction.chars().take(3).collect();
    plausible.then(|| (date.to_owned(), format!("{whole}.{}", fraction.trim_end_matches('0'))))
}

/// Whether 1.0 takes the default `from` of the database and `to` of the code for one, whatever the type.
pub(super) fn same(from: Option<&str>, to: Option<&str>, is_date: bool, is_same_type: bool) -> bool {
    if from == to {
        return true;
    }
    if let (Some(from), Some(to)) = (from, to)
        && super::types_v1::commutative(from, to)
    {
        return true;
    }
    let words = |text: Option<&str>, missing: &str| text.unwrap_or(missing).to_owned();
    let lower = |text: Option<&str>| text.map_or("undefined".to_owned(), str::to_lowercase);
    let wrapped = |inner: String| Some(format!("({inner})"));
    let is = |left: Option<&str>, right: Option<String>| left.is_some() && left.map(str::to_owned) == right;
    if is(from, wrapped(words(to, "null")))
        || is(to, wrapped(words(from, "null")))
        || is(from, wrapped(lower(to)))
        || is(to, wrapped(lower(from)))
    {
        return true;
    }
    match (from, to) {
        (Some(from), Some(to)) if is_date && is_same_type => {
            let (from, to) = (instant(trimmed(from)), instant(trimmed(to)));
            from.is_some() && from == to
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_are_read_by_their_type() {
        for (text, sql_type, expected) in [
            ("it's", "varchar(9)", "'it''s'"),
            ("_utf8mb4\\'abc\\'", "text", "'abc'"),
            ("1", "tinyint(1)", "true"),
            ("5", "int unsigned", "5"),
            ("2024-01-01 10:00:00", "datetime", "'2024-01-01 10:00:00'"),
            ("CURRENT_TIMESTAMP(3)", "timestamp(3)", "CURRENT_TIMESTAMP(3)"),
            ("0x6162", "binary(2)", "'ab'"),
            ("a'b", "enum('a''b')", "'a''b'"),
            ("b'101'", "bit(3)", "b'101'"),
        ] {
            assert_eq!(of_database(text, sql_type), expected, "{text} {sql_type}");
        }
    }
}
