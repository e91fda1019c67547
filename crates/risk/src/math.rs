//! The few arithmetic helpers of the model, each with its bound and rounding direction.

use crate::{Ppm, QuoteNative, RiskError};
pub use ballast_units::{PRODUCT_LIMIT, add_bounded, mul_admit, mul_bounded, sub_bounded};

/// Four times the value of a position or a token balance at its underlying's highest price stays below this, in whole
/// quote-native. With 64 positions and 8 balances at the bound of 2^50 each, every parameter at its own and a scenario move
/// of three ranges of 100 %, maintenance margin stays below [`PPM_AMOUNT_LIMIT`]: at most 64 · 3 · (1 + 8) · 2^50 for short
/// positions with their concentration, 8 · (0.95 · 9 + 0.9) · 2^50 for tokens and 3.6 · 9 · 2^50 of calendar charges, together
/// less than 1.8 · 2^60. So a check of admitted values never ends in an error of size.
pub const NATIVE_LIMIT: i64 = 1 << 52;

/// Largest amount to which [`mul_ppm_ceil`] and [`mul_ppm_floor`] may be applied: four times it, rounded up, fits.
pub const PPM_AMOUNT_LIMIT: i64 = (1 << 61) - (1 << 20);

/// Largest ratio that any parameter may hold: 4.0.
pub const PPM_LIMIT: u32 = 4_000_000;

const ONE: u64 = 1_000_000;

/// Fraction bits of the ratios in an option's terms: deltas are in 2^-30.
pub const RATIO_BITS: u32 = 30;

/// One, as a ratio of [`RATIO_BITS`].
pub const RATIO_ONE: i64 = 1 << RATIO_BITS;

/// `a · ratio`, rounded down, exactly. `|a|` below [`PRODUCT_LIMIT`], `|ratio|` at most [`RATIO_ONE`].
///
/// In two halves of `a`, because the whole product has up to 86 bits and a 128-bit multiplication costs seven times this.
#[inline(always)]
pub fn mul_ratio_floor(a: i64, ratio: i64) -> i64 {
    debug_assert!(a.unsigned_abs() < PRODUCT_LIMIT as u64 && ratio.unsigned_abs() <= RATIO_ONE as u64);
    const LOW: u32 = 24;
    let high = mul_bounded(a >> LOW, ratio); // below 2^62
    let low = mul_bounded(a & ((1 << LOW) - 1), ratio); // below 2^54
    let carried = add_bounded((high & ((1 << (RATIO_BITS - LOW)) - 1)) << LOW, low);
    add_bounded(high >> (RATIO_BITS - LOW), carried >> RATIO_BITS)
}

/// `amount · ratio`, rounded down. `amount` in [0, [`PPM_AMOUNT_LIMIT`]], `ratio` at most 4.0.
#[inline]
pub fn mul_ppm_floor(amount: QuoteNative, ratio: Ppm) -> Result<QuoteNative, RiskError> {
    let (whole, rest) = split(amount, ratio)?;
    Ok(QuoteNative::new(whole.wrapping_add(rest / ONE) as i64))
}

/// `amount · ratio`, rounded up. `amount` in [0, [`PPM_AMOUNT_LIMIT`]], `ratio` at most 4.0.
#[inline]
pub fn mul_ppm_ceil(amount: QuoteNative, ratio: Ppm) -> Result<QuoteNative, RiskError> {
    let (whole, rest) = split(amount, ratio)?;
    Ok(QuoteNative::new(whole.wrapping_add(rest.wrapping_add(ONE - 1) / ONE) as i64))
}

/// The product in two parts: whole units, and millionths below one unit's worth of the ratio.
///
/// Without a sign, because sBPF divides no other numbers.
#[inline(always)]
fn split(amount: QuoteNative, ratio: Ppm) -> Result<(u64, u64), RiskError> {
    // A negative amount is beyond the limit without its sign.
    let (amount, ratio) = (amount.get() as u64, u64::from(ratio.get()));
    if amount > PPM_AMOUNT_LIMIT as u64 || ratio > PPM_LIMIT as u64 {
        return Err(RiskError::Overflow);
    }
    // Below 4 · 2^61 − 2^22 and below 10^6 · 4·10^6 < 2^42, of which a millionth, rounded up, is at most 4·10^6 < 2^22:
    // their sum is below 2^63.
    let (whole, rest) = (amount / ONE, amount % ONE);
    debug_assert!(whole.checked_mul(ratio).is_some() && rest.checked_mul(ratio).is_some());
    Ok((whole.wrapping_mul(ratio), rest.wrapping_mul(ratio)))
}

/// `a / b`, rounded up. `a` not negative, `b` positive.
#[inline(always)]
pub const fn ceil_div(a: i64, b: i64) -> i64 {
    a / b + (a % b > 0) as i64
}

/// `a · b / c`, rounded towards minus infinity, by way of 128 bits where it takes them. `c` must be positive.
#[inline]
pub fn mul_div_floor(a: i64, b: i64, c: i64) -> Result<i64, RiskError> {
    if c <= 0 {
        return Err(RiskError::NotPositive { what: "a divisor" });
    }
    // Most products have less than 64 bits, and a 128-bit division costs several hundred compute units.
    if a.unsigned_abs().leading_zeros() + b.unsigned_abs().leading_zeros() > 64 {
        // Below 2^63 in magnitude.
        return Ok(a.wrapping_mul(b).div_euclid(c));
    }
    mul_div_floor_wide(a, b, c)
}

/// [`mul_div_floor`] by way of 128 bits, whatever the product.
#[inline(never)]
fn mul_div_floor_wide(a: i64, b: i64, c: i64) -> Result<i64, RiskError> {
    let (product, divisor) = (i128::from(a) * i128::from(b), i128::from(c));
    // One division: the remainder of a second would cost several hundred compute units.
    let quotient = product / divisor;
    let quotient = quotient - i128::from(quotient * divisor > product);
    i64::try_from(quotient).map_err(|_| RiskError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ppm_products_are_exact(amount in 0i64..=PPM_AMOUNT_LIMIT, ratio in 0u32..=PPM_LIMIT) {
            let exact = i128::from(amount) * i128::from(ratio);
            let million = i128::from(ONE);
            let floor = mul_ppm_floor(QuoteNative::new(amount), Ppm::new(ratio)).unwrap().get();
            let ceil = mul_ppm_ceil(QuoteNative::new(amount), Ppm::new(ratio)).unwrap().get();
            prop_assert_eq!(i128::from(floor), exact / million);
            prop_assert_eq!(i128::from(ceil), (exact + million - 1) / million);
        }

        #[test]
        fn ratios_round_down(a in 1 - PRODUCT_LIMIT..PRODUCT_LIMIT, ratio in -RATIO_ONE..=RATIO_ONE) {
            prop_assert_eq!(i128::from(mul_ratio_floor(a, ratio)), (i128::from(a) * i128::from(ratio)) >> RATIO_BITS);
        }

        #[test]
        fn mul_div_rounds_down(a in any::<i64>(), b in any::<i64>(), shift in (0u32..64, 0u32..64), c in 1i64..1 << 40) {
            let (a, b) = (a >> shift.0, b >> shift.1);
            let exact = (i128::from(a) * i128::from(b)).div_euclid(i128::from(c));
            prop_assert_eq!(mul_div_floor(a, b, c).ok(), i64::try_from(exact).ok());
        }
    }

    #[test]
    fn out_of_bounds_is_an_error() {
        assert_eq!(mul_ppm_ceil(QuoteNative::new(-1), Ppm::new(1)), Err(RiskError::Overflow));
        assert_eq!(mul_ppm_ceil(QuoteNative::new(PPM_AMOUNT_LIMIT + 1), Ppm::new(1)), Err(RiskError::Overflow));
        assert_eq!(mul_ppm_ceil(QuoteNative::new(1), Ppm::new(PPM_LIMIT + 1)), Err(RiskError::Overflow));
        assert_eq!(mul_div_floor(1, 1, 0), Err(RiskError::NotPositive { what: "a divisor" }));
    }
}
