//! A whole exchange from one TOML file: see `migrations/localnet.toml`.
//!
//! People write decimal numbers in US dollars and whole assets; this module turns them into the program's arguments,
//! exactly, or says which number is wrong.

use crate::{decimal::parse, series::Series};
use anyhow::{Context, Result, ensure};
use ballast::args::{
    CollateralArgs, ExchangeArgs, FeeArgs, FundingArgs, FutureArgs, InstrumentArgs, MarginArgs, OptionParamsArgs,
    RangeArgs, SmileArgs, SurfaceArgs, UnderlyingArgs,
};
use serde::Deserialize;
use solana_address::Address;

/// Decimals of ratios.
const PPM: u32 = 6;
/// Decimals of the quote currency.
const QUOTE: u32 = 6;

/// Seconds of a minute, of which expiries are whole numbers, and of a day.
const MINUTE: i64 = 60;
const DAY: i64 = 86_400;

/// An exchange.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The exchange itself.
    pub exchange: ExchangeConfig,
    /// Margin parameters.
    pub margin: MarginConfig,
    /// Product groups, at most eight.
    #[serde(default)]
    pub group: Vec<GroupConfig>,
    /// Underlyings, in the order of their indices.
    pub underlying: Vec<UnderlyingConfig>,
    /// Collateral tokens.
    #[serde(default)]
    pub collateral: Vec<CollateralConfig>,
    /// Perpetuals, in the order of their indices.
    #[serde(default)]
    pub perpetual: Vec<PerpetualConfig>,
    /// Dated futures. Their indices follow those of the perpetuals.
    #[serde(default)]
    pub future: Vec<FutureConfig>,
    /// Series of options. Their indices follow those of the futures.
    #[serde(default)]
    pub series: Vec<SeriesConfig>,
}

/// The exchange itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeConfig {
    /// Exchange id.
    pub id: u64,
    /// Taker fee, ratio of value.
    pub taker_fee: String,
    /// Maker fee, negative for a rebate.
    pub maker_fee: String,
    /// Fee of either side of a block trade, ratio of value.
    #[serde(default = "zero")]
    pub block_fee: String,
    /// Penalty of a maker who cannot carry a fill, ratio of the value that would have matched.
    #[serde(default = "zero")]
    pub maker_penalty_rate: String,
    /// Most of it in one instruction, USDC.
    #[serde(default = "zero")]
    pub maker_penalty: String,
    /// Seconds that changes wait once the exchange is set up.
    #[serde(default)]
    pub timelock: u32,
    /// First gift to the insurance fund, USDC.
    pub insurance: String,
}

fn zero() -> String {
    "0".into()
}

impl ExchangeConfig {
    /// The fees.
    pub fn fees(&self) -> Result<FeeArgs> {
        Ok(FeeArgs {
            taker_fee_ppm: ratio(&self.taker_fee)?,
            maker_fee_ppm: i32::try_from(parse(&self.maker_fee, PPM)?)?,
            block_fee_ppm: ratio(&self.block_fee)?,
            maker_penalty_ppm: ratio(&self.maker_penalty_rate)?,
            maker_penalty: parse(&self.maker_penalty, QUOTE)?,
        })
    }
}

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

/// Margin parameters; see `ballast_risk::MarginParams`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct MarginConfig {
    pub initial_ratio: String,
    pub liquidation_buffer: String,
    pub discount_base: String,
    pub discount_max: String,
    pub discount_of_freed: String,
    pub insurance_share: String,
    pub dust_value: String,
    pub warning_buffer: String,
}

/// A product group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupConfig {
    /// Name.
    pub name: String,
    /// c.
    pub offset: String,
}

/// An underlying; see `ballast_risk::Underlying`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct UnderlyingConfig {
    pub name: String,
    pub feed: String,
    pub group: Option<String>,
    pub unit_exponent: u8,
    pub scale_bits: u8,
    pub max_price: String,
    pub scan_range: String,
    pub max_confidence: String,
    pub calendar: String,
    pub concentration: String,
    pub concentration_cap: String,
    pub liquidity: String,
    pub profit_cap: String,
    pub stable_rate: String,
    pub max_age: u32,
    pub short_minimum: String,
    #[serde(default)]
    pub crowd: CrowdConfig,
    #[serde(default)]
    pub range: RangeConfig,
    #[serde(default)]
    pub guard: GuardConfig,
    #[serde(default)]
    pub option: OptionConfig,
    pub surface: Option<SurfaceConfig>,
}

/// What the open interest of a whole underlying adds to everyone's concentration charge. By default nothing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct CrowdConfig {
    pub open_interest_liquidity: String,
    pub rate: String,
    pub cap: String,
}

impl Default for CrowdConfig {
    fn default() -> Self {
        Self { open_interest_liquidity: "1_000_000_000".into(), rate: "0".into(), cap: "0".into() }
    }
}

/// The dynamic scan range; see `ballast_risk::range`. By default the range stays at its floor.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct RangeConfig {
    pub sigmas: String,
    pub cap: String,
    pub horizon: u32,
    pub half_life: u32,
    pub fall_rate: String,
}

impl Default for RangeConfig {
    fn default() -> Self {
        Self { sigmas: "0".into(), cap: "0.6".into(), horizon: 86_400, half_life: 604_800, fall_rate: "0.02".into() }
    }
}

/// Guards on the price; see `ballast_risk::guard`. By default only the guards on age and confidence are on.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct GuardConfig {
    pub max_move: String,
    pub max_divergence: String,
    /// Account of the second source, base 58.
    pub second_feed: Option<String>,
    /// Feed hash that it must have, hexadecimal.
    pub second_hash: Option<String>,
}

impl Default for GuardConfig {
    fn default() -> Self {
        Self { max_move: "0".into(), max_divergence: "0.02".into(), second_feed: None, second_hash: None }
    }
}

/// Options of an underlying; see `ballast_risk::OptionParams`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
#[allow(missing_docs)]
pub struct OptionConfig {
    pub volatility_range: String,
    pub volatility_power: String,
    pub volatility_floor_days: u32,
    pub max_array_age: u32,
    pub max_volatility_age: u32,
}

impl Default for OptionConfig {
    fn default() -> Self {
        Self {
            volatility_range: "0.35".into(),
            volatility_power: "0.3".into(),
            volatility_floor_days: 3,
            max_array_age: 120,
            max_volatility_age: 900,
        }
    }
}

/// A volatility surface; see `ballast_risk::surface`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct SurfaceConfig {
    pub min_publishers: u32,
    pub max_quote_age: u32,
    pub update_bound: String,
    pub hour_bound: String,
    pub first_bound: String,
    /// Volatility at the money with which expiries are opened.
    pub level: String,
    pub skew: String,
    pub curvature: String,
}

impl SurfaceConfig {
    /// Arguments of `open_surface`.
    pub fn args(&self, underlying: u16) -> Result<SurfaceArgs> {
        Ok(SurfaceArgs {
            min_publishers: self.min_publishers,
            max_quote_age: self.max_quote_age,
            update_bound: ratio(&self.update_bound)?,
            hour_bound: ratio(&self.hour_bound)?,
            first_bound: ratio(&self.first_bound)?,
            underlying,
        })
    }

    /// The smile with which expiries are opened.
    pub fn smile(&self) -> Result<SmileArgs> {
        Ok(SmileArgs {
            level: ratio(&self.level)?,
            skew: i32::try_from(parse(&self.skew, PPM)?)?,
            curvature: i32::try_from(parse(&self.curvature, PPM)?)?,
        })
    }
}

/// A collateral token.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct CollateralConfig {
    pub name: String,
    pub underlying: String,
    pub decimals: u8,
    pub haircut: String,
    pub deposit_limit: String,
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
    /// Days to its expiry; see [`expiry`].
    pub days: u32,
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
    /// Days to the expiries, ascending; see [`expiry`].
    pub days: Vec<u32>,
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
    /// Reads a TOML text.
    pub fn from_toml(text: &str) -> Result<Self> {
        toml::from_str(text).context("the exchange's TOML is not valid")
    }

    /// The index of an underlying.
    pub fn underlying_index(&self, name: &str) -> Result<u16> {
        index_of(self.underlying.iter().map(|u| &u.name), name)
    }

    /// The index of a perpetual.
    pub fn perpetual_index(&self, name: &str) -> Result<u16> {
        index_of(self.perpetual.iter().map(|p| &p.name), name)
    }

    /// Arguments of `initialize_exchange`.
    pub fn exchange_args(&self, risk_authority: &Address, pause_authority: &Address) -> Result<ExchangeArgs> {
        let m = &self.margin;
        Ok(ExchangeArgs {
            id: self.exchange.id,
            pause_authority: pause_authority.to_bytes(),
            risk_authority: risk_authority.to_bytes(),
            timelock: self.exchange.timelock,
            fees: self.exchange.fees()?,
            margin: MarginArgs {
                initial_ratio: ratio(&m.initial_ratio)?,
                liquidation_buffer: ratio(&m.liquidation_buffer)?,
                discount_base: ratio(&m.discount_base)?,
                discount_max: ratio(&m.discount_max)?,
                discount_of_freed: ratio(&m.discount_of_freed)?,
                insurance_share: ratio(&m.insurance_share)?,
                dust_value: parse(&m.dust_value, QUOTE)?,
                warning_buffer: ratio(&m.warning_buffer)?,
            },
        })
    }

    /// Arguments of `list_underlying`.
    pub fn underlying_args(&self, u: &UnderlyingConfig) -> Result<UnderlyingArgs> {
        let group = match &u.group {
            Some(name) => index_of(self.group.iter().map(|g| &g.name), name)? as u8 + 1,
            None => 0,
        };
        let unit_price_decimals = QUOTE.checked_sub(u32::from(u.unit_exponent)).context("unit exponent above 6")?;
        Ok(UnderlyingArgs {
            name: name(&u.name)?,
            feed_id: feed_id(&u.feed)?,
            max_price: parse(&u.max_price, unit_price_decimals)? << u.scale_bits,
            liquidity: parse(&u.liquidity, QUOTE)?,
            profit_cap: parse(&u.profit_cap, QUOTE)?,
            scan_range: ratio(&u.scan_range)?,
            max_confidence: ratio(&u.max_confidence)?,
            calendar: ratio(&u.calendar)?,
            concentration: ratio(&u.concentration)?,
            concentration_cap: ratio(&u.concentration_cap)?,
            stable_rate: ratio(&u.stable_rate)?,
            max_age: u.max_age,
            short_minimum: ratio(&u.short_minimum)?,
            crowding: ratio(&u.crowd.rate)?,
            crowding_cap: ratio(&u.crowd.cap)?,
            open_interest_liquidity: parse(&u.crowd.open_interest_liquidity, QUOTE)?,
            second_feed: match &u.guard.second_feed {
                Some(text) => text.parse::<Address>().context("second_feed is no address")?.to_bytes(),
                None => [0; 32],
            },
            second_hash: u.guard.second_hash.as_deref().map_or(Ok([0; 32]), feed_id)?,
            range: RangeArgs {
                sigmas: u32::try_from(parse(&u.range.sigmas, 2)?)?,
                cap: ratio(&u.range.cap)?,
                horizon: u.range.horizon,
                half_life: u.range.half_life,
                fall_rate: ratio(&u.range.fall_rate)?,
            },
            options: OptionParamsArgs {
                volatility_range: ratio(&u.option.volatility_range)?,
                volatility_power: ratio(&u.option.volatility_power)?,
                volatility_floor_days: u.option.volatility_floor_days,
                max_array_age: u.option.max_array_age,
                max_volatility_age: u.option.max_volatility_age,
            },
            max_move: ratio(&u.guard.max_move)?,
            max_divergence: ratio(&u.guard.max_divergence)?,
            scale_bits: u.scale_bits,
            unit_exponent: u.unit_exponent,
            group,
        })
    }

    /// Arguments of `list_collateral`.
    pub fn collateral_args(&self, c: &CollateralConfig) -> Result<CollateralArgs> {
        let underlying = self.underlying_index(&c.underlying)?;
        let u = &self.underlying[usize::from(underlying)];
        let exponent = u32::from(c.decimals).checked_sub(u32::from(u.unit_exponent));
        let exponent = exponent.context("the token has fewer decimals than the underlying's delta unit")?;
        Ok(CollateralArgs {
            name: name(&c.name)?,
            atoms_per_unit: 10u64.pow(exponent),
            deposit_limit: u64::try_from(parse(&c.deposit_limit, u32::from(c.decimals))?)?,
            haircut: ratio(&c.haircut)?,
            underlying,
        })
    }

    /// Arguments of `list_perpetual`.
    pub fn perpetual_args(&self, p: &PerpetualConfig) -> Result<InstrumentArgs> {
        self.instrument_args(p, self.perpetual_index(&p.name)?)
    }

    /// What an instrument like a perpetual has, at an index of the board.
    pub fn instrument_args(&self, p: &PerpetualConfig, instrument: u16) -> Result<InstrumentArgs> {
        self.terms(&section!(p, &p.name), instrument)
    }

    /// Arguments of `list_future` for every future, listed at a time in seconds.
    pub fn futures(&self, now: i64) -> Result<Vec<FutureArgs>> {
        let first = u16::try_from(self.perpetual.len())?;
        let args = |(instrument, f): (u16, &FutureConfig)| {
            let terms = self.terms(&section!(f, &f.name), instrument)?;
            Ok(FutureArgs { terms, expiry: expiry(now, f.days) })
        };
        (first..).zip(&self.future).map(args).collect()
    }

    /// Every series of options, listed at a time in seconds.
    pub fn series(&self, now: i64) -> Result<Vec<Series>> {
        let mut first = self.perpetual.len() + self.future.len();
        let mut all = Vec::new();
        for s in &self.series {
            let terms = self.terms(&section!(s, &s.underlying), u16::try_from(first)?)?;
            let units = i128::from(10u32.pow(self.unit_exponent(terms.underlying)));
            let strike = |text: &String| -> Result<(i64, String)> {
                // Quote-native per whole asset, to ticks.
                let (value, tick) = (i128::from(parse(text, QUOTE)?) * i128::from(terms.lot_units), terms.tick_value);
                let tick = i128::from(tick) * units;
                ensure!(value % tick == 0, "the strike {text} of {} is no whole number of ticks", s.underlying);
                Ok((i64::try_from(value / tick)?, text.replace('_', "")))
            };
            let series = Series {
                asset: s.underlying.clone(),
                expiries: s.days.iter().map(|days| expiry(now, *days)).collect(),
                strikes: s.strikes.iter().map(strike).collect::<Result<_>>()?,
                first: u16::try_from(first)?,
                terms,
            };
            first += 2 * series.expiries.len() * series.strikes.len();
            all.push(series);
        }
        Ok(all)
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

/// A name padded to the field's length.
pub fn name(text: &str) -> Result<[u8; 16]> {
    let mut name = [0; 16];
    let bytes = text.as_bytes();
    name.get_mut(..bytes.len()).context("a name has at most 16 bytes")?.copy_from_slice(bytes);
    Ok(name)
}

fn ratio(text: &str) -> Result<u32> {
    u32::try_from(parse(text, PPM)?).with_context(|| format!("the ratio {text} must not be negative"))
}

fn feed_id(hex: &str) -> Result<[u8; 32]> {
    ensure!(hex.len() == 64 && hex.is_ascii(), "a feed id has 64 hexadecimal digits");
    let mut id = [0; 32];
    for (byte, digits) in id.iter_mut().zip(hex.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(digits)?, 16).context("a feed id is hexadecimal")?;
    }
    Ok(id)
}

fn index_of<'a>(mut names: impl Iterator<Item = &'a String>, name: &str) -> Result<u16> {
    let index = names.position(|n| n == name).with_context(|| format!("'{name}' is not in the configuration"))?;
    Ok(u16::try_from(index)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_localnet_exchange_is_valid() {
        let config = Config::from_toml(include_str!("../../../migrations/localnet.toml")).unwrap();
        config.exchange_args(&Address::default(), &Address::default()).unwrap();
        let btc = config.underlying_args(&config.underlying[0]).unwrap();
        // 1,000,000 $/BTC is 100 $ per 0.0001 BTC, at 1/16 of 1e-6.
        assert_eq!(btc.max_price, 100_000_000 * 16);
        assert_eq!(btc.group, 1);
        let perp = config.perpetual_args(&config.perpetual[0]).unwrap();
        assert_eq!((perp.lot_units, perp.tick_value, perp.max_position), (10, 100, 1_000_000));
        let sol = config.collateral_args(&config.collateral[0]).unwrap();
        assert_eq!(sol.atoms_per_unit, 100_000_000);
    }

    #[test]
    fn futures_and_options_follow_the_perpetuals() {
        let config = Config::from_toml(include_str!("../../../migrations/localnet.toml")).unwrap();
        // Thirty days after the minute that follows.
        let (now, then) = (1_621_213_201, 1_621_213_260 + 30 * DAY);
        let futures = config.futures(now).unwrap();
        assert_eq!((futures[0].terms.instrument, futures[0].expiry), (3, then));
        let options = config.series(now).unwrap()[0].options().unwrap();
        assert_eq!(options.len(), 2 * config.series[0].strikes.len());
        let put = &options[5];
        assert_eq!(&put.terms.name, b"BTC160621-44000P");
        // 44,000 $ in ticks of 0.1 $.
        assert_eq!((put.terms.instrument, put.strike, put.expiry, put.put), (9, 440_000, then, 1));
        let surface = config.underlying[0].surface.as_ref().unwrap();
        assert_eq!((surface.args(0).unwrap().min_publishers, surface.smile().unwrap().level), (1, 800_000));
    }

    #[test]
    fn futures_and_options_may_be_left_out() {
        let text = include_str!("../../../migrations/localnet.toml");
        let perpetuals = text.split("[[future]]").next().unwrap();
        let config = Config::from_toml(perpetuals).unwrap();
        assert!(config.futures(0).unwrap().is_empty() && config.series(0).unwrap().is_empty());
        let typo = format!("{perpetuals}[[series]]\nunderlaying = \"BTC\"\n");
        assert!(Config::from_toml(&typo).is_err());
    }
}
