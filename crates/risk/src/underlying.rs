//! An underlying: its index price, its shocks, and the parameters that hold for all that depends on it.

use crate::{
    Ppm, QuoteNative, RiskError,
    board::first_out_of_bounds,
    math::mul_div_floor,
    scenario::{self, MAX_UNIT_PRICE, ROWS, Scenario},
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
    /// Pyth feed id.
    pub feed_id: [u8; 32],
    /// S, the index price.
    pub price: i64,
    /// S̃, the stable price: it follows S at a bounded rate.
    pub stable_price: i64,
    /// Confidence interval of S, same scale.
    pub confidence: i64,
    /// Publish time of S, seconds.
    pub publish_time: i64,
    /// Time at which S̃ was last moved, seconds.
    pub stable_time: i64,
    /// Hard upper bound of S: a price above it is refused. Bounds of products are proven against it.
    pub max_price: i64,
    /// Weighted loss of one long delta unit in each scenario row.
    pub shocks: [i64; ROWS],
    /// Largest of `shocks`: the loss of one long unit in its worst row.
    pub worst_long: i64,
    /// Largest of minus `shocks`: the loss of one short unit in its worst row.
    pub worst_short: i64,
    /// Parameters.
    pub params: UnderlyingParams,
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
    /// Reserved for variance, ramps, volatility surfaces and guards; zero.
    pub reserved: [u64; 96],
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
    /// r, the price scan range, in [1 %, 100 %].
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
}

impl UnderlyingParams {
    /// Checks every parameter against its hard bounds; the error names the first that fails, counted from zero in the
    /// order of declaration.
    pub fn validate(&self) -> Result<(), RiskError> {
        first_out_of_bounds(&[
            (1..=1 << 50).contains(&self.liquidity.0),
            (0..=1 << 50).contains(&self.profit_cap.0),
            (10_000..=1_000_000).contains(&self.scan_range.0),
            (100..=100_000).contains(&self.max_confidence.0),
            self.calendar.0 <= self.scan_range.0.min(100_000),
            self.concentration.0 <= 2_000_000,
            self.concentration_cap.0 <= 4_000_000,
            (1_000..=1_000_000).contains(&self.stable_rate.0),
            (1..=600).contains(&self.max_age),
            self.short_minimum.0 <= 200_000,
        ])
    }
}

impl Underlying {
    /// Largest [`Underlying::scale_bits`].
    pub const MAX_SCALE_BITS: u8 = 16;

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

    /// Checks the fixed fields (scale 10, unit exponent 11, maximum price 12) and the parameters (from 0).
    pub fn validate(&self) -> Result<(), RiskError> {
        self.params.validate()?;
        let fixed = [
            self.scale_bits <= Self::MAX_SCALE_BITS,
            self.unit_exponent <= 9,
            (1..=MAX_UNIT_PRICE).contains(&self.max_price),
        ];
        first_out_of_bounds(&fixed).map_err(|e| match e {
            RiskError::ParameterOutOfBounds { parameter } => {
                RiskError::ParameterOutOfBounds { parameter: parameter + 10 }
            }
            other => other,
        })
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
        if self.price <= 0 {
            return Err(RiskError::NoPrice { underlying: self.index });
        }
        Ok(())
    }

    /// Takes a new index price and moves the stable price towards it.
    ///
    /// The stable price moves by at most `rate · S̃` an hour, pro rata, and at most one hour's worth at once; rounded down.
    /// Time in which it could not move by a whole unit goes on counting, so that frequent prices do not hold it still.
    pub fn publish(&mut self, price: i64, confidence: i64, publish_time: i64) -> Result<(), RiskError> {
        if price <= 0 || price > self.max_price || confidence < 0 {
            return Err(RiskError::Overflow);
        }
        if self.stable_price == 0 {
            self.stable_price = price;
            self.stable_time = publish_time;
        } else {
            let elapsed = publish_time.checked_sub(self.stable_time).ok_or(RiskError::Overflow)?.clamp(0, HOUR);
            let rate = i64::from(self.params.stable_rate.0);
            let most = mul_div_floor(self.stable_price, rate * elapsed, HOUR * 1_000_000)?;
            let step = (price - self.stable_price).clamp(-most, most);
            if step != 0 || price == self.stable_price {
                self.stable_time = publish_time;
            }
            self.stable_price = self.stable_price.checked_add(step).ok_or(RiskError::Overflow)?;
        }
        self.price = price;
        self.confidence = confidence;
        self.publish_time = publish_time;
        Ok(())
    }

    /// Writes the shocks that follow from the price and the scan range.
    pub(crate) fn set_shocks(&mut self, table: &[Scenario; ROWS]) -> Result<(), RiskError> {
        self.shocks = scenario::linear_array(table, self.price, self.params.scan_range)?;
        let (mut long, mut short) = (0, 0);
        for loss in self.shocks {
            long = long.max(loss);
            short = short.max(-loss);
        }
        self.worst_long = long;
        self.worst_short = short;
        Ok(())
    }
}
