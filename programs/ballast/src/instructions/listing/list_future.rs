//! `list_future`
#![allow(unused_variables)] // Anchor binds the argument of `#[instruction]` where only the seeds use it

use super::instrument::{Contract, add_instrument, create_market};
use crate::{
    args::FutureArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED, MARKET_SEED},
    error::BallastError,
    instruction::tag,
    instructions::{
        governance::timelock::{NO_SUBJECT, find_proposed},
        load::now,
    },
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::Kind;

/// Accounts of `list_future`.
#[derive(Accounts)]
#[instruction(args: FutureArgs)]
pub struct ListFuture {
    /// Pays for the market.
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    /// The admin.
    #[account(address = exchange.admin @ BallastError::Unauthorized)]
    pub admin: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The market, made here.
    #[account(
        mut,
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&args.contract.instrument)],
        bump
    )]
    pub market: UncheckedAccount,
    /// System program.
    pub system_program: Program<System>,
}

/// Runs `list_future`.
pub fn list_future(ctx: &mut Context<ListFuture>, args: FutureArgs) -> Result<()> {
    let proposal =
        find_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::LIST_FUTURE, &args)?;
    let bump = ctx.bumps.market;
    let a = &mut ctx.accounts;
    let contract = Contract { kind: Kind::Future, expiry: args.expiry, strike: 0 };
    contract.require_expiry(now()?)?;
    let generation = add_instrument(&mut a.board.board, &args.contract, &contract)?;
    create_market(a.payer.account(), a.market.account(), bump, a.exchange.address(), &args.contract, generation)?;
    proposal.close()
}
