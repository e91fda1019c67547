//! `place_order`

use super::session::Session;
use crate::{
    args::OrderArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, MARKET_SEED},
    events::OrderPlaced,
    state::{Exchange, MarginAccount, Market, RiskBoard},
};
use anchor_lang::prelude::*;

/// Accounts of `place_order`, `replace_order` and `batch_orders`. The makers' margin accounts follow as further accounts, writable.
#[derive(Accounts)]
pub struct PlaceOrder {
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
    /// The account that trades.
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

/// Runs `place_order`.
pub fn place_order(ctx: &mut Context<PlaceOrder>, args: OrderArgs) -> Result<()> {
    let makers = ctx.remaining_accounts()?;
    let mut session = Session::open(&mut ctx.accounts, &makers)?;
    let placed = session.place(&args)?;
    let (margin, instrument) = (session.address, session.matcher.i.index);
    let outcome = session.finish()?;
    emit!(OrderPlaced {
        margin,
        sequence: placed.sequence,
        handle: placed.handle,
        instrument,
        side: placed.side,
        makers_cancelled: placed.makers_cancelled,
        client_id: placed.client_id,
        price: placed.price,
        filled: placed.filled,
        value: placed.value,
        fee: placed.fee,
        resting: placed.resting,
        fills: outcome.fills,
        penalties: outcome.penalties,
    });
    Ok(())
}
