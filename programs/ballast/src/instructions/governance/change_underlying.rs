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
    instructions::{listing::list_underlying::write_parameters, load::now},
};
use anchor_lang::prelude::*;
use ballast_risk::{Feed, UnitPrice};

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
    let first = Feed::from(args.first);
    let taken = board.underlyings.iter().any(|u| u.is_listed() && u.index != index && u.first.is_same(&first));
    require!(!taken, BallastError::AlreadyExists);
    let u = board.underlying_mut(index).logged()?;
    let fixed = (args.max_price, args.scale_bits, args.unit_exponent);
    require!(fixed == (u.max_price.get(), u.scale_bits, u.unit_exponent), BallastError::ImmutableParameter);
    let scan_range_before = u.params.scan_range;
    if args.scan_range > scan_range_before.get() {
        u.range.raise_floor(now()?, scan_range_before).logged()?;
    }
    write_parameters(u, &args)?;
    if u.price > UnitPrice::new(0) {
        board.reprice(index).logged()?;
    }
    emit!(UnderlyingChanged {
        exchange: *ctx.accounts.exchange.address(),
        feed_id: args.first.id,
        name: args.name,
        scan_range_before: scan_range_before.get(),
        scan_range: args.scan_range,
        underlying: index,
    });
    Ok(())
}
