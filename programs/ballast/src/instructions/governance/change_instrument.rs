//! `change_instrument`
#![allow(unused_variables)] // Anchor binds the argument of `#[instruction]` where only the seeds use it

use super::timelock::{NO_SUBJECT, require_proposed};
use crate::{
    args::InstrumentChangeArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED, MARKET_SEED},
    error::{BallastError, Logged, Named, require_within},
    events::InstrumentChanged,
    instruction::tag,
    instructions::listing::instrument::funding_params,
    state::{Exchange, Market, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::{Board, Instrument, Lots, Ppm, QuoteNative, bounds};

/// Accounts of `change_instrument`.
#[derive(Accounts)]
#[instruction(instrument: u16)]
pub struct ChangeInstrument {
    /// The admin.
    #[account(address = exchange.admin @ BallastError::Unauthorized)]
    pub admin: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The instrument's market.
    #[account(
        mut,
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&instrument)],
        bump = market.bump
    )]
    pub market: Account<Market>,
}

/// Runs `change_instrument`. A limit that is lowered stops no reduction.
pub fn change_instrument(
    ctx: &mut Context<ChangeInstrument>,
    instrument: u16,
    args: InstrumentChangeArgs,
) -> Result<()> {
    require_proposed(
        ctx.remaining_accounts()?,
        &ctx.accounts.exchange,
        NO_SUBJECT,
        tag::CHANGE_INSTRUMENT,
        &(instrument, args),
    )?;
    require!(args.reduce_only <= 1, BallastError::ParameterOutOfBounds);
    let a = &mut ctx.accounts;
    let i = a.board.board.instrument(instrument).logged()?;
    require!(args.generation == i.generation, BallastError::ChangeDiffers);
    let changed = Instrument {
        max_position: Lots::new(args.max_position),
        min_order_value: QuoteNative::new(args.min_order_value),
        funding: funding_params(&args.funding),
        price_band: Ppm::new(args.price_band),
        max_orders: args.max_orders,
        reduce_only: args.reduce_only,
        ..*i
    };
    write_limits(&mut a.board.board, &mut a.market, &changed, args.open_interest_cap)?;
    emit!(InstrumentChanged::of(a.exchange.address(), &changed, args.open_interest_cap));
    Ok(())
}

/// Writes an instrument back with other limits, and its market's cap, if they are inside their hard bounds. What is no longer
/// sampled, or may only be reduced, is at the index, and its average begins anew.
#[inline(never)]
pub fn write_limits(board: &mut Board, market: &mut Market, changed: &Instrument, cap: i64) -> Result<()> {
    require_within(&bounds::instrument::OPEN_INTEREST_CAP, cap)?;
    require!(market.generation == changed.generation, BallastError::WrongMarket);
    changed.validate(board.underlying(changed.underlying).logged()?).named(bounds::instrument::ALL)?;
    let slot = board.instrument_mut(changed.index).logged()?;
    *slot = *changed;
    if !changed.may_have_basis() {
        slot.basis = 0;
        market.premium_average = 0;
    }
    market.open_interest_cap = Lots::new(cap);
    Ok(())
}
