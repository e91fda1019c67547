//! What the limit of an order reaches in the book.

use crate::{constants::MAX_LOOKED_PAST, error::Logged};
use anchor_lang::prelude::*;
use ballast_book::{BookMut, Order, Side};
use ballast_risk::Ticks;

/// True if the limit of an incoming order of a side reaches a resting order's price.
#[inline(always)]
pub fn reaches(side: Side, limit: Ticks, resting: &Order) -> bool {
    match side {
        Side::Bid => limit >= resting.price_ticks,
        Side::Ask => limit <= resting.price_ticks,
    }
}

/// True if a limit reaches anybody in the book, be it an order that has expired.
pub fn meets(book: &BookMut<'_>, side: Side, limit: Ticks) -> Result<bool> {
    let Some(best) = book.best(side.opposite()) else { return Ok(false) };
    Ok(reaches(side, limit, book.get(best).logged()?))
}

/// Price of the first resting order of the other side that a limit reaches and that has not expired. At most
/// [`MAX_LOOKED_PAST`] expired ones are looked past; the next one counts whether it has expired or not.
pub fn reached(book: &BookMut<'_>, side: Side, limit: Ticks, now: i64) -> Result<Option<Ticks>> {
    let mut next = book.best(side.opposite());
    for looked_past in 0..=MAX_LOOKED_PAST {
        let Some(handle) = next else { break };
        let resting = book.get(handle).logged()?;
        if !reaches(side, limit, resting) {
            break;
        }
        if !resting.is_expired(now) || looked_past == MAX_LOOKED_PAST {
            return Ok(Some(resting.price_ticks));
        }
        next = book.next(handle).logged()?;
    }
    Ok(None)
}
