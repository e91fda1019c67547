//! `cancel_order`

use super::matching::take_off_book;
use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, MARKET_SEED},
    error::{BallastError, Logged},
    events::OrderCancelled,
    instructions::load::{market_and_book, now},
    state::{Exchange, MarginAccount, Market, RiskBoard, permission},
};
use anchor_lang::prelude::*;
use ballast_book::{Handle, OrderId};

/// Accounts of `cancel_order`, `cancel_by_client_id` and `cancel_all_orders`.
#[derive(Accounts)]
pub struct CancelOrder {
    /// The owner, or a delegate who may trade.
    pub authority: Signer,
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
    /// The account whose order it is.
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

/// Runs `cancel_order`. Possible in every pause state and whatever any price does.
pub fn cancel_order(ctx: &mut Context<CancelOrder>, handle: u32, sequence: u64) -> Result<()> {
    let a = &mut ctx.accounts;
    require!(a.margin.allows(a.authority.address(), permission::TRADE, now()?), BallastError::Unauthorized);
    let (address, instrument) = (*a.margin.address(), a.market.instrument);
    let i = a.board.board.instrument(instrument).logged()?;
    let (_, mut book) = market_and_book(&mut a.market)?;
    let handle = book.by_order_id(OrderId { handle: Handle(handle), seq: sequence }).logged()?;
    let order = take_off_book(&mut book, handle, &address, &mut a.margin.portfolio, i)?;
    a.margin.count_change()?;
    emit!(OrderCancelled { margin: address, sequence, client_id: order.client_id, lots: order.lots, instrument });
    Ok(())
}
