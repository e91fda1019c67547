//! The rule at the end of every instruction that can add risk, for every account that it changed:
//! initial equity covers initial margin and what is owed is backed, or the change is *reducing*.
//!
//! Reducing: for the underlying u that changed and every row k, `max(0, scan'_u[k]) ≤ max(0, scan_u[k])`; no requirement
//! grows; health before fees does not fall. Where the expiry ramp is what binds, the rows are those of what settlements leave of the
//! book. Where more is owed than what backs it allows, a fill that adds to the debt must cost no more against the mark than the
//! least share of the margin that it frees. Below maintenance, the owner's own fill must cost no more than a liquidation that
//! frees as much margin, and at equity ≤ 0 the owner may only deposit or cancel.

use crate::{
    Board, Leg, Portfolio, Purpose, QuoteNative, Requirements, RiskError,
    block::legs_at_marks,
    guard::UnderlyingSet,
    liquidation::{Episode, owners_share},
    margin::{self, UnderlyingRisk},
    math::mul_ppm_floor,
};

/// What an order did to an account, for the rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trade {
    /// Underlying of the instrument traded.
    pub underlying: u16,
    /// Time of the instruction, seconds.
    pub now: i64,
    /// Fees charged, negative for a rebate.
    pub fees: QuoteNative,
    /// What the fills cost against the mark, positive for a loss.
    pub cost: QuoteNative,
    /// True if anything was filled.
    pub filled: bool,
}

/// Requires initial equity ≥ initial margin, at fresh prices of everything held, and no more owed than what backs it allows.
pub fn require_initial(board: &Board, after: &Portfolio, now: i64) -> Result<Requirements, RiskError> {
    let r = require_covered(board, after, Purpose::NewRisk { now })?;
    r.require_backed(&board.interest.params)?;
    Ok(r)
}

/// Requires of a seized account, which has repaid what others paid for it, that its owner may have it back: equity at the buffer, or
/// initial equity ≥ initial margin; and no more owed than what backs it allows. At fresh prices of everything held.
///
/// # Errors
/// [`RiskError::BelowInitialMargin`], [`RiskError::OwedTooMuch`], and those of prices.
pub fn require_recovered(board: &Board, after: &Portfolio, now: i64) -> Result<Requirements, RiskError> {
    let r = margin::check(board, after, Purpose::NewRisk { now })?;
    if r.equity < r.target(&board.params)? && r.initial_equity < r.initial {
        return Err(RiskError::BelowInitialMargin { required: r.initial.get(), available: r.initial_equity.get() });
    }
    r.require_backed(&board.interest.params)?;
    Ok(r)
}

/// Requires initial equity ≥ initial margin of a liquidator who took over legs of some underlyings.
pub fn require_taken_over(
    board: &Board,
    after: &Portfolio,
    moved: UnderlyingSet,
    now: i64,
) -> Result<Requirements, RiskError> {
    require_covered(board, after, Purpose::Takeover { now, moved })
}

fn require_covered(board: &Board, after: &Portfolio, purpose: Purpose) -> Result<Requirements, RiskError> {
    let r = margin::check(board, after, purpose)?;
    if r.initial_equity < r.initial {
        return Err(RiskError::BelowInitialMargin { required: r.initial.get(), available: r.initial_equity.get() });
    }
    Ok(r)
}

/// Requires withdrawable equity ≥ initial margin, at fresh prices of everything held, and no more owed than what backs it
/// allows.
pub fn require_withdrawable(board: &Board, after: &Portfolio, now: i64) -> Result<Requirements, RiskError> {
    let r = margin::check(board, after, Purpose::Withdrawal { now })?;
    if r.withdraw_equity < r.initial {
        return Err(RiskError::BelowWithdrawalMargin { required: r.initial.get(), available: r.withdraw_equity.get() });
    }
    r.require_backed(&board.interest.params)?;
    Ok(r)
}

/// The rule after an order: what the account was before, and is now, and what it is remembered for. Returns what it is required to
/// have now.
///
/// The error is that of the initial margin check where the change is not reducing.
#[inline(never)]
pub fn after_trade(
    board: &Board,
    before: &Portfolio,
    after: &Portfolio,
    episode: &Episode,
    trade: &Trade,
) -> Result<Requirements, RiskError> {
    match require_initial(board, after, trade.now) {
        Ok(requirements) => Ok(requirements),
        Err(refused) => reduced(board, before, after, episode, trade)?.ok_or(refused),
    }
}

/// The rule after a block trade, for one of its two accounts: what it was before, what it is now that all legs are filled
/// and the fee is paid, the legs from its side and the fee. Returns what it is required to have now.
///
/// - An account that pays value, that is whose legs together cost more than their marks, must have withdrawable equity ≥ initial
///   margin, twice: as it stands, and as if the legs had been filled at their marks and the cost paid out in cash. The second
///   keeps a block from carrying profit out of an account that could not withdraw it. Otherwise unrealised profit of another
///   position in the same underlying would pay for a leg at a bad price, and come out as another account's gain.
/// - The other account must have initial equity ≥ initial margin or, where all legs are of one underlying, have less risk than
///   before, as after an order.
///
/// Every leg's cost is rounded up, so that for less than a unit a leg both accounts may count as paying. `before` is scratch:
/// it is changed where the account pays.
#[inline(never)]
pub fn after_block(
    board: &Board,
    before: &mut Portfolio,
    after: &Portfolio,
    episode: &Episode,
    legs: &[Leg],
    fee: QuoteNative,
    now: i64,
) -> Result<Requirements, RiskError> {
    let block = legs_at_marks(board, legs, now)?;
    if block.cost > QuoteNative::ZERO {
        let required = require_withdrawable(board, after, now)?;
        for leg in legs {
            let i = board.instrument(leg.instrument)?;
            before.fill(i, board.underlying(i.underlying)?, leg.at_mark(board, now)?)?;
        }
        before.cash = before.cash.minus(block.cost)?.minus(fee)?;
        require_withdrawable(board, before, now)?;
        return Ok(required);
    }
    match (require_initial(board, after, now), block.underlying) {
        (Err(refused), Some(underlying)) => {
            let trade = Trade { underlying, now, fees: fee, cost: block.cost, filled: true };
            reduced(board, before, after, episode, &trade)?.ok_or(refused)
        }
        (checked, _) => checked,
    }
}

/// The rule after a deposit of a token, at the last prices: initial equity covers initial margin, or maintenance health
/// did not fall.
///
/// A token is a position: with a high haircut, scan range and concentration, or against a hedge in its product group, its
/// margin may exceed its value, and a deposit must not carry an account below maintenance. A deposit
/// of quote needs no check: it adds to every equity one for one and to no requirement.
pub fn require_after_token_deposit(
    board: &Board,
    before: &Portfolio,
    after: &Portfolio,
    now: i64,
) -> Result<Requirements, RiskError> {
    let purpose = Purpose::Maintenance { now };
    let is = margin::check(board, after, purpose)?;
    if is.initial_equity >= is.initial || is.health()? >= margin::check(board, before, purpose)?.health()? {
        return Ok(is);
    }
    Err(RiskError::BelowInitialMargin { required: is.initial.get(), available: is.initial_equity.get() })
}

/// What a penalty may take of an account: positive cash, as far as equity exceeds maintenance margin at the last prices.
pub fn spare_cash(board: &Board, portfolio: &Portfolio, now: i64) -> Result<QuoteNative, RiskError> {
    let health = margin::check(board, portfolio, Purpose::Maintenance { now })?.health()?;
    Ok(portfolio.cash.min(health).max(QuoteNative::ZERO))
}

/// The requirements after the change if it only took risk off. Errors where the owner may not even do that.
fn reduced(
    board: &Board,
    before: &Portfolio,
    after: &Portfolio,
    episode: &Episode,
    trade: &Trade,
) -> Result<Option<Requirements>, RiskError> {
    let purpose = Purpose::Reduction { now: trade.now, underlying: trade.underlying };
    let was = margin::check(board, before, purpose)?;
    let is = margin::check(board, after, purpose)?;
    if is.maintenance > was.maintenance || is.initial > was.initial {
        return Ok(None);
    }
    if is.health()?.plus(trade.fees)? < was.health()? {
        return Ok(None);
    }
    if adds_to_a_row(board, before, after, trade, &was)? {
        return Ok(None);
    }
    let freed = was.maintenance.minus(is.maintenance)?;
    if was.is_liquidatable() && trade.filled {
        if was.equity.get() <= 0 {
            return Err(RiskError::Bankrupt { equity: was.equity.get() });
        }
        // What a liquidator would be paid at the most, and nothing beyond what the account has.
        let allowed = mul_ppm_floor(freed, owners_share(&board.params, &was, episode, trade.now)?)?;
        let allowed = if is.equity.get() < 0 { QuoteNative::ZERO } else { allowed };
        if trade.cost > allowed {
            return Err(RiskError::FillWorseThanLiquidation { cost: trade.cost.get(), allowed: allowed.get() });
        }
    }
    // Above maintenance the price is the owner's own affair, but not who pays it: a loss to a second wallet of the owner's, in cash
    // that is borrowed, would leave with the other wallet. At the mark nothing more is owed, so that a way out stays open.
    if !was.is_liquidatable()
        && is.owed() > was.owed()
        && trade.cost > mul_ppm_floor(freed, board.params.discount_base)?
    {
        is.require_backed(&board.interest.params)?;
    }
    Ok(Some(is))
}

/// True if the trade made the loss of its underlying larger in any row, profits aside.
///
/// Where the expiry ramp raises maintenance margin the rows are those of what settlements leave. Of a hedged pair near its expiry
/// either leg may then be closed: what is left of the pair is no more than what the settlement would leave, and the requirements,
/// which do not grow, bound the rows of the book itself.
#[inline(never)]
fn adds_to_a_row(
    board: &Board,
    before: &Portfolio,
    after: &Portfolio,
    trade: &Trade,
    was: &Requirements,
) -> Result<bool, RiskError> {
    let u = board.underlying(trade.underlying)?;
    let rows = |portfolio: &Portfolio| {
        if was.expiry.is_zero() {
            let purpose = Purpose::Reduction { now: trade.now, underlying: trade.underlying };
            return Ok(UnderlyingRisk::in_portfolio(board, u, portfolio, purpose)?.rows);
        }
        margin::rows_left(board, u, portfolio, trade.now)
    };
    let (rows_before, rows_after) = (rows(before)?, rows(after)?);
    Ok(rows_after.iter().zip(&rows_before).any(|(after, before)| *after > (*before).max(0)))
}
