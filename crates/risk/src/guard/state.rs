//! The guards of one underlying: the samples of the last minutes, and the flags that follow from them.

use crate::{GuardParams, Ppm, RiskError, math::mul_div_floor};
use bytemuck::{Pod, Zeroable};

/// Bits of [`Guards::flags`].
pub mod flag {
    /// Too far from the median of the last minutes.
    pub const VOLATILE: u8 = 1;
    /// Confidence interval too wide.
    pub const UNCERTAIN: u8 = 2;
    /// The second source disagrees.
    pub const DIVERGENT: u8 = 4;
    /// All of them.
    pub const ALL: u8 = 7;
}

/// Samples that the median is taken of.
pub const SAMPLES: usize = 10;
/// Seconds between two samples. With [`SAMPLES`] they cover five minutes.
pub const SAMPLE_SECONDS: i64 = 30;
/// Seconds after which a price that stays on one side of the median is believed.
pub const CONSISTENT_SECONDS: i64 = 120;

/// After a silence the first price may be so many times as far from the last one as a price from the median.
pub const SILENCE_MOVES: u32 = 3;

/// For so many seconds after its limit of age (`liquidation_age`) an old price stops every liquidation of an account that holds its underlying: whoever
/// liquidates refreshes it first, and anyone can. After them the feed is dead: what is held at its price stays where it is and
/// blocks nothing.
pub const REFRESH_SECONDS: i64 = 120;

/// A price of the second source, at the board's scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecondPrice {
    /// Price of a delta unit.
    pub price: i64,
    /// When it was published, seconds.
    pub publish_time: i64,
}

/// What is known of the last minutes' prices, and what is wrong with the present one.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct Guards {
    /// Last price of each bucket of [`SAMPLE_SECONDS`]; a bucket has the slot `number mod SAMPLES`.
    pub samples: [i64; SAMPLES],
    /// Number of the newest bucket: its time divided by [`SAMPLE_SECONDS`].
    pub bucket: i64,
    /// Which of the samples are of the last five minutes; bit 0 is the newest bucket's.
    pub known: u32,
    /// Bits of [`flag`].
    pub flags: u8,
    /// 1 if the present excursion is below the median.
    pub falling: u8,
    /// Reserved, zero.
    pub reserved: [u8; 2],
    /// First price of the present excursion from the median, and when it was published; zero if there is none.
    pub excursion_price: i64,
    /// See [`Guards::excursion_price`].
    pub excursion_time: i64,
    /// Last price of the second source.
    pub second_price: i64,
    /// When it was published, seconds.
    pub second_time: i64,
}

impl Guards {
    /// Takes a new price: compares it with the median of the samples before it, then makes it a sample.
    ///
    /// Prints off the median on one side are consistent; one on the other side begins the excursion anew. After five minutes of
    /// silence there is no sample: a price that is farther than [`SILENCE_MOVES`] moves from the last one is judged as if that had
    /// held until now.
    pub(crate) fn observe(&mut self, price: i64, time: i64, last: i64, params: &GuardParams) -> Result<(), RiskError> {
        self.advance(time);
        let widest = Ppm::new(params.max_move.get().saturating_mul(SILENCE_MOVES));
        if self.known == 0 && last > 0 && !params.max_move.is_zero() && apart(price, last, widest)? {
            self.samples = [last; SAMPLES];
            self.known = (1 << SAMPLES) - 2;
        }
        self.flags &= !flag::VOLATILE;
        let median = if params.max_move.is_zero() { 0 } else { self.median() };
        if median == 0 || !apart(price, median, params.max_move)? {
            self.excursion_price = 0;
            self.excursion_time = 0;
        } else {
            // On the other side of the median it is another excursion; farther off on the same side it goes on, or a price
            // that goes on falling would never be believed.
            let falling = u8::from(price < median);
            if self.excursion_price == 0 || self.falling != falling {
                self.excursion_price = price;
                self.excursion_time = time;
                self.falling = falling;
            }
            let lasted = time.checked_sub(self.excursion_time).ok_or(RiskError::Overflow)?;
            if lasted < CONSISTENT_SECONDS {
                self.flags |= flag::VOLATILE;
            }
        }
        self.samples[(self.bucket.rem_euclid(SAMPLES as i64)) as usize] = price;
        self.known |= 1;
        Ok(())
    }

    /// Compares the price with the second source's.
    pub(crate) fn compare(&mut self, price: i64, second: SecondPrice, params: &GuardParams) -> Result<(), RiskError> {
        self.second_price = second.price;
        self.second_time = second.publish_time;
        let divergent = apart(price, second.price, params.max_divergence)?;
        self.flags = if divergent { self.flags | flag::DIVERGENT } else { self.flags & !flag::DIVERGENT };
        Ok(())
    }

    /// Moves to the bucket of a time, and forgets samples older than five minutes.
    fn advance(&mut self, time: i64) {
        let bucket = time.div_euclid(SAMPLE_SECONDS);
        let passed = bucket.checked_sub(self.bucket).unwrap_or(0).max(0);
        self.known = match u32::try_from(passed) {
            Ok(n) if n < SAMPLES as u32 => (self.known << n) & ((1 << SAMPLES) - 1),
            _ => 0,
        };
        self.bucket = self.bucket.max(bucket);
    }

    /// Median of the samples of the last five minutes, the lower of two; 0 if there is none.
    fn median(&self) -> i64 {
        let mut known = [0; SAMPLES];
        let mut count = 0;
        for age in 0..SAMPLES as i64 {
            if (self.known >> age) & 1 == 1 {
                known[count] = self.samples[(self.bucket - age).rem_euclid(SAMPLES as i64) as usize];
                count += 1;
            }
        }
        let known = &mut known[..count];
        known.sort_unstable();
        known.get(count.saturating_sub(1) / 2).copied().unwrap_or(0)
    }
}

/// True if two prices differ by more than a ratio of the second.
fn apart(price: i64, from: i64, ratio: Ppm) -> Result<bool, RiskError> {
    let most = mul_div_floor(from, i64::from(ratio.get()), 1_000_000)?;
    let distance = price.checked_sub(from).ok_or(RiskError::Overflow)?;
    Ok(distance.unsigned_abs() > most.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: GuardParams =
        GuardParams { max_move: Ppm::new(50_000), max_divergence: Ppm::new(10_000), liquidation_age: 5, reserved: 0 };

    fn volatile(guards: &mut Guards, price: i64, time: i64) -> bool {
        guards.observe(price, time, 1_000, &PARAMS).unwrap();
        guards.flags & flag::VOLATILE != 0
    }

    #[test]
    fn a_jump_is_believed_after_two_minutes_of_consistent_prints() {
        let mut guards = Guards::default();
        for sample in 0..10 {
            assert!(!volatile(&mut guards, 1_000, 1_000_000 + sample * 30));
        }
        let crash = 1_000_300;
        assert!(volatile(&mut guards, 900, crash));
        for (price, passed) in [(901, 30), (899, 60), (900, 90), (901, 119)] {
            assert!(volatile(&mut guards, price, crash + passed));
        }
        assert!(!volatile(&mut guards, 900, crash + 120));
    }

    #[test]
    fn a_crash_that_goes_on_is_believed_and_a_print_on_the_other_side_begins_anew() {
        let mut guards = Guards::default();
        for minute in 0..5 {
            volatile(&mut guards, 1_000, 1_000_000 + minute * 60);
        }
        let mut crash = guards;
        for (price, passed, blocked) in [(900, 0, true), (800, 60, true), (700, 119, true), (650, 120, false)] {
            assert_eq!(volatile(&mut crash, price, 1_000_300 + passed), blocked);
        }
        assert!(volatile(&mut guards, 900, 1_000_300));
        assert!(volatile(&mut guards, 1_100, 1_000_360));
        assert!(volatile(&mut guards, 1_100, 1_000_420));
    }

    #[test]
    fn a_spike_that_returns_leaves_nothing_behind() {
        let mut guards = Guards::default();
        for minute in 0..5 {
            volatile(&mut guards, 1_000, 1_000_000 + minute * 60);
        }
        assert!(volatile(&mut guards, 1_100, 1_000_290));
        assert!(!volatile(&mut guards, 1_001, 1_000_300));
        assert_eq!(guards.excursion_price, 0);
    }

    /// I801. After a silence a price is compared with the last one, at three times the bound.
    #[test]
    fn the_first_print_after_a_silence_is_compared_with_the_last_price() {
        for (price, blocked) in [(850, false), (849, true), (1_150, false), (1_151, true)] {
            let mut guards = Guards::default();
            assert!(!volatile(&mut guards, 1_000, 1_000_000));
            assert_eq!(volatile(&mut guards, price, 1_000_301), blocked, "{price}");
            // It is believed after two minutes of prints that agree with it; one that does not ends the excursion at once.
            let mut back = guards;
            assert!(!volatile(&mut back, if blocked { 1_000 } else { price }, 1_000_330));
            assert_eq!(volatile(&mut guards, price, 1_000_420), blocked);
            assert!(!volatile(&mut guards, price, 1_000_421));
        }
    }

    #[test]
    fn sources_that_disagree_are_flagged_until_they_agree() {
        let mut guards = Guards::default();
        guards.compare(1_000, SecondPrice { price: 989, publish_time: 5 }, &PARAMS).unwrap();
        assert_eq!(guards.flags, flag::DIVERGENT);
        guards.compare(1_000, SecondPrice { price: 991, publish_time: 6 }, &PARAMS).unwrap();
        assert_eq!((guards.flags, guards.second_price, guards.second_time), (0, 991, 6));
    }
}
