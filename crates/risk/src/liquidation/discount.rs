//! The discount of a liquidation.

use crate::{MarginParams, Ppm, Requirements, RiskError, math::mul_div_floor};

/// Discount to the mark: from the base to the maximum as the shortfall grows from nothing to the whole maintenance
/// margin (equity at zero). Rounded down.
pub fn discount_rate(params: &MarginParams, r: &Requirements) -> Result<Ppm, RiskError> {
    let (base, max) = (params.discount_base.get(), params.discount_max.get());
    let shortfall = r.maintenance.minus(r.equity)?.get().clamp(0, r.maintenance.get().max(0));
    if r.maintenance.get() <= 0 {
        return Ok(Ppm::new(max));
    }
    let grown = mul_div_floor(i64::from(max - base), shortfall, r.maintenance.get())?;
    Ok(Ppm::new(base + u32::try_from(grown).map_err(|_| RiskError::Overflow)?))
}
