//! `sample_market`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, IMPACT_REACH, MARKET_SEED},
    error::{BallastError, Logged},
    events::MarketSampled,
    instructions::load::{market_and_book, now},
    state::{Exchange, Market, Pause, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_book::{Book, Order, Side};
use ballast_risk::{
    Instrument, Purpose, RiskError, Underlying,
    funding::{ImpactPrices, MIN_RESTING_SECONDS},
    math::mul_div_floor,
};

/// Accounts of `sample_market`.
#[derive(Accounts)]
pub struct SampleMarket {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The market.
    #[account(
        mut,
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&market.instrument)],
        bump = market.bump
    )]
    pub market: Account<Market>,
}

/// Runs `sample_market`. A second call in a bucket changes nothing.
///
/// The index must be fresh and suspected by no guard: otherwise traders who are right would pay a premium over a wrong index.
/// New risk must be possible: where nobody can answer a quote, the quote says nothing.
pub fn sample_market(ctx: &mut Context<SampleMarket>) -> Result<()> {
    let now = now()?;
    let a = &mut ctx.accounts;
    let (instrument, address) = (a.market.instrument, *a.market.address());
    let board = &mut a.board.board;
    let mut i = *board.instrument(instrument).logged()?;
    let u = board.underlying(i.underlying).logged()?;
    require!(!a.exchange.pause.contains(Pause::NEW_RISK), BallastError::NoFunding);
    i.require_sampled(u, now).logged()?;
    Purpose::NewRisk { now }.require(u).logged()?;
    let (market, book) = market_and_book(&mut a.market)?;
    let mut samples = market.samples();
    if !samples.is_due(now) {
        return Ok(());
    }
    let book = book.view();
    let bid = impact_price(&book, Side::Bid, &i, u, now)?;
    let ask = impact_price(&book, Side::Ask, &i, u, now)?;
    samples.take(&mut i, u, &ImpactPrices { bid, ask }, now).logged()?;
    market.set_samples(&samples);
    let slot = board.instrument_mut(instrument).logged()?;
    (slot.funding_index, slot.basis) = (i.funding_index, i.basis);
    emit!(MarketSampled {
        market: address,
        bucket: samples.bucket,
        premium: samples.premium,
        funding_index: i.funding_index.get(),
        basis: i.basis,
        instrument,
    });
    Ok(())
}

/// The average price of a lot of the impact notional on one side, at the underlying's scale: the bid rounded down, the ask
/// up. Only orders count that have rested, have not expired, and add to a position: what flashes up or may vanish moves no
/// mark.
fn impact_price(book: &Book<'_>, side: Side, i: &Instrument, u: &Underlying, now: i64) -> Result<i64> {
    let rested = |o: &Order| now.checked_sub(o.placed_at).is_some_and(|age| age >= MIN_RESTING_SECONDS);
    let counts = |o: &Order| rested(o) && !o.is_expired(now) && !o.is_reduce_only();
    let impact = book.impact(side, i.tick_value, i.funding.impact_notional, IMPACT_REACH, counts).logged()?;
    let impact = impact.ok_or(BallastError::BookTooThin)?;
    let (one, value, lots) = (1i64 << u.scale(), impact.value.get(), impact.lots.get());
    match side {
        Side::Bid => mul_div_floor(value, one, lots),
        // Rounded up: the quotient of the negated product rounded down, negated.
        Side::Ask => mul_div_floor(value, -one, lots).and_then(|price| price.checked_neg().ok_or(RiskError::Overflow)),
    }
    .logged()
}
