//! The lookup table that transactions with many markets need: one of the liquidator's own, made once and extended as needed.

use anyhow::Result;
use ballast_client::{
    pda::Exchange,
    rpc::{AddressLookupTableAccount, Rpc},
};
use solana_address::Address;
use solana_keypair::Keypair;
use solana_signer::Signer;
use std::cell::RefCell;
use tracing::info;

/// A lookup table with the exchange's addresses.
#[derive(Default)]
pub struct Table(RefCell<Option<AddressLookupTableAccount>>);

impl Table {
    /// The table, with the markets of some instruments in it. None if it had to be made or extended: it is of use from the next
    /// slot on.
    pub fn with_markets(
        &self,
        rpc: &Rpc,
        key: &Keypair,
        exchange: &Exchange,
        instruments: &[u16],
    ) -> Result<Option<AddressLookupTableAccount>> {
        let mut kept = self.0.borrow_mut();
        if kept.is_none() {
            *kept = rpc.lookup_table(&key.pubkey(), &exchange.address)?;
        }
        let held: &[Address] = kept.as_ref().map_or(&[], |table| &table.addresses);
        let markets = instruments.iter().map(|i| exchange.market(*i));
        let fixed = [exchange.address, exchange.treasury, exchange.board];
        let missing: Vec<Address> = fixed.into_iter().chain(markets).filter(|a| !held.contains(a)).collect();
        if missing.is_empty() {
            return Ok(kept.clone());
        }
        let known = kept.take().map(|table| table.key); // read again: what is added may not be there yet
        let table = match known {
            Some(table) => {
                rpc.extend_lookup_table(&table, key, &missing)?;
                table
            }
            None => rpc.create_lookup_table(key, &missing)?,
        };
        info!(%table, addresses = missing.len(), "put addresses into the lookup table");
        Ok(None)
    }
}
