//! What a margin account remembers of its default, from the first notice until it is healthy again or has nothing left.

use super::cut::{DELTA_BITS, lot_delta};
use crate::{Board, Instrument, Lots, MarginParams, Ppm, QuoteNative, Requirements, RiskError, Underlying};
use bytemuck::{Pod, Zeroable};

/// Instruments of an episode that are recorded: those of the largest delta.
pub const MAX_EPISODE_LEGS: usize = 16;
/// Seconds that a notice runs without anybody confirming it.
pub const NOTICE_SECONDS: i64 = 300;
/// Seconds for which the least ratio of equity at a liquidation counts.
pub const LEAST_RATIO_SECONDS: i64 = 600;

/// An instrument of which an account in default held a position: its other side bears what the insurance fund cannot.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct EpisodeLeg {
    /// What was held as delta, at the present price, quote-native: positive where it gained by a rise. Of an option at its present
    /// delta. 0 where the slot is free.
    pub delta: QuoteNative,
    /// The contract's generation.
    pub generation: u32,
    /// The instrument.
    pub instrument: u16,
    /// What its other side has borne in this episode of the most that it may bear, in parts of 65,535.
    pub borne: u16,
}

/// An episode of default. All zero while there is none.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Episode {
    /// Since when the account was found below maintenance without a break, seconds; 0 where no notice runs.
    pub noticed_at: i64,
    /// When it was last found so, seconds.
    pub seen_at: i64,
    /// When [`Episode::least_ratio`] or [`Episode::least_total`] was found, seconds.
    pub least_at: i64,
    /// When the account was seized, seconds; 0 where it is not.
    pub seized_at: i64,
    /// What is left of the insurance fund's money that was set aside for the discounts of a seized account.
    pub budget: QuoteNative,
    /// What the insurance fund has paid for a seized account and gets back from what is left of it. Like `shared` it is zero where the
    /// account is not seized.
    pub advanced: QuoteNative,
    /// What others have borne of its debt.
    pub shared: QuoteNative,
    /// Least ratio of equity to maintenance margin at a liquidation of the last minutes.
    pub least_ratio: Ppm,
    /// Least ratio of equity and budget together to maintenance margin at a liquidation of the last minutes; of those since the
    /// seizure, of a seized account.
    pub least_total: Ppm,
    /// What the other side of is charged with debt that the fund cannot pay.
    pub legs: [EpisodeLeg; MAX_EPISODE_LEGS],
}

impl Episode {
    /// True while the account is in receivership: its owner may only deposit and cancel orders. What others have paid for an account
    /// is counted in receivership only, and ends it only once it is repaid or nothing is left to repay it from.
    #[inline(always)]
    pub const fn is_seized(&self) -> bool {
        self.seized_at != 0
    }

    /// Has the clocks of notice and seizure begin no earlier than `open_since`, when liquidations were opened again after a pause; 0
    /// where they never were paused. In a pause nobody can take an account over, so that its minutes say nothing.
    pub fn resume(&mut self, open_since: i64) {
        for clock in [&mut self.noticed_at, &mut self.seized_at] {
            if *clock != 0 {
                *clock = open_since.max(*clock);
            }
        }
    }

    /// Notes how an account was found. Below maintenance a notice begins, or goes on where somebody confirmed it in the last
    /// [`NOTICE_SECONDS`]; a notice that begins anew has no legs. Where equity reaches the buffer, the episode is over. Between the
    /// two, and while the account is seized, nothing changes.
    pub fn observe(&mut self, found: &Requirements, params: &MarginParams, now: i64) -> Result<(), RiskError> {
        if self.is_seized() {
            return Ok(());
        }
        if found.is_liquidatable() {
            if !self.notice_runs(now) {
                self.noticed_at = now;
                if !found.maintenance.is_zero() {
                    // Another default: what was held in the one before is not charged with this one's debt. An account that holds
                    // nothing has no other default.
                    self.legs = Default::default();
                }
            }
            self.seen_at = now;
        } else if found.equity >= found.target(params)? {
            *self = Self::zeroed();
        }
        Ok(())
    }

    /// True while a notice runs: it was confirmed in the last [`NOTICE_SECONDS`], or ran when the account was seized, which needs no
    /// confirming.
    pub const fn notice_runs(&self, now: i64) -> bool {
        self.noticed_at != 0 && (self.is_seized() || now.saturating_sub(self.seen_at) <= NOTICE_SECONDS)
    }

    /// Seconds since the notice; 0 where none runs.
    pub const fn noticed_for(&self, now: i64) -> i64 {
        let passed = now.saturating_sub(self.noticed_at);
        if self.notice_runs(now) && passed > 0 { passed } else { 0 }
    }

    /// Notes the ratios of equity, and of equity and budget together, at a liquidation. Returns the least of each in the last
    /// [`LEAST_RATIO_SECONDS`], these included. They share one time: where one falls the other is remembered as much longer.
    pub fn note_ratios(&mut self, ratio: Ppm, total: Ppm, now: i64) -> (Ppm, Ppm) {
        let counts = self.least_at != 0 && now.saturating_sub(self.least_at) <= LEAST_RATIO_SECONDS;
        let (least_ratio, least_total) =
            if counts { (self.least_ratio, self.least_total) } else { (Ppm::ONE, Ppm::ONE) };
        if !counts || ratio <= least_ratio || total <= least_total {
            self.least_at = now;
        }
        (self.least_ratio, self.least_total) = (ratio.min(least_ratio), total.min(least_total));
        (self.least_ratio, self.least_total)
    }

    /// Records that the account held lots of an instrument. Where all slots are in use, the entry of the smallest delta gives way,
    /// to a larger one.
    ///
    /// Nothing is recorded of a seized account: all that it held was, when it was seized.
    pub fn record(&mut self, board: &Board, instrument: u16, lots: Lots, now: i64) -> Result<(), RiskError> {
        if self.is_seized() {
            return Ok(());
        }
        let i = board.instrument(instrument)?;
        let delta = delta_value(i, board.underlying(i.underlying)?, lots, now);
        let same = |l: &EpisodeLeg| !l.delta.is_zero() && (l.instrument, l.generation) == (i.index, i.generation);
        if let Some(leg) = self.legs.iter_mut().find(|l| same(l)) {
            leg.delta = bounded(leg.delta.get().saturating_add(delta.get()).into());
            return Ok(());
        }
        let size = |l: &EpisodeLeg| l.delta.get().unsigned_abs();
        if let Some(smallest) = self.legs.iter_mut().min_by_key(|l| size(l))
            && size(smallest) < delta.get().unsigned_abs()
        {
            *smallest = EpisodeLeg { delta, generation: i.generation, instrument: i.index, borne: 0 };
        }
        Ok(())
    }
}

/// The delta of lots at the present price.
fn delta_value(i: &Instrument, u: &Underlying, lots: Lots, now: i64) -> QuoteNative {
    let units = i128::from(lots.get()) * i128::from(lot_delta(i, u, now));
    bounded((units * i128::from(u.price.get())) >> (u.scale() + DELTA_BITS))
}

/// Weights of legs are products, see `loss.rs`: no account reaches a bound of 2^58, which is more than all the money there is.
fn bounded(delta: i128) -> QuoteNative {
    const MOST: i128 = 1 << 58;
    QuoteNative::new(delta.clamp(-MOST, MOST) as i64)
}
