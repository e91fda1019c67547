//! `grow_board`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MAX_GROWTH},
    error::BallastError,
    events::BoardGrown,
    state::{DISCRIMINATOR_LEN, Exchange, RiskBoard},
};
use anchor_lang::{cpi::realloc_account, prelude::*};

/// Accounts of `grow_board`.
#[derive(Accounts)]
pub struct GrowBoard {
    /// Pays the rent.
    #[account(mut, unsafe(dup))]
    pub payer: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its board, not complete yet.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump)]
    pub board: UncheckedAccount,
    /// System program.
    pub system_program: Program<System>,
}

/// Runs `grow_board`.
pub fn grow_board(ctx: &mut Context<GrowBoard>) -> Result<()> {
    let mut view = *ctx.accounts.board.account();
    require!(view.owned_by(&crate::ID), BallastError::NotComplete);
    let len = view.data_len();
    require!(len < RiskBoard::LEN, BallastError::AlreadyComplete);
    let grown = RiskBoard::LEN.min(len + MAX_GROWTH);
    // The runtime hands out zeroed bytes.
    realloc_account(&mut view, grown, ctx.accounts.payer.account(), false)?;
    if grown == RiskBoard::LEN {
        view.try_borrow_mut()?[..DISCRIMINATOR_LEN].copy_from_slice(RiskBoard::DISCRIMINATOR);
    }
    emit!(BoardGrown { exchange: *ctx.accounts.exchange.address(), len: grown as u64, full: RiskBoard::LEN as u64 });
    Ok(())
}
