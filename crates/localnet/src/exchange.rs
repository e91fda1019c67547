//! An exchange from a configuration, by signed transactions.

use crate::{
    Localnet,
    token::{self, WRAPPED_SOL},
};
use anyhow::{Context, Result};
use ballast_client::{
    ballast::state::RiskBoard,
    config::{self, Config},
    decimal, instruction,
    pda::Exchange,
    terms::Terms,
};
use solana_address::Address;
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_signer::Signer;

/// Decimals of the quote currency.
const USDC_DECIMALS: u8 = 6;
/// Growing instructions in one transaction. The runtime lets an account grow by 10,240 bytes in each.
const GROWTHS: usize = 8;

/// An exchange on a local validator.
pub struct Venue<'a> {
    /// The validator.
    pub net: &'a Localnet,
    /// The exchange's addresses.
    pub exchange: Exchange,
    /// What it was made from.
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
        let mut venue = Venue {
            net: self,
            exchange: Exchange::new(config.exchange.id),
            config: config.clone(),
            admin: Keypair::new(),
            risker: Keypair::new(),
            pauser: Keypair::new(),
            publisher: Keypair::new(),
            usdc: token::create_mint(self, USDC_DECIMALS)?,
            prices: config.underlying.iter().map(|_| Keypair::new().pubkey()).collect(),
            terms: Vec::new(),
        };
        venue.initialize()?;
        venue.list()?;
        venue.fund_insurance()?;
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

    /// `initialize_exchange`, and the board grown until it is complete.
    fn initialize(&self) -> Result<()> {
        let (net, payer) = (self.net, self.net.payer().pubkey());
        let args = self.config.exchange_args(&self.risker.pubkey(), &self.pauser.pubkey())?;
        let ix = instruction::initialize_exchange(&payer, &self.admin.pubkey(), &self.usdc, &args);
        net.send(&[ix], net.payer(), &[&self.admin])?;
        loop {
            let board = net.rpc().account(&self.exchange.board)?.context("the board was not made")?;
            let missing = RiskBoard::LEN.saturating_sub(board.data.len());
            if missing == 0 {
                return Ok(());
            }
            let growths = missing.div_ceil(ballast_client::ballast::constants::MAX_GROWTH).min(GROWTHS);
            net.send(&vec![instruction::grow_board(&self.exchange, &payer); growths], net.payer(), &[])?;
        }
    }

    /// Lists everything in the configuration.
    fn list(&self) -> Result<()> {
        let (e, config) = (&self.exchange, &self.config);
        let (payer, admin) = (self.net.payer().pubkey(), self.admin.pubkey());
        let mut listings: Vec<Instruction> = Vec::new();
        for (group, g) in (0u8..).zip(&config.group) {
            let offset = u32::try_from(decimal::parse(&g.offset, 6)?)?;
            listings.push(instruction::set_product_group(e, &admin, group, config::name(&g.name)?, offset));
        }
        for u in &config.underlying {
            listings.push(instruction::list_underlying(e, &admin, &config.underlying_args(u)?));
        }
        for c in &config.collateral {
            let mint = self.collateral_mint(&c.name)?;
            listings.push(instruction::list_collateral(e, &payer, &admin, &mint, &config.collateral_args(c)?));
        }
        for p in &config.perpetual {
            listings.push(instruction::list_perpetual(e, &payer, &admin, &config.perpetual_args(p)?));
        }
        listings.extend(self.dated_listings(self.net.rpc().now()?)?);
        for ix in listings {
            self.net.send(&[ix], self.net.payer(), &[&self.admin])?;
        }
        Ok(())
    }

    fn fund_insurance(&self) -> Result<()> {
        let (net, giver) = (self.net, self.net.payer().pubkey());
        let amount = u64::try_from(decimal::parse(&self.config.exchange.insurance, u32::from(USDC_DECIMALS))?)?;
        if amount == 0 {
            return Ok(());
        }
        let source = token::account_of(&giver, &self.usdc);
        let instructions = [
            token::create_account(&giver, &giver, &self.usdc),
            token::mint_to(&giver, &giver, &self.usdc, amount)?,
            instruction::fund_insurance(&self.exchange, &giver, &source, &self.usdc, amount),
        ];
        net.send(&instructions, net.payer(), &[])?;
        Ok(())
    }

    /// The mint of a collateral token of the configuration. This validator has wrapped SOL.
    fn collateral_mint(&self, name: &str) -> Result<Address> {
        (name == "SOL").then_some(WRAPPED_SOL).with_context(|| format!("a local validator has no mint for {name}"))
    }
}
