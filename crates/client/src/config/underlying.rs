//! Underlyings, their volatility surfaces, and the collateral tokens that have their price.

use super::{
    Config, PPM, QUOTE, WithdrawalLimitConfig, index_of,
    number::{address, amount, feed_id, hex, name, ratio},
};
use crate::decimal::parse;
use anyhow::{Context, Result};
use ballast::{
    args::{CollateralArgs, FeedArgs, OptionParamsArgs, RangeArgs, SmileArgs, SurfaceArgs, UnderlyingArgs},
    oracle::Source,
};
use ballast_risk::Feed;
use serde::Deserialize;
use solana_address::Address;

/// An underlying; see `ballast_risk::Underlying`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct UnderlyingConfig {
    pub name: String,
    pub first: FeedConfig,
    pub second: Option<FeedConfig>,
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

/// A price feed; see `ballast_risk::Feed`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeedConfig {
    /// Name of the oracle.
    pub source: String,
    /// The one account that holds the feed, base 58, where only one does.
    pub account: Option<String>,
    /// The oracle's id of the feed, hexadecimal.
    pub id: String,
}

impl FeedConfig {
    /// A feed as a file would name it.
    pub fn new(source: Source, account: Option<&Address>, id: &[u8; 32]) -> Self {
        Self { source: source.name().to_owned(), account: account.map(Address::to_string), id: hex(id) }
    }

    /// The feed as an argument.
    pub fn args(&self) -> Result<FeedArgs> {
        let known = Source::ALL.into_iter().find(|source| source.name() == self.source);
        let source = known.with_context(|| format!("{} is no oracle that is known here", self.source))?;
        let account = match &self.account {
            Some(text) => address(text, "the account of a feed")?.to_bytes(),
            None => [0; 32],
        };
        Ok(FeedArgs { source: source as u8, reserved: [0; 7], account, id: feed_id(&self.id)? })
    }
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
}

impl Default for GuardConfig {
    fn default() -> Self {
        Self { max_move: "0".into(), max_divergence: "0.02".into() }
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
    /// Who may publish, base 58, at most five. Where it is left out, whoever is on the chain stays.
    #[serde(default)]
    pub publishers: Vec<String>,
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

    /// Who may publish.
    pub fn publishers(&self) -> Result<Vec<Address>> {
        self.publishers.iter().map(|text| address(text, "a publisher")).collect()
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
    /// The mint, base 58.
    pub mint: Option<String>,
    pub underlying: String,
    pub decimals: u8,
    pub haircut: String,
    pub deposit_limit: String,
    /// Limit on the net outflow, in whole tokens.
    pub withdrawal_limit: Option<WithdrawalLimitConfig>,
}

impl CollateralConfig {
    /// The mint.
    pub fn mint(&self) -> Result<Address> {
        address(self.mint.as_ref().with_context(|| format!("the mint of {} is missing", self.name))?, "a mint")
    }
}

impl Config {
    /// Arguments of `list_underlying`.
    pub fn underlying_args(&self, u: &UnderlyingConfig) -> Result<UnderlyingArgs> {
        let group = match &u.group {
            Some(name) => index_of(self.group.iter().map(|g| &g.name), name)? as u8 + 1,
            None => 0,
        };
        let unit_price_decimals = QUOTE.checked_sub(u32::from(u.unit_exponent)).context("unit exponent above 6")?;
        Ok(UnderlyingArgs {
            name: name(&u.name)?,
            first: u.first.args()?,
            second: u.second.as_ref().map_or(Ok(Feed::NONE.into()), FeedConfig::args)?,
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
            deposit_limit: amount(&c.deposit_limit, u32::from(c.decimals))?,
            haircut: ratio(&c.haircut)?,
            underlying,
        })
    }
}
