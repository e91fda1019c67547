//! `cancel_liquidatable_orders`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, MARKET_SEED, MAX_LIQUIDATED_ORDERS},
    error::Logged,
    events::OrdersPruned,
    instructions::{
        load::{market_and_book, now},
        trading::take_all_off_book,
    },
    state::{Exchange, MarginAccount, Market, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_book::Order;
use ballast_risk::{RiskError, liquidation::measure};

/// Accounts of `cancel_liquidatable_orders`.
#[derive(Accounts)]
pub struct CancelLiquidatableOrders {
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
    /// The account below maintenance.
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

/// Runs `cancel_liquidatable_orders`. The account is judged as for a notice, so that nobody takes the orders of a healthy one by an
/// old price. Orders that only reduce stay, its owner's way out, unless it is seized. Possible in every pause state.
pub fn cancel_liquidatable_orders(ctx: &mut Context<CancelLiquidatableOrders>) -> Result<()> {
    let now = now()?;
    let a = &mut ctx.accounts;
    let (address, instrument) = (*a.margin.address(), a.market.instrument);
    let board = &a.board.board;
    let i = board.instrument(instrument).logged()?;
    let r = measure(board, &a.margin.portfolio, now).logged()?.required;
    let seized = a.margin.episode.is_seized();
    if !seized && !r.is_liquidatable() {
        let (equity, maintenance) = (r.equity.get(), r.maintenance.get());
        return Err(RiskError::NotLiquidatable { equity, maintenance }).logged();
    }
    let (_, mut book) = market_and_book(&mut a.market)?;
    let portfolio = &mut a.margin.portfolio;
    let wanted = |order: &Order| seized || !order.is_reduce_only();
    let count = take_all_off_book(&mut book, &address, portfolio, i, MAX_LIQUIDATED_ORDERS, wanted)?;
    if count > 0 {
        a.margin.count_change()?;
    }
    emit!(OrdersPruned { margin: address, count, instrument });
    Ok(())
}
