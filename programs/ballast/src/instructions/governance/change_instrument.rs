//! `change_instrument`
#![allow(unused_variables)] // Anchor binds the argument of `#[instruction]` where only the seeds use it

use super::timelock::{NO_SUBJECT, require_proposed};
use crate::{
    args::InstrumentChangeArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED, MARKET_SEED},
    error::{BallastError, Logged},
    events::InstrumentChanged,
    instruction::tag,
    instructions::load::now,
    state::{Exchange, Market, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::{Board, Instrument, funding::average_of};

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

/// Runs `change_instrument`. A limit that is lowered stops no reduction. What the risk authority tightened before cannot be taken
/// back any more: this is what holds.
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
    let changed =
        Instrument { limits: args.limits, funding: args.funding, reduce_only: args.reduce_only, tightened_at: 0, ..*i };
    write_limits(&mut a.board.board, &mut a.market, &changed)?;
    a.board.note_change(&a.exchange, now()?);
    emit!(InstrumentChanged::of(a.exchange.address(), &changed));
    Ok(())
}

/// Writes an instrument back with other limits, if they are inside their hard bounds. The basis of what is no longer sampled, or
/// may only be reduced, fades; where the market opens again, its average begins at what is left.
#[inline(never)]
pub fn write_limits(board: &mut Board, market: &mut Market, changed: &Instrument) -> Result<()> {
    require!(market.generation == changed.generation, BallastError::WrongMarket);
    changed.validate(board.underlying(changed.underlying).logged()?).logged()?;
    let slot = board.instrument_mut(changed.index).logged()?;
    *slot = *changed;
    slot.note_closed(now()?);
    if changed.closed_at != 0 && slot.closed_at == 0 {
        market.premium_average = average_of(slot.basis);
    }
    board.require_basis_covered(changed.underlying).logged()
}
