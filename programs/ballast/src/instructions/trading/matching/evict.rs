//! Room in a full side: an order at a better price that is worth as much takes the place of one of the worst.

use super::state::Matcher;
use crate::{
    constants::MIN_SIDE_ORDERS,
    error::{BallastError, Logged},
    events::OrderEvicted,
    instructions::trading::order::Incoming,
};
use anchor_lang::prelude::*;
use ballast_book::BookError;
use ballast_risk::Lots;

impl Matcher<'_> {
    /// Requires that lots of an order may rest in this market, and makes room for them. True if another order gave way.
    #[inline(always)]
    pub fn make_room(&mut self, by: &Address, order: &Incoming, lots: Lots) -> Result<bool> {
        let book = self.book.view();
        require!(book.side_capacity() >= MIN_SIDE_ORDERS, BallastError::NotComplete);
        if !book.is_full(order.side) {
            return Ok(false);
        }
        self.evict(by, order, lots)?;
        Ok(true)
    }

    /// Takes off the worst order that gives way to a new one and whose account was passed in. An order that only reduces evicts
    /// nobody: it carries no margin, and dies with its position before the time for which an evicting order must stay.
    #[cold]
    #[inline(never)]
    fn evict(&mut self, by: &Address, order: &Incoming, lots: Lots) -> Result<()> {
        if order.reduce_only {
            return Err(BookError::Full).logged();
        }
        let mut maker = 0;
        let handle = self.book.view().giving_way(order.side, order.price, lots, |resting| {
            let found = self.makers.iter().position(|m| m.address == resting.owner);
            maker = found.unwrap_or(maker);
            found.is_some()
        });
        let handle = handle.logged()?.ok_or(BookError::Full).logged()?;
        let gone = *self.book.get(handle).logged()?;
        self.cancel(maker, handle)?;
        emit!(OrderEvicted {
            margin: Address::new_from_array(*gone.owner.as_bytes()),
            by: *by,
            sequence: gone.seq,
            client_id: gone.client_id,
            price: gone.price_ticks.get(),
            lots: gone.lots.get(),
            instrument: self.venue.i.index,
            side: order.side as u8,
        });
        Ok(())
    }
}
