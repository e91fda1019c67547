//! `propose_change`
#![allow(unused_variables)] // Anchor binds the argument of `#[instruction]` where only the seeds use it

use crate::{
    constants::{CHANGE_LIFETIME, CHANGE_SEED, EXCHANGE_SEED},
    error::BallastError,
    events::ChangeProposed,
    instruction::tag,
    instructions::load::now,
    state::{Exchange, MAX_CHANGE_LEN, PendingChange},
};
use alloc::vec::Vec;
use anchor_lang::prelude::*;

/// Accounts of `propose_change`.
#[derive(Accounts)]
#[instruction(nonce: u64)]
pub struct ProposeChange {
    /// Pays for the pending change, and gets the rent back when it is executed or cancelled.
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    /// The admin.
    #[account(address = exchange.admin @ BallastError::Unauthorized)]
    pub admin: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// The pending change, made here.
    #[account(
        init,
        payer = payer,
        seeds = [CHANGE_SEED, exchange.address().as_ref(), bytemuck::bytes_of(&nonce)],
        bump
    )]
    pub change: Account<PendingChange>,
    /// System program.
    pub system_program: Program<System>,
}

/// Runs `propose_change`. What the instruction does is checked when it is executed.
pub fn propose_change(ctx: &mut Context<ProposeChange>, nonce: u64, subject: [u8; 32], data: Vec<u8>) -> Result<()> {
    let instruction = *data.first().ok_or(BallastError::BadChange)?;
    require!(tag::waits(instruction) && data.len() <= MAX_CHANGE_LEN, BallastError::BadChange);
    let now = now()?;
    let bump = ctx.bumps.change;
    let a = &mut ctx.accounts;
    let not_before = now.checked_add(a.exchange.timelock.into()).ok_or(BallastError::Overflow)?;
    let change = &mut a.change;
    change.exchange = *a.exchange.address();
    change.payer = *a.payer.address();
    change.subject = Address::new_from_array(subject);
    change.nonce = nonce;
    change.proposed_at = now;
    change.not_before = not_before;
    change.expires_at = not_before.checked_add(CHANGE_LIFETIME).ok_or(BallastError::Overflow)?;
    change.len = data.len() as u16;
    change.bump = bump;
    change.data[..data.len()].copy_from_slice(&data);
    emit!(ChangeProposed {
        exchange: change.exchange,
        change: *change.address(),
        subject: change.subject,
        nonce,
        not_before,
        expires_at: change.expires_at,
        instruction,
    });
    Ok(())
}
