//! `close_margin_account`

use crate::{
    constants::{EXCHANGE_SEED, MARGIN_SEED},
    error::BallastError,
    events::MarginAccountClosed,
    state::{Exchange, MarginAccount},
};
use anchor_lang::prelude::*;

/// Accounts of `close_margin_account`.
#[derive(Accounts)]
pub struct CloseMarginAccount {
    /// The owner, who gets the rent.
    #[account(mut, address = margin.owner @ BallastError::Unauthorized)]
    pub owner: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// The account, empty.
    #[account(
        mut,
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            margin.owner.as_ref(),
            bytemuck::bytes_of(&margin.sub_id),
        ],
        bump = margin.bump,
        close = owner
    )]
    pub margin: Account<MarginAccount>,
}

/// Runs `close_margin_account`.
pub fn close_margin_account(ctx: &mut Context<CloseMarginAccount>) -> Result<()> {
    let a = &ctx.accounts;
    let p = &a.margin.portfolio;
    let empty = p.holds_only_cash() && p.cash.is_zero() && p.accrued_interest.is_zero();
    require!(empty, BallastError::AccountNotEmpty);
    emit!(MarginAccountClosed { margin: *a.margin.address(), owner: *a.owner.address() });
    Ok(())
}
