//! Underlyings.

use super::{Parameters, list::parameters};
use crate::RiskError;
use ballast_units::{Ppm, QuoteNative, UnitPrice};

/// Largest price of a delta unit at its underlying's scale.
pub const MAX_UNIT_PRICE: i64 = 1 << 43;

parameters! {
    /// Risk parameters of an underlying.
    UnderlyingParams "Underlying" {
        /// κ's denominator: gross delta notional from which concentration is charged.
        liquidity: QuoteNative in 1..=1 << 50, Quote;
        /// Most unrealised profit that counts towards initial equity.
        profit_cap: QuoteNative in 0..=1 << 50, Quote;
        /// Least price scan range.
        scan_range: Ppm in 10_000..=1_000_000, Ratio;
        /// Largest confidence interval of an accepted price, a ratio of the price.
        max_confidence: Ppm in 100..=100_000, Ratio;
        /// c_u, the calendar charge on delta matched between buckets; at most the scan range, so that two legs together never
        /// require more than apart.
        calendar: Ppm in 0..=100_000, Ratio;
        /// κ_u, the concentration charge.
        concentration: Ppm in 0..=2_000_000, Ratio;
        /// Cap on the excess to which κ applies.
        concentration_cap: Ppm in 0..=4_000_000, Ratio;
        /// Most by which the stable price follows in an hour.
        stable_rate: Ppm in 1_000..=1_000_000, Ratio;
        /// Oldest price, by its publish time, with which new risk and withdrawals are allowed.
        max_age: u32 in 1..=600, Seconds;
        /// Short option minimum, a ratio of the price.
        short_minimum: Ppm in 0..=200_000, Ratio;
        /// Notional of the underlying's whole open interest from which everyone's concentration charge grows.
        open_interest_liquidity: QuoteNative in 1..=1 << 60, Quote default 1_000_000_000_000_000;
        /// How much it grows by, for each time that notional beyond the first.
        crowding: Ppm in 0..=1_000_000, Ratio default 0;
        /// Most that it grows by.
        crowding_cap: Ppm in 0..=1_000_000, Ratio default 0;
    }
}

parameters! {
    /// What is fixed when an underlying is listed.
    UnderlyingTerms "Underlying, fixed at listing" {
        /// Hard upper bound of the price of a delta unit: a price above it is refused. Bounds of products are proven against it.
        max_price: UnitPrice in 1..=MAX_UNIT_PRICE, Price;
        /// k: prices count in 2^-k quote-native.
        scale_bits: u8 in 0..=16, Bits;
        /// A delta unit is 10^-this of the asset.
        unit_exponent: u8 in 0..=9, Decimals;
    } reserved [u8; 6]
}

impl UnderlyingParams {
    /// Checks the hard bounds, and that the calendar charge is at most the scan range.
    pub fn validate(&self) -> Result<(), RiskError> {
        self.validate_bounds()?;
        if self.calendar > self.scan_range {
            return Err(RiskError::ParameterRule { rule: "calendar must be at most scan_range" });
        }
        Ok(())
    }
}
