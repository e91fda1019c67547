//! `prune_expired`

use super::{off_book::take_all_off_book, order::take_reduce_only_lots};
use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, MARKET_SEED},
    error::Logged,
    events::OrdersPruned,
    instructions::load::{market_and_book, now},
    state::{Exchange, MarginAccount, Market, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_book::{Order, Side};
use ballast_risk::Lots;

/// Accounts of `prune_expired`.
#[derive(Accounts)]
pub struct PruneExpired {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The market.
    #[account(
        mut,
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&market.instrument)],
        bump = market.bump
    )]
    pub market: Account<Market>,
    /// The account whose orders they are.
    #[account(
        mut,
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            margin.owner.as_ref(),
            bytemuck::bytes_of(&margin.sub_id),
        ],
        bump = margin.bump
    )]
    pub margin: Account<MarginAccount>,
}

/// Runs `prune_expired`: takes off orders that have expired, and reduce-only ones for which the account holds no position
/// left to reduce; the newest first, `limit` at most. Where there is none, nothing changes.
pub fn prune_expired(ctx: &mut Context<PruneExpired>, limit: u16) -> Result<()> {
    let now = now()?;
    let a = &mut ctx.accounts;
    let (address, instrument) = (*a.margin.address(), a.market.instrument);
    let i = a.board.board.instrument(instrument).logged()?;
    let (_, mut book) = market_and_book(&mut a.market)?;
    let portfolio = &mut a.margin.portfolio;
    let idle = Side::BOTH.map(|side| take_reduce_only_lots(portfolio, i, side, Lots::new(1)).is_zero());
    let dead = |order: &Order| {
        let reduces_nothing = || order.side().is_ok_and(|side| idle[side as usize]);
        order.is_expired(now) || order.is_reduce_only() && reduces_nothing()
    };
    let count = take_all_off_book(&mut book, &address, portfolio, i, u32::from(limit), dead)?;
    if count > 0 {
        a.margin.count_change()?;
    }
    emit!(OrdersPruned { margin: address, count, instrument });
    Ok(())
}
