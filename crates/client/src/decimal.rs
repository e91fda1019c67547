//! Exact decimal numbers between people and the program's integers.

use anyhow::{Context, Result, bail, ensure};

/// Parses a decimal number, such as "12.5" or "-0.001", into units of `10^-decimals`. Fails if it is not a whole number
/// of them.
pub fn parse(text: &str, decimals: u32) -> Result<i64> {
    let digits = text.trim().replace('_', "");
    let (sign, digits) = match digits.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, digits.as_str()),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let valid = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    ensure!(!(whole.is_empty() && fraction.is_empty()) && valid(whole) && valid(fraction), "'{text}' is no number");
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > decimals as usize {
        bail!("'{text}' has more than {decimals} decimals");
    }
    let padded = format!("{whole}{fraction:0<width$}", width = decimals as usize);
    let value: i64 = padded.parse().with_context(|| format!("'{text}' does not fit"))?;
    Ok(sign * value)
}

/// Writes units of `10^-decimals` as a decimal number, with thousands separated and at least `shown` decimals.
pub fn format(value: i64, decimals: u32, shown: u32) -> String {
    let magnitude = value.unsigned_abs();
    let one = 10u64.pow(decimals);
    let whole = (magnitude / one).to_string();
    let mut grouped = String::new();
    for (n, digit) in whole.chars().enumerate() {
        if n > 0 && (whole.len() - n).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let fraction = format!("{:0width$}", magnitude % one, width = decimals as usize);
    let kept = fraction.trim_end_matches('0').len().max(shown as usize).min(decimals as usize);
    let sign = if value < 0 { "-" } else { "" };
    if kept == 0 { format!("{sign}{grouped}") } else { format!("{sign}{grouped}.{}", &fraction[..kept]) }
}

/// Writes units of `10^-decimals` rounded to `shown` decimals, a half away from zero: for people, never for sums.
pub fn rounded(value: i64, decimals: u32, shown: u32) -> String {
    let unit = 10i128.pow(decimals.saturating_sub(shown));
    let half = if value < 0 { -unit / 2 } else { unit / 2 };
    // Shorter by at least as much as it may grow: it fits where the value did.
    let rounded = ((i128::from(value) + half) / unit) as i64;
    format(rounded, shown.min(decimals), shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parses_exactly_or_not_at_all() {
        assert_eq!(parse("12.5", 6).unwrap(), 12_500_000);
        assert_eq!(parse("-0.001", 3).unwrap(), -1);
        assert_eq!(parse("1_000", 0).unwrap(), 1_000);
        assert_eq!(parse("1.50", 1).unwrap(), 15);
        assert!(parse("1.55", 1).is_err());
        assert!(parse("", 1).is_err());
        assert!(parse("1e3", 1).is_err());
        assert!(parse("99999999999999999999", 0).is_err());
    }

    #[test]
    fn formats_with_thousands() {
        assert_eq!(format(1_234_567_890_000, 6, 2), "1,234,567.89");
        assert_eq!(format(-1_500_000, 6, 2), "-1.50");
        assert_eq!(format(1, 6, 2), "0.000001");
        assert_eq!(format(12, 0, 0), "12");
    }

    #[test]
    fn rounds_half_away_from_zero() {
        assert_eq!(rounded(1_234_565_000, 6, 2), "1,234.57");
        assert_eq!(rounded(-1_005_000, 6, 2), "-1.01");
        assert_eq!(rounded(-4_999, 6, 2), "0.00");
        assert_eq!(rounded(i64::MAX, 6, 0), "9,223,372,036,855");
        assert_eq!(rounded(7, 0, 0), "7");
    }
}
