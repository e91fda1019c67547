//! What a margin account remembers of its default, from the first notice until it is healthy again or has nothing left.

use super::{
    cut::{DELTA_BITS, lot_delta},
    discount::Ratios,
};
use crate::{Board, Instrument, Lots, MarginParams, Ppm, QuoteNative, Requirements, RiskError, Underlying};
use bytemuck::{Pod, Zeroable};

/// Instruments of an episode that are recorded: those of the largest delta.
pub const MAX_EPISODE_LEGS: usize = 16;
/// Seconds that a notice runs without anybody confirming it.
pub const NOTICE_SECONDS: i64 = 300;
/// Seconds for which what liquidations have raised a ratio by does not count for the discount.
pub const COUNTED_SECONDS: i64 = 600;

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

/// A ratio to maintenance margin as it counts for the discount of a liquidation: without what liquidations have raised it by. What a
/// price or a deposit raises counts, so that a small liquidation at a low takes nothing from whoever comes after it.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct CountedRatio {
    /// What counted at the last liquidation.
    pub ratio: Ppm,
    /// The ratio that liquidations have left, ≥ `ratio`.
    pub left: Ppm,
}

impl CountedRatio {
    /// Where no liquidation is remembered: any ratio counts whole.
    pub const WHOLE: Self = Self { ratio: Ppm::ONE, left: Ppm::ONE };

    /// As of now, at a present ratio, which counts at the most.
    fn at(self, present: Ppm) -> Self {
        if present <= self.ratio {
            return Self { ratio: present, left: present };
        }
        let (ratio, left, present) = (self.ratio.get(), self.left.get(), present.get());
        // Both are at most one.
        Self { ratio: Ppm::new(ratio + present.saturating_sub(left)), left: Ppm::new(left.max(present)) }
    }

    /// After a liquidation that raised the ratio.
    fn raised(self, from: Ppm, to: Ppm) -> Self {
        let left = self.left.get() + to.get().saturating_sub(from.get()); // three ratios of at most one
        Self { left: Ppm::new(left).min(Ppm::ONE), ..self }
    }
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
    /// Since when liquidations are remembered in [`Episode::equity`] and [`Episode::total`], seconds.
    pub counted_at: i64,
    /// When the account was seized, seconds; 0 where it is not.
    pub seized_at: i64,
    /// What is left of the insurance fund's money that was set aside for the discounts of a seized account.
    pub budget: QuoteNative,
    /// What the insurance fund has paid for a seized account and gets back from what is left of it. Like `shared` it is zero where the
    /// account is not seized.
    pub advanced: QuoteNative,
    /// What others have borne of its debt.
    pub shared: QuoteNative,
    /// The ratio of equity to maintenance margin that counts.
    pub equity: CountedRatio,
    /// That of equity and budget together; of a seized account since its seizure.
    pub total: CountedRatio,
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

    /// What of a present ratio of equity counts, with the liquidations of the last [`COUNTED_SECONDS`].
    pub fn counted_equity(&self, present: Ppm, now: i64) -> Ppm {
        let remembered = if self.remembers(now) { self.equity } else { CountedRatio::WHOLE };
        remembered.at(present).ratio
    }

    /// Notes the ratios at a liquidation, before it. What counts of each is then in [`Episode::equity`] and [`Episode::total`]. They
    /// share one time: where one begins anew the other is remembered as much longer.
    pub(super) fn note(&mut self, present: &Ratios, now: i64) {
        if !self.remembers(now) {
            (self.equity, self.total) = (CountedRatio::WHOLE, CountedRatio::WHOLE);
        }
        if present.equity <= self.equity.ratio || present.total <= self.total.ratio {
            self.counted_at = now;
        }
        (self.equity, self.total) = (self.equity.at(present.equity), self.total.at(present.total));
    }

    /// Notes what a liquidation has raised the ratios to.
    pub(super) fn note_raised(&mut self, from: &Ratios, to: &Ratios) {
        self.equity = self.equity.raised(from.equity, to.equity);
        self.total = self.total.raised(from.total, to.total);
    }

    const fn remembers(&self, now: i64) -> bool {
        self.counted_at != 0 && now.saturating_sub(self.counted_at) <= COUNTED_SECONDS
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

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// I509. Of a present ratio no more counts than there is, and no less than there is without what liquidations have raised since the
        /// least that counted, whatever prices do in between. Where no price moves, what counts stays as it was.
        #[test]
        fn only_what_liquidations_have_raised_does_not_count(
            steps in prop::collection::vec((0u32..=1_000_000, 0u32..=1_000_000, any::<bool>()), 1..40),
        ) {
            let (mut counted, mut raised, mut last) = (CountedRatio::WHOLE, 0, None);
            for (price, to, moves) in steps {
                let present = Ppm::new(match last {
                    Some(left) if !moves => left,
                    _ => price,
                });
                let before = counted;
                if present <= before.ratio {
                    raised = 0;
                }
                counted = before.at(present);
                prop_assert!(counted.ratio <= present && counted.ratio <= counted.left);
                prop_assert!(counted.ratio.get() + raised >= present.get());
                if last == Some(present.get()) && present > before.ratio {
                    prop_assert_eq!(counted.ratio, before.ratio);
                }
                let left = Ppm::new(to.max(present.get()));
                counted = counted.raised(present, left);
                raised += left.get() - present.get();
                last = Some(left.get());
            }
        }
    }
}
