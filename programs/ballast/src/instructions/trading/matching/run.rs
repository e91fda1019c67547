//! An order meets the book, the best resting order first.

use super::{
    meeting::Meeting,
    state::{Matched, Matcher},
};
use crate::{
    args::SelfTrade,
    constants::{FAILED_MAKER_WEIGHT, MAX_FILLS, MAX_LOOKED_PAST, MAX_PASSED},
    error::{BallastError, Logged},
    instructions::trading::{off_book::take_off_book, order::Incoming, reach::reaches},
    state::MarginAccount,
};
use anchor_lang::prelude::*;
use ballast_book::Owner;

impl Matcher<'_> {
    /// Matches an order against the book. The bounds on fills and on orders passed are those of the instruction.
    pub fn run(&mut self, taker: &mut MarginAccount, address: &Address, order: &Incoming) -> Result<Matched> {
        let taker_key = Owner::new(address.as_array());
        let mut matched = Matched::default();
        self.open_interest_before = self.market.open_interest_long;
        let mut next = self.book.best(order.side.opposite());
        while let Some(handle) = next {
            let left = order.lots.minus(matched.lots).logged()?;
            let resting = *self.book.get(handle).logged()?;
            let spent =
                self.fills.len() == MAX_FILLS || self.passed >= MAX_PASSED || self.looked_past >= MAX_LOOKED_PAST;
            if left.is_zero() || spent || !reaches(order.side, order.price, &resting) {
                break;
            }
            next = self.book.next(handle).logged()?;
            if resting.owner == taker_key && !resting.is_expired(self.venue.now) {
                match order.self_trade {
                    SelfTrade::CancelMaker if !resting.is_locked(self.venue.now) => {
                        take_off_book(&mut self.book, handle, address, &mut taker.portfolio, self.venue.i)?;
                        self.passed += 1;
                        continue;
                    }
                    SelfTrade::CancelMaker | SelfTrade::CancelTaker => {
                        matched.ended_by_self_trade = true;
                        break;
                    }
                    SelfTrade::Abort => return Err(BallastError::SelfTrade.into()),
                }
            }
            match self.meet(&resting, taker, order, left, &mut matched)? {
                Meeting::Trade(maker, lots) => {
                    if !self.trade(maker, handle, &resting, lots, taker, &mut matched)? {
                        matched.makers_cancelled += 1; // at most MAX_PASSED
                        self.passed += FAILED_MAKER_WEIGHT;
                    }
                }
                Meeting::Cancel(maker) => {
                    self.cancel(maker, handle)?;
                    self.passed += 1;
                }
                Meeting::StepOver => self.passed += 1,
                Meeting::Prune(maker) => self.prune(maker, handle)?,
                Meeting::LookPast => self.looked_past += 1,
                Meeting::End => break,
            }
        }
        Ok(matched)
    }
}
