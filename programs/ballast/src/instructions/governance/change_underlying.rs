//! `change_underlying`

use super::{
    change_margin::ChangeBoard,
    timelock::{NO_SUBJECT, require_proposed},
};
use crate::{
    args::UnderlyingArgs,
    error::{BallastError, Logged},
    events::UnderlyingChanged,
    instruction::tag,
    instructions::{listing::write_parameters, load::now},
};
use anchor_lang::prelude::*;
use ballast_risk::UnitPrice;

/// Runs `change_underlying`. A scan range that rises reaches maintenance margin by its ramp, see `ballast_risk::range`; the
/// rest holds at once.
pub fn change_underlying(ctx: &mut Context<ChangeBoard>, index: u16, args: UnderlyingArgs) -> Result<()> {
    require_proposed(
        ctx.remaining_accounts()?,
        &ctx.accounts.exchange,
        NO_SUBJECT,
        tag::CHANGE_UNDERLYING,
        &(index, args),
    )?;
    let board = &mut ctx.accounts.board.board;
    let taken = board.underlyings.iter().any(|u| u.is_listed() && u.index != index && u.first.is_same(&args.first));
    require!(!taken, BallastError::AlreadyExists);
    let u = board.underlying_mut(index).logged()?;
    require!(args.terms == u.terms(), BallastError::ImmutableParameter);
    let before = u.params;
    if args.params.scan_range > before.scan_range {
        u.range.raise_floor(now()?, before.scan_range).logged()?;
    }
    u.range.end_series();
    write_parameters(u, &args)?;
    board.require_basis_covered(index).logged()?;
    let u = board.underlying(index).logged()?;
    if u.price > UnitPrice::ZERO {
        board.reprice(index).logged()?;
    }
    ctx.accounts.board.note_change(&ctx.accounts.exchange, now()?);
    emit!(UnderlyingChanged {
        exchange: *ctx.accounts.exchange.address(),
        feed_id: args.first.id,
        name: args.name,
        before,
        params: args.params,
        underlying: index,
    });
    Ok(())
}
