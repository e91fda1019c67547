//! Funding of perpetuals and the basis of marks, from samples of the impact mid.

use crate::{Ppm, QuoteNative, RiskError, board::first_out_of_bounds};
use bytemuck::{Pod, Zeroable};

/// Seconds of a bucket: one sample of the premium each.
pub const BUCKET_SECONDS: i64 = 60;
/// Seconds that an order must have rested to count towards the impact mid.
pub const MIN_RESTING_SECONDS: i64 = 5;

/// Parameters of one instrument's premium.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct FundingParams {
    /// Notional that the impact bid and ask are prices of, quote-native, in [1 USDC, 2^50]; 0 turns sampling off.
    pub impact_notional: QuoteNative,
    /// Largest premium that a sample may show, either way, in [0, 10 %].
    pub max_premium: Ppm,
    /// Seconds over which a premium is paid, in [1 hour, 7 days]; 0 where nothing is sampled.
    pub period: u32,
    /// b: farthest that the mark may be from the index, in [0, 10 %]; 0 keeps the mark at the index.
    pub max_basis: Ppm,
    /// Reserved, zero.
    pub reserved: u32,
}

impl FundingParams {
    /// Checks the hard bounds; the error counts from zero in the order of declaration.
    pub fn validate(&self) -> Result<(), RiskError> {
        use crate::bounds::instrument::*;
        first_out_of_bounds(&[
            IMPACT_NOTIONAL.admits(self.impact_notional.0),
            MAX_PREMIUM.admits(self.max_premium.0),
            self.impact_notional.is_zero() && self.period == 0 || FUNDING_PERIOD.admits(self.period),
            MAX_BASIS.admits(self.max_basis.0),
        ])
    }
}
