//! Numbers by value, in digits: no binary fraction comes between.

/// The longest exponent and the longest number that are written out.
const LONGEST: usize = 400;

/// `text` as canonical digits: `-1.5`, without a plus, zeros at either end or an exponent. `None` where it is no number.
pub(super) fn canonical(text: &str) -> Option<String> {
    let text = text.trim();
    let (negative, text) = match text.strip_prefix('-') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text.strip_prefix('+').unwrap_or(text).trim_start()),
    };
    if let Some(digits) = text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        let value = u128::from_str_radix(digits, 16).ok()?;
        return Some(signed(negative, value.to_string()));
    }
    let (mantissa, exponent) = match text.find(['e', 'E']) {
        Some(place) => (&text[..place], text[place + 1..].parse::<i32>().ok()?),
        None => (text, 0),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let are_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let length = whole.len() + fraction.len();
    if length == 0
        || length > LONGEST
        || exponent.unsigned_abs() as usize > LONGEST
        || !are_digits(whole)
        || !are_digits(fraction)
    {
        return None;
    }
    let digits = format!("{whole}{fraction}");
    // Where the point stands in `digits`; it may lie outside of them.
    let point = whole.len() as i32 + exponent;
    let (whole, fraction) = match usize::try_from(point) {
        Ok(point) if point >= digits.len() => (format!("{digits}{}", "0".repeat(point - digits.len())), String::new()),
        Ok(point) => (digits[..point].to_owned(), digits[point..].to_owned()),
        Err(_) => (String::new(), format!("{}{digits}", "0".repeat(point.unsigned_abs() as usize))),
    };
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    let number = if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") };
    Some(signed(negative, number))
}

/// `number` with its sign; zero has none.
fn signed(negative: bool, number: String) -> String {
    if negative && number != "0" { format!("-{number}") } else { number }
}

/// The same number below zero, or above it.
pub(super) fn negated(number: &str) -> String {
    match number.strip_prefix('-') {
        Some(positive) => positive.to_owned(),
        None => signed(true, number.to_owned()),
    }
}

/// Whether two canonical numbers may become one where only so many decimals, or a binary fraction, are kept.
pub(super) fn near(a: &str, b: &str) -> bool {
    match (a.parse::<f64>(), b.parse::<f64>()) {
        (Ok(a), Ok(b)) => (a - b).abs() <= 1e-5 * a.abs().max(b.abs()).max(f64::MIN_POSITIVE),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_has_one_spelling() {
        for (text, expected) in [
            ("1.50", Some("1.5")),
            ("+01.5e0", Some("1.5")),
            ("- 5", Some("-5")),
            ("-0.0", Some("0")),
            ("1e3", Some("1000")),
            ("1.25E+2", Some("125")),
            ("125e-2", Some("1.25")),
            ("5e-3", Some("0.005")),
            (".5", Some("0.5")),
            ("5.", Some("5")),
            ("0x1F", Some("31")),
            ("00", Some("0")),
            ("1e999999999", None),
            ("", None),
            (".", None),
            ("1_000", None),
            ("a", None),
        ] {
            assert_eq!(canonical(text).as_deref(), expected, "{text}");
        }
    }
}
