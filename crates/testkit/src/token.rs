//! Mints and token accounts, written directly.

use crate::Svm;
use ballast_client::TOKEN_PROGRAM;
use solana_account::Account;
use solana_address::Address;

const MINT_LEN: usize = 82;
const ACCOUNT_LEN: usize = 165;

impl Svm {
    /// Makes a mint.
    pub fn create_mint(&mut self, mint: Address, decimals: u8) {
        self.set_account(mint, mint_account(decimals));
    }

    /// Makes a token account with an amount.
    pub fn create_token_account(&mut self, mint: &Address, owner: &Address, amount: u64) -> Address {
        let address = Address::new_unique();
        self.set_account(address, token_account(mint, owner, amount));
        address
    }

    /// Amount in a token account.
    pub fn token_amount(&self, address: &Address) -> u64 {
        amount(&self.account(address).expect("the token account exists").data)
    }
}

/// A mint's bytes.
pub fn mint_account(decimals: u8) -> Account {
    let mut data = vec![0; MINT_LEN];
    data[36..44].copy_from_slice(&(u64::MAX / 2).to_le_bytes());
    data[44] = decimals;
    data[45] = 1;
    Account { lamports: 1_461_600, data, owner: TOKEN_PROGRAM, ..Account::default() }
}

/// A token account's bytes.
pub fn token_account(mint: &Address, owner: &Address, amount: u64) -> Account {
    let mut data = vec![0; ACCOUNT_LEN];
    data[..32].copy_from_slice(mint.as_ref());
    data[32..64].copy_from_slice(owner.as_ref());
    data[64..72].copy_from_slice(&amount.to_le_bytes());
    data[108] = 1;
    Account { lamports: 2_039_280, data, owner: TOKEN_PROGRAM, ..Account::default() }
}

/// Amount in a token account's bytes.
pub fn amount(data: &[u8]) -> u64 {
    u64::from_le_bytes(data[64..72].try_into().expect("eight bytes"))
}
