//! `prune_expired`

use super::{
    off_book::take_all_off_book,
    reducing::{reducible, resting_to_reduce},
};
use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, MARKET_SEED},
    error::Logged,
    events::OrdersPruned,
    instructions::load::{market_and_book, now},
    state::{Exchange, MarginAccount, Market, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_book::{Order, Side};

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

/// Runs `prune_expired`: takes off orders that have expired, and reduce-only ones for which older ones leave nothing of the
/// position to reduce; the newest first, `limit` at most. Where there is none, nothing changes.
pub fn prune_expired(ctx: &mut Context<PruneExpired>, limit: u16) -> Result<()> {
    let now = now()?;
    let a = &mut ctx.accounts;
    let (address, instrument) = (*a.margin.address(), a.market.instrument);
    let i = a.board.board.instrument(instrument).logged()?;
    let (_, mut book) = market_and_book(&mut a.market)?;
    let portfolio = &mut a.margin.portfolio;
    let head = portfolio.position(i).map_or(0, |p| p.orders_head);
    let most = Side::BOTH.map(|side| reducible(portfolio, i, side));
    // Of each side, what the orders reduce that are no newer than the one at hand.
    let [bids, asks] = Side::BOTH.map(|side| resting_to_reduce(&book, head, side, |o| !o.is_expired(now)));
    let mut resting = [bids?, asks?];
    let dead = |order: &Order| {
        if order.is_expired(now) || !order.is_reduce_only() {
            return order.is_expired(now);
        }
        let Ok(side) = order.side() else { return false };
        let older = &mut resting[side as usize];
        *older = older.minus_bounded(order.lots);
        *older >= most[side as usize]
    };
    let count = take_all_off_book(&mut book, &address, portfolio, i, u32::from(limit), dead)?;
    if count > 0 {
        a.margin.count_change()?;
    }
    emit!(OrdersPruned { margin: address, count, instrument });
    Ok(())
}
