//! What a refresh writes of an option, and how it follows the samples of its settlement.

use crate::{
    MAX_VOLATILITY_RANGE, OptionParams, Ppm, RiskError, UnitsPerLot,
    math::{RATIO_BITS, RATIO_ONE, add_bounded, mul_bounded, mul_div_floor, mul_ratio_floor, sub_bounded},
    scenario::ROWS,
};
use ballast_pricing::{self as pricing, PricingError};
use bytemuck::{Pod, Zeroable};

/// Fraction bits of [`OptionTerms::gamma`].
pub(crate) const GAMMA_BITS: u32 = 16;
/// Fraction bits of a relative price move.
pub(super) const MOVE_BITS: u32 = 20;
/// Largest relative price move that corrections follow: beyond four times the price they stay level.
pub(super) const MOVE_LIMIT: i64 = 4 << MOVE_BITS;
/// Largest gamma, 65,536: a delta that turns within a 65,536th of the price.
pub(crate) const GAMMA_LIMIT: i64 = 1 << (GAMMA_BITS + 16);
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

impl OptionTerms {
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
}

/// By how much a delta turns with a relative move of the price, 2^-30.
#[inline(always)]
pub(super) fn turned(gamma: i64, relative: i64) -> i64 {
    mul_bounded(gamma, relative) >> (GAMMA_BITS + MOVE_BITS - RATIO_BITS)
}

/// Mean of a delta that turns evenly with the price, and stays at zero or one once it is there. `delta` is where it starts,
/// `turned` by how much it would turn; all in 2^-30.
#[inline(always)]
pub(super) fn mean_delta(delta: i64, turned: i64) -> i64 {
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
