//! What can be known of an order before it meets the book: its arguments, its price, its size.

use super::matching::Matcher;
use crate::{
    args::{OrderArgs, order_kind, self_trade},
    constants::pause,
    error::{BallastError, Logged},
    instructions::load::{require_not_halted, require_trading},
    state::MarginAccount,
};
use anchor_lang::prelude::*;
use ballast_book::Side;
use ballast_risk::{Instrument, Lots, Portfolio, Ticks};

/// An order that was checked and now meets the book.
pub struct Incoming {
    /// Its side.
    pub side: Side,
    /// See [`order_kind`].
    pub kind: u8,
    /// What to do with orders of the same owner.
    pub self_trade: u8,
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

impl Incoming {
    /// True if it only rests and meets nobody.
    pub fn only_posts(&self) -> bool {
        matches!(self.kind, order_kind::POST_ONLY | order_kind::POST_ONLY_SLIDE)
    }
}

/// Checks an order against the account, the instrument and the book as they are now.
#[inline(always)]
pub fn checked(args: &OrderArgs, margin: &MarginAccount, matcher: &Matcher<'_>) -> Result<Incoming> {
    let (i, u, now) = (matcher.i, matcher.u, matcher.now);
    let side = Side::from_index(args.side).ok_or(BallastError::BadSide)?;
    require!(args.kind <= order_kind::POST_ONLY_SLIDE, BallastError::BadOrderKind);
    require!(args.self_trade <= self_trade::ABORT, BallastError::BadSelfTrade);
    require!(args.reduce_only <= 1, BallastError::BadOrderKind);
    require!(args.expires_at == 0 || args.expires_at > now, BallastError::OrderExpired);
    require!(args.lots > 0 && args.lots <= i.limits.max_position.get(), BallastError::BadSize);
    let reduce_only = args.reduce_only == 1;
    require!(reduce_only || matcher.exchange.pause & pause::NEW_RISK == 0, BallastError::Paused);
    require!(reduce_only || i.reduce_only == 0, BallastError::MarketReduceOnly);
    if !reduce_only {
        require_not_halted(u, now)?;
    }
    require_trading(i, now)?;
    require!(margin.accepts_underlying(i.underlying), BallastError::OtherUnderlying);

    u.require_priced().logged()?;
    // Before its first refresh an option has no mark, and no order a price to be judged by.
    if i.is_option() && i.option.price == 0 {
        i.option.require_usable(i, u, now).logged()?;
    }
    let price = limit(args, side, matcher)?;
    let mut lots = Lots::new(args.lots);
    if reduce_only {
        lots = take_reduce_only_lots(&margin.portfolio, i, side, lots);
        require!(!lots.is_zero(), BallastError::NothingToReduce);
        if may_rest(args.kind) {
            require_reducing_value(&margin.portfolio, i, lots, price)?;
        }
    } else {
        // The limit of a market order is the end of the band, which says nothing of what it will trade at.
        let price = if args.kind == order_kind::MARKET { i.mark_ticks_floor(u, now) } else { price };
        require_value(i, lots, price)?;
    }
    Ok(Incoming {
        side,
        kind: args.kind,
        self_trade: args.self_trade,
        reduce_only,
        price,
        lots,
        client_id: args.client_id,
        expires_at: args.expires_at,
    })
}

/// Requires that an order is worth the market's minimum.
pub fn require_value(i: &Instrument, lots: Lots, price: Ticks) -> Result<()> {
    let value = i.value_at(lots, price).logged()?;
    if value < i.limits.min_order_value {
        msg!("order value {}, minimum {}", value.get(), i.limits.min_order_value.get());
        return Err(BallastError::BadSize.into());
    }
    Ok(())
}

/// True if what is left of an order of a kind rests.
pub fn may_rest(kind: u8) -> bool {
    matches!(kind, order_kind::LIMIT | order_kind::POST_ONLY | order_kind::POST_ONLY_SLIDE)
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

/// The limit that an order has in the book, inside the band: that of its arguments; of a market order the far end of the
/// band; of one that slides, one tick behind the best order that it would trade with.
fn limit(args: &OrderArgs, side: Side, matcher: &Matcher<'_>) -> Result<Ticks> {
    let band = matcher.i.band(matcher.u, matcher.now).logged()?;
    let price = match args.kind {
        order_kind::MARKET => {
            require!(args.price == 0, BallastError::BadPrice);
            far_end(side, band)
        }
        _ => Ticks::new(args.price),
    };
    require_inside(price, band)?;
    if args.kind != order_kind::POST_ONLY && args.kind != order_kind::POST_ONLY_SLIDE {
        return Ok(price);
    }
    match matcher.reached(side, price)? {
        None => Ok(price),
        Some(_) if args.kind == order_kind::POST_ONLY => Err(BallastError::WouldCross.into()),
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

fn require_inside(price: Ticks, (low, high): (Ticks, Ticks)) -> Result<()> {
    if price < low || price > high {
        msg!("price {}, band {} to {} ticks", price.get(), low.get(), high.get());
        return Err(BallastError::BadPrice.into());
    }
    Ok(())
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
