//! Oracle adapters, one per file: from an account's bytes to a price, or an error.

pub mod pyth;
pub mod switchboard;

use ballast_risk::{RiskError, Underlying};

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

/// Decimals of the quote currency: prices in dollars become quote-native by this power of ten.
const QUOTE_DECIMALS: i32 = 6;

/// A mantissa and a power of ten of dollars per whole asset, as quote-native per delta unit at the underlying's scale.
///
/// Rounded to the nearest integer, a half upwards: neither long nor short has an advantage. Off by at most half of 2^-k.
pub fn to_board_price(mantissa: i64, exponent: i32, u: &Underlying) -> Result<i64, RiskError> {
    let power = exponent
        .checked_add(QUOTE_DECIMALS)
        .and_then(|p| p.checked_sub(i32::from(u.unit_exponent)))
        .ok_or(RiskError::Overflow)?;
    let scaled = i128::from(mantissa) << u.scale();
    let price = if power >= 0 {
        let factor = power_of_ten(power)?;
        scaled.checked_mul(factor).ok_or(RiskError::Overflow)?
    } else {
        let divisor = power_of_ten(power.checked_neg().ok_or(RiskError::Overflow)?)?;
        (scaled + divisor / 2).div_euclid(divisor)
    };
    i64::try_from(price).map_err(|_| RiskError::Overflow)
}

fn power_of_ten(power: i32) -> Result<i128, RiskError> {
    let power = u32::try_from(power).map_err(|_| RiskError::Overflow)?;
    10i128.checked_pow(power).filter(|p| *p <= 1_000_000_000_000_000_000_000_000).ok_or(RiskError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytemuck::Zeroable;

    fn btc() -> Underlying {
        // A delta unit of 0.0001 BTC, at scale 2^-4.
        Underlying { unit_exponent: 4, scale_bits: 4, ..Underlying::zeroed() }
    }

    #[test]
    fn dollars_become_scaled_native_per_unit() {
        // 40,000 $/BTC is 4 $ per unit, 4,000,000 native, 64,000,000 at 2^-4.
        assert_eq!(to_board_price(4_000_000_000_000, -8, &btc()), Ok(64_000_000));
        assert_eq!(to_board_price(40_000, 0, &btc()), Ok(64_000_000));
    }

    #[test]
    fn rounds_to_nearest() {
        // 10^-11 $ is 16 · 10^-9 of a unit's scale: nothing.
        assert_eq!(to_board_price(1, -11, &btc()), Ok(0));
        // 0.0003125 $/BTC is exactly half of 2^-4 native per unit... times 100: 3.125e-2 $ is 50 · 2^-4.
        assert_eq!(to_board_price(3_125, -5, &btc()), Ok(50));
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        assert_eq!(to_board_price(i64::MAX, 10, &btc()), Err(RiskError::Overflow));
        assert_eq!(to_board_price(1, i32::MAX, &btc()), Err(RiskError::Overflow));
        assert_eq!(to_board_price(1, i32::MIN, &btc()), Err(RiskError::Overflow));
    }
}
