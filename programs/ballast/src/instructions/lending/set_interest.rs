//! `set_interest`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED},
    error::{BallastError, Logged},
    events::InterestSet,
    instruction::tag,
    instructions::{
        governance::timelock::{NO_SUBJECT, require_proposed},
        load::now,
    },
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::InterestParams;

/// Accounts of `set_interest`.
#[derive(Accounts)]
pub struct SetInterest {
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

/// Runs `set_interest`. The borrow rate follows with the next `update_interest`, which may come at once.
pub fn set_interest(ctx: &mut Context<SetInterest>, args: InterestParams) -> Result<()> {
    require_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::SET_INTEREST, &args)?;
    ctx.accounts.board.board.interest.set_params(args, now()?).logged()?;
    emit!(InterestSet { exchange: *ctx.accounts.exchange.address(), params: args });
    Ok(())
}
