//! The bot: one pass reads the chain and does at most one thing to it.

use crate::{
    candidate::{self, Candidate},
    oracle, unwind,
};
use anyhow::{Context, Result};
use ballast_client::ballast::events::{Liquidated, OrderPlaced};
use ballast_client::{
    ballast::state::MarginAccount, decimal, event, instruction, margin, pda::Exchange, risk::Board, rpc::Rpc,
    terms::Terms,
};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, Ordering},
    thread::sleep,
    time::Duration,
};
use tracing::{debug, info, warn};

/// Longest pause after errors.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// A liquidator of one exchange.
pub struct Liquidator {
    rpc: Rpc,
    key: Keypair,
    exchange: Exchange,
    margin: Address,
    keep: bool,
}

/// What a pass read.
struct Chain {
    now: i64,
    board: Box<Board>,
    /// The liquidator's own account.
    own: Box<MarginAccount>,
    /// Those below maintenance that somebody else owns.
    below: Vec<(Address, Box<MarginAccount>)>,
}

impl Liquidator {
    /// A liquidator with a key's margin account of a sub-id. `keep` has it keep what it takes over.
    pub fn new(rpc: &str, key: Keypair, exchange: u64, sub_id: u16, keep: bool) -> Self {
        let exchange = Exchange::new(exchange);
        let margin = exchange.margin(&key.pubkey(), sub_id);
        Self { rpc: Rpc::new(rpc), key, exchange, margin, keep }
    }

    /// Makes passes until `stop` is set. Errors are waited out, and a warning only at first: a validator may be away for a while.
    pub fn run(&self, poll: Duration, stop: &AtomicBool) {
        info!(exchange = self.exchange.id, account = %self.margin, "watching");
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

    /// Reads the chain and does the first of these that there is to do: refresh stale prices of accounts below
    /// maintenance, take over the position that pays best, close what was taken over. True if it did something.
    pub fn pass(&self) -> Result<bool> {
        let chain = self.read()?;
        debug!(below_maintenance = chain.below.len(), "read the chain");
        if self.refresh(&chain)? {
            return Ok(true);
        }
        // A takeover that is refused does not keep what was taken over before from being closed.
        let liquidated = self.liquidate(&chain);
        if matches!(liquidated, Ok(true)) {
            return Ok(true);
        }
        let unwound = self.unwind(&chain)?;
        Ok(liquidated? || unwound)
    }

    fn read(&self) -> Result<Chain> {
        let now = self.rpc.now()?;
        let board = Box::new(self.rpc.board(&self.exchange)?.board);
        let mut own = None;
        let mut below = Vec::new();
        for (address, account) in self.rpc.margin_accounts(&self.exchange)? {
            if address == self.margin {
                own = Some(account);
            } else if account.owner != self.key.pubkey()
                && margin::requirements(&board, &account.portfolio, now).is_ok_and(|r| r.is_liquidatable())
            {
                below.push((address, account));
            }
        }
        let own = own.with_context(|| format!("no margin account at {}: open and fund one first", self.margin))?;
        Ok(Chain { now, board, own, below })
    }

    fn refresh(&self, chain: &Chain) -> Result<bool> {
        let below = chain.below.iter().map(|(_, account)| oracle::stale(&chain.board, &account.portfolio, chain.now));
        let mut stale: BTreeSet<u16> = below.flatten().collect();
        if stale.is_empty() {
            return self.refresh_options(chain);
        }
        stale.extend(oracle::stale(&chain.board, &chain.own.portfolio, chain.now));
        let instructions = oracle::refresh(&self.rpc, &self.exchange, &chain.board, &stale, chain.now)?;
        if instructions.is_empty() {
            return Ok(false);
        }
        self.rpc.send(&instructions, &self.key, &[])?;
        info!(count = instructions.len(), "refreshed stale prices");
        Ok(true)
    }

    /// Refreshes the arrays of options that those below maintenance hold, or this account beside them.
    fn refresh_options(&self, chain: &Chain) -> Result<bool> {
        if chain.below.is_empty() {
            return Ok(false);
        }
        let portfolios = chain.below.iter().map(|(_, account)| &account.portfolio);
        let portfolios = portfolios.chain(std::iter::once(&chain.own.portfolio));
        let instructions = oracle::refresh_options(&self.exchange, &chain.board, portfolios, chain.now);
        for instruction in &instructions {
            self.rpc.send(std::slice::from_ref(instruction), &self.key, &[])?;
        }
        if !instructions.is_empty() {
            info!(transactions = instructions.len(), "refreshed stale risk arrays");
        }
        Ok(!instructions.is_empty())
    }

    fn liquidate(&self, chain: &Chain) -> Result<bool> {
        let candidate_of = |(address, account): &(Address, Box<MarginAccount>)| {
            let best = candidate::best(&chain.board, account, &chain.own.portfolio, chain.now)?;
            Some((*address, best))
        };
        let mut candidates: Vec<(Address, Candidate)> = chain.below.iter().filter_map(candidate_of).collect();
        candidates.sort_by_key(|(_, c)| std::cmp::Reverse(c.profit));
        let mut refused = None;
        for (address, candidate) in candidates {
            // One that is refused, perhaps because somebody else was faster, does not keep the others waiting.
            match self.take_over(chain, &address, &candidate) {
                Ok(()) => return Ok(true),
                Err(error) => refused = Some(error.context(format!("could not liquidate {address}"))),
            }
        }
        refused.map_or(Ok(false), Err)
    }

    fn take_over(&self, chain: &Chain, of: &Address, c: &Candidate) -> Result<()> {
        let owner = self.key.pubkey();
        let ix = instruction::liquidate(&self.exchange, &owner, &self.margin, of, &c.instruments, &c.args);
        let sent = self.rpc.send(&[ix], &self.key, &[])?;
        let liquidations = event::find::<Liquidated>(&sent.log);
        let done = liquidations.first().context("the log has no liquidation")?;
        let usd = |native| decimal::rounded(native, 6, 2);
        for leg in &done.positions {
            let terms = Terms::of(&chain.board, leg.instrument)?;
            let mark = usd(terms.average(leg.mark_value.abs(), leg.lots.abs()));
            info!(instrument = %terms.name, size = %terms.show_lots(leg.lots), %mark, account = %of, "took over");
        }
        let (gain, insurance) = (usd(done.discount - done.insurance), usd(done.insurance));
        info!(%gain, %insurance, tokens = done.tokens.len(), account = %of, "took a slice over");
        Ok(())
    }

    fn unwind(&self, chain: &Chain) -> Result<bool> {
        if self.keep {
            return Ok(false);
        }
        for p in chain.own.portfolio.open().iter().filter(|p| !p.lots.is_zero()) {
            let terms = Terms::of(&chain.board, p.key.instrument())?;
            let market = self.rpc.market(&self.exchange, terms.instrument)?;
            let Some(order) = unwind::close(&chain.board, &market, p, &terms, &self.margin, chain.now)? else {
                continue;
            };
            let owner = self.key.pubkey();
            let ix = instruction::place_order(
                &self.exchange,
                &owner,
                &self.margin,
                terms.instrument,
                &order.makers,
                &order.args,
            );
            let sent = self.rpc.send(&[ix], &self.key, &[])?;
            let orders = event::find::<OrderPlaced>(&sent.log);
            let done = orders.first().context("the log has no order")?;
            if done.filled > 0 {
                let price = decimal::rounded(terms.average(done.value, done.filled), 6, 2);
                info!(instrument = %terms.name, size = %terms.show_lots(done.filled), %price, "closed");
                return Ok(true);
            }
        }
        Ok(false)
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
