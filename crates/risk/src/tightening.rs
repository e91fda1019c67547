//! What the risk authority lowers of an instrument's limits, and the admin takes back.

use crate::{Instrument, InstrumentLimits, Lots, RiskError, range::TIGHTENING_SECONDS};

/// The risk authority leaves an account at least one lot in this many of what it might hold before a series of tightenings.
const MOST_CUT: i64 = 10;

impl Instrument {
    /// Lowers the limits of an account and of the market, and makes the market close-only if `reduce_only` is 1. Tightenings of
    /// which each comes less than [`TIGHTENING_SECONDS`] after the one before are a series: what held before the first is kept.
    ///
    /// # Errors
    /// [`RiskError::ParameterRule`] for a position limit below a tenth of that before the series: where the authority wants no
    /// positions, it closes the market. That the limits only fall, the caller checks.
    pub fn tighten(
        &mut self,
        max_position: Lots,
        open_interest_cap: Lots,
        reduce_only: u8,
        now: i64,
    ) -> Result<(), RiskError> {
        if !self.may_relax(now)? {
            self.max_position_before = self.limits.max_position;
            self.open_interest_cap_before = self.limits.open_interest_cap;
            self.reduce_only_before = self.reduce_only;
        }
        if max_position.get() < self.max_position_before.get() / MOST_CUT {
            return Err(RiskError::ParameterRule {
                rule: "max_position may be lowered to a tenth of what it was, no further within twelve hours",
            });
        }
        self.limits = InstrumentLimits { max_position, open_interest_cap, ..self.limits };
        self.reduce_only = self.reduce_only.max(reduce_only);
        self.tightened_at = now;
        Ok(())
    }

    /// True while the last series of tightenings may be taken back.
    pub fn may_relax(&self, now: i64) -> Result<bool, RiskError> {
        let since = now.checked_sub(self.tightened_at).ok_or(RiskError::Overflow)?;
        Ok(self.tightened_at != 0 && since < TIGHTENING_SECONDS)
    }

    /// Takes the last series of tightenings back. Of the basis of a market that opens again, what has not faded stands.
    pub fn relax(&mut self) {
        self.limits.max_position = self.max_position_before;
        self.limits.open_interest_cap = self.open_interest_cap_before;
        self.reduce_only = self.reduce_only_before;
        self.tightened_at = 0;
    }
}
