//! What can be known of an order before it meets the book: its arguments, its price, its size.

use super::{
    reach::reached,
    reducing::{reducible, resting_to_reduce},
    venue::Venue,
};
use crate::{
    args::{OrderArgs, OrderKind, SelfTrade},
    constants::MIN_ORDER_LIFE,
    error::{BallastError, Logged},
    instructions::admission::{admit_order, require_inside, require_size, require_value},
    state::MarginAccount,
};
use anchor_lang::prelude::*;
use ballast_book::{BookMut, Side};
use ballast_risk::{Lots, Ticks};

/// An order that was checked and now meets the book.
pub struct Incoming {
    /// Its side.
    pub side: Side,
    /// Its kind.
    pub kind: OrderKind,
    /// What to do with orders of the same owner.
    pub self_trade: SelfTrade,
    /// True where somebody else closes the position of an account in default: orders of its owner's other accounts are met like
    /// anybody's, and only its own are of the same owner. It looks past odd lots only after many: the one who places it is not the one who pays.
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
    if args.expires_at != 0 {
        require_life(args.expires_at, kind, now)?;
    }
    let reduce_only = args.reduce_only == 1;
    // One that only reduces is cut to what is held, whatever the limit of a position is by now.
    let most = if reduce_only { Lots::new(i64::MAX) } else { i.limits.max_position };
    require_size(Lots::new(args.lots), most)?;
    admit_order(exchange, margin, i, u, reduce_only, now)?;

    let price = limit(kind, side, Ticks::new(args.price), i.band(u, now).logged()?, book, now)?;
    let mut lots = Lots::new(args.lots);
    if reduce_only {
        let mut most = reducible(&margin.portfolio, i, side);
        if kind.may_rest() {
            // What may rest shares the position with what rests already, and with what has expired and was not taken off: it
            // holds a place in the book without margin.
            let head = margin.portfolio.position(i).map_or(0, |p| p.orders_head);
            most = most.minus(resting_to_reduce(book, head, side, |_| true)?).logged()?.max(Lots::ZERO);
        }
        lots = lots.min(most);
        require!(!lots.is_zero(), BallastError::NothingToReduce);
        if kind.may_rest() {
            // It carries no margin, and room in the book must not be free.
            require_value(i, lots, price)?;
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

/// Requires that an order expires in the future and, if it may rest, not at once: an order that is gone when it is met costs
/// everybody but its owner.
fn require_life(expires_at: i64, kind: OrderKind, now: i64) -> Result<()> {
    let life = expires_at.checked_sub(now).filter(|life| *life > 0).ok_or(BallastError::OrderExpired)?;
    if kind.may_rest() && life < MIN_ORDER_LIFE {
        msg!("life {} s, least {}", life, MIN_ORDER_LIFE);
        return Err(BallastError::OrderLifeTooShort.into());
    }
    Ok(())
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
