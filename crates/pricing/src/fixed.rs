//! The number type of the crate.

use crate::{PricingError, wide};

/// Number of fraction bits of a [`Fixed`].
pub const FRACTION_BITS: u32 = 48;

/// A signed fixed-point number with [`FRACTION_BITS`] fraction bits: from -32,768 to less than 32,768 in steps of 2^-48,
/// about 3.6e-15.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(transparent)]
pub struct Fixed(pub i64);

impl Fixed {
    /// Zero.
    pub const ZERO: Self = Self(0);
    /// One.
    pub const ONE: Self = Self(1 << FRACTION_BITS);
    /// One half.
    pub const HALF: Self = Self(1 << (FRACTION_BITS - 1));
    /// The largest number, 32,768 - 2^-48.
    pub const MAX: Self = Self(i64::MAX);
    /// The least number, -32,768.
    pub const MIN: Self = Self(i64::MIN);

    /// A whole number. Exact; [`PricingError::Overflow`] from 32,768 on.
    #[inline]
    pub fn from_int(n: i64) -> Result<Self, PricingError> {
        let raw = n.wrapping_shl(FRACTION_BITS);
        if raw >> FRACTION_BITS == n { Ok(Self(raw)) } else { Err(PricingError::Overflow) }
    }

    /// `num / den`, rounded down (towards minus infinity), exactly.
    ///
    /// [`PricingError::DivisionByZero`], or [`PricingError::Overflow`] if the quotient is not in the type's range. Long
    /// division: two 64-bit divisions for a divisor below 2^40 (a ratio in millionths), more for a larger one.
    pub fn from_ratio(num: i64, den: i64) -> Result<Self, PricingError> {
        if den == 0 {
            return Err(PricingError::DivisionByZero);
        }
        let negative = (num < 0) != (den < 0);
        let (num, den) = (num.unsigned_abs(), den.unsigned_abs());
        let (mut quotient, mut rest) = divided(num, den);
        if quotient > 1 << (63 - FRACTION_BITS) {
            return Err(PricingError::Overflow);
        }
        let mut left = FRACTION_BITS;
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
            (false, Ok(raw)) => Ok(Self(raw)),
            (true, Ok(raw)) => Ok(Self(raw.wrapping_neg())),
            (true, Err(_)) if magnitude == i64::MIN.unsigned_abs() => Ok(Self::MIN),
            (_, Err(_)) => Err(PricingError::Overflow),
        }
    }

    /// A ratio in millionths, rounded down.
    #[inline]
    pub fn from_ppm(ppm: u32) -> Self {
        // Two divisions of 24 bits each: below 2^32 · 2^24 and 2^20 · 2^24.
        let (high, rest) = divided(u64::from(ppm) << 24, 1_000_000);
        let (low, _) = divided(rest << 24, 1_000_000);
        Self((high << 24 | low) as i64)
    }

    /// The sum, or [`PricingError::Overflow`].
    #[inline]
    pub fn checked_add(self, other: Self) -> Result<Self, PricingError> {
        self.0.checked_add(other.0).map(Self).ok_or(PricingError::Overflow)
    }

    /// The difference, or [`PricingError::Overflow`].
    #[inline]
    pub fn checked_sub(self, other: Self) -> Result<Self, PricingError> {
        self.0.checked_sub(other.0).map(Self).ok_or(PricingError::Overflow)
    }

    /// The product, rounded down (towards minus infinity), exactly; or [`PricingError::Overflow`].
    #[inline]
    pub fn checked_mul(self, other: Self) -> Result<Self, PricingError> {
        shifted_product::<FRACTION_BITS>(self.0, other.0).map(Self)
    }

    /// The number with fewer fraction bits, rounded down: what to keep of a delta in an account. `bits` at most
    /// [`FRACTION_BITS`]; more count as that.
    #[inline]
    pub const fn floor_bits(self, bits: u32) -> i64 {
        self.0.wrapping_shr(FRACTION_BITS.saturating_sub(bits))
    }
}

/// Quotient and remainder of a divisor that is not zero. The remainder is had from a product, which is as cheap.
#[inline(always)]
fn divided(a: u64, b: u64) -> (u64, u64) {
    let quotient = wide::div(a, b);
    (quotient, a.wrapping_sub(quotient.wrapping_mul(b)))
}

/// `⌊a · b / 2^BITS⌋` for `BITS` in [1, 63], or [`PricingError::Overflow`].
#[inline(always)]
pub(crate) fn shifted_product<const BITS: u32>(a: i64, b: i64) -> Result<i64, PricingError> {
    let high = wide::mul_high_exact(a, b);
    let limit = 1i64.wrapping_shl(BITS.wrapping_sub(1));
    if high >= limit || high < limit.wrapping_neg() {
        return Err(PricingError::Overflow);
    }
    let low = a.wrapping_mul(b) as u64;
    Ok(high.wrapping_shl(64u32.wrapping_sub(BITS)) | low.wrapping_shr(BITS) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn limits() {
        assert_eq!(Fixed::from_int(32_767), Ok(Fixed(32_767 << 48)));
        assert_eq!(Fixed::from_int(-32_768), Ok(Fixed::MIN));
        assert_eq!(Fixed::from_int(32_768), Err(PricingError::Overflow));
        assert_eq!(Fixed::from_ratio(1, 0), Err(PricingError::DivisionByZero));
        assert_eq!(Fixed::from_ratio(32_768, 1), Err(PricingError::Overflow));
        assert_eq!(Fixed::from_ratio(-32_768, 1), Ok(Fixed::MIN));
        assert_eq!(Fixed::from_ratio(i64::MIN, i64::MIN), Ok(Fixed::ONE));
        assert_eq!(Fixed::from_ratio(i64::MAX, i64::MIN), Ok(Fixed(-Fixed::ONE.0)));
        assert_eq!(Fixed::from_ratio(-1, i64::MAX), Ok(Fixed(-1)));
        assert_eq!(Fixed::from_ppm(1_500_000), Fixed(Fixed::ONE.0 + Fixed::HALF.0));
        assert_eq!(Fixed::ONE.floor_bits(30), 1 << 30);
        assert_eq!(Fixed(-1).floor_bits(30), -1);
        assert_eq!(Fixed(7).floor_bits(60), 7);
    }

    proptest! {
        #[test]
        fn ratios_round_down(num in any::<i64>(), den in any::<i64>(), s in 0u32..63, t in 0u32..63) {
            let (num, den) = (num >> s, den >> t);
            prop_assume!(den != 0);
            let (n, d) = if den < 0 { (-i128::from(num), -i128::from(den)) } else { (num.into(), den.into()) };
            let exact = (n << 48).div_euclid(d);
            prop_assert_eq!(Fixed::from_ratio(num, den).ok().map(|f| f.0), i64::try_from(exact).ok());
        }

        #[test]
        fn millionths_round_down(ppm in any::<u32>()) {
            prop_assert_eq!(Ok(Fixed::from_ppm(ppm)), Fixed::from_ratio(ppm.into(), 1_000_000));
        }

        #[test]
        fn products_round_down(a in any::<i64>(), b in any::<i64>(), s in 0u32..63, t in 0u32..63) {
            let (a, b) = (a >> s, b >> t);
            let exact = (i128::from(a) * i128::from(b)) >> 48;
            prop_assert_eq!(Fixed(a).checked_mul(Fixed(b)).ok().map(|f| f.0), i64::try_from(exact).ok());
        }
    }
}
