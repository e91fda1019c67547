//! The dynamic price scan range: how far a price is expected to move before a position can be closed.
//!
//! `target = clamp(z · σ · √horizon, floor, cap)`. The variance of σ is an exponentially weighted mean of squared returns over
//! fixed buckets of five minutes, one return a bucket, weighted by the time it covers, so that no caller can
//! choose the sample. A return beyond six σ is held until the next sample says whether it lasts: a wick is no volatility, a
//! crash is. Anti-procyclical (compare EMIR RTS 153/2013, article 28): initial margin takes a higher range at
//! once, maintenance margin follows at a bounded rate, so that no spike of volatility liquidates anyone at a stroke, and both
//! fall as slowly as the half-life of the variance lets them.

use crate::{
    Ppm, RangeParams, RiskError,
    math::{mul_bounded, mul_div_floor},
};
use ballast_pricing::{I16F48, exp, mul_floor, ratio};
use bytemuck::{Pod, Zeroable};

/// Seconds of a bucket of the variance estimate.
pub const BUCKET_SECONDS: i64 = 300;
/// Most by which the range of maintenance margin rises in an hour, however often it is moved: ln 1.25 in millionths, rounded
/// down, so that it grows by a quarter of itself.
const RISE_PER_HOUR_PPM: i64 = 223_143;
/// Seconds over which maintenance margin takes over a floor that the risk authority raised.
pub const TIGHTENING_SECONDS: i64 = 12 * HOUR;
/// Most by which the risk authority raises a floor in a series of raises, each less than [`TIGHTENING_SECONDS`] after the one
/// before, as a ratio of the floor before the first.
pub const MOST_RAISE: Ppm = Ppm::new(100_000);
/// The range of initial margin is at most this many times that of maintenance margin.
pub const MAX_RATIO: u32 = 4;

const HOUR: i64 = 3_600;
/// Fraction bits of [`RangeState::variance`].
const VARIANCE_BITS: u32 = 48;
/// Fraction bits of a return: half of the variance's, so that its square has the variance's scale.
const RETURN_BITS: u32 = VARIANCE_BITS / 2;
/// Largest return that counts, 100 %.
const MAX_RETURN: i64 = 1 << RETURN_BITS;
/// A return of more than so many standard deviations is held until the next sample.
const HELD_SIGMAS: i64 = 6;
/// ln 2 in millionths.
const LN_2_PPM: i64 = 693_147;

/// The ranges in force and the variance behind them.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct RangeState {
    /// Variance of the return over one bucket, 2^-48.
    pub variance: i64,
    /// Price of the last sample that was accepted: returns count from it.
    pub sample_price: i64,
    /// Time of the last sample, accepted or held, a multiple of [`BUCKET_SECONDS`].
    pub sample_time: i64,
    /// Price of a sample that is held; 0 where none is.
    pub held_price: i64,
    /// What the variance lacks of that sample's whole return, 2^-48.
    pub held_variance: i64,
    /// When the range of maintenance margin was last moved, seconds.
    pub moved_at: i64,
    /// When the floor was last raised, seconds.
    pub raised_at: i64,
    /// r of maintenance margin: the range that arrays and shocks are made with.
    pub maintenance: Ppm,
    /// r of initial margin, at least that of maintenance.
    pub initial: Ppm,
    /// The floor of maintenance margin when the floor was last raised: where its line begins.
    pub floor_before: Ppm,
    /// The floor before the first raise of the last series; 0 where it was never raised.
    pub raised_from: Ppm,
}

impl RangeState {
    /// Initial over maintenance range less one: by how much initial margin's scanning risk is above maintenance's. Rounded
    /// up.
    pub fn surcharge(&self) -> Ppm {
        let (initial, maintenance) = (u64::from(self.initial.get()), u64::from(self.maintenance.get().max(1)));
        let excess = (initial.max(maintenance) - maintenance) * 1_000_000;
        Ppm::new(excess.div_ceil(maintenance).min(u64::from(MAX_RATIO - 1) * 1_000_000) as u32)
    }

    /// True if a print is the sample of a bucket that has none yet: it is the one with
    /// `previous publish time < t ≤ publish time` for a boundary t of the buckets.
    pub fn wants(&self, publish_time: i64, previous_publish_time: i64) -> bool {
        let boundary = publish_time - publish_time.rem_euclid(BUCKET_SECONDS);
        previous_publish_time < boundary && boundary > self.sample_time
    }

    /// Takes a price into the variance if it is the sample of a bucket: the one print with
    /// `previous publish time < t ≤ publish time` for a boundary t of the buckets. Any other print changes nothing.
    ///
    /// A return over n buckets counts as n returns of `R²/n` each. One beyond [`HELD_SIGMAS`] counts as that many and is
    /// held: the next sample accepts it in full where at least half of the move remains on the same side, and else drops it.
    /// σ is at least that of which `floor` is the range.
    pub(crate) fn sample(
        &mut self,
        price: i64,
        publish_time: i64,
        previous_publish_time: i64,
        floor: Ppm,
        params: &RangeParams,
    ) -> Result<(), RiskError> {
        if !self.wants(publish_time, previous_publish_time) {
            return Ok(());
        }
        let boundary = publish_time - publish_time.rem_euclid(BUCKET_SECONDS);
        if self.sample_price > 0 {
            self.judge_held(price)?;
            let buckets = (boundary - self.sample_time) / BUCKET_SECONDS;
            let squared = squared_return(self.sample_price, price)? / buckets;
            let most = mul_bounded(HELD_SIGMAS * HELD_SIGMAS, self.variance.max(floor_variance(floor, params)?));
            let kept = decay(buckets, params.half_life)?;
            // Both are at most 2^48, the ratio at most one: a mean of the two.
            let taken = I16F48::ONE.checked_sub(kept).ok_or(RiskError::Overflow)?.max(I16F48::ZERO);
            let moved = mul_floor(squared.min(most) - self.variance, taken)?;
            self.variance = (self.variance + moved).max(0);
            if squared > most {
                self.held_price = price;
                self.held_variance = mul_floor(squared - most, taken)?;
                self.sample_time = boundary;
                return Ok(());
            }
        }
        self.sample_price = price;
        self.sample_time = boundary;
        Ok(())
    }

    /// Accepts the sample that is held, if the next one has at least half of its move on the same side, and else drops it.
    fn judge_held(&mut self, next: i64) -> Result<(), RiskError> {
        if self.held_price == 0 {
            return Ok(());
        }
        // Prices are below 2^43.
        let (moved, remains) = (self.held_price - self.sample_price, next - self.sample_price);
        if moved.signum() == remains.signum() && 2 * remains.abs() >= moved.abs() {
            self.variance = self.variance.checked_add(self.held_variance).ok_or(RiskError::Overflow)?;
            self.sample_price = self.held_price;
        }
        (self.held_price, self.held_variance) = (0, 0);
        Ok(())
    }

    /// Moves the ranges on to a time.
    pub(crate) fn advance(&mut self, now: i64, floor: Ppm, params: &RangeParams) -> Result<(), RiskError> {
        let floor_now = self.floor_at(now, floor)?;
        let measured = self.measured(floor, params)?;
        let target = measured.max(floor);
        let goal = measured.max(floor_now);
        let maintenance =
            if self.maintenance.is_zero() { floor_now } else { goal.min(self.risen(now, goal)?).max(floor_now) };
        self.initial = target.max(maintenance).min(Ppm::new(maintenance.get() * MAX_RATIO));
        // Time in which a range should rise and could not by a whole millionth goes on counting; quiet time does not.
        if goal == self.maintenance || maintenance != self.maintenance {
            self.moved_at = now;
        }
        self.maintenance = maintenance;
        Ok(())
    }

    /// The most that the range of maintenance margin may have risen to on its way to a goal: a quarter an hour, compounded, so
    /// that the frequency of prices does not matter. At most an hour's worth at once; rounded down.
    fn risen(&self, now: i64, goal: Ppm) -> Result<Ppm, RiskError> {
        if goal <= self.maintenance {
            return Ok(goal);
        }
        let elapsed = now.checked_sub(self.moved_at).ok_or(RiskError::Overflow)?.clamp(0, HOUR);
        let factor = exp(ratio(RISE_PER_HOUR_PPM * elapsed, 1_000_000 * HOUR)?)?;
        // At most a quarter more than a range of at most 100 %.
        Ok(Ppm::new(mul_floor(self.maintenance.get().into(), factor)?.clamp(0, u32::MAX.into()) as u32))
    }

    /// Notes that the floor is raised: maintenance margin takes it over in [`TIGHTENING_SECONDS`].
    pub fn raise_floor(&mut self, now: i64, floor_before: Ppm) -> Result<(), RiskError> {
        if !self.is_rising(now)? {
            self.raised_from = floor_before;
        }
        self.floor_before = self.floor_at(now, floor_before)?;
        self.raised_at = now;
        Ok(())
    }

    /// Ends a series of raises: what an executed change of the admin's has set is not taken back with it, nor counted against the
    /// risk authority's next raise. Maintenance margin goes on to the floor as it did.
    pub fn end_series(&mut self) {
        self.raised_from = Ppm::ZERO;
    }

    /// Highest floor that the risk authority may set: the one before the series of raises and [`MOST_RAISE`] of it, rounded
    /// down. While a series runs it is that of its first raise, and no series begins before the last is in force, so that
    /// maintenance margin's floor never rises by more than that in [`TIGHTENING_SECONDS`].
    pub fn highest_floor(&self, now: i64, floor: Ppm) -> Result<Ppm, RiskError> {
        let from = if self.is_rising(now)? { self.raised_from.min(floor) } else { floor };
        let more = mul_div_floor(from.get().into(), MOST_RAISE.get().into(), Ppm::ONE.get().into())?;
        Ok(Ppm::new(from.get() + more as u32))
    }

    /// True if a floor that was raised may be lowered again to another: one between the floor before the whole series of raises
    /// and the present one, while maintenance margin is on its way.
    pub fn may_relax(&self, now: i64, floor: Ppm, to: Ppm) -> Result<bool, RiskError> {
        Ok(self.is_rising(now)? && self.raised_from <= to && to < floor)
    }

    /// True while maintenance margin is on its way to a floor that was raised.
    fn is_rising(&self, now: i64) -> Result<bool, RiskError> {
        let since = now.checked_sub(self.raised_at).ok_or(RiskError::Overflow)?;
        Ok(!self.raised_from.is_zero() && since < TIGHTENING_SECONDS)
    }

    /// The floor that holds for maintenance margin at a time: on its way from the old one to the new.
    fn floor_at(&self, now: i64, floor: Ppm) -> Result<Ppm, RiskError> {
        if self.floor_before.is_zero() || self.floor_before >= floor {
            return Ok(floor);
        }
        let since = now.checked_sub(self.raised_at).ok_or(RiskError::Overflow)?.clamp(0, TIGHTENING_SECONDS);
        let raise = i64::from(floor.get() - self.floor_before.get());
        Ok(Ppm::new(self.floor_before.get() + mul_div_floor(raise, since, TIGHTENING_SECONDS)? as u32))
    }

    /// `min(z · σ · √horizon, cap)`, rounded down.
    fn measured(&self, floor: Ppm, params: &RangeParams) -> Result<Ppm, RiskError> {
        if params.sigmas == 0 {
            return Ok(Ppm::ZERO);
        }
        let over_horizon = mul_div_floor(self.variance, params.horizon.into(), BUCKET_SECONDS)?;
        let sigma = i64::try_from((over_horizon.max(0) as u64).isqrt()).map_err(|_| RiskError::Overflow)?;
        let range = mul_div_floor(sigma, i64::from(params.sigmas) * 10_000, 1 << RETURN_BITS)?;
        Ok(Ppm::new(range.clamp(0, params.cap.get().max(floor.get()).into()) as u32))
    }
}

/// The square of a return, 2^-48, at most that of [`MAX_RETURN`].
fn squared_return(from: i64, to: i64) -> Result<i64, RiskError> {
    let change = to.checked_sub(from).ok_or(RiskError::Overflow)?;
    // What does not fit is a rise of more than the largest return.
    let change = mul_div_floor(change, 1 << RETURN_BITS, from).unwrap_or(MAX_RETURN).clamp(-MAX_RETURN, MAX_RETURN);
    Ok(mul_bounded(change, change))
}

/// The variance over one bucket of which a floor is the range, 2^-48, rounded down; of one σ where no σ are asked for.
fn floor_variance(floor: Ppm, params: &RangeParams) -> Result<i64, RiskError> {
    // Parts of the floor in 2^-24: below 2^44 before the division, and at most the largest return after it.
    let sigma = (i64::from(floor.get()) << RETURN_BITS) / (10_000 * i64::from(params.sigmas.max(100)));
    mul_div_floor(mul_bounded(sigma, sigma), BUCKET_SECONDS, params.horizon.into())
}

/// `2^(−n/h)`: the weight that is left of a variance after n buckets.
fn decay(buckets: i64, half_life: u32) -> Result<I16F48, RiskError> {
    // Beyond 32 half-lives nothing is left.
    let passed = buckets.checked_mul(BUCKET_SECONDS).ok_or(RiskError::Overflow)?.min(32 * i64::from(half_life));
    Ok(exp(ratio(-LN_2_PPM * passed, 1_000_000 * i64::from(half_life))?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARAMS: RangeParams =
        RangeParams { sigmas: 300, cap: Ppm::new(500_000), horizon: 86_400, half_life: 86_400, reserved: [0; 2] };
    const FLOOR: Ppm = Ppm::new(60_000);

    #[test]
    fn only_the_print_across_a_boundary_is_a_sample() {
        let mut s = RangeState::default();
        s.sample(1_000_000, 600, 599, FLOOR, &PARAMS).unwrap();
        assert_eq!((s.sample_price, s.sample_time), (1_000_000, 600));
        let before = s;
        s.sample(2_000_000, 700, 650, FLOOR, &PARAMS).unwrap();
        s.sample(2_000_000, 600, 599, FLOOR, &PARAMS).unwrap();
        assert_eq!(s, before);
        s.sample(1_010_000, 901, 899, FLOOR, &PARAMS).unwrap();
        assert_eq!(s.sample_time, 900);
        assert!(s.variance > 0);
    }

    #[test]
    fn constant_returns_give_their_own_variance() {
        let mut s = RangeState::default();
        let mut price = 1_000_000_000;
        for bucket in 1..4_000 {
            s.sample(price, bucket * 300, bucket * 300 - 1, FLOOR, &PARAMS).unwrap();
            price = if bucket % 2 == 0 { 1_000_000_000 } else { 1_002_000_000 };
        }
        let expected = (0.002f64.powi(2) * 2f64.powi(48)) as i64;
        assert!((s.variance - expected).abs() < expected / 100, "{} {expected}", s.variance);
        // 3 · 0.2 % · √288 = 10.2 %
        assert!((s.measured(FLOOR, &PARAMS).unwrap().get() as i64 - 101_823).abs() < 600);
    }

    #[test]
    fn a_return_over_many_buckets_counts_by_its_time() {
        let (mut one, mut many) = (RangeState::default(), RangeState::default());
        one.sample(1_000_000, 300, 299, FLOOR, &PARAMS).unwrap();
        many.sample(1_000_000, 300, 299, FLOOR, &PARAMS).unwrap();
        one.sample(1_005_000, 600, 599, FLOOR, &PARAMS).unwrap();
        many.sample(1_005_000, 3_300, 3_299, FLOOR, &PARAMS).unwrap();
        assert!(many.variance < one.variance + one.variance / 50);
    }

    /// I800. Every series that leaves no return beyond six σ gives the mean of squares; one that does counts as six σ until the
    /// next sample, which takes it whole or not at all.
    #[test]
    fn a_return_beyond_six_sigmas_is_whole_only_if_half_of_it_remains() {
        let limit = 36 * floor_variance(FLOOR, &PARAMS).unwrap();
        let start = |variance: i64| {
            let mut s = RangeState { variance, ..RangeState::default() };
            s.sample(1_000_000, 300, 299, FLOOR, &PARAMS).unwrap();
            s
        };
        let taken = |s: &RangeState| {
            let mut one = *s;
            (one.variance, one.held_price) = (1 << 40, 0);
            let before = one.variance;
            one.sample(one.sample_price, 600, 599, FLOOR, &PARAMS).unwrap();
            (before - one.variance) as f64 / before as f64
        };
        for (wick, next, accepted) in [
            (1_100_000, 1_050_000, true),
            (1_100_000, 1_049_999, false),
            (1_100_000, 900_000, false),
            (900_000, 950_000, true),
            (900_000, 950_001, false),
            (3_000_000, 2_000_000, true),
            (1, 500_000, true),
            (1, 1_000_000, false),
        ] {
            let mut s = start(0);
            let weight = taken(&s);
            s.sample(wick, 600, 599, FLOOR, &PARAMS).unwrap();
            assert_eq!((s.sample_price, s.held_price, s.sample_time), (1_000_000, wick, 600));
            assert!((s.variance as f64 / limit as f64 - weight).abs() < 1e-3, "{wick}: six σ and no more");
            let squared = (wick as f64 / 1e6 - 1.0).min(1.0).powi(2) * 2f64.powi(48);
            let (held, whole) = (s.variance, s.variance + s.held_variance);
            assert!((whole as f64 / (squared * weight) - 1.0).abs() < 1e-3, "{wick}");
            s.judge_held(next).unwrap();
            let expected = if accepted { (wick, whole) } else { (1_000_000, held) };
            assert_eq!((s.sample_price, s.variance), expected, "{wick} {next}");
            assert_eq!((s.held_price, s.held_variance), (0, 0));
        }
    }

    /// I800. Without a variance and without sigmas six σ are still something.
    #[test]
    fn the_floor_has_a_sigma() {
        for sigmas in [0, 100, 300, 1_000] {
            for horizon in [300, 86_400, 604_800] {
                let params = RangeParams { sigmas, horizon, ..PARAMS };
                for floor in [10_000, 60_000, 1_000_000] {
                    let variance = floor_variance(Ppm::new(floor), &params).unwrap();
                    let sigma = f64::from(floor) / 1e4 / f64::from(sigmas.max(100));
                    let exact = sigma * sigma * 300.0 / f64::from(horizon) * 2f64.powi(48);
                    assert!(variance > 0 && (variance as f64 / exact - 1.0).abs() < 0.01, "{variance} {exact}");
                }
            }
        }
    }

    #[test]
    fn fast_up_for_initial_slow_up_for_maintenance() {
        let mut s = RangeState::default();
        s.advance(0, FLOOR, &PARAMS).unwrap();
        assert_eq!((s.maintenance, s.initial), (FLOOR, FLOOR));
        s.variance = 1 << 34; // σ = 2^-7 a bucket: 3 · √288 / 128 = 39.8 %, but at most four times maintenance
        s.advance(600, FLOOR, &PARAMS).unwrap();
        assert_eq!(s.maintenance, Ppm::new(62_273), "60,000 times the sixth root of 1.25");
        assert_eq!(s.initial, Ppm::new(249_092));
        assert_eq!(s.surcharge(), Ppm::new(3_000_000));
        for step in 2..200 {
            s.advance(step * 600, FLOOR, &PARAMS).unwrap();
        }
        assert_eq!((s.maintenance, s.surcharge()), (s.initial, Ppm::new(0)));
        // Both fall with the variance, and to the floor.
        s.variance >>= 2;
        s.advance(200 * 600, FLOOR, &PARAMS).unwrap();
        assert!((i64::from(s.initial.get()) - 198_874).abs() < 10, "{s:?}");
        assert_eq!(s.maintenance, s.initial);
        s.variance = 0;
        s.advance(201 * 600, FLOOR, &PARAMS).unwrap();
        assert_eq!((s.maintenance, s.initial), (FLOOR, FLOOR));
    }

    /// I550. However often prices come, maintenance margin's range rises by a quarter in an hour: as a step of a part of itself at
    /// every print it rose by 28.4 % at one print a second.
    #[test]
    fn a_quarter_an_hour_however_often_prices_come() {
        for seconds in [1, 7, 60, 300, 1_800, 3_600] {
            let mut s = RangeState::default();
            s.advance(0, FLOOR, &PARAMS).unwrap();
            s.variance = 1 << 40;
            for step in 1..=HOUR / seconds {
                s.advance(step * seconds, FLOOR, &PARAMS).unwrap();
            }
            // Each print loses at most a millionth to the rounding.
            let least = 74_999 - 2 * HOUR / seconds;
            assert!((least..=75_000).contains(&i64::from(s.maintenance.get())), "{seconds} s: {}", s.maintenance);
        }
    }

    /// I551. Whenever the risk authority raises a floor as far as it may, maintenance margin's own floor is in no twelve hours more
    /// than a tenth above what it was; and the whole of the last series can be taken back.
    #[test]
    fn no_series_of_raises_is_more_than_a_tenth_in_twelve_hours() {
        let off = RangeParams { sigmas: 0, cap: Ppm::ONE, ..PARAMS };
        let mut seed = 7u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..50 {
            let (mut s, mut floor, mut now) = (RangeState::default(), FLOOR, 0);
            s.advance(now, floor, &off).unwrap();
            let mut was = std::vec![(now, s.maintenance)];
            for _ in 0..300 {
                let most = s.highest_floor(now, floor).unwrap();
                let to = match random(3) {
                    0 => most,
                    1 => Ppm::new(floor.get() + random(u64::from(most.get() - floor.get()) + 1) as u32),
                    _ => floor,
                };
                if to > floor && to <= off.cap {
                    let (from, runs) = (s.raised_from, s.is_rising(now).unwrap());
                    s.raise_floor(now, floor).unwrap();
                    assert!(if runs { s.raised_from == from } else { s.raised_from == floor });
                    floor = to;
                    assert!(s.may_relax(now, floor, s.raised_from).unwrap());
                    assert!(!s.may_relax(now, floor, Ppm::new(s.raised_from.get() - 1)).unwrap());
                }
                now += random(8_000) as i64;
                s.advance(now, floor, &off).unwrap();
                was.push((now, s.maintenance));
                let start = was.iter().find(|(then, _)| now - then <= TIGHTENING_SECONDS).unwrap().1;
                // A millionth for the rounding of each raise.
                assert!(u64::from(s.maintenance.get()) * 10 <= (u64::from(start.get()) + 2) * 11, "{start} {s:?}");
            }
            assert!(floor.get() > 2 * FLOOR.get());
        }
    }

    /// I556.
    #[test]
    fn an_executed_change_ends_a_series() {
        let (low, high, now) = (FLOOR, Ppm::new(2 * FLOOR.get()), 100_000);
        let mut s = RangeState::default();
        s.advance(now, low, &PARAMS).unwrap();
        s.raise_floor(now, low).unwrap();
        assert!(s.may_relax(now + 1, high, low).unwrap());
        s.end_series();
        assert!(!s.may_relax(now + 1, high, low).unwrap());
        assert_eq!(s.highest_floor(now + 1, high).unwrap().get(), high.get() / 10 * 11);
        // The floor is on its way all the same.
        s.advance(now + TIGHTENING_SECONDS / 2, high, &PARAMS).unwrap();
        assert!(s.maintenance > low && s.maintenance < high);
    }

    /// I552. What is taken back of a series goes back to the floor before its first raise, at once, in both margins.
    #[test]
    fn a_relaxed_series_is_gone_at_once() {
        let mut s = RangeState::default();
        let off = RangeParams { sigmas: 0, ..PARAMS };
        s.advance(0, FLOOR, &off).unwrap();
        for (hour, from, to) in [(0, 60_000, 62_000), (8, 62_000, 64_000), (16, 64_000, 66_000)] {
            s.raise_floor(hour * HOUR, Ppm::new(from)).unwrap();
            s.advance(hour * HOUR, Ppm::new(to), &off).unwrap();
        }
        s.advance(27 * HOUR, Ppm::new(66_000), &off).unwrap();
        assert!(s.maintenance.get() > 65_000);
        assert!(s.may_relax(27 * HOUR, Ppm::new(66_000), FLOOR).unwrap());
        s.advance(27 * HOUR, FLOOR, &off).unwrap();
        assert_eq!((s.maintenance, s.initial), (FLOOR, FLOOR));
        assert!(
            !s.may_relax(28 * HOUR, Ppm::new(66_000), FLOOR).unwrap(),
            "a series ends twelve hours after its last raise"
        );
    }

    #[test]
    fn a_raised_floor_reaches_maintenance_in_twelve_hours() {
        let mut s = RangeState::default();
        s.advance(0, FLOOR, &PARAMS).unwrap();
        s.raise_floor(0, FLOOR).unwrap();
        let raised = Ppm::new(120_000);
        s.advance(60, raised, &PARAMS).unwrap();
        assert_eq!(s.initial, raised);
        assert!(s.maintenance.get() < 60_500);
        for hour in 1..=6 {
            s.advance(hour * HOUR, raised, &PARAMS).unwrap();
        }
        assert_eq!(s.maintenance, Ppm::new(90_000));
        for hour in 7..40 {
            s.advance(hour * HOUR, raised, &PARAMS).unwrap();
        }
        assert_eq!((s.maintenance, s.initial), (raised, raised));
    }

    /// I317. However often a floor is raised, and lowered in between, that of maintenance margin is never above the floor, and
    /// rises by no more than the line of twelve hours.
    #[test]
    fn no_sequence_of_raised_floors_is_faster_than_the_ramp() {
        let off = RangeParams { sigmas: 0, cap: Ppm::ONE, ..PARAMS };
        let mut seed = 1u64;
        let mut random = |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for _ in 0..200 {
            let (mut s, mut floor, mut now) = (RangeState::default(), FLOOR, 0);
            s.advance(now, floor, &off).unwrap();
            for _ in 0..100 {
                match random(4) {
                    0 => {
                        let raised = Ppm::new(floor.get() + random(u64::from(1_000_001 - floor.get())) as u32);
                        if raised > floor {
                            s.raise_floor(now, floor).unwrap();
                            floor = raised;
                        }
                    }
                    1 => floor = Ppm::new(10_000 + random(u64::from(floor.get() - 9_999)) as u32),
                    _ => {}
                }
                let (before, elapsed) = (s.maintenance, random(7_200) as i64);
                now += elapsed;
                s.advance(now, floor, &off).unwrap();
                // The line of the largest raise there can be, and a millionth for the rounding.
                let most = i64::from(before.get()) + 1_000_000 * elapsed / TIGHTENING_SECONDS + 1;
                assert!(i64::from(s.maintenance.get()) <= most, "{before} to {} in {elapsed} s", s.maintenance);
                assert!(s.floor_at(now, floor).unwrap() <= floor && s.maintenance <= s.initial);
            }
        }
    }

    #[test]
    fn without_sigmas_the_range_is_its_floor() {
        let mut s = RangeState::default();
        let off = RangeParams { sigmas: 0, ..PARAMS };
        s.variance = 1 << 40;
        s.advance(0, FLOOR, &off).unwrap();
        s.advance(100, FLOOR, &off).unwrap();
        assert_eq!((s.maintenance, s.initial), (FLOOR, FLOOR));
    }
}
