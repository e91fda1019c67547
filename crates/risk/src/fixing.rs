//! Settlement prices: the average of the index over a window before the expiry.
//!
//! ```text
//! t_k    = expiry − (30 − k) · 60 s, k in 1..=30: the last sample is that of the expiry itself
//! sample = the one print with  previous publish time < t_k ≤ publish time < t_k + 60 s
//! ```
//!
//! There is at most one such print for each k, so that posting it, however late, chooses nothing. Where the feed was silent for a
//! whole minute, that sample is missing.

use crate::{Print, RiskError, math::mul_div_floor};
use bytemuck::{Pod, Zeroable};

/// Samples of an average.
pub const SAMPLES: u32 = 30;
/// Seconds between two samples.
pub const SAMPLE_SECONDS: i64 = 60;
/// Seconds over which samples are taken.
pub const WINDOW_SECONDS: i64 = SAMPLES as i64 * SAMPLE_SECONDS;
/// Samples that are enough: two thirds.
pub const ENOUGH_SAMPLES: u32 = 20;
/// Seconds after the expiry during which a settlement with enough samples waits for the missing ones: the caller of a
/// settlement must not choose which prints are left out.
pub const GRACE_SECONDS: i64 = 600;
/// Seconds after the expiry from which any number of samples is enough; where there are none, the price on the board is.
pub const LONGEST_WAIT: i64 = 86_400;
/// Expiries of one underlying that can be averaged or await their settlement at a time.
pub const MAX_FIXINGS: usize = 4;

/// The average of one expiry.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Fixing {
    /// The expiry, seconds; 0 where the slot is free.
    pub expiry: i64,
    /// Sum of the samples, at the underlying's scale.
    pub sum: i64,
    /// Which samples were taken, a bit each, the first in bit 0.
    pub taken: u64,
    /// The settlement price, at the underlying's scale; 0 until it is settled.
    pub price: i64,
}

impl Fixing {
    /// How many samples were taken.
    pub const fn count(&self) -> u32 {
        self.taken.count_ones()
    }

    /// True if a sample, counted from 1, was taken.
    pub const fn has(&self, sample: u32) -> bool {
        sample >= 1 && sample <= SAMPLES && (self.taken >> (sample - 1)) & 1 == 1
    }

    /// Takes a sample, counted from 1.
    pub fn take(&mut self, sample: u32, price: i64) -> Result<(), RiskError> {
        if sample == 0 || sample > SAMPLES || self.has(sample) {
            return Err(RiskError::NothingToSample);
        }
        self.sum = self.sum.checked_add(price).ok_or(RiskError::Overflow)?;
        self.taken |= 1 << (sample - 1);
        Ok(())
    }

    /// Mean of the samples, rounded to the nearest, a half upwards: neither long nor short has an advantage.
    pub fn mean(&self) -> Result<i64, RiskError> {
        let count = i64::from(self.count());
        let doubled = self.sum.checked_mul(2).and_then(|sum| sum.checked_add(count)).ok_or(RiskError::Overflow)?;
        mul_div_floor(doubled, 1, 2 * count)
    }

    /// Price that the expiry settles at by its samples, if they are enough at this time: all of them, two thirds after
    /// [`GRACE_SECONDS`], any after [`LONGEST_WAIT`]. None where after that time there is none.
    pub fn settlement_price(&self, now: i64) -> Result<Option<i64>, RiskError> {
        let taken = self.count();
        let waited = now.checked_sub(self.expiry).ok_or(RiskError::Overflow)?;
        let will_do = taken == SAMPLES || taken >= ENOUGH_SAMPLES && waited >= GRACE_SECONDS || waited >= LONGEST_WAIT;
        match (will_do, taken) {
            (false, _) => Err(RiskError::NotEnoughSamples { taken }),
            (true, 0) => Ok(None),
            (true, _) => self.mean().map(Some),
        }
    }
}

/// Time of a sample, counted from 1, of an expiry.
///
/// None where either is out of range.
pub fn sample_time(expiry: i64, sample: u32) -> Option<i64> {
    let before = SAMPLES.checked_sub(sample)?;
    expiry.checked_sub(i64::from(before) * SAMPLE_SECONDS)
}

/// Which sample of an expiry, counted from 1, a print is; none if it is not the one print of any.
pub fn sample_of(expiry: i64, print: &Print) -> Option<u32> {
    let since = print.publish_time.checked_sub(expiry)?;
    let sample = since.div_euclid(SAMPLE_SECONDS).checked_add(SAMPLES.into())?;
    let sample = u32::try_from(sample).ok().filter(|k| (1..=SAMPLES).contains(k))?;
    (print.previous_publish_time < sample_time(expiry, sample)?).then_some(sample)
}
