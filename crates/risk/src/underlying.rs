//! An underlying: its index price, its shocks, and the parameters that hold for all that depends on it.

use crate::{
    Feed, Fixing, GuardParams, OptionParams, Parameters, Ppm, QuoteNative, RangeParams, RiskError, UnderlyingParams,
    UnderlyingTerms, UnitPrice, Units,
    fixing::MAX_FIXINGS,
    group::MAX_GROUPS,
    guard::{Guards, SecondPrice, flag},
    math::{ceil_div, mul_bounded, mul_div_floor, mul_ppm_ceil},
    range::RangeState,
    scenario::{self, ROWS, Scenario},
};
use bytemuck::{Pod, Zeroable};

/// Seconds for which the breaker stops new risk.
pub const BREAKER_SECONDS: i64 = 300;
/// Seconds for which prices must have been suspect before the breaker is tripped.
pub const BREAKER_SUSPECT_SECONDS: i64 = 10;
/// Seconds from one time that the breaker is tripped to the next for prices that were not suspect all along.
pub const BREAKER_REST_SECONDS: i64 = 900;

/// Seconds in an hour.
const HOUR: i64 = 3_600;

/// An underlying of the board.
///
/// Its prices are those of one *delta unit*, `10^-unit_exponent` of the asset, in quote-native at scale 2^-k.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Pod, Zeroable)]
pub struct Underlying {
    /// Name, padded with zeros.
    pub name: [u8; 16],
    /// S, the index price.
    pub price: UnitPrice,
    /// S̃, the stable price: it follows S at a bounded rate.
    pub stable_price: UnitPrice,
    /// Confidence interval of S, same scale.
    pub confidence: UnitPrice,
    /// Publish time of S, seconds.
    pub publish_time: i64,
    /// Time at which S̃ was last moved, seconds.
    pub stable_time: i64,
    /// Hard upper bound of S: a price above it is refused. Bounds of products are proven against it.
    pub max_price: UnitPrice,
    /// Weighted loss of one long delta unit in each scenario row.
    pub shocks: [i64; ROWS],
    /// The loss of one long unit in its worst row, with the surcharge of initial margin: for order margin.
    pub worst_long: UnitPrice,
    /// The loss of one short unit in its worst row, with the surcharge of initial margin: for order margin.
    pub worst_short: UnitPrice,
    /// r · S of maintenance margin: one scan range of a delta unit, rounded up.
    pub range_value: UnitPrice,
    /// Parameters.
    pub params: UnderlyingParams,
    /// Parameters of the dynamic scan range.
    pub range_params: RangeParams,
    /// Parameters of options.
    pub option_params: OptionParams,
    /// Parameters of the guards.
    pub guard_params: GuardParams,
    /// The scan ranges in force.
    pub range: RangeState,
    /// What is known of the last minutes' prices.
    pub guards: Guards,
    /// Feed of the index price.
    pub first: Feed,
    /// Feed of the second source; all zero where there is none.
    pub second: Feed,
    /// Open interest of all instruments by the last sweeps, one side, in delta units.
    pub open_interest: Units,
    /// When `crowding` was last moved, seconds.
    pub crowded_at: i64,
    /// What the open interest of the whole underlying adds to the concentration charge, as a ratio of scanning risk.
    pub crowding: Ppm,
    /// By how much the scanning risk of initial margin is above that of maintenance margin.
    pub surcharge: Ppm,
    /// Calendar charge in force: that of the parameters, at most r times the part of risk that no product group offsets, so
    /// that two legs together never require more than apart.
    pub calendar: Ppm,
    /// Reserved, zero.
    pub reserved_ratio: u32,
    /// k: prices and arrays of this underlying count in 2^-k quote-native.
    pub scale_bits: u8,
    /// A delta unit is 10^-this of the asset.
    pub unit_exponent: u8,
    /// 1 where an underlying is listed.
    pub listed: u8,
    /// Product group, index + 1; 0 where it stands alone.
    pub group: u8,
    /// First linear instrument, index + 1; 0 where there is none.
    pub first_linear: u16,
    /// This underlying's own index.
    pub index: u16,
    /// No new risk before this time, seconds: the breaker was tripped.
    pub halted_until: i64,
    /// Publish time of the first price since which a guard was up in every price, seconds; 0 while none is.
    pub suspect_since: i64,
    /// `suspect_since` when the breaker was last tripped.
    pub halted_for: i64,
    /// Averages of expiries.
    pub fixings: [Fixing; MAX_FIXINGS],
    /// Reserved, zero.
    pub reserved: [u64; 8],
}

impl Underlying {
    /// True if an underlying is listed in this slot.
    #[inline(always)]
    pub const fn is_listed(&self) -> bool {
        self.listed == 1
    }

    /// k as a shift.
    #[inline(always)]
    pub const fn scale(&self) -> u32 {
        self.scale_bits as u32
    }

    /// What was fixed when it was listed.
    pub const fn terms(&self) -> UnderlyingTerms {
        let (max_price, scale_bits, unit_exponent) = (self.max_price, self.scale_bits, self.unit_exponent);
        UnderlyingTerms { max_price, scale_bits, unit_exponent, reserved: [0; 6] }
    }

    /// Checks every parameter against its hard bounds and against the others.
    pub fn validate(&self) -> Result<(), RiskError> {
        self.params.validate()?;
        self.range_params.validate(self.params.scan_range)?;
        self.option_params.validate_bounds()?;
        self.guard_params.validate_bounds()?;
        self.terms().validate_bounds()?;
        if usize::from(self.group) > MAX_GROUPS {
            return Err(RiskError::ParameterRule { rule: "group must be that of a product group" });
        }
        Ok(())
    }

    /// Checks that the price was published and is no older than the limit for new risk.
    #[inline(always)]
    pub fn require_fresh(&self, now: i64) -> Result<(), RiskError> {
        self.require_priced()?;
        let age = now.checked_sub(self.publish_time).ok_or(RiskError::Overflow)?;
        let limit = i64::from(self.params.max_age);
        if age > limit {
            return Err(RiskError::StalePrice { underlying: self.index, age, limit });
        }
        Ok(())
    }

    /// Checks that a price was ever published.
    #[inline(always)]
    pub fn require_priced(&self) -> Result<(), RiskError> {
        if self.price <= UnitPrice::ZERO {
            return Err(RiskError::NoPrice { underlying: self.index });
        }
        Ok(())
    }

    /// Takes a new index price: moves the stable price towards it, the variance and the ranges on, and judges the price by
    /// the guards. A suspect price is taken too; what it blocks is decided where it is used, see [`crate::guard`].
    pub fn publish(&mut self, print: &Print, second: Option<SecondPrice>) -> Result<(), RiskError> {
        self.take_in(print, second)?;
        self.note_suspect();
        Ok(())
    }

    /// Notes since when prices are suspect.
    fn note_suspect(&mut self) {
        if self.guards.flags == 0 {
            self.suspect_since = 0;
        } else if self.suspect_since == 0 {
            self.suspect_since = self.publish_time;
        }
    }

    fn take_in(&mut self, print: &Print, second: Option<SecondPrice>) -> Result<(), RiskError> {
        let Print { price, confidence, publish_time, previous_publish_time } = *print;
        if price <= UnitPrice::ZERO || price > self.max_price || confidence < UnitPrice::ZERO {
            return Err(RiskError::Overflow);
        }
        self.move_stable_price(price.get(), publish_time)?;
        self.guards.observe(price.get(), publish_time, &self.guard_params)?;
        match second {
            Some(second) => self.guards.compare(price.get(), second, &self.guard_params)?,
            None => self.guards.flags &= !flag::DIVERGENT,
        }
        let widest = mul_div_floor(price.get(), self.params.max_confidence.get().into(), 1_000_000)?;
        self.guards.flags &= !flag::UNCERTAIN;
        if confidence > UnitPrice::new(widest) {
            self.guards.flags |= flag::UNCERTAIN;
        }
        // A suspect price is no sample: a real move is taken in at the next boundary.
        if self.guards.flags & (flag::VOLATILE | flag::UNCERTAIN) == 0 {
            self.range.sample(price.get(), publish_time, previous_publish_time, &self.range_params)?;
        }
        self.range.advance(publish_time, self.params.scan_range, &self.range_params)?;
        self.surcharge = self.range.surcharge();
        self.price = price;
        self.confidence = confidence;
        self.publish_time = publish_time;
        self.move_crowding(publish_time)
    }

    /// As [`Underlying::publish`], of a price of the second source that stands in for the first: it diverges if the two did
    /// when both were heard, or if it is too far from the last price of the first.
    pub fn publish_second(&mut self, print: &Print) -> Result<(), RiskError> {
        let (divergent, last) = (self.guards.flags & flag::DIVERGENT, self.price);
        self.take_in(print, None)?;
        self.guards.flags |= divergent;
        if divergent == 0 && last > UnitPrice::ZERO {
            let second = SecondPrice { price: print.price.get(), publish_time: print.publish_time };
            self.guards.compare(last.get(), second, &self.guard_params)?;
        }
        self.note_suspect();
        Ok(())
    }

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

    /// Takes a print that came after a newer one into the variance, if it is the sample of a bucket. Nothing else changes: a
    /// refresh just before a boundary's print must not keep it out.
    pub fn sample_late(&mut self, print: &Print) -> Result<(), RiskError> {
        if self.guards.flags & (flag::VOLATILE | flag::UNCERTAIN) != 0 {
            return Ok(());
        }
        self.range.sample(print.price.get(), print.publish_time, print.previous_publish_time, &self.range_params)
    }

    /// Moves the stable price: by at most `rate · S̃` an hour, pro rata, and at most one hour's worth at once; rounded down.
    /// Time in which it could not move by a whole unit goes on counting, so that frequent prices do not hold it still.
    fn move_stable_price(&mut self, price: i64, publish_time: i64) -> Result<(), RiskError> {
        if self.stable_price == UnitPrice::ZERO {
            self.stable_price = UnitPrice::new(price);
            self.stable_time = publish_time;
            return Ok(());
        }
        let elapsed = publish_time.checked_sub(self.stable_time).ok_or(RiskError::Overflow)?.clamp(0, HOUR);
        let rate = i64::from(self.params.stable_rate.get());
        let most = mul_div_floor(self.stable_price.get(), rate * elapsed, HOUR * 1_000_000)?;
        let step = (price - self.stable_price.get()).clamp(-most, most);
        if step != 0 || price == self.stable_price.get() {
            self.stable_time = publish_time;
        }
        self.stable_price = self.stable_price.plus(UnitPrice::new(step))?;
        Ok(())
    }

    /// Moves the crowding charge to `clamp(rate · (open interest · S / liquidity − 1), 0, cap)`: down at once, up by at most
    /// [`CROWDING_PER_HOUR`], so that what others do liquidates nobody at a stroke.
    fn move_crowding(&mut self, now: i64) -> Result<(), RiskError> {
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

    /// The error of the first of these guards that is up.
    #[cold]
    pub(crate) fn suspect(&self, flags: u8) -> RiskError {
        let (g, underlying, price) = (&self.guards, self.index, self.price);
        let up = g.flags & flags;
        if up & flag::VOLATILE != 0 {
            RiskError::PriceTooVolatile { underlying, price: price.get(), since: g.excursion_time }
        } else if up & flag::UNCERTAIN != 0 {
            RiskError::PriceTooUncertain { underlying, confidence: self.confidence.get(), price: price.get() }
        } else {
            RiskError::PriceDivergent { underlying, price: price.get(), second: g.second_price }
        }
    }

    /// r of maintenance margin.
    pub fn scan_range(&self) -> Ppm {
        if self.range.maintenance.is_zero() { self.params.scan_range } else { self.range.maintenance }
    }

    /// Writes the shocks that follow from the price and the scan range; `kept` is the part of risk that no product group offsets.
    pub(crate) fn set_shocks(&mut self, table: &[Scenario; ROWS], kept: Ppm) -> Result<(), RiskError> {
        let range = self.scan_range();
        let most = mul_div_floor(kept.get().into(), range.get().into(), Ppm::ONE.get().into())?;
        self.calendar = Ppm::new(self.params.calendar.get().min(most as u32));
        self.shocks = scenario::linear_array(table, self.price.get(), range)?;
        self.range_value = UnitPrice::new(ceil_div(mul_bounded(self.price.get(), range.get().into()), 1_000_000));
        let (mut long, mut short) = (0, 0);
        for loss in self.shocks {
            long = long.max(loss);
            short = short.max(-loss);
        }
        self.worst_long = UnitPrice::new(self.with_surcharge(long)?);
        self.worst_short = UnitPrice::new(self.with_surcharge(short)?);
        Ok(())
    }

    /// A loss of maintenance margin as one of initial margin, rounded up.
    pub(crate) fn with_surcharge(&self, loss: i64) -> Result<i64, RiskError> {
        let more = mul_ppm_ceil(QuoteNative::new(loss.max(0)), self.surcharge)?.get();
        loss.checked_add(more).ok_or(RiskError::Overflow)
    }
}

/// An index price as a source publishes it, at the board's scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Print {
    /// Price of a delta unit.
    pub price: UnitPrice,
    /// Confidence interval.
    pub confidence: UnitPrice,
    /// When it was published, seconds.
    pub publish_time: i64,
    /// When the one before it was, seconds.
    pub previous_publish_time: i64,
}

/// Most by which the crowding charge grows in an hour, as a ratio of scanning risk.
pub const CROWDING_PER_HOUR: Ppm = Ppm::new(50_000);
