//! What a maker pays who could not carry a fill.

use super::state::{Matched, Matcher};
use crate::{error::Logged, events::PenaltyRecord, state::MarginAccount};
use anchor_lang::prelude::*;
use ballast_risk::{QuoteNative, math::mul_ppm_floor, rule};

impl Matcher<'_> {
    /// Has a maker who could not carry a fill of this value pay the taker, at most once an instruction: out of cash, and
    /// never below maintenance margin.
    #[cold]
    #[inline(never)]
    pub(super) fn penalise(
        &mut self,
        maker: usize,
        value: QuoteNative,
        taker: &mut MarginAccount,
        matched: &mut Matched,
    ) -> Result<()> {
        let maker = &mut self.makers[maker];
        if core::mem::replace(&mut maker.penalised, true) || self.venue.exchange.fees.maker_penalty.is_zero() {
            return Ok(());
        }
        let due = mul_ppm_floor(value, self.venue.exchange.fees.maker_penalty_rate).logged()?;
        let due = due.min(self.venue.exchange.fees.maker_penalty);
        let portfolio = &mut maker.account.portfolio;
        // A maker pays nothing where what it can spare cannot be computed.
        let spare = rule::spare_cash(self.venue.board, portfolio, self.venue.now).unwrap_or(QuoteNative::ZERO);
        let penalty = due.min(spare);
        if penalty.is_zero() {
            return Ok(());
        }
        portfolio.cash = portfolio.cash.minus(penalty).logged()?;
        taker.portfolio.cash = taker.portfolio.cash.plus(penalty).logged()?;
        matched.penalties = matched.penalties.plus(penalty).logged()?;
        let maker = Address::new_from_array(*maker.address.as_bytes());
        self.penalties.push(PenaltyRecord { maker, amount: penalty.get() });
        Ok(())
    }
}
