//! `change_margin`

use super::timelock::{NO_SUBJECT, require_proposed};
use crate::{
    args::MarginArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::{BallastError, Named},
    events::MarginChanged,
    instruction::tag,
    instructions::exchange::initialize_exchange::margin_params,
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::bounds;

/// Accounts of the instructions by which the admin changes the board alone.
#[derive(Accounts)]
pub struct ChangeBoard {
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

/// Runs `change_margin`. Nothing of it is part of maintenance margin: nobody is liquidated by it.
pub fn change_margin(ctx: &mut Context<ChangeBoard>, args: MarginArgs) -> Result<()> {
    require_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::CHANGE_MARGIN, &args)?;
    let params = margin_params(&args);
    params.validate().named(bounds::margin::ALL)?;
    ctx.accounts.board.board.params = params;
    emit!(MarginChanged {
        exchange: *ctx.accounts.exchange.address(),
        dust_value: args.dust_value,
        initial_ratio: args.initial_ratio,
        liquidation_buffer: args.liquidation_buffer,
        discount_base: args.discount_base,
        discount_max: args.discount_max,
        discount_of_freed: args.discount_of_freed,
        insurance_share: args.insurance_share,
        warning_buffer: args.warning_buffer,
        reserved: 0,
    });
    Ok(())
}
