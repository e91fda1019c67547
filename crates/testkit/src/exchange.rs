//! The exchange of `migrations/localnet.toml`, made by signed transactions; prices.

use crate::{BTC, ETH, SOL, Sent, Svm, svm::Failed};
use anyhow::{Result, anyhow, ensure};
use ballast_client::{
    ballast::oracle::{self as chain, OraclePrice},
    config::Config,
    instruction,
    migrate::{self, Keys, Plan, State, Step},
    oracle,
    pda::Exchange,
    risk::{Feed, GroupParams, Ppm},
};
use solana_account::Account;
use solana_address::Address;
use solana_signer::Signer;

/// The parameters of a product group that offsets so many millionths.
pub const fn offset(millionths: u32) -> GroupParams {
    GroupParams { offset: Ppm::new(millionths), reserved: [0; 3] }
}

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
        self.migrate(&self.perpetuals())?;
        for (underlying, price) in [(BTC, "40000"), (ETH, "2500"), (SOL, "40")] {
            self.publish(underlying, price)?;
        }
        Ok(())
    }

    /// The configuration with this machine's keys and mints.
    pub fn resolved(&self) -> Config {
        let mut config = self.config.clone();
        config.exchange.quote_mint = Some(self.usdc.to_string());
        config.exchange.risk_authority = Some(self.risker.pubkey().to_string());
        config.exchange.pause_authority = Some(self.pauser.pubkey().to_string());
        for collateral in &mut config.collateral {
            collateral.mint = Some(self.wsol.to_string());
        }
        config
    }

    /// As [`Svm::resolved`], without surfaces, futures and options: tests list those themselves.
    fn perpetuals(&self) -> Config {
        let mut config = self.resolved();
        config.underlying.iter_mut().for_each(|u| u.surface = None);
        config.future.clear();
        config.series.clear();
        config
    }

    /// What is missing to make the exchange what a configuration says.
    pub fn plan(&self, config: &Config, keys: &Keys) -> Result<Plan> {
        let data_of = |address: &Address| self.account(address).map(|a| a.data);
        let state = State::read(config, keys, self.now(), |all| Ok(all.iter().map(data_of).collect()))?;
        migrate::plan(config, keys, &state, self.now())
    }

    /// The payer and the admin, who make exchanges here.
    pub fn keys(&self) -> Keys {
        Keys { payer: self.payer.pubkey(), admin: self.admin.pubkey(), insurance_source: None }
    }

    /// Sends a step of a plan.
    pub fn run(&mut self, step: &Step) -> Result<Sent, Failed> {
        let admin = self.admin.insecure_clone();
        self.send(&step.instructions, &[&admin])
    }

    /// Makes the exchange what a configuration says, in one go.
    pub fn migrate(&mut self, config: &Config) -> Result<()> {
        let (usdc, giver) = (self.usdc, self.payer.pubkey());
        let gift = config.exchange.first_insurance()?;
        let insurance_source = (gift > 0).then(|| self.create_token_account(&usdc, &giver, gift));
        let plan = self.plan(config, &Keys { insurance_source, ..self.keys() })?;
        ensure!(plan.conflicts.is_empty(), "{plan}");
        for step in &plan.steps {
            ensure!(!step.is_wait(), "{step}");
            self.run(step).map_err(|e| anyhow!("{step}: {e}"))?;
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
            perpetual.name = format!("{}-{}", like.contract.underlying, self.config.perpetual.len());
            self.config.perpetual.push(perpetual.clone());
            let args = self.config.perpetual_args(&perpetual)?;
            let mut all = vec![instruction::list_perpetual(&self.exchange, &payer, &admin.pubkey(), &args)];
            all.extend(instruction::complete_market(&self.exchange, &payer, args.instrument));
            self.send(&all, &[&admin])?;
        }
        Ok(())
    }

    /// Sets the pause bits, the admin signing.
    pub fn set_pause(&mut self, pause: ballast_client::ballast::state::Pause) -> Result<Sent, Failed> {
        let admin = self.admin.insecure_clone();
        let ix = instruction::set_pause(&self.exchange, &admin.pubkey(), pause);
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
        let mut config = self.perpetuals();
        config.exchange.insurance = "0".to_owned();
        config.group.clear();
        config.underlying.clear();
        config.collateral.clear();
        config.perpetual.clear();
        self.migrate(&config)
    }

    /// Lists the groups, underlyings, collateral and perpetuals of the configuration.
    pub fn list_all(&mut self) -> Result<()> {
        let mut config = self.perpetuals();
        config.exchange.insurance = "0".to_owned();
        self.migrate(&config)
    }

    /// Writes a price account: a price of now in dollars per whole asset, with a confidence interval of 0.05 %.
    pub fn write_price(&mut self, underlying: u16, dollars: &str) {
        let price = oracle::dollars(dollars, self.now()).expect("a decimal price");
        self.write_print(underlying, &price);
    }

    /// Writes a price account with any print.
    pub fn write_print(&mut self, underlying: u16, price: &OraclePrice) {
        self.write_feed(self.price_account(underlying), &self.first_feed(underlying), price);
    }

    /// Writes an account as the oracle of a feed would.
    pub fn write_feed(&mut self, address: Address, feed: &Feed, price: &OraclePrice) {
        let (owner, data) = oracle::write(feed, price).expect("a price that the oracle can write");
        self.set_account(address, Account { lamports: 10_000_000, data, owner, ..Account::default() });
    }

    /// The first feed of an underlying.
    pub fn first_feed(&self, underlying: u16) -> Feed {
        self.config.underlying[usize::from(underlying)].first.feed().expect("a valid configuration")
    }

    /// The print in an underlying's price account.
    pub fn print(&self, underlying: u16) -> OraclePrice {
        let account = self.account(&self.price_account(underlying)).expect("the price account exists");
        chain::read(&self.first_feed(underlying), &account.owner, &account.data).expect("a print of the feed")
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
            let again = OraclePrice { publish_time: self.now(), ..self.print(underlying) };
            self.write_print(underlying, &again);
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
