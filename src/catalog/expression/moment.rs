//! Dates, times and intervals by value.

use jiff::civil::{Date, DateTime, Time};

/// A moment as it is written: date and time, and the distance from UTC where one is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Moment {
    local: DateTime,
    offset_seconds: Option<i64>,
}

impl Moment {
    /// Reads `2024-01-31`, `2024-01-31 10:00:00.5`, `2024-01-31T10:00Z`, `2024-01-31 10:00:00+05:30`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let date: Date = text.get(..10)?.parse().ok()?;
        let rest = text.get(10..)?.trim_start_matches(['T', 't', ' ']).trim_start();
        let zone = rest.find(['+', '-', 'Z', 'z']).unwrap_or(rest.len());
        let (time, zone) = rest.split_at(zone);
        let time = if time.trim().is_empty() { Time::midnight() } else { parse_time(time)? };
        Some(Self { local: date.to_datetime(time), offset_seconds: parse_zone(zone)? })
    }

    /// The same, without its distance from UTC.
    pub(super) fn local(self) -> DateTime {
        self.local
    }

    /// The instant, in microseconds from a day of no matter; `None` where the zone is the server's.
    pub(super) fn instant(self) -> Option<i128> {
        let since = self.local.duration_since(DateTime::constant(2000, 1, 1, 0, 0, 0, 0));
        Some(since.as_micros() - i128::from(self.offset_seconds?) * 1_000_000)
    }
}

/// Reads `10:00`, `10:00:00` and `10:00:00.123`.
pub(super) fn parse_time(text: &str) -> Option<Time> {
    let text = text.trim();
    match text.matches(':').count() {
        1 => format!("{text}:00").parse().ok(),
        2 => text.parse().ok(),
        _ => None,
    }
}

/// Reads nothing, `Z`, `+00`, `-03:30`. The outer `None` is what is none of them.
fn parse_zone(text: &str) -> Option<Option<i64>> {
    let text = text.trim();
    if text.is_empty() {
        return Some(None);
    }
    if text.eq_ignore_ascii_case("z") {
        return Some(Some(0));
    }
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let mut seconds = 0;
    for (place, part) in text[1..].split(':').enumerate() {
        seconds += part.parse::<u32>().ok().map(i64::from)? * [3600, 60, 1].get(place)?;
    }
    Some(Some(sign * seconds))
}

/// An interval as PostgreSQL keeps it: months, days and microseconds do not turn into each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Span {
    months: i64,
    days: i64,
    microseconds: i64,
}

/// Units of an interval: how many months, days or microseconds each is.
const UNITS: &[(&[&str], Span)] = &[
    (&["millennium", "millennia", "millenniums"], months(12_000)),
    (&["century", "centuries", "c"], months(1_200)),
    (&["decade", "decades"], months(120)),
    (&["year", "years", "y", "yr", "yrs"], months(12)),
    (&["month", "months", "mon", "mons"], months(1)),
    (&["week", "weeks", "w"], days(7)),
    (&["day", "days", "d"], days(1)),
    (&["hour", "hours", "h", "hr", "hrs"], microseconds(3_600_000_000)),
    (&["minute", "minutes", "m", "min", "mins"], microseconds(60_000_000)),
    (&["second", "seconds", "s", "sec", "secs"], microseconds(1_000_000)),
    (&["millisecond", "milliseconds", "ms", "msec", "msecs"], microseconds(1_000)),
    (&["microsecond", "microseconds", "us", "usec", "usecs"], microseconds(1)),
];

const fn months(months: i64) -> Span {
    Span { months, days: 0, microseconds: 0 }
}

const fn days(days: i64) -> Span {
    Span { months: 0, days, microseconds: 0 }
}

const fn microseconds(microseconds: i64) -> Span {
    Span { months: 0, days: 0, microseconds }
}

impl Span {
    /// Reads `7 days`, `1 mon -2 days 01:02:03.5`, `@ 1 minute ago`. ISO 8601 and SQL-standard forms are not read.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let text = text.strip_prefix('@').unwrap_or(&text);
        let (text, ago) = text.strip_suffix("ago").map_or((text, false), |text| (text, true));
        let mut span = Self::default();
        let mut words = separated(text).into_iter();
        while let Some(word) = words.next() {
            if word.contains(':') {
                span.microseconds = span.microseconds.checked_add(clock(&word)?)?;
                continue;
            }
            let unit = words.next()?;
            let (_, size) = UNITS.iter().find(|(names, _)| names.contains(&unit.as_str()))?;
            span = span.plus(*size, &word)?;
        }
        if ago {
            span = Self { months: -span.months, days: -span.days, microseconds: -span.microseconds };
        }
        Some(span)
    }

    /// `self` and `count` times `unit`. Fractions are read of units with a clock only.
    fn plus(self, unit: Span, count: &str) -> Option<Self> {
        let times = |size: i64| count.parse::<i64>().ok().and_then(|count| count.checked_mul(size));
        let added = match unit.microseconds {
            0 => Span { months: times(unit.months)?, days: times(unit.days)?, microseconds: 0 },
            size if count.contains('.') => {
                let exact = count.parse::<f64>().ok()? * size as f64;
                microseconds(exact.round() as i64)
            }
            size => microseconds(times(size)?),
        };
        Some(Self {
            months: self.months.checked_add(added.months)?,
            days: self.days.checked_add(added.days)?,
            microseconds: self.microseconds.checked_add(added.microseconds)?,
        })
    }
}

/// The words of an interval; `7days` is two.
fn separated(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for letter in text.chars() {
        let number = |letter: char| letter.is_ascii_digit() || "+-.:".contains(letter);
        if letter.is_whitespace() {
            last = ' ';
            continue;
        }
        match words.last_mut() {
            Some(word) if last != ' ' && number(last) == number(letter) => word.push(letter),
            _ => words.push(letter.to_string()),
        }
        last = letter;
    }
    words
}

/// `-01:02:03.5` in microseconds.
fn clock(text: &str) -> Option<i64> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut parts = text.split(':');
    let hours: i64 = parts.next()?.parse().ok()?;
    let minutes: i64 = parts.next()?.parse().ok()?;
    let seconds: f64 = parts.next().map_or(Some(0.0), |part| part.parse().ok())?;
    let whole = hours.checked_mul(3600)?.checked_add(minutes.checked_mul(60)?)?.checked_mul(1_000_000)?;
    Some(sign * whole.checked_add((seconds * 1e6).round() as i64)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_are_read_by_value() {
        for (a, b) in [
            ("7 days", "1 week"),
            ("7days", "@ 7 days"),
            ("1 year 2 mons", "14 months"),
            ("1 hour", "01:00:00"),
            ("90 minutes", "01:30:00"),
            ("1.5 hours", "1:30"),
            ("1 day ago", "-1 days"),
            ("3 days 04:05:06.5", "3 d 4 h 5 m 6.5 s"),
        ] {
            assert!(Span::parse(a).is_some(), "{a}");
            assert_eq!(Span::parse(a), Span::parse(b), "{a} and {b}");
        }
        assert_ne!(Span::parse("1 day"), Span::parse("24 hours"));
        for text in ["P1D", "1", "1 fortnight", "99999999999999999999 days", "1-2"] {
            assert_eq!(Span::parse(text), None, "{text}");
        }
    }

    #[test]
    fn moments_are_read_by_value() {
        let instant = |text: &str| Moment::parse(text).and_then(Moment::instant);
        assert_eq!(instant("2024-01-31T10:00:00.000Z"), instant("2024-01-31 10:00:00+00"));
        assert_eq!(instant("2024-01-31 12:00:00+02"), instant("2024-01-31 10:00+00:00"));
        assert_eq!(instant("2024-01-31 12:00:00"), None);
        assert_eq!(
            Moment::parse("2024-01-31").map(Moment::local),
            Moment::parse("2024-01-31 00:00").map(Moment::local)
        );
        assert_eq!(Moment::parse("now"), None);
        assert_eq!(Moment::parse("2024-13-31"), None);
    }
}
