//! An exchange from a configuration, by signed transactions.

use crate::{
    Localnet,
    token::{self, WRAPPED_SOL},
};
use anyhow::{Context, Result, ensure};
use ballast_client::{config::Config, migrate::Keys, pda::Exchange, terms::Terms};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Decimals of the quote currency.
const USDC_DECIMALS: u8 = 6;

/// An exchange on a local validator.
pub struct Venue<'a> {
    /// The validator.
    pub net: &'a Localnet,
    /// The exchange's addresses.
    pub exchange: Exchange,
    /// What it was made from, with the mints and keys it has here.
    pub config: Config,
    /// Its admin.
    pub admin: Keypair,
    /// Its risk authority.
    pub risker: Keypair,
    /// Its pause authority.
    pub pauser: Keypair,
    /// Who publishes volatilities.
    pub publisher: Keypair,
    /// Mint of the quote currency; the validator's payer may mint.
    pub usdc: Address,
    /// One price account for each underlying.
    pub prices: Vec<Address>,
    /// The terms of each instrument: perpetuals, then futures, then options.
    pub terms: Vec<Terms>,
}

impl Localnet {
    /// Makes the exchange of a configuration: its accounts, listings, mints and insurance fund. Its prices are still to
    /// be published, and after them its volatilities.
    pub fn apply(&self, config: &Config) -> Result<Venue<'_>> {
        let (admin, risker, pauser) = (Keypair::new(), Keypair::new(), Keypair::new());
        let (publisher, usdc) = (Keypair::new(), token::create_mint(self, USDC_DECIMALS)?);
        let mut config = config.clone();
        config.exchange.quote_mint = Some(usdc.to_string());
        config.exchange.risk_authority = Some(risker.pubkey().to_string());
        config.exchange.pause_authority = Some(pauser.pubkey().to_string());
        for collateral in &mut config.collateral {
            collateral.mint = Some(collateral_mint(&collateral.name)?.to_string());
        }
        for surface in config.underlying.iter_mut().filter_map(|u| u.surface.as_mut()) {
            surface.publishers = vec![publisher.pubkey().to_string()];
        }
        let mut venue = Venue {
            net: self,
            exchange: Exchange::new(config.exchange.id),
            prices: config.underlying.iter().map(|_| Keypair::new().pubkey()).collect(),
            config,
            admin,
            risker,
            pauser,
            publisher,
            usdc,
            terms: Vec::new(),
        };
        venue.migrate()?;
        let board = self.rpc().board(&venue.exchange)?.board;
        for listed in board.instruments.iter().filter(|i| i.is_listed()) {
            venue.terms.push(Terms::of(&board, listed.index)?);
        }
        Ok(venue)
    }
}

impl Venue<'_> {
    /// The terms of each perpetual.
    pub fn perpetuals(&self) -> &[Terms] {
        &self.terms[..self.config.perpetual.len()]
    }

    /// Makes the exchange what the configuration says.
    fn migrate(&self) -> Result<()> {
        let (net, payer) = (self.net, self.net.payer().pubkey());
        let gift = self.config.exchange.first_insurance()?;
        let source =
            [token::create_account(&payer, &payer, &self.usdc), token::mint_to(&payer, &payer, &self.usdc, gift)?];
        net.send(&source, net.payer(), &[])?;
        let keys = Keys { payer, admin: self.admin.pubkey(), insurance_source: None };
        let plan = net.rpc().plan(&self.config, &keys)?;
        ensure!(plan.conflicts.is_empty(), "{plan}");
        net.rpc().apply(&plan, net.payer(), &[&self.admin], |_, _, sent| {
            if let Some(sent) = sent {
                net.measure(sent);
            }
        })
    }
}

/// The mint of a collateral token of the configuration. A local validator has wrapped SOL.
fn collateral_mint(name: &str) -> Result<Address> {
    (name == "SOL").then_some(WRAPPED_SOL).with_context(|| format!("a local validator has no mint for {name}"))
}
