//! The result of a margin check.

use crate::{
    InterestParams, MarginParams, Ppm, QuoteNative, RiskError,
    math::{mul_div_floor, mul_ppm_ceil, mul_ppm_floor, sub_bounded},
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
    /// What owed cash is measured by, ≥ 0: the tokens' value, and of each underlying the profit that counts towards initial
    /// equity.
    pub backing: QuoteNative,
    /// Scanning risk after product groups.
    pub scan: QuoteNative,
    /// What initial margin adds to scanning risk while the scan range rises.
    pub surcharge: QuoteNative,
    /// What initial margin adds because the arrays of options are not of the present price.
    pub drift: QuoteNative,
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
    /// What maintenance margin adds because a part of the book is settled within a day.
    pub expiry: QuoteNative,
    /// The same of what initial margin is a ratio of.
    pub expiry_initial: QuoteNative,
    /// Maintenance margin: scan, charges, haircuts and `expiry`.
    pub maintenance: QuoteNative,
    /// Initial margin: its ratio of maintenance margin without `expiry`, `surcharge`, `drift` and `expiry_initial`, and order
    /// margin.
    pub initial: QuoteNative,
}

impl Requirements {
    /// What interest runs on: cash and unpaid variation margin owed. An open losing leg is no free loan.
    #[inline(always)]
    pub fn owed(&self) -> QuoteNative {
        // No sum of what an account has reaches the end of the type.
        QuoteNative::new(sub_bounded(0, self.own_cash.get()).max(0))
    }

    /// Requires that no more is owed than a share of what backs it, at the parameters' `max_owed`. A trading loss borrows as a
    /// withdrawal does.
    ///
    /// # Errors
    /// [`RiskError::OwedTooMuch`].
    #[inline(always)]
    pub fn require_backed(&self, params: &InterestParams) -> Result<(), RiskError> {
        let owed = self.owed();
        if owed.is_zero() {
            return Ok(());
        }
        let limit = mul_ppm_floor(self.backing, params.max_owed)?;
        if owed > limit {
            return Err(RiskError::OwedTooMuch { owed: owed.get(), limit: limit.get() });
        }
        Ok(())
    }

    /// Maintenance margin of the book as it is, whatever is settled within a day.
    pub fn maintenance_without_ramp(&self) -> QuoteNative {
        // A part of it, see `ramp.rs`.
        QuoteNative::new(sub_bounded(self.maintenance.get(), self.expiry.get()))
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
