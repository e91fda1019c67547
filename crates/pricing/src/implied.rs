//! Volatility from a price, for clients.

use crate::{PricingError, TotalVolatility, call_value, ln_ratio, root_years};

/// The lowest annual volatility, in millionths, at which [`crate::call`] is worth at least `value`: the inverse of it, to a
/// millionth, by bisection (32 prices). For a put, pass its value plus `forward - strike`.
///
/// `value`, `forward` and `strike` are in one scale, `forward` and `strike` from 1 to [`crate::MAX_PRICE`], `seconds` is the
/// time to expiry. Zero for the intrinsic value.
///
/// How well the value determines the volatility is the option's: where vega is small the lowest of many is returned.
///
/// [`PricingError::OutOfDomain`] for a forward, strike or time outside its range; [`PricingError::NoSolution`] for a value
/// below intrinsic, or above what any volatility gives: 4,294 (2^32 millionths), or as much as makes a total volatility of
/// [`crate::MAX_TOTAL_VOLATILITY`].
pub fn implied_volatility(value: i64, forward: i64, strike: i64, seconds: i64) -> Result<u32, PricingError> {
    let log_moneyness = ln_ratio(forward, strike)?;
    let root = root_years(seconds)?;
    let worth = |ppm: u32| match TotalVolatility::new(ppm, root) {
        Ok(volatility) => call_value(forward, strike, log_moneyness, &volatility).map(Some),
        Err(_) => Ok(None),
    };
    let intrinsic = worth(0)?.unwrap_or(0);
    if value <= intrinsic {
        return if value == intrinsic { Ok(0) } else { Err(PricingError::NoSolution) };
    }
    // Not enough at `low`; enough, or beyond the domain, at `high`.
    let (mut low, mut high) = (0, u32::MAX);
    while high.wrapping_sub(low) > 1 {
        let middle = low.midpoint(high);
        match worth(middle)? {
            Some(found) if found < value => low = middle,
            _ => high = middle,
        }
    }
    match worth(high)? {
        Some(found) if found >= value => Ok(high),
        _ => Err(PricingError::NoSolution),
    }
}
