//! `tighten_instrument`
#![allow(unused_variables)] // Anchor binds the argument of `#[instruction]` where only the seeds use it

use super::{change_instrument::write_limits, only_tightens};
use crate::{
    args::InstrumentTightenArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED, MARKET_SEED},
    error::{BallastError, Logged},
    events::InstrumentChanged,
    instructions::load::now,
    state::{Exchange, Market, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::Lots;

/// Accounts of `tighten_instrument`.
#[derive(Accounts)]
#[instruction(instrument: u16)]
pub struct TightenInstrument {
    /// The risk authority.
    #[account(address = exchange.risk_authority @ BallastError::Unauthorized)]
    pub risk_authority: Signer,
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

/// Runs `tighten_instrument`: lowers the limits of an account and of the market, and makes the market close-only. The admin can
/// take it back, see `relax_instrument`.
pub fn tighten_instrument(
    ctx: &mut Context<TightenInstrument>,
    instrument: u16,
    args: InstrumentTightenArgs,
) -> Result<()> {
    require!(args.reduce_only <= 1, BallastError::ParameterOutOfBounds);
    let a = &mut ctx.accounts;
    let i = a.board.board.instrument(instrument).logged()?;
    let (position, cap) = (i.limits.max_position.get(), i.limits.open_interest_cap.get());
    only_tightens("max_position", args.max_position <= position, position, args.max_position)?;
    only_tightens("open_interest_cap", args.open_interest_cap <= cap, cap, args.open_interest_cap)?;
    let mut changed = *i;
    let (position, cap) = (Lots::new(args.max_position), Lots::new(args.open_interest_cap));
    changed.tighten(position, cap, args.reduce_only, now()?).logged()?;
    write_limits(&mut a.board.board, &mut a.market, &changed)?;
    emit!(InstrumentChanged::of(a.exchange.address(), &changed));
    Ok(())
}
