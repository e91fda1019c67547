//! `resolve_bad_debt`

use crate::{
    constants::{EXCHANGE_SEED, MARGIN_SEED, TREASURY_SEED},
    error::{BallastError, Logged},
    events::BadDebtResolved,
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
    let (paid, uncovered) = pay_bad_debt(&mut a.margin.portfolio, &mut a.treasury)?;
    require!(!paid.is_zero() || !uncovered.is_zero(), BallastError::NoBadDebt);
    a.margin.count_change()?;
    emit!(BadDebtResolved { margin: *a.margin.address(), paid: paid.0, uncovered: uncovered.0 });
    Ok(())
}

/// Pays the debt of an account that holds no lots and no tokens, as far as the insurance fund goes. Resting orders
/// do not hold it up. Returns what was paid and what is left.
pub fn pay_bad_debt(portfolio: &mut Portfolio, treasury: &mut Treasury) -> Result<(QuoteNative, QuoteNative)> {
    if !portfolio.has_no_holdings() || portfolio.cash.0 >= 0 {
        return Ok((QuoteNative::ZERO, QuoteNative::ZERO));
    }
    let debt = portfolio.cash.negated().logged()?;
    let paid = QuoteNative(debt.0.min(treasury.insurance.0.max(0)));
    portfolio.cash = portfolio.cash.plus(paid).logged()?;
    treasury.insurance = treasury.insurance.minus(paid).logged()?;
    treasury.bad_debt_paid = treasury.bad_debt_paid.plus(paid).logged()?;
    Ok((paid, debt.minus(paid).logged()?))
}
