//! `release`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::AccountReleased,
    instructions::load::now,
    state::{Exchange, MarginAccount, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::{liquidation::Episode, rule};

/// Accounts of `release`.
#[derive(Accounts)]
pub struct Release {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The seized account.
    #[account(
        mut,
        seeds = [
            MARGIN_SEED,
            exchange.address().as_ref(),
            margin.owner.as_ref(),
            bytemuck::bytes_of(&margin.sub_id),
        ],
        bump = margin.bump
    )]
    pub margin: Account<MarginAccount>,
}

/// Runs `release`. The account repays first what others have paid for it, if need be with cash that it then owes, and must then be
/// at the buffer or cover initial margin, and owe no more than what backs it allows. With nothing left to sell it is released in any
/// case, after repaying what it can.
pub fn release(ctx: &mut Context<Release>) -> Result<()> {
    let (now, a) = (now()?, &mut ctx.accounts);
    require!(a.margin.episode.is_seized(), BallastError::NotSeized);
    let (board, treasury, margin) = (&a.board.board, &mut a.treasury, &mut a.margin);
    treasury.lending.settle(&mut margin.portfolio, &board.interest, now).logged()?;
    let MarginAccount { episode, portfolio, .. } = &mut **margin;
    let repaid = if portfolio.has_no_holdings() { episode.repay(portfolio) } else { episode.repay_all(portfolio) };
    let repaid = repaid.logged()?;
    treasury.insurance = treasury.insurance.plus(repaid).logged()?;
    let left = rule::require_recovered(board, portfolio, now).logged()?;
    portfolio.note_owed(&left);
    treasury.lending.register(portfolio, left.own_cash, &board.interest, now).logged()?;
    *episode = Episode::default();
    margin.count_change()?;
    emit!(AccountReleased { margin: *margin.address(), repaid: repaid.get() });
    Ok(())
}
