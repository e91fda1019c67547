//! The fewest lots, or units, whose transfer reaches the buffer.

use crate::{MarginParams, QuoteNative, Requirements, RiskError, math::mul_ppm_ceil};

/// Secants tried before the bracket is halved.
const MAX_SECANTS: u32 = 12;

/// The fewest of 1 to `most` with an excess of at least zero, or `most`; `none` is the excess of nothing taken. Keeps
/// `excess(lo) < 0 ≤ excess(hi)`.
///
/// By Dekker's method (1969): a secant through the last two trials while it helps, else the middle of the bracket.
/// Health is piecewise linear in what is taken, quadratic where concentration is charged, so that some six trials do.
pub(super) fn fewest(
    most: i64,
    none: i64,
    mut excess: impl FnMut(i64) -> Result<i64, RiskError>,
) -> Result<i64, RiskError> {
    let (mut lo, mut hi) = (0, most);
    let mut last = (lo, none);
    let mut newest = (hi, excess(most)?);
    if newest.1 < 0 || last.1 >= 0 {
        return Ok(most);
    }
    let mut secants = 0;
    while hi - lo > 1 {
        let tried = if secants < MAX_SECANTS { secant(last, newest)? } else { lo + (hi - lo) / 2 };
        secants += 1;
        let tried = tried.clamp(lo + 1, hi - 1);
        (last, newest) = (newest, (tried, excess(tried)?));
        if newest.1 >= 0 {
            hi = tried;
        } else {
            lo = tried;
        }
    }
    Ok(hi)
}

/// Equity beyond maintenance and the buffer.
pub(super) fn excess(params: &MarginParams, r: &Requirements) -> Result<i64, RiskError> {
    let buffer = mul_ppm_ceil(r.maintenance, params.liquidation_buffer)?;
    Ok(r.equity.minus(r.maintenance)?.minus(buffer)?.get())
}

/// What an account is required to have after a transfer, once the discount is taken off what it got at the mark.
pub(super) fn at_discount(at_mark: &Requirements, discount: QuoteNative) -> Result<Requirements, RiskError> {
    let mut after = *at_mark;
    after.equity = after.equity.minus(discount)?;
    after.initial_equity = after.initial_equity.minus(discount)?;
    after.withdraw_equity = after.withdraw_equity.minus(discount)?;
    after.own_cash = after.own_cash.minus(discount)?;
    Ok(after)
}

/// The lots at which the line through two trials (lots, excess) has no excess, rounded towards the second; the second where
/// there is no such line.
fn secant(a: (i64, i64), b: (i64, i64)) -> Result<i64, RiskError> {
    let rise = i128::from(b.1) - i128::from(a.1);
    if rise == 0 {
        return Ok(b.0);
    }
    let step = i128::from(b.1) * i128::from(b.0 - a.0) / rise;
    i64::try_from(i128::from(b.0) - step).map_err(|_| RiskError::Overflow)
}
