//! `set_pause`

use crate::{
    constants::EXCHANGE_SEED,
    error::BallastError,
    events::PauseSet,
    instructions::load::now,
    state::{Exchange, Pause},
};
use anchor_lang::prelude::*;

/// Accounts of `set_pause`.
#[derive(Accounts)]
pub struct SetPause {
    /// The admin or the pause authority.
    pub authority: Signer,
    /// The exchange.
    #[account(mut, seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
}

/// Runs `set_pause`. Once withdrawals are possible again, pending changes wait anew; once liquidations are, the clocks of notices and
/// seizures.
pub fn set_pause(ctx: &mut Context<SetPause>, bits: u32) -> Result<()> {
    let pause = Pause::from_bits(bits).ok_or(BallastError::ParameterOutOfBounds)?;
    let authority = *ctx.accounts.authority.address();
    let exchange = &mut ctx.accounts.exchange;
    let only_adds = pause.contains(exchange.pause);
    let allowed = authority == exchange.admin || authority == exchange.pause_authority && only_adds;
    require!(allowed, BallastError::Unauthorized);
    if exchange.pause.difference(pause).contains(Pause::WITHDRAW) {
        exchange.withdrawals_open_since = now()?;
    }
    let could_liquidate = exchange.may_liquidate();
    exchange.pause = pause;
    if exchange.may_liquidate() && !could_liquidate {
        exchange.liquidations_open_since = now()?;
    }
    emit!(PauseSet { exchange: *exchange.address(), authority, pause: bits });
    Ok(())
}
