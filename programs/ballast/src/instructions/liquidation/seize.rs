//! `seize`

use super::{
    parties::require_liquidations,
    waterfall::{lacking_at_marks, pay_from_fund},
};
use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::AccountSeized,
    instructions::load::now,
    state::{Exchange, MarginAccount, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::{
    QuoteNative,
    liquidation::{held, measure},
};

/// Accounts of `seize`.
#[derive(Accounts)]
pub struct Seize {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
    /// Its board.
    #[account(seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The account in default.
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

/// Runs `seize`. What the account lacks is paid by the insurance fund at once, as far as it goes; `resolve_bad_debt` shares the
/// rest. At prices that are in doubt the fund pays nothing yet: `resolve_bad_debt` does, at good ones. The account lends nothing from
/// now on. Of one that is seized already the fund pays what it lacks by now, and the budget is set anew where it would be more: a fund
/// that was empty has money again.
pub fn seize(ctx: &mut Context<Seize>) -> Result<()> {
    let (now, a) = (now()?, &mut ctx.accounts);
    require_liquidations(&a.exchange)?;
    require!(!a.margin.portfolio.has_no_holdings(), BallastError::NothingToLiquidate);
    let since = a.exchange.liquidations_open_since.max(a.board.changed_at);
    let (board, treasury, margin) = (&a.board.board, &mut a.treasury, &mut a.margin);
    let was_seized = margin.episode.is_seized();
    margin.episode.resume(a.exchange.liquidations_open_since);
    treasury.lending.settle(&mut margin.portfolio, &board.interest, now).logged()?;
    treasury.lending.stop_lending(&mut margin.portfolio, now).logged()?;

    let found = measure(board, &margin.portfolio, now).logged()?;
    let r = &found.required;
    if !was_seized {
        margin.episode.require_seizable(&board.params, r, since, now).logged()?;
    }
    margin.portfolio.note_owed(r);
    let unpaid = lacking_at_marks(&margin.portfolio, r)?;
    let payable = if found.doubt.is_none() { unpaid } else { QuoteNative::ZERO };
    let paid = pay_from_fund(margin, treasury, payable)?;
    let fund = treasury.insurance;
    let held = held(board, &margin.portfolio).logged()?;
    let room = treasury.spending.room(&board.params, fund, held, now).logged()?;
    let MarginAccount { episode, portfolio, .. } = &mut **margin;
    let opened = episode.seize(board, portfolio, r, (fund, room), now).logged()?;
    require!(!was_seized || opened || !paid.is_zero(), BallastError::Seized);
    treasury.lending.register_owed(&mut margin.portfolio, now).logged()?;
    margin.count_change()?;
    emit!(AccountSeized {
        margin: *margin.address(),
        equity: r.equity.get(),
        maintenance: r.maintenance.get(),
        paid: paid.get(),
        uncovered: unpaid.minus(paid).logged()?.get(),
        budget: margin.episode.budget.get(),
    });
    Ok(())
}
