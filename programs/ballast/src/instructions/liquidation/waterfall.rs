//! The default waterfall: what becomes of what an account lacks, and how its episode of default ends.

use crate::{
    error::{BallastError, Logged},
    instructions::load::market_mut,
    state::{MarginAccount, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::{
    Board, Portfolio, QuoteNative, Requirements,
    liquidation::{Episode, measure},
};

/// What became of an account's bad debt.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct BadDebt {
    /// Paid by the insurance fund.
    pub paid: QuoteNative,
    /// Borne by the other side of what the account held.
    pub shared: QuoteNative,
    /// Borne by those who lend.
    pub lenders: QuoteNative,
    /// Left.
    pub uncovered: QuoteNative,
    /// Accrued interest that was written off.
    pub interest: QuoteNative,
}

/// What an account lacks and others pay, ≥ 0: the cash that it owes where it holds no lots and no tokens; of a seized account what its
/// equity is below zero at the marks. Any other account still has its owner.
///
/// # Errors
/// Those of prices by which nobody is made to pay.
pub fn lacking(margin: &MarginAccount, board: &Board, now: i64) -> Result<QuoteNative> {
    let portfolio = &margin.portfolio;
    if portfolio.has_no_holdings() {
        return Ok(portfolio.cash.negated().logged()?.max(QuoteNative::ZERO));
    }
    if !margin.episode.is_seized() {
        return Ok(QuoteNative::ZERO);
    }
    let found = measure(board, portfolio, now).logged()?;
    match found.doubt {
        Some(doubt) => Err(doubt).logged(),
        None => lacking_at_marks(portfolio, &found.required),
    }
}

/// What the equity of an account is below zero, but for the interest that it owes: nobody owes lenders that, and it is written off
/// once nothing is left to pay it.
pub fn lacking_at_marks(portfolio: &Portfolio, found: &Requirements) -> Result<QuoteNative> {
    let equity = found.equity.plus(portfolio.accrued_interest).logged()?;
    Ok(equity.negated().logged()?.max(QuoteNative::ZERO))
}

/// Has the insurance fund pay what an account lacks, as far as it goes; returns what it paid. The account owes it back: it is in
/// receivership, or put there by the same instruction.
pub fn pay_from_fund(margin: &mut MarginAccount, treasury: &mut Treasury, lacking: QuoteNative) -> Result<QuoteNative> {
    let paid = lacking.min(treasury.insurance.max(QuoteNative::ZERO));
    margin.portfolio.receive(paid).logged()?;
    treasury.insurance = treasury.insurance.minus(paid).logged()?;
    treasury.bad_debt_paid = treasury.bad_debt_paid.plus(paid).logged()?;
    margin.episode.advance(paid).logged()?;
    Ok(paid)
}

/// Charges a debt to the other side of what the account held, by net delta, in the markets of the legs that still trade, in the
/// order of the legs. Returns what they bear.
#[inline(never)]
pub fn share_among_markets(
    margin: &mut MarginAccount,
    board: &mut Board,
    exchange: &Address,
    markets: &[AccountView],
    debt: QuoteNative,
) -> Result<QuoteNative> {
    let shares = margin.episode.shares(board, debt).logged()?;
    let mut markets = markets.iter();
    let mut borne = QuoteNative::ZERO;
    for (leg, share) in margin.episode.legs.iter_mut().zip(shares) {
        let Some(i) = leg.open(board) else { continue };
        let is_long = leg.is_long(i);
        let view = markets.next().ok_or(BallastError::WrongMarket)?;
        let market = market_mut(*view, exchange, leg.instrument)?;
        let open = if is_long { market.open_interest_short } else { market.open_interest_long };
        let credited = leg.bear(board, open, share).logged()?;
        // The holders pay it to the market as they settle.
        market.unpaid_funding = market.unpaid_funding.minus(credited).logged()?;
        borne = borne.plus(credited).logged()?;
    }
    require!(markets.next().is_none(), BallastError::WrongMarket);
    margin.portfolio.receive(borne).logged()?;
    margin.episode.shared = margin.episode.shared.plus(borne).logged()?;
    Ok(borne)
}

/// Charges a debt to what all accounts lend. Returns what they bear.
pub fn share_among_lenders(
    margin: &mut MarginAccount,
    board: &mut Board,
    treasury: &mut Treasury,
    debt: QuoteNative,
) -> Result<QuoteNative> {
    let borne = treasury.lending.share_loss(&mut board.interest, debt).logged()?;
    margin.portfolio.receive(borne).logged()?;
    margin.episode.shared = margin.episode.shared.plus(borne).logged()?;
    Ok(borne)
}

/// The end of a default, once an account holds no lots and no tokens; resting orders do not hold it up. The fund pays what is owed,
/// as far as it goes; while the rest is owed the account is in receivership, or what others pay for it would be forgotten as soon as
/// a deposit has made it healthy. Once nothing is owed, accrued interest that no cash pays is written off, what is left repays what
/// others paid for it, and the episode is over. The rest is the owner's.
pub fn end_default(margin: &mut MarginAccount, treasury: &mut Treasury, now: i64) -> Result<BadDebt> {
    if !margin.portfolio.has_no_holdings() {
        return Ok(BadDebt::default());
    }
    let lacking = margin.portfolio.cash.negated().logged()?.max(QuoteNative::ZERO);
    if !lacking.is_zero() {
        margin.episode.begin_receivership(now);
    }
    let paid = pay_from_fund(margin, treasury, lacking)?;
    let uncovered = lacking.minus(paid).logged()?;
    if !uncovered.is_zero() {
        return Ok(BadDebt { paid, uncovered, ..BadDebt::default() });
    }
    let repaid = margin.episode.repay(&mut margin.portfolio).logged()?;
    treasury.insurance = treasury.insurance.plus(repaid).logged()?;
    let broke = margin.portfolio.cash.is_zero();
    let interest = if broke { margin.portfolio.write_off_interest() } else { QuoteNative::ZERO };
    margin.episode = Episode::default();
    Ok(BadDebt { paid, interest, ..BadDebt::default() })
}
