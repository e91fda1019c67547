//! What may be traded at all: pauses, halts, settlement, markets that are closed to new risk, isolated accounts, price bands,
//! sizes and caps. One list of conditions for each way to trade, in the order in which they refuse.

use crate::{
    error::{BallastError, Logged},
    state::{Exchange, MarginAccount, Market, Pause},
};
use anchor_lang::prelude::*;
use ballast_risk::{Instrument, Lots, Ticks, Underlying};

/// Requires what every order needs before it is priced. One that only reduces is stopped by no pause, no halt and no
/// closed market.
#[inline(always)]
pub fn admit_order(
    exchange: &Exchange,
    margin: &MarginAccount,
    i: &Instrument,
    u: &Underlying,
    reduce_only: bool,
    now: i64,
) -> Result<()> {
    if !reduce_only {
        require_new_risk(exchange)?;
        require!(i.reduce_only == 0, BallastError::MarketReduceOnly);
        require_not_halted(u, now)?;
    }
    require_trading(i, now)?;
    require_accepted(margin, i)?;
    u.require_priced().logged()?;
    // Before its first refresh an option has no mark, and no order a price to be judged by.
    if i.is_option() && i.option.price == 0 {
        i.option.require_usable(i, u, now).logged()?;
    }
    Ok(())
}

/// Requires what a leg of a block trade needs, of both accounts and of its size, before its price is looked at. A block is new
/// risk even where it only reduces.
pub fn admit_leg(accounts: [&MarginAccount; 2], i: &Instrument, u: &Underlying, lots: Lots, now: i64) -> Result<()> {
    for margin in accounts {
        require_accepted(margin, i)?;
    }
    require_trading(i, now)?;
    require_not_halted(u, now)?;
    require!(i.reduce_only == 0, BallastError::MarketReduceOnly);
    require_size(lots.magnitude().map_err(|_| BallastError::BadSize)?, i.limits.max_position)?;
    // The margin check looks at what is held in the end. A leg that both sides close is judged by its mark alone, and a stale
    // mark would let value pass unseen.
    u.require_fresh(now).logged()?;
    if i.is_option() {
        i.option.require_usable(i, u, now).logged()?;
    }
    Ok(())
}

/// Requires what a transfer between two accounts of one owner needs. A market that is closed to new risk does not stop it:
/// the owner holds as much as before.
pub fn admit_transfer(
    exchange: &Exchange,
    receiver: &MarginAccount,
    i: &Instrument,
    u: &Underlying,
    now: i64,
) -> Result<()> {
    require_new_risk(exchange)?;
    require_trading(i, now)?;
    require_not_halted(u, now)?;
    require_accepted(receiver, i)
}

/// Requires that the exchange is not paused for new risk.
#[inline(always)]
pub fn require_new_risk(exchange: &Exchange) -> Result<()> {
    require!(!exchange.pause.contains(Pause::NEW_RISK), BallastError::Paused);
    Ok(())
}

/// Requires that an instrument has not come to its settlement. From then on its price is decided, and a trader who knows it would
/// trade against one who does not.
#[inline(always)]
fn require_trading(i: &Instrument, now: i64) -> Result<()> {
    require!(i.settles_at == 0 || now < i.settles_at, BallastError::InstrumentExpired);
    Ok(())
}

/// Requires that an underlying's breaker is not tripped.
#[inline(always)]
fn require_not_halted(u: &Underlying, now: i64) -> Result<()> {
    if now < u.halted_until {
        msg!("underlying {}: halted until {}", u.index, u.halted_until);
        return Err(BallastError::Halted.into());
    }
    Ok(())
}

/// Requires that an account may hold an instrument: an isolated one holds only one underlying.
#[inline(always)]
fn require_accepted(margin: &MarginAccount, i: &Instrument) -> Result<()> {
    require!(margin.accepts_underlying(i.underlying), BallastError::OtherUnderlying);
    Ok(())
}

/// Requires that a size is of at least one lot and at most so many.
#[inline(always)]
pub fn require_size(lots: Lots, most: Lots) -> Result<()> {
    require!(lots > Lots::ZERO && lots <= most, BallastError::BadSize);
    Ok(())
}

/// True if a price is inside a band, ends included.
#[inline(always)]
pub fn is_inside(price: Ticks, (low, high): (Ticks, Ticks)) -> bool {
    price >= low && price <= high
}

/// Requires that the price of an order is inside the band.
#[inline(always)]
pub fn require_inside(price: Ticks, band: (Ticks, Ticks)) -> Result<()> {
    if !is_inside(price, band) {
        msg!("price {}, band {} to {} ticks", price.get(), band.0.get(), band.1.get());
        return Err(BallastError::BadPrice.into());
    }
    Ok(())
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

/// Requires that open interest did not grow past its cap; `before` is what it was.
#[inline(always)]
pub fn require_open_interest_cap(i: &Instrument, market: &Market, before: Lots) -> Result<()> {
    let open = market.open_interest_long;
    if open > i.limits.open_interest_cap && open > before {
        msg!("open interest {}, cap {}", open.get(), i.limits.open_interest_cap.get());
        return Err(BallastError::OpenInterestCap.into());
    }
    Ok(())
}
