//! `wind_down_perpetual`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::{BallastError, Logged},
    events::PerpetualWoundDown,
    instructions::load::now,
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;

/// Accounts of `wind_down_perpetual`.
#[derive(Accounts)]
pub struct WindDownPerpetual {
    /// The admin.
    #[account(address = exchange.admin @ BallastError::Unauthorized)]
    pub admin: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
}

/// Runs `wind_down_perpetual`. It cannot be undone.
pub fn wind_down_perpetual(ctx: &mut Context<WindDownPerpetual>, instrument: u16, settles_at: i64) -> Result<()> {
    let a = &mut ctx.accounts;
    a.board.board.wind_down(instrument, settles_at, now()?).logged()?;
    emit!(PerpetualWoundDown { exchange: *a.exchange.address(), settles_at, instrument: u64::from(instrument) });
    Ok(())
}
