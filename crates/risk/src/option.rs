//! European options: the terms that a refresh writes, and how they move between refreshes.
//!
//! What is stored is always the *call* of the strike. A put is that call less the forward, exactly, in value, in delta and
//! in every scenario, so that put-call parity holds to the last unit and one array serves both.
//!
//! ```text
//! A[k]       = w · (C(S, σ) − C(S_k, σ_k))        loss of one long call in row k, Black-76 on the forward
//! convexity  = max over adjacent price nodes a < b of u·v / (u + v)
//!              u = C(b) − C(a) − C'(a)·(b − a),  v = C'(b)·(b − a) − (C(b) − C(a))
//! C(S + dS)  = C + mean delta · dS − decay · dt,   mean delta = Δ + ½Γ·dS, of a delta that stays within [0, 1]
//! drift      = |dS| · turn                        what the scan gains between refreshes
//!              turn = max_k w · |Δ_k · (1 + m_k·r) − Δ|
//! ```
//!
//! An entry of the array changes with the price by `w · (Δ − Δ_k · (1 + m_k·r))` to first order, since the nodes move with
//! the price; the largest of them over all rows bounds what a book's scan misses between refreshes.
//!
//! The convexity gap is how far a convex function can be below its chord between two nodes: the two tangents meet at exactly
//! that depth. It is at most twice the depth of the midpoint, half of that for a kink, and needs no further price. Every long
//! option is charged it, and it is not capped by the option's value: next to a short future, the option's gain at a node
//! would otherwise count where the option is not worth it.

use crate::{
    Instrument, MAX_VOLATILITY_RANGE, OptionParams, Ppm, RiskError, Underlying, UnitsPerLot,
    guard::Arrays,
    math::{RATIO_BITS, RATIO_ONE, add_bounded, mul_bounded, mul_div_floor, mul_ratio_floor, sub_bounded},
    scenario::ROWS,
};
use ballast_pricing::{self as pricing, PricingError};
use bytemuck::{Pod, Zeroable};

/// Fraction bits of [`OptionTerms::gamma`].
pub(crate) const GAMMA_BITS: u32 = 16;
/// Fraction bits of a relative price move.
const MOVE_BITS: u32 = 20;
/// Largest relative price move that corrections follow: beyond four times the price they stay level.
const MOVE_LIMIT: i64 = 4 << MOVE_BITS;
/// Largest gamma, 65,536: a delta that turns within a 65,536th of the price.
pub(crate) const GAMMA_LIMIT: i64 = 1 << (GAMMA_BITS + 16);
/// Fraction bits of [`OptionTerms::decay`].
const DECAY_BITS: u32 = 8;
/// Seconds in a day.
const DAY: i64 = 86_400;

impl OptionParams {
    /// `v · (30 / max(days, floor))^p`, at most 90 %.
    pub(crate) fn volatility_range_of(&self, seconds: i64) -> Result<Ppm, PricingError> {
        let least = i64::from(self.volatility_floor_days) * DAY;
        let base = pricing::ratio(30 * DAY, seconds.max(least))?;
        let power = pricing::ratio(self.volatility_power.get().into(), Ppm::ONE.get().into())?;
        let factor = pricing::pow(base, power)?;
        let range = pricing::mul_floor(self.volatility_range.get().into(), factor)?;
        Ok(Ppm::new(range.clamp(0, MAX_VOLATILITY_RANGE) as u32))
    }
}

/// What a refresh writes of one lot of the call with an option's strike. Values at the underlying's scale.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct OptionTerms {
    /// Index price at which the array was made; 0 if it never was.
    pub price: i64,
    /// When it was made, seconds.
    pub time: i64,
    /// Value of the call then.
    pub call: i64,
    /// Strike of one lot.
    pub strike: i64,
    /// Forward less index price of one lot.
    pub carry: i64,
    /// Δ: delta of the call, of one, in 2^-30.
    pub delta: i64,
    /// Γ·S: change of Δ for a relative price move of one, in 2^-16.
    pub gamma: i64,
    /// Loss of value a second, in 2^-8 of the underlying's scale.
    pub decay: i64,
    /// Convexity gap.
    pub convexity: i64,
    /// ε: how far the call's array entries may be from exact Black-76, and their nodes from those of the shocks.
    pub model_error: i64,
    /// The most by which a row's delta differs from Δ, in 2^-30: see the head of this module.
    pub turn: i64,
    /// Loss of one long lot of the option itself in its worst row, with gap, ε and the surcharge of initial margin.
    pub worst_long: i64,
    /// Loss of one short lot of the option itself in its worst row, with ε and the surcharge of initial margin.
    pub worst_short: i64,
    /// When the volatility was published, seconds; 0 for never.
    pub volatility_time: i64,
    /// Volatility, millionths a year.
    pub volatility: Ppm,
    /// Reserved, zero.
    pub reserved: u32,
    /// Loss of one long call in each row.
    pub array: [i64; ROWS],
}

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

    /// Moves the terms on to the units that are left, when the rest was fixed at a price: the call is worth at that price what
    /// it was, and everything else is of the units that are left. `strike` is the strike less what is fixed.
    ///
    /// The array, made for more units of the same moneyness, stands in until the next refresh.
    pub(crate) fn fix(
        &mut self,
        was: UnitsPerLot,
        left: UnitsPerLot,
        strike: i64,
        price: i64,
    ) -> Result<(), RiskError> {
        self.strike = strike;
        if left < was {
            self.scale_to(was, left, price)?;
        }
        // What is fixed has no time value: the call is worth no more than the forward of the units that are left, or than
        // that and what is fixed beyond the strike.
        let forward = add_bounded(mul_bounded(left.get(), self.price), self.carry);
        self.call = self.call.min(forward.max(sub_bounded(forward, strike)));
        Ok(())
    }

    /// The part of [`OptionTerms::fix`] that is in proportion to the units.
    fn scale_to(&mut self, was: UnitsPerLot, left: UnitsPerLot, price: i64) -> Result<(), RiskError> {
        if self.price == 0 {
            return Ok(());
        }
        let moved = sub_bounded(price, self.price);
        let relative = (moved << MOVE_BITS).checked_div(self.price).unwrap_or(0).clamp(-MOVE_LIMIT, MOVE_LIMIT);
        let mean = mean_delta(self.delta, turned(self.gamma, relative));
        let gained = mul_ratio_floor(mul_bounded(was.get() - left.get(), moved), mean);
        self.call = add_bounded(self.call, gained);
        // What is kept, rounded up; an entry is then off by less than a 2^30th of itself and a unit.
        let kept = (mul_div_floor(left.get(), RATIO_ONE, was.get())? + i64::from(!left.is_zero())).min(RATIO_ONE);
        for entry in &mut self.array {
            *entry = mul_ratio_floor(*entry, kept);
        }
        for bound in [&mut self.convexity, &mut self.worst_long, &mut self.worst_short] {
            *bound = mul_ratio_floor(*bound, kept) + 1;
        }
        self.model_error = add_bounded(self.model_error, 2);
        self.carry = mul_ratio_floor(self.carry, kept);
        self.decay = mul_ratio_floor(self.decay, kept);
        Ok(())
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

/// By how much a delta turns with a relative move of the price, 2^-30.
#[inline(always)]
fn turned(gamma: i64, relative: i64) -> i64 {
    mul_bounded(gamma, relative) >> (GAMMA_BITS + MOVE_BITS - RATIO_BITS)
}

/// Mean of a delta that turns evenly with the price, and stays at zero or one once it is there. `delta` is where it starts,
/// `turned` by how much it would turn; all in 2^-30.
#[inline(always)]
fn mean_delta(delta: i64, turned: i64) -> i64 {
    let (end, left) = (add_bounded(delta, turned), sub_bounded(RATIO_ONE, delta));
    // Squares below 2^60, over a turn that is not zero.
    let triangle = |side: i64, turn: i64| (mul_bounded(side, side) as u64 / (turn as u64).max(1) / 2) as i64;
    if end > RATIO_ONE {
        sub_bounded(RATIO_ONE, triangle(left, turned))
    } else if end < 0 {
        triangle(delta, sub_bounded(0, turned))
    } else {
        add_bounded(delta, turned >> 1)
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
