//! `list_perpetual`
#![allow(unused_variables)] // Anchor binds the argument of `#[instruction]` where only the seeds use it

use super::instrument::{Contract, add_instrument, create_market};
use crate::{
    args::InstrumentArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED, MARKET_SEED},
    error::BallastError,
    instruction::tag,
    instructions::governance::timelock::{NO_SUBJECT, find_proposed},
    state::{Exchange, RiskBoard},
};
use anchor_lang::prelude::*;
use ballast_risk::Kind;

/// Accounts of `list_perpetual`.
#[derive(Accounts)]
#[instruction(args: InstrumentArgs)]
pub struct ListPerpetual {
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
        seeds = [MARKET_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&args.instrument)],
        bump
    )]
    pub market: UncheckedAccount,
    /// System program.
    pub system_program: Program<System>,
}

/// Runs `list_perpetual`.
pub fn list_perpetual(ctx: &mut Context<ListPerpetual>, args: InstrumentArgs) -> Result<()> {
    let proposal =
        find_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::LIST_PERPETUAL, &args)?;
    let bump = ctx.bumps.market;
    let a = &mut ctx.accounts;
    let contract = Contract { kind: Kind::Perpetual, expiry: 0, strike: 0 };
    let generation = add_instrument(&mut a.board.board, &args, &contract)?;
    create_market(a.payer.account(), a.market.account(), bump, a.exchange.address(), &args, generation)?;
    proposal.close()
}
