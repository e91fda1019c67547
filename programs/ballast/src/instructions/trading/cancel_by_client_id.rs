//! `cancel_by_client_id`

use super::{accounts::Orders, off_book::cancel_own};
use crate::{
    error::{BallastError, Logged},
    events::OrderCancelled,
    instructions::load::{market_and_book, now},
    state::Permissions,
};
use anchor_lang::prelude::*;

/// Runs `cancel_by_client_id`: of several orders with this number, the newest.
pub fn cancel_by_client_id(ctx: &mut Context<Orders>, client_id: u64) -> Result<()> {
    let now = now()?;
    let a = &mut ctx.accounts;
    require!(a.margin.allows(a.authority.address(), Permissions::TRADE, now), BallastError::Unauthorized);
    let (address, instrument) = (*a.margin.address(), a.market.instrument);
    let i = a.board.board.instrument(instrument).logged()?;
    let (_, mut book) = market_and_book(&mut a.market)?;
    let head = a.margin.portfolio.position(i).map_or(0, |p| p.orders_head);
    let handle = book.find_by_client_id(head, client_id).logged()?;
    let order = cancel_own(&mut book, handle, &address, &mut a.margin.portfolio, i, now)?;
    a.margin.count_change()?;
    emit!(OrderCancelled { margin: address, sequence: order.seq, client_id, lots: order.lots.get(), instrument });
    Ok(())
}
