//! `set_pause`

use crate::{
    constants::{EXCHANGE_SEED, pause},
    error::BallastError,
    events::PauseSet,
    instructions::load::now,
    state::Exchange,
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

/// Runs `set_pause`. Once withdrawals are possible again, pending changes wait anew.
pub fn set_pause(ctx: &mut Context<SetPause>, bits: u32) -> Result<()> {
    require!(bits & !pause::ALL == 0, BallastError::ParameterOutOfBounds);
    let authority = *ctx.accounts.authority.address();
    let exchange = &mut ctx.accounts.exchange;
    let only_adds = exchange.pause & !bits == 0;
    let allowed = authority == exchange.admin || authority == exchange.pause_authority && only_adds;
    require!(allowed, BallastError::Unauthorized);
    if exchange.pause & !bits & pause::WITHDRAW != 0 {
        exchange.withdrawals_open_since = now()?;
    }
    exchange.pause = bits;
    emit!(PauseSet { exchange: *exchange.address(), authority, pause: bits });
    Ok(())
}
