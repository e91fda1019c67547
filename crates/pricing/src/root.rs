//! Square roots, by Newton's method in 64-bit integers: a division costs one compute unit on sBPF.

use crate::{
    PricingError,
    tables::INV_YEAR,
    wide::{add, div, mul_high, shr, sub},
};
use fixed::types::I16F48;

/// Longest time that [`root_years`] takes: 2^40 seconds, about 34,865 years.
pub const MAX_SECONDS: i64 = 1 << 40;

/// √a · 2^30 for `a` in [2^62, 2^64): at most two too high or low.
#[inline(always)]
fn root_inner(a: u64) -> i64 {
    // A line within 3.5 % of the root, then Newton's steps: the relative error is squared and halved, to 6·10^-4, 2·10^-7 and
    // 2·10^-14. Starting from below or above, a step ends above √a - 1.
    let mut x = ((a >> 32) / 3).wrapping_mul(2).wrapping_add(1_500_000_000);
    for _ in 0..3 {
        x = x.wrapping_add(div(a, x)) >> 1; // below 2^33 + 2^34
    }
    // Below √a by at most two and at least 0.9, so the rest is in (0, 2^35).
    let x = x.wrapping_sub(1);
    let rest = a.wrapping_sub(x.wrapping_mul(x));
    debug_assert!(rest < 1 << 35);
    // The last step, to a unit of 2^-30: √a = x + rest/2x - (up to 2^-30).
    add((x << 30) as i64, div(rest << 28, x).wrapping_mul(2) as i64)
}

/// Square root.
///
/// Result in Q48, rounded down, exactly. [`PricingError::OutOfDomain`] unless `x ≥ 0`.
pub fn sqrt(x: I16F48) -> Result<I16F48, PricingError> {
    if !x.is_positive() {
        return if x.is_zero() { Ok(I16F48::ZERO) } else { Err(PricingError::OutOfDomain) };
    }
    // x · 2^48 = a · 2^(48 - shift), its root = √a · 2^30 · 2^(24 - 30 - shift/2).
    let shift = x.to_bits().leading_zeros() & !1; // 0 to 62
    let root = shr(root_inner((x.to_bits() as u64).wrapping_shl(shift)), add(6, i64::from(shift >> 1)));
    // It is at most one off. x·2^48 - root² modulo 2^64 tells: in truth it is below 2^58 in magnitude.
    let rest = x.to_bits().wrapping_shl(I16F48::FRAC_NBITS).wrapping_sub(root.wrapping_mul(root));
    Ok(I16F48::from_bits(match rest {
        rest if rest < 0 => sub(root, 1),
        rest if rest > root.wrapping_mul(2) => add(root, 1),
        _ => root,
    }))
}

/// Square root of a number of seconds as years of 365 days: one for 31,536,000.
///
/// Result in Q48, rounded to nearest: error below 0.51 units of 2^-48. [`PricingError::OutOfDomain`] unless `seconds` is
/// between 0 and [`MAX_SECONDS`].
pub fn root_years(seconds: i64) -> Result<I16F48, PricingError> {
    if seconds <= 0 || seconds > MAX_SECONDS {
        return if seconds == 0 { Ok(I16F48::ZERO) } else { Err(PricingError::OutOfDomain) };
    }
    let shift = seconds.leading_zeros() & !1; // 22 to 62: the shifted number is in [2^62, 2^64)
    let scaled = ((seconds as u64).wrapping_shl(shift) >> 1) as i64; // loses no bit
    // seconds / year · 2^(shift + 24), from 2^61 to 2^64. Relative error below 2^-57.
    let years = (mul_high(scaled, INV_YEAR) as u64) << 2;
    let (years, shift) = if years < 1 << 62 { (years << 2, shift.wrapping_add(2)) } else { (years, shift) };
    // √years · 2^30 = root · 2^(shift/2 + 42).
    let bits = sub(i64::from(shift >> 1), 6); // 5 to 26
    Ok(I16F48::from_bits(shr(add(root_inner(years), shr(1 << 62, sub(63, bits))), bits)))
}
