//! The accounts of an instruction on orders.

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, MARKET_SEED},
    state::{Exchange, MarginAccount, Market, RiskBoard},
};
use anchor_lang::prelude::*;

/// Accounts of the instructions that place and cancel orders. For those that place, the makers' margin accounts follow as further
/// accounts, writable.
#[derive(Accounts)]
pub struct Orders {
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
