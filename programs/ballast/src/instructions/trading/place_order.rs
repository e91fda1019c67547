//! `place_order`

use super::{accounts::Orders, session::Session};
use crate::{args::OrderArgs, events::OrderPlaced};
use anchor_lang::prelude::*;

/// Runs `place_order`.
pub fn place_order(ctx: &mut Context<Orders>, args: OrderArgs) -> Result<()> {
    let makers = ctx.remaining_accounts()?;
    let mut session = Session::open(&mut ctx.accounts, &makers)?;
    let placed = session.place(&args)?;
    let (margin, instrument) = (session.address, session.matcher.venue.i.index);
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
