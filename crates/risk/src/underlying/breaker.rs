//! The breaker: anyone stops new risk of an underlying whose prices stay suspect.

use super::Underlying;
use crate::RiskError;

/// Seconds for which the breaker stops new risk.
pub const BREAKER_SECONDS: i64 = 300;
/// Seconds for which prices must have been suspect before the breaker is tripped.
pub const BREAKER_SUSPECT_SECONDS: i64 = 10;
/// Seconds from one time that the breaker is tripped to the next for prices that were not suspect all along.
pub const BREAKER_REST_SECONDS: i64 = 900;

impl Underlying {
    /// True if the breaker may be tripped at a time. A guard must have been up in two prices [`BREAKER_SUSPECT_SECONDS`]
    /// apart and in all between. Less than [`BREAKER_REST_SECONDS`] after the last time, it must also never have come down
    /// since.
    pub fn may_halt(&self, now: i64) -> Result<bool, RiskError> {
        let since = |then: i64, time: i64| time.checked_sub(then).ok_or(RiskError::Overflow);
        let suspect =
            self.guards.flags != 0 && since(self.suspect_since, self.publish_time)? >= BREAKER_SUSPECT_SECONDS;
        let rested = since(since(BREAKER_SECONDS, self.halted_until)?, now)? >= BREAKER_REST_SECONDS;
        Ok(suspect && (rested || self.halted_for == self.suspect_since))
    }

    /// Trips the breaker: returns until when.
    pub fn halt(&mut self, now: i64) -> Result<i64, RiskError> {
        self.halted_until = now.checked_add(BREAKER_SECONDS).ok_or(RiskError::Overflow)?;
        self.halted_for = self.suspect_since;
        Ok(self.halted_until)
    }
}
