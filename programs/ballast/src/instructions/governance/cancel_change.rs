//! `cancel_change`
#![allow(unused_variables)] // Anchor binds the argument of `#[instruction]` where only the seeds use it

use crate::{
    constants::{CHANGE_SEED, EXCHANGE_SEED},
    error::BallastError,
    events::ChangeCancelled,
    state::{Exchange, PendingChange},
};
use anchor_lang::prelude::*;

/// Accounts of `cancel_change`.
#[derive(Accounts)]
#[instruction(nonce: u64)]
pub struct CancelChange {
    /// The admin.
    #[account(address = exchange.admin @ BallastError::Unauthorized)]
    pub admin: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// The pending change, closed here.
    #[account(
        mut,
        seeds = [CHANGE_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&nonce)],
        bump = change.bump,
        close = payer
    )]
    pub change: Account<PendingChange>,
    /// Who paid for it, and gets the rent. May be the admin.
    #[account(mut, unsafe(dup), address = change.payer @ BallastError::Unauthorized)]
    pub payer: UncheckedAccount,
}

/// Runs `cancel_change`.
pub fn cancel_change(ctx: &mut Context<CancelChange>, nonce: u64) -> Result<()> {
    let a = &ctx.accounts;
    emit!(ChangeCancelled { exchange: *a.exchange.address(), change: *a.change.address(), nonce });
    Ok(())
}
