//! The exchange of `migrations/localnet.toml`, made by signed transactions; prices.

use crate::{BTC, ETH, SOL, Sent, Svm, svm::Failed};
use anyhow::{Result, anyhow};
use ballast_client::{
    ballast::{oracle::pyth::RECEIVERS, state::RiskBoard},
    config::{self, Config},
    decimal, instruction,
    pda::Exchange,
    pyth::PriceUpdate,
};
use solana_account::Account;
use solana_address::Address;
use solana_signer::Signer;

/// Exponent of the price updates that the fixtures write.
const EXPONENT: i32 = -8;

/// Where a fully verified price update has its publish time.
const PUBLISH_TIME: std::ops::Range<usize> = 93..101;

impl Svm {
    /// A machine with a whole exchange, funded insurance and fresh prices: BTC 40,000, ETH 2,500, SOL 40.
    pub fn new() -> Result<Self> {
        Self::with_config(|_| {})
    }

    /// As [`Svm::new`], with changes to the configuration.
    pub fn with_config(change: impl FnOnce(&mut Config)) -> Result<Self> {
        let mut svm = Self::bare()?;
        change(&mut svm.config);
        svm.make_exchange()?;
        Ok(svm)
    }

    /// Makes another exchange of the same configuration beside the first one.
    pub fn another_exchange(&mut self, id: u64) -> Result<Exchange> {
        let (first, first_id) = (self.exchange, self.config.exchange.id);
        (self.exchange, self.config.exchange.id) = (Exchange::new(id), id);
        let made = self.make_exchange();
        self.config.exchange.id = first_id;
        let another = std::mem::replace(&mut self.exchange, first);
        made.map(|()| another)
    }

    fn make_exchange(&mut self) -> Result<()> {
        self.initialize_exchange()?;
        self.list_all()?;
        let insurance = decimal::parse(&self.config.exchange.insurance, 6)? as u64;
        if insurance > 0 {
            self.fund_insurance(insurance).map_err(|e| anyhow!("{e:?}"))?;
        }
        for (underlying, price) in [(BTC, "40000"), (ETH, "2500"), (SOL, "40")] {
            self.publish(underlying, price).map_err(|e| anyhow!("{e:?}"))?;
        }
        Ok(())
    }

    /// Gives USDC, in its smallest unit, to the insurance fund.
    pub fn fund_insurance(&mut self, amount: u64) -> Result<Sent, Failed> {
        let (giver, usdc) = (self.payer.pubkey(), self.usdc);
        let source = self.create_token_account(&usdc, &giver, amount);
        let ix = instruction::fund_insurance(&self.exchange, &giver, &source, &usdc, amount);
        self.send(&[ix], &[])
    }

    /// Lists more perpetuals, each like one of the configuration in turn, and names them in the configuration.
    pub fn list_more(&mut self, count: usize) -> Result<()> {
        let (payer, admin) = (self.payer.pubkey(), self.admin.insecure_clone());
        let first = self.config.perpetual.clone();
        for like in first.iter().cycle().take(count) {
            let mut perpetual = like.clone();
            perpetual.name = format!("{}-{}", like.underlying, self.config.perpetual.len());
            self.config.perpetual.push(perpetual.clone());
            let args = self.config.perpetual_args(&perpetual)?;
            let ix = instruction::list_perpetual(&self.exchange, &payer, &admin.pubkey(), &args);
            self.send(&[ix], &[&admin]).map_err(|e| anyhow!("{e:?}"))?;
        }
        Ok(())
    }

    /// Sets the pause bits, the admin signing.
    pub fn set_pause(&mut self, bits: u32) -> Result<Sent, Failed> {
        let admin = self.admin.insecure_clone();
        let ix = instruction::set_pause(&self.exchange, &admin.pubkey(), bits);
        self.send(&[ix], &[&admin])
    }

    /// Makes room for more orders in a market.
    pub fn grow_market(&mut self, instrument: u16) -> Result<Sent, Failed> {
        let ix = instruction::grow_market(&self.exchange, &self.payer.pubkey(), instrument);
        self.send(&[ix], &[])
    }

    /// Moves a market's fees into the treasury.
    pub fn sweep(&mut self, instrument: u16) -> Result<Sent, Failed> {
        let ix = instruction::sweep(&self.exchange, instrument);
        self.send(&[ix], &[])
    }

    /// `initialize_exchange`, and the board grown until it is complete.
    pub fn initialize_exchange(&mut self) -> Result<()> {
        let args = self.config.exchange_args(&self.risker.pubkey(), &self.pauser.pubkey())?;
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
        let (account, second) = (self.price_account(underlying), self.second_account(underlying));
        let ix = instruction::refresh_underlying_from(&self.exchange, &account, second.as_ref(), underlying);
        self.send(&[ix], &[])
    }

    /// Puts the last prices of all underlyings on the board again, published now.
    pub fn refresh_all(&mut self) {
        for underlying in [BTC, ETH, SOL] {
            let mut account = self.account(&self.price_account(underlying)).expect("the price account exists");
            let now = self.now();
            account.data[PUBLISH_TIME].copy_from_slice(&now.to_le_bytes());
            self.set_account(self.price_account(underlying), account);
            self.refresh(underlying).expect("a fresh price");
        }
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
