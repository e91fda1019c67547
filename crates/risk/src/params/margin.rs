//! Margin and liquidation.

use super::{Parameters, list::parameters};
use crate::RiskError;
use ballast_units::{Ppm, QuoteNative};

parameters! {
    /// Margin and liquidation parameters that hold for every account.
    MarginParams "Margin" {
        /// Initial margin as a multiple of maintenance margin.
        initial_ratio: Ppm in 1_050_000..=3_000_000, Ratio;
        /// A liquidation stops where equity reaches maintenance times one plus this.
        liquidation_buffer: Ppm in 1_000..=500_000, Ratio;
        /// δ0: share of the margin freed that is the discount of a liquidation that comes at once.
        discount_base: Ppm in 0..=500_000, Ratio default 150_000;
        /// φ: the share that it rises to with the shortfall, or with the time since the notice; at least the base.
        discount_max: Ppm in 0..=700_000, Ratio default 500_000;
        /// ψ: largest share as a ratio of the account's least ratio of equity to maintenance margin.
        discount_of_equity: Ppm in 1..=700_000, Ratio default 500_000;
        /// Part of the discount that goes to the insurance fund.
        insurance_share: Ppm in 0..=900_000, Ratio;
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
        /// What the caller of a liquidation on the order book is paid: a part of the discount, out of what the fills leave of it.
        book_reward: Ppm in 0..=500_000, Ratio default 200_000;
    } reserved [u32; 3]
}

impl MarginParams {
    /// Checks the hard bounds, and that the largest discount is not below the least.
    pub fn validate(&self) -> Result<(), RiskError> {
        self.validate_bounds()?;
        if self.discount_base > self.discount_max {
            return Err(RiskError::ParameterRule { rule: "discount_base must be at most discount_max" });
        }
        Ok(())
    }
}
