//! The rolling limit on what may be withdrawn: a bucket that leaks.

use crate::{RiskError, bounds::exchange};
use bytemuck::{Pod, Zeroable};

/// Net outflow of one mint. The level rises by withdrawals and falls by deposits; what it is off zero leaks away by `limit`
/// in `window` seconds. A withdrawal that would carry it past `limit` is refused.
///
/// Deposits count against withdrawals, down to minus `limit`: money that only passes through does not use up the window for others.
/// In no stretch of time as long as the window more than three times the limit flows out, net: what came in shortly before, the limit,
/// and what leaks.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct OutflowWindow {
    /// Most that may flow out within a window, in the mint's smallest unit; 0 for no limit.
    pub limit: u64,
    /// Net outflow that has not leaked yet, at least −limit.
    pub level: i64,
    /// Time of the last change, seconds.
    pub updated_at: i64,
    /// Length of the window, seconds.
    pub window: u32,
    /// What has leaked beyond whole units, in 1 / window of one.
    pub remainder: u32,
}

impl OutflowWindow {
    /// Sets a limit; 0 turns it off and forgets. Else what has flown out goes on counting: whoever raises a limit and lowers it again opens nothing.
    ///
    /// # Errors
    /// [`RiskError::ParameterOutOfBounds`], numbered as in [`crate::bounds::exchange`].
    pub fn set(&mut self, limit: u64, window: u32, now: i64) -> Result<(), RiskError> {
        for (bound, admitted) in [
            (&exchange::WITHDRAWAL_LIMIT, exchange::WITHDRAWAL_LIMIT.admits(limit)),
            (&exchange::WITHDRAWAL_WINDOW, exchange::WITHDRAWAL_WINDOW.admits(window)),
        ] {
            if !admitted {
                return Err(RiskError::ParameterOutOfBounds { parameter: bound.number });
            }
        }
        self.leak(now)?;
        (self.limit, self.window, self.remainder) = (limit, window, 0);
        let level = if limit == 0 { 0 } else { i128::from(self.level).max(-i128::from(limit)) };
        self.set_level(level)
    }

    /// Counts a deposit.
    pub fn deposit(&mut self, amount: u64, now: i64) -> Result<(), RiskError> {
        if self.limit == 0 {
            return Ok(());
        }
        self.leak(now)?;
        let level = i128::from(self.level) - i128::from(amount);
        self.set_level(level.max(-i128::from(self.limit)))
    }

    /// Counts a withdrawal, or refuses it.
    pub fn withdraw(&mut self, amount: u64, now: i64) -> Result<(), RiskError> {
        if self.limit == 0 {
            return Ok(());
        }
        self.leak(now)?;
        let level = i128::from(self.level) + i128::from(amount);
        if level > i128::from(self.limit) {
            let outflow = u64::try_from(level).map_err(|_| RiskError::Overflow)?;
            return Err(RiskError::OutflowLimit { outflow, limit: self.limit });
        }
        self.set_level(level)
    }

    fn set_level(&mut self, level: i128) -> Result<(), RiskError> {
        self.level = i64::try_from(level).map_err(|_| RiskError::Overflow)?;
        Ok(())
    }

    /// Lets the level leak towards zero up to a time, rounded down. The remainder counts the next time: how often it is asked
    /// for changes nothing.
    fn leak(&mut self, now: i64) -> Result<(), RiskError> {
        let elapsed = now.checked_sub(self.updated_at).ok_or(RiskError::Overflow)?;
        let elapsed = u64::try_from(elapsed.max(0)).map_err(|_| RiskError::Overflow)?;
        let window = u128::from(self.window.max(1));
        // Below 2^64 · 2^63 + 2^32.
        let total = u128::from(self.limit) * u128::from(elapsed) + u128::from(self.remainder);
        let held = u128::from(self.level.unsigned_abs());
        self.updated_at = self.updated_at.max(now);
        if total / window >= held {
            (self.level, self.remainder) = (0, 0);
            return Ok(());
        }
        let left = i64::try_from(held - total / window).map_err(|_| RiskError::Overflow)?;
        self.level = if self.level < 0 { -left } else { left };
        self.remainder = u32::try_from(total % window).map_err(|_| RiskError::Overflow)?;
        Ok(())
    }
}
