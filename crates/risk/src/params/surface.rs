//! Volatility surfaces.

use super::{Parameters, list::parameters};
use crate::RiskError;
use ballast_units::Ppm;

/// Publishers of a surface.
pub const MAX_PUBLISHERS: usize = 5;

parameters! {
    /// Parameters of a surface.
    SurfaceParams "Volatility surface" {
        /// Publishers without whom there is no median; two are needed at least once the exchange has a timelock.
        min_publishers: u32 in 1..=MAX_PUBLISHERS as i64, Count;
        /// Oldest quote that counts.
        max_quote_age: u32 in 10..=3_600, Seconds;
        /// Farthest that a smile moves in a minute, pro rata and at most a minute's worth at once.
        update_bound: Ppm in 1_000..=200_000, Ratio;
        /// Farthest that it moves in an hour.
        hour_bound: Ppm in 10_000..=1_000_000, Ratio;
        /// Farthest that the first publication may be from what was listed.
        first_bound: Ppm in 10_000..=1_000_000, Ratio;
    } reserved u32
}

impl SurfaceParams {
    /// Checks the hard bounds, and that no publisher decides alone unless the exchange is being set up.
    pub fn validate(&self, set_up: bool) -> Result<(), RiskError> {
        self.validate_bounds()?;
        if !set_up && self.min_publishers < 2 {
            let rule = "min_publishers must be at least 2 on an exchange that has a timelock";
            return Err(RiskError::ParameterRule { rule });
        }
        Ok(())
    }
}

parameters! {
    /// A smile: `σ(x) = level · (1 + skew·x + curvature·x²)` with `x = ln(strike / forward) / √years`, x within ±3 and σ
    /// within [2 %, 500 %]. The forward is that of the anchor price: a smile sticks to the strike until it is published anew.
    Smile "Smile" {
        /// Volatility at the money, a year.
        level: Ppm in 50_000..=4_000_000, Ratio;
        /// Slope.
        skew: i32 in -1_000_000..=1_000_000, Ratio;
        /// Curvature.
        curvature: i32 in 0..=1_000_000, Ratio;
    }
}
