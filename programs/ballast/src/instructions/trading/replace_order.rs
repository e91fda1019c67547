//! `replace_order`

use super::{accounts::Orders, session::Session};
use crate::{
    args::{OrderArgs, OrderKind, SelfTrade},
    error::{BallastError, Logged},
    events::{CancelRecord, OrderReplaced, PlaceRecord},
    instructions::admission::require_value,
};
use anchor_lang::prelude::*;
use ballast_book::{Handle, Order};
use ballast_risk::Lots;

/// Runs `replace_order`: the old order is cancelled and the new one placed, with one check over both. Where the new one is
/// the old one made smaller, the old one is reduced in place and keeps its priority.
pub fn replace_order(ctx: &mut Context<Orders>, handle: u32, sequence: u64, args: OrderArgs) -> Result<()> {
    let makers = ctx.remaining_accounts()?;
    let mut session = Session::open(&mut ctx.accounts, &makers)?;
    let (handle, old) = session.find(handle, sequence)?;
    let (replaced, placed) = if is_smaller(&old, &args)? {
        reduce(&mut session, handle, &old, &args)?
    } else {
        (session.cancel(handle)?, session.place(&args)?)
    };
    let (margin, instrument) = (session.address, session.matcher.venue.i.index);
    let outcome = session.finish()?;
    emit!(OrderReplaced { margin, instrument, replaced, placed, fills: outcome.fills, penalties: outcome.penalties });
    Ok(())
}

/// True if the new order is the old one with no more lots.
fn is_smaller(old: &Order, args: &OrderArgs) -> Result<bool> {
    Ok(OrderKind::from_byte(args.kind).is_some_and(OrderKind::may_rest)
        && args.side == old.side().logged()? as u8
        && args.price == old.price_ticks.get()
        && args.reduce_only == u8::from(old.is_reduce_only())
        && args.expires_at == old.expires_at
        && (1..=old.lots.get()).contains(&args.lots))
}

/// Reduces the old order in place. Nothing but its value and its time can be wrong with what is left.
fn reduce(
    session: &mut Session<'_>,
    handle: Handle,
    old: &Order,
    args: &OrderArgs,
) -> Result<(CancelRecord, PlaceRecord)> {
    require!(SelfTrade::from_byte(args.self_trade).is_some(), BallastError::BadSelfTrade);
    require!(!old.is_expired(session.matcher.venue.now), BallastError::OrderExpired);
    require!(!old.is_locked(session.matcher.venue.now), BallastError::OrderLocked);
    require_value(session.matcher.venue.i, Lots::new(args.lots), old.price_ticks)?;
    session.reduce_in_place(handle, old, Lots::new(args.lots), args.client_id)?;
    let replaced = CancelRecord { sequence: old.seq, client_id: old.client_id, lots: old.lots.get() };
    let placed = PlaceRecord {
        sequence: old.seq,
        handle: handle.0,
        side: args.side,
        makers_cancelled: 0,
        fills: 0,
        client_id: args.client_id,
        price: args.price,
        filled: 0,
        value: 0,
        fee: 0,
        resting: args.lots,
    };
    Ok((replaced, placed))
}
