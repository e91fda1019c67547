//! An underlying: its index price, its shocks, and the parameters that hold for all that depends on it.

mod breaker;
mod crowding;
mod publication;
mod shocks;
mod stable;

pub use breaker::{BREAKER_REST_SECONDS, BREAKER_SECONDS, BREAKER_SUSPECT_SECONDS};

use crate::{
    Feed, Fixing, OptionParams, Ppm, QuoteNative, RiskError, UnitPrice, Units,
    board::first_out_of_bounds,
    fixing::MAX_FIXINGS,
    guard::{GuardParams, Guards, flag},
    range::{RangeParams, RangeState},
    scenario::ROWS,
};
use bytemuck::{Pod, Zeroable};

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
    /// Open interest of all instruments by the last sweeps, one side, in delta units.
    pub open_interest: Units,
    /// When `crowding` was last moved, seconds.
    pub crowded_at: i64,
    /// What the open interest of the whole underlying adds to the concentration charge, as a ratio of scanning risk.
    pub crowding: Ppm,
    /// By how much the scanning risk of initial margin is above that of maintenance margin.
    pub surcharge: Ppm,
    /// Calendar charge in force: that of the parameters, at most r times the part of risk that no product group offsets, so
    /// that two legs together are never asked for more than apart.
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
    /// Feed of the index price.
    pub first: Feed,
    /// Feed of the second source; all zero where there is none.
    pub second: Feed,
    /// Reserved, zero.
    pub reserved: [u64; 8],
}

/// Risk parameters of an underlying.
#[cfg_attr(feature = "idl-build", derive(anchor_lang::IdlType))]
#[repr(C)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Pod, Zeroable)]
pub struct UnderlyingParams {
    /// κ's denominator: gross delta notional from which concentration is charged, quote-native, in [1, 2^50].
    pub liquidity: QuoteNative,
    /// Most unrealised profit that counts towards initial equity, quote-native, in [0, 2^50].
    pub profit_cap: QuoteNative,
    /// Least price scan range, in [1 %, 100 %]; see [`crate::range`].
    pub scan_range: Ppm,
    /// Largest confidence interval of an accepted price as a ratio of the price, in [0.01 %, 10 %].
    pub max_confidence: Ppm,
    /// c_u, the calendar charge on delta matched between buckets, in [0, 10 %] and at most r, so that two legs together
    /// are never asked for more than apart.
    pub calendar: Ppm,
    /// κ_u, the concentration charge, in [0, 200 %].
    pub concentration: Ppm,
    /// Cap on the excess to which κ applies, in [0, 400 %].
    pub concentration_cap: Ppm,
    /// Most by which the stable price follows in an hour, in [0.1 %, 100 %].
    pub stable_rate: Ppm,
    /// Oldest price, in seconds since its publish time, with which new risk and withdrawals are allowed, in [1, 600].
    pub max_age: u32,
    /// Short option minimum, in [0, 20 %] of the price.
    pub short_minimum: Ppm,
    /// Notional of the underlying's whole open interest from which everyone's concentration charge grows, quote-native, in
    /// [1, 2^60].
    pub open_interest_liquidity: QuoteNative,
    /// How much it grows by, for each time that notional beyond the first, in [0, 100 %].
    pub crowding: Ppm,
    /// Most that it grows by, in [0, 100 %].
    pub crowding_cap: Ppm,
}

impl UnderlyingParams {
    /// Checks every parameter against its hard bounds; the error names the first that fails, counted from zero in the
    /// order of declaration.
    pub fn validate(&self) -> Result<(), RiskError> {
        use crate::bounds::underlying::*;
        first_out_of_bounds(&[
            LIQUIDITY.admits(self.liquidity.get()),
            PROFIT_CAP.admits(self.profit_cap.get()),
            SCAN_RANGE.admits(self.scan_range.get()),
            MAX_CONFIDENCE.admits(self.max_confidence.get()),
            CALENDAR.admits(self.calendar.get()) && self.calendar <= self.scan_range,
            CONCENTRATION.admits(self.concentration.get()),
            CONCENTRATION_CAP.admits(self.concentration_cap.get()),
            STABLE_RATE.admits(self.stable_rate.get()),
            MAX_AGE.admits(self.max_age),
            SHORT_MINIMUM.admits(self.short_minimum.get()),
            OPEN_INTEREST_LIQUIDITY.admits(self.open_interest_liquidity.get()),
            CROWDING.admits(self.crowding.get()),
            CROWDING_CAP.admits(self.crowding_cap.get()),
        ])
    }
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

    /// Checks the fixed fields (scale 100, unit exponent 101, maximum price 102), the group (103) and the parameters: of the
    /// underlying from 0, of the range from 20, of options from 30, of the guards from 40.
    pub fn validate(&self) -> Result<(), RiskError> {
        use crate::bounds::underlying::*;
        self.params.validate()?;
        from(20, self.range_params.validate(self.params.scan_range))?;
        from(30, self.option_params.validate())?;
        from(40, self.guard_params.validate())?;
        let fixed = [
            SCALE_BITS.admits(self.scale_bits),
            UNIT_EXPONENT.admits(self.unit_exponent),
            MAX_PRICE.admits(self.max_price.get()),
            GROUP.admits(self.group),
        ];
        from(100, first_out_of_bounds(&fixed))
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
}

/// Counts a list's parameters from another number.
fn from(first: u16, result: Result<(), RiskError>) -> Result<(), RiskError> {
    result.map_err(|e| count_from(first, e))
}

/// As [`from`], of an error.
pub(crate) fn count_from(first: u16, error: RiskError) -> RiskError {
    match error {
        RiskError::ParameterOutOfBounds { parameter } => {
            RiskError::ParameterOutOfBounds { parameter: parameter + first }
        }
        other => other,
    }
}
