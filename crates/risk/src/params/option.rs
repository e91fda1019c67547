//! Options of an underlying.

use super::list::parameters;
use ballast_units::Ppm;

/// Largest volatility scan range, millionths.
pub const MAX_VOLATILITY_RANGE: i64 = 900_000;

parameters! {
    /// Parameters of the options of one underlying.
    OptionParams "Underlying, option" {
        /// v, the volatility scan range of an option of 30 days as a ratio of its volatility.
        volatility_range: Ppm in 0..=MAX_VOLATILITY_RANGE, Ratio default 350_000;
        /// p: the range of another expiry is `v · (30 / max(days, floor))^p`.
        volatility_power: Ppm in 0..=1_000_000, Ratio default 300_000;
        /// Days to expiry below which the range grows no more.
        volatility_floor_days: u32 in 1..=30, Days default 3;
        /// Oldest array with which new risk is allowed.
        max_array_age: u32 in 1..=3_600, Seconds default 120;
        /// Oldest volatility with which new risk is allowed.
        max_volatility_age: u32 in 10..=86_400, Seconds default 900;
    } reserved u32
}
