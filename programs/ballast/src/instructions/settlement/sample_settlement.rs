//! `sample_settlement`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::Logged,
    events::SettlementSampled,
    instructions::load::now,
    oracle,
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;

/// Accounts of `sample_settlement`.
#[derive(Accounts)]
pub struct SampleSettlement {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// Account of the underlying's first feed.
    pub price_update: UncheckedAccount,
}

/// Runs `sample_settlement`. The print of a sample may be posted at any time until the settlement.
pub fn sample_settlement(ctx: &mut Context<SampleSettlement>, underlying: u16, expiry: i64) -> Result<()> {
    let now = now()?;
    let board = &mut ctx.accounts.board.board;
    let u = board.underlying(underlying).logged()?;
    let price = oracle::read_account(&u.first, ctx.accounts.price_update.account())?;
    let print = u.print(&price, now).logged()?;
    let sample = board.sample_settlement(underlying, expiry, &print).logged()?;
    emit!(SettlementSampled {
        exchange: *ctx.accounts.exchange.address(),
        expiry,
        price: print.price.get(),
        underlying,
        sample,
    });
    Ok(())
}
