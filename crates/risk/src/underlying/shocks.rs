//! The shocks of an underlying: what its price and scan range mean for one delta unit.

use super::Underlying;
use crate::{
    Ppm, QuoteNative, RiskError, UnitPrice,
    math::{ceil_div, mul_bounded, mul_div_floor, mul_ppm_ceil},
    scenario::{self, ROWS, Scenario},
};

impl Underlying {
    /// r of maintenance margin.
    pub fn scan_range(&self) -> Ppm {
        if self.range.maintenance.is_zero() { self.params.scan_range } else { self.range.maintenance }
    }

    /// The calendar charge at a scan range: that of the parameters, at most `range · kept`, so that two legs together never
    /// require more than apart. `kept` is the part of risk that no product group offsets. Rounded down.
    pub(crate) fn calendar_at(&self, range: Ppm, kept: Ppm) -> Result<Ppm, RiskError> {
        let most = mul_div_floor(kept.get().into(), range.get().into(), Ppm::ONE.get().into())?;
        Ok(Ppm::new(self.params.calendar.get().min(most as u32)))
    }

    /// Writes the shocks that follow from the price and the scan range; `kept` is the part of risk that no product group offsets.
    pub(crate) fn set_shocks(&mut self, table: &[Scenario; ROWS], kept: Ppm) -> Result<(), RiskError> {
        let range = self.scan_range();
        self.calendar = self.calendar_at(range, kept)?;
        self.shocks = scenario::linear_array(table, self.price.get(), range)?;
        self.range_value = UnitPrice::new(ceil_div(mul_bounded(self.price.get(), range.get().into()), 1_000_000));
        let (mut long, mut short) = (0, 0);
        for loss in self.shocks {
            long = long.max(loss);
            short = short.max(-loss);
        }
        self.worst_long = UnitPrice::new(self.with_surcharge(long)?);
        self.worst_short = UnitPrice::new(self.with_surcharge(short)?);
        Ok(())
    }

    /// A loss of maintenance margin as one of initial margin, rounded up.
    pub(crate) fn with_surcharge(&self, loss: i64) -> Result<i64, RiskError> {
        let more = mul_ppm_ceil(QuoteNative::new(loss.max(0)), self.surcharge)?.get();
        loss.checked_add(more).ok_or(RiskError::Overflow)
    }
}
