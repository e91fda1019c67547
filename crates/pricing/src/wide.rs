//! Arithmetic with proven bounds, and the upper half of a 64-bit product.
//!
//! A checked 64-bit multiplication costs about a hundred compute units on sBPF and a 128-bit one about sixty, a plain one
//! costs one, a checked addition about fourteen. So every operation here is plain, and its caller says why it fits. Debug
//! builds check.

use crate::PricingError;

const LOW: i64 = 0xffff_ffff;

/// `a + b` where the caller's bounds prove that it fits.
#[inline(always)]
pub(crate) fn add(a: i64, b: i64) -> i64 {
    debug_assert!(a.checked_add(b).is_some(), "unproven bound: {a} + {b}");
    a.wrapping_add(b)
}

/// `a - b` where the caller's bounds prove that it fits.
#[inline(always)]
pub(crate) fn sub(a: i64, b: i64) -> i64 {
    debug_assert!(a.checked_sub(b).is_some(), "unproven bound: {a} - {b}");
    a.wrapping_sub(b)
}

/// `a · b` where the caller's bounds prove that it fits.
#[inline(always)]
pub(crate) fn mul(a: i64, b: i64) -> i64 {
    debug_assert!(a.checked_mul(b).is_some(), "unproven bound: {a} * {b}");
    a.wrapping_mul(b)
}

/// `a >> bits`, for `bits` in [0, 63].
#[inline(always)]
pub(crate) fn shr(a: i64, bits: i64) -> i64 {
    debug_assert!((0..64).contains(&bits), "unproven bound: >> {bits}");
    a.wrapping_shr(bits as u32)
}

/// `a << bits`, for `bits` in [0, 63], where the caller's bounds prove that no bit is lost.
#[inline(always)]
pub(crate) fn shl(a: i64, bits: i64) -> i64 {
    debug_assert!((0..64).contains(&bits) && a << bits >> bits == a, "unproven bound: {a} << {bits}");
    a.wrapping_shl(bits as u32)
}

/// `⌊a / b⌋` where the caller's bounds prove that `b` is not zero. A branch, but no panic.
#[inline(always)]
pub(crate) fn div(a: u64, b: u64) -> u64 {
    debug_assert!(b != 0, "unproven bound: {a} / 0");
    a.checked_div(b).unwrap_or_default()
}

/// `a · b / 2^64`, at most two below its rounded-down value and never above: three products of halves, the fourth left
/// out.
///
/// Any arguments. The middle products are of an unsigned and a signed half, so they and the sum fit in 64 bits.
/// Never decreasing in `a` where `b ≥ 0`, and in `b` where `a ≥ 0`.
#[inline(always)]
pub(crate) fn mul_high(a: i64, b: i64) -> i64 {
    let (ah, al) = (a >> 32, a & LOW);
    let (bh, bl) = (b >> 32, b & LOW);
    add(mul(ah, bh), add(mul(al, bh) >> 32, mul(ah, bl) >> 32))
}

/// `⌊a · b / 2^64⌋`, exactly. Any arguments.
#[inline(always)]
pub(crate) fn mul_high_exact(a: i64, b: i64) -> i64 {
    let (ah, al) = (a >> 32, a & LOW);
    let (bh, bl) = (b >> 32, b & LOW);
    let low = (al as u64).wrapping_mul(bl as u64) >> 32; // below 2^32
    // Below 2^32 · (2^31 - 1) + 2^32 ≤ 2^63 and above -2^63.
    let middle = add(mul(al, bh), low as i64);
    let other = add(mul(ah, bl), middle & LOW);
    add(mul(ah, bh), add(middle >> 32, other >> 32))
}

/// `⌊a · b / 2^BITS⌋` for `BITS` in [1, 63], or [`PricingError::Overflow`].
#[inline(always)]
pub(crate) fn shifted_product<const BITS: u32>(a: i64, b: i64) -> Result<i64, PricingError> {
    let high = mul_high_exact(a, b);
    let limit = 1i64.wrapping_shl(BITS.wrapping_sub(1));
    if high >= limit || high < limit.wrapping_neg() {
        return Err(PricingError::Overflow);
    }
    let low = a.wrapping_mul(b) as u64;
    Ok(high.wrapping_shl(64u32.wrapping_sub(BITS)) | low.wrapping_shr(BITS) as i64)
}

/// The polynomial of these coefficients, lowest power first, in `t / 2^64`, in the scale of the coefficients. Its value and
/// that of every tail of it have to be below 2^63 in magnitude. Too low by at most three units of the scale for each power,
/// of which at most half is carried on to the next: by less than six.
#[inline(always)]
pub(crate) fn polynomial<const N: usize>(coefficients: &[i64; N], t: i64) -> i64 {
    let mut value = 0;
    for coefficient in coefficients.iter().rev() {
        value = add(*coefficient, mul_high(value, t));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(a: i64, b: i64) {
        let exact = ((i128::from(a) * i128::from(b)) >> 64) as i64;
        assert_eq!(mul_high_exact(a, b), exact, "{a} {b}");
        let rough = mul_high(a, b);
        assert!(rough <= exact && exact - rough <= 2, "{a} {b}: {rough} {exact}");
    }

    #[test]
    fn the_extremes_do_not_overflow() {
        let edges = [i64::MIN, i64::MIN + 1, -1 << 32, -LOW, -1, 0, 1, LOW, 1 << 32, LOW << 31, i64::MAX - 1, i64::MAX];
        for a in edges {
            edges.iter().for_each(|b| check(a, *b));
        }
    }

    proptest! {
        #[test]
        fn products_are_close(a in any::<i64>(), b in any::<i64>(), s in 0u32..63, t in 0u32..63) {
            check(a >> s, b >> t);
        }

        #[test]
        fn rough_products_are_monotone(a in any::<i64>(), b in 0..i64::MAX) {
            prop_assert!(a == i64::MAX || mul_high(a, b) <= mul_high(a + 1, b));
        }
    }
}
