//! `list_underlying`

use crate::{
    args::UnderlyingArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::{BallastError, Logged},
    events::UnderlyingListed,
    instruction::tag,
    instructions::governance::timelock::{NO_SUBJECT, require_proposed},
    oracle::admission,
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::{Parameters, Underlying};
use bytemuck::Zeroable;

/// Accounts of `list_underlying`.
#[derive(Accounts)]
pub struct ListUnderlying {
    /// The admin.
    #[account(address = exchange.admin @ BallastError::Unauthorized)]
    pub admin: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
}

/// Runs `list_underlying`.
pub fn list_underlying(ctx: &mut Context<ListUnderlying>, args: UnderlyingArgs) -> Result<()> {
    require_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::LIST_UNDERLYING, &args)?;
    let underlyings = &mut ctx.accounts.board.board.underlyings;
    require!(!underlyings.iter().any(|u| u.is_listed() && u.first.is_same(&args.first)), BallastError::AlreadyExists);
    let index = underlyings.iter().position(|u| !u.is_listed()).ok_or(BallastError::NoFreeSlot)?;

    let slot = &mut underlyings[index];
    *slot = Underlying::zeroed();
    args.terms.validate_bounds().logged()?;
    slot.max_price = args.terms.max_price;
    slot.scale_bits = args.terms.scale_bits;
    slot.unit_exponent = args.terms.unit_exponent;
    slot.index = index as u16;
    slot.listed = 1;
    write_parameters(slot, &args)?;

    emit!(UnderlyingListed { exchange: *ctx.accounts.exchange.address(), name: args.name, underlying: index as u16 });
    Ok(())
}

/// Writes what can be changed after listing, if all of it is inside its hard bounds.
#[inline(never)]
pub fn write_parameters(slot: &mut Underlying, args: &UnderlyingArgs) -> Result<()> {
    slot.name = args.name;
    (slot.first, slot.second) = (args.first, args.second);
    admission::check(&slot.first, &slot.second)?;
    slot.params = args.params;
    slot.range_params = args.range;
    slot.option_params = args.options;
    slot.guard_params = args.guards;
    slot.group = args.group;
    slot.validate().logged()
}
