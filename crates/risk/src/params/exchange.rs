//! The exchange itself.

use super::{Parameters, list::parameters};
use crate::RiskError;
use ballast_units::{Ppm, QuoteNative};

parameters! {
    /// Fees of the exchange.
    FeeParams "Fees" {
        /// Most that a maker pays in one instruction whose order is cancelled because the account cannot carry the fill.
        maker_penalty: QuoteNative in 0..=100_000_000, Quote default 0;
        /// Taker fee, a ratio of value.
        taker_fee: Ppm in 0..=10_000, Ratio;
        /// Maker fee, a ratio of value; negative is a rebate. Either way at most the taker fee.
        maker_fee: i32 in -10_000..=10_000, Ratio;
        /// Fee of either side of a block trade, a ratio of value.
        block_fee: Ppm in 0..=10_000, Ratio default 0;
        /// What such a maker pays, a ratio of the value that would have matched.
        maker_penalty_rate: Ppm in 0..=10_000, Ratio default 0;
    }
}

parameters! {
    /// What else holds for the whole exchange.
    ExchangeParams "Exchange" {
        /// How long a change of parameters waits; 0 while an exchange is being set up.
        timelock: u32 in 0..=2_592_000, Seconds default 0;
    }
}

impl FeeParams {
    /// Checks the hard bounds. A rebate is paid out of the taker fee, and no maker pays more than a taker.
    pub fn validate(&self) -> Result<(), RiskError> {
        self.validate_bounds()?;
        if self.maker_fee.unsigned_abs() > self.taker_fee.get() {
            return Err(RiskError::ParameterRule { rule: "maker_fee must be at most taker_fee, either way" });
        }
        Ok(())
    }
}
