//! Times of the chain, in seconds, and how people write them: UTC, as in "2026-12-25T08:00:00Z".

use anyhow::{Context, Result, ensure};

const DAY: i64 = 86_400;

/// Year, month and day of a time. Source: the civil calendar's era arithmetic (400 years of 146,097 days).
pub(crate) fn date(time: i64) -> (i64, i64, i64) {
    let days = time.div_euclid(DAY) + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let day_of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month + 2) / 5 + 1;
    let month = if month < 10 { month + 3 } else { month - 9 };
    (era * 400 + year_of_era + i64::from(month <= 2), month, day)
}

/// The time at which a day begins; the inverse of [`date`].
fn midnight(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let day_of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    let of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + of_era - 719_468) * DAY
}

/// Writes a time.
pub fn format(time: i64) -> String {
    let (year, month, day) = date(time);
    let of_day = time.rem_euclid(DAY);
    let (hour, minute, second) = (of_day / 3_600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// Reads a time.
pub fn parse(text: &str) -> Result<i64> {
    let part = |from: usize, to: usize| -> Option<i64> {
        let digits = text.get(from..to)?;
        digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())?
    };
    let read = || {
        let date = midnight(part(0, 4)?, part(5, 7)?, part(8, 10)?);
        Some(date + part(11, 13)? * 3_600 + part(14, 16)? * 60 + part(17, 19)?)
    };
    let time = read().with_context(|| format!("'{text}' is no time such as 2026-12-25T08:00:00Z"))?;
    ensure!(format(time) == text, "'{text}' is no time such as 2026-12-25T08:00:00Z");
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
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
