//! The few arithmetic helpers of the model, each with its bound and rounding direction.

use crate::{Ppm, QuoteNative, RiskError};

/// Every product of lots (or units) with a price, mark or array entry stays below this in magnitude. Proven when an
/// instrument is listed ([`crate::Instrument::validate`]) and kept by the position limit when lots change.
pub const PRODUCT_LIMIT: i64 = 1 << 56;

/// Four times the value of a position or a token balance at its underlying's highest price stays below this, in whole
/// quote-native. With 64 positions and 8 balances at the bound of 2^50 each, every parameter at its own and a scenario move
/// of three ranges of 100 %, maintenance margin stays below [`PPM_AMOUNT_LIMIT`]: at most 64 · 3 · (1 + 8) · 2^50 for short
/// positions with their concentration, 8 · (0.95 · 9 + 0.9) · 2^50 for tokens and 3.6 · 2^50 of calendar charges, together
/// less than 1.8 · 2^60. So a check of admitted values never ends in an error of size.
pub const NATIVE_LIMIT: i64 = 1 << 52;

/// Largest amount to which [`mul_ppm_ceil`] and [`mul_ppm_floor`] may be applied: four times it, rounded up, fits.
pub const PPM_AMOUNT_LIMIT: i64 = (1 << 61) - (1 << 20);

/// Largest ratio that any parameter may hold: 4.0.
pub const PPM_LIMIT: u32 = 4_000_000;

const ONE: i64 = 1_000_000;

/// `a · b` where the caller's bounds prove that it fits.
///
/// A checked 64-bit multiplication costs about a hundred compute units on sBPF (it is done in 128 bits), a plain one
/// costs one. Bounds are proven where values are admitted, see [`PRODUCT_LIMIT`]; debug builds check again.
#[inline(always)]
pub fn mul_bounded(a: i64, b: i64) -> i64 {
    debug_assert!(a.checked_mul(b).is_some(), "unproven bound: {a} * {b}");
    a.wrapping_mul(b)
}

/// `a · b`, or [`RiskError::Overflow`] at [`PRODUCT_LIMIT`] and above. For values that are being admitted.
#[inline]
pub fn mul_admit(a: i64, b: i64) -> Result<i64, RiskError> {
    match a.checked_mul(b) {
        Some(p) if p.unsigned_abs() < PRODUCT_LIMIT as u64 => Ok(p),
        _ => Err(RiskError::Overflow),
    }
}

/// `amount · ratio`, rounded down. `amount` in [0, [`PPM_AMOUNT_LIMIT`]], `ratio` at most 4.0.
#[inline]
pub fn mul_ppm_floor(amount: QuoteNative, ratio: Ppm) -> Result<QuoteNative, RiskError> {
    let (whole, rest) = split(amount, ratio)?;
    Ok(QuoteNative(whole + rest / ONE))
}

/// `amount · ratio`, rounded up. `amount` in [0, [`PPM_AMOUNT_LIMIT`]], `ratio` at most 4.0.
#[inline]
pub fn mul_ppm_ceil(amount: QuoteNative, ratio: Ppm) -> Result<QuoteNative, RiskError> {
    let (whole, rest) = split(amount, ratio)?;
    Ok(QuoteNative(whole + (rest + (ONE - 1)) / ONE))
}

/// The product in two parts: whole units, and millionths below one unit's worth of the ratio.
#[inline(always)]
fn split(amount: QuoteNative, ratio: Ppm) -> Result<(i64, i64), RiskError> {
    if amount.0 < 0 || amount.0 > PPM_AMOUNT_LIMIT || ratio.0 > PPM_LIMIT {
        return Err(RiskError::Overflow);
    }
    let ratio = i64::from(ratio.0);
    // Below 4 · 2^61 − 2^22 and below 10^6 · 4·10^6 < 2^42, of which a millionth, rounded up, is at most 4·10^6 < 2^22.
    Ok((mul_bounded(amount.0 / ONE, ratio), mul_bounded(amount.0 % ONE, ratio)))
}

/// `a · b / c`, rounded towards minus infinity, by way of 128 bits. `c` must be positive.
#[inline]
pub fn mul_div_floor(a: i64, b: i64, c: i64) -> Result<i64, RiskError> {
    if c <= 0 {
        return Err(RiskError::Overflow);
    }
    let quotient = (i128::from(a) * i128::from(b)).div_euclid(i128::from(c));
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
            let floor = mul_ppm_floor(QuoteNative(amount), Ppm(ratio)).unwrap().0;
            let ceil = mul_ppm_ceil(QuoteNative(amount), Ppm(ratio)).unwrap().0;
            prop_assert_eq!(i128::from(floor), exact / million);
            prop_assert_eq!(i128::from(ceil), (exact + million - 1) / million);
        }

        #[test]
        fn mul_div_rounds_down(a in any::<i32>(), b in any::<i32>(), c in 1i64..1 << 40) {
            let got = i128::from(mul_div_floor(a.into(), b.into(), c).unwrap());
            let product = i128::from(a) * i128::from(b);
            prop_assert!(got * i128::from(c) <= product && (got + 1) * i128::from(c) > product);
        }
    }

    #[test]
    fn out_of_bounds_is_an_error() {
        assert_eq!(mul_ppm_ceil(QuoteNative(-1), Ppm(1)), Err(RiskError::Overflow));
        assert_eq!(mul_ppm_ceil(QuoteNative(PPM_AMOUNT_LIMIT + 1), Ppm(1)), Err(RiskError::Overflow));
        assert_eq!(mul_ppm_ceil(QuoteNative(1), Ppm(PPM_LIMIT + 1)), Err(RiskError::Overflow));
        assert_eq!(mul_admit(1 << 28, 1 << 28), Err(RiskError::Overflow));
        assert_eq!(mul_div_floor(1, 1, 0), Err(RiskError::Overflow));
    }
}
