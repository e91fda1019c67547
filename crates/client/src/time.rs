//! Times of the chain, in seconds, and how people write them: UTC, as in "2026-12-25T08:00:00Z".

use anyhow::{Context, Result, ensure};
use jiff::{Timestamp, civil::Date, tz::Offset};

/// The day of a time in UTC, or nothing if it is outside of the calendar's years, -9999 to 9999.
pub(crate) fn date(time: i64) -> Option<Date> {
    Timestamp::from_second(time).ok().map(|time| Offset::UTC.to_datetime(time).date())
}

/// Writes a time. One outside of the calendar's years stays a number.
pub fn format(time: i64) -> String {
    Timestamp::from_second(time).map_or_else(|_| time.to_string(), |time| time.to_string())
}

/// Reads a time.
///
/// # Errors
/// It is not written as [`format()`] does: to the second, with a `Z` at the end.
pub fn parse(text: &str) -> Result<i64> {
    let wrong = || format!("'{text}' is no time such as 2026-12-25T08:00:00Z");
    let time = text.parse::<Timestamp>().with_context(wrong)?.as_second();
    ensure!(format(time) == text, wrong());
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_and_read_in_utc() {
        assert_eq!(parse("2026-11-27T08:00:00Z").unwrap(), 1_795_766_400);
        assert_eq!(format(1_709_164_799), "2024-02-28T23:59:59Z");
        for time in (0..200).map(|n| 951_782_400 + n * 12_345_678) {
            assert_eq!(parse(&format(time)).unwrap(), time);
        }
        for wrong in [
            "",
            "2026-11-27",
            "2026-13-01T00:00:00Z",
            "2025-02-29T00:00:00Z",
            "2026-11-27T24:00:00Z",
            "2026-11-27T08:00:00+01",
            "2026-11-27T08:00:00+00:00",
            "2026-11-27T08:00:00.5Z",
            "2026-11-27T08:00:60Z",
            "2026-11-27 08:00:00Z",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
