//! Funding and basis of an instrument.

use super::{Parameters, list::parameters};
use crate::RiskError;
use ballast_units::{Ppm, QuoteNative};

parameters! {
    /// Parameters of one instrument's premium.
    FundingParams "Instrument, funding" {
        /// Notional that the impact bid and ask are prices of; 0 turns sampling off.
        impact_notional: QuoteNative in 1_000_000..=1 << 50, Quote or 0 default 0;
        /// Largest premium that a sample may show, either way.
        max_premium: Ppm in 0..=100_000, Ratio default 5_000;
        /// Time over which a premium is paid; 0 where nothing is sampled.
        period: u32 in 3_600..=604_800, Seconds or 0 default 28_800;
        /// b: farthest that the mark may be from the index, at most max_premium and a quarter of the calendar charge in force; 0
        /// keeps the mark at the index.
        max_basis: Ppm in 0..=100_000, Ratio default 0;
    } reserved u32
}

impl FundingParams {
    /// Checks the hard bounds, that what is sampled has a period, and that a basis goes no farther than a premium, beyond which
    /// its bound would bind nothing.
    pub fn validate(&self) -> Result<(), RiskError> {
        self.validate_bounds()?;
        if self.period == 0 && !self.impact_notional.is_zero() {
            return Err(RiskError::ParameterRule { rule: "period must not be 0 where impact_notional is not" });
        }
        if self.max_basis > self.max_premium {
            return Err(RiskError::ParameterRule { rule: "max_basis must be at most max_premium" });
        }
        Ok(())
    }
}
