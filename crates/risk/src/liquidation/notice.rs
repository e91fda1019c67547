//! Notice: since when an account is known to be below maintenance, and whether it still is.
//!
//! A notice runs only while somebody confirms it at least every five minutes, so that one forgotten notice says nothing of a
//! later day. It ends when the account has reached the buffer. In between nothing changes: an account that is moved to and fro
//! across its maintenance margin neither loses the minutes nor gains any while nobody sees it below.

use super::Episode;
use crate::{
    Board, MarginParams, Portfolio, Purpose, QuoteNative, Requirements, RiskError,
    guard::UnderlyingSet,
    margin::{self, Holdings},
    math::mul_ppm_ceil,
};

/// After so many seconds without a confirmation a notice has lapsed.
pub const NOTICE_LAPSE_SECONDS: i64 = 300;

/// An account as it is judged in default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it is required to have.
    pub required: Requirements,
    /// The underlyings of which it holds something.
    pub held: UnderlyingSet,
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
/// An underlying whose price is stale or too volatile counts at its last corrected marks, as in a liquidation, so that one dead
/// feed protects no account; but there must be one with a good price. Settled positions need none.
///
/// # Errors
/// That of the first underlying's price where none is good; [`RiskError::StaleRiskArray`]: anyone may refresh it.
pub fn measure(board: &Board, portfolio: &Portfolio, now: i64) -> Result<Found, RiskError> {
    let (mut held, mut moved) = (UnderlyingSet::EMPTY, UnderlyingSet::EMPTY);
    let mut refused = None;
    let mut holdings = Holdings::of(board, portfolio)?;
    while let Some((index, positions, tokens)) = holdings.next() {
        held = held.with(index);
        let price = Purpose::Liquidation { now, moved: UnderlyingSet::one(index) }.require(board.underlying(index)?);
        match price {
            Ok(()) => moved = moved.with(index),
            Err(_) if tokens.units == 0 && margin::all_settled(board, positions) => {}
            Err(e) => refused = refused.or(Some(e)),
        }
    }
    match refused {
        Some(e) if moved.is_empty() => Err(e),
        _ => {
            let required = margin::check(board, portfolio, Purpose::Liquidation { now, moved })?;
            Ok(Found { required, held })
        }
    }
}

impl Requirements {
    /// True if equity reaches maintenance margin and the buffer up to which a liquidation goes.
    pub fn reaches_buffer(&self, params: &MarginParams) -> Result<bool, RiskError> {
        let buffer = mul_ppm_ceil(self.maintenance.max(QuoteNative::ZERO), params.liquidation_buffer)?;
        Ok(self.equity >= self.maintenance.plus(buffer)?)
    }
}

impl Episode {
    /// Takes note of how an account stands that is not seized.
    pub fn notice(&mut self, params: &MarginParams, found: &Requirements, now: i64) -> Result<Noticed, RiskError> {
        if found.is_liquidatable() {
            if !self.is_noticed(now) {
                self.noticed_at = now;
            }
            self.seen_at = now;
            return Ok(Noticed::Below);
        }
        if *self != Self::default() && found.reaches_buffer(params)? {
            *self = Self::default();
            return Ok(Noticed::Over);
        }
        Ok(Noticed::Unchanged)
    }

    /// True while a notice runs: it was confirmed in the last minutes.
    pub const fn is_noticed(&self, now: i64) -> bool {
        self.noticed_at != 0 && now.saturating_sub(self.seen_at) <= NOTICE_LAPSE_SECONDS
    }

    /// Seconds since notice, ≥ 0; 0 where none runs.
    pub fn noticed_for(&self, now: i64) -> i64 {
        if self.is_noticed(now) { now.saturating_sub(self.noticed_at).max(0) } else { 0 }
    }
}
