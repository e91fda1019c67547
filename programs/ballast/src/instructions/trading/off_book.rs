//! Taking orders off the book and out of their account.

use crate::error::{BallastError, Logged};
use anchor_lang::prelude::*;
use ballast_book::{BookMut, Handle, Order, Owner, Side};
use ballast_risk::{Instrument, Lots, Portfolio, QuoteNative};

/// Takes one order off the book and out of its account's totals.
pub fn take_off_book(
    book: &mut BookMut<'_>,
    handle: Handle,
    address: &Address,
    portfolio: &mut Portfolio,
    i: &Instrument,
) -> Result<Order> {
    let position = portfolio.slot(i).logged()?;
    let order = book.remove(handle, &Owner::new(address.as_array()), &mut position.orders_head).logged()?;
    let lots = order.lots;
    let value = i.value_at(lots, order.price_ticks).logged()?;
    position.remove_order(order.side().logged()?, order.is_reduce_only(), lots, value).logged()?;
    if position.is_empty() {
        portfolio.release(i).logged()?;
    }
    Ok(order)
}

/// Takes an order off the book for its owner. Refused for ten seconds after it took another order's place.
pub fn cancel_own(
    book: &mut BookMut<'_>,
    handle: Handle,
    address: &Address,
    portfolio: &mut Portfolio,
    i: &Instrument,
    now: i64,
) -> Result<Order> {
    require!(!book.get(handle).logged()?.is_locked(now), BallastError::OrderLocked);
    take_off_book(book, handle, address, portfolio, i)
}

/// Takes an order off the book that was filled whole, and whose lots the account's totals do not hold any more.
pub fn take_filled_off_book(
    book: &mut BookMut<'_>,
    handle: Handle,
    side: Side,
    resting: &Order,
    portfolio: &mut Portfolio,
    i: &Instrument,
) -> Result<()> {
    let position = portfolio.slot(i).logged()?;
    book.remove(handle, &resting.owner, &mut position.orders_head).logged()?;
    position.remove_order(side, resting.is_reduce_only(), Lots::ZERO, QuoteNative::ZERO).logged()?;
    if position.is_empty() {
        portfolio.release(i).logged()?;
    }
    Ok(())
}

/// Takes those of an account's orders off the book that `wanted` says, the newest first, `limit` at most; returns how many.
pub fn take_all_off_book(
    book: &mut BookMut<'_>,
    address: &Address,
    portfolio: &mut Portfolio,
    i: &Instrument,
    limit: u32,
    mut wanted: impl FnMut(&Order) -> bool,
) -> Result<u32> {
    let (head, orders) = portfolio.position(i).map_or((0, 0), |p| (p.orders_head, p.order_count));
    let mut next = (head != 0).then_some(Handle(head));
    let mut count = 0;
    for _ in 0..orders {
        let Some(handle) = next else { break };
        if count == limit {
            break;
        }
        next = book.older(handle).logged()?;
        if wanted(book.get(handle).logged()?) {
            take_off_book(book, handle, address, portfolio, i)?;
            count += 1;
        }
    }
    Ok(count)
}
