//! Address lookup tables: a transaction names an address that is in one by a byte instead of 32.

use super::{Failed, Rpc};
use anyhow::{Context, Result, anyhow};
use solana_address::Address;
use solana_address_lookup_table_interface::{
    instruction::{create_lookup_table, extend_lookup_table},
    program,
    state::{AddressLookupTable, LOOKUP_TABLE_META_SIZE},
};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::AddressLookupTableAccount;
use solana_signer::Signer;

/// Where a table has its authority, after the byte that says that it has one.
const AUTHORITY: usize = 21;
/// Addresses that one transaction can put into a table.
const BATCH: usize = 20;

impl Rpc {
    /// The lookup table whose authority is a key and whose first address is a given one, if there is one.
    pub fn lookup_table(&self, authority: &Address, first: &Address) -> Result<Option<AddressLookupTableAccount>> {
        let authority = [&[1], authority.as_ref()].concat();
        let bytes = vec![(AUTHORITY, authority), (LOOKUP_TABLE_META_SIZE, first.as_ref().to_vec())];
        let Some((key, account)) = self.program_accounts(&program::ID, bytes)?.into_iter().next() else {
            return Ok(None);
        };
        let table = AddressLookupTable::deserialize(&account.data).map_err(|e| anyhow!("lookup table {key}: {e}"))?;
        Ok(Some(AddressLookupTableAccount { key, addresses: table.addresses.to_vec() }))
    }

    /// Creates a lookup table with a key as its authority, which pays for it, and puts addresses into it. Returns its address.
    pub fn create_lookup_table(&self, key: &Keypair, addresses: &[Address]) -> Result<Address> {
        // The address is made from a slot that has ended.
        let slot = self.clock()?.slot.checked_sub(1).context("the chain has no slot yet")?;
        let (create, table) = create_lookup_table(key.pubkey(), key.pubkey(), slot);
        let (first, rest) = addresses.split_at(addresses.len().min(BATCH));
        // Together: an empty table would not be found again.
        self.send(&[create, extend(&table, key, first)], key, &[])?;
        self.extend_lookup_table(&table, key, rest)?;
        Ok(table)
    }

    /// Adds addresses to a lookup table. They are of use from the next slot on.
    pub fn extend_lookup_table(&self, table: &Address, key: &Keypair, addresses: &[Address]) -> Result<(), Failed> {
        for batch in addresses.chunks(BATCH) {
            self.send(&[extend(table, key, batch)], key, &[])?;
        }
        Ok(())
    }
}

fn extend(table: &Address, key: &Keypair, addresses: &[Address]) -> Instruction {
    extend_lookup_table(*table, key.pubkey(), Some(key.pubkey()), addresses.to_vec())
}
