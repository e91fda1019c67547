//! Marks of instruments: at a time, in ticks, and the band that orders may be placed in.

use crate::{
    Instrument, LotValue, RiskError, Ticks, Underlying,
    math::{mul_admit, mul_div_floor},
};

impl Instrument {
    /// Mark of one lot at a time, at the underlying's scale.
    #[inline]
    pub fn mark_at(&self, u: &Underlying, now: i64) -> LotValue {
        if self.is_option() && self.settled == 0 { LotValue::new(self.option.at(self, u, now).mark) } else { self.mark }
    }

    /// The mark in ticks at a time, rounded down.
    #[inline]
    pub fn mark_ticks_floor(&self, u: &Underlying, now: i64) -> Ticks {
        // tick_value ≥ 1 is a listing bound; the shift of at most 16 bits keeps it below 2^56.
        Ticks::new(self.mark_at(u, now).get().checked_div(self.tick_value.get() << u.scale()).unwrap_or(0))
    }

    /// Prices, in ticks, between which orders may be placed: the mark less and plus the band. The lower bound is
    /// rounded up and is at least one tick, the upper is rounded down.
    ///
    /// The band is a ratio of the mark; of an option, of its mark or one scan range of its underlying, whichever is more:
    /// a cheap option's fair price is uncertain by more than a part of itself.
    pub fn band(&self, u: &Underlying, now: i64) -> Result<(Ticks, Ticks), RiskError> {
        let tick = mul_admit(self.tick_value.get(), 1 << u.scale())?;
        let mark = self.mark_at(u, now);
        let base = if self.is_option() { mark.max(self.lot_units * u.range_value) } else { mark };
        let band = LotValue::new(mul_div_floor(base.get(), i64::from(self.limits.price_band.get()), 1_000_000)?);
        let (low, high) = (mark.minus(band)?.get(), mark.plus(band)?.get());
        Ok((Ticks::new((low / tick + i64::from(low % tick > 0)).max(1)), Ticks::new((high / tick).max(1))))
    }

    /// Sets the mark of a perpetual or future from the index price: what is fixed of its settlement price, and the rest at the
    /// index and the basis.
    pub(crate) fn reprice_linear(&mut self, u: &Underlying) -> Result<(), RiskError> {
        let index = (self.delta_units * u.price).get();
        let mark = if self.basis == 0 {
            index
        } else {
            let premium = mul_div_floor(index, self.basis, 1_000_000)?;
            index.checked_add(premium).ok_or(RiskError::Overflow)?
        };
        self.mark = LotValue::new(mark.checked_add(self.fixed.get()).ok_or(RiskError::Overflow)?);
        Ok(())
    }
}
