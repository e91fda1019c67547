//! What a pass reads of the chain.

use anyhow::{Context, Result};
use ballast_client::{
    ballast::state::{self, MarginAccount, RiskBoard, Treasury},
    margin::requirements,
    pda::Exchange,
    risk::{Board, Ppm, Requirements, RiskError},
    rpc::Rpc,
};
use solana_address::Address;
use std::collections::BTreeMap;

/// The exchange at one time.
pub struct Chain {
    /// Time, seconds.
    pub now: i64,
    /// The board.
    pub board: Box<Board>,
    /// The treasury.
    pub treasury: Box<Treasury>,
    /// The exchange's taker fee.
    pub taker_fee: Ppm,
    /// Whose every margin account is: orders on the books name accounts only.
    pub holders: BTreeMap<Address, Holder>,
    /// Since when liquidations are possible with the parameters of margin as they are, seconds.
    pub unchanged_since: i64,
    /// The liquidator's accounts.
    pub own: Own,
    /// The accounts of others that are in default, the largest maintenance margin first.
    pub found: Vec<Found>,
    /// Accounts whose margin cannot be computed, and why.
    pub unread: Vec<(Address, RiskError)>,
}

/// Who has a margin account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its owner.
    pub owner: Address,
    /// True if it is in receivership: its orders are taken off where they are met.
    pub seized: bool,
}

/// The liquidator's accounts.
#[derive(Clone)]
pub struct Own {
    /// The one that has its money.
    pub main: Box<MarginAccount>,
    /// The one that takes slices over; none if that is not open yet. The main one, if there is only one.
    pub desk: Option<Box<MarginAccount>>,
}

/// An account in default.
pub struct Found {
    /// Its address.
    pub address: Address,
    /// Itself.
    pub account: Box<MarginAccount>,
    /// What it is required to have.
    pub required: Requirements,
}

impl Found {
    /// What it lacks, ≥ 0, quote-native: what it owes where it holds nothing else; of a seized account what its equity is below
    /// zero. Any other still has its owner.
    pub fn lacking(&self) -> i64 {
        let portfolio = &self.account.portfolio;
        let of = if portfolio.has_no_holdings() {
            portfolio.cash
        } else if self.account.episode.is_seized() {
            self.required.equity
        } else {
            return 0;
        };
        of.get().saturating_neg().max(0)
    }
}

/// Where the liquidator's accounts are.
#[derive(Clone, Copy, Debug)]
pub struct Addresses {
    /// Who owns them.
    pub owner: Address,
    /// The one that has its money.
    pub main: Address,
    /// The one that takes slices over.
    pub desk: Address,
    /// The latter's sub-id.
    pub desk_id: u16,
}

impl Addresses {
    /// True if one account is both.
    pub fn are_one(&self) -> bool {
        self.main == self.desk
    }
}

impl Chain {
    /// Reads all.
    pub fn read(rpc: &Rpc, exchange: &Exchange, own: &Addresses) -> Result<Self> {
        let now = rpc.now()?;
        let RiskBoard { board, changed_at, .. } = *rpc.board(exchange)?;
        let board = Box::new(board);
        let treasury = rpc.treasury(exchange)?;
        let state: Box<state::Exchange> = rpc.decode(&exchange.address)?;
        let taker_fee = state.fees.taker_fee;
        let mut holders = BTreeMap::new();
        let (mut main, mut desk) = (None, None);
        let (mut found, mut unread) = (Vec::new(), Vec::new());
        for (address, mut account) in rpc.margin_accounts(exchange)? {
            holders.insert(address, Holder { owner: account.owner, seized: account.episode.is_seized() });
            account.episode.resume(state.liquidations_open_since);
            if address == own.main {
                main = Some(account);
            } else if address == own.desk {
                desk = Some(account);
            } else if account.owner != own.owner {
                match requirements(&board, &account.portfolio, now) {
                    Ok(required) if is_in_default(&account, &required) => {
                        found.push(Found { address, account, required });
                    }
                    Ok(_) => {}
                    Err(error) => unread.push((address, error)),
                }
            }
        }
        let main = main.with_context(|| format!("no margin account at {}: open and fund one first", own.main))?;
        if own.are_one() {
            desk = Some(main.clone());
        }
        found.sort_by_key(|f| std::cmp::Reverse(f.required.maintenance));
        let unchanged_since = state.liquidations_open_since.max(changed_at);
        Ok(Self { now, board, treasury, taker_fee, holders, unchanged_since, own: Own { main, desk }, found, unread })
    }
}

impl Own {
    /// Reads them again.
    pub fn read(rpc: &Rpc, at: &Addresses) -> Result<Self> {
        let main: Box<MarginAccount> = rpc.decode(&at.main)?;
        let desk = if at.are_one() { main.clone() } else { rpc.decode(&at.desk)? };
        Ok(Self { main, desk: Some(desk) })
    }
}

fn is_in_default(account: &MarginAccount, required: &Requirements) -> bool {
    required.is_liquidatable() || account.episode.is_seized()
}
