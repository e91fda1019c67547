//! `list_underlying`

use crate::{
    args::UnderlyingArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::{BallastError, Named},
    events::UnderlyingListed,
    instruction::tag,
    instructions::governance::timelock::{NO_SUBJECT, require_proposed},
    oracle::admission,
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::{
    Feed, OptionParams, Ppm, QuoteNative, Underlying, UnderlyingParams, UnitPrice, bounds, guard::GuardParams,
    range::RangeParams,
};
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
    let first = Feed::from(args.first);
    require!(!underlyings.iter().any(|u| u.is_listed() && u.first.is_same(&first)), BallastError::AlreadyExists);
    let index = underlyings.iter().position(|u| !u.is_listed()).ok_or(BallastError::NoFreeSlot)?;

    let slot = &mut underlyings[index];
    *slot = Underlying::zeroed();
    slot.max_price = UnitPrice::new(args.max_price);
    slot.scale_bits = args.scale_bits;
    slot.unit_exponent = args.unit_exponent;
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
    (slot.first, slot.second) = (args.first.into(), args.second.into());
    admission::check(&slot.first, &slot.second)?;
    slot.params = UnderlyingParams {
        liquidity: QuoteNative::new(args.liquidity),
        profit_cap: QuoteNative::new(args.profit_cap),
        scan_range: Ppm::new(args.scan_range),
        max_confidence: Ppm::new(args.max_confidence),
        calendar: Ppm::new(args.calendar),
        concentration: Ppm::new(args.concentration),
        concentration_cap: Ppm::new(args.concentration_cap),
        stable_rate: Ppm::new(args.stable_rate),
        max_age: args.max_age,
        short_minimum: Ppm::new(args.short_minimum),
        open_interest_liquidity: QuoteNative::new(args.open_interest_liquidity),
        crowding: Ppm::new(args.crowding),
        crowding_cap: Ppm::new(args.crowding_cap),
    };
    slot.range_params = RangeParams {
        sigmas: args.range.sigmas,
        cap: Ppm::new(args.range.cap),
        horizon: args.range.horizon,
        half_life: args.range.half_life,
        fall_rate: Ppm::new(args.range.fall_rate),
        reserved: 0,
    };
    slot.option_params = OptionParams {
        volatility_range: Ppm::new(args.options.volatility_range),
        volatility_power: Ppm::new(args.options.volatility_power),
        volatility_floor_days: args.options.volatility_floor_days,
        max_array_age: args.options.max_array_age,
        max_volatility_age: args.options.max_volatility_age,
        reserved: 0,
    };
    slot.guard_params =
        GuardParams { max_move: Ppm::new(args.max_move), max_divergence: Ppm::new(args.max_divergence) };
    slot.group = args.group;
    slot.validate().named(bounds::underlying::ALL)
}
