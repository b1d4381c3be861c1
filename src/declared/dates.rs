//! Dates as JavaScript reads and prints them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;

/// Milliseconds since 1970 of an ISO date or instant; `None` for other forms, which JavaScript reads in local time.
pub(super) fn parse(text: &str) -> Option<f64> {
    let timestamp = match text.parse::<Timestamp>() {
        Ok(timestamp) => timestamp,
        Err(_) if text.len() == 10 => text
            .parse::<Date>()
            .ok()?
            .to_datetime(jiff::civil::Time::midnight())
            .to_zoned(TimeZone::UTC)
            .ok()?
            .timestamp(),
        Err(_) => return None,
    };
    #[expect(clippy::cast_precision_loss, reason = "milliseconds of years that people write")]
    Some(timestamp.as_millisecond() as f64)
}

/// As `toISOString` prints it: `2024-01-31T00:00:00.000Z`.
pub(super) fn iso(milliseconds: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "saturates, and then is no timestamp")]
    let timestamp = Timestamp::from_millisecond(milliseconds as i64).unwrap_or(Timestamp::UNIX_EPOCH);
    let date: DateTime = TimeZone::UTC.to_datetime(timestamp);
    format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z",
        date.year(),
        date.month(),
        date.day(),
        date.hour(),
        date.minute(),
        date.second(),
        date.millisecond()
    )
}
