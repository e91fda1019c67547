//! `close_margin_account`

use crate::{
    constants::{BOARD_SEED, CLOSING_DUST, EXCHANGE_SEED, MARGIN_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::MarginAccountClosed,
    instructions::load::now,
    state::{Exchange, MarginAccount, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::QuoteNative;

/// Accounts of `close_margin_account`.
#[derive(Accounts)]
pub struct CloseMarginAccount {
    /// The owner, who gets the rent.
    #[account(mut, address = margin.owner @ BallastError::Unauthorized)]
    pub owner: Signer,
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury, which no longer counts what the account lends and owes, and whose insurance fund gets the dust.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
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
///
/// An account without cash earns nothing, so that closing it loses no interest. What it owed before the last deposit may have
/// left interest to pay: then it is not empty yet. Up to [`CLOSING_DUST`] of cash is left to the insurance fund.
pub fn close_margin_account(ctx: &mut Context<CloseMarginAccount>) -> Result<()> {
    let a = &mut ctx.accounts;
    a.margin.require_in_own_hands()?;
    let (interest, lending) = (&a.board.board.interest, &mut a.treasury.lending);
    let p = &mut a.margin.portfolio;
    let now = now()?;
    lending.settle(p, interest, now).logged()?;
    p.owed = p.accrued_interest;
    lending.register(p, QuoteNative::ZERO, interest, now).logged()?;
    let empty = p.holds_only_cash() && (0..=CLOSING_DUST).contains(&p.cash.get()) && p.accrued_interest.is_zero();
    require!(empty, BallastError::AccountNotEmpty);
    a.treasury.insurance = a.treasury.insurance.plus(p.cash).logged()?;
    let left = p.cash.get();
    emit!(MarginAccountClosed { margin: *a.margin.address(), owner: *a.owner.address(), left });
    Ok(())
}
