//! `cancel_order`

use super::{accounts::Orders, off_book::cancel_own};
use crate::{
    error::{BallastError, Logged},
    events::OrderCancelled,
    instructions::load::{market_and_book, now},
    state::Permissions,
};
use anchor_lang::prelude::*;
use ballast_book::{Handle, OrderId};

/// Runs `cancel_order`. Possible in every pause state and whatever any price does, but for the first
/// ten seconds of an order that took another one's place.
pub fn cancel_order(ctx: &mut Context<Orders>, handle: u32, sequence: u64) -> Result<()> {
    let now = now()?;
    let a = &mut ctx.accounts;
    require!(a.margin.allows(a.authority.address(), Permissions::TRADE, now), BallastError::Unauthorized);
    let (address, instrument) = (*a.margin.address(), a.market.instrument);
    let i = a.board.board.instrument(instrument).logged()?;
    let (_, mut book) = market_and_book(&mut a.market)?;
    let handle = book.by_order_id(OrderId { handle: Handle(handle), seq: sequence }).logged()?;
    let order = cancel_own(&mut book, handle, &address, &mut a.margin.portfolio, i, now)?;
    a.margin.count_change()?;
    emit!(OrderCancelled { margin: address, sequence, client_id: order.client_id, lots: order.lots.get(), instrument });
    Ok(())
}
