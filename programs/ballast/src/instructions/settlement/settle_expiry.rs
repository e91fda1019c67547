//! `settle_expiry`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::Logged,
    events::ExpirySettled,
    instructions::{load::now, market::require_ascending},
    state::{Exchange, RiskBoard},
};
use alloc::vec::Vec;
use anchor_lang::prelude::*;

/// Accounts of `settle_expiry`.
#[derive(Accounts)]
pub struct SettleExpiry {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
}

/// Runs `settle_expiry` for instruments of one underlying and expiry, in ascending order.
pub fn settle_expiry(ctx: &mut Context<SettleExpiry>, underlying: u16, instruments: Vec<u16>) -> Result<()> {
    let a = &mut ctx.accounts;
    require_ascending(&instruments)?;
    let settled = a.board.board.settle_expiry(underlying, &instruments, now()?).logged()?;
    emit!(ExpirySettled {
        exchange: *a.exchange.address(),
        expiry: settled.expiry,
        price: settled.price,
        underlying,
        samples: settled.samples,
        count: settled.count,
    });
    Ok(())
}
