//! `change_fees`

use super::{
    set_timelock::ChangeExchange,
    timelock::{NO_SUBJECT, require_proposed},
};
use crate::{
    args::FeeArgs, events::FeesChanged, instruction::tag, instructions::exchange::initialize_exchange::set_fees,
};
use anchor_lang::prelude::*;

/// Runs `change_fees`.
pub fn change_fees(ctx: &mut Context<ChangeExchange>, args: FeeArgs) -> Result<()> {
    require_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::CHANGE_FEES, &args)?;
    set_fees(&mut ctx.accounts.exchange, &args)?;
    ctx.accounts.exchange.invariant()?;
    emit!(FeesChanged {
        exchange: *ctx.accounts.exchange.address(),
        maker_penalty: args.maker_penalty,
        taker_fee_ppm: args.taker_fee_ppm,
        maker_fee_ppm: args.maker_fee_ppm,
        block_fee_ppm: args.block_fee_ppm,
        maker_penalty_ppm: args.maker_penalty_ppm,
    });
    Ok(())
}
