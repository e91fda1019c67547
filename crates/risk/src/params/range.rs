//! The dynamic price scan range.

use super::{Parameters, list::parameters};
use crate::RiskError;
use ballast_units::Ppm;

parameters! {
    /// Parameters of the dynamic range; see [`crate::range`]. Its floor is [`scan_range`](super::UnderlyingParams::scan_range).
    RangeParams "Underlying, range" {
        /// z, in hundredths of a standard deviation; 0 keeps the range at its floor.
        sigmas: u32 in 100..=1_000, Hundredths or 0 default 0;
        /// Largest range, at least the floor.
        cap: Ppm in 10_000..=1_000_000, Ratio default 600_000;
        /// Horizon.
        horizon: u32 in 300..=604_800, Seconds default 86_400;
        /// Half-life of the variance estimate: a range that is above its floor halves in two of them.
        half_life: u32 in 3_600..=5_184_000, Seconds default 604_800;
    } reserved [u32; 2]
}

impl RangeParams {
    /// Checks the hard bounds, and that the cap is not below a floor.
    pub fn validate(&self, floor: Ppm) -> Result<(), RiskError> {
        self.validate_bounds()?;
        if floor > self.cap {
            return Err(RiskError::ParameterRule { rule: "range.cap must be at least scan_range" });
        }
        Ok(())
    }
}
