//! `change_fees`

use super::{
    set_timelock::ChangeExchange,
    timelock::{NO_SUBJECT, require_proposed},
};
use crate::{error::Logged, events::FeesChanged, instruction::tag};
use anchor_lang::prelude::*;
use ballast_risk::FeeParams;

/// Runs `change_fees`.
pub fn change_fees(ctx: &mut Context<ChangeExchange>, args: FeeParams) -> Result<()> {
    require_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::CHANGE_FEES, &args)?;
    args.validate().logged()?;
    ctx.accounts.exchange.fees = args;
    ctx.accounts.exchange.invariant()?;
    emit!(FeesChanged { exchange: *ctx.accounts.exchange.address(), fees: args });
    Ok(())
}
