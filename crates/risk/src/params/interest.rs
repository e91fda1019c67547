//! Interest on owed cash.

use super::{Parameters, list::parameters};
use crate::RiskError;
use ballast_units::Ppm;

parameters! {
    /// Parameters of the borrow rate: two straight lines that meet at the optimal utilisation. All zero: no interest, and
    /// withdrawals do not borrow.
    InterestParams "Interest" {
        /// Rate a year at no utilisation.
        base_rate: Ppm in 0..=1_000_000, Ratio;
        /// Rate a year at the optimal utilisation, at least the base rate.
        optimal_rate: Ppm in 0..=2_000_000, Ratio;
        /// Rate a year at full utilisation, at least the optimal rate.
        max_rate: Ppm in 0..=4_000_000, Ratio;
        /// Utilisation at which the lines meet.
        optimal_utilisation: Ppm in 10_000..=990_000, Ratio;
        /// Utilisation up to which withdrawals may borrow; 0 allows none.
        max_utilisation: Ppm in 0..=950_000, Ratio;
        /// Most that an account may owe when it takes on risk or withdraws, a ratio of its tokens' value and counted profit; 0 where
        /// max_utilisation is 0.
        max_owed: Ppm in 0..=900_000, Ratio default 0;
        /// Part of the interest that the exchange keeps.
        reserve: Ppm in 0..=900_000, Ratio;
        /// Length of an epoch of lending.
        epoch_seconds: u32 in 60..=604_800, Seconds;
    }
}

impl InterestParams {
    /// Checks the hard bounds, that no rate is below the one before it, and that nothing may be owed where withdrawals do not
    /// borrow. All zero is allowed: it turns interest off.
    pub fn validate(&self) -> Result<(), RiskError> {
        if *self == Self::default() {
            return Ok(());
        }
        self.validate_bounds()?;
        if self.base_rate > self.optimal_rate {
            return Err(RiskError::ParameterRule { rule: "base_rate must be at most optimal_rate" });
        }
        if self.optimal_rate > self.max_rate {
            return Err(RiskError::ParameterRule { rule: "optimal_rate must be at most max_rate" });
        }
        if self.max_utilisation.is_zero() && !self.max_owed.is_zero() {
            return Err(RiskError::ParameterRule { rule: "max_owed must be 0 where max_utilisation is 0" });
        }
        Ok(())
    }
}
