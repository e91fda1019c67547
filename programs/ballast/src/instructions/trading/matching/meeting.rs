//! What is to be done about a resting order that an incoming one reaches.

use super::state::{Matched, Matcher};
use crate::{
    args::SelfTrade,
    constants::{MAKER_GRACE_SECONDS, MAX_MAKERS, MAX_ODD_LOT_FILLS, MAX_PRUNED},
    error::{BallastError, Logged},
    instructions::trading::{order::Incoming, reducing::reducible},
    state::{MarginAccount, Permissions},
};
use anchor_lang::prelude::*;
use ballast_book::{Handle, Order};
use ballast_risk::Lots;

/// What is to be done about a resting order.
pub(super) enum Meeting {
    /// Trade with the maker of this index, so many lots.
    Trade(usize, Lots),
    /// Take it off the book; its maker is of this index.
    Cancel(usize),
    /// It trades with nobody: take it off the book, as far as one instruction does, and go on. Its maker is of this index.
    Prune(usize),
    /// Leave it and go on.
    StepOver,
    /// Leave it and go on, without counting it as stepped over.
    LookPast,
    /// End the match.
    End,
}

impl Matcher<'_> {
    /// Decides what is to be done about a resting order of somebody else's account.
    pub(super) fn meet(
        &self,
        resting: &Order,
        taker: &MarginAccount,
        order: &Incoming,
        left: Lots,
        matched: &mut Matched,
    ) -> Result<Meeting> {
        let expired = resting.is_expired(self.venue.now);
        let Some(maker) = self.makers.iter().position(|m| m.address == resting.owner) else {
            if expired || self.looks_past(order) && self.is_odd_lot(resting)? {
                return Ok(Meeting::LookPast);
            }
            // The taker could not know of a young order; an older one must not be traded through.
            let age = self.venue.now.checked_sub(resting.placed_at).ok_or(BallastError::Overflow)?;
            let young = age <= MAKER_GRACE_SECONDS;
            return Ok(if young { Meeting::StepOver } else { Meeting::End });
        };
        let account = &self.makers[maker].account;
        if expired {
            return Ok(Meeting::Prune(maker));
        }
        if account.episode.is_seized() {
            return Ok(Meeting::Cancel(maker));
        }
        if account.owner == taker.owner && !order.is_forced {
            // A delegate of one account has no say over orders of the owner's others.
            let may_cancel = || {
                !resting.is_locked(self.venue.now) && account.allows(self.authority, Permissions::TRADE, self.venue.now)
            };
            return match order.self_trade {
                SelfTrade::CancelMaker if may_cancel() => Ok(Meeting::Cancel(maker)),
                SelfTrade::CancelMaker | SelfTrade::CancelTaker => {
                    matched.ended_by_self_trade = true;
                    Ok(Meeting::End)
                }
                SelfTrade::Abort => Err(BallastError::SelfTrade.into()),
            };
        }
        let mut lots = left.min(resting.lots);
        if resting.is_reduce_only() {
            lots = lots.min(reducible(&account.portfolio, self.venue.i, order.side.opposite()));
            if lots.is_zero() {
                return Ok(Meeting::Prune(maker));
            }
        }
        if self.odd_lot_fills >= MAX_ODD_LOT_FILLS && self.is_odd_lot(resting)? {
            return Ok(Meeting::LookPast);
        }
        Ok(Meeting::Trade(maker, lots))
    }

    /// True if an order looks past the odd lots of makers who were not passed in: one that somebody else places only once it has met
    /// half as many as there is room for makers, so that he chooses no worse price for the one who pays, and no wall of them stops him.
    fn looks_past(&self, order: &Incoming) -> bool {
        !order.is_forced || self.odd_lot_fills >= MAX_MAKERS / 2
    }

    /// True if what is left of a resting order is an odd lot.
    fn is_odd_lot(&self, resting: &Order) -> Result<bool> {
        let i = self.venue.i;
        Ok(i.is_odd_lot(i.value_at(resting.lots, resting.price_ticks).logged()?))
    }

    /// Looks past an order that trades with nobody, and takes it off the book if few were before it.
    #[cold]
    pub(super) fn prune(&mut self, maker: usize, handle: Handle) -> Result<()> {
        self.looked_past += 1; // at most MAX_LOOKED_PAST
        if self.pruned < MAX_PRUNED {
            self.pruned += 1;
            self.cancel(maker, handle)?;
        }
        Ok(())
    }
}
