//! The markets of a slice's positions, among the further accounts.

use crate::{
    error::{BallastError, Logged},
    instructions::load::any_market_mut,
    state::{MarginAccount, Market},
};
use alloc::vec::Vec;
use anchor_lang::prelude::*;
use ballast_risk::{Board, Filled, RiskError, liquidation::Legs};

/// Markets in ascending order of their instruments, each once.
pub struct Markets(Vec<&'static mut Market>);

impl Markets {
    /// Loads the markets: writable, of this program and exchange, at their own seeds, of the contracts that are listed now.
    #[inline(never)]
    pub fn load(views: &[AccountView], exchange: &Address, board: &Board) -> Result<Self> {
        let mut markets: Vec<&'static mut Market> = Vec::with_capacity(views.len());
        for view in views {
            let market = any_market_mut(*view, exchange)?;
            let sorted = markets.last().is_none_or(|last| last.instrument < market.instrument);
            require!(sorted, BallastError::UnsortedMarkets);
            let i = board.instrument(market.instrument).logged()?;
            require!(i.generation == market.generation, BallastError::WrongMarket);
            markets.push(market);
        }
        Ok(Self(markets))
    }

    /// Turns the account's positions in those that are settled into cash. Their orders stay.
    #[inline(never)]
    pub fn close_settled(&mut self, board: &Board, margin: &mut MarginAccount) -> Result<()> {
        for market in &mut self.0 {
            let i = board.instrument(market.instrument).logged()?;
            if i.settled == 0 || margin.portfolio.lots(i).is_zero() {
                continue;
            }
            let u = board.underlying(i.underlying).logged()?;
            let closed = margin.portfolio.close_settled(i, u).logged()?;
            market.book(&closed.filled).logged()?;
            market.invariant(i)?;
        }
        Ok(())
    }

    /// The legs that they stand for. A position that the account no longer has is no leg: its owner could close it to stop a
    /// liquidation of the others. The liquidator's account must accept their underlyings.
    #[inline(never)]
    pub fn legs(&self, board: &Board, margin: &MarginAccount, liquidator: &MarginAccount) -> Result<Legs> {
        let mut legs = Legs::default();
        for market in &self.0 {
            let i = board.instrument(market.instrument).logged()?;
            require!(liquidator.accepts_underlying(i.underlying), BallastError::OtherUnderlying);
            legs.add(&margin.portfolio, i);
        }
        Ok(legs)
    }

    /// Books the fills of both accounts in one instrument.
    pub fn book(&mut self, board: &Board, instrument: u16, fills: [&Filled; 2]) -> core::result::Result<(), RiskError> {
        let place = self.0.binary_search_by_key(&instrument, |market| market.instrument);
        let missing = RiskError::Corrupt { what: "the markets of the legs" };
        let market = place.ok().and_then(|place| self.0.get_mut(place)).ok_or(missing)?;
        for filled in fills {
            market.book(filled)?;
        }
        let unmatched = |_| RiskError::Corrupt { what: "the open interest of a market" };
        market.invariant(board.instrument(instrument)?).map_err(unmatched)
    }
}
