//! Mints and token accounts: of the token program written directly, of Token-2022 made by that program.

use crate::{Failed, Svm};
use anyhow::Result;
use ballast_client::{TOKEN_2022_PROGRAM, TOKEN_PROGRAM};
use solana_account::Account;
use solana_address::Address;
use solana_instruction::{AccountMeta, Instruction};
use solana_signer::Signer;

const MINT_LEN: usize = 82;
const ACCOUNT_LEN: usize = 165;

/// Numbers of the token programs' instructions.
const MINT_TO: u8 = 7;
const INITIALIZE_ACCOUNT_3: u8 = 18;
const INITIALIZE_MINT_2: u8 = 20;

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

    /// Has Token-2022 make a mint, the payer being its authority. Each extension is its number, the length of what a mint
    /// stores of it, and the data of the instruction that initialises it (none for those that a mint has no instruction for
    /// before it is initialised).
    pub fn create_mint_2022(&mut self, decimals: u8, extensions: &[(usize, Vec<u8>)]) -> Result<Address> {
        let (mint, authority) = (Address::new_unique(), self.payer.pubkey());
        let stored: usize = extensions.iter().map(|(len, _)| 4 + len).sum();
        let len = if extensions.is_empty() { MINT_LEN } else { ACCOUNT_LEN + 1 + stored };
        self.set_account(mint, uninitialised(len));
        let mut instructions: Vec<Instruction> =
            extensions.iter().map(|(_, data)| token_2022(&[AccountMeta::new(mint, false)], data.clone())).collect();
        let mut data = vec![INITIALIZE_MINT_2, decimals];
        data.extend(authority.as_ref());
        data.push(0); // no freeze authority
        instructions.push(token_2022(&[AccountMeta::new(mint, false)], data));
        for ix in instructions {
            self.send(&[ix], &[])?;
        }
        Ok(mint)
    }

    /// Has Token-2022 make a token account with an amount, of a mint that [`Svm::create_mint_2022`] made.
    pub fn create_account_2022(&mut self, mint: &Address, owner: &Address, amount: u64) -> Result<Address, Failed> {
        let (account, authority) = (Address::new_unique(), self.payer.pubkey());
        self.set_account(account, uninitialised(ACCOUNT_LEN));
        let mut data = vec![INITIALIZE_ACCOUNT_3];
        data.extend(owner.as_ref());
        let made = token_2022(&[AccountMeta::new(account, false), AccountMeta::new_readonly(*mint, false)], data);
        let mut data = vec![MINT_TO];
        data.extend(amount.to_le_bytes());
        let metas = [
            AccountMeta::new(*mint, false),
            AccountMeta::new(account, false),
            AccountMeta::new_readonly(authority, true),
        ];
        self.send(&[made, token_2022(&metas, data)], &[])?;
        Ok(account)
    }

    /// Amount in a token account.
    pub fn token_amount(&self, address: &Address) -> u64 {
        amount(&self.account(address).expect("the token account exists").data)
    }
}

fn token_2022(accounts: &[AccountMeta], data: Vec<u8>) -> Instruction {
    Instruction { program_id: TOKEN_2022_PROGRAM, accounts: accounts.to_vec(), data }
}

/// Room for a mint or account of Token-2022.
fn uninitialised(len: usize) -> Account {
    Account { lamports: 100_000_000, data: vec![0; len], owner: TOKEN_2022_PROGRAM, ..Account::default() }
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
