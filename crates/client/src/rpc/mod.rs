//! An exchange through JSON-RPC: its accounts, the clock, signed transactions.
//!
//! Everything is read and confirmed as soon as a block has it (`processed`, `confirmed` for a transaction's log): who
//! trades or liquidates cannot wait for finality.

mod failed;
mod lookup;
mod send;

pub use failed::Failed;
pub use send::Sent;
pub use solana_message::AddressLookupTableAccount;

use crate::{
    account::{Layout, MarketAccount, decode, discriminator, margin_view},
    instruction,
    pda::Exchange,
};
use anyhow::{Context, Result};
use ballast::{
    state::{MarginAccount, RiskBoard, Treasury},
    view::{MarginView, UnderlyingView},
};
use solana_account::Account;
use solana_address::{Address, address};
use solana_client::{
    rpc_client::RpcClient,
    rpc_config::{RpcAccountInfoConfig, RpcProgramAccountsConfig, UiAccountEncoding},
    rpc_filter::{Memcmp, RpcFilterType},
};
use solana_clock::Clock;
use solana_commitment_config::CommitmentConfig;
use solana_keypair::Keypair;

const CLOCK: Address = address!("SysvarC1ock11111111111111111111111111111111");
/// Where a token account has its amount.
const TOKEN_AMOUNT: std::ops::Range<usize> = 64..72;

/// A connection to a validator.
pub struct Rpc {
    client: RpcClient,
}

impl Rpc {
    /// A connection to the JSON-RPC server at a URL.
    pub fn new(url: &str) -> Self {
        Self { client: RpcClient::new_with_commitment(url.to_owned(), CommitmentConfig::processed()) }
    }

    /// The client underneath, for what is not specific to Ballast.
    pub fn client(&self) -> &RpcClient {
        &self.client
    }

    /// The account at an address, if there is one.
    pub fn account(&self, address: &Address) -> Result<Option<Account>> {
        // Asked for as one of several: asked for alone, the client calls every failure "account not found".
        let found = self.client.get_multiple_accounts_with_commitment(&[*address], self.client.commitment())?;
        Ok(found.value.into_iter().next().flatten())
    }

    /// The account at an address, decoded.
    pub fn decode<T: Layout>(&self, address: &Address) -> Result<Box<T>> {
        let account = self.account(address)?.with_context(|| format!("there is no {} at {address}", T::NAME))?;
        decode(&account.data)
    }

    /// An exchange's risk board.
    pub fn board(&self, exchange: &Exchange) -> Result<Box<RiskBoard>> {
        self.decode(&exchange.board)
    }

    /// An exchange's treasury.
    pub fn treasury(&self, exchange: &Exchange) -> Result<Box<Treasury>> {
        self.decode(&exchange.treasury)
    }

    /// A market with its book.
    pub fn market(&self, exchange: &Exchange, instrument: u16) -> Result<MarketAccount> {
        let address = exchange.market(instrument);
        let account = self.account(&address)?.with_context(|| format!("there is no market at {address}"))?;
        MarketAccount::decode(&account.data)
    }

    /// Several markets with their books, at most a hundred, in the order of the instruments. None where there is no market.
    pub fn markets(&self, exchange: &Exchange, instruments: &[u16]) -> Result<Vec<Option<MarketAccount>>> {
        let addresses: Vec<Address> = instruments.iter().map(|i| exchange.market(*i)).collect();
        let found = self.client.get_multiple_accounts_with_commitment(&addresses, self.client.commitment())?;
        found.value.into_iter().map(|account| account.map(|a| MarketAccount::decode(&a.data)).transpose()).collect()
    }

    /// All margin accounts of an exchange, in the order of their addresses.
    pub fn margin_accounts(&self, exchange: &Exchange) -> Result<Vec<(Address, Box<MarginAccount>)>> {
        let accounts = self.exchange_accounts::<MarginAccount>(exchange)?;
        accounts.into_iter().map(|(address, account)| Ok((address, decode(&account.data)?))).collect()
    }

    /// The raw accounts of one kind that belong to an exchange, in the order of their addresses. For kinds that name
    /// their exchange first: margin accounts and markets.
    pub fn exchange_accounts<T: Layout>(&self, exchange: &Exchange) -> Result<Vec<(Address, Account)>> {
        let mut head = discriminator(T::NAME).to_vec();
        head.extend_from_slice(exchange.address.as_ref());
        self.program_accounts(&ballast::ID, vec![(0, head)])
    }

    /// A program's accounts that have given bytes at given offsets, in the order of their addresses.
    pub fn program_accounts(&self, program: &Address, bytes: Vec<(usize, Vec<u8>)>) -> Result<Vec<(Address, Account)>> {
        let filter = |(offset, bytes)| RpcFilterType::Memcmp(Memcmp::new_raw_bytes(offset, bytes));
        let config = RpcProgramAccountsConfig {
            filters: Some(bytes.into_iter().map(filter).collect()),
            account_config: RpcAccountInfoConfig {
                encoding: Some(UiAccountEncoding::Base64),
                commitment: Some(self.client.commitment()),
                ..Default::default()
            },
            ..Default::default()
        };
        let found = self.client.get_program_ui_accounts_with_config(program, config)?;
        let mut accounts = Vec::with_capacity(found.len());
        for (address, account) in found {
            let account = account.to_account().with_context(|| format!("account {address} did not decode"))?;
            accounts.push((address, account));
        }
        accounts.sort_by_key(|(address, _)| *address);
        Ok(accounts)
    }

    /// The chain's time, in seconds.
    pub fn now(&self) -> Result<i64> {
        Ok(self.clock()?.unix_timestamp)
    }

    /// The clock sysvar.
    pub fn clock(&self) -> Result<Clock> {
        let data = self.account(&CLOCK)?.context("the validator has no clock")?.data;
        let word = |n: usize| -> Result<[u8; 8]> {
            Ok(*data.get(8 * n..).and_then(|d| d.first_chunk()).context("the clock is too short")?)
        };
        Ok(Clock {
            slot: u64::from_le_bytes(word(0)?),
            epoch_start_timestamp: i64::from_le_bytes(word(1)?),
            epoch: u64::from_le_bytes(word(2)?),
            leader_schedule_epoch: u64::from_le_bytes(word(3)?),
            unix_timestamp: i64::from_le_bytes(word(4)?),
        })
    }

    /// The amount in a token account.
    pub fn token_amount(&self, address: &Address) -> Result<u64> {
        let account = self.account(address)?.with_context(|| format!("there is no token account at {address}"))?;
        let bytes = account.data.get(TOKEN_AMOUNT).with_context(|| format!("{address} is no token account"))?;
        Ok(u64::from_le_bytes(bytes.try_into()?))
    }

    /// The margin of an account as the program itself computes it: a simulation of `view_margin`.
    pub fn view_margin(
        &self,
        exchange: &Exchange,
        payer: &Keypair,
        margin: &Address,
    ) -> Result<(MarginView, Vec<UnderlyingView>)> {
        let sent = self.simulate(&[instruction::view_margin(exchange, margin, 0)], payer, &[])?;
        margin_view(&sent.return_data)
    }
}
