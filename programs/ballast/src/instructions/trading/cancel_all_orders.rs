//! `cancel_all_orders`

use super::{accounts::Orders, off_book::take_all_off_book};
use crate::{
    args::BOTH_SIDES,
    error::{BallastError, Logged},
    events::OrdersCancelled,
    instructions::load::{market_and_book, now},
    state::Permissions,
};
use anchor_lang::prelude::*;
use ballast_book::Order;

/// Runs `cancel_all_orders`: those of a side or of both, the newest first, `limit` at most. One that took another
/// order's place less than ten seconds ago stays.
pub fn cancel_all_orders(ctx: &mut Context<Orders>, side: u8, limit: u16) -> Result<()> {
    require!(side <= BOTH_SIDES, BallastError::BadSide);
    let now = now()?;
    let a = &mut ctx.accounts;
    require!(a.margin.allows(a.authority.address(), Permissions::TRADE, now), BallastError::Unauthorized);
    let (address, instrument) = (*a.margin.address(), a.market.instrument);
    let i = a.board.board.instrument(instrument).logged()?;
    let (_, mut book) = market_and_book(&mut a.market)?;
    let of_side = |order: &Order| side == BOTH_SIDES || order.side().is_ok_and(|s| s as u8 == side);
    let wanted = |order: &Order| of_side(order) && !order.is_locked(now);
    let count = take_all_off_book(&mut book, &address, &mut a.margin.portfolio, i, u32::from(limit), wanted)?;
    a.margin.count_change()?;
    emit!(OrdersCancelled { margin: address, count, instrument });
    Ok(())
}
