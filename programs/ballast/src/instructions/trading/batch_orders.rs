//! `batch_orders`

use super::{accounts::Orders, session::Session};
use crate::{
    args::{CancelArgs, OrderArgs},
    constants::{MAX_BATCH_CANCELS, MAX_BATCH_ORDERS},
    error::BallastError,
    events::OrdersBatched,
};
use alloc::vec::Vec;
use anchor_lang::prelude::*;

/// Runs `batch_orders`: cancels, then places, all or nothing.
pub fn batch_orders(ctx: &mut Context<Orders>, cancels: Vec<CancelArgs>, orders: Vec<OrderArgs>) -> Result<()> {
    require!(!cancels.is_empty() || !orders.is_empty(), BallastError::TooManyLegs);
    require!(cancels.len() <= MAX_BATCH_CANCELS && orders.len() <= MAX_BATCH_ORDERS, BallastError::TooManyLegs);
    let makers = ctx.remaining_accounts()?;
    let mut session = Session::open(&mut ctx.accounts, &makers)?;

    let mut cancelled = Vec::with_capacity(cancels.len());
    for c in &cancels {
        let (handle, _) = session.find(c.handle, c.sequence)?;
        cancelled.push(session.cancel(handle)?);
    }
    session.remember();
    let mut placed = Vec::with_capacity(orders.len());
    for args in &orders {
        placed.push(session.place_among_others(args)?);
    }

    let (margin, instrument) = (session.address, session.matcher.venue.i.index);
    let outcome = session.finish()?;
    emit!(OrdersBatched { margin, instrument, cancelled, placed, fills: outcome.fills, penalties: outcome.penalties });
    Ok(())
}
