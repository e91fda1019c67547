//! Exponential, logarithm and power.
//!
//! Table and polynomial after Tang (ACM Transactions on Mathematical Software 15, 1989, and 16, 1990): the argument is
//! reduced to one interval of 32 (exp) or 64 (ln), and a polynomial of degree 5 or 6 does the rest. The coefficients are
//! this crate's own, see `reference/tables.py`.

use crate::{
    PricingError,
    tables::{EXP2, EXP2_STEPS, LN, LN_2, LN_PARTS, LOG2_E},
    wide::{add, mul, mul_high, polynomial, shifted_product, shl, shr, sub},
};
use fixed::types::I16F48;

/// Fraction bits of the arguments and results inside this module.
const INNER_BITS: u32 = 57;
/// From Q48 to Q57.
const WIDEN: u32 = INNER_BITS - I16F48::FRAC_NBITS;
/// The exponent of a number's last bit: it is `bits · 2^UNIT`.
const UNIT: i64 = -(I16F48::FRAC_NBITS as i64);

/// Above it `exp` does not fit: ln(32768), rounded down, less one unit for its error.
const EXP_MAX: I16F48 = I16F48::from_bits(2_926_553_797_577_511);
/// Below it `exp` is less than half a unit: -49·ln(2).
const EXP_MIN: I16F48 = I16F48::from_bits(-9_560_075_738_753_206);

/// A power of e: the number is `mantissa / 2^60 / 2^halvings`, the mantissa in (2^59, 2^60 + 2^10).
#[derive(Clone, Copy)]
pub(crate) struct Exponential {
    pub(crate) mantissa: i64,
    pub(crate) halvings: i64,
}

/// `e^-x` for `x` in Q57, any: |x| < 64. Relative error below 2^-51.
#[inline(always)]
pub(crate) fn exp_neg(x: i64) -> Exponential {
    let powers = mul_high(x, LOG2_E); // Q55, of magnitude below 2^62
    let fraction = powers << 9; // the fraction of it, in 2^-64, unsigned; the whole part falls off
    let step = (fraction as u64 >> 59) as usize;
    let mantissa = match EXP2_STEPS.get(step) {
        Some(scale) => mul_high(*scale, polynomial(&EXP2, centred(fraction << 5))),
        None => 0, // a step has five bits
    };
    Exponential { mantissa, halvings: powers >> 55 }
}

/// An unsigned fraction in 2^-64 as a signed one less a half.
#[inline(always)]
pub(crate) fn centred(fraction: i64) -> i64 {
    fraction ^ i64::MIN
}

impl Exponential {
    /// Rounded to the nearest 2^-48. `halvings` from -16 to 50 for a value that fits.
    #[inline(always)]
    fn fixed(self) -> I16F48 {
        let shift = add(self.halvings, 12);
        if shift > 0 {
            I16F48::from_bits(shr(add(self.mantissa, shl(1, sub(shift, 1))), shift))
        } else {
            I16F48::from_bits(shl(self.mantissa, shift.wrapping_neg()))
        }
    }
}

/// e to the power of `x`.
///
/// Result in Q48, rounded to nearest: relative error below 2^-51 (4.5e-16), or half a unit of 2^-48 where that is more.
/// Zero below -33.97. [`PricingError::Overflow`] above ln(32768), about 10.397.
pub fn exp(x: I16F48) -> Result<I16F48, PricingError> {
    if x > EXP_MAX {
        return Err(PricingError::Overflow);
    }
    if x < EXP_MIN {
        return Ok(I16F48::ZERO);
    }
    Ok(exp_neg(mul(x.to_bits(), -(1 << WIDEN))).fixed())
}

/// ln(n · 2^exponent) in Q57, for `n > 0` and |exponent| ≤ 63. Error below 2^-58 for each of the powers of two, and 2^-57.
#[inline(always)]
fn ln_inner(n: i64, exponent: i64) -> i64 {
    debug_assert!(n > 0);
    let zeros = n.leading_zeros(); // 1 to 63
    // n = mantissa · 2^(62 - (zeros - 1) - 62): the mantissa, Q62, in [1, 2).
    let mantissa = n.wrapping_shl(zeros.wrapping_sub(1));
    let part = ((mantissa >> 56) & 63) as usize;
    let [reciprocal, logarithm] = match LN_PARTS.get(part) {
        Some(entry) => *entry,
        None => [0; 2], // a part has six bits
    };
    // Within 1/128 of one, Q61; the difference in 2^-70, so that the polynomial sees 64 times it as a fraction in 2^-64.
    let t = sub(mul_high(mantissa, reciprocal), 1 << 61) << 9;
    let rest = mul_high(polynomial(&LN, t), t); // Q62
    let powers = add(sub(63, i64::from(zeros)), exponent);
    add(mul(powers, LN_2), add(logarithm, rest >> 2) >> 3)
}

/// From Q57 to Q48, to nearest, halves away from zero: a number and its negative round to opposite numbers.
#[inline(always)]
fn narrow(x: i64) -> I16F48 {
    I16F48::from_bits(add(x, add(1 << (WIDEN - 1), x >> 63)) >> WIDEN)
}

/// Natural logarithm.
///
/// Result in Q48, rounded to nearest: error below 0.57 units of 2^-48. [`PricingError::OutOfDomain`] unless `x > 0`.
pub fn ln(x: I16F48) -> Result<I16F48, PricingError> {
    if !x.is_positive() {
        return Err(PricingError::OutOfDomain);
    }
    Ok(narrow(ln_inner(x.to_bits(), UNIT)))
}

/// Natural logarithm of a whole number from 1 to 2^63 - 1: a price in its own units. The log-moneyness of many strikes
/// needs that of the forward once.
///
/// Result in Q48, rounded to nearest: error below 0.57 units of 2^-48. [`PricingError::OutOfDomain`] unless `n > 0`.
pub fn ln_integer(n: i64) -> Result<I16F48, PricingError> {
    if n <= 0 {
        return Err(PricingError::OutOfDomain);
    }
    Ok(narrow(ln_inner(n, 0)))
}

/// Natural logarithm of `num / den`, both from 1 to 2^63 - 1, to the same precision for all magnitudes.
///
/// Result in Q48, rounded to nearest: error below 0.57 units of 2^-48. `ln_ratio(a, b) == -ln_ratio(b, a)`, and zero where
/// they are equal. [`PricingError::OutOfDomain`] unless both are positive.
pub fn ln_ratio(num: i64, den: i64) -> Result<I16F48, PricingError> {
    if num <= 0 || den <= 0 {
        return Err(PricingError::OutOfDomain);
    }
    Ok(narrow(sub(ln_inner(num, 0), ln_inner(den, 0))))
}

/// `base` to the power of `exponent`: e^(exponent · ln(base)).
///
/// Result in Q48, rounded to nearest: relative error below 2^-50 + |exponent| · 2^-55, or half a unit of 2^-48 where that is
/// more. Zero to a positive power is zero; [`PricingError::OutOfDomain`] for a negative base and for zero to any other
/// power, [`PricingError::Overflow`] where the result does not fit.
pub fn pow(base: I16F48, exponent: I16F48) -> Result<I16F48, PricingError> {
    if !base.is_positive() {
        let zero = base.is_zero() && exponent.is_positive();
        return if zero { Ok(I16F48::ZERO) } else { Err(PricingError::OutOfDomain) };
    }
    let logarithm = ln_inner(base.to_bits(), UNIT);
    // The limits of `exp`, with the rounding unit of its Q48 argument to spare.
    const MAX: i64 = (EXP_MAX.to_bits() + 1) << WIDEN;
    const MIN: i64 = EXP_MIN.to_bits() << WIDEN;
    match shifted_product::<{ I16F48::FRAC_NBITS }>(logarithm, exponent.to_bits()) {
        Ok(power) if power >= MAX => Err(PricingError::Overflow),
        Ok(power) if power < MIN => Ok(I16F48::ZERO),
        Ok(power) => Ok(exp_neg(power.wrapping_neg()).fixed()),
        Err(_) if (logarithm < 0) == exponent.is_negative() => Err(PricingError::Overflow),
        Err(_) => Ok(I16F48::ZERO),
    }
}
