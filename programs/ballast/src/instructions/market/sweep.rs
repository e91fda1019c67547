//! `sweep`

use crate::{
    constants::{EXCHANGE_SEED, MARKET_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::Swept,
    state::{Exchange, Market, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::QuoteNative;

/// Accounts of `sweep`.
#[derive(Accounts)]
pub struct Sweep {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
    /// The market.
    #[account(
        mut,
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&market.instrument)],
        bump = market.bump
    )]
    pub market: Account<Market>,
}

/// Runs `sweep`.
pub fn sweep(ctx: &mut Context<Sweep>) -> Result<()> {
    let a = &mut ctx.accounts;
    let fees = a.market.unswept_fees;
    require!(!fees.is_zero(), BallastError::NothingToSweep);
    a.treasury.fees = a.treasury.fees.plus(fees).logged()?;
    a.market.unswept_fees = QuoteNative::ZERO;
    emit!(Swept { market: *a.market.address(), fees: fees.0 });
    Ok(())
}
