//! What every liquidation requires of its two parties, and how it ends for both.

use super::waterfall::{BadDebt, end_default};
use crate::{
    error::{BallastError, Logged},
    state::{Exchange, MarginAccount, Permissions, Treasury},
};
use anchor_lang::prelude::*;
use ballast_risk::{Board, Requirements, guard::UnderlyingSet, liquidation::Payment};

/// Requires that liquidations are possible, that the signer may liquidate for the liquidator's account, and that the owner of
/// the other account has no part in it.
pub fn require_liquidator(
    exchange: &Exchange,
    authority: &Address,
    liquidator: &MarginAccount,
    margin: &MarginAccount,
    now: i64,
) -> Result<()> {
    require_liquidations(exchange)?;
    liquidator.require_in_own_hands()?;
    require!(liquidator.allows(authority, Permissions::LIQUIDATE, now), BallastError::Unauthorized);
    require!(!is_own(liquidator, margin, now), BallastError::LiquidatorIsOwner);
    Ok(())
}

/// Requires that accounts may be liquidated. One that is kept from adding collateral is not, nor given notice or seized.
pub fn require_liquidations(exchange: &Exchange) -> Result<()> {
    require!(exchange.may_liquidate(), BallastError::Paused);
    Ok(())
}

/// True if the owner of the account below maintenance owns the liquidator's account or may act for it. This covers the signer
/// too, since the signer may act for the liquidator's account.
///
/// Only what the liquidator's side chose counts. If delegates of the account below maintenance counted, it could name every
/// liquidator as a delegate: a delegate does not consent.
fn is_own(liquidator: &MarginAccount, margin: &MarginAccount, now: i64) -> bool {
    let owner = &margin.owner;
    liquidator.owner == *owner || liquidator.delegates.iter().any(|d| d.address == *owner && now < d.expires_at)
}

/// What a liquidation came to.
pub struct Outcome<'a> {
    /// What the account below maintenance is required to have now.
    pub account: &'a Requirements,
    /// What the liquidator is required to have now.
    pub liquidator: &'a Requirements,
    /// Who paid the discount. The liquidator has all of it already.
    pub payment: &'a Payment,
    /// The underlyings that were moved.
    pub moved: UnderlyingSet,
}

/// The end of every liquidation: the insurance fund's part, interest and lending of both accounts, what becomes of the default of the
/// one below maintenance, and the counters.
pub fn settle(
    treasury: &mut Treasury,
    margin: &mut MarginAccount,
    liquidator: &mut MarginAccount,
    outcome: &Outcome<'_>,
    board: &Board,
    now: i64,
) -> Result<BadDebt> {
    let interest = &board.interest;
    treasury.insurance = treasury.insurance.plus(outcome.payment.insurance).logged()?;
    spend_budget(treasury, margin, outcome, now)?;
    liquidator.portfolio.note_owed(outcome.liquidator);
    margin.portfolio.note_owed(outcome.account);
    treasury.lending.settle(&mut margin.portfolio, interest, now).logged()?;
    treasury.lending.settle(&mut liquidator.portfolio, interest, now).logged()?;
    // With nothing left there is nothing to give notice of.
    if !margin.portfolio.has_no_holdings() {
        margin.episode.observe(outcome.account, &board.params, now).logged()?;
    }
    let debt = end_default(margin, treasury, now)?;
    margin.register(&mut treasury.lending, outcome.account.own_cash, interest, now).logged()?;
    treasury.lending.register(&mut liquidator.portfolio, outcome.liquidator.own_cash, interest, now).logged()?;
    margin.liquidated_at = now;
    margin.count_change()?;
    liquidator.count_change()?;
    Ok(debt)
}

/// Counts what the insurance fund paid of a seized account's discount.
fn spend_budget(treasury: &mut Treasury, margin: &mut MarginAccount, outcome: &Outcome<'_>, now: i64) -> Result<()> {
    let spent = outcome.payment.from_budget;
    if spent.is_zero() {
        return Ok(());
    }
    treasury.insurance = treasury.insurance.minus(spent).logged()?;
    treasury.spending.spend(spent, outcome.moved, now).logged()?;
    margin.episode.budget = margin.episode.budget.minus(spent).logged()?;
    margin.episode.advance(spent).logged()
}
