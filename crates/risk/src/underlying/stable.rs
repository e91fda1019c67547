//! The stable price: it follows the index at a bounded rate.

use super::{HOUR, Underlying};
use crate::{RiskError, UnitPrice, math::mul_div_floor};

impl Underlying {
    /// Moves the stable price: by at most `rate · S̃` an hour, pro rata, and at most one hour's worth at once; rounded down.
    /// Time in which it could not move by a whole unit goes on counting, so that frequent prices do not hold it still.
    pub(super) fn move_stable_price(&mut self, price: i64, publish_time: i64) -> Result<(), RiskError> {
        if self.stable_price == UnitPrice::ZERO {
            self.stable_price = UnitPrice::new(price);
            self.stable_time = publish_time;
            return Ok(());
        }
        let elapsed = publish_time.checked_sub(self.stable_time).ok_or(RiskError::Overflow)?.clamp(0, HOUR);
        let rate = i64::from(self.params.stable_rate.get());
        let most = mul_div_floor(self.stable_price.get(), rate * elapsed, HOUR * 1_000_000)?;
        let step = (price - self.stable_price.get()).clamp(-most, most);
        if step != 0 || price == self.stable_price.get() {
            self.stable_time = publish_time;
        }
        self.stable_price = self.stable_price.plus(UnitPrice::new(step))?;
        Ok(())
    }
}
