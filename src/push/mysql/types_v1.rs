//! When drizzle-kit 1.0 takes two types, character sets or current times for one.

/// Spellings that are one to it.
const ALIKE: [[&str; 2]; 3] = [["tinyint(1)", "boolean"], ["binary(1)", "binary"], ["char(1)", "char"]];

/// Whether push takes `left` of the database and `right` of the code for one.
pub(super) fn commutative(left: &str, right: &str) -> bool {
    if ALIKE.iter().any(|pair| pair.contains(&left) && pair.contains(&right)) {
        return true;
    }
    if let (Some(a), Some(b)) = (now_precision(left), now_precision(right))
        && a == b
    {
        return true;
    }
    let once = |text: &str, from: &str, to: &str| text.replacen(from, to, 1);
    if once(left, ", ", ",") == once(right, ", ", ",") {
        return true;
    }
    if (left, right) == ("double", "real") {
        return true;
    }
    let doubles = |double: &str, real: &str| {
        double.starts_with("double(") && real.starts_with("real(") && once(real, "real", "double") == double
    };
    if doubles(left, right)
        || (left.starts_with("real(") && right.starts_with("double(") && once(right, "double", "real") == left)
    {
        return true;
    }
    if once(left, ",0)", ")") == once(right, ",0)", ")") {
        return true;
    }
    (left.starts_with("float(") && right == "float") || (right.starts_with("float(") && left == "float")
}

/// The precision of `now()`, `(CURRENT_TIMESTAMP(3))` and the like.
fn now_precision(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(').unwrap_or(text);
    let rest = inner.strip_prefix("now").or_else(|| inner.strip_prefix("CURRENT_TIMESTAMP"))?;
    let (precision, rest) = match rest.strip_prefix('(') {
        Some(rest) => {
            let end = rest.find(')')?;
            (&rest[..end], &rest[end + 1..])
        }
        None => ("", rest),
    };
    ((rest.is_empty() || rest == ")") && precision.bytes().all(|byte| byte.is_ascii_digit())).then_some(precision)
}

/// What stands after the character set in the name of the collation that it has unless told otherwise, and the character
/// sets of which that holds. drizzle-kit knows no others.
const DEFAULT_COLLATIONS: &[(&str, &[&str])] = &[
    ("", &["binary"]),
    ("_0900_ai_ci", &["utf8mb4"]),
    ("_chinese_ci", &["big5", "gb18030", "gb2312", "gbk"]),
    ("_english_ci", &["hp8"]),
    (
        "_general_ci",
        &[
            "armscii8", "ascii", "cp1250", "cp1251", "cp1256", "cp1257", "cp850", "cp852", "cp866", "geostd8", "greek",
            "hebrew", "keybcs2", "koi8r", "koi8u", "latin2", "latin7", "macce", "macroman", "ucs2", "utf16", "utf16le",
            "utf32", "utf8mb3",
        ],
    ),
    ("_japanese_ci", &["cp932", "eucjpms", "sjis", "ujis"]),
    ("_korean_ci", &["euckr"]),
    ("_swedish_ci", &["dec8", "latin1", "swe7"]),
    ("_thai_ci", &["tis620"]),
    ("_turkish_ci", &["latin5"]),
];

/// Whether push takes a column's character set and collation for the same on both sides.
pub(super) fn same_text(left: (Option<&str>, Option<&str>), right: (Option<&str>, Option<&str>)) -> bool {
    left == right || matches!((normal(left), normal(right)), (Some(left), Some(right)) if left == right)
}

/// Both parts, each found by the other; `None` for what drizzle-kit does not know.
fn normal<'a>((character_set, collation): (Option<&'a str>, Option<&'a str>)) -> Option<(&'a str, String)> {
    let Some(character_set) = character_set.or_else(|| collation.and_then(|text| text.split('_').next())) else {
        return Some(("", String::new()));
    };
    let (ending, _) = DEFAULT_COLLATIONS.iter().find(|(_, names)| names.contains(&character_set))?;
    let collation = collation.map_or_else(|| format!("{character_set}{ending}"), str::to_owned);
    let fits = collation.strip_prefix(character_set).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    fits.then_some((character_set, collation))
}
