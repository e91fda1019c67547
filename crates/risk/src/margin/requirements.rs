//! The result of a margin check.

use crate::{
    MarginParams, Ppm, QuoteNative, RiskError,
    math::{mul_div_floor, mul_ppm_ceil, sub_bounded},
};

/// The result of a check. All in quote-native.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Requirements {
    /// Equity for maintenance and liquidation.
    pub equity: QuoteNative,
    /// Equity that counts for new risk.
    pub initial_equity: QuoteNative,
    /// Equity that counts for withdrawals.
    pub withdraw_equity: QuoteNative,
    /// Cash less interest due and open losses; profits of other underlyings do not count. What it is below zero is owed.
    pub own_cash: QuoteNative,
    /// Scanning risk after product groups.
    pub scan: QuoteNative,
    /// What initial margin adds to scanning risk while the scan range rises.
    pub surcharge: QuoteNative,
    /// What the minimum for short options requires beyond the other charges.
    pub short_minimum: QuoteNative,
    /// Calendar charges.
    pub calendar: QuoteNative,
    /// Concentration charges.
    pub concentration: QuoteNative,
    /// Haircuts of tokens.
    pub haircut: QuoteNative,
    /// Order margin.
    pub order_margin: QuoteNative,
    /// Maintenance margin.
    pub maintenance: QuoteNative,
    /// Initial margin, with order margin.
    pub initial: QuoteNative,
}

impl Requirements {
    /// What interest runs on: cash and unpaid variation margin owed. An open losing leg is no free loan.
    #[inline(always)]
    pub fn owed(&self) -> QuoteNative {
        // No sum of what an account has reaches the end of the type.
        QuoteNative::new(sub_bounded(0, self.own_cash.get()).max(0))
    }

    /// Equity less maintenance margin.
    pub fn health(&self) -> Result<QuoteNative, RiskError> {
        Ok(self.equity.minus(self.maintenance)?)
    }

    /// True if the owner should be called for margin: equity is below maintenance times one plus the warning buffer.
    pub fn is_margin_call(&self, params: &MarginParams) -> Result<bool, RiskError> {
        let warning = mul_ppm_ceil(self.maintenance, params.warning_buffer)?;
        Ok(self.equity < self.maintenance.plus(warning)?)
    }

    /// Equity as a ratio of maintenance margin, between zero and one, rounded down.
    pub fn equity_ratio(&self) -> Result<Ppm, RiskError> {
        if self.equity >= self.maintenance {
            return Ok(Ppm::ONE);
        }
        if self.equity.get() <= 0 {
            return Ok(Ppm::ZERO);
        }
        let ratio = mul_div_floor(self.equity.get(), i64::from(Ppm::ONE.get()), self.maintenance.get())?;
        Ok(Ppm::new(ratio as u32)) // below one
    }

    /// Equity at which a liquidation ends: maintenance margin and the buffer, rounded up.
    pub fn target(&self, params: &MarginParams) -> Result<QuoteNative, RiskError> {
        Ok(self.maintenance.plus(mul_ppm_ceil(self.maintenance, params.liquidation_buffer)?)?)
    }

    /// The same with so much less cash.
    pub(crate) fn less_cash(mut self, amount: QuoteNative) -> Result<Self, RiskError> {
        for equity in [&mut self.equity, &mut self.initial_equity, &mut self.withdraw_equity, &mut self.own_cash] {
            *equity = equity.minus(amount)?;
        }
        Ok(self)
    }

    /// True if the account may be liquidated.
    pub fn is_liquidatable(&self) -> bool {
        self.equity < self.maintenance
    }
}
