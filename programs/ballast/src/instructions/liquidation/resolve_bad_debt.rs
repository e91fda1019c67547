//! `resolve_bad_debt`

use super::{
    parties::require_liquidations,
    waterfall::{BadDebt, end_default, lacking, pay_from_fund, share_among_lenders, share_among_markets},
};
use crate::{
    constants::{BOARD_SEED, EXCHANGE_SEED, MARGIN_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::BadDebtResolved,
    instructions::load::now,
    state::{Exchange, MarginAccount, RiskBoard, Treasury},
};
use anchor_lang::prelude::*;

/// Accounts of `resolve_bad_debt`. The markets of the episode's legs that still trade follow as further accounts, writable, in the
/// order of the legs; none where the fund alone is to pay.
#[derive(Accounts)]
pub struct ResolveBadDebt {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
    /// Its board.
    #[account(mut, seeds = [BOARD_SEED, exchange.address().as_ref()], bump = board.bump)]
    pub board: Account<RiskBoard>,
    /// The account that owes.
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

/// Runs `resolve_bad_debt`: the insurance fund first, then the other side of what the account held, then those who lend.
///
/// Nobody chooses who is charged: without all markets only the fund pays, and more than the fund has is not taken from lenders.
/// An account that holds nothing is in receivership from now on, until nothing of its debt is left: what others paid is repaid first.
/// Possible in every pause state where the account holds nothing any more. A seized one that does is not charged to others while
/// nothing of it can be sold.
pub fn resolve_bad_debt(ctx: &mut Context<ResolveBadDebt>) -> Result<()> {
    let markets = ctx.remaining_accounts()?;
    let (now, a) = (now()?, &mut ctx.accounts);
    if !a.margin.portfolio.has_no_holdings() {
        require_liquidations(&a.exchange)?;
    }
    let exchange = *a.exchange.address();
    let (board, treasury, margin) = (&mut a.board.board, &mut a.treasury, &mut a.margin);
    treasury.lending.settle(&mut margin.portfolio, &board.interest, now).logged()?;
    treasury.lending.stop_lending(&mut margin.portfolio, now).logged()?;

    let mut debt = BadDebt::default();
    let unpaid = lacking(margin, board, now)?;
    if !unpaid.is_zero() {
        margin.episode.begin_receivership(now);
    }
    debt.paid = pay_from_fund(margin, treasury, unpaid)?;
    debt.uncovered = unpaid.minus(debt.paid).logged()?;
    let legs = margin.episode.legs.iter().filter(|l| l.open(board).is_some()).count();
    let fund_alone = markets.is_empty() && legs > 0;
    if !debt.uncovered.is_zero() && !fund_alone {
        debt.shared = share_among_markets(margin, board, &exchange, &markets, debt.uncovered)?;
        debt.uncovered = debt.uncovered.minus(debt.shared).logged()?;
        debt.lenders = share_among_lenders(margin, board, treasury, debt.uncovered)?;
        debt.uncovered = debt.uncovered.minus(debt.lenders).logged()?;
    }
    let nothing = debt.uncovered == unpaid;
    require!(!nothing || unpaid.is_zero() || !fund_alone, BallastError::WrongMarket);
    let ended = end_default(margin, treasury, now)?;
    debt.interest = ended.interest;
    require!(!nothing || !debt.interest.is_zero(), BallastError::NoBadDebt);
    treasury.lending.register_owed(&mut margin.portfolio, now).logged()?;
    margin.count_change()?;
    emit!(BadDebtResolved {
        margin: *margin.address(),
        paid: debt.paid.get(),
        shared: debt.shared.get(),
        lenders: debt.lenders.get(),
        uncovered: debt.uncovered.get(),
        interest_written_off: debt.interest.get(),
    });
    Ok(())
}
