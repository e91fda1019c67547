//! `trip_breaker`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED},
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

/// Runs `trip_breaker`: where a guard of a fresh price stays up, see `Underlying::may_halt`, new risk in the underlying stops
/// for five minutes, even if the guard comes down before. Anyone may call, and again for as long as a guard is up.
pub fn trip_breaker(ctx: &mut Context<TripBreaker>, underlying: u16) -> Result<()> {
    let now = now()?;
    let u = ctx.accounts.board.board.underlying_mut(underlying).logged()?;
    u.require_fresh(now).logged()?;
    if !u.may_halt(now).logged()? {
        msg!("guards {} up since {}, last halt until {}", u.guards.flags, u.suspect_since, u.halted_until);
        return Err(BallastError::BreakerNotTripped.into());
    }
    u.halt(now).logged()?;
    emit!(BreakerTripped {
        exchange: *ctx.accounts.exchange.address(),
        halted_until: u.halted_until,
        flags: u32::from(u.guards.flags),
        underlying,
    });
    Ok(())
}
