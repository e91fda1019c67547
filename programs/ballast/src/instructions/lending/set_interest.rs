//! `set_interest`

use crate::{
    args::InterestArgs,
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
use ballast_risk::{InterestParams, Ppm};

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
pub fn set_interest(ctx: &mut Context<SetInterest>, args: InterestArgs) -> Result<()> {
    require_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::SET_INTEREST, &args)?;
    let params = InterestParams {
        base_rate: Ppm::new(args.base_rate),
        optimal_rate: Ppm::new(args.optimal_rate),
        max_rate: Ppm::new(args.max_rate),
        optimal_utilisation: Ppm::new(args.optimal_utilisation),
        max_utilisation: Ppm::new(args.max_utilisation),
        reserve: Ppm::new(args.reserve),
        epoch_seconds: args.epoch_seconds,
        reserved: 0,
    };
    ctx.accounts.board.board.interest.set_params(params, now()?).logged()?;
    emit!(InterestSet {
        exchange: *ctx.accounts.exchange.address(),
        base_rate: args.base_rate,
        optimal_rate: args.optimal_rate,
        max_rate: args.max_rate,
        optimal_utilisation: args.optimal_utilisation,
        max_utilisation: args.max_utilisation,
        reserve: args.reserve,
        epoch_seconds: u64::from(args.epoch_seconds),
    });
    Ok(())
}
