//! What is to be done about a resting order that an incoming one reaches.

use super::state::{Matched, Matcher};
use crate::{
    args::SelfTrade,
    constants::MAKER_GRACE_SECONDS,
    error::BallastError,
    instructions::trading::order::{Incoming, take_reduce_only_lots},
    state::{MarginAccount, Permissions},
};
use anchor_lang::prelude::*;
use ballast_book::Order;
use ballast_risk::Lots;

/// What is to be done about a resting order.
pub(super) enum Meeting {
    /// Trade with the maker of this index, so many lots.
    Trade(usize, Lots),
    /// Take it off the book; its maker is of this index.
    Cancel(usize),
    /// Leave it and go on.
    StepOver,
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
            // The taker could not know of a young order; an older one must not be traded through.
            let age = self.venue.now.checked_sub(resting.placed_at).ok_or(BallastError::Overflow)?;
            let young = age <= MAKER_GRACE_SECONDS;
            return Ok(if expired || young { Meeting::StepOver } else { Meeting::End });
        };
        let account = &self.makers[maker].account;
        if expired || account.episode.is_seized() {
            return Ok(Meeting::Cancel(maker));
        }
        if account.owner == taker.owner && !order.is_forced {
            // A delegate of one account has no say over orders of the owner's others.
            let may_cancel = || account.allows(self.authority, Permissions::TRADE, self.venue.now);
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
            lots = take_reduce_only_lots(&account.portfolio, self.venue.i, order.side.opposite(), lots);
            if lots.is_zero() {
                return Ok(Meeting::Cancel(maker));
            }
        }
        Ok(Meeting::Trade(maker, lots))
    }
}
