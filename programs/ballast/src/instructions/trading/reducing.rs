//! Orders that only reduce: what there is to reduce, and what of it resting orders reduce already.

use crate::error::Logged;
use anchor_lang::prelude::*;
use ballast_book::{BookMut, Order, Side};
use ballast_risk::{Instrument, Lots, Portfolio};

/// Lots by which an order of a side can reduce the position, ≥ 0.
pub fn reducible(portfolio: &Portfolio, i: &Instrument, side: Side) -> Lots {
    let held = portfolio.lots(i).get();
    Lots::new(match side {
        Side::Bid => (-held).max(0), // a position is far from the ends of its type
        Side::Ask => held.max(0),
    })
}

/// Lots of an account's reduce-only orders of a side that rest, those that `counts` says; `head` is that of its list. Linear in its
/// orders.
pub fn resting_to_reduce(book: &BookMut<'_>, head: u32, side: Side, counts: impl Fn(&Order) -> bool) -> Result<Lots> {
    let mut lots = Lots::ZERO;
    for entry in book.view().owner_orders(head) {
        let (_, order) = entry.logged()?;
        if order.is_reduce_only() && counts(order) && order.side().logged()? == side {
            lots = lots.plus(order.lots).logged()?;
        }
    }
    Ok(lots)
}
