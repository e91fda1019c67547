//! Notice: since when an account is known to be below maintenance, and whether it still is.
//!
//! A notice runs only while somebody confirms it at least every five minutes, so that one forgotten notice says nothing of a
//! later day. It ends when the account has reached the buffer. In between nothing changes: an account that is moved to and fro
//! across its maintenance margin neither loses the minutes nor gains any while nobody sees it below.

use super::Episode;
use crate::{
    Board, MarginParams, Portfolio, Purpose, Requirements, RiskError,
    guard::UnderlyingSet,
    margin::{self, Holdings},
};

/// An account as it is judged in default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is required to have.
    pub required: Requirements,
    /// Why nobody may be made to pay what it lacks at these prices: the first that is dead or that a guard doubts.
    pub doubt: Option<RiskError>,
}

/// What giving notice did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Noticed {
    /// The account is below maintenance; the notice runs.
    Below,
    /// The account has reached the buffer; its episode is over.
    Over,
    /// The account is in between, or had no episode: nothing changed.
    Unchanged,
}

/// Measures an account for notice, seizure and bad debt, at prices by which it could be liquidated.
///
/// Whether it lacks what others may be made to pay for is another question: money that was paid by a wrong price does not come
/// back, see [`Found::doubt`].
///
/// Every price must be fresh and not too volatile, as [`Underlying::require_refreshed`](crate::Underlying::require_refreshed) says:
/// nobody takes an account from its owner by leaving a refresh out. A price that nobody was able to refresh counts at its last
/// corrected marks, so that one dead feed protects no account; but there must be a good one. Settled positions and orders need none.
///
/// # Errors
/// Those of prices, and [`RiskError::StaleRiskArray`]: anyone may refresh them.
pub fn measure(board: &Board, portfolio: &Portfolio, now: i64) -> Result<Found, RiskError> {
    let mut moved = UnderlyingSet::EMPTY;
    let (mut dead, mut flagged) = (None, None);
    let mut holdings = Holdings::of(board, portfolio)?;
    while let Some((index, positions, tokens)) = holdings.next() {
        if !margin::needs_price(board, positions, &tokens, Purpose::Liquidation { now, moved }) {
            continue;
        }
        let u = board.underlying(index)?;
        u.require_refreshed(now)?;
        match u.require_movable(now) {
            Ok(()) => {
                moved = moved.with(index);
                flagged = flagged.or(u.require_undoubted().err());
            }
            Err(e) => dead = dead.or(Some(e)),
        }
    }
    match dead {
        Some(e) if moved.is_empty() => Err(e),
        _ => {
            let required = margin::check(board, portfolio, Purpose::Liquidation { now, moved })?;
            Ok(Found { required, doubt: dead.or(flagged) })
        }
    }
}

/// The underlyings of which an account holds lots or tokens.
pub fn held(board: &Board, portfolio: &Portfolio) -> Result<UnderlyingSet, RiskError> {
    let mut held = UnderlyingSet::EMPTY;
    for p in portfolio.open().iter().filter(|p| !p.lots.is_zero()) {
        held = held.with(p.key.underlying());
    }
    for balance in portfolio.balances.iter().filter(|b| b.amount > 0) {
        held = held.with(board.token(balance.token)?.underlying);
    }
    Ok(held)
}

impl Episode {
    /// As [`Episode::observe`], and says what that did.
    pub fn notice(&mut self, params: &MarginParams, found: &Requirements, now: i64) -> Result<Noticed, RiskError> {
        let was_default = *self != Self::default();
        self.observe(found, params, now)?;
        Ok(match (found.is_liquidatable(), *self == Self::default()) {
            (true, _) => Noticed::Below,
            (false, true) if was_default => Noticed::Over,
            (false, _) => Noticed::Unchanged,
        })
    }
}
