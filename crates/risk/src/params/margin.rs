//! Margin and liquidation.

use super::{Parameters, list::parameters};
use crate::RiskError;
use ballast_units::{Ppm, QuoteNative};

/// Seconds of a day.
const DAY: i64 = 86_400;

parameters! {
    /// Margin and liquidation parameters that hold for every account.
    MarginParams "Margin" {
        /// Initial margin as a multiple of maintenance margin.
        initial_ratio: Ppm in 1_050_000..=3_000_000, Ratio;
        /// A liquidation stops where equity reaches maintenance times one plus this, at most initial margin.
        liquidation_buffer: Ppm in 1_000..=500_000, Ratio;
        /// δ0: share of the margin freed that is the discount of a liquidation that comes at once.
        discount_base: Ppm in 0..=250_000, Ratio default 150_000;
        /// φ: the share that it rises to with the shortfall, or with the time since the notice; at least the base.
        discount_max: Ppm in 100_000..=700_000, Ratio default 500_000;
        /// ψ: largest share as a ratio of the account's ratio of equity to maintenance margin that counts.
        discount_of_equity: Ppm in 1..=700_000, Ratio default 500_000;
        /// Part of the discount that goes to the insurance fund.
        insurance_share: Ppm in 0..=500_000, Ratio;
        /// An account whose maintenance margin is below this is liquidated whole or not at all.
        dust_value: QuoteNative in 0..=1_000_000_000, Quote;
        /// An account whose equity is below maintenance times one plus this is called for margin by an event.
        warning_buffer: Ppm in 0..=1_000_000, Ratio;
        /// An account whose equity is below this part of its maintenance margin may be seized at once.
        seizure_ratio: Ppm in 100_000..=500_000, Ratio default 333_333;
        /// Most that the insurance fund adds to the equity of a seized account for the discount of its liquidators, a ratio of its
        /// maintenance margin.
        seizure_budget: Ppm in 0..=100_000, Ratio default 100_000;
        /// Most that it spends so in a day on one underlying, a ratio of the fund.
        fund_budget: Ppm in 0..=10_000, Ratio default 10_000;
        /// Second of the UTC day at which everything settles, a whole minute: any two expiries are the same moment or at least a
        /// day apart.
        settlement_time: u32 in 0..=86_340, Seconds default 28_800;
        /// What the caller of a liquidation on the order book is paid: a part of the discount, out of what the fills leave of it.
        book_reward: Ppm in 0..=500_000, Ratio default 200_000;
    } reserved [u32; 2]
}

impl MarginParams {
    /// Checks the hard bounds, that a liquidation stops at initial margin at the latest, that the largest discount is not below
    /// the least, and that the settlement time is a whole minute.
    pub fn validate(&self) -> Result<(), RiskError> {
        self.validate_bounds()?;
        if Ppm::ONE.get() + self.liquidation_buffer.get() > self.initial_ratio.get() {
            return Err(RiskError::ParameterRule { rule: "1 + liquidation_buffer must be at most initial_ratio" });
        }
        if self.discount_base > self.discount_max {
            return Err(RiskError::ParameterRule { rule: "discount_base must be at most discount_max" });
        }
        if !self.settlement_time.is_multiple_of(60) {
            return Err(RiskError::ParameterRule { rule: "settlement_time must be a whole minute" });
        }
        Ok(())
    }

    /// True for a moment at which something may settle.
    pub fn is_settlement_time(&self, time: i64) -> bool {
        time > 0 && time % DAY == i64::from(self.settlement_time)
    }

    /// The first moment at or after another at which something may settle.
    ///
    /// # Errors
    /// [`RiskError::Overflow`] at the ends of the type.
    pub fn settlement_from(&self, time: i64) -> Result<i64, RiskError> {
        let since_midnight = time.rem_euclid(DAY);
        let midnight = time.checked_sub(since_midnight).ok_or(RiskError::Overflow)?;
        let today = midnight.checked_add(self.settlement_time.into()).ok_or(RiskError::Overflow)?;
        if today >= time { Ok(today) } else { today.checked_add(DAY).ok_or(RiskError::Overflow) }
    }
}
