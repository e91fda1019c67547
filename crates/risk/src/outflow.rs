//! The rolling limit on what may be withdrawn: a bucket that leaks.

use crate::{Parameters, RiskError, WithdrawalLimit};
use bytemuck::{Pod, Zeroable};

/// Lowest level: credit beyond it is not counted.
const LEAST_LEVEL: i128 = -(1 << 62);

/// Net outflow of one mint. The level rises by withdrawals and falls by deposits. A withdrawal that would carry it past `limit`
/// is refused. Below zero it is credit: what came in and may go out again.
///
/// Deposits count in full: money that comes and goes within a second leaves the level where it was, whatever it was. So nobody
/// uses up the window for others with money that only passes through.
///
/// What the level is off zero leaks. A level above zero, and credit up to the limit, by `limit` in `window` seconds. Credit
/// beyond the limit leaks in proportion, by all of itself in `window` seconds, so that a great deposit opens no door for
/// longer than about that. Net outflow of a stretch as long as the window is at most twice the limit (once the level, once
/// what leaks of it) and the credit at its beginning. That is at most what came in before, each deposit times e^(−age /
/// window).
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct OutflowWindow {
    /// The limit, in the mint's smallest unit.
    pub params: WithdrawalLimit,
    /// Net outflow that has not leaked yet; below zero credit, at least −2^62.
    pub level: i64,
    /// Time of the last change, seconds.
    pub updated_at: i64,
    /// What has leaked beyond whole units, in 1 / window of one.
    pub remainder: u32,
    /// Reserved, zero.
    pub reserved: u32,
}

impl OutflowWindow {
    /// Sets a limit. 0 turns it off and forgets the level; otherwise what has flowed out goes on counting, so that raising a
    /// limit and lowering it again opens nothing.
    ///
    /// # Errors
    /// [`RiskError::ParameterOutOfBounds`]
    pub fn set(&mut self, params: WithdrawalLimit, now: i64) -> Result<(), RiskError> {
        params.validate_bounds()?;
        self.leak(now)?;
        (self.params, self.remainder) = (params, 0);
        if params.limit == 0 {
            self.level = 0;
        }
        Ok(())
    }

    /// Counts a deposit.
    pub fn deposit(&mut self, amount: u64, now: i64) -> Result<(), RiskError> {
        if self.params.limit == 0 {
            return Ok(());
        }
        self.leak(now)?;
        let level = i128::from(self.level) - i128::from(amount);
        self.set_level(level.max(LEAST_LEVEL))
    }

    /// Counts a withdrawal, or refuses it.
    pub fn withdraw(&mut self, amount: u64, now: i64) -> Result<(), RiskError> {
        if self.params.limit == 0 {
            return Ok(());
        }
        self.leak(now)?;
        let level = i128::from(self.level) + i128::from(amount);
        if level > i128::from(self.params.limit) {
            let outflow = u64::try_from(level).map_err(|_| RiskError::Overflow)?;
            return Err(RiskError::OutflowLimit { outflow, limit: self.params.limit });
        }
        self.set_level(level)
    }

    fn set_level(&mut self, level: i128) -> Result<(), RiskError> {
        self.level = i64::try_from(level).map_err(|_| RiskError::Overflow)?;
        Ok(())
    }

    /// Lets the level leak towards zero up to a time, rounded down. The remainder counts the next time, so that the number of
    /// calls changes nothing, except for credit beyond the limit: with more calls it leaks more slowly, but never more slowly
    /// than e^(−time / window).
    fn leak(&mut self, now: i64) -> Result<(), RiskError> {
        let elapsed = now.checked_sub(self.updated_at).ok_or(RiskError::Overflow)?;
        let elapsed = u64::try_from(elapsed.max(0)).map_err(|_| RiskError::Overflow)?;
        if elapsed == 0 {
            return Ok(());
        }
        let window = u128::from(self.params.window.max(1));
        let held = self.level.unsigned_abs();
        let a_window = if self.level < 0 { held.max(self.params.limit) } else { self.params.limit };
        // Below 2^64 · 2^63 + 2^32.
        let total = u128::from(a_window) * u128::from(elapsed) + u128::from(self.remainder);
        let held = u128::from(held);
        self.updated_at = now;
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
