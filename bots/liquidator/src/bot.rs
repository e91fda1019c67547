//! The bot: one pass reads the chain, and does for every account in default what it needs next.

use crate::{
    chain::{Addresses, Chain},
    report::Report,
    table::Table,
};
use anyhow::Result;
use ballast_client::{pda::Exchange, rpc::Rpc};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::{
    cell::RefCell,
    collections::BTreeMap,
    sync::atomic::{AtomicBool, Ordering},
    thread::sleep,
    time::Duration,
};
use tracing::{debug, info, warn};

/// Longest pause after errors.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a liquidator does and wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The exchange's id.
    pub exchange: u64,
    /// Sub-id of the account that has the money.
    pub sub_id: u16,
    /// Sub-id of the account that takes slices over: opened where it is missing, funded for each slice, empty in between. The same
    /// as `sub_id` to use one account for all.
    pub desk_id: u16,
    /// Keeps what was taken over, tokens included, instead of closing it on the books.
    pub keep: bool,
    /// Least gain of a slice, quote-native, after the cost of closing it.
    pub min_profit: i64,
    /// What closing costs, in millionths of the value taken over.
    pub closing_cost: u32,
    /// Underlyings of which nothing is taken over.
    pub unwanted: Vec<u16>,
    /// What becomes of tokens that a slice contained.
    pub tokens: Tokens,
    /// Most that tokens may be worth that a slice brings, with what is of them already where they end up, quote-native.
    pub max_tokens: i64,
}

/// What becomes of tokens that a slice contained. They have no book to be closed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tokens {
    /// They are withdrawn to the owner's associated token account.
    #[default]
    Withdraw,
    /// They go into the main account, where they are collateral.
    Main,
    /// They stay where they are.
    Keep,
}

impl Settings {
    /// What closing costs unless something else is said: a tenth of a percent, for fees and spread.
    pub const CLOSING_COST: u32 = 1_000;

    /// Those of a liquidator that takes everything that pays, into an account of its own.
    pub fn new(exchange: u64) -> Self {
        let closing_cost = Self::CLOSING_COST;
        Self {
            exchange,
            sub_id: 0,
            desk_id: 1,
            keep: false,
            min_profit: 0,
            closing_cost,
            unwanted: Vec::new(),
            tokens: Tokens::default(),
            max_tokens: i64::MAX,
        }
    }
}

/// A liquidator of one exchange.
pub struct Liquidator {
    pub(crate) rpc: Rpc,
    pub(crate) key: Keypair,
    pub(crate) exchange: Exchange,
    pub(crate) own: Addresses,
    pub(crate) settings: Settings,
    pub(crate) table: Table,
    pub(crate) report: Report,
    /// What accounts lacked, and the insurance fund had, when they were last resolved.
    pub(crate) tried: RefCell<BTreeMap<Address, (i64, i64)>>,
}

impl Liquidator {
    /// A liquidator with a key's margin accounts.
    pub fn new(rpc: &str, key: Keypair, settings: Settings) -> Self {
        let exchange = Exchange::new(settings.exchange);
        let owner = key.pubkey();
        let [main, desk] = [settings.sub_id, settings.desk_id].map(|id| exchange.margin(&owner, id));
        Self {
            rpc: Rpc::new(rpc),
            key,
            exchange,
            own: Addresses { owner, main, desk, desk_id: settings.desk_id },
            settings,
            table: Table::default(),
            report: Report::default(),
            tried: RefCell::default(),
        }
    }

    /// Makes passes until `stop` is set. Errors are waited out, and a warning only at first: a validator may be away for a while.
    pub fn run(&self, poll: Duration, stop: &AtomicBool) {
        info!(exchange = self.exchange.id, account = %self.own.main, "watching");
        let mut last_error = String::new();
        let mut pause = poll;
        while !stop.load(Ordering::Relaxed) {
            match self.pass() {
                Ok(true) => continue,
                Ok(false) => {
                    last_error.clear();
                    pause = poll;
                }
                Err(error) => {
                    let error = format!("{error:#}");
                    if error == last_error {
                        debug!(%error, "trying again");
                    } else {
                        warn!(%error, "trying again");
                    }
                    last_error = error;
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
            sleep_unless(stop, pause);
        }
        info!("stopped");
    }

    /// Reads the chain, does for every account in default what it needs next, and closes or hands on some of what was taken over
    /// where none needed anything. True if it did something: there may be more.
    ///
    /// # Errors
    /// The chain cannot be read. What goes wrong with one account is logged, and does not keep the others waiting.
    pub fn pass(&self) -> Result<bool> {
        let mut chain = Chain::read(&self.rpc, &self.exchange, &self.own)?;
        let (found, unread) = (std::mem::take(&mut chain.found), std::mem::take(&mut chain.unread));
        debug!(in_default = found.len(), unread = unread.len(), "read the chain");
        let addresses = found.iter().map(|f| f.address).chain(unread.iter().map(|(address, _)| *address));
        self.report.keep_only(addresses.chain([self.own.main, self.own.desk]));
        self.tried.borrow_mut().retain(|address, _| found.iter().any(|f| f.address == *address));
        for (address, error) in &unread {
            self.report.unread(address, error);
        }
        let mut done = false;
        for account in &found {
            done |= self.attend(&mut chain, account);
        }
        Ok(done || self.unwind(&mut chain)?)
    }
}

/// Sleeps in small steps, so that a request to stop is obeyed soon.
fn sleep_unless(stop: &AtomicBool, pause: Duration) {
    const STEP: Duration = Duration::from_millis(20);
    let mut left = pause;
    while !left.is_zero() && !stop.load(Ordering::Relaxed) {
        let step = left.min(STEP);
        sleep(step);
        left -= step;
    }
}
