//! What is on the chain.

use super::{Keys, need, timelock};
use crate::{
    account::{Layout, decode},
    config::Config,
    pda,
};
use anyhow::{Context, Result, ensure};
use ballast::state::{Exchange, Market, Pause, PendingChange, RiskBoard, Treasury, VolatilitySurface};
use solana_address::Address;
use std::collections::{BTreeMap, BTreeSet};

/// A market, as far as a migration looks at it.
#[derive(Clone)]
pub struct MarketState {
    /// Its header.
    pub header: Box<Market>,
    /// Bytes of its account.
    pub len: usize,
}

/// What is on the chain of one exchange.
#[derive(Clone)]
pub struct State {
    /// Its addresses.
    pub addresses: pda::Exchange,
    /// The exchange, once it is initialised.
    pub exchange: Option<Box<Exchange>>,
    /// Its treasury.
    pub treasury: Option<Box<Treasury>>,
    /// Its board, once it is complete.
    pub board: Option<Box<RiskBoard>>,
    /// Bytes of the board's account.
    pub board_len: usize,
    /// The markets of the instruments on the board.
    pub markets: BTreeMap<u16, MarketState>,
    /// The volatility surfaces of the underlyings on the board.
    pub surfaces: BTreeMap<u16, Box<VolatilitySurface>>,
    /// The pending changes of what is missing, by their numbers.
    pub changes: BTreeMap<u64, Box<PendingChange>>,
}

impl State {
    /// What there is before anything was done.
    pub fn empty(id: u64) -> Self {
        Self {
            addresses: pda::Exchange::new(id),
            exchange: None,
            treasury: None,
            board: None,
            board_len: 0,
            markets: BTreeMap::new(),
            surfaces: BTreeMap::new(),
            changes: BTreeMap::new(),
        }
    }

    /// Reads what a configuration's plan depends on. `fetch` returns the data of the accounts at some addresses, in their
    /// order, and nothing where there is none.
    pub fn read(
        config: &Config,
        keys: &Keys,
        now: i64,
        mut fetch: impl FnMut(&[Address]) -> Result<Vec<Option<Vec<u8>>>>,
    ) -> Result<Self> {
        let mut fetch = |addresses: &[Address]| -> Result<Vec<Option<Vec<u8>>>> {
            let found = fetch(addresses)?;
            ensure!(found.len() == addresses.len(), "{} accounts of {}", found.len(), addresses.len());
            Ok(found)
        };
        let mut state = Self::empty(config.exchange.id);
        let e = state.addresses;
        let [exchange, treasury, board]: [Option<Vec<u8>>; 3] =
            fetch(&[e.address, e.treasury, e.board])?.try_into().ok().context("three accounts")?;
        // Lamports sent ahead make an account without data of an address where nothing is yet.
        state.exchange = decoded(exchange)?;
        state.treasury = decoded(treasury)?;
        state.board_len = board.as_ref().map_or(0, Vec::len);
        state.board = board.filter(|data| data.len() >= RiskBoard::LEN).map(|data| decode(&data)).transpose()?;
        state.read_board(&mut fetch)?;
        state.read_changes(config, keys, now, &mut fetch)?;
        Ok(state)
    }

    /// Reads the markets and surfaces of what is on the board.
    fn read_board(&mut self, fetch: &mut impl FnMut(&[Address]) -> Result<Vec<Option<Vec<u8>>>>) -> Result<()> {
        let Some(board) = &self.board else { return Ok(()) };
        let (e, board) = (self.addresses, &board.board);
        let markets: Vec<u16> = board.instruments.iter().filter(|i| i.is_listed()).map(|i| i.index).collect();
        let surfaces: Vec<u16> = board.underlyings.iter().filter(|u| u.is_listed()).map(|u| u.index).collect();
        let addresses: Vec<Address> = markets.iter().map(|i| e.market(*i)).collect();
        for (index, data) in markets.iter().zip(fetch(&addresses)?) {
            let data = data.with_context(|| format!("instrument {index} has no market"))?;
            self.markets.insert(*index, MarketState { header: decode(&data)?, len: data.len() });
        }
        let addresses: Vec<Address> = surfaces.iter().map(|u| e.surface(*u)).collect();
        for (index, data) in surfaces.iter().zip(fetch(&addresses)?) {
            if let Some(surface) = decoded(data)? {
                self.surfaces.insert(*index, surface);
            }
        }
        Ok(())
    }

    /// Reads the pending changes of what is missing. What is missing may depend on them (an expiry that was proposed), so they
    /// are looked up until no new one is asked for.
    fn read_changes(
        &mut self,
        config: &Config,
        keys: &Keys,
        now: i64,
        fetch: &mut impl FnMut(&[Address]) -> Result<Vec<Option<Vec<u8>>>>,
    ) -> Result<()> {
        let mut asked = BTreeSet::new();
        while self.timelock() > 0 {
            let needs = need::needs(config, keys, self, now)?.needs;
            let wanted: Vec<u64> = needs.iter().filter_map(timelock::nonce).filter(|n| asked.insert(*n)).collect();
            if wanted.is_empty() {
                break;
            }
            let addresses: Vec<Address> = wanted.iter().map(|n| self.addresses.change(*n)).collect();
            for (nonce, data) in wanted.iter().zip(fetch(&addresses)?) {
                if let Some(change) = decoded(data)? {
                    self.changes.insert(*nonce, change);
                }
            }
        }
        Ok(())
    }

    /// Seconds that changes wait.
    pub fn timelock(&self) -> u32 {
        self.exchange.as_ref().map_or(0, |e| e.timelock)
    }

    /// Since when withdrawals are possible, as changes wait for it; while they are paused, the present.
    pub fn withdrawals_open_since(&self, now: i64) -> i64 {
        self.exchange
            .as_ref()
            .map_or(now, |e| if e.pause.contains(Pause::WITHDRAW) { now } else { e.withdrawals_open_since })
    }
}

/// An account that may not be there yet.
fn decoded<T: Layout>(data: Option<Vec<u8>>) -> Result<Option<Box<T>>> {
    data.filter(|data| !data.is_empty()).map(|data| decode(&data)).transpose()
}
