//! Funding of perpetuals and the basis of marks, from samples of the impact bid and ask.
//!
//! ```text
//! premium         = clamp((max(0, impact bid − index) − max(0, index − impact ask)) / index, ±max premium)
//!                                                                              one sample a bucket of 60 s
//! funding index  += index value of a lot · premium · 60 / period               perpetuals; what does not make a unit is
//!                    carried
//! average        += weight · (clamp(premium, ±max basis) − average)            half-life of 15 sampled buckets
//! basis           = average                                                    in force from the next repricing
//! ```
//!
//! The premium is that of the large venues and not the mid of impact bid and ask: one quote far from the index moves a mid,
//! and nobody has a reason to hit it. To move this premium up, someone must stand to buy the impact notional above the index;
//! to move it down, to sell it below. Anyone can take that offer. So nothing is sampled where nobody can: where the market is
//! close-only, the underlying halted or new risk paused. Of a market that closes, the basis fades over twelve hours.
//!
//! A sample never stands for more than its own bucket: a bucket that nobody sampled pays nothing. Nothing is sampled while a
//! part of the settlement price is fixed already: the book then trades an average, which is no premium over the index.

use crate::{
    Instrument, Kind, LotValue, Ppm, RiskError, Underlying,
    fixing::WINDOW_SECONDS,
    math::{mul_bounded, mul_div_floor},
};

/// Seconds of a bucket: one sample of the premium each.
pub const BUCKET_SECONDS: i64 = 60;
/// Seconds that an order must have rested to count towards the impact price.
pub const MIN_RESTING_SECONDS: i64 = 5;
/// Weight of a sample in the average of the premium, millionths: 1 − 2^(−1/15), a half-life of 15 sampled buckets.
pub const AVERAGE_WEIGHT: i64 = 45_158;
/// Seconds over which the basis of a market fades that closes.
pub const FADE_SECONDS: i64 = 43_200;
/// Fraction bits of the average.
pub const AVERAGE_BITS: u32 = 20;

/// What buying and selling the impact notional at once would come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ImpactPrices {
    /// Average price of a lot sold, at the underlying's scale.
    pub bid: i64,
    /// Average price of a lot bought, at the underlying's scale.
    pub ask: i64,
}

/// What the samples of one market have left behind, beside what they put on the board.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Samples {
    /// Number of the last bucket that was sampled.
    pub bucket: i64,
    /// Premium in that bucket, millionths, clamped.
    pub premium: i64,
    /// What the funding index has not yet taken of past samples: parts of a unit, of which `10^6 · period` make one.
    pub remainder: i64,
    /// Average of the premium, as far as a basis may go, millionths in 2^-20.
    pub average: i64,
}

impl Samples {
    /// True if the bucket of a time is still to be sampled.
    pub const fn is_due(&self, now: i64) -> bool {
        now.div_euclid(BUCKET_SECONDS) > self.bucket
    }

    /// Takes the sample of the bucket of `now` into the instrument's funding index and basis.
    pub fn take(
        &mut self,
        i: &mut Instrument,
        u: &Underlying,
        prices: &ImpactPrices,
        now: i64,
    ) -> Result<(), RiskError> {
        i.require_sampled(u, now)?;
        let lot = (i.lot_units * u.price).get();
        self.premium = premium(prices, lot, i.funding.max_premium)?;
        self.bucket = now.div_euclid(BUCKET_SECONDS);
        if i.kind == Kind::Perpetual as u8 {
            let (paid, remainder) = accrue(lot, self.premium, i.funding.period, self.remainder)?;
            i.funding_index = i.funding_index.plus(LotValue::new(paid))?;
            self.remainder = remainder;
        }
        // As far as a basis may go: a premium beyond it neither winds the average up nor turns it faster.
        let most = i64::from(i.funding.max_basis.get());
        let limit = most << AVERAGE_BITS; // below 2^37
        self.average = average(self.average.clamp(-limit, limit), self.premium.clamp(-most, most));
        i.basis = self.average >> AVERAGE_BITS;
        Ok(())
    }
}

impl Instrument {
    /// Checks that there is a premium to sample: a perpetual or future with an impact notional, before its settlement window,
    /// neither close-only nor halted.
    pub fn require_sampled(&self, u: &Underlying, now: i64) -> Result<(), RiskError> {
        let ends = self.settles_at.checked_sub(WINDOW_SECONDS).ok_or(RiskError::Overflow)?;
        let over = self.settles_at != 0 && now >= ends;
        let closed = self.reduce_only != 0 || now < u.halted_until;
        if self.is_option() || self.funding.impact_notional.is_zero() || over || closed {
            return Err(RiskError::NoFunding { instrument: self.index });
        }
        Ok(())
    }

    /// True if a basis may stand: what is not sampled at all, or may only be reduced, goes back to the index.
    const fn may_have_basis(&self) -> bool {
        self.funding.impact_notional.get() != 0 && self.reduce_only == 0
    }

    /// Notes that the market has closed for a basis or opened again, whichever it has since these fields were written. A basis
    /// that stands fades from now on; what is left of it when the market opens again stands.
    pub fn note_closed(&mut self, now: i64) {
        if self.may_have_basis() {
            (self.closed_at, self.closing_basis) = (0, 0);
        } else if self.closed_at == 0 {
            (self.closed_at, self.closing_basis) = (now, self.basis);
        }
    }

    /// Moves the basis of a closed market to a time: along a line to nothing at [`FADE_SECONDS`], rounded towards nothing. A
    /// settlement that is nearer takes what is left with the delta units, as of any future.
    pub(crate) fn fade_basis(&mut self, now: i64) -> Result<(), RiskError> {
        if self.basis != 0 && self.closed_at != 0 {
            let left = self.closed_at.checked_add(FADE_SECONDS).and_then(|end| end.checked_sub(now));
            let left = left.ok_or(RiskError::Overflow)?.clamp(0, FADE_SECONDS);
            // Both are far below 2^31.
            self.basis = mul_bounded(self.closing_basis, left) / FADE_SECONDS;
        }
        Ok(())
    }
}

/// Premium of the impact prices over the index value of a lot, millionths, clamped: how far the bid is above the index, less
/// how far the ask is below it. Rounded down.
pub fn premium(prices: &ImpactPrices, index: i64, most: Ppm) -> Result<i64, RiskError> {
    let above = prices.bid.checked_sub(index).ok_or(RiskError::Overflow)?.max(0);
    let below = index.checked_sub(prices.ask).ok_or(RiskError::Overflow)?.max(0);
    let apart = above.checked_sub(below).ok_or(RiskError::Overflow)?;
    let most = i64::from(most.get());
    Ok(mul_div_floor(apart, 1_000_000, index)?.clamp(-most, most))
}

/// What one sample adds to the funding index, and what is carried to the next: `lot · premium · 60 / (10^6 · period)`, with
/// the remainder that the last one left. Nothing is lost: index and remainder together are exact while the period stays.
pub fn accrue(lot: i64, premium: i64, period: u32, remainder: i64) -> Result<(i64, i64), RiskError> {
    if period == 0 {
        return Err(RiskError::NotPositive { what: "the period of funding" });
    }
    let one = 1_000_000 * i128::from(period);
    // Below 2^54 · 2^17 · 2^6.
    let due = i128::from(lot) * i128::from(premium) * i128::from(BUCKET_SECONDS) + i128::from(remainder);
    let paid = i64::try_from(due.div_euclid(one)).map_err(|_| RiskError::Overflow)?;
    // Less than 10^6 · 2^32.
    Ok((paid, due.rem_euclid(one) as i64))
}

/// The average that a basis is of.
pub const fn average_of(basis: i64) -> i64 {
    basis << AVERAGE_BITS // below 2^37
}

/// The average after a sample. Rounded down in 2^-20 of a millionth.
pub fn average(before: i64, premium: i64) -> i64 {
    // Both below 2^37, and a weight below 2^16.
    let distance = (premium << AVERAGE_BITS) - before;
    before + mul_bounded(distance, AVERAGE_WEIGHT).div_euclid(1_000_000)
}
