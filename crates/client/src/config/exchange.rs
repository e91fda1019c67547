//! The exchange itself: fees, margin parameters, interest, withdrawal limits, product groups.

use super::{
    Config, PPM, QUOTE,
    number::{address, amount, name, ratio},
};
use crate::decimal::parse;
use anyhow::{Context, Result};
use ballast::args::{ExchangeArgs, FeeArgs, InterestArgs, MarginArgs, WithdrawalLimitArgs};
use serde::Deserialize;
use solana_address::Address;

/// The exchange itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeConfig {
    /// Exchange id.
    pub id: u64,
    /// Mint of the quote currency, base 58.
    pub quote_mint: Option<String>,
    /// Who may tighten risk parameters, base 58; by default the admin.
    pub risk_authority: Option<String>,
    /// Who may set pause bits, base 58; by default the admin.
    pub pause_authority: Option<String>,
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
    /// Limit on the net outflow of the quote currency, USDC.
    pub withdrawal_limit: Option<WithdrawalLimitConfig>,
}

pub(super) fn zero() -> String {
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

    /// The first gift to the insurance fund, quote-native.
    pub fn first_insurance(&self) -> Result<u64> {
        amount(&self.insurance, QUOTE)
    }

    /// The mint of the quote currency.
    pub fn mint(&self) -> Result<Address> {
        address(self.quote_mint.as_ref().context("exchange.quote_mint is missing")?, "exchange.quote_mint")
    }

    /// The risk authority and the pause authority, where they are named.
    pub fn authorities(&self) -> Result<[Option<Address>; 2]> {
        let named = |text: &Option<String>, what| text.as_ref().map(|t| address(t, what)).transpose();
        Ok([named(&self.risk_authority, "risk_authority")?, named(&self.pause_authority, "pause_authority")?])
    }
}

/// A limit on what may flow out of the exchange, net of deposits.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalLimitConfig {
    /// Most within a window, in whole tokens; 0 for no limit.
    pub limit: String,
    /// Length of the window, seconds.
    pub window: u32,
}

impl WithdrawalLimitConfig {
    /// Arguments of `set_withdrawal_limit` for a token of so many decimals.
    pub fn args(&self, token: u16, decimals: u32) -> Result<WithdrawalLimitArgs> {
        Ok(WithdrawalLimitArgs { limit: amount(&self.limit, decimals)?, window: self.window, token })
    }
}

/// Interest; see `ballast_risk::InterestParams`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs)]
pub struct InterestConfig {
    pub base_rate: String,
    pub optimal_rate: String,
    pub max_rate: String,
    pub optimal_utilisation: String,
    pub max_utilisation: String,
    pub reserve: String,
    pub epoch_seconds: u32,
}

impl InterestConfig {
    /// Arguments of `set_interest`.
    pub fn args(&self) -> Result<InterestArgs> {
        Ok(InterestArgs {
            base_rate: ratio(&self.base_rate)?,
            optimal_rate: ratio(&self.optimal_rate)?,
            max_rate: ratio(&self.max_rate)?,
            optimal_utilisation: ratio(&self.optimal_utilisation)?,
            max_utilisation: ratio(&self.max_utilisation)?,
            reserve: ratio(&self.reserve)?,
            epoch_seconds: self.epoch_seconds,
        })
    }
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

impl MarginConfig {
    /// Arguments of `change_margin`.
    pub fn args(&self) -> Result<MarginArgs> {
        Ok(MarginArgs {
            initial_ratio: ratio(&self.initial_ratio)?,
            liquidation_buffer: ratio(&self.liquidation_buffer)?,
            discount_base: ratio(&self.discount_base)?,
            discount_max: ratio(&self.discount_max)?,
            discount_of_freed: ratio(&self.discount_of_freed)?,
            insurance_share: ratio(&self.insurance_share)?,
            dust_value: parse(&self.dust_value, QUOTE)?,
            warning_buffer: ratio(&self.warning_buffer)?,
        })
    }
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

impl GroupConfig {
    /// Name and c, as `set_product_group` takes them.
    pub fn args(&self) -> Result<([u8; 16], u32)> {
        Ok((name(&self.name)?, ratio(&self.offset)?))
    }
}

impl Config {
    /// Arguments of `initialize_exchange`. An exchange begins without a timelock: it is set when everything is listed.
    pub fn exchange_args(&self, risk_authority: &Address, pause_authority: &Address) -> Result<ExchangeArgs> {
        Ok(ExchangeArgs {
            id: self.exchange.id,
            pause_authority: pause_authority.to_bytes(),
            risk_authority: risk_authority.to_bytes(),
            timelock: 0,
            fees: self.exchange.fees()?,
            margin: self.margin.args()?,
        })
    }
}
