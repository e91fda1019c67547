//! Interest on owed cash: the rate of an exchange, and the index that says what one owed unit has come to.
//!
//! The index is a straight line between two changes of the rate, so that every reader projects it to its own time exactly:
//! no crank is needed for interest to run. It counts in 2^-48 of a unit. At the highest rate it grows by 4 · 2^48 a year:
//! in a thousand years to less than 2^60.

use crate::{
    InterestParams, Ppm, QuoteNative, RiskError,
    math::{mul_bounded, sub_bounded},
};
use bytemuck::{Pod, Zeroable};

/// Fraction bits of the borrow and lend indices and of the borrow rate.
pub const INDEX_BITS: u32 = 48;
/// Seconds of the year that rates are quoted for: 365 days.
pub const YEAR_SECONDS: i64 = 31_536_000;
/// Shortest epoch of lending, seconds. An exchange whose parameters were never set has epochs of this length.
pub const MIN_EPOCH_SECONDS: u32 = 60;

/// One, in the loss index.
const LOSS_ONE: u64 = 1 << INDEX_BITS;
/// Fraction bits of the utilisation that the rate is read off at.
const UTILISATION_BITS: u32 = 32;
/// Longest time that the index is projected over, seconds: some 2,000 years. Keeps the product with any rate below 2^62.
const MAX_ELAPSED: i64 = 1 << 36;

/// Rates and indices in force, on the board.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Interest {
    /// Parameters.
    pub params: InterestParams,
    /// Cumulative interest owed on one unit, 2^-48, at `updated_at`.
    pub borrow_index: u64,
    /// Interest on one unit a second, 2^-48, from `updated_at` on.
    pub borrow_rate: u64,
    /// Time of the index, seconds.
    pub updated_at: i64,
    /// Cumulative interest paid to one unit lent, 2^-48.
    pub lend_index: u64,
    /// When the present epoch began, seconds.
    pub epoch_started_at: i64,
    /// Number of the present epoch.
    pub epoch: u32,
    /// 1 from a change of the parameters until the rate follows them.
    pub rate_is_old: u32,
    /// What one unit lent from the beginning has lost, 2^-48: bad debt that neither the insurance fund nor the other side could pay.
    /// Its whole part counts how often all that was lent was lost.
    pub loss_index: u64,
    /// Reserved, zero.
    pub reserved: [u32; 2],
}

impl InterestParams {
    /// Interest on one unit a second, 2^-48, rounded up, where `owed` of `lent` are in use: amounts, or amounts times seconds.
    ///
    /// ```text
    /// u ≤ optimal: base + (optimal rate − base) · u / optimal
    /// u > optimal: optimal rate + (max rate − optimal rate) · (u − optimal) / (1 − optimal)
    /// ```
    ///
    /// The utilisation is rounded up to 2^-32 and counts at most as one. With nothing lent it is one as soon as anything is owed.
    pub fn rate(&self, owed: u128, lent: u128) -> Result<u64, RiskError> {
        let optimal = u128::from(self.optimal_utilisation.get());
        if optimal == 0 {
            return Ok(0);
        }
        let million = u128::from(Ppm::ONE.get());
        let full = 1u128 << UTILISATION_BITS;
        let used = utilisation(owed, lent);
        let [base, at_optimal, max] = [self.base_rate, self.optimal_rate, self.max_rate].map(|r| u128::from(r.get()));
        // Each line over its own denominator; the numerators stay below 2^76, times 2^48 below 2^124.
        let kink = optimal << UTILISATION_BITS;
        let (numerator, denominator) = if used * million <= kink {
            (base * kink + (at_optimal - base) * used * million, kink)
        } else {
            let rest = million - optimal;
            (at_optimal * rest * full + (max - at_optimal) * (used * million - kink), rest * full)
        };
        let a_second = (numerator << INDEX_BITS).div_ceil(denominator * million * YEAR_SECONDS as u128);
        u64::try_from(a_second).map_err(|_| RiskError::Overflow)
    }
}

/// `owed / lent`, 2^-32, rounded up, at most one.
fn utilisation(owed: u128, lent: u128) -> u128 {
    if owed >= lent {
        return if owed == 0 { 0 } else { 1 << UTILISATION_BITS };
    }
    // Numbers of more than 95 bits lose as many of their last ones; what is owed is rounded up.
    let excess = (u128::BITS - lent.leading_zeros()).saturating_sub(u128::BITS - 1 - UTILISATION_BITS);
    let (owed, lent) = ((owed >> excess) + u128::from(excess > 0), lent >> excess);
    (owed << UTILISATION_BITS).div_ceil(lent).min(1 << UTILISATION_BITS)
}

impl Interest {
    /// The borrow index at a time, 2^-48. Exact: the rate is constant from `updated_at` on. A time before that counts as it.
    #[inline(always)]
    pub fn borrow_index_at(&self, now: i64) -> Result<u64, RiskError> {
        let elapsed = sub_bounded(now, self.updated_at).clamp(0, MAX_ELAPSED);
        // Rates stay below 2^26, see `rates_and_indices_stay_in_their_bounds`.
        let grown = mul_bounded(self.borrow_rate as i64, elapsed) as u64;
        self.borrow_index.checked_add(grown).ok_or(RiskError::Overflow)
    }

    /// Moves the borrow index on to a time.
    pub fn advance(&mut self, now: i64) -> Result<(), RiskError> {
        self.borrow_index = self.borrow_index_at(now)?;
        self.updated_at = self.updated_at.max(now);
        Ok(())
    }

    /// Changes the parameters. The index moves on at the old rate first, which stays until the next update: that one knows
    /// what is owed and lent.
    pub fn set_params(&mut self, params: InterestParams, now: i64) -> Result<(), RiskError> {
        params.validate()?;
        self.advance(now)?;
        self.params = params;
        self.rate_is_old = 1;
        Ok(())
    }

    /// True if the present epoch has had its time.
    pub fn epoch_is_over(&self, now: i64) -> Result<bool, RiskError> {
        let elapsed = now.checked_sub(self.epoch_started_at).ok_or(RiskError::Overflow)?;
        Ok(elapsed >= i64::from(self.params.epoch_seconds.max(MIN_EPOCH_SECONDS)))
    }
}

/// Least that is left of a unit lent, 2^-48, unless all of it is lost: with less a charge could not be told from a larger one.
const LEAST_LEFT: u64 = 1 << 32;

/// What the loss index leaves of a unit lent when it was zero, or when all was lost the last time, 2^-48.
const fn left(loss_index: u64) -> u64 {
    LOSS_ONE - loss_index % LOSS_ONE
}

impl Interest {
    /// What an amount that was lent at an index has lost since, rounded up: never more than itself.
    pub(crate) fn loss_since(&self, lent: QuoteNative, index: u64) -> Result<QuoteNative, RiskError> {
        let lost = self.loss_index.checked_sub(index).ok_or(RiskError::Backwards { what: "the loss index" })?;
        if self.loss_index / LOSS_ONE > index / LOSS_ONE {
            return Ok(lent);
        }
        let due = amount_times(lent, lost)?.div_ceil(u128::from(left(index)));
        Ok(QuoteNative::new(i64::try_from(due).map_err(|_| RiskError::Overflow)?))
    }

    /// Charges a debt to what is lent and not lost yet, as far as it goes. Returns what it bears; the index is rounded up.
    ///
    /// Where less than 2^-16 of a unit would be left, as much less is borne, or all.
    pub(crate) fn bear(&mut self, debt: QuoteNative, free: QuoteNative) -> Result<QuoteNative, RiskError> {
        let left = left(self.loss_index);
        let (borne, lost) = if debt >= free {
            (free, left)
        } else {
            let most = amount_times(free, left.saturating_sub(LEAST_LEFT))? / u128::from(left);
            let borne = debt.min(QuoteNative::new(i64::try_from(most).map_err(|_| RiskError::Overflow)?));
            let lost = amount_times(borne, left)?.div_ceil(free.get().unsigned_abs().into());
            (borne, u64::try_from(lost).map_err(|_| RiskError::Overflow)?)
        };
        self.loss_index = self.loss_index.checked_add(lost).ok_or(RiskError::Overflow)?;
        Ok(borne)
    }
}

/// Interest on an amount while the borrow index rose by `index`, rounded up.
#[inline(never)]
pub(crate) fn interest_ceil(amount: QuoteNative, index: u64) -> Result<QuoteNative, RiskError> {
    let product = amount_times(amount, index)?;
    let interest = i64::try_from(product.div_ceil(1 << INDEX_BITS)).map_err(|_| RiskError::Overflow)?;
    Ok(QuoteNative::new(interest))
}

/// What an amount earned while the lend index rose by `index`, rounded down.
pub(crate) fn interest_floor(amount: QuoteNative, index: u64) -> Result<QuoteNative, RiskError> {
    let product = amount_times(amount, index)?;
    Ok(QuoteNative::new(i64::try_from(product >> INDEX_BITS).map_err(|_| RiskError::Overflow)?))
}

fn amount_times(amount: QuoteNative, index: u64) -> Result<u128, RiskError> {
    let amount =
        u64::try_from(amount.get()).map_err(|_| RiskError::Corrupt { what: "the amount that bears interest" })?;
    Ok(u128::from(amount) * u128::from(index)) // of 127 bits at the most
}
