//! The normal distribution.
//!
//! Everything goes through the scaled tail `T(z) = N(-z) · exp(z²/2)` for `z ≥ 0` (Mills' ratio over √(2π); the form that
//! Cody, Mathematics of Computation 23, 1969, gives for the tail of erfc). It is smooth and between 1/2 and 1/(z√(2π)), so
//! piecewise polynomials of degree 7 hold it to 2^-48.6 everywhere. The coefficients are this crate's own, see
//! `reference/tables.py`.

use crate::{
    exponential::{Exponential, centred, exp_neg},
    tables::{INV_ROOT_TWO_PI, TAIL},
    wide::{add, mul_high, polynomial, shl, shr, sub},
};
use fixed::types::I16F48;

/// From here on a tail is zero: N(-9) is 1.1e-19, less than 2^-62.
pub(crate) const TAIL_END: i64 = 9 << I16F48::FRAC_NBITS;

/// One, Q60.
pub(crate) const ONE: i64 = 1 << 60;

/// T(z), Q62, for `z ≥ 0` in Q48. Error below 2^-48.6 (2.4e-15). Zero from 32 on.
#[inline(always)]
pub(crate) fn scaled_tail(z: i64) -> i64 {
    debug_assert!(z >= 0);
    // 32 intervals of 1/8, then 16 in each octave; the bits below the interval's move to the top.
    let (interval, fraction) = match z {
        z if z < 4 << 48 => (z >> 45, z << 19),
        z if z < 8 << 48 => (add(z >> 46, 16), z << 18),
        z if z < 16 << 48 => (add(z >> 47, 32), z << 17),
        z => (add(z >> 48, 48), z << 16),
    };
    match TAIL.get(interval as usize) {
        Some(coefficients) => polynomial(coefficients, centred(fraction)),
        None => 0,
    }
}

/// exp(-z²/2) for `z` from 0 to 9 in Q48.
#[inline(always)]
pub(crate) fn gauss(z: i64) -> Exponential {
    debug_assert!((0..=TAIL_END).contains(&z));
    let z = shl(z, 11); // Q59, at most 9 · 2^59 < 2^63
    exp_neg(mul_high(z, z) << 2) // z² in Q54 is its half in Q55; in Q57 it is at most 40.5 · 2^57 < 2^63
}

/// N(-z), Q60, for `z` from 0 to 9 in Q48.
#[inline(always)]
pub(crate) fn upper_tail(z: i64) -> i64 {
    let power = gauss(z);
    // Q60 · 4 · Q62 / 2^64, below 2^59 + a unit.
    shr(mul_high(power.mantissa << 2, scaled_tail(z)), power.halvings)
}

/// From Q60 to Q48, to nearest, kept in [0, 1].
#[inline(always)]
pub(crate) fn probability(p: i64) -> I16F48 {
    I16F48::from_bits(add(p, 1 << 11) >> 12).clamp(I16F48::ZERO, I16F48::ONE)
}

/// The distribution function of the standard normal distribution: the probability of a value of at most `x`.
///
/// Result in Q48, rounded to nearest: error below 4.5e-15 (1.2 units of 2^-48). In [0, 1]; exactly zero for `x ≤ -9` and
/// one for `x ≥ 9`; `normal_cdf(-x)` is one less `normal_cdf(x)` to one unit.
pub fn normal_cdf(x: I16F48) -> I16F48 {
    if x.to_bits() <= -TAIL_END {
        return I16F48::ZERO;
    }
    if x.to_bits() >= TAIL_END {
        return I16F48::ONE;
    }
    let tail = upper_tail(x.to_bits().wrapping_abs());
    probability(if x.is_negative() { tail } else { sub(ONE, tail) })
}

/// The density of the standard normal distribution at `x`: exp(-x²/2) / √(2π).
///
/// Result in Q48, rounded to nearest: error below 2e-15 (0.51 units of 2^-48). Zero for |x| ≥ 9.
pub fn normal_pdf(x: I16F48) -> I16F48 {
    if x.to_bits() <= -TAIL_END || x.to_bits() >= TAIL_END {
        return I16F48::ZERO;
    }
    probability(density(gauss(x.to_bits().wrapping_abs())))
}

/// exp(-z²/2) / √(2π), Q60.
#[inline(always)]
pub(crate) fn density(power: Exponential) -> i64 {
    shr(mul_high(power.mantissa << 2, INV_ROOT_TWO_PI), power.halvings)
}
