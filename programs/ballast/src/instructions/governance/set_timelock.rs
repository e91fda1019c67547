//! `set_timelock`

use super::timelock::{NO_SUBJECT, require_proposed};
use crate::{
    constants::EXCHANGE_SEED,
    error::{BallastError, Logged},
    events::TimelockSet,
    instruction::tag,
    state::Exchange,
};
use anchor_lang::prelude::*;
use ballast_risk::{ExchangeParams, Parameters};

/// Accounts of the instructions by which the admin changes the exchange alone.
#[derive(Accounts)]
pub struct ChangeExchange {
    /// The admin.
    #[account(address = exchange.admin @ BallastError::Unauthorized)]
    pub admin: Signer,
    /// The exchange.
    #[account(mut, seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
}

/// Runs `set_timelock`. A longer timelock holds at once, for what was proposed before too; a shorter one is a change like any
/// other.
pub fn set_timelock(ctx: &mut Context<ChangeExchange>, seconds: u32) -> Result<()> {
    ExchangeParams { timelock: seconds }.validate_bounds().logged()?;
    if seconds < ctx.accounts.exchange.timelock {
        require_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::SET_TIMELOCK, &seconds)?;
    }
    let exchange = &mut ctx.accounts.exchange;
    let before = exchange.timelock;
    exchange.timelock = seconds;
    emit!(TimelockSet { exchange: *exchange.address(), before, seconds });
    Ok(())
}
