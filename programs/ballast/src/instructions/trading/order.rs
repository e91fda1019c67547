//! What can be known of an order before it meets the book: its arguments, its price, its size.

use super::{reach::reached, venue::Venue};
use crate::{
    args::{OrderArgs, OrderKind, SelfTrade},
    error::{BallastError, Logged},
    instructions::admission::{admit_order, require_inside, require_size, require_value},
    state::MarginAccount,
};
use anchor_lang::prelude::*;
use ballast_book::{BookMut, Side};
use ballast_risk::{Instrument, Lots, Portfolio, Ticks};

/// An order that was checked and now meets the book.
pub struct Incoming {
    /// Its side.
    pub side: Side,
    /// Its kind.
    pub kind: OrderKind,
    /// What to do with orders of the same owner.
    pub self_trade: SelfTrade,
    /// True where somebody else closes the position of an account in default: orders of its owner's other accounts are met like
    /// anybody's, and only its own are of the same owner.
    pub is_forced: bool,
    /// May only reduce the position.
    pub reduce_only: bool,
    /// Its limit.
    pub price: Ticks,
    /// Its size.
    pub lots: Lots,
    /// The owner's number.
    pub client_id: u64,
    /// When it expires.
    pub expires_at: i64,
}

/// Checks an order against the account, the instrument and the book as they are now.
#[inline(always)]
pub fn checked(args: &OrderArgs, margin: &MarginAccount, venue: &Venue<'_>, book: &BookMut<'_>) -> Result<Incoming> {
    let Venue { exchange, i, u, now, .. } = *venue;
    margin.require_in_own_hands()?;
    let side = Side::from_index(args.side).ok_or(BallastError::BadSide)?;
    let kind = OrderKind::from_byte(args.kind).ok_or(BallastError::BadOrderKind)?;
    let self_trade = SelfTrade::from_byte(args.self_trade).ok_or(BallastError::BadSelfTrade)?;
    require!(args.reduce_only <= 1, BallastError::BadOrderKind);
    require!(args.expires_at == 0 || args.expires_at > now, BallastError::OrderExpired);
    let reduce_only = args.reduce_only == 1;
    // One that only reduces is cut to what is held, whatever the limit of a position is by now.
    let most = if reduce_only { Lots::new(i64::MAX) } else { i.limits.max_position };
    require_size(Lots::new(args.lots), most)?;
    admit_order(exchange, margin, i, u, reduce_only, now)?;

    let price = limit(kind, side, Ticks::new(args.price), i.band(u, now).logged()?, book, now)?;
    let mut lots = Lots::new(args.lots);
    if reduce_only {
        lots = take_reduce_only_lots(&margin.portfolio, i, side, lots);
        require!(!lots.is_zero(), BallastError::NothingToReduce);
        if kind.may_rest() {
            require_reducing_value(&margin.portfolio, i, lots, price)?;
        }
    } else {
        // The limit of a market order is the end of the band, which says nothing of what it will trade at.
        let price = if kind == OrderKind::Market { i.mark_ticks_floor(u, now) } else { price };
        require_value(i, lots, price)?;
    }
    Ok(Incoming {
        side,
        kind,
        self_trade,
        is_forced: false,
        reduce_only,
        price,
        lots,
        client_id: args.client_id,
        expires_at: args.expires_at,
    })
}

/// Requires that a reduce-only order that may rest is worth the market's minimum, or closes the whole position. It carries no
/// margin, and room in the book must not be free.
pub fn require_reducing_value(portfolio: &Portfolio, i: &Instrument, lots: Lots, price: Ticks) -> Result<()> {
    if lots.get().unsigned_abs() >= portfolio.lots(i).get().unsigned_abs() {
        Ok(())
    } else {
        require_value(i, lots, price)
    }
}

/// The limit that an order has in the book, inside the band: its price; of a market order the far end of the band; of one
/// that slides, one tick behind the best order that it would trade with.
fn limit(
    kind: OrderKind,
    side: Side,
    price: Ticks,
    band: (Ticks, Ticks),
    book: &BookMut<'_>,
    now: i64,
) -> Result<Ticks> {
    if kind == OrderKind::Market {
        require!(price == Ticks::ZERO, BallastError::BadPrice);
        let price = far_end(side, band);
        require_inside(price, band)?;
        return Ok(price);
    }
    require_inside(price, band)?;
    if !kind.only_posts() {
        return Ok(price);
    }
    match reached(book, side, price, now)? {
        None => Ok(price),
        Some(_) if kind == OrderKind::PostOnly => Err(BallastError::WouldCross.into()),
        Some(best) => {
            let behind = match side {
                Side::Bid => best.get().checked_sub(1),
                Side::Ask => best.get().checked_add(1),
            };
            let price = Ticks::new(behind.ok_or(BallastError::Overflow)?);
            require_inside(price, band)?;
            Ok(price)
        }
    }
}

/// The end of the band at which an order of a side would trade with every order in it.
fn far_end(side: Side, (low, high): (Ticks, Ticks)) -> Ticks {
    match side {
        Side::Bid => high,
        Side::Ask => low,
    }
}

/// Of the lots of an order, those by which it can reduce the position.
pub fn take_reduce_only_lots(portfolio: &Portfolio, i: &Instrument, side: Side, lots: Lots) -> Lots {
    let held = portfolio.lots(i).get();
    let reducible = match side {
        Side::Bid => (-held).max(0),
        Side::Ask => held.max(0),
    };
    Lots::new(lots.get().min(reducible))
}
