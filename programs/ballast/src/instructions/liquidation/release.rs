//! `release`

use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::AccountReleased,
    instructions::load::now,
    state::{Exchange, MarginAccount, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::{QuoteNative, RiskError, liquidation::Episode, rule};

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

/// Runs `release`. The account repays the insurance fund first, and must then cover initial margin. One whose debt others have
/// borne is not released while it holds anything: a rise of the price that they paid for is not its owner's. With nothing left to
/// sell it is released in any case, after repaying what it can.
pub fn release(ctx: &mut Context<Release>) -> Result<()> {
    let (now, a) = (now()?, &mut ctx.accounts);
    require!(a.margin.episode.is_seized(), BallastError::NotSeized);
    let (board, treasury, margin) = (&a.board.board, &mut a.treasury, &mut a.margin);
    treasury.lending.settle(&mut margin.portfolio, &board.interest, now).logged()?;
    let MarginAccount { episode, portfolio, .. } = &mut **margin;
    let sold = portfolio.has_no_holdings();
    require!(sold || episode.shared.is_zero(), BallastError::DebtShared);
    let needed = if sold { QuoteNative::ZERO } else { episode.advanced };
    if portfolio.cash < needed {
        return Err(RiskError::InsufficientCash { needed: needed.get(), available: portfolio.cash.get() }).logged();
    }
    let repaid = episode.repay(portfolio).logged()?;
    treasury.insurance = treasury.insurance.plus(repaid).logged()?;
    let left = rule::require_initial(board, portfolio, now).logged()?;
    portfolio.note_owed(&left);
    treasury.lending.register(portfolio, left.own_cash, &board.interest, now).logged()?;
    *episode = Episode::default();
    margin.count_change()?;
    emit!(AccountReleased { margin: *margin.address(), repaid: repaid.get() });
    Ok(())
}
