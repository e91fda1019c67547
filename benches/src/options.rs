//! Where the exchange of options has what, and what those who trade them hold.

use crate::bench::{Bench, RICH, SPREAD, failure};
use anyhow::{Context, Result};
use ballast_client::terms::Terms;
use ballast_testkit::{SOL, Trader};

/// Futures: the k-th of underlying u is instrument `FUTURES[k] + u`.
pub const FUTURES: [u16; 3] = [2 * SPREAD, 3 * SPREAD, OPTIONS + SERIES * SPREAD];
/// Options: those of underlying u begin at `OPTIONS + SERIES · u`.
pub const OPTIONS: u16 = 4 * SPREAD;
/// Options of an underlying: two expiries, five strikes, a call and a put.
pub const SERIES: u16 = 2 * STRIKES * 2;
/// Strikes of an expiry.
pub const STRIKES: u16 = 5;
/// Index of the strike at the money.
pub const MIDDLE: u16 = STRIKES / 2;

/// The option positions of [`mixed`] on every underlying: expiry, strike, put, and whether they are long.
const LEGS: [(u16, u16, u16, bool); 4] =
    [(0, MIDDLE, 0, true), (1, MIDDLE + 1, 1, false), (0, MIDDLE + 1, 0, false), (1, MIDDLE, 0, true)];

/// An option's instrument.
pub fn option(underlying: u16, expiry: u16, strike: u16, put: u16) -> u16 {
    OPTIONS + SERIES * underlying + (expiry * STRIKES + strike) * 2 + put
}

/// Prices every option at the present price and time.
pub fn refresh_all(b: &mut Bench) -> Result<()> {
    (0..SPREAD).try_for_each(|underlying| b.svm.refresh_all_options(underlying).map_err(failure))
}

/// Moves the clock by some seconds and the prices of all underlyings: the first two, and all others alike.
pub fn move_prices(b: &mut Bench, prices: [&str; 3]) -> Result<()> {
    b.svm.advance(4);
    (0..SPREAD).try_for_each(|underlying| b.publish(underlying, prices[usize::from(underlying.min(SOL))]))
}

/// Has a trader buy (positive) or sell lots of an option from the house at its mark.
pub fn trade(b: &mut Bench, trader: &Trader, instrument: u16, lots: i64) -> Result<()> {
    let board = b.svm.board();
    let i = board.board.instrument(instrument)?;
    let u = board.board.underlying(i.underlying)?;
    let at = Terms::of(&board.board, instrument)?
        .show_ticks(i.mark_ticks_floor(u, b.svm.now()).get().max(1))
        .replace(',', "");
    let Bench { svm, house, .. } = b;
    let (buyer, seller) = if lots > 0 { (trader, &*house) } else { (&*house, trader) };
    svm.trade(buyer, seller, instrument, &at, lots.abs()).with_context(|| format!("{lots} of {instrument} at {at}"))
}

/// A trader with a perpetual, so many dated futures and the first so many of [`LEGS`] on every underlying.
pub fn mixed(b: &mut Bench, futures: usize, legs: usize) -> Result<Trader> {
    let perpetuals = 0..SPREAD;
    let trader = b.holder(RICH, perpetuals.clone())?;
    for underlying in perpetuals {
        let sign = if underlying.is_multiple_of(2) { 1 } else { -1 };
        let lots = sign * (10 + i64::from(underlying));
        for first in &FUTURES[..futures] {
            b.trade(&trader, first + underlying, -lots)?;
        }
        for (expiry, strike, put, long) in &LEGS[..legs] {
            let instrument = option(underlying, *expiry, *strike, *put);
            trade(b, &trader, instrument, if *long { lots } else { -lots - 3 })?;
        }
    }
    Ok(trader)
}

/// Those whose margin checks are compared.
pub struct Holders {
    /// Cash only.
    pub cash: Trader,
    /// 16 linear positions.
    pub linear: Trader,
    /// Those and 16 options.
    pub half: Trader,
    /// Those and 16 more options.
    pub whole: Trader,
    /// 48 positions, half of them options.
    pub mixed: Trader,
}

impl Holders {
    /// Trades them.
    pub fn new(b: &mut Bench) -> Result<Self> {
        let (cash, linear, half, whole) = (b.trader(RICH)?, mixed(b, 1, 0)?, mixed(b, 1, 2)?, mixed(b, 1, 4)?);
        // The house may hold no further positions.
        let another = b.trader(RICH)?;
        let house = std::mem::replace(&mut b.house, another);
        let mixed = mixed(b, 2, 3)?;
        b.house = house;
        Ok(Self { cash, linear, half, whole, mixed })
    }
}
