//! Perpetuals, futures and series of options.

use super::{
    Config, QUOTE,
    exchange::zero,
    number::{name, ratio},
};
use crate::{decimal::parse, series::Series};
use anyhow::{Result, ensure};
use ballast::args::{FundingArgs, FutureArgs, InstrumentArgs};
use serde::Deserialize;

/// Seconds of a minute, of which expiries are whole numbers, and of a day.
const MINUTE: i64 = 60;
const DAY: i64 = 86_400;

/// Funding and basis of an instrument; see `ballast_risk::FundingParams`. By default neither is sampled.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct FundingConfig {
    pub impact_notional: String,
    pub max_premium: String,
    pub period: u32,
    pub max_basis: String,
}

impl Default for FundingConfig {
    fn default() -> Self {
        Self { impact_notional: zero(), max_premium: "0.005".into(), period: 28_800, max_basis: zero() }
    }
}

impl FundingConfig {
    fn args(&self) -> Result<FundingArgs> {
        Ok(FundingArgs {
            impact_notional: parse(&self.impact_notional, QUOTE)?,
            max_premium: ratio(&self.max_premium)?,
            period: self.period,
            max_basis: ratio(&self.max_basis)?,
        })
    }
}

/// Most resting orders of one account in a market, where the configuration says nothing.
fn default_max_orders() -> u16 {
    64
}

/// A perpetual: sizes in whole assets, prices in US dollars.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct PerpetualConfig {
    pub name: String,
    pub underlying: String,
    pub lot: String,
    pub tick: String,
    pub max_position: String,
    pub open_interest_cap: String,
    pub min_order_value: String,
    pub price_band: String,
    #[serde(default = "default_max_orders")]
    pub max_orders: u16,
    #[serde(default)]
    pub funding: FundingConfig,
    /// Resting orders that the market has room for, at least; by default what it is made with.
    #[serde(default)]
    pub orders: u32,
}

/// A dated future: like a perpetual, with an expiry.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct FutureConfig {
    pub name: String,
    pub underlying: String,
    pub lot: String,
    pub tick: String,
    pub max_position: String,
    pub open_interest_cap: String,
    pub min_order_value: String,
    pub price_band: String,
    #[serde(default = "default_max_orders")]
    pub max_orders: u16,
    #[serde(default)]
    pub funding: FundingConfig,
    /// Resting orders that the market has room for, at least; by default what it is made with.
    #[serde(default)]
    pub orders: u32,
    /// Days to its expiry; see [`expiry`]. Either this or `expiry`.
    pub days: Option<u32>,
    /// Its expiry, as in "2026-12-25T08:00:00Z".
    pub expiry: Option<String>,
}

/// A series of options: a call and a put of every expiry and strike. Their names are made of these.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct SeriesConfig {
    /// The underlying, which must have a surface.
    pub underlying: String,
    pub lot: String,
    pub tick: String,
    pub max_position: String,
    pub open_interest_cap: String,
    pub min_order_value: String,
    pub price_band: String,
    #[serde(default = "default_max_orders")]
    pub max_orders: u16,
    #[serde(default)]
    pub funding: FundingConfig,
    /// Resting orders that the market has room for, at least; by default what it is made with.
    #[serde(default)]
    pub orders: u32,
    /// Days to expiries, ascending; see [`expiry`].
    #[serde(default)]
    pub days: Vec<u32>,
    /// Expiries, ascending, as in "2026-12-25T08:00:00Z".
    #[serde(default)]
    pub expiries: Vec<String>,
    /// Strikes in US dollars, ascending.
    pub strikes: Vec<String>,
}

/// When something expires that is listed now for so many days: so long after the next whole minute.
pub fn expiry(now: i64, days: u32) -> i64 {
    (now.div_euclid(MINUTE) + 1) * MINUTE + i64::from(days) * DAY
}

/// What the sections of all instruments have in common.
struct Section<'a> {
    name: &'a str,
    underlying: &'a str,
    lot: &'a str,
    tick: &'a str,
    max_position: &'a str,
    open_interest_cap: &'a str,
    min_order_value: &'a str,
    price_band: &'a str,
    max_orders: u16,
    funding: &'a FundingConfig,
}

macro_rules! section {
    ($config:expr, $name:expr) => {
        Section {
            name: $name,
            underlying: &$config.underlying,
            lot: &$config.lot,
            tick: &$config.tick,
            max_position: &$config.max_position,
            open_interest_cap: &$config.open_interest_cap,
            min_order_value: &$config.min_order_value,
            price_band: &$config.price_band,
            max_orders: $config.max_orders,
            funding: &$config.funding,
        }
    };
}

impl Config {
    /// Arguments of `list_perpetual`.
    pub fn perpetual_args(&self, p: &PerpetualConfig) -> Result<InstrumentArgs> {
        self.instrument_args(p, self.perpetual_index(&p.name)?)
    }

    /// What an instrument like a perpetual has, at an index of the board.
    pub fn instrument_args(&self, p: &PerpetualConfig, instrument: u16) -> Result<InstrumentArgs> {
        self.terms(&section!(p, &p.name), instrument)
    }

    /// Arguments of `list_future`, all but its index.
    pub fn future_args(&self, f: &FutureConfig, expiry: i64) -> Result<FutureArgs> {
        Ok(FutureArgs { terms: self.terms(&section!(f, &f.name), 0)?, expiry })
    }

    /// A series of options with its expiries. The index of its first option is zero.
    pub fn series_of(&self, s: &SeriesConfig, expiries: Vec<i64>) -> Result<Series> {
        let terms = self.terms(&section!(s, &s.underlying), 0)?;
        let units = i128::from(10u32.pow(self.unit_exponent(terms.underlying)));
        let strike = |text: &String| -> Result<(i64, String)> {
            // Quote-native per whole asset, to ticks.
            let (value, tick) = (i128::from(parse(text, QUOTE)?) * i128::from(terms.lot_units), terms.tick_value);
            let tick = i128::from(tick) * units;
            ensure!(value % tick == 0, "the strike {text} of {} is no whole number of ticks", s.underlying);
            Ok((i64::try_from(value / tick)?, text.replace('_', "")))
        };
        let strikes = s.strikes.iter().map(strike).collect::<Result<_>>()?;
        Ok(Series { asset: s.underlying.clone(), expiries, strikes, first: 0, terms })
    }

    fn unit_exponent(&self, underlying: u16) -> u32 {
        u32::from(self.underlying[usize::from(underlying)].unit_exponent)
    }

    fn terms(&self, s: &Section, instrument: u16) -> Result<InstrumentArgs> {
        let underlying = self.underlying_index(s.underlying)?;
        let units = self.unit_exponent(underlying);
        let lot_units = parse(s.lot, units)?;
        ensure!(lot_units > 0, "the lot of {} is less than a delta unit", s.name);
        let in_lots = |text: &str| -> Result<i64> {
            let amount = parse(text, units)?;
            ensure!(amount % lot_units == 0, "{text} is no whole number of lots of {}", s.name);
            Ok(amount / lot_units)
        };
        // tick · lot in quote-native: dollars per asset, times assets per lot.
        let tick = parse(s.tick, QUOTE)?;
        let tick_value = i128::from(tick) * i128::from(lot_units);
        let unit = 10i128.pow(units);
        ensure!(tick_value % unit == 0 && tick_value > 0, "a tick of a lot of {} is no whole 1e-6 USDC", s.name);
        Ok(InstrumentArgs {
            name: name(s.name)?,
            lot_units,
            tick_value: i64::try_from(tick_value / unit)?,
            max_position: in_lots(s.max_position)?,
            min_order_value: parse(s.min_order_value, QUOTE)?,
            open_interest_cap: in_lots(s.open_interest_cap)?,
            funding: s.funding.args()?,
            price_band: ratio(s.price_band)?,
            max_orders: s.max_orders,
            underlying,
            instrument,
        })
    }
}
