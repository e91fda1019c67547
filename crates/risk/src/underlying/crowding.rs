//! The crowding charge: what the open interest of a whole underlying adds to everyone's concentration charge.

use super::{HOUR, Underlying};
use crate::{Ppm, RiskError, math::mul_div_floor};

/// Most by which the crowding charge grows in an hour, as a ratio of scanning risk.
const CROWDING_PER_HOUR: Ppm = Ppm::new(50_000);

impl Underlying {
    /// Moves the crowding charge to `clamp(rate · (open interest · S / liquidity − 1), 0, cap)`: down at once, up by at most
    /// [`CROWDING_PER_HOUR`], so that what others do liquidates nobody at a stroke.
    pub(super) fn move_crowding(&mut self, now: i64) -> Result<(), RiskError> {
        let elapsed = now.checked_sub(self.crowded_at).ok_or(RiskError::Overflow)?.clamp(0, HOUR);
        let liquidity = self.params.open_interest_liquidity.get();
        // What does not fit, here and below, is beyond every cap.
        let notional = mul_div_floor(self.open_interest.get(), self.price.get(), 1 << self.scale()).unwrap_or(i64::MAX);
        let target = if notional <= liquidity {
            0
        } else {
            mul_div_floor(notional - liquidity, self.params.crowding.get().into(), liquidity).unwrap_or(i64::MAX)
        };
        let target = target.clamp(0, self.params.crowding_cap.get().into());
        let step = i64::from(CROWDING_PER_HOUR.get()) * elapsed / HOUR;
        let moved = target.min(i64::from(self.crowding.get()) + step);
        if step > 0 || moved < i64::from(self.crowding.get()) {
            self.crowding = Ppm::new(moved as u32);
            self.crowded_at = now;
        }
        Ok(())
    }
}
