//! The exchange itself: fees, margin parameters, interest, withdrawal limits, product groups.

use super::{
    Config, QUOTE, Scale, Section,
    number::{address, amount, name},
};
use anyhow::{Context, Result};
use ballast::args::{ExchangeArgs, WithdrawalLimitArgs};
use ballast_risk::{FeeParams, GroupParams, WithdrawalLimit};
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
    /// Fees.
    #[serde(flatten)]
    pub fees: Section<FeeParams>,
    /// Seconds that changes wait once the exchange is set up.
    #[serde(default)]
    pub timelock: u32,
    /// First gift to the insurance fund, USDC.
    pub insurance: String,
    /// Limit on the net outflow of the quote currency, USDC.
    pub withdrawal_limit: Option<Section<WithdrawalLimit>>,
}

impl ExchangeConfig {
    /// The fees.
    pub fn fees(&self) -> Result<FeeParams> {
        self.fees.read(&Scale::NONE)
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

impl Section<WithdrawalLimit> {
    /// Arguments of `set_withdrawal_limit` for a token of so many decimals.
    pub fn args(&self, token: u16, decimals: u32) -> Result<WithdrawalLimitArgs> {
        Ok(WithdrawalLimitArgs { params: self.read(&Scale { decimals, ..Scale::NONE })?, token })
    }
}

/// A product group.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupConfig {
    /// Name.
    pub name: String,
    /// Parameters.
    #[serde(flatten)]
    pub params: Section<GroupParams>,
}

impl GroupConfig {
    /// Name and parameters, as `set_product_group` takes them.
    pub fn args(&self) -> Result<([u8; 16], GroupParams)> {
        Ok((name(&self.name)?, self.params.read(&Scale::NONE)?))
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
            margin: self.margin.read(&Scale::NONE)?,
        })
    }
}
