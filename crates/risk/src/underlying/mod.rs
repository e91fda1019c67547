//! An underlying: its index price, its shocks, and the parameters that hold for all that depends on it.

mod breaker;
mod crowding;
mod publication;
mod shocks;
mod stable;

pub use breaker::{BREAKER_REST_SECONDS, BREAKER_SECONDS, BREAKER_SUSPECT_SECONDS};

use crate::{
    Feed, Fixing, GuardParams, OptionParams, Parameters, Ppm, RangeParams, RiskError, UnderlyingParams,
    UnderlyingTerms, UnitPrice, Units,
    fixing::MAX_FIXINGS,
    group::MAX_GROUPS,
    guard::{Guards, REFRESH_SECONDS, flag},
    math::sub_bounded,
    publish::SECOND_SOURCE_LIQUIDATES_AFTER,
    range::RangeState,
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
    /// Feed of the index price.
    pub first: Feed,
    /// Feed of the second source; all zero where there is none.
    pub second: Feed,
    /// Publish time of the last price of the first source, seconds.
    pub first_time: i64,
    /// Since when the price on the board is the second source's, seconds; 0 while it is the first's.
    pub second_since: i64,
    /// Reserved, zero.
    pub reserved: [u64; 6],
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
        self.require_no_older(now, self.params.max_age)
    }

    /// Checks that the price was published and is no older than the limit for what is done to an account without its owner: a
    /// liquidation, or an order that a price sets off. Whoever does it picks the moment, and would pick the worst price of the
    /// last seconds.
    #[inline(always)]
    pub fn require_current(&self, now: i64) -> Result<(), RiskError> {
        self.require_no_older(now, self.guard_params.liquidation_age)
    }

    #[inline(always)]
    fn require_no_older(&self, now: i64, limit: u32) -> Result<(), RiskError> {
        self.require_priced()?;
        let age = now.checked_sub(self.publish_time).ok_or(RiskError::Overflow)?;
        let limit = i64::from(limit);
        if age > limit {
            return Err(RiskError::StalePrice { underlying: self.index, age, limit });
        }
        Ok(())
    }

    /// Checks that a price of the second source has been in charge for [`SECOND_SOURCE_LIQUIDATES_AFTER`], in which anyone could post
    /// the first, if the price is of the second.
    #[inline(always)]
    pub fn require_heard(&self, now: i64) -> Result<(), RiskError> {
        let until = self.second_since.checked_add(SECOND_SOURCE_LIQUIDATES_AFTER).ok_or(RiskError::Overflow)?;
        if self.second_since != 0 && now < until {
            return Err(RiskError::SecondSourceNew { underlying: self.index, since: self.second_since, until });
        }
        Ok(())
    }

    /// Checks that a liquidation may move legs at this price: it is current, heard long enough if it is the second source's, and not
    /// off the median of the last minutes.
    #[inline(always)]
    pub fn require_movable(&self, now: i64) -> Result<(), RiskError> {
        self.require_current(now)?;
        self.require_heard(now)?;
        if self.guards.flags & flag::VOLATILE != 0 { Err(self.suspect(flag::VOLATILE)) } else { Ok(()) }
    }

    /// Checks that an account which holds this underlying can be judged in default, whether or not it is moved: the price may move
    /// legs, or is so old that nobody was able to refresh it.
    ///
    /// # Errors
    /// [`RiskError::StalePrice`] for [`REFRESH_SECONDS`] after the limit of age; the others of [`Underlying::require_movable`].
    #[inline(always)]
    pub fn require_refreshed(&self, now: i64) -> Result<(), RiskError> {
        match self.require_movable(now) {
            Err(RiskError::StalePrice { age, limit, .. }) if sub_bounded(age, limit) > REFRESH_SECONDS => Ok(()),
            checked => checked,
        }
    }

    /// Checks that a price was ever published.
    #[inline(always)]
    pub fn require_priced(&self) -> Result<(), RiskError> {
        if self.price <= UnitPrice::ZERO {
            return Err(RiskError::NoPrice { underlying: self.index });
        }
        Ok(())
    }

    /// Checks that no guard is up.
    #[inline(always)]
    pub fn require_undoubted(&self) -> Result<(), RiskError> {
        if self.guards.flags != 0 { Err(self.suspect(flag::ALL)) } else { Ok(()) }
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
