//! `list_option`
#![allow(unused_variables)] // Anchor binds the argument of `#[instruction]` where only the seeds use it

use super::instrument::{Contract, add_instrument, create_market};
use crate::{
    args::OptionArgs,
    constants::{BOARD_SEED, EXCHANGE_SEED, MARKET_SEED, SURFACE_SEED},
    error::{BallastError, Logged},
    instruction::tag,
    instructions::{
        governance::timelock::{NO_SUBJECT, find_proposed},
        load::now,
    },
    state::{Exchange, RiskBoard, VolatilitySurface},
};
use anchor_lang::prelude::*;
use ballast_risk::Kind;

/// Accounts of `list_option`.
#[derive(Accounts)]
#[instruction(args: OptionArgs)]
pub struct ListOption {
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
    /// The volatility surface of the underlying, which must have the expiry.
    #[account(
        seeds = [SURFACE_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&args.contract.underlying)],
        bump = surface.bump
    )]
    pub surface: Account<VolatilitySurface>,
    /// System program.
    pub system_program: Program<System>,
}

/// Runs `list_option`.
pub fn list_option(ctx: &mut Context<ListOption>, args: OptionArgs) -> Result<()> {
    let proposal =
        find_proposed(ctx.remaining_accounts()?, &ctx.accounts.exchange, NO_SUBJECT, tag::LIST_OPTION, &args)?;
    let bump = ctx.bumps.market;
    let a = &mut ctx.accounts;
    require!(args.put <= 1, BallastError::ParameterOutOfBounds);
    require!(args.strike > 0, BallastError::BadStrike);
    let kind = if args.put == 1 { Kind::Put } else { Kind::Call };
    let contract = Contract { kind, expiry: args.expiry, strike: args.strike };
    contract.require_expiry(now()?)?;
    a.surface.surface.expiry(args.expiry).logged()?;
    let generation = add_instrument(&mut a.board.board, &args.contract, &contract)?;
    create_market(a.payer.account(), a.market.account(), bump, a.exchange.address(), &args.contract, generation)?;
    proposal.close()
}
