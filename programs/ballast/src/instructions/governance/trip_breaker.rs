//! `trip_breaker`

use crate::{
    constants::{BOARD_SEED, BREAKER_SECONDS, EXCHANGE_SEED},
    error::{BallastError, Logged},
    events::BreakerTripped,
    instructions::load::now,
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;

/// Accounts of `trip_breaker`.
#[derive(Accounts)]
pub struct TripBreaker {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
}

/// Runs `trip_breaker`: where a guard of a fresh price is up, new risk in the underlying stops for [`BREAKER_SECONDS`], even if
/// the guard comes down before. Anyone may call, and again for as long as a guard is up.
pub fn trip_breaker(ctx: &mut Context<TripBreaker>, underlying: u16) -> Result<()> {
    let now = now()?;
    let u = ctx.accounts.board.board.underlying_mut(underlying).logged()?;
    u.require_fresh(now).logged()?;
    require!(u.guards.flags != 0, BallastError::BreakerNotTripped);
    u.halted_until = now.checked_add(BREAKER_SECONDS).ok_or(BallastError::Overflow)?;
    emit!(BreakerTripped {
        exchange: *ctx.accounts.exchange.address(),
        halted_until: u.halted_until,
        flags: u32::from(u.guards.flags),
        underlying: u32::from(underlying),
    });
    Ok(())
}
