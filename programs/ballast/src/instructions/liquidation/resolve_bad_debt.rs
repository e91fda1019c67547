//! `resolve_bad_debt`

use crate::{
    constants::{EXCHANGE_SEED, MARGIN_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::BadDebtResolved,
    instructions::load::now,
    state::{Exchange, MarginAccount, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::{Portfolio, QuoteNative};

/// Accounts of `resolve_bad_debt`.
#[derive(Accounts)]
pub struct ResolveBadDebt {
    /// The exchange.
    #[account(seeds = [EXCHANGE_SEED, bytemuck::bytes_of(&exchange.id)], bump = exchange.bump)]
    pub exchange: Account<Exchange>,
    /// Its treasury.
    #[account(mut, seeds = [TREASURY_SEED, exchange.address().as_ref()], bump = treasury.bump)]
    pub treasury: Account<Treasury>,
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

/// Runs `resolve_bad_debt`: for debt that was left because the fund was empty when the last position went.
pub fn resolve_bad_debt(ctx: &mut Context<ResolveBadDebt>) -> Result<()> {
    let a = &mut ctx.accounts;
    let debt = pay_bad_debt(&mut a.margin.portfolio, &mut a.treasury)?;
    require!(debt != BadDebt::default(), BallastError::NoBadDebt);
    a.treasury.lending.register_owed(&mut a.margin.portfolio, now()?).logged()?;
    a.margin.count_change()?;
    emit!(BadDebtResolved {
        margin: *a.margin.address(),
        paid: debt.paid.get(),
        uncovered: debt.uncovered.get(),
        interest_written_off: debt.interest.get(),
    });
    Ok(())
}

/// What became of an account's bad debt.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct BadDebt {
    /// Paid by the insurance fund.
    pub paid: QuoteNative,
    /// Left, because the fund was empty.
    pub uncovered: QuoteNative,
    /// Accrued interest that was written off.
    pub interest: QuoteNative,
}

/// Pays the debt of an account that holds no lots, no tokens and no cash, as far as the insurance fund goes. Resting orders
/// do not hold it up. Interest that it accrued is written off with the last of the debt: the fund owes lenders nothing.
pub fn pay_bad_debt(portfolio: &mut Portfolio, treasury: &mut Treasury) -> Result<BadDebt> {
    if !portfolio.has_no_holdings() || portfolio.cash.get() > 0 {
        return Ok(BadDebt::default());
    }
    let debt = portfolio.cash.negated().logged()?;
    let paid = debt.min(treasury.insurance.max(QuoteNative::ZERO));
    portfolio.receive(paid).logged()?;
    treasury.insurance = treasury.insurance.minus(paid).logged()?;
    treasury.bad_debt_paid = treasury.bad_debt_paid.plus(paid).logged()?;
    let uncovered = debt.minus(paid).logged()?;
    let interest = if uncovered.is_zero() { portfolio.write_off_interest() } else { QuoteNative::ZERO };
    Ok(BadDebt { paid, uncovered, interest })
}
