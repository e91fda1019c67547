//! `open_margin_account`
#![allow(unused_variables)] // Anchor binds the argument of `#[instruction]` where only the seeds use it

use crate::{
    constants::{EXCHANGE_SEED, MARGIN_SEED},
    error::BallastError,
    events::MarginAccountOpened,
    state::{Exchange, MarginAccount},
};
use anchor_lang::prelude::*;
use ballast_risk::MAX_UNDERLYINGS;

/// Accounts of `open_margin_account`.
#[derive(Accounts)]
#[instruction(sub_id: u16, isolated_underlying: u16)]
pub struct OpenMarginAccount {
    /// Pays the rent.
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    /// Becomes the owner.
    pub owner: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// The account.
    #[account(
        init,
        payer = payer,
        seeds = [MARGIN_SEED, exchange.address().as_ref(), owner.address().as_ref(), bytemuck::bytes_of(&sub_id)],
        bump
    )]
    pub margin: Account<MarginAccount>,
    /// System program.
    pub system_program: Program<System>,
}

/// Runs `open_margin_account`. An account stays isolated, or not, for good.
pub fn open_margin_account(ctx: &mut Context<OpenMarginAccount>, sub_id: u16, isolated_underlying: u16) -> Result<()> {
    let a = &mut ctx.accounts;
    require!(usize::from(isolated_underlying) <= MAX_UNDERLYINGS, BallastError::ParameterOutOfBounds);
    a.margin.exchange = *a.exchange.address();
    a.margin.owner = *a.owner.address();
    a.margin.sub_id = sub_id;
    a.margin.isolated_underlying = isolated_underlying;
    a.margin.bump = ctx.bumps.margin;
    emit!(MarginAccountOpened { margin: *a.margin.address(), owner: *a.owner.address(), sub_id, isolated_underlying });
    Ok(())
}
