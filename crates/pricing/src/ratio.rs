//! The quotient of two integers as a number, and the product of an integer and a number, in 64-bit operations.

use crate::{
    PricingError,
    wide::{div, shifted_product},
};
use fixed::types::I16F48;

/// `num / den`, rounded down (towards minus infinity), exactly.
///
/// [`PricingError::DivisionByZero`], or [`PricingError::Overflow`] if the quotient is not in the type's range. Long
/// division: two 64-bit divisions for a divisor below 2^40 (a ratio in millionths), more for a larger one.
pub fn ratio(num: i64, den: i64) -> Result<I16F48, PricingError> {
    if den == 0 {
        return Err(PricingError::DivisionByZero);
    }
    let negative = (num < 0) != (den < 0);
    let (num, den) = (num.unsigned_abs(), den.unsigned_abs());
    let (mut quotient, mut rest) = divided(num, den);
    if quotient > 1 << I16F48::INT_NBITS.wrapping_sub(1) {
        return Err(PricingError::Overflow);
    }
    let mut left = I16F48::FRAC_NBITS;
    while left > 0 {
        // As many bits as fit above the divisor. A divisor of 2^63 (from `i64::MIN`) has none: its rest has, being less.
        let bits = rest.leading_zeros().min(den.leading_zeros().max(1)).min(left);
        let (digits, remainder) = divided(rest.wrapping_shl(bits), den);
        quotient = quotient.wrapping_shl(bits) | digits; // at most 2^15 · 2^48
        rest = remainder;
        left = left.wrapping_sub(bits);
    }
    let magnitude = if negative && rest != 0 { quotient.wrapping_add(1) } else { quotient };
    match (negative, i64::try_from(magnitude)) {
        (false, Ok(bits)) => Ok(I16F48::from_bits(bits)),
        (true, Ok(bits)) => Ok(I16F48::from_bits(bits.wrapping_neg())),
        (true, Err(_)) if magnitude == i64::MIN.unsigned_abs() => Ok(I16F48::MIN),
        (_, Err(_)) => Err(PricingError::Overflow),
    }
}

/// `amount · factor`, rounded down (towards minus infinity), exactly; or [`PricingError::Overflow`].
#[inline]
pub fn mul_floor(amount: i64, factor: I16F48) -> Result<i64, PricingError> {
    shifted_product::<{ I16F48::FRAC_NBITS }>(amount, factor.to_bits())
}

/// Quotient and remainder of a divisor that is not zero. The remainder is had from a product, which is as cheap.
#[inline(always)]
fn divided(a: u64, b: u64) -> (u64, u64) {
    let quotient = div(a, b);
    (quotient, a.wrapping_sub(quotient.wrapping_mul(b)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn limits() {
        assert_eq!(ratio(1, 0), Err(PricingError::DivisionByZero));
        assert_eq!(ratio(32_767, 1), Ok(I16F48::lit("32767")));
        assert_eq!(ratio(32_768, 1), Err(PricingError::Overflow));
        assert_eq!(ratio(-32_768, 1), Ok(I16F48::MIN));
        assert_eq!(ratio(3, 2), Ok(I16F48::lit("1.5")));
        assert_eq!(ratio(i64::MIN, i64::MIN), Ok(I16F48::ONE));
        assert_eq!(ratio(i64::MAX, i64::MIN), Ok(I16F48::NEG_ONE));
        assert_eq!(ratio(-1, i64::MAX), Ok(I16F48::from_bits(-1)));
        assert_eq!(mul_floor(i64::MAX, I16F48::ONE), Ok(i64::MAX));
        assert_eq!(mul_floor(i64::MIN, I16F48::NEG_ONE), Err(PricingError::Overflow));
    }

    proptest! {
        #[test]
        fn ratios_round_down(num in any::<i64>(), den in any::<i64>(), s in 0u32..63, t in 0u32..63) {
            let (num, den) = (num >> s, den >> t);
            prop_assume!(den != 0);
            let (n, d) = if den < 0 { (-i128::from(num), -i128::from(den)) } else { (num.into(), den.into()) };
            let exact = (n << 48).div_euclid(d);
            prop_assert_eq!(ratio(num, den).ok().map(I16F48::to_bits), i64::try_from(exact).ok());
        }

        #[test]
        fn products_round_down(a in any::<i64>(), b in any::<i64>(), s in 0u32..63, t in 0u32..63) {
            let (a, b) = (a >> s, I16F48::from_bits(b >> t));
            let exact = (i128::from(a) * i128::from(b.to_bits())) >> 48;
            prop_assert_eq!(mul_floor(a, b).ok(), i64::try_from(exact).ok());
            // The product of `fixed`, at its own scale.
            prop_assert_eq!(mul_floor(a, b).ok(), I16F48::from_bits(a).checked_mul(b).map(I16F48::to_bits));
        }
    }
}
