//! The exchange of `migrations/localnet.toml`, made by signed transactions; prices.

use crate::{BTC, ETH, SOL, Sent, Svm, svm::Failed};
use anyhow::{Result, anyhow};
use ballast_client::{
    ballast::{oracle::pyth::RECEIVERS, state::RiskBoard},
    config, decimal, instruction,
    pyth::PriceUpdate,
};
use solana_account::Account;
use solana_address::Address;
use solana_signer::Signer;

/// Exponent of the price updates that the fixtures write.
const EXPONENT: i32 = -8;

impl Svm {
    /// A machine with a whole exchange, funded insurance and fresh prices: BTC 40,000, ETH 2,500, SOL 40.
    pub fn new() -> Result<Self> {
        let mut svm = Self::bare()?;
        svm.initialize_exchange()?;
        svm.list_all()?;
        let insurance = decimal::parse(&svm.config.exchange.insurance, 6)? as u64;
        let giver = svm.payer.pubkey();
        let source = svm.create_token_account(&svm.usdc.clone(), &giver, insurance);
        let ix = instruction::fund_insurance(&svm.exchange, &giver, &source, &svm.usdc, insurance);
        svm.send(&[ix], &[]).map_err(|e| anyhow!("{e:?}"))?;
        for (underlying, price) in [(BTC, "40000"), (ETH, "2500"), (SOL, "40")] {
            svm.publish(underlying, price).map_err(|e| anyhow!("{e:?}"))?;
        }
        Ok(svm)
    }

    /// `initialize_exchange`, and the board grown until it is complete.
    pub fn initialize_exchange(&mut self) -> Result<()> {
        let args = self.config.exchange_args(&self.pauser.pubkey())?;
        let (payer, admin) = (self.payer.pubkey(), self.admin.insecure_clone());
        let ix = instruction::initialize_exchange(&payer, &admin.pubkey(), &self.usdc, &args);
        self.send(&[ix], &[&admin]).map_err(|e| anyhow!("{e:?}"))?;
        while self.account(&self.exchange.board).is_some_and(|a| a.data.len() < RiskBoard::LEN) {
            let ix = instruction::grow_board(&self.exchange, &payer);
            self.send(&[ix], &[]).map_err(|e| anyhow!("{e:?}"))?;
        }
        Ok(())
    }

    /// Lists everything in the configuration.
    pub fn list_all(&mut self) -> Result<()> {
        let config = self.config.clone();
        let (payer, admin) = (self.payer.pubkey(), self.admin.insecure_clone());
        let (e, a) = (self.exchange, admin.pubkey());
        let mut instructions = Vec::new();
        for (group, g) in (0u8..).zip(&config.group) {
            let offset = u32::try_from(decimal::parse(&g.offset, 6)?)?;
            instructions.push(instruction::set_product_group(&e, &a, group, config::name(&g.name)?, offset));
        }
        for u in &config.underlying {
            instructions.push(instruction::list_underlying(&e, &a, &config.underlying_args(u)?));
        }
        for c in &config.collateral {
            instructions.push(instruction::list_collateral(&e, &payer, &a, &self.wsol, &config.collateral_args(c)?));
        }
        for p in &config.perpetual {
            instructions.push(instruction::list_perpetual(&e, &payer, &a, &config.perpetual_args(p)?));
        }
        for ix in instructions {
            self.send(&[ix], &[&admin]).map_err(|e| anyhow!("{e:?}"))?;
        }
        Ok(())
    }

    /// Writes a price account: a price of now in dollars per whole asset, with a confidence interval of 0.05 %.
    pub fn write_price(&mut self, underlying: u16, dollars: &str) {
        let price = decimal::parse(dollars, EXPONENT.unsigned_abs()).expect("a decimal price");
        let update = PriceUpdate {
            feed_id: self.feed_id(underlying),
            price,
            confidence: price as u64 / 2_000,
            exponent: EXPONENT,
            publish_time: self.now(),
        };
        self.write_price_update(underlying, &update);
    }

    /// Writes a price account with any content.
    pub fn write_price_update(&mut self, underlying: u16, update: &PriceUpdate) {
        let account =
            Account { lamports: 10_000_000, data: update.encode(), owner: RECEIVERS[0], ..Account::default() };
        self.set_account(self.prices[usize::from(underlying)], account);
    }

    /// The Pyth feed of an underlying.
    pub fn feed_id(&self, underlying: u16) -> [u8; 32] {
        let u = &self.config.underlying[usize::from(underlying)];
        self.config.underlying_args(u).expect("a valid configuration").feed_id
    }

    /// Puts the price in an underlying's price account on the board.
    pub fn refresh(&mut self, underlying: u16) -> Result<Sent, Failed> {
        let account = self.price_account(underlying);
        let ix = instruction::refresh_underlying(&self.exchange, &account, underlying);
        self.send(&[ix], &[])
    }

    /// Writes a price and puts it on the board.
    pub fn publish(&mut self, underlying: u16, dollars: &str) -> Result<Sent, Failed> {
        self.write_price(underlying, dollars);
        self.refresh(underlying)
    }

    /// The price account of an underlying.
    pub fn price_account(&self, underlying: u16) -> Address {
        self.prices[usize::from(underlying)]
    }
}
