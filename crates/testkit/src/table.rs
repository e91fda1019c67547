//! Transactions that name their accounts by an address lookup table, for instructions with many.

use crate::svm::{Failed, Sent, Svm, compute_unit_limit};
use solana_account::Account;
use solana_address::{Address, address};
use solana_instruction::Instruction;
use solana_keypair::Keypair;
use solana_message::{AddressLookupTableAccount, VersionedMessage, v0};
use solana_signer::Signer;

/// The program of lookup tables.
const TABLE_PROGRAM: Address = address!("AddressLookupTab1e1111111111111111111111111");
/// Bytes of a table before its addresses.
const META_LEN: usize = 56;
/// Most accounts that a transaction may lock.
const MAX_LOCKS: usize = 64;
/// Most bytes of a transaction.
const MAX_BYTES: usize = 1_232;
/// Bytes of a signature.
const SIGNATURE_LEN: usize = 64;

impl Svm {
    /// Simulates a transaction of one instruction whose accounts are in a lookup table, but for those who sign. Panics
    /// where a validator would not take it: too many accounts, or too many bytes.
    pub fn simulate_with_table(&mut self, ix: Instruction, signers: &[&Keypair]) -> Result<Sent, Failed> {
        let table = self.write_table(&ix);
        let all = [compute_unit_limit(1_400_000), ix];
        let message = v0::Message::try_compile(&self.payer.pubkey(), &all, &[table], self.vm.latest_blockhash())
            .expect("fewer than 256 accounts");
        let looked_up: usize =
            message.address_table_lookups.iter().map(|t| t.writable_indexes.len() + t.readonly_indexes.len()).sum();
        let locks = message.account_keys.len() + looked_up;
        assert!(locks <= MAX_LOCKS, "{locks} accounts, of which a transaction locks {MAX_LOCKS}");
        let signatures = usize::from(message.header.num_required_signatures);
        let message = VersionedMessage::V0(message);
        let bytes = 1 + SIGNATURE_LEN * signatures + message.serialize().len();
        assert!(bytes <= MAX_BYTES, "{bytes} bytes, of which a transaction has {MAX_BYTES}");
        self.simulate_message(message, signers)
    }

    /// Writes a lookup table of an instruction's accounts. It is active, and never extended: see the layout of
    /// `solana-address-lookup-table-interface`.
    fn write_table(&mut self, ix: &Instruction) -> AddressLookupTableAccount {
        let addresses: Vec<Address> = ix.accounts.iter().filter(|a| !a.is_signer).map(|a| a.pubkey).collect();
        let mut data = vec![0; META_LEN];
        data[0] = 1; // a lookup table
        data[4..12].fill(u8::MAX); // the slot in which it was deactivated: none
        addresses.iter().for_each(|address| data.extend_from_slice(address.as_ref()));
        let key = Address::new_from_array([0xa1; 32]);
        self.set_account(key, Account { lamports: 1_000_000_000, data, owner: TABLE_PROGRAM, ..Account::default() });
        AddressLookupTableAccount { key, addresses }
    }
}
