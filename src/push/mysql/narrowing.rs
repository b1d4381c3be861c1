//! What stands in the way of a column's new type, as the servers in strict mode have it.

use super::refusals::quoted_names;
use super::snapshot::KitColumn;
use crate::catalog::{Family, RowsThat};

/// The SQLSTATE of the refusal, where it is certain, and which rows cause it, where a question tells.
pub(super) type Narrowing = (Option<&'static str>, Option<RowsThat>);

/// A type, as far as it matters which values it takes.
#[derive(Clone, Debug, PartialEq)]
enum Sort {
    /// Whole numbers from one to another.
    Whole(i128, i128),
    /// Digits, how many of them behind the point, and whether without a sign.
    Decimal(u32, u32, bool),
    Float,
    Double,
    /// At most so many letters.
    Varchar(u64),
    Char(u64),
    /// At most so many bytes of text.
    Text(u64),
    Binary(u64),
    Enum(Vec<String>),
    Set(Vec<String>),
    Json,
    Date,
    Datetime,
    Timestamp,
    Time,
    Year,
}

/// Whether both types take the same values.
pub(super) fn is_same(old: &KitColumn, new: &KitColumn) -> bool {
    let (from, to) = (old.type_text(), new.type_text());
    from.eq_ignore_ascii_case(to) || sort(from).is_some_and(|from| Some(from) == sort(to))
}

/// Why a row may keep `new` from taking the place of `old`; `None` where none can, or nothing is known of the types.
pub(super) fn narrowing(old: &KitColumn, new: &KitColumn, is_mariadb: bool) -> Option<Narrowing> {
    let (from, to) = (sort(old.type_text())?, sort(new.type_text())?);
    if from == to {
        return None;
    }
    let column = Family::Mysql.quoted(&new.name);
    let unless = |condition: String| Some(RowsThat::Violate { condition });
    let own_letters = |column: &KitColumn| column.collation.is_some() || column.character_set.is_some();
    use Sort::*;
    let (state, question) = match (&from, &to) {
        (Whole(least, most), Whole(lower, upper)) => match lower <= least && most <= upper {
            true => return None,
            false => ("22003", unless(format!("{column} between {lower} and {upper}"))),
        },
        (Decimal(..), Whole(lower, upper)) => ("22003", unless(format!("round({column}) between {lower} and {upper}"))),
        (Whole(..) | Decimal(..), Decimal(digits, scale, unsigned)) => {
            let kept = digits.saturating_sub(*scale);
            let fits = match &from {
                Decimal(digits, behind, sign) => digits - behind <= kept && behind <= scale && (*sign || !unsigned),
                Whole(least, most) => {
                    least.abs().max(*most).to_string().len() <= kept as usize && (*least >= 0 || !unsigned)
                }
                _ => false,
            };
            if fits {
                return None;
            }
            let most = "9".repeat(kept.max(1) as usize);
            let least = if *unsigned { "0".to_owned() } else { format!("-{most}") };
            // Rounded to a whole number, it says nothing of those whose digits behind the point do not all fit.
            let question = (*scale == 0 && kept > 0).then(|| format!("round({column}) between {least} and {most}"));
            let question = question.or_else(|| {
                let whole = matches!(from, Whole(..)) && kept > 0;
                whole.then(|| format!("{column} between {least} and {most}"))
            });
            ("22003", question.and_then(unless))
        }
        (Float | Double, Whole(..) | Decimal(..)) | (Double, Float) => ("22003", None),
        (Whole(..) | Decimal(..) | Float, Float | Double) => return None,
        (_, Varchar(most) | Char(most)) => return letters(&from, *most, &to, &column),
        (Text(old), Text(new)) if old <= new => return None,
        (Text(_), Text(most)) => ("22001", unless(format!("length({column}) <= {most}"))),
        (Binary(old), Binary(new)) if old <= new => return None,
        (Binary(_), Binary(most)) => ("01000", unless(format!("length({column}) <= {most}"))),
        (Enum(old), Enum(new)) if old.iter().all(|value| new.contains(value)) => return None,
        (Varchar(_) | Char(_) | Text(_) | Enum(_), Enum(values)) => {
            let known: Vec<String> = values.iter().map(|value| Family::Mysql.literal(value)).collect();
            let known = known.join(", ");
            // A number in a text is taken for a value's place.
            let condition =
                format!("trim(trailing ' ' from {column}) in ({known}) or {column} regexp '^[ +-]*[0-9]+ *$'");
            let same = !own_letters(old) && !own_letters(new);
            ("01000", same.then_some(condition).and_then(unless))
        }
        (Set(old), Set(new)) if old.iter().all(|value| new.contains(value)) => return None,
        (_, Enum(_) | Set(_)) => ("01000", None),
        (Varchar(_) | Char(_) | Text(_), Whole(..) | Decimal(..) | Float | Double) => {
            (if is_mariadb { "22007" } else { "HY000" }, None)
        }
        (Varchar(_) | Char(_) | Text(_), Json) => {
            (if is_mariadb { "23000" } else { "22032" }, unless(format!("json_valid({column})")))
        }
        (Varchar(_) | Char(_) | Text(_), Date | Datetime | Timestamp | Time) | (Date | Datetime, Timestamp) => {
            ("22007", None)
        }
        (Date | Datetime | Timestamp | Varchar(_) | Char(_) | Text(_), Year) | (Year, Whole(..)) => ("22003", None),
        _ => return None,
    };
    Some((Some(state), question))
}

/// What is too long for a text of `most` letters.
fn letters(from: &Sort, most: u64, to: &Sort, column: &str) -> Option<Narrowing> {
    let too_long = |letters: &str| Some(RowsThat::Violate { condition: format!("char_length({letters}) <= {most}") });
    // Spaces at the end are cut off without a word, but where a varchar becomes a shorter one.
    let trimmed = format!("trim(trailing ' ' from {column})");
    let longest = |values: &[String]| values.iter().map(|value| value.chars().count() as u64).max().unwrap_or_default();
    let (state, question) = match from {
        Sort::Varchar(old) | Sort::Char(old) if *old <= most => return None,
        // The length of up to 255 bytes takes one byte; it depends on the character set where the server changes to that.
        Sort::Varchar(old) if matches!(to, Sort::Varchar(_)) => {
            let state = match (*old, most) {
                (..=63, _) | (_, 256..) | (..=255, 64..) => Some("01000"),
                (256.., ..=63) => Some("22001"),
                _ => None,
            };
            return Some((state, too_long(column)));
        }
        Sort::Varchar(_) | Sort::Char(_) | Sort::Text(_) => ("22001", too_long(&trimmed)),
        Sort::Enum(values) if longest(values) <= most => return None,
        Sort::Enum(_) => ("22001", too_long(column)),
        Sort::Whole(least, greatest) if least.to_string().len().max(greatest.to_string().len()) as u64 <= most => {
            return None;
        }
        Sort::Whole(..) => ("22001", too_long(column)),
        _ if most >= 65 => return None,
        _ => ("22001", None),
    };
    Some((Some(state), question))
}

fn sort(sql_type: &str) -> Option<Sort> {
    const TEXTS: [(&str, u64); 4] =
        [("tinytext", 255), ("text", 65_535), ("mediumtext", 16_777_215), ("longtext", u64::MAX)];
    const BYTES: [(&str, u32); 6] =
        [("tinyint", 1), ("smallint", 2), ("mediumint", 3), ("int", 4), ("integer", 4), ("bigint", 8)];
    let lower = sql_type.to_ascii_lowercase();
    let name = lower.split(['(', ' ']).next()?;
    let unsigned = lower.contains("unsigned") || lower.contains("zerofill");
    let numbers: Vec<u64> = lower
        .split_once('(')
        .and_then(|(_, rest)| rest.split_once(')'))
        .map(|(inside, _)| inside.split(',').filter_map(|number| number.trim().parse().ok()).collect())
        .unwrap_or_default();
    let first = numbers.first().copied();
    let whole = |bytes: u32, unsigned: bool| match unsigned {
        true => Sort::Whole(0, (1 << (8 * bytes)) - 1),
        false => Sort::Whole(-(1 << (8 * bytes - 1)), (1 << (8 * bytes - 1)) - 1),
    };
    if let Some((_, bytes)) = BYTES.iter().find(|(known, _)| *known == name) {
        return Some(whole(*bytes, unsigned));
    }
    if let Some((_, bytes)) = TEXTS.iter().find(|(known, _)| *known == name) {
        return Some(Sort::Text(*bytes));
    }
    Some(match name {
        "boolean" | "bool" => whole(1, false),
        "serial" => whole(8, true),
        "decimal" | "numeric" => {
            let digit = |place: usize| numbers.get(place).and_then(|number| u32::try_from(*number).ok());
            Sort::Decimal(digit(0).unwrap_or(10), digit(1).unwrap_or(0), unsigned)
        }
        "float" => Sort::Float,
        "double" | "real" => Sort::Double,
        "varchar" => Sort::Varchar(first?),
        "char" => Sort::Char(first.unwrap_or(1)),
        "varbinary" => Sort::Binary(first?),
        "enum" => Sort::Enum(values(sql_type)?),
        "set" => Sort::Set(values(sql_type)?),
        "json" => Sort::Json,
        "date" => Sort::Date,
        "datetime" => Sort::Datetime,
        "timestamp" => Sort::Timestamp,
        "time" => Sort::Time,
        "year" => Sort::Year,
        _ => return None,
    })
}

/// The values between the parentheses; `None` where a quote or backslash in one of them leaves doubts.
fn values(sql_type: &str) -> Option<Vec<String>> {
    let inside = sql_type.split_once('(')?.1.rsplit_once(')')?.0;
    let plain = !inside.contains(['\\', '`']) && !inside.contains("''");
    plain.then(|| quoted_names(&inside.replace('\'', "`")))
}
