//! Perpetuals, futures and series of options.

use super::{Config, QUOTE, Scale, Section, number::name};
use crate::{decimal::parse, series::Series};
use anyhow::{Result, ensure};
use ballast::args::{FutureArgs, InstrumentArgs};
use ballast_risk::{ContractTerms, FundingParams, InstrumentLimits, MarginParams, TickValue, UnitsPerLot};
use serde::Deserialize;

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What all instruments have: sizes in whole assets, prices in US dollars.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct InstrumentConfig {
    pub underlying: String,
    pub lot: String,
    pub tick: String,
    #[serde(flatten)]
    pub limits: Section<InstrumentLimits>,
    /// By default nothing is sampled.
    #[serde(default)]
    pub funding: Section<FundingParams>,
    /// Resting orders that the market has room for, at least; by default what every market must have, 256 a side.
    #[serde(default)]
    pub orders: u32,
}

/// A perpetual. Keys that nobody knows are refused by [`InstrumentConfig`], here and below.
#[derive(Clone, Debug, Deserialize)]
pub struct PerpetualConfig {
    /// Name.
    pub name: String,
    /// What all instruments have.
    #[serde(flatten)]
    pub contract: InstrumentConfig,
}

/// A dated future.
#[derive(Clone, Debug, Deserialize)]
pub struct FutureConfig {
    /// Name.
    pub name: String,
    /// Days to its expiry; see [`expiry`]. Either this or `expiry`.
    pub days: Option<u32>,
    /// Its expiry, as in "2026-12-25T08:00:00Z".
    pub expiry: Option<String>,
    /// What all instruments have.
    #[serde(flatten)]
    pub contract: InstrumentConfig,
}

/// A series of options: a call and a put of every expiry and strike. Their names are made of these. The underlying must have a
/// surface.
#[derive(Clone, Debug, Deserialize)]
pub struct SeriesConfig {
    /// Days to expiries, ascending; see [`expiry`].
    #[serde(default)]
    pub days: Vec<u32>,
    /// Expiries, ascending, as in "2026-12-25T08:00:00Z".
    #[serde(default)]
    pub expiries: Vec<String>,
    /// Strikes in US dollars, ascending.
    pub strikes: Vec<String>,
    /// What all instruments have.
    #[serde(flatten)]
    pub contract: InstrumentConfig,
}

/// When something expires that is listed now for so many days: at the first settlement time at least so far ahead.
pub fn expiry(params: &MarginParams, now: i64, days: u32) -> Result<i64> {
    Ok(params.settlement_from(now + i64::from(days) * DAY)?)
}

impl Config {
    /// Arguments of `list_perpetual`.
    pub fn perpetual_args(&self, p: &PerpetualConfig) -> Result<InstrumentArgs> {
        self.instrument_args(p, self.perpetual_index(&p.name)?)
    }

    /// What an instrument like a perpetual has, at an index of the board.
    pub fn instrument_args(&self, p: &PerpetualConfig, instrument: u16) -> Result<InstrumentArgs> {
        self.contract_args(&p.contract, &p.name, instrument)
    }

    /// Arguments of `list_future`, all but its index.
    pub fn future_args(&self, f: &FutureConfig, expiry: i64) -> Result<FutureArgs> {
        Ok(FutureArgs { contract: self.contract_args(&f.contract, &f.name, 0)?, expiry })
    }

    /// A series of options with its expiries. The index of its first option is zero.
    pub fn series_of(&self, s: &SeriesConfig, expiries: Vec<i64>) -> Result<Series> {
        let asset = &s.contract.underlying;
        let contract = self.contract_args(&s.contract, asset, 0)?;
        let units = i128::from(10u32.pow(self.unit_exponent(contract.underlying)));
        let strike = |text: &String| -> Result<(i64, String)> {
            // Quote-native per whole asset, to ticks.
            let value = i128::from(parse(text, QUOTE)?) * i128::from(contract.terms.lot_units.get());
            let tick = i128::from(contract.terms.tick_value.get()) * units;
            ensure!(value % tick == 0, "the strike {text} of {asset} is no whole number of ticks");
            Ok((i64::try_from(value / tick)?, text.replace('_', "")))
        };
        let strikes = s.strikes.iter().map(strike).collect::<Result<_>>()?;
        Ok(Series { asset: asset.clone(), expiries, strikes, first: 0, contract })
    }

    fn unit_exponent(&self, underlying: u16) -> u32 {
        u32::from(self.underlying[usize::from(underlying)].unit_exponent)
    }

    fn contract_args(&self, c: &InstrumentConfig, of: &str, instrument: u16) -> Result<InstrumentArgs> {
        let underlying = self.underlying_index(&c.underlying)?;
        let decimals = self.unit_exponent(underlying);
        let lot = parse(&c.lot, decimals)?;
        ensure!(lot > 0, "the lot of {of} is less than a delta unit");
        // tick · lot in quote-native: dollars per asset, times assets per lot.
        let tick_value = i128::from(parse(&c.tick, QUOTE)?) * i128::from(lot);
        let unit = 10i128.pow(decimals);
        ensure!(tick_value % unit == 0 && tick_value > 0, "a tick of a lot of {of} is no whole 1e-6 USDC");
        Ok(InstrumentArgs {
            name: name(of)?,
            terms: ContractTerms {
                lot_units: UnitsPerLot::new(lot),
                tick_value: TickValue::new(i64::try_from(tick_value / unit)?),
            },
            limits: c.limits.read(&Scale { of, decimals, lot })?,
            funding: c.funding.read(&Scale::NONE)?,
            underlying,
            instrument,
        })
    }
}
