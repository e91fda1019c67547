//! Options at the present price and time.

use super::terms::{MOVE_BITS, MOVE_LIMIT, OptionTerms, mean_delta, turned};
use crate::{
    Instrument, RiskError, Underlying,
    guard::Arrays,
    math::{RATIO_BITS, RATIO_ONE, add_bounded, mul_bounded, mul_div_floor, mul_ratio_floor, sub_bounded},
};

/// Fraction bits of [`OptionTerms::decay`].
const DECAY_BITS: u32 = 8;

/// An option as it stands at a price and time: one lot of the option itself, at the underlying's scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OptionState {
    /// Mark.
    pub mark: i64,
    /// Delta of one, in 2^-30; of a put negative.
    pub delta: i64,
    /// What the scan gains because the delta of the array is no longer that of the price.
    pub drift: i64,
}

impl OptionTerms {
    /// Moves the option on to the present price and a time. Never an error: a stale array still counts at what it says.
    ///
    /// Rounded down. The call stays between its intrinsic value and its forward; at and after expiry it is intrinsic.
    pub fn at(&self, i: &Instrument, u: &Underlying, now: i64) -> OptionState {
        Present::of(u, now).state(i)
    }

    /// Checks that risk may be taken on by this array at a time: it was made at most `max_array_age` ago and at most a sixth
    /// of a scan range away, with a volatility at most `max_volatility_age` old, and the option has not expired.
    pub fn require_usable(&self, i: &Instrument, u: &Underlying, now: i64) -> Result<(), RiskError> {
        Present::of(u, now).require(i, Arrays::Usable)
    }

    #[cold]
    fn unusable(&self, i: &Instrument, u: &Underlying, now: i64) -> RiskError {
        if now >= i.expiry {
            return RiskError::Expired { instrument: i.index, expiry: i.expiry };
        }
        let age = if self.volatility_time == 0 { -1 } else { now - self.volatility_time };
        RiskError::StaleVolatility { instrument: i.index, age, limit: u.option_params.max_volatility_age.into() }
    }

    #[cold]
    fn stale(&self, i: &Instrument, u: &Underlying, now: i64) -> RiskError {
        if self.price == 0 {
            return RiskError::StaleRiskArray { instrument: i.index, moved: 0, age: -1 };
        }
        let moved =
            mul_div_floor((u.price.get() - self.price).abs(), 6_000, u.range_value.get().max(1)).unwrap_or(i64::MAX);
        RiskError::StaleRiskArray { instrument: i.index, moved, age: now - self.time }
    }
}

/// The present price and time of an underlying, to which its options are moved.
pub(crate) struct Present<'a> {
    u: &'a Underlying,
    now: i64,
    /// An array must be as young as this, and a volatility as this, for risk to be taken on by it.
    oldest_array: i64,
    oldest_volatility: i64,
    /// Price that the last array was made at, the move since, and the move as a ratio of 2^-20: the arrays of one refresh
    /// share them.
    from: i64,
    moved: i64,
    relative: i64,
}

impl<'a> Present<'a> {
    #[inline(always)]
    pub fn of(u: &'a Underlying, now: i64) -> Self {
        Self {
            u,
            now,
            oldest_array: now.wrapping_sub(u.option_params.max_array_age.into()),
            oldest_volatility: now.wrapping_sub(u.option_params.max_volatility_age.into()),
            from: 0,
            moved: u.price.get(),
            relative: 0,
        }
    }

    /// Notes the price that an array was made at.
    #[inline(always)]
    fn move_from(&mut self, price: i64) {
        if price != self.from {
            self.from = price;
            self.moved = sub_bounded(self.u.price.get(), price);
            // A price has at most 43 bits, so that the shift fits; one of zero was never refreshed and has no Greeks.
            self.relative = (self.moved << MOVE_BITS).checked_div(price).unwrap_or(0).clamp(-MOVE_LIMIT, MOVE_LIMIT);
        }
    }

    /// True from an option's expiry on.
    #[inline(always)]
    pub fn has_expired(&self, i: &Instrument) -> bool {
        self.now >= i.expiry
    }

    /// An option at the present price and time.
    #[inline(never)]
    pub fn state(&mut self, i: &Instrument) -> OptionState {
        let (t, units) = (&i.option, i.delta_units.get());
        self.move_from(t.price);
        // Below 2^54 by the bound of `Instrument::validate`, as is every product of lot units and a price below.
        let forward = add_bounded(mul_bounded(units, self.u.price.get()), t.carry);
        let above_strike = sub_bounded(forward, t.strike);
        let intrinsic = above_strike.max(0);
        let (call, delta, drift) = if self.now >= i.expiry {
            (intrinsic, if intrinsic > 0 { RATIO_ONE } else { 0 }, 0)
        } else {
            let elapsed = sub_bounded(self.now, t.time).max(0);
            let decayed = mul_bounded(t.decay, elapsed) >> DECAY_BITS;
            let kept = sub_bounded(t.call, decayed);
            if self.moved == 0 {
                (kept.max(intrinsic), t.delta, 0)
            } else {
                let turned = turned(t.gamma, self.relative);
                let mean = mean_delta(t.delta, turned);
                let delta = add_bounded(t.delta, turned).clamp(0, RATIO_ONE);
                let gained = mul_ratio_floor(mul_bounded(units, self.moved), mean);
                // No row turns by more than four: the grain of the product could be many times a small lot's price.
                let distance = mul_bounded(units, self.moved.wrapping_abs());
                let drift = bound(distance, t.turn).min(distance << 2);
                (add_bounded(kept, gained).min(forward).max(intrinsic), delta, drift)
            }
        };
        if i.is_put() {
            // Both legs of a conversion see the same forward, so that parity is exact.
            OptionState { mark: sub_bounded(call, above_strike), delta: sub_bounded(delta, RATIO_ONE), drift }
        } else {
            OptionState { mark: call, delta, drift }
        }
    }

    /// Checks an option's array as far as `needed` says. Once its settlement price is wholly fixed, no array is needed.
    #[inline(always)]
    pub fn require(&mut self, i: &Instrument, needed: Arrays) -> Result<(), RiskError> {
        let t = &i.option;
        if needed == Arrays::Any || needed == Arrays::Near && self.now >= i.expiry {
            return Ok(());
        }
        self.move_from(t.price);
        // A price has at most 43 bits.
        let far = self.moved.unsigned_abs().wrapping_mul(6) > self.u.range_value.get().unsigned_abs();
        if far || t.time < self.oldest_array || t.price == 0 {
            return if i.delta_units.get() == 0 { Ok(()) } else { Err(t.stale(i, self.u, self.now)) };
        }
        if needed == Arrays::Usable && (t.volatility_time < self.oldest_volatility || self.now >= i.expiry) {
            return if i.delta_units.get() == 0 { Ok(()) } else { Err(t.unusable(i, self.u, self.now)) };
        }
        Ok(())
    }
}

/// `value · ratio`, rounded up, by less than 256 units and a 2^14th of the value for a ratio of one: a bound needs no more,
/// and the exact product costs four times this. `value` is below 2^54, `ratio` in [0, 4] of 2^-30.
#[inline(always)]
fn bound(value: i64, ratio: i64) -> i64 {
    const DROPPED: u32 = 8;
    const DROPPED_OF_RATIO: u32 = 16;
    let (value, ratio) = (add_bounded(value >> DROPPED, 1), add_bounded(ratio >> DROPPED_OF_RATIO, 1));
    add_bounded(mul_bounded(value, ratio) >> (RATIO_BITS - DROPPED - DROPPED_OF_RATIO), 1) // a product below 2^62.1
}
