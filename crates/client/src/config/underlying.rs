//! Underlyings, their volatility surfaces, and the collateral tokens that have their price.

use super::{
    Config, QUOTE, Scale, Section, index_of,
    number::{address, feed_id, hex, name},
};
use crate::{decimal::parse, time};
use anyhow::{Context, Result, ensure};
use ballast::{
    args::{CollateralArgs, SurfaceArgs, UnderlyingArgs},
    oracle::Source,
};
use ballast_risk::{
    Feed, GuardParams, OptionParams, RangeParams, Smile, SurfaceParams, Token, TokenParams, UnderlyingParams,
    UnderlyingTerms, UnitPrice, WithdrawalLimit,
};
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
    #[serde(flatten)]
    pub params: Section<UnderlyingParams>,
    #[serde(default)]
    pub range: Section<RangeParams>,
    #[serde(default)]
    pub guard: Section<GuardParams>,
    #[serde(default)]
    pub option: Section<OptionParams>,
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
    /// Which of the oracle's programs owns its accounts, base 58; its first where nothing is said.
    pub program: Option<String>,
    /// Which of them does later, and from which publish time on, as in "2026-12-25T08:00:00Z".
    pub next_program: Option<String>,
    /// See `next_program`.
    pub next_from: Option<String>,
}

impl FeedConfig {
    /// A feed as a file would name it.
    pub fn new(source: Source, account: Option<&Address>, id: &[u8; 32]) -> Self {
        Self {
            source: source.name().to_owned(),
            account: account.map(Address::to_string),
            id: hex(id),
            program: None,
            next_program: None,
            next_from: None,
        }
    }

    /// The feed.
    pub fn feed(&self) -> Result<Feed> {
        let known = Source::ALL.into_iter().find(|source| source.name() == self.source);
        let source = known.with_context(|| format!("{} is no oracle that is known here", self.source))?;
        let account = match &self.account {
            Some(text) => address(text, "the account of a feed")?.to_bytes(),
            None => [0; 32],
        };
        let program = |text: &Option<String>| match text {
            Some(text) => {
                let wanted = address(text, "the program of a feed")?;
                let index = source.programs().iter().position(|program| *program == wanted);
                Ok(index.with_context(|| format!("{text} is no program of {}", self.source))? as u8)
            }
            None => anyhow::Ok(0),
        };
        ensure!(
            self.next_program.is_some() == self.next_from.is_some(),
            "a feed has next_program and next_from, or neither"
        );
        Ok(Feed {
            source: source as u8,
            program: program(&self.program)?,
            next_program: program(&self.next_program)?,
            account,
            id: feed_id(&self.id)?,
            next_from: self.next_from.as_deref().map_or(Ok(0), time::parse)?,
            ..Feed::NONE
        })
    }
}

/// A volatility surface; see `ballast_risk::surface`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct SurfaceConfig {
    #[serde(flatten)]
    pub params: Section<SurfaceParams>,
    /// Who may publish, base 58, at most five. Where it is left out, whoever is on the chain stays.
    #[serde(default)]
    pub publishers: Vec<String>,
    /// The smile with which expiries are opened.
    #[serde(flatten)]
    pub smile: Section<Smile>,
}

impl SurfaceConfig {
    /// The parameters.
    pub fn params(&self) -> Result<SurfaceParams> {
        self.params.read(&Scale::NONE)
    }

    /// Arguments of `open_surface`.
    pub fn args(&self, underlying: u16) -> Result<SurfaceArgs> {
        Ok(SurfaceArgs { params: self.params()?, underlying })
    }

    /// Who may publish.
    pub fn publishers(&self) -> Result<Vec<Address>> {
        self.publishers.iter().map(|text| address(text, "a publisher")).collect()
    }

    /// The smile with which expiries are opened.
    pub fn smile(&self) -> Result<Smile> {
        self.smile.read(&Scale::NONE)
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
    #[serde(flatten)]
    pub params: Section<TokenParams>,
    /// Limit on the net outflow, in whole tokens.
    pub withdrawal_limit: Option<Section<WithdrawalLimit>>,
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
        let max_price = parse(&u.max_price, unit_price_decimals)?.checked_mul(1 << u.scale_bits.min(62));
        let max_price = UnitPrice::new(max_price.with_context(|| format!("the max_price of {} is too large", u.name))?);
        ensure!(u.scale_bits <= 62, "the scale_bits of {} are too many", u.name);
        Ok(UnderlyingArgs {
            name: name(&u.name)?,
            first: u.first.feed()?,
            second: u.second.as_ref().map_or(Ok(Feed::NONE), FeedConfig::feed)?,
            terms: UnderlyingTerms {
                max_price,
                scale_bits: u.scale_bits,
                unit_exponent: u.unit_exponent,
                reserved: [0; 6],
            },
            params: u.params.read(&Scale::NONE)?,
            range: u.range.read(&Scale::NONE)?,
            options: u.option.read(&Scale::NONE)?,
            guards: u.guard.read(&Scale::NONE)?,
            group,
        })
    }

    /// Arguments of `list_collateral`.
    pub fn collateral_args(&self, c: &CollateralConfig) -> Result<CollateralArgs> {
        let underlying = self.underlying_index(&c.underlying)?;
        let unit_exponent = self.underlying[usize::from(underlying)].unit_exponent;
        Token::atoms_per_unit(c.decimals, unit_exponent).with_context(|| format!("collateral {}", c.name))?;
        let scale = Scale { of: &c.name, decimals: c.decimals.into(), lot: 1 };
        Ok(CollateralArgs { name: name(&c.name)?, params: c.params.read(&scale)?, underlying })
    }
}
