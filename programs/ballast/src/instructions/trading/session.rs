//! What an account does in one market in one instruction: cancel, place, and be checked.
//!
//! Orders that only rest are checked together, once, when the last of them rests: their margin only grows, so that the check of
//! the last is the check of each. Whatever else changes the account is checked alone, before and after: an order that meets
//! another, and an order that would lower the margin of the orders beside it.

use super::{
    accounts::Orders,
    matching::{Matched, Matcher},
    off_book::cancel_own,
    order::{self, Incoming},
    reach::{meets, reached},
    venue::Venue,
};
use crate::{
    args::{OrderArgs, OrderKind},
    error::{BallastError, Logged},
    events::{CancelRecord, FillRecord, PenaltyRecord, PlaceRecord},
    instructions::load::{boxed, call_for_margin, market_and_book, now},
    state::{MarginAccount, Permissions},
};
use alloc::{boxed::Box, vec::Vec};
use anchor_lang::prelude::*;
use ballast_book::{Handle, NewOrder, Order, OrderId, Owner};
use ballast_risk::{
    Lots, Portfolio, Ticks,
    margin::order_only_adds,
    rule::{self, Trade},
};
use core::mem::take;

/// An account in a market, for one instruction.
pub struct Session<'a> {
    /// The book, the instrument and the makers.
    pub matcher: Matcher<'a>,
    /// The account.
    pub margin: &'a mut MarginAccount,
    /// Its address.
    pub address: Address,
    /// The account when it was last checked.
    before: Box<Portfolio>,
    /// What was done since, for the rule.
    unchecked: Option<Trade>,
    /// True if that is to be checked alone.
    alone: bool,
}

/// What an instruction did to others, for its event.
pub struct Outcome {
    /// The matches.
    pub fills: Vec<FillRecord>,
    /// What makers paid.
    pub penalties: Vec<PenaltyRecord>,
}

impl<'a> Session<'a> {
    /// Loads the makers and keeps the account as it is now. Refuses an authority that may not trade for it.
    #[inline(always)] // a result of this size is not worth its copies
    pub fn open(a: &'a mut Orders, makers: &[AccountView]) -> Result<Self> {
        let now = now()?;
        require!(a.margin.allows(a.authority.address(), Permissions::TRADE, now), BallastError::Unauthorized);
        let address = *a.margin.address();
        let exchange_address = *a.exchange.address();
        let board = &a.board.board;
        let i = board.instrument(a.market.instrument).logged()?;
        let u = board.underlying(i.underlying).logged()?;
        let (market, book) = market_and_book(&mut a.market)?;
        let venue = Venue { exchange: &a.exchange, board, i, u, now };
        let matcher = Matcher::new(venue, &exchange_address, market, book, a.authority.address(), makers)?;
        let margin = &mut *a.margin;
        margin.portfolio.accrue(&board.interest, now).logged()?;
        let before = boxed(&margin.portfolio);
        Ok(Self { matcher, margin, address, before, unchecked: None, alone: false })
    }

    /// Where the account's order with this name rests, and the order.
    pub fn find(&self, handle: u32, sequence: u64) -> Result<(Handle, Order)> {
        let handle = self.matcher.book.by_order_id(OrderId { handle: Handle(handle), seq: sequence }).logged()?;
        let order = *self.matcher.book.get(handle).logged()?;
        require!(order.owner == Owner::new(self.address.as_array()), BallastError::OrderNotOwned);
        Ok((handle, order))
    }

    /// Takes one of the account's orders off the book.
    pub fn cancel(&mut self, handle: Handle) -> Result<CancelRecord> {
        let Venue { i, now, .. } = self.matcher.venue;
        let order = cancel_own(&mut self.matcher.book, handle, &self.address, &mut self.margin.portfolio, i, now)?;
        Ok(CancelRecord { sequence: order.seq, client_id: order.client_id, lots: order.lots.get() })
    }

    /// Makes the account as it is now what the next check compares with.
    pub fn remember(&mut self) {
        self.before.as_mut().clone_from(&self.margin.portfolio);
    }

    /// Places an order; the check is that of [`Session::finish`].
    #[inline(always)]
    pub fn place(&mut self, args: &OrderArgs) -> Result<PlaceRecord> {
        let order = order::checked(args, self.margin, &self.matcher.venue, &self.matcher.book)?;
        self.put(&order)
    }

    /// Places one of several orders, with the checks that equal a check of each; the last is that of [`Session::finish`].
    pub fn place_among_others(&mut self, args: &OrderArgs) -> Result<PlaceRecord> {
        let order = order::checked(args, self.margin, &self.matcher.venue, &self.matcher.book)?;
        let alone = self.stands_alone(&order)?;
        if alone || self.alone {
            self.check()?;
        }
        self.alone = alone;
        self.put(&order)
    }

    /// True if an order may do more to the account than rest and be margined.
    fn stands_alone(&self, order: &Incoming) -> Result<bool> {
        let Venue { i, u, now, .. } = self.matcher.venue;
        if !order.kind.only_posts() && meets(&self.matcher.book, order.side, order.price)? {
            return Ok(true);
        }
        let Some(position) = self.margin.portfolio.position(i) else { return Ok(false) };
        let adds = order_only_adds(u, i, position, order.side, order.price, now).logged()?;
        Ok(!order.reduce_only && !adds)
    }

    /// Has an order meet the book and lets what is left of it rest.
    #[inline(always)]
    fn put(&mut self, order: &Incoming) -> Result<PlaceRecord> {
        let Self { matcher, margin, address, .. } = self;
        let matched = if order.kind.only_posts() { Matched::default() } else { matcher.run(margin, address, order)? };
        let left = order.lots.minus(matched.lots).logged()?;
        if order.kind == OrderKind::FillOrKill && !left.is_zero() {
            msg!("lots: needed {}, had {}", order.lots.get(), matched.lots.get());
            return Err(BallastError::WouldNotFill.into());
        }
        let rests = !left.is_zero()
            && match order.kind {
                // What could not be matched for want of a maker's account must not rest across the book.
                OrderKind::Limit => {
                    let crosses = || reached(&matcher.book, order.side, order.price, matcher.venue.now);
                    !matched.ended_by_self_trade && crosses()?.is_none()
                }
                kind => kind.only_posts(),
            };
        let id = if rests { Some(self.rest(order, left)?) } else { None };
        if matched.fills > 0 {
            self.matcher.require_market()?;
        }
        self.unchecked = Some(matched.trade(self.matcher.venue.u.index, self.matcher.venue.now)?);
        Ok(PlaceRecord {
            sequence: id.map_or(0, |id| id.seq),
            handle: id.map_or(0, |id| id.handle.0),
            side: order.side as u8,
            makers_cancelled: matched.makers_cancelled,
            fills: matched.fills,
            client_id: order.client_id,
            price: order.price.get(),
            filled: matched.lots.get(),
            value: matched.value.get(),
            fee: matched.fee.get(),
            resting: if rests { left.get() } else { 0 },
        })
    }

    /// Lets what is left of an order rest; on a full side another order gives way.
    #[inline(always)]
    fn rest(&mut self, order: &Incoming, lots: Lots) -> Result<OrderId> {
        let took_a_place = self.matcher.make_room(&self.address, order, lots)?;
        let i = self.matcher.venue.i;
        let value = i.value_at(lots, order.price).logged()?;
        let position = self.margin.portfolio.slot(i).logged()?;
        require!(position.order_count < u32::from(i.limits.max_orders), BallastError::TooManyOrders);
        let new = NewOrder {
            owner: Owner::new(self.address.as_array()),
            price_ticks: Ticks::new(order.price.get()),
            lots,
            client_id: order.client_id,
            placed_at: self.matcher.venue.now,
            expires_at: order.expires_at,
            flags: if order.reduce_only { Order::REDUCE_ONLY } else { 0 }
                | if took_a_place { Order::TOOK_A_PLACE } else { 0 },
        };
        let id = self.matcher.book.insert(order.side, &new, &mut position.orders_head).logged()?;
        position.add_order(order.side, order.reduce_only, lots, value).logged()?;
        // A limit that was lowered stops no reduction, and an order that only reduces does not count towards it.
        if !order.reduce_only {
            position.require_within_limit(i).logged()?;
        }
        Ok(id)
    }

    /// Makes a resting order smaller and gives it another name; it keeps its priority. Like a cancellation it needs no check.
    pub fn reduce_in_place(&mut self, handle: Handle, old: &Order, lots: Lots, client_id: u64) -> Result<()> {
        let i = self.matcher.venue.i;
        if lots < old.lots {
            let less = old.lots.minus(lots).logged()?;
            let value = i.value_at(less, old.price_ticks).logged()?;
            self.matcher.book.reduce(handle, less).logged()?;
            let side = old.side().logged()?;
            self.margin.portfolio.slot(i).logged()?.fill_order(side, old.is_reduce_only(), less, value).logged()?;
        }
        self.matcher.book.rename(handle, client_id).logged()
    }

    /// Checks what was done since the last check.
    fn check(&mut self) -> Result<()> {
        if let Some(trade) = self.unchecked.take() {
            let (board, MarginAccount { portfolio, episode, .. }) = (self.matcher.venue.board, &mut *self.margin);
            let found = rule::after_trade(board, &self.before, portfolio, episode, &trade).logged()?;
            portfolio.note_owed(&found);
            self.remember();
        }
        Ok(())
    }

    /// Ends the instruction with the check of what is unchecked, a call for margin where one is due, and the counter.
    #[inline(always)]
    pub fn finish(&mut self) -> Result<Outcome> {
        if let Some(trade) = self.unchecked.take() {
            let board = self.matcher.venue.board;
            let MarginAccount { portfolio, episode, .. } = &mut *self.margin;
            let found = rule::after_trade(board, &self.before, portfolio, episode, &trade).logged()?;
            portfolio.note_owed(&found);
            call_for_margin(&self.address, board, &found)?;
        }
        self.margin.count_change()?;
        Ok(Outcome { fills: take(&mut self.matcher.fills), penalties: take(&mut self.matcher.penalties) })
    }
}
