//! Options on a forward, undiscounted: Black, "The pricing of commodity contracts", Journal of Financial Economics 3, 1976.
//!
//! `C = F·N(d1) - K·N(d2)`, `d1 = x/s + s/2`, `d2 = d1 - s`, `x = ln(F/K)`, `s = σ√τ`.
//!
//! It is not computed so, because an error in N(d2) would count K/F times. With `F·φ(d1) = K·φ(d2)` the value beyond
//! intrinsic of either option is `min(F, K)·g`,
//!
//! ```text
//! g = N(a) - e^y·N(b) = N(a) - exp(-a²/2)·T(-b),     y = |x|,  a = s/2 - y/s,  b = -s/2 - y/s ≤ 0
//! ```
//!
//! where T is the scaled tail of [`crate::normal_cdf`]'s module and N(a) is `exp(-a²/2)·T(-a)` or one less
//! `exp(-a²/2)·T(a)`: one exponential, two smooth functions in [0, 1/2], and an error that is one of the *smaller* of forward
//! and strike. Call and put are each intrinsic plus that same integer, so their parity is exact.

use crate::{
    PricingError, TotalVolatility,
    exponential::Exponential,
    normal::{ONE, TAIL_END, density, gauss, probability, scaled_tail, upper_tail},
    tables::INV_ROOT_TWO_PI,
    wide::{add, div, mul_high, mul_high_exact, shifted_product, shl, shr, sub},
};
use fixed::types::I16F48;

/// Largest forward and strike.
pub const MAX_PRICE: i64 = 1 << 56;

/// Delta at the money without volatility.
const HALF: I16F48 = I16F48::lit("0.5");

/// Larger than the logarithm of any ratio of two prices of up to [`MAX_PRICE`].
const MAX_LOG: i64 = (1 << 54) - 1;

/// What a call is worth, and its delta.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Call {
    /// Value in the forward's scale, rounded down: `max(0, F - K) ≤ value ≤ F`.
    pub value: i64,
    /// N(d1), Q48, in [0, 1]: the change of value by that of the forward.
    pub delta: I16F48,
}

/// What a put is worth, and its delta.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Put {
    /// Value in the forward's scale, rounded down: `max(0, K - F) ≤ value ≤ K`. The call's less `F - K`, to the unit.
    pub value: i64,
    /// N(d1) - 1, Q48, in [-1, 0]: the call's less one, to the unit.
    pub delta: I16F48,
}

/// How an option's value changes. Gamma, vega and decay of a put are those of the call, its delta is the call's less one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Greeks {
    /// N(d1), Q48: the change of the call's value by that of the forward. To nearest.
    pub delta: I16F48,
    /// φ(d1)/s, Q48: gamma times the forward, so the change of delta for a *relative* move of the forward. Rounded down;
    /// [`I16F48::MAX`] where it is 32,768 or more (only for s below 1.3e-5) and, at the money, where s is zero.
    pub gamma: I16F48,
    /// F·φ(d1)·√τ: the change of value for 100 % more annual volatility, in the forward's scale. Rounded down, from F·φ(d1)
    /// in whole 2^-5; `i64::MAX` where it is more.
    pub vega: i64,
    /// F·φ(d1)·s / (2·seconds): what the value loses in the next second at constant volatility, in 2^-8 of the forward's
    /// scale. Never negative. Rounded down, from F·φ(d1) in whole 2^-5; `i64::MAX` where it is more. Zero at expiry.
    pub decay: i64,
}

/// The parts of g for an option with some volatility.
struct Parts {
    /// exp(-a²/2)
    power: Exponential,
    /// T(|a|), Q62
    near: i64,
    /// T(-b), Q62
    far: i64,
    /// a is negative: the option is far from the money for its volatility.
    negative: bool,
    /// -b, Q48, from 0 to 25
    depth: i64,
}

impl Parts {
    /// `y` is |ln(F/K)| in Q48, at most [`MAX_LOG`]. Nothing where |a| ≥ 9, so that g is below 2^-62, or s is zero.
    #[inline(always)]
    fn new(y: i64, volatility: &TotalVolatility) -> Option<Self> {
        let s = volatility.value().to_bits();
        if s == 0 {
            return None;
        }
        let (reciprocal, shift) = volatility.reciprocal();
        // y · 2^9 · (2^126 / (s · 2^shift)) / 2^64 = y/s · 2^(71 - shift): below 2^62.
        let quotient = mul_high(y << 9, reciprocal);
        // y/s in Q48, where it is below 32. From there on a is at most 8 - 32.
        let shift = sub(shift, 23); // -12 to 40
        let ratio = if shift <= 0 {
            shr(quotient, shift.wrapping_neg())
        } else if quotient < shr(1 << 53, shift) {
            shl(quotient, shift)
        } else {
            return None;
        };
        // The two differ by s exactly, also for an odd s.
        let half = s >> 1;
        let a = sub(half, ratio);
        let depth = add(sub(s, half), ratio);
        if a <= -TAIL_END || a >= TAIL_END {
            return None;
        }
        let z = a.wrapping_abs();
        Some(Self { power: gauss(z), near: scaled_tail(z), far: scaled_tail(depth), negative: a < 0, depth })
    }

    /// ⌊price · g⌋ for a price of up to [`MAX_PRICE`], in [0, price].
    #[inline(always)]
    fn time_value(&self, price: i64) -> i64 {
        let power = self.power.mantissa << 2; // Q62, at most 2^62 + 2^12
        if self.negative {
            // The halvings come last, so that a small value keeps its digits.
            let scaled = mul_high(power, sub(self.near, self.far).max(0));
            shr(mul_high_exact(price << 4, scaled), self.power.halvings)
        } else {
            let rest = shr(mul_high(power, add(self.near, self.far)), self.power.halvings);
            mul_high_exact(price << 4, sub(ONE, rest).max(0))
        }
    }

    /// N(a), Q60.
    #[inline(always)]
    fn lower(&self) -> i64 {
        let tail = shr(mul_high(self.power.mantissa << 2, self.near), self.power.halvings);
        if self.negative { tail } else { sub(ONE, tail) }
    }

    /// N(-b), Q60.
    #[inline(always)]
    fn upper(&self) -> i64 {
        if self.depth >= TAIL_END { ONE } else { sub(ONE, upper_tail(self.depth)) }
    }
}

/// The smaller of forward and strike, F - K where that is positive, and y.
struct Sides {
    smaller: i64,
    intrinsic: i64,
    distance: i64,
    in_the_money: bool,
}

impl Sides {
    #[inline(always)]
    fn new(forward: i64, strike: i64, log_moneyness: I16F48) -> Result<Self, PricingError> {
        if forward <= 0 || strike <= 0 || forward > MAX_PRICE || strike > MAX_PRICE {
            return Err(PricingError::OutOfDomain);
        }
        // A logarithm may be a few units off and so on the wrong side of zero.
        let x = log_moneyness.to_bits();
        Ok(if forward > strike {
            let distance = x.clamp(0, MAX_LOG);
            Self { smaller: strike, intrinsic: sub(forward, strike), distance, in_the_money: true }
        } else {
            let distance = x.clamp(-MAX_LOG, 0).wrapping_neg();
            Self { smaller: forward, intrinsic: 0, distance, in_the_money: false }
        })
    }

    /// N(d1), Q60.
    #[inline(always)]
    fn delta(&self, parts: &Parts) -> I16F48 {
        probability(if self.in_the_money { parts.upper() } else { parts.lower() })
    }

    /// N(d1) where only the intrinsic value is left.
    #[inline(always)]
    fn step(&self, at_the_money: bool) -> I16F48 {
        match self.in_the_money {
            true => I16F48::ONE,
            false if at_the_money => HALF,
            false => I16F48::ZERO,
        }
    }
}

/// A call on a forward, undiscounted, by Black 1976.
///
/// `forward` and `strike` are in one scale, from 1 to [`MAX_PRICE`]; the value is in it too, rounded down.
/// `log_moneyness` is ln(forward/strike), from [`crate::ln_ratio`] or a sum of logarithms: an error ε in it makes one of at
/// most ε·F in the value, and never takes the value out of [max(0, F - K), F]. Any moneyness is taken: far in the money the
/// value becomes intrinsic, far out zero. Without volatility it is intrinsic exactly, and delta is 0, 1/2 or 1.
///
/// Error of the value: below 1e-14 of the smaller of forward and strike, and one unit. That of delta: below 4.5e-15, and what
/// the half unit of the logarithm makes when it is divided by s: 0.8e-15/s. [`PricingError::OutOfDomain`] for a
/// forward or strike outside its range, nothing else.
pub fn call(
    forward: i64,
    strike: i64,
    log_moneyness: I16F48,
    volatility: &TotalVolatility,
) -> Result<Call, PricingError> {
    let sides = Sides::new(forward, strike, log_moneyness)?;
    Ok(match Parts::new(sides.distance, volatility) {
        Some(parts) => {
            // At most K + (F - K), or F: it fits.
            let value = add(sides.intrinsic, parts.time_value(sides.smaller));
            Call { value, delta: sides.delta(&parts) }
        }
        None => Call { value: sides.intrinsic, delta: sides.step(forward == strike) },
    })
}

/// The value of [`call`] alone, to the same unit, where delta is not needed: a fifth cheaper in the money.
pub fn call_value(
    forward: i64,
    strike: i64,
    log_moneyness: I16F48,
    volatility: &TotalVolatility,
) -> Result<i64, PricingError> {
    let sides = Sides::new(forward, strike, log_moneyness)?;
    Ok(match Parts::new(sides.distance, volatility) {
        Some(parts) => add(sides.intrinsic, parts.time_value(sides.smaller)),
        None => sides.intrinsic,
    })
}

/// A put on a forward, undiscounted, by Black 1976: `call - (forward - strike)` to the unit, and never negative.
///
/// Everything else is as for [`call`].
pub fn put(
    forward: i64,
    strike: i64,
    log_moneyness: I16F48,
    volatility: &TotalVolatility,
) -> Result<Put, PricingError> {
    let Call { value, delta } = call(forward, strike, log_moneyness, volatility)?;
    // All terms are at most 2^56 in magnitude. call ≥ F - K.
    Ok(Put {
        value: sub(value, sub(forward, strike)),
        delta: I16F48::from_bits(sub(delta.to_bits(), I16F48::ONE.to_bits())),
    })
}

/// The Greeks of a call from the same inputs, and the time to expiry in seconds, which only the decay needs (zero where it is
/// zero or negative).
///
/// Error of delta below 4.5e-15 and of φ(d1) in the others below 1e-15, and what the half unit of the logarithm makes when
/// it is divided by s: 0.8e-15/s. [`PricingError::OutOfDomain`] as for [`call`].
pub fn greeks(
    forward: i64,
    strike: i64,
    log_moneyness: I16F48,
    volatility: &TotalVolatility,
    seconds: i64,
) -> Result<Greeks, PricingError> {
    let sides = Sides::new(forward, strike, log_moneyness)?;
    let Some(parts) = Parts::new(sides.distance, volatility) else {
        // Without volatility φ(d1) is φ(0) at the money and zero elsewhere.
        let peak = forward == strike && volatility.value() == I16F48::ZERO;
        let (gamma, density) = if peak { (I16F48::MAX, INV_ROOT_TWO_PI >> 2) } else { (I16F48::ZERO, 0) };
        let vega = vega(price_times(forward, density), volatility);
        return Ok(Greeks { delta: sides.step(forward == strike), gamma, vega, decay: 0 });
    };
    // φ(d1), Q60. Out of the money d1 is a, in the money -b.
    let density = match sides.in_the_money {
        false => density(parts.power),
        true if parts.depth >= TAIL_END => 0,
        true => density(gauss(parts.depth)),
    };
    let price_density = price_times(forward, density);
    Ok(Greeks {
        delta: sides.delta(&parts),
        gamma: gamma(density, volatility),
        vega: vega(price_density, volatility),
        decay: decay(price_density, volatility, seconds),
    })
}

/// ⌊price · density⌋ in 2^-5, for a density of up to 1/2 in Q60: at most 2^60.
#[inline(always)]
fn price_times(price: i64, density: i64) -> i64 {
    mul_high_exact(price << 6, density << 3)
}

/// φ/s for a density in Q60 and an s that is not zero.
#[inline(always)]
fn gamma(density: i64, volatility: &TotalVolatility) -> I16F48 {
    let (reciprocal, shift) = volatility.reciprocal();
    // φ · 2^60 · 2^126 / (s · 2^48 · 2^shift) / 2^64 = φ/s · 2^48 · 2^(26 - shift).
    let quotient = mul_high(density, reciprocal).max(0); // below 2^58
    let shift = sub(shift, 26); // -15 to 37
    if shift <= 0 {
        I16F48::from_bits(shr(quotient, shift.wrapping_neg()))
    } else if quotient <= shr(i64::MAX, shift) {
        I16F48::from_bits(shl(quotient, shift))
    } else {
        I16F48::MAX
    }
}

/// F·φ·√τ from F·φ in 2^-5.
#[inline(always)]
fn vega(price_density: i64, volatility: &TotalVolatility) -> i64 {
    shifted_product::<53>(price_density, volatility.root_years().to_bits()).unwrap_or(i64::MAX)
}

/// F·φ·s·2^7 / seconds from F·φ in 2^-5.
#[inline(always)]
fn decay(price_density: i64, volatility: &TotalVolatility, seconds: i64) -> i64 {
    if seconds <= 0 {
        return 0;
    }
    let s = volatility.value().to_bits();
    // The product has 5 + 48 fraction bits, the result 7; where the former does not fit so, eight less until divided.
    match shifted_product::<46>(price_density, s) {
        Ok(product) => per_second(product, seconds),
        Err(_) => match shifted_product::<54>(price_density, s) {
            Ok(product) => per_second(product, seconds).saturating_mul(1 << 8),
            Err(_) => i64::MAX,
        },
    }
}

/// A quotient of a number from 0 on and one from 1 on. The sBPF processor has no signed division.
#[inline(always)]
fn per_second(product: i64, seconds: i64) -> i64 {
    div(product as u64, seconds as u64) as i64
}

#[cfg(test)]
mod tests;
