//! Index prices: as an oracle publishes them, and at the board's scale.

use crate::{RiskError, UnitPrice};

/// A price as an oracle publishes it: `price · 10^exponent` US dollars per whole unit of the asset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OraclePrice {
    /// Mantissa, positive.
    pub price: i64,
    /// Confidence interval, same exponent.
    pub confidence: u64,
    /// Power of ten.
    pub exponent: i32,
    /// When it was published, seconds.
    pub publish_time: i64,
    /// When the update before it was published, seconds.
    pub previous_publish_time: i64,
}

/// An index price as a source publishes it, at the board's scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    /// Price of a delta unit.
    pub price: UnitPrice,
    /// Confidence interval.
    pub confidence: UnitPrice,
    /// When it was published, seconds.
    pub publish_time: i64,
    /// When the one before it was, seconds.
    pub previous_publish_time: i64,
}

/// Decimals of the quote currency: prices in dollars become quote-native by this power of ten.
const QUOTE_DECIMALS: i32 = 6;

/// A mantissa and a power of ten of dollars per whole asset, as quote-native per delta unit of `10^-unit_exponent` of the asset,
/// in 2^-scale.
///
/// Rounded to the nearest integer, a half upwards: neither long nor short has an advantage. Off by at most half of 2^-scale.
///
/// # Errors
/// [`RiskError::Overflow`] where the result, or the power of ten on the way to it, does not fit.
#[inline(always)]
pub fn to_board_price(mantissa: i64, exponent: i32, unit_exponent: u8, scale: u32) -> Result<i64, RiskError> {
    let power = exponent
        .checked_add(QUOTE_DECIMALS)
        .and_then(|p| p.checked_sub(i32::from(unit_exponent)))
        .ok_or(RiskError::Overflow)?;
    // Prices of eight decimals fit in 64 bits: a 128-bit division costs several hundred compute units.
    if let Some(divisor) = power.checked_neg().and_then(|power| SMALL_POWERS.get(usize::try_from(power).ok()?))
        && mantissa.unsigned_abs().leading_zeros() > scale + 1
    {
        // Below 2^62, and half of the divisor below 2^60.
        return Ok((mantissa << scale).wrapping_add(divisor / 2).div_euclid(*divisor));
    }
    let scaled = i128::from(mantissa) << scale;
    let price = if power >= 0 {
        let factor = power_of_ten(power)?;
        scaled.checked_mul(factor).ok_or(RiskError::Overflow)?
    } else {
        let divisor = power_of_ten(power.checked_neg().ok_or(RiskError::Overflow)?)?;
        (scaled + divisor / 2).div_euclid(divisor)
    };
    i64::try_from(price).map_err(|_| RiskError::Overflow)
}

/// 10^0 to 10^18.
const SMALL_POWERS: [i64; 19] = {
    let (mut powers, mut n) = ([1; 19], 1);
    while n < powers.len() {
        powers[n] = powers[n - 1] * 10;
        n += 1;
    }
    powers
};

fn power_of_ten(power: i32) -> Result<i128, RiskError> {
    let power = u32::try_from(power).map_err(|_| RiskError::Overflow)?;
    10i128.checked_pow(power).filter(|p| *p <= 1_000_000_000_000_000_000_000_000).ok_or(RiskError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of a delta unit of 0.0001 BTC, at scale 2^-4.
    fn btc(mantissa: i64, exponent: i32) -> Result<i64, RiskError> {
        to_board_price(mantissa, exponent, 4, 4)
    }

    #[test]
    fn dollars_become_scaled_native_per_unit() {
        // 40,000 $/BTC is 4 $ per unit, 4,000,000 native, 64,000,000 at 2^-4.
        assert_eq!(btc(4_000_000_000_000, -8), Ok(64_000_000));
        assert_eq!(btc(40_000, 0), Ok(64_000_000));
    }

    #[test]
    fn rounds_to_nearest() {
        // 10^-11 $ is 16 · 10^-9 of a unit's scale: nothing.
        assert_eq!(btc(1, -11), Ok(0));
        // 0.0003125 $/BTC is exactly half of 2^-4 native per unit... times 100: 3.125e-2 $ is 50 · 2^-4.
        assert_eq!(btc(3_125, -5), Ok(50));
    }

    /// The short way and the long way give the same.
    #[test]
    fn every_power_of_ten_rounds_alike() {
        for exponent in -30i32..=8 {
            for bits in 0..63 {
                for mantissa in [1i64 << bits, (1 << bits) - 1, -(1 << bits), (1 << bits) + 12_345] {
                    let power: i32 = exponent + 6 - 4;
                    let scaled = i128::from(mantissa) * 16;
                    let exact = match u32::try_from(power) {
                        Ok(power) => scaled.checked_mul(10i128.pow(power)),
                        Err(_) if power < -24 => None,
                        Err(_) => {
                            let divisor = 10i128.pow(power.unsigned_abs());
                            Some((scaled + divisor / 2).div_euclid(divisor))
                        }
                    };
                    let exact = exact.and_then(|price| i64::try_from(price).ok()).ok_or(RiskError::Overflow);
                    assert_eq!(btc(mantissa, exponent), exact, "{mantissa} · 10^{exponent}");
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert_eq!(btc(i64::MAX, 10), Err(RiskError::Overflow));
        assert_eq!(btc(1, i32::MAX), Err(RiskError::Overflow));
        assert_eq!(btc(1, i32::MIN), Err(RiskError::Overflow));
    }
}
