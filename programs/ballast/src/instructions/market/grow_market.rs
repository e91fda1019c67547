//! `grow_market`

use crate::{
    constants::{EXCHANGE_SEED, MARKET_SEED, MAX_GROWTH, MAX_MARKET_LEN},
    error::BallastError,
    events::MarketGrown,
    state::{Exchange, Market},
};
use anchor_lang::{cpi::realloc_account, prelude::*};

/// Accounts of `grow_market`.
#[derive(Accounts)]
pub struct GrowMarket {
    /// Pays the rent.
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// The market.
    #[account(
        mut,
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&market.instrument)],
        bump = market.bump
    )]
    pub market: Account<Market>,
    /// System program.
    pub system_program: Program<System>,
}

/// Runs `grow_market`.
pub fn grow_market(ctx: &mut Context<GrowMarket>) -> Result<()> {
    let mut view = *ctx.accounts.market.account();
    let len = view.data_len();
    require!(len < MAX_MARKET_LEN, BallastError::AlreadyComplete);
    let grown = MAX_MARKET_LEN.min(len + MAX_GROWTH);
    realloc_account(&mut view, grown, ctx.accounts.payer.account(), false)?;
    emit!(MarketGrown { market: *ctx.accounts.market.address(), len: grown as u64 });
    Ok(())
}
