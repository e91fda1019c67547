//! What matching reads and changes, and what came of it.

use crate::{
    constants::MAX_MAKERS,
    error::{BallastError, Logged},
    events::{FillRecord, PenaltyRecord},
    instructions::{
        admission::require_open_interest_cap,
        load::margin_mut,
        trading::{off_book::take_off_book, venue::Venue},
    },
    state::{MarginAccount, Market},
};
use alloc::{boxed::Box, vec::Vec};
use anchor_lang::prelude::*;
use ballast_book::{BookMut, Handle, Owner};
use ballast_risk::{Lots, Portfolio, QuoteNative, rule::Trade};

/// What matching did for the taker.
#[derive(Default)]
pub struct Matched {
    /// Lots, positive.
    pub lots: Lots,
    /// Value, positive.
    pub value: QuoteNative,
    /// Fee.
    pub fee: QuoteNative,
    /// What the fills cost against the mark.
    pub cost: QuoteNative,
    /// What makers paid who could not carry a fill.
    pub penalties: QuoteNative,
    /// Matches.
    pub fills: u8,
    /// Resting orders cancelled because their maker could not carry the fill.
    pub makers_cancelled: u8,
    /// True if the order met one of its owner and is not to rest.
    pub ended_by_self_trade: bool,
}

impl Matched {
    /// For the rule. A penalty is a gift and makes no trade a reduction: it counts as a negative fee.
    pub fn trade(&self, underlying: u16, now: i64) -> Result<Trade> {
        let fees = self.fee.minus(self.penalties).logged()?;
        Ok(Trade { underlying, now, fees, cost: self.cost, filled: self.fills > 0 })
    }
}

/// A maker's account among the further accounts.
pub(super) struct Maker {
    pub address: Owner,
    pub account: &'static mut MarginAccount,
    /// True once a penalty was asked for in this instruction.
    pub penalised: bool,
}

/// Everything that matching reads and changes in one instruction, beside the taker.
pub struct Matcher<'a> {
    /// Where.
    pub venue: Venue<'a>,
    /// The book.
    pub book: BookMut<'a>,
    /// The matches of all orders, in their order.
    pub fills: Vec<FillRecord>,
    /// What makers paid.
    pub penalties: Vec<PenaltyRecord>,
    pub(super) authority: &'a Address,
    pub(super) market: &'a mut Market,
    pub(super) makers: Vec<Maker>,
    /// The maker at hand before the fill, made when first needed.
    pub(super) scratch: Option<Box<Portfolio>>,
    /// Resting orders that were stepped over or cancelled; one of a maker who could not carry the fill counts
    /// [`FAILED_MAKER_WEIGHT`](crate::constants::FAILED_MAKER_WEIGHT) times.
    pub(super) passed: usize,
    /// Orders that were looked past, which is free of [`MAX_PASSED`](crate::constants::MAX_PASSED).
    pub(super) looked_past: usize,
    /// Those of them that were taken off the book.
    pub(super) pruned: usize,
    /// Matches that were worth no more than an odd lot.
    pub(super) odd_lot_fills: usize,
    pub(super) open_interest_before: Lots,
}

impl<'a> Matcher<'a> {
    /// Loads the makers. Refuses an account that is passed in twice.
    #[inline(always)]
    pub fn new(
        venue: Venue<'a>,
        exchange_address: &Address,
        market: &'a mut Market,
        book: BookMut<'a>,
        authority: &'a Address,
        views: &[AccountView],
    ) -> Result<Self> {
        require!(views.len() <= MAX_MAKERS, BallastError::TooManyMakers);
        let mut makers: Vec<Maker> = Vec::with_capacity(views.len());
        for view in views {
            let address = Owner::new(view.address().as_array());
            require!(makers.iter().all(|m| m.address != address), BallastError::DuplicateAccount);
            makers.push(Maker { address, account: margin_mut(*view, exchange_address)?, penalised: false });
        }
        let open_interest_before = market.open_interest_long;
        Ok(Self {
            venue,
            book,
            fills: Vec::new(),
            penalties: Vec::new(),
            authority,
            market,
            makers,
            scratch: None,
            passed: 0,
            looked_past: 0,
            pruned: 0,
            odd_lot_fills: 0,
            open_interest_before,
        })
    }

    /// Requires what must hold of the market after an order has met the book.
    pub fn require_market(&self) -> Result<()> {
        require_open_interest_cap(self.venue.i, self.market, self.open_interest_before)?;
        Ok(self.market.invariant(self.venue.i)?)
    }

    /// Takes a maker's order off the book.
    pub(super) fn cancel(&mut self, maker: usize, handle: Handle) -> Result<()> {
        let maker = &mut self.makers[maker];
        let address = Address::new_from_array(*maker.address.as_bytes());
        take_off_book(&mut self.book, handle, &address, &mut maker.account.portfolio, self.venue.i)?;
        maker.account.count_change()?;
        Ok(())
    }
}
