//! The standard deviation of a price's logarithm until expiry.

use crate::{
    PricingError,
    wide::{add, div},
};
use fixed::types::I16F48;

/// Largest standard deviation of a [`TotalVolatility`].
pub const MAX_TOTAL_VOLATILITY: I16F48 = I16F48::lit("16");

const MILLION: u64 = 1_000_000;

/// `s = σ·√τ`, with its reciprocal: made once per expiry and volatility, used for every price of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TotalVolatility {
    /// s, from 0 to 16.
    value: I16F48,
    /// √τ.
    root_years: I16F48,
    /// 2^126 / (s shifted to the top), in [2^62, 2^63); zero where s is.
    reciprocal: i64,
    /// By how many bits s was shifted: 11 to 63.
    shift: i64,
}

impl TotalVolatility {
    /// `volatility_ppm` is annual, in millionths (600,000 is 60 %); `root_years` is the root of the time in years, from
    /// [`crate::root_years`]. The product is rounded down to 2^-48.
    ///
    /// [`PricingError::OutOfDomain`] if `root_years` is negative or the product is above [`MAX_TOTAL_VOLATILITY`].
    pub fn new(volatility_ppm: u32, root_years: I16F48) -> Result<Self, PricingError> {
        if root_years.is_negative() {
            return Err(PricingError::OutOfDomain);
        }
        // ppm · root / 10^6 in two halves of the root: the products are below 2^32 · 2^31 and 2^32 · 2^32, the second
        // division's dividend is below 10^6 · 2^32.
        let (ppm, root) = (u64::from(volatility_ppm), root_years.to_bits() as u64);
        let low = ppm.wrapping_mul(root & 0xffff_ffff);
        let high = ppm.wrapping_mul(root >> 32).wrapping_add(low >> 32);
        let (whole, rest) = (high / MILLION, high % MILLION);
        if whole > (MAX_TOTAL_VOLATILITY.to_bits() >> 32) as u64 {
            return Err(PricingError::OutOfDomain);
        }
        let value = (whole << 32) | (((rest << 32) | (low & 0xffff_ffff)) / MILLION);
        Self::from_parts(I16F48::from_bits(value as i64), root_years)
    }

    /// A standard deviation as it is, with the root of the time in years that only vega needs.
    ///
    /// [`PricingError::OutOfDomain`] if either is negative or `value` is above [`MAX_TOTAL_VOLATILITY`].
    pub fn from_value(value: I16F48, root_years: I16F48) -> Result<Self, PricingError> {
        if value.is_negative() || root_years.is_negative() {
            return Err(PricingError::OutOfDomain);
        }
        Self::from_parts(value, root_years)
    }

    #[inline]
    fn from_parts(value: I16F48, root_years: I16F48) -> Result<Self, PricingError> {
        let bits = value.to_bits();
        if bits > MAX_TOTAL_VOLATILITY.to_bits() {
            return Err(PricingError::OutOfDomain);
        }
        if bits == 0 {
            return Ok(Self { value, root_years, reciprocal: 0, shift: 63 });
        }
        let shift = bits.leading_zeros();
        let reciprocal = reciprocal((bits as u64).wrapping_shl(shift));
        Ok(Self { value, root_years, reciprocal, shift: i64::from(shift) })
    }

    /// s, rounded down to 2^-48.
    #[inline]
    pub fn value(&self) -> I16F48 {
        self.value
    }

    /// √τ, as it was given.
    #[inline]
    pub fn root_years(&self) -> I16F48 {
        self.root_years
    }

    /// 2^126 / (s · 2^shift), and the shift. For a volatility that is not zero.
    #[inline(always)]
    pub(crate) fn reciprocal(&self) -> (i64, i64) {
        (self.reciprocal, self.shift)
    }
}

/// 2^126 / m for `m` in [2^63, 2^64), at most eight too low or one too high: a quotient of 32 bits and one step of
/// Newton's.
#[inline(always)]
fn reciprocal(m: u64) -> i64 {
    let (high, low) = (m >> 32, m & 0xffff_ffff);
    let rough = div(i64::MAX as u64, high); // in [2^31, 2^32), of 2^95 / m
    // 2^63 less rough · m / 2^32: from -2^32 (the low half) to 2^32 (the division's rest).
    let miss = (1u64 << 63).wrapping_sub(rough.wrapping_mul(high)).wrapping_sub(rough.wrapping_mul(low) >> 32) as i64;
    debug_assert!(miss.abs() <= 1 << 32);
    // miss · rough / 2^32, below 2^62 on the way.
    let correction = (miss >> 2).wrapping_mul(rough as i64) >> 30;
    add((rough << 31) as i64, correction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn reciprocals_are_close(m in 1u64 << 63..=u64::MAX) {
            let exact = ((1u128 << 126) / u128::from(m)) as i128;
            let got = i128::from(reciprocal(m));
            prop_assert!((-8..=1).contains(&(got - exact)), "{got} {exact}");
        }

        #[test]
        fn products_round_down(ppm in any::<u32>(), root in 0..i64::MAX, s in 0u32..62) {
            let root = root >> s;
            let exact = i128::from(ppm) * i128::from(root) / 1_000_000;
            match TotalVolatility::new(ppm, I16F48::from_bits(root)) {
                Ok(v) => prop_assert_eq!(i128::from(v.value().to_bits()), exact),
                Err(e) => prop_assert!(e == PricingError::OutOfDomain && exact > i128::from(MAX_TOTAL_VOLATILITY.to_bits())),
            }
        }
    }

    #[test]
    fn the_ends_of_the_range() {
        for m in [1 << 63, (1 << 63) + 1, (1 << 63) + (1 << 32) - 1, u64::MAX, u64::MAX << 32] {
            let exact = ((1u128 << 126) / u128::from(m)) as i128;
            assert!((-8..=1).contains(&(i128::from(reciprocal(m)) - exact)), "{m}");
        }
        assert_eq!(TotalVolatility::new(1, I16F48::from_bits(-1)), Err(PricingError::OutOfDomain));
        assert_eq!(TotalVolatility::new(16_000_000, I16F48::ONE).unwrap().value(), MAX_TOTAL_VOLATILITY);
        assert_eq!(TotalVolatility::new(16_000_001, I16F48::ONE), Err(PricingError::OutOfDomain));
        assert_eq!(TotalVolatility::new(u32::MAX, I16F48::MAX), Err(PricingError::OutOfDomain));
        assert_eq!(TotalVolatility::new(0, I16F48::MAX).unwrap().value(), I16F48::ZERO);
    }
}
